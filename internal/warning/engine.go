package warning

import (
	"fmt"
	"slices"
	"sort"
	"time"
)

// Options are how an Engine is asked.
type Options struct {
	Settings *Settings // nil: Defaults
	// Agencies are those that read together; Diary among them if the victim shares
	// it. None: everybody who works on the case.
	Agencies []string
	// RulesOf is the day whose rules are asked for. Zero: the rules of each moment,
	// as they were then.
	RulesOf time.Time
}

// An Engine holds the facts of one case and says what stands. It is not for use by
// several goroutines at once.
type Engine struct {
	c         Case
	set       Settings
	agencies  map[string]bool
	rulesOf   time.Time
	facts     map[string]*Fact
	pairs     map[string]*known
	elsewhere map[string]map[string][]time.Time // pair → agency → when it came to know of each fact that is not ours
	last      *State
	removed   map[string]bool // facts corrected since last
}

// known is what is known of one pair, by kind, in order of becoming known, and what
// was worked out from it.
type known struct {
	pair  *Pair
	facts map[Kind][]item
	times []time.Time // when each becomes known, in order
	kept  map[string]answer
	view  *view
}

// An answer is what a rule said, and how long it holds.
type answer struct {
	found     []finding
	at, until time.Time // until is zero when time alone changes nothing
}

// New returns the engine of a case with no facts.
func New(c Case, o Options) *Engine {
	e := &Engine{c: c, set: Defaults, rulesOf: o.RulesOf, facts: map[string]*Fact{}, pairs: map[string]*known{}, removed: map[string]bool{},
		elsewhere: map[string]map[string][]time.Time{}}
	if o.Settings != nil {
		e.set = *o.Settings
	}
	if len(o.Agencies) > 0 {
		e.agencies = map[string]bool{}
		for _, a := range o.Agencies {
			e.agencies[a] = true
		}
	}
	for i := range e.c.Pairs {
		e.pairs[e.c.Pairs[i].ID] = &known{pair: &e.c.Pairs[i], facts: map[Kind][]item{}, kept: map[string]answer{}}
	}
	return e
}

// Relate says what the people of a pair are to each other.
func (e *Engine) Relate(pair, relationship string) {
	p := e.pairs[pair].pair
	if p.Relationship == relationship {
		return
	}
	p.Relationship = relationship
	for _, k := range e.pairs {
		k.view = nil
		clear(k.kept)
	}
}

// Fact is a fact by its id, nil when there is none.
func (e *Engine) Fact(id string) *Fact { return e.facts[id] }

// Add takes a fact in. Its id must be new and its pairs those of the case.
func (e *Engine) Add(f Fact) error {
	if f.ID == "" || e.facts[f.ID] != nil {
		return fmt.Errorf("there is a fact %q already", f.ID)
	}
	return e.put(&f)
}

// Correct replaces the fact with the same id by what it should have been.
func (e *Engine) Correct(f Fact) error {
	if e.facts[f.ID] == nil {
		return fmt.Errorf("there is no fact %q to correct", f.ID)
	}
	old := e.facts[f.ID]
	e.take(old)
	if err := e.put(&f); err != nil {
		e.restore(old)
		return err
	}
	return nil
}

// Remove takes a fact back that never was.
func (e *Engine) Remove(id string) error {
	f := e.facts[id]
	if f == nil {
		return fmt.Errorf("there is no fact %q to remove", id)
	}
	e.take(f)
	return nil
}

func (e *Engine) restore(f *Fact) {
	if err := e.put(f); err != nil {
		panic(err) // it was in before
	}
}

func (e *Engine) put(f *Fact) error {
	if !slices.Contains(Kinds, f.Kind) {
		return fmt.Errorf("fact %s: there is no kind %q", f.ID, f.Kind)
	}
	for _, p := range f.Pairs {
		if e.pairs[p] == nil {
			return fmt.Errorf("fact %s: there is no pair %q", f.ID, p)
		}
	}
	e.facts[f.ID] = f
	at, ok := f.knownTo(e.agencies)
	e.each(f, func(k *known) {
		if ok {
			i := item{f, pos{at.UTC(), f.Seq}}
			list := k.facts[f.Kind]
			n := sort.Search(len(list), func(n int) bool { return before(i, list[n]) })
			k.facts[f.Kind] = slices.Insert(list, n, i)
			n = sort.Search(len(k.times), func(n int) bool { return k.times[n].After(i.pos.at) })
			k.times = slices.Insert(k.times, n, i.pos.at)
		}
		e.signpost(k.pair.ID, f, at, ok, true)
	})
	e.forget(f)
	return nil
}

