package personweb_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/web/webtest"
)

// unnamed gives the ids of a page numbers in order of appearance, and makes the
// moments and the weights of this run one, so that it can be compared.
func unnamed(html string) string {
	names := map[string]string{}
	html = regexp.MustCompile(`\b[0-9a-hjkmnp-tv-z]{16}([vs]?)\b`).ReplaceAllStringFunc(html, func(id string) string {
		side := strings.TrimLeft(id[16:], " ")
		if names[id[:16]] == "" {
			names[id[:16]] = "id" + strconv.Itoa(len(names)+1)
		}
		return names[id[:16]] + side
	})
	html = regexp.MustCompile(`[+−]\d+\.\d{3}`).ReplaceAllString(html, "±0.000") // what it weighs is match's to say
	return regexp.MustCompile(`\d{1,2} \w+ 20\d\d at \d{1,2}:\d\d[ap]m`).ReplaceAllString(html, "now")
}

func TestPersonPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, keys := told(t, d)
		a := s.Get(t, "/people/"+person.VictimOf(keys[0]))
		if a.Status != http.StatusOK {
			t.Fatalf("status %d", a.Status)
		}
		for _, want := range []string{
			"Mara Quillfeather", "Victim in 2 reports", "M Quilfeather", // both spellings
			"07700 900101</bdi>", "2 mentions", // one number, written in two ways
			"Patterns as victim", "NM/2026/000117", "NM/2026/000301", "The suspect is Eddie Farrowgate.",
		} {
			if !strings.Contains(a.Body, want) {
				t.Errorf("the page does not hold %q", want)
			}
		}
		if strings.Contains(a.Body, "+44 7700 900101") {
			t.Error("the page lists one number twice")
		}
		webtest.Golden(t, "person", unnamed(a.Main()))
		webtest.Golden(t, "suspect", unnamed(s.Get(t, "/people/"+person.SuspectOf(keys[0])).Main()))
	})
}

func TestSearchPages(t *testing.T) {
	s, _ := told(t, dbtest.SQLite(t))
	webtest.Golden(t, "search", s.Get(t, "/search").Main())
	webtest.Golden(t, "search-found", unnamed(find(t, s, "quillfeather").Main()))
	webtest.Golden(t, "search-reports", unnamed(find(t, s, "NM/2026/000").Main()))
	webtest.Golden(t, "search-nothing", find(t, s, "Zebedee").Main())
	webtest.Golden(t, "search-wrong", find(t, s, "").Main())
}

var (
	rowBits = regexp.MustCompile(`(?s)<td class="govuk-table__cell govuk-table__cell--numeric">([+−][\d.]+)</td>`)
	sumBits = regexp.MustCompile(`(?s)<td class="govuk-table__cell govuk-table__cell--numeric govuk-!-font-weight-bold">([+−][\d.]+)</td>`)
)

// milli reads +1.234 as 1234.
func milli(t *testing.T, s string) int {
	n, err := strconv.Atoi(strings.NewReplacer("+", "", "−", "-", ".", "").Replace(s))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestBitsAddUpToTheTotal(t *testing.T) {
	s, keys := told(t, dbtest.SQLite(t))
	tables := 0
	for _, id := range []string{person.VictimOf(keys[0]), person.SuspectOf(keys[0]), person.VictimOf(keys[2]), person.SuspectOf(keys[3])} {
		for _, table := range strings.Split(s.Get(t, "/people/"+id).Body, "<table")[1:] {
			tables++
			sum := 0
			for _, m := range rowBits.FindAllStringSubmatch(table, -1) {
				sum += milli(t, m[1])
			}
			total := sumBits.FindStringSubmatch(table)
			if total == nil || milli(t, total[1]) != sum {
				t.Errorf("%s: the bits add up to %d, and the total says %v", id, sum, total)
			}
		}
	}
	if tables < 4 {
		t.Errorf("%d tables of bits, want several", tables)
	}
}

func TestNoNameInTitleAddressOrHeader(t *testing.T) {
	s, keys := told(t, dbtest.SQLite(t))
	title := regexp.MustCompile(`<title>([^<]*)</title>`)
	secret := regexp.MustCompile(`(?i)quill|farrow|mara|eddie|900101|NX1`)
	address := regexp.MustCompile(`(?:href|action)="([^"]*)"`)
	for _, a := range []webtest.Answer{find(t, s, "quillfeather"), find(t, s, "nobody at all"), s.Get(t, "/people/"+person.VictimOf(keys[0])), s.Get(t, "/people/"+person.SuspectOf(keys[0])), s.Get(t, "/people/nobody")} {
		if got := title.FindStringSubmatch(a.Body)[1]; secret.MatchString(got) {
			t.Errorf("the title %q gives somebody away", got)
		}
		for _, m := range address.FindAllStringSubmatch(a.Body, -1) {
			if secret.MatchString(m[1]) {
				t.Errorf("the address %q gives somebody away", m[1])
			}
		}
		for k, v := range a.Header {
			if secret.MatchString(strings.Join(v, " ")) {
				t.Errorf("the header %s gives somebody away", k)
			}
		}
		if got := a.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control is %q", got)
		}
	}
}

