package account

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
)

// A Passkey is a key that a phone, a computer or a token keeps, and uses once its
// owner has shown it a finger, a face or a PIN. It answers to our address alone, so
// that no page that looks like ours can get at it.
type Passkey struct {
	ID         string
	Name       string // as its owner calls it
	Made, Used time.Time
}

// passkeyLasts is how long there is to use one once a page has asked for it.
const passkeyLasts = 5 * time.Minute

// wrongPasskey is what is said of a passkey that opens nothing, whatever is wrong.
const wrongPasskey = "That passkey did not work. Try again, or sign in another way"

// A holder is an account as the library of passkeys sees it. What it is told of a
// person a phone shows to whoever holds it: the name to sign in, and no more.
type holder struct {
	Account
	keys []webauthn.Credential
}

func (h *holder) WebAuthnID() []byte                         { return []byte(h.ID) }
func (h *holder) WebAuthnName() string                       { return h.SignIn }
func (h *holder) WebAuthnDisplayName() string                { return h.SignIn }
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// party is us, as passkeys know us: by the address that people type. An
// installation that says no address serves this computer alone.
func (s *Store) party(from Visitor) (*webauthn.WebAuthn, error) {
	site := s.settings.Site
	if site == "" {
		site = from.Site
	}
	u, err := url.Parse(site)
	if err != nil || s.settings.Site == "" && u.Hostname() != "localhost" {
		return nil, fault.Bad("passkey", "Passkeys work at Clew’s own address alone. Open it at localhost")
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Clew", RPOrigins: []string{strings.TrimSuffix(site, "/")}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired},
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	return w, nil
}

// ask seals what a page asks of a passkey, and is what the page is to be told.
func (s *Store) ask(of step, t ticket, session *webauthn.SessionData, options any) (ticketText string, ask json.RawMessage, err error) {
	if t.More, err = json.Marshal(session); err != nil {
		return "", nil, fmt.Errorf("passkey: %w", err)
	}
	if ask, err = json.Marshal(options); err != nil {
		return "", nil, fmt.Errorf("passkey: %w", err)
	}
	return s.issue(of, t, passkeyLasts), ask, nil
}

// AskPasskey begins a sign-in, or a proof, by whichever passkey its owner chooses.
func (s *Store) AskPasskey(from Visitor) (ticketText string, ask json.RawMessage, err error) {
	w, err := s.party(from)
	if err != nil {
		return "", nil, err
	}
	options, session, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return "", nil, fmt.Errorf("passkey: %w", err)
	}
	return s.ask(passkeyIn, ticket{}, session, options)
}

// answered finds whose passkey gave an answer, and uses the ticket up. Nobody is
// slowed for it: an answer cannot be guessed.
func (s *Store) answered(ctx context.Context, tx *db.Tx, ticketText, answer string, from Visitor) (a Account, err error) {
	t, err := s.read(passkeyIn, ticketText, tx.Now)
	if err != nil {
		return a, err
	}
	var session webauthn.SessionData
	if err := json.Unmarshal(t.More, &session); err != nil {
		return a, errStale
	}
	w, err := s.party(from)
	if err != nil {
		return a, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return a, errKey
	}
	_, key, err := w.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		a, err = Of(ctx, tx, string(handle))
		if err != nil {
			return nil, err
		}
		keys, err := credentials(ctx, tx, a.ID)
		return &holder{a, keys}, err
	}, session, parsed)
	if err != nil || key.Authenticator.CloneWarning || a.State != Active {
		return a, errKey
	}
	if err := spend(ctx, tx, t); err != nil {
		return a, err
	}
	public, err := json.Marshal(key)
	if err != nil {
		return a, fmt.Errorf("passkey: %w", err)
	}
	if err := tx.Exec(ctx, `UPDATE passkeys SET public = $1, used = $2 WHERE id = $3`, string(public), tx.Now.UnixMicro(), keyID(key.ID)); err != nil {
		return a, fmt.Errorf("use passkey: %w", err)
	}
	return a, nil
}

// errKey says that a passkey opens nothing here.
var errKey = fault.Bad("passkey", wrongPasskey)