func (e *Engine) take(f *Fact) {
	at, ok := f.knownTo(e.agencies)
	e.each(f, func(k *known) {
		if ok {
			k.facts[f.Kind] = slices.DeleteFunc(k.facts[f.Kind], func(i item) bool { return i.Fact == f })
			n := sort.Search(len(k.times), func(n int) bool { return !k.times[n].Before(at) })
			k.times = slices.Delete(k.times, n, n+1)
		}
		e.signpost(k.pair.ID, f, at, ok, false)
	})
	delete(e.facts, f.ID)
	e.removed[f.ID] = true
	e.forget(f)
}

// before orders items: by when they became known, their sequence, their id.
func before(a, b item) bool {
	if c := a.pos.compare(b.pos); c != 0 {
		return c < 0
	}
	return a.ID < b.ID
}

// signpost notes, or takes back, that another agency holds something.
func (e *Engine) signpost(pair string, f *Fact, ours time.Time, known, add bool) {
	if e.agencies == nil {
		return
	}
	for _, k := range f.Known {
		if k.By == "" || k.By == Diary || e.agencies[k.By] || known && !ours.After(k.At) {
			continue
		}
		m := e.elsewhere[pair]
		if m == nil {
			m = map[string][]time.Time{}
			e.elsewhere[pair] = m
		}
		if add {
			m[k.By] = append(m[k.By], k.At)
		} else if n := slices.IndexFunc(m[k.By], k.At.Equal); n >= 0 {
			m[k.By] = slices.Delete(m[k.By], n, n+1)
		}
	}
}

// each calls do for each pair a fact is about.
func (e *Engine) each(f *Fact, do func(*known)) {
	for i := range e.c.Pairs {
		if id := e.c.Pairs[i].ID; len(f.Pairs) == 0 || slices.Contains(f.Pairs, id) {
			do(e.pairs[id])
		}
	}
}

// forget drops what was worked out and may be otherwise with, or without, f.
func (e *Engine) forget(f *Fact) {
	for i := range e.c.Pairs {
		k := e.pairs[e.c.Pairs[i].ID]
		k.view = nil
		mine := len(f.Pairs) == 0 || slices.Contains(f.Pairs, k.pair.ID)
		for n := range rules {
			r := &rules[n]
			if (mine || r.across) && (r.hears == nil || slices.Contains(r.hears, f.Kind)) {
				delete(k.kept, r.id)
			}
		}
	}
}

// At says what stands at t.
func (e *Engine) At(t time.Time) State {
	t = t.UTC()
	s := State{At: t}
	look := func(n time.Time) {
		if n.After(t) && (s.Next.IsZero() || n.Before(s.Next)) {
			s.Next = n
		}
	}
	on := e.rulesOf
	if on.IsZero() {
		on = t
		for _, v := range Versions() { // the day a rule begins or ends changes what stands
			look(v.From.From)
			look(v.Until.To)
		}
	}
	views := map[string]*view{}
	var open func(id string) *view
	open = func(id string) *view {
		if v := views[id]; v != nil {
			return v
		}
		v := e.pairs[id].at(t, on, e, open)
		views[id] = v
		return v
	}
	ahead := time.Time{} // when any pair's next fact becomes known
	for i := range e.c.Pairs {
		if n, ok := e.pairs[e.c.Pairs[i].ID].after(t); ok && (ahead.IsZero() || n.Before(ahead)) {
			ahead = n
		}
	}
	look(ahead)
	for i := range e.c.Pairs {
		k := e.pairs[e.c.Pairs[i].ID]
		holds := map[string][]finding{}
		for n := range rules {
			r := rules[n]
			version, held := Held(r.id, on)
			if !held {
				continue
			}
			r.severity = version.Severity
			a, ok := k.kept[r.id]
			if !ok || t.Before(a.at) || !a.until.IsZero() && !t.Before(a.until) || r.id == "unsafe-closure" || e.rulesOf.IsZero() {
				v := open(k.pair.ID)
				v.next, v.holds = time.Time{}, holds
				a = answer{found: r.raise(v, &r), at: t, until: v.next}
				if !ahead.IsZero() && (a.until.IsZero() || ahead.Before(a.until)) {
					a.until = ahead
				}
				k.kept[r.id] = a
			}
			look(a.until)
			for _, f := range a.found {
				if f.answered != nil {
					s.Cleared = append(s.Cleared, Clearing{r.id, k.pair.ID, f.key, f.answered.ID, f.answered.pos.at})
					continue
				}
				if r.severity == Hold {
					holds[r.id] = append(holds[r.id], f)
				}
				s.Standing = append(s.Standing, Warning{Rule: r.id, Pair: k.pair.ID, Key: f.key, Severity: r.severity, Concern: version.Concern, Level: f.level, Facts: f.cause.facts,
					Raised: f.cause.pos.at, By: f.by, Says: f.says, Do: version.Do, Clears: version.Clears, Stops: stopsOf(&r), Again: f.again})
			}
		}
	}
	slices.SortStableFunc(s.Standing, func(a, b Warning) int { return Pressing(&a, &b) })
	e.point(&s, look)
	return s
}

