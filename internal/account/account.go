// Package account keeps the people who sign in.
//
// Nobody makes an account for themselves: an administrator invites them, and hands
// over a link that can be opened once. Whoever opens it chooses how to sign in from
// then on: by passkey, or by a password with a one-time code from an app and ten
// recovery codes. There is no default password, and no way round the second
// step. The first link of all is printed where Clew is started.
//
// Signing in happens before there is anybody to ask whether they may: these
// use-cases take a Visitor in place of an access.Actor and write the ledger
// themselves, refusals too. They do the same work, in the same order, for an
// account that exists and for one that does not; nothing in an answer, its length
// or its time tells which it was.
//
// A session is known by 256 random bits, of which the database keeps the SHA-256.
// It ends after a while without use, after a day's work whatever is done, and at
// the next request once somebody has ended it.
package account

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/ledger"
)

// A State says how far an account is.
type State string

// The states. What has ended stays: what was done in its name is kept under it.
const (
	Invited State = "invited"
	Active  State = "active"
	Ended   State = "ended"
)

// An Account is somebody who can sign in, could, or is invited to.
type Account struct {
	ID      string
	Agency  string
	Name    string // as colleagues know them
	SignIn  string // what they type to sign in, lower case
	State   State
	Made    time.Time
	Version int64
}

// A Sealer keeps what must be read again and must not lie open. What is sealed for
// one context opens in no other.
type Sealer interface {
	Seal(context string, plain []byte) []byte
	Open(context string, sealed []byte) ([]byte, error)
}

// Settings are what an installation may choose.
type Settings struct {
	Idle     time.Duration // a session without use ends after it
	Absolute time.Duration // every session ends after it
	Site     string        // the address people type, such as https://clew.example.org
	Provider Provider      // of single sign-on; none when it has no issuer
	Demo     bool          // people may come in as somebody invented
	Cost     Cost          // of a password; Usual when zero
}

// Usual settings: an unwatched screen is closed within a quarter of an hour, and
// nobody stays in for longer than a shift.
var Usual = Settings{Idle: 15 * time.Minute, Absolute: 12 * time.Hour}

// A Visitor is where a request comes from, before it is known from whom.
type Visitor struct {
	Address string // of the network
	Browser string // what a browser keeps that somebody has signed in with before, or empty
	Site    string // the address by which it came, such as http://localhost:8080
	Agent   string // the browser in words, for the list of sessions: Firefox on Windows
}

// A Store keeps accounts, sessions and invitations.
type Store struct {
	guard    *access.Guard
	seal     Sealer
	settings Settings
	slow     *throttle
	hashing  chan struct{} // a place for each password that may be computed at once
	nobody   string        // the password of accounts that do not exist
	providers
}

// NewStore returns the accounts of a partnership.
func NewStore(g *access.Guard, seal Sealer, settings Settings) *Store {
	if settings.Idle == 0 {
		settings.Idle = Usual.Idle
	}
	if settings.Absolute == 0 {
		settings.Absolute = Usual.Absolute
	}
	if settings.Cost == (Cost{}) {
		settings.Cost = Strong
	}
	g.Who = known
	s := &Store{guard: g, seal: seal, settings: settings, slow: newThrottle(), hashing: make(chan struct{}, atOnce)}
	s.nobody = settings.Cost.hash(random(16))
	return s
}

// Site is the address that people type, or "" for that by which they came.
func (s *Store) Site() string { return strings.TrimSuffix(s.settings.Site, "/") }

// Of is an account, for rooms that have somebody's leave to see it.
func Of(ctx context.Context, q db.Querier, id string) (Account, error) {
	a, err := db.One(ctx, q, scanAccount, selectAccount+`WHERE id = $1`, id)
	if err != nil {
		return a, fmt.Errorf("account: %w", err)
	}
	return a, nil
}

// note writes the ledger where there is no actor for a guard to ask.
func note(ctx context.Context, tx *db.Tx, a *Account, session, action, outcome string) error {
	return ledger.Note(ctx, tx, ledger.Entry{
		Account: a.ID, Agency: a.Agency, Session: session, Verb: ledger.Alteration, Action: action, What: "account", On: a.ID, Outcome: outcome,
	})
}

// keyOf is a sign-in name as it is kept and compared.
func keyOf(signIn string) string { return strings.ToLower(strings.TrimSpace(signIn)) }

// The limits of what people type.
const (
	longestName   = 60
	longestSignIn = 100
)

func checkName(wrong *fault.Messages, name string) {
	switch {
	case name == "":
		wrong.Add("name", "Enter the name that colleagues know")
	case utf8.RuneCountInString(name) > longestName:
		wrong.Add("name", "The name must be 60 characters or fewer")
	case strings.ContainsFunc(name, func(c rune) bool { return !unicode.IsPrint(c) }):
		wrong.Add("name", "Use letters, hyphens, apostrophes and spaces in the name")
	}
}

func checkSignIn(wrong *fault.Messages, signIn string) {
	switch {
	case signIn == "":
		wrong.Add("sign-in", "Enter what they will type to sign in, such as a work email address")
	case utf8.RuneCountInString(signIn) > longestSignIn:
		wrong.Add("sign-in", "The sign-in name must be 100 characters or fewer")
	case strings.ContainsFunc(signIn, func(c rune) bool { return !unicode.IsPrint(c) || unicode.IsSpace(c) }):
		wrong.Add("sign-in", "The sign-in name must have no spaces")
	}
}
