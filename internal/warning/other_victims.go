package warning

import "slices"

var otherVictims = rule{id: "other-victims", hears: hearing(OfHistory, OfAssessment), across: true, answers: []string{"grade"}, stops: []Step{Grade}, raise: func(v *view, r *rule) []finding {
	var causes []cause
	for _, h := range v.all(OfHistory) {
		if h.Victim != v.pair.Victim && v.against(h.Fact) {
			causes = append(causes, cause{h.pos, ids(h)})
		}
	}
	for n := range v.c.Pairs {
		p := &v.c.Pairs[n]
		if p.Suspect != v.pair.Suspect || p.Victim == v.pair.Victim {
			continue
		}
		if first := v.other(p.ID).first(); first.Fact != nil {
			causes = append(causes, cause{first.pos, ids(first)})
		}
	}
	mine := v.first()
	if len(causes) == 0 || mine.Fact == nil { // nothing is known here yet
		return nil
	}
	for i := range causes {
		causes[i].pos = laterOf(causes[i].pos, mine.pos)
	}
	slices.SortStableFunc(causes, func(a, b cause) int { return a.pos.compare(b.pos) })
	f, ok := v.stands(r, causes, v.all(OfAssessment)...)
	f.says = "The suspect is in an earlier record about somebody else."
	return one(f, ok)
}}

// first is the first thing known of the pair's conduct.
func (v *view) first() (first item) {
	if all := v.conduct(); len(all) > 0 {
		first = all[0]
	}
	if all := v.all(OfReport); len(all) > 0 && (first.Fact == nil || first.pos.after(all[0].pos)) {
		// a report of ordinary contact that troubled nobody is no record of conduct
		if len(v.conduct()) > 0 || len(all[0].About) == 0 {
			first = all[0]
		}
	}
	return first
}
