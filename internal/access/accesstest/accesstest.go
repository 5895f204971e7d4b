// Package accesstest lends tests somebody to act: for tests of what a room does,
// and not of who may have it do so.
package accesstest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/db"
)

// Agency is where those whom As makes work.
const Agency = "police:99"

// Guard is the guard of a database that has the Agency in it.
func Guard(t testing.TB, d *db.DB) *access.Guard {
	t.Helper()
	Agencies(t, d, Agency)
	return access.NewGuard(d)
}

// Agencies adds agencies to a database.
func Agencies(t testing.TB, d *db.DB, ids ...string) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		for _, id := range ids {
			if err := tx.InsertNew(t.Context(), "agencies", []string{"id", "name", "kind", "joined", "version"}, [][]any{{id, id, "police", 0, 1}}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// As is somebody of the Agency who may do everything, as a program may.
func As(name string) access.Actor {
	account := name
	if len(account) > 100 {
		sum := sha256.Sum256([]byte(name))
		account = hex.EncodeToString(sum[:])
	}
	return access.Actor{Account: account, Agency: Agency, Name: name, Purpose: access.Protect, Program: true}
}

// Somebody is a person of an agency with roles in force and nothing else.
func Somebody(t testing.TB, d *db.DB, agency, name string, roles ...access.Role) access.Actor {
	t.Helper()
	Agencies(t, d, agency)
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		for _, r := range roles {
			if err := tx.Insert(t.Context(), "grants", []string{"id", "account", "role", "since", "until", "given_by", "ended_by"}, [][]any{{db.NewID(), name, string(r), 0, int64(1) << 62, "test", ""}}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return access.Actor{Account: name, Agency: agency, Name: name, Purpose: access.Protect, Proved: time.Now()}
}

const cookie = "as"

// Anybody serves pages to whoever GET /as/NAME says is there; until then, to Ann
// Reader.
func Anybody(pages http.Handler) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /as/{name}", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: cookie, Value: url.QueryEscape(r.PathValue("name")), Path: "/"})
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	m.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		name := "Ann Reader"
		if c, err := r.Cookie(cookie); err == nil {
			name, _ = url.QueryUnescape(c.Value)
		}
		pages.ServeHTTP(w, r.WithContext(access.With(r.Context(), As(name))))
	})
	return m
}

// Only serves pages to one person, who may do what their roles allow.
func Only(by access.Actor, pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pages.ServeHTTP(w, r.WithContext(access.With(r.Context(), by)))
	})
}

// Lock hides the people that mentions belong to from an account.
func Lock(t testing.TB, d *db.DB, account string, mentions ...string) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		id := db.NewID()
		if err := tx.Insert(t.Context(), "locks", []string{"id", "set_by", "since", "reason", "asked_by", "asked_for", "lifted_by"}, [][]any{{id, "test", 0, "They are family", "", "", ""}}); err != nil {
			return err
		}
		for _, m := range mentions {
			if err := tx.Insert(t.Context(), "lock_mentions", []string{"lock", "mention"}, [][]any{{id, m}}); err != nil {
				return err
			}
		}
		return tx.Insert(t.Context(), "lock_accounts", []string{"lock", "account"}, [][]any{{id, account}})
	}); err != nil {
		t.Fatal(err)
	}
}

// Sight is what somebody whom As makes may see: all that the Agency holds.
func Sight(name string) *access.Sight {
	return &access.Sight{Subject: access.Subject{Actor: As(name), Pool: access.Pool{ID: Agency, Agencies: []string{Agency}}}}
}
