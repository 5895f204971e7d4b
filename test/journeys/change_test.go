package journeys_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/web/webtest"
)

// TestAnExtractReclassifies is the journey of an analyst who takes an extract in that
// records stalking between former partners as harassment, and of the supervisor who
// decides on it.
func TestAnExtractReclassifies(t *testing.T) {
	a, site := program(t, 0)
	const head = "record_id,agency,reported_at,offence,relationship,narrative,outcome,victim_given_name,victim_family_name,victim_dob,suspect_given_name,suspect_family_name,suspect_dob\n"
	pair := ",Mara,Quill,1991-04-02,Edmund,Farrow,1985-03-02\n"
	one := "NM/1,Northmoor Police,2026-01-05,Stalking,ex-partner,He followed her home and she is afraid he will hurt her.," + pair
	two := "NM/2,Northmoor Police,2026-01-20,Harassment,ex-partner,He followed her home again and waited outside.," + pair
	if _, err := a.Intake.Run(t.Context(), demoOf(t, a), "first.csv", bytes.NewReader([]byte(head+one+two)), report.Propose(strings.Split(strings.TrimSpace(head), ",")).Mapping, "", func(string, int64, int64) {}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "second.csv")
	if err := os.WriteFile(file, []byte(head+strings.Replace(one, "Stalking", "Harassment", 1)+two), 0o600); err != nil {
		t.Fatal(err)
	}
	b := webtest.Browser(t).Tab(t, site)
	as := func(who string) {
		b.Visit("/come-in")
		b.Follow(`button[value="` + who + `"]`)
	}
	as("priya")
	b.Visit("/audit/changes")
	looks(t, b, "changes-none")
	b.Visit("/imports/new")
	b.Attach(`input[type="file"]`, file)
	b.Follow(`main form button.govuk-button`)
	b.Follow(`main form[action$="/start"] button.govuk-button`)
	b.Wait(`a[href="/worklist"].govuk-button`)
	looks(t, b, "import-held-up")
	if got := b.Text("#held-up"); !strings.Contains(got, "1 change") || !strings.Contains(got, "waits for somebody senior") {
		t.Errorf("the import says %q", got)
	}
	b.Follow(`#held-up a`)
	looks(t, b, "changes")
	b.Follow(`main table a[href^="/audit/changes/"]`)
	change := b.Path()
	looks(t, b, "change")
	if got := b.Text("main"); !strings.Contains(got, "partners") {
		t.Errorf("why it waits is not said: %q", got)
	}
	b.Click(`input[value="allow"]`)
	b.Click(`[name="reason"]`)
	b.Press("It is harassment")
	if b.Follow(`form[action="` + change + `"] button`); b.Status() != 422 {
		t.Errorf("an analyst decides: %d", b.Status())
	}
	looks(t, b, "change-refused")
	b.Follow(`main a[href^="/reports/"]`)
	looks(t, b, "report-held-up")
	if got := b.Text("main"); !strings.Contains(got, "Stalking counts") {
		t.Errorf("the report does not say what waits: %q", got)
	}

	as("ruth")
	all, _, err := a.Audit.Changes(t.Context(), demoOf(t, a), false, 0, 1)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d changes, %v", len(all), err)
	}
	kase, err := a.Cases.Open(t.Context(), demoOf(t, a), person.VictimOf(all[0].Key), person.SuspectOf(all[0].Key), "")
	if err != nil {
		t.Fatal(err)
	}
	b.Visit("/cases/" + kase)
	looks(t, b, "case-held-up")
	if got := b.Text("main"); !strings.Contains(got, "own system has said Harassment") {
		t.Error("the case does not say what waits")
	}
	b.Visit(change)
	if b.Follow(`form[action="` + change + `"] button`); b.Status() != 422 {
		t.Errorf("deciding nothing: %d", b.Status())
	}
	looks(t, b, "change-wrong")
	b.Click(`input[value="allow"]`)
	b.Click(`[name="reason"]`)
	b.Press("A court found that there was no course of conduct")
	b.Follow(`form[action="` + change + `"] button`)
	looks(t, b, "change-allowed")
	if got := b.Text("main"); !strings.Contains(got, "Allowed by Ruth Kimber") {
		t.Errorf("who decided: %q", got)
	}
	b.Follow(`main a[href^="/reports/"]`)
	looks(t, b, "report-allowed")
	b.Visit("/audit/changes?ended=yes")
	looks(t, b, "changes-ended")
}
