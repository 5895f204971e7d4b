package warning

import (
	"slices"

	"clew/internal/words"
)

var enquiryNotMade = rule{id: "enquiry-not-made", hears: hearing(OfEnquiry), stops: []Step{Close}, raise: func(v *view, r *rule) (all []finding) {
	enquiries := v.all(OfEnquiry)
	seen := map[string]bool{}
	for _, e := range enquiries {
		who := whom(e.Fact)
		if e.State != "named" || seen[who] || slices.ContainsFunc(enquiries, func(i item) bool { return whom(i.Fact) == who && i.State != "named" }) {
			continue
		}
		seen[who] = true
		f, ok := v.stands(r, []cause{{e.pos, ids(e)}})
		f.key, f.says = who, words.List(v.names(e.Of))+" was named, and no enquiry is recorded."
		all = append(all, one(f, ok)...)
	}
	return all
}}

func whom(f *Fact) string {
	of := slices.Clone(f.Of)
	for i := range of {
		of[i] = fold(of[i])
	}
	return words.List(of)
}

// names gives people of the case by name.
func (v *view) names(of []string) (all []string) {
	for _, id := range of {
		if p, ok := v.c.People[id]; ok && p.Name != "" {
			id = p.Name
		}
		all = append(all, id)
	}
	return all
}
