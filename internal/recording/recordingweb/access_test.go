package recordingweb_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/recording"
	"clew/internal/report"
)

// somebody is the house as a person of the agency with roles finds it.
func (h *house) somebody(name string, roles ...access.Role) *house {
	h.t.Helper()
	return h.only(accesstest.Somebody(h.t, h.db, accesstest.Agency, name, roles...))
}

// TestReaders are shown no form and no link that would be refused.
func TestReaders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 6)
		analyst, champion, commissioner, officer := h.somebody("Ann Lee", access.Analyst), h.somebody("Grace Adeyinka", access.Champion), h.somebody("Col Munro", access.Commissioner), h.somebody("Olive Bray", access.Officer)
		analyst.want(analyst.Get(t, "/audit"), 200, "Draw a sample", "Decisions under way", "Search every classification")
		a := analyst.Post(t, "/audit/samples", url.Values{"size": {"4"}})
		analyst.want(a, http.StatusSeeOther)
		sample := a.Location
		analyst.want(analyst.Get(t, sample), 200, "4 patterns")
		champion.want(champion.Get(t, "/audit"), 200, "0 of 4", "Decisions under way", "!Draw a sample")
		champion.want(champion.Get(t, sample), 200, "4 patterns")
		a = commissioner.Get(t, "/audit")
		commissioner.want(a, 200, "0 of 4", "!Draw a sample", "!Decisions under way", "!Search every classification")
		for _, to := range []string{"/audit/samples", "/worklist", "/audit/classifications"} {
			if strings.Contains(a.Body, `href="`+to) {
				t.Errorf("a commissioner is led to %s", to)
			}
		}
		for _, path := range []string{sample, sample + "/csv", "/audit/classifications", "/audit/classifications/" + report.Classification("195/94", "Harassment")} {
			commissioner.want(commissioner.Get(t, path), http.StatusForbidden)
			officer.want(officer.Get(t, path), http.StatusForbidden)
		}
		officer.want(officer.Get(t, "/audit"), http.StatusForbidden)
		for _, c := range []*house{champion, commissioner, officer} {
			c.want(c.Post(t, "/audit/samples", url.Values{"size": {"4"}}), http.StatusForbidden)
		}
	})
}

// TestOtherAgency has another agency, without an agreement, that holds nothing, and
// then a report of its own.
func TestOtherAgency(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 6)
		id, err := h.audit.Draw(t.Context(), accesstest.As("Tom Hollin"), "seven", 6, recording.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		all, _, err := h.audit.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{}, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.audit.Decide(t.Context(), accesstest.As("Tom Hollin"), all[0].ID, recording.Stalking, "Stalking (section 2A)", "Read it", 2); err != nil {
			t.Fatal(err)
		}
		by := accesstest.Somebody(t, d, "police:98", "Otis Farr", access.Registrar)
		other, ours := h.only(by), h.somebody("Rhea Dunn", access.Registrar)
		other.want(other.Get(t, "/audit"), 200, "None has been drawn yet", "!Northmoor", "!Hask")
		other.want(other.Get(t, "/audit/samples/"+id), 404)
		other.want(other.Get(t, "/audit/samples/"+id+"/csv"), 404)
		other.want(other.Get(t, "/audit/classifications"), 200, "No report has been taken in yet", "!Harassment", "!Stalking")
		classes := []string{report.Classification("195/94", "Harassment"), report.Classification("", "Stalking (section 2A)")}
		for _, c := range classes {
			other.want(other.Get(t, "/audit/classifications/"+c), 404)
			ours.want(ours.Get(t, "/audit/classifications/"+c), 200)
		}
		other.want(other.Post(t, "/audit/samples", url.Values{"size": {"4"}}), 422, "nothing to draw from")

		r := &report.Record{ID: "SM/1", Agency: "Southmere Police", Reported: time.Date(2026, 1, 9, 9, 0, 0, 0, time.UTC), Count: 1, OffenceCode: "195/94", Offence: "Harassment", Narrative: "He rang her."}
		own := &report.Record{ID: "SM/2", Agency: "Southmere Police", Reported: time.Date(2026, 1, 9, 9, 0, 0, 0, time.UTC), Count: 1, Offence: "Affray at sea", Narrative: "He rang her."}
		for _, r := range []*report.Record{r, own} {
			if _, _, err := h.held.Record(t.Context(), by, r); err != nil {
				t.Fatal(err)
			}
		}
		other.want(other.Get(t, "/audit/classifications"), 200, "2 classifications", "Harassment", "Affray at sea", "!Stalking")
		other.want(other.Get(t, "/audit/classifications/"+classes[0]), 200, "1 report, newest first", "SM/1", "!NM/")
		ours.want(ours.Get(t, "/audit/classifications"), 200, "3 classifications", "!Affray")
		ours.want(ours.Get(t, "/audit/classifications/"+classes[0]), 200, "8 reports, newest first", "!SM/1")
		ours.want(ours.Get(t, "/audit/classifications/"+report.Classification("", "Affray at sea")), 404)
	})
}

