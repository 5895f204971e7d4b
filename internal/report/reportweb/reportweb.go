// Package reportweb shows reports as they were written down, and takes extracts in.
//
// A report's page shows every field as it came, marks the words that were read as
// something, and says what became of the report: who its parties are held to be,
// what pattern it is part of, what corrects it, and how it came in. Nothing here
// can change a report.
package reportweb

import (
	"errors"
	"net/http"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/intake"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/web"
)

type room struct {
	guard   *access.Guard
	reports *report.Store
	intake  *intake.Desk
	held    *pattern.Store
	people  *person.Store
}

// Routes adds the pages of reports and imports to m.
func Routes(m *web.Mux, guard *access.Guard, reports *report.Store, intake *intake.Desk, held *pattern.Store, people *person.Store) {
	h := room{guard, reports, intake, held, people}
	m.Handle("GET /reports/{report}", h.show)
	m.Handle("GET /imports", h.listImports)
	m.Handle("GET /imports/new", h.newImport)
	m.Handle("GET /imports/template.csv", h.template)
	m.Handle("POST /imports", web.Limit(largest, h.upload))
	m.Handle("GET /imports/{import}", h.showImport)
	m.Handle("POST /imports/{import}/start", h.start)
	m.Handle("POST /imports/{import}/stop", h.stop)
	m.Handle("POST /imports/{import}/remove", h.remove)
	m.Handle("GET /imports/{import}/progress", h.progress)
	m.Handle("GET /imports/{import}/aside.csv", h.aside)
}

func (h room) show(w http.ResponseWriter, r *http.Request) error {
	v, err := h.about(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, reportPage(v))
}

// about gathers the page of one report.
func (h room) about(r *http.Request) (v view, err error) {
	ctx := r.Context()
	key, err := idIn(r, "report")
	if err != nil {
		return v, err
	}
	v.May, err = h.guard.May(ctx, access.From(ctx), access.FindReports, access.ReadPerson, access.ReadPattern, access.ReadImports, access.SetHold, access.ReadWorklist)
	if err != nil {
		return v, err
	}
	part, err := h.held.PartOf(ctx, access.From(ctx), key)
	if err != nil {
		return v, err
	}
	v.Part, v.Held = part, part.Record
	v.Keeps = v.May[access.SetHold] && v.Held.Holder == access.From(ctx).Agency
	if v.Versions, err = h.reports.Versions(ctx, access.From(ctx), key); err != nil {
		return v, err
	}
	if v.Changes, err = h.reports.Changes(ctx, access.From(ctx), key); err != nil {
		return v, err
	}
	if v.Victim, v.Suspect, err = h.people.Parties(ctx, access.From(ctx), key); err != nil {
		return v, err
	}
	if v.Held.Import != "" && v.May[access.ReadImports] {
		i, err := h.reports.ImportOf(ctx, access.From(ctx), v.Held.Import)
		if errors.Is(err, fault.NotFound) {
			return v, nil
		}
		if err != nil {
			return v, err
		}
		v.Import = &i
	}
	return v, nil
}

// idIn is an id in an address, or fault.NotFound for what cannot be one.
func idIn(r *http.Request, name string) (string, error) {
	id := r.PathValue(name)
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return "", fault.NotFound
		}
	}
	return id, nil
}
