package warningweb_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/govuk"
	"clew/internal/warning/training"
	"clew/internal/warning/warningweb"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

func open(t *testing.T, d *db.DB, by *access.Actor) *webtest.Site {
	t.Helper()
	m := web.NewMux(nil)
	warningweb.Routes(m, training.NewStore(accesstest.Guard(t, d)), func() time.Time { return time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC) })
	if by != nil {
		return webtest.Serve(t, accesstest.Only(*by, m))
	}
	return webtest.Serve(t, accesstest.Anybody(m))
}

func has(t *testing.T, a webtest.Answer, status int, words ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d: %.300s", a.Status, status, a.Body)
	}
	for _, w := range words {
		w, not := strings.CutPrefix(w, "!")
		if strings.Contains(a.Body, w) == not {
			t.Errorf("the page has %q: %v", w, not)
		}
	}
}

const own = `clew: chronology/1
title: "<b>Own</b>"
people: {v: {name: Mara Quill}, s: {name: Ed Farrow}}
pair: {victim: v, suspect: s, relationship: former-partner}
events:
  - {id: e1, happened: 2018-01-05T10:00, kind: incident, behaviours: [watching], note: "<script>alert(1)</script>"}
  - {id: e2, happened: 2018-01-09T10:00, kind: incident, behaviours: [watching]}
expect:
  - {at: 2018-01-10, raised: [effort]}
`

func TestReplay(t *testing.T) {
	d := dbtest.SQLite(t)
	s := open(t, d, nil)
	has(t, s.Get(t, "/replay"), 200, "The stable yard", "a farrier finds a bag")
	webtest.Golden(t, "begin", s.Get(t, "/replay").Main())
	a := s.Get(t, "/replay/allotment?rules=today&day=5")
	has(t, a, 200, "Contact after warning", "Step 5 of", "r2")
	webtest.Golden(t, "day", a.Main())
	has(t, s.Get(t, "/replay/allotment?day=99"), 200, "Silence", "!The next step")
	has(t, s.Get(t, "/replay/allotment?day=x"), 200, "Step 1 of", "!The step before")
	has(t, s.Get(t, "/replay/control-debt-collector"), 200, "Nothing was raised", "1 of 1 expectation met.")
	for _, path := range []string{"/replay/none", "/replay/..", "/replay/chronologies.go", "/replay/%2e%2e%2fgo.mod"} {
		if a := s.Get(t, path); a.Status < 300 && strings.Contains(a.Body, "Step 1") {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
	has(t, s.Get(t, "/replay/none"), 404)
}

func TestOneOfTheirOwn(t *testing.T) {
	s := open(t, dbtest.SQLite(t), nil)
	a := s.Post(t, "/replay", url.Values{"text": {own}})
	has(t, a, 200, "&lt;b&gt;Own&lt;/b&gt;", "!<script>alert", "Former partner", "Line 9, on 10 January 2018: effort is not standing.", "Asked for today, and not yet then")
	a = s.Post(t, "/replay", url.Values{"text": {own}, "rules": {"day"}, "day": {"1"}})
	has(t, a, 200, "Course of conduct", "!Raised: Former partner")
	has(t, s.Post(t, "/replay", url.Values{"text": {""}}), 422, "Paste a chronology")
	wrong := s.Post(t, "/replay", url.Values{"text": {strings.Replace(own, "behaviours", "behaviors", 1)}})
	has(t, wrong, 422, "Line 6, column 58: an incident has no field &#34;behaviors&#34;; do you mean &#34;behaviours&#34;?")
	webtest.Golden(t, "wrong", wrong.Main())
	has(t, s.Post(t, "/replay", url.Values{"text": {own + "# " + strings.Repeat("x", training.MaxBytes)}}), 422, "longer than 200 KB")
	has(t, s.Post(t, "/replay", url.Values{"text": {strings.Replace(own, "expect:", strings.Repeat("  - {id: e, happened: unknown, kind: contact}\n", 600)+"expect:", 1)}}), 422, "is taken by")
}

func TestUpload(t *testing.T) {
	s := open(t, dbtest.SQLite(t), nil)
	send := func(name, text string) webtest.Answer {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		f, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		w.Close()
		r, err := http.NewRequest(http.MethodPost, s.URL+"/replay/file", &b)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", w.FormDataContentType())
		return s.Do(t, r)
	}
	has(t, send("own.yaml", own), 200, "Former partner", "Mara Quill")
	has(t, send("", ""), 422, "Choose a file")
	has(t, send("own.yaml", "clew: ["), 422, "this is not YAML")
}

// TestWhoMayReplay: it is asked for in the use-case, and each look is in the ledger.
func TestWhoMayReplay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		trainer := training.NewStore(accesstest.Guard(t, d))
		now := time.Now()
		for role, may := range map[access.Role]bool{access.Champion: true, access.PanelMember: true, access.Officer: false, access.Administrator: false} {
			by := accesstest.Somebody(t, d, "agency of "+string(role), "somebody "+string(role), role)
			_, err := trainer.Open(t.Context(), by, "allotment", now)
			read := false
			_, err2 := trainer.Tell(t.Context(), by, func() (string, error) { read = true; return own, nil }, now)
			_, err3 := trainer.Shipped(t.Context(), by)
			if (err == nil) != may || (err2 == nil) != may || (err3 == nil) != may || read != may {
				t.Errorf("%s may %v: %v, %v, %v; what was sent was read: %v", role, may, err, err2, err3, read)
			}
		}
		var looks int64
		if err := d.Read(t.Context(), func(v *db.View) (err error) {
			looks, err = db.One(t.Context(), v, db.Number, `SELECT count(*) FROM ledger_entries WHERE action = $1`, string(access.Replay))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if looks != 12 {
			t.Errorf("%d entries, want 12", looks)
		}
	})
}

func TestInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	b := browser.Tab(t, open(t, dbtest.SQLite(t), nil))
	b.Visit("/as/Tom%20Hollin")
	b.Visit("/replay")
	b.Check()
	file := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(file, []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Attach("#file", file)
	if status := b.Follow("form[action='/replay/file'] button"); status != 200 {
		t.Errorf("own: %d", status)
	}
	b.Check()
	if status := b.Follow("form[action='/replay'] button"); status != 200 || b.Text("#day .govuk-caption-m") != "Step 2 of 3" {
		t.Errorf("the next step: %d, %q", status, b.Text("#day .govuk-caption-m"))
	}
	b.Check()
	for _, path := range []string{"/replay/allotment?day=5", "/replay/many-victims?rules=day&day=4", "/replay/control-one-off", "/replay/wanted-man?day=99"} {
		b.Visit(path)
		b.Check()
	}
	b.Visit("/replay/false-counter-allegation?day=2")
	b.Follow("a[rel=next]")
	b.Check()
}
