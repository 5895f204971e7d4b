package warning

import "fmt"

var contactAfterWarning = rule{id: "contact-after-warning", hears: hearing(OfWarning, OfDisposal, OfArrest, OfCharge), across: true, answers: []string{"breach", "arrest"},
	stops: []Step{Classify, Grade, Close}, raise: func(v *view, r *rule) []finding {
		warned := v.warned()
		for n := range v.c.Pairs { // a warning given about somebody else is one all the same
			if p := &v.c.Pairs[n]; p.ID != v.pair.ID && p.Suspect == v.pair.Suspect {
				warned = append(warned, v.other(p.ID).warned()...)
			}
		}
		var causes []cause
		given := map[string]item{}
		for _, i := range v.conduct() {
			for _, w := range warned {
				if g, ok := w.given(); ok && surelyAfter(i.happened(), g) {
					causes = append(causes, cause{laterOf(i.pos, w.pos), ids(w, i)})
					given[w.ID] = w
					break
				}
			}
		}
		sortCauses(causes)
		f, ok := v.stands(r, causes, where(append(append([]item{}, v.all(OfArrest)...), v.all(OfCharge)...), func(i item) bool { return v.against(i.Fact) })...)
		if ok {
			w := given[f.cause.facts[0]]
			g, _ := w.given()
			f.says = fmt.Sprintf("Something happened after %s was given to the suspect (%s).", named(w.Fact), g.Words())
		}
		return one(f, ok)
	}}

// warned is what was given to the suspect: warnings, orders, conditions, cautions.
func (v *view) warned() (all []item) {
	for _, k := range []Kind{OfWarning, OfOrder, OfDisposal} {
		for _, w := range v.all(k) {
			if !v.against(w.Fact) || k == OfOrder && w.Form == "child-arrangements" ||
				k == OfDisposal && (w.To != v.pair.Suspect || w.Form != "caution" && w.Form != "fixed-penalty") {
				continue
			}
			all = append(all, w)
		}
	}
	return all
}
