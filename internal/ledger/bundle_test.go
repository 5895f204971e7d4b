package ledger_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/ledger"
)

func bundle(t testing.TB, l *ledger.Log, wanted ledger.Wanted) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := l.DB().Read(t.Context(), func(v *db.View) error { _, err := ledger.Bundle(t.Context(), v, l.Key(), wanted, &b); return err }); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func check(b []byte, key string, witnesses ...string) (*ledger.Checked, error) {
	return ledger.Check(bytes.NewReader(b), int64(len(b)), key, witnesses)
}

// full is a log with all that a bundle can hold.
func full(t testing.TB, d *db.DB) (l *ledger.Log, first string) {
	t.Helper()
	l = open(t, d)
	first = l.Key()
	many(t, d, 700)
	witnessed(t, l)
	if _, err := l.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	many(t, d, 600)
	return l, first
}

func TestBundle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, first := full(t, d)
		for _, c := range []struct {
			wanted ledger.Wanted
			says   string
		}{
			{ledger.Wanted{}, "all 1302 entries from 0 to 1301 are in the signed tree"},
			{ledger.Wanted{From: 5, To: 6}, "all 1 entries from 5 to 5"},
			{ledger.Wanted{From: 250, To: 1100}, "all 850 entries from 250 to 1099"},
			{ledger.Wanted{About: "p3"}, "2 entries about p3 are in the signed tree"},
			{ledger.Wanted{About: "q"}, "1300 entries about q"},
			{ledger.Wanted{About: "nobody"}, "0 entries about nobody"},
		} {
			b := bundle(t, l, c.wanted)
			for _, key := range []string{"", first, l.Key()} {
				r, err := check(b, key)
				if err != nil || len(r.Wrong) > 0 || !strings.Contains(strings.Join(r.Proved, "\n"), c.says) {
					t.Fatalf("%+v by %q: %v; %+v", c.wanted, key, err, r)
				}
				if !strings.Contains(strings.Join(r.Proved, "\n"), "cosigned by the witness") {
					t.Errorf("the witness is not told of: %v", r.Proved)
				}
				if told := strings.Contains(strings.Join(r.Not, "\n"), "is the ledger's key"); told != (key == "") {
					t.Errorf("by %q, not proved: %v", key, r.Not)
				}
			}
			another, err := ledger.KeyAt(filepath.Join(t.TempDir(), "k"), "clew-ledger")
			if err != nil {
				t.Fatal(err)
			}
			if r, err := check(b, another.Verifier); err == nil && len(r.Wrong) == 0 {
				t.Error("another key proves it")
			}
		}
	})
}

