// Package accessweb shows who may do what and who did what: agreements, conflict
// locks, the ledger, who has looked at a person, and looking that is unusual.
//
// No name and no id of a person stands in an address that these pages make, but for
// /people/{person}/looks, which belongs to the page of that person: what is searched
// for is sent by POST. Titles say what kind of page it is and no more.
package accessweb

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/web"
	"clew/internal/when"
)

// A Choice is one account or agency to choose.
type Choice struct{ ID, Name, About string }

// A Place is a page that the page of administration leads to, for those who may.
type Place struct {
	Name, Href, About string
	Action            access.Action
}

// Pages are the pages, with what they must be told by other rooms.
type Pages struct {
	Guard *access.Guard
	// Names are what accounts are called. One that is not known is left out.
	Names func(ctx context.Context, accounts []string) (map[string]string, error)
	// Agencies are the agencies of the partnership.
	Agencies func(ctx context.Context, by access.Actor) ([]Choice, error)
	// Colleagues are the people of the actor's agency whose names fit what was typed.
	Colleagues func(ctx context.Context, by access.Actor, search string) ([]Choice, error)
	// Around are the teams of some colleagues, with those above them, and their line
	// managers.
	Around func(ctx context.Context, by access.Actor, accounts []string) (teams, managers []Choice, err error)
	// Places are pages of other rooms for the page of administration, in front of
	// those of this one.
	Places []Place
}

// Routes adds the pages to m.
func Routes(m *web.Mux, p Pages) {
	m.Handle("GET /administration", p.showHub)
	m.Handle("GET /administration/colleague", p.showExplain)
	m.Handle("POST /administration/colleague", p.explain)
	m.Handle("GET /agreements", p.showAgreements)
	m.Handle("GET /agreements/new", p.showAgree)
	m.Handle("POST /agreements", p.agree)
	m.Handle("GET /agreements/{agreement}", p.showAgreement)
	m.Handle("POST /agreements/{agreement}/withdraw", p.withdraw)
	m.Handle("GET /locks", p.showLocks)
	m.Handle("POST /locks/{lock}/lift", p.lift)
	m.Handle("GET /conflicts/new", p.showConflictStart)
	m.Handle("POST /conflicts/new", p.showConflict)
	m.Handle("POST /conflicts", p.flag)
	m.Handle("GET /conflicts/kept", p.showFlagged)
	m.Handle("GET /ledger/entries", p.showEntries)
	m.Handle("POST /ledger/entries", p.findEntries)
	m.Handle("POST /ledger/entries/export", p.export)
	m.Handle("GET /people/{person}/looks", p.showLooks)
	m.Handle("GET /glass", p.showGlass)
	m.Handle("POST /glass/{glass}/review", p.judge)
	m.Handle("GET /unusual", p.showUnusual)
	m.Handle("GET /unusual/{item}", p.showItem)
	m.Handle("POST /unusual/{item}/close", p.closeItem)
}

// own are the places of this room.
var own = []Place{
	{"Agreements", "/agreements", "Which agencies read their reports together, and until when", access.ManageAgreements},
	{"What a colleague may do", "/administration/colleague", "What somebody of your agency may do and see, and why", access.ExplainAccess},
	{"Who did and saw what", "/ledger/entries", "Every act and every look of your agency’s people", access.ReadLedger},
	{"Unusual looking", "/unusual", "Looking that is unlike that of colleagues, to be reviewed", access.ReadUnusual},
	{"Breaking the glass", "/glass", "Who looked at another agency’s safety summary, and the reviews of it", access.ReviewGlass},
	{"Conflicts of interest", "/locks", "What is closed to whom, and lifting it together", access.ManageLocks},
}

func (p Pages) showHub(w http.ResponseWriter, r *http.Request) error {
	all := append(slices.Clone(p.Places), own...)
	actions := make([]access.Action, len(all))
	for i := range all {
		actions[i] = all[i].Action
	}
	may, err := p.Guard.May(r.Context(), access.From(r.Context()), actions...)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(x Place) bool { return !may[x.Action] })
	return web.Render(w, r, http.StatusOK, hubPage(all))
}

// names are what accounts are called, with their ids where that is not known.
func (p Pages) names(ctx context.Context, accounts []string) (map[string]string, error) {
	slices.Sort(accounts)
	accounts = slices.Compact(accounts)
	all := map[string]string{}
	known, err := p.Names(ctx, accounts)
	for _, a := range accounts {
		all[a] = cmp.Or(known[a], a)
	}
	all["program"] = "Clew itself"
	return all, err
}

// A chosen colleague is a name that was typed, and the account it turned out to be.
type chosen struct {
	Name    string
	Account string
	For     string   // the name that Account was chosen for
	Several []Choice // who fit, when they are several
}

// choose finds the colleague that was typed. Nobody is no error when nothing was.
func (p Pages) choose(r *http.Request) (c chosen, err error) {
	c = chosen{Name: web.Text(r, "name"), Account: web.Text(r, "account"), For: web.Text(r, "for")}
	if c.Name == "" {
		return chosen{}, nil
	}
	if c.Account != "" && c.For == c.Name {
		return c, nil
	}
	c.Account, c.For = "", c.Name
	if c.Several, err = p.Colleagues(r.Context(), access.From(r.Context()), c.Name); err != nil {
		return c, err
	}
	switch len(c.Several) {
	case 0:
		return c, fault.Bad("name", "Nobody of your agency is called that. Check how the name is spelt")
	case 1:
		c.Account, c.Several = c.Several[0].ID, nil
		return c, nil
	}
	return c, fault.Bad("account", "Select which of them you mean")
}

func invalid(err error) (fault.Invalid, bool) { return errors.AsType[fault.Invalid](err) }

// A date is a day as it was typed.
type date map[string]string

func dateOf(r *http.Request, prefix string) date {
	d := date{}
	for _, part := range []string{"day", "month", "year"} {
		d[prefix+"-"+part] = web.Text(r, prefix+"-"+part)
	}
	return d
}

// day is the beginning of the day in London; zero when nothing was typed, and not ok
// when what was typed is no day.
func (d date) day(prefix string) (t time.Time, ok bool) {
	parts := [3]string{d[prefix+"-day"], d[prefix+"-month"], d[prefix+"-year"]}
	if parts == [3]string{} {
		return t, true
	}
	t, err := time.ParseInLocation("2/1/2006", parts[0]+"/"+parts[1]+"/"+parts[2], when.London)
	return t, err == nil
}

func typedDay(t time.Time, prefix string) date {
	t = t.In(when.London)
	return date{prefix + "-day": t.Format("2"), prefix + "-month": t.Format("1"), prefix + "-year": t.Format("2006")}
}
