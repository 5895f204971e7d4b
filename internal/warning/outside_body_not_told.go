package warning

import "slices"

var outsideBodyNotTold = rule{id: "outside-body-not-told", hears: hearing(OfOutsideBody), raise: func(v *view, r *rule) (all []finding) {
	bodies := v.all(OfOutsideBody)
	seen := map[string]bool{}
	for _, b := range bodies {
		if name := fold(b.Name); b.State != "relevant" || seen[name] || slices.ContainsFunc(bodies, func(i item) bool {
			return fold(i.Name) == name && (i.State == "told" || i.State == "decided-not")
		}) {
			continue
		}
		seen[fold(b.Name)] = true
		f, ok := v.stands(r, []cause{{b.pos, ids(b)}})
		f.key, f.says = fold(b.Name), b.Name+" matters here, and no decision to tell it is recorded."
		v.due(&f, v.set.Calendar.By(f.cause.pos.at, v.set.TellWorkingDays))
		all = append(all, one(f, ok)...)
	}
	return all
}}
