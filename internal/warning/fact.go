package warning

import (
	"time"

	"clew/internal/when"
)

// A Kind is a kind of fact.
type Kind string

const (
	OfIncident    Kind = "incident"
	OfReport      Kind = "report"
	OfAssessment  Kind = "assessment"
	OfImpact      Kind = "impact"
	OfWarning     Kind = "warning"
	OfOrder       Kind = "order"
	OfWarrant     Kind = "warrant"
	OfAttempt     Kind = "warrant-attempt"
	OfExecution   Kind = "warrant-executed"
	OfArrest      Kind = "arrest"
	OfCharge      Kind = "charge"
	OfRelease     Kind = "release"
	OfConviction  Kind = "conviction"
	OfOutcome     Kind = "outcome"
	OfDisposal    Kind = "disposal"
	OfFind        Kind = "find"
	OfClosure     Kind = "closure"
	OfContact     Kind = "contact"
	OfOffer       Kind = "offer"
	OfEnquiry     Kind = "enquiry"
	OfOutsideBody Kind = "outside-body"
	OfDecision    Kind = "decision"
	OfCompromise  Kind = "compromise"
	OfHistory     Kind = "history"
	OfTie         Kind = "tie"
	OfEnd         Kind = "relationship-end"
)

// Kinds are all kinds, in the order docs/formats.md lists them.
var Kinds = []Kind{OfIncident, OfReport, OfAssessment, OfImpact, OfWarning, OfOrder, OfWarrant, OfAttempt, OfExecution,
	OfArrest, OfCharge, OfRelease, OfConviction, OfOutcome, OfDisposal, OfFind, OfClosure, OfContact, OfOffer, OfEnquiry,
	OfOutsideBody, OfDecision, OfCompromise, OfHistory, OfTie, OfEnd}

// A Fact is one thing that happened.
type Fact struct {
	ID       string
	Kind     Kind
	Pairs    []string // whom it is about; none: every pair of the case
	Seq      int      // its place among all facts of the case, from 1; 0 when that is not known
	Happened when.Moment
	Known    []Knowing // who came to know, and when; none: nobody did
	Entered  time.Time // when it was put in; for the record, no rule uses it
	Agency   string    // whose act it is
	By, To   string    // ids of people of the case, or names
	Note     string
	Detail   // only the fields of its kind have a meaning
}

// A Knowing is when one agency, or the victim's own diary, came to know of a fact.
type Knowing struct {
	By string // an agency; Diary; or "": everybody who works on the case
	At time.Time
}

// Diary knows what the victim wrote down and no agency has been told.
const Diary = "diary"

// Detail is what facts of each kind say.
type Detail struct {
	// incident
	Behaviours []string // the names of s.2A(3): following, contacting …, other
	Acts       []string // more closely; free words, known ones in act.go
	Channel    string   // in-person, phone, message, social, post, online, third-party
	Place      string   // id of a place; of a find too
	Count      int      // how many times; 0 is 1
	Fear       Fear     // of an impact too
	Impact     []string // of an impact too
	TravelKM   float64
	Features   map[string]string // what wording, device, number, handle or method it shows

	// report
	About      []string // ids of incidents
	Ref        string
	RecordedAs string // a code, "none", or "" when that is not known
	Graded     string
	LinkedTo   []string // refs of other reports

	// assessment
	Tool, Concern string
	Refused       bool

	// warning, order, disposal
	Form         string
	Made, Served when.Moment
	NotServed    bool // of an order: it is known that it has not been served
	Until        when.Moment
	Terms        []string

	// arrest, charge, release, conviction, outcome; closure: what it is of; enquiry: who
	Of      []string
	Offence string
	Reason  string // of a warrant, closure or decision

	// find
	Items    []string
	Position *Position

	// contact: what the victim was told; offer: the answer
	Told   string
	Answer string

	// enquiry, outside body
	State string
	Name  string

	// decision
	On     string // not-stalking, spo, search, arrest, link, not-linked, grade, closure, victim-disposal, breach
	Rank   string
	Clears []string // ids of rules

	// compromise; history; tie: what somebody else's case shows too
	What   string
	Victim string
	Crime  string
	When   when.Moment
}

// Fear is what the victim said of fear.
type Fear uint8

const (
	FearNotAsked Fear = iota
	FearNone
	Alarm
	Distress
	Violence
)

// Fears are the words for each Fear.
var Fears = [...]string{"", "none", "alarm", "distress", "violence"}

func (f Fear) String() string { return Fears[f] }

// A Position is latitude and longitude in degrees.
type Position [2]float64

// A Case is who and where.
type Case struct {
	Title  string
	People map[string]Person
	Pairs  []Pair
	Places map[string]Place
}

// A Person is somebody of a case.
type Person struct {
	Name                             string
	DOB                              when.Moment
	Aliases, Phones, Handles, Emails []string
}

// A Pair is one victim and one suspect, in that direction.
type Pair struct {
	ID, Victim, Suspect string
	Relationship        string // partner, former-partner, neighbour, … or local words
	From, Until         when.Moment
}

// A Place is somewhere that belongs to somebody's life.
type Place struct {
	Of          string // a person
	Kind        string // home, work, routine …
	Name        string
	At          *Position
	From, Until when.Moment // it was routine; unknown: no end is known
	Known       time.Time   // when it came to be known; zero: always
	Secret      bool        // neither what it is nor how far it is off may be told
}

// A position in time: what is known at once is told apart by sequence.
type pos struct {
	at  time.Time
	seq int
}

func (p pos) compare(q pos) int {
	if c := p.at.Compare(q.at); c != 0 {
		return c
	}
	return p.seq - q.seq
}

func (p pos) after(q pos) bool { return p.compare(q) > 0 }

// knownTo is when a fact came to be known to some agencies; to anybody when none is
// named.
func (f *Fact) knownTo(agencies map[string]bool) (at time.Time, ok bool) {
	for _, k := range f.Known {
		if (len(agencies) == 0 || k.By == "" || agencies[k.By]) && (!ok || k.At.Before(at)) {
			at, ok = k.At, true
		}
	}
	return at, ok
}

// A dated is a moment with a sequence number.
type dated struct {
	when.Moment
	seq int
}

func (f *Fact) happened() dated { return dated{f.Happened, f.Seq} }

// given is when a warning, order, caution or condition was given to whom it binds.
func (f *Fact) given() (dated, bool) {
	if f.NotServed {
		return dated{}, false
	}
	for _, m := range []when.Moment{f.Served, f.Made} {
		if !m.Known() {
			continue
		}
		seq := 0 // its place in the file is that of Happened
		if m == f.Happened {
			seq = f.Seq
		}
		return dated{m, seq}, true
	}
	return f.happened(), true
}

// surelyAfter reports whether a came after b and no other order is possible.
func surelyAfter(a, b dated) bool {
	switch {
	case b.Moment.Before(a.Moment):
		return true
	case a.Moment.Before(b.Moment):
		return false
	}
	return a.seq > 0 && b.seq > 0 && a.seq > b.seq
}
