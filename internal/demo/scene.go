package demo

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A scene is what the words of one record are made from.
type scene struct {
	w                                      *world
	r                                      *random
	register                               register
	relation                               relation
	minute                                 uint32
	victim                                 *person // nil when the record is about nobody in particular
	suspect                                *person
	vName                                  string // as written in the record's own columns; "" when not named
	sName                                  string
	car, vrm, app, handle, kin, msg, order string

	out        []byte
	behaviours behaviours // what the words say was done
	denied     behaviours // what they say was not
	used       []*phrase
	saidS      int // how often each has been named so far
	saidV      int
	iAm        bool // the word before was "I"
	terse      bool // the sentence is in note form, where no pronoun begins one
	absent     bool // the victim is not who reports
}

// say adds a sentence about what was done, drawn from those of all that suit the
// record, and reports whether there was one.
func (c *scene) say(all []phrase) bool {
	p := c.choose(all, 0)
	if p != nil {
		c.behaviours |= p.behaviours
	}
	return p != nil
}

// aside adds a sentence that says of nothing that it was done.
func (c *scene) aside(all []phrase) { c.choose(all, 0) }

// deny adds a sentence that says something was not done, but nothing of what
// the record has already told.
func (c *scene) deny(all []phrase) {
	if p := c.choose(all, c.behaviours); p != nil {
		c.denied |= p.behaviours
	}
}

// choose adds a sentence that shows nothing of what is to be avoided.
func (c *scene) choose(all []phrase, avoid behaviours) *phrase {
	for range 40 {
		if len(all) == 0 {
			break
		}
		p := &all[c.r.n(len(all))]
		if c.suits(p) && p.behaviours&avoid == 0 {
			c.used = append(c.used, p)
			c.add(p)
			return p
		}
	}
	return nil
}

func (c *scene) suits(p *phrase) bool {
	if slices.Contains(c.used, p) {
		return false
	}
	switch {
	case p.registers != 0 && p.registers&(1<<c.register) == 0:
		return false
	case p.relations != 0 && p.relations&c.relation.bits() == 0:
		return false
	case c.register == statement && !p.personal:
		return false
	}
	return true
}

func (r relation) bits() relations {
	if r == officer {
		return 1<<officer | 1<<ex
	}
	return 1 << r
}

func (c *scene) add(p *phrase) {
	if len(c.out) > 0 {
		c.out = append(c.out, ' ')
	}
	start := len(c.out)
	c.terse = p.registers&noteForm != 0
	c.fill(p.segs)
	capital(c.out[start:])
}

const noteForm = 1<<police | 1<<callLog | 1<<intel | 1<<gp | 1<<hospital | 1<<housing

func capital(b []byte) {
	i := 0
	if len(b) > 1 && b[0] == '"' {
		i = 1
	}
	if i < len(b) && b[i] >= 'a' && b[i] <= 'z' {
		b[i] -= 'a' - 'A'
	}
}

func (c *scene) fill(segs []seg) {
	for i := range segs {
		g := &segs[i]
		switch g.slot {
		case literal:
			c.literal(g.text)
		case slotEither:
			c.fill(g.either[c.r.n(len(g.either))])
		default:
			c.iAm = false
			start := len(c.out)
			c.slot(g.slot, i == 0 && !c.terse)
			if i > 0 && strings.HasSuffix(segs[i-1].text, ". ") {
				capital(c.out[start:])
			}
		}
	}
}

// literal adds text; after "I" its verb loses the s of "she fears".
func (c *scene) literal(text string) {
	if c.iAm && len(text) > 1 && text[0] == ' ' {
		word, rest, found := strings.Cut(text[1:], " ")
		tail := strings.TrimRight(word, ".,")
		if mine, ok := firstPerson[tail]; ok {
			c.out = append(append(append(c.out, ' '), mine...), word[len(tail):]...)
			if found {
				c.out = append(append(c.out, ' '), rest...)
			}
			c.iAm = false
			return
		}
	}
	c.iAm = false
	c.out = append(c.out, text...)
}

var firstPerson = map[string]string{
	"is": "am", "has": "have", "does": "do", "fears": "fear", "finds": "find", "lives": "live", "keeps": "keep", "thinks": "think",
	"believes": "believe", "knows": "know", "says": "say", "scores": "score", "wants": "want", "gets": "get",
	"works": "work", "feels": "feel", "goes": "go", "needs": "need", "parks": "park", "sleeps": "sleep", "plays": "play", "comes": "come",
	"sees": "see", "hears": "hear", "uses": "use", "posts": "post", "answers": "answer", "starts": "start", "drives": "drive", "isn't": "am not",
	"walks": "walk", "takes": "take", "rents": "rent", "suspects": "suspect", "supports": "support", "dreads": "dread", "checks": "check",
	"leaves": "leave", "looks": "look", "puts": "put", "carries": "carry", "trains": "train", "runs": "run", "loves": "love", "states": "state",
	"refuses": "refuse", "receives": "receive", "maintains": "maintain", "accepts": "accept", "insists": "insist", "wakes": "wake", "owes": "owe",
	"avoids": "avoid", "describes": "describe", "worries": "worry", "doesn't": "don't", "teaches": "teach", "shops": "shop", "owns": "own",
	"recognises": "recognise", "remembers": "remember", "asks": "ask", "holds": "hold", "blames": "blame", "reports": "report", "tells": "tell",
	"picks": "pick", "writes": "write", "opens": "open", "closes": "close", "drinks": "drink", "jumps": "jump",
}

func (c *scene) str(s string) { c.out = append(c.out, s...) }
func (c *scene) int(n int)    { c.out = strconv.AppendInt(c.out, int64(n), 10) }