func stopsOf(r *rule) []Step {
	if r.severity != Hold {
		return nil
	}
	return r.stops
}

// Holds says which holds stop a step at t.
func (e *Engine) Holds(step Step, t time.Time) []Warning { s := e.At(t); return s.Holds(step) }

// point adds the signposts: an agency that is not among those who ask knows
// something, and that it does is all they are told.
func (e *Engine) point(s *State, look func(time.Time)) {
	for i := range e.c.Pairs {
		id := e.c.Pairs[i].ID
		for _, agency := range sortedKeys(e.elsewhere[id]) {
			since := time.Time{}
			for _, at := range e.elsewhere[id][agency] {
				look(at)
				if !at.After(s.At) && (since.IsZero() || at.Before(since)) {
					since = at
				}
			}
			if !since.IsZero() {
				s.Signposts = append(s.Signposts, Signpost{id, agency, since})
			}
		}
	}
}

// after is when the next fact becomes known after t.
func (k *known) after(t time.Time) (time.Time, bool) {
	n := sort.Search(len(k.times), func(n int) bool { return k.times[n].After(t) })
	if n == len(k.times) {
		return time.Time{}, false
	}
	return k.times[n], true
}

// at is the view of a pair at t.
func (k *known) at(t, on time.Time, e *Engine, other func(string) *view) *view {
	if v := k.view; v != nil && !t.Before(v.at) { // nothing became known since
		if n, ok := k.after(v.at); !ok || n.After(t) {
			v.at, v.rules, v.other = t, on, other
			return v
		}
	}
	v := &view{at: t, rules: on, set: &e.set, c: &e.c, pair: k.pair, other: other, facts: make(map[Kind][]item, len(k.facts))}
	for kind, list := range k.facts {
		v.facts[kind] = list[:sort.Search(len(list), func(n int) bool { return list[n].pos.at.After(t) })]
	}
	k.view = v
	return v
}

// Advance says what changed since it was last asked, or since nothing was known.
// Call it after Add, Correct and Remove, and when the clock reaches State.Next.
func (e *Engine) Advance(t time.Time) ([]Change, State) {
	s := e.At(t)
	old := State{}
	if e.last != nil {
		old = *e.last
	}
	type key struct{ rule, pair, key string }
	of := func(w *Warning) key { return key{w.Rule, w.Pair, w.Key} }
	was := map[key]*Warning{}
	for i := range old.Standing {
		was[of(&old.Standing[i])] = &old.Standing[i]
	}
	var changes []Change
	for i := range s.Standing {
		w := &s.Standing[i]
		o := was[of(w)]
		delete(was, of(w))
		switch {
		case o == nil:
			changes = append(changes, Change{Warning: *w, Was: Raised})
		case w.Level > o.Level:
			changes = append(changes, Change{Warning: *w, Was: Rose})
		case w.Raised.After(o.Raised) || !slices.Equal(w.Facts, o.Facts):
			changes = append(changes, Change{Warning: *w, Was: Renewed})
		}
	}
	for i := range old.Standing {
		o := &old.Standing[i]
		if was[of(o)] == nil {
			continue
		}
		c := Change{Warning: *o, Was: Cleared}
		if n := slices.IndexFunc(s.Cleared, func(c Clearing) bool { return key{c.Rule, c.Pair, c.Key} == of(o) }); n >= 0 {
			c.Fact = s.Cleared[n].Fact
			c.Why = e.facts[c.Fact].Words()
		} else if slices.ContainsFunc(o.Facts, func(id string) bool { return e.removed[id] }) {
			c.Why = "A correction: what raised it is not so."
		} else {
			c.Why = "What raised it is so no longer."
		}
		changes = append(changes, c)
	}
	e.last = &s
	clear(e.removed)
	return changes, s
}
