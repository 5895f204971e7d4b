// Package agencyweb is where an administrator sees the agencies of the partnership,
// takes one in and parts from one.
package agencyweb

import (
	"errors"
	"net/http"

	"clew/internal/access"
	"clew/internal/agency"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

type room struct {
	agencies *agency.Store
	find     Find
}

// Find is the account of a colleague by what was typed, or a fault.Invalid about the
// field colleague.
type Find func(r *http.Request, typed string) (account string, err error)

// Routes adds the pages.
func Routes(m *web.Mux, agencies *agency.Store, find Find) {
	h := room{agencies, find}
	m.Handle("GET /agencies", h.show)
	m.Handle("GET /agencies/new", h.showNew)
	m.Handle("POST /agencies/new", h.add)
	m.Handle("GET /agencies/{agency}", h.showOne)
	m.Handle("POST /agencies/{agency}/part", h.part)
	m.Handle("GET /teams", h.showTeams)
	m.Handle("POST /teams", h.addTeam)
	m.Handle("GET /teams/{team}", h.showTeam)
	m.Handle("POST /teams/{team}", h.nameTeam)
	m.Handle("POST /teams/{team}/end", h.endTeam)
	m.Handle("POST /teams/{team}/in", h.putIn)
	m.Handle("POST /teams/{team}/out", h.takeOut)
}

var doneAgency = map[string]string{"agency-added": "The agency is taken in. Invite its first administrator", "agency-parted": "The agency has left. Nobody reads its reports together with their own any more"}

func (h room) show(w http.ResponseWriter, r *http.Request) error {
	all, err := h.agencies.All(r.Context(), access.From(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, listPage(all, doneAgency[web.Flashed(w, r)]))
}

func (h room) showNew(w http.ResponseWriter, r *http.Request) error {
	if _, err := h.agencies.All(r.Context(), access.From(r.Context())); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, newPage(agency.Agency{}, nil))
}

func (h room) add(w http.ResponseWriter, r *http.Request) error {
	a := agency.Agency{ID: web.Text(r, "agency"), Name: web.Text(r, "agency-name"), Kind: agency.Kind(web.Text(r, "kind"))}
	err := h.agencies.Add(r.Context(), access.From(r.Context()), a)
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return web.Render(w, r, http.StatusUnprocessableEntity, newPage(a, wrong))
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "agency-added")
	return web.See(w, r, "/agencies")
}

func (h room) showOne(w http.ResponseWriter, r *http.Request) error {
	return h.drawOne(w, r, http.StatusOK, nil)
}

func (h room) drawOne(w http.ResponseWriter, r *http.Request, status int, wrong fault.Invalid) error {
	by := access.From(r.Context())
	a, err := h.agencies.One(r.Context(), by, r.PathValue("agency"))
	if err != nil {
		return err
	}
	l, err := h.agencies.Leaving(r.Context(), by, a.ID)
	if err != nil {
		return err
	}
	return web.Render(w, r, status, onePage(a, l, a.ID == by.Agency, wrong))
}

func (h room) part(w http.ResponseWriter, r *http.Request) error {
	version, _ := web.Number(r, "version")
	err := h.agencies.Part(r.Context(), access.From(r.Context()), r.PathValue("agency"), int64(version), web.Text(r, "although") == "yes")
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawOne(w, r, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "agency-parted")
	return web.See(w, r, "/agencies")
}

func facts(a agency.Agency) []govuk.Row {
	rows := []govuk.Row{govuk.Fact("Code", a.ID), govuk.Fact("Kind", a.Kind.Name()), govuk.Fact("Joined", when.DayOf(a.Joined))}
	if !a.Parted.IsZero() {
		rows = append(rows, govuk.Fact("Left", when.DayOf(a.Parted)))
	}
	return rows
}

// leavingRows are what an agency has to do with cases, and what becomes of it.
func leavingRows(l agency.Leaving, parted bool) (all []govuk.Row) {
	for _, x := range []struct {
		n          int
		what, ends string
		stays      bool // once it has left, it is so still
	}{
		{l.Leads, "Open cases that it leads", "They stay with it, and nobody else reads them. It can offer them to another agency first", true},
		{l.Shared, "Of them, with people of other agencies on the team", "These leave the team, and are told", false},
		{l.Places, "Places on the teams of others’ cases", "They end", false},
		{l.Tasks, "Tasks in others’ cases", "They pass to whoever leads the case", false},
		{l.Referrals, "Referrals that wait, to it or from it", "They are returned", false},
		{l.Notes, "Notes in others’ cases that it alone reads", "They stay where they are, and nobody else reads them. It can share them first", true},
	} {
		switch {
		case x.n == 0:
		case parted && x.stays:
			all = append(all, govuk.Fact(x.what, words.Thousands(x.n)))
		case !parted:
			all = append(all, govuk.Fact(x.what, words.Thousands(x.n)+". "+x.ends))
		}
	}
	return all
}

func kindOptions() (all []govuk.Option) {
	all = append(all, govuk.Option{Text: "Choose a kind"})
	for _, k := range agency.Kinds {
		all = append(all, govuk.Option{Value: string(k.Kind), Text: k.Name})
	}
	return all
}
