package account

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
)

// A Provider says who people are, for an agency that signs its people in to
// everything alike: OpenID Connect Core 1.0, by the code flow with PKCE. It says
// who somebody is and never makes an account: that is linked first, by an
// administrator or by its owner.
type Provider struct {
	Name   string // as its people know it
	Issuer string
	Client string // our id there
	Secret string
}

// providers holds what a provider said of its keys and addresses, once it has.
type providers struct {
	mu    sync.Mutex
	known *oidc.Provider
}

// providerWaits is how long a provider is waited for. While it is away nobody comes
// in by it; who is signed in stays so, and other ways in stay open.
const providerWaits = 10 * time.Second

// What is said of single sign-on that opens nothing.
const (
	providerAway  = "Single sign-on cannot be reached. Sign in another way, or try again later"
	providerWrong = "Single sign-on did not work, or your account is not linked to it. Sign in another way, or ask your administrator"
)

var errProvider = fault.Bad("provider", providerWrong)

// algorithms are those that a token may be signed by: with a key of the provider’s
// own, never with one that we have too, and never with none.
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}

// Provider is what people know the provider by; "" when there is none.
func (s *Store) Provider() string {
	if s.settings.Provider.Issuer == "" {
		return ""
	}
	return s.settings.Provider.Name
}

// provider asks the provider for its keys and addresses, unless it has answered.
func (s *Store) provider(ctx context.Context) (*oidc.Provider, error) {
	s.mu.Lock()
	known := s.known
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	if s.settings.Provider.Issuer == "" {
		return nil, fmt.Errorf("provider: %w", fault.NotFound)
	}
	p, err := oidc.NewProvider(ctx, s.settings.Provider.Issuer)
	if err != nil {
		return nil, fault.Bad("provider", providerAway)
	}
	s.mu.Lock()
	s.known = p
	s.mu.Unlock()
	return p, nil
}

func (s *Store) client(p *oidc.Provider, from Visitor) *oauth2.Config {
	site := s.settings.Site
	if site == "" {
		site = from.Site
	}
	return &oauth2.Config{
		ClientID: s.settings.Provider.Client, ClientSecret: s.settings.Provider.Secret, Endpoint: p.Endpoint(),
		RedirectURL: strings.TrimSuffix(site, "/") + "/sign-in/provider/back", Scopes: []string{oidc.ScopeOpenID, "email"},
	}
}

// An errand is what a browser carries to a provider and back.
type errand struct{ State, Nonce, Verifier string }

// AskProvider begins a sign-in at the provider, and returns where to go for it.
// With somebody who is signed in, it begins the linking of their account.
func (s *Store) AskProvider(ctx context.Context, by access.Actor, from Visitor) (ticketText, to string, err error) {
	if by.Account != "" {
		if err := s.Fresh(by); err != nil {
			return "", "", err
		}
	}
	ctx, done := context.WithTimeout(ctx, providerWaits)
	defer done()
	p, err := s.provider(ctx)
	if err != nil {
		return "", "", err
	}
	e := errand{random(24), random(24), oauth2.GenerateVerifier()}
	more, err := json.Marshal(e)
	if err != nil {
		return "", "", fmt.Errorf("single sign-on: %w", err)
	}
	to = s.client(p, from).AuthCodeURL(e.State, oidc.Nonce(e.Nonce), oauth2.S256ChallengeOption(e.Verifier))
	return s.issue(provided, ticket{Account: by.Account, More: more}, secondStepLasts), to, nil
}

// A Return is what the provider sent a browser back with.
type Return struct{ State, Code, Issuer string }

// claims are those of a token that are looked at.
type claims struct {
	Subject  string           `json:"sub"`
	Party    string           `json:"azp"`
	Issued   *json.RawMessage `json:"iat"`
	Email    string           `json:"email"`
	Verified bool             `json:"email_verified"`
	Methods  []string         `json:"amr"` // RFC 8176
}

