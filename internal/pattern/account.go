package pattern

import (
	"strings"
	"time"

	"clew/internal/law"
	"clew/internal/pattern/narrate"
	"clew/internal/report"
	"clew/internal/when"
)

// An Account is what one report says of one pair, reduced to what a course of
// conduct is judged by. It keeps no narrative and no names: a million of them
// fit in memory.
type Account struct {
	Row          int32  // the report's place in the caller's list
	Key          string // the report's key where it is held, else empty
	ID, Agency   string
	Kind         report.Kind
	Reported     time.Time
	From, To     time.Time // when it happened, an interval; To is its last instant
	Code, Title  string    // as recorded
	Family       law.Family
	Relationship Relationship
	Count        int
	Says         Says
}

// Says is what a report's narrative said happened, by the suspect to the
// victim. Denials, hearsay about others and old history are left out.
type Says struct {
	Behaviours Set     `json:"b,omitempty"` // by index in narrate.Behaviours
	Acts       Set     `json:"a,omitempty"` // by index in narrate.Acts
	Impact     Set     `json:"i,omitempty"` // by index in narrate.Impacts
	Fear       Fear    `json:"f,omitempty"`
	Threat     bool    `json:"t,omitempty"`
	Unwanted   bool    `json:"u,omitempty"`
	Dispute    Dispute `json:"q,omitempty"`
	Low        int32   `json:"l,omitempty"` // acts counted in words ("40-50 times"); 0 when not said
	High       int32   `json:"h,omitempty"`
	Days       int32   `json:"d,omitempty"` // separate days a series covers in words; 0 when not said
}

// Tell reduces a record and the reading of its narrative.
func Tell(row int32, r *report.Record, n narrate.Reading) Account {
	a := reduce(r)
	a.Row, a.Says = row, said(n)
	return a
}

// reduce is Tell without the narrative.
func reduce(r *report.Record) Account {
	a := Account{
		ID: r.ID, Agency: r.Agency, Kind: r.Kind, Reported: r.Reported, Code: r.OffenceCode, Title: r.Offence,
		Family: law.FamilyOf(r.OffenceCode, r.Offence), Relationship: RelationshipOf(r.Relationship), Count: r.Count,
	}
	if r.Kind != report.Crime && r.Kind != "" && r.OffenceCode == "" {
		a.Family = law.NoCrime
	}
	a.From, a.To = happened(r)
	return a
}

// happened is when what a record reports took place, the last instant included.
// Nothing happens after the day on which it is reported: a year that has not ended
// ends there, and what is dated later, by a slip, stands where it was reported. A
// report dated the first of a month, with no hour, may be of any day in it.
func happened(r *report.Record) (from, to time.Time) {
	from, to = r.Reported, r.Reported
	if !r.From.From.IsZero() {
		from, to = r.From.From, r.From.To.Add(-1)
	}
	if !r.To.To.IsZero() && r.To.To.After(from) {
		to = r.To.To.Add(-1)
	}
	if !to.After(r.Reported) {
		return from, to
	}
	y, m, d := r.Reported.In(when.London).Date()
	if d == 1 && r.Reported.Equal(time.Date(y, m, d, 0, 0, 0, 0, when.London)) {
		return from, to
	}
	if end := time.Date(y, m, d+1, 0, 0, 0, -1, when.London).UTC(); from.After(end) {
		return r.Reported, r.Reported
	} else if to.After(end) {
		to = end
	}
	return from, to
}

// conduct reports whether the account says that something of s.2A(3), or a
// threat, was done to the victim. A report that names nobody counts only then:
// most of those are thefts and damage.
func (a *Account) conduct() bool {
	return a.Says.Behaviours&(stalkingWays&^behaviours("interfering")) != 0 || a.Says.Threat
}

// A Relationship is what the suspect is to the victim.
type Relationship uint8

const (
	Unsaid Relationship = iota
	Stranger
	Acquaintance
	Neighbour
	Colleague
	Family
	Partner
	FormerPartner
)

var relationshipNames = [...]string{"unknown", "stranger", "acquaintance", "neighbour", "colleague", "family", "partner", "former-partner"}

func (r Relationship) String() string { return relationshipNames[r] }

// Words names the relationship for a reader: "a former partner".
func (r Relationship) Words() string {
	return [...]string{"no relationship recorded", "a stranger", "an acquaintance", "a neighbour", "a colleague", "a relative", "a partner", "a former partner"}[r]
}

