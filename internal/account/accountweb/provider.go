package accountweb

import (
	"errors"
	"net/http"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/fault"
	"clew/internal/web"
)

func (h room) providerRoutes(m *web.Mux) {
	m.Open("GET /sign-in/provider", h.askProvider)
	m.Open("GET /sign-in/provider/back", h.back)
	m.Handle("GET /account/provider", h.askToLink)
	m.Handle("POST /accounts/{account}/link", h.link)
}

// askProvider goes to the provider. It is a link and no form: the policy of our
// pages lets forms go to ourselves alone.
func (h room) askProvider(w http.ResponseWriter, r *http.Request) error {
	ticket, to, err := h.accounts.AskProvider(r.Context(), access.Actor{}, VisitorOf(r))
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawSignIn(w, r, http.StatusUnprocessableEntity, signingIn{Wrong: wrong})
	}
	if err != nil {
		return err
	}
	web.Keep(w, r, stepCookie, ticket, 0)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (h room) askToLink(w http.ResponseWriter, r *http.Request) error {
	ticket, to, err := h.accounts.AskProvider(r.Context(), access.From(r.Context()), VisitorOf(r))
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawOwn(w, r, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	web.Keep(w, r, stepCookie, ticket, 0)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// back is where the provider sends people back to: to sign in, or to link the
// account they are signed in to.
func (h room) back(w http.ResponseWriter, r *http.Request) error {
	ticket := web.Kept(r, stepCookie)
	web.Forget(w, r, stepCookie)
	sent := account.Return{State: r.Form.Get("state"), Code: r.Form.Get("code"), Issuer: r.Form.Get("iss")}
	if by := access.From(r.Context()); by.Account != "" {
		err := h.accounts.LinkOwn(r.Context(), by, ticket, sent, VisitorOf(r))
		if wrong, ok := errors.AsType[fault.Invalid](err); ok {
			return h.drawOwn(w, r, http.StatusUnprocessableEntity, wrong)
		}
		return done(w, r, err, "provider-linked", "/account")
	}
	signed, second, err := h.accounts.SignInByProvider(r.Context(), ticket, sent, VisitorOf(r))
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawSignIn(w, r, http.StatusUnprocessableEntity, signingIn{Wrong: wrong})
	}
	if err != nil {
		return err
	}
	if second != "" {
		web.Keep(w, r, stepCookie, second, 0)
		return web.See(w, r, "/sign-in/code")
	}
	Enter(w, r, signed)
	return h.onward(w, r, signed.Left)
}

func (h room) link(w http.ResponseWriter, r *http.Request) error {
	err := h.accounts.Link(r.Context(), access.From(r.Context()), r.PathValue("account"), web.Text(r, "subject"))
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawPerson(w, r, http.StatusUnprocessableEntity, facing{Wrong: wrong})
	}
	return done(w, r, err, "person-linked", "/accounts/"+r.PathValue("account"))
}
