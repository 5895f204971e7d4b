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

// scopeOf says what a phrase is worth, from the words around it.
func (r *reader) scopeOf(h *hit) scope {
	told := h.phrase.told || r.passiveAt(h)
	who, at := r.subject(h, told)
	if s := r.mood(h, at); s != happened {
		return s
	}
	switch {
	case r.deniedBehind(h):
		return denied
	case r.byOthers(h):
		return byOther
	case r.longAgo(h):
		return past
	}
	if whom := r.object(h); whom == victim && who == victim {
		who = suspect // she is no doer of what is done to her
	} else if whom == suspect && at < 0 && !told {
		who = victim
	}
	switch who {
	case official, kin, stranger:
		return byOther
	case victim:
		return byVictim
	}
	return happened
}

// mood says whether a phrase is denied, or only feared, advised, supposed. It
// looks back from the phrase to what governs it. At is where its subject is.
func (r *reader) mood(h *hit, at int) scope {
	all, start := r.all, &r.all[h.first]
	if !h.phrase.not && h.end-h.first <= 5 {
		for i := h.first + 1; i < h.end-1; i++ {
			if all[i].role&isNot != 0 {
				return denied // "received no letters"
			}
		}
	}
	soft := start.role&isSoft != 0 // "has not stopped ringing"
	feared, or := false, false
	subjects := 0
	for i, steps := h.first-1, 0; i >= 0 && all[i].sentence == start.sentence && steps < 14; i, steps = i-1, steps+1 {
		t := &all[i]
		if t.role&isTurn != 0 || t.role&isAdmits != 0 || t.word == "and" && subjects == 0 && all[i+1].role&isBe != 0 && all[i+1].word != "being" && all[i+1].word != "been" {
			break
		}
		near := t.clause == start.clause
		switch {
		case t.role&isDenies != 0 && steps <= 8 && subjects <= 1:
			return denied
		case t.role&isSoft != 0 && near && steps <= 3:
			soft = true // a "not" before it negates that, not the phrase
		case t.role&isNot != 0 && near && !soft && steps <= 5+4*btoi(or) && (subjects == 0 || r.governs(i)):
			if t.word == "no" && i+1 < len(all) && digitsOf(all[i+1].word) > 0 {
				break // a house number
			}
			if i+1 < len(all) && all[i+1].word == "to" {
				if r.on || h.first-i > 2 && all[h.first-1].word == "and" && (start.role&isPast != 0 || strings.HasSuffix(start.word, "ed")) {
					break // told not to, and did
				}
				return hypothetical
			}
			return denied
		case t.role&isMay != 0 && near && steps <= 4 && subjects == 0 && !month(all, i):
			if all[i+1].word == "see" || all[i+1].word == "hear" || all[i+1].word == "tell" || all[i+1].word == "have" && t.word == "could" {
				break
			}
			return hypothetical
		case t.role&isFears != 0 && steps <= 9:
			feared = true
		case t.role&isIf != 0 && near && steps <= 7 && subjects <= 1 && (t.word != "should" || i == 0 || all[i-1].sentence != t.sentence):
			return hypothetical
		case (t.word == "will" || t.word == "gonna" || t.word == "he'll" || t.word == "she'll" || t.word == "would" && r.said(i)) && steps == 0 && !h.phrase.not:
			return hypothetical
		case t.role&isAdvice != 0 && subjects <= 1 && !(t.word == "advised" && r.plainly(i+1)):
			return hypothetical
		case t.role&isThreatens != 0 && near && all[i+1].word == "to" && steps <= 3:
			return hypothetical
		}
		or = or || t.word == "or"
		if t.role&isPronoun != 0 || i == at {
			subjects++
		}
	}
	if feared && r.futureAt(h) {
		return hypothetical
	}
	return happened
}

// month reports whether the "may" at i is one.
func month(all []token, i int) bool {
	if all[i].word != "may" {
		return false
	}
	if i+1 < len(all) && digitsOf(all[i+1].word) > 0 {
		return true
	}
	if i == 0 {
		return false
	}
	switch w := all[i-1].word; w {
	case "in", "since", "of", "from", "until", "till", "by", "on", "early", "late", "last":
		return true
	default:
		return digitsOf(w) > 0
	}
}

