package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
)

// A Session is somebody signed in with one browser.
type Session struct {
	ID            string
	Began, Seen   time.Time
	Proved        time.Time // when they last proved who they are
	How           string    // passkey, password, single sign-on, demo
	Browser       string    // in words
	Purpose       access.Purpose
	account, name string
	agency        string
}

// errOut says that nobody is signed in by that.
var errOut = fmt.Errorf("session: %w", fault.NotFound)

// over reports whether a session has ended by itself.
func (s *Store) over(x *Session, now time.Time) bool {
	return now.Sub(x.Seen) > s.settings.Idle || now.Sub(x.Began) > s.settings.Absolute || x.Began.After(now.Add(time.Hour))
}

// Resolve is who a session is of, or fault.NotFound. It is one query; once a minute
// it notes that the session is in use, unless the request was sent by no hand.
func (s *Store) Resolve(ctx context.Context, token string, byHand bool) (access.Actor, error) {
	if token == "" {
		return access.Actor{}, errOut
	}
	var x Session
	var now time.Time
	err := s.guard.DB().Read(ctx, func(v *db.View) (err error) {
		now = v.Now
		x, err = db.One(ctx, v, scanSession, selectSession+`s.token = $1`, digest(token))
		return err
	})
	if err != nil {
		return access.Actor{}, fmt.Errorf("session: %w", err)
	}
	if s.over(&x, now) {
		return access.Actor{}, errOut
	}
	if byHand && now.Sub(x.Seen) >= time.Minute {
		if err := s.guard.DB().Write(ctx, func(tx *db.Tx) error {
			return tx.Exec(ctx, `UPDATE sessions SET seen = $1 WHERE id = $2 AND seen < $1`, tx.Now.UnixMicro(), x.ID)
		}); err != nil {
			return access.Actor{}, fmt.Errorf("note use of session: %w", err)
		}
	}
	return x.actor(), nil
}

func (x *Session) actor() access.Actor {
	return access.Actor{Account: x.account, Agency: x.agency, Name: x.name, Session: x.ID, Purpose: x.Purpose, Proved: x.Proved}
}

// Sessions are those of one’s own that are open, the latest first.
func (s *Store) Sessions(ctx context.Context, by access.Actor) (all []Session, err error) {
	err = s.guard.Look(ctx, by, access.ManageOwnAccount, func(v *db.View, sight *access.Sight) error {
		sight.Saw("sessions", by.Account)
		all, err = db.All(ctx, v, scanSession, selectSession+`s.account = $1 ORDER BY s.seen DESC, s.id`, by.Account)
		all = slices.DeleteFunc(all, func(x Session) bool { return s.over(&x, v.Now) })
		return err
	})
	return all, err
}

