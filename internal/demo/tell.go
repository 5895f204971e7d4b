package demo

import (
	"time"

	"clew/internal/report"
	"clew/internal/when"
)

// A telling is one record as it is being made.
type telling struct {
	w               *world
	r               random
	row             *row
	story           *story
	plot            *plot
	set             setting
	scene           scene
	victim, suspect *person // who they really are; nil is nobody
	stalking        bool
	record          report.Record
}

// tell makes the i-th record.
func (w *world) tell(i int) *telling {
	row := &w.rows[i]
	t := &telling{w: w, row: row, story: &w.stories[row.story], r: of(w.seed, uint64(row.story)<<8|uint64(row.index), ofRow)}
	t.plot = &plots[t.story.plot]
	t.set = w.setting(row.story, t.story)
	v := row.via()
	t.record = report.Record{Line: i + 2, ID: w.number(v, row.minute), Agency: agencies[v.agency].name, Kind: v.kind, Reported: w.time(row.minute), Count: 1}
	t.scene = scene{w: w, r: &t.r, register: agencies[v.agency].register, relation: t.plot.relation, minute: row.minute,
		car: t.set.car, app: t.set.app, kin: t.set.kin, msg: t.set.msg, order: t.set.order}
	switch {
	case v.kind == report.Call:
		t.scene.register = callLog
	case v.kind == report.Intelligence:
		t.scene.register = intel
	case v.kind == report.FoundProperty:
		t.scene.register = counter
	case t.plot.stalking && v.kind == report.Crime && t.r.chance(220):
		t.scene.register = statement
	}
	if t.plot.stalking {
		t.course()
	} else {
		t.passing()
	}
	t.record.Narrative = t.scene.finish()
	t.dates()
	return t
}

// people writes victim and suspect down, and sets the scene with them.
func (t *telling) people(nameVictim, nameSuspect bool, s sketch) {
	v := t.row.via()
	t.scene.victim, t.scene.suspect = t.victim, t.suspect
	if t.victim != nil && nameVictim {
		t.record.Victim = t.w.mention(&t.r, t.victim, &asVictim, v, t.row.minute)
		t.scene.vName = called(&t.record.Victim)
	}
	if t.suspect != nil && nameSuspect {
		t.record.Suspect = t.w.mention(&t.r, t.suspect, &s, v, t.row.minute)
		t.scene.sName = called(&t.record.Suspect)
	}
	if t.suspect != nil {
		t.scene.vrm, t.scene.handle = t.w.vehicle(t.suspect), t.w.handle(t.suspect, t.r.n(2))
	} else {
		p := t.w.person(partOf(t.row.story, 1))
		t.scene.vrm, t.scene.handle = t.w.vehicle(&p), t.w.handle(&p, 0)
	}
}

func (t *telling) truth() Truth {
	truth := Truth{Story: t.plot.name, Stalking: t.stalking, Behaviours: t.scene.behaviours.names()}
	if t.victim != nil {
		truth.Victim = truthID(t.victim.id)
	}
	if t.suspect != nil {
		truth.Suspect = truthID(t.suspect.id)
	}
	if truth.Victim != "" && truth.Suspect != "" {
		truth.Pair = truth.Victim + "-" + truth.Suspect
	}
	return truth
}

// dates says when it happened: mostly that day, sometimes long before, and as
// exactly as people remember.
func (t *telling) dates() {
	r := &t.r
	lag := 0
	switch n := r.n(100); {
	case n < 40:
		lag = r.n(180)
	case n < 75:
		lag = r.n(1440)
	case n < 93:
		lag = r.n(5 * 1440)
	default:
		lag = r.n(60 * 1440)
	}
	at := t.record.Reported.Add(-time.Duration(lag) * time.Minute)
	switch n := r.n(100); {
	case n < 12:
		return
	case n < 55 && t.scene.register <= callLog:
		t.record.From = when.At(at)
		if r.chance(350) {
			t.record.To = when.At(at.Add(time.Duration(r.n(min(lag, 600)+1)) * time.Minute))
		}
	case n < 88:
		t.record.From = when.On(at)
		if r.chance(250) {
			t.record.To = when.On(at.Add(time.Duration(r.n(lag+1)) * time.Minute))
		}
	case n < 95:
		t.record.From = about(at)
	case n < 98:
		t.record.From = month(at)
	}
}

func about(t time.Time) when.Moment {
	m, _ := when.Parse("~" + t.In(when.London).Format("2006-01-02"))
	return m
}

func month(t time.Time) when.Moment {
	m, _ := when.Parse(t.In(when.London).Format("2006-01"))
	return m
}

