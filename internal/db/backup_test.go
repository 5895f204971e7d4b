package db_test

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"clew/internal/db"
	"clew/internal/db/dbtest"
)

// TestBackup copies a database while it is written to. Each write puts two rows in:
// a copy with one of them is not of one moment.
func TestBackup(t *testing.T) {
	d := dbtest.SQLite(t)
	stop := make(chan struct{})
	var wait sync.WaitGroup
	begun := make(chan struct{})
	var once sync.Once
	wait.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				for range 2 {
					if err := tx.Exec(t.Context(), `INSERT INTO agencies (id, name, kind, joined, version) VALUES ($1, 'x', 'x', 0, 1)`, db.NewID()); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
				return
			}
			once.Do(func() { close(begun) })
		}
	})
	<-begun
	file := filepath.Join(t.TempDir(), "it's a copy.db")
	if err := d.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	close(stop)
	wait.Wait()
	if err := d.Backup(t.Context(), file); err == nil {
		t.Error("a copy was written over another")
	}
	copied, err := db.Open(t.Context(), file, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if err := copied.Read(t.Context(), func(v *db.View) error {
		n, err := db.One(t.Context(), v, db.Number, `SELECT COUNT(*) FROM agencies`)
		if n == 0 || n%2 != 0 {
			t.Errorf("the copy has %d rows of pairs", n)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	if wrong, err := copied.Sound(t.Context()); err != nil || len(wrong) > 0 {
		t.Errorf("the copy: %v, %v", wrong, err)
	}
	// The connection that copied can only read again.
	if err := d.Read(t.Context(), func(v *db.View) error {
		_, err := db.All(t.Context(), v, db.Text, `INSERT INTO agencies (id, name, kind, joined, version) VALUES ('z', 'x', 'x', 0, 1) RETURNING id`)
		return err
	}); err == nil {
		t.Error("a reader can write after a copy was made")
	}
}

func TestBackupOfPostgres(t *testing.T) {
	if err := dbtest.Postgres(t).Backup(t.Context(), filepath.Join(t.TempDir(), "copy")); !errors.Is(err, db.ErrElsewhere) {
		t.Errorf("PostgreSQL: %v", err)
	}
}
