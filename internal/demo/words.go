package demo

import "strings"

// The banks of texts, read once.
var (
	acts  = readPhrases("acts.txt")
	said  = readPhrases("said.txt")
	noise = readPhrases("noise.txt")

	cars     = places.words("cars")
	kin      = places.words("kin")
	apps     = places.words("apps")
	gifts    = phrasesOf(places.words("gifts"))
	items    = phrasesOf(places.words("items"))
	goods    = places.words("goods")
	messages = places.words("messages")
	threats  = places.words("threats")
	insults  = places.words("insults")
	orders   = places.words("orders")

	weekdays = strings.Fields("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
	nths     = strings.Fields("second third third fourth fifth sixth tenth")
	counts   = []int{2, 3, 3, 4, 4, 5, 6, 6, 7, 8, 9, 11, 12, 14, 17, 19, 23, 26, 31, 38, 40}
	times    = []string{"twice", "twice", "three times", "three times", "four times", "five times", "on 3 occasions", "on several occasions", "x3", "at least six times"}
	ranges   = []string{"4 or 5", "5-10", "10 to 15", "10-20", "20-30", "20 to 30", "30-40", "40 to 50", "up to 60", "50 plus"}
	spans    = []string{"a week", "the last week", "a fortnight", "two weeks", "three weeks", "the last month", "five weeks", "six weeks", "two months", "3 weeks", "10 days"}
	months   = []string{"two months", "three months", "four months", "six months", "8 months", "nine months", "a year", "18 months", "about two years"}
)

func phrasesOf(all []string) (out []phrase) {
	for _, s := range all {
		p, err := parsePhrase(s, 0)
		if err != nil {
			panic(s + ": " + err.Error())
		}
		out = append(out, p)
	}
	return out
}

// suspectAs is how the record calls the suspect: in full at first, shorter after.
func (c *scene) suspectAs(first bool) string {
	r, p := c.r, c.suspect
	if c.saidS > 0 && first && p != nil && r.chance(550) {
		return pronoun(p, "he", "she", "they")
	}
	if c.register == probation && p != nil {
		return "PoP"
	}
	given, _, _ := strings.Cut(c.sName, " ")
	if c.sName == "" || r.chance(150) {
		return c.stranger()
	}
	if c.saidS > 0 {
		if r.chance(250) && (c.register == police || c.register == callLog) {
			return pick(r, []string{"susp", "the suspect", "SUSP"})
		}
		return given
	}
	switch {
	case c.relation.bits()&(1<<ex) != 0 && r.chance(300):
		return c.mine("my", "his", "her", "their") + pick(r, []string{" ex ", " ex partner ", " ex-partner ", " former partner "}) + c.sName
	case c.relation == partner && r.chance(300):
		return c.mine("my", "his", "her", "their") + " partner " + c.sName
	case c.relation == neighbour && r.chance(250):
		return "neighbour " + c.sName
	case c.relation == colleague && r.chance(200):
		return "colleague " + c.sName
	case r.chance(120) && c.register <= callLog:
		return "susp " + c.sName
	}
	return c.sName
}

// stranger names the suspect without a name.
func (c *scene) stranger() string {
	r, p := c.r, c.suspect
	her := c.mine("my", "his", "her", "their")
	var all []string
	switch c.relation {
	case ex, officer:
		all = []string{her + " ex", her + " ex-partner", her + " former partner", "the ex", her + " ex"}
	case partner:
		all = []string{her + " partner", "the partner", her + pronoun(p, " boyfriend", " girlfriend", " partner")}
	case colleague:
		all = []string{"a colleague", pronoun(p, "a man", "a woman", "somebody") + " from work", "a co-worker", her + " colleague"}
	case neighbour:
		all = []string{"the neighbour", "next door", her + " neighbour"}
	case client:
		all = []string{"a former client", "a former patient", "a " + pronoun(p, "man", "woman", "person") + " " + c.mine("I", "he", "she", "they") + " used to see through work"}
	case relative:
		all = []string{"a relative", "a family member", "a member of the family"}
	case online:
		all = []string{"someone online", "the other user", "the account holder", "a person met online"}
	case stranger:
		all = []string{pronoun(p, "a male", "a female", "somebody") + " not known to " + c.mine("me", "him", "her", "them"), pronoun(p, "an unknown male", "an unknown female", "an unknown person"), "the same " + pronoun(p, "man", "woman", "person")}
	default:
		all = []string{pronoun(p, "a male", "a female", "a person"), pronoun(p, "the male", "the female", "the person"), pronoun(p, "an unknown male", "an unknown female", "someone unknown")}
	}
	return pick(r, all)
}

// victimAs is how the record calls the victim.
func (c *scene) victimAs(first bool) string {
	r, p := c.r, c.victim
	if c.register == statement {
		c.iAm = true
		return "I"
	}
	if c.saidV > 0 && first && p != nil && r.chance(500) {
		return pronoun(p, "he", "she", "they")
	}
	given, _, _ := strings.Cut(c.vName, " ")
	named := c.vName != "" && p != nil
	if c.absent {
		if !named || r.chance(300) {
			return pick(r, []string{"misper", pronoun(p, "a male", "a female", "a person"), "MP"})
		}
		return c.vName
	}
	var all []string
	switch c.register {
	case police:
		all = []string{"victim", "the victim", "IP", "the IP", "AP"}
		if named {
			all = []string{"victim", "IP", c.title(), c.vName, given, "the IP"}
		}
	case callLog:
		all = []string{"caller", "INFT", "CLR"}
	case intel:
		all = []string{pronoun(p, "a male", "a female", "a person"), "the person concerned"}
	case gp:
		all = []string{"pt", "patient", pronoun(p, "he", "she", "pt")}
	case hospital:
		all = []string{"pt", "patient", "the pt"}
	case school:
		all = []string{pronoun(p, "Dad", "Mum", "parent"), "parent"}
		if p != nil && c.w.year-p.year < 19 {
			all = []string{"pupil", given, "the pupil"}
			if !named {
				all = all[:1]
			}
		}
	case university:
		all = []string{"student", "the student"}
	case housing:
		all = []string{"tenant", "the tenant", "resident"}
		if named {
			all = append(all, c.title())
		}
	case isac:
		all = []string{"client", "the client"}
		if named {
			all = append(all, given, given[:firstRune(given)])
		}
	case probation:
		all = []string{"the victim", "victim"}
	default:
		all = []string{"the customer", "a passenger"}
	}
	return pick(r, all)
}

func firstRune(s string) int {
	for i := range s {
		if i > 0 {
			return i
		}
	}
	return len(s)
}

func (c *scene) title() string {
	_, family, ok := strings.Cut(c.vName, " ")
	if !ok {
		return c.vName
	}
	return pronoun(c.victim, "Mr ", "Ms ", "") + family
}
