package vault_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/seal"
	"clew/internal/vault"
	"clew/internal/vault/vaulttest"
)

var home = vault.Detail{Kind: "address", Value: "12 Elm Row", Note: "not after 5pm"}

func each(t *testing.T, f func(t *testing.T, w *vaulttest.World)) {
	t.Helper()
	dbtest.EachBare(t, func(t *testing.T, where string) { f(t, vaulttest.New(t, where)) })
}

func TestReveal(t *testing.T) {
	each(t, func(t *testing.T, w *vaulttest.World) {
		ceri := w.Actor(t, vaulttest.Haven, access.Advocate)
		id := w.Keep(t, ceri, w.People[0], home)
		looks := w.Number(t, `SELECT COUNT(*) FROM ledger_entries WHERE action = 'reveal a contact detail'`)
		reveal, err := w.Vault.Reveal(t.Context(), ceri, w.People[0], id, access.Request)
		if err != nil {
			t.Fatal(err)
		}
		if n := w.Number(t, `SELECT COUNT(*) FROM ledger_entries WHERE action = 'reveal a contact detail' AND subject = $1 AND purpose = 'request'`, id); n != looks+1 {
			t.Errorf("%d entries in the ledger before it is shown, want %d", n, looks+1)
		}
		w.Now = w.Now.Add(59 * time.Second)
		r, err := w.Vault.Look(t.Context(), ceri, w.People[0], id, reveal)
		if err != nil || r.Value != home.Value || r.Note != home.Note || r.Known != vault.NotKnown {
			t.Errorf("after 59 seconds: %+v, %v", r, err)
		}
		other := ceri
		other.Session = "another"
		if r, err := w.Vault.Look(t.Context(), other, w.People[0], id, reveal); !errors.Is(err, fault.NotFound) || r.Value != "" {
			t.Errorf("in another session: %+v, %v", r, err)
		}
		w.Now = w.Now.Add(time.Second)
		if r, err := w.Vault.Look(t.Context(), ceri, w.People[0], id, reveal); !errors.Is(err, fault.NotFound) || r.Value != "" {
			t.Errorf("after a minute: %+v, %v", r, err)
		}
		if _, err := w.Vault.Reveal(t.Context(), ceri, w.People[0], id, ""); err == nil {
			t.Error("revealed for no purpose")
		}
	})
}

func TestWhoMayReveal(t *testing.T) {
	each(t, func(t *testing.T, w *vaulttest.World) {
		ceri := w.Actor(t, vaulttest.Haven, access.Advocate)
		private := w.Keep(t, ceri, w.People[0], home)
		sharing := vault.Detail{Kind: "phone", Value: "07700 900101", Shared: true}
		shared := w.Keep(t, ceri, w.People[0], sharing)
		for _, c := range []struct {
			agency            string
			role              access.Role
			private, sharedTo bool
		}{
			{vaulttest.Haven, access.Advocate, true, true},
			{vaulttest.Haven, access.AdvocacyManager, true, true},
			{vaulttest.Haven, access.Officer, false, true}, // an agency in two roles, for the matrix
			{vaulttest.Haven, access.Analyst, false, false},
			{vaulttest.Police, access.Officer, false, true},
			{vaulttest.Police, access.Supervisor, false, true},
			{vaulttest.Police, access.Advocate, false, false},
			{vaulttest.Police, access.Analyst, false, false},
			{vaulttest.Police, access.Prosecutor, false, false},
			{vaulttest.Police, access.Administrator, false, false},
			{vaulttest.Police, access.Auditor, false, false},
			{vaulttest.Police, access.Operator, false, false},
			{vaulttest.Other, access.Advocate, false, false},
			{vaulttest.Other, access.Officer, false, false},
		} {
			by := w.Actor(t, c.agency, c.role)
			for id, want := range map[string]bool{private: c.private, shared: c.sharedTo} {
				before := w.Number(t, `SELECT COALESCE(SUM(tries), 0) FROM vault_alerts`)
				reveal, err := w.Vault.Reveal(t.Context(), by, w.People[0], id, access.Protect)
				raised := w.Number(t, `SELECT COALESCE(SUM(tries), 0) FROM vault_alerts`) - before
				switch {
				case (err == nil) != want:
					t.Errorf("%s of %s, shared %v: %v", c.role, c.agency, id == shared, err)
				case want && raised != 0, !want && raised != 1:
					t.Errorf("%s of %s, shared %v: %d alerts", c.role, c.agency, id == shared, raised)
				case !want && reveal != "":
					t.Errorf("%s of %s was refused and given %q", c.role, c.agency, reveal)
				}
			}
			_, listed, err := w.Vault.Of(t.Context(), by, w.People[0])
			has := func(id string) bool {
				return slices.ContainsFunc(listed, func(k vault.Contact) bool { return k.ID == id })
			}
			if has(private) != c.private || has(shared) != c.sharedTo {
				t.Errorf("%s of %s: the list has %v (%v)", c.role, c.agency, listed, err)
			}
		}
	})
}

