package retentionweb_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/retention"
	"clew/internal/retention/retentionweb"
	"clew/internal/web"
	"clew/internal/web/webtest"
	"clew/internal/when"
)

type house struct {
	*webtest.Site
	t    *testing.T
	keep *retention.Store
	keys []string
}

// open serves three old reports and a new one, of four pairs.
func open(t *testing.T, d *db.DB) *house {
	t.Helper()
	g := accesstest.Guard(t, d)
	held := pattern.NewStore(g, person.NewStore(g))
	h := &house{t: t, keep: retention.NewStore(g, held)}
	if err := h.keep.Ship(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, year := range []int{2011, 2012, 2013, 2026} {
		r := &report.Record{ID: fmt.Sprint("NM/", i), Agency: "Northmoor Police", Kind: report.Kinds[i], Reported: time.Date(year, 3, 4, 20, 0, 0, 0, time.UTC), Count: 1, Narrative: "He followed her home.", OffenceCode: "58D", Offence: "Other criminal damage",
			Victim:  report.Party{GivenName: []string{"Mara", "Joan", "Tessaly", "Imogen"}[i], FamilyName: []string{"Quillfeather", "Pennistone", "Underbough", "Larkrise"}[i], Born: fmt.Sprintf("%d/%d/19%d", 3+7*i, 1+3*i, 60+9*i)},
			Suspect: report.Party{GivenName: []string{"Edward", "Casimir", "Gideon", "Rufus"}[i], FamilyName: []string{"Farrowgate", "Hollowell", "Stonecrop", "Ashdown"}[i], Born: fmt.Sprintf("%d/%d/19%d", 5+6*i, 2+3*i, 58+8*i)}}
		key, _, err := held.Record(t.Context(), accesstest.As("Ann Reader"), r)
		if err != nil {
			t.Fatal(err)
		}
		h.keys = append(h.keys, key)
	}
	m := web.NewMux(nil)
	retentionweb.Routes(m, h.keep)
	h.Site = webtest.Serve(t, accesstest.Anybody(m))
	return h
}

func (h *house) want(a webtest.Answer, status int, texts ...string) {
	h.t.Helper()
	if a.Status != status {
		h.t.Errorf("status %d, want %d", a.Status, status)
	}
	for _, name := range []string{"Quillf", "Pennis", "Larkri", "Farrowg"} {
		if strings.Contains(a.Body, name) {
			h.t.Errorf("a name is shown: %s", name)
		}
	}
	for _, text := range texts {
		not, text := strings.HasPrefix(text, "!"), strings.TrimPrefix(text, "!")
		if strings.Contains(a.Body, text) == not {
			h.t.Errorf("%q there: %v\n%s", text, !not, a.Main())
		}
	}
}

var (
	ids     = regexp.MustCompile(`\b[0-9a-hjkmnp-tv-z]{16}[vs]?\b`)
	stamps  = regexp.MustCompile(`\d{1,2} \w+ \d{4} at \d{1,2}:\d\d[ap]m`)
	digests = regexp.MustCompile(`\b[0-9a-f]{64}\b`)
	mains   = regexp.MustCompile(`(?s)<main.*</main>`)
)

func (h *house) golden(name string, a webtest.Answer) {
	h.t.Helper()
	body := digests.ReplaceAllString(mains.FindString(a.Body), "DIGEST")
	body = ids.ReplaceAllStringFunc(body, func(id string) string {
		for i, k := range h.keys {
			if strings.HasPrefix(id, k) {
				return fmt.Sprint("REPORT", i, id[16:])
			}
		}
		return "ID"
	})
	body = stamps.ReplaceAllString(body, "TIME")
	webtest.Golden(h.t, name, strings.ReplaceAll(body, time.Now().In(when.London).Format("2 January 2006"), "TODAY"))
}

// TestFromDueToCertificate goes the whole way, with what is wrong on it.
func TestFromDueToCertificate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		a := h.Get(t, "/retention")
		h.want(a, 200, "3 reports, the oldest first", "NM/0", "NM/2", "!NM/3")
		h.golden("due", a)
		h.want(h.Get(t, "/retention/reports/"+h.keys[2]), 200, "NM/2", "every version")
		h.want(h.Post(t, "/retention/reports/"+h.keys[2]+"/hold", url.Values{"reason": {""}, "review": {"soon"}}), 422, "Say why this must be kept", "must be in the future", `value="soon"`)
		h.want(h.Post(t, "/retention/reports/"+h.keys[2]+"/hold", url.Values{"reason": {"Crown Court trial"}, "review": {"1/3/2035"}}), 303)
		a = h.Get(t, "/retention/holds")
		h.want(a, 200, "The legal hold is set", "Crown Court trial", "In force", "1 March 2035")
		h.golden("holds", h.Get(t, "/retention/holds"))
		h.want(h.Get(t, "/retention/held"), 200, "1 report, the oldest first", "NM/2", "!NM/1")
		h.want(h.Get(t, "/retention"), 200, "2 reports", "!NM/2")

		h.want(h.Post(t, "/retention/disposals", url.Values{"reason": {"Old"}}), 422, "Select the reports to propose", ">Old</textarea>")
		h.want(h.Post(t, "/retention/disposals", url.Values{"report": {h.keys[0]}, "reason": {""}}), 422, "Say why", `value="`+h.keys[0]+`" checked`)
		h.want(h.Post(t, "/retention/disposals", url.Values{"report": {h.keys[2]}, "reason": {"Old"}}), 409)
		a = h.Post(t, "/retention/disposals", url.Values{"report": h.keys[:1], "reason": {"Its time is over"}})
		h.want(a, 303)
		at := a.Location
		h.want(h.Get(t, at), 200, "The disposal is proposed", "A second person of your agency must check this", "!May these reports be erased?")
		h.Get(t, "/as/Bo%20Second")
		a = h.Get(t, at)
		h.want(a, 200, "May these reports be erased?", "NM/0")
		h.golden("disposal", a)
		h.want(h.Post(t, at+"/answer", url.Values{"reason": {"Fine"}}), 422, "Select whether these reports may be erased", ">Fine</textarea>")
		h.want(h.Get(t, at+"/certificate"), 404)
		h.want(h.Post(t, at+"/answer", url.Values{"answer": {"yes"}, "reason": {"Nothing needs it"}}), 303)
		h.want(h.Get(t, at), 200, "Being carried out", "You agreed")
		if err := h.keep.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.want(h.Get(t, at), 200, "Done and certified", "Erased", "!NM/0")
		a = h.Get(t, at+"/certificate")
		h.want(a, 200, "Certificate of disposal", "1 report (1 crime)", "Bo Second", "Its time is over", "!NM/0")
		h.golden("certificate", a)
		h.want(h.Get(t, "/retention/disposals"), 200, "Done and certified")
	})
}

