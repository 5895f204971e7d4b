package warning

import (
	"fmt"

	"clew/internal/when"
)

var courseOfConduct = rule{id: "course-of-conduct", hears: conducts, answers: []string{"not-stalking"}, raise: func(v *view, r *rule) []finding {
	c, ok := v.course()
	if !ok {
		return nil
	}
	f, _ := v.stands(r, []cause{c}, recordedAsStalking(v)...)
	v.due(&f, when.EndOf(f.cause.pos.at))
	f.says = fmt.Sprintf("Two or more incidents of these two are known (%s).", counted(v))
	return one(f, true)
}}

func recordedAsStalking(v *view) []item {
	return where(v.all(OfReport), func(i item) bool { return stalking(i.RecordedAs) })
}

func counted(v *view) string {
	n := 0
	for _, i := range v.conduct() {
		n += i.times()
	}
	return fmt.Sprintf("%d by now", n)
}