// course tells one record of a course of stalking.
func (t *telling) course() {
	r, c, w := &t.r, &t.scene, t.w
	progress := 1000
	if t.story.n > 1 {
		progress = int(t.row.index) * 1000 / int(t.story.n-1)
	}
	if !t.set.escalates {
		progress /= 3
	}
	victim, suspect := w.person(partOf(t.row.story, t.whose())), w.person(partOf(t.row.story, 1))
	t.victim, t.suspect, t.stalking = &victim, &suspect, true
	register := agencies[t.row.agency].register
	nameSuspect := true
	switch {
	case register == gp || register == hospital || register == school:
		nameSuspect = r.chance(300)
	case t.plot.relation == stranger || t.plot.relation == online:
		nameSuspect = r.chance(350 + progress/2)
	case t.record.Kind == report.FoundProperty:
		nameSuspect = false
	}
	t.people(t.record.Kind != report.FoundProperty || r.chance(400), nameSuspect, asSuspect)
	if len(t.plot.written) > 0 {
		t.record.Relationship = t.plot.written[(t.set.written+r.n(2))%len(t.plot.written)]
	}

	deeds := 1 + weigh(55, 33, 12).draw(r)
	if c.register == callLog || c.register == counter {
		deeds = 1
	}
	worst := ""
	for range deeds {
		act := t.deed(progress)
		if c.say(acts[act]) && (worst == "" || gravity(act) > gravity(worst)) {
			worst = act
		}
	}
	t.around(progress)
	if t.record.Kind == report.Crime {
		t.recorded(worst)
	}
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

func (t *telling) deed(progress int) string {
	each := make([]int, len(t.set.deeds))
	for i, d := range t.set.deeds {
		each[i] = 1 + d.early*(1000-progress) + d.late*progress
	}
	return t.set.deeds[weigh(each...).draw(&t.r)].act
}

var grave = []string{"weapon", "assault", "threat", "entry", "breach", "damage-home", "damage-car", "image", "tracker", "monitor", "fake-account", "post"}

func gravity(act string) int {
	if i := indexOf(grave, act); i >= 0 {
		return len(grave) - i
	}
	return 0
}

// around adds what is said around the acts.
func (t *telling) around(progress int) {
	r, c := &t.r, &t.scene
	shown := c.behaviours
	if c.register == counter {
		return
	}
	fear := 150 + progress/2
	if !t.set.afraid {
		fear = 60
	}
	switch {
	case r.chance(fear):
		c.say(said["fear"])
	case r.chance(90):
		c.say(said["calm"])
	}
	if r.chance(80 + progress*4/10) {
		c.say(said["impact"])
	}
	for _, extra := range []struct {
		heading  string
		permille int
	}{{"denied", 220}, {"hearsay", 70}, {"past", 150 - progress/10}, {"own-act", 70}, {"maybe", 60}, {"done", 550}} {
		if r.chance(extra.permille) {
			c.say(said[extra.heading])
		}
	}
	c.behaviours = shown
}

func (t *telling) recorded(worst string) {
	r := &t.r
	o := harassment
	if all := recordedAs[worst]; len(all) > 0 {
		o = pick(r, all)
	} else if r.chance(300) {
		o = pick(r, []offence{publicOrder, {"", "Suspicious circumstances"}, {"", "Non-crime: dispute"}})
	}
	if t.set.found && int(t.row.index)*3 >= int(t.story.n) && r.chance(450) {
		o = pick(r, stalkingOffences)
	}
	t.record.OffenceCode, t.record.Offence = o.code, o.title
	if r.chance(750) {
		t.record.Outcome = pick(r, []string{"15", "16", "18", "14", "16", "15", "NFA", "Filed", "21", "1", "Under investigation"})
	}
}

// passing tells one record of anything else.
func (t *telling) passing() {
	r, c, w := &t.r, &t.scene, t.w
	victim, suspect := w.person(partOf(t.row.story, 0)), w.person(partOf(t.row.story, 1))
	t.victim, t.suspect = &victim, &suspect
	s := asSuspect
	if t.plot.regulars && r.chance(600) {
		known := w.person(partOf(uint32(len(w.stories)+regulars.draw(r)*max(1, len(w.rows)/40_000)), 0))
		t.suspect, s = &known, asKnown
	}
	if t.plot.sides && r.chance(400) {
		t.victim, t.suspect = t.suspect, t.victim
	}
	nameVictim, nameSuspect := r.chance(t.plot.named[0]), r.chance(t.plot.named[1])
	if !nameSuspect {
		t.suspect = nil
	}
	if t.plot.named[0] == 0 || !nameVictim {
		t.victim = nil
	}
	t.people(nameVictim, nameSuspect, s)
	if len(t.plot.written) > 0 && nameSuspect {
		t.record.Relationship = pick(r, t.plot.written)
	}
	c.say(noise[pick(r, t.plot.tells)])
	if r.chance(250) {
		c.say(noise[pick(r, t.plot.tells)])
	}
	if r.chance(350) && c.register <= callLog {
		shown := c.behaviours
		c.say(said["done"])
		c.behaviours = shown
	}
	if len(t.plot.offences) > 0 && t.record.Kind == report.Crime {
		o := pick(r, t.plot.offences)
		t.record.OffenceCode, t.record.Offence = o.code, o.title
	}
}

// regulars weighs the people the police know well, the best known first.
var regulars = falling(400, 6)
