package warning

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"clew/internal/when"
)

var escalation = rule{id: "escalation", hears: hearing(OfAssessment), answers: []string{"grade"}, raise: func(v *view, r *rule) []finding {
	var causes []cause
	said := ""
	if c, words, ok := nearer(v.conduct()); ok {
		causes, said = append(causes, c...), words
	}
	if c, words, ok := v.oftener(); ok {
		causes = append(causes, c)
		if said != "" {
			said += " "
		}
		said += words
	}
	sortCauses(causes)
	f, ok := v.stands(r, causes, v.all(OfAssessment)...)
	if ok {
		v.due(&f, when.EndOf(f.cause.pos.at))
	}
	f.says = said
	return one(f, ok)
}}

// nearer finds where conduct came nearer than all that had certainly been before.
func nearer(acts []item) (causes []cause, words string, ok bool) {
	for level := approach; level <= force; level++ {
		var before, up item // the earliest below the level, and at it or above
		for _, i := range acts {
			switch n := i.nearness(); {
			case n == notSaid:
			case n < level:
				if before.Fact == nil || earlier(i, before) {
					before = i
				}
			default:
				if up.Fact == nil || earlier(i, up) {
					up = i
				}
			}
		}
		if before.Fact == nil || up.Fact == nil || slices.ContainsFunc(acts, func(i item) bool {
			return i.nearness() >= level && !surelyAfter(i.happened(), before.happened())
		}) {
			continue
		}
		causes = append(causes, cause{laterOf(before.pos, up.pos), ids(before, up)})
		words = fmt.Sprintf("It began %s and moved to %s.", before.nearness(), up.nearness())
	}
	return causes, words, len(causes) > 0
}

func earlier(a, b item) bool {
	if !a.Happened.To.Equal(b.Happened.To) {
		return a.Happened.To.Before(b.Happened.To)
	}
	return a.Seq < b.Seq
}

// oftener finds a week with enough incidents, and enough more than the four before.
// An incident is in the week only if it certainly is, and before it if it may be.
func (v *view) oftener() (cause, string, bool) {
	acts := where(v.conduct(), func(i item) bool { return i.Happened.Known() })
	byEnd := slices.Clone(acts)
	slices.SortStableFunc(byEnd, func(a, b item) int { return a.Happened.To.Compare(b.Happened.To) })
	longest := time.Duration(0)
	for _, i := range byEnd {
		longest = max(longest, i.Happened.To.Sub(i.Happened.From))
	}
	longest = min(longest, 400*day)
	for n := len(byEnd) - 1; n >= 0; n-- { // the newest first: that is what is asked about
		end := byEnd[n].Happened.To
		from, old := end.Add(-7*day), end.Add(-35*day)
		now, then := 0, 0
		for m := n; m >= 0; m-- {
			i := byEnd[m]
			if i.Happened.To.Before(old) {
				break
			}
			switch {
			case !i.Happened.From.Before(from):
				now += i.times()
			default:
				then += i.times()
			}
		}
		// what ended after the week but may have begun before it
		for m := n + 1; m < len(byEnd) && !byEnd[m].Happened.To.After(end.Add(longest)); m++ {
			if byEnd[m].Happened.From.Before(from) {
				then += byEnd[m].times()
			}
		}
		if now >= v.set.EscalationFloor && now*4 >= v.set.EscalationTimes*then {
			var facts []string
			last := pos{}
			for m := n; m >= 0 && !byEnd[m].Happened.To.Before(from); m-- {
				if i := byEnd[m]; !i.Happened.From.Before(from) {
					facts, last = append(facts, i.ID), laterOf(last, i.pos)
				}
			}
			sort.Strings(facts)
			return cause{last, facts[:min(len(facts), 20)]}, fmt.Sprintf("%d incidents in one week, against %d in the four weeks before.", now, then), true
		}
	}
	return cause{}, "", false
}

func sortCauses(all []cause) {
	slices.SortStableFunc(all, func(a, b cause) int { return a.pos.compare(b.pos) })
}
