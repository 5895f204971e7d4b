package warning_test

import (
	"fmt"
	"testing"
	"time"

	"clew/internal/warning"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

type fatal interface {
	Helper()
	Fatal(...any)
}

func after(hours int) time.Time { return start.Add(time.Duration(hours) * time.Hour) }

// fact makes a fact that happened, and was known to everybody, some hours after start.
func fact(id string, kind warning.Kind, hours int, d warning.Detail) warning.Fact {
	at := after(hours)
	return warning.Fact{ID: id, Kind: kind, Happened: minute(at), Known: []warning.Knowing{{At: at}}, Detail: d}
}

func engine(pairs ...warning.Pair) *warning.Engine {
	return asked(warning.Options{RulesOf: today}, pairs...)
}

func asked(o warning.Options, pairs ...warning.Pair) *warning.Engine {
	if len(pairs) == 0 {
		pairs = []warning.Pair{{ID: "p", Victim: "v", Suspect: "s", Relationship: "acquaintance"}}
	}
	return warning.New(warning.Case{Pairs: pairs, Places: map[string]warning.Place{"home": {Of: "v", Kind: "home", At: &warning.Position{54.77, -1.57}}}}, o)
}

func add(t fatal, e *warning.Engine, facts ...warning.Fact) {
	t.Helper()
	for _, f := range facts {
		if err := e.Add(f); err != nil {
			t.Fatal(err)
		}
	}
}

func the(t testing.TB, s warning.State, rule string) warning.Warning {
	t.Helper()
	for _, w := range s.Standing {
		if w.Rule == rule {
			return w
		}
	}
	t.Fatalf("%s does not stand at %s; there are %v", rule, s.At, names(s))
	panic("unreachable")
}

func names(s warning.State) (all []string) {
	for _, w := range s.Standing {
		all = append(all, fmt.Sprintf("%s/%s/%s level %d", w.Pair, w.Rule, w.Key, w.Level))
	}
	return all
}

var watching = warning.Detail{Behaviours: []string{"watching"}}
