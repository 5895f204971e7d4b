package chronology

import (
	"slices"
	"time"

	"clew/internal/warning"
	"clew/internal/words"
)

// Options are how a chronology is replayed.
type Options struct {
	// RulesOf is the day whose rules are used; zero: those of each day, as they were.
	RulesOf time.Time
	// Agencies are those that read together; none: everybody.
	Agencies []string
	Settings *warning.Settings
	// Until is when to stop looking; zero: a month after the last event, or the last
	// expectation if that is later.
	Until time.Time
}

// A Moment is one at which something changed.
type Moment struct {
	At        time.Time
	Known     []*warning.Fact // what became known then
	Changes   []warning.Change
	Signposts []warning.Signpost // new ones
	Standing  []warning.Warning  // after it
}

// A Finding is how an expectation came out.
type Finding struct {
	Expect
	Wrong []string // in plain words; none: as expected
}

// A Replay is a chronology as it unfolded.
type Replay struct {
	Moments  []Moment
	Findings []Finding
	Last     warning.State
}

// Failed counts the expectations that were not met.
func (r *Replay) Failed() (n int) {
	for _, f := range r.Findings {
		if len(f.Wrong) > 0 {
			n++
		}
	}
	return n
}

// after is how long a replay goes on after the last event, for what falls due.
const after = 30 * 24 * time.Hour

// Run replays a chronology: facts are added as they become known, and between them
// the clock is followed to each moment the engine asks to be looked at.
func (c *Chronology) Run(o Options) (*Replay, error) {
	e := warning.New(c.Case, warning.Options{Settings: o.Settings, Agencies: o.Agencies, RulesOf: o.RulesOf})
	r := &Replay{}
	type arrival struct {
		at time.Time
		f  *warning.Fact
	}
	var arrivals []arrival
	end := o.Until
	for i := range c.Facts {
		f := &c.Facts[i]
		if len(f.Known) == 0 {
			continue
		}
		at, ours := time.Time{}, false // when the first of those who ask knows; else when anybody does
		for _, k := range f.Known {
			mine := len(o.Agencies) == 0 || k.By == "" || slices.Contains(o.Agencies, k.By)
			if at.IsZero() || mine && !ours || mine == ours && k.At.Before(at) {
				at, ours = k.At, ours || mine
			}
		}
		for _, k := range f.Known { // a signpost may come first
			if k.At.Before(at) {
				at = k.At
			}
		}
		arrivals = append(arrivals, arrival{at, f})
		if o.Until.IsZero() && at.Add(after).After(end) {
			end = at.Add(after)
		}
	}
	slices.SortStableFunc(arrivals, func(a, b arrival) int { return a.at.Compare(b.at) })
	expected := slices.Clone(c.Expect)
	slices.SortStableFunc(expected, func(a, b Expect) int { return a.Until.Compare(b.Until) })
	if o.Until.IsZero() {
		for _, x := range expected {
			if x.Until.After(end) {
				end = x.Until
			}
		}
	}
	ever := map[string]bool{} // rules raised so far
	posted := map[string]bool{}
	found := map[int]Finding{}
	now, next := time.Time{}, time.Time{}
	for {
		t, some := time.Time{}, false
		take := func(x time.Time) {
			if !x.IsZero() && (!some || x.Before(t)) {
				t, some = x, true
			}
		}
		if len(arrivals) > 0 {
			take(arrivals[0].at)
		}
		if len(expected) > 0 {
			take(expected[0].Until)
		}
		if next.After(now) {
			take(next)
		}
		if !some || t.After(end) {
			break
		}
		now = t
		m := Moment{At: now}
		for len(arrivals) > 0 && !arrivals[0].at.After(now) {
			if err := e.Add(*arrivals[0].f); err != nil {
				return nil, err
			}
			m.Known = append(m.Known, arrivals[0].f)
			arrivals = arrivals[1:]
		}
		changes, state := e.Advance(now)
		next = state.Next
		for _, w := range state.Standing {
			ever[w.Rule] = true
		}
		for _, s := range state.Signposts {
			if k := s.Pair + "\x00" + s.Agency; !posted[k] {
				posted[k], m.Signposts = true, append(m.Signposts, s)
			}
		}
		for len(expected) > 0 && !expected[0].Until.After(now) {
			found[expected[0].Line] = judge(expected[0], &state, ever)
			expected = expected[1:]
		}
		m.Changes = visible(changes)
		if m.Standing = state.Standing; len(m.Changes) > 0 || len(m.Signposts) > 0 {
			r.Moments = append(r.Moments, m)
		}
		r.Last = state
	}
	for _, x := range c.Expect {
		f, ok := found[x.Line]
		if !ok {
			f = Finding{Expect: x, Wrong: []string{"it is after the end of the replay"}}
		}
		r.Findings = append(r.Findings, f)
	}
	return r, nil
}

// visible leaves out that a warning that stands has other facts behind it now.
func visible(all []warning.Change) (some []warning.Change) {
	for _, c := range all {
		if c.Was != warning.Renewed || c.Warning.Again {
			some = append(some, c)
		}
	}
	return some
}

func judge(x Expect, s *warning.State, ever map[string]bool) Finding {
	f := Finding{Expect: x}
	say := func(ids []string, wrong func(string) bool, text string) {
		var all []string
		for _, id := range ids {
			if wrong(id) {
				all = append(all, id)
			}
		}
		if len(all) > 0 {
			f.Wrong = append(f.Wrong, words.List(all)+" "+words.One(len(all), "is", "are")+" "+text)
		}
	}
	holds := func(id string) bool {
		return slices.ContainsFunc(s.Standing, func(w warning.Warning) bool { return w.Rule == id && w.Severity == warning.Hold })
	}
	say(x.Raised, func(id string) bool { return !s.Has(id) }, "not standing")
	say(x.Holds, func(id string) bool { return !holds(id) }, "not standing as a hold")
	say(x.Never, func(id string) bool { return ever[id] }, "raised by then")
	say(x.Absent, func(id string) bool { return s.Has(id) }, "standing")
	return f
}
