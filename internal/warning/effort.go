package warning

import "fmt"

var effort = rule{id: "effort", hears: hearing(), raise: func(v *view, r *rule) []finding {
	n, last := 0, pos{}
	var facts []string
	for _, i := range v.conduct() {
		if i.TravelKM >= v.set.EffortKM && n < v.set.EffortTimes {
			n, facts, last = n+i.times(), append(facts, i.ID), laterOf(last, i.pos)
		}
	}
	if n < v.set.EffortTimes {
		return nil
	}
	f, ok := v.stands(r, []cause{{last, facts}})
	f.says = fmt.Sprintf("The suspect travelled %g km or more, %d times or more.", v.set.EffortKM, v.set.EffortTimes)
	return one(f, ok)
}}
