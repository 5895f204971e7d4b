package personweb_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/person/personweb"
	"clew/internal/report"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

// A site is the pages of people, with somebody who uses them.
type site struct {
	*webtest.Site
	db     *db.DB
	pages  http.Handler
	people *person.Store
	held   *pattern.Store
}

func open(t *testing.T, d *db.DB) site {
	t.Helper()
	g, m := accesstest.Guard(t, d), web.NewMux(nil)
	people := person.NewStore(g)
	held := pattern.NewStore(g, people)
	personweb.Routes(m, g, people, held, report.NewStore(g))
	return site{webtest.Serve(t, accesstest.Anybody(m)), d, m, people, held}
}

// only is the site as one person finds it.
func (s site) only(t *testing.T, by access.Actor) site {
	t.Helper()
	s.Site = webtest.Serve(t, accesstest.Only(by, s.pages))
	return s
}

func (s site) comeIn(t *testing.T, name string) {
	t.Helper()
	s.Get(t, "/as/"+url.PathEscape(name))
}

// record takes a report in, and gives its key.
func (s site) record(t *testing.T, r report.Record) string {
	t.Helper()
	if r.Agency == "" {
		r.Agency = "Northmoor Police"
	}
	if r.Reported.IsZero() {
		r.Reported = time.Date(2026, 2, 3, 19, 5, 0, 0, time.UTC)
	}
	r.Kind, r.Count = report.Crime, 1
	key, _, err := s.held.Record(t.Context(), accesstest.As("Priya Raman"), &r)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

var (
	mara  = report.Party{GivenName: "Mara", FamilyName: "Quillfeather", Born: "02/04/1991", Sex: "F", Phones: []string{"07700 900101"}, Postcodes: []string{"NX1 4AB"}, Ref: "P77/12"}
	mara2 = report.Party{GivenName: "M", FamilyName: "Quilfeather", Born: "02/04/1991", Phones: []string{"+44 7700 900101"}}
	ed    = report.Party{GivenName: "Edward", FamilyName: "Farrowgate", Born: "11/09/1988", Phones: []string{"07700 900202"}, Emails: []string{"ed.farrowgate@example.org"}, Handles: []string{"@farrow_ed"}, Vehicles: []string{"NX51 ABC"}}
	eddie = report.Party{GivenName: "Eddie", FamilyName: "Farrowgate"}
	twin  = report.Party{GivenName: "Judith", FamilyName: "Quillfeather", Born: "02/04/1991", Postcodes: []string{"NX1 4AB"}}
	joan  = report.Party{GivenName: "Joan", FamilyName: "Pennistone", Born: "19/12/1979", Phones: []string{"07700 900303"}}
)

// told is a site that knows a few people: Mara in two reports about Ed, a twin of
// hers in one of her own, and Joan, who reports an Eddie nobody can tell.
func told(t *testing.T, d *db.DB) (s site, keys [4]string) {
	s = open(t, d)
	damage := report.Record{OffenceCode: "58D", Offence: "Other criminal damage", Relationship: "former-partner"}
	one, two, three, four := damage, damage, damage, damage
	one.ID, one.Victim, one.Suspect, one.Narrative = "NM/2026/000117", mara, ed, "Her ex-partner followed her home from work."
	two.ID, two.Victim, two.Suspect, two.Narrative = "NM/2026/000301", mara2, eddie, "He keeps sending her messages."
	two.Reported = time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC)
	three.ID, three.Agency, three.Victim, three.Offence, three.OffenceCode = "REF-9", "Northmoor Haven", twin, "", ""
	four.ID, four.Victim, four.Suspect = "NM/2026/000444", joan, report.Party{GivenName: "Eddie"}
	for i, r := range []report.Record{one, two, three, four} {
		keys[i] = s.record(t, r)
	}
	return s, keys
}

func find(t *testing.T, s site, what string) webtest.Answer {
	t.Helper()
	return s.Post(t, "/search", url.Values{"q": {what}})
}

func TestSearchFinds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, keys := told(t, d)
		maraID, edID := person.VictimOf(keys[0]), person.SuspectOf(keys[0])
		for _, c := range []struct{ what, link, by string }{
			{"quillfeather", "/people/" + maraID, "how a name is spelt"},
			{"Kwilfether", "/people/" + maraID, "how a name sounds"},
			{"Farrowgate Edward", "/people/" + edID, "how a name is spelt"},
			{"0044 7700 900101", "/people/" + maraID, "phone number"},
			{"Ed.Farrowgate@example.org", "/people/" + edID, "e-mail address"},
			{"farrow_ed", "/people/" + edID, "handle"},
			{"nx51abc", "/people/" + edID, "vehicle or national number"},
			{"p77 12", "/people/" + maraID, "an agency’s own reference for the person"},
			{"nx14ab", "/people/" + maraID, "postcode"},
			{"nm 2026 000301", "/reports/" + keys[1], "reference"},
			{"NM/2026", "/reports/" + keys[3], "reference"},
			{"damage criminal", "/reports/" + keys[0], "offence"},
			{"58d", "/reports/" + keys[0], "offence"},
		} {
			a := find(t, s, c.what)
			if a.Status != http.StatusOK {
				t.Fatalf("search for %q: status %d", c.what, a.Status)
			}
			row := rowWith(a.Body, `href="`+c.link+`"`)
			if row == "" {
				t.Errorf("search for %q does not find %s", c.what, c.link)
			} else if !strings.Contains(row, ">"+c.by+"<") {
				t.Errorf("search for %q: the row does not say that it was found by %s:\n%s", c.what, c.by, row)
			}
			if !strings.Contains(a.Body, `value="`+c.what+`"`) {
				t.Errorf("search for %q: the field does not keep what was typed", c.what)
			}
		}
	})
}

