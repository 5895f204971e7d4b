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
	"sync"
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

	looks  *looks // of one request
	offers map[Action]bool
}

// looks are those already in the ledger: one page may ask several things of one
// report, which is one look at it.
type looks struct {
	mu    sync.Mutex
	noted map[look]bool
}

type look struct{ action, what, on, outcome string }

func (l *looks) again(e *ledger.Entry) bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	k := look{e.Action, e.What, e.On, e.Outcome}
	again := l.noted[k]
	l.noted[k] = true
	return again
}

// Program is Clew itself, at work for an agency.
func Program(agency, name string) Actor {
	return Actor{Account: "program", Agency: agency, Name: name, Purpose: Maintain, Program: true}
}

type key struct{}

// With keeps an actor with a request, and From is the actor kept. Pages alone use
// them; rooms take the actor as an argument.
func With(ctx context.Context, by Actor) context.Context {
	by.looks = &looks{noted: map[look]bool{}}
	return context.WithValue(ctx, key{}, by)
}

// From is the actor kept with a request; one who may do nothing when there is none.
func From(ctx context.Context) Actor { by, _ := ctx.Value(key{}).(Actor); return by }

// Enter is With, and finds out what the actor's roles allow, for pages to offer no
// more than that.
func (g *Guard) Enter(ctx context.Context, by Actor) (context.Context, error) {
	actions := make([]Action, len(rules))
	for i, r := range rules {
		actions[i] = r.action
	}
	may, err := g.May(ctx, by, actions...)
	by.offers = may
	return With(ctx, by), err
}

// Offers reports whether a page is to offer an action to the actor kept with a
// request. It is no permission: a use-case asks for itself.
func Offers(ctx context.Context, a Action) bool {
	by := From(ctx)
	return by.Program || by.offers[a]
}

// A Guard stands between the use-cases and the database.
type Guard struct {
	db *db.DB
	// Shut says which people mentions belong to, and whoever must be hidden with
	// them: the room that knows who reports whom fills it in.
	Shut func(ctx context.Context, q db.Querier, mentions []string) (people []string, err error)
	// Bearing finds the mentions that bear a name: the room that knows people fills
	// it in.
	Bearing func(ctx context.Context, q db.Querier, name string) (mentions []string, err error)
	// Who says what accounts are called and for whom they work: the room that keeps
	// accounts fills it in. An account it does not know is left out.
	Who func(ctx context.Context, q db.Querier, accounts []string) (map[string]Colleague, error)
	// Spoken is the query for the mentions that the case, whose id is in a column, may have
	// been written about: the room that keeps cases fills it in.
	Spoken func(column string) string
	// Changed is told that pools may be others now, if it is set. It must not wait.
	Changed func()
	// ReadOnly is why nothing may be changed now; nil when it may. People may look
	// all the same, and their looks are written.
	ReadOnly error
}

// A Colleague is who an account is.
type Colleague struct{ Name, Agency string }

// NewGuard returns the guard of d.
func NewGuard(d *db.DB) *Guard { return &Guard{db: d} }

// DB is the database itself, for what nobody asks for: jobs, and what starts with
// the program.
func (g *Guard) DB() *db.DB { return g.db }

// A Pool is agencies that have agreed to read their reports together, in order.
type Pool struct {
	ID       string
	Agencies []string
}

// Held is the condition that a column holds one of the agencies, with its arguments
// after those there are: " AND r.holder IN ($3)".
func (p *Pool) Held(column string, args []any) (string, []any) {
	return " AND " + column + " IN (" + db.List(len(args)+1, len(p.Agencies)) + ")", append(slices.Clip(args), db.Args(p.Agencies)...)
}

// Pooled is the condition that a column holds the pool's id.
func (p *Pool) Pooled(column string, args []any) (string, []any) {
	return " AND " + column + " = " + db.List(len(args)+1, 1), append(slices.Clip(args), p.ID)
}

// A Sight is what an actor may see in one use-case, and what was seen.
type Sight struct {
	Subject
	Action Action
	shut   []string // people
	entry  ledger.Entry
	nobody bool // what was read is about nobody
}

// Blind reports whether conflict locks hide anybody from the actor.
func (s *Sight) Blind() bool { return s != nil && len(s.shut) > 0 }

