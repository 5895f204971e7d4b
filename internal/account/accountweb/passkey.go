package accountweb

import (
	"encoding/json"
	"errors"
	"net/http"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/fault"
	"clew/internal/web"
)

// keyRoutes are those of passkeys. A page asks for what it needs only when somebody
// presses the button, by its script (assets/passkey.js); the answer of the passkey
// is then sent as a form like any other.
func (h room) keyRoutes(m *web.Mux) {
	m.Open("POST /sign-in/passkey/ask", h.askKey)
	m.Open("POST /sign-in/passkey", h.signInByKey)
	m.Open("POST /join/passkey/ask", h.askJoiningKey)
	m.Open("POST /join/passkey", h.joinByKey)
	m.Handle("POST /prove/passkey/ask", h.askKey)
	m.Handle("POST /prove/passkey", h.proveByKey)
	m.Handle("GET /account/passkeys", h.showKeys)
	m.Handle("POST /account/passkeys/ask", h.askNewKey)
	m.Handle("POST /account/passkeys", h.addKey)
	m.Handle("POST /account/passkeys/{key}/remove", h.removeKey)
}

// asks answers a script with what it is to ask of a passkey.
func asks(w http.ResponseWriter, r *http.Request, ticket string, ask json.RawMessage, err error) error {
	if err != nil {
		return err
	}
	web.Keep(w, r, keyCookie, ticket, 0)
	return web.JSON(w, http.StatusOK, ask)
}

func (h room) askKey(w http.ResponseWriter, r *http.Request) error {
	ticket, ask, err := h.accounts.AskPasskey(VisitorOf(r))
	return asks(w, r, ticket, ask, err)
}

func (h room) askNewKey(w http.ResponseWriter, r *http.Request) error {
	ticket, ask, err := h.accounts.AskNewPasskey(r.Context(), access.From(r.Context()), VisitorOf(r))
	return asks(w, r, ticket, ask, err)
}

func (h room) askJoiningKey(w http.ResponseWriter, r *http.Request) error {
	ticket, ask, err := h.accounts.AskJoiningPasskey(r.Context(), web.Kept(r, stepCookie), VisitorOf(r))
	return asks(w, r, ticket, ask, err)
}

// wrongKey is what the reader is told of a passkey that opened nothing. A page that
// was left open too long is told of in the same way.
func wrongKey(err error) (fault.Invalid, error) {
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return wrong, nil
	}
	if errors.Is(err, fault.NotFound) {
		return fault.Invalid{{Field: "passkey", Text: "That took too long. Try the passkey again"}}, nil
	}
	return nil, err
}

func (h room) signInByKey(w http.ResponseWriter, r *http.Request) error {
	signed, err := h.accounts.SignInByPasskey(r.Context(), web.Kept(r, keyCookie), web.Text(r, "answer"), VisitorOf(r))
	web.Forget(w, r, keyCookie)
	if err != nil {
		wrong, err := wrongKey(err)
		if err != nil {
			return err
		}
		return h.drawSignIn(w, r, http.StatusUnprocessableEntity, signingIn{Wrong: wrong})
	}
	Enter(w, r, signed)
	return h.onward(w, r, signed.Left)
}

func (h room) proveByKey(w http.ResponseWriter, r *http.Request) error {
	token, err := h.accounts.ProveByPasskey(r.Context(), access.From(r.Context()), web.Kept(r, keyCookie), web.Text(r, "answer"), VisitorOf(r))
	web.Forget(w, r, keyCookie)
	if err != nil {
		wrong, err := wrongKey(err)
		if err != nil {
			return err
		}
		return web.Render(w, r, http.StatusUnprocessableEntity, codePage("/prove", wrong))
	}
	web.Keep(w, r, sessionCookie, token, 0)
	return h.onward(w, r, -1)
}

func (h room) joinByKey(w http.ResponseWriter, r *http.Request) error {
	signed, err := h.accounts.AcceptByPasskey(r.Context(), web.Kept(r, keyCookie), web.Text(r, "answer"), VisitorOf(r))
	web.Forget(w, r, keyCookie)
	if err != nil {
		wrong, err := wrongKey(err)
		if err != nil {
			return err
		}
		return h.drawJoin(w, r, http.StatusUnprocessableEntity, account.Join{}, wrong)
	}
	Enter(w, r, signed)
	return done(w, r, nil, "recovery-kept", "/account")
}

// A keyring is what the page of one's own passkeys shows.
type keyring struct {
	Keys  []account.Passkey
	Name  string
	Wrong fault.Invalid
	Done  string
}

func (h room) showKeys(w http.ResponseWriter, r *http.Request) error {
	if err := h.accounts.Fresh(access.From(r.Context())); err != nil {
		return err
	}
	return h.drawKeys(w, r, http.StatusOK, keyring{Done: doneOwn[web.Flashed(w, r)]})
}

func (h room) drawKeys(w http.ResponseWriter, r *http.Request, status int, v keyring) error {
	var err error
	if v.Keys, err = h.accounts.Passkeys(r.Context(), access.From(r.Context())); err != nil {
		return err
	}
	return web.Render(w, r, status, keysPage(v))
}

func (h room) addKey(w http.ResponseWriter, r *http.Request) error {
	name := web.Text(r, "key-name")
	err := h.accounts.AddPasskey(r.Context(), access.From(r.Context()), web.Kept(r, keyCookie), name, web.Text(r, "answer"), VisitorOf(r))
	web.Forget(w, r, keyCookie)
	if err != nil {
		wrong, err := wrongKey(err)
		if err != nil {
			return err
		}
		return h.drawKeys(w, r, http.StatusUnprocessableEntity, keyring{Name: name, Wrong: wrong})
	}
	return done(w, r, nil, "key-added", "/account/passkeys")
}

func (h room) removeKey(w http.ResponseWriter, r *http.Request) error {
	err := h.accounts.RemovePasskey(r.Context(), access.From(r.Context()), r.PathValue("key"))
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawKeys(w, r, http.StatusUnprocessableEntity, keyring{Wrong: wrong})
	}
	return done(w, r, err, "key-removed", "/account/passkeys")
}