func TestMostThatOnePersonMayReveal(t *testing.T) {
	each(t, func(t *testing.T, w *vaulttest.World) {
		ceri := w.Actor(t, vaulttest.Haven, access.Advocate)
		ids := map[string]string{}
		for _, p := range w.People {
			ids[p] = w.Keep(t, ceri, p, home)
		}
		reveal := func(p string) error {
			_, err := w.Vault.Reveal(t.Context(), ceri, p, ids[p], access.Protect)
			return err
		}
		for i := range 10 {
			if err := reveal(w.People[0]); err != nil {
				t.Fatalf("detail %d: %v", i+1, err)
			}
		}
		if err := reveal(w.People[0]); !errors.Is(err, vault.ErrTooMany) {
			t.Errorf("the eleventh in an hour: %v", err)
		}
		w.Now = w.Now.Add(time.Hour)
		for i := 1; i < 5; i++ {
			if err := reveal(w.People[i]); err != nil {
				t.Fatalf("person %d: %v", i+1, err)
			}
		}
		if err := reveal(w.People[5]); !errors.Is(err, vault.ErrTooMany) {
			t.Errorf("the sixth person in a day: %v", err)
		}
		if err := reveal(w.People[4]); err != nil {
			t.Errorf("one of the five again: %v", err)
		}
		w.Now = w.Now.Add(24 * time.Hour)
		if err := reveal(w.People[5]); err != nil {
			t.Errorf("the next day: %v", err)
		}
		if n := w.Number(t, `SELECT COUNT(*) FROM vault_alerts WHERE account = $1`, ceri.Account); n != 2 {
			t.Errorf("%d alerts, want 2", n)
		}
	})
}

