package warning

import (
	"slices"
	"sort"
	"time"

	"clew/internal/law"
)

// An item is a fact as those who ask came to know it.
type item struct {
	*Fact
	pos pos
}

// A view is what is known of one pair at a moment, to those who ask.
type view struct {
	at    time.Time
	rules time.Time // by the rules of which day
	set   *Settings
	c     *Case
	pair  *Pair
	facts map[Kind][]item // in order of becoming known
	other func(pair string) *view
	next  time.Time            // when time alone may change the answer
	holds map[string][]finding // what the rules before have raised

	acted []item // the conduct, once it is asked for
	asked bool
}

// A cause is one thing that raises a warning, from when on, and its facts.
type cause struct {
	pos   pos
	facts []string
}

// A finding is one warning that a rule found, or one that was answered.
type finding struct {
	key      string
	cause    cause
	by       time.Time
	level    int
	says     string
	again    bool
	answered *item
}

func (v *view) all(k Kind) []item { return v.facts[k] }

// look says that time alone may change the answer at t.
func (v *view) look(t time.Time) {
	if t.After(v.at) && (v.next.IsZero() || t.Before(v.next)) {
		v.next = t
	}
}

// against reports whether a fact is directed at the suspect, or says nothing of it.
func (v *view) against(f *Fact) bool { return f.To == "" || f.To == v.pair.Suspect }

// conduct is what the suspect is said to have done to the victim. Ordinary contact
// that troubled nobody counts only once something else does.
func (v *view) conduct() []item {
	if v.asked {
		return v.acted
	}
	v.asked = true
	lawful, more := v.lawful(), false
	var all []item
	for _, i := range v.all(OfIncident) {
		if i.By != "" && i.By != v.pair.Suspect && (i.By == v.pair.Victim || i.Channel != "third-party" && !slices.Contains(i.Acts, "third-party-contact")) ||
			i.To != "" && i.To == v.pair.Suspect {
			continue
		}
		all = append(all, i)
		more = more || !i.plain(lawful)
	}
	if more {
		v.acted = all
	}
	return v.acted
}

// lawful reports whether there is a lawful reason to be in touch (s.1(3) PHA 1997):
// what the two are to each other, or an order about children.
func (v *view) lawful() bool {
	if slices.Contains(v.set.LawfulContact, v.pair.Relationship) {
		return true
	}
	return slices.ContainsFunc(v.all(OfOrder), func(o item) bool { return o.Form == "child-arrangements" })
}

// course is what makes two or more incidents: the facts, and when they were known.
func (v *view) course() (cause, bool) {
	n := 0
	var ids []string
	for _, i := range v.conduct() {
		n, ids = n+i.times(), append(ids, i.ID)
		if n >= 2 {
			return cause{i.pos, ids}, true
		}
	}
	return cause{}, false
}

// intimate reports whether the two are or were partners.
func (v *view) intimate() bool {
	return slices.Contains([]string{"partner", "former-partner", "spouse", "former-spouse", "husband", "wife", "ex-partner", "ex-husband", "ex-wife",
		"boyfriend", "girlfriend", "ex-boyfriend", "ex-girlfriend", "married", "separated"}, v.pair.Relationship)
}

// concerns reports whether what is known may be stalking, so that what is owed to
// victims of stalking is owed here: more than a quarrel, an isolated act or
// ordinary contact.
func (v *view) concerns() bool {
	acts := v.conduct()
	if _, ok := v.course(); ok && slices.ContainsFunc(acts, func(i item) bool { return i.telltale() }) {
		return true
	}
	return len(acts) > 0 && v.intimate() || slices.ContainsFunc(v.all(OfReport), func(r item) bool { return stalking(r.RecordedAs) })
}

func stalking(code string) bool { return law.FamilyOf(code, code) == law.Stalking }

// decided reports whether a decision counts: it has a reason and a name, is not the
// victim's wish, and for a hold is no junior's.
func (v *view) decided(d item, s Severity) bool {
	return d.Reason != "" && d.By != "" && d.By != v.pair.Victim && !(s == Hold && v.set.junior(d.Rank))
}

// answer finds the newest response to a rule: a decision that clears it or is on one
// of its subjects, or one of the facts given.
func (v *view) answer(r *rule, responses []item) (newest *item) {
	take := func(i item) {
		if newest == nil || i.pos.after(newest.pos) {
			newest = &i
		}
	}
	for _, d := range v.all(OfDecision) {
		if (slices.Contains(d.Clears, r.id) || slices.Contains(r.answers, d.On)) && v.decided(d, r.severity) {
			take(d)
		}
	}
	for _, i := range responses {
		take(i)
	}
	return newest
}

// stands says whether a warning with these causes, in order, stands: a cause, or an
// incident of the pair, came after the newest response. No causes, no finding.
func (v *view) stands(r *rule, causes []cause, responses ...item) (finding, bool) {
	if len(causes) == 0 {
		return finding{}, false
	}
	first := causes[0]
	a := v.answer(r, responses)
	if a == nil || first.pos.after(a.pos) {
		return finding{cause: first, level: 1}, true
	}
	f := finding{cause: first, level: 1, answered: a}
	if n := slices.IndexFunc(causes, func(c cause) bool { return c.pos.after(a.pos) }); n >= 0 {
		f.cause, f.answered, f.again = causes[n], nil, true
	}
	if i, ok := v.arrived(a.pos); ok && (f.answered != nil || f.cause.pos.after(i.pos)) {
		facts := first.facts
		if !slices.Contains(facts, i.ID) {
			facts = append(slices.Clone(facts), i.ID)
		}
		f.cause, f.answered, f.again = cause{i.pos, facts}, nil, true
	}
	return f, true
}

// arrived is the first incident of the pair to become known after p.
func (v *view) arrived(p pos) (item, bool) {
	all := v.conduct()
	n := sort.Search(len(all), func(i int) bool { return all[i].pos.after(p) })
	if n == len(all) {
		return item{}, false
	}
	return all[n], true
}

// due sets the deadline of a finding; once that has passed its level is one higher.
func (v *view) due(f *finding, by time.Time) {
	f.by = by
	v.look(by.Add(time.Minute))
	if f.answered == nil && !v.at.Before(by.Add(time.Minute)) {
		f.level++
	}
}

// reverse reports whether a pair is v's with the roles exchanged.
func (v *view) reverse(p *Pair) bool {
	return p.Victim == v.pair.Suspect && p.Suspect == v.pair.Victim
}

func ids(items ...item) []string {
	var all []string
	for _, i := range items {
		if i.Fact != nil && !slices.Contains(all, i.ID) {
			all = append(all, i.ID)
		}
	}
	return all
}

// causesOf is a cause for each of some items.
func causesOf(items []item) (all []cause) {
	for _, i := range items {
		all = append(all, cause{i.pos, ids(i)})
	}
	return all
}

func where(items []item, ok func(item) bool) (all []item) {
	for _, i := range items {
		if ok(i) {
			all = append(all, i)
		}
	}
	return all
}

func laterOf(a, b pos) pos {
	if a.after(b) {
		return a
	}
	return b
}
