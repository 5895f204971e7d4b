package warning

import (
	"fmt"
	"slices"
)

var manyVictims = rule{id: "many-victims", hears: hearing(OfTie), across: true, answers: []string{"link", "not-linked"}, raise: func(v *view, r *rule) []finding {
	mine := v.shown()
	var causes []cause
	victims, what := map[string]bool{v.pair.Victim: true}, ""
	for _, t := range v.all(OfTie) {
		if t.Victim == v.pair.Victim {
			continue
		}
		causes = append(causes, cause{t.pos, ids(t)})
		victims[t.Victim] = true
		if what == "" {
			what = t.What
		}
	}
	for n := range v.c.Pairs {
		p := &v.c.Pairs[n]
		if p.Victim == v.pair.Victim || p.Suspect == v.pair.Victim || p.Victim == v.pair.Suspect {
			continue
		}
		theirs := v.other(p.ID).shown()
		for _, k := range sortedKeys(mine) {
			t, ok := theirs[k]
			if !ok {
				continue
			}
			m := mine[k]
			causes = append(causes, cause{laterOf(m.pos, t.pos), ids(m, t)})
			victims[p.Victim] = true
			if what == "" {
				what, _, _ = cut(k)
			}
			break
		}
	}
	sortCauses(causes)
	f, ok := v.stands(r, causes)
	f.says = fmt.Sprintf("%d victims share a %s.", len(victims), what)
	if ok {
		v.due(&f, v.set.Calendar.By(f.cause.pos.at, v.set.SeriesWorkingDays))
	}
	return one(f, ok)
}}

// shown is what the pair's conduct shows that others may share, and the first
// incident that shows each.
func (v *view) shown() map[string]item {
	m := map[string]item{}
	add := func(kind, value string, i item) {
		if _, ok := m[kind+"\x00"+fold(value)]; !ok && value != "" {
			m[kind+"\x00"+fold(value)] = i
		}
	}
	s := v.c.People[v.pair.Suspect]
	for _, i := range v.conduct() {
		for _, k := range sortedKeys(i.Features) {
			add(k, i.Features[k], i)
		}
		for _, h := range s.Handles {
			add("handle", h, i)
		}
		for _, h := range s.Phones {
			add("number", h, i)
		}
		if v.pair.Suspect != "" && slices.Contains([]string{"social", "online", "message", "phone"}, i.Channel) {
			add("suspect and way of contact", v.pair.Suspect, i)
		}
	}
	return m
}
