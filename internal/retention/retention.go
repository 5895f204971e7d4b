// Package retention says how long reports are kept, and sees them out.
//
// The agency that holds a report is its controller: its own schedules count, and
// nothing it does touches what another agency holds. A schedule is a period without
// anybody in the report coming to notice ("clear period"), by kind of report and by
// whether stalking was recorded, in force from a day, with its source. Where no
// schedule says anything, a report is kept.
//
// A legal hold beats a schedule, and a schedule is beaten by nothing else but a
// person's request. A hold is on a record, or on a person: then on all the agency's
// reports of whoever that is held to be at the moment somebody asks.
//
// Nothing goes by itself. Somebody proposes a disposal; somebody else of the same
// agency checks it; then it is carried out, record by record, each in a transaction
// of its own, and certified. What is erased is a record whole, with all its versions
// (report.WholeRecord). What stays of it is that a report of that kind and
// classification was taken in on that day.
package retention

import (
	"context"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern"
)

// A Class is what a report was recorded as, as far as schedules ask.
type Class string

const (
	Stalking Class = "stalking"
	Other    Class = "other"
)

// Words is the class as a page shows it.
func (c Class) Words() string {
	if c == Stalking {
		return "Recorded as stalking"
	}
	return "Anything else"
}

// A Ground is why reports are to go.
type Ground string

const (
	BySchedule Ground = "schedule" // kept as long as the schedule says
	ByRequest  Ground = "request"  // somebody asked that their data be erased: UK GDPR Art 17, DPA 2018 s.47
)

// Words is the ground as a page shows it.
func (g Ground) Words() string {
	if g == ByRequest {
		return "A person’s request for erasure"
	}
	return "The retention schedule"
}

// A Store keeps schedules, holds and disposals.
type Store struct {
	guard *access.Guard
	held  *pattern.Store
	// Destroy makes what was sealed for an erased mention unreadable for good, in the
	// transaction of the erasure; the program sets it when anything is sealed. Before
	// it, where other reports still speak of whoever it was, Move has what is kept of
	// them, such as a safe number, kept with one of those mentions.
	Destroy func(ctx context.Context, tx *db.Tx, mention string) error
	Move    func(ctx context.Context, tx *db.Tx, mention, to string) error
	// Approved is told that a disposal is to be carried out, if it is set. It must
	// not wait.
	Approved func()
}

// NewStore returns the store behind a guard.
func NewStore(g *access.Guard, held *pattern.Store) *Store { return &Store{guard: g, held: held} }

// A State says how far a disposal has come.
type State string

const (
	Proposed State = "proposed" // waits for a second person
	Refused  State = "refused"
	Working  State = "working" // agreed, and being carried out
	Done     State = "done"    // certified
)

// Words is the state as a page shows it.
func (s State) Words() string {
	return map[State]string{Proposed: "Waits for a second person", Refused: "Refused", Working: "Being carried out", Done: "Done and certified"}[s]
}

// A Disposal is reports that somebody proposes to erase, and what came of it.
type Disposal struct {
	ID, Agency string
	Ground     Ground
	Reason     string
	By         string
	Account    string // of By
	At         time.Time
	Reports    int
	State      State
	Answer     *Answer // nil while it waits
}

// An Answer is what the second person said.
type Answer struct {
	Yes     bool
	Reason  string
	By      string
	Account string
	At      time.Time
}

// An Item is a report as lists of this room show it: by what it was and no more.
type Item struct {
	Key            string
	Agency, Record string
	Kind           string
	Offence        string
	Class          Class
	Reported       time.Time
	Years          int    // of the schedule by which it is due
	Schedule       string // its id
	Gone           bool   // erased
}

const longest = 2000 // characters of a reason
