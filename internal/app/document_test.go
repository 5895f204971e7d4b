package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/person"
	"clew/internal/report"
)

// A sentFile is a file of a form.
type sentFile struct {
	name    string
	content []byte
}

// multiple is a form with files as a browser sends it.
func multiple(t *testing.T, fields url.Values, files ...sentFile) (*bytes.Buffer, string) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for name, values := range fields {
		for _, v := range values {
			if err := form.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, f := range files {
		w, err := form.CreateFormFile("files", f.name)
		if err == nil {
			_, err = w.Write(f.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return &b, form.FormDataContentType()
}

// TestDocumentsThroughTheirPages sends files as browsers do, whole and broken off, and
// saves them.
func TestDocumentsThroughTheirPages(t *testing.T) {
	p := open(t)
	p.who = access.Actor{Account: string(access.Officer), Agency: "police:1", Name: "Officer", Purpose: access.Protect, Session: "s"}
	path := "/cases/" + p.ids[own]["case"] + "/documents"
	post := func(body io.Reader, kind string) *httptest.ResponseRecorder {
		t.Helper()
		r := httptest.NewRequest(http.MethodPost, "http://localhost"+path, body)
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		w := httptest.NewRecorder()
		p.pages.ServeHTTP(w, r)
		return w
	}
	listed := func() casefile.Documents {
		t.Helper()
		l, err := p.Cases.Documents(t.Context(), p.who, p.ids[own]["case"], "", 0, 50)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	before := listed().Total
	fields := url.Values{"words": {"Messages"}, "reads": {"safeguarding"}, "incident": {""}}
	names := map[string]string{"plain.txt": "plain.txt", "\u202etxt.exe": "txt.exe", `..\..\` + strings.Repeat("ü", 300) + ".jpeg": strings.Repeat("ü", 145) + ".jpeg", "a\"b;c.png": "a_b;c.png"}
	var files []sentFile
	for name := range names {
		files = append(files, sentFile{name, []byte("of " + name)})
	}
	body, kind := multiple(t, fields, files...)
	if w := post(body, kind); w.Code != http.StatusSeeOther || w.Header().Get("Location") != path {
		t.Fatalf("%d, to %q: %.300s", w.Code, w.Header().Get("Location"), w.Body)
	}
	l := listed()
	if l.Total != before+len(files) {
		t.Fatalf("%d are kept", l.Total-before)
	}
	for n := range files {
		d := &l.All[n]
		w := httptest.NewRecorder()
		p.pages.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost"+path+"/"+d.ID+"/file", nil))
		how, params, err := mime.ParseMediaType(w.Header().Get("Content-Disposition"))
		raw := strings.TrimPrefix(w.Body.String(), "of ")
		if w.Code != 200 || err != nil || how != "attachment" || params["filename"] != names[raw] || names[raw] != d.Name {
			t.Errorf("%d %q: %q, %v", w.Code, raw, w.Header().Get("Content-Disposition"), err)
		}
		for name, want := range map[string]string{"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Content-Security-Policy": "sandbox; default-src 'none'", "Content-Length": fmt.Sprint(d.Size)} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	}

	// Cut off anywhere, no part of the file is there, and whoever sent it is told.
	long := bytes.Repeat([]byte("He rang again. "), 300_000)
	body, kind = multiple(t, fields, sentFile{"long.txt", long})
	whole := body.Bytes()
	for _, at := range []int{len(whole) - 3, len(whole) / 2, len(whole) / 4, 700} {
		w := post(bytes.NewReader(whole[:at]), kind)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "It was cut off") {
			t.Errorf("cut at %d: %d", at, w.Code)
		}
	}
	nothingLeft := func() {
		t.Helper()
		if now := listed().Total; now != before+len(names) {
			t.Errorf("%d are there of files that were cut off", now-before-len(names))
		}
		if err := p.db.Read(t.Context(), func(v *db.View) error {
			n, err := db.One(t.Context(), v, db.Number, `SELECT (SELECT count(*) FROM document_uploads) + (SELECT count(*) FROM document_chunks c WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.id = c.document))`)
			if n != 0 {
				t.Errorf("%d rows of files that were cut off are left", n)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	nothingLeft()

	// Whoever sent several is told which are kept.
	body, kind2 := multiple(t, fields, sentFile{"kept.txt", []byte("one that is whole")}, sentFile{"long.txt", long})
	names["kept.txt"] = "kept.txt"
	if w := post(bytes.NewReader(body.Bytes()[:body.Len()/2]), kind2); w.Code != 422 || !strings.Contains(w.Body.String(), "What came after these was cut off") || !strings.Contains(w.Body.String(), "kept.txt</bdi>") {
		t.Errorf("the second of two is cut off: %d", w.Code)
	}
	nothingLeft()

	// Over a line that breaks.
	finished := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.pages.ServeHTTP(w, r)
		close(finished)
	}))
	defer server.Close()
	line, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(line, "POST %s HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", path, kind, len(whole), whole[:len(whole)/2]); err != nil {
		t.Fatal(err)
	}
	line.Close()
	<-finished
	nothingLeft()

	// More files than may be at once, and none.
	files = nil
	for n := range 21 {
		files = append(files, sentFile{fmt.Sprintf("%02d.txt", n), fmt.Appendf(nil, "number %d", n)})
	}
	body, kind = multiple(t, fields, files...)
	if w := post(body, kind); w.Code != 422 || !strings.Contains(w.Body.String(), "20.txt, and what comes after it: 20 files at a time") || !strings.Contains(w.Body.String(), "19.txt</bdi>") {
		t.Errorf("21 files: %d", w.Code)
	}
	body, kind = multiple(t, fields, sentFile{"", nil})
	if w := post(body, kind); w.Code != 422 || !strings.Contains(w.Body.String(), "Choose a file") {
		t.Errorf("none: %d", w.Code)
	}
	// A file before what is said of it is refused, not kept without.
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	w, err := form.CreateFormFile("files", "a.txt")
	if err == nil {
		_, err = w.Write([]byte("first"))
	}
	if err != nil || form.WriteField("words", "later") != nil || form.Close() != nil {
		t.Fatal(err)
	}
	if w := post(&b, form.FormDataContentType()); w.Code != 422 || !strings.Contains(w.Body.String(), "Say what it is") {
		t.Errorf("out of order: %d", w.Code)
	}
	if r := httptest.NewRequest(http.MethodPost, "http://localhost"+path, body); r != nil {
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		w := httptest.NewRecorder()
		if p.pages.ServeHTTP(w, r); w.Code != http.StatusForbidden {
			t.Errorf("from another site: %d", w.Code)
		}
	}

	// What does not open is not handed out by half.
	one := l.All[0].ID
	if err := p.db.Write(t.Context(), func(tx *db.Tx) error {
		return tx.Exec(t.Context(), `UPDATE document_chunks SET sealed = $2 WHERE document = $1`, one, []byte("changed"))
	}); err != nil {
		t.Fatal(err)
	}
	bad := httptest.NewRecorder()
	p.pages.ServeHTTP(bad, httptest.NewRequest(http.MethodGet, "http://localhost"+path+"/"+one+"/file", nil))
	if bad.Code != 500 || !strings.Contains(bad.Body.String(), "The file is damaged or was changed, and is not handed out") || bad.Header().Get("Content-Disposition") != "" {
		t.Errorf("changed: %d %s", bad.Code, bad.Header())
	}
}

// TestHeldDocument: a legal hold on a report of the pair keeps a document.
func TestHeldDocument(t *testing.T) {
	p := open(t)
	by := access.Program("police:1", "Records")
	kase, one := p.ids[own]["case"], p.ids[own]["document"]
	err := p.Cases.TakeBackDocument(t.Context(), by, kase, one, "Not hers")
	if err == nil || !strings.Contains(err.Error(), "A legal hold keeps it") {
		t.Errorf("taken back: %v", err)
	}
	if err := p.Keep.Lift(t.Context(), by, p.ids[own]["hold"], "Over"); err != nil {
		t.Fatal(err)
	}
	if err := p.Cases.TakeBackDocument(t.Context(), by, kase, one, "Not hers"); err != nil {
		t.Error(err)
	}
}

// TestDocumentsKept checks, backs up, restores and exports documents, on either engine;
// and finds one that was changed.
func TestDocumentsKept(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		c := Config{Data: t.TempDir(), Database: where}
		if filepath.IsAbs(where) {
			c.Data, c.Database = filepath.Dir(where), ""
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		a, err := Open(t.Context(), c)
		must(err)
		ctx := context.Background()
		by, err := a.At(ctx, "police:1", "Setter up")
		must(err)
		by.Account = "setter-up"
		key, _, err := a.Held.Record(ctx, by, &report.Record{Agency: "Northmoor Police", ID: "R/1", Kind: report.Crime, Reported: a.db.Now(), Count: 1, Offence: "Harassment",
			Victim: report.Party{GivenName: "Vera", FamilyName: "Alder"}, Suspect: report.Party{GivenName: "Stan", FamilyName: "Elm"}, Narrative: "He followed her."})
		must(err)
		kase, err := a.Cases.Open(ctx, by, person.VictimOf(key), person.SuspectOf(key), "")
		must(err)
		content := bytes.Repeat([]byte("canary-of-content "), 100_000)
		one, err := a.Cases.PutIn(ctx, by, kase, casefile.Paper{Words: "canary-of-words", Reads: "safeguarding"}, "canary-of-name.txt", bytes.NewReader(content))
		must(err)
		two, err := a.Cases.PutIn(ctx, by, kase, casefile.Paper{Words: "Another", Reads: casefile.Alone}, "b.txt", strings.NewReader("b"))
		must(err)

		finds := func(c Config, want string) {
			t.Helper()
			all, err := Check(ctx, c)
			must(err)
			last := all[len(all)-1]
			if got := last.What + ": " + strings.Join(last.Wrong, "; "); !regexp.MustCompile(want).MatchString(got) {
				t.Errorf("clew check finds %q, want %q", got, want)
			}
		}
		finds(c, `^documents: 2 open: $`)
		folder := filepath.Join(t.TempDir(), "out")
		_, _, err = Export(ctx, c, folder, true)
		must(err)
		got, err := os.ReadFile(filepath.Join(folder, "opened", "documents", one))
		must(err)
		list, err := os.ReadFile(filepath.Join(folder, "opened", "documents.jsonl"))
		must(err)
		if !bytes.Equal(got, content) || strings.Count(string(list), "\n") != 2 || !strings.Contains(string(list), `"name": "canary-of-name.txt", "words": "canary-of-words", "type": "text/plain"`) {
			t.Errorf("%d bytes, %s", len(got), list)
		}
		sealed := filepath.Join(t.TempDir(), "sealed")
		_, _, err = Export(ctx, c, sealed, false)
		must(err)
		files, err := filepath.Glob(filepath.Join(sealed, "*"))
		must(err)
		for _, f := range files {
			b, err := os.ReadFile(f)
			must(err)
			if bytes.Contains(b, []byte("canary-of")) {
				t.Errorf("%s holds what is sealed", filepath.Base(f))
			}
		}
		if c.Database == "" { // PostgreSQL copies itself
			file := filepath.Join(t.TempDir(), "one.backup")
			_, err = Backup(ctx, c, file, nil)
			must(err)
			b, err := os.ReadFile(file)
			must(err)
			if bytes.Contains(b, []byte("canary-of")) {
				t.Error("the backup holds what is sealed")
			}
			back := Config{Data: filepath.Join(t.TempDir(), "back"), Master: c.Keeping()}
			_, err = Restore(ctx, file, back.Data, nil)
			must(err)
			finds(back, `^documents: 2 open: $`)
			back.Master.File = filepath.Join(back.Data, "none")
			finds(back, `not looked through, for want of the master key: $`)
			d, err := db.OpenAsItIs(back.Where(), a.db.Now)
			must(err)
			must(d.Write(ctx, func(tx *db.Tx) error {
				return tx.Exec(ctx, `UPDATE document_chunks SET sealed = (SELECT c.sealed FROM document_chunks c WHERE c.document = $2 AND c.number = 0) WHERE document = $1 AND number = 0`, one, two)
			}))
			must(d.Close())
			back.Master = c.Keeping()
			finds(back, `^documents: 1 open: the file of document `+one+` is damaged`)
		}
		must(a.db.Write(ctx, func(tx *db.Tx) error {
			return tx.Exec(ctx, `DELETE FROM document_chunks WHERE document = $1 AND number = 1`, one)
		}))
		finds(c, `^documents: 1 open: the file of document `+one+` is damaged`)
		must(a.Close())
	})
}
