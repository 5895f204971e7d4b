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
	if int(row.story) < w.tales {
		t.shownRecord()
		return t
	}
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
	switch {
	case t.plot.stalking:
		t.course()
	default:
		t.passing()
	}
	t.record.Narrative = t.scene.finish()
	t.dates()
	t.where()
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
	truth := Truth{Story: t.plot.name, Stalking: t.stalking, Behaviours: t.scene.behaviours.names(), Denied: t.scene.denied.names()}
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

// where says where it happened, as records of the police and of landlords do.
func (t *telling) where() {
	r := &t.r
	if t.scene.register > statement && t.scene.register != housing && t.scene.register != bus || r.chance(150) {
		return
	}
	town := townWeights.draw(r)
	switch {
	case t.victim != nil && r.chance(500):
		a := t.w.address(t.victim, t.row.minute)
		town = a.townIndex
		t.record.Place = addressForm(r, a)
	case r.chance(400):
		t.record.Place = pick(r, venues)
	default:
		t.record.Place = pick(r, streets) + ", " + towns[town]
	}
	if r.chance(550) {
		y, x := position(town, r)
		t.record.Position = &report.Position{Latitude: y, Longitude: x}
	}
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
