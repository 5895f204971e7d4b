package watch_test

import (
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/casefile"
	"clew/internal/db/dbtest"
	"clew/internal/incident"
	"clew/internal/person"
	"clew/internal/report"
)

// TestFoundByIndex has finds and ties looked up by index: neither the reports nor the
// incidents of everybody are read for one case.
func TestFoundByIndex(t *testing.T) {
	w := open(t, t.TempDir()+"/clew.db")
	ann := accesstest.Somebody(t, w.d, police, "Ann", access.Officer)
	w.now = w.now.Add(time.Minute)
	for i, name := range []string{"Mara", "Ottilie"} {
		key := w.record([]string{"C/1", "C/2"}[i], name, []string{"Edmund", "Lucian"}[i], "stranger")
		id, err := w.cases.Open(t.Context(), ann, person.VictimOf(key), person.SuspectOf(key), "")
		w.must(err)
		_, err = w.vault.Keep(t.Context(), ann, person.VictimOf(key), stable)
		w.must(err)
		_, err = w.cases.RecordIncident(t.Context(), ann, id, casefile.Telling{Reads: "safeguarding", Draft: incident.Draft{Happened: "1/2/2026", Kind: "call", Suspect: casefile.Nobody, Features: map[string]string{"number": "07700 900999"}}})
		w.must(err)
	}
	w.foundBy(police, "F/1", report.Position{Latitude: 54.7733, Longitude: -1.5790})
	plans, _ := dbtest.Plans(t, w.d, w.pass)
	seen := 0
	for _, p := range plans {
		if !strings.Contains(p.Query, "incident_ties") && !strings.Contains(p.Query, "found-property") && !strings.Contains(p.Query, "contacts") {
			continue
		}
		seen++
		for _, s := range p.Scans() {
			if !strings.Contains(p.Query, "i.features <> ''") { // once, of what was written before
				t.Errorf("reads all of %s\n%s\n%s", s, p.Query, strings.Join(p.Steps, "\n"))
			}
		}
	}
	if seen < 5 {
		t.Errorf("%d queries were seen", seen)
	}
}
