package warning

import "clew/internal/words"

var fearOrImpact = rule{id: "fear-or-impact", hears: hearing(OfImpact), raise: func(v *view, r *rule) []finding {
	felt := where(append(append([]item{}, v.conduct()...), v.all(OfImpact)...), func(i item) bool { return i.Fear > FearNone || len(i.Impact) > 0 })
	causes := causesOf(felt)
	sortCauses(causes)
	f, ok := v.stands(r, causes, where(v.all(OfReport), func(i item) bool { return i.RecordedAs == "8/65" || i.RecordedAs == "8/66" })...)
	if !ok {
		return nil
	}
	v.due(&f, f.cause.pos.at.Add(v.set.ImpactWithin))
	fear, routine := FearNotAsked, false
	for _, i := range felt {
		fear, routine = max(fear, i.Fear), routine || len(i.Impact) > 0
	}
	var said []string
	if fear > FearNone {
		said = append(said, map[Fear]string{Alarm: "alarm", Distress: "distress", Violence: "fear of violence"}[fear])
	}
	if routine {
		said = append(said, "a changed routine")
	}
	f.says = words.Capital(words.List(said)) + " " + words.One(len(said), "is", "are") + " recorded."
	return one(f, true)
}}
