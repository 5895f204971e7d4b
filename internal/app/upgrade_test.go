package app

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"clew/migrations"
)

// older makes the database of an older program, at a step of the schema.
func older(t *testing.T, file string, step int64) {
	t.Helper()
	d, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, d, migrations.For(true), goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(context.Background(), step); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestUpgrade(t *testing.T) {
	c := Config{Data: t.TempDir()}
	older(t, c.Where(), 4)
	found, err := Check(t.Context(), c)
	if err != nil || len(found) != 1 || len(found[0].Wrong) != 1 || !strings.Contains(found[0].Wrong[0], "clew upgrade") {
		t.Errorf("checked before: %v, %v", found, err)
	}
	from, to, backup, err := Upgrade(t.Context(), c)
	if err != nil || from != 4 || to <= 4 || !fileThere(backup) {
		t.Fatalf("from %d to %d, backup %q, %v", from, to, backup, err)
	}
	if _, _, again, err := Upgrade(t.Context(), c); err != nil || again != "" {
		t.Errorf("again: %q, %v", again, err)
	}
	back := filepath.Join(t.TempDir(), "back")
	m, err := Restore(t.Context(), backup, back, nil)
	if err != nil || m.Step != 4 {
		t.Errorf("the backup: step %d, %v", m.Step, err)
	}
	a, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	found, err = Check(t.Context(), c)
	for _, f := range found {
		if err != nil || len(f.Wrong) > 0 {
			t.Errorf("checked after: %+v, %v", f, err)
		}
	}
	// A newer program has been here.
	d, err := sql.Open("sqlite", "file:"+c.Where())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, backup, err = Upgrade(t.Context(), c)
	if err == nil || !strings.Contains(err.Error(), "use a newer clew") || backup != "" {
		t.Errorf("over a newer database: %q, %v", backup, err)
	}
}

func TestLedgerWithAnEntryGone(t *testing.T) {
	c := Config{Data: t.TempDir()}
	a, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	d, err := sql.Open("sqlite", "file:"+c.Where())
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Exec(`UPDATE ledger_head SET size = size + 1`)
	if err = errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	found, err := Check(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	wrong := 0
	for _, f := range found {
		wrong += len(f.Wrong)
	}
	if wrong != 1 {
		t.Errorf("found %+v", found)
	}
}
