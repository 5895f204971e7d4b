package personweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/web/webtest"
)

// TestSignpostAndGlass shows whom else to ask and, to somebody who says why, the
// safety summary; neither shows a word of the other agency's report.
func TestSignpostAndGlass(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, keys := told(t, d)
		const health = "Hask Health"
		accesstest.Agencies(t, d, health)
		there := accesstest.As("Nora")
		there.Agency = health
		known, err := report.NewStore(accesstest.Guard(t, d)).One(t.Context(), accesstest.As("Ann Reader"), keys[0])
		if err != nil {
			t.Fatal(err)
		}
		theirs := known.Record
		theirs.Agency, theirs.ID, theirs.Narrative = health, "SECRET-REF", "SECRETNARRATIVE: he said he would kill her"
		if _, _, err := s.held.Record(t.Context(), there, &theirs); err != nil {
			t.Fatal(err)
		}
		at := "/people/" + person.SuspectOf(keys[0])
		if a := s.Get(t, at); strings.Contains(a.Body, health) {
			t.Error("without an agreement it is said who else knows them")
		}
		now := d.Now()
		if _, err := accesstest.Guard(t, d).Agree(t.Context(), accesstest.As("Chief"), access.Agreement{Level: access.Signpost, Title: "Signposts", Basis: "Vital interests", Parties: []string{accesstest.Agency, health},
			Since: now.Add(-time.Hour), Review: now.AddDate(0, 6, 0), Until: now.AddDate(1, 0, 0)}); err != nil {
			t.Fatal(err)
		}
		a := s.Get(t, at)
		if !strings.Contains(a.Body, "Ask Hask Health too") || strings.Contains(a.Body, "SECRET") {
			t.Error("the page does not say whom to ask, or says more")
		}
		form := at + "/glass?agency=" + url.QueryEscape(health)
		webtest.Golden(t, "glass", unnamed(s.Get(t, form).Main()))
		if a := s.Get(t, at+"/glass?agency=Nobody"); a.Status != http.StatusNotFound {
			t.Errorf("glass before nobody: %d", a.Status)
		}
		if a := s.Post(t, form, url.Values{"reason": {"Now"}}); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "Select why you must see this now") || !strings.Contains(a.Body, "20 characters or more") || strings.Contains(a.Body, "SECRET") {
			t.Errorf("without a cause: %d", a.Status)
		}
		a = s.Post(t, form, url.Values{"cause": {"danger"}, "reason": {"He is outside her mother's house now; a car is on its way"}})
		if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location, "/glass/") {
			t.Fatalf("broken: %d to %s", a.Status, a.Location)
		}
		a = s.Get(t, a.Location)
		for _, want := range []string{"Safety summary", "1 report in the last two years", "Fear of violence, or a threat", "Recorded"} {
			if !strings.Contains(a.Body, want) {
				t.Errorf("the summary does not hold %q", want)
			}
		}
		if strings.Contains(a.Body, "SECRET") || strings.Contains(a.Body, known.Suspect.FamilyName) {
			t.Error("the summary holds more than the summary")
		}
	})
}
