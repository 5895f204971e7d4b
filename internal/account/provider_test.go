package account_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oauth2-proxy/mockoidc"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/fault"
)

// goTo does what a browser does: it goes to the provider, and comes back.
func goTo(t *testing.T, to string) account.Return {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := client.Get(to)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	back, err := url.Parse(a.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(back.String(), site+"/sign-in/provider/back?") {
		t.Fatalf("the provider sends to %s (%d)", back, a.StatusCode)
	}
	return account.Return{State: back.Query().Get("state"), Code: back.Query().Get("code"), Issuer: back.Query().Get("iss")}
}

// TestProvider signs in at a real provider, which checks PKCE, and has it go down.
func TestProvider(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m, err := mockoidc.Run()
		if err != nil {
			t.Fatal(err)
		}
		down := false
		t.Cleanup(func() {
			if !down {
				_ = m.Shutdown()
			}
		})
		h.clock.pass(time.Since(h.clock.now()))
		settings := account.Settings{Cost: weak, Provider: account.Provider{Name: "Northmoor", Issuer: m.Issuer(), Client: m.Config().ClientID, Secret: m.Config().ClientSecret}}
		*h = *open(t, h.db, h.clock, settings)
		admin := h.setUp()
		ask := func(by access.Actor, u *mockoidc.MockUser) (string, account.Return) {
			t.Helper()
			m.QueueUser(u)
			ticket, to, err := h.AskProvider(t.Context(), by, browser)
			if err != nil {
				t.Fatal(err)
			}
			return ticket, goTo(t, to)
		}
		nadia := &mockoidc.MockUser{Subject: "s-1", Email: "Nadia@northmoor.example", EmailVerified: true}
		ticket, r := ask(access.Actor{}, nadia)
		if _, _, err := h.SignInByProvider(t.Context(), ticket, r, browser); !isWrong(err) {
			t.Errorf("somebody who is linked to nothing: %v", err)
		}
		ticket, r = ask(admin.Actor, &mockoidc.MockUser{Subject: "s-2", Email: "other@northmoor.example", EmailVerified: true})
		if err := h.LinkOwn(t.Context(), admin.Actor, ticket, r, browser); !isWrong(err) {
			t.Errorf("linked to another’s address: %v", err)
		}
		ticket, r = ask(admin.Actor, &mockoidc.MockUser{Subject: "s-2", Email: "nadia@northmoor.example"})
		if err := h.LinkOwn(t.Context(), admin.Actor, ticket, r, browser); !isWrong(err) {
			t.Errorf("linked to an address that nobody vouches for: %v", err)
		}
		ticket, r = ask(admin.Actor, nadia)
		if err := h.LinkOwn(t.Context(), admin.Actor, ticket, r, browser); err != nil {
			t.Fatalf("link: %v", err)
		}
		ticket, r = ask(access.Actor{}, nadia)
		s, second, err := h.SignInByProvider(t.Context(), ticket, r, browser)
		if err != nil || s.Token != "" || second == "" {
			t.Fatalf("the provider asked for a password alone: %+v, %q, %v", s, second, err)
		}
		if _, _, err := h.SignInByProvider(t.Context(), ticket, r, browser); !isWrong(err) {
			t.Errorf("the same errand again: %v", err)
		}
		h.clock.pass(time.Minute)
		in, err := h.Finish(t.Context(), second, h.code(admin), browser)
		if err != nil || h.is(in.Token).Account != admin.Account {
			t.Fatalf("second step: %v", err)
		}
		// An administrator links somebody, by what the provider calls them.
		sam := h.invited(admin.Actor, "Sam Keogh", "sam", access.CallHandler)
		if err := h.Link(t.Context(), admin.Actor, sam.Account, "s-1"); !isWrong(err) {
			t.Errorf("linked a second account to one person: %v", err)
		}
		if err := h.Link(t.Context(), admin.Actor, sam.Account, "s-9"); err != nil {
			t.Fatal(err)
		}
		ticket, r = ask(access.Actor{}, &mockoidc.MockUser{Subject: "s-9", Email: "x@y.example"})
		if s, second, err := h.SignInByProvider(t.Context(), ticket, r, browser); err != nil || second == "" || s.Account.ID != sam.Account {
			t.Errorf("linked by the administrator: %v", err)
		}
		// The provider goes down: nobody falls in, and nobody falls out.
		ticket, to, err := h.AskProvider(t.Context(), access.Actor{}, browser)
		if err != nil {
			t.Fatal(err)
		}
		r = goTo(t, to)
		if err := m.Shutdown(); err != nil {
			t.Fatal(err)
		}
		down = true
		if s, second, err := h.SignInByProvider(t.Context(), ticket, r, browser); !isWrong(err) || s.Token != "" || second != "" {
			t.Errorf("the provider is down, and let somebody in: %v", err)
		}
		if h.is(in.Token).Account == "" {
			t.Error("signed out because the provider is down")
		}
		again := open(t, h.db, h.clock, settings)
		if _, _, err := again.AskProvider(t.Context(), access.Actor{}, browser); !isWrong(err) {
			t.Errorf("a start while the provider is down: %v", err)
		}
		h.clock.pass(time.Minute)
		if _, err := h.signIn(sam, h.code(sam), desk); err != nil {
			t.Errorf("by password, meanwhile: %v", err)
		}
	})
}