func TestKeep(t *testing.T) {
	each(t, func(t *testing.T, w *vaulttest.World) {
		ceri, officer := w.Actor(t, vaulttest.Haven, access.Advocate), w.Actor(t, vaulttest.Police, access.Officer)
		w.Keep(t, ceri, w.People[0], vault.Detail{Kind: "phone", Value: "07700 900101", Known: vault.Known, Since: "01/02/2026"})
		for what, d := range map[string]vault.Detail{
			"the same number": {Kind: "phone", Value: "+44 7700 900101"},
			"no kind":         {Value: "x"},
			"no value":        {Kind: "email", Value: "  "},
			"no such state":   {Kind: "email", Value: "x", Known: "perhaps"},
			"no date":         {Kind: "email", Value: "x", Known: vault.Known, Since: "last spring"},
		} {
			if _, err := w.Vault.Keep(t.Context(), ceri, w.People[0], d); err == nil {
				t.Errorf("%s is kept", what)
			} else if _, ok := errors.AsType[fault.Invalid](err); !ok {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := w.Vault.Keep(t.Context(), ceri, "nobody", home); !errors.Is(err, fault.NotFound) {
			t.Errorf("for nobody: %v", err)
		}
		if _, err := w.Vault.Keep(t.Context(), w.Actor(t, vaulttest.Police, access.Analyst), w.People[0], home); !errors.Is(err, fault.Forbidden) {
			t.Errorf("by an analyst: %v", err)
		}
		w.Keep(t, officer, w.People[0], home)
		_, all, err := w.Vault.Of(t.Context(), officer, w.People[0])
		if err != nil || len(all) != 1 || !all[0].Shared {
			t.Errorf("an officer sees %+v, %v", all, err)
		}
		if err := w.Vault.End(t.Context(), ceri, w.People[0], all[0].ID); !errors.Is(err, fault.NotFound) {
			t.Errorf("another agency ends it: %v", err)
		}
		if err := w.Vault.End(t.Context(), officer, w.People[0], all[0].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Vault.Reveal(t.Context(), officer, w.People[0], all[0].ID, access.Protect); !errors.Is(err, fault.NotFound) {
			t.Errorf("revealed after it ended: %v", err)
		}
	})
}

func TestLocked(t *testing.T) {
	each(t, func(t *testing.T, w *vaulttest.World) {
		ceri := w.Actor(t, vaulttest.Haven, access.Advocate)
		id := w.Keep(t, ceri, w.People[0], home)
		w.Write(t, func(tx *db.Tx) error {
			if err := tx.Exec(t.Context(), `INSERT INTO locks (id, set_by, since, reason, asked_by, asked_for, lifted_by) VALUES ('l', 'x', 0, '', '', '', '')`); err != nil {
				return err
			}
			if err := tx.Exec(t.Context(), `INSERT INTO lock_mentions (lock, mention) VALUES ('l', $1)`, w.People[0]); err != nil {
				return err
			}
			return tx.Exec(t.Context(), `INSERT INTO lock_accounts (lock, account) VALUES ('l', $1)`, ceri.Account)
		})
		if _, _, err := w.Vault.Of(t.Context(), ceri, w.People[0]); !errors.Is(err, fault.NotFound) {
			t.Errorf("the list of a person hidden from her: %v", err)
		}
		if _, err := w.Vault.Reveal(t.Context(), ceri, w.People[0], id, access.Protect); !errors.Is(err, fault.NotFound) {
			t.Errorf("a detail of a person hidden from her: %v", err)
		}
		if n := w.Number(t, `SELECT COUNT(*) FROM vault_alerts`); n != 1 {
			t.Errorf("%d alerts, want 1", n)
		}
	})
}

func TestErase(t *testing.T) {
	each(t, func(t *testing.T, w *vaulttest.World) {
		ceri := w.Actor(t, vaulttest.Haven, access.Advocate)
		w.Keep(t, ceri, w.People[0], home)
		w.Keep(t, ceri, w.People[1], home)
		w.Write(t, func(tx *db.Tx) error { return w.Vault.Erase(t.Context(), tx, w.People[0]) })
		if n := w.Number(t, `SELECT COUNT(*) FROM contacts`); n != 1 {
			t.Errorf("%d contacts are left, want the other person’s", n)
		}
		if _, err := w.Vault.Keep(t.Context(), ceri, w.People[0], home); !errors.Is(err, seal.ErrDestroyed) {
			t.Errorf("kept for somebody erased: %v", err)
		}
	})
}

// TestMove has what is kept of a mention readable with another, when the first is
// erased.
func TestMove(t *testing.T) {
	each(t, func(t *testing.T, w *vaulttest.World) {
		ceri := w.Actor(t, vaulttest.Haven, access.Advocate)
		id := w.Keep(t, ceri, w.People[0], home)
		old := w.Keep(t, ceri, w.People[0], vault.Detail{Kind: "phone", Value: "07700 900111"})
		if err := w.Vault.End(t.Context(), ceri, w.People[0], old); err != nil {
			t.Fatal(err)
		}
		w.Write(t, func(tx *db.Tx) error {
			if err := w.Vault.Move(t.Context(), tx, w.People[0], w.People[1]); err != nil {
				return err
			}
			return w.Vault.Erase(t.Context(), tx, w.People[0])
		})
		reveal, err := w.Vault.Reveal(t.Context(), ceri, w.People[1], id, access.Protect)
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.Vault.Look(t.Context(), ceri, w.People[1], id, reveal)
		if err != nil || r.Value != home.Value || r.Note != home.Note {
			t.Errorf("after it was moved: %+v, %v", r, err)
		}
		if n := w.Number(t, `SELECT COUNT(*) FROM contacts`); n != 1 {
			t.Errorf("%d contacts are left, want 1", n)
		}
	})
}

func TestReadOnly(t *testing.T) {
	each(t, func(t *testing.T, w *vaulttest.World) {
		ceri := w.Actor(t, vaulttest.Haven, access.Advocate)
		w.Keep(t, ceri, w.People[0], home)
		w.Guard.ReadOnly = seal.ErrMissing
		if _, err := w.Vault.Keep(t.Context(), ceri, w.People[1], home); !errors.Is(err, fault.ReadOnly) {
			t.Errorf("kept while nothing may be changed: %v", err)
		}
		if _, all, err := w.Vault.Of(t.Context(), ceri, w.People[0]); err != nil || len(all) != 1 {
			t.Errorf("looked while nothing may be changed: %v, %v", all, err)
		}
		if n := w.Number(t, `SELECT COUNT(*) FROM ledger_entries WHERE outcome = 'read-only'`); n != 1 {
			t.Errorf("%d refusals in the ledger, want 1", n)
		}
	})
}
