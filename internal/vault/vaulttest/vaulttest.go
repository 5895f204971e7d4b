// Package vaulttest lends tests a vault, with people whose details it keeps and
// people who ask for them.
package vaulttest

import (
	"context"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/person"
	"clew/internal/seal"
	"clew/internal/vault"
)

// A World is a database with a clock, a few people who work, and a few who report.
type World struct {
	DB     *db.DB
	Guard  *access.Guard
	Vault  *vault.Store
	Sealer *seal.Sealer
	Now    time.Time
	People []string // mentions
}

// Their agencies.
const (
	Haven  = "advocacy:haven"
	Police = "police:99"
	Other  = "advocacy:other" // in no agreement
)

// New makes one in a database that holds nothing, by the name that db.Open takes.
func New(t *testing.T, where string) *World {
	t.Helper()
	w := &World{Now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	d, err := db.Open(t.Context(), where, func() time.Time { return w.Now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	s, err := seal.Open(t.Context(), d, seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	w.DB, w.Sealer, w.Guard = d, s, access.NewGuard(d)
	w.Guard.Shut = func(_ context.Context, _ db.Querier, mentions []string) ([]string, error) { return mentions, nil }
	w.Vault = vault.NewStore(w.Guard, s)
	prepared, err := new(match.Prepare(match.Mention{Given: "Mara"})).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	w.Write(t, func(tx *db.Tx) error {
		for _, r := range []string{"r1", "r2", "r3", "r4", "r5", "r6", "r7"} {
			w.People = append(w.People, person.VictimOf(r))
			if err := tx.Exec(t.Context(), `
				INSERT INTO reports (id, agency, record, reference, kind, reported, happened, happened_to, offence_code, offence, classification, occurrences,
					relationship, place, narrative, outcome, victim, suspect, extra, fingerprint, same_record, replaced_by, import, line, taken_in_by, taken_in, holder)
				VALUES ($1, $2, $1, $1, 'crime', 0, '', '', '', '', '', 1, '', '', '', '', '{}', '{}', '{}', $1, $1, '', '', 0, '', 0, $2)`, r, Police); err != nil {
				return err
			}
			if err := tx.Exec(t.Context(), `INSERT INTO mentions (id, report, person, probability, name, born, prepared, holder) VALUES ($1, $2, $1, 1, 'Mara', '', $3, $4)`, person.VictimOf(r), r, prepared, Police); err != nil {
				return err
			}
		}
		for _, a := range []string{Haven, Police, Other} {
			if err := tx.Exec(t.Context(), `INSERT INTO agencies (id, name, kind, joined, version) VALUES ($1, $1, 'x', 0, 1)`, a); err != nil {
				return err
			}
		}
		if err := tx.Exec(t.Context(), `INSERT INTO agreements (id, title, basis, since, review, until, made_by, made, withdrawn_by, why) VALUES ('a', 'a', 'b', 0, 0, $1, 'x', 0, '', '')`, int64(1)<<62); err != nil {
			return err
		}
		return tx.Insert(t.Context(), "agreement_parties", []string{"agreement", "agency"}, [][]any{{"a", Haven}, {"a", Police}})
	})
	return w
}

// Write changes the database.
func (w *World) Write(t *testing.T, f func(*db.Tx) error) {
	t.Helper()
	if err := w.DB.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// Actor is somebody with a role, who signed in.
func (w *World) Actor(t *testing.T, agency string, role access.Role) access.Actor {
	t.Helper()
	a := access.Actor{Account: agency + "/" + string(role), Agency: agency, Name: "Ceri Vaughan", Session: "s", Purpose: access.Protect, Proved: w.Now}
	w.Write(t, func(tx *db.Tx) error {
		return tx.InsertNew(t.Context(), "grants", []string{"id", "account", "role", "since", "until", "given_by", "ended_by"}, [][]any{{a.Account, a.Account, string(role), 0, int64(1) << 62, "x", ""}})
	})
	return a
}

// Number is what a query of one number gives.
func (w *World) Number(t *testing.T, query string, args ...any) (n int64) {
	t.Helper()
	if err := w.DB.Read(t.Context(), func(v *db.View) (err error) {
		n, err = db.One(t.Context(), v, db.Number, query, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// Keep puts a detail in the vault.
func (w *World) Keep(t *testing.T, by access.Actor, who string, d vault.Detail) string {
	t.Helper()
	id, err := w.Vault.Keep(t.Context(), by, who, d)
	if err != nil {
		t.Fatalf("keep: %v", err)
	}
	return id
}
