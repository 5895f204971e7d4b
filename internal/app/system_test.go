package app

import (
	"context"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/govuk"
	"clew/internal/ledger"
	"clew/internal/seal"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

// TestSystem reads how the system is: as it begins, when work went well, and when it
// did not.
func TestSystem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		folder := t.TempDir()
		sealer, err := seal.Open(t.Context(), d, seal.NewKey())
		if err != nil {
			t.Fatal(err)
		}
		log, err := ledger.Open(t.Context(), d, filepath.Join(folder, "ledger.key"))
		if err != nil {
			t.Fatal(err)
		}
		a := join(d, Config{Data: folder}, sealer, log)
		t.Cleanup(a.Intake.Close)
		accesstest.Agencies(t, d, "police:1")
		who := accesstest.Somebody(t, d, "police:1", "op", access.Operator)
		m := a.Mux(nil)
		m.Door.Who = func(r *http.Request) (*http.Request, string, error) {
			ctx, err := a.Guard.Enter(r.Context(), who)
			return r.WithContext(ctx), "Op", err
		}
		site := webtest.Serve(t, m)
		want := func(status int, texts ...string) {
			t.Helper()
			got := site.Get(t, "/system")
			if got.Status != status {
				t.Errorf("status %d, not %d", got.Status, status)
			}
			for _, text := range texts {
				text, unwanted := strings.CutPrefix(text, "!")
				if strings.Contains(html.UnescapeString(got.Body), text) == unwanted {
					t.Errorf("%q: wanted is %v", text, !unwanted)
				}
			}
		}
		want(200, "Nothing is wrong that Clew can see", "Present", "Not yet", "None: nobody elsewhere would notice", "!Number ", "!Whoever")
		quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
		a.did(t.Context(), verifying, quiet, func() (int64, error) { return a.verifyLedger(t.Context()) })
		want(200, "Nothing is wrong that Clew can see", "1 entry, on ")
		var said strings.Builder
		a.did(t.Context(), settling, slog.New(slog.NewTextHandler(&said, nil)), func() (int64, error) { return 0, errors.New("Whoever was here") })
		_, number, _ := strings.Cut(said.String(), "number=")
		number, _, _ = strings.Cut(number, " ")
		want(200, "Working out who is who failed the last time. Look in the log for number "+number, "!Whoever was here")
		a.did(t.Context(), settling, quiet, func() (int64, error) { return 0, nil })
		want(200, "Nothing is wrong that Clew can see", "Number "+number+", on ") // the last error is still known
		if err := noteBackup(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		var before int64
		read := func() (n int64) {
			if err := d.Read(t.Context(), func(v *db.View) (err error) {
				n, err = db.One(t.Context(), v, db.Number, `SELECT COUNT(*) FROM ledger_entries WHERE action = 'read how the system is' AND account = 'op'`)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if before = read(); before == 0 {
			t.Error("a look at the system is not in the ledger")
		}
		want(200, "!None that Clew knows of")
		who = accesstest.Somebody(t, d, "police:1", "officer", access.Officer)
		want(403)
		who = accesstest.Somebody(t, d, "police:1", "auditor", access.Auditor)
		want(200)
		a.Seal = seal.Closed(seal.ErrWrong)
		want(200, "Nothing can be changed: the master key is wrong")
		a.Seal = seal.Closed(seal.ErrMissing)
		want(200, "the master key is missing")
	})
}

// TestLedgerThatWasChanged has the page say so.
func TestLedgerThatWasChanged(t *testing.T) {
	a, err := Open(t.Context(), Config{Data: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	accesstest.Agencies(t, a.db, "police:1")
	by := accesstest.Somebody(t, a.db, "police:1", "op", access.Operator)
	for range 3 {
		if _, err := a.condition(t.Context(), by); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := a.verifyLedger(t.Context()); err != nil || n < 3 {
		t.Fatalf("%d entries verified, %v", n, err)
	}
	if err := a.db.Write(t.Context(), func(tx *db.Tx) error {
		if err := tx.Exec(t.Context(), `DROP TRIGGER ledger_entries_are_not_changed`); err != nil {
			return err
		}
		return tx.Exec(t.Context(), `UPDATE ledger_entries SET account = 'another' WHERE account = 'op'`)
	}); err != nil {
		t.Fatal(err)
	}
	a.did(t.Context(), verifying, slog.New(slog.NewTextHandler(io.Discard, nil)), func() (int64, error) { return a.verifyLedger(context.Background()) })
	c, err := a.condition(t.Context(), by)
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(c.wrong(), "\n"); !strings.Contains(all, "something was wrong") {
		t.Errorf("it says %q", all)
	}
}

// some is a system with one of each thing.
func some() condition {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	c := condition{Now: at, Built: Built{Version: "v1.2.0", Commit: "0123456789ab"}, Engine: "PostgreSQL 17.2", Copies: true, Size: 3 << 29, Free: 5 << 20, Step: 20, Newest: 20, Entries: 12_345,
		Witnesses: []witnessed{{"Haven", at.Add(-time.Hour), 12_000}, {Name: "Council"}}, Replaced: []*ledger.Replacement{{At: at, Last: 9_000}}, Certificate: at.AddDate(0, 0, 9), Unprotected: "it may go there without TLS"}
	c.take([]work{{Name: settling, Ended: at, Error: "7F3K-9QAB", Failed: at}, {Name: verifying, Ended: at.Add(-time.Hour), Figure: 12_300}, {Name: disposal, Ended: at, Error: "AAAA-BBBB", Failed: at.AddDate(0, 0, -2)}})
	return c
}

func TestSystemPage(t *testing.T) {
	var b strings.Builder
	if err := systemPage(some()).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	webtest.Golden(t, "system", b.String())
}

func TestSystemInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	m := web.NewMux(nil)
	c := some()
	m.Handle("GET /system", func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, http.StatusOK, systemPage(c))
	})
	b := browser.Tab(t, webtest.Serve(t, m))
	b.Visit("/system")
	b.Check()
	if folder := os.Getenv("CLEW_PICTURES"); folder != "" {
		b.Phone().Screenshot(filepath.Join(folder, "system-phone.png"))
		b.Desktop().Screenshot(filepath.Join(folder, "system.png"))
	}
	c = condition{Free: -1, Engine: "SQLite 3.53.4", Size: 1 << 10, Step: 20, Newest: 20}
	c.take(nil)
	b.Visit("/system")
	b.Check()
}