// Hidden reports whether a person is hidden from the actor. Nobody is hidden from
// the nil Sight, which is that of a job.
func (s *Sight) Hidden(person string) bool { return s != nil && slices.Contains(s.shut, person) }

// Open is the condition that columns hold nobody who is hidden from the actor. It is
// empty for nearly everybody.
func (s *Sight) Open(args []any, columns ...string) (string, []any) {
	if !s.Blind() {
		return "", args
	}
	in := " NOT IN (" + db.List(len(args)+1, len(s.shut)) + ")"
	var b strings.Builder
	for _, c := range columns {
		b.WriteString(" AND " + c + in)
	}
	return b.String(), append(slices.Clip(args), db.Args(s.shut)...)
}

// Whose is the person whose a mention is, or who has that id, as the actor may see them;
// fault.NotFound for somebody else's.
func (s *Sight) Whose(ctx context.Context, q db.Querier, mention string) (string, error) {
	if s.entry.On == "" { // whoever reads in the ledger what is refused may be another from whom they are hidden
		s.entry.What, s.entry.On = "person", mention
	}
	held, args := s.Pool.Held("holder", []any{mention})
	who, err := db.One(ctx, q, db.Text, `SELECT person FROM mentions WHERE id = $1`+held, args...)
	if err == nil && s.Hidden(who) {
		err = s.Require(Object{Shut: true})
	}
	if err == nil && s.Blind() && who != mention { // a person is known by a mention, and that one's report may be hidden
		open, args := s.OpenReport("m.report", []any{mention})
		_, err = db.One(ctx, q, db.Text, `SELECT m.id FROM mentions m WHERE m.id = $1`+open, args...)
		if errors.Is(err, fault.NotFound) {
			err = s.Require(Object{Shut: true})
		}
	}
	if err != nil {
		return "", err
	}
	return who, nil
}