func (c *scene) slot(s slot, first bool) {
	switch s {
	case slotSuspect:
		c.str(c.suspectAs(first))
		c.saidS++
	case slotVictim:
		c.str(c.victimAs(first))
		c.saidV++
	case slotHe:
		c.str(pronoun(c.suspect, "he", "she", "they"))
	case slotHim:
		c.str(pronoun(c.suspect, "him", "her", "them"))
	case slotHis:
		c.str(pronoun(c.suspect, "his", "her", "their"))
	case slotShe:
		c.str(c.mine("I", "he", "she", "they"))
		c.iAm = c.register == statement
	case slotHer:
		c.str(c.mine("me", "him", "her", "them"))
	case slotHers:
		c.str(c.mine("my", "his", "her", "their"))
	case slotIs:
		c.str(c.mine("am", "is", "is", "is"))
	case slotHas:
		c.str(c.mine("have", "has", "has", "has"))
	case slotMum:
		c.str(pronoun(c.victim, "daddy", "mummy", "mummy"))
	case slotCar:
		c.str(c.car)
	case slotVrm:
		c.str(c.vrm)
	case slotApp:
		c.str(c.app)
	case slotHandle:
		c.str(c.handle)
	case slotKin:
		c.str(c.kin)
	case slotOrder:
		c.str(c.order)
	case slotMsg2:
		c.str(pick(c.r, messages))
	case slotMsg:
		if c.r.chance(700) {
			c.str(c.msg)
		} else {
			c.str(pick(c.r, messages))
		}
	default:
		c.chance(s)
	}
}

func pronoun(p *person, male, female, neither string) string {
	switch {
	case p == nil:
		return neither
	case p.sex == 'f':
		return female
	}
	return male
}

func (c *scene) mine(me, male, female, neither string) string {
	if c.register == statement {
		return me
	}
	return pronoun(c.victim, male, female, neither)
}

// chance fills the slots that are drawn afresh.
func (c *scene) chance(s slot) {
	r := c.r
	switch s {
	case slotWhen:
		c.when(false)
	case slotWhenBig:
		c.when(true)
	case slotClock, slotClock2:
		c.clock()
	case slotDay:
		c.str(pick(r, weekdays))
	case slotYear:
		c.int(c.w.year - r.between(3, 17))
	case slotN:
		c.int(pick(r, counts))
	case slotN2:
		c.int(r.between(2, 12))
	case slotNth:
		c.str(pick(r, nths))
	case slotTimes:
		c.str(pick(r, times))
	case slotRange:
		c.str(pick(r, ranges))
	case slotMins:
		c.int(pick(r, []int{5, 10, 10, 15, 15, 20, 20, 25, 30, 30, 40, 45, 50, 90}))
	case slotWeeks:
		c.str(pick(r, spans))
	case slotMonths:
		c.str(pick(r, months))
	case slotMiles:
		c.int(r.between(8, 190))
	case slotPlace, slotPlace2:
		c.str(pick(r, venues))
	case slotTown:
		c.str(towns[townWeights.draw(r)])
	case slotStreet:
		if r.chance(400) {
			c.str(pick(r, streets))
		} else {
			head := r.n(len(families.heads))
			c.str(families.heads[head] + pickTail(head) + " " + pick(r, streetWords))
		}
	case slotGift:
		c.phrase(pick(r, gifts))
	case slotItem:
		c.phrase(pick(r, items))
	case slotItem2:
		c.str(pick(r, goods))
	case slotThreat:
		c.str(pick(r, threats))
	case slotInsult:
		c.str(pick(r, insults))
	}
}

func (c *scene) phrase(p phrase) { c.fill(p.segs) }

func (c *scene) when(big bool) {
	start := len(c.out)
	r := c.r
	switch r.n(10) {
	case 0, 1:
		c.str("last night")
	case 2, 3:
		c.str("on " + pick(r, weekdays))
	case 4:
		c.str("this morning")
	case 5:
		c.str("at the weekend")
	case 6:
		c.str("yesterday " + pick(r, []string{"morning", "afternoon", "evening", "teatime"}))
	case 7:
		c.str("on " + pick(r, weekdays) + " " + pick(r, []string{"night", "evening", "morning", "afternoon"}))
	case 8:
		c.str("at about ")
		c.clock()
	default:
		t := c.w.time(c.minute - min(c.minute, uint32(r.n(6)*1440)))
		c.str("on " + strconv.Itoa(t.Day()) + " " + t.Month().String())
	}
	if big {
		capital(c.out[start:])
	}
}

func (c *scene) clock() {
	h, m := c.r.n(24), c.r.n(12)*5
	switch c.register {
	case police, callLog, intel:
		c.str(padded(uint64(h), 2))
		if c.r.chance(400) {
			c.str(":")
		}
		c.str(padded(uint64(m), 2))
		if c.r.chance(300) {
			c.str("hrs")
		}
	default:
		half := "am"
		if h >= 12 {
			half = "pm"
		}
		c.int((h+11)%12 + 1)
		if m > 0 {
			c.str("." + padded(uint64(m), 2))
		}
		c.str(half)
	}
}

// finish is the narrative: slips of the keyboard and, in a call log, capitals.
func (c *scene) finish() string {
	s := string(c.out)
	if c.register == callLog {
		s = strings.ToUpper(s)
	}
	for range 1 + len(s)/160 {
		if c.r.chance(110) {
			s = slip(c.r, s)
		}
	}
	if !utf8.ValidString(s) {
		panic("narrative is not UTF-8: " + s)
	}
	return s
}
