package demo

import "clew/internal/report"

// A plot is a kind of story: who is in it, how long it goes on, how it comes to
// be known and what it is recorded as. The plots of stalking are in stalking.go,
// all others in noise.go.
type plot struct {
	name     string // as the truth calls it
	stalking bool
	share    int // of the courses or, for the rest, of the records; relative
	lengths  []int
	days     [2]int // from the first record to the last, at least and at most
	cast     []part // 0 is the victim, 1 the suspect
	relation relation
	vias     []via    // each as likely; one of ours or a pseudo agency
	written  []string // what agencies write as the relationship

	// Of stalking: what the suspect may do.
	repertoire []deed

	// Of everything else: what is told, and as what it is recorded.
	tells    []string // headings of noise.txt
	offences []offence
	more     int    // a second sentence of the same sort, so many times in 1000
	details  string // a heading of noise.txt for what is added
	victims  []int  // the parts that may be the victim, when not 0
	suspects []int  // and the suspect, when not 1
	absent   bool   // the victim is spoken of, not speaking
	strays   bool   // it may happen to people of other stories
	named    [2]int // victim and suspect written down, so many times in 1000
	regulars bool   // the suspect is one of those the police know well
	sides    bool   // both report, by turns
	board    int    // the victim's phone is a switchboard, so many times in 1000
}

// A part is somebody in a story.
type part struct {
	women            int // in 1000
	youngest, oldest int
	with             int // the part he or she is tied to, or nobody
	tie              tie
	hunted           bool // moves house more than others
}

const nobody = -1

type tie uint8

const (
	alike     tie = iota // of one community, mostly
	married              // may share a family name, and a home once
	household            // shares family name and home
	twin
	parent   // father and son, mother and daughter, of one name
	namesake // one name, two people
)

type offence struct{ code, title string }

// A deed is an act a suspect may do, with its weight at the start and the end.
type deed struct {
	act         string // a heading of acts.txt
	early, late int
}

// Pseudo agencies: which one it is depends on the story.
const (
	force = 100 + iota
	otherForce
	anyGP
	anySchool
	anyCampus
	anyLandlord
)

// part is what a person is in his or her story.
func (w *world) part(id uint64) part {
	s, k := id/parts, int(id%parts)
	if s < uint64(len(w.stories)) {
		if cast := plots[w.stories[s].plot].cast; k < len(cast) {
			return cast[k]
		}
	}
	if s >= uint64(len(w.stories)) {
		return part{women: 220, youngest: 16, oldest: 50, with: nobody}
	}
	return adult
}

var adult = part{women: 510, youngest: 18, oldest: 84, with: nobody}

// A setting is what stays the same all through a story.
type setting struct {
	force, otherForce, gp, school, campus, landlord int
	car, app, kin, msg, order                       string
	car2                                            string
	deeds                                           []deed
	found                                           bool // stalking is recorded somewhere
	foundAt                                         int  // by which record
	escalates, afraid, counter                      bool
	written                                         int
	twoForces                                       bool
}

func (w *world) setting(id uint32, s *story) (t setting) {
	r := of(w.seed, uint64(id), ofStory)
	p := &plots[s.plot]
	t.force, t.otherForce = northmoor, marsdyke
	if r.chance(270) {
		t.force, t.otherForce = marsdyke, northmoor
	}
	t.gp, t.school, t.campus, t.landlord = millBrow+r.n(3), lapwing+r.n(2), college+r.n(2), homes+r.n(2)
	t.car, t.app, t.kin, t.msg, t.order = pick(&r, cars), pick(&r, apps), pick(&r, kin), pick(&r, messages), pick(&r, orders)
	t.found, t.escalates, t.afraid, t.twoForces = r.chance(360), r.chance(700), r.chance(850), r.chance(250)
	t.counter = !t.found && p.relation != stranger && r.chance(130)
	t.foundAt = int(s.n) - 1 - r.n(max(1, int(s.n)/2))
	t.written = r.n(1000)
	if p.stalking {
		for _, d := range p.repertoire {
			if len(t.deeds) < 14 && r.chance(450) {
				t.deeds = append(t.deeds, d)
			}
		}
		for len(t.deeds) < 3 {
			t.deeds = append(t.deeds, pick(&r, p.repertoire))
		}
	}
	return t
}

func (t *setting) agency(a int) int {
	switch a {
	case force:
		return t.force
	case otherForce:
		return t.otherForce
	case anyGP:
		return t.gp
	case anySchool:
		return t.school
	case anyCampus:
		return t.campus
	case anyLandlord:
		return t.landlord
	}
	return a
}

// Stories names the kinds of story a truth may tell of.
func Stories() (all []string) {
	for _, p := range plots {
		all = append(all, p.name)
	}
	return all
}

var plots = append(append([]plot{}, stalkingPlots...), noisePlots...)

func some(agency int, kinds ...report.Kind) (all []via) {
	for _, k := range kinds {
		all = append(all, via{agency, k})
	}
	return all
}

func join(all ...[]via) (out []via) {
	for _, v := range all {
		out = append(out, v...)
	}
	return out
}
