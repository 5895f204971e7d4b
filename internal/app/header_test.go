package app

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/web"
)

// names are those of people in the fixture of the matrix: they may stand in no title
// and in no address.
var names = regexp.MustCompile(`(?i)\b(Vera|Stan|Alder|Birch|Cedar|Damson|Elm|Fir|Gorse|Hazel)\b`)

// guarded fails for each thing that is wrong with the headers of an answer.
func guarded(t *testing.T, what string, w *httptest.ResponseRecorder, overTLS bool) {
	t.Helper()
	h := w.Header()
	want := map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		"X-Robots-Tag": "noindex, nofollow", "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
	}
	if !strings.Contains(what, " /assets/") && !strings.Contains(what, " /favicon.") {
		want["Cache-Control"] = "no-store"
	}
	if overTLS {
		want["Strict-Transport-Security"] = "max-age=31536000"
	}
	for name, value := range want {
		if got := h.Get(name); got != value {
			t.Errorf("%s: %s is %q, want %q", what, name, got, value)
		}
	}
	policy := h.Get("Content-Security-Policy")
	if h.Get("Content-Disposition") != "" {
		if policy != "sandbox; default-src 'none'" {
			t.Errorf("%s: the policy of a download is %q", what, policy)
		}
	} else {
		for _, part := range []string{"default-src 'none'", "script-src 'self' 'sha256-", "style-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: the policy lacks %s: %q", what, part, policy)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || strings.Contains(policy, "http") {
			t.Errorf("%s: the policy is loose: %q", what, policy)
		}
	}
	for _, name := range []string{"Server", "X-Powered-By", "Access-Control-Allow-Origin", "Refresh", "Last-Modified"} {
		if h.Get(name) != "" {
			t.Errorf("%s: has %s: %s", what, name, h.Get(name))
		}
	}
	for _, c := range w.Result().Cookies() {
		switch {
		case !c.HttpOnly, c.SameSite != http.SameSiteLaxMode && c.SameSite != http.SameSiteStrictMode, c.Path != "/", c.Domain != "":
			t.Errorf("%s: sets a cookie that others can use: %s", what, c)
		case overTLS && (!c.Secure || !strings.HasPrefix(c.Name, "__Host-")):
			t.Errorf("%s: sets a cookie over TLS that is not tied to it: %s", what, c)
		case names.MatchString(c.Value):
			t.Errorf("%s: a cookie holds a name: %s", what, c)
		}
	}
	if to := h.Get("Location"); to != "" {
		if u, err := url.Parse(to); err != nil || u.IsAbs() || u.Host != "" || u.RawQuery != "" && !strings.HasPrefix(u.Path, "/worklist") || names.MatchString(to) || strings.HasPrefix(to, "/people/") && !strings.HasPrefix(what, "POST /people/") {
			t.Errorf("%s: sends to %s", what, to)
		}
	}
	if !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		return
	}
	page, err := html.Parse(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	for n := range page.Descendants() {
		if n.Data == "title" && n.Parent.Data == "head" && n.FirstChild != nil && names.MatchString(n.FirstChild.Data) {
			t.Errorf("%s: the title tells whom it is about: %q", what, n.FirstChild.Data)
		}
	}
}

// secure sends a request for a route as ask does, over TLS or not.
func (p *partnership) secure(route string, role access.Role, relation string, overTLS bool) *httptest.ResponseRecorder {
	pages := p.pages
	defer func() { p.pages = pages }()
	if overTLS {
		p.pages = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.TLS = &tls.ConnectionState{}
			pages.ServeHTTP(w, r)
		})
	}
	return p.ask(route, role, relation)
}

