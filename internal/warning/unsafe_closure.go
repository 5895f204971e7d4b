package warning

import (
	"slices"

	"clew/internal/words"
)

var unsafeClosure = rule{id: "unsafe-closure", answers: []string{"closure"}, across: true, stops: []Step{Close}, raise: func(v *view, r *rule) []finding {
	closures := v.all(OfClosure)
	if len(closures) == 0 {
		return nil
	}
	asked := closures[len(closures)-1]
	at, why, open := asked.pos, []string{}, []string(nil)
	for _, id := range sortedKeys(v.holds) {
		open = append(open, id)
	}
	if len(open) > 0 {
		why = append(why, "a hold stands ("+words.List(open)+")")
	}
	if v.concerns() {
		if !slices.ContainsFunc(v.all(OfDecision), func(d item) bool { return v.set.specialist(d.Rank) && d.Reason != "" }) {
			why = append(why, "no specialist has reviewed it")
		}
		if !slices.ContainsFunc(v.all(OfContact), func(c item) bool { return c.Told != "" }) {
			why = append(why, "the victim has not been told")
		}
	}
	for _, e := range v.all(OfEnquiry) {
		if e.State != "answered" && !slices.ContainsFunc(v.all(OfEnquiry), func(i item) bool { return whom(i.Fact) == whom(e.Fact) && i.State == "answered" }) {
			why = append(why, "a line of enquiry is open ("+words.List(v.names(e.Of))+")")
			break
		}
	}
	if len(why) == 0 {
		return nil
	}
	if len(why) == 1 && len(open) > 0 { // it was safe until that hold was raised
		var first pos
		for n, id := range open {
			if p := v.holds[id][0].cause.pos; n == 0 || first.after(p) {
				first = p
			}
		}
		at = laterOf(at, first)
	}
	var causes []cause
	for _, c := range closures {
		causes = append(causes, cause{laterOf(c.pos, at), ids(c)})
	}
	f, ok := v.stands(r, causes[len(causes)-1:])
	f.says = "Closure is asked for, but " + words.List(why) + "."
	return one(f, ok)
}}
