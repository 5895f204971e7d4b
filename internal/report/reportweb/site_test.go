package reportweb_test

import (
	"net/http"
	"net/url"
	"testing"

	"clew/internal/db"
	"clew/internal/intake"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/report/reportweb"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

// A site is the pages of reports and imports, with somebody who uses them.
type site struct {
	*webtest.Site
	reports *report.Store
	held    *pattern.Store
	folder  string // of uploads
}

func open(t *testing.T, d *db.DB) site {
	t.Helper()
	people := person.NewStore(d)
	held, reports := pattern.NewStore(d, people), report.NewStore(d)
	folder := t.TempDir()
	in := intake.New(d, held, reports, folder)
	t.Cleanup(in.Close)
	m := web.NewMux(nil)
	reportweb.Routes(m, reports, in, held, people)
	m.Handle("GET /as/{name}", func(w http.ResponseWriter, r *http.Request) error { return web.SetActor(w, r, r.PathValue("name")) })
	m.Handle("POST /name", func(w http.ResponseWriter, r *http.Request) error { return web.SetActor(w, r, web.Text(r, "name")) })
	return site{webtest.Serve(t, m), reports, held, folder}
}

func (s site) comeIn(t *testing.T, name string) {
	t.Helper()
	s.Post(t, "/name", url.Values{"name": {name}})
}

// record takes a report in, and gives its key.
func (s site) record(t *testing.T, r report.Record) string {
	t.Helper()
	key, _, err := s.held.Record(t.Context(), "Priya Raman", &r)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
