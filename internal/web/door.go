package web

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"clew/internal/fault"
	"clew/internal/govuk"
)

// A Door lets in those who are signed in. A Mux without one is open to everybody
// who reaches it.
type Door struct {
	// Who finds out who sends a request. It returns the request with that kept in
	// its context, and the name that colleagues know; an empty name when nobody is
	// signed in.
	Who func(r *http.Request) (*http.Request, string, error)
	// Nav is the sections open to whoever is signed in, if it is set.
	Nav func(r *http.Request) []govuk.NavItem
	// SignIn is the page where people sign in, and Prove the one where they prove
	// again who they are.
	SignIn, Prove string
	// Stale reports whether an error says that they must, and may go on then.
	Stale func(err error) bool
}

// errOut says that nobody is signed in.
var errOut = fmt.Errorf("nobody is signed in: %w", fault.Forbidden)

// Open routes a pattern that people may ask for without being signed in.
func (m *Mux) Open(pattern string, h Handler) {
	if m.open == nil {
		m.open = map[string]bool{}
	}
	m.open[pattern] = true
	m.Handle(pattern, h)
}

// IsOpen reports whether a pattern is open to everybody.
func (m *Mux) IsOpen(pattern string) bool { return m.Door == nil || m.open[pattern] }

// enter finds out who sends a request, and has the page say so.
func (m *Mux) enter(r *http.Request) (*http.Request, error) {
	_, pattern := m.mux.Handler(r)
	if m.Door == nil || m.open[pattern] && strings.HasPrefix(pattern, "GET /assets/") {
		return r, nil
	}
	r, name, err := m.Door.Who(r)
	if err != nil {
		return r, fmt.Errorf("find out who asks: %w", err)
	}
	visit := govuk.Visit{Site: &m.Site, Actor: name}
	if m.Door.Nav != nil && name != "" {
		visit.Nav = m.Door.Nav(r)
	}
	r = r.WithContext(govuk.WithVisit(r.Context(), visit))
	if name == "" && pattern != "" && !m.open[pattern] {
		r.Pattern = pattern // for the log: nobody routes it
		return r, errOut
	}
	return r, nil
}

// turnAway sends somebody who is not signed in to do so, and remembers where they
// were going. What was posted is not kept: the page they go back to has it.
func (m *Mux) turnAway(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || wantsJSON(r) {
		return false
	}
	remember(w, r, r.URL.RequestURI())
	return See(w, r, m.Door.SignIn) == nil
}

// proveFirst sends somebody to prove who they are, and has them come back to the
// page they were on. A post is not sent again: they see its form anew.
func (m *Mux) proveFirst(w http.ResponseWriter, r *http.Request) bool {
	if wantsJSON(r) {
		return false
	}
	to := r.URL.RequestURI()
	if r.Method != http.MethodGet {
		to = m.formOf(r)
	}
	remember(w, r, to)
	return See(w, r, m.Door.Prove) == nil
}

// formOf is the page that a post was sent from: the nearest above its address.
func (m *Mux) formOf(r *http.Request) string {
	for at := r.URL.Path; at != "/" && at != "."; at = path.Dir(at) {
		probe := &http.Request{Method: http.MethodGet, Host: r.Host, URL: &url.URL{Path: at}}
		if _, pattern := m.mux.Handler(probe); strings.HasPrefix(pattern, "GET ") {
			return at
		}
	}
	return "/"
}

const goingCookie = "clew-going"

// remember keeps where somebody was going, in their own browser: neither an address
// nor a row of the database tells it.
func remember(w http.ResponseWriter, r *http.Request, to string) {
	if len(to) > 1 && len(to) < 2000 {
		Keep(w, r, goingCookie, base64.RawURLEncoding.EncodeToString([]byte(to)), 15*60)
	}
}

// Going is where somebody was going before they were sent to sign in: a page of
// this site, "/" when they were going nowhere. It is told once.
func Going(w http.ResponseWriter, r *http.Request) string {
	b, err := base64.RawURLEncoding.DecodeString(Kept(r, goingCookie))
	if len(b) > 0 {
		Forget(w, r, goingCookie)
	}
	to := string(b)
	if u, bad := url.Parse(to); err != nil || bad != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(to, "/") || strings.ContainsAny(to, "\\\r\n") {
		return "/"
	}
	return to
}

// Keep keeps a value in the browser, for so many seconds; for as long as it is open
// when 0. No script can read it, and over TLS no other name of the domain can set
// it (the prefix __Host-). It is sent along when somebody follows a link from
// elsewhere, such as a mail or a provider of single sign-on, and with nothing else
// that another site begins (SameSite=Lax): with Strict, who is signed in would have
// to sign in again for every such link.
func Keep(w http.ResponseWriter, r *http.Request, name, value string, seconds int) {
	c := cookie(r, kept(r, name), value, seconds)
	c.SameSite = http.SameSiteLaxMode
	http.SetCookie(w, c)
}

// Kept is a value that was kept, or "".
func Kept(r *http.Request, name string) string {
	c, err := r.Cookie(kept(r, name))
	if err != nil {
		return ""
	}
	return c.Value
}

// Forget takes a value away again.
func Forget(w http.ResponseWriter, r *http.Request, name string) { Keep(w, r, name, "", -1) }

func kept(r *http.Request, name string) string {
	if r.TLS != nil {
		return "__Host-" + name
	}
	return name
}
