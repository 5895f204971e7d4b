package casefileweb_test

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"clew/internal/report"
	"clew/internal/when"
)

// wrote is a report by mara about ed that was made on a day of 2025.
func wrote(id string, month time.Month, day int, happened, until, says string) *report.Record {
	r := &report.Record{Agency: "Northmoor Police", ID: id, Kind: report.Crime, Reported: time.Date(2025, month, day, 9, 0, 0, 0, time.UTC), Count: 1, Offence: "Harassment", Victim: mara, Suspect: ed, Narrative: says}
	for _, x := range []struct {
		text string
		to   *when.Moment
	}{{happened, &r.From}, {until, &r.To}} {
		if x.text != "" {
			m, err := when.Parse(x.text)
			if err != nil {
				panic(err)
			}
			*x.to = m
		}
	}
	return r
}

var (
	picture = regexp.MustCompile(`(?s)<svg viewBox.*?</svg>`)
	element = regexp.MustCompile(`<[^>]*>`)
)

// TestTimelinePage has the picture and the list say the same, and nobody named in an
// address.
func TestTimelinePage(t *testing.T) {
	series := wrote("C/3", 2, 20, "2025-02-01", "2025-02-19", "He rang her again and again. She is distressed.")
	series.Count = 12
	site, kase := serve(t, []*report.Record{
		wrote("C/1", 1, 3, "", "", "He texted her."), wrote("C/2", 2, 3, "2025-01", "", "He was stood outside her house."), series,
		wrote("C/4", 8, 2, "2025-08-01", "", "He broke into her house and threatened to kill her. She is afraid he will hurt her."), wrote("C/5", 8, 9, "", "", "Nothing more is written down."),
	})
	page := site.Get(t, kase+"/timeline")
	drawn := picture.FindString(page.Body)
	list := page.Body[strings.Index(page.Body, `id="list"`):]
	for what, of := range map[string]string{
		`role="img" aria-labelledby="picture-title picture-words"`: "the picture is named", "The list below gives the same facts.": "it points to the list", "×12": "the series", "grew worse": "the turn",
		"case opened": "what was done", `class="clew-picture__unsure"`: "the month of which the day is not known", ">5 months</text>": "the gap",
	} {
		if !strings.Contains(drawn, what) {
			t.Errorf("%s: no %q in the picture", of, what)
		}
	}
	for _, what := range []string{"January 2025, day not known", "1 February 2025 to 19 February 2025", ", 12 times", "Nothing recorded for 5 months", "It grew worse", "The case was opened", "Early warning raised", "Threat or violence", "Other, or not said",
		"Reported, recorded as Harassment, 2 August 2025, Northmoor Police", "5 reports and"} {
		if !strings.Contains(element.ReplaceAllString(list, ""), what) {
			t.Errorf("the list does not say %q", what)
		}
	}
	for _, id := range []string{"C/1", "C/2", "C/3", "C/4", "C/5"} {
		if strings.Count(list, "<bdi>"+id+"</bdi>") != 1 {
			t.Errorf("%s is in the list %d times", id, strings.Count(list, "<bdi>"+id+"</bdi>"))
		}
	}
	for _, href := range regexp.MustCompile(`href="[^"]*"`).FindAllString(page.Body, -1) {
		if strings.Contains(strings.ToLower(href), "mara") || strings.Contains(strings.ToLower(href), "farrow") {
			t.Errorf("an address names somebody: %s", href)
		}
	}

	few := site.Get(t, kase+"/timeline?lane=threat&only=reports&from=1/8/2025&to=31/8/2025").Body
	if n := strings.Count(few, `class="clew-picture-list__item`); n != 1 || !strings.Contains(few, "<bdi>C/4</bdi>") {
		t.Errorf("%d entries fit, want the threat", n)
	}
	if n := strings.Count(few, `class="clew-chosen__link"`); n != 4 {
		t.Errorf("%d filters can be taken away, want 4", n)
	}
	if none := site.Get(t, kase+"/timeline?lane=online&only=reports"); none.Status != 200 || !strings.Contains(none.Body, "Nothing fits.") || picture.MatchString(none.Body) {
		t.Errorf("nothing that fits: %d", none.Status)
	}
	if wrong := site.Get(t, kase+"/timeline?from=never"); wrong.Status != 422 || !strings.Contains(wrong.Body, "Enter the first day") || !strings.Contains(wrong.Body, `value="never"`) {
		t.Errorf("a day that is none: %d", wrong.Status)
	}
	if beyond := site.Get(t, kase+"/timeline?page=9"); beyond.Status != 200 {
		t.Errorf("a page past the end: %d", beyond.Status)
	}
	looks(t, site, kase+"/timeline", kase+"/links")
}