// TestLock hides the suspect of one pattern of six from one person.
func TestLock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 6)
		id, err := h.audit.Draw(t.Context(), accesstest.As("Tom Hollin"), "seven", 6, recording.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		all, _, err := h.audit.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{Agency: "=Hask Housing", Sort: recording.ByVictim}, 0, 6)
		if err != nil || len(all) != 3 {
			t.Fatalf("%d, %v", len(all), err)
		}
		hidden := all[0]
		dec, err := h.audit.Decide(t.Context(), accesstest.As("Tom Hollin"), hidden.ID, recording.Stalking, "Breach of an order", "Read it", 2)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.audit.Answer(t.Context(), accesstest.As("Grace Adeyinka"), dec, recording.Confirm, ""); err != nil {
			t.Fatal(err)
		}
		locked, free := h.somebody("Lou Farrow", access.Registrar), h.somebody("Rhea Dunn", access.Registrar)
		locked.want(locked.Get(t, "/audit/samples/"+id), 200, "1 of 6 are decided", hidden.VictimName)
		accesstest.Lock(t, d, "Lou Farrow", hidden.Suspect)

		locked.want(locked.Get(t, "/audit"), 200, "0 of 5", "!of 6")
		locked.want(locked.Get(t, "/audit/samples/"+id), 200, "0 of 5 are decided", "no figure to give", "5 patterns wait", "!can no longer be shown", "!"+hidden.VictimName, "!"+hidden.SuspectName)
		if csv := locked.Get(t, "/audit/samples/"+id+"/csv").Body; strings.Contains(csv, hidden.ID) || strings.Count(csv, "\n") != 6 {
			t.Errorf("the file holds what is hidden:\n%s", csv)
		}
		harassment := report.Classification("195/94", "Harassment")
		locked.want(locked.Get(t, "/audit/classifications/"+harassment), 200, fmt.Sprintf("%d reports, newest first", 6))
		locked.want(locked.Get(t, "/audit/classifications"), 200, "!Breach of an order")
		locked.want(locked.Get(t, "/audit/classifications/"+report.Classification("", "Breach of an order")), 404)
		free.want(free.Get(t, "/audit"), 200, "1 of 6")
		free.want(free.Get(t, "/audit/samples/"+id), 200, "1 of 6 are decided", hidden.VictimName)
		free.want(free.Get(t, "/audit/classifications/"+harassment), 200, "8 reports, newest first")
		free.want(free.Get(t, "/audit/classifications"), 200, "Breach of an order")

		// Nothing of an agency is offered that has no pattern left.
		for _, e := range all[1:] {
			accesstest.Lock(t, d, "Lou Farrow", e.Suspect)
		}
		locked.want(locked.Get(t, "/audit"), 200, "!Hask Housing")
		free.want(free.Get(t, "/audit"), 200, "Hask Housing")
	})
}
