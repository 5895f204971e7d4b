package patternweb_test

import (
	"testing"

	"clew/internal/db/dbtest"
	"clew/internal/govuk"
	"clew/internal/web/webtest"
)

// TestInABrowser goes the way of a report, from being typed to being decided, with
// a look at each page on the narrowest phone and on a computer.
func TestInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	h := open(t, dbtest.SQLite(t))
	b := browser.Tab(t, h.Site)
	b.Visit("/worklist")
	b.Check()
	id := h.course()
	b.Visit("/patterns/" + id)
	b.Check()
	b.Visit("/as/Sam%20Keogh")
	b.Visit("/worklist?with=grave&since=2026")
	b.Check()

	b.Visit("/reports/new")
	b.Check()
	b.Fill("#agency", "St Orrin's Hospital")
	b.Fill("#victim_given_name", "Mara")
	b.Fill("#victim_family_name", "Quillfeather")
	b.Fill("#victim_dob", "2/4/1991")
	b.Fill("#suspect_given_name", "Eddie")
	b.Follow("button[value=check]")
	b.Check()
	if got := b.Value("#agency"); got != "St Orrin's Hospital" {
		t.Errorf("the agency became %q", got)
	}
	if status := b.Follow("button[value=save]"); status != 422 {
		t.Errorf("saved without a reference: %d", status)
	}
	b.Wait(".govuk-error-summary:focus")
	b.Check()
	b.Fill("#record_id", "SO/4")
	b.Fill("#reported_at", "3/5/2026")
	b.Follow("button[value=save]")
	b.Check()

	b.Follow(".clew-next a")
	if b.Path() != "/patterns/"+id {
		t.Errorf("the report leads to %s", b.Path())
	}
	if status := b.Follow("#decide button"); status != 422 {
		t.Errorf("decided nothing: %d", status)
	}
	b.Check()
	b.Click("input[value=stalking]")
	b.Click("#reason")
	b.Press("Followed and rung")
	b.Follow("#decide button")
	b.Check()
}

// TestWithoutScripts finds by name, decides and confirms on a phone without scripts.
func TestWithoutScripts(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	h := open(t, dbtest.SQLite(t))
	h.course()
	b := browser.Tab(t, h.Site).Phone().WithoutScripts()
	b.Visit("/worklist")
	b.Click(".clew-filter__summary")
	b.Fill("#name", "quillf")
	b.Follow(".clew-filter button")
	if b.Path() != "/worklist" {
		t.Errorf("a name was looked for at %s", b.Path())
	}
	b.Follow(".clew-entries a")
	b.Click("input[value=stalking]")
	b.Click("#reason")
	b.Press("Followed and rung")
	b.Follow("#decide button")
	b.Visit("/as/Bo%20Second")
	b.Visit("/worklist")
	b.Follow(".clew-entries a")
	b.Click("input[value=confirmed]")
	if status := b.Follow(".clew-decision form button"); status != 200 {
		t.Errorf("confirmed: %d", status)
	}
	b.Wait(".clew-answers")
	b.Fits()
}
