package vaultweb_test

import (
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/govuk"
	"clew/internal/vault"
	"clew/internal/vault/vaulttest"
	"clew/internal/web/webtest"
)

// refused has an advocate of another agency, and an analyst of this one, ask for two
// people's details, which they may not.
func refused(t *testing.T, w *vaulttest.World, tens string) {
	t.Helper()
	ceri := w.Actor(t, vaulttest.Haven, access.Advocate)
	analyst := w.Actor(t, vaulttest.Police, access.Analyst)
	for i, n := range []int{2, 1} {
		id := w.Keep(t, ceri, w.People[i], vault.Detail{Kind: "phone", Value: "07700 9001" + tens + string(rune('1'+i))})
		for range n {
			if _, err := w.Vault.Reveal(t.Context(), analyst, w.People[i], id, access.Protect); err == nil {
				t.Fatal("it was revealed")
			}
		}
	}
}

// TestRefusedTries shows refused tries to the custodian and the auditor of the agency
// of whoever tried, who close them; later tries are to be reviewed again.
func TestRefusedTries(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := vaulttest.New(t, where)
		custodian := w.Actor(t, vaulttest.Police, access.Custodian)
		s, _ := site(t, w, custodian)
		want := func(a webtest.Answer, status int, texts ...string) {
			t.Helper()
			if a.Status != status {
				t.Errorf("status %d, not %d", a.Status, status)
			}
			for _, text := range texts {
				text, unwanted := strings.CutPrefix(text, "!")
				if strings.Contains(html.UnescapeString(a.Body), text) == unwanted {
					t.Errorf("%q: wanted is %v, in\n%s", text, !unwanted, a.Main())
				}
			}
		}
		want(s.Get(t, "/contacts/refused"), 200, "No try has been refused")
		refused(t, w, "0")
		page := s.Get(t, "/contacts/refused")
		want(page, 200, "1 item", "3 at 2 different details", "Their role does not allow it", "police:99/analyst", "!900", "!Mara", "!"+w.People[0])
		webtest.Golden(t, "refused", page.Body)
		form := url.Values{"account": {"police:99/analyst"}, "day": {"2026-03-02"}, "reason": {string(access.NoRole)}, "tries": {"3"}, "place": {"1"}}
		want(s.Post(t, "/contacts/refused", form), 422, "Say what you found out", "why-1")
		form.Set("why", "She covered for a colleague")
		form.Set("tries", "2")
		want(s.Post(t, "/contacts/refused", form), 409)
		form.Set("tries", "3")
		form.Set("account", "somebody")
		want(s.Post(t, "/contacts/refused", form), 404)
		form.Set("account", "police:99/analyst")
		if a := s.Post(t, "/contacts/refused", form); a.Status != http.StatusSeeOther {
			t.Fatalf("closed: %d", a.Status)
		}
		want(s.Get(t, "/contacts/refused"), 200, "What you found out is kept", "She covered for a colleague", "!Close this item")
		want(s.Post(t, "/contacts/refused", form), 409)
		refused(t, w, "1")
		want(s.Get(t, "/contacts/refused"), 200, "6 at 4 different details", "Close this item")

		// Of another agency nobody sees it, nor the one who tried, nor whom it is closed to.
		other, _ := site(t, w, w.Actor(t, vaulttest.Haven, access.Auditor))
		want(other.Get(t, "/contacts/refused"), 200, "No try has been refused")
		officer, _ := site(t, w, w.Actor(t, vaulttest.Police, access.Officer))
		want(officer.Get(t, "/contacts/refused"), 403)
		w.Write(t, func(tx *db.Tx) error {
			if err := tx.Exec(t.Context(), `INSERT INTO grants (id, account, role, since, until, given_by, ended_by) VALUES ('g', 'police:99/analyst', 'auditor', 0, $1, 'x', '')`, int64(1)<<62); err != nil {
				return err
			}
			if err := tx.Exec(t.Context(), `INSERT INTO locks (id, set_by, since, reason, asked_by, asked_for, lifted_by) VALUES ('l', 'x', 0, '', '', '', '')`); err != nil {
				return err
			}
			if err := tx.Exec(t.Context(), `INSERT INTO lock_mentions (lock, mention) VALUES ('l', $1)`, w.People[0]); err != nil {
				return err
			}
			return tx.Exec(t.Context(), `INSERT INTO lock_accounts (lock, account) VALUES ('l', $1)`, custodian.Account)
		})
		want(s.Get(t, "/contacts/refused"), 200, "2 at 2 different details") // of the other person
		own, _ := site(t, w, w.Actor(t, vaulttest.Police, access.Analyst))
		want(own.Get(t, "/contacts/refused"), 200, "No try has been refused")
	})
}

func TestRefusedInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	w := vaulttest.New(t, filepath.Join(t.TempDir(), "clew.db"))
	w.Now = time.Now()
	s, _ := site(t, w, w.Actor(t, vaulttest.Police, access.Auditor))
	b := browser.Tab(t, s)
	b.Visit("/contacts/refused")
	b.Check()
	refused(t, w, "0")
	b.Visit("/contacts/refused")
	b.Check()
	if folder := os.Getenv("CLEW_PICTURES"); folder != "" {
		b.Screenshot(filepath.Join(folder, "refused.png"))
	}
	if status := b.Follow("main form button"); status != http.StatusUnprocessableEntity {
		t.Errorf("an empty review: %d", status)
	}
	b.Wait(".govuk-error-summary:focus")
	b.Check()
	b.Click("#why-1")
	b.Press("She covered for a colleague")
	b.Follow("main form button")
	b.Check()
}