// SignInByPasskey opens a session for whoever’s passkey gave an answer. It is both
// steps in one: something they have, and something they are or know.
func (s *Store) SignInByPasskey(ctx context.Context, ticketText, answer string, from Visitor) (out Signed, err error) {
	out.Left = -1
	var refused error
	err = s.guard.DB().Write(ctx, func(tx *db.Tx) error {
		out.Account, err = s.answered(ctx, tx, ticketText, answer, from)
		if errors.Is(err, fault.NotFound) || isInvalid(err) {
			refused = err
			return note(ctx, tx, &out.Account, "", "sign in", "wrong passkey")
		}
		if err != nil {
			return err
		}
		return s.begin(ctx, tx, &out, "passkey", from)
	})
	if err = errors.Join(refused, err); err != nil {
		return Signed{}, err
	}
	return out, nil
}

func isInvalid(err error) bool { _, is := errors.AsType[fault.Invalid](err); return is }

// ProveByPasskey is Prove with a passkey of one’s own.
func (s *Store) ProveByPasskey(ctx context.Context, by access.Actor, ticketText, answer string, from Visitor) (token string, err error) {
	var refused error
	err = s.guard.DB().Write(ctx, func(tx *db.Tx) error {
		a, err := s.answered(ctx, tx, ticketText, answer, from)
		if err == nil && a.ID != by.Account {
			err = errKey
		}
		if errors.Is(err, fault.NotFound) || isInvalid(err) {
			refused = err
			return note(ctx, tx, &Account{ID: by.Account, Agency: by.Agency}, by.Session, "prove who one is", "wrong passkey")
		}
		if err != nil {
			return err
		}
		token, err = proved(ctx, tx, &a, by.Session)
		return err
	})
	if err = errors.Join(refused, err); err != nil {
		return "", err
	}
	return token, nil
}

// AskNewPasskey begins the adding of a passkey to one’s own account.
func (s *Store) AskNewPasskey(ctx context.Context, by access.Actor, from Visitor) (ticketText string, ask json.RawMessage, err error) {
	if err := s.Fresh(by); err != nil {
		return "", nil, err
	}
	return s.askNew(ctx, passkeyNew, ticket{Account: by.Account}, from)
}

// AskJoiningPasskey begins the taking up of an invitation by passkey.
func (s *Store) AskJoiningPasskey(ctx context.Context, joiningTicket string, from Visitor) (ticketText string, ask json.RawMessage, err error) {
	t, err := s.read(joining, joiningTicket, s.guard.DB().Now())
	if err != nil {
		return "", nil, err
	}
	if t.Account == "" {
		return "", nil, fault.Bad("passkey", "Set Clew up with a password first, then add a passkey")
	}
	t.ID = ""
	return s.askNew(ctx, passkeyJoin, t, from)
}

func (s *Store) askNew(ctx context.Context, of step, t ticket, from Visitor) (ticketText string, ask json.RawMessage, err error) {
	w, err := s.party(from)
	if err != nil {
		return "", nil, err
	}
	var h holder
	if err := s.guard.DB().Read(ctx, func(v *db.View) (err error) {
		if h.Account, err = Of(ctx, v, t.Account); err != nil {
			return err
		}
		h.keys, err = credentials(ctx, v, t.Account)
		return err
	}); err != nil {
		return "", nil, err
	}
	options, session, err := w.BeginRegistration(&h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return "", nil, fmt.Errorf("passkey: %w", err)
	}
	return s.ask(of, t, session, options)
}

// made is the passkey of an answer.
func (s *Store) made(ctx context.Context, tx *db.Tx, t ticket, answer string, from Visitor) (*webauthn.Credential, error) {
	var session webauthn.SessionData
	if err := json.Unmarshal(t.More, &session); err != nil {
		return nil, errStale
	}
	w, err := s.party(from)
	if err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return nil, fault.Bad("passkey", "The passkey was not made. Try again")
	}
	a, err := Of(ctx, tx, t.Account)
	if err != nil {
		return nil, err
	}
	key, err := w.CreateCredential(&holder{Account: a}, session, parsed)
	if err != nil {
		return nil, fault.Bad("passkey", "The passkey was not made. Try again")
	}
	return key, spend(ctx, tx, t)
}

const longestKeyName = 40

