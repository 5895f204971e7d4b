package warningweb

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"clew/internal/govuk"
	"clew/internal/warning"
	"clew/internal/warning/chronology"
	"clew/internal/warning/training"
	"clew/internal/when"
	"clew/internal/words"
)

// A view is one day of a replay.
type view struct {
	told     *training.Told
	Name     string // of one that comes with Clew; "" for somebody's own
	OfTime   bool   // by the rules of each day
	Days     []string
	N        int // which day, from 1; 0 when nothing was ever raised
	Moments  []chronology.Moment
	Standing []warning.Warning
	NotYet   []string // what today's rules ask for and those of the day did not
	Findings []chronology.Finding
}

func viewOf(t *training.Told, name string, ofTime bool, n int) view {
	v := view{told: t, Name: name, OfTime: ofTime}
	run, other := t.Today, t.OfTime
	if ofTime {
		run, other = other, run
	}
	v.Findings = run.Findings
	starts := []int{}
	for i, m := range run.Moments {
		if d := when.DayOf(m.At); len(v.Days) == 0 || v.Days[len(v.Days)-1] != d {
			v.Days, starts = append(v.Days, d), append(starts, i)
		}
	}
	if len(v.Days) == 0 {
		return v
	}
	v.N = min(max(n, 1), len(v.Days))
	end := len(run.Moments)
	if v.N < len(starts) {
		end = starts[v.N]
	}
	v.Moments = run.Moments[starts[v.N-1]:end]
	last := v.Moments[len(v.Moments)-1]
	v.Standing = last.Standing
	mine, theirs := standing(run, last.At), standing(other, last.At)
	if ofTime {
		mine, theirs = theirs, mine
	}
	for _, id := range warning.IDs() {
		if slices.Contains(mine, id) && !slices.Contains(theirs, id) {
			v.NotYet = append(v.NotYet, id)
		}
	}
	return v
}

// standing is which rules stand after all of a moment's minute.
func standing(r *chronology.Replay, at time.Time) (ids []string) {
	for _, m := range r.Moments {
		if m.At.After(at) {
			break
		}
		ids = nil
		for _, w := range m.Standing {
			ids = append(ids, w.Rule)
		}
	}
	return ids
}

func (v *view) title() string {
	if v.told.Title == "" {
		return "A chronology"
	}
	return v.told.Title
}

// to is the address of a day of one that comes with Clew.
func (v *view) to(day int, ofTime bool) string {
	rules := "today"
	if ofTime {
		rules = "day"
	}
	return fmt.Sprintf("/replay/%s?rules=%s&day=%d", v.Name, rules, day)
}

func (v *view) rules() govuk.SubNavigation {
	return govuk.SubNavigation{Label: "Which rules", Items: []govuk.SubItem{
		{Text: "By today’s rules", Href: v.to(v.N, false), Active: !v.OfTime},
		{Text: "By the rules of the day", Href: v.to(v.N, true), Active: v.OfTime},
	}}
}

func (v *view) several() bool { return len(v.told.Case.Pairs) > 1 }

// heading is a warning's name as people say it.
func heading(rule string) string {
	s := strings.ReplaceAll(rule, "-", " ")
	return strings.ToUpper(s[:1]) + s[1:]
}

func tag(s warning.Severity) govuk.Tag {
	classes := map[warning.Severity]string{warning.Hold: "govuk-tag--red", warning.Due: "govuk-tag--yellow", warning.Note: "govuk-tag--grey"}
	return govuk.Tag{Text: heading(string(s)), Classes: classes[s]}
}

// did is what became of a warning, in a word or two.
func did(c *warning.Change) string {
	switch {
	case c.Was == warning.Cleared:
		return "Cleared"
	case c.Was == warning.Rose:
		return fmt.Sprintf("Rose to level %d", c.Warning.Level)
	case c.Warning.Again:
		return "Back"
	}
	return "Raised"
}

// asks is what must be done and by when.
func asks(w *warning.Warning) string {
	s := w.Do
	if !w.By.IsZero() {
		s += ": by " + warning.Moment(w.By)
	}
	return s + "."
}

func stops(w *warning.Warning) string {
	all := make([]string, len(w.Stops))
	for i, s := range w.Stops {
		all[i] = string(s)
	}
	return words.List(all)
}

func clock(t time.Time) string {
	if when.TimeOf(t) != "12:00am" {
		return when.MinuteOf(t)
	}
	return when.DayOf(t)
}

func (v *view) standingRows() (rows [][]govuk.Cell) {
	for i := range v.Standing {
		w := &v.Standing[i]
		by := "no deadline"
		if !w.By.IsZero() {
			by = warning.Moment(w.By)
		}
		name := heading(w.Rule)
		if v.several() {
			name += ", " + v.told.PairWords(w.Pair)
		}
		rows = append(rows, []govuk.Cell{{Text: name}, {HTML: tagged(w.Severity)}, {Text: warning.Moment(w.Raised)}, {Text: by}})
	}
	return rows
}

func (v *view) met() string {
	wrong := 0
	for _, f := range v.Findings {
		if len(f.Wrong) > 0 {
			wrong++
		}
	}
	return fmt.Sprintf("%d of %s met.", len(v.Findings)-wrong, words.Count(len(v.Findings), "expectation", "expectations"))
}

func (v *view) choices() (all []govuk.Option) {
	for i, d := range v.Days {
		all = append(all, govuk.Option{Value: fmt.Sprint(i + 1), Text: fmt.Sprintf("%d. %s", i+1, d)})
	}
	return all
}

func (v *view) chosenRules() string {
	if v.OfTime {
		return "day"
	}
	return "today"
}
