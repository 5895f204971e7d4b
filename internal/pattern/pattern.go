// Package pattern sees the bigger picture: scattered reports by one person
// about another, held together as one course of conduct.
//
// Stalking is seldom one report. It is the call in March, the damaged car in
// April that went down as criminal damage, the message in May that went down as
// nothing. Taken one at a time each is small. This package puts the reports of
// one pair in order of when things happened, groups them into occasions, and
// asks of the whole what the Protection from Harassment Act 1997 asks: are there
// two occasions or more; are these acts associated with stalking (s.2A(3));
// what alarm, distress or fear do the records show; what has changed in the
// victim's days (s.4A). It says which occasions answer each question and what
// nobody has written down yet.
//
// It also says when a repeat is something else: a row between neighbours in
// which both report, a debt, one long night. It never says that anybody is
// guilty, and it computes no risk score. Patterns are put in order by facts
// that are listed beside them.
package pattern

import (
	"time"

	"clew/internal/law"
)

// A Finding is what the records suggest about a pattern. The words are a
// contract (docs/formats.md §1).
type Finding string

const (
	NotRecorded Finding = "stalking-not-recorded"
	Recorded    Finding = "stalking-recorded"
	Conduct     Finding = "course-of-conduct" // repeated, and not shown to be stalking
	Single      Finding = "single"            // several records, one occasion
)

// Findings in the order a worklist shows them.
var Findings = []Finding{NotRecorded, Recorded, Conduct, Single}

// A Pattern is every report of one victim about one suspect, read together.
type Pattern struct {
	Accounts  []Account  // in order of when they happened
	Occasions []Occasion // in order
	Total     int        // occasions the records establish, series entries counted out

	First, Last time.Time // of the occasions, UTC
	Behaviours  Set       // of s.2A(3), anywhere in the pattern
	Acts        Set
	Impact      Set
	Fear        Fear // the strongest recorded
	Threat      bool
	Unwanted    bool // a record says he was told to stop, warned, or not wanted
	Channels    []Channel
	Agencies    []string // in order of first report
	Escalation  *Escalation

	Relationship Relationship
	RecordedAs   []Classification // in order of first use
	Dispute      Dispute          // what else the repeat may be

	Elements []Element
	Finding  Finding
	Reasons  []string

	// Counter holds when the suspect has also reported the victim.
	Counter int // number of such reports
	// OtherVictims is how many other people have reported this suspect.
	OtherVictims int
	// Unnamed: no record names who did it, so that it is one person is for
	// enquiry to show.
	Unnamed bool
	// AlsoUnnamed is how many more reports the victim has made of such conduct
	// that name nobody. They are no part of this pattern.
	AlsoUnnamed int
}

// A Classification is one way the reports were recorded, and how often.
type Classification struct {
	Code, Title string
	Family      law.Family
	Reports     int
}

// Context is what must be known about a pattern's surroundings to judge it.
type Context struct {
	Counter      int // reports in which the two change places
	OtherVictims int // other people who have reported this suspect
	Unnamed      bool
	AlsoUnnamed  int
}

// Compose reads accounts of one pair as one pattern. The accounts may come in
// any order and are not changed; the same accounts always make the same
// pattern.
func Compose(accounts []Account, c Context) Pattern {
	p := Pattern{Accounts: inOrder(accounts), Counter: c.Counter, OtherVictims: c.OtherVictims, Unnamed: c.Unnamed, AlsoUnnamed: c.AlsoUnnamed}
	p.Occasions = gather(p.Accounts)
	for _, o := range p.Occasions {
		p.Total += o.Count
	}
	p.summarise()
	p.Escalation = escalation(p.Occasions)
	p.Elements = elements(&p)
	p.Finding = p.find()
	p.Reasons = p.reasons()
	return p
}

// StalkingRecorded reports whether any agency has recorded any of it as stalking.
func (p *Pattern) StalkingRecorded() bool {
	for _, r := range p.RecordedAs {
		if r.Family == law.Stalking {
			return true
		}
	}
	return false
}

func (p *Pattern) summarise() {
	for i, o := range p.Occasions {
		if i == 0 || o.From.Before(p.First) {
			p.First = o.From
		}
		if o.To.After(p.Last) {
			p.Last = o.To
		}
		p.Behaviours |= o.Behaviours
		p.Acts |= o.Acts
		p.Impact |= o.Impact
		p.Fear = max(p.Fear, o.Fear)
		p.Threat = p.Threat || o.Threat
		p.Unwanted = p.Unwanted || o.Unwanted
	}
	p.Channels = channels(p.Behaviours, p.Acts)
	var disputes [len(disputeWords)]int
	agencies, recorded := map[string]bool{}, map[Classification]int{}
	for i := range p.Accounts {
		a := &p.Accounts[i]
		if !agencies[a.Agency] {
			agencies[a.Agency] = true
			p.Agencies = append(p.Agencies, a.Agency)
		}
		p.count(a, recorded)
		p.Relationship = closer(p.Relationship, a.Relationship)
		disputes[a.Says.Dispute]++
	}
	for d := Dispute(1); int(d) < len(disputes); d++ {
		if disputes[d] > 0 && disputes[d] > disputes[p.Dispute]*btoi(p.Dispute != NoDispute) && disputes[d]*2 >= len(p.Accounts) {
			p.Dispute = d
		}
	}
}

// count adds an account to the ways the reports were recorded. At says where in
// RecordedAs each of them is, counted from 1.
func (p *Pattern) count(a *Account, at map[Classification]int) {
	as := Classification{Code: a.Code, Title: a.Title, Family: a.Family}
	if at[as] == 0 {
		p.RecordedAs = append(p.RecordedAs, as)
		at[as] = len(p.RecordedAs)
	}
	p.RecordedAs[at[as]-1].Reports++
}

func appendNew(all []string, s string) []string {
	for _, x := range all {
		if x == s {
			return all
		}
	}
	return append(all, s)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