// RelationshipOf reads what an agency wrote, in the words of docs/formats.md
// or its own ("ex-husband", "Ex Boyfriend / Girlfriend", "work mate").
func RelationshipOf(s string) Relationship {
	s = strings.ToLower(strings.TrimSpace(s))
	for i, name := range relationshipNames {
		if s == name {
			return Relationship(i)
		}
	}
	for _, w := range relationshipWords {
		if strings.Contains(s, w.word) {
			return w.means
		}
	}
	return Unsaid
}

var relationshipWords = []struct {
	word  string
	means Relationship
}{
	{"not known", Unsaid}, {"unknown", Unsaid}, {"never met", Stranger}, {"stranger", Stranger}, {"no relationship", Stranger},
	{"partner's ex", Acquaintance}, {"partners ex", Acquaintance}, {"ex of ", Acquaintance}, {"ex-partner of", Acquaintance}, {"'s new", Acquaintance},
	{"ex-friend", Acquaintance}, {"ex friend", Acquaintance}, {"former friend", Acquaintance},
	{"ex-colleague", Colleague}, {"ex colleague", Colleague}, {"former colleague", Colleague},
	{"ex-neighbour", Neighbour}, {"former neighbour", Neighbour},
	{"ex-", FormerPartner}, {"ex ", FormerPartner}, {"former", FormerPartner}, {"estranged", FormerPartner}, {"separated", FormerPartner}, {"divorced", FormerPartner},
	{"partner", Partner}, {"husband", Partner}, {"wife", Partner}, {"boyfriend", Partner}, {"girlfriend", Partner}, {"spouse", Partner}, {"cohabit", Partner},
	{"colleague", Colleague}, {"work", Colleague}, {"employ", Colleague}, {"neighbour", Neighbour},
	{"mother", Family}, {"father", Family}, {"brother", Family}, {"sister", Family}, {"son", Family}, {"daughter", Family}, {"parent", Family}, {"family", Family}, {"relative", Family}, {"cousin", Family}, {"uncle", Family}, {"aunt", Family},
	{"friend", Acquaintance}, {"acquaint", Acquaintance}, {"known to", Acquaintance}, {"customer", Acquaintance}, {"client", Acquaintance},
}

// closer takes the stronger of two recorded relationships: agencies that do not
// know write "acquaintance", and the one that knows writes "former-partner".
func closer(a, b Relationship) Relationship { return max(a, b) }

// A Fear is the strongest feeling a record shows, weakest first.
type Fear = narrate.Fear

const (
	NoFear   = narrate.NoFear
	Alarm    = narrate.Alarm
	Distress = narrate.Distress
	Violence = narrate.Violence // fear that violence will be used
)

// A Dispute is what a repeat may be instead of stalking.
type Dispute = narrate.Dispute

const (
	NoDispute  = narrate.NoDispute
	Neighbours = narrate.Neighbours
	Business   = narrate.Business
	Debt       = narrate.Debt
	Contact    = narrate.Contact // with children
)

// disputeWords names each dispute for a reader, by value.
var disputeWords = [...]string{"", "a dispute between neighbours", "a business dispute", "the collection of a debt", "a dispute about child contact"}

// said keeps of a reading what a course of conduct is judged by.
func said(n narrate.Reading) Says {
	return Says{
		Behaviours: Set(n.Behaviours), Acts: Set(n.Acts), Impact: Set(n.Impact), Fear: n.Fear, Threat: n.Threat, Unwanted: n.Unwanted,
		Dispute: n.Dispute, Low: int32(n.Low), High: int32(n.High), Days: int32(n.Days),
	}
}

// A Set is a small set of values of one of narrate's lists, by index.
type Set uint64

// Has reports whether the value at index i is in s.
func (s Set) Has(i int) bool { return s>>uint(i)&1 == 1 }

// Len is the number of values in s.
func (s Set) Len() (n int) {
	for ; s != 0; s &= s - 1 {
		n++
	}
	return n
}

// In lists the values of s, in the order of all.
func In[T ~string](s Set, all []T) (names []string) {
	for i, v := range all {
		if s.Has(i) {
			names = append(names, string(v))
		}
	}
	return names
}

// SetOf is the set of the named values of all. Names that are not in all are
// left out.
func SetOf[T ~string](all []T, names ...T) (s Set) {
	for _, n := range names {
		for i, v := range all {
			if v == n {
				s |= 1 << uint(i)
			}
		}
	}
	return s
}

// Saying lists, in words, what an account says happened.
func Saying(a *Account) []string {
	all := append(wayWords(a.Says.Behaviours), speak(In(a.Says.Acts, narrate.Acts))...)
	if a.Says.Fear > NoFear {
		all = append(all, "fear: "+a.Says.Fear.String())
	}
	return append(all, impactWords(a.Says.Impact)...)
}
