package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/ledger"
)

func open(t testing.TB, d *db.DB) *ledger.Log {
	t.Helper()
	l, err := ledger.Open(t.Context(), d, filepath.Join(t.TempDir(), "ledger.key"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func look(i int) ledger.Entry {
	return ledger.Entry{Account: "a1", Agency: "police:11", Session: "s1", Purpose: "protect", Verb: ledger.Consultation, Action: "read a person", What: "person",
		On: fmt.Sprintf("p%d", i), About: []string{fmt.Sprintf("p%d", i), "q"}, Fields: []string{"name", "dob"}, Outcome: ledger.Done}
}

func note(t testing.TB, d *db.DB, entries ...ledger.Entry) {
	t.Helper()
	for _, e := range entries {
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return ledger.Note(t.Context(), tx, e) }); err != nil {
			t.Fatal(err)
		}
	}
}

// many are n entries written in one transaction.
func many(t testing.TB, d *db.DB, n int) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		for i := range n {
			if err := ledger.Note(t.Context(), tx, look(i)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func verify(t testing.TB, d *db.DB, asked ledger.Asked) *ledger.Report {
	t.Helper()
	var r *ledger.Report
	if err := d.Read(t.Context(), func(v *db.View) (err error) { r, err = ledger.Verify(t.Context(), v, asked); return err }); err != nil {
		t.Fatal(err)
	}
	return r
}

func sound(t testing.TB, d *db.DB, l *ledger.Log, entries int64) *ledger.Report {
	t.Helper()
	r := verify(t, d, ledger.Asked{Key: l.Key()})
	if len(r.Wrong) > 0 || r.Entries != entries || r.Newest.Size != entries {
		t.Fatalf("%d entries, %d signed, want %d; wrong: %v", r.Entries, r.Newest.Size, entries, r.Wrong)
	}
	return r
}

// TestSizes grows logs past the ends of tiles, an entry or many at a time.
func TestSizes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		total := int64(0)
		for _, n := range []int{1, 2, 252, 1, 1, 255, 1, 1100, 3000} {
			many(t, d, n)
			total += int64(n)
			sound(t, d, l, total)
		}
		for range 20 {
			note(t, d, look(1))
		}
		r := sound(t, d, l, total+20)
		if r.Checkpoints < 3 {
			t.Errorf("%d checkpoints kept of %d entries", r.Checkpoints, total)
		}
	})
}

// TestTextsThatCannotBeHeld has an entry of texts that the engines keep otherwise.
func TestTextsThatCannotBeHeld(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		e := look(1)
		e.Action, e.On, e.About = "a\x00b", "caf\xe9", []string{"zoë", "", "b\x00", "b", "Z", "é", "a\xff"}
		note(t, d, e)
		sound(t, d, l, 1)
	})
}

// TestTogether has many writers, some of whom fail: no entry is lost, none is left
// of those that failed, and there is no gap.
func TestTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		stop := errors.New("stop")
		const writers, each = 16, 12
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for i := range each {
					err := d.Write(t.Context(), func(tx *db.Tx) error {
						if err := ledger.Note(t.Context(), tx, look(w)); err != nil {
							return err
						}
						if i%3 == 2 {
							return stop
						}
						return nil
					})
					if (i%3 == 2) != errors.Is(err, stop) || err != nil && !errors.Is(err, stop) {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		sound(t, d, l, writers*each/3*2)
	})
}

