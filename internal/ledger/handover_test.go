package ledger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/ledger"
)

// secondProgram is what tool/checkbundle.py says of a bundle, and whether it is well.
func secondProgram(t *testing.T, b []byte, key string) (string, bool) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	path := filepath.Join(t.TempDir(), "b.zip")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), python, "../../tool/checkbundle.py", path, key).CombinedOutput()
	return string(out), err == nil
}

// handed puts other handovers into a bundle, and its digests in order.
func handed(t *testing.T, b []byte, handovers []string) []byte {
	t.Helper()
	files := unzip(t, b)
	before := sha(files["checkpoints.json"])
	var s map[string]json.RawMessage
	if err := json.Unmarshal(files["checkpoints.json"], &s); err != nil {
		t.Fatal(err)
	}
	var err error
	if s["handovers"], err = json.Marshal(handovers); err != nil {
		t.Fatal(err)
	}
	if files["checkpoints.json"], err = json.Marshal(s); err != nil {
		t.Fatal(err)
	}
	files["manifest.json"] = bytes.Replace(files["manifest.json"], []byte(before), []byte(sha(files["checkpoints.json"])), 1)
	return rezip(t, files)
}

func handovers(t *testing.T, d *db.DB) (all []string) {
	t.Helper()
	if err := d.Read(t.Context(), func(v *db.View) (err error) { all, err = ledger.Handovers(t.Context(), v); return err }); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestKeyNoLongerInForce has somebody with a key that was changed or lost sign another
// history by it, and show it with the true handovers.
func TestKeyNoLongerInForce(t *testing.T) {
	for name, next := range map[string]func(*testing.T, *ledger.Log) *ledger.Log{
		"changed": func(t *testing.T, l *ledger.Log) *ledger.Log {
			if _, err := l.Rotate(t.Context()); err != nil {
				t.Fatal(err)
			}
			return l
		},
		"lost": func(t *testing.T, l *ledger.Log) *ledger.Log { return replaced(t, l.DB()) },
	} {
		t.Run(name, func(t *testing.T) {
			d := dbtest.SQLite(t)
			key := filepath.Join(t.TempDir(), "ledger.key")
			l, err := ledger.Open(t.Context(), d, key)
			if err != nil {
				t.Fatal(err)
			}
			many(t, d, 10)
			copied := dbtest.Copy(t, d)
			stolen := filepath.Join(t.TempDir(), "stolen.key")
			if err := os.WriteFile(stolen, mustRead(t, key), 0o600); err != nil {
				t.Fatal(err)
			}
			thief, err := ledger.Open(t.Context(), copied, stolen)
			if err != nil {
				t.Fatal(err)
			}
			l = next(t, l)
			many(t, copied, 30)
			b := handed(t, bundle(t, thief, ledger.Wanted{}), handovers(t, d))
			if r, err := check(b, l.Key()); err != nil || len(r.Wrong) == 0 {
				t.Errorf("believed: %v; %+v", err, r)
			}
			if out, ok := secondProgram(t, b, l.Key()); ok {
				t.Errorf("believed by the second program: %s", out)
			}
		})
	}
}

// TestOddHandovers shows handovers that were left out, repeated, put in another order or
// signed with other words by who has the newest key alone. Both programs say the same, and
// none is believed by a key from before a loss.
func TestOddHandovers(t *testing.T) {
	d := dbtest.SQLite(t)
	folder := t.TempDir()
	in := func(n string) string { return filepath.Join(folder, n) }
	l, err := ledger.Open(t.Context(), d, in("a"))
	if err != nil {
		t.Fatal(err)
	}
	verifiers := []string{l.Key()}
	many(t, d, 10)
	early, err := ledger.Last(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	next := func(v string, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		verifiers = append(verifiers, v)
	}
	next(l.Rotate(t.Context()))
	many(t, d, 5)
	next(ledger.Replace(t.Context(), d, in("c"), ""))
	next(ledger.Replace(t.Context(), d, in("d"), "")) // with nothing between
	if l, err = ledger.Open(t.Context(), d, in("d")); err != nil {
		t.Fatal(err)
	}
	many(t, d, 5)
	third, err := ledger.ReadKey(in("c"))
	if err != nil {
		t.Fatal(err)
	}
	fourth, err := ledger.ReadKey(in("d"))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := open(t, dbtest.SQLite(t))
	many(t, elsewhere.DB(), 2)
	foreign, err := ledger.Last(t.Context(), elsewhere.DB())
	if err != nil {
		t.Fatal(err)
	}
	h := handovers(t, d)
	b := bundle(t, l, ledger.Wanted{})
	other := func(i int, by *ledger.Key, alter func(*ledger.Checkpoint)) string {
		t.Helper()
		s, err := ledger.HandedOtherwise(h[i], alter, by)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for name, c := range map[string]struct {
		handovers []string
		well      bool
	}{
		"as they are":            {h, true},
		"none":                   {[]string{}, false},
		"one twice":              {[]string{h[0], h[1], h[1], h[2]}, false},
		"another order":          {[]string{h[1], h[0], h[2]}, false},
		"the last is left out":   {h[:2], false},
		"one is left out":        {[]string{h[0], h[2]}, false},
		"more kept":              {[]string{h[0], h[1], other(2, fourth, func(c *ledger.Checkpoint) { c.Kept++ })}, false},
		"fewer cosigned":         {[]string{h[0], h[1], other(2, fourth, func(c *ledger.Checkpoint) { c.Cosigned += 3 })}, false},
		"no more entries":        {[]string{h[0], h[1], other(2, fourth, func(c *ledger.Checkpoint) { c.Size-- })}, false},
		"far too many entries":   {[]string{h[0], h[1], other(2, fourth, func(c *ledger.Checkpoint) { c.Size = 1 << 60 })}, false},
		"what it signed before":  {[]string{h[0], h[1], other(2, fourth, func(c *ledger.Checkpoint) { c.Last = early })}, false},
		"of another log":         {[]string{h[0], h[1], other(2, fourth, func(c *ledger.Checkpoint) { c.Last = foreign })}, false},
		"a last that is itself":  {[]string{h[0], h[1], other(2, fourth, func(c *ledger.Checkpoint) { c.Last = h[2] })}, false},
		"no checkpoint at all":   {[]string{h[0], h[1], other(2, fourth, func(c *ledger.Checkpoint) { c.Last = "x" })}, false},
		"it is not said lost":    {[]string{h[0], h[1], other(2, fourth, func(c *ledger.Checkpoint) { c.Last = "" })}, false},
		"the first was lost":     {[]string{other(1, third, func(c *ledger.Checkpoint) { c.OldKey = verifiers[0] }), h[2]}, false},
		"the first, as of early": {[]string{other(1, third, func(c *ledger.Checkpoint) { c.OldKey, c.Last = verifiers[0], early })}, false},
		"it had handed over":     {[]string{other(1, third, func(c *ledger.Checkpoint) { c.OldKey, c.Last, c.Size, c.Kept = verifiers[0], h[0], 12, 3 }), h[2]}, false},
		"it comes back": {append(append([]string{}, h...), other(2, third, func(c *ledger.Checkpoint) {
			c.OldKey, c.NewKey, c.Last, c.Size, c.Kept = verifiers[3], verifiers[2], h[2], c.Size+1, c.Kept+1
		})), false},
		"a line more in its name": {[]string{h[0], h[1], other(2, fourth, func(c *ledger.Checkpoint) { c.NewKey += "\nnew-key " + verifiers[0] })}, false},
		"unsigned":                {[]string{h[0], h[1], strings.SplitAfter(h[2], "\n\n")[0]}, false},
	} {
		b := handed(t, b, c.handovers)
		for i, key := range verifiers {
			r, err := check(b, key)
			well := err == nil && len(r.Wrong) == 0
			if want := c.well && i == 3; well != want {
				t.Errorf("%s, by key %d: %v; %v", name, i, err, r.Wrong)
			}
			if i < 3 && !c.well { // it is slow
				continue
			}
			if out, ok := secondProgram(t, b, key); ok != well || strings.Contains(out, "Traceback") {
				t.Errorf("%s, by key %d: the programs differ: %v; %s", name, i, r.Wrong, out)
			}
		}
	}
}

// TestReplacedAtOnce has two programs give a ledger its next key at once. One does, and
// its key is in place.
func TestReplacedAtOnce(t *testing.T) {
	for lost, next := range map[bool]func(*testing.T, *db.DB, string) error{
		false: func(t *testing.T, d *db.DB, key string) error {
			l, err := ledger.Open(t.Context(), d, key)
			if err == nil {
				_, err = l.Rotate(t.Context())
			}
			return err
		},
		true: func(t *testing.T, d *db.DB, key string) error {
			_, err := ledger.Replace(t.Context(), d, key, "")
			return err
		},
	} {
		dbtest.EachBare(t, func(t *testing.T, where string) {
			var programs []*db.DB
			for range 3 {
				d, err := db.Open(t.Context(), where, time.Now)
				if err != nil {
					t.Fatal(err)
				}
				defer d.Close()
				programs = append(programs, d)
			}
			key := filepath.Join(t.TempDir(), "ledger.key")
			if _, err := ledger.Open(t.Context(), programs[2], key); err != nil {
				t.Fatal(err)
			}
			many(t, programs[2], 3)
			for i := range 20 {
				if lost {
					if err := os.Remove(key); err != nil {
						t.Fatal(err)
					}
				}
				var all sync.WaitGroup
				failed := make([]error, 2)
				for p := range 2 {
					all.Go(func() { failed[p] = next(t, programs[p], key) })
				}
				all.Wait()
				if failed[0] != nil && failed[1] != nil {
					t.Fatalf("round %d: %v; %v", i, failed[0], failed[1])
				}
				if _, err := ledger.Open(t.Context(), programs[2], key); err != nil {
					t.Fatalf("round %d: %v; the two: %v", i, err, failed)
				}
			}
		})
	}
}

// TestCountsChanged has somebody with the database drop or number anew what the last
// signature counted. Nothing is signed over it, by the key or by one in its place.
func TestCountsChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		l := open(t, d)
		many(t, d, 10)
		witnessed(t, l)
		many(t, d, 1000) // another checkpoint is kept
		unguarded(t, d)
		folder := t.TempDir()
		for back, changes := range map[string][]string{
			`UPDATE ledger_cosignatures SET number = 1`:                 {`UPDATE ledger_cosignatures SET number = 0`},
			`UPDATE ledger_checkpoints SET number = 2 WHERE number > 1`: {`UPDATE ledger_checkpoints SET number = 7 WHERE number = 2`},
			`INSERT INTO ledger_checkpoints SELECT * FROM gone`:         {`CREATE TABLE gone AS SELECT * FROM ledger_checkpoints WHERE number = 2`, `DELETE FROM ledger_checkpoints WHERE number = 2`},
		} {
			for _, c := range changes {
				run(t, d, c)
			}
			if err := d.Write(ctx, func(tx *db.Tx) error { return ledger.Note(ctx, tx, look(1)) }); err == nil {
				t.Errorf("%s: signed", changes)
			}
			if _, err := ledger.Replace(ctx, d, filepath.Join(folder, "ledger.key"), ""); err == nil {
				t.Errorf("%s: replaced", changes)
			}
			run(t, d, back)
			sound(t, d, l, 1011)
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("left: %v, %v", left, err)
		}
	})
}

