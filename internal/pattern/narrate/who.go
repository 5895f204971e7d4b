package narrate

import (
	"slices"
	"strings"
)

// A role is what a word may do in a sentence: bits, in the order of roleNames,
// each a class of the lexicon.
type role uint64

const (
	isVictim   role = 1 << iota // words for whom it happened to
	isSuspect                   // words for who is said to have done it
	isOfficial                  // who calls and visits in the way of work
	isKin                       // relatives, friends, neighbours, colleagues
	isStranger                  // "by youths"
	isWoman                     // a woman who is an ex, a wife, a girlfriend
	isHe
	isShe
	isThey
	isSelf
	isObject // me, him, her, them, us
	isNot
	isDenies
	isAdmits
	isSoft // what takes the sting from a "not" before it: "not stopped calling"
	isMay
	isFears
	isIf
	isAdvice
	isThreatens
	isReports
	isSaid
	isBe
	isTurn
	isLink
	isThe
	isFormer
	isLongAgo
	isTold
	isOn       // went on all the same
	isPersonal // says that one person is meant
	isPolicing // says that the suspect works for the police
	isClose    // says that the two know one another, or that one is fixed on the other
	isOrdinary // says that it is a crime against anybody, or no crime
	isArticle
	isNotName
	isPast // a verb that tells of what was, by a form of its own: "rang"
)

var roleNames = []string{"victim", "suspect", "official", "kin", "stranger", "woman", "he", "she", "they", "self", "object", "not", "denies", "admits", "soft", "may",
	"fears", "if", "advice", "threatens", "reports", "said", "be", "turn", "link", "the", "former", "longago", "told", "on", "personal", "policing", "close", "ordinary", "article", "notname", "past"}

const (
	isPronoun = isHe | isShe | isThey | isSelf
	notName   = isNotName | isVictim | isSuspect | isOfficial | isKin | isPronoun | isObject | isNot | isThe | isLink | isReports
)

// A reader of one narrative knows what has been found out about who is who.
type reader struct {
	x        *lexicon
	all      []token
	self     bool // told in the first person
	he, she  bool // there is a he, a she
	woman    bool // the suspect is a woman
	police   bool // the suspect works for the police
	on       bool // somebody went on all the same
	personal bool // one person is meant
	close    bool // the two know one another
	ordinary bool // a crime against anybody
	suspects []string
	victims  []string
}

// party is who does a thing, or who it is done to.
type party uint8

const (
	unknown party = iota
	suspect
	victim
	official
	kin
	stranger
)

func (r *reader) start(x *lexicon, all []token, hits []hit) {
	*r = reader{x: x, all: all, suspects: r.suspects[:0], victims: r.victims[:0]}
	var roles role
	score, hes, shes := 0, 0, 0
	for i := range all {
		t := &all[i]
		roles |= t.role
		switch {
		case t.role&isHe != 0, t.word == "him":
			hes++
		case t.role&isShe != 0:
			shes++
		case t.role&isSelf != 0, t.word == "me", t.word == "my":
			r.self = true
		case t.word == "did" && i+1 < len(all) && all[i+1].word == "so":
			r.on = true
		case t.role&isWoman != 0 && i > 0 && all[i-1].role&isFormer != 0, t.role&isWoman != 0 && strings.HasPrefix(t.word, "ex"):
			score += 3
		}
		switch t.word {
		case "his", "her":
			if i+1 < len(all) && all[i+1].role&(isSuspect|isFormer) != 0 {
				score += 3 - 6*btoi(t.word == "her")
			}
		case "female", "fem", "woman", "lady", "girl":
			if i+1 < len(all) && all[i+1].role&isSuspect != 0 {
				score += 3
			}
		case "male", "man":
			if i > 0 && all[i-1].role&isVictim != 0 || i > 1 && all[i-1].role&isBe != 0 && all[i-2].role&isVictim != 0 || i+1 < len(all) && all[i+1].role&(isVictim|isReports) != 0 {
				score += 3
			}
		}
		if t.name {
			r.meet(i)
		}
	}
	r.he, r.she = hes > 0, shes > 0
	r.police, r.on, r.personal, r.close, r.ordinary = roles&isPolicing != 0, r.on || roles&isOn != 0, roles&isPersonal != 0, roles&isClose != 0, roles&isOrdinary != 0
	for i := range hits {
		r.ordinary = r.ordinary || hits[i].sense.ordinary
	}
	switch {
	case r.self:
		score += 2*btoi(shes > hes) - 2*btoi(hes > shes)
	default:
		for i := range hits {
			if hits[i].sense.behaviours != 0 {
				score += r.leaning(&hits[i])
			}
		}
	}
	r.woman = score > 0 && (shes > 0 || hes == 0)
}

