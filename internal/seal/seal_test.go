package seal_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/seal"
)

func open(t *testing.T, d *db.DB, m seal.Master) *seal.Sealer {
	t.Helper()
	s, err := seal.Open(t.Context(), d, m)
	if err != nil {
		t.Fatalf("open keys: %v", err)
	}
	return s
}

func write(t *testing.T, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func sealed(t *testing.T, d *db.DB, s *seal.Sealer, subject string, at seal.Place, plain string) (b []byte) {
	t.Helper()
	write(t, d, func(tx *db.Tx) (err error) {
		b, err = s.Seal(context.Background(), tx, subject, at, []byte(plain))
		return err
	})
	return b
}

func opened(t *testing.T, d *db.DB, s *seal.Sealer, subject string, at seal.Place, b []byte) (plain string, err error) {
	t.Helper()
	err = d.Read(t.Context(), func(v *db.View) error {
		p, err := s.Open(t.Context(), v, subject, at, b)
		plain = string(p)
		return err
	})
	return plain, err
}

var at = seal.Place{Table: "contacts", Row: "1", Column: "value"}

func TestSeal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, seal.NewKey())
		b := sealed(t, d, s, "ann", at, "12 Elm Row")
		if got, err := opened(t, d, s, "ann", at, b); err != nil || got != "12 Elm Row" {
			t.Errorf("opened %q, %v", got, err)
		}
		if again := sealed(t, d, s, "ann", at, "12 Elm Row"); bytes.Equal(b, again) {
			t.Error("the same value sealed twice looks the same")
		}
		sealed(t, d, s, "bea", at, "another")
		for what, move := range map[string]seal.Place{
			"table": {"others", "1", "value"}, "row": {"contacts", "2", "value"}, "column": {"contacts", "1", "note"},
		} {
			if got, err := opened(t, d, s, "ann", move, b); !errors.Is(err, seal.ErrBroken) {
				t.Errorf("in another %s it opens as %q, %v", what, got, err)
			}
		}
		if got, err := opened(t, d, s, "bea", at, b); !errors.Is(err, seal.ErrBroken) {
			t.Errorf("as another person’s it opens as %q, %v", got, err)
		}
		if _, err := opened(t, d, s, "cat", at, b); !errors.Is(err, fault.NotFound) {
			t.Errorf("of somebody without a key: %v", err)
		}
		for i := range b {
			changed := bytes.Clone(b)
			changed[i] ^= 1
			if got, err := opened(t, d, s, "ann", at, changed); !errors.Is(err, seal.ErrBroken) {
				t.Fatalf("with byte %d changed it opens as %q, %v", i, got, err)
			}
		}
		write(t, d, func(tx *db.Tx) error {
			if _, err := s.Seal(t.Context(), tx, "ann", seal.Place{Table: "a|b", Row: "1", Column: "c"}, nil); err == nil {
				t.Error("a place that can be read two ways is taken")
			}
			return nil
		})
	})
}

// TestKeysMoved swaps two people’s wrapped keys in the database.
func TestKeysMoved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, seal.NewKey())
		sealed(t, d, s, "ann", at, "x")
		b := sealed(t, d, s, "bea", at, "y")
		write(t, d, func(tx *db.Tx) error {
			return tx.Exec(t.Context(), `UPDATE keys SET wrapped = (SELECT wrapped FROM keys WHERE subject = 'ann') WHERE subject = 'bea'`)
		})
		if got, err := opened(t, d, s, "bea", at, b); !errors.Is(err, seal.ErrBroken) {
			t.Errorf("with ann’s key in its place, bea’s opens as %q, %v", got, err)
		}
	})
}

