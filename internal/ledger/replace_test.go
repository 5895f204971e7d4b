package ledger_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/ledger"
)

// replaced is a log that lost its key and was given another, in a file of its own.
func replaced(t testing.TB, d *db.DB) *ledger.Log {
	t.Helper()
	key := filepath.Join(t.TempDir(), "ledger.key")
	verifier, err := ledger.Replace(t.Context(), d, key, "")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(t.Context(), d, key)
	if err != nil {
		t.Fatal(err)
	}
	if l.Key() != verifier {
		t.Fatalf("the key is %s, and was said to be %s", l.Key(), verifier)
	}
	return l
}

// TestLostKey loses a log's key twice, with a handover between. The tree goes on; by a
// key from before a loss it is not believed.
func TestLostKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		first := l.Key()
		many(t, d, 300)
		copies := []ledger.Copy{{Name: "the witness's copy", Notes: []string{witnessed(t, l)}}}
		l = replaced(t, d)
		second := l.Key()
		note(t, d, look(1))
		witnessedBy(t, l, "Carrow")
		third, err := l.Rotate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l = replaced(t, d) // with nothing written since the handover
		many(t, d, 300)
		r := sound(t, d, l, 300+1+1+1+1+1+1+300) // the witnesses, the keys, the look
		if len(r.Replaced) != 2 || r.Replaced[0].Lost != first || r.Replaced[0].New != second || r.Replaced[1].Lost != third || r.Replaced[0].Last != 301 {
			t.Errorf("told of %+v", r.Replaced)
		}
		if r := verify(t, d, ledger.Asked{Key: l.Key(), Against: copies}); len(r.Wrong) > 0 || r.Compared != 1 {
			t.Errorf("%d compared with the witness's copy, wrong: %v", r.Compared, r.Wrong)
		}
		for _, key := range []string{first, second, third} {
			r := verify(t, d, ledger.Asked{Key: key})
			if len(r.Wrong) != 1 || r.Wrong[0].From != -1 || !strings.Contains(r.Wrong[0].Text, "said to be lost") {
				t.Errorf("by a key from before the last loss: %v", r.Wrong)
			}
		}
		for _, wanted := range []ledger.Wanted{{}, {From: 100, To: 200}, {About: "p7"}, {From: 400}} {
			b := bundle(t, l, wanted)
			c, err := check(b, l.Key())
			if err != nil || len(c.Wrong) > 0 || strings.Count(strings.Join(c.Not, "\n"), "was lost, as was said on") != 2 {
				t.Errorf("%+v: %v; %+v", wanted, err, c)
			}
			if c, err = check(b, first); err != nil || len(c.Wrong) != 1 || !strings.Contains(c.Wrong[0], "said to be lost") {
				t.Errorf("%+v, by the first key: %v; %+v", wanted, err, c)
			}
		}
	})
}

// TestNotReplaced: a key is not replaced while it is there, nor over another file, nor
// for a ledger that is not as the lost key signed it.
func TestNotReplaced(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		folder := t.TempDir()
		key, another := filepath.Join(folder, "ledger.key"), filepath.Join(folder, "another.key")
		other, err := ledger.KeyAt(another, "clew-ledger")
		if err != nil {
			t.Fatal(err)
		}
		refused := func(file, lost, why string) {
			t.Helper()
			_, err := ledger.Replace(ctx, d, file, lost)
			if _, plain := errors.AsType[fault.Invalid](err); !plain || !strings.Contains(err.Error(), why) {
				t.Errorf("got %v, want %q", err, why)
			}
		}
		refused(key, "", "is empty")
		l, err := ledger.Open(ctx, d, key)
		if err != nil {
			t.Fatal(err)
		}
		many(t, d, 10)
		refused(key, "", "is not lost")
		refused(another, "", "put it away first")
		if string(mustRead(t, another)) == string(mustRead(t, key)) {
			t.Error("a key was written over")
		}
		gone := filepath.Join(folder, "gone.key")
		refused(gone, other.Verifier, "was not signed by")
		refused(gone, "nonsense", "is no key")
		sound(t, d, l, 10)
		unguarded(t, d)
		for _, change := range []string{
			`UPDATE ledger_entries SET account = 'x' WHERE seq = 4`,
			`UPDATE ledger_tiles SET hashes = (SELECT commitment FROM ledger_entries WHERE seq = 1)`,
			`DELETE FROM ledger_tiles`,
		} {
			if err := d.WriteAlone(ctx, func(tx *db.Tx) error {
				if err := tx.Exec(ctx, change); err != nil {
					return err
				}
				r, err := ledger.Verify(ctx, tx, ledger.Asked{Key: l.Key()})
				if err == nil && len(r.Wrong) == 0 {
					t.Errorf("%s: not seen", change)
				}
				return errors.Join(err, errUndo)
			}); !errors.Is(err, errUndo) {
				t.Fatal(err)
			}
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return tx.Exec(ctx, `DELETE FROM ledger_tiles`) }); err != nil {
			t.Fatal(err)
		}
		if _, err := ledger.Replace(ctx, d, gone, ""); err == nil || !strings.Contains(err.Error(), "does not match its last signature") {
			t.Errorf("a changed ledger: %v", err)
		}
		if left, err := filepath.Glob(gone + "*"); err != nil || len(left) > 0 {
			t.Errorf("%s was left, %v", left, err)
		}
	})
}

// TestReplacedHalfway: the program ends before the new key is in place.
func TestReplacedHalfway(t *testing.T) {
	d := dbtest.SQLite(t)
	open(t, d)
	many(t, d, 3)
	l := replaced(t, d)
	key := filepath.Join(t.TempDir(), "ledger.key")
	old, err := ledger.Replace(t.Context(), d, key, l.Key())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(key, key+".new"); err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.Replace(t.Context(), d, key, old); err == nil || !strings.Contains(err.Error(), "is not lost") {
		t.Errorf("replaced again: %v", err)
	}
	if l, err = ledger.Open(t.Context(), d, key); err != nil || l.Key() != old {
		t.Errorf("open: %v", err)
	}
}

// TestSaidToBeLost has somebody with the database, and without the key, say that it is
// lost, having ended the ledger at a checkpoint it likes. By the new key alone all is
// well; by the old, and by what a witness saw, it is not.
func TestSaidToBeLost(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		l := open(t, d)
		many(t, d, 20)
		early, err := ledger.Last(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		many(t, d, 20)
		copies := []ledger.Copy{{Name: "the witness's copy", Notes: []string{witnessed(t, l)}}}
		unguarded(t, d)
		if err := ledger.EndAt(ctx, d, early); err != nil {
			t.Fatal(err)
		}
		thief := replaced(t, d)
		many(t, d, 40)
		sound(t, d, thief, 20+1+40)
		if r := verify(t, d, ledger.Asked{Key: l.Key()}); len(r.Wrong) == 0 {
			t.Error("the old key verifies it")
		}
		if r := verify(t, d, ledger.Asked{Key: thief.Key(), Against: copies}); len(r.Wrong) == 0 {
			t.Error("it is what the witness saw")
		}
	})
}
