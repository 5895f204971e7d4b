package account_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/fault"
)

// A phone keeps passkeys, and does what its page asks; a false page has another
// origin.
type phone struct {
	t      testing.TB
	origin string
	auth   virtualwebauthn.Authenticator
	key    virtualwebauthn.Credential
}

func newPhone(t testing.TB, account string) *phone {
	return &phone{t, site, virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(account)}), newCredential(t)}
}

// newCredential is a key whose coordinates have 32 bytes each: the library leaves zeros at
// their beginning out, as no phone does, and such a key is refused.
func newCredential(t testing.TB) virtualwebauthn.Credential {
	for {
		c := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
		key, err := x509.ParsePKCS8PrivateKey(c.Key.Data)
		if err != nil {
			t.Fatal(err)
		}
		point, err := key.(*ecdsa.PrivateKey).PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if point[1] != 0 && point[33] != 0 {
			return c
		}
	}
}

const site = "http://localhost:8080"

// browser is a visitor whose browser is at our address.
var browser = account.Visitor{Address: "192.0.2.7", Site: site, Agent: "Chrome on Android"}

func (p *phone) party() virtualwebauthn.RelyingParty {
	return virtualwebauthn.RelyingParty{Name: "Clew", ID: "localhost", Origin: p.origin}
}

func (p *phone) make(ask json.RawMessage) string {
	p.t.Helper()
	o, err := virtualwebauthn.ParseAttestationOptions(string(ask))
	if err != nil {
		p.t.Fatal(err)
	}
	return virtualwebauthn.CreateAttestationResponse(p.party(), p.auth, p.key, *o)
}

func (p *phone) answer(ask json.RawMessage) string {
	p.t.Helper()
	o, err := virtualwebauthn.ParseAssertionOptions(string(ask))
	if err != nil {
		p.t.Fatal(err)
	}
	return virtualwebauthn.CreateAssertionResponse(p.party(), p.auth, p.key, *o)
}

// added adds the passkey of a phone to somebody's account.
func (h *house) added(by access.Actor) *phone {
	h.t.Helper()
	p := newPhone(h.t, by.Account)
	ticket, ask, err := h.AskNewPasskey(h.t.Context(), by, browser)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.AddPasskey(h.t.Context(), by, ticket, "Work phone", p.make(ask), browser); err != nil {
		h.t.Fatal(err)
	}
	return p
}

func (h *house) byPasskey(p *phone) (account.Signed, error) {
	h.t.Helper()
	ticket, ask, err := h.AskPasskey(browser)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.SignInByPasskey(h.t.Context(), ticket, p.answer(ask), browser)
}

func TestPasskey(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.setUp()
		p := h.added(admin.Actor)
		s, err := h.byPasskey(p)
		if err != nil || h.is(s.Token).Account != admin.Account {
			t.Fatalf("signed in as %+v, %v", h.is(s.Token), err)
		}
		keys, err := h.Passkeys(t.Context(), admin.Actor)
		if err != nil || len(keys) != 1 || keys[0].Name != "Work phone" || keys[0].Used.IsZero() {
			t.Errorf("passkeys %+v, %v", keys, err)
		}
		// It is no help to another.
		sam := h.invited(admin.Actor, "Sam Keogh", "sam", access.CallHandler)
		ticket, ask, err := h.AskPasskey(browser)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.ProveByPasskey(t.Context(), sam.Actor, ticket, p.answer(ask), browser); !isWrong(err) {
			t.Errorf("proved with the passkey of another: %v", err)
		}
		h.clock.pass(14 * time.Minute)
		by := h.is(s.Token)
		h.clock.pass(2 * time.Minute)
		if ticket, ask, err = h.AskPasskey(browser); err != nil {
			t.Fatal(err)
		}
		token, err := h.ProveByPasskey(t.Context(), by, ticket, p.answer(ask), browser)
		if err != nil || !h.is(token).Proved.Equal(h.clock.now()) || h.is(s.Token).Account != "" {
			t.Errorf("proved: %v", err)
		}
	})
}