func run(t *testing.T, d *db.DB, statement string) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.Exec(t.Context(), statement) }); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// TestReplacedAsWritten: the lost key is named as the log wrote it, however it is noted or
// said, and found when the database is from before it was noted.
func TestReplacedAsWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		many(t, d, 3)
		unguarded(t, d)
		said := func(lost string) {
			t.Helper()
			before := l.Key()
			key := filepath.Join(t.TempDir(), "ledger.key")
			if _, err := ledger.Replace(t.Context(), d, key, lost); err != nil {
				t.Fatal(err)
			}
			var err error
			if l, err = ledger.Open(t.Context(), d, key); err != nil {
				t.Fatal(err)
			}
			if r := verify(t, d, ledger.Asked{Key: l.Key()}); len(r.Wrong) > 0 || r.Replaced[len(r.Replaced)-1].Lost != before {
				t.Fatalf("%q: %+v", lost, r)
			}
			note(t, d, look(1))
		}
		upper := func() string {
			p := strings.SplitN(l.Key(), "+", 3)
			return p[0] + "+" + strings.ToUpper(p[1]) + "+" + p[2]
		}
		run(t, d, `UPDATE ledger_head SET verifier = verifier || '
'`)
		said("")
		said(upper())
		run(t, d, `UPDATE ledger_head SET verifier = ''`)
		said("")
		if r := verify(t, d, ledger.Asked{Key: upper()}); len(r.Wrong) > 0 {
			t.Error(r.Wrong)
		}
	})
}

