package vault_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/vault"
	"clew/internal/vault/vaulttest"
	"clew/internal/where"
)

var stable = vault.Detail{Kind: "routine", Value: "Hollow Lane livery", Routine: vault.Routine{Position: "NZ 271 421", From: "2025"}}

// TestRoutine keeps a place, lists that it is on the map, shows where to whoever reveals
// it, and changes when it is routine.
func TestRoutine(t *testing.T) {
	each(t, func(t *testing.T, w *vaulttest.World) {
		ceri, other := w.Actor(t, vaulttest.Haven, access.Advocate), w.Actor(t, vaulttest.Police, access.Officer)
		mara := w.People[0]
		for what, d := range map[string]struct {
			vault.Detail
			field string
		}{
			"a telephone on the map": {vault.Detail{Kind: "phone", Value: "07700 900101", Routine: vault.Routine{Position: "NZ 271 421"}}, "position"},
			"half a county":          {vault.Detail{Kind: "work", Value: "x", Routine: vault.Routine{Position: "NZ 27 42"}}, "position"},
			"a postcode":             {vault.Detail{Kind: "work", Value: "x", Routine: vault.Routine{Position: "ZZ1 1ZZ"}}, "position"},
			"no date":                {vault.Detail{Kind: "work", Value: "x", Routine: vault.Routine{From: "spring"}}, "from"},
			"an end before":          {vault.Detail{Kind: "work", Value: "x", Routine: vault.Routine{From: "3/2026", Until: "1/2026"}}, "until"},
		} {
			_, err := w.Vault.Keep(t.Context(), ceri, mara, d.Detail)
			if bad, ok := errors.AsType[fault.Invalid](err); !ok || bad.Of(d.field) == "" {
				t.Errorf("%s: %v", what, err)
			}
		}
		id := w.Keep(t, ceri, mara, stable)
		if _, all, err := w.Vault.Of(t.Context(), ceri, mara); err != nil || len(all) != 1 || !all[0].Mapped || all[0].From != "2025" || strings.Contains(fmt.Sprint(all), "271") {
			t.Errorf("listed: %+v, %v", all, err)
		}
		reveal, err := w.Vault.Reveal(t.Context(), ceri, mara, id, access.Protect)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := w.Vault.Look(t.Context(), ceri, mara, id, reveal); err != nil || r.Position != "NZ 271 421" || r.Value != stable.Value {
			t.Errorf("revealed: %+v, %v", r, err)
		}
		if err := w.Vault.SetRoutine(t.Context(), other, mara, id, vault.Routine{Until: "2026"}); !errors.Is(err, fault.NotFound) {
			t.Errorf("another agency says when it is routine: %v", err)
		}
		if err := w.Vault.SetRoutine(t.Context(), ceri, mara, id, vault.Routine{From: "2025", Until: "1/3/2026"}); err != nil {
			t.Fatal(err)
		}
		spots := func(agency string, who string) (all []vault.Spot) {
			t.Helper()
			sight := &access.Sight{Subject: access.Subject{Actor: access.Program(agency, "Clew"), Now: w.Now}}
			if err := w.DB.Read(t.Context(), func(v *db.View) (err error) {
				if sight.Pool, err = access.Together(t.Context(), v, w.Now, agency); err != nil {
					return err
				}
				all, err = vault.Spots(t.Context(), v, w.Sealer, sight, who)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return all
		}
		if all := spots(vaulttest.Police, mara); len(all) != 1 || all[0].At.Latitude < 54.77 || all[0].At.Latitude > 54.78 || all[0].Until.String() != "2026-03-01" || !all[0].Placed.Equal(w.Now) {
			t.Errorf("an early warning is given %+v", all)
		}
		if all := spots(vaulttest.Other, mara); len(all) != 0 {
			t.Errorf("an agency in no agreement is given %+v", all)
		}
		w.Write(t, func(tx *db.Tx) error {
			if err := w.Vault.Move(t.Context(), tx, mara, w.People[1]); err != nil {
				return err
			}
			return w.Vault.Erase(t.Context(), tx, mara)
		})
		if all := spots(vaulttest.Police, w.People[1]); len(all) != 1 {
			t.Errorf("after it was moved: %+v", all)
		}
		if err := w.Vault.End(t.Context(), ceri, w.People[1], id); err != nil {
			t.Fatal(err)
		}
		if n := w.Number(t, `SELECT COUNT(*) FROM contacts WHERE position IS NOT NULL OR cell IS NOT NULL`); n != 0 {
			t.Error("the position stays after the place is no longer right")
		}
		broken := w.Keep(t, ceri, w.People[1], stable)
		second := stable
		second.Value = "The other livery"
		w.Keep(t, ceri, w.People[1], second)
		w.Write(t, func(tx *db.Tx) error {
			return tx.Exec(t.Context(), `UPDATE contacts SET position = $2 WHERE id = $1`, broken, []byte("damaged"))
		})
		if all := spots(vaulttest.Police, w.People[1]); len(all) != 1 || all[0].ID == broken {
			t.Errorf("beside one that does not open: %+v", all)
		}
	})
}

// TestRoutineIsSealed looks for a place in the files of a database.
func TestRoutineIsSealed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "clew.db")
	w := vaulttest.New(t, file)
	w.Keep(t, w.Actor(t, vaulttest.Haven, access.Advocate), w.People[0], stable)
	for _, name := range []string{file, file + "-wal"} {
		b, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		for _, secret := range []string{"NZ 271", "271421", "livery", "1095 -16"} {
			if bytes.Contains(b, []byte(secret)) {
				t.Errorf("%s has %q", filepath.Base(name), secret)
			}
		}
	}
}

// TestCells has whatever is within 5 kilometres in a cell of its own or beside it.
func TestCells(t *testing.T) {
	s := vaulttest.New(t, filepath.Join(t.TempDir(), "clew.db")).Sealer
	cells := func(at string) [][]byte {
		t.Helper()
		p, err := where.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		all, err := vault.Cells(s, p)
		if err != nil || len(all) != 9 {
			t.Fatalf("%d cells: %v", len(all), err)
		}
		return all
	}
	for _, pair := range [][2]string{{"NZ 271 421", "NZ 276 426"}, {"NZ 271 421", "NZ 271 470"}, {"SX 100 500", "SX 148 500"}, {"HP 600 100", "HP 648 100"}, {"TG 514 131", "TG 480 165"}} {
		one, other := cells(pair[0]), cells(pair[1])
		if !slices.ContainsFunc(one, func(c []byte) bool { return bytes.Equal(c, other[4]) }) {
			t.Errorf("%s is not near %s", pair[1], pair[0])
		}
	}
}
