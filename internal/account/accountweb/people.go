package accountweb

import (
	"cmp"
	"errors"
	"net/http"
	"time"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/web"
	"clew/internal/when"
)

func (h room) peopleRoutes(m *web.Mux) {
	m.Handle("GET /accounts", h.showPeople)
	m.Handle("POST /accounts", h.showPeople)
	m.Handle("GET /accounts/new", h.showInvite)
	m.Handle("POST /accounts/new", h.invite)
	m.Handle("GET /accounts/{account}", h.showPerson)
	m.Handle("POST /accounts/{account}/roles", h.setRoles)
	m.Handle("POST /accounts/{account}/end", h.end)
	m.Handle("POST /accounts/{account}/invite-again", h.inviteAgain)
	m.Handle("GET /accounts/link", h.showInvitation)
}

// A listing is what the list of accounts shows.
type listing struct {
	For   string
	All   []account.Account
	Total int
	Page  web.Page
	Done  string
}

// showPeople lists accounts. What is looked for is a name: it is sent in the body
// of the request, and stands in no address.
func (h room) showPeople(w http.ResponseWriter, r *http.Request) error {
	v := listing{For: web.Text(r, "q"), Page: web.PageOf(r), Done: donePerson[web.Flashed(w, r)]}
	var err error
	v.All, v.Total, err = h.accounts.People(r.Context(), access.From(r.Context()), v.For, v.Page.Offset(), v.Page.Limit())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, peoplePage(v, v.Page.Links(r, v.Total)))
}

// An inviting is what the form of an invitation shows.
type inviting struct {
	Form  account.Guest
	Wrong fault.Invalid
}

func (h room) showInvite(w http.ResponseWriter, r *http.Request) error {
	if !access.Offers(r.Context(), access.ManageAccounts) {
		return fault.Forbidden
	}
	if err := h.accounts.Fresh(access.From(r.Context())); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, invitePage(inviting{Form: account.Guest{Agency: web.Text(r, "agency")}}))
}

func (h room) invite(w http.ResponseWriter, r *http.Request) error {
	v := inviting{Form: account.Guest{Name: web.Text(r, "name"), SignIn: web.Text(r, "sign-in"), Agency: web.Text(r, "agency"), Roles: rolesOf(r)}}
	link, err := h.accounts.Invite(r.Context(), access.From(r.Context()), v.Form)
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		v.Wrong = wrong
		return web.Render(w, r, http.StatusUnprocessableEntity, invitePage(v))
	}
	return h.handOver(w, r, link, err)
}

// handOver goes on to the page that shows a link once.
func (h room) handOver(w http.ResponseWriter, r *http.Request, link string, err error) error {
	if err != nil {
		return err
	}
	web.Keep(w, r, shownCookie, h.accounts.Hold(access.From(r.Context()).Account, link), 0)
	return web.See(w, r, "/accounts/link")
}

func (h room) showInvitation(w http.ResponseWriter, r *http.Request) error {
	link, err := h.accounts.Held(access.From(r.Context()).Account, web.Kept(r, shownCookie))
	if err != nil {
		return web.See(w, r, "/accounts")
	}
	web.Forget(w, r, shownCookie)
	return web.Render(w, r, http.StatusOK, invitationPage(cmp.Or(h.accounts.Site(), siteOf(r))+"/invitations/"+link))
}

// siteOf is the address by which the reader reached the program.
func siteOf(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func rolesOf(r *http.Request) (roles []access.Role) {
	for _, name := range web.Texts(r, "roles") {
		roles = append(roles, access.Role(name))
	}
	return roles
}

// A facing is what the page of one account shows.
type facing struct {
	account.Person
	Chosen []access.Role
	Self   bool
	Until  map[string]string // as typed
	Done   string
	Wrong  fault.Invalid
	// Provider is what people know single sign-on by; empty: there is none.
	Provider string
}

var donePerson = map[string]string{"roles-set": "The roles are changed. They hold from now on", "person-linked": "Saved", "account-ended": "The account has ended. Whoever was signed in with it is signed out"}

func (h room) showPerson(w http.ResponseWriter, r *http.Request) error {
	return h.drawPerson(w, r, http.StatusOK, facing{Done: donePerson[web.Flashed(w, r)]})
}

func (h room) drawPerson(w http.ResponseWriter, r *http.Request, status int, v facing) error {
	by := access.From(r.Context())
	var err error
	if v.Person, err = h.accounts.Person(r.Context(), by, r.PathValue("account")); err != nil {
		return err
	}
	v.Self, v.Provider = by.Account == v.ID, h.accounts.Provider()
	if v.Wrong == nil {
		for _, have := range v.Roles {
			v.Chosen = append(v.Chosen, have.Role)
		}
	}
	return web.Render(w, r, status, personPage(v))
}

func (h room) setRoles(w http.ResponseWriter, r *http.Request) error {
	v := facing{Chosen: rolesOf(r), Until: map[string]string{}}
	for _, part := range []string{"until-day", "until-month", "until-year"} {
		v.Until[part] = web.Text(r, part)
	}
	until, err := lastDay(v.Until)
	if err == nil {
		err = h.accounts.SetRoles(r.Context(), access.From(r.Context()), r.PathValue("account"), v.Chosen, until)
	}
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		v.Wrong = wrong
		return h.drawPerson(w, r, http.StatusUnprocessableEntity, v)
	}
	return done(w, r, err, "roles-set", "/accounts/"+r.PathValue("account"))
}

// lastDay is the end of a day that was typed in three parts, or no time for none.
func lastDay(parts map[string]string) (time.Time, error) {
	text := parts["until-day"] + "/" + parts["until-month"] + "/" + parts["until-year"]
	if text == "//" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation("2/1/2006", text, when.London)
	if err != nil {
		return time.Time{}, fault.Bad("until", "The last day must be a real day, such as 31 3 2027")
	}
	return day.AddDate(0, 0, 1), nil
}

func (h room) end(w http.ResponseWriter, r *http.Request) error {
	version, _ := web.Number(r, "version")
	err := h.accounts.End(r.Context(), access.From(r.Context()), r.PathValue("account"), int64(version))
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawPerson(w, r, http.StatusUnprocessableEntity, facing{Wrong: wrong})
	}
	return done(w, r, err, "account-ended", "/accounts")
}

func (h room) inviteAgain(w http.ResponseWriter, r *http.Request) error {
	link, err := h.accounts.InviteAgain(r.Context(), access.From(r.Context()), r.PathValue("account"))
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawPerson(w, r, http.StatusUnprocessableEntity, facing{Wrong: wrong})
	}
	return h.handOver(w, r, link, err)
}

func roleBoxes(chosen []access.Role) govuk.Checkboxes {
	c := govuk.Checkboxes{Name: "roles", Classes: "govuk-checkboxes--small"}
	for _, m := range access.Roles {
		c.Items = append(c.Items, govuk.Checkbox{Value: string(m.Role), Text: m.Name, Hint: govuk.Hint{Text: upper(m.Means)}})
	}
	for _, role := range chosen {
		c.Values = append(c.Values, string(role))
	}
	return c
}