// A forger is a provider whose tokens are made by the test.
type forger struct {
	*httptest.Server
	rsa   *rsa.PrivateKey
	ec    *ecdsa.PrivateKey
	token atomic.Value // the body of the answer to a code
}

func newForger(t *testing.T) *forger {
	t.Helper()
	f := &forger{}
	var err error
	if f.rsa, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	if f.ec, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	answer := func(v any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(v)
		}
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		answer(map[string]any{"issuer": f.URL, "authorization_endpoint": f.URL + "/go", "token_endpoint": f.URL + "/token", "jwks_uri": f.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256", "ES256", "HS256", "none"}})(w, r)
	})
	mux.HandleFunc("/keys", answer(map[string]any{"keys": []any{
		map[string]string{"kty": "RSA", "kid": "r", "use": "sig", "alg": "RS256", "n": b64(f.rsa.N.Bytes()), "e": b64(big.NewInt(int64(f.rsa.E)).Bytes())},
	}}))
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) { answer(f.token.Load())(w, r) })
	f.Server = httptest.NewServer(mux)
	t.Cleanup(f.Close)
	return f
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func part(v any) string { b, _ := json.Marshal(v); return b64(b) }

// sign signs a token by RS256 with a key.
func sign(header, claims map[string]any, key *rsa.PrivateKey) string {
	text := part(header) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return text + "." + b64(sig)
}

func mac(header, claims map[string]any, key []byte) string {
	text := part(header) + "." + part(claims)
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return text + "." + b64(h.Sum(nil))
}