// rowWith is the row of a table in which something stands, or "".
func rowWith(body, what string) string {
	for _, row := range strings.Split(body, "<tr") {
		if strings.Contains(row, what) {
			return row
		}
	}
	return ""
}

func TestSearchFindsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := told(t, d)
		for _, what := range []string{"Zebedee", "07700 900999", "50% off", "o_offence", "NM/2031", "<b>nobody</b>", "🦔 hedgehog", strings.Repeat("wörter ", 28)} {
			a := find(t, s, what)
			if a.Status != http.StatusOK || !strings.Contains(a.Body, "Nothing was found") || !strings.Contains(a.Body, "You could try") {
				t.Errorf("search for %q: status %d, without saying that nothing was found and what to try", what, a.Status)
			}
		}
		for what, wrong := range map[string]string{"": "Enter a name, a number or a reference", "   ": "Enter a name", strings.Repeat("a", 201): "200 characters or fewer", "--!?": "at least one letter or number"} {
			a := find(t, s, what)
			if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, wrong) || !strings.Contains(a.Body, "Error: Search") {
				t.Errorf("search for %q: status %d, want 422 and %q", what, a.Status, wrong)
			}
		}
	})
}

func TestSearchShowsHostileTextAsText(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	bad := `Zed"><script>alert(1)</script>`
	key := s.record(t, report.Record{ID: "<img src=x>1", Agency: "<b>Agency</b>", Victim: report.Party{GivenName: bad, FamilyName: "Ashgrove"}, Suspect: joan, Offence: "'><svg onload=x>"})
	for _, a := range []webtest.Answer{find(t, s, "Ashgrove"), find(t, s, bad), find(t, s, "imgsrcx1"), s.Get(t, "/people/"+person.VictimOf(key)), s.Get(t, "/people/"+person.SuspectOf(key))} {
		for _, raw := range []string{"<script>alert", "<img src=x", "<b>Agency", "<svg onload"} {
			if strings.Contains(a.Body, raw) {
				t.Errorf("the page holds %q as markup", raw)
			}
		}
	}
}

// given is a name for each number, no two alike.
func given(i int) string {
	return string([]byte{"BDFGKLMNPRSTVZ"[i%14], "aeiou"[i/14%5], "bdfgklmnprstvz"[i/70%14], "aeiou"[i%5], "xqwhj"[i%5]})
}

func TestSearchTurnsPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		for i := range 205 { // one family name, and nothing else the same
			s.record(t, report.Record{ID: fmt.Sprintf("MX/%04d", i), Agency: fmt.Sprintf("Agency %d", i), Offence: "Theft of a boat",
				Victim: report.Party{GivenName: given(i), FamilyName: "Oakapple", Born: fmt.Sprintf("%d-%02d-%02d", 1940+i%60, i%12+1, i%28+1), Phones: []string{fmt.Sprintf("07700 91%04d", i*7)}}})
		}
		a := find(t, s, "oakapple")
		if n := strings.Count(a.Body, `href="/people/`); n != 50 {
			t.Errorf("the first page shows %d people, want 50", n)
		}
		if !strings.Contains(a.Body, "200 people or more") || !strings.Contains(a.Body, "Page 1 of 4") {
			t.Error("the page does not say that there are 200 or more, on 4 pages")
		}
		seen := map[string]bool{}
		for page := 1; page <= 4; page++ {
			a := s.Post(t, "/search", url.Values{"q": {"oakapple"}, "people": {strconv.Itoa(page)}})
			for _, m := range regexp.MustCompile(`href="/people/(\w+)"`).FindAllStringSubmatch(a.Body, -1) {
				seen[m[1]] = true
			}
		}
		if len(seen) != 200 {
			t.Errorf("four pages show %d people, want 200", len(seen))
		}
		a = s.Post(t, "/search", url.Values{"q": {"boat"}, "reports": {"4"}})
		if n := strings.Count(a.Body, `href="/reports/`); n != 50 || !strings.Contains(a.Body, "More than 200 reports") {
			t.Errorf("the fourth page shows %d reports, want 50 and that there are more", n)
		}
		a = s.Post(t, "/search", url.Values{"q": {"MX/00"}})
		if n := strings.Count(a.Body, `href="/reports/`); n != 50 || !strings.Contains(a.Body, "100 reports") {
			t.Errorf("the start of a reference finds %d on its first page, want 50 of 100", n)
		}
	})
}
