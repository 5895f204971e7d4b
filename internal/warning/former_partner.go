package warning

var formerPartner = rule{id: "former-partner", hears: conducts, answers: []string{"not-stalking"}, stops: []Step{Classify}, raise: func(v *view, r *rule) []finding {
	if !v.intimate() {
		return nil
	}
	c, ok := v.course()
	if !ok {
		return nil
	}
	f, _ := v.stands(r, []cause{c}, recordedAsStalking(v)...)
	f.says = "The two are or were partners, and two or more incidents are known."
	return one(f, true)
}}
