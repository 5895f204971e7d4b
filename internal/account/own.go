package account

import (
	"context"
	"fmt"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
)

// SetPassword changes one’s own password, and ends one’s other sessions. A fresh
// proof of who is asking is wanted.
func (s *Store) SetPassword(ctx context.Context, by access.Actor, password, repeat string) error {
	var own Account
	if err := s.guard.DB().Read(ctx, func(v *db.View) (err error) {
		if err = fresh(by, v.Now); err != nil {
			return err
		}
		own, err = Of(ctx, v, by.Account)
		return err
	}); err != nil {
		return err
	}
	var wrong fault.Messages
	checkPassword(&wrong, password, own.SignIn, own.Name)
	if password != repeat {
		wrong.Add("repeat", "The two passwords are not the same")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	hashed := ""
	if err := s.turn(ctx, func() { hashed = s.settings.Cost.hash(password) }); err != nil {
		return err
	}
	return s.change(ctx, by, "password", func(tx *db.Tx) error {
		k, err := db.One(ctx, tx, scanKept, selectKept+`WHERE id = $1`, by.Account)
		if err != nil {
			return err
		}
		if k.code == "" {
			return fault.Bad("password", "Set up one-time codes first: a password alone opens nothing")
		}
		return tx.Exec(ctx, `UPDATE account_holders SET password = $1 WHERE id = $2`, hashed, by.Account)
	})
}

// change changes how one signs in. A fresh proof of who is asking is wanted, and
// other sessions end: whoever had them must sign in anew.
func (s *Store) change(ctx context.Context, by access.Actor, what string, f func(tx *db.Tx) error) error {
	return s.guard.Act(ctx, by, access.ManageOwnAccount, func(tx *db.Tx, sight *access.Sight) error {
		if err := fresh(by, tx.Now); err != nil {
			return err
		}
		sight.Saw("account", by.Account)
		sight.Touched(what)
		if err := f(tx); err != nil {
			return err
		}
		return tx.Exec(ctx, `UPDATE sessions SET ended = $1 WHERE account = $2 AND id <> $3 AND ended IS NULL`, tx.Now.UnixMicro(), by.Account, by.Session)
	})
}

// BeginCode returns a new secret for one-time codes, and a ticket for setting it up.
func (s *Store) BeginCode(by access.Actor) (ticketText string, secret Secret, err error) {
	if err := fresh(by, s.guard.DB().Now()); err != nil {
		return "", Secret{}, err
	}
	raw := newSecret()
	return s.issue(newCode, ticket{Account: by.Account, Secret: raw}, joiningLasts), secretOf(raw), nil
}

// CodeBegun is the secret of a ticket.
func (s *Store) CodeBegun(by access.Actor, ticketText string) (Secret, error) {
	t, err := s.read(newCode, ticketText, s.guard.DB().Now())
	if err != nil || t.Account != by.Account {
		return Secret{}, errStale
	}
	return secretOf(t.Secret), nil
}

// SetCode has one-time codes come from a new secret, once a code shows that the app
// has it. It returns new recovery codes.
func (s *Store) SetCode(ctx context.Context, by access.Actor, ticketText, code string) (recovery []string, err error) {
	now := s.guard.DB().Now()
	t, err := s.read(newCode, ticketText, now)
	if err != nil || t.Account != by.Account {
		return nil, errStale
	}
	step := stepOf(t.Secret, typed(code), now, 0)
	if step == 0 {
		return nil, fault.Bad("code", "The code is not right. Enter the six figures that the app shows now")
	}
	recovery = newRecoveryCodes()
	err = s.change(ctx, by, "one-time code", func(tx *db.Tx) error {
		if err := spend(ctx, tx, t); err != nil {
			return err
		}
		if err := tx.Exec(ctx, `UPDATE account_holders SET code = $1, code_step = $2 WHERE id = $3`, s.shut("one-time code of "+by.Account, t.Secret), step, by.Account); err != nil {
			return fmt.Errorf("keep one-time code: %w", err)
		}
		return keepRecoveryCodes(ctx, tx, by.Account, recovery)
	})
	return recovery, err
}

// NewRecoveryCodes replaces one’s recovery codes. They are told once.
func (s *Store) NewRecoveryCodes(ctx context.Context, by access.Actor) (codes []string, err error) {
	codes = newRecoveryCodes()
	err = s.change(ctx, by, "recovery codes", func(tx *db.Tx) error { return keepRecoveryCodes(ctx, tx, by.Account, codes) })
	return codes, err
}

// RecoveryLeft is how many of one’s recovery codes are unused.
func (s *Store) RecoveryLeft(ctx context.Context, by access.Actor) (n int, err error) {
	err = s.guard.DB().Read(ctx, func(v *db.View) error {
		n, err = recoveryLeft(ctx, v, by.Account)
		return err
	})
	return n, err
}

// Fresh is access.ErrNotFresh unless somebody has proved who they are a short while
// ago: so a page can ask before a form is filled in.
func (s *Store) Fresh(by access.Actor) error { return fresh(by, s.guard.DB().Now()) }
