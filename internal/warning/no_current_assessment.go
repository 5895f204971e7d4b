package warning

var noCurrentAssessment = rule{id: "no-current-assessment", hears: hearing(OfAssessment), stops: []Step{Grade, Close}, raise: func(v *view, r *rule) []finding {
	if !v.concerns() {
		return nil
	}
	var newest item
	if all := v.all(OfAssessment); len(all) > 0 {
		newest = all[len(all)-1]
	}
	var causes []cause
	said := ""
	for _, rep := range v.all(OfReport) {
		if !rep.pos.after(newest.pos) {
			continue
		}
		late := rep.pos.at.Add(v.set.AssessWithin)
		v.look(late)
		if !v.at.Before(late) {
			causes, said = append(causes, cause{pos{at: late}, ids(rep)}), "No stalking risk assessment was made within "+span(v.set.AssessWithin)+" of a report."
		}
		break
	}
	if i, ok := v.arrived(newest.pos); ok && newest.Fact != nil {
		causes, said = append(causes, cause{i.pos, ids(newest, i)}), "The newest risk assessment is older than the newest incident known."
	}
	sortCauses(causes)
	f, ok := v.stands(r, causes)
	f.says = said
	return one(f, ok)
}}
