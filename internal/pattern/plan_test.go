package pattern_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/demo"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
)

// TestNothingIsReadWhole looks at how SQLite answers what people wait for. Whoever
// types a report or opens a page waits for nothing that grows with all there is.
func TestNothingIsReadWhole(t *testing.T) {
	d := dbtest.SQLite(t)
	h := built(t, d)
	var records []*report.Record
	if err := demo.Generate(demo.Options{Records: 1500}, func(r report.Record, _ demo.Truth) error { records = append(records, &r); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := pattern.TakeIn(t.Context(), tx, accesstest.Sight("Ann Reader"), "import", records)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	h.settle(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	all := h.top(t)
	top := all[0]
	one := *records[10]
	sample, err := h.audit.Draw(t.Context(), accesstest.As("Ann Reader"), "", 20, recording.Filter{})
	must(err)
	var decision string
	for _, l := range all[:10] {
		decision, err = h.audit.Decide(t.Context(), accesstest.As("Ann Reader"), l.ID, recording.Stalking, "Stalking", "Read it", l.Reports)
		must(err)
		_, err = h.audit.Answer(t.Context(), accesstest.As("Bo Second"), decision, recording.Confirm, "")
		must(err)
	}
	must(h.held.Decide(t.Context(), accesstest.As("Ann Reader"), person.VictimOf(top.ID), person.VictimOf(all[5].ID), false, "Two people"))

	// A pattern of people about whom nothing is decided below.
	other := slices.IndexFunc(all, func(l recording.Entry) bool {
		return !slices.ContainsFunc(all[:6], func(x recording.Entry) bool { return x.Victim == l.Victim || x.Suspect == l.Suspect })
	})

	// Whole, but small, or nothing less would answer.
	allowed := map[string][]string{
		"Worklist":        {"p", "d"},                                          // counted by its filter, of which many mean all
		"Classifications": {"c", "d USING INDEX recording_decisions_by_class"}, // a few hundred
		"Classification":  {"d USING INDEX recording_decisions_by_class"},
		"Decide":          {"d USING INDEX sqlite_autoindex_identity_decisions"}, // each is asked whether it says the contrary
		"Search reports":  {"classifications"},
		"Imports":         {"imports"},
		"Sample":          {"s"}, // a few
	}
	for _, c := range []struct {
		name string
		do   func()
	}{
		{"Screen", func() {
			_, err := h.held.Screen(t.Context(), accesstest.As("Ann Reader"), &one)
			must(err)
		}},
		{"Record", func() {
			r := one
			r.ID += "/2"
			_, _, err := h.held.Record(t.Context(), accesstest.As("Ann Reader"), &r)
			must(err)
		}},
		{"Correct", func() {
			r := one
			r.Narrative += " He came back."
			_, _, err := h.held.Record(t.Context(), accesstest.As("Ann Reader"), &r)
			must(err)
		}},
		{"Decide", func() {
			must(h.held.Decide(t.Context(), accesstest.As("Ann Reader"), person.VictimOf(all[1].ID), person.VictimOf(all[2].ID), true, "One person"))
		}},
		{"Page", func() {
			_, err := h.held.Page(t.Context(), accesstest.As("Ann Reader"), all[other].ID, 0, 50)
			must(err)
		}},
		{"TakeIn", func() { // what it corrects is in no pattern until all is settled
			var some []*report.Record
			for _, r := range records[:100] {
				x := *r
				x.Narrative += " Again."
				some = append(some, &x)
			}
			must(d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := pattern.TakeIn(t.Context(), tx, accesstest.Sight("Ann Reader"), "import", some)
				return err
			}))
		}},
		{"PartOf", func() {
			_, err := h.held.PartOf(t.Context(), accesstest.As("Ann Reader"), top.ID)
			must(err)
		}},
		{"With", func() {
			_, err := h.held.With(t.Context(), accesstest.As("Ann Reader"), top.Suspect)
			must(err)
		}},
		{"Person", func() {
			_, err := h.people.Page(t.Context(), accesstest.As("Ann Reader"), top.Suspect, 0, 50)
			must(err)
		}},
		{"Known", func() {
			_, err := h.people.Known(t.Context(), accesstest.As("Ann Reader"), top.Suspect)
			must(err)
		}},
		{"Parties", func() {
			_, _, err := h.people.Parties(t.Context(), accesstest.As("Ann Reader"), top.ID)
			must(err)
		}},
		{"InTheWay", func() {
			_, err := h.people.InTheWay(t.Context(), accesstest.As("Ann Reader"), person.VictimOf(top.ID), person.VictimOf(all[5].ID), true)
			must(err)
		}},
		{"Search people", func() {
			for _, text := range []string{top.VictimName, "07700 900123", "NX1 4AB", "@mara", "N/123"} {
				_, err := h.people.Search(t.Context(), accesstest.As("Ann Reader"), text)
				must(err)
			}
		}},
		{"Search reports", func() {
			for _, text := range []string{one.ID, "harass stalk"} {
				_, _, err := h.reports.Search(t.Context(), accesstest.As("Ann Reader"), text, 0, 50)
				must(err)
			}
		}},
		{"Versions", func() {
			_, err := h.reports.Versions(t.Context(), accesstest.As("Ann Reader"), top.ID)
			must(err)
		}},
		{"Imports", func() {
			_, _, err := h.reports.Imports(t.Context(), accesstest.As("Ann Reader"), 0, 50)
			must(err)
		}},
		{"Worklist", func() {
			for _, f := range []recording.Filter{{}, {Finding: pattern.NotRecorded}, {Agency: one.Agency}, {Sort: recording.Latest}, {Grave: true, Since: time.Unix(0, 0)}, {State: recording.Confirmed}} {
				_, _, err := h.audit.Worklist(t.Context(), accesstest.As("Ann Reader"), f, 0, 50)
				must(err)
			}
		}},
		{"About", func() {
			_, err := h.audit.About(t.Context(), accesstest.As("Ann Reader"), top.ID)
			must(err)
			_, err = h.audit.PatternOf(t.Context(), accesstest.As("Ann Reader"), top.ID)
			must(err)
			_, err = h.audit.One(t.Context(), accesstest.As("Ann Reader"), decision)
			must(err)
		}},
		{"Audit", func() {
			id, err := h.audit.Decide(t.Context(), accesstest.As("Ann Reader"), all[12].ID, recording.Stalking, "", "Read it", all[12].Reports)
			must(err)
			_, err = h.audit.Answer(t.Context(), accesstest.As("Bo Second"), id, recording.Disagree, "No")
			must(err)
		}},
		{"Sample", func() {
			_, _, err := h.audit.Sampled(t.Context(), accesstest.As("Ann Reader"), sample)
			must(err)
			_, err = h.audit.Drawn(t.Context(), accesstest.As("Ann Reader"), sample)
			must(err)
			_, err = h.audit.Results(t.Context(), accesstest.As("Ann Reader"), sample)
			must(err)
			_, err = h.audit.Samples(t.Context(), accesstest.As("Ann Reader"))
			must(err)
		}},
		{"Classifications", func() {
			_, _, err := h.audit.Classifications(t.Context(), accesstest.As("Ann Reader"), "stalk", 0, 50)
			must(err)
		}},
		{"Classification", func() {
			_, err := h.audit.Classification(t.Context(), accesstest.As("Ann Reader"), report.Classification(one.OffenceCode, one.Offence), 0, 50)
			must(err)
			_, err = h.audit.Classification(t.Context(), accesstest.As("Ann Reader"), report.Classification("", "Stalking"), 0, 50)
			must(err)
		}},
	} {
		plans, total := dbtest.Plans(t, d, c.do)
		if most := 60; total > most && c.name != "Decide" && c.name != "TakeIn" {
			t.Errorf("%s asks %d times, more than %d: is it once for each row?", c.name, total, most)
		}
		for _, p := range plans {
			for _, scan := range p.Scans() {
				if !slices.ContainsFunc(allowed[c.name], func(ok string) bool { return strings.HasPrefix(scan, ok) }) {
					t.Errorf("%s reads the whole of %s, in\n%.600s\n%s", c.name, scan, p.Query, strings.Join(p.Steps, "\n"))
				}
			}
		}
	}
}

// top are the first patterns of the worklist.
func (h house) top(t *testing.T) []recording.Entry {
	t.Helper()
	all, _, err := h.audit.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{}, 0, 50)
	if err != nil || len(all) < 20 {
		t.Fatal(fmt.Errorf("%d patterns, %w", len(all), err))
	}
	return all
}