// TestFirstLoss: who trusts the first of two lost keys is told where belief ends for them.
func TestFirstLoss(t *testing.T) {
	d := dbtest.SQLite(t)
	first := open(t, d).Key()
	many(t, d, 10)
	replaced(t, d)
	many(t, d, 10)
	replaced(t, d)
	if _, err := ledger.Chain(first, handovers(t, d)); err == nil || !strings.HasPrefix(err.Error(), "after 10 entries") {
		t.Error(err)
	}
}

// TestNotSignedAnew has somebody with the database alone write another history, and have
// the program sign it as if nothing had been signed before.
func TestNotSignedAnew(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		ctx := t.Context()
		var both [2]*db.DB
		for i := range both {
			var err error
			if both[i], err = db.Open(ctx, where, time.Now); err != nil {
				t.Fatal(err)
			}
			defer both[i].Close()
		}
		d, thief := both[0], both[1]
		key := filepath.Join(t.TempDir(), "ledger.key")
		if _, err := ledger.Open(ctx, d, key); err != nil {
			t.Fatal(err)
		}
		many(t, d, 5)
		many(t, d, 5)
		unguarded(t, thief)
		for _, change := range []string{
			`DELETE FROM ledger_about WHERE seq > 5`, `DELETE FROM ledger_entries WHERE seq > 5`, `DELETE FROM ledger_checkpoints`, `DELETE FROM ledger_tiles`,
			`UPDATE ledger_head SET size = 6, checkpoint = '', verifier = ''`,
		} {
			run(t, thief, change)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return ledger.Note(ctx, tx, look(1)) }); err == nil {
			t.Error("signed")
		}
		if _, err := ledger.Open(ctx, thief, key); err == nil {
			t.Error("opened")
		}
	})
}

// TestKeyInDoubt: when it is not known whether a new key was kept, its file stays.
func TestKeyInDoubt(t *testing.T) {
	d := dbtest.SQLite(t)
	folder := t.TempDir()
	key := filepath.Join(folder, "ledger.key")
	l, err := ledger.Open(t.Context(), d, key)
	if err != nil {
		t.Fatal(err)
	}
	many(t, d, 3)
	before := string(mustRead(t, key))
	d.BeforeKept(func(context.Context, *db.Tx) error { return errUndo })
	if _, err := l.Rotate(t.Context()); !errors.Is(err, errUndo) {
		t.Fatal(err)
	}
	if waiting, err := filepath.Glob(key + ".new*"); err != nil || len(waiting) != 1 {
		t.Errorf("waiting: %v, %v", waiting, err)
	}
	if string(mustRead(t, key)) != before {
		t.Error("the key was written over")
	}
	if l, err = ledger.Open(t.Context(), d, key); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	sound(t, d, l, 4)
}
