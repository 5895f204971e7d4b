// Package person knows the people that reports speak of. Every report mentions
// its parties as somebody wrote them down: a name spelt two ways, an old number,
// a nickname. A person is the mentions held to be one. Clew proposes who is one
// (package match) and says why; people confirm, refuse and undo, and what they
// decide always wins.
package person

import (
	"context"
	"fmt"
	"sync"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/pattern/match"
	"clew/internal/report"
)

// A Store holds the people a partnership knows.
type Store struct {
	db     *db.DB
	guard  *access.Guard
	models sync.Map // by pool: learnt
}

// NewStore returns the store behind a guard.
func NewStore(g *access.Guard) *Store {
	g.Bearing = bearing
	return &Store{db: g.DB(), guard: g}
}

// A Mention is one party of one report.
type Mention struct {
	ID          string // the report's key and v (victim) or s (suspect)
	Report      string
	Holder      string // the agency that holds the report
	Person      string // the smallest ID among the person's mentions
	Probability float64
	Name        string // as written
	Born        string // as written
	Prepared    match.Prepared
}

// Victim reports whether the mention is of the victim, else of the suspect.
func (m *Mention) Victim() bool { return m.ID[len(m.ID)-1] == 'v' }

// VictimOf and SuspectOf are the ids of the two mentions of a report.
func VictimOf(report string) string  { return report + "v" }
func SuspectOf(report string) string { return report + "s" }

// MentionOf is a party of a report as a mention, a person by itself until
// somebody finds out more. The id is VictimOf or SuspectOf the report, the agency
// the one that wrote it down.
func MentionOf(id, holder, agency string, p *report.Party) Mention {
	return Mention{ID: id, Report: id[:len(id)-1], Holder: holder, Person: id, Probability: 1, Name: p.Name(), Born: p.Born, Prepared: match.Prepare(Of(agency, p))}
}

// Of is a party as the matching engine takes it. A reference is one agency's
// own number, so the agency goes in front of it.
func Of(agency string, p *report.Party) match.Mention {
	m := match.Mention{
		Given: p.GivenName, Family: p.FamilyName, Aliases: p.Aliases, Born: p.Born, Sex: p.Sex,
		Phones: p.Phones, Emails: p.Emails, Handles: p.Handles, Addresses: p.Addresses, Postcodes: p.Postcodes, Vehicles: p.Vehicles,
	}
	if p.Ref != "" {
		m.Refs = []string{agency + ":" + p.Ref}
	}
	return m
}

// A Person is the head of a person's page.
type Person struct {
	ID                  string
	Name                string // the fullest written
	Born                string // as written, or empty
	AsVictim, AsSuspect int    // records as they stand now, each once

	pool        string
	now, former spellings // while it is made: of what counts, and of older versions
}

type spellings struct{ names, births Names }

// Decided is a decision that two mentions are, or are not, one person.
type Decided struct {
	ID, A, B     string
	NameA, NameB string
	Same         bool
	Reason, By   string
	Account      string // of By
	At           time.Time
	Undone       *Undone
}

// Undone says who took a decision back.
type Undone struct {
	Reason, By string
	At         time.Time
}

// Decide keeps a decision that mentions a and b are one person, or two. The
// caller sets the people in order again in the same transaction. It is
// fault.Conflict when decisions that stand say the contrary: both cannot hold. What
// the same person decided before in the same words is kept once.
func Decide(ctx context.Context, tx *db.Tx, sight *access.Sight, a, b string, same bool, reason string) error {
	var wrong fault.Messages
	if reason == "" {
		wrong.Add("reason", "Say why, so that the next reader can follow")
	}
	if a == b {
		wrong.Add("with", "Choose another record: this is the same one")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	for _, m := range []string{a, b} {
		if _, err := sight.Whose(ctx, tx, m); err != nil {
			return err
		}
	}
	standing, err := Standing(ctx, tx)
	if err != nil {
		return err
	}
	if contrary(standing, a, b, same) {
		return fault.Conflict
	}
	for i := range standing {
		if d := &standing[i]; d.Same == same && d.Account == sight.Account && d.Reason == reason && (d.A == a && d.B == b || d.A == b && d.B == a) {
			return nil
		}
	}
	if err := insertDecision(ctx, tx, db.NewID(), &sight.Actor, a, b, same, reason); err != nil {
		return fmt.Errorf("insert identity decision: %w", err)
	}
	return nil
}

// Part keeps that two mentions are not of one person, for the program itself. A person
// is known by a mention of theirs.
func Part(ctx context.Context, tx *db.Tx, by access.Actor, a, b, reason string) error {
	if err := insertDecision(ctx, tx, db.NewID(), &by, a, b, false, reason); err != nil {
		return fmt.Errorf("insert identity decision: %w", err)
	}
	return nil
}

// Undo takes a decision back. One that is undone already stays so.
func Undo(ctx context.Context, tx *db.Tx, sight *access.Sight, decision, reason string) (Decided, error) {
	d, err := decision1(ctx, tx, decision)
	if err != nil {
		return d, err
	}
	for _, m := range []string{d.A, d.B} {
		if _, err := sight.Whose(ctx, tx, m); err != nil {
			return d, err
		}
	}
	if reason == "" {
		return d, fault.Bad("reason", "Say why, so that the next reader can follow")
	}
	if d.Undone != nil {
		return d, nil
	}
	return d, insertUndone(ctx, tx, decision, sight.Name, reason)
}