// TestAPersonAsks holds what is known of somebody, and then has it erased.
func TestAPersonAsks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		her := "/retention/people/" + person.VictimOf(h.keys[3])
		a := h.Get(t, her)
		h.want(a, 200, "holds 1 report about this person", "A request for erasure")
		h.golden("person", a)
		h.want(h.Post(t, her+"/erasure", url.Values{"asked": {"larkrise asked"}}), 422, "Name nobody", `href="#asked"`)
		h.want(h.Post(t, her+"/hold", url.Values{"reason": {"Appeal"}, "review": {"1/3/2035"}}), 303)
		h.want(h.Post(t, her+"/erasure", url.Values{"asked": {"Asked in writing"}}), 422, "A legal hold keeps every report")
		all, _, err := h.keep.Holds(t.Context(), accesstest.As("Ann Reader"), 0, 50)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		lift := "/retention/holds/" + all[0].ID + "/lift"
		h.want(h.Get(t, lift), 200, "Appeal")
		h.want(h.Post(t, lift, nil), 422, "Say why it need not be kept longer")
		h.want(h.Post(t, lift, url.Values{"why": {"Dismissed"}}), 303)
		h.want(h.Get(t, "/retention/holds"), 200, "The legal hold is lifted", "Dismissed")
		h.want(h.Post(t, her+"/erasure", url.Values{"asked": {"Asked in writing"}}), 303)
		h.want(h.Get(t, "/retention/people/0000000000000000v"), 404)
	})
}

// TestSchedules sets one, wrongly and rightly.
func TestSchedules(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		a := h.Get(t, "/retention/schedules")
		h.want(a, 200, "10 years after", "College of Policing", "from memory")
		h.golden("schedules", a)
		h.want(h.Post(t, "/retention/schedules", url.Values{"kind": {"call"}, "years": {"many"}, "since": {"1/3/2001"}}), 422, "Select what it was recorded as", "Years must be a number", "takes effect today or later", "Say which rule", `value="many"`, `value="call" selected`)
		h.want(h.Post(t, "/retention/schedules", url.Values{"kind": {"call"}, "class": {"other"}, "years": {"3"}, "since": {"1/3/2035"}, "source": {"Board, decision 7"}}), 303)
		h.want(h.Get(t, "/retention/schedules"), 200, "Board, decision 7", "This agency", "3 years after")
	})
}

// TestInABrowser looks at each page on the narrowest phone and on a computer.
func TestInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	h := open(t, dbtest.SQLite(t))
	b := browser.Tab(t, h.Site)
	see := func(name string) {
		if to := os.Getenv("CLEW_SCREENSHOTS"); to != "" { // for somebody to look at
			name = strings.ReplaceAll(strings.Trim(name, "/"), "/", "-")
			b.Phone().Screenshot(filepath.Join(to, name+"-phone.png"))
			b.Desktop().Screenshot(filepath.Join(to, name+".png"))
		}
	}
	for _, path := range []string{"/retention/schedules", "/retention/held", "/retention/disposals", "/retention/people/" + person.VictimOf(h.keys[3]), "/retention/reports/" + h.keys[2], "/retention"} {
		b.Visit(path)
		b.Check()
		see(path)
	}
	if status := b.Follow("form button"); status != 422 {
		t.Errorf("proposed nothing: %d", status)
	}
	b.Check()
	b.Click("#report")
	b.Click("#reason")
	b.Press("Its time is over")
	b.Follow("form button")
	b.Check()
	at := b.Path()
	b.Visit("/as/Bo%20Second")
	b.Visit(at)
	b.Check()
	see("disposal")
	b.Click("#answer")
	b.Click("#reason")
	b.Press("Nothing needs it")
	b.Follow("form button")
	if err := h.keep.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Visit(at + "/certificate")
	b.Check()
	see("certificate")
	b.Visit("/retention/reports/" + h.keys[2])
	b.Click("#reason")
	b.Press("Crown Court trial")
	b.Fill("#review", "1/3/2035")
	b.Follow("form button")
	b.Check()
	see("holds")
}
