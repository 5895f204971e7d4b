package warning

import (
	"time"

	"clew/internal/words"
)

var victimPenalised = rule{id: "victim-penalised", hears: hearing(OfDisposal, OfArrest, OfCharge, OfClosure), across: true, answers: []string{"victim-disposal"}, stops: []Step{Classify, Close},
	raise: func(v *view, r *rule) []finding {
		begun := v.first()
		if begun.Fact == nil {
			return nil
		}
		for n := range v.c.Pairs { // of two who report each other, whoever has more reason
			if p := &v.c.Pairs[n]; v.reverse(p) && v.other(p.ID).heavier(v) {
				return nil
			}
		}
		var causes []cause
		said := ""
		for _, k := range []Kind{OfDisposal, OfArrest, OfCharge} {
			for _, d := range v.all(k) {
				if d.To != v.pair.Victim || v.past(d.pos) {
					continue
				}
				causes, said = append(causes, cause{laterOf(d.pos, begun.pos), ids(d)}), words.Capital(named(d.Fact))+" is recorded against the person who is the victim of this case."
			}
		}
		sortCauses(causes)
		f, ok := v.stands(r, causes)
		f.says = said
		return one(f, ok)
	}}

// heavier reports whether more is known of o's victim being troubled than of v's.
func (v *view) heavier(o *view) bool {
	mine, theirs := total(v.conduct()), total(o.conduct())
	a, b := v.first(), o.first()
	return mine > theirs || mine == theirs && a.Fact != nil && b.Fact != nil && b.pos.after(a.pos)
}

func total(items []item) (n int) {
	for _, i := range items {
		n += i.times()
	}
	return n
}

// past reports whether the case had been closed for long at p.
func (v *view) past(p pos) bool {
	closed := pos{}
	for _, c := range v.all(OfClosure) {
		if p.after(c.pos) {
			closed = c.pos
		}
	}
	if closed.at.IsZero() || p.at.Sub(closed.at) < time.Duration(v.set.RecentDays)*day {
		return false
	}
	i, ok := v.arrived(closed)
	return !ok || i.pos.after(p)
}
