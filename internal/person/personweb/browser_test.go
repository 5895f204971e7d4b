package personweb_test

import (
	"net/http"
	"testing"

	"clew/internal/db/dbtest"
	"clew/internal/govuk"
	"clew/internal/person"
	"clew/internal/web/webtest"
)

// TestInABrowser finds a person, decides and undoes, with a look at each page on the
// narrowest phone and on a computer.
func TestInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	s, keys := told(t, dbtest.SQLite(t))
	b := browser.Tab(t, s.Site)
	b.Visit("/search")
	b.Check()
	if status := b.Follow("main form button"); status != http.StatusUnprocessableEntity {
		t.Errorf("looked for nothing: status %d", status)
	}
	b.Wait(".govuk-error-summary:focus")
	b.Check()
	b.Fill("#q", "quillfeather")
	b.Follow("main form button")
	b.Check()
	if b.Path() != "/search" || b.Value("#q") != "quillfeather" {
		t.Errorf("at %s the field holds %q", b.Path(), b.Value("#q"))
	}
	b.Fill("#q", "nm 2026")
	b.Follow("main form button")
	b.Check()
	b.Fill("#q", "Zebedee")
	b.Follow("main form button")
	b.Check()

	b.Visit("/as/Grace%20Adeyinka")
	b.Visit("/people/" + person.VictimOf(keys[0]))
	b.Check()
	b.Click("#maybe ~ ol details + details summary")
	if status := b.Follow("#maybe ~ ol details + details button"); status != http.StatusUnprocessableEntity {
		t.Errorf("decided without a reason: status %d", status)
	}
	b.Wait(".govuk-error-summary:focus")
	b.Check()
	b.Click("#maybe ~ ol details[open] textarea")
	b.Press("The same photograph")
	b.Follow("#maybe ~ ol details[open] button")
	b.Check()
	b.Click("#decisions ~ ol details summary")
	b.Click("#decisions ~ ol details textarea")
	b.Press("Her twin")
	b.Follow("#decisions ~ ol details button")
	b.Check()
}