// strong reports whether the provider says that it asked for more than a password.
func (c *claims) strong() bool {
	return slices.ContainsFunc(c.Methods, func(m string) bool {
		return slices.Contains([]string{"mfa", "otp", "hwk", "sc"}, m)
	})
}

// told asks the provider who sent the browser back, and believes nothing that is
// not signed, for us, for this errand, and of now.
func (s *Store) told(ctx context.Context, t ticket, r Return, from Visitor) (c claims, err error) {
	var e errand
	if err := json.Unmarshal(t.More, &e); err != nil {
		return c, errProvider
	}
	if e.State == "" || subtle.ConstantTimeCompare([]byte(e.State), []byte(r.State)) != 1 || r.Code == "" {
		return c, errProvider
	}
	if r.Issuer != "" && r.Issuer != s.settings.Provider.Issuer { // RFC 9207
		return c, errProvider
	}
	ctx, done := context.WithTimeout(ctx, providerWaits)
	defer done()
	p, err := s.provider(ctx)
	if err != nil {
		return c, err
	}
	token, err := s.client(p, from).Exchange(ctx, r.Code, oauth2.VerifierOption(e.Verifier))
	if err != nil {
		return c, errProvider
	}
	raw, _ := token.Extra("id_token").(string)
	now := s.guard.DB().Now()
	id, err := p.Verifier(&oidc.Config{ClientID: s.settings.Provider.Client, SupportedSigningAlgs: algorithms, Now: s.guard.DB().Now}).Verify(ctx, raw)
	if err != nil {
		return c, errProvider
	}
	if err := id.Claims(&c); err != nil {
		return c, errProvider
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(e.Nonce)) != 1,
		c.Subject == "" || len(c.Subject) > 255 || strings.TrimSpace(c.Subject) != c.Subject,
		c.Party != "" && c.Party != s.settings.Provider.Client,
		len(id.Audience) > 1 && c.Party == "",
		c.Issued == nil || id.IssuedAt.After(now.Add(2*time.Minute)) || id.IssuedAt.Before(now.Add(-oldestToken)),
		id.Expiry.After(now.Add(latestToken)),
		id.AccessTokenHash != "" && id.VerifyAccessToken(token.AccessToken) != nil:
		return c, errProvider
	}
	return c, nil
}

const (
	oldestToken = 10 * time.Minute // it has just been made
	latestToken = 48 * time.Hour   // no provider makes a token for longer; ours is used at once
)

// SignInByProvider opens a session for whoever the provider says somebody is. When
// the provider does not say that it asked for a second step, Clew does: it returns a
// ticket for it and no session.
func (s *Store) SignInByProvider(ctx context.Context, ticketText string, r Return, from Visitor) (out Signed, second string, err error) {
	out.Left = -1
	t, err := s.read(provided, ticketText, s.guard.DB().Now())
	if err != nil || t.Account != "" {
		return out, "", errors.Join(errProvider, s.refused(ctx, "no such errand"))
	}
	c, err := s.told(ctx, t, r, from)
	if err != nil {
		return out, "", errors.Join(err, s.refused(ctx, "single sign-on refused"))
	}
	var refused error
	err = s.guard.DB().Write(ctx, func(tx *db.Tx) error {
		refuse := func(why string) error {
			refused = errProvider
			return note(ctx, tx, &out.Account, "", "sign in", why)
		}
		if err := spend(ctx, tx, t); errors.Is(err, fault.NotFound) {
			return refuse("an errand that was run before")
		} else if err != nil {
			return err
		}
		all, err := db.All(ctx, tx, db.Text, `SELECT account FROM identities WHERE issuer = $1 AND subject = $2`, s.settings.Provider.Issuer, c.Subject)
		if err != nil {
			return fmt.Errorf("look for identity: %w", err)
		}
		if len(all) == 0 {
			return refuse("nobody is linked")
		}
		if out.Account, err = Of(ctx, tx, all[0]); err != nil {
			return err
		}
		k, err := db.One(ctx, tx, scanKept, selectKept+`WHERE id = $1`, out.Account.ID)
		if err != nil {
			return err
		}
		switch {
		case out.Account.State != Active:
			return refuse("the account has ended")
		case c.strong():
			return s.begin(ctx, tx, &out, "single sign-on", from)
		case k.code == "":
			return refuse("no second step")
		}
		second = s.issue(secondStep, ticket{Account: out.Account.ID}, secondStepLasts)
		return nil
	})
	if err = errors.Join(refused, err); err != nil {
		return Signed{}, "", err
	}
	return out, second, nil
}

