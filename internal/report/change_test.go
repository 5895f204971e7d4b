package report

import (
	"slices"
	"testing"

	"clew/internal/warning"
)

// TestGuarded says which newer versions change what holds guard.
func TestGuarded(t *testing.T) {
	rec := func(code, offence, outcome string, grade ...string) *Record {
		r := &Record{OffenceCode: code, Offence: offence, Outcome: outcome, Extra: []Extra{{"Beat", "7"}}}
		if len(grade) > 0 {
			r.Extra = append(r.Extra, Extra{"DASH Risk Level", grade[0]})
		}
		return r
	}
	is := func(steps ...warning.Step) []warning.Step { return steps }
	for name, c := range map[string]struct {
		was, now *Record
		want     []warning.Step
	}{
		"nothing new":                         {rec("8L", "Harassment", ""), rec("8L", "harassment", ""), nil},
		"stalking to harassment":              {rec("8/65", "", ""), rec("195/94", "Harassment", ""), is(warning.Classify)},
		"stalking to nothing":                 {rec("", "Stalking", ""), rec("", "", ""), is(warning.Classify)},
		"harassment to stalking":              {rec("8L", "", ""), rec("8/65", "Stalking", ""), nil},
		"one harassment to another":           {rec("8L", "", ""), rec("8M", "", ""), is(warning.Classify)},
		"nothing to harassment":               {rec("", "", ""), rec("8L", "", ""), is(warning.Classify)},
		"harassment to nothing":               {rec("8L", "", ""), rec("", "", ""), nil},
		"one stalking to another":             {rec("195/12", "", ""), rec("8/65", "", ""), nil},
		"a lower grade":                       {rec("", "", "", "High"), rec("", "", "", "medium"), is(warning.Grade)},
		"a higher grade":                      {rec("", "", "", "standard"), rec("", "", "", "High"), nil},
		"a first grade, high":                 {rec("", "", ""), rec("", "", "", "high"), nil},
		"a first grade, not high":             {rec("", "", ""), rec("", "", "", "Standard"), is(warning.Grade)},
		"a grade taken away":                  {rec("", "", "", "High"), rec("", "", "", ""), is(warning.Grade)},
		"an extract with no column for grade": {rec("", "", "", "High"), rec("", "", ""), nil},
		"a grade in words of their own":       {rec("", "", "", "Amber"), rec("", "", "", "Green"), is(warning.Grade)},
		"closed":                              {rec("", "", "Under investigation"), rec("", "", "No further action"), is(warning.Close)},
		"charged":                             {rec("", "", ""), rec("", "", "1"), nil},
		"summonsed, in words":                 {rec("", "", ""), rec("", "", "1A - charged/summonsed"), nil},
		"outcome 16":                          {rec("", "", ""), rec("", "", "Outcome 16: victim does not support"), is(warning.Close)},
		"outcome type 18":                     {rec("", "", ""), rec("", "", "Outcome type 18"), is(warning.Close)},
		"closed already":                      {rec("", "", "14"), rec("", "", "16"), nil},
		"opened again":                        {rec("", "", "14"), rec("", "", ""), nil},
		"all three":                           {rec("8/65", "", "", "High"), rec("8L", "", "NFA", "Low"), is(warning.Classify, warning.Grade, warning.Close)},
		"a word with nfa in it":               {rec("", "", ""), rec("", "", "Unfashionable"), nil},
	} {
		if got := guarded(c.was, c.now); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		back := *c.now
		for _, step := range c.want {
			back.Put(step, c.was.says(step))
		}
		if left := guarded(c.was, &back); left != nil {
			t.Errorf("%s: with what stood before in its place, %v is left", name, left)
		}
	}
}
