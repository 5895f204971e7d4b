package reportweb_test

import (
	"net/http"
	"net/url"
	"testing"

	"clew/internal/access"
	"clew/internal/access/accesstest"
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
	db      *db.DB
	pages   http.Handler
	reports *report.Store
	held    *pattern.Store
	folder  string // of uploads
}

func open(t *testing.T, d *db.DB) site {
	t.Helper()
	g, m := accesstest.Guard(t, d), web.NewMux(nil)
	people := person.NewStore(g)
	held, reports := pattern.NewStore(g, people), report.NewStore(g)
	folder := t.TempDir()
	in := intake.New(g, held, reports, folder)
	t.Cleanup(in.Close)
	reportweb.Routes(m, g, reports, in, held, people)
	return site{webtest.Serve(t, accesstest.Anybody(m)), d, m, reports, held, folder}
}

// only is the site as one person finds it.
func (s site) only(t *testing.T, by access.Actor) site {
	t.Helper()
	s.Site = webtest.Serve(t, accesstest.Only(by, s.pages))
	return s
}

func (s site) comeIn(t *testing.T, name string) {
	t.Helper()
	s.Get(t, "/as/"+url.PathEscape(name))
}

// record takes a report in, and gives its key.
func (s site) record(t *testing.T, r report.Record) string {
	t.Helper()
	key, _, err := s.held.Record(t.Context(), accesstest.As("Priya Raman"), &r)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
