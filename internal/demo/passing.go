package demo

import "clew/internal/report"

// passing tells one record of a story that is not stalking.
func (t *telling) passing() {
	r, c, w, p := &t.r, &t.scene, t.w, t.plot
	victim, suspect := w.person(partOf(t.row.story, t.oneOf(p.victims, 0))), w.person(partOf(t.row.story, t.oneOf(p.suspects, 1)))
	t.victim, t.suspect = &victim, &suspect
	s := asSuspect
	switch {
	case p.regulars && r.chance(600):
		known := w.person(partOf(w.regular(r), 0))
		t.suspect, s = &known, asKnown
	case p.strays && w.courses > w.tales && r.chance(20): // this happens to somebody who is stalked, or stalks
		stray := w.person(partOf(uint32(r.between(w.tales, w.courses-1)), r.n(2)))
		t.victim = &stray
	case p.strays && w.courses > w.tales && r.chance(12):
		stray := w.person(partOf(uint32(r.between(w.tales, w.courses-1)), 1))
		t.suspect = &stray
	}
	if p.sides && r.chance(400) {
		t.victim, t.suspect = t.suspect, t.victim
	}
	nameVictim, nameSuspect := r.chance(p.named[0]), r.chance(p.named[1])
	if !nameSuspect && p.named[1] < 500 { // nobody knows who it was
		t.suspect = nil
	}
	if !nameVictim && p.named[0] < 500 { // a shop, or nobody
		t.victim = nil
	}
	c.absent = p.absent
	t.people(nameVictim, nameSuspect, s)
	if nameVictim && r.chance(p.board) || r.chance(5) {
		t.record.Victim.Phones = []string{switchboard(r)}
	}
	if len(p.written) > 0 && nameSuspect {
		t.record.Relationship = pick(r, p.written)
	}
	section := pick(r, p.tells)
	if section == "domestic" && (c.register == hospital || c.register == gp) {
		section = "domestic-hospital"
	}
	c.say(noise[section])
	if r.chance(p.more) {
		c.say(noise[section])
	}
	if p.details != "" {
		for more := 700; r.chance(more) && len(c.used) < 5; more = 420 {
			c.aside(noise[p.details])
		}
	}
	if r.chance(350) {
		c.aside(said["listed"])
	}
	if len(p.offences) > 0 && t.record.Kind == report.Crime {
		o := pick(r, p.offences)
		t.record.OffenceCode, t.record.Offence = o.code, o.title
		if r.chance(600) {
			t.record.Outcome = pick(r, []string{"18", "18", "18", "14", "16", "15", "Filed", "1", "8", "NFA"})
		}
	}
}

// switchboard is the number of a shop, a school or a hospital, which very many
// records share; half of them that of one control room. They are in a range kept
// for fiction.
func switchboard(r *random) string {
	n := 0
	if r.chance(500) {
		n = r.n(60)
	}
	return "01632 960" + padded(uint64(n), 3)
}

func (t *telling) oneOf(all []int, usual int) int {
	if len(all) == 0 {
		return usual
	}
	return pick(&t.r, all)
}

// regular is one of the people the police know well, the best known first. They
// are numbered after all the stories.
func (w *world) regular(r *random) uint32 {
	groups := max(1, len(w.rows)/20_000)
	return uint32(len(w.stories) + regulars.draw(r)*groups + r.n(groups))
}

var regulars = falling(400, 12)
