package warning

import (
	"fmt"
	"strings"
	"time"
)

var silence = rule{id: "silence", hears: hearing(OfAssessment, OfOffer, OfDisposal, OfClosure, OfContact, OfImpact, OfArrest, OfExecution, OfRelease, OfOutcome), raise: func(v *view, r *rule) []finding {
	var after item
	for _, k := range []Kind{OfAssessment, OfOffer, OfDisposal, OfClosure} {
		for _, i := range v.all(k) {
			switch {
			case k == OfAssessment && !i.Refused, k == OfDisposal && i.To != v.pair.Victim, k == OfOffer && !refusal(i.Answer):
			case after.Fact == nil || i.pos.after(after.pos):
				after = i
			}
		}
	}
	if after.Fact == nil || v.first().Fact == nil {
		return nil
	}
	last := after.pos
	for _, k := range []Kind{OfContact, OfReport, OfIncident, OfImpact} {
		if all := v.all(k); len(all) > 0 {
			last = laterOf(last, all[len(all)-1].pos)
		}
	}
	late := last.at.Add(time.Duration(v.set.SilenceDays) * day)
	v.look(late)
	if v.at.Before(late) || !v.free() {
		return nil
	}
	f, ok := v.stands(r, []cause{{pos{at: late}, ids(after)}})
	f.says = fmt.Sprintf("Nothing was heard from the victim for %d days after %s.", v.set.SilenceDays, named(after.Fact))
	v.due(&f, v.set.Calendar.By(f.cause.pos.at, 1))
	return one(f, ok)
}}

func refusal(answer string) bool {
	answer = strings.ToLower(answer)
	return answer == "no" || strings.HasPrefix(answer, "refus") || strings.HasPrefix(answer, "declin") || strings.HasPrefix(answer, "not ")
}

// free reports whether the suspect is not known to be in custody.
func (v *view) free() bool {
	held, out := pos{}, pos{}
	for _, k := range []Kind{OfArrest, OfExecution} {
		for _, i := range v.all(k) {
			if v.against(i.Fact) {
				held = laterOf(held, i.pos)
			}
		}
	}
	for _, k := range []Kind{OfRelease, OfOutcome} {
		for _, i := range v.all(k) {
			if v.against(i.Fact) {
				out = laterOf(out, i.pos)
			}
		}
	}
	for _, o := range v.all(OfOrder) {
		if o.Form == "bail" || o.Form == "licence" {
			out = laterOf(out, o.pos)
		}
	}
	if all := v.conduct(); len(all) > 0 {
		out = laterOf(out, all[len(all)-1].pos)
	}
	return held.at.IsZero() || out.after(held)
}