func TestAPersonIsFoundByAnyMention(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, keys := told(t, d)
		a := s.Get(t, "/people/"+person.VictimOf(keys[1])) // joined with the first
		if a.Status != http.StatusSeeOther || a.Location != "/people/"+person.VictimOf(keys[0]) {
			t.Errorf("status %d to %q, want to be sent to the person it is now", a.Status, a.Location)
		}
		if a := s.Get(t, "/people/"+person.VictimOf(keys[0])+"?page=9"); a.Status != http.StatusSeeOther {
			t.Errorf("a page past the end: status %d", a.Status)
		}
		for _, id := range []string{"nobody", "0000000000000000v", person.VictimOf("x"), "%00"} {
			if a := s.Get(t, "/people/"+id); a.Status != http.StatusNotFound {
				t.Errorf("/people/%s: status %d, want 404", id, a.Status)
			}
		}
	})
}

// form is the form on a page that decides about two mentions.
func form(t *testing.T, body, button string) url.Values {
	t.Helper()
	for _, f := range strings.Split(body, "<form")[1:] {
		if f, _, _ = strings.Cut(f, "</form>"); strings.Contains(f, ">"+button+"<") || strings.Contains(f, button+"\n") {
			values := url.Values{}
			for _, m := range regexp.MustCompile(`name="(\w+)" value="([^"]*)"`).FindAllStringSubmatch(f, -1) {
				values.Set(m[1], m[2])
			}
			return values
		}
	}
	t.Fatalf("the page has no form with the button %q", button)
	return nil
}

func TestDecideAndUndo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, keys := told(t, d)
		s.comeIn(t, "Grace Adeyinka")
		maraID, judithID := person.VictimOf(keys[0]), person.VictimOf(keys[2])
		page := s.Get(t, "/people/"+maraID)
		if !strings.Contains(page.Body, "People who may be the same") || !strings.Contains(page.Body, `href="/people/`+judithID+`"`) {
			t.Fatal("the twin is not shown as somebody who may be the same")
		}
		same := form(t, page.Body, "Same person")
		same.Set("reason", "")
		a := s.Post(t, "/people/"+maraID+"/decisions", same)
		field := "reason-" + same.Get("a") + "-" + same.Get("b")
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, `href="#`+field+`"`) || !strings.Contains(a.Body, `id="`+field+`"`) {
			t.Fatalf("without a reason: status %d, want 422 with a link to the field", a.Status)
		}
		webtest.Golden(t, "person-no-reason", unnamed(a.Main()))

		same.Set("reason", "Seen together on the custody photograph <1>")
		a = s.Post(t, "/people/"+maraID+"/decisions", same)
		if a.Status != http.StatusSeeOther || a.Location != "/people/"+maraID {
			t.Fatalf("status %d to %q\n%s", a.Status, a.Location, a.Body)
		}
		page = s.Get(t, "/people/"+maraID)
		for _, want := range []string{"these are the same person", "Victim in 3 reports", "Judith Quillfeather", "photograph &lt;1&gt;", "Grace Adeyinka"} {
			if !strings.Contains(page.Body, want) {
				t.Errorf("after the decision the page does not hold %q", want)
			}
		}
		webtest.Golden(t, "person-decided", unnamed(page.Main()))
		if a := s.Get(t, "/people/"+judithID); a.Location != "/people/"+maraID {
			t.Errorf("the twin's old address leads to %q", a.Location)
		}

		// The contrary cannot be decided while that stands.
		apart := url.Values{"a": same["b"], "b": same["a"], "same": {"no"}, "reason": {"Twins, says their mother"}}
		a = s.Post(t, "/people/"+maraID+"/decisions", apart)
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "undo it first") {
			t.Fatalf("the contrary: status %d, want to be told to undo first", a.Status)
		}

		undo := regexp.MustCompile(`/people/decisions/(\w+)/undo`).FindString(page.Body)
		a = s.Post(t, undo, url.Values{"person": {maraID}, "reason": {" "}})
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "Say why") {
			t.Errorf("undo without a reason: status %d", a.Status)
		}
		a = s.Post(t, undo, url.Values{"person": {maraID}, "reason": {"It was her twin"}})
		if a.Status != http.StatusSeeOther {
			t.Fatalf("undo: status %d", a.Status)
		}
		page = s.Get(t, a.Location)
		for _, want := range []string{"The decision is undone", "It was her twin", ">Undone<", "Victim in 2 reports"} {
			if !strings.Contains(strings.ReplaceAll(strings.ReplaceAll(page.Body, "\n", ""), "\t", ""), want) {
				t.Errorf("after undoing the page does not hold %q", want)
			}
		}

		// Now the contrary can be decided, and is said of the twin.
		if a = s.Post(t, "/people/"+maraID+"/decisions", apart); a.Status != http.StatusSeeOther {
			t.Fatalf("two people: status %d", a.Status)
		}
		page = s.Get(t, "/people/"+maraID)
		if !strings.Contains(page.Body, "Decided: two people.") || strings.Contains(page.Body, ">Same person<") {
			t.Error("the twin is offered again after somebody decided that they are two")
		}
		same.Set("reason", "They are one")
		if a = s.Post(t, "/people/"+maraID+"/decisions", same); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "Grace Adeyinka decided") {
			t.Errorf("the contrary of two people: status %d", a.Status)
		}
	})
}

