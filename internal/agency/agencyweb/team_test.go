package agencyweb_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/agency"
	"clew/internal/agency/agencyweb"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

func site(t *testing.T, d *db.DB) *webtest.Site {
	t.Helper()
	g := access.NewGuard(d)
	g.Who = func(_ context.Context, _ db.Querier, accounts []string) (map[string]access.Colleague, error) {
		all := map[string]access.Colleague{}
		for _, a := range accounts {
			all[a] = access.Colleague{Name: "Sue Petrie", Agency: "police:1"}
		}
		return all, nil
	}
	accesstest.Agencies(t, d, "police:1")
	admin := accesstest.Somebody(t, d, "police:1", "admin", access.Administrator)
	admin.Proved = d.Now()
	m := web.NewMux(nil)
	agencyweb.Routes(m, agency.NewStore(g), func(_ *http.Request, typed string) (string, error) {
		if typed != "sue" {
			return "", fault.Bad("colleague", "Nobody of your agency is called that. Check how the name is spelt")
		}
		return "sue", nil
	})
	return webtest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.ServeHTTP(w, r.WithContext(access.With(r.Context(), admin)))
	}))
}

var ids = regexp.MustCompile(`\b[0-9][0-9a-hjkmnp-tv-z]{15}\b`)

func TestTeamPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := site(t, d)
		post := func(path string, form url.Values, status int) webtest.Answer {
			t.Helper()
			a := s.Post(t, path, form)
			if a.Status != status {
				t.Fatalf("%s %v: status %d\n%s", path, form, a.Status, a.Main())
			}
			return a
		}
		if a := post("/teams", nil, 422); !strings.Contains(a.Body, "Enter the name of the team") {
			t.Errorf("no name: %s", a.Main())
		}
		at := post("/teams", url.Values{"team-name": {"B shift"}}, 303).Location
		if a := post(at+"/in", url.Values{"colleague": {"nobody"}}, 422); !strings.Contains(a.Body, "Nobody of your agency") {
			t.Errorf("nobody: %s", a.Main())
		}
		if a := post(at+"/in", url.Values{"colleague": {"sue"}, "since-day": {"31"}, "since-month": {"2"}, "since-year": {"2026"}}, 422); !strings.Contains(a.Body, "Enter a day") {
			t.Errorf("no such day: %s", a.Main())
		}
		post(at+"/in", url.Values{"colleague": {"sue"}, "leads": {"yes"}, "since-day": {"1"}, "since-month": {"3"}, "since-year": {"2020"}}, 303)
		page := s.Get(t, at)
		if !strings.Contains(page.Body, "Sue Petrie") || !strings.Contains(page.Body, "1 March 2020") || !strings.Contains(page.Body, "They are put in the team") {
			t.Errorf("the team: %s", page.Main())
		}
		webtest.Golden(t, "team", ids.ReplaceAllString(page.Main(), "ID"))
		post(at, url.Values{"team-name": {"C shift"}}, 303)
		webtest.Golden(t, "teams", ids.ReplaceAllString(s.Get(t, "/teams").Main(), "ID"))
		post(at+"/out", url.Values{"account": {"sue"}}, 303)
		if a := s.Get(t, at); strings.Contains(a.Body, at+"/out") {
			t.Errorf("taken out, and still in: %s", a.Main())
		}
		post(at+"/end", nil, 303)
		if a := s.Get(t, "/teams"); !strings.Contains(a.Body, "Ended") || !strings.Contains(a.Body, "C shift") {
			t.Errorf("the list: %s", a.Main())
		}
		post(at+"/end", nil, 409)
		if a := s.Get(t, "/teams/none"); a.Status != 404 {
			t.Errorf("a team that is not there: %d", a.Status)
		}
	})
}

func TestTeamsInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	d, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "clew.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	b := browser.Tab(t, site(t, d))
	b.Visit("/teams")
	b.Check()
	b.Follow("main form button")
	b.Wait(".govuk-error-summary:focus")
	b.Check()
	b.Fill("#team-name", "Response team B of the station at Northmoor Market Place")
	b.Follow("main form button")
	b.Check()
	b.Fill("#colleague", "sue")
	b.Follow("main form[action$='/in'] > button")
	b.Check()
	if folder := os.Getenv("CLEW_PICTURES"); folder != "" {
		b.Screenshot(filepath.Join(folder, "team.png"))
	}
	b.Visit("/teams")
	b.Check()
}
