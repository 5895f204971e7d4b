package recordingweb_test

import (
	"testing"

	"clew/internal/access/accesstest"
	"clew/internal/db/dbtest"
	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/recording"
	"clew/internal/report"
	"clew/internal/web/webtest"
)

// TestInABrowser looks at each page on the narrowest phone and on a computer.
func TestInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	h := open(t, dbtest.SQLite(t), 6)
	b := browser.Tab(t, h.Site)
	b.Visit("/as/Tom%20Hollin")
	b.Visit("/audit")
	b.Check()
	if status := b.Follow("form.clew-form button"); status != 422 {
		t.Errorf("drew a sample of no size: %d", status)
	}
	b.Check()
	b.Fill("#size", "5")
	b.Follow("form.clew-form button")
	b.Check()
	all, _, err := h.audit.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{}, 0, 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		v := recording.Stalking
		if e.Finding == pattern.Recorded {
			v = recording.Already
		}
		dec, err := h.audit.Decide(t.Context(), accesstest.As("Tom Hollin"), e.ID, v, "Stalking", "Read it", 2)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.audit.Answer(t.Context(), accesstest.As("Grace Adeyinka"), dec, recording.Confirm, ""); err != nil {
			t.Fatal(err)
		}
	}
	b.Visit(b.Path())
	b.Wait(".clew-chart svg")
	b.Check()
	b.Visit("/audit/classifications?q=195")
	b.Check()
	b.Visit("/audit/classifications/" + report.Classification("195/94", "Harassment"))
	b.Check()
}
