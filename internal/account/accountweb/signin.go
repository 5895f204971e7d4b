package accountweb

import (
	"errors"
	"net/http"
	"strings"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/agency"
	"clew/internal/fault"
	"clew/internal/web"
)

// A signingIn is what the sign-in page shows.
type signingIn struct {
	SignIn string
	Wrong  fault.Invalid
	Old    bool // what was begun is too old
	// Provider is what people know single sign-on by; empty: there is none.
	Provider string
}

func (h room) drawSignIn(w http.ResponseWriter, r *http.Request, status int, v signingIn) error {
	v.Provider = h.accounts.Provider()
	return web.Render(w, r, status, signInPage(v))
}

func (h room) showSignIn(w http.ResponseWriter, r *http.Request) error {
	if access.From(r.Context()).Account != "" {
		return web.See(w, r, web.Going(w, r))
	}
	return h.drawSignIn(w, r, http.StatusOK, signingIn{Old: web.Flashed(w, r) == "begin-again"})
}

func (h room) start(w http.ResponseWriter, r *http.Request) error {
	v := signingIn{SignIn: web.Text(r, "sign-in")}
	// A password may begin with a space.
	ticket, err := h.accounts.Start(r.Context(), account.Try{SignIn: v.SignIn, Password: r.PostForm.Get("password")}, VisitorOf(r))
	if err != nil {
		status := 0
		if v.Wrong, status, err = told(w, "sign-in", err); err != nil {
			return err
		}
		return h.drawSignIn(w, r, status, v)
	}
	web.Keep(w, r, stepCookie, ticket, 0)
	return web.See(w, r, "/sign-in/code")
}

func (h room) showCode(w http.ResponseWriter, r *http.Request) error {
	if web.Kept(r, stepCookie) == "" {
		return web.See(w, r, "/sign-in")
	}
	return web.Render(w, r, http.StatusOK, codePage("/sign-in/code", nil))
}

func (h room) finish(w http.ResponseWriter, r *http.Request) error {
	signed, err := h.accounts.Finish(r.Context(), web.Kept(r, stepCookie), web.Text(r, "code"), VisitorOf(r))
	if errors.Is(err, fault.NotFound) {
		return beginAgain(w, r)
	}
	if err != nil {
		wrong, status, err := told(w, "code", err)
		if err != nil {
			return err
		}
		return web.Render(w, r, status, codePage("/sign-in/code", wrong))
	}
	Enter(w, r, signed)
	return h.onward(w, r, signed.Left)
}

func beginAgain(w http.ResponseWriter, r *http.Request) error {
	web.Forget(w, r, stepCookie)
	web.Flash(w, r, "begin-again")
	return web.See(w, r, "/sign-in")
}

// onward sends somebody who was let in to where they were going. Who used a
// recovery code is told so first.
func (h room) onward(w http.ResponseWriter, r *http.Request, left int) error {
	if left >= 0 {
		web.Flash(w, r, "recovery-used")
		return web.See(w, r, "/account/recovery-codes")
	}
	return web.See(w, r, web.Going(w, r))
}

// signOut ends the session, and has the browser put away what it kept of it.
func (h room) signOut(w http.ResponseWriter, r *http.Request) error {
	if by := access.From(r.Context()); by.Session != "" {
		if err := h.accounts.SignOut(r.Context(), by, by.Session); err != nil {
			return err
		}
	}
	leave(w, r)
	return web.See(w, r, "/signed-out")
}

func leave(w http.ResponseWriter, r *http.Request) {
	for _, name := range []string{sessionCookie, stepCookie, shownCookie} {
		web.Forget(w, r, name)
	}
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
}

func (h room) showSignedOut(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, signedOutPage())
}

func (h room) showProve(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, codePage("/prove", nil))
}

func (h room) prove(w http.ResponseWriter, r *http.Request) error {
	token, left, err := h.accounts.Prove(r.Context(), access.From(r.Context()), web.Text(r, "code"))
	if err != nil {
		wrong, status, err := told(w, "code", err)
		if err != nil {
			return err
		}
		return web.Render(w, r, status, codePage("/prove", wrong))
	}
	web.Keep(w, r, sessionCookie, token, 0)
	return h.onward(w, r, left)
}

// showLink shows what a link is for. It is opened by a button: programs that look
// at links before people do, as mail programs may, do not use it up.
func (h room) showLink(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, linkPage(r.URL.Path, false))
}

func (h room) open(w http.ResponseWriter, r *http.Request) error {
	ticket, err := h.accounts.Open(r.Context(), r.PathValue("link"))
	if errors.Is(err, fault.NotFound) {
		return web.Render(w, r, http.StatusNotFound, linkPage(r.URL.Path, true))
	}
	if err != nil {
		return err
	}
	web.Keep(w, r, stepCookie, ticket, 0)
	return web.See(w, r, "/join")
}

// A joiningIn is what the page of an invitation shows.
type joiningIn struct {
	account.Joining
	Form  account.Join // without passwords
	Wrong fault.Invalid
}

func (h room) showJoin(w http.ResponseWriter, r *http.Request) error {
	return h.drawJoin(w, r, http.StatusOK, account.Join{}, nil)
}

func (h room) drawJoin(w http.ResponseWriter, r *http.Request, status int, form account.Join, wrong fault.Invalid) error {
	j, err := h.accounts.Joining(r.Context(), web.Kept(r, stepCookie))
	if errors.Is(err, fault.NotFound) {
		return web.Render(w, r, http.StatusNotFound, linkPage("", true))
	}
	if err != nil {
		return err
	}
	form.Password, form.Repeat, form.Code = "", "", ""
	return web.Render(w, r, status, joinPage(joiningIn{j, form, wrong}))
}

func (h room) join(w http.ResponseWriter, r *http.Request) error {
	form := account.Join{
		Password: r.PostForm.Get("password"), Repeat: r.PostForm.Get("repeat"), Code: web.Text(r, "code"),
		Name: web.Text(r, "name"), SignIn: web.Text(r, "sign-in"),
		Agency: agency.Agency{ID: web.Text(r, "agency"), Name: web.Text(r, "agency-name"), Kind: agency.Kind(web.Text(r, "kind"))},
	}
	signed, recovery, err := h.accounts.Accept(r.Context(), web.Kept(r, stepCookie), form, VisitorOf(r))
	if errors.Is(err, fault.NotFound) {
		return web.Render(w, r, http.StatusNotFound, linkPage("", true))
	}
	if err != nil {
		wrong, status, err := told(w, "code", err)
		if err != nil {
			return err
		}
		return h.drawJoin(w, r, status, form, wrong)
	}
	Enter(w, r, signed)
	web.Keep(w, r, shownCookie, h.accounts.Hold(signed.Account.ID, strings.Join(recovery, " ")), 0)
	web.Flash(w, r, "joined")
	return web.See(w, r, "/account/recovery-codes")
}
