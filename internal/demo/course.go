package demo

import "clew/internal/report"

// course tells one record of a course of stalking.
func (t *telling) course() {
	r, c, w := &t.r, &t.scene, t.w
	progress := 1000 // how far the course has come, in thousandths
	if t.story.n > 1 {
		progress = int(t.row.index) * 1000 / int(t.story.n-1)
	}
	if !t.set.escalates {
		progress /= 3
	}
	victim, suspect := w.person(partOf(t.row.story, t.whose())), w.person(partOf(t.row.story, 1))
	t.victim, t.suspect, t.stalking = &victim, &suspect, true
	if len(t.plot.written) > 0 {
		t.record.Relationship = t.plot.written[(t.set.written+r.n(2))%len(t.plot.written)]
	}
	if t.set.counter && int(t.row.index) == int(t.story.n)*2/3 && agencies[t.row.agency].register == police && t.record.Kind != report.FoundProperty {
		t.turned()
		return
	}
	found := t.record.Kind == report.FoundProperty
	t.people(!found || r.chance(400), !found && r.chance(t.suspectKnown(progress)), asSuspect)
	if c.register != counter && r.chance(380) {
		c.aside(said["open"])
	}
	worst := ""
	if found {
		c.say(acts["found"])
	} else {
		worst = t.deeds(progress)
	}
	t.around(progress)
	if t.record.Kind == report.Crime {
		t.recorded(worst)
	}
	if r.chance(60) && c.register != counter {
		t.record.Count = r.between(2, 12)
	}
}

// turned is a report by the suspect that the victim is the one who stalks.
func (t *telling) turned() {
	r, c := &t.r, &t.scene
	t.victim, t.suspect, t.stalking = t.suspect, t.victim, false
	t.people(true, true, asVictim)
	c.say(acts[pick(r, []string{"messages", "calls", "knock", "follow", "social"})])
	c.aside(said["done"])
	if t.record.Kind == report.Crime {
		t.record.OffenceCode, t.record.Offence = harassment.code, harassment.title
	}
}

// suspectKnown is how often, in a thousand, a record has the suspect in its columns.
func (t *telling) suspectKnown(progress int) int {
	switch agencies[t.row.agency].register {
	case gp, hospital, school:
		return 300
	}
	switch t.plot.relation {
	case stranger, online:
		return 350 + progress/2
	}
	return 960
}

// whose says which victim a record is about: the first, or one of those of a
// suspect with many, one after the other with some going back.
func (t *telling) whose() int {
	if len(t.plot.cast) <= 3 {
		return 0
	}
	victims := []int{0, 3, 4, 5, 6}[:2+int(t.row.story)%4]
	i := int(t.row.index) * len(victims) / int(t.story.n)
	if t.r.chance(250) {
		i = t.r.n(i + 1)
	}
	return victims[i]
}

// deeds tells what was done, one act to three, and returns the worst.
func (t *telling) deeds(progress int) (worst string) {
	n := 1 + actsTold.draw(&t.r)
	if t.scene.register == callLog {
		n = 1
	}
	var each [16]int
	sum := 0
	for i, d := range t.set.deeds {
		sum += 1 + d.early*(1000-progress) + d.late*progress
		each[i] = sum
	}
	w := weights(each[:len(t.set.deeds)])
	for try := 0; n > 0 && try < 8; try++ {
		act := t.set.deeds[w.draw(&t.r)].act
		if t.scene.say(acts[act]) {
			n--
			if worst == "" || gravity(act) > gravity(worst) {
				worst = act
			}
		}
	}
	return worst
}

var actsTold = weigh(52, 33, 15)

var grave = []string{"weapon", "assault", "threat", "entry", "breach", "damage-home", "damage-car", "image", "tracker", "monitor", "fake-account", "post"}

func gravity(act string) int {
	if i := indexOf(grave, act); i >= 0 {
		return len(grave) - i
	}
	return 0
}

// around adds what is said around the acts. Fear and impact grow as it goes on.
func (t *telling) around(progress int) {
	r, c := &t.r, &t.scene
	if c.register == counter {
		c.aside(said["listed"])
		return
	}
	fear := 150 + progress/2
	if !t.set.afraid {
		fear = 60
	}
	switch {
	case r.chance(fear):
		c.aside(said["fear"])
	case r.chance(90):
		c.aside(said["calm"])
	}
	if r.chance(80 + progress*4/10) {
		c.aside(said["impact"])
	}
	if r.chance(220) {
		c.deny(said["denied"])
	}
	for _, extra := range [...]struct {
		heading  string
		permille int
	}{{"hearsay", 70}, {"past", 170 - progress/10}, {"own-act", 70}, {"maybe", 60}, {"done", 550}} {
		if r.chance(extra.permille) {
			c.aside(said[extra.heading])
		}
	}
}

// recorded says as what a crime is recorded: by the worst act, or in some
// courses, once they have gone on, as stalking.
func (t *telling) recorded(worst string) {
	r := &t.r
	o := harassment
	if all := recordedAs[worst]; len(all) > 0 {
		o = pick(r, all)
	} else if r.chance(300) {
		o = pick(r, []offence{publicOrder, {"", "Suspicious circumstances"}, {"", "Non-crime: dispute"}})
	}
	if i := int(t.row.index); t.set.found && (i == t.set.foundAt || i > t.set.foundAt && r.chance(400)) {
		o = pick(r, stalkingOffences)
	}
	t.record.OffenceCode, t.record.Offence = o.code, o.title
	if r.chance(750) {
		t.record.Outcome = pick(r, []string{"15", "16", "18", "14", "16", "15", "NFA", "Filed", "21", "1", "Under investigation"})
	}
}
