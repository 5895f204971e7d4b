package warning

var compromise = rule{id: "compromise", hears: hearing(OfCompromise), answers: []string{"search"}, raise: func(v *view, r *rule) []finding {
	var causes []cause
	what := ""
	for _, c := range v.all(OfCompromise) {
		causes, what = append(causes, cause{c.pos, ids(c)}), c.What
	}
	for _, i := range v.conduct() {
		for _, a := range i.Acts {
			if w := compromising[a]; w != "" {
				causes, what = append(causes, cause{i.pos, ids(i)}), w
				break
			}
		}
	}
	sortCauses(causes)
	f, ok := v.stands(r, causes)
	if ok {
		v.due(&f, f.cause.pos.at.Add(v.set.CompromiseWithin))
	}
	f.says = "The victim’s " + what + " is compromised."
	return one(f, ok)
}}
