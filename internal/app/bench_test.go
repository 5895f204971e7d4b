package app

import (
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/demo"
)

// BenchmarkWall asks for pages of two databases that are alike, turn and turn about:
// by a role that the wall of PostgreSQL holds, and by one that passes by it. It says
// how long half of the pages take at most with the wall, and how many times that is
// of without.
func BenchmarkWall(b *testing.B) {
	const records = 5000
	extract := b.TempDir()
	if err := demo.WriteFiles(extract, demo.Options{Records: records}); err != nil {
		b.Fatal(err)
	}
	type side struct {
		pages http.Handler
		app   *App
		took  []time.Duration
	}
	var sides [2]*side
	for i, where := range []string{dbtest.URL(b), dbtest.SuperuserURL(b)} {
		a, err := Open(b.Context(), Config{Data: b.TempDir(), Database: where})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { a.Close() })
		began := time.Now()
		if err := takeIn(a, filepath.Join(extract, "records.csv")); err != nil {
			b.Fatal(err)
		}
		took := time.Since(began)
		d, err := sql.Open("pgx", where)
		if err == nil {
			_, err = d.Exec(`VACUUM ANALYZE`) // which it does by itself, at a time of its own
			err = errors.Join(err, d.Close())
		}
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("import of %d: %v (%s)", records, took.Round(time.Millisecond), [...]string{"with the wall", "without"}[i])
		m := a.Mux(nil)
		who := accesstest.Somebody(b, a.db, "police:99", "Ann Reader", access.Officer, access.Supervisor, access.Analyst, access.Registrar)
		m.Door.Who = func(r *http.Request) (*http.Request, string, error) {
			ctx, err := a.Guard.Enter(r.Context(), who)
			return r.WithContext(ctx), "Ann Reader", err
		}
		sides[i] = &side{pages: m, app: a}
	}
	first := func(s *side, query string) (id string) {
		if err := s.app.db.Read(b.Context(), func(v *db.View) (err error) { id, err = db.One(b.Context(), v, db.Text, query); return err }); err != nil {
			b.Fatal(err)
		}
		return id
	}
	pattern, person := `SELECT id FROM patterns ORDER BY reports DESC, pressing LIMIT 1`, `SELECT id FROM people ORDER BY as_suspect DESC, name LIMIT 1`
	name := first(sides[0], `SELECT name FROM people ORDER BY as_suspect DESC, name LIMIT 1`)
	for _, page := range []struct {
		name, path, id string
		form           url.Values
	}{
		{name: "first", path: "/"}, {name: "worklist", path: "/worklist"}, {name: "pattern", path: "/patterns/", id: pattern}, {name: "person", path: "/people/", id: person},
		{name: "report", path: "/reports/", id: pattern}, {name: "search", path: "/search", form: url.Values{"q": {name}}}, {name: "classifications", path: "/audit/classifications"}, {name: "retention", path: "/retention"},
	} {
		b.Run(page.name, func(b *testing.B) {
			for _, s := range sides {
				s.took = nil
			}
			n := 0
			for b.Loop() {
				n++
				for i := range sides {
					s := sides[(i+n)%2]
					path := page.path
					if page.id != "" {
						path += first(s, page.id)
					}
					r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
					if page.form != nil {
						r = httptest.NewRequest(http.MethodPost, "http://localhost"+path, strings.NewReader(page.form.Encode()))
						r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
						r.Header.Set("Sec-Fetch-Site", "same-origin")
					}
					w := httptest.NewRecorder()
					began := time.Now()
					s.pages.ServeHTTP(w, r)
					s.took = append(s.took, time.Since(began))
					if w.Code != http.StatusOK {
						b.Fatalf("%s: status %d", path, w.Code)
					}
				}
			}
			half := func(s *side) float64 { slices.Sort(s.took); return float64(s.took[len(s.took)/2].Microseconds()) }
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(half(sides[0])/1000, "ms/page")
			b.ReportMetric(half(sides[0])/half(sides[1]), "times")
		})
	}
}
