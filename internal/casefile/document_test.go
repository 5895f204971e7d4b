package casefile_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/document"
	"clew/internal/fault"
	"clew/internal/seal"
)

// bytesOf is invented content of some length, another for each seed.
func bytesOf(seed uint64, n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func (w *desk) file(by access.Actor, id string, p casefile.Paper, name string, content []byte) string {
	w.t.Helper()
	one, err := w.cases.PutIn(w.t.Context(), by, id, p, name, bytes.NewReader(content))
	if err != nil {
		w.t.Fatal(err)
	}
	return one
}

func (w *desk) papers(by access.Actor, id, incident string) casefile.Documents {
	w.t.Helper()
	l, err := w.cases.Documents(w.t.Context(), by, id, incident, 0, 50)
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

func (w *desk) content(by access.Actor, id, one string) ([]byte, error) {
	w.t.Helper()
	f, err := w.cases.HandOut(w.t.Context(), by, id, one)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = f.WriteContent(w.t.Context(), &b)
	return b.Bytes(), err
}

func (w *desk) count(query string, args ...any) (n int64) {
	w.t.Helper()
	w.must(w.d.Read(w.t.Context(), func(v *db.View) (err error) {
		n, err = db.One(w.t.Context(), v, db.Number, query, args...)
		return err
	}))
	return n
}

var (
	shown = casefile.Paper{Words: "Messages of 3 May", Reads: sharing}
	alone = casefile.Paper{Words: "Letter to her doctor", Reads: casefile.Alone}
)

// TestDocuments puts files with a case, reads them as other agencies may, shares one and
// takes one back.
func TestDocuments(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob, ceri, nurse := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "bob", access.Officer), w.somebody(haven, "ceri", access.Advocate), w.somebody(beyond, "nurse", access.Coordinator)
		id := w.begin(ann)
		call := w.keep(ann, id, silent("12/3/2026 22:10", casefile.Nobody))
		private := silent("13/3/2026 22:10", casefile.Nobody)
		private.Reads = casefile.Alone
		own := w.keep(ann, id, private)

		w.invalid(second(w.cases.PutIn(t.Context(), ann, id, casefile.Paper{Reads: sharing}, "a.txt", strings.NewReader("x"))), "words")
		w.invalid(second(w.cases.PutIn(t.Context(), ann, id, casefile.Paper{Words: strings.Repeat("x", 501), Reads: "because"}, "a.txt", strings.NewReader("x"))), "reads")
		w.invalid(second(w.cases.PutIn(t.Context(), ceri, id, casefile.Paper{Words: "x", Reads: sharing, Incident: own}, "a.txt", strings.NewReader("x"))), "incident")
		w.invalid(second(w.cases.PutIn(t.Context(), ann, id, shown, "a.txt", strings.NewReader(""))), "files")
		w.is(second(w.cases.PutIn(t.Context(), nurse, id, shown, "a.txt", strings.NewReader("x"))), fault.NotFound)
		if n := w.count(`SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM document_chunks) + (SELECT count(*) FROM document_uploads)`); n != 0 {
			t.Fatalf("%d rows of documents that were refused", n)
		}

		p := shown
		p.Incident = call
		png := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), bytesOf(1, 3<<20)...)
		screen := w.file(ceri, id, p, `C:\phone\..\Bildschirm é.png`, png)
		p = alone
		p.Incident = own
		letter := w.file(ann, id, p, "letter.pdf", []byte("%PDF-1.7 Dear doctor"))

		l := w.papers(ann, id, "")
		if l.Total != 2 || l.There != 2 || l.All[0].ID != letter || l.All[0].Name != "letter.pdf" || l.All[0].Words != "Letter to her doctor" || l.All[0].Kind() != "PDF" || l.All[0].Incident != own || l.All[1].Name != "Bildschirm é.png" || l.All[1].Kind() != "Picture" || l.All[1].Size != int64(len(png)) || l.All[1].Sum != fmt.Sprintf("%x", sha256.Sum256(png)) || l.All[1].By != "ceri" || l.All[1].Agency != haven {
			t.Errorf("the police read %+v", l)
		}
		if l = w.papers(ceri, id, ""); l.Total != 1 || l.There != 1 || l.All[0].ID != screen {
			t.Errorf("the advocates read %+v", l)
		}
		if mine, theirs := w.page(bob, id), w.page(ceri, id); mine.Papers.Total != 2 || theirs.Papers.Total != 1 || theirs.Total != mine.Total-2 || wrote(theirs, "doctor") || !wrote(mine, "doctor") || !wrote(theirs, "Messages of 3 May") {
			t.Errorf("the case: police %d documents and %d events, advocates %d and %d", mine.Papers.Total, mine.Total, theirs.Papers.Total, theirs.Total)
		}
		if l = w.papers(ann, id, call); l.Total != 1 || l.All[0].ID != screen || w.incident(ann, id, call).Papers.Total != 1 || w.incident(ceri, id, call).Papers.All[0].ID != screen {
			t.Errorf("of the incident: %+v", l)
		}
		if part, err := w.cases.Documents(t.Context(), ann, id, "", 1, 1); err != nil || part.Total != 2 || len(part.All) != 1 || part.All[0].ID != screen {
			t.Errorf("the second page: %+v, %v", part, err)
		}
		tl, err := w.cases.Timeline(t.Context(), ceri, id, casefile.Sieve{})
		if n := slices.IndexFunc(tl.All, func(x casefile.Item) bool { return x.Kind == casefile.PutIn }); err != nil || n < 0 || tl.All[n].Words != "Messages of 3 May" || tl.All[n].About != screen {
			t.Errorf("on the timeline of the advocates: %d, %v", n, err)
		}
		if got, err := w.content(bob, id, screen); err != nil || !bytes.Equal(got, png) {
			t.Errorf("%d bytes, %v: not as they were put in", len(got), err)
		}
		for _, by := range []access.Actor{ceri, nurse} {
			if _, err := w.content(by, id, letter); !errors.Is(err, fault.NotFound) {
				t.Errorf("%s is handed the letter of the police: %v", by.Account, err)
			}
			w.is(second(w.cases.Document(t.Context(), by, id, letter)), fault.NotFound)
			w.is(w.cases.ShareDocument(t.Context(), by, id, letter, sharing), fault.NotFound)
			w.is(w.cases.TakeBackDocument(t.Context(), by, id, letter, "x"), fault.NotFound)
		}
		if w.count(`SELECT count(*) FROM ledger_entries WHERE account = 'bob' AND what = 'document' AND subject = $1 AND outcome = 'done'`, screen) == 0 {
			t.Error("the ledger does not say that bob was handed it")
		}

		// The same again is noticed by whoever may read the first, and by nobody else.
		if _, err := w.cases.PutIn(t.Context(), ann, id, alone, "again.png", bytes.NewReader(png)); err == nil || !strings.Contains(err.Error(), "It is here already, put in on") || !strings.Contains(err.Error(), "by ceri") {
			t.Errorf("the same again: %v", err)
		}
		theirs := w.file(ceri, id, alone, "letter.pdf", []byte("%PDF-1.7 Dear doctor"))
		if l = w.papers(ann, id, ""); l.Total != 2 {
			t.Errorf("the police read %d", l.Total)
		}
		w.must(w.cases.TakeBackDocument(t.Context(), ceri, id, theirs, "Not ours"))

		w.is(w.cases.ShareDocument(t.Context(), ann, id, screen, sharing), fault.Forbidden)
		w.is(w.cases.TakeBackDocument(t.Context(), ann, id, screen, "x"), fault.Forbidden)
		w.invalid(w.cases.ShareDocument(t.Context(), bob, id, letter, ""), "basis")
		w.must(w.cases.ShareDocument(t.Context(), bob, id, letter, "consent"))
		w.is(w.cases.ShareDocument(t.Context(), ann, id, letter, sharing), fault.Conflict)
		got, err := w.cases.Document(t.Context(), ceri, id, letter)
		if err != nil || got.Basis != "consent" || got.Words != "Letter to her doctor" || got.Document.Incident != "" || got.Incident != nil {
			t.Errorf("shared: %+v, %v; want it without the incident that is not theirs to see", got.Document, err)
		}
		if l := w.papers(ceri, id, own); l.Total != 0 {
			t.Errorf("%d documents of an incident that is not theirs to see", l.Total)
		}
		if mine, err := w.cases.Document(t.Context(), ann, id, letter); err != nil || mine.Incident == nil || mine.Incident.ID != own {
			t.Errorf("its incident: %+v, %v", mine.Incident, err)
		}
		if !slices.Contains(kinds(w.page(ceri, id)), casefile.SharedNow) {
			t.Error("the chronology does not say that it was shared")
		}

		w.invalid(w.cases.TakeBackDocument(t.Context(), bob, id, letter, " "), "why")
		w.cases.Held = func(_ context.Context, _ db.Querier, sight *access.Sight, people []string) (bool, error) {
			return sight.Agency == police && len(people) == 2, nil
		}
		w.invalid(w.cases.TakeBackDocument(t.Context(), bob, id, letter, "Not hers"), "why")
		w.cases.Held = nil
		w.must(w.cases.TakeBackDocument(t.Context(), bob, id, letter, "Not hers"))
		w.is(w.cases.TakeBackDocument(t.Context(), ann, id, letter, "Not hers"), fault.Conflict)
		w.is(w.cases.ShareDocument(t.Context(), ann, id, letter, sharing), fault.Conflict)
		if _, err := w.content(ann, id, letter); !errors.Is(err, fault.NotFound) {
			t.Errorf("handed out after it was taken back: %v", err)
		}
		got, err = w.cases.Document(t.Context(), ceri, id, letter)
		if err != nil || got.Gone.IsZero() || got.GoneBy != "bob" || got.Why != "Not hers" || got.Name != "" || got.Words != "" {
			t.Errorf("taken back: %+v, %v", got.Document, err)
		}
		if p := w.page(ceri, id); p.Papers.There != 1 || wrote(p, "doctor") || !wrote(p, "Not hers") {
			t.Errorf("%d are there", p.Papers.There)
		}
		if n := w.count(`SELECT count(*) FROM document_chunks WHERE document = $1`, letter); n != 0 {
			t.Errorf("%d chunks of it are there", n)
		}
		again := w.file(ann, id, shown, "letter.pdf", []byte("%PDF-1.7 Dear doctor"))
		if b, err := w.content(ceri, id, again); err != nil || string(b) != "%PDF-1.7 Dear doctor" {
			t.Errorf("put in again: %q, %v", b, err)
		}

		for _, statement := range []string{`UPDATE documents SET agency = 'x'`, `UPDATE documents SET basis = '' WHERE basis <> ''`, `UPDATE documents SET gone = 1 WHERE gone IS NOT NULL`, `DELETE FROM documents`,
			`UPDATE documents SET said = why WHERE gone IS NOT NULL`, `UPDATE documents SET why = why WHERE gone IS NOT NULL`} {
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.Exec(t.Context(), statement) }); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", statement, err)
			}
		}

		w.must(w.cases.KeepApart(t.Context(), ann, id, true, "An officer is a friend of his"))
		w.is(second(w.cases.Documents(t.Context(), bob, id, "", 0, 1)), fault.NotFound)
		if _, err := w.content(bob, id, screen); !errors.Is(err, fault.NotFound) {
			t.Errorf("of a case kept apart: %v", err)
		}
		w.must(w.cases.Close(t.Context(), ann, id, "Over", true, w.page(ann, id).Version))
		w.is(second(w.cases.PutIn(t.Context(), ann, id, shown, "late.txt", strings.NewReader("late"))), fault.Conflict)
		w.is(w.cases.TakeBackDocument(t.Context(), ann, id, again, "x"), fault.Conflict)
		if b, err := w.content(ann, id, again); err != nil || len(b) == 0 {
			t.Errorf("read in a closed case: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// A long is content that says how much of it was read.
type long struct {
	left, read int
	after      func(read int)
}

func (l *long) Read(p []byte) (int, error) {
	if l.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), l.left, 64<<10)
	for i := range n {
		p[i] = byte((l.read + i) >> 12)
	}
	l.left -= n
	l.read += n
	l.after(l.read)
	return n, nil
}

// TestLongDocument puts in 64 MB. As it is read it is kept, and as it is kept it is
// handed out, so that no more than two chunks of it are in memory.
func TestLongDocument(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann := w.somebody(police, "ann", access.Supervisor)
		id := w.begin(ann)
		const size = 64<<20 + 17
		in := &long{left: size, after: func(read int) {
			if read%(1<<20) != 0 {
				return
			}
			if kept := int(w.count(`SELECT count(*) FROM document_chunks`)) << 20; read-kept > 2<<20 {
				t.Fatalf("%d bytes are read and %d kept", read, kept)
			}
		}}
		one, err := w.cases.PutIn(t.Context(), ann, id, shown, "film.mp4", in)
		w.must(err)
		if n := w.count(`SELECT count(*) FROM document_chunks WHERE document = $1 AND length(sealed) < 1100000`, one); n != 65 {
			t.Errorf("%d chunks", n)
		}
		f, err := w.cases.HandOut(t.Context(), ann, id, one)
		w.must(err)
		out := &checking{t: t}
		w.must(f.WriteContent(t.Context(), out))
		if out.n != size || f.Size != size || out.most > 1<<20 {
			t.Errorf("%d bytes are handed out, up to %d at once", out.n, out.most)
		}

		w.cases.MostDocument = 5 << 20
		big := &long{left: size, after: func(int) {}}
		if err := second(w.cases.PutIn(t.Context(), ann, id, shown, "big", big)); err == nil || !strings.Contains(err.Error(), "larger than 5 MB") || big.read > 7<<20 {
			t.Errorf("too large: %v, after %d bytes", err, big.read)
		}
		for _, exact := range []int{1 << 20, 5 << 20} {
			content := bytesOf(uint64(exact), exact)
			one := w.file(ann, id, shown, "exact", content)
			if got, err := w.content(ann, id, one); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes: %d, %v", exact, len(got), err)
			}
		}
		if n := w.count(`SELECT count(*) FROM document_uploads`); n != 0 {
			t.Errorf("%d uploads are open", n)
		}
		if n := w.count(`SELECT count(DISTINCT document) FROM document_chunks`); n != 3 {
			t.Errorf("chunks of %d documents", n)
		}
	})
}

// A checking is what a long was, as it is handed out.
type checking struct {
	t       *testing.T
	n, most int
}

func (c *checking) Write(p []byte) (int, error) {
	c.most = max(c.most, len(p))
	for i, b := range p {
		if b != byte((c.n+i)>>12) {
			c.t.Fatalf("byte %d is another", c.n+i)
		}
	}
	c.n += len(p)
	return len(p), nil
}

// TestDocumentChanged changes content behind the program's back: none of it is handed out.
func TestDocumentChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann := w.somebody(police, "ann", access.Supervisor)
		id := w.begin(ann)
		change := func(statement string, args ...any) {
			t.Helper()
			w.must(d.Write(t.Context(), func(tx *db.Tx) error { return tx.Exec(t.Context(), statement, args...) }))
		}
		for n, what := range []string{"cut", "first gone", "flipped", "swapped", "last twice", "of another", "nothing", "whole"} {
			one, two := w.file(ann, id, shown, "a", bytesOf(uint64(100+n), 2<<20+9)), w.file(ann, id, shown, "b", bytesOf(uint64(200+n), 2<<20+9))
			take := func(number int, of string) (b []byte) {
				w.must(d.Read(t.Context(), func(v *db.View) (err error) {
					b, err = db.One(t.Context(), v, func(r db.Row) (b []byte, err error) { return b, r.Scan(&b) }, `SELECT sealed FROM document_chunks WHERE document = $1 AND number = $2`, of, number)
					return err
				}))
				return b
			}
			set := func(number int, b []byte) {
				change(`UPDATE document_chunks SET sealed = $3 WHERE document = $1 AND number = $2`, one, number, b)
			}
			switch what {
			case "cut":
				change(`DELETE FROM document_chunks WHERE document = $1 AND number = 2`, one)
			case "first gone":
				change(`DELETE FROM document_chunks WHERE document = $1 AND number = 0`, one)
			case "flipped":
				b := take(1, one)
				b[len(b)/2] ^= 1
				set(1, b)
			case "swapped":
				a, b := take(0, one), take(1, one)
				set(0, b)
				set(1, a)
			case "last twice":
				set(1, take(2, one))
			case "of another":
				set(1, take(1, two))
			case "nothing":
				set(2, []byte{})
			}
			_, err := w.cases.HandOut(t.Context(), ann, id, one)
			if what == "whole" {
				w.must(err)
			} else if !errors.Is(err, casefile.ErrDamaged) {
				t.Errorf("%s: %v, want that it is damaged", what, err)
			}
			if _, err := w.content(ann, id, two); err != nil {
				t.Errorf("%s: the other one: %v", what, err)
			}
		}
	})
}

// TestDocumentCutOff breaks off a file half-way, in several ways.
func TestDocumentCutOff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann := w.somebody(police, "ann", access.Supervisor)
		id := w.begin(ann)
		nothing := func(what string) {
			t.Helper()
			if n := w.count(`SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM document_chunks) + (SELECT count(*) FROM document_uploads)`); n != 0 {
				t.Errorf("%s: %d rows are left", what, n)
			}
			if p := w.page(ann, id); p.Papers.Total != 0 || slices.Contains(kinds(p), casefile.PutIn) {
				t.Errorf("%s: it is counted", what)
			}
		}
		half := func() io.Reader { return bytes.NewReader(bytesOf(7, 3<<20)) }
		err := second(w.cases.PutIn(t.Context(), ann, id, shown, "a", io.MultiReader(half(), failing{io.ErrUnexpectedEOF})))
		w.is(err, io.ErrUnexpectedEOF)
		nothing("a body that ends too early")

		ctx, stop := context.WithCancel(t.Context())
		err = second(w.cases.PutIn(ctx, ann, id, shown, "a", io.MultiReader(half(), doing(stop), half())))
		w.is(err, context.Canceled)
		nothing("somebody who goes away")

		v := w.page(ann, id).Version
		err = second(w.cases.PutIn(t.Context(), ann, id, shown, "a", io.MultiReader(half(), doing(func() { w.must(w.cases.Close(t.Context(), ann, id, "Over", true, v)) }), half())))
		w.is(err, fault.Conflict)
		nothing("a case that is closed meanwhile")
		w.must(w.cases.Reopen(t.Context(), ann, id, "Again"))

		// What a program that was killed left is swept, and no more.
		old, fresh := db.NewID(), db.NewID()
		w.must(d.Write(t.Context(), func(tx *db.Tx) error {
			if err := document.Begin(t.Context(), tx, fresh); err != nil {
				return err
			}
			tx.Now = tx.Now.Add(-25 * time.Hour)
			return document.Begin(t.Context(), tx, old)
		}))
		for _, one := range []string{old, fresh} {
			if _, err := document.Keep(t.Context(), d, seal.FreshKey(), one, half(), 4<<20); err != nil {
				t.Fatal(err)
			}
		}
		one := w.file(ann, id, shown, "a", []byte("stays"))
		w.must(w.cases.SweepDocuments(t.Context()))
		if n, left := w.count(`SELECT count(*) FROM document_chunks WHERE document = $1`, old), w.count(`SELECT count(*) FROM document_chunks WHERE document = $1`, fresh); n != 0 || left != 3 {
			t.Errorf("%d chunks of the old are left, %d of the one that may be coming in", n, left)
		}
		if b, err := w.content(ann, id, one); err != nil || string(b) != "stays" {
			t.Errorf("%q, %v", b, err)
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// doing is content of no bytes that does something.
type doing func()

func (f doing) Read([]byte) (int, error) { f(); return 0, io.EOF }

// TestDocumentRaces has people take back, share and put in the same at once.
func TestDocumentRaces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "bob", access.Officer)
		id := w.begin(ann)
		race := func(what string, f func(by access.Actor) error, lost func(error) bool) {
			t.Helper()
			errs := make([]error, 6)
			var all sync.WaitGroup
			for n := range errs {
				all.Go(func() { errs[n] = f([]access.Actor{ann, bob}[n%2]) })
			}
			all.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else if !lost(err) {
					t.Errorf("%s: %v", what, err)
				}
			}
			if won != 1 {
				t.Errorf("%s: %d times", what, won)
			}
		}
		conflict := func(err error) bool { return errors.Is(err, fault.Conflict) }
		content := bytesOf(3, 2<<20)
		race("put in", func(by access.Actor) error {
			return second(w.cases.PutIn(context.Background(), by, id, alone, "a", bytes.NewReader(content)))
		}, func(err error) bool { return strings.Contains(err.Error(), "here already") })
		one := w.papers(ann, id, "").All[0].ID
		race("share", func(by access.Actor) error { return w.cases.ShareDocument(context.Background(), by, id, one, sharing) }, conflict)
		race("take back", func(by access.Actor) error {
			return w.cases.TakeBackDocument(context.Background(), by, id, one, "Not hers")
		}, conflict)
		if n := w.count(`SELECT count(*) FROM document_chunks`); n != 0 {
			t.Errorf("%d chunks are left", n)
		}
		k := kinds(w.page(ann, id))
		slices.Sort(k)
		for _, want := range []casefile.Kind{casefile.PutIn, casefile.SharedNow, casefile.TookBack} {
			if n := len(slices.DeleteFunc(slices.Clone(k), func(x casefile.Kind) bool { return x != want })); n != 1 {
				t.Errorf("%d steps %q", n, want)
			}
		}
	})
}

// TestDocumentsMerged reads the documents of two cases as one, and apart again.
func TestDocumentsMerged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "bob", access.Supervisor)
		one, two := w.twins(ann, bob)
		a, b := w.file(ann, one, shown, "one.txt", []byte("of the first")), w.file(ann, two, alone, "two.txt", []byte("of the second"))
		w.must(w.merge(ann, one, two))
		for _, id := range []string{one, two} {
			if l := w.papers(ann, id, ""); l.Total != 2 || l.All[0].ID != b || l.All[0].Name != "two.txt" || l.All[1].Name != "one.txt" {
				t.Errorf("of %s: %+v", id, l.All)
			}
			for doc, want := range map[string]string{a: "of the first", b: "of the second"} {
				if got, err := w.content(ann, id, doc); err != nil || string(got) != want {
					t.Errorf("%q, %v, want %q", got, err, want)
				}
			}
		}
		for _, same := range []string{"of the first", "of the second"} {
			w.invalid(second(w.cases.PutIn(t.Context(), ann, one, shown, "again", strings.NewReader(same))), "files")
		}
		w.must(w.cases.ShareDocument(t.Context(), ann, one, b, sharing))
		w.must(w.cases.TakeBackDocument(t.Context(), ann, one, b, "Not hers"))
		if p, err := w.cases.Document(t.Context(), ann, one, b); err != nil || p.Why != "Not hers" {
			t.Errorf("%+v, %v", p.Document, err)
		}
	})
}

