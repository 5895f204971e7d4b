package reportweb_test

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/report"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

// upload sends a file as the page does. Without a name no file was chosen.
func (s site) upload(t *testing.T, name, content string) webtest.Answer {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	w, err := m.CreateFormFile("file", name)
	if err == nil {
		_, err = w.Write([]byte(content))
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, s.URL+"/imports", &b)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return s.Do(t, r)
}

// kept uploads a file and gives the address of its import.
func (s site) kept(t *testing.T, name, content string) (at, id string) {
	t.Helper()
	a := s.upload(t, name, content)
	if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location, "/imports/") {
		t.Fatalf("upload: status %d to %q\n%s", a.Status, a.Location, a.Main())
	}
	return a.Location, strings.TrimPrefix(a.Location, "/imports/")
}

// ended waits until an import runs no more. Each look is a read of the database.
func (s site) ended(t *testing.T, id string) report.Import {
	t.Helper()
	for {
		i, err := s.reports.ImportOf(t.Context(), accesstest.As("Ann Reader"), id)
		if err != nil {
			t.Fatal(err)
		}
		if !i.State.Running() {
			return i
		}
	}
}

// fields are the selects of a page, as they would be sent.
func fields(body string) url.Values {
	all := url.Values{}
	for _, part := range strings.Split(body, "<select")[1:] {
		part, _, _ = strings.Cut(part, "</select>")
		name := regexp.MustCompile(`name="([^"]+)"`).FindStringSubmatch(part)[1]
		all.Set(name, "")
		if m := regexp.MustCompile(`<option value="([^"]*)" selected`).FindStringSubmatch(part); m != nil {
			all.Set(name, m[1])
		}
	}
	return all
}

const theirs = "Crime No,Date Reported,Time Reported,Offence Title,Vic Forename,Vic Surname,Susp Surname,Beat,MO\n" +
	"NW/1,05/01/2026,19:05,Harassment,Amy,Oakapple,Thirlwater,N4,He followed her home.\n" +
	"NW/2,31/31/2026,19:05,Harassment,Amy,Oakapple,Thirlwater,N4,He rang.\n" +
	"NW/3,07/01/2026,08:00,Damage,Amy,Oakapple,Thirlwater,,He waited outside.\n" +
	"NW/1,05/01/2026,19:05,Harassment,Amy,Oakapple,Thirlwater,N4,He followed her home.\n"

func TestImportsPages(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	webtest.Golden(t, "imports-none", s.Get(t, "/imports").Main())
	s.comeIn(t, "Priya Raman")
	webtest.Golden(t, "import-new", s.Get(t, "/imports/new").Main())
	for i := range 51 {
		if _, err := s.reports.BeginImport(t.Context(), accesstest.As("Priya Raman"), fmt.Sprintf("march-%d.csv", i), "f", nil); err != nil {
			t.Fatal(err)
		}
	}
	a := s.Get(t, "/imports")
	if n := strings.Count(a.Body, "march-"); n != 50 || !strings.Contains(a.Body, `href="/imports?page=2"`) || !strings.Contains(a.Body, "march-50.csv") {
		t.Errorf("the first page lists %d imports, want the newest 50 and a link to the rest", n)
	}
	if n := strings.Count(s.Get(t, "/imports?page=2").Body, "march-"); n != 1 {
		t.Errorf("the second page lists %d imports, want 1", n)
	}
	if a := s.Get(t, "/imports?page=9"); a.Status != http.StatusSeeOther {
		t.Errorf("a page past the end: status %d", a.Status)
	}
}

func TestTemplate(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	a := s.Get(t, "/imports/template.csv")
	if got := a.Header.Get("Content-Disposition"); got != `attachment; filename="clew-template.csv"` {
		t.Errorf("Content-Disposition %q", got)
	}
	rows, err := csv.NewReader(strings.NewReader(a.Body)).ReadAll()
	if err != nil || len(rows) != 1 {
		t.Fatalf("%v, %v", rows, err)
	}
	for _, name := range []string{"record_id", "agency", "reported_at", "victim_given_name", "suspect_vehicle"} {
		if !strings.Contains(a.Body, name) {
			t.Errorf("the template has no %s", name)
		}
	}
	// What comes back in the template needs no mapping.
	p := report.Propose(rows[0])
	if err := p.Err(); err != nil || len(p.Kept) != 0 {
		t.Errorf("of the template %q are not known; %v", p.Kept, err)
	}
}