// TestPasskeyRefused gives answers that must open nothing.
func TestPasskeyRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.setUp()
		p := h.added(admin.Actor)
		ticket, ask, err := h.AskPasskey(browser)
		if err != nil {
			t.Fatal(err)
		}
		_, another, err := h.AskPasskey(browser)
		if err != nil {
			t.Fatal(err)
		}
		right := p.answer(ask)
		false_ := *p
		false_.origin = "https://localhost.example"
		unseen := *p
		unseen.auth.Options.UserNotVerified = true
		absent := *p
		absent.auth.Options.UserNotPresent = true
		handle := *p
		handle.auth.Options.UserHandle = []byte("somebody")
		nameless := *p
		nameless.auth.Options.UserHandle = nil
		stranger := newPhone(t, admin.Account)
		tried := 0
		for name, answer := range map[string]string{
			"a false page": false_.answer(ask), "nobody’s finger": unseen.answer(ask), "nobody there": absent.answer(ask),
			"another’s handle": handle.answer(ask), "no handle": nameless.answer(ask), "a passkey nobody added": stranger.answer(ask),
			"an answer to another page": p.answer(another), "nothing": "", "no JSON": "{", "an empty answer": "{}",
			"a changed signature": strings.Replace(right, `"signature":"`, `"signature":"AA`, 1), "another kind": strings.Replace(right, `"type":"public-key"`, `"type":"password"`, 1),
		} {
			tried++
			s, err := h.SignInByPasskey(t.Context(), ticket, answer, browser)
			if !isWrong(err) || s.Token != "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := h.count(`SELECT count(*) FROM ledger_entries WHERE outcome = 'wrong passkey'`); n != int64(tried) {
			t.Errorf("%d refusals in the ledger, want %d", n, tried)
		}
		elsewhere := browser
		elsewhere.Site = "http://clew.example"
		if _, err := h.SignInByPasskey(t.Context(), ticket, right, elsewhere); !isWrong(err) {
			t.Errorf("at an address that is not ours: %v", err)
		}
		if _, err := h.SignInByPasskey(t.Context(), ticket, right, browser); err != nil {
			t.Fatalf("the right answer: %v", err)
		}
		if _, err := h.SignInByPasskey(t.Context(), ticket, right, browser); !errors.Is(err, fault.NotFound) {
			t.Errorf("the same answer again: %v", err)
		}
		if ticket, ask, err = h.AskPasskey(browser); err != nil {
			t.Fatal(err)
		}
		h.clock.pass(6 * time.Minute)
		if _, err := h.SignInByPasskey(t.Context(), ticket, p.answer(ask), browser); !errors.Is(err, fault.NotFound) {
			t.Errorf("too late: %v", err)
		}
	})
}

// TestPasskeyCopied has a passkey count backwards, as one does that was copied.
func TestPasskeyCopied(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.added(h.setUp().Actor)
		p.key.Counter = 7
		if _, err := h.byPasskey(p); err != nil {
			t.Fatal(err)
		}
		p.key.Counter = 3
		if _, err := h.byPasskey(p); !isWrong(err) {
			t.Errorf("a copy opened: %v", err)
		}
	})
}

// TestPasskeyIsNeverSlowed has strangers fail at the password of somebody with a
// passkey.
func TestPasskeyIsNeverSlowed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.setUp()
		p := h.added(admin.Actor)
		for i := range 500 {
			from := browser
			from.Address = fmt.Sprintf("198.51.100.%d", i%250)
			_, _ = h.Start(t.Context(), account.Try{SignIn: admin.signIn, Password: "guess"}, from)
			_, _ = h.Start(t.Context(), account.Try{SignIn: admin.signIn, Password: "guess"}, browser)
		}
		if _, err := h.byPasskey(p); err != nil {
			t.Error(err)
		}
	})
}

// TestPasskeyAlone has somebody take an invitation up by passkey, and lose it.
func TestPasskeyAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.setUp()
		link, err := h.Invite(t.Context(), admin.Actor, account.Guest{Name: "Sam Keogh", SignIn: "sam", Roles: []access.Role{access.CallHandler}})
		if err != nil {
			t.Fatal(err)
		}
		p := newPhone(t, h.find("sam"))
		s := h.joined(link, p)
		sam := h.is(s.Token)
		if sam.Name != "Sam Keogh" {
			t.Fatalf("joined as %+v", sam)
		}
		for _, password := range []string{"", secretive} {
			if _, err := h.Start(t.Context(), account.Try{SignIn: "sam", Password: password}, desk); !isWrong(err) {
				t.Errorf("password %q, and there is none: %v", password, err)
			}
		}
		keys, err := h.Passkeys(t.Context(), sam)
		if err != nil || len(keys) != 1 {
			t.Fatal(keys, err)
		}
		if err := h.RemovePasskey(t.Context(), sam, keys[0].ID); !isWrong(err) {
			t.Errorf("removed all there is to sign in with: %v", err)
		}
		if err := h.RemovePasskey(t.Context(), admin.Actor, keys[0].ID); !errors.Is(err, fault.NotFound) {
			t.Errorf("removed another’s: %v", err)
		}
		second := h.added(sam)
		if err := h.RemovePasskey(t.Context(), sam, keys[0].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := h.byPasskey(p); !isWrong(err) {
			t.Errorf("the phone that was lost opens: %v", err)
		}
		if _, err := h.byPasskey(second); err != nil {
			t.Errorf("the new one: %v", err)
		}
		// All are lost: a new link, by the administrator.
		if link, err = h.InviteAgain(t.Context(), admin.Actor, sam.Account); err != nil {
			t.Fatal(err)
		}
		h.joined(link, newPhone(t, sam.Account))
		if _, err := h.byPasskey(second); !isWrong(err) {
			t.Errorf("a passkey from before the new link opens: %v", err)
		}
	})
}

func (h *house) joined(link string, p *phone) account.Signed {
	h.t.Helper()
	ticket, err := h.Open(h.t.Context(), link)
	if err != nil {
		h.t.Fatal(err)
	}
	ticket, ask, err := h.AskJoiningPasskey(h.t.Context(), ticket, browser)
	if err != nil {
		h.t.Fatal(err)
	}
	if !bytes.Contains(ask, []byte(`"userVerification":"required"`)) {
		h.t.Errorf("no finger is asked for: %s", ask)
	}
	s, err := h.AcceptByPasskey(h.t.Context(), ticket, p.make(ask), browser)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}
