// Package journeys drives the whole program with a real browser, as people use
// it, on a phone and at a desk. Every page a journey comes to is checked for
// accessibility, for anything wider than the window, and for whatever the
// browser complains of.
package journeys_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"clew/internal/access"
	"clew/internal/app"
	"clew/internal/demo"
	"clew/internal/recording"
	"clew/internal/web/webtest"
)

// program is the whole program over an invented county of so many records; none
// when 0.
func program(t *testing.T, records int) (*app.App, *webtest.Site) {
	t.Helper()
	a, err := app.Open(t.Context(), app.Config{Data: t.TempDir(), Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if records > 0 {
		file := extract(t, records)
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Intake.Run(t.Context(), demoOf(t, a), "records.csv", bytes.NewReader(b), nil, "", func(string, int64, int64) {}); err != nil {
			t.Fatal(err)
		}
	}
	return a, webtest.Serve(t, a.Mux(slog.New(slog.DiscardHandler)))
}

// demoOf is the program at work for the agency that holds the demo's records.
func demoOf(t *testing.T, a *app.App) access.Actor {
	t.Helper()
	by, err := a.At(t.Context(), app.DemoAgency, "Demo")
	if err != nil {
		t.Fatal(err)
	}
	return by
}

func extract(t *testing.T, records int) string {
	t.Helper()
	dir := t.TempDir()
	if err := demo.WriteFiles(dir, demo.Options{Records: records}); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "records.csv")
}

// looks checks the page a tab is on at both widths, and keeps a picture of each
// when CLEW_SCREENSHOTS names a folder.
func looks(t *testing.T, b *webtest.Tab, name string) {
	t.Helper()
	for _, width := range []struct {
		name string
		set  func() *webtest.Tab
	}{{"phone", b.Phone}, {"desk", b.Desktop}} {
		width.set()
		if dir := os.Getenv("CLEW_SCREENSHOTS"); dir != "" {
			b.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%s.png", name, width.name)))
		}
		b.Check()
	}
}

// mostReported are the patterns with the most reports, so many at most.
func mostReported(t *testing.T, a *app.App, most int) []recording.Entry {
	t.Helper()
	all, _, err := a.Audit.Worklist(t.Context(), demoOf(t, a), recording.Filter{Sort: recording.MostReports}, 0, most)
	if err != nil || len(all) < min(most, 2) {
		t.Fatalf("%d patterns: %v", len(all), err)
	}
	return all
}

// TestImportToDecision is the journey of an analyst and a second person: take an
// extract in, read the worklist, open a pattern, decide, confirm, undo.
func TestImportToDecision(t *testing.T) {
	file := extract(t, 5000)
	_, site := program(t, 0)
	b := webtest.Browser(t).Tab(t, site)

	b.Visit("/")
	looks(t, b, "start-empty")
	b.Follow(`button[value="priya"]`)
	b.Visit("/worklist")
	looks(t, b, "worklist-empty")

	b.Visit("/imports")
	looks(t, b, "imports-empty")
	b.Visit("/imports/new")
	looks(t, b, "import-new")
	b.Attach(`input[type="file"]`, file)
	b.Follow(`main form button.govuk-button`)
	looks(t, b, "import-mapping")
	b.Follow(`main form[action$="/start"] button.govuk-button`)
	b.Wait(`a[href^="/worklist"].govuk-button`)
	looks(t, b, "import-done")

	b.Visit("/worklist?finding=stalking-not-recorded")
	looks(t, b, "worklist")
	b.Follow(`main a[href^="/patterns/"]`)
	pattern := b.Path()
	looks(t, b, "pattern")

	b.Follow(`#decide button.govuk-button`) // nothing chosen
	if b.Status() != 422 {
		t.Errorf("deciding nothing gives %d, want 422", b.Status())
	}
	looks(t, b, "pattern-wrong")
	b.Click(`#decide input[name="verdict"][value="stalking"]`)
	b.Click(`#decide [name="reason"]`)
	b.Press("Followed, watched and rung for months, by one former partner")
	b.Follow(`#decide button.govuk-button`)
	looks(t, b, "pattern-decided")
	if path, _, _ := strings.Cut(b.Path(), "#"); path != pattern {
		t.Errorf("after deciding the page is %s, want %s", b.Path(), pattern)
	}

	b.Visit("/come-in")
	looks(t, b, "come-in")
	b.Follow(`button[value="grace"]`)
	b.Visit("/worklist?state=decided")
	b.Follow(`main a[href^="/patterns/"]`)
	b.Click(`main form[action$="/answers"] input[value="confirmed"]`)
	b.Follow(`main form[action$="/answers"] button.govuk-button`)
	looks(t, b, "pattern-confirmed")
	b.Visit("/worklist?state=confirmed")
	if n := b.Count(`main a[href^="/patterns/"]`); n != 1 {
		t.Errorf("%d patterns are confirmed, want 1", n)
	}

	b.Follow(`main a[href^="/patterns/"]`)
	b.Click(`main details:has(form[action$="/answers"]) summary`)
	b.Click(`main details form[action$="/answers"] [name="reason"]`)
	b.Press("New facts: the two were seen together")
	b.Follow(`main details form[action$="/answers"] button.govuk-button`)
	looks(t, b, "pattern-undone")
	b.Visit("/worklist?state=confirmed")
	if n := b.Count(`main a[href^="/patterns/"]`); n != 0 {
		t.Errorf("%d patterns are confirmed after undoing, want none", n)
	}
}

// TestRecordAReport is the journey of a call handler: type a report in, be told
// what it is part of before and after it is kept.
func TestRecordAReport(t *testing.T) {
	a, site := program(t, 2000)
	all := mostReported(t, a, 1)
	known, err := a.Reports.One(t.Context(), demoOf(t, a), all[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	b := webtest.Browser(t).Tab(t, site)
	b.Visit("/come-in")
	b.Follow(`button[value="sam"]`)
	b.Visit("/reports/new")
	looks(t, b, "report-new")
	if b.Follow(`main button[name="do"][value="save"]`); b.Status() != 422 {
		t.Errorf("an empty report gives %d, want 422", b.Status())
	}
	looks(t, b, "report-wrong")
	for field, text := range map[string]string{
		"agency": "Hask Housing", "record_id": "HH/2026/7", "reported_at": "19/11/2026 10:00", "narrative": "He was sat outside her flat again, watching the door.",
		"victim_given_name": known.Victim.GivenName, "victim_family_name": known.Victim.FamilyName, "victim_dob": known.Victim.Born, "victim_phone": strings.Join(known.Victim.Phones, "; "),
		"victim_postcode": strings.Join(known.Victim.Postcodes, "; "), "suspect_given_name": known.Suspect.GivenName, "suspect_family_name": known.Suspect.FamilyName,
	} {
		if text != "" {
			b.Click(fmt.Sprintf(`main [name=%q]`, field))
			b.Press(text)
		}
	}
	b.Follow(`main button[name="do"][value="check"]`)
	looks(t, b, "report-screened")
	if held, _, err := a.Reports.Search(t.Context(), demoOf(t, a), "HH/2026/7", 0, 1); err != nil || len(held) != 0 {
		t.Errorf("screening kept the report: %v, %v", held, err)
	}
	b.Follow(`main button[name="do"][value="save"]`)
	looks(t, b, "report-part")
	if said := b.Text("main"); !strings.Contains(said, fmt.Sprintf("report by this victim about this suspect")) {
		t.Errorf("the page does not say what the report is part of:\n%s", said)
	}
}

// TestTwoPeopleOrOne is the journey of somebody who knows better: refuse a match,
// see the pattern part, take it back.
func TestTwoPeopleOrOne(t *testing.T) {
	a, site := program(t, 2000)
	all := mostReported(t, a, 1)
	b := webtest.Browser(t).Tab(t, site)
	b.Visit("/come-in")
	b.Follow(`button[value="priya"]`)
	b.Visit("/people/" + all[0].Victim)
	looks(t, b, "person")
	b.Visit("/search")
	looks(t, b, "search")
	b.Click(`main [name="q"]`)
	b.Press(all[0].VictimName)
	b.Follow(`main form button.govuk-button`)
	looks(t, b, "search-found")
	if strings.Contains(b.Path(), "?") {
		t.Errorf("the search stands in the address: %s", b.Path())
	}
	b.Visit("/people/" + all[0].Victim)
	b.Follow(`main a[href^="/reports/"]`)
	looks(t, b, "report")
}

var (
	partOf = regexp.MustCompile(`name="as" value="([a-z]+)"`)
	ours   = regexp.MustCompile(`<a [^>]*href="(/[^"#?]*)"`)
)

// TestEverybody comes in as each person of the demo, and follows what their first
// page and the pages it leads to offer: nobody is led to a page they may not see.
func TestEverybody(t *testing.T) {
	_, site := program(t, 2000)
	b := webtest.Browser(t).Tab(t, site)
	all := partOf.FindAllStringSubmatch(site.Get(t, "/come-in").Body, -1)
	if len(all) < 15 {
		t.Fatalf("%d people to come in as", len(all))
	}
	checked := map[string]bool{}
	for _, part := range all {
		who := part[1]
		site.Post(t, "/come-in", url.Values{"as": {who}})
		b.Visit("/come-in")
		if who == all[0][1] {
			looks(t, b, "come-in")
		}
		b.Follow(fmt.Sprintf(`button[value=%q]`, who))
		looks(t, b, "first-"+who)
		seen := map[string]bool{"/": true}
		todo := []string{"/"}
		for len(todo) > 0 {
			path := todo[0]
			todo = todo[1:]
			got := site.Get(t, path)
			if got.Status != 200 && !strings.HasPrefix(got.Location, "/prove") {
				t.Errorf("%s is led to %s and told %d", who, path, got.Status)
				continue
			}
			name := strings.ReplaceAll(strings.Trim(path, "/"), "/", "-")
			if !checked[path] && got.Status == 200 && path != "/" {
				checked[path] = true
				b.Visit(path)
				looks(t, b, "everybody-"+name)
			}
			if strings.Count(path, "/") > 1 && path != "/audit/classifications" {
				continue // one page deep
			}
			for _, link := range ours.FindAllStringSubmatch(got.Body, -1) {
				if !seen[link[1]] && len(seen) < 25 {
					seen[link[1]] = true
					todo = append(todo, link[1])
				}
			}
		}
	}
}

// TestAudit draws a sample and looks at what it shows.
func TestAudit(t *testing.T) {
	_, site := program(t, 2000)
	b := webtest.Browser(t).Tab(t, site)
	b.Visit("/come-in")
	b.Follow(`button[value="tom"]`)
	b.Visit("/audit")
	looks(t, b, "audit")
	b.Click(`main [name="size"]`)
	b.Press("10")
	b.Follow(`main form[action="/audit/samples"] button.govuk-button`)
	looks(t, b, "sample")
	b.Visit("/audit/classifications?q=harassment")
	looks(t, b, "classifications")
	b.Visit("/no-such-page")
	b.Check()
}

// TestCase is the journey of a supervisor: open a case from a pattern, say what must
// be done, write a note, put somebody on the team, close it and open it again.
func TestCase(t *testing.T) {
	a, site := program(t, 2000)
	all := mostReported(t, a, 1)
	b := webtest.Browser(t).Tab(t, site)
	b.Visit("/come-in")
	b.Follow(`button[value="ruth"]`)
	b.Visit("/cases")
	looks(t, b, "cases-empty")
	b.Visit("/tasks")
	looks(t, b, "tasks-empty")
	b.Visit("/patterns/" + all[0].ID)
	b.Follow(`form[action="/cases"] button`)
	looks(t, b, "case-new")
	kase := b.Path()

	b.Click(`details:has(#deed) summary`)
	b.Follow(`form[action$="/deeds"] button`)
	looks(t, b, "case-deed-wrong")
	b.Choose("#deed", "decision:spo")
	b.Fill("#on", "1/9/2026")
	b.Click("#deed_words")
	b.Press("A restraining order is there already.")
	b.Follow(`form[action$="/deeds"] button`)
	looks(t, b, "case-deed")

	b.Click(`details:has(#is) summary`)
	b.Fill("#related_from", "soon")
	b.Follow(`form[action$="/relations"] button`)
	looks(t, b, "case-relation-wrong")
	b.Choose("#is", "partner")
	b.Fill("#related_from", "2018")
	b.Fill("#related_until", "March 2023")
	b.Follow(`form[action$="/relations"] button`)
	looks(t, b, "case-relation")
	if got := b.Text(".clew-facts"); !strings.Contains(got, "Partner, 2018 to March 2023") {
		t.Errorf("the facts of the case are %q", got)
	}

	watched := func() {
		t.Helper()
		if _, err := a.Watch.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	watched()
	b.Visit("/warnings")
	looks(t, b, "warnings")
	b.Visit("/warnings?whose=team&overdue=yes&rule=effort")
	looks(t, b, "warnings-none")
	b.Visit(kase)
	b.Click(`details:has(#answer_words) summary`)
	b.Follow(`form[action$="/warnings"] button`)
	looks(t, b, "case-answer-wrong")
	b.Click("#answer_words")
	b.Press("She was asked, and wants no more today.")
	b.Follow(`form[action$="/warnings"] button`)
	looks(t, b, "case-answer")
	watched()
	b.Visit(kase + "/warnings")
	looks(t, b, "case-warnings-before")
	b.Visit(kase)

	b.Click(`details:has(#what) summary`)
	b.Follow(`form[action$="/tasks"] button`)
	looks(t, b, "case-task-wrong")
	b.Fill("#what", "Visit her with the crime prevention officer and change the locks")
	b.Click("#owner")
	b.Press("R")
	b.Fill("#due", "1/2/2026")
	b.Follow(`form[action$="/tasks"] button`)
	looks(t, b, "case-task")

	b.Click(`details:has(#words) summary`)
	b.Click("#words")
	b.Press("She sleeps at her sister's until Friday.")
	b.Follow(`form[action$="/notes"] button`)
	looks(t, b, "case-note")

	b.Visit(kase + "/team")
	b.Fill("#q", "grace")
	b.Follow(`form[action$="/team/search"] button`)
	looks(t, b, "case-team")
	b.Click(`input[type="radio"][name="member"]`)
	b.Follow(`form[method="post"]:has(input[name="leads"]) button`)
	looks(t, b, "case-team-more")
	b.Visit("/")
	looks(t, b, "start-waits")
	if got := b.Text("main"); !strings.Contains(got, "Waits for you") || !strings.Contains(got, "1 task of yours, the first of them overdue") || !strings.Contains(got, "warnings, ") {
		t.Errorf("the first page does not say what waits: %.400s", got)
	}
	b.Follow(`main a[href="/tasks"]`)
	looks(t, b, "tasks")
	b.Visit("/cases")
	looks(t, b, "cases")
	b.Follow(`main table a`)

	b.Click(`details:has(#why_close) summary`)
	b.Follow(`form[action$="/close"] button`)
	looks(t, b, "case-close-wrong")
	b.Click("#although")
	b.Click("#why_close")
	b.Press("He has left the country, and the court has his address.")
	b.Follow(`form[action$="/close"] button`)
	looks(t, b, "case-closed")
	b.Click("#why")
	b.Press("He is back.")
	b.Follow(`form[action$="/reopen"] button`)
	looks(t, b, "case-reopened")
	if got := b.Text(".clew-next"); !strings.Contains(got, "You. ") {
		t.Errorf("next is %q", got)
	}
}

// TestIncidents is the journey of an advocate: record what nobody reported, correct it,
// say who came to know and what it did, and paste a diary of which a line is wrong.
func TestIncidents(t *testing.T) {
	a, site := program(t, 2000)
	all := mostReported(t, a, 1)
	b := webtest.Browser(t).Tab(t, site)
	b.Visit("/come-in")
	b.Follow(`button[value="ruth"]`)
	b.Visit("/patterns/" + all[0].ID)
	b.Follow(`form[action="/cases"] button`)
	kase := b.Path()

	b.Follow(`a[href$="/incidents/new"]`)
	b.Follow(`main form button[type="submit"]`)
	if b.Status() != 422 {
		t.Errorf("keeping nothing gives %d, want 422", b.Status())
	}
	looks(t, b, "incident-wrong")
	b.Fill("#happened", "12/3/2026 22:10")
	b.Choose("#kind", "call")
	b.Click(`input[name="suspect"]`)
	b.Click("#words")
	b.Press("The phone rang four times, and nobody spoke.")
	looks(t, b, "incident-short")
	b.Click(`main form details summary`)
	b.Fill("#times", "4")
	b.Fill("#until", "15/3/2026")
	b.Fill("#number", "07700 900123")
	b.Click(`input[name="impact"][value="sleep"]`)
	looks(t, b, "incident-long")
	b.Follow(`main form button[type="submit"]`)
	looks(t, b, "incident")
	one := b.Path()
	if got := b.Text("main"); !strings.Contains(got, "12 March 2026 at 10:10pm") || !strings.Contains(got, "4 times") || !strings.Contains(got, "Sleep, since") {
		t.Errorf("the incident says %s", got)
	}

	b.Follow(`a[href$="/correction"]`)
	b.Fill("#happened", "12/3/2026 21:10")
	b.Click("#why")
	b.Press("The phone shows an hour earlier.")
	looks(t, b, "incident-correction")
	b.Follow(`main form button[type="submit"]`)
	b.Click(`details:has(#agency) summary`)
	b.Follow(`form[action$="/known"] button`)
	looks(t, b, "incident-known-wrong")
	b.Choose("#agency", app.DemoAgency)
	b.Fill("#known", "14/3/2026")
	b.Follow(`form[action$="/known"] button`)
	b.Click(`details:has(#felt) summary`)
	b.Choose("#fear", "3")
	b.Fill("#felt", "12/3/2026")
	b.Follow(`form[action$="/impact"] button`)
	looks(t, b, "incident-corrected")
	if got := b.Text("main"); !strings.Contains(got, "9:10pm") || !strings.Contains(got, "10:10pm") || !strings.Contains(got, "an hour earlier") || !strings.Contains(got, "14 March 2026") {
		t.Errorf("the incident says %s", got)
	}

	b.Visit(kase + "/diary")
	looks(t, b, "diary-empty")
	b.Click("#diary")
	b.Press("13/3/2026 22:10 called six times, said nothing\rSunday: his car again\r15/3/26 a letter\r~16/3/2026 flowers on the step")
	b.Click(`input[name="suspect"]`)
	b.Follow(`button[value="read"]`)
	looks(t, b, "diary-read")
	if got := b.Text("main"); !strings.Contains(got, "2 entries can be read") || !strings.Contains(got, "2 lines cannot be read") {
		t.Errorf("the diary is read as %s", got)
	}
	b.Follow(`button[value="keep"]`)
	looks(t, b, "diary-left")
	if got := b.Value("#diary"); got != "Sunday: his car again\n15/3/26 a letter\n" && got != "Sunday: his car again\n15/3/26 a letter" {
		t.Errorf("left is %q", got)
	}
	b.Click(`#undated`)
	b.Follow(`button[value="keep"]`)
	if got := b.Value("#diary"); got != "15/3/26 a letter\n" && got != "15/3/26 a letter" {
		t.Errorf("left is %q", got)
	}
	b.Fill("#diary", "15/3/2026 a letter")
	b.Follow(`button[value="keep"]`)
	looks(t, b, "incidents")
	if n := b.Count(`main tbody tr`); n != 5 {
		t.Errorf("%d incidents are listed, want 5", n)
	}
	b.Choose("#kind", "gift")
	b.Follow(`form[method="get"] button`)
	if n := b.Count(`main tbody tr`); n != 1 {
		t.Errorf("%d gifts are listed, want 1", n)
	}
	b.Visit(kase)
	looks(t, b, "case-incidents")
	if n := b.Count(`main a[href*="/incidents/3"], main a[href="` + one + `"]`); n < 5 {
		t.Errorf("%d incidents are in the chronology, want 5", n)
	}
	if got := b.Text("main"); !strings.Contains(got, "Happened 12 March 2026 at 9:10pm to 15 March 2026") {
		t.Errorf("the chronology says %s", got)
	}
	if title := b.Title(); strings.Contains(title, "call") {
		t.Errorf("the title is %q", title)
	}
}
