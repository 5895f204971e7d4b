// Package access decides who may do what, to what, and has it written down.
//
// Every use-case of every room goes through a Guard: Look for what only reads, Act
// for what changes something. The Guard finds out, at that moment, what is known
// of whoever asks (roles in force, agreements in force, conflict locks), has Decide
// answer, gives the use-case a Sight of what may be seen, and writes the ledger
// before the answer leaves. A use-case has no other way to the database, so that
// pages, commands and jobs are covered alike.
//
// Two things bound a Sight. Its pool: the agencies that have agreed, by an
// agreement in force, to read their reports together; nobody sees further, whatever
// their role. And what conflict locks hide from that person, which is not there for
// them at all: no page, no count, no name in a list.
package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/ledger"
)

// A Purpose is why somebody does something, as one of a few codes.
type Purpose string

// The purposes, as people choose among them.
const (
	Protect  Purpose = "protect"  // protect somebody
	Enquire  Purpose = "enquire"  // enquire into a report
	AuditIt  Purpose = "audit"    // check how reports were recorded
	Prepare  Purpose = "prepare"  // prepare a case, a clinic or a hearing
	Request  Purpose = "request"  // answer somebody’s request about their own data
	Maintain Purpose = "maintain" // look after the system
)

// An Actor is who does something. It is an argument of every use-case.
type Actor struct {
	Account string // id
	Agency  string // for which agency
	Name    string // as colleagues know them
	Session string // id, not the secret that opens it; empty for a program
	Purpose Purpose
	Proved  time.Time // when they last proved who they are
	Program bool      // Clew itself, at the command line: whoever runs it has the files anyway
}

// Program is Clew itself, at work for an agency.
func Program(agency, name string) Actor {
	return Actor{Account: "program", Agency: agency, Name: name, Purpose: Maintain, Program: true}
}

type key struct{}

// With keeps an actor with a request, and From is the actor kept. Pages alone use
// them; rooms take the actor as an argument.
func With(ctx context.Context, by Actor) context.Context { return context.WithValue(ctx, key{}, by) }

// From is the actor kept with a request; one who may do nothing when there is none.
func From(ctx context.Context) Actor { by, _ := ctx.Value(key{}).(Actor); return by }

// A Guard stands between the use-cases and the database.
type Guard struct {
	db *db.DB
	// Shut says which people mentions belong to, and whoever must be hidden with
	// them. The room that knows people fills it in.
	Shut func(ctx context.Context, q db.Querier, mentions []string) (people []string, err error)
}

// NewGuard returns the guard of d.
func NewGuard(d *db.DB) *Guard { return &Guard{db: d} }

// DB is the database itself, for what nobody asks for: jobs, and what starts with
// the program.
func (g *Guard) DB() *db.DB { return g.db }

// A Sight is what an actor may see in one use-case, and what was seen.
type Sight struct {
	Subject
	Action Action
	pool   string
	shut   []string // people
	entry  ledger.Entry
}

// Pool is the id of the agencies whose reports the actor sees together.
func (s *Sight) Pool() string { return s.pool }

// Blind reports whether conflict locks hide anybody from the actor.
func (s *Sight) Blind() bool { return len(s.shut) > 0 }

// Hidden reports whether a person is hidden from the actor.
func (s *Sight) Hidden(person string) bool { return slices.Contains(s.shut, person) }

// Held is the condition that a column holds one of the agencies of the pool, with
// its arguments after those there are: " AND r.holder IN ($3)".
func (s *Sight) Held(column string, args []any) (string, []any) {
	return " AND " + column + " IN (" + db.List(len(args)+1, len(s.Subject.Pool)) + ")", append(slices.Clip(args), db.Args(s.Subject.Pool)...)
}

// Pooled is the condition that a column holds the pool's id.
func (s *Sight) Pooled(column string, args []any) (string, []any) {
	return " AND " + column + " = " + db.List(len(args)+1, 1), append(slices.Clip(args), s.pool)
}

// Open is the condition that columns hold nobody who is hidden from the actor. It is
// empty for nearly everybody.
func (s *Sight) Open(args []any, columns ...string) (string, []any) {
	if len(s.shut) == 0 {
		return "", args
	}
	in := " NOT IN (" + db.List(len(args)+1, len(s.shut)) + ")"
	var b strings.Builder
	for _, c := range columns {
		b.WriteString(" AND " + c + in)
	}
	return b.String(), append(slices.Clip(args), db.Args(s.shut)...)
}

