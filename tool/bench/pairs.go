package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"clew/internal/demo"
	"clew/internal/pattern/match"
	"clew/internal/person"
	"clew/internal/report"
)

// A tally of one question asked of many reports.
type tally struct{ right, said, are int }

func (t tally) precision() float64 { return ratio(t.right, t.said) }
func (t tally) recall() float64    { return ratio(t.right, t.are) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// pairs asks of each report in the order they came: has this victim reported
// this suspect before, and how often? The truth is the generator's.
func pairs(ctx context.Context, out io.Writer, records int) error {
	c := match.NewCorpus()
	var truth []demo.Truth
	var who []string // truth of each mention
	var named []bool // whether a record says anything by which to know the suspect again

	err := demo.Generate(demo.Options{Records: records}, func(r report.Record, t demo.Truth) error {
		v, s := int32(-1), int32(-1)
		if !r.Victim.Empty() {
			v = c.Add(person.Of(r.Agency, &r.Victim))
			who = append(who, t.Victim)
		}
		if !r.Suspect.Empty() {
			s = c.Add(person.Of(r.Agency, &r.Suspect))
			who = append(who, t.Suspect)
		}
		c.AddReport(v, s)
		x := match.Prepare(person.Of(r.Agency, &r.Suspect))
		named = append(named, s >= 0 && !x.Empty() && v >= 0)
		truth = append(truth, t)
		return nil
	})
	if err != nil {
		return err
	}
	res, err := match.Resolve(ctx, c, match.Options{})
	if err != nil {
		return err
	}
	var repeat, any tally
	exact, repeats, unnamed := 0, 0, 0
	byStory := map[string]*tally{}
	said, are, all := map[int32]int{}, map[string]int{}, map[string]int{}
	for i, t := range truth {
		before, said1 := 0, 0
		if res.Pair[i] >= 0 {
			said1 = said[res.Pair[i]]
			said[res.Pair[i]]++
		}
		if t.Pair == "" {
			continue
		}
		any.right, any.said, any.are = any.right+btoi(all[t.Pair] > 0 && said1 > 0), any.said+btoi(said1 > 0), any.are+btoi(all[t.Pair] > 0)
		all[t.Pair]++
		if !named[i] {
			unnamed += btoi(all[t.Pair] > 1)
			continue
		}
		before = are[t.Pair]
		are[t.Pair]++
		s := byStory[t.Story]
		if s == nil {
			s = &tally{}
			byStory[t.Story] = s
		}
		for _, x := range []*tally{&repeat, s} {
			x.right += btoi(before > 0 && said1 > 0)
			x.said += btoi(said1 > 0)
			x.are += btoi(before > 0)
		}
		if before > 0 {
			repeats++
			exact += btoi(before == said1)
		}
	}
	e := match.Evaluate(res.Person, who)
	fmt.Fprintf(out, "### The victim and the suspect together: %s records\n\n", thousands(records))
	fmt.Fprintf(out, "| question | precision | recall | goal |\n|---|---|---|---|\n")
	fmt.Fprintf(out, "| \"this victim has reported this suspect before\" | %.4f | %.4f | 0.95, 0.97 |\n", repeat.precision(), repeat.recall())
	fmt.Fprintf(out, "| exactly how often before (of true repeats) | | %.4f | 0.85 |\n", ratio(exact, repeats))
	fmt.Fprintf(out, "| the same, with the %d true repeats whose record names nobody | %.4f | %.4f | |\n", unnamed, any.precision(), any.recall())
	fmt.Fprintf(out, "| people, pairs of mentions | %.4f | %.4f | |\n| people, B-cubed | %.4f | %.4f | |\n\n", e.Precision, e.Recall, e.BPrecision, e.BRecall)
	fmt.Fprintf(out, "By kind of story, \"reported before\":\n\n| story | true repeats | precision | recall |\n|---|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(byStory)) {
		if t := byStory[name]; t.are > 0 {
			fmt.Fprintf(out, "| %s | %d | %.3f | %.3f |\n", name, t.are, t.precision(), t.recall())
		}
	}
	fmt.Fprintln(out)
	return nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