func TestDestroy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, seal.NewKey())
		b, other := sealed(t, d, s, "ann", at, "gone"), sealed(t, d, s, "bea", at, "stays")
		for range 2 { // and destroying twice is no harm
			write(t, d, func(tx *db.Tx) error { return s.Destroy(t.Context(), tx, "ann") })
		}
		if got, err := opened(t, d, s, "ann", at, b); !errors.Is(err, seal.ErrDestroyed) {
			t.Errorf("after its key was destroyed it opens as %q, %v", got, err)
		}
		if got, err := opened(t, d, s, "bea", at, other); err != nil || got != "stays" {
			t.Errorf("somebody else’s opens as %q, %v", got, err)
		}
		write(t, d, func(tx *db.Tx) error {
			if _, err := s.Seal(t.Context(), tx, "ann", at, []byte("again")); !errors.Is(err, seal.ErrDestroyed) {
				t.Errorf("sealing for somebody erased: %v", err)
			}
			if err := s.Destroy(t.Context(), tx, "clew/app"); !errors.Is(err, fault.Forbidden) {
				t.Errorf("destroying the program’s own key: %v", err)
			}
			// Of somebody for whom nothing was sealed yet, nothing is sealed after.
			if err := s.Destroy(t.Context(), tx, "cat"); err != nil {
				return err
			}
			if _, err := s.Seal(t.Context(), tx, "cat", at, nil); !errors.Is(err, seal.ErrDestroyed) {
				t.Errorf("sealing for somebody erased before: %v", err)
			}
			var left int64
			left, err := db.One(t.Context(), tx, db.Number, `SELECT COUNT(*) FROM keys WHERE subject = 'ann' AND wrapped = $1 AND destroyed IS NOT NULL`, []byte{})
			if left != 1 {
				t.Errorf("%d tombstones for ann", left)
			}
			return err
		})
	})
}

func TestHashAndBox(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m := seal.NewKey()
		s := open(t, d, m)
		hash := func(s *seal.Sealer, kind, value string) string {
			b, err := s.Hash(kind, value)
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		phone := hash(s, "phone", "+447700900123")
		if phone != hash(open(t, d, m), "phone", "+447700900123") {
			t.Error("the hash of a value changes when the program starts again")
		}
		if phone == hash(s, "email", "+447700900123") || phone == hash(s, "phone", "+447700900124") {
			t.Error("another kind, or another value, has the same hash")
		}
		b := s.For("codes").Seal("account 1", []byte("secret"))
		if got, err := open(t, d, m).For("codes").Open("account 1", b); err != nil || string(got) != "secret" {
			t.Errorf("the box opens as %q, %v", got, err)
		}
		if _, err := s.For("codes").Open("account 2", b); !errors.Is(err, seal.ErrBroken) {
			t.Errorf("for another account: %v", err)
		}
		if _, err := s.For("tickets").Open("account 1", b); !errors.Is(err, seal.ErrBroken) {
			t.Errorf("in another box: %v", err)
		}
	})
}

func TestRotate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		old, next := seal.NewKey(), seal.NewKey()
		s := open(t, d, old)
		b := sealed(t, d, s, "ann", at, "12 Elm Row")
		write(t, d, func(tx *db.Tx) error { return s.Destroy(t.Context(), tx, "bea") })
		hash, err := s.Hash("phone", "1")
		if err != nil {
			t.Fatal(err)
		}
		stopped, stop := context.WithCancel(t.Context())
		stop()
		if _, err := seal.Rotate(stopped, d, old, next); err == nil {
			t.Error("stopped, and says that it is done")
		}
		if c, err := seal.Check(t.Context(), d, old); err != nil || len(c.Bad) > 0 || c.Good != 3 || c.Destroyed != 1 {
			t.Errorf("after it was stopped: %+v, %v", c, err)
		}
		if n, err := seal.Rotate(t.Context(), d, old, next); err != nil || n != 3 {
			t.Errorf("wrapped %d anew, %v", n, err)
		}
		if n, err := seal.Rotate(t.Context(), d, old, next); err != nil || n != 0 {
			t.Errorf("asked again, wrapped %d anew, %v", n, err)
		}
		s = open(t, d, next)
		if got, err := opened(t, d, s, "ann", at, b); err != nil || got != "12 Elm Row" {
			t.Errorf("under the new key it opens as %q, %v", got, err)
		}
		if again, err := s.Hash("phone", "1"); err != nil || !bytes.Equal(hash, again) {
			t.Errorf("the hash changed with the master key (%v)", err)
		}
		if s := open(t, d, old); !errors.Is(s.Trouble(), seal.ErrWrong) {
			t.Errorf("with the old key: %v", s.Trouble())
		}
		if c, err := seal.Check(t.Context(), d, old); err != nil || len(c.Bad) != 3 {
			t.Errorf("checked with the old key: %+v, %v", c, err)
		}
	})
}

