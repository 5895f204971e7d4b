package reportweb_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clew/internal/db/dbtest"
	"clew/internal/govuk"
	"clew/internal/web/webtest"
)

// file writes an extract to be uploaded.
func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestInABrowser takes an extract in, from the file to its reports, with a look at
// each page on the narrowest phone and on a computer.
func TestInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	s := open(t, dbtest.SQLite(t))
	b := browser.Tab(t, s.Site)
	b.Visit("/imports")
	b.Check()
	b.Visit("/as/Priya%20Raman")
	b.Visit("/imports/new")
	b.Check()
	if status := b.Follow("main form button"); status != http.StatusUnprocessableEntity {
		t.Errorf("uploaded nothing: status %d", status)
	}
	b.Wait(".govuk-error-summary:focus")
	b.Check()
	b.Attach("#file", file(t, "march.csv", theirs))
	b.Follow("main form button")
	b.Check()
	b.Choose("#c0", "")
	if status := b.Follow("button[value=start]"); status != http.StatusUnprocessableEntity {
		t.Errorf("started without a reference: status %d", status)
	}
	b.Wait(".govuk-error-summary:focus")
	b.Check()
	b.Choose("#c0", "record_id")
	b.Fill("#agency", "Northwold Constabulary")
	b.Follow("button[value=preview]")
	b.Check()
	b.Follow("button[value=start]")
	b.Wait("#aside") // the page sees by itself that the import is done
	b.Check()
	b.Visit("/imports")
	b.Check()

	key := s.record(t, full())
	two := full()
	two.Narrative += "\nCorrected."
	s.record(t, two)
	b.Visit("/reports/" + key)
	b.Check()
	b.Follow(".govuk-warning-text + p a")
	b.Check()
}

// TestWithoutScripts stops nothing and starts an import on a phone without scripts.
func TestWithoutScripts(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	s := open(t, dbtest.SQLite(t))
	b := browser.Tab(t, s.Site).Phone().WithoutScripts()
	b.Visit("/as/Priya%20Raman")
	b.Visit("/imports/new")
	b.Attach("#file", file(t, "march.csv", theirs))
	b.Follow("main form button")
	b.Fill("#agency", "Northwold Constabulary")
	b.Follow("button[value=start]")
	at := b.Path()
	s.ended(t, strings.TrimPrefix(at, "/imports/"))
	b.Visit(at)
	if got := b.Text("h1"); got != "The import is done" {
		t.Errorf("the page is headed %q", got)
	}
	b.Fits()
}

// TestTooLargeInABrowser chooses a file of 5 GB: the browser shows what is wrong, and
// not that the connection was lost.
func TestTooLargeInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	s := open(t, dbtest.SQLite(t))
	b := browser.Tab(t, s.Site)
	b.Visit("/as/Priya%20Raman")
	b.Visit("/imports/new")
	name := file(t, "long.csv", "")
	if err := os.Truncate(name, 5<<30); err != nil { // which takes no room on the disk
		t.Fatal(err)
	}
	b.Attach("#file", name)
	if status := b.Follow("main form button"); status != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", status)
	}
	if said := b.Text("main"); !strings.Contains(said, "Send at most 2 GB") {
		t.Errorf("the page says %q", said)
	}
}
