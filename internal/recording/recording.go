// Package recording is the audit of how stalking was recorded.
//
// The engine only suggests. A person reads a pattern and decides: it is stalking
// and should be recorded; it is recorded already; it is harassment in law only;
// it is not one course of conduct; somebody must ask more. A second person
// confirms or disagrees. Nothing is ever changed: an answer or an undoing is a
// later entry beside the decision.
//
// How well an area records is measured on random samples whose seed is kept, so
// that anybody can draw them again, with intervals that say how sure the figure
// is.
package recording

import (
	"context"
	"sync"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/report"
)

// A Verdict is what a person decides about a pattern.
type Verdict string

const (
	Stalking     Verdict = "stalking"
	Already      Verdict = "already-recorded"
	Harassment   Verdict = "harassment-only"
	NotOne       Verdict = "not-one-course"
	NeedsEnquiry Verdict = "needs-enquiry"
)

// Verdicts in the order forms show them.
var Verdicts = []Verdict{Stalking, Already, Harassment, NotOne, NeedsEnquiry}

// Words is the verdict as a form offers it.
func (v Verdict) Words() string {
	switch v {
	case Stalking:
		return "It is stalking and should be recorded as stalking"
	case Already:
		return "It is recorded as stalking already"
	case Harassment:
		return "It is harassment in law only"
	case NotOne:
		return "It is not one course of conduct"
	case NeedsEnquiry:
		return "Somebody must ask more before this can be decided"
	}
	return string(v)
}

// A State says how far the audit of a pattern has come.
type State string

const (
	Undecided State = "undecided"
	Decided   State = "decided"   // waits for a second person
	Confirmed State = "confirmed" // by a second person
	Disputed  State = "disputed"  // a second person disagreed
)

// States in the order lists show them.
var States = []State{Undecided, Decided, Confirmed, Disputed}

// Words is the state as a list shows it.
func (s State) Words() string {
	switch s {
	case Decided:
		return "Waits for a second person"
	case Confirmed:
		return "Confirmed"
	case Disputed:
		return "Second person disagrees"
	}
	return "Not decided"
}

// A Decision is what one person decided about a pattern.
type Decision struct {
	ID             string
	Pattern        string // a report of the pattern, its id when decided
	Verdict        Verdict
	Classification string // what it should be recorded as, or empty
	Reason         string
	Reports        int // in the pattern when decided
	By             string
	Account        string // of By
	At             time.Time
	Answers        []Answer // in order
}

// Standing is the state the decision is in; Undecided when it was undone.
func (d *Decision) Standing() State {
	s := Decided
	for _, a := range d.Answers {
		switch a.Answer {
		case Confirm:
			s = Confirmed
		case Disagree:
			s = Disputed
		case Undo:
			return Undecided
		}
	}
	return s
}

// An Answer is what was said of a decision afterwards.
type Answer struct {
	Answer Kind
	Reason string
	By     string
	At     time.Time
}

// A Kind of answer.
type Kind string

const (
	Confirm  Kind = "confirmed"
	Disagree Kind = "disagreed"
	Undo     Kind = "undone"
)

// A Store keeps the audit.
type Store struct {
	guard *access.Guard

	// Holds says why a victim and a suspect may not be recorded as something other
	// than stalking without somebody senior; empty when nothing stands in the way.
	// Nil: nobody knows of holds.
	Holds func(ctx context.Context, q db.Querier, sight *access.Sight, victim, suspect string) (string, error)

	asking sync.Mutex
	asked  string // the last change that TakeCleared asked about

	// Stops says which changes to reports a hold stops. Nil: nobody knows of holds, and
	// no change waits.
	Stops report.Stopping
	// Correct keeps a newer version of a report that is held; it is called where Stops is.
	Correct func(ctx context.Context, tx *db.Tx, sight *access.Sight, r *report.Record) (key string, err error)
}

// NewStore returns the store behind a guard.
func NewStore(g *access.Guard) *Store { return &Store{guard: g} }