func TestImportFromUploadToDone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.comeIn(t, "Priya Raman")
		at, id := s.kept(t, "northwold-march.csv", theirs)
		page := s.Get(t, at)
		webtest.Golden(t, "import-check", unnamed(page.Main()))
		f := fields(page.Body)
		if f.Get("c0") != "record_id" || f.Get("c1") != "reported_at" || f.Get("c2") != "reported_at" || f.Get("c7") != "" || f.Get("c8") != "narrative" {
			t.Errorf("proposed %v", f)
		}

		a := s.Post(t, at+"/start", f)
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, `href="#agency"`) {
			t.Fatalf("without an agency: status %d", a.Status)
		}
		f.Set("agency", "Northwold Constabulary")
		f.Set("c0", "")
		f.Set("c3", "outcome")
		f.Set("c7", "outcome")
		a = s.Post(t, at+"/start", f)
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "Choose which column is “Reference of the record”") || !strings.Contains(a.Body, `href="#c7"`) || !strings.Contains(a.Body, `value="Northwold Constabulary"`) {
			t.Fatalf("without a reference, and two outcomes: status %d", a.Status)
		}
		if got := fields(a.Body); got.Get("c3") != "outcome" || got.Get("c0") != "" {
			t.Errorf("what was chosen is not kept: %v", got)
		}
		webtest.Golden(t, "import-wrong", unnamed(a.Main()))

		f.Set("c0", "record_id")
		f.Set("c3", "offence")
		f.Set("c7", "")
		f.Set("do", "preview")
		a = s.Post(t, at+"/start", f)
		if a.Status != http.StatusOK || !strings.Contains(a.Body, "Would be set aside:") || !strings.Contains(a.Body, "there is no month 31") || !strings.Contains(a.Body, "Northwold Constabulary") {
			t.Errorf("the first rows: status %d", a.Status)
		}
		if i, err := s.reports.ImportOf(t.Context(), accesstest.As("Ann Reader"), id); err != nil || i.State != report.Waiting {
			t.Errorf("looking at the first rows started the import: %v, %v", i.State, err)
		}

		f.Set("do", "start")
		if a = s.Post(t, at+"/start", f); a.Status != http.StatusSeeOther || a.Location != at {
			t.Fatalf("start: status %d to %q\n%s", a.Status, a.Location, a.Main())
		}
		if i := s.ended(t, id); i.State != report.Done || i.Read != 4 || i.Kept != 2 || i.Already != 1 || i.Aside != 1 {
			t.Fatalf("%+v", i)
		}
		page = s.Get(t, at)
		for _, want := range []string{"The import is done", "4 rows read: 2 kept, 1 held already to the letter, and 1 set aside.", "Columns kept as they are: Beat.", `href="/worklist"`, "there is no month 31"} {
			if !strings.Contains(page.Body, want) {
				t.Errorf("the page does not hold %q", want)
			}
		}
		webtest.Golden(t, "import-done", unnamed(page.Main()))
		if a := s.Post(t, at+"/start", f); a.Status != http.StatusSeeOther {
			t.Errorf("an import that is done, started again: status %d", a.Status)
		}

		again, id := s.kept(t, "the same.csv", theirs)
		a = s.Get(t, again)
		if !strings.Contains(a.Body, "The same file was") || !strings.Contains(a.Body, `href="`+at+`"`) {
			t.Error("nothing says that the same file was imported before")
		}
		f = fields(a.Body)
		f.Set("agency", "Northwold Constabulary")
		s.Post(t, again+"/start", f)
		if i := s.ended(t, id); i.Kept != 0 || i.Already != 3 || i.Aside != 1 {
			t.Errorf("the same file again: %+v", i)
		}
		if a = s.Get(t, again); !strings.Contains(a.Body, "Nothing in it was new.") {
			t.Error("nothing says that nothing was new")
		}
		webtest.Golden(t, "imports", unnamed(s.Get(t, "/imports").Main()))
	})
}

