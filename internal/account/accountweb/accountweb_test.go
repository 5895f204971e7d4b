package accountweb_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/account"
)

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.golden("sign-in", h.Get(t, "/sign-in"))
		link, err := h.accounts.SetUpLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		h.golden("link", h.Get(t, "/set-up/"+link))
		h.Post(t, "/set-up/"+link, nil)
		h.golden("set-up", h.Get(t, "/join"))
		wrong := h.Post(t, "/join", url.Values{"name": {"Nadia"}, "password": {"short"}})
		h.want(wrong, 422)
		h.golden("set-up-wrong", wrong)
		h.golden("link-spent", h.Post(t, "/set-up/"+link, nil))
		h.stranger()
		h.setUp()
		h.golden("account", h.Get(t, "/account"))
		h.golden("recovery-codes", h.Get(t, "/account/recovery-codes"))
		h.golden("password", h.Get(t, "/account/password"))
		h.golden("new-code", h.Get(t, "/account/code"))
		h.golden("people", h.Get(t, "/accounts"))
		h.golden("invite", h.Get(t, "/accounts/new"))
		h.golden("invite-wrong", h.Post(t, "/accounts/new", url.Values{"name": {"Sam"}}))
		h.sent(h.Post(t, "/accounts/new", url.Values{"name": {"Sam Keogh"}, "sign-in": {"sam"}, "roles": {"officer", "call-handler"}}), "/accounts/link")
		shown := h.Get(t, "/accounts/link")
		h.golden("invitation", shown)
		h.sent(h.Get(t, "/accounts/link"), "/accounts") // once
		_, path, _ := strings.Cut(keyOn(shown.Body), h.URL)
		person := ids.FindAllString(h.Get(t, "/accounts").Body, -1)
		h.want(h.Post(t, "/accounts", url.Values{"q": {"keogh"}}), 200, "Sam Keogh", "!Nadia Osei</bdi>")
		h.golden("person-invited", h.Get(t, person[len(person)-1]))
		h.stranger()
		h.sent(h.Post(t, path, nil), "/join")
		page := h.Get(t, "/join")
		h.golden("join", page)
		h.join(url.Values{}, keyOn(page.Body))
		h.want(h.Get(t, "/accounts"), 403, "You may not do this")
		h.stranger()
		h.sent(h.signIn(), "/")
		h.golden("person", h.Get(t, person[len(person)-1]))
		h.golden("agencies", h.Get(t, "/agencies"))
		h.golden("agency", h.Get(t, "/agencies/police:11"))
		h.golden("agency-new", h.Post(t, "/agencies/new", url.Values{"agency": {"police:11"}}))
		h.sent(h.Post(t, "/agencies/new", url.Values{"agency": {"advocacy:3"}, "agency-name": {"Northmoor Haven"}, "kind": {"advocacy"}}), "/agencies")
		h.want(h.Get(t, "/agencies/advocacy:3"), 200, "Part from it")
		h.sent(h.Post(t, "/agencies/advocacy:3/part", url.Values{"version": {"1"}}), "/agencies")
		h.want(h.Get(t, "/agencies"), 200, "Left")
	})
}

// TestBackToWhereOneWas has somebody be sent to sign in, and to prove who they are,
// and come back. The way there stands in no address.
func TestBackToWhereOneWas(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		h.sent(h.Post(t, "/sign-out", nil), "/signed-out")
		h.want(h.Get(t, "/signed-out"), 200, "You are signed out", "!Nadia")
		h.sent(h.Get(t, "/accounts/new?agency=advocacy:3"), "/sign-in")
		h.sent(h.signIn(), "/accounts/new?agency=advocacy:3")
		h.sent(h.Post(t, "/sign-out", nil), "/signed-out")
		h.want(h.Post(t, "/accounts/new", url.Values{"name": {"X"}}), 401, "You are signed out")
		h.sent(h.signIn(), "/")
		h.clock.pass(14 * time.Minute)
		h.want(h.Get(t, "/"), 200)
		h.clock.pass(2 * time.Minute)
		h.sent(h.Get(t, "/accounts"), "/prove")
		h.want(h.Get(t, "/prove"), 200, "Show that it is you", "Nadia Osei")
		h.want(h.Post(t, "/prove", url.Values{"code": {"1"}}), 422)
		before := h.cookie("clew")
		h.sent(h.Post(t, "/prove", url.Values{"code": {h.code(h.secret)}}), "/accounts")
		if before == h.cookie("clew") {
			t.Error("the session goes on under the same token")
		}
		h.want(h.Get(t, "/accounts"), 200, "Nadia Osei")
		for range 2 {
			h.clock.pass(10 * time.Minute)
			h.want(h.Get(t, "/"), 200)
		}
		// The form of a post is shown anew: the post is not sent again.
		form := url.Values{"name": {"Sam Keogh"}, "sign-in": {"sam"}, "roles": {"officer"}}
		h.sent(h.Post(t, "/accounts/new", form), "/prove")
		h.sent(h.Post(t, "/prove", url.Values{"code": {h.code(h.secret)}}), "/accounts/new")
		h.want(h.Get(t, "/accounts"), 200, "!Sam Keogh")
	})
}

