package narrate

import "strings"

// A scope says what a phrase is worth where it stands.
type scope uint8

const (
	happened scope = iota
	denied         // said not to have happened
	hypothetical
	byOther // by or towards somebody else
	byVictim
	past
)

var (
	negators  = set("no not never without nor neither didn't didnt hasn't hasnt haven't havent hadn't wasn't wasnt weren't isn't isnt doesn't doesnt nothing none")
	denials   = set("denies denied denying denys disputes disputed retracted")
	unNegated = set("stop stops stopped stopping only just leave leaving know knows until long longer sure let accept accepts accepting take takes happy want wants wanted wish give gives heard reply answer answering why how welcome")
	continues = set("has have had is was are were now")
	turns     = set("but however although though except instead then")
	modals    = set("may might could")
	fears     = set("worried worries worry concerned concern fears fear feared scared afraid frightened anxious nervous terrified believes suspects thinks")
	ifs       = set("if should unless whether case")
	advice    = set("advised advise advice condition conditions prohibits prohibited prohibiting prohibit plan plans forbids forbid requires prevents prevent")
	threatens = set("threatened threatens threatening threat threats")
	reporting = set("reports reported reporting states stated stating says said saying say alleges alleged alleging claims claimed discloses disclosed receiving received receives rec rec'd recd gets getting got has had having is was been being tells told found finds noticed notices saw sees seen")
	passives  = set("by being been")

	victims   = set("ip ap aggrieved victim vic complainant applicant client pt patient tenant caller clr inft informant parent student pupil staff i we")
	suspects  = set("suspect susp sus ex ex's male husband partner boyfriend bf perp offender respondent perpetrator man lad")
	officials = set("officer officers police pc pcso dc oic sgt dispatcher operator bank company bailiff bailiffs agency council gp nurse doctor ambulance paramedics child taxi courier parcel scam")
	kin       = set("mother mum mam dad father sister brother friend friends neighbour neighbours colleague colleagues manager boss cousin aunt auntie uncle daughter son kids children flatmate housemate landlord receptionist")
	longAgo   = set("historic historical historically previously childhood teenager teenagers")
	formers   = set("former ex previous old")
	unknowns  = set("youths youth kids children teenagers vandals persons strangers customer shoplifters")
)

// A reader of one narrative knows what has been found out about who is who.
type reader struct {
	all    []token
	first  bool // told in the first person
	she    bool // "she" is the suspect
	heOnly bool
}

func newReader(all []token) *reader {
	r := &reader{all: all}
	he, she := 0, 0
	for i := range all {
		switch all[i].word {
		case "i", "me", "my", "i've", "i'm":
			r.first = true
		case "he", "him", "his":
			he++
		case "she":
			she++
		case "female", "woman", "wife", "ex-wife", "ex-girlfriend", "girlfriend":
			if i+1 < len(all) && (suspects[all[i+1].word] || all[i].word != "female" && all[i].word != "woman" && i > 0 && (all[i-1].word == "his" || all[i-1].word == "ex")) {
				r.she = true
			}
		}
	}
	if strings.HasPrefix(all[0].word, "female") && len(all) > 1 && suspects[all[1].word] {
		r.she = true
	}
	r.heOnly = he > 0 && she == 0
	return r
}

// scopeOf says what a phrase is worth, from the words around it.
func (r *reader) scopeOf(h hit) scope {
	all := r.all
	start := &all[h.first]
	feared, hypo, neg := false, false, false
	subject, seen := happened, false
	neg = unNegated[start.word] // "has not stopped ringing"
	for i, steps := h.first-1, 0; i >= 0 && all[i].sentence == start.sentence && steps < 12; i, steps = i-1, steps+1 {
		w := all[i].word
		if turns[w] || w == "and" && continues[all[i+1].word] {
			break
		}
		near := all[i].clause == start.clause
		switch {
		case denials[w] && steps <= 8:
			return denied
		case unNegated[w] && near && steps <= 3:
			neg = true // a "not" before it negates that, not the phrase
		case negators[w] && near && !neg && steps <= reach(w):
			if w == "no" && i+1 < len(all) && digitsOf(all[i+1].word) > 0 {
				break // a house number
			}
			if w == "not" && i+1 < len(all) && all[i+1].word == "to" {
				if told(all, i) {
					break // told not to, and did
				}
				return hypothetical
			}
			return denied
		case modals[w] && near && steps <= 4:
			hypo = true
		case fears[w] && steps <= 9:
			feared = true
		case ifs[w] && steps <= 7 && (w != "should" || i == 0 || all[i-1].sentence != start.sentence):
			hypo = true
		case advice[w] && steps <= 8:
			hypo = true
		case threatens[w] && near && i+1 < len(all) && all[i+1].word == "to" && steps <= 3:
			hypo = true
		}
		if !seen {
			switch {
			case h.phrase.told || passiveAt(all, h):
				// Whoever is named first is the one it was done to.
				switch {
				case kin[w] && near && !r.ours(i):
					subject, seen = byOther, true
				case victims[w], w == "she", w == "he", w == "i", suspects[w]:
					seen = true
				}
			case reporting[w] && steps <= 3:
				seen = true // what comes before reports it
			case victims[w] && i > 0 && formers[all[i-1].word]:
				seen = true // a former client
			case victims[w] && near && !(w == "staff" || w == "student" || w == "pupil"), w == "i" && near:
				subject, seen = byVictim, true
			case officials[w] && near:
				subject, seen = byOther, true
			case suspects[w], w == "he", w == "they":
				seen = true
			case w == "she":
				if r.heOnly || r.she || !r.hasHe() {
					seen = true
				} else if near && steps <= 2 {
					subject, seen = byVictim, true
				}
			}
		}
	}
	switch {
	case feared && r.futureAt(h):
		return hypothetical
	case hypo:
		return hypothetical
	case r.after(h):
		return denied
	case r.byOthers(h):
		return byOther
	case r.longAgo(h):
		return past
	}
	return subject
}

