package account

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"clew/internal/db"
	"clew/internal/fault"
)

// A ticket is what somebody's browser keeps between two steps. It is sealed: it
// tells the browser nothing, and cannot be made or altered. So people who are not
// signed in leave no rows behind them, however many they are.
type ticket struct {
	ID         string
	Until      int64 // microseconds since 1970
	Account    string
	Invitation string
	Secret     []byte          // of a one-time code that is being set up
	More       json.RawMessage // of a passkey or of single sign-on
}

// A step is what a ticket is for. A ticket of one opens no other.
type step string

const (
	secondStep  step = "second step of signing in"
	joining     step = "taking up an invitation"
	newCode     step = "setting up a one-time code"
	passkeyIn   step = "signing in by passkey"
	passkeyNew  step = "adding a passkey"
	passkeyJoin step = "taking up an invitation by passkey"
	provided    step = "single sign-on"
	shown       step = "to be shown once"
)

func (s *Store) issue(of step, t ticket, lasts time.Duration) string {
	if t.ID == "" {
		t.ID = random(16)
	}
	t.Until = s.guard.DB().Now().Add(lasts).UnixMicro()
	b, err := json.Marshal(t)
	if err != nil {
		panic(err) // it is made of text and numbers
	}
	return s.shut("ticket: "+string(of), b)
}

// errStale says that what was begun is too old, used, or not from here.
var errStale = fmt.Errorf("ticket: %w", fault.NotFound)

func (s *Store) read(of step, text string, now time.Time) (t ticket, err error) {
	b, err := s.open("ticket: "+string(of), text)
	if err != nil {
		return t, errStale
	}
	if err := json.Unmarshal(b, &t); err != nil || now.UnixMicro() > t.Until {
		return t, errStale
	}
	return t, nil
}

// spend uses a ticket up; the second time, it is stale.
func spend(ctx context.Context, tx *db.Tx, t ticket) error {
	n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM spent WHERE ticket = $1`, t.ID)
	if err != nil {
		return fmt.Errorf("look for ticket: %w", err)
	}
	if n > 0 {
		return errStale
	}
	if err := tx.Exec(ctx, `DELETE FROM spent WHERE until < $1`, tx.Now.UnixMicro()); err != nil {
		return fmt.Errorf("forget tickets: %w", err)
	}
	if err := tx.Exec(ctx, `INSERT INTO spent (ticket, until) VALUES ($1, $2)`, t.ID, t.Until); err != nil {
		return fmt.Errorf("spend ticket: %w", err)
	}
	return nil
}

func (s *Store) shut(context string, plain []byte) string {
	return base64.RawURLEncoding.EncodeToString(s.seal.Seal(context, plain))
}

func (s *Store) open(context, sealed string) ([]byte, error) {
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(b) == 0 {
		return nil, errors.New("nothing that was sealed here")
	}
	return s.seal.Open(context, b)
}

// Hold seals something that somebody is to be shown once, on the page after this
// one, and Held reads it: recovery codes, a link. It is kept nowhere here.
func (s *Store) Hold(account, what string) string {
	return s.issue(shown, ticket{Account: account, Secret: []byte(what)}, secondStepLasts)
}

// Held is what was sealed by Hold, or fault.NotFound.
func (s *Store) Held(account, text string) (string, error) {
	t, err := s.read(shown, text, s.guard.DB().Now())
	if err != nil || t.Account != account {
		return "", errStale
	}
	return string(t.Secret), nil
}
