package demo

import (
	"fmt"
	"strings"
)

// The texts in data/ are sentences with slots in braces, filled anew each time:
//
//	{S} {V}          the suspect, the victim, as this record would call them
//	{s} {so} {sp}    he, him, his of the suspect
//	{v} {o} {p}      she, her, her of the victim
//	{is} {has}       after {V}: is or am, has or have
//	{mum}            mummy or daddy, of the victim
//	{when} {When}    last night, on Tuesday
//	{clock} {clock2} {day} {year}
//	{n} {n2}         a number from 2 to 40, another from 2 to 12
//	{nth} {times}    third; three times
//	{range} {mins} {weeks} {months} {miles}
//	{place} {place2} {town} {street}
//	{msg2}           another message
//	{car} {vrm} {app} {handle} {kin} {msg} {order}: the same all through a story
//	{gift} {item} {item2} {threat} {insult}
//
// <this|that> is one or the other. In front, [police,ex] keeps a sentence to
// records in those registers and stories of those relations. At the end,
// "~ following watching" are the behaviours of section 2A(3) the sentence shows,
// where they are not those of its heading ("= follow: following"); "~ none" is
// for none.
type phrase struct {
	segs       []seg
	registers  registers
	relations  relations
	behaviours behaviours
	personal   bool // reads well when the victim is "I"
}

type seg struct {
	text   string
	slot   slot
	either [][]seg
}

type slot uint8

const (
	literal slot = iota
	slotEither
	slotSuspect
	slotVictim
	slotHe
	slotHim
	slotHis
	slotShe
	slotHer
	slotHers
	slotIs
	slotHas
	slotMum
	slotWhen
	slotWhenBig
	slotClock
	slotClock2
	slotDay
	slotYear
	slotN
	slotN2
	slotNth
	slotTimes
	slotRange
	slotMins
	slotWeeks
	slotMonths
	slotMiles
	slotPlace
	slotPlace2
	slotTown
	slotStreet
	slotCar
	slotVrm
	slotApp
	slotHandle
	slotKin
	slotMsg
	slotMsg2
	slotOrder
	slotGift
	slotItem
	slotItem2
	slotThreat
	slotInsult
)

var slotNames = map[string]slot{
	"S": slotSuspect, "V": slotVictim, "s": slotHe, "so": slotHim, "sp": slotHis, "v": slotShe, "o": slotHer, "p": slotHers, "is": slotIs, "has": slotHas, "mum": slotMum,
	"when": slotWhen, "When": slotWhenBig, "clock": slotClock, "clock2": slotClock2, "day": slotDay, "year": slotYear, "n": slotN, "n2": slotN2,
	"nth": slotNth, "times": slotTimes, "range": slotRange, "mins": slotMins, "weeks": slotWeeks, "months": slotMonths, "miles": slotMiles,
	"place": slotPlace, "place2": slotPlace2, "town": slotTown, "street": slotStreet, "car": slotCar, "vrm": slotVrm, "app": slotApp,
	"handle": slotHandle, "kin": slotKin, "msg": slotMsg, "msg2": slotMsg2, "order": slotOrder, "gift": slotGift, "item": slotItem, "item2": slotItem2,
	"threat": slotThreat, "insult": slotInsult,
}

// A register is how one sort of agency writes.
type register uint8

const (
	police register = iota
	callLog
	statement
	gp
	hospital
	school
	university
	housing
	isac
	probation
	intel
	counter // found property
	bus
)

type registers uint16

var registerNames = []string{"police", "call", "statement", "gp", "hospital", "school", "university", "housing", "isac", "probation", "intel", "counter", "bus"}

// A relation is what the suspect is to the victim, as a story has it.
type relation uint8

const (
	other relation = iota
	ex
	partner
	stranger
	acquaintance
	colleague
	neighbour
	client
	relative
	online
	officer // a former partner who is in the police
)

type relations uint16

var relationNames = []string{"other", "ex", "partner", "stranger", "acquaintance", "colleague", "neighbour", "client", "family", "online", "officer"}

// behaviours is a set of those listed in section 2A(3).
type behaviours uint8

// Behaviours are the behaviours of section 2A(3), as docs/formats.md names them.
var Behaviours = []string{"following", "contacting", "publishing", "monitoring", "loitering", "interfering", "watching"}

