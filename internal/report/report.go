// Package report takes in what agencies received: crimes, calls, intelligence,
// referrals, found property. A report is what somebody wrote down on a day, and
// it may be wrong, doubled or corrected later; what it says happened is decided
// elsewhere. Nothing an agency sent is dropped: columns we do not know are kept
// as they came.
package report

import (
	"strings"
	"time"

	"clew/internal/when"
)

// A Kind says what sort of record an agency made.
type Kind string

// The kinds of docs/formats.md §1. An empty kind is a crime.
const (
	Crime         Kind = "crime"
	Incident      Kind = "incident"
	Call          Kind = "call"
	Intelligence  Kind = "intelligence"
	Referral      Kind = "referral"
	FoundProperty Kind = "found-property"
	Note          Kind = "note"
)

// Kinds lists every kind, in the order forms show them.
var Kinds = []Kind{Crime, Incident, Call, Intelligence, Referral, FoundProperty, Note}

// A Record is one row of an extract: one report, and one victim-suspect pair in
// it. A report with two victims is two Records with the same Agency and ID.
type Record struct {
	Line         int    // of the file, the header being line 1
	ID           string // unique within Agency
	Agency       string
	Kind         Kind
	Reported     time.Time // UTC: when the agency came to know
	From, To     when.Moment
	OffenceCode  string // Home Office code (8/65) or class (8Q), or empty
	Offence      string
	Count        int    // occurrences the row stands for, 1 or more
	Relationship string // suspect to victim, one of Relationships or local words
	Place        string
	Position     *Position
	Narrative    string
	Outcome      string
	Victim       Party
	Suspect      Party
	Extra        []Extra // columns we do not know, in file order
	Anew         bool    // it counts from now on, though an older version said the same
}

// A Position is WGS 84 degrees.
type Position struct{ Latitude, Longitude float64 }

// A Party is one side of a record as it was written down, before anything is
// normalised. The zero Party means nobody was named.
type Party struct {
	Ref        string // the agency's own number for the person
	GivenName  string
	FamilyName string
	Aliases    []string
	Born       string
	Sex        string
	Phones     []string
	Emails     []string
	Handles    []string
	Addresses  []string
	Postcodes  []string
	Vehicles   []string
}

// Empty reports whether nothing at all was written about the party.
func (p *Party) Empty() bool {
	return p.Ref == "" && p.GivenName == "" && p.FamilyName == "" && p.Born == "" && len(p.Aliases) == 0 && len(p.Phones) == 0 &&
		len(p.Emails) == 0 && len(p.Handles) == 0 && len(p.Addresses) == 0 && len(p.Postcodes) == 0 && len(p.Vehicles) == 0
}

// Name is how a party is shown: the name as written or, for want of one, the
// best thing that was written instead.
func (p *Party) Name() string {
	if name := strings.TrimSpace(p.GivenName + " " + p.FamilyName); name != "" {
		return name
	}
	for _, other := range [][]string{p.Aliases, p.Handles, p.Emails, p.Phones, p.Vehicles} {
		if len(other) > 0 {
			return other[0]
		}
	}
	return "not named"
}

// An Extra is a cell of a column Clew has no meaning for.
type Extra struct{ Column, Value string }
