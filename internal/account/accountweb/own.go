package accountweb

import (
	"errors"
	"net/http"
	"strings"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/fault"
	"clew/internal/web"
)

func (h room) ownRoutes(m *web.Mux) {
	m.Handle("GET /account", h.showOwn)
	m.Handle("POST /account/purpose", h.setPurpose)
	m.Handle("POST /account/sessions/{session}/end", h.endSession)
	m.Handle("POST /account/sign-out-everywhere", h.signOutEverywhere)
	m.Handle("GET /account/password", h.showPassword)
	m.Handle("POST /account/password", h.setPassword)
	m.Handle("GET /account/code", h.showNewCode)
	m.Handle("POST /account/code", h.setCode)
	m.Handle("GET /account/recovery-codes", h.showRecovery)
	m.Handle("POST /account/recovery-codes", h.newRecovery)
	m.Handle("POST /account/recovery-codes/kept", h.keptRecovery)
}

// An own is what the page of one's own account shows.
type own struct {
	account.Person
	Purpose  access.Purpose
	Session  string
	Sessions []account.Session
	Left     int // recovery codes
	Done     string
	Wrong    fault.Invalid
	Manages  bool
	Provider string
}

var doneOwn = map[string]string{
	"password-set": "Your password is changed. Your other sessions have ended", "code-set": "One-time codes come from the new app. Your other sessions have ended",
	"purpose-set": "What you do from now on is kept with this purpose", "session-ended": "That session has ended", "recovery-kept": "Your account is ready",
	"provider-linked": "Your account is linked to single sign-on. Your other sessions have ended", "key-added": "The passkey is added", "key-removed": "The passkey is removed. Your other sessions have ended",
}

func (h room) showOwn(w http.ResponseWriter, r *http.Request) error {
	return h.drawOwn(w, r, http.StatusOK, nil)
}

func (h room) drawOwn(w http.ResponseWriter, r *http.Request, status int, wrong fault.Invalid) error {
	by := access.From(r.Context())
	v := own{Purpose: by.Purpose, Session: by.Session, Done: doneOwn[web.Flashed(w, r)], Wrong: wrong, Provider: h.accounts.Provider()}
	var err error
	if v.Person, err = h.accounts.Own(r.Context(), by); err != nil {
		return err
	}
	if v.Sessions, err = h.accounts.Sessions(r.Context(), by); err != nil {
		return err
	}
	if v.Left, err = h.accounts.RecoveryLeft(r.Context(), by); err != nil {
		return err
	}
	for _, role := range v.Roles {
		v.Manages = v.Manages || role.Role == access.Administrator
	}
	return web.Render(w, r, status, ownPage(v))
}

func (h room) setPurpose(w http.ResponseWriter, r *http.Request) error {
	err := h.accounts.SetPurpose(r.Context(), access.From(r.Context()), access.Purpose(web.Text(r, "purpose")))
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawOwn(w, r, http.StatusUnprocessableEntity, wrong)
	}
	return done(w, r, err, "purpose-set", "/account")
}

func (h room) endSession(w http.ResponseWriter, r *http.Request) error {
	by := access.From(r.Context())
	err := h.accounts.SignOut(r.Context(), by, r.PathValue("session"))
	if err == nil && r.PathValue("session") == by.Session {
		leave(w, r)
		return web.See(w, r, "/signed-out")
	}
	return done(w, r, err, "session-ended", "/account")
}

func (h room) signOutEverywhere(w http.ResponseWriter, r *http.Request) error {
	if err := h.accounts.SignOutEverywhere(r.Context(), access.From(r.Context())); err != nil {
		return err
	}
	leave(w, r)
	web.Forget(w, r, browserCookie)
	return web.See(w, r, "/signed-out")
}

// done goes on to a page that says what was done, unless there was an error.
func done(w http.ResponseWriter, r *http.Request, err error, key, to string) error {
	if err != nil {
		return err
	}
	web.Flash(w, r, key)
	return web.See(w, r, to)
}

// showPassword asks for the proof before the form is filled in, not after.
func (h room) showPassword(w http.ResponseWriter, r *http.Request) error {
	if err := h.accounts.Fresh(access.From(r.Context())); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, passwordPage(nil))
}

func (h room) setPassword(w http.ResponseWriter, r *http.Request) error {
	err := h.accounts.SetPassword(r.Context(), access.From(r.Context()), r.PostForm.Get("password"), r.PostForm.Get("repeat"))
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return web.Render(w, r, http.StatusUnprocessableEntity, passwordPage(wrong))
	}
	return done(w, r, err, "password-set", "/account")
}

func (h room) showNewCode(w http.ResponseWriter, r *http.Request) error {
	ticket, secret, err := h.accounts.BeginCode(access.From(r.Context()))
	if err != nil {
		return err
	}
	web.Keep(w, r, stepCookie, ticket, 0)
	return web.Render(w, r, http.StatusOK, newCodePage(secret, nil))
}

func (h room) setCode(w http.ResponseWriter, r *http.Request) error {
	by := access.From(r.Context())
	recovery, err := h.accounts.SetCode(r.Context(), by, web.Kept(r, stepCookie), web.Text(r, "code"))
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		secret, err := h.accounts.CodeBegun(by, web.Kept(r, stepCookie))
		if err != nil {
			return err
		}
		return web.Render(w, r, http.StatusUnprocessableEntity, newCodePage(secret, wrong))
	}
	if errors.Is(err, fault.NotFound) {
		return web.See(w, r, "/account/code") // too old: begin again
	}
	if err != nil {
		return err
	}
	web.Forget(w, r, stepCookie)
	return h.showOnce(w, r, recovery, "code-new")
}

func (h room) showOnce(w http.ResponseWriter, r *http.Request, recovery []string, key string) error {
	web.Keep(w, r, shownCookie, h.accounts.Hold(access.From(r.Context()).Account, strings.Join(recovery, " ")), 0)
	return done(w, r, nil, key, "/account/recovery-codes")
}

// A recovering is what the page of the recovery codes shows.
type recovering struct {
	Codes []string // until the reader says that they are kept
	Left  int
	Used  bool // one has just been used
	Onto  string
	Done  string
}

var doneRecovery = map[string]string{
	"joined": "You are signed in", "code-new": "One-time codes come from the new app. Your other sessions have ended", "codes-new": "These codes replace the ones before",
}

func (h room) showRecovery(w http.ResponseWriter, r *http.Request) error {
	by := access.From(r.Context())
	key := web.Flashed(w, r)
	v := recovering{Used: key == "recovery-used", Done: doneRecovery[key]}
	if text, err := h.accounts.Held(by.Account, web.Kept(r, shownCookie)); err == nil {
		v.Codes = strings.Fields(text)
	}
	var err error
	if v.Left, err = h.accounts.RecoveryLeft(r.Context(), by); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, recoveryPage(v))
}

func (h room) newRecovery(w http.ResponseWriter, r *http.Request) error {
	codes, err := h.accounts.NewRecoveryCodes(r.Context(), access.From(r.Context()))
	if err != nil {
		return err
	}
	return h.showOnce(w, r, codes, "codes-new")
}

func (h room) keptRecovery(w http.ResponseWriter, r *http.Request) error {
	web.Forget(w, r, shownCookie)
	return done(w, r, nil, "recovery-kept", web.Going(w, r))
}