// said reports whether the word at i is in what somebody said or threatened.
func (r *reader) said(i int) bool {
	for j := i - 1; j >= max(0, i-5) && r.all[j].sentence == r.all[i].sentence; j-- {
		if r.all[j].role&(isSaid|isThreatens|isTold) != 0 {
			return true
		}
	}
	return false
}

// plainly reports whether what begins at i is told as a fact: "advised that he
// came", not "advised to leave".
func (r *reader) plainly(i int) bool {
	return i < len(r.all) && (r.all[i].word == "that" || r.all[i].role&isPronoun != 0)
}

// governs reports whether a "not" reaches over a subject: "nothing to say that he
// followed", "nor has he followed".
func (r *reader) governs(i int) bool {
	for j := i + 1; j < min(i+6, len(r.all)); j++ {
		if r.all[j].word == "that" && r.all[i].word != "not" {
			return true
		}
		if r.all[j].role&isPronoun != 0 {
			return r.all[j-1].role&isBe != 0
		}
	}
	return false
}

// passiveAt reports whether the phrase is in the passive: "followed by", "was followed".
func (r *reader) passiveAt(h *hit) bool {
	if h.end < len(r.all) && r.all[h.end].word == "by" {
		return true
	}
	if h.first == 0 {
		return false
	}
	switch r.all[h.first-1].word {
	case "being", "been", "by":
		return true
	case "was", "were", "is", "got":
		return strings.HasSuffix(r.all[h.first].word, "ed")
	}
	return false
}

// futureAt reports whether what is feared has not happened: "worried he will
// come", "fears he may".
func (r *reader) futureAt(h *hit) bool {
	for i := h.first; i >= max(0, h.first-5); i-- {
		switch r.all[i].word {
		case "and", "as", "because", "since":
			return false
		case "will", "would", "may", "might", "could", "he'll", "going", "gonna", "she'll":
			return true
		case "of":
			return i+1 < len(r.all) && i+1 >= h.first-1
		}
	}
	return false
}

// deniedBehind reports a denial behind the phrase: "following denied".
func (r *reader) deniedBehind(h *hit) bool {
	for i := h.end; i < len(r.all) && i < h.end+3 && r.all[i].clause == r.all[h.first].clause; i++ {
		if r.all[i].role&isDenies != 0 && r.all[i].role&isPronoun == 0 && !strings.HasSuffix(r.all[i].word, "ing") {
			return i == h.end || r.all[i-1].role&isPronoun == 0
		}
	}
	return false
}

// longAgo reports whether the sentence speaks of many years ago.
func (r *reader) longAgo(h *hit) bool {
	s := r.all[h.first].sentence
	first := h.first
	for first > 0 && r.all[first-1].sentence == s {
		first--
	}
	for i := first; i < len(r.all) && r.all[i].sentence == s; i++ {
		t := &r.all[i]
		switch {
		case t.role&isLongAgo != 0:
			return true
		case t.word == "ago" || t.word == "back":
			if i > 1 && strings.HasPrefix(r.all[i-1].word, "year") && manyYears(r.all[i-2].word) || i == first+1 && r.all[first].word == "years" {
				return true
			}
		case t.word == "as" && i+2 < len(r.all) && r.all[i+1].word == "a" && (r.all[i+2].word == "child" || r.all[i+2].word == "teenager"):
			return true
		case (t.word == "in" || t.word == "since" && i > 0 && r.all[i-1].word == "him") && i+1 < len(r.all) && oldYear(r.all[i+1].word):
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

// byOthers reports an agent behind the phrase who is nobody's suspect: "damage by
// youths", "a call from the bank".
func (r *reader) byOthers(h *hit) bool {
	for i := h.end; i+1 < len(r.all) && i < h.end+5 && r.all[i].clause == r.all[h.first].clause; i++ {
		if w := r.all[i].word; w != "by" && w != "from" || r.all[i-1].role&isReports != 0 {
			continue
		}
		for j := i + 1; j < len(r.all) && j < i+4 && r.all[j].clause == r.all[i].clause; j++ {
			if of := r.all[j].role; of&isStranger != 0 || of&isOfficial != 0 && !r.police {
				return true
			} else if of&(isThe|isFormer) == 0 {
				break
			}
		}
	}
	return false
}