// keep inserts a passkey.
func keep(ctx context.Context, tx *db.Tx, account, name string, key *webauthn.Credential) error {
	if name = strings.Join(strings.Fields(name), " "); name == "" {
		name = "Passkey"
	}
	if utf8.RuneCountInString(name) > longestKeyName {
		return fault.Bad("key-name", "The name must be 40 characters or fewer")
	}
	n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM passkeys WHERE id = $1`, keyID(key.ID))
	if err != nil {
		return fmt.Errorf("look for passkey: %w", err)
	}
	if n > 0 {
		return fault.Bad("passkey", "That passkey is in use already")
	}
	public, err := json.Marshal(key)
	if err != nil {
		return fmt.Errorf("passkey: %w", err)
	}
	if err := tx.Insert(ctx, "passkeys", []string{"id", "account", "name", "public", "made"}, [][]any{{keyID(key.ID), account, name, string(public), tx.Now.UnixMicro()}}); err != nil {
		return fmt.Errorf("insert passkey: %w", err)
	}
	return nil
}

// AddPasskey adds the passkey of an answer to one’s own account.
func (s *Store) AddPasskey(ctx context.Context, by access.Actor, ticketText, name, answer string, from Visitor) error {
	t, err := s.read(passkeyNew, ticketText, s.guard.DB().Now())
	if err != nil || t.Account != by.Account {
		return errStale
	}
	return s.change(ctx, by, "passkey", func(tx *db.Tx) error {
		key, err := s.made(ctx, tx, t, answer, from)
		if err != nil {
			return err
		}
		return keep(ctx, tx, by.Account, name, key)
	})
}

// AcceptByPasskey takes an invitation up with a passkey and no password.
func (s *Store) AcceptByPasskey(ctx context.Context, ticketText, answer string, from Visitor) (out Signed, err error) {
	t, err := s.read(passkeyJoin, ticketText, s.guard.DB().Now())
	if err != nil {
		return out, err
	}
	err = s.accept(ctx, t, Join{}, &out, from, "passkey", func(tx *db.Tx) error {
		key, err := s.made(ctx, tx, t, answer, from)
		if err != nil {
			return err
		}
		return keep(ctx, tx, out.Account.ID, "", key)
	})
	if err != nil {
		return Signed{}, err
	}
	return out, nil
}

// Passkeys are those of one’s own.
func (s *Store) Passkeys(ctx context.Context, by access.Actor) (all []Passkey, err error) {
	err = s.guard.DB().Read(ctx, func(v *db.View) error {
		all, err = db.All(ctx, v, scanPasskey, `SELECT id, name, made, used FROM passkeys WHERE account = $1 ORDER BY made, id`, by.Account)
		return err
	})
	return all, err
}

// RemovePasskey removes one of one’s own, such as that of a phone that was lost.
// Something must be left to sign in with.
func (s *Store) RemovePasskey(ctx context.Context, by access.Actor, id string) error {
	return s.change(ctx, by, "passkey", func(tx *db.Tx) error {
		mine, err := db.All(ctx, tx, db.Text, `SELECT id FROM passkeys WHERE account = $1`, by.Account)
		if err != nil {
			return err
		}
		k, err := db.One(ctx, tx, scanKept, selectKept+`WHERE id = $1`, by.Account)
		if err != nil {
			return err
		}
		n := 0
		for _, m := range mine {
			if m == id {
				n++
			}
		}
		switch {
		case n == 0:
			return fmt.Errorf("passkey: %w", fault.NotFound)
		case len(mine) == 1 && k.password == "":
			return fault.Bad("passkey", "This is all you can sign in with. Add another passkey first")
		}
		return tx.Exec(ctx, `DELETE FROM passkeys WHERE id = $1`, id)
	})
}

func scanPasskey(r db.Row) (p Passkey, err error) {
	var made int64
	var used sql.NullInt64
	err = r.Scan(&p.ID, &p.Name, &made, &used)
	p.Made = at(made)
	if used.Valid {
		p.Used = at(used.Int64)
	}
	return p, err
}

func credentials(ctx context.Context, q db.Querier, account string) (all []webauthn.Credential, err error) {
	return db.All(ctx, q, func(r db.Row) (c webauthn.Credential, err error) {
		var text string
		if err = r.Scan(&text); err == nil {
			err = json.Unmarshal([]byte(text), &c)
		}
		return c, err
	}, `SELECT public FROM passkeys WHERE account = $1 ORDER BY made, id`, account)
}

func keyID(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }
