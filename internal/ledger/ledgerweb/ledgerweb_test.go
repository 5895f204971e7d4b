package ledgerweb_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/ledger"
	"clew/internal/ledger/ledgerweb"
	"clew/internal/ledger/witness"
	"clew/internal/web"
)

type site struct {
	*ledger.Log
	url string
}

func serve(t *testing.T, d *db.DB, key string) site {
	t.Helper()
	l, err := ledger.Open(t.Context(), d, key)
	if err != nil {
		t.Fatal(err)
	}
	m := web.NewMux(nil)
	ledgerweb.Routes(m, l)
	s := httptest.NewServer(m)
	t.Cleanup(s.Close)
	return site{l, s.URL}
}

func (s site) note(t *testing.T, n int) {
	t.Helper()
	if err := s.DB().Write(t.Context(), func(tx *db.Tx) error {
		for range n {
			if err := ledger.Note(t.Context(), tx, ledger.Entry{Account: "a", Verb: ledger.Consultation, Action: "read a person", Outcome: ledger.Done}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func (s site) named(t *testing.T, folder string) *witness.Witness {
	t.Helper()
	w, err := witness.Open(folder, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.Name(t.Context(), "Hask Advocacy", w.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Watch(s.url, s.Key(), token); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestWitness follows a log that grows and hands over its key, then one that
// forked, and one that shrank.
func TestWitness(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		folder := t.TempDir()
		key := filepath.Join(t.TempDir(), "ledger.key")
		s := serve(t, d, key)
		w := s.named(t, folder)
		look := func(want int64) {
			t.Helper()
			c, err := w.Look(t.Context())
			if err != nil || c.Size != want {
				t.Fatalf("saw %d entries, %v; want %d", c.Size, err, want)
			}
		}
		look(1)
		look(1) // nothing new
		for _, n := range []int{1, 254, 1, 900, 300} {
			s.note(t, n)
			c, err := w.Look(t.Context())
			if err != nil {
				t.Fatalf("after %d entries: %v", c.Size, err)
			}
		}
		if _, err := s.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
		look(1458)
		s.note(t, 2)
		look(1460)
		copies := []ledger.Copy{{Name: "newest.txt", Notes: []string{read(t, folder, "newest.txt")}}}
		var r *ledger.Report
		if err := d.Read(t.Context(), func(v *db.View) (err error) {
			r, err = ledger.Verify(t.Context(), v, ledger.Asked{Key: s.Key(), Against: copies})
			return err
		}); err != nil || len(r.Wrong) > 0 || r.Cosignatures != 8 || r.Compared != 1 || len(r.Unchecked) > 0 {
			t.Fatalf("%v; %+v", err, r)
		}
		if n := strings.Count(read(t, folder, "checkpoints.jsonl"), "\n"); n != 8 {
			t.Errorf("the witness kept %d checkpoints", n)
		}

		// Another log with the same key: what a thief of the key would show.
		for name, entries := range map[string]int{"forked": 2000, "shrank": 3} {
			thief := serve(t, dbtest.SQLite(t), copyOf(t, key))
			thief.note(t, entries)
			w := thief.named(t, t.TempDir())
			for _, f := range []string{"newest.txt"} {
				if err := os.WriteFile(filepath.Join(folder, "token"), []byte(tokenOf(t, w, thief)), 0o600); err != nil {
					t.Fatal(err, f)
				}
			}
			again, err := witness.Open(folder, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			if err := again.Watch(thief.url, "", ""); err != nil {
				t.Fatal(err)
			}
			_, err = again.Look(t.Context())
			forked, is := errors.AsType[*witness.Forked](err)
			if !is {
				t.Fatalf("%s: %v", name, err)
			}
			if b, err := os.ReadFile(forked.File); err != nil || len(b) == 0 {
				t.Errorf("%s: evidence: %v", name, err)
			}
		}
	})
}

// TestWitnessOfALoss follows a log that is restored from a copy, without its key: the
// witness believes neither until somebody says so, and keeps what it saw.
func TestWitnessOfALoss(t *testing.T) {
	folder, key := t.TempDir(), filepath.Join(t.TempDir(), "ledger.key")
	d := dbtest.SQLite(t)
	s := serve(t, d, key)
	w := s.named(t, folder)
	s.note(t, 300)
	if _, err := w.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := s.Key()
	copied := dbtest.Copy(t, d)
	if _, err := s.Rotate(t.Context()); err != nil { // the copy knows nothing of it
		t.Fatal(err)
	}
	s.note(t, 5)
	if _, err := w.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	key = filepath.Join(t.TempDir(), "ledger.key")
	second, err := ledger.Replace(t.Context(), copied, key, first)
	if err != nil {
		t.Fatal(err)
	}
	restored := serve(t, copied, key)
	restored.note(t, 500)

	look := func(key string, again bool) (ledger.Checkpoint, error) {
		t.Helper()
		w, err := witness.Open(folder, time.Now)
		if err == nil {
			err = w.Watch(restored.url, key, "")
		}
		if err != nil {
			t.Fatal(err)
		}
		if again {
			w.BeginAgain()
		}
		return w.Look(t.Context())
	}
	refused := func(key string, again bool, why string) {
		t.Helper()
		_, err := look(key, again)
		if _, is := errors.AsType[*witness.Forked](err); !is || !strings.Contains(err.Error(), why) {
			t.Errorf("got %v, want %q", err, why)
		}
		if got := read(t, folder, "log"); got != first+"\n" {
			t.Errorf("it trusts %s", got)
		}
	}
	seen := read(t, folder, "newest.txt")
	refused("", false, "said to be lost")
	refused("", true, "said to be lost")
	refused(s.Key(), true, "none of the keys") // that of the log before it was restored
	refused(second, false, "signed by none of the keys it says it has had")
	if read(t, folder, "newest.txt") != seen {
		t.Error("what it saw is gone")
	}
	if c, err := look(second, true); err != nil || c.Size != 802 {
		t.Fatalf("saw %d entries, %v", c.Size, err)
	}
	restored.note(t, 1)
	if c, err := look("", false); err != nil || c.Size != 803 {
		t.Fatalf("then saw %d entries, %v", c.Size, err)
	}
	if before, err := filepath.Glob(filepath.Join(folder, "before-*")); err != nil || len(before) != 2 {
		t.Errorf("set aside: %v, %v", before, err)
	}
	kept := []ledger.Copy{{Name: "newest.txt", Notes: []string{read(t, folder, "newest.txt")}}}
	lost := append(kept, ledger.Copy{Name: "before", Notes: []string{seen}})
	for _, c := range []struct {
		against []ledger.Copy
		well    bool
	}{{kept, true}, {lost, false}} {
		var r *ledger.Report
		if err := copied.Read(t.Context(), func(v *db.View) (err error) {
			r, err = ledger.Verify(t.Context(), v, ledger.Asked{Key: second, Against: c.against})
			return err
		}); err != nil || (len(r.Wrong) == 0) != c.well {
			t.Errorf("held to %d copies: %v, %+v", len(c.against), err, r.Wrong)
		}
	}
}

// TestWitnessOfALostKey follows a log that goes on by another key.
func TestWitnessOfALostKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		folder, key := t.TempDir(), filepath.Join(t.TempDir(), "ledger.key")
		s := serve(t, d, key)
		w := s.named(t, folder)
		s.note(t, 300)
		if _, err := w.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(key); err != nil {
			t.Fatal(err)
		}
		second, err := ledger.Replace(t.Context(), d, key, "")
		if err != nil {
			t.Fatal(err)
		}
		again := serve(t, d, key)
		again.note(t, 5)
		if err := w.Watch(again.url, "", ""); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Look(t.Context()); err == nil || !strings.Contains(err.Error(), "said to be lost") {
			t.Errorf("before somebody says so: %v", err)
		}
		if err := w.Watch(again.url, second, ""); err != nil {
			t.Fatal(err)
		}
		for _, want := range []int64{307, 308} { // with the witness's name, and the key
			if c, err := w.Look(t.Context()); err != nil || c.Size != want {
				t.Errorf("saw %d entries, %v; want %d", c.Size, err, want)
			}
			again.note(t, 1)
		}
	})
}

// TestWitnessIsToldAKey gives a witness keys that are wrong, and then the right one.
func TestWitnessIsToldAKey(t *testing.T) {
	d := dbtest.SQLite(t)
	folder, key := t.TempDir(), filepath.Join(t.TempDir(), "ledger.key")
	s := serve(t, d, key)
	w, err := witness.Open(folder, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.Name(t.Context(), "Hask Advocacy", w.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	first := s.Key()
	if _, err := s.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	other, err := ledger.KeyAt(filepath.Join(t.TempDir(), "k"), "clew-ledger")
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{first[:len(first)-1], w.Verifier()} {
		if err := w.Watch(s.url, wrong, token); err == nil {
			t.Errorf("%s was taken", wrong)
		}
	}
	if err := w.Watch(s.url, other.Verifier, token); err != nil { // another ledger's
		t.Fatal(err)
	}
	if _, err := w.Look(t.Context()); err == nil {
		t.Error("another ledger's key fits")
	}
	if err := w.Watch(s.url, first, ""); err != nil {
		t.Fatal(err)
	}
	if c, err := w.Look(t.Context()); err != nil || c.Size != 2 {
		t.Errorf("saw %d entries, %v", c.Size, err)
	}

	// It is told of a loss, and then the key from before once more, as a script would.
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	second, err := ledger.Replace(t.Context(), d, key, "")
	if err != nil {
		t.Fatal(err)
	}
	s = serve(t, d, key)
	for _, key := range []string{second, first, ""} {
		if err := w.Watch(s.url, key, ""); err != nil {
			t.Fatal(err)
		}
		s.note(t, 1)
		if _, err := w.Look(t.Context()); err != nil {
			t.Errorf("told %q: %v", key, err)
		}
		if read(t, folder, "log") != second+"\n" {
			t.Errorf("it trusts %s", read(t, folder, "log"))
		}
	}

	// It ended while it set aside what it saw.
	s.note(t, 1)
	copied := serve(t, dbtest.SQLite(t), copyOf(t, key))
	copied.note(t, 1)
	token, err = copied.Name(t.Context(), "Hask Advocacy", w.Verifier())
	if err := errors.Join(err, os.Rename(filepath.Join(folder, "checkpoints.jsonl"), filepath.Join(folder, "before-x")), w.Watch(copied.url, "", token)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Look(t.Context()); err == nil {
		t.Error("what is left of what it saw binds nobody")
	}
	w.BeginAgain()
	if c, err := w.Look(t.Context()); err != nil || c.Size != 2 {
		t.Errorf("saw %d entries, %v", c.Size, err)
	}
}

// TestWitnessOfAnOldKey shows a witness a history that goes on from what it saw, signed by
// a key that was changed, with the true handovers. Then a log changes its key between two
// of its answers.
func TestWitnessOfAnOldKey(t *testing.T) {
	folder, key := t.TempDir(), filepath.Join(t.TempDir(), "ledger.key")
	d := dbtest.SQLite(t)
	s := serve(t, d, key)
	w := s.named(t, folder)
	s.note(t, 3)
	if _, err := w.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	thief := serve(t, dbtest.Copy(t, d), copyOf(t, key))
	thief.note(t, 30)
	if _, err := s.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	between := func() {}
	front := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		from := thief.url
		if strings.HasPrefix(r.URL.Path, "/ledger/handovers") {
			between()
			from = s.url
		}
		http.Redirect(rw, r, from+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	defer front.Close()
	if err := w.Watch(front.URL, "", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Look(t.Context()); err == nil || !strings.Contains(err.Error(), "no longer in force") {
		t.Errorf("a key that was changed is believed: %v", err)
	}
	thief = s
	once := false
	between = func() {
		if !once {
			once = true
			if _, err := s.Rotate(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
	if c, err := w.Look(t.Context()); err != nil || c.Size < 6 {
		t.Errorf("changed between two answers: saw %d entries, %v", c.Size, err)
	}
}

func read(t *testing.T, folder, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func copyOf(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "ledger.key")
	if err := os.WriteFile(to, []byte(read(t, filepath.Dir(path), filepath.Base(path))), 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

// tokenOf has a log name a witness again, for a new token.
func tokenOf(t *testing.T, w *witness.Witness, s site) string {
	t.Helper()
	token, err := s.Name(t.Context(), "Hask Advocacy", w.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// TestNobodyElse: without a token nothing is there, and no cosignature is taken
// that is not of this log and of this witness.
func TestNobodyElse(t *testing.T) {
	s := serve(t, dbtest.SQLite(t), filepath.Join(t.TempDir(), "ledger.key"))
	w := s.named(t, t.TempDir())
	s.note(t, 3)
	token := tokenOf(t, w, s)
	ask := func(method, path, token, body string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		return a.StatusCode
	}
	for _, path := range []string{"/ledger/checkpoint", "/ledger/handovers", "/ledger/tile/0/0"} {
		for _, wrong := range []string{"", "x", strings.ToLower(token), token + "x"} {
			if got := ask("GET", path, wrong, ""); got != http.StatusNotFound {
				t.Errorf("%s with token %q: %d", path, wrong, got)
			}
		}
		if got := ask("GET", path, token, ""); got != http.StatusOK {
			t.Errorf("%s: %d", path, got)
		}
	}
	for _, path := range []string{"/ledger/tile/0/1", "/ledger/tile/9/0", "/ledger/tile/-1/0", "/ledger/tile/x/0", "/ledger/tile/0/99999999999999999999"} {
		if got := ask("GET", path, token, ""); got != http.StatusNotFound {
			t.Errorf("%s: %d", path, got)
		}
	}
	if got := ask("POST", "/ledger/cosignature", "", "x"); got != http.StatusNotFound {
		t.Errorf("a cosignature of nobody: %d", got)
	}
	// A checkpoint of another log, signed by this witness.
	other := serve(t, dbtest.SQLite(t), filepath.Join(t.TempDir(), "ledger.key"))
	other.note(t, 2)
	folder := t.TempDir()
	foreign := other.named(t, folder)
	if _, err := foreign.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{"", "x", read(t, folder, "newest.txt"), strings.Repeat("x", 1<<16)} {
		if got := ask("POST", "/ledger/cosignature", token, body); got != http.StatusUnprocessableEntity && got != http.StatusRequestEntityTooLarge {
			t.Errorf("cosignature %.40q: %d", fmt.Sprint(body), got)
		}
	}
}
