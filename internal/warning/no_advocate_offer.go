package warning

import (
	"fmt"
	"time"
)

var noAdvocateOffer = rule{id: "no-advocate-offer", hears: hearing(OfOffer), raise: func(v *view, r *rule) []finding {
	if len(v.all(OfReport)) == 0 || len(v.all(OfOffer)) > 0 {
		return nil
	}
	rep := v.all(OfReport)[0]
	late := v.set.Calendar.By(rep.pos.at, v.set.OfferWorkingDays).Add(time.Minute)
	v.look(late)
	if v.at.Before(late) {
		return nil
	}
	f, ok := v.stands(r, []cause{{pos{at: late}, ids(rep)}})
	f.by, f.says = late.Add(-time.Minute), fmt.Sprintf("No advocate was offered within %d working days of the first report.", v.set.OfferWorkingDays)
	return one(f, ok)
}}
