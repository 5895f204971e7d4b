package warning

import (
	"fmt"
	"time"

	"clew/internal/when"
	"clew/internal/words"
)

var wantedWithOrder = rule{id: "wanted-with-order", hears: hearing(OfWarrant, OfAttempt, OfExecution, OfArrest, OfCharge, OfConviction, OfOutcome), stops: []Step{Classify, Grade, Close},
	raise: func(v *view, r *rule) []finding {
		var wanted item
		for _, w := range v.all(OfWarrant) {
			if v.against(w.Fact) && !v.executed(w) {
				wanted = w
				break
			}
		}
		if wanted.Fact == nil {
			return nil
		}
		order, ok := v.alive()
		if !ok {
			return nil
		}
		c := cause{laterOf(wanted.pos, order.pos), ids(wanted, order)}
		f, _ := v.stands(r, []cause{c})
		if f.answered != nil { // it repeats daily: a decision holds for one day
			until := f.answered.pos.at.Add(day)
			v.look(until)
			if !v.at.Before(until) {
				f.cause, f.answered, f.again = cause{pos{at: until}, c.facts}, nil, true
			}
		}
		since, tried := wanted.pos.at, "no attempt is recorded"
		if all := v.all(OfAttempt); len(all) > 0 && all[len(all)-1].pos.after(wanted.pos) {
			since, tried = all[len(all)-1].pos.at, "the last attempt was on "+when.DayOf(all[len(all)-1].pos.at)
		}
		for _, d := range v.set.WantedLevels {
			at := since.Add(time.Duration(d) * day)
			v.look(at)
			if !v.at.Before(at) {
				f.level++
			}
		}
		days := max(0, int(v.at.Sub(c.pos.at)/day))
		f.by = c.pos.at.Add(time.Duration(days+1) * day) // of each day
		v.look(f.by)
		wantedFor := int(v.at.Sub(wanted.pos.at) / day)
		v.look(wanted.pos.at.Add(time.Duration(wantedFor+1) * day))
		f.says = fmt.Sprintf("The suspect has been wanted for %s while %s lives; %s.", words.Count(wantedFor, "day", "days"), named(order.Fact), tried)
		return one(f, true)
	}}

// executed reports whether a warrant has been carried out, or the suspect arrested.
func (v *view) executed(w item) bool {
	for _, k := range []Kind{OfExecution, OfArrest} {
		for _, i := range v.all(k) {
			if v.against(i.Fact) && i.pos.after(w.pos) {
				return true
			}
		}
	}
	return false
}

// alive is an order, charge or condition about the pair's victim that is in force.
func (v *view) alive() (item, bool) {
	for _, o := range v.all(OfOrder) {
		if !v.against(o.Fact) || o.Form == "child-arrangements" {
			continue
		}
		if o.Until.Known() {
			v.look(o.Until.To)
			if !v.at.Before(o.Until.To) {
				continue
			}
		}
		return o, true
	}
	for _, c := range v.all(OfCharge) {
		if !v.against(c.Fact) {
			continue
		}
		over := false
		for _, k := range []Kind{OfConviction, OfOutcome} {
			for _, i := range v.all(k) {
				over = over || v.against(i.Fact) && i.pos.after(c.pos)
			}
		}
		if !over {
			return c, true
		}
	}
	return item{}, false
}
