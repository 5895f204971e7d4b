package warning_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clew/internal/warning"
	"clew/internal/when"
)

var two = []warning.Pair{{ID: "p", Victim: "v", Suspect: "s", Relationship: "former-partner"}, {ID: "q", Victim: "w", Suspect: "s", Relationship: "stranger"},
	{ID: "r", Victim: "s", Suspect: "v"}}

// drawn is any fact about those pairs: no sensible story, but every kind.
func drawn(t *rapid.T, id string) warning.Fact {
	pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
	hours := rapid.IntRange(0, 24*60).Draw(t, "hours")
	f := fact(id, rapid.SampledFrom(warning.Kinds).Draw(t, "kind"), hours, warning.Detail{})
	switch rapid.IntRange(0, 5).Draw(t, "precision") {
	case 0:
		f.Happened = when.On(after(hours))
	case 1:
		f.Happened = day(after(hours).Format("2006-01"))
	case 2:
		f.Happened = when.Moment{}
	}
	late := after(hours + rapid.IntRange(0, 200).Draw(t, "late"))
	f.Known = []warning.Knowing{{By: pick("agency", "", "police", "health", warning.Diary), At: late}}
	if rapid.IntRange(0, 9).Draw(t, "never") == 0 {
		f.Known = nil
	}
	if rapid.Bool().Draw(t, "seq") {
		f.Seq = rapid.IntRange(1, 1000).Draw(t, "n")
	}
	f.Pairs = rapid.SampledFrom([][]string{{"p"}, {"p"}, {"q"}, {"r"}, {"p", "q"}, nil}).Draw(t, "pairs")
	f.To, f.By = pick("to", "", "", "s", "v", "w"), pick("by", "", "Sgt Ode", "v", "s")
	d := &f.Detail
	d.Behaviours = []string{pick("behaviour", warning.Behaviours...)}
	d.Acts = []string{pick("act", "call", "knock", "entry", "tracker", "threat", "damage", "gift")}
	d.Channel, d.Count = pick("channel", "", "phone", "social", "in-person"), rapid.IntRange(0, 3).Draw(t, "count")
	d.Fear, d.TravelKM = warning.Fear(rapid.IntRange(0, 4).Draw(t, "fear")), float64(rapid.SampledFrom([]int{0, 0, 150}).Draw(t, "km"))
	d.Features = map[string]string{"handle": pick("handle", "", "@a", "@b")}
	d.Ref, d.RecordedAs, d.LinkedTo = id, pick("code", "", "none", "195/94", "195/12", "8/65"), []string{"f0"}
	d.Refused, d.Form = rapid.Bool().Draw(t, "refused"), pick("form", "words-of-advice", "restraining", "bail", "caution", "fixed-penalty", "SPO", "child-arrangements")
	d.State, d.Name, d.Of = pick("state", "named", "asked", "answered", "relevant", "told"), pick("name", "A", "B"), []string{pick("of", "w", "x")}
	d.On, d.Rank, d.Reason = pick("on", "not-stalking", "spo", "grade", "closure", "breach", "link", "victim-disposal"), pick("rank", "", "constable", "inspector", "stalking specialist"), pick("reason", "", "why")
	d.Clears = rapid.SampledFrom([][]string{nil, {"escalation"}, {"effort", "compromise"}, {"wanted-with-order"}}).Draw(t, "clears")
	d.Answer, d.Told, d.What, d.Victim = pick("answer", "declined", "accepted"), pick("told", "", "yes"), "account", pick("victim", "v", "somebody else")
	d.Position = &warning.Position{54.77, -1.57}
	if rapid.IntRange(0, 3).Draw(t, "until") == 0 {
		d.Until = when.On(late.Add(20 * 24 * time.Hour))
	}
	return f
}

func facts(t *rapid.T) (all []warning.Fact) {
	for i := range rapid.IntRange(0, 25).Draw(t, "facts") {
		all = append(all, drawn(t, fmt.Sprintf("f%d", i)))
	}
	return all
}

func options(t *rapid.T) warning.Options {
	return warning.Options{RulesOf: rapid.SampledFrom([]time.Time{today, {}}).Draw(t, "rules of"),
		Agencies: rapid.SampledFrom([][]string{nil, nil, {"police"}, {"police", warning.Diary}}).Draw(t, "agencies")}
}