func (b behaviours) names() (all []string) {
	for i, name := range Behaviours {
		if b&(1<<i) != 0 {
			all = append(all, name)
		}
	}
	return all
}

func behavioursOf(words string) (b behaviours, ok bool) {
	for _, w := range strings.Fields(words) {
		i := indexOf(Behaviours, w)
		if i < 0 && w != "none" {
			return 0, false
		}
		if i >= 0 {
			b |= 1 << i
		}
	}
	return b, true
}

func indexOf(all []string, s string) int {
	for i, v := range all {
		if v == s {
			return i
		}
	}
	return -1
}

// readPhrases reads a bank of sentences, by heading.
func readPhrases(name string) map[string][]phrase {
	b := readBank(name)
	all := map[string][]phrase{}
	for _, heading := range b.order {
		title, shows, _ := strings.Cut(heading, ":")
		usual, ok := behavioursOf(shows)
		if !ok {
			panic(fmt.Sprintf("%s: %q names no behaviour of section 2A(3)", name, heading))
		}
		for _, line := range b.lines[heading] {
			p, err := parsePhrase(line, usual)
			if err != nil {
				panic(fmt.Sprintf("%s: %q: %v", name, line, err))
			}
			all[title] = append(all[title], p)
		}
	}
	return all
}

func parsePhrase(line string, usual behaviours) (p phrase, err error) {
	p.behaviours = usual
	if strings.HasPrefix(line, "[") {
		tags, rest, ok := strings.Cut(line[1:], "]")
		if !ok {
			return p, fmt.Errorf("[ without ]")
		}
		for _, tag := range strings.Split(tags, ",") {
			if i := indexOf(registerNames, tag); i >= 0 {
				p.registers |= 1 << i
			} else if i := indexOf(relationNames, tag); i >= 0 {
				p.relations |= 1 << i
			} else {
				return p, fmt.Errorf("%q is no register and no relation", tag)
			}
		}
		line = strings.TrimSpace(rest)
	}
	if i := strings.LastIndex(line, " ~ "); i >= 0 {
		var ok bool
		if p.behaviours, ok = behavioursOf(line[i+3:]); !ok {
			return p, fmt.Errorf("%q names no behaviour of section 2A(3)", line[i+3:])
		}
		line = line[:i]
	}
	p.personal = personal(line)
	p.segs, line, err = parseSegs(line, false)
	if err == nil && line != "" {
		err = fmt.Errorf("text is left over: %q", line)
	}
	return p, err
}

// parseSegs reads up to the end or, inside <…>, up to | or >.
func parseSegs(s string, inside bool) (all []seg, rest string, err error) {
	for s != "" {
		i := strings.IndexAny(s, "{<|>")
		if i < 0 {
			i = len(s)
		}
		if i > 0 {
			all = append(all, seg{text: s[:i]})
			s = s[i:]
			continue
		}
		switch s[0] {
		case '{':
			name, after, ok := strings.Cut(s[1:], "}")
			slot, known := slotNames[name]
			if !ok || !known {
				return nil, "", fmt.Errorf("there is no slot {%s}", name)
			}
			all, s = append(all, seg{slot: slot}), after
		case '<':
			var either [][]seg
			for s[0] != '>' {
				var one []seg
				if one, s, err = parseSegs(s[1:], true); err != nil {
					return nil, "", err
				}
				if s == "" {
					return nil, "", fmt.Errorf("< without >")
				}
				either = append(either, one)
			}
			all, s = append(all, seg{slot: slotEither, either: either}), s[1:]
		default:
			if !inside {
				return nil, "", fmt.Errorf("%q outside <…>", s[:1])
			}
			return all, s, nil
		}
	}
	return all, s, nil
}

// personal reports whether {V} stands only where "I" can stand.
func personal(line string) bool {
	for i := 0; ; {
		j := strings.Index(line[i:], "{V}")
		if j < 0 {
			return true
		}
		i += j
		before := strings.TrimSpace(line[:i])
		word := before[strings.LastIndexAny(before, " .")+1:]
		if before != "" && !strings.HasSuffix(before, ",") && !strings.HasSuffix(before, ".") && indexOf(clauseWords, word) < 0 || strings.HasPrefix(line[i+3:], "'s") {
			return false
		}
		i += 3
	}
}

var clauseWords = []string{"when", "and", "that", "because", "where", "if", "what", "but", "after", "before", "while"}