func TestMasterKeyIsNeverMadeAnew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		keep := seal.Keeping{File: filepath.Join(t.TempDir(), "master.key")}
		m, err := keep.Load(t.Context(), d)
		if err != nil || m == nil {
			t.Fatalf("first start: %v, %v", m, err)
		}
		if i, err := os.Stat(keep.File); err != nil || i.Mode().Perm() != 0o600 {
			t.Errorf("the file is %v, %v", i.Mode(), err)
		}
		b := sealed(t, d, open(t, d, m), "ann", at, "12 Elm Row")

		again, err := keep.Load(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := opened(t, d, open(t, d, again), "ann", at, b); err != nil || got != "12 Elm Row" {
			t.Errorf("second start: %q, %v", got, err)
		}

		text, err := os.ReadFile(keep.File)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := (seal.Keeping{Text: string(text)}).Load(t.Context(), d); err != nil || m.Fingerprint() != again.Fingerprint() {
			t.Errorf("from the environment: %v, %v", m, err)
		}
		if err := os.Remove(keep.File); err != nil {
			t.Fatal(err)
		}
		gone, err := keep.Load(t.Context(), d)
		if err != nil || gone != nil {
			t.Errorf("with the file gone: %v, %v", gone, err)
		}
		if _, err := os.Stat(keep.File); !errors.Is(err, fs.ErrNotExist) {
			t.Error("a new master key was made over an old database")
		}
		s := open(t, d, nil)
		if !errors.Is(s.Trouble(), seal.ErrMissing) {
			t.Errorf("without a master key: %v", s.Trouble())
		}
		if _, err := opened(t, d, s, "ann", at, b); !errors.Is(err, seal.ErrMissing) {
			t.Errorf("opens without a master key: %v", err)
		}
		box := s.For("tickets")
		if got, err := box.Open("x", box.Seal("x", []byte("passes"))); err != nil || string(got) != "passes" {
			t.Errorf("what passes to and fro: %q, %v", got, err)
		}
		if err := seal.WriteFile(keep.File, seal.NewKey()); err != nil {
			t.Fatal(err)
		}
		wrong, err := keep.Load(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		if s := open(t, d, wrong); !errors.Is(s.Trouble(), seal.ErrWrong) {
			t.Errorf("with another master key: %v", s.Trouble())
		}
		if err := seal.WriteFile(keep.File, seal.NewKey()); !errors.Is(err, fs.ErrExist) {
			t.Errorf("writing over a master key: %v", err)
		}
		if err := os.WriteFile(keep.File, []byte("nonsense"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := keep.Load(t.Context(), d); err == nil {
			t.Error("nonsense is taken for a master key")
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	d := dbtest.SQLite(b)
	s, err := seal.Open(b.Context(), d, seal.NewKey())
	if err != nil {
		b.Fatal(err)
	}
	plain := bytes.Repeat([]byte("x"), 200)
	err = d.Write(b.Context(), func(tx *db.Tx) error {
		for b.Loop() {
			c, err := s.Seal(b.Context(), tx, "ann", at, plain)
			if err != nil {
				return err
			}
			if _, err := s.Open(b.Context(), tx, "ann", at, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