// TestForgedTokens gives forty tokens and returns that must open nothing, and one
// that must.
func TestForgedTokens(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		f := newForger(t)
		another, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		*h = *open(t, h.db, h.clock, account.Settings{Cost: weak, Provider: account.Provider{Name: "Northmoor", Issuer: f.URL, Client: "clew", Secret: "shared"}})
		admin := h.setUp()
		sam := h.invited(admin.Actor, "Sam Keogh", "sam", access.CallHandler)
		if err := h.Link(t.Context(), admin.Actor, sam.Account, "s-9"); err != nil {
			t.Fatal(err)
		}
		type errand struct {
			ticket string
			r      account.Return
			nonce  string
		}
		begin := func() errand {
			t.Helper()
			ticket, to, err := h.AskProvider(t.Context(), access.Actor{}, browser)
			if err != nil {
				t.Fatal(err)
			}
			u, _ := url.Parse(to)
			if u.Query().Get("code_challenge_method") != "S256" || u.Query().Get("code_challenge") == "" {
				t.Errorf("no PKCE in %s", to)
			}
			return errand{ticket, account.Return{State: u.Query().Get("state"), Code: "c", Issuer: f.URL}, u.Query().Get("nonce")}
		}
		now := h.clock.now()
		good := func(e errand) map[string]any {
			return map[string]any{"iss": f.URL, "aud": "clew", "sub": "s-9", "nonce": e.nonce, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "amr": []string{"mfa"}}
		}
		rs := map[string]any{"alg": "RS256", "kid": "r", "typ": "JWT"}
		keyText := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(&f.rsa.PublicKey))})
		with := func(change map[string]any) func(errand) string {
			return func(e errand) string {
				c := good(e)
				maps.Copy(c, change)
				for k, v := range change {
					if v == nil {
						delete(c, k)
					}
				}
				return sign(rs, c, f.rsa)
			}
		}
		wrong256 := sha256.Sum256([]byte("another"))
		old := begin()
		tokens := map[string]func(errand) string{
			"another issuer":           with(map[string]any{"iss": "https://elsewhere.example"}),
			"an issuer like ours":      with(map[string]any{"iss": f.URL + "/"}),
			"no issuer":                with(map[string]any{"iss": nil}),
			"another audience":         with(map[string]any{"aud": "payroll"}),
			"audience in capitals":     with(map[string]any{"aud": "CLEW"}),
			"no audience":              with(map[string]any{"aud": nil}),
			"an empty audience":        with(map[string]any{"aud": []string{}}),
			"audiences, for another":   with(map[string]any{"aud": []string{"clew", "payroll"}, "azp": "payroll"}),
			"audiences, for nobody":    with(map[string]any{"aud": []string{"clew", "payroll"}}),
			"made for another":         with(map[string]any{"azp": "payroll"}),
			"another nonce":            with(map[string]any{"nonce": "x"}),
			"no nonce":                 with(map[string]any{"nonce": nil}),
			"the nonce of another":     with(map[string]any{"nonce": old.nonce}),
			"expired":                  with(map[string]any{"exp": now.Add(-time.Second).Unix()}),
			"no expiry":                with(map[string]any{"exp": nil}),
			"good for ever":            with(map[string]any{"exp": now.AddDate(10, 0, 0).Unix()}),
			"not yet valid":            with(map[string]any{"nbf": now.Add(time.Hour).Unix()}),
			"made in the future":       with(map[string]any{"iat": now.Add(time.Hour).Unix()}),
			"made long ago":            with(map[string]any{"iat": now.Add(-time.Hour).Unix()}),
			"made at no time":          with(map[string]any{"iat": nil}),
			"nobody":                   with(map[string]any{"sub": nil}),
			"an empty name":            with(map[string]any{"sub": ""}),
			"a name with a space":      with(map[string]any{"sub": " s-9"}),
			"a name in capitals":       with(map[string]any{"sub": "S-9"}),
			"a name that is a number":  with(map[string]any{"sub": 9}),
			"somebody not linked":      with(map[string]any{"sub": "s-10"}),
			"another access token":     with(map[string]any{"at_hash": b64(wrong256[:16])}),
			"a name of 256":            with(map[string]any{"sub": strings.Repeat("s", 256)}),
			"alg none":                 func(e errand) string { return part(map[string]any{"alg": "none"}) + "." + part(good(e)) + "." },
			"alg None, signed":         func(e errand) string { return sign(map[string]any{"alg": "None", "kid": "r"}, good(e), f.rsa) },
			"no alg":                   func(e errand) string { return sign(map[string]any{"kid": "r"}, good(e), f.rsa) },
			"HMAC with the public key": func(e errand) string { return mac(map[string]any{"alg": "HS256", "kid": "r"}, good(e), keyText) },
			"HMAC with our secret":     func(e errand) string { return mac(map[string]any{"alg": "HS256"}, good(e), []byte("shared")) },
			"HMAC said to be RSA":      func(e errand) string { return mac(rs, good(e), keyText) },
			"another key":              func(e errand) string { return sign(rs, good(e), another) },
			"a key nobody knows":       func(e errand) string { return sign(map[string]any{"alg": "RS256", "kid": "z"}, good(e), another) },
			"a key it brings itself": func(e errand) string {
				return sign(map[string]any{"alg": "RS256", "jwk": map[string]string{"kty": "RSA", "n": b64(another.N.Bytes()), "e": "AQAB"}}, good(e), another)
			},
			"a key at an address": func(e errand) string {
				return sign(map[string]any{"alg": "RS256", "jku": "https://elsewhere.example/keys"}, good(e), another)
			},
			"an elliptic key": func(e errand) string {
				text := part(map[string]any{"alg": "ES256", "kid": "r"}) + "." + part(good(e))
				sum := sha256.Sum256([]byte(text))
				r, s, err := ecdsa.Sign(rand.Reader, f.ec, sum[:])
				if err != nil {
					t.Fatal(err)
				}
				return text + "." + b64(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
			},
			"a longer hash said": func(e errand) string {
				text := part(map[string]any{"alg": "RS256", "kid": "r"}) + "." + part(good(e))
				sum := sha512.Sum512([]byte(text))
				sig, err := rsa.SignPKCS1v15(rand.Reader, f.rsa, crypto.SHA512, sum[:])
				if err != nil {
					t.Fatal(err)
				}
				return text + "." + b64(sig)
			},
			"changed after it was signed": func(e errand) string {
				c := good(e)
				c["sub"] = "s-10"
				signed := strings.Split(sign(rs, c, f.rsa), ".")
				return signed[0] + "." + part(good(e)) + "." + signed[2]
			},
			"unsigned":      func(e errand) string { return part(rs) + "." + part(good(e)) + "." },
			"two parts":     func(e errand) string { return part(rs) + "." + part(good(e)) },
			"no token":      func(errand) string { return "" },
			"no token text": func(errand) string { return "hello" },
		}
		tried := 0
		refuse := func(name string, e errand) {
			t.Helper()
			tried++
			s, second, err := h.SignInByProvider(t.Context(), e.ticket, e.r, browser)
			if !isWrong(err) || s.Token != "" || second != "" {
				t.Errorf("%s: let in (%v)", name, err)
			}
		}
		body := func(token string) map[string]any {
			return map[string]any{"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token}
		}
		for name, make := range tokens {
			e := begin()
			f.token.Store(body(make(e)))
			refuse(name, e)
		}
		for name, change := range map[string]func(*errand){
			"another state": func(e *errand) { e.r.State = "x" }, "no state": func(e *errand) { e.r.State = "" }, "the state of another": func(e *errand) { e.r.State = old.r.State },
			"no code": func(e *errand) { e.r.Code = "" }, "from another issuer": func(e *errand) { e.r.Issuer = "https://elsewhere.example" },
			"no ticket": func(e *errand) { e.ticket = "" }, "the ticket of another": func(e *errand) { e.ticket = old.ticket },
		} {
			e := begin()
			f.token.Store(body(sign(rs, good(e), f.rsa)))
			change(&e)
			refuse(name, e)
		}
		e := begin()
		f.token.Store(body(sign(rs, good(e), f.rsa)))
		s, second, err := h.SignInByProvider(t.Context(), e.ticket, e.r, browser)
		if err != nil || second != "" || h.is(s.Token).Account != sam.Account {
			t.Fatalf("the right token: %v", err)
		}
		refuse("the same errand again", e)
		e = begin()
		f.token.Store(body(sign(rs, good(e), f.rsa)))
		h.clock.pass(11 * time.Minute)
		refuse("an errand of eleven minutes", e)
		if tried < 40 {
			t.Errorf("%d were tried, want 40 or more", tried)
		}
		if n := h.count(`SELECT count(*) FROM ledger_entries WHERE action = 'sign in' AND outcome <> 'done'`); n != int64(tried) {
			t.Errorf("%d refusals in the ledger, want %d", n, tried)
		}
		if n := h.count(`SELECT count(*) FROM account_holders`); n != 2 {
			t.Errorf("%d accounts, want 2", n)
		}
		if err := h.Link(t.Context(), sam.Actor, admin.Account, "s-11"); !errors.Is(err, fault.Forbidden) {
			t.Errorf("linked by somebody who manages nothing: %v", err)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