// The rows set aside can be mended and sent again, and hold nothing that a
// spreadsheet takes for a formula.
func TestRowsSetAsideAreDownloaded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.comeIn(t, "Priya Raman")
		at, id := s.kept(t, "mara quill.csv", "record_id,agency,reported_at,suspect_handle,=1+1\nX/1,Northmoor Police,31/31/2026,@farrow_ed,=HYPERLINK(1)\nX/2,Northmoor Police,2026-01-02,@farrow_ed,\n")
		s.Post(t, at+"/start", fields(s.Get(t, at).Body))
		if i := s.ended(t, id); i.Aside != 1 {
			t.Fatalf("%+v", i)
		}
		a := s.Get(t, at+"/aside.csv")
		if got := a.Header.Get("Content-Disposition"); got != `attachment; filename="rows-set-aside.csv"` {
			t.Errorf("Content-Disposition %q", got)
		}
		rows, err := csv.NewReader(strings.NewReader(a.Body)).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%q, %v", a.Body, err)
		}
		want := [][]string{{"line", "reason", "record_id", "agency", "reported_at", "suspect_handle", "'=1+1"}, {"2", "", "X/1", "Northmoor Police", "31/31/2026", "'@farrow_ed", "'=HYPERLINK(1)"}}
		want[1][1] = rows[1][1]
		if fmt.Sprint(rows) != fmt.Sprint(want) || !strings.Contains(rows[1][1], "no month 31") {
			t.Errorf("got\n%q, want\n%q", rows, want)
		}
		mended := strings.ReplaceAll(a.Body, "31/31/2026", "31/01/2026")
		at, id = s.kept(t, "mended.csv", mended)
		s.Post(t, at+"/start", fields(s.Get(t, at).Body))
		if i := s.ended(t, id); i.State != report.Done || i.Kept != 1 || i.Aside != 0 {
			t.Errorf("the mended rows: %+v", i)
		}
		// What made it safe to open is taken off again: a handle stays findable.
		found, _, err := s.reports.Search(t.Context(), accesstest.As("Ann Reader"), "X/1", 0, 1)
		if err != nil || len(found) != 1 || found[0].Suspect != "@farrow_ed" {
			t.Errorf("the mended row is %+v, %v", found, err)
		}
	})
}

func TestUploadsThatCannotBeUsed(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	s.comeIn(t, "Priya Raman")
	for name, c := range map[string]struct{ file, content, says string }{
		"no file":    {"", "", "Choose the file to import"},
		"empty":      {"empty.csv", "", "empty.csv is empty"},
		"a document": {"letter.pdf", "%PDF-1.7 ...", "letter.pdf is a PDF"},
		"hostile":    {"<img src=x onerror=alert(1)>.pdf", "%PDF-1.7 ...", "&lt;img src=x onerror=alert(1)&gt;.pdf is a PDF"},
		"broken":     {"b.xlsx", "PK\x03\x04broken", "b.xlsx is damaged"},
	} {
		a := s.upload(t, c.file, c.content)
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, c.says) || !strings.Contains(a.Body, `href="#file"`) {
			t.Errorf("%s: status %d, want 422 that says %q\n%s", name, a.Status, c.says, a.Main())
		}
	}
	if a := s.Post(t, "/imports", url.Values{"file": {"x"}}); a.Status != http.StatusBadRequest {
		t.Errorf("not a form with a file: status %d, want 400", a.Status)
	}
	if _, n, err := s.reports.Imports(t.Context(), accesstest.As("Ann Reader"), 0, 1); err != nil || n != 0 {
		t.Errorf("%d imports were begun of files that cannot be used; %v", n, err)
	}
	if left, _ := os.ReadDir(s.folder); len(left) != 0 {
		t.Errorf("%d files are left behind", len(left))
	}
}

func TestImportIsHostile(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	s.comeIn(t, "Priya Raman")
	bad := `"><script>alert(1)</script>`
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write([]string{"record_id", "agency", "reported_at", bad, bad, "<b>"})
	w.Write([]string{bad, bad, "2026-01-02", bad, bad, "<i>"})
	w.Write([]string{bad, bad, bad, bad, bad, bad})
	w.Flush()
	at, id := s.kept(t, bad+".csv", b.String())
	page := s.Get(t, at)
	s.Post(t, at+"/start", fields(page.Body))
	s.ended(t, id)
	for _, a := range []webtest.Answer{page, s.Get(t, at), s.Get(t, "/imports")} {
		if strings.Contains(a.Body, "<script>alert") || strings.Contains(a.Body, "<b>") || strings.Contains(a.Body, "<i>") {
			t.Error("the page holds what a file says as markup")
		}
		if got := regexp.MustCompile(`<title>[^<]*</title>`).FindString(a.Body); got != "<title>Import – Clew</title>" && got != "<title>Imports – Clew</title>" {
			t.Errorf("the title is %q", got)
		}
	}
}

