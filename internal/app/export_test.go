package app

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/ledger"
)

// TestExport takes everything out of either engine: every line is JSON, and there are
// as many as rows.
func TestExport(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		c := Config{Data: t.TempDir(), Database: where}
		if filepath.IsAbs(where) {
			c.Data, c.Database = filepath.Dir(where), ""
		}
		a, err := Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := act(t.Context(), a.db); err != nil {
			t.Fatal(err)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		folder := filepath.Join(t.TempDir(), "out")
		tables, rows, err := Export(t.Context(), c, folder, true)
		if err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(folder, "*.jsonl"))
		if err != nil || len(files) != tables || tables < 20 {
			t.Errorf("%d files of %d tables, %v", len(files), tables, err)
		}
		lines := 0
		for _, file := range files {
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for s := bufio.NewScanner(f); s.Scan(); lines++ {
				var row map[string]any
				if err := json.Unmarshal(s.Bytes(), &row); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
		}
		if lines != rows {
			t.Errorf("%d lines of %d rows", lines, rows)
		}
		b, err := os.ReadFile(filepath.Join(folder, "ledger_entries.jsonl"))
		if err != nil || !strings.Contains(string(b), "export everything") {
			t.Errorf("the ledger does not say so: %s, %v", b, err)
		}
		well(t, c)
		d, err := db.OpenAsItIs(c.Where(), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if names, err := d.Tables(t.Context()); err != nil || len(names) != tables {
			t.Errorf("%v, %v", names, err)
		}
	})
}

// act does something as a use-case would: a change and its entry in the ledger.
func act(ctx context.Context, d *db.DB) (id string, err error) {
	id = db.NewID()
	return id, d.Write(ctx, func(tx *db.Tx) error {
		if err := tx.Exec(ctx, `INSERT INTO agencies (id, name, kind, joined, version) VALUES ($1, 'x', 'x', 0, 1)`, id); err != nil {
			return err
		}
		return ledger.Note(ctx, tx, ledger.Entry{Account: "a", Agency: "b", Verb: ledger.Alteration, Action: "act", What: "agency", On: id, Outcome: ledger.Done})
	})
}

func column(t *testing.T, d *db.DB, query string) (all []string) {
	t.Helper()
	if err := d.Read(t.Context(), func(v *db.View) (err error) { all, err = db.All(t.Context(), v, db.Text, query); return err }); err != nil {
		t.Fatal(err)
	}
	return all
}

func well(t *testing.T, c Config) {
	t.Helper()
	found, err := Check(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if len(f.Wrong) > 0 {
			t.Errorf("%s: %v", f.What, f.Wrong)
		}
	}
}