// TestDocumentsErased looks for files in those of the database and of a backup, and has
// them gone when nobody is left whom the case is about.
func TestDocumentsErased(t *testing.T) {
	dir := t.TempDir()
	where := filepath.Join(dir, "clew.db")
	d, err := db.Open(t.Context(), where, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, d)
	ann := w.somebody(police, "ann", access.Supervisor)
	id := w.begin(ann)
	p := casefile.Paper{Words: "canary-in-words", Reads: sharing}
	content := bytes.Repeat([]byte("canary-in-content "), 100_000)
	one, gone := w.file(ann, id, p, "canary-in-name.txt", content), w.file(ann, id, p, "canary-in-another.txt", append(content, '!'))
	w.must(w.cases.TakeBackDocument(t.Context(), ann, id, gone, "canary-in-why"))
	w.must(d.Backup(t.Context(), filepath.Join(dir, "backup.db")))
	scan := func() {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		w.must(err)
		if len(files) < 3 {
			t.Errorf("looked through %v: the journal is not among them", files)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			w.must(err)
			if bytes.Contains(b, []byte("canary-in-")) {
				t.Errorf("%s holds what is sealed", filepath.Base(f))
			}
		}
	}
	scan()
	forget := func(mention, stays string) {
		w.must(d.Write(t.Context(), func(tx *db.Tx) error { return w.cases.Forget(t.Context(), tx, mention, stays) }))
	}
	forget(w.victim, "")
	if b, err := w.content(ann, id, one); err != nil || !bytes.Equal(b, content) {
		t.Errorf("while the suspect is known: %v", err)
	}
	chunks := []byte{}
	w.must(d.Read(t.Context(), func(v *db.View) (err error) {
		chunks, err = db.One(t.Context(), v, func(r db.Row) (b []byte, err error) { return b, r.Scan(&b) }, `SELECT sealed FROM document_chunks WHERE number = 0`)
		return err
	}))
	forget(w.him, "")
	l := w.papers(ann, id, "")
	for _, x := range l.All {
		if x.Name != "" || x.Words != "" || x.Why != "" {
			t.Errorf("after all of it: %+v", x)
		}
	}
	if _, err := w.content(ann, id, one); !errors.Is(err, fault.NotFound) {
		t.Errorf("handed out: %v", err)
	}
	if l.Total != 2 || l.There != 0 {
		t.Errorf("%d documents, %d there", l.Total, l.There)
	}
	if n := w.count(`SELECT (SELECT count(*) FROM document_chunks) + (SELECT count(*) FROM documents WHERE length(said) + length(digest) + length(why) > 0)`); n != 0 {
		t.Errorf("%d rows are not empty", n)
	}
	w.must(d.Scrub(t.Context()))
	scan()
	w.must(d.Close())
	b, err := os.ReadFile(where)
	w.must(err)
	if part := chunks[1000:1064]; bytes.Contains(b, part) {
		t.Error("what was sealed is still in the file of the database")
	}
}

// TestDocumentDiskFull puts in a file that there is no room for.
func TestDocumentDiskFull(t *testing.T) {
	d := dbtest.SQLite(t)
	w := open(t, d)
	ann := w.somebody(police, "ann", access.Supervisor)
	id := w.begin(ann)
	pages := w.count(`SELECT page_count FROM pragma_page_count`)
	limit := func(n int64) {
		w.must(d.Write(t.Context(), func(tx *db.Tx) error { return tx.Exec(t.Context(), fmt.Sprintf(`PRAGMA max_page_count = %d`, n)) }))
	}
	limit(pages + 1000)
	err := second(w.cases.PutIn(t.Context(), ann, id, shown, "a", bytes.NewReader(bytesOf(1, 20<<20))))
	if w.invalid(err, "files"); err == nil || !strings.Contains(err.Error(), "no room left") {
		t.Errorf("it says %v", err)
	}
	if n := w.count(`SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM document_chunks) + (SELECT count(*) FROM document_uploads)`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	w.file(ann, id, shown, "b", bytesOf(2, 1<<20))
}
