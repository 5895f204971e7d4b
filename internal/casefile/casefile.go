// Package casefile is the case: one course of conduct by one person towards
// another, held together by people of several agencies.
//
// A case is not a crime. Which reports are part of it is not kept here: it has a
// victim and its suspects, and the reports are those that the matching finds of
// them, today. What is kept is what people do about it: who works on it, what must
// be done by whom and when, what was done, and what was written down.
//
// One agency leads. The others of its pool read the case and work on it, unless it
// is kept apart: then it is there for its team alone. A note is its agency's own
// until it is shared, with a basis. All that people write freely is sealed under
// the case's own key.
package casefile

import (
	"context"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/seal"
	"clew/internal/warning"
)

// A Stage says how far a case has come.
type Stage string

// Stages are all stages in order, with what people call them.
var Stages = []struct {
	Stage Stage
	Name  string
}{{"new", "New"}, {"enquiry", "Enquiry"}, {"charge", "With the prosecutor"}, {"court", "At court"}, {"after", "After court"}, {"watch", "No proceedings, watched"}}

// Name is what people call the stage, or "".
func (s Stage) Name() string {
	for _, known := range Stages {
		if known.Stage == s {
			return known.Name
		}
	}
	return ""
}

// A Basis is why a note may be read by other agencies.
type Basis string

// Bases are all bases, with what people call them.
var Bases = []struct {
	Basis Basis
	Name  string
}{{"consent", "The victim agrees"}, {"safeguarding", "To safeguard somebody at risk"}, {"crime", "To prevent or detect crime"}, {"court", "A court or the law requires it"}}

// Name is what people call the basis, or "".
func (b Basis) Name() string {
	for _, known := range Bases {
		if known.Basis == b {
			return known.Name
		}
	}
	return ""
}

// A Kind is what a step in a case was.
type Kind string

// The kinds of step.
const (
	Opened     Kind = "opened"
	Noted      Kind = "note"
	Staged     Kind = "stage"
	Joined     Kind = "joined"
	Left       Kind = "left"
	Named      Kind = "named" // a suspect
	KeptApart  Kind = "apart"
	OpenedUp   Kind = "opened up"
	ToldVictim Kind = "told"
	Closed     Kind = "closed"
	Reopened   Kind = "reopened"
	Finished   Kind = "finished" // a task
	Passed     Kind = "passed"   // tasks of who left, to somebody
	Did        Kind = "did"      // a Deed
	Related    Kind = "related"  // what they are to each other
	Referred   Kind = "referred" // to an agency, to join
	Offered    Kind = "offered"  // to an agency, to lead
	Took       Kind = "took"     // a referral was accepted
	Refused    Kind = "refused"  // a referral was declined
	Recalled   Kind = "recalled" // a referral was taken back
	SentBack   Kind = "sent back"
	Merged     Kind = "merged"
	Unmerged   Kind = "unmerged"
	Split      Kind = "split"
	Reported   Kind = "report"   // of the pair; no step, but in the chronology
	Happened   Kind = "incident" // kept by hand; no step, but in the chronology
)

// Limits.
const (
	longestNote = 20_000 // characters
	longestTask = 500
	mostTeam    = 50
	mostOpen    = 200 // tasks of one case that are not done
	mostNamed   = 20  // suspects
)

// A Case is the head of a case.
type Case struct {
	ID       string
	Holder   string // the lead agency
	Stage    Stage
	Apart    bool // open to its team alone
	Opened   time.Time
	Closed   time.Time // zero: open
	Version  int64
	Victim   person.Person       // as they are held to be today; zero when erased
	Suspects []person.Person     // none: nobody knows who it is
	merged   bool                // others were merged into it
	mentions map[string][]string // that stand for each suspect, by person
	unruled  bool                // it was seen that nobody ever decided how any of its pairs is recorded
}

// A Member is somebody on the team of a case.
type Member struct {
	Account, Name, Agency string
	Leads                 bool
	Since                 time.Time
}

