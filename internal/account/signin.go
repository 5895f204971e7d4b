package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
)

// A Try is a name and a password that somebody typed.
type Try struct{ SignIn, Password string }

// What is wrong with a try is said in one way, whatever it was.
const (
	wrongPassword = "The sign-in name or the password is not right"
	wrongCode     = "The code is not right. A one-time code can be used once, within a minute of being shown"
)

// secondStepLasts is how long there is for the second step.
const secondStepLasts = 10 * time.Minute

// Start takes the first step of signing in by password, and returns a ticket for
// the second. It takes as long for an account that does not exist, for one that has
// ended and for one without a password as for a wrong password.
func (s *Store) Start(ctx context.Context, t Try, from Visitor) (ticketText string, err error) {
	key := keyOf(t.SignIn)
	var found Account
	have := kept{password: s.nobody}
	known := false
	err = s.guard.DB().Read(ctx, func(v *db.View) error {
		all, err := db.All(ctx, v, scanAccount, selectAccount+`WHERE sign_in = $1`, key)
		if err != nil {
			return err
		}
		if len(all) == 1 {
			found = all[0]
		}
		keeps, err := db.All(ctx, v, scanKept, selectKept+`WHERE id = $1`, found.ID)
		if err != nil {
			return err
		}
		if len(keeps) == 1 && found.State == Active && keeps[0].password != "" {
			have = keeps[0]
		}
		known, err = knows(ctx, v, found.ID, from)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("look for account: %w", err)
	}
	if err := s.slow.take(s.guard.DB().Now(), passwordCounts(key, from, known)); err != nil {
		return "", err
	}
	right := false
	if err := s.turn(ctx, func() { right = matches(have.password, t.Password) }); err != nil {
		return "", err
	}
	if right = right && have.id != ""; !right {
		err := s.guard.DB().Write(ctx, func(tx *db.Tx) error { return note(ctx, tx, &found, "", "sign in", "wrong password") })
		return "", errors.Join(err, fault.Bad("sign-in", wrongPassword))
	}
	s.slow.forgive(passwordCounts(key, from, known))
	return s.issue(secondStep, ticket{Account: have.id}, secondStepLasts), nil
}

// knows reports whether somebody has signed in to an account with this browser.
func knows(ctx context.Context, q db.Querier, account string, from Visitor) (bool, error) {
	n, err := db.One(ctx, q, db.Number, `SELECT count(*) FROM browsers WHERE digest = $1 AND account = $2`, digest(from.Browser), account)
	if err != nil {
		return false, fmt.Errorf("look for browser: %w", err)
	}
	return n > 0 && from.Browser != "", nil
}

// Signed is somebody who has signed in.
type Signed struct {
	Token   string // for the cookie; it is kept nowhere else
	Browser string // for the cookie by which the browser is known again
	Session string
	Account Account
	// Left is how many recovery codes there still are, when one was used; else -1.
	Left int
}

// Finish takes the second step, and opens a session. A ticket that is too old or
// was used is fault.NotFound: the first step is taken again.
func (s *Store) Finish(ctx context.Context, ticketText, code string, from Visitor) (Signed, error) {
	now := s.guard.DB().Now()
	t, err := s.read(secondStep, ticketText, now)
	if err != nil {
		return Signed{}, err
	}
	known := false
	if err := s.guard.DB().Read(ctx, func(v *db.View) error {
		known, err = knows(ctx, v, t.Account, from)
		return err
	}); err != nil {
		return Signed{}, err
	}
	if err := s.slow.take(now, codeCounts(t.Account, from, known)); err != nil {
		return Signed{}, err
	}
	out := Signed{Left: -1}
	var refused error
	err = s.guard.DB().Write(ctx, func(tx *db.Tx) error {
		out.Account, err = Of(ctx, tx, t.Account)
		if err != nil {
			return err
		}
		if out.Account.State != Active {
			refused = errStale
			return note(ctx, tx, &out.Account, "", "sign in", "the account has ended")
		}
		p, err := s.second(ctx, tx, t.Account, code)
		if err != nil {
			return err
		}
		if !p.ok {
			refused = fault.Bad("code", wrongCode)
			return note(ctx, tx, &out.Account, "", "sign in", "wrong code")
		}
		if err := spend(ctx, tx, t); err != nil {
			return err
		}
		if p.recovery {
			if out.Left, err = recoveryLeft(ctx, tx, t.Account); err != nil {
				return err
			}
		}
		return s.begin(ctx, tx, &out, "password", from)
	})
	if err = errors.Join(refused, err); err != nil {
		return Signed{}, err
	}
	s.slow.forgive(codeCounts(t.Account, from, known))
	return out, nil
}

func recoveryLeft(ctx context.Context, q db.Querier, account string) (int, error) {
	n, err := db.One(ctx, q, db.Number, `SELECT count(*) FROM recovery_codes WHERE account = $1 AND used IS NULL`, account)
	return int(n), err
}

// begin opens a session for out.Account, whose browser is known from then on. Any
// session that the browser had is another: an id that somebody else knew before the
// sign-in is worth nothing after it.
func (s *Store) begin(ctx context.Context, tx *db.Tx, out *Signed, how string, from Visitor) error {
	out.Token, out.Session = random(32), db.NewID()
	now := tx.Now.UnixMicro()
	purpose, err := db.All(ctx, tx, db.Text, `SELECT purpose FROM sessions WHERE account = $1 ORDER BY began DESC, id DESC LIMIT 1`, out.Account.ID)
	if err != nil {
		return fmt.Errorf("last session: %w", err)
	}
	if len(purpose) == 0 {
		purpose = []string{string(access.Enquire)}
	}
	if err := tx.Insert(ctx, "sessions", []string{"id", "token", "account", "began", "seen", "proved", "how", "browser", "purpose"},
		[][]any{{out.Session, digest(out.Token), out.Account.ID, now, now, now, how, from.Agent, purpose[0]}}); err != nil {
		return fmt.Errorf("insert session: %w", err)
	}
	if out.Browser = from.Browser; out.Browser == "" {
		out.Browser = random(32)
	}
	if err := tx.InsertNew(ctx, "browsers", []string{"digest", "account", "made"}, [][]any{{digest(out.Browser), out.Account.ID, now}}); err != nil {
		return fmt.Errorf("insert browser: %w", err)
	}
	return note(ctx, tx, &out.Account, out.Session, "sign in", "done")
}