// refused notes a sign-in that nobody can be named for.
func (s *Store) refused(ctx context.Context, why string) error {
	return s.guard.DB().Write(ctx, func(tx *db.Tx) error { return note(ctx, tx, &Account{}, "", "sign in", why) })
}

// LinkOwn links one’s own account to who the provider says one is. The provider
// must vouch for the email address that is one’s sign-in name; of another, an
// administrator links the account.
func (s *Store) LinkOwn(ctx context.Context, by access.Actor, ticketText string, r Return, from Visitor) error {
	t, err := s.read(provided, ticketText, s.guard.DB().Now())
	if err != nil || t.Account == "" || t.Account != by.Account {
		return errProvider
	}
	c, err := s.told(ctx, t, r, from)
	if err != nil {
		return err
	}
	return s.change(ctx, by, "single sign-on", func(tx *db.Tx) error {
		if err := spend(ctx, tx, t); err != nil {
			return err
		}
		own, err := Of(ctx, tx, by.Account)
		if err != nil {
			return err
		}
		if !c.Verified || keyOf(c.Email) != own.SignIn {
			return fault.Bad("provider", "Single sign-on knows you by another email address than your sign-in name. Ask your administrator to link your account")
		}
		return link(ctx, tx, s.settings.Provider.Issuer, c.Subject, by.Account, by.Account)
	})
}

// Link links an account of one’s agency to a subject of the provider, which its
// keeper knows, and to no other. An empty subject unlinks it.
func (s *Store) Link(ctx context.Context, by access.Actor, id, subject string) error {
	subject = strings.TrimSpace(subject)
	return s.guard.Act(ctx, by, access.ManageAccounts, func(tx *db.Tx, sight *access.Sight) error {
		a, err := s.theirs(ctx, tx, by, id)
		switch {
		case err != nil:
			return err
		case s.settings.Provider.Issuer == "":
			return fmt.Errorf("provider: %w", fault.NotFound)
		case id == by.Account:
			return fault.Bad("subject", "Link your own account on its own page")
		case a.State == Ended:
			return fault.Bad("subject", "This account has ended")
		case len(subject) > 255:
			return fault.Bad("subject", "The subject must be 255 characters or fewer")
		}
		sight.Saw("account", id)
		sight.Touched("single sign-on")
		if err := tx.Exec(ctx, `DELETE FROM identities WHERE account = $1`, id); err != nil {
			return fmt.Errorf("delete identity: %w", err)
		}
		if subject == "" {
			return nil
		}
		return link(ctx, tx, s.settings.Provider.Issuer, subject, id, by.Account)
	})
}

// link inserts an identity, once: a subject opens one account.
func link(ctx context.Context, tx *db.Tx, issuer, subject, account, by string) error {
	n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM identities WHERE issuer = $1 AND subject = $2`, issuer, subject)
	if err != nil {
		return fmt.Errorf("look for identity: %w", err)
	}
	if n > 0 {
		return fault.Bad("subject", "That is linked to an account already")
	}
	if err := tx.Insert(ctx, "identities", []string{"issuer", "subject", "account", "linked", "linked_by"}, [][]any{{issuer, subject, account, tx.Now.UnixMicro(), by}}); err != nil {
		return fmt.Errorf("insert identity: %w", err)
	}
	return nil
}
