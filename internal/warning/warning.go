// Package warning holds the early warnings: rules that reviews of deaths and
// serious harm say were needed. A warning is raised by facts, never by a score,
// and says nothing of anybody's guilt.
//
// A Case has people, pairs of a victim and a suspect, and places. Facts about it
// arrive one by one: an incident, a report, an order, a decision. Each has three
// times: when it happened, to the precision it is known; when each agency came to
// know of it; when it was entered. An Engine for the case takes facts in (Add),
// corrects them (Correct, Remove) and says what stands at a moment (At), what
// changed since it was last asked (Advance), which holds stop a step (Holds) and
// when to look again (State.Next). It has no database, no clock and no HTTP.
//
// What stands at a moment follows from the facts known to the asking agencies at
// that moment, and from nothing else: not from the order of entry, and not from
// what was asked before. So an Engine that keeps what it worked out, and one that
// begins anew, say the same.
//
// An order between two things that happened is held to be so only if their
// intervals allow no other, or if they overlap and both have a sequence number.
//
// Each rule is a small file with the name of the rule. When it held, from what
// source, and its texts are rows of rules.csv; days and distances are Settings.
package warning

import (
	"cmp"
	"slices"
	"time"
)

// A Severity says what a warning asks for.
type Severity string

const (
	Hold Severity = "hold" // stops a step until a supervisor records a decision
	Due  Severity = "due"  // a task with a deadline
	Note Severity = "note" // shown on the case
)

// A Concern is what a warning is about, what comes first being least.
type Concern int

const (
	Safety  Concern = iota // of the victim, now
	Risk                   // how grave it is, and what would lessen it
	Support                // for the victim
	Record                 // what it is held to be, and whether all of it is seen
)

// concerns are what rules.csv calls them.
var concerns = []string{"safety", "risk", "support", "record"}

// A Step is what a hold may stop.
type Step string

const (
	Grade    Step = "grade"          // grading the risk
	Classify Step = "classification" // recording it as something other than stalking
	Close    Step = "closure"        // closing the case, or no further action
)

// A Warning is one rule raised for one pair.
type Warning struct {
	Rule     string
	Pair     string
	Key      string // tells apart several of one rule and pair: "" for most
	Severity Severity
	Concern  Concern
	Level    int       // 1, and more as time passes without the response
	Facts    []string  // ids of the facts that raised it
	Raised   time.Time // when it came to stand
	By       time.Time // by when the response is due; zero when there is no deadline
	Says     string    // what happened
	Do       string    // what must be done
	Clears   string    // what clears it
	Stops    []Step    // of a hold
	Again    bool      // it was answered, and came back
}

// A Clearing is a warning that was answered and has not come back.
type Clearing struct {
	Rule, Pair, Key string
	Fact            string // the id of the decision or response
	At              time.Time
}

// A Signpost says that an agency holds something about a pair that whoever asks
// may not see. It never says what.
type Signpost struct {
	Pair, Agency string
	Since        time.Time
}

// A State is what stands at a moment.
type State struct {
	At        time.Time
	Standing  []Warning  // holds first, then by when they were raised
	Cleared   []Clearing // answered, and not come back
	Signposts []Signpost
	Next      time.Time // when time alone may change this; zero when it cannot
}

// Has reports whether a rule stands, for any pair.
func (s *State) Has(rule string) bool {
	return slices.ContainsFunc(s.Standing, func(w Warning) bool { return w.Rule == rule })
}

// Holds says which holds of a state stop a step.
func (s *State) Holds(step Step) (all []Warning) {
	for _, w := range s.Standing {
		if w.Severity == Hold && slices.Contains(w.Stops, step) {
			all = append(all, w)
		}
	}
	return all
}

// A Change is what became of one warning between two moments.
type Change struct {
	Warning Warning
	Was     What   // what happened to it
	Why     string // in plain words, for Cleared
	Fact    string // the id of the decision or response that cleared it, if one did
}

// What became of a warning.
type What string

const (
	Raised  What = "raised"
	Rose    What = "rose"    // to a higher level, or came due again
	Renewed What = "renewed" // other facts raise it now
	Cleared What = "cleared"
)

// Pressing orders warnings by what comes first: what they concern, how high they have
// risen, when they are or were due, or for want of that raised. Notes come last.
func Pressing(a, b *Warning) int {
	note := func(w *Warning) int {
		if w.Severity == Note {
			return 1
		}
		return 0
	}
	return cmp.Or(note(a)-note(b), int(a.Concern)-int(b.Concern), b.Level-a.Level, a.Since().Compare(b.Since()), a.Raised.Compare(b.Raised))
}

// Since is the deadline of a warning, or when it was raised if it has none.
func (w *Warning) Since() time.Time {
	if w.By.IsZero() {
		return w.Raised
	}
	return w.By
}