// TestTwoPrograms has two programs write one database.
func TestTwoPrograms(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		key := filepath.Join(t.TempDir(), "ledger.key")
		var logs []*ledger.Log
		for range 2 {
			d, err := db.Open(t.Context(), where, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			l, err := ledger.Open(t.Context(), d, key)
			if err != nil {
				t.Fatal(err)
			}
			logs = append(logs, l)
		}
		var all sync.WaitGroup
		for _, l := range logs {
			for range 4 {
				all.Go(func() {
					for i := range 8 {
						if err := l.DB().Write(t.Context(), func(tx *db.Tx) error { return ledger.Note(t.Context(), tx, look(i)) }); err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		all.Wait()
		sound(t, logs[0].DB(), logs[0], 64)
	})
}

// TestKeys opens a log with another key, with none, and after a handover.
func TestKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		folder := t.TempDir()
		key := filepath.Join(folder, "ledger.key")
		l, err := ledger.Open(t.Context(), d, key)
		if err != nil {
			t.Fatal(err)
		}
		if i, err := os.Stat(key); err != nil || i.Mode().Perm() != 0o600 {
			t.Errorf("key file: %v, %v", i, err)
		}
		note(t, d, look(1))
		first := l.Key()
		for _, path := range []string{"another", "none"} {
			path = filepath.Join(folder, path)
			if strings.HasSuffix(path, "another") {
				if _, err := ledger.KeyAt(path, "clew-ledger"); err != nil {
					t.Fatal(err)
				}
			}
			_, err := ledger.Open(t.Context(), d, path)
			if _, plain := errors.AsType[fault.Invalid](err); !plain {
				t.Errorf("%s: %v, want it refused in plain words", path, err)
			}
		}
		if _, err := os.Stat(filepath.Join(folder, "none")); err == nil {
			t.Error("a key was made for a ledger that has one")
		}
		stale, err := ledger.Open(t.Context(), d, key)
		if err != nil {
			t.Fatal(err)
		}
		if l, err = ledger.Open(t.Context(), d, key); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := l.Rotate(t.Context()); err != nil {
				t.Fatal(err)
			}
			note(t, d, look(2))
		}
		if l.Key() == first || stale.Key() != first {
			t.Error("the key did not change")
		}
		for _, k := range []string{first, l.Key()} {
			if r := verify(t, d, ledger.Asked{Key: k}); len(r.Wrong) > 0 {
				t.Errorf("by %s: %v", k, r.Wrong)
			}
		}
		other, err := ledger.KeyAt(filepath.Join(folder, "another"), "")
		if err != nil {
			t.Fatal(err)
		}
		if r := verify(t, d, ledger.Asked{Key: other.Verifier}); len(r.Wrong) == 0 {
			t.Error("another key verifies the ledger")
		}
		if again, err := ledger.Open(t.Context(), d, key); err != nil || again.Key() != l.Key() {
			t.Errorf("open after a handover: %v", err)
		}
		// A program that ended between the handover and putting the key in place.
		before := mustRead(t, key)
		if _, err := l.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
		another := mustRead(t, filepath.Join(folder, "another"))
		if err := errors.Join(os.Rename(key, key+".new"), os.WriteFile(key, another, 0o600)); err != nil {
			t.Fatal(err)
		}
		if _, err := ledger.Open(t.Context(), d, key); err == nil || !strings.Contains(err.Error(), "nothing is written over") || string(mustRead(t, key)) != string(another) {
			t.Errorf("another key is where the new one belongs: %v", err)
		}
		if err := errors.Join(os.WriteFile(key, before, 0o600), os.WriteFile(key+".new.cut", []byte("PRIV"), 0o600)); err != nil {
			t.Fatal(err)
		}
		if again, err := ledger.Open(t.Context(), d, key); err != nil || again.Key() != l.Key() {
			t.Errorf("open amid a handover: %v", err)
		}
	})
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRunningWithAnOldKey has a program go on with a key that another handed over.
func TestRunningWithAnOldKey(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		key := filepath.Join(t.TempDir(), "ledger.key")
		var logs [2]*ledger.Log
		for i := range logs {
			d, err := db.Open(t.Context(), where, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			if logs[i], err = ledger.Open(t.Context(), d, key); err != nil {
				t.Fatal(err)
			}
			note(t, d, look(i))
		}
		fits := func(l *ledger.Log) error {
			return l.DB().Read(t.Context(), func(v *db.View) error { return l.Fits(t.Context(), v) })
		}
		if err := fits(logs[0]); err != nil {
			t.Error(err)
		}
		if _, err := logs[1].Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := fits(logs[1]); err != nil {
			t.Error(err)
		}
		if err := fits(logs[0]); err == nil {
			t.Error("an old key fits")
		}
		err := logs[0].DB().Write(t.Context(), func(tx *db.Tx) error { return ledger.Note(t.Context(), tx, look(1)) })
		if err == nil || !strings.Contains(err.Error(), "start Clew again") {
			t.Errorf("an old key signs on: %v", err)
		}
		sound(t, logs[1].DB(), logs[1], 3)
	})
}