// A Task is something that must be done.
type Task struct {
	ID, Case  string
	What      string
	Owner     string // account
	OwnerName string
	Due       time.Time // the end of that day
	Overdue   bool
	About     string // the victim's name, in lists across cases
}

// An Event is one line of the chronology: a report of the pair, an incident, or a step.
type Event struct {
	Kind     Kind
	ID       string // of the report, the incident or the step
	At       time.Time
	Happened string // of a report or an incident: as dates are written; of a series, two with / between
	Agency   string
	Name     string // who did it
	About    string // a report's offence, an incident's kind, a stage, a basis, an account
	Words    string // what was written
	On       string // of a deed: the day it was done, as dates are written
	Who      string // of a relation: the suspect's name
	Own      bool   // read by that agency alone
	Lost     bool   // what was written cannot be opened: its key is missing or destroyed
	Case     string // in which a step was written
}

// A Page is what the page of a case shows.
type Page struct {
	Case
	Now      time.Time // when it was asked for
	Team     []Member
	Tasks    []Task         // not done, the next due first
	Patterns []pattern.Line // of the victim and each suspect
	Events   []Event        // the newest first, from skip on
	Total    int            // events
	Mine     bool           // the actor is on the team
	Orders   []Ordered      // the newest first
	Assessed Ordered        // the newest assessment of the risk, or its refusal; zero: none
	Graded   Ordered        // the newest decision how grave it is; zero: none
	Related  []Relation     // the closest first
	Stands   []string       // what stands in the way of closing it
	Warnings []warning.Warning
	Because  map[string]string // reports that raised them: what their agency calls each, by id
	Papers   Documents         // the newest
	Waiting  []report.Change   // what newer versions of reports say and a hold stops
	Around
}

// Ordered is a deed that somebody wrote down: an order, a condition, an assessment.
type Ordered struct {
	Deed string // its code
	On   string // the day, as it was written
}

// A Line is a case in a list.
type Line struct {
	ID         string
	Victim     string // names
	Suspect    string // of the first of them; empty: nobody knows
	Suspects   int
	Stage      Stage
	Apart      bool
	Holder     string
	Lead       string // name
	Opened     time.Time
	Closed     time.Time
	Due        time.Time // of the next task; zero: none
	Overdue    bool
	Reports    int       // of the first pair
	LastReport time.Time // zero: none
	Unmet      int       // referrals overdue; or declined or returned, and none like them sent after that
	lead       string
}

// Whose says which cases a list is of.
type Whose string

// The lists there are.
const (
	Mine   Whose = "mine"   // on whose team I am
	Agency Whose = "agency" // that my agency leads
	All    Whose = "all"    // that I may read
)

// A Store keeps cases.
type Store struct {
	guard *access.Guard
	seal  *seal.Sealer

	// MostDocument is how many bytes a document may have.
	MostDocument int64
	// Held reports whether a legal hold of the actor's agency in force, that the actor may
	// see, is on any of some people, or on a report of theirs: the room that keeps holds
	// fills it in.
	Held func(ctx context.Context, q db.Querier, sight *access.Sight, people []string) (bool, error)

	// Before are the early warnings that stood in a case and stand no more. Nil: nobody
	// keeps them.
	Before func(ctx context.Context, q db.Querier, c *Case) ([]Standing, error)

	changed chan struct{}
	engines engines
}

// NewStore returns the store behind a guard, sealed by s.
func NewStore(g *access.Guard, s *seal.Sealer) *Store {
	g.Spoken = func(column string) string {
		return spokenOf(`(SELECT o.stays FROM cases o WHERE o.id = ` + column + `)`)
	}
	return &Store{guard: g, seal: s, MostDocument: MostDocument, changed: make(chan struct{}, 1)}
}

// Changed has something in it once something was done in a case. One may wait.
func (s *Store) Changed() <-chan struct{} { return s.changed }

// subject is whose key seals what is written in a case.
func subject(id string) string { return "case/" + id }
