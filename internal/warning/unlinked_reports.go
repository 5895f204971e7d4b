package warning

import (
	"fmt"
	"slices"

	"clew/internal/when"
)

var unlinkedReports = rule{id: "unlinked-reports", hears: hearing(), across: true, answers: []string{"link", "not-linked"}, raise: func(v *view, r *rule) []finding {
	groups := groupReports(v.linked())
	if len(groups) < 2 {
		return nil
	}
	// each report that begins another group raises it
	var causes []cause
	for _, g := range groups[1:] {
		causes = append(causes, cause{g.pos, ids(groups[0], g)})
	}
	sortCauses(causes)
	f, ok := v.stands(r, causes)
	if f.again && f.answered == nil && !slices.ContainsFunc(causes, func(c cause) bool { return c.pos == f.cause.pos }) {
		f.says = "A new incident is known, and reports about these two are in no common case."
	} else {
		f.says = fmt.Sprintf("Reports %s share these two or a strong identifier, and are in no common case.", refs(groups))
	}
	v.due(&f, when.EndOf(f.cause.pos.at))
	return one(f, ok)
}}

// linked is the pair's reports, and those of other pairs that share a strong
// identifier with them.
func (v *view) linked() []item {
	all := slices.Clone(v.all(OfReport))
	mine := v.strong()
	for n := range v.c.Pairs {
		p := &v.c.Pairs[n]
		if p.ID == v.pair.ID || v.reverse(p) || len(mine) == 0 {
			continue
		}
		o := v.other(p.ID)
		for s := range o.strong() {
			if mine[s] {
				all = append(all, o.all(OfReport)...)
				break
			}
		}
	}
	slices.SortStableFunc(all, func(a, b item) int { return a.pos.compare(b.pos) })
	return slices.CompactFunc(all, func(a, b item) bool { return a.ID == b.ID })
}

// strong is the identifiers that by themselves tie two reports together.
func (v *view) strong() map[string]bool {
	m := map[string]bool{}
	for _, i := range v.all(OfIncident) {
		for k, x := range i.Features {
			switch k {
			case "number", "phone", "device", "handle", "account", "email", "vehicle":
				m[k+"\x00"+fold(x)] = true
			}
		}
	}
	return m
}

// groupReports gives the first report of each group that is linked by references.
func groupReports(reports []item) (first []item) {
	up := make([]int, len(reports))
	byRef := map[string]int{}
	for i, r := range reports {
		up[i] = i
		if r.Ref != "" {
			byRef[fold(r.Ref)] = i
		}
	}
	var top func(int) int
	top = func(i int) int {
		for up[i] != i {
			up[i] = up[up[i]]
			i = up[i]
		}
		return i
	}
	for i, r := range reports {
		for _, ref := range r.LinkedTo {
			if j, ok := byRef[fold(ref)]; ok {
				a, b := top(i), top(j)
				up[max(a, b)] = min(a, b)
			}
		}
	}
	for i := range reports {
		if top(i) == i {
			first = append(first, reports[i])
		}
	}
	return first
}

func refs(items []item) string {
	all := []string{}
	for _, i := range items[:min(len(items), 6)] {
		if i.Ref != "" {
			all = append(all, i.Ref)
		} else {
			all = append(all, i.ID)
		}
	}
	return listed(all, len(items))
}