// TestClockMovedBack writes before and after the clock is moved back a day: the order
// is that of writing, and the ledger is sound.
func TestClockMovedBack(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
		d, err := db.Open(t.Context(), where, func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		l := open(t, d)
		many(t, d, 300)
		now = now.Add(-24 * time.Hour)
		many(t, d, 300)
		sound(t, d, l, 600)
		if err := d.Read(t.Context(), func(v *db.View) error {
			n, err := db.One(t.Context(), v, db.Number, `SELECT COUNT(*) FROM ledger_entries later JOIN ledger_entries first ON first.seq = later.seq - 300 WHERE later.at = first.at - 86400000000`)
			if n != 300 {
				t.Errorf("%d entries stand after those that were written before them, want 300", n)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// TestAlteredUnderARunningProgram: what does not continue the last signature is not
// signed.
func TestAlteredUnderARunningProgram(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		open(t, d)
		many(t, d, 300)
		unguarded(t, d)
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			tile, err := db.One(t.Context(), tx, func(r db.Row) (b []byte, err error) { return b, r.Scan(&b) }, `SELECT hashes FROM ledger_tiles WHERE level = 0 AND place = 1`)
			if err != nil {
				return err
			}
			tile[5] ^= 1
			return tx.Exec(t.Context(), `UPDATE ledger_tiles SET hashes = $1 WHERE level = 0 AND place = 1`, tile)
		}); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return ledger.Note(t.Context(), tx, look(1)) }); err == nil {
			t.Error("a tree that does not match its signature was signed again")
		}
	})
}

// unguarded takes the triggers away, as who holds the database can.
func unguarded(t testing.TB, d *db.DB) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return dropTriggers(t.Context(), tx, d.SQLite()) }); err != nil {
		t.Fatal(err)
	}
}

func dropTriggers(ctx context.Context, tx *db.Tx, sqlite bool) error {
	query := `SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger%'`
	if !sqlite {
		query = `SELECT DISTINCT 'ALTER TABLE ' || event_object_table || ' DISABLE TRIGGER USER' FROM information_schema.triggers WHERE event_object_table LIKE 'ledger%'`
	}
	all, err := db.All(ctx, tx, db.Text, query)
	for _, s := range all {
		err = errors.Join(err, tx.Exec(ctx, s))
	}
	return err
}

// TestAppendOnly tries every way to change or remove what is in the ledger.
func TestAppendOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d)
		many(t, d, 300)
		witnessed(t, l)
		tables := map[string]string{"ledger_entries": "outcome", "ledger_about": "person", "ledger_tiles": "hashes", "ledger_checkpoints": "note", "ledger_cosignatures": "note"}
		refused := func(s string) {
			t.Helper()
			err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.Exec(t.Context(), s) })
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v, want it refused as append-only", s, err)
			}
		}
		for table, column := range tables {
			if table == "ledger_tiles" {
				refused(`UPDATE ledger_tiles SET hashes = substr(hashes, 1, 32) WHERE level = 0`)
				refused(`UPDATE ledger_tiles SET place = place + 7`)
			} else {
				refused(`UPDATE ` + table + ` SET ` + column + ` = ` + column)
			}
			refused(`DELETE FROM ` + table)
			if d.SQLite() {
				refused(`REPLACE INTO ` + table + ` SELECT * FROM ` + table)
			} else {
				refused(`TRUNCATE ` + table + ` CASCADE`)
			}
		}
		refused(`UPDATE ledger_head SET size = size - 1`)
		refused(`UPDATE ledger_head SET checkpoint = ''`)
		refused(`DELETE FROM ledger_head`)
		if r := verify(t, d, ledger.Asked{Key: l.Key()}); len(r.Wrong) > 0 {
			t.Error(r.Wrong)
		}
	})
}

// witnessed names a witness, has it cosign the newest checkpoint, and returns the
// witness's copy.
func witnessed(t testing.TB, l *ledger.Log) string {
	t.Helper()
	return witnessedBy(t, l, "Hask Advocacy")
}

func witnessedBy(t testing.TB, l *ledger.Log, name string) (cosigned string) {
	t.Helper()
	ctx, d := t.Context(), l.DB()
	k, err := ledger.KeyAt(filepath.Join(t.TempDir(), "witness.key"), "witness")
	if err != nil {
		t.Fatal(err)
	}
	token, err := l.Name(ctx, name, k.CosignVerifier())
	if err != nil {
		t.Fatal(err)
	}
	var w ledger.Witness
	var newest string
	if err := d.Read(ctx, func(v *db.View) (err error) {
		if w, err = ledger.ByToken(ctx, v, token); err != nil {
			return err
		}
		newest, err = ledger.Newest(ctx, v)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	keys, err := ledger.Chain(l.Key(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, n, err := ledger.OpenCheckpoint(newest, keys[0])
	if err != nil {
		t.Fatal(err)
	}
	b, err := k.Cosign(n, 1_700_000_000)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Cosigned(ctx, w, string(b)); err != nil {
		t.Fatal(err)
	}
	return string(b)
}