// Saw notes for the ledger which thing was looked at or changed, and whom it is
// about. Of several, the last counts; people add up.
func (s *Sight) Saw(what, id string, people ...string) {
	s.entry.What, s.entry.On = what, id
	for _, p := range people {
		if p != "" && !slices.Contains(s.entry.About, p) {
			s.entry.About = append(s.entry.About, p)
		}
	}
}

// Touched notes the names of the fields that were read or changed.
func (s *Sight) Touched(fields ...string) { s.entry.Fields = append(s.entry.Fields, fields...) }

// Sent notes who received what is disclosed.
func (s *Sight) Sent(to string) { s.entry.Verb, s.entry.Recipient = ledger.Disclosure, to }

// Require is an error unless the actor may do what was begun to o:
// fault.NotFound when even that it exists is not to be known.
func (s *Sight) Require(o Object) error {
	d := Decide(&s.Subject, s.Action, o)
	return s.refusal(d)
}

func (s *Sight) refusal(d Decision) error {
	switch {
	case d.Allowed:
		return nil
	case d.Secret:
		s.entry.Outcome = string(d.Reason)
		return fault.NotFound
	case d.Reason == NotFresh:
		s.entry.Outcome = string(d.Reason)
		return ErrNotFresh
	}
	s.entry.Outcome = string(d.Reason)
	return fault.Forbidden
}

// ErrNotFresh says that the actor must prove again who they are, and may then.
var ErrNotFresh = fmt.Errorf("a fresh proof of who is asking is wanted: %w", fault.Forbidden)

// Look runs a use-case that only reads. What f returns reaches the actor only when
// the look is in the ledger.
func (g *Guard) Look(ctx context.Context, by Actor, a Action, f func(v *db.View, s *Sight) error) error {
	var s Sight
	err := g.db.Read(ctx, func(v *db.View) error {
		if err := g.prepare(ctx, v, v.Now, by, a, &s); err != nil {
			return err
		}
		if err := s.Require(Object{}); err != nil {
			return err
		}
		return f(v, &s)
	})
	return g.note(ctx, &s, err)
}

// Act runs a use-case that changes something, and writes it in the ledger in the
// same transaction. What is refused is written, too.
func (g *Guard) Act(ctx context.Context, by Actor, a Action, f func(tx *db.Tx, s *Sight) error) error {
	return g.act(ctx, g.db.Write, by, a, f)
}

// ActAlone is Act for work that is long.
func (g *Guard) ActAlone(ctx context.Context, by Actor, a Action, f func(tx *db.Tx, s *Sight) error) error {
	return g.act(ctx, g.db.WriteAlone, by, a, f)
}

func (g *Guard) act(ctx context.Context, write func(context.Context, func(*db.Tx) error) error, by Actor, a Action, f func(tx *db.Tx, s *Sight) error) error {
	var s Sight
	noted := false
	err := write(ctx, func(tx *db.Tx) error {
		if err := g.prepare(ctx, tx, tx.Now, by, a, &s); err != nil {
			return err
		}
		if err := s.Require(Object{}); err != nil {
			return err
		}
		if err := f(tx, &s); err != nil {
			return err
		}
		noted = true
		return ledger.Note(ctx, tx, s.done())
	})
	if noted || err == nil {
		return err
	}
	return g.note(ctx, &s, err)
}

func (s *Sight) done() ledger.Entry {
	e := s.entry
	if e.Outcome == "" {
		e.Outcome = ledger.Done
	}
	return e
}

