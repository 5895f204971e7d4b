// Package watch keeps watch over open cases: which early warnings stand in them, for
// those who work on several.
//
// What a warning says follows from what is known (room warning), so nothing here is
// the truth about it: rows are worked out anew when something is written down in a
// case, when reports or decisions about its people come in, and when time alone may
// change what stands. They hold no name and no words. A row that is cleared is kept,
// so that one can see later what was said and when.
//
// The rows of a case are what its lead agency, and those it reads together with, may
// know. A list shows them to whoever may read the case.
package watch

import (
	"time"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/warning"
)

// Whose says which warnings a list is of.
type Whose string

// The lists there are.
const (
	Mine   Whose = "mine"   // of cases on whose team I am
	Team   Whose = "team"   // of cases on whose team somebody of a team of mine is
	Agency Whose = "agency" // of cases that my agency leads
	All    Whose = "all"    // of cases I may read
)

// A Search says which warnings a list is of.
type Search struct {
	Whose   Whose
	Rule    string // empty: every rule
	Overdue bool   // only those whose deadline has passed
}

// A Line is a case with warnings: the most pressing of those asked for, and how many
// stand in all.
type Line struct {
	Case     string
	Rule     string
	Severity warning.Severity
	Level    int
	Raised   time.Time
	Due      time.Time // zero: no deadline
	Overdue  bool
	Again    bool
	Victim   string // names
	Suspect  string // of the first of them
	Lead     string // who leads the case
	All      int    // warnings that stand, whatever is asked for
	Holds    int    // of them
	Late     int    // of them, overdue
	lead     string // account
}

// A Past is a warning that stands no more.
type Past struct {
	Rule           string
	Found, Cleared time.Time
	Why            Why
}

// Why a warning stands no more.
type Why string

// The reasons there are.
const (
	Answered Why = "answered" // by a response or a decision
	Gone     Why = "gone"     // what raised it is so no longer: a correction, or time
	Closed   Why = "closed"   // the case was closed
	Merged   Why = "merged"   // the case was merged into another
)

// Words is the reason as a page shows it.
func (w Why) Words() string {
	return map[Why]string{Answered: "Answered", Gone: "What raised it is so no longer", Closed: "The case was closed", Merged: "The case was merged into another"}[w]
}

// short is the reason beside a line of a picture.
func (w Why) short() string {
	return map[Why]string{Answered: "answered", Gone: "gone", Closed: "closed", Merged: "merged"}[w]
}

// A Store keeps the warnings that stand.
type Store struct {
	guard *access.Guard
	cases *casefile.Store
}

// NewStore returns the store behind a guard, of these cases.
func NewStore(g *access.Guard, cases *casefile.Store) *Store { return &Store{g, cases} }