// reach is how far, in words, a negation reaches.
func reach(w string) int {
	switch w {
	case "no", "without", "nothing", "none", "neither", "nor":
		return 5
	}
	return 4
}

// told reports whether "not to" at i is what somebody was told, warned or asked.
func told(all []token, i int) bool {
	for j := max(0, i-4); j < i; j++ {
		switch all[j].word {
		case "told", "warned", "asked", "despite":
			return true
		}
	}
	return false
}

// passiveAt reports whether the phrase is in the passive: "followed by", "was followed".
func passiveAt(all []token, h hit) bool {
	if h.end < len(all) && all[h.end].word == "by" {
		return true
	}
	return h.first > 0 && passives[all[h.first-1].word]
}

// futureAt reports whether what is feared has not happened: "worried he will
// come", "fears he may".
func (r *reader) futureAt(h hit) bool {
	for i := h.first; i >= max(0, h.first-5); i-- {
		switch r.all[i].word {
		case "and":
			return false
		case "will", "would", "may", "might", "could", "he'll", "going", "gonna", "she'll":
			return true
		case "of":
			return i+1 < len(r.all) && i+1 >= h.first-1
		}
	}
	return false
}

// after reports a denial behind the phrase: "following denied", "… not reported".
func (r *reader) after(h hit) bool {
	for i := h.end; i < len(r.all) && i < h.end+3 && r.all[i].clause == r.all[h.first].clause; i++ {
		if r.all[i].word == "denied" || r.all[i].word == "denies" {
			return true
		}
	}
	return false
}

// longAgo reports whether the sentence speaks of many years ago.
func (r *reader) longAgo(h hit) bool {
	s := r.all[h.first].sentence
	for i := range r.all {
		t := &r.all[i]
		if t.sentence != s {
			continue
		}
		switch {
		case longAgo[t.word]:
			return true
		case t.word == "ago" && i > 0 && strings.HasPrefix(r.all[i-1].word, "year") && i > 1 && manyYears(r.all[i-2].word):
			return true
		case t.word == "ago" && i == 1 && r.all[0].word == "years":
			return true
		case t.word == "as" && i+2 < len(r.all) && r.all[i+1].word == "a" && (r.all[i+2].word == "child" || r.all[i+2].word == "teenager"):
			return true
		case t.word == "in" && i+1 < len(r.all) && oldYear(r.all[i+1].word):
			return true
		}
	}
	return false
}

func manyYears(w string) bool {
	n, _ := numberOf(w)
	return n >= 3 || w == "many" || w == "several" || w == "some"
}

// oldYear is a year so far back that it is no part of what is reported now. It is
// a round guess, for a narrative does not say when it was written.
func oldYear(w string) bool {
	return len(w) == 4 && (strings.HasPrefix(w, "19") || strings.HasPrefix(w, "200") || strings.HasPrefix(w, "201")) && digitsOf(w) > 0
}

func (r *reader) hasHe() bool {
	for i := range r.all {
		if w := r.all[i].word; w == "he" || w == "him" || w == "his" {
			return true
		}
	}
	return false
}

// ours reports whether the relative at i tells of the victim: "her mother says
// she is being followed".
func (r *reader) ours(i int) bool {
	for j := i + 1; j < min(i+4, len(r.all)); j++ {
		if w := r.all[j].word; w == "she" || w == "victim" || w == "ip" || w == "i" {
			return true
		}
	}
	return false
}

// byOthers reports an agent behind the phrase who is nobody's suspect: "damage by youths".
func (r *reader) byOthers(h hit) bool {
	for i := h.end; i+1 < len(r.all) && i < h.end+5 && r.all[i].clause == r.all[h.first].clause; i++ {
		if r.all[i].word == "by" && unknowns[r.all[i+1].word] {
			return true
		}
	}
	return false
}