// leaning tells from a phrase whether the suspect is a woman, above 0, or a man,
// below: "she put an app on his phone", "follows her".
func (r *reader) leaning(h *hit) int {
	her, his := false, false
	for i := h.first; i <= h.end && i < len(r.all) && r.all[i].sentence == r.all[h.first].sentence; i++ {
		switch r.all[i].word {
		case "her":
			her = true
		case "him", "his":
			his = true
		}
	}
	for i := h.first - 1; i >= max(0, h.first-6) && r.all[i].clause == r.all[h.first].clause; i-- {
		if t := &r.all[i]; t.role&isShe != 0 {
			return btoi(his && !her)
		} else if t.role&isHe != 0 {
			return -btoi(her && !his)
		}
	}
	for i := h.end - 1; i <= h.end && i < len(r.all) && r.all[i].sentence == r.all[h.first].sentence; i++ {
		if r.all[i].word == "him" && !r.she {
			return 1
		}
	}
	return -btoi(her && !his)
}

// meet finds out whose a name is, where the words beside it say.
func (r *reader) meet(i int) {
	all, word := r.all, strings.TrimSuffix(r.all[i].word, "'s")
	is := func(j int, of role) bool {
		return j >= 0 && j < len(all) && all[j].sentence == all[i].sentence && all[j].role&of != 0
	}
	switch {
	case is(i-1, isSuspect|isFormer), is(i-1, isTold), is(i+1, isSuspect) && word == all[i].word:
		r.suspects = append(r.suspects, word)
	case is(i-1, isVictim), is(i+1, isSuspect|isFormer), is(i+1, isReports) && word == all[i].word:
		r.victims = append(r.victims, word)
	case i > 1 && (all[i-1].word == "with" || all[i-1].word == "from") && is(i-2, isPersonal):
		r.suspects = append(r.suspects, word)
	}
}

// named is whose a name is.
func (r *reader) named(t *token) party {
	word := strings.TrimSuffix(t.word, "'s")
	switch {
	case slices.Contains(r.suspects, word):
		return suspect
	case slices.Contains(r.victims, word):
		return victim
	}
	return unknown
}

// pronoun is whom a pronoun in the place of a subject means.
func (r *reader) pronoun(t *token) party {
	switch {
	case t.role&isSelf != 0:
		return victim
	case t.role&isShe != 0:
		if r.woman {
			return suspect
		}
		return victim
	case t.role&isHe != 0 && r.woman:
		return victim
	}
	return suspect
}

// leads reports whether the noun at i is the subject of what follows it, and no
// object: it begins its clause, or comes after "that", "and", "says".
func (r *reader) leads(i int) bool {
	j := i - 1
	for j >= 0 && r.all[j].clause == r.all[i].clause && (r.all[j].role&(isThe|isFormer|isSuspect) != 0 || owner(r.all[j].word)) {
		j--
	}
	return j < 0 || r.all[j].clause != r.all[i].clause || r.all[j].role&(isLink|isReports|isTurn|isIf) != 0
}

// owner reports a word that says whose: "victim's".
func owner(word string) bool { return strings.HasSuffix(word, "'s") }

