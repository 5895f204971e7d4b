package casefileweb_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clew/internal/access/accesstest"
	"clew/internal/casefile"
	"clew/internal/casefile/casefileweb"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/seal"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

var (
	mara = report.Party{GivenName: "Mara", FamilyName: "Quill", Born: "1991-04-02", Phones: []string{"07700 900101"}}
	ed   = report.Party{GivenName: "Edmund", FamilyName: "Farrow", Born: "1985-03-02", Phones: []string{"07700 900202"}}
)

// serve is the pages of a case about mara and ed with some reports, and its address.
func serve(t *testing.T, all []*report.Record) (*webtest.Site, string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d := dbtest.SQLite(t)
	g, m := accesstest.Guard(t, d), web.NewMux(nil)
	held := pattern.NewStore(g, person.NewStore(g))
	var first string
	must(d.Write(t.Context(), func(tx *db.Tx) error {
		taken, err := pattern.TakeIn(t.Context(), tx, accesstest.Sight("test"), "", all)
		if err == nil {
			first = taken[0].Key
		}
		return err
	}))
	must(held.Settle(t.Context(), nil))
	sealer, err := seal.Open(t.Context(), d, seal.NewKey())
	must(err)
	cases := casefile.NewStore(g, sealer)
	id, err := cases.Open(t.Context(), accesstest.As("Ann"), person.VictimOf(first), person.SuspectOf(first), "")
	must(err)
	casefileweb.Routes(m, cases, held, person.NewStore(g), func(*http.Request) (map[string]string, error) { return nil, nil })
	return webtest.Serve(t, accesstest.Anybody(m)), "/cases/" + id
}

// TestManyReports keeps the pictures of a case of 5,000 reports small.
func TestManyReports(t *testing.T) {
	var all []*report.Record
	for i := range 5000 {
		at := time.Date(2021, 1, 1, 9, 0, 0, 0, time.UTC).Add(time.Duration(i) * 9 * time.Hour)
		says := []string{"He rang her again and stood outside. She is afraid.", "He posted about her online.", "He followed her from work and threatened to kill her.", "He broke the window and let himself in."}[i%4]
		all = append(all, &report.Record{Agency: "Northmoor Police", ID: fmt.Sprint("C/", i), Kind: report.Crime, Reported: at, Count: 1, Offence: "Harassment", Victim: mara, Suspect: ed, Narrative: says})
	}
	site, kase := serve(t, all)
	t.Run("browser", func(t *testing.T) { looks(t, site, kase+"/timeline") })
	for _, path := range []string{kase + "/timeline", kase + "/timeline?whole=yes", kase + "/links"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, site.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "gzip")
		answer, err := site.Client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		wire, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != 200 {
			t.Fatalf("%s: %d, %v", path, answer.StatusCode, err)
		}
		z, err := gzip.NewReader(bytes.NewReader(wire))
		if err != nil {
			t.Fatal(err)
		}
		plain, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes, %d on the wire", path[len(kase):], len(plain), len(wire))
		if len(wire) > 60_000 {
			t.Errorf("%s: %d bytes on the wire", path, len(wire))
		}
		if strings.Contains(path, "timeline") && (!bytes.Contains(plain, []byte("5,000")) || bytes.Count(plain, []byte("clew-picture-list__item\"")) > web.PageSize) {
			t.Errorf("%s: the list is not paged, or the picture does not say how many there are", path)
		}
	}
}

// looks checks a page on a phone and at a desk, and keeps a picture of each when
// CLEW_SCREENSHOTS names a folder.
func looks(t *testing.T, site *webtest.Site, paths ...string) {
	t.Helper()
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	b := browser.Tab(t, site)
	for i, path := range paths {
		see := func(name string, set func() *webtest.Tab) {
			set()
			b.Visit(path)
			if dir := os.Getenv("CLEW_SCREENSHOTS"); dir != "" {
				b.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", strings.ReplaceAll(t.Name(), "/", "-"), i, name)))
			}
			b.Check()
		}
		see("phone", b.Phone)
		see("desk", b.Desktop)
	}
	b.Paper()
	for i, path := range paths {
		b.Visit(path)
		if dir := os.Getenv("CLEW_SCREENSHOTS"); dir != "" {
			b.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%d-paper.png", strings.ReplaceAll(t.Name(), "/", "-"), i)))
		}
		b.Fits()
	}
}
