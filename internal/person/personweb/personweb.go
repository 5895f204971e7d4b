// Package personweb shows people: the search, and the page of one person with what
// is known of her or him, why the mentions are held to be one person, and who else
// may be the same.
//
// A name or a number is never part of an address or a title. A search is sent in
// the body of a form and its answer has no address of its own; people are found
// again by ids that say nothing.
package personweb

import (
	"net/http"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/web"
)

type room struct {
	guard   *access.Guard
	people  *person.Store
	held    *pattern.Store
	reports *report.Store
}

// Routes adds the pages of people to m.
func Routes(m *web.Mux, guard *access.Guard, people *person.Store, held *pattern.Store, reports *report.Store) {
	h := room{guard, people, held, reports}
	m.Handle("GET /search", h.showSearch)
	m.Handle("POST /search", h.search)
	m.Handle("GET /people/{person}", h.show)
	m.Handle("POST /people/{person}/decisions", h.decide)
	m.Handle("GET /people/{person}/glass", h.showBreak)
	m.Handle("POST /people/{person}/glass", h.breakGlass)
	m.Handle("GET /glass/{glass}", h.showSafety)
	m.Handle("POST /people/decisions/{decision}/undo", h.undo)
}

// may says which of the things these pages offer the reader may do.
func (h room) may(r *http.Request) (map[access.Action]bool, error) {
	return h.guard.May(r.Context(), access.From(r.Context()), access.FindPeople, access.RecordReport, access.ImportReports, access.DecideIdentity, access.ReadWorklist, access.BreakGlass, access.ReadContacts, access.ReadLooks, access.FlagConflict, access.ReadRetention)
}

func (h room) showSearch(w http.ResponseWriter, r *http.Request) error {
	may, err := h.may(r)
	if err != nil {
		return err
	}
	if !may[access.FindPeople] {
		return fault.Forbidden // there is no use-case behind an empty form to say so
	}
	return web.Render(w, r, http.StatusOK, searchPage(searching{May: may}))
}

func (h room) search(w http.ResponseWriter, r *http.Request) error {
	v, err := h.find(r)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(v.Wrong) > 0 {
		if !v.May[access.FindPeople] {
			return fault.Forbidden // nothing was asked that would say so
		}
		status = http.StatusUnprocessableEntity
	}
	return web.Render(w, r, status, searchPage(v))
}

// done are the words for what was just done, by the key it is kept under.
var done = map[string]string{
	"joined": "Your decision is kept: these are the same person. It is listed below, where it can be undone.",
	"parted": "Your decision is kept: these are two people. It is listed below, where it can be undone.",
	"undone": "The decision is undone. It stays on this page as part of the record.",
}

func (h room) show(w http.ResponseWriter, r *http.Request) error {
	id, err := idIn(r, "person")
	if err != nil {
		return err
	}
	v, err := h.about(r, id)
	if err != nil {
		return err
	}
	if v.ID != id || v.Page.Past(v.Total) { // somebody else's by now, or not so long a list
		return web.See(w, r, "/people/"+v.ID)
	}
	v.Done = done[web.Flashed(w, r)]
	return web.Render(w, r, http.StatusOK, personPage(v))
}

func (h room) decide(w http.ResponseWriter, r *http.Request) error {
	f := decisionOf(r)
	err := h.decideAs(r, f)
	if err == nil {
		key := "parted"
		if f.Same {
			key = "joined"
		}
		web.Flash(w, r, key)
		return web.See(w, r, "/people/"+r.PathValue("person"))
	}
	return h.again(w, r, r.PathValue("person"), f, err)
}

func (h room) undo(w http.ResponseWriter, r *http.Request) error {
	f := typed{Undo: r.PathValue("decision"), Reason: web.Text(r, "reason")}
	err := h.undoAs(r, f)
	if err == nil {
		web.Flash(w, r, "undone")
		return web.See(w, r, "/people/"+web.Text(r, "person"))
	}
	return h.again(w, r, web.Text(r, "person"), f, err)
}
