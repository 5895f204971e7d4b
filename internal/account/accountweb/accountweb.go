// Package accountweb is where people sign in and out, take up an invitation, look
// after their own account, and where administrators look after those of their
// agency.
//
// What passes between two pages is kept sealed in the reader's browser: the first
// step of a sign-in, recovery codes that are shown once. Titles say no more than
// somebody behind the reader may know.
package accountweb

import (
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/fault"
	"clew/internal/web"
	"clew/internal/words"
)

// What the reader's browser keeps.
const (
	sessionCookie = "clew"
	browserCookie = "clew-browser" // by which it is known again
	stepCookie    = "clew-step"    // a ticket for the next page
	keyCookie     = "clew-key"     // a ticket for a passkey
	shownCookie   = "clew-shown"   // what the next page shows once
	year          = 365 * 24 * 60 * 60
)

type room struct {
	accounts *account.Store
}

// Routes adds the pages.
func Routes(m *web.Mux, accounts *account.Store) {
	h := room{accounts}
	m.Site.Account, m.Site.SignOut = "/account", "/sign-out"
	m.Open("GET /sign-in", h.showSignIn)
	m.Open("POST /sign-in", h.start)
	m.Open("GET /sign-in/code", h.showCode)
	m.Open("POST /sign-in/code", h.finish)
	m.Open("POST /sign-out", h.signOut)
	m.Open("GET /signed-out", h.showSignedOut)
	m.Open("GET /set-up/{link}", h.showLink)
	m.Open("POST /set-up/{link}", h.open)
	m.Open("GET /invitations/{link}", h.showLink)
	m.Open("POST /invitations/{link}", h.open)
	m.Open("GET /join", h.showJoin)
	m.Open("POST /join", h.join)
	m.Handle("GET /prove", h.showProve)
	m.Handle("POST /prove", h.prove)
	h.keyRoutes(m)
	h.providerRoutes(m)
	h.ownRoutes(m)
	h.peopleRoutes(m)
}

// Door lets in those who are signed in.
func Door(guard *access.Guard, accounts *account.Store) *web.Door {
	return &web.Door{
		Who: func(r *http.Request) (*http.Request, string, error) {
			byHand := !strings.HasPrefix(r.Header.Get("Accept"), "application/json") && !strings.HasPrefix(r.URL.Path, "/favicon")
			by, err := accounts.Resolve(r.Context(), web.Kept(r, sessionCookie), byHand)
			if errors.Is(err, fault.NotFound) {
				return r, "", nil
			}
			if err != nil {
				return r, "", err
			}
			ctx, err := guard.Enter(r.Context(), by)
			return r.WithContext(ctx), by.Name, err
		},
		SignIn: "/sign-in", Prove: "/prove",
		Stale: func(err error) bool { return errors.Is(err, access.ErrNotFresh) },
	}
}

// Enter has the browser keep a session that was just opened.
func Enter(w http.ResponseWriter, r *http.Request, s account.Signed) {
	web.Keep(w, r, sessionCookie, s.Token, 0)
	web.Keep(w, r, browserCookie, s.Browser, year)
	web.Forget(w, r, stepCookie)
}

// VisitorOf is where a request comes from.
func VisitorOf(r *http.Request) account.Visitor {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return account.Visitor{Address: host, Browser: web.Kept(r, browserCookie), Site: siteOf(r), Agent: browserOf(r.UserAgent())}
}

// browserOf says which browser it is, as people know it. What it says of itself
// beyond that is nobody's business.
func browserOf(agent string) string {
	name := first(agent, "Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari")
	on := first(agent, "Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS", "Mac", "Linux", "Linux")
	switch {
	case name == "":
		return "Another browser"
	case on == "":
		return name
	}
	return name + " on " + on
}

// first is the name that goes with the first mark found; marks and names alternate.
func first(in string, all ...string) string {
	for i := 0; i < len(all); i += 2 {
		if strings.Contains(in, all[i]) {
			return all[i+1]
		}
	}
	return ""
}

// told is what the reader of a form is told of an error, with the status: how long
// to wait, or what is wrong. Any other error is not for them.
func told(w http.ResponseWriter, field string, err error) (wrong fault.Invalid, status int, rest error) {
	if wait, ok := errors.AsType[account.Wait](err); ok {
		n := int(wait.For / time.Second)
		w.Header().Set("Retry-After", strconv.Itoa(n))
		return fault.Invalid{{Field: field, Text: "There have been several tries. Wait " + words.Count(n, "second", "seconds") + ", then try again"}}, http.StatusTooManyRequests, nil
	}
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return wrong, http.StatusUnprocessableEntity, nil
	}
	return nil, 0, err
}