// TestAnswersTellNothing compares all of what is answered about accounts that are
// there with what is answered about those that are not.
func TestAnswersTellNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		by, err := h.accounts.Resolve(t.Context(), h.cookie("clew"), true)
		if err != nil {
			t.Fatal(err)
		}
		link, err := h.accounts.Invite(t.Context(), by, account.Guest{Name: "Sam", SignIn: "saman", Roles: []access.Role{access.Officer}})
		if err != nil {
			t.Fatal(err)
		}
		whole := func(path string, form url.Values, names ...string) string {
			h.stranger()
			a := h.Post(t, path, form)
			text := http.StatusText(a.Status) + a.Body
			for _, k := range []string{"Location", "Set-Cookie", "Retry-After", "Content-Length", "Clear-Site-Data"} {
				text += "\n" + k + strings.Join(a.Header.Values(k), ",")
			}
			for _, n := range names {
				text = strings.ReplaceAll(text, n, "NAME")
			}
			return text
		}
		for range 8 { // until one must wait
			try := func(name string) string {
				return whole("/sign-in", url.Values{"sign-in": {name}, "password": {"wrong password"}}, name)
			}
			nadia, saman, nobody := try("nadia"), try("saman"), try("knobs")
			if nadia != saman || nadia != nobody {
				t.Fatalf("different answers:\n%s\n%s\n%s", nadia, saman, nobody)
			}
		}
		ticket := regexp.MustCompile(`clew-step=[\w-]*`)
		if _, err := h.accounts.Open(t.Context(), link); err != nil {
			t.Fatal(err)
		}
		opened, made := whole("/invitations/"+link, nil), whole("/invitations/"+strings.Repeat("A", 43), nil)
		if opened != made || ticket.MatchString(made) {
			t.Errorf("a link that was opened and one that was made up:\n%s\n%s", opened, made)
		}
		if a, b := whole("/sign-in/code", url.Values{"code": {"123456"}}), whole("/sign-in/code", url.Values{"code": {"x"}}); a != b {
			t.Errorf("a second step without a first:\n%s\n%s", a, b)
		}
	})
}

func TestTooManyTries(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		h.stranger()
		form := url.Values{"sign-in": {"nadia"}, "password": {"wrong"}}
		for range 5 {
			h.want(h.Post(t, "/sign-in", form), 422, "is not right")
		}
		a := h.Post(t, "/sign-in", form)
		h.want(a, 429, "Wait 2 seconds", `value="nadia"`, "!wrong")
		if a.Header.Get("Retry-After") != "2" {
			t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
		}
	})
}

func TestRecoveryCodeIsTold(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		h.stranger()
		h.sent(h.Get(t, "/accounts"), "/sign-in")
		h.sent(h.Post(t, "/sign-in", url.Values{"sign-in": {"nadia"}, "password": {secretive}}), "/sign-in/code")
		h.sent(h.Post(t, "/sign-in/code", url.Values{"code": {strings.ToUpper(h.recovery[3])}}), "/account/recovery-codes")
		h.want(h.Get(t, "/account/recovery-codes"), 200, "You used a recovery code", "9 codes left")
		h.sent(h.Post(t, "/account/recovery-codes/kept", nil), "/accounts")
	})
}

// TestCookies checks what the browser is told of each, by http and by TLS.
func TestCookies(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		h.clock.pass(time.Minute)
		tls := httptest.NewTLSServer(h.mux)
		defer tls.Close()
		client := tls.Client()
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		client.Jar = h.Client.Jar
		post := func(path string, form url.Values) *http.Response {
			t.Helper()
			r, err := http.NewRequest("POST", tls.URL+path, strings.NewReader(form.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			a, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			a.Body.Close()
			return a
		}
		post("/sign-in", url.Values{"sign-in": {"nadia"}, "password": {secretive}})
		in := post("/sign-in/code", url.Values{"code": {h.code(h.secret)}})
		session := 0
		for _, c := range in.Cookies() {
			if !c.HttpOnly || !c.Secure || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode || !strings.HasPrefix(c.Name, "__Host-") {
				t.Errorf("cookie %+v", c)
			}
			if c.Name == "__Host-clew" && len(c.Value) == 43 && c.MaxAge == 0 {
				session++
			}
		}
		if session != 1 {
			t.Errorf("%d sessions in %v", session, in.Cookies())
		}
		out := post("/sign-out", nil)
		if got := out.Header.Get("Clear-Site-Data"); got != `"cache", "storage"` {
			t.Errorf("Clear-Site-Data: %s", got)
		}
	})
}

// TestPostFromElsewhere has another site send somebody's forms.
func TestPostFromElsewhere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		for _, path := range []string{"/sign-out", "/account/sign-out-everywhere", "/sign-in", "/prove"} {
			r, _ := http.NewRequest("POST", h.URL+path, strings.NewReader(""))
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			h.want(h.Do(t, r), 403, "did not come from Clew")
		}
		h.want(h.Get(t, "/account"), 200, "Nadia Osei")
	})
}