// SignOut ends a session of one’s own. It ends at the next request that comes by it.
func (s *Store) SignOut(ctx context.Context, by access.Actor, session string) error {
	return s.guard.Act(ctx, by, access.ManageOwnAccount, func(tx *db.Tx, sight *access.Sight) error {
		sight.Saw("session", session)
		n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM sessions WHERE id = $1 AND account = $2`, session, by.Account)
		if err != nil {
			return err
		}
		if n == 0 {
			return errOut
		}
		return tx.Exec(ctx, `UPDATE sessions SET ended = $1 WHERE id = $2 AND ended IS NULL`, tx.Now.UnixMicro(), session)
	})
}

// SignOutEverywhere ends all sessions of one’s own, this one too, and has every
// browser be a stranger's again.
func (s *Store) SignOutEverywhere(ctx context.Context, by access.Actor) error {
	return s.guard.Act(ctx, by, access.ManageOwnAccount, func(tx *db.Tx, sight *access.Sight) error {
		sight.Saw("sessions", by.Account)
		return endSessions(ctx, tx, by.Account)
	})
}

func endSessions(ctx context.Context, tx *db.Tx, account string) error {
	if err := tx.Exec(ctx, `UPDATE sessions SET ended = $1 WHERE account = $2 AND ended IS NULL`, tx.Now.UnixMicro(), account); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	if err := tx.Exec(ctx, `DELETE FROM browsers WHERE account = $1`, account); err != nil {
		return fmt.Errorf("forget browsers: %w", err)
	}
	return nil
}

// SetPurpose says why somebody works from now on; it stands beside what they do in
// the ledger.
func (s *Store) SetPurpose(ctx context.Context, by access.Actor, p access.Purpose) error {
	if !slices.ContainsFunc(Purposes, func(m PurposeMeaning) bool { return m.Purpose == p }) {
		return fault.Bad("purpose", "Choose what your work is for")
	}
	return s.guard.Act(ctx, by, access.ManageOwnAccount, func(tx *db.Tx, sight *access.Sight) error {
		sight.Saw("session", by.Session)
		sight.Touched("purpose")
		return tx.Exec(ctx, `UPDATE sessions SET purpose = $1 WHERE id = $2 AND account = $3`, string(p), by.Session, by.Account)
	})
}

// A PurposeMeaning says what a purpose is.
type PurposeMeaning struct {
	Purpose access.Purpose
	Name    string
}

// Purposes are those that people choose among.
var Purposes = []PurposeMeaning{
	{access.Enquire, "Enquire into a report"}, {access.Protect, "Protect somebody"}, {access.Prepare, "Prepare a case, a clinic or a hearing"},
	{access.AuditIt, "Check how reports were recorded"}, {access.Request, "Answer somebody’s request about their own data"}, {access.Maintain, "Look after the system"},
}

// Prove takes the second step again, before an act that could do most harm. The
// session goes on under a new token.
func (s *Store) Prove(ctx context.Context, by access.Actor, code string) (token string, left int, err error) {
	if by.Session == "" || by.Account == "" {
		return "", -1, errOut
	}
	if err := s.slow.take(s.guard.DB().Now(), codeCounts(by.Account+" "+by.Session, Visitor{}, false)); err != nil {
		return "", -1, err
	}
	var refused error
	left = -1
	err = s.guard.DB().Write(ctx, func(tx *db.Tx) error {
		a, err := Of(ctx, tx, by.Account)
		if err != nil {
			return err
		}
		p, err := s.second(ctx, tx, by.Account, code)
		if err != nil {
			return err
		}
		if !p.ok {
			refused = fault.Bad("code", wrongCode)
			return note(ctx, tx, &a, by.Session, "prove who one is", "wrong code")
		}
		if p.recovery {
			if left, err = recoveryLeft(ctx, tx, by.Account); err != nil {
				return err
			}
		}
		token, err = proved(ctx, tx, &a, by.Session)
		return err
	})
	if err = errors.Join(refused, err); err != nil {
		return "", -1, err
	}
	s.slow.forgive(codeCounts(by.Account+" "+by.Session, Visitor{}, false))
	return token, left, nil
}

// proved notes a proof, and gives the session a new token.
func proved(ctx context.Context, tx *db.Tx, a *Account, session string) (token string, err error) {
	token = random(32)
	n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM sessions WHERE id = $1 AND account = $2 AND ended IS NULL`, session, a.ID)
	if err == nil && n == 0 {
		err = errOut
	}
	if err != nil {
		return "", err
	}
	if err := tx.Exec(ctx, `UPDATE sessions SET token = $1, proved = $2, seen = $2 WHERE id = $3`, digest(token), tx.Now.UnixMicro(), session); err != nil {
		return "", fmt.Errorf("give session a new token: %w", err)
	}
	return token, note(ctx, tx, a, session, "prove who one is", "done")
}

// fresh is an error unless somebody has proved who they are a short while ago.
func fresh(by access.Actor, now time.Time) error {
	if now.Sub(by.Proved) > access.Fresh {
		return access.ErrNotFresh
	}
	return nil
}
