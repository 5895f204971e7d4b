package reportweb_test

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/report"
	"clew/internal/web/webtest"
	"clew/internal/when"
)

// unnamed gives the ids of a page numbers in order of appearance, and makes the
// moments of this run one moment, so that it can be compared.
func unnamed(html string) string {
	names := map[string]string{}
	html = regexp.MustCompile(`\b[0-9a-hjkmnp-tv-z]{16}([vs]?)\b`).ReplaceAllStringFunc(html, func(id string) string {
		if names[id[:16]] == "" {
			names[id[:16]] = "id" + strconv.Itoa(len(names)+1)
		}
		return names[id[:16]] + id[16:]
	})
	today := when.DayOf(time.Now())
	return regexp.MustCompile(today+` at \d{1,2}:\d\d[ap]m`).ReplaceAllString(html, "now")
}

var (
	mara = report.Party{GivenName: "Mara", FamilyName: "Quillfeather", Born: "02/04/1991", Sex: "F", Phones: []string{"07700 900101"}, Postcodes: []string{"NX1 4AB"}, Addresses: []string{"1 Mill Lane,\nOrrinsby"}, Ref: "P77/12"}
	ed   = report.Party{GivenName: "Edward", FamilyName: "Farrowgate", Aliases: []string{"Eddie", "Ted"}, Born: "11/09/1988", Handles: []string{"@farrow_ed"}, Vehicles: []string{"NX51 ABC"}}
)

func full() report.Record {
	at, err := when.Parse("~2026-02-01")
	if err != nil {
		panic(err)
	}
	return report.Record{
		ID: "NM/2026/000117", Agency: "Northmoor Police", Kind: report.Crime, Reported: time.Date(2026, 2, 3, 19, 5, 0, 0, time.UTC), From: at,
		OffenceCode: "58D", Offence: "Other criminal damage", Count: 3, Relationship: "ex-husband", Place: "Mill Lane", Position: &report.Position{Latitude: 54.77, Longitude: -1.57},
		Narrative: "Her ex-partner followed her home from work.\nHe did not hit her. He sends   messages day and night & she is frightened he will kill her.", Outcome: "18",
		Victim: mara, Suspect: ed, Extra: []report.Extra{{Column: "Beat <code>", Value: "N4\nnorth"}, {Column: "Officer", Value: ""}},
	}
}

func TestReportPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		one := full()
		first := s.record(t, one)
		two := one
		two.ID, two.Reported, two.Narrative, two.Extra = "NM/2026/000301", one.Reported.AddDate(0, 1, 0), "", nil
		s.record(t, two)
		a := s.Get(t, "/reports/"+first)
		if a.Status != http.StatusOK {
			t.Fatalf("status %d", a.Status)
		}
		for _, want := range []string{"NM/2026/000117", "about 1 February 2026", "3 February 2026 at 7:05pm", "Stands for 3 occurrences", "ex-husband", "54.77, -1.57", "Eddie; Ted", "@farrow_ed",
			"Beat &lt;code&gt;", "N4\nnorth", "Empty: officer", "Open the pattern it is part of", `href="/people/` + first + `v"`, `href="/people/` + first + `s"`, "Typed in by <bdi>Priya Raman</bdi>"} {
			if !strings.Contains(a.Body, want) {
				t.Errorf("the page does not hold %q", want)
			}
		}
		if text := plain(a.Body); text != one.Narrative {
			t.Errorf("the narrative reads\n%q, want\n%q", text, one.Narrative)
		}
		webtest.Golden(t, "report", unnamed(a.Main()))
	})
}

var (
	quoted = regexp.MustCompile(`(?s)<blockquote[^>]*>(.*)</blockquote>`)
	labels = regexp.MustCompile(`<span class="clew-read__label"><span class="govuk-visually-hidden"> \(</span>.*?<span class="govuk-visually-hidden">\) </span></span>`)
	tags   = regexp.MustCompile(`</?mark[^>]*>`)
)

// plain is the narrative of a page without its marks.
func plain(body string) string {
	m := quoted.FindStringSubmatch(body)
	if m == nil {
		return ""
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(tags.ReplaceAllString(labels.ReplaceAllString(m[1], ""), ""))
}

func TestReportWithLittleInIt(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	key := s.record(t, report.Record{ID: "CALL-9", Agency: "Northmoor Haven", Kind: report.Call, Reported: time.Date(2026, 2, 3, 9, 0, 0, 0, time.UTC), Narrative: "Silent."})
	a := s.Get(t, "/reports/"+key)
	for _, want := range []string{"Call: no offence recorded", "Nobody is named.", "Not given: happened, offence code, offence"} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	webtest.Golden(t, "report-little", unnamed(a.Main()))
}

func TestCorrectionsAreBothKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		one := full()
		first := s.record(t, one)
		two := one
		two.OffenceCode, two.Offence, two.Narrative = "8/65", "Stalking involving fear of violence", one.Narrative+" Corrected."
		two.Suspect.Phones = []string{"07700 900202"}
		second := s.record(t, two)
		old := s.Get(t, "/reports/"+first)
		for _, want := range []string{"A newer report of this record corrects this one", `href="/reports/` + second + `"`, "2 reports of this record are held", "Changed: offence code, offence, what it says and suspect’s phone."} {
			if !strings.Contains(old.Body, want) {
				t.Errorf("the older report does not hold %q", want)
			}
		}
		if !strings.Contains(old.Body, `href="/people/`) {
			t.Error("the older report does not say who its parties are held to be")
		}
		now := s.Get(t, "/reports/"+second)
		if !strings.Contains(now.Body, "This report corrects <a") || !strings.Contains(now.Body, `href="/reports/`+first+`"`) || strings.Contains(now.Body, "A newer report") {
			t.Error("the newer report does not lead to the older one")
		}
		webtest.Golden(t, "report-corrected", unnamed(old.Main()))
	})
}

func TestReportIsHostile(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	r := full()
	bad := `"><script>alert(1)</script><img src=x onerror=y>`
	r.ID, r.Agency, r.Offence, r.Place, r.Outcome, r.Relationship = bad, bad+"a", bad, bad, bad, bad
	r.Narrative = bad + " followed her home </blockquote><script>x</script> \u202e " + bad
	r.Victim.GivenName, r.Suspect.Handles, r.Extra = bad, []string{bad}, []report.Extra{{Column: bad, Value: bad}}
	key := s.record(t, r)
	a := s.Get(t, "/reports/"+key)
	if strings.Contains(a.Body, "<script>alert") || strings.Contains(a.Body, "<img") || strings.Contains(a.Body, "</blockquote><script>") {
		t.Error("the page holds what was written as markup")
	}
	if got := regexp.MustCompile(`<title>[^<]*</title>`).FindString(a.Body); got != "<title>Report – Clew</title>" {
		t.Errorf("the title is %q", got)
	}
}

func TestNoSuchReport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		for _, id := range []string{"none", "0000000000000000", "%00", "a%2Fb", "ÿ"} {
			if a := s.Get(t, "/reports/"+id); a.Status != http.StatusNotFound {
				t.Errorf("/reports/%s: status %d, want 404", id, a.Status)
			}
		}
	})
}
