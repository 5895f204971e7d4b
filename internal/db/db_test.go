package db_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
)

// TestPlaceholdersBindByNumber pins what every query in the program relies on.
// Some SQLite drivers bind $2 to whichever argument comes first.
func TestPlaceholdersBindByNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var got string
		err := d.Read(t.Context(), func(v *db.View) (err error) {
			got, err = db.One(t.Context(), v, db.Text, `SELECT CAST($2 AS TEXT) || CAST($1 AS TEXT) || CAST($2 AS TEXT)`, "one", "two")
			return err
		})
		if got != "twoonetwo" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestWriteKeepsAllOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		add := func(tx *db.Tx, id string) error {
			return tx.Insert(ctx, "views", []string{"id", "name", "query", "saved_by", "saved"}, [][]any{{id, "n", "q", "b", tx.Now.UnixMicro()}})
		}
		stop := errors.New("stop")
		if err := d.Write(ctx, func(tx *db.Tx) error { return errors.Join(add(tx, "a"), stop) }); !errors.Is(err, stop) {
			t.Fatalf("the error of the work is lost: %v", err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return add(tx, "b") }); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return add(tx, "b") }); err == nil {
			t.Error("a second row of the same id was kept")
		}
		if got := ids(t, d); !slices.Equal(got, []string{"b"}) {
			t.Errorf("kept %v", got)
		}
	})
}

func TestInsertNewLeavesOldRowsAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var rows [][]any
		for range 2500 { // several statements and a part of one
			rows = append(rows, []any{db.NewID(), "n", "q", "b", 1})
		}
		for range 2 {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				return tx.InsertNew(t.Context(), "views", []string{"id", "name", "query", "saved_by", "saved"}, rows)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if got := ids(t, d); len(got) != len(rows) {
			t.Errorf("%d rows, want %d", len(got), len(rows))
		}
	})
}

func TestOneIsNotFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(v *db.View) error {
			_, err := db.One(t.Context(), v, db.Text, `SELECT name FROM views WHERE id = $1`, "nobody")
			return err
		})
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("got %v", err)
		}
	})
}

// TestManyWriters has writers read a number and write the next one: whatever
// the engine, none may be lost.
func TestManyWriters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		next := func() error {
			return d.Write(ctx, func(tx *db.Tx) error {
				n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM views`)
				if err != nil {
					return err
				}
				return tx.Exec(ctx, `INSERT INTO views (id, name, query, saved_by, saved) VALUES ($1, 'n', 'q', 'b', $2)`, db.NewID(), n)
			})
		}
		var all sync.WaitGroup
		done := make(chan int, 8)
		for range 8 {
			all.Go(func() {
				kept := 0
				for range 10 {
					if err := next(); err == nil {
						kept++
					} else if !errors.Is(err, fault.Conflict) {
						t.Error(err)
					}
				}
				done <- kept
			})
		}
		all.Wait()
		close(done)
		want := 0
		for n := range done {
			want += n
		}
		var numbers []int64
		if err := d.Read(ctx, func(v *db.View) (err error) {
			numbers, err = db.All(ctx, v, db.Number, `SELECT saved FROM views ORDER BY saved`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for i, n := range numbers {
			if n != int64(i) {
				t.Fatalf("number %d is %d: two writers saw the same", i, n)
			}
		}
		if len(numbers) != want {
			t.Errorf("%d kept, %d said to be", len(numbers), want)
		}
	})
}

func TestOpenTwice(t *testing.T) {
	where := filepath.Join(t.TempDir(), "a name with spaces?.db")
	for range 2 {
		d, err := db.Open(t.Context(), where, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpenRefusesANewerDatabase(t *testing.T) {
	where := filepath.Join(t.TempDir(), "clew.db")
	d, err := db.Open(t.Context(), where, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(tx *db.Tx) error {
		return tx.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	})
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(t.Context(), where, time.Now); err == nil || !strings.Contains(err.Error(), "newer clew") {
		t.Errorf("got %v", err)
	}
}

func TestNewID(t *testing.T) {
	last := ""
	for range 10_000 {
		id := db.NewID()
		if len(id) != 16 || id <= last {
			t.Fatalf("%q after %q", id, last)
		}
		last = id
	}
}

func ids(t *testing.T, d *db.DB) (all []string) {
	t.Helper()
	if err := d.Read(context.Background(), func(v *db.View) (err error) {
		all, err = db.All(context.Background(), v, db.Text, `SELECT id FROM views ORDER BY id`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}