// TestWholeTimeline has a list of several pages on one, to be printed.
func TestWholeTimeline(t *testing.T) {
	var all []*report.Record
	for i := range 120 {
		all = append(all, wrote(fmt.Sprint("C/", i), time.Month(1+i/28), 1+i%28, "", "", "He rang her again."))
	}
	site, kase := serve(t, all)
	link := regexp.MustCompile(`href="([^"]*whole=yes[^"]*)"`)
	count := func(page string) int { return strings.Count(page, `<li class="clew-picture-list__item`) }
	for _, sieve := range []string{"", "?lane=contact"} {
		first := site.Get(t, kase+"/timeline"+sieve).Body
		whole := link.FindStringSubmatch(first)
		if whole == nil || count(first) >= 100 {
			t.Fatalf("%q: %d entries, and no way to all of them", sieve, count(first))
		}
		page := site.Get(t, html.UnescapeString(whole[1])).Body
		if count(page) < 120 || link.MatchString(page) || strings.Contains(page, "This page has") {
			t.Errorf("%q: %d entries on the page with all of them", sieve, count(page))
		}
	}
}

// TestLinksPage has what two victims' reports share stand out in words as well as in
// the picture, and what is a victim's own left out.
func TestLinksPage(t *testing.T) {
	him := ed
	him.Vehicles = []string{"NX07 ABC"}
	joan := report.Party{GivenName: "Joan", FamilyName: "Pennistone", Born: "1979-12-19", Phones: []string{"07700 900303"}}
	a, b := wrote("C/1", 1, 3, "", "", "He followed her."), wrote("J/1", 1, 9, "", "", "He followed her.")
	a.Suspect, b.Suspect, b.Victim, a.Place = him, ed, joan, "Hask bus station"
	site, kase := serve(t, []*report.Record{a, b, wrote("C/2", 1, 12, "", "", "He rang her.")})
	page := site.Get(t, kase+"/links").Body
	text := element.ReplaceAllString(page, " ")
	for _, what := range []string{"Shared number: 07700 900202", "Vehicle: NX07 ABC", "Place: Hask bus station", "In the reports of 2 victims", "Joan Pennistone", "Other victims are named here.", "What is written down of a victim alone is left out."} {
		if !strings.Contains(text, what) {
			t.Errorf("the page does not say %q", what)
		}
	}
	alone := site.Get(t, kase+"/links?others=no").Body
	for _, never := range []string{"07700 900101", "07700 900303"} {
		if strings.Contains(page+alone, never) {
			t.Errorf("a victim's own number %s is shown", never)
		}
	}
	if strings.Contains(alone, "Pennistone") || strings.Contains(alone, "Shared") || strings.Contains(alone, "J/1") {
		t.Error("another victim is told of where other victims are left out")
	}
	looks(t, site, kase+"/links", kase+"/links?others=no")
}

// TestAChildIsSaid has the page of a case say that the suspect is a child, and one that
// is not is not said to be.
func TestAChildIsSaid(t *testing.T) {
	for _, x := range []struct {
		born       string
		child, ten bool
	}{{ed.Born, false, false}, {time.Now().AddDate(-12, 0, -3).Format("02/01/2006"), true, false}, {time.Now().AddDate(-8, 0, -3).Format(time.DateOnly), true, true}, {"", false, false}} {
		r := wrote("C/1", 1, 3, "", "", "He texted her.")
		r.Suspect.Born = x.born
		site, kase := serve(t, []*report.Record{r})
		body := element.ReplaceAllString(site.Get(t, kase).Body, "")
		if got := strings.Contains(body, "is a child, "); got != x.child {
			t.Errorf("born %q: said to be a child: %v", x.born, got)
		}
		if got := strings.Contains(body, "under 10 cannot be charged"); got != x.ten {
			t.Errorf("born %q: said to be under 10: %v", x.born, got)
		}
		if x.child && !strings.Contains(body, map[bool]string{false: "12 years old", true: "8 years old"}[x.ten]) {
			t.Errorf("born %q: another age is said", x.born)
		}
	}
}
