package warning

import (
	"fmt"
	"slices"
	"time"
)

var powersNotConsidered = rule{id: "powers-not-considered", hears: hearing(), answers: []string{"spo", "search"}, raise: func(v *view, r *rule) []finding {
	c, ok := v.course()
	if !ok {
		return nil
	}
	if d := v.answer(&courseOfConduct, nil); d != nil && d.On == "not-stalking" && d.pos.after(c.pos) {
		i, again := v.arrived(d.pos)
		if !again {
			return nil
		}
		c = cause{i.pos, append(slices.Clone(c.facts), i.ID)}
	}
	asked := where(v.all(OfOrder), func(o item) bool { return o.Form == "SPO" || o.Form == "interim-SPO" })
	// the five days begin with the course of conduct; after a decision, with the
	// next incident
	f, _ := v.stands(r, []cause{c}, asked...)
	late := f.cause.pos.at.Add(time.Duration(v.set.PowersDays) * day)
	if f.answered == nil {
		v.look(late)
		if v.at.Before(late) {
			return nil
		}
	}
	f.cause.pos = pos{at: late}
	f.by, f.says = late, fmt.Sprintf("Two or more incidents have been known for %d days, and no decision on a stalking protection order or on search is recorded.", v.set.PowersDays)
	return one(f, true)
}}