// A run of another program, or one that nobody has told of yet, is shown too.
func TestImportThatRuns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		i, err := s.reports.BeginImport(t.Context(), accesstest.As("Priya Raman"), "march.csv", "f", nil)
		if err == nil {
			_, err = s.reports.StartImport(t.Context(), accesstest.As("Ann Reader"), i.ID, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		at := "/imports/" + i.ID
		page := s.Get(t, at)
		if !strings.Contains(page.Body, `data-poll="`+at+`/progress"`) || !strings.Contains(page.Body, `<noscript><meta http-equiv="refresh" content="5">`) {
			t.Error("the page does not keep itself up to date")
		}
		webtest.Golden(t, "import-runs", unnamed(page.Main()))
		var p web.Progress
		a := s.Get(t, at+"/progress")
		if err := json.Unmarshal([]byte(a.Body), &p); err != nil || p.Done || p.Text != "0 rows read" {
			t.Errorf("%q, %v", a.Body, err)
		}
		s.comeIn(t, "Priya Raman")
		if a := s.Post(t, at+"/stop", nil); a.Status != http.StatusSeeOther || a.Location != at {
			t.Errorf("stop: status %d", a.Status)
		}
		if a := s.Post(t, at+"/remove", nil); a.Status != http.StatusSeeOther {
			t.Errorf("the file of one that runs, removed: status %d", a.Status)
		}
		if i, err := s.reports.ImportOf(t.Context(), accesstest.As("Ann Reader"), i.ID); err != nil || i.State != report.Reading {
			t.Errorf("%v, %v", i.State, err)
		}
	})
}

// The program ended in the middle: what ran can be started again while its file is
// there, and the page says so.
func TestStartAgainAfterTheProgramEnded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.comeIn(t, "Priya Raman")
		at, id := s.kept(t, "march.csv", theirs)
		m := map[string]string{"Crime No": "record_id", "Date Reported": "reported_at", "MO": "narrative", "": "Northwold Constabulary"}
		if _, err := s.reports.StartImport(t.Context(), accesstest.As("Ann Reader"), id, m); err != nil {
			t.Fatal(err)
		}
		if err := s.reports.Interrupted(t.Context()); err != nil {
			t.Fatal(err)
		}
		page := s.Get(t, at)
		for _, want := range []string{"The import was stopped", "The program ended while this was running", ">Start again<", `value="Northwold Constabulary"`} {
			if !strings.Contains(strings.NewReplacer("\n", "", "\t", "").Replace(page.Body), want) {
				t.Errorf("the page does not hold %q", want)
			}
		}
		f := fields(page.Body)
		if f.Get("c3") != "" || f.Get("c0") != "record_id" {
			t.Errorf("the mapping that was confirmed is not kept: %v", f)
		}
		webtest.Golden(t, "import-stopped", unnamed(page.Main()))
		f.Set("agency", "Northwold Constabulary")
		if a := s.Post(t, at+"/start", f); a.Status != http.StatusSeeOther {
			t.Fatalf("start again: status %d", a.Status)
		}
		if i := s.ended(t, id); i.State != report.Done || i.Kept != 2 {
			t.Errorf("%+v", i)
		}
	})
}

func TestRemoveAnUpload(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	s.comeIn(t, "Priya Raman")
	at, id := s.kept(t, "march.csv", theirs)
	if a := s.Post(t, at+"/remove", nil); a.Status != http.StatusSeeOther {
		t.Fatalf("status %d", a.Status)
	}
	page := s.Get(t, at)
	if !strings.Contains(page.Body, "The file is removed from this computer") || !strings.Contains(page.Body, "Upload it again") || strings.Contains(page.Body, "<select") {
		t.Error("the page does not say that the file is removed")
	}
	webtest.Golden(t, "import-removed", unnamed(page.Main()))
	if _, err := os.Stat(filepath.Join(s.folder, id)); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
	if a := s.Post(t, at+"/start", url.Values{"do": {"start"}}); a.Status != http.StatusConflict || !strings.Contains(a.Body, "Upload it again") {
		t.Errorf("started without its file: status %d", a.Status)
	}
}

func TestUploadThatWentAway(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	s.comeIn(t, "Priya Raman")
	at, id := s.kept(t, "march.csv", theirs)
	if err := os.Remove(filepath.Join(s.folder, id)); err != nil {
		t.Fatal(err)
	}
	a := s.Get(t, at)
	if a.Status != http.StatusOK || !strings.Contains(a.Body, "The uploaded file cannot be read any more") {
		t.Errorf("status %d\n%s", a.Status, a.Main())
	}
	webtest.Golden(t, "import-gone", unnamed(a.Main()))
}

func TestNoSuchImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.comeIn(t, "Priya Raman")
		for _, id := range []string{"none", "0000000000000000", "%00", "..%2Fx"} {
			for _, path := range []string{"", "/progress", "/aside.csv"} {
				if a := s.Get(t, "/imports/"+id+path); a.Status != http.StatusNotFound {
					t.Errorf("GET /imports/%s%s: status %d, want 404", id, path, a.Status)
				}
			}
			for _, path := range []string{"/start", "/stop", "/remove"} {
				if a := s.Post(t, "/imports/"+id+path, nil); a.Status != http.StatusNotFound {
					t.Errorf("POST /imports/%s%s: status %d, want 404", id, path, a.Status)
				}
			}
		}
	})
}