// TestEveryAnswerIsGuarded asks every route as nobody, as somebody who may, as somebody
// who may not, and about what is not there, with TLS and without.
func TestEveryAnswerIsGuarded(t *testing.T) {
	p := open(t)
	asked := 0
	for _, route := range p.Mux(nil).Routes() {
		for _, overTLS := range []bool{true, false} {
			for _, role := range []access.Role{"", access.Registrar, access.Administrator, access.Commissioner} {
				for _, relation := range []string{own, nobody} {
					guarded(t, fmt.Sprintf("%s as %q about %s", route, role, relation), p.secure(route, role, relation, overTLS), overTLS)
					asked++
				}
			}
		}
	}
	t.Logf("%d answers", asked)
}

// TestEveryFailureIsGuarded brings about each kind of failure that readers are told of.
func TestEveryFailureIsGuarded(t *testing.T) {
	p := open(t)
	p.who = access.Actor{Account: "registrar", Agency: "police:1", Name: "registrar", Purpose: access.Protect, Session: "s"}
	m := p.Mux(slog.New(slog.DiscardHandler))
	m.Door.Who = func(r *http.Request) (*http.Request, string, error) {
		ctx, err := p.Guard.Enter(r.Context(), p.who)
		return r.WithContext(ctx), p.who.Name, err
	}
	for path, err := range map[string]error{"/taken": fault.Conflict, "/wrong": fault.Bad("x", "Wrong"), "/broken": fmt.Errorf("Vera Alder's table is gone"), "/forbidden": fault.Forbidden} {
		m.Handle("GET "+path, func(http.ResponseWriter, *http.Request) error { return err })
	}
	m.Handle("GET /panics", func(http.ResponseWriter, *http.Request) error { panic("Vera Alder") })
	h := web.Loopback(m)
	long := strings.Repeat("q=1&", 3000)
	for _, try := range []struct {
		want                                   int
		method, path, body, kind, from, accept string
	}{
		{400, "POST", "/search", "q=%zz", "", "", ""}, {404, "GET", "/nothing", "", "", "", ""}, {404, "GET", "/people/0000000000000000s", "", "", "", ""}, {405, "DELETE", "/search", "", "", "", ""}, {405, "PUT", "/worklist", "", "", "", ""},
		{403, "POST", "/search", "q=Vera", "", "cross-site", ""}, {403, "GET", "/forbidden", "", "", "", ""}, {403, "GET", "/accounts", "", "", "", ""}, {409, "GET", "/taken", "", "", "", ""}, {413, "POST", "/search", long, "", "", ""},
		{413, "POST", "/search", "q=" + strings.Repeat("x", 2<<20), "", "", ""}, {422, "GET", "/wrong", "", "", "", ""}, {500, "GET", "/broken", "", "", "", ""}, {500, "GET", "/panics", "", "", "", ""}, {500, "GET", "/broken", "", "", "", "application/json"},
		{404, "GET", "/assets/none.css", "", "", "", ""}, {404, "GET", "/assets/../../clew.db", "", "", "", ""}, {421, "GET", "/", "", "", "elsewhere.example", ""},
	} {
		r := httptest.NewRequest(try.method, "http://localhost"+try.path, strings.NewReader(try.body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Accept", try.accept)
		if try.from == "cross-site" {
			r.Header.Set("Sec-Fetch-Site", try.from)
		} else if try.from != "" {
			r.Host = try.from
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		what := fmt.Sprintf("%s %.30s (%d)", try.method, try.path, w.Code)
		if w.Code != try.want {
			t.Errorf("%s: want %d", what, try.want)
			continue
		}
		if strings.HasPrefix(try.path, "/assets/..") {
			continue // sent to the address it comes to, by the standard library
		}
		guarded(t, strings.Replace(what, " /assets/", " /none/", 1), w, false)
		if body, _ := io.ReadAll(w.Body); names.Match(body) && try.path != "/search" {
			t.Errorf("%s: the page tells the error itself", what)
		}
	}
	p.who = access.Actor{}
	r := httptest.NewRequest("POST", "http://localhost/search", strings.NewReader("q=Vera"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized {
		t.Errorf("signed out: %d", w.Code)
	}
	guarded(t, "POST /search signed out", w, false)
}
