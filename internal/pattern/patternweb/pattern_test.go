package patternweb_test

import (
	"fmt"
	"strings"
	"testing"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
)

func TestPattern(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		id := h.course()
		a := h.Get(t, "/patterns/"+id)
		h.want(a, 200, "Mara Quillfeather reports Edward Farrowgate", "The records suggest stalking, and no agency has recorded it as stalking. The suspect is recorded as a former partner.",
			"Next: decide how this should be recorded", "3 occasions", "What is missing", "fewer than two occasions", "The suspect also reports the victim", "Another person reports the same suspect", "Joan Pennistone",
			"5 January 2026", "Occasion 1", "Hask Housing", "He rang her 20 times", "58D Other criminal damage", "No crime (referral)", "What do you decide?")
		for _, link := range []string{"/people/" + h.pattern(id).VictimPerson, "/people/" + h.pattern(id).SuspectPerson, "/reports/" + id, "/reports/" + h.pattern(id).Facing.Report, "#o1", "/audit/classifications/" + report.Classification("58D", "Other criminal damage")} {
			if !strings.Contains(a.Body, `href="`+link+`"`) {
				t.Errorf("no link to %s", link)
			}
		}
		h.golden("pattern", a)
	})
}

// TestPatternIsFoundByWhatItWas asks for a pattern by ids that are not its own.
func TestPatternIsFoundByWhatItWas(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.want(h.Get(t, "/patterns/none"), 404, "Page not found")
		id := h.course()
		p := h.pattern(id)
		other := p.Accounts[1].Key
		if a := h.Get(t, "/patterns/"+other); a.Status != 303 || a.Location != "/patterns/"+id {
			t.Errorf("another report of it: %d to %s", a.Status, a.Location)
		}
		corrected := h.record(wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home from work and tried the door."))
		now := h.Get(t, "/patterns/"+id)
		if now.Status != 303 || !strings.HasPrefix(now.Location, "/patterns/") || now.Location == "/patterns/"+id {
			t.Fatalf("a report that was corrected: %d to %s", now.Status, now.Location)
		}
		h.want(h.Get(t, now.Location), 200, "tried the door", "3 reports")
		single := p.Others[0].Report
		if a := h.Get(t, "/patterns/"+single); a.Status != 303 || a.Location != "/reports/"+single+"/part" {
			t.Errorf("a report that is in no pattern: %d to %s", a.Status, a.Location)
		}
		if err := h.held.Decide(t.Context(), accesstest.As("Ann Reader"), person.VictimOf(corrected), person.VictimOf(other), false, "Two cousins"); err != nil {
			t.Fatal(err)
		}
		alone := 0
		for _, key := range []string{corrected, other} {
			if a := h.Get(t, "/patterns/"+key); a.Location == "/reports/"+key+"/part" {
				alone++
			}
		}
		if alone == 0 {
			t.Error("two reports by two people, and both still lead to patterns")
		}
	})
}

// TestPatternPages lists many reports 50 at a time, and draws all of them.
func TestPatternPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		id := ""
		for i := range 53 {
			key := h.record(wrote("Northmoor Police", fmt.Sprint("NM/", i), fmt.Sprintf("2026-%02d-%02dT21:00", 1+i/28, 1+i%28), mara, ed, "He followed her home."))
			if i == 0 {
				id = key
			}
		}
		a := h.Get(t, "/patterns/"+id)
		h.want(a, 200, "Reports 1 to 50 of 53", "NM/49", "!NM/50", "and 47 more")
		if n := strings.Count(a.Body, "<circle"); n < 53 {
			t.Errorf("%d marks for 53 occasions", n)
		}
		a = h.Get(t, "/patterns/"+id+"?page=2")
		h.want(a, 200, "Reports 51 to 53 of 53", "NM/52", "!NM/49")
		if !strings.Contains(a.Body, `href="/patterns/`+id+`?page=1#o1"`) {
			t.Error("an element does not lead to its occasion on the other page")
		}
		h.want(h.Get(t, "/patterns/"+id+"?page=9"), 200, "Reports 51 to 53 of 53")
	})
}

// TestHostileWords puts markup, and writing that runs from right to left, wherever
// somebody can write.
func TestHostileWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		const bad = `<script>alert("x")</script>`
		v := report.Party{GivenName: "مريم", FamilyName: "الحداد", Born: "02/04/1991", Phones: []string{"07700 900101"}, Ref: bad}
		s := report.Party{GivenName: bad, FamilyName: `"><img src=x onerror=alert(1)>`, Born: "11/09/1988", Phones: []string{"07700 900202"}}
		var keys []string
		for i, at := range []string{"2026-01-05T21:00", "2026-02-05T21:00"} {
			r := wrote("Agency "+bad, fmt.Sprint(bad, i), at, v, s, "He followed her. "+bad)
			r.Offence, r.OffenceCode, r.Place = bad, bad, bad
			keys = append(keys, h.record(r))
		}
		h.as(bad)
		p := h.pattern(keys[0])
		if _, err := h.audit.Decide(t.Context(), accesstest.As(bad), p.ID, "stalking", bad, bad, 2); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/worklist", "/worklist?agency=" + "%3Cscript%3E", "/patterns/" + p.ID, "/reports/" + keys[1] + "/part"} {
			a := h.Get(t, path)
			if a.Status != 200 || strings.Contains(a.Body, bad) || strings.Contains(a.Body, "<img src=x") {
				t.Errorf("%s: %d, and markup got in: %v", path, a.Status, strings.Contains(a.Body, bad))
			}
			if !strings.HasPrefix(path, "/worklist?") && !strings.Contains(a.Body, "<bdi>مريم الحداد</bdi>") {
				t.Errorf("%s: the name that runs from right to left is not set apart", path)
			}
		}
	})
}

// TestParted is the error of what is no pattern, and never of what is not there.
func TestPartedNamesAReport(t *testing.T) {
	if got := (pattern.Parted{Report: "r"}).Error(); !strings.Contains(got, "r") {
		t.Error(got)
	}
}
