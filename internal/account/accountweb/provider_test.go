package accountweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oauth2-proxy/mockoidc"

	"clew/internal/account"
	"clew/internal/db/dbtest"
)

// TestSingleSignOn goes to a real provider and back, by the pages.
func TestSingleSignOn(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		m, err := mockoidc.Run()
		if err != nil {
			t.Fatal(err)
		}
		h := open(t, where, account.Provider{Name: "Northmoor sign-on", Issuer: m.Issuer(), Client: m.Config().ClientID, Secret: m.Config().ClientSecret})
		h.setUp()
		round := func(from string) string {
			t.Helper()
			m.QueueUser(&mockoidc.MockUser{Subject: "s-1", Email: "nadia", EmailVerified: true})
			a := h.Get(t, from)
			if a.Status != 303 || !strings.HasPrefix(a.Location, m.Issuer()) {
				t.Fatalf("%d to %s", a.Status, a.Location)
			}
			answer, err := h.Client.Get(a.Location)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			to, _ := url.Parse(answer.Header.Get("Location"))
			return to.RequestURI()
		}
		h.want(h.Get(t, "/account"), 200, "Link your account to Northmoor sign-on")
		h.sent(h.Get(t, round("/account/provider")), "/account")
		h.want(h.Get(t, "/account"), 200, "linked to Northmoor sign-on")
		h.stranger()
		h.want(h.Get(t, "/sign-in"), 200, "Sign in with Northmoor sign-on")
		back := round("/sign-in/provider")
		h.sent(h.Get(t, back), "/sign-in/code")
		h.clock.pass(time.Minute)
		h.sent(h.Post(t, "/sign-in/code", url.Values{"code": {h.code(h.secret)}}), "/")
		h.want(h.Get(t, "/account"), 200, "Nadia Osei")
		h.stranger()
		h.want(h.Get(t, back), 422, "Single sign-on did not work")
		h.want(h.Get(t, "/sign-in/provider/back?error=access_denied"), 422, "Single sign-on did not work")
		if err := m.Shutdown(); err != nil {
			t.Fatal(err)
		}
		h.Client.Transport = http.DefaultTransport.(*http.Transport).Clone()
		a := h.Get(t, "/sign-in/provider") // its addresses are known: the way there is shown
		if a.Status != 303 {
			t.Errorf("%d", a.Status)
		}
	})
}