func moments(t *rapid.T) []time.Time {
	var all []time.Time
	for range rapid.IntRange(1, 6).Draw(t, "moments") {
		all = append(all, after(rapid.IntRange(0, 24*100).Draw(t, "at")))
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// Next may be earlier for an engine that remembers: looking too often is no fault.
func same(t *rapid.T, what string, a, b warning.State) {
	for _, s := range []*warning.State{&a, &b} {
		s.Next = time.Time{}
		s.Standing, s.Cleared, s.Signposts = slices.Concat(s.Standing), slices.Concat(s.Cleared), slices.Concat(s.Signposts) // none is nil
	}
	if !reflect.DeepEqual(a, b) {
		t.Fatalf("%s at %s:\n%+v\n%+v", what, a.At, a, b)
	}
}

// An engine that was asked again and again, and corrected, says what one says that
// was given the same facts at once, in another order.
func TestIncrementalIsFromScratch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, o := facts(t), options(t)
		e := asked(o, two...)
		for _, f := range all {
			add(t, e, f)
			if rapid.Bool().Draw(t, "ask") {
				e.Advance(after(rapid.IntRange(0, 24*100).Draw(t, "then")))
			}
		}
		for i := range all {
			switch rapid.IntRange(0, 5).Draw(t, "correct") {
			case 0:
				all[i] = drawn(t, all[i].ID)
				if err := e.Correct(all[i]); err != nil {
					t.Fatal(err)
				}
				e.Advance(after(rapid.IntRange(0, 24*100).Draw(t, "then")))
			case 1:
				if err := e.Remove(all[i].ID); err != nil {
					t.Fatal(err)
				}
				all[i].ID = ""
			}
		}
		all = slices.DeleteFunc(all, func(f warning.Fact) bool { return f.ID == "" })
		fresh := asked(o, two...)
		add(t, fresh, rapid.Permutation(all).Draw(t, "order")...)
		for _, at := range moments(t) {
			same(t, "asked often, and once", e.At(at), fresh.At(at))
			now := asked(o, two...)
			add(t, now, all...)
			same(t, "asked now for the first time", now.At(at), fresh.At(at))
		}
	})
}

// Nothing changes between a moment and the next one an engine names.
func TestNextIsTheNext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, o := facts(t), options(t)
		e := asked(o, two...)
		add(t, e, all...)
		at := after(rapid.IntRange(0, 24*70).Draw(t, "at"))
		s := e.At(at)
		until := at.Add(200 * 24 * time.Hour)
		if !s.Next.IsZero() && s.Next.Before(until) {
			until = s.Next
		}
		between := at.Add(time.Duration(rapid.Int64Range(0, int64(until.Sub(at))-1).Draw(t, "between")))
		fresh := asked(o, two...)
		add(t, fresh, all...)
		later := fresh.At(between)
		s.At = later.At
		same(t, "before the next look", s, later)
	})
}

// An event about others changes no warning of these two.
func TestUnrelatedChangesNothing(t *testing.T) {
	others := append(slices.Clone(two), warning.Pair{ID: "z", Victim: "y", Suspect: "x"})
	rapid.Check(t, func(t *rapid.T) {
		all, o := facts(t), options(t)
		for i := range all {
			if all[i].Pairs == nil {
				all[i].Pairs = []string{"p", "q", "r"}
			}
		}
		e, more := asked(o, others...), asked(o, others...)
		add(t, e, all...)
		add(t, more, all...)
		stray := drawn(t, "stray")
		stray.Pairs, stray.Features = []string{"z"}, nil
		add(t, more, stray)
		for _, at := range moments(t) {
			a, b := e.At(at), more.At(at)
			mine := func(s warning.State) warning.State {
				s.Standing = slices.DeleteFunc(s.Standing, func(w warning.Warning) bool { return w.Pair == "z" })
				s.Cleared = slices.DeleteFunc(s.Cleared, func(c warning.Clearing) bool { return c.Pair == "z" })
				s.Signposts = slices.DeleteFunc(s.Signposts, func(p warning.Signpost) bool { return p.Pair == "z" })
				return s
			}
			same(t, "with something unrelated", mine(a), mine(b))
		}
	})
}

// What nobody came to know of never raises or clears anything.
func TestNeverKnownIsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, o := facts(t), options(t)
		e, without := asked(o, two...), asked(o, two...)
		for _, f := range all {
			if len(f.Known) > 0 && rapid.IntRange(0, 2).Draw(t, "forget") == 0 {
				f.Known = nil
			}
			add(t, e, f)
			if len(f.Known) > 0 {
				add(t, without, f)
			}
		}
		for _, at := range moments(t) {
			same(t, "without what nobody knew", e.At(at), without.At(at))
		}
	})
}

// What becomes known later changes nothing of what stood before.
func TestNothingIsWarnedOfEarly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, o := facts(t), options(t)
		at := after(rapid.IntRange(0, 24*80).Draw(t, "at"))
		e, then := asked(o, two...), asked(o, two...)
		for _, f := range all {
			add(t, e, f)
			if len(f.Known) > 0 && !f.Known[0].At.After(at) {
				add(t, then, f)
			}
		}
		same(t, "with what was known later", e.At(at), then.At(at))
	})
}

// A correction that takes the cause away clears every warning it raised.
func TestRemovedCauseClears(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := asked(options(t), two...)
		all := facts(t)
		add(t, e, all...)
		at := after(rapid.IntRange(0, 24*100).Draw(t, "at"))
		_, old := e.Advance(at)
		for _, f := range all {
			if err := e.Remove(f.ID); err != nil {
				t.Fatal(err)
			}
		}
		changes, s := e.Advance(at)
		if len(s.Standing) > 0 || len(s.Signposts) > 0 || len(changes) != len(old.Standing) {
			t.Fatalf("stands of nothing: %v; %d changes for %d warnings", names(s), len(changes), len(old.Standing))
		}
		for _, c := range changes {
			if c.Was != warning.Cleared || c.Why != "A correction: what raised it is not so." {
				t.Fatalf("%+v", c)
			}
		}
	})
}