// A subject is who is said to do what a phrase says, and where: at is -1 when
// nobody is named.
func (r *reader) subject(h *hit, told bool) (who party, at int) {
	all, start := r.all, &r.all[h.first]
	joined := false
	for i, steps := h.first-1, 0; i >= 0 && all[i].sentence == start.sentence && steps < 14; i, steps = i-1, steps+1 {
		t := &all[i]
		near := t.clause == start.clause
		switch {
		case told:
			// Whoever is named first is the one it was done to.
			switch {
			case t.role&isKin != 0 && near && t.role&isSuspect == 0 && r.leads(i) && !r.ours(i):
				return kin, i
			case t.role&isOfficial != 0 && near && r.leads(i) && !r.police:
				return official, i
			case t.role&(isVictim|isSuspect|isPronoun) != 0:
				return unknown, i
			}
		case t.role&isReports != 0 && (steps <= 3 || t.role&isSaid != 0):
			return unknown, -1 // what comes before reports it
		case t.role&isPronoun != 0:
			if joined && i > 0 && all[i-1].role&isLink != 0 && all[i-1].word != "and" {
				continue // "found out where she lives and turned up"
			}
			if who = r.pronoun(t); who == victim && !near && t.role&isSelf == 0 {
				continue
			}
			if who == victim && i > 0 && (all[i-1].role&isSuspect != 0 || all[i-1].name) && all[i-1].clause == t.clause {
				return suspect, i - 1 // "the man she left followed"
			}
			return who, i
		case t.name:
			if who = r.named(t); who == unknown && !r.leads(i) || who == victim && (!near || !r.leads(i)) {
				continue
			}
			return who, i
		case owner(t.word):
			if t.word == "there's" {
				return unknown, -1
			}
		case t.word == "there" && all[i+1].role&isBe != 0:
			return unknown, -1
		case t.role&isVictim != 0 && i > 0 && all[i-1].role&(isFormer|isSuspect) != 0:
			return suspect, i // a former client, a male student
		case t.role&isSuspect != 0:
			if !near || r.leads(i) || i+1 == h.first || all[i+1].role&isBe != 0 || i > 0 && all[i-1].word == "by" {
				return suspect, i
			}
		case t.role&isVictim != 0 && near && r.leads(i):
			return victim, i
		case t.role&isOfficial != 0 && !r.police && r.leads(i):
			if all[i+1].word == "who" {
				return suspect, i // "the DS who took her statement"
			}
			return official, i
		case t.role&isStranger != 0 && r.leads(i):
			return stranger, i
		case t.word == "and":
			joined = true
		}
	}
	return unknown, -1
}

// object is whom a phrase says it is done to.
func (r *reader) object(h *hit) party {
	for i := h.first + 1; i <= h.end && i < len(r.all) && r.all[i].clause == r.all[h.end-1].clause; i++ {
		t := &r.all[i]
		switch {
		case t.word == "me" || t.word == "us":
			return victim
		case t.word == "him":
			if r.woman || !r.she && !r.self {
				return victim
			}
			return suspect
		case t.word == "her" && i >= h.end-1:
			if r.woman || i+1 < len(r.all) && r.all[i+1].role&(isSuspect|isFormer) != 0 {
				return suspect
			}
			return victim
		case t.name && i >= h.end-1:
			if p := r.named(t); p != unknown {
				return p
			}
		case t.role&isSuspect != 0 && t.role&isVictim == 0 && i >= h.end-1:
			return suspect
		case t.role&isVictim != 0 && !owner(t.word):
			return victim
		}
	}
	return unknown
}

// ours reports whether the relative at i tells of the victim: "her mother says
// she is being followed".
func (r *reader) ours(i int) bool {
	for j := i + 1; j < min(i+4, len(r.all)); j++ {
		if t := &r.all[j]; t.role&(isShe|isVictim|isSelf) != 0 {
			return true
		}
	}
	return false
}