func TestFailedImport(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	at, id := "", ""
	s.comeIn(t, "Priya Raman")
	at, id = s.kept(t, "march.csv", theirs)
	if err := s.reports.MoveImport(t.Context(), id, report.Failed, "Something <went> wrong."); err != nil {
		t.Fatal(err)
	}
	a := s.Get(t, at)
	if !strings.Contains(a.Body, "The import failed") || !strings.Contains(a.Body, "Something &lt;went&gt; wrong.") || !strings.Contains(a.Body, "Start again") {
		t.Errorf("the page does not say that it failed, why, and what to do:\n%s", a.Main())
	}
}

// A stream is a long extract that is made as it is sent.
type stream struct {
	left, sent int64
	fail       error // at the end of it, if it is not nil
}

func (s *stream) Read(b []byte) (int, error) {
	if s.left == 0 {
		return 0, cmp.Or(s.fail, io.EOF)
	}
	n := int(min(s.left, int64(len(b))))
	for i := range b[:n] {
		b[i] = 'x'
		if (s.sent+int64(i))%64 == 63 {
			b[i] = '\n'
		}
	}
	s.left, s.sent = s.left-int64(n), s.sent+int64(n)
	return n, nil
}

const before = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"long.csv\"\r\nContent-Type: text/csv\r\n\r\n"

// nothingKept fails when an upload left anything behind.
func (s site) nothingKept(t *testing.T) {
	t.Helper()
	left, err := os.ReadDir(s.folder)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if err := s.db.Read(t.Context(), func(v *db.View) error {
		n, err := db.One(t.Context(), v, db.Number, `SELECT COUNT(*) FROM imports`)
		if n != 0 || len(left) != 0 {
			t.Errorf("%d imports and %d files are kept", n, len(left))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestUploadTooLarge sends 5 GB. A request that says so is refused before it is read.
// One that does not say (the long form) is read as far as a file may go, and takes no
// more memory than a short one.
func TestUploadTooLarge(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	s.comeIn(t, "Priya Raman")
	const whole = 5 << 30
	for _, told := range []bool{true, false} {
		if !told && os.Getenv("CLEW_FAULTS") != "long" {
			continue
		}
		body := &stream{left: whole}
		r, err := http.NewRequest(http.MethodPost, s.URL+"/imports", io.MultiReader(strings.NewReader(before), body))
		if err != nil {
			t.Fatal(err)
		}
		r.ContentLength = -1
		if told {
			r.ContentLength = whole + int64(len(before))
		}
		r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		most, stop := heap()
		a := s.Do(t, r)
		stop()
		if a.Status != http.StatusRequestEntityTooLarge || !strings.Contains(a.Body, "Send at most 2 GB") {
			t.Errorf("status %d: %s", a.Status, a.Main())
		}
		if told && body.sent > 16<<20 {
			t.Errorf("%d bytes were read of what was too large from the first", body.sent)
		}
		if *most > 64<<20 {
			t.Errorf("%d MB of memory were in use", *most>>20)
		}
		s.nothingKept(t)
		t.Logf("%d MB were sent; at most %d MB of memory were in use", body.sent>>20, *most>>20)
	}
}

// heap watches how much memory is in use, until it is stopped.
func heap() (most *uint64, stop func()) {
	most = new(uint64)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			*most = max(*most, m.HeapInuse)
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	return most, func() { close(done); <-ended }
}

// TestUploadBrokenOff breaks a request off in its middle: nothing is kept of it.
func TestUploadBrokenOff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		running := httptest.NewServer(accesstest.Only(accesstest.As("Priya Raman"), s.pages))
		gone := errors.New("gone")
		for _, at := range []int64{0, 10, 5000, 3 << 20} {
			for _, head := range []string{"", before[:40], before} {
				r, err := http.NewRequest(http.MethodPost, running.URL+"/imports", io.MultiReader(strings.NewReader(head), &stream{left: at, fail: gone}))
				if err != nil {
					t.Fatal(err)
				}
				r.ContentLength = 4 << 20
				r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
				r.Header.Set("Sec-Fetch-Site", "same-origin")
				if a, err := running.Client().Do(r); err == nil {
					a.Body.Close()
					if a.StatusCode < 400 {
						t.Errorf("broken off after %d bytes: status %d", at, a.StatusCode)
					}
				}
			}
		}
		running.Close() // what was in hand has ended
		s.nothingKept(t)
	})
}