// note writes a look, or what came of an act that changed nothing, and returns what
// the actor is to hear. What is wrong with a form was seen by nobody but its
// writer: it is not noted.
func (g *Guard) note(ctx context.Context, s *Sight, err error) error {
	_, invalid := errors.AsType[fault.Invalid](err)
	switch {
	case err == nil:
	case invalid, errors.Is(err, context.Canceled):
		return err
	case s.entry.Outcome != "":
	case errors.Is(err, fault.NotFound):
		s.entry.Outcome = "not found"
	case errors.Is(err, fault.Conflict):
		s.entry.Outcome = "somebody else changed it first"
	default:
		s.entry.Outcome = "failed"
	}
	if s.entry.Account == "" {
		return err // nobody: there is nothing to look at
	}
	if failed := g.db.Write(ctx, func(tx *db.Tx) error { return ledger.Note(ctx, tx, s.done()) }); failed != nil {
		return fmt.Errorf("nothing is shown that is not in the ledger: %w", errors.Join(failed, err))
	}
	return err
}

// prepare finds out what is known of an actor now.
func (g *Guard) prepare(ctx context.Context, q db.Querier, now time.Time, by Actor, a Action, s *Sight) error {
	*s = Sight{Subject: Subject{Actor: by, Now: now}, Action: a}
	r, _ := ruleOf(a)
	s.entry = ledger.Entry{Account: by.Account, Agency: by.Agency, Session: by.Session, Purpose: string(by.Purpose), Verb: r.verb, Action: string(a)}
	if r.verb == "" {
		s.entry.Verb = ledger.Consultation
	}
	if by.Account == "" {
		return fault.Forbidden
	}
	var err error
	if !by.Program {
		if s.Roles, err = roles(ctx, q, now, by.Account); err != nil {
			return err
		}
	}
	if s.Subject.Pool, err = Together(ctx, q, now, by.Agency); err != nil {
		return err
	}
	s.pool = PoolOf(s.Subject.Pool)
	locked, err := lockedFrom(ctx, q, now, by.Account)
	if err != nil || len(locked) == 0 {
		return err
	}
	if g.Shut == nil {
		return errors.New("access: there are locks, and nobody to say whom they hide")
	}
	s.shut, err = g.Shut(ctx, q, locked)
	return err
}

// never is the end of what has none yet.
const never = math.MaxInt64

func roles(ctx context.Context, q db.Querier, now time.Time, account string) ([]Role, error) {
	return db.All(ctx, q, func(r db.Row) (role Role, err error) { return role, r.Scan(&role) },
		`SELECT DISTINCT role FROM grants WHERE account = $1 AND since <= $2 AND until > $2 ORDER BY role`, account, now.UnixMicro())
}

// Together are the agencies whose reports an agency may read together with its own,
// by the agreement in force, itself among them, in order. An agency that is in no
// agreement reads its own.
func Together(ctx context.Context, q db.Querier, now time.Time, agency string) ([]string, error) {
	all, err := db.All(ctx, q, db.Text, `
		SELECT DISTINCT o.agency FROM agreement_parties p
		JOIN agreements a ON a.id = p.agreement
		JOIN agreement_parties o ON o.agreement = a.id
		JOIN agencies g ON g.id = o.agency
		WHERE p.agency = $1 AND a.withdrawn IS NULL AND a.since <= $2 AND a.until > $2 AND g.parted IS NULL
		ORDER BY o.agency`, agency, now.UnixMicro())
	if err == nil && !slices.Contains(all, agency) {
		all = []string{agency} // alone, or parted
	}
	return all, err
}

// PoolOf is the id of agencies that read their reports together: of one, its own.
func PoolOf(agencies []string) string {
	if len(agencies) == 1 {
		return agencies[0]
	}
	sum := sha256.Sum256([]byte(strings.Join(agencies, "\x00")))
	return "pool-" + hex.EncodeToString(sum[:8])
}

// lockedFrom are the mentions that locks hide from an account: by name, or as one
// of a team.
func lockedFrom(ctx context.Context, q db.Querier, now time.Time, account string) ([]string, error) {
	return db.All(ctx, q, db.Text, `
		SELECT x.mention FROM lock_accounts f JOIN locks l ON l.id = f.lock JOIN lock_mentions x ON x.lock = l.id
		WHERE f.account = $1 AND l.lifted IS NULL
		UNION
		SELECT x.mention FROM team_members m JOIN lock_teams f ON f.team = m.team JOIN locks l ON l.id = f.lock JOIN lock_mentions x ON x.lock = l.id
		WHERE m.account = $1 AND m.since <= $2 AND m.until > $2 AND l.lifted IS NULL
		ORDER BY 1`, account, now.UnixMicro())
}