// OpenReport is the condition that the report in a column mentions nobody who is
// hidden from the actor.
func (s *Sight) OpenReport(column string, args []any) (string, []any) {
	if !s.Blind() {
		return "", args
	}
	return " AND NOT EXISTS (SELECT 1 FROM mentions hidden WHERE hidden.report = " + column + " AND hidden.person IN (" + db.List(len(args)+1, len(s.shut)) + "))",
		append(slices.Clip(args), db.Args(s.shut)...)
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

// Nobody says that what was read is about nobody, such as a list of agencies: it is
// not in the ledger.
func (s *Sight) Nobody() { s.nobody = true }

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

// Refuse is an error for what a room decides by itself, and keeps why for the ledger.
func (s *Sight) Refuse(why Reason) error { return s.refusal(Decision{Reason: why}) }

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
		s.entry.Verb = ledger.Consultation // whatever else the action allows
		if err := s.Require(Object{}); err != nil {
			return err
		}
		if err := v.Narrow(ctx, s.within()); err != nil {
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
		if g.ReadOnly != nil {
			s.entry.Outcome = string(fault.ReadOnly)
			return fmt.Errorf("%w: %w", fault.ReadOnly, g.ReadOnly)
		}
		if a != EraseReports { // which finds what is to be emptied wherever it is
			if err := tx.Narrow(ctx, s.within()); err != nil {
				return err
			}
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

// within is the wall behind the conditions that queries ask: see db.View.Narrow.
func (s *Sight) within() db.Within {
	return db.Within{Holders: s.Pool.Agencies, Pool: s.Pool.ID, Agency: s.Agency, Blind: s.Blind()}
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
	if s.entry.Account == "" || err == nil && s.nobody {
		return err // there was nobody, or nothing, to look at
	}
	e := s.done()
	if err == nil && s.looks.again(&e) {
		return nil
	}
	if failed := g.db.Write(ctx, func(tx *db.Tx) error { return ledger.Note(ctx, tx, e) }); failed != nil {
		return fmt.Errorf("nothing is shown that is not in the ledger: %w", errors.Join(failed, err))
	}
	return err
}

// May says which actions an actor's roles allow, for a page to offer no others. It
// is no permission: a use-case asks for itself.
func (g *Guard) May(ctx context.Context, by Actor, actions ...Action) (map[Action]bool, error) {
	s := Subject{Actor: by}
	if !by.Program && by.Account != "" {
		if err := g.db.Read(ctx, func(v *db.View) (err error) {
			s.Now = v.Now
			s.Roles, err = roles(ctx, v, v.Now, by.Account)
			return err
		}); err != nil {
			return nil, err
		}
	}
	may := make(map[Action]bool, len(actions))
	for _, a := range actions {
		d := Decide(&s, a, Object{})
		may[a] = by.Account != "" && (d.Allowed || d.Reason == NotFresh)
	}
	return may, nil
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
	if s.Pool, err = Together(ctx, q, now, by.Agency); err != nil {
		return err
	}
	return g.hide(ctx, q, s)
}

// hide finds out who is hidden from an actor now.
func (g *Guard) hide(ctx context.Context, q db.Querier, s *Sight) error {
	s.shut = nil
	locked, err := lockedFrom(ctx, q, s.Account)
	if err != nil || len(locked) == 0 {
		return err
	}
	if g.Shut == nil {
		return errors.New("access: there are locks, and nobody to say whom they hide")
	}
	s.shut, err = g.Shut(ctx, q, locked)
	return err
}

// Again finds out once more who is hidden from an actor, after something in the same
// transaction may have changed that.
func (g *Guard) Again(ctx context.Context, tx *db.Tx, s *Sight) error {
	if err := tx.Widely(ctx, func() error { return g.hide(ctx, tx, s) }); err != nil {
		return err
	}
	return tx.Narrow(ctx, s.within())
}

// never is the end of what has none yet.
const never = math.MaxInt64

func roles(ctx context.Context, q db.Querier, now time.Time, account string) ([]Role, error) {
	return db.All(ctx, q, func(r db.Row) (role Role, err error) { return role, r.Scan(&role) },
		`SELECT DISTINCT role FROM grants WHERE account = $1 AND since <= $2 AND until > $2 ORDER BY role`, account, now.UnixMicro())
}

// Together is the pool of an agency: those it reads reports together with, by the
// agreement in force. An agency that is in no agreement, or has left the
// partnership, reads its own.
func Together(ctx context.Context, q db.Querier, now time.Time, agency string) (Pool, error) {
	all, err := db.All(ctx, q, db.Text, `
		SELECT DISTINCT o.agency FROM agreement_parties p
		JOIN agreements a ON a.id = p.agreement
		JOIN agreement_parties o ON o.agreement = a.id
		JOIN agencies g ON g.id = o.agency
		WHERE p.agency = $1 AND a.level = 'together' AND a.withdrawn IS NULL AND a.since <= $2 AND a.until > $2 AND g.parted IS NULL
		ORDER BY o.agency`, agency, now.UnixMicro())
	if err == nil && !slices.Contains(all, agency) {
		all = []string{agency}
	}
	return poolOf(all), err
}

// Pools are all the pools there are now, each agency in one of them.
func Pools(ctx context.Context, q db.Querier, now time.Time) (all []Pool, err error) {
	agencies, err := db.All(ctx, q, db.Text, `SELECT id FROM agencies ORDER BY id`)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for _, a := range agencies {
		p, err := Together(ctx, q, now, a)
		if err != nil {
			return nil, err
		}
		if !have[p.ID] {
			have[p.ID] = true
			all = append(all, p)
		}
	}
	return all, nil
}

// poolOf is the pool of some agencies. Of one alone, the id is its own.
func poolOf(agencies []string) Pool {
	if len(agencies) == 1 {
		return Pool{agencies[0], agencies}
	}
	sum := sha256.Sum256([]byte(strings.Join(agencies, "\x00")))
	return Pool{"pool-" + hex.EncodeToString(sum[:8]), agencies}
}

// lockedFrom are the mentions that locks hide from an account: by name, or as one
// of a team: whoever has been in it since the lock was set, so that nobody is let
// in by leaving, and whoever is to join it, so that nobody is let in by a clock that is
// moved back.
func lockedFrom(ctx context.Context, q db.Querier, account string) ([]string, error) {
	return db.All(ctx, q, db.Text, `
		SELECT x.mention FROM lock_accounts f JOIN locks l ON l.id = f.lock JOIN lock_mentions x ON x.lock = l.id
		WHERE f.account = $1 AND l.lifted IS NULL
		UNION
		SELECT x.mention FROM team_members m CROSS JOIN lock_teams f CROSS JOIN locks l CROSS JOIN lock_mentions x
		WHERE f.team = m.team AND l.id = f.lock AND x.lock = l.id AND m.account = $1 AND m.until > l.since AND l.lifted IS NULL
		ORDER BY 1`, account)
}