// unzip and rezip take a bundle apart and put it together.
func unzip(t testing.TB, b []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if all[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func rezip(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestChangedBundle changes bundles, with the manifest made to fit, and none
// proves all it did.
func TestChangedBundle(t *testing.T) {
	l, _ := full(t, dbtest.SQLite(t))
	files := unzip(t, bundle(t, l, ledger.Wanted{From: 690, To: 710}))
	key := l.Key()
	sound := func(files map[string][]byte) bool {
		r, err := check(rezip(t, files), key)
		return err == nil && len(r.Wrong) == 0
	}
	fit := func(files map[string][]byte, name string, content []byte) map[string][]byte {
		c := map[string][]byte{}
		for n, b := range files {
			c[n] = b
		}
		c["manifest.json"] = bytes.Replace(files["manifest.json"], []byte(sha(files[name])), []byte(sha(content)), 1)
		c[name] = content
		return c
	}
	if !sound(files) {
		t.Fatal("the bundle itself is not sound")
	}
	lines := slices.Collect(bytes.Lines(files["entries.jsonl"]))
	join := func(l [][]byte) []byte { return bytes.Join(l, nil) }
	for name, changed := range map[string][]byte{
		"an entry left out":     join(slices.Delete(slices.Clone(lines), 4, 5)),
		"the last left out":     join(lines[:len(lines)-1]),
		"an entry twice":        join(slices.Insert(slices.Clone(lines), 4, lines[4])),
		"two in another order":  join(append(append(slices.Clone(lines[:3]), lines[4], lines[3]), lines[5:]...)),
		"an outcome":            bytes.Replace(files["entries.jsonl"], []byte(`"outcome":"done"`), []byte(`"outcome":"gone"`), 1),
		"another field":         bytes.Replace(files["entries.jsonl"], []byte(`"account"`), []byte(`"acount"`), 1),
		"a person put in":       bytes.Replace(files["entries.jsonl"], []byte(`"about":[`), []byte(`"about":["a",`), 1),
		"a proof":               bytes.Replace(files["entries.jsonl"], []byte(`"proof":["`), []byte(`"proof":["AAAA`), 1),
		"a proof too long":      bytes.Replace(files["entries.jsonl"], []byte(`"proof":[`), []byte(`"proof":[`+strings.Repeat(`"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",`, 100)), 1),
		"nothing":               {},
		"what is not JSON":      append([]byte("x\n"), files["entries.jsonl"]...),
		"a line without an end": append([]byte(strings.Repeat("x", 2<<20)), files["entries.jsonl"]...),
	} {
		if sound(fit(files, "entries.jsonl", changed)) {
			t.Errorf("entries: %s is not seen", name)
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		name := []string{"entries.jsonl", "checkpoints.json"}[r.IntN(2)]
		c := bytes.Clone(files[name])
		i := r.IntN(len(c))
		was := c[i]
		c[i] = byte(r.IntN(256))
		if c[i] == was || bytes.EqualFold(c, files[name]) {
			continue // JSON knows its fields in either case
		}
		if sound(fit(files, name, c)) && !harmless(files[name], i) {
			t.Errorf("%s: byte %d, %q for %q, is not seen: …%s…", name, i, c[i], was, files[name][max(0, i-30):min(len(c), i+30)])
		}
	}
}

// harmless is a place in a bundle that nothing is proved of: the name by which a
// witness is called, a cosignature that is then only not counted, or its key.
func harmless(b []byte, i int) bool {
	if i+1 < len(b) && b[i+1] == '=' {
		return true // base64 has bits here that mean nothing
	}
	line := b[:i]
	from := max(bytes.LastIndex(line, []byte(`\n`)), bytes.LastIndex(line, []byte(`"name":`)), bytes.LastIndex(line, []byte(`"key":`)))
	return from >= 0 && (bytes.HasPrefix(b[from:], []byte(`\n— witness`)) || bytes.HasPrefix(b[from:], []byte(`"name":`)) || bytes.HasPrefix(b[from:], []byte(`"key":`)))
}

// TestHostileBundle: what is no bundle is said to be none, and nothing is unpacked
// that is far larger than it says.
func TestHostileBundle(t *testing.T) {
	l, _ := full(t, dbtest.SQLite(t))
	good := unzip(t, bundle(t, l, ledger.Wanted{From: 3, To: 4}))
	with := func(name string, content []byte) []byte {
		c := map[string][]byte{}
		for n, b := range good {
			c[n] = b
		}
		if content == nil {
			delete(c, name)
		} else {
			c[name] = content
		}
		return rezip(t, c)
	}
	for name, b := range map[string][]byte{
		"empty":            {},
		"no zip":           []byte("PK\x03\x04 and no more"),
		"a name above":     with("../../etc/cron.d/x", []byte("x")),
		"a fourth file":    with("run.sh", []byte("x")),
		"none of entries":  with("entries.jsonl", nil),
		"a bomb":           with("entries.jsonl", bytes.Repeat([]byte("\n"), 64<<20)),
		"another bomb":     with("checkpoints.json", bytes.Repeat([]byte(" "), 32<<20)),
		"another manifest": with("manifest.json", []byte(`{"clew":"audit-bundle/2"}`)),
	} {
		if _, err := check(b, ""); !errors.Is(err, ledger.ErrNoBundle) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// kept is a bundle that was written once, and the key of its ledger.
func kept(t testing.TB) (b []byte, key string) {
	t.Helper()
	b, err := os.ReadFile("testdata/bundle.zip")
	k, failed := os.ReadFile("testdata/bundle.key")
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	return b, strings.TrimSpace(string(k))
}

// TestKeptBundle: a bundle that was written once is proved for ever.
func TestKeptBundle(t *testing.T) {
	if _, err := os.Stat("testdata/bundle.zip"); err != nil && os.Getenv("CLEW_UPDATE_GOLDEN") != "" { // never written over
		l := open(t, dbtest.SQLite(t))
		many(t, l.DB(), 5)
		witnessed(t, l)
		if _, err := l.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.WriteFile("testdata/bundle.zip", bundle(t, l, ledger.Wanted{From: 2, To: 5}), 0o644), os.WriteFile("testdata/bundle.key", []byte(l.Key()+"\n"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	b, key := kept(t)
	if r, err := check(b, key); err != nil || len(r.Wrong) > 0 || len(r.Proved) != 5 {
		t.Errorf("%v; %+v", err, r)
	}
}

func FuzzCheck(f *testing.F) {
	b, key := kept(f)
	files := unzip(f, b)
	for name, b := range files {
		f.Add(name, b)
	}
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		c := map[string][]byte{}
		for n, b := range files {
			c[n] = b
		}
		if c[name] == nil {
			return
		}
		c[name] = content
		r, err := check(rezip(t, c), key)
		if err == nil && len(r.Wrong) == 0 && name != "manifest.json" && !bytes.Equal(content, files[name]) {
			t.Errorf("%s was changed and its hash was not", name)
		}
	})
}

func FuzzCheckBytes(f *testing.F) {
	b, _ := kept(f)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := check(b, ""); err != nil && !errors.Is(err, ledger.ErrNoBundle) {
			t.Errorf("%v; %+v", err, r)
		}
	})
}

func FuzzCheckpoint(f *testing.F) {
	b, key := kept(f)
	v, err := ledger.ParseVerifier(key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(unzip(f, b)["checkpoints.json"]))
	f.Add("clew-ledger.x\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\ntime 2026-11-25T21:56:52.842909Z\nkept 1\ncosigned 0\n\n\u2014 clew-ledger.x AAAAAAAA\n")
	f.Fuzz(func(t *testing.T, s string) {
		if c, _, err := ledger.OpenCheckpoint(s, v); err == nil && !strings.HasPrefix(s, c.Text()) {
			t.Errorf("%q is read as %q", s, c.Text())
		}
	})
}

// TestSecondProgram has the checker in another language (tool/checkbundle.py) agree.
func TestSecondProgram(t *testing.T) {
	l, first := full(t, dbtest.SQLite(t))
	for _, w := range []ledger.Wanted{{From: 250, To: 260}, {About: "p3"}, {From: 1300}, {From: 1250, To: 1300}} {
		if w.To == 1300 { // the last, of a ledger that lost its key
			first = replaced(t, l.DB()).Key()
			l = replaced(t, l.DB())
		}
		b := bundle(t, l, w)
		for _, key := range []string{first, l.Key()} {
			if out, ok := secondProgram(t, b, key); ok == (w.To == 1300 && key == first) {
				t.Errorf("%+v: %s", w, out)
			}
		}
		files := unzip(t, b)
		entries := bytes.Replace(files["entries.jsonl"], []byte(`"police:11"`), []byte(`"police:12"`), 1)
		if bytes.Equal(entries, files["entries.jsonl"]) {
			continue
		}
		files["manifest.json"] = bytes.Replace(files["manifest.json"], []byte(sha(files["entries.jsonl"])), []byte(sha(entries)), 1)
		files["entries.jsonl"] = entries
		if out, ok := secondProgram(t, rezip(t, files), first); ok {
			t.Errorf("a changed bundle passes: %s", out)
		}
	}
}