func TestNotThisPerson(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, keys := told(t, d)
		s.comeIn(t, "Tom Hollin")
		maraID := person.VictimOf(keys[0])
		f := form(t, s.Get(t, "/people/"+maraID).Body, "Not this person")
		f.Set("reason", "The first name was a guess")
		if a := s.Post(t, "/people/"+maraID+"/decisions", f); a.Status != http.StatusSeeOther {
			t.Fatalf("status %d", a.Status)
		}
		page := s.Get(t, "/people/"+maraID)
		if !strings.Contains(page.Body, "Victim in 1 report") || !strings.Contains(page.Body, "these are two people") {
			t.Error("the mention is still held to be this person")
		}
		if a := s.Get(t, "/people/"+person.VictimOf(keys[1])); a.Status != http.StatusOK {
			t.Errorf("the mention that was parted has no page of its own: status %d", a.Status)
		}
	})
}

func TestDecisionsThatCannotBeKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, keys := told(t, d)
		maraID, joanID, edID := person.VictimOf(keys[0]), person.VictimOf(keys[3]), person.SuspectOf(keys[0])
		at := "/people/" + maraID + "/decisions"
		s.comeIn(t, "Sam Keogh")
		f := url.Values{"a": {edID}, "b": {joanID}, "same": {"yes"}, "reason": {"I know them & him"}} // neither is hers: the page was old
		a := s.Post(t, at, f)
		if a.Status != http.StatusConflict || !strings.Contains(a.Body, "Nothing of yours was kept") || !strings.Contains(a.Body, "I know them &amp; him") {
			t.Errorf("a decision about others: status %d, want 409", a.Status)
		}
		f.Set("a", maraID)
		f.Set("b", "nobody")
		if a = s.Post(t, at, f); a.Status != http.StatusNotFound {
			t.Errorf("a decision about nobody: status %d, want 404", a.Status)
		}
		f.Set("b", maraID)
		if a = s.Post(t, at, f); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "Choose another record") {
			t.Errorf("a decision about one mention: status %d, want 422", a.Status)
		}
		f.Set("reason", strings.Repeat("x", 2001))
		if a = s.Post(t, at, f); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "2,000 characters or fewer") {
			t.Errorf("a reason that is too long: status %d", a.Status)
		}
		if a = s.Post(t, "/people/decisions/none/undo", url.Values{"person": {maraID}, "reason": {"x"}}); a.Status != http.StatusNotFound {
			t.Errorf("undoing nothing: status %d, want 404", a.Status)
		}
		if a = s.Post(t, "/people/nobody/decisions", f); a.Status != http.StatusNotFound {
			t.Errorf("on nobody's page: status %d, want 404", a.Status)
		}
	})
}

func TestManyMentionsTurnPages(t *testing.T) {
	s := open(t, dbtest.SQLite(t))
	var first string
	for i := range 53 {
		p := joan
		key := s.record(t, report.Record{ID: "NM/77/" + strconv.Itoa(i), Victim: p, Offence: "Theft"})
		if i == 0 {
			first = person.VictimOf(key)
		}
	}
	a := s.Get(t, "/people/"+first)
	if n := strings.Count(a.Body, `href="/reports/`); n != 50 || !strings.Contains(a.Body, `href="/people/`+first+`?page=2"`) {
		t.Errorf("the first page shows %d mentions, want 50 and a link to the second", n)
	}
	a = s.Get(t, "/people/"+first+"?page=2")
	if n := strings.Count(a.Body, `href="/reports/`); n != 3 {
		t.Errorf("the second page shows %d mentions, want 3", n)
	}
	s.comeIn(t, "Ceri Vaughan")
	f := form(t, a.Body, "Not this person")
	a = s.Post(t, "/people/"+first+"/decisions?page=2", f)
	if n := strings.Count(a.Body, `href="/reports/`); a.Status != http.StatusUnprocessableEntity || n != 3 {
		t.Errorf("a form of the second page without a reason: status %d with %d mentions, want 422 and the same 3", a.Status, n)
	}
	if !strings.Contains(a.Body, `href="/people/`+first+`"`) {
		t.Error("the links to other pages do not lead to the person's page")
	}
}
