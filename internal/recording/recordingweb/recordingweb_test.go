package recordingweb_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/recording/recordingweb"
	"clew/internal/report"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

// A house is the pages over a database, and somebody who uses them.
type house struct {
	*webtest.Site
	t     *testing.T
	db    *db.DB
	pages http.Handler
	held  *pattern.Store
	audit *recording.Store
}

// open serves n patterns of two reports each; every third is recorded as stalking.
func open(t *testing.T, d *db.DB, n int) *house {
	t.Helper()
	g := accesstest.Guard(t, d)
	held := pattern.NewStore(g, person.NewStore(g))
	for i := range n {
		for j := range 2 {
			at := time.Date(2026, time.Month(1+i%3), 3+j, 20, 0, 0, 0, time.UTC)
			r := &report.Record{ID: fmt.Sprintf("NM/%d/%d", i, j), Agency: []string{"Northmoor Police", "=Hask Housing"}[i%2], Reported: at, Count: 1, Relationship: "former-partner", Narrative: "He followed her home.", OffenceCode: "195/94", Offence: "Harassment",
				Victim:  report.Party{GivenName: "Mara", FamilyName: fmt.Sprintf("Quill%c%cson", 'a'+i%26, 'a'+i/26), Born: fmt.Sprintf("%02d/%02d/19%d", 1+i%28, 1+i%12, 40+i), Phones: []string{fmt.Sprintf("07700 900%03d", i)}},
				Suspect: report.Party{GivenName: "Edward", FamilyName: fmt.Sprintf("Farrow%c%cton", 'a'+i%26, 'a'+i/26), Born: fmt.Sprintf("%02d/%02d/19%d", 28-i%28, 12-i%12, 41+i), Phones: []string{fmt.Sprintf("07700 901%03d", i)}}}
			if i%3 == 0 {
				r.OffenceCode, r.Offence = "195/12", "Stalking <b>without</b> fear"
			}
			if _, _, err := held.Record(t.Context(), accesstest.As("Ann Reader"), r); err != nil {
				t.Fatal(err)
			}
		}
	}
	m := web.NewMux(nil)
	h := &house{t: t, db: d, pages: m, held: held, audit: recording.NewStore(g)}
	recordingweb.Routes(m, g, h.audit)
	h.Site = webtest.Serve(t, accesstest.Anybody(m))
	return h
}

// only is the house as one person finds it.
func (h *house) only(by access.Actor) *house {
	one := *h
	one.Site = webtest.Serve(h.t, accesstest.Only(by, h.pages))
	return &one
}

func (h *house) as(name string) { h.Get(h.t, "/as/"+url.PathEscape(name)) }

// want fails the test unless an answer has the status and its body all the texts.
// A text that begins with ! must not be there. No title or address may hold a name.
func (h *house) want(a webtest.Answer, status int, texts ...string) {
	h.t.Helper()
	if a.Status != status {
		h.t.Errorf("status %d, want %d", a.Status, status)
	}
	doc, err := html.Parse(strings.NewReader(a.Body))
	if err != nil {
		h.t.Fatal(err)
	}
	var b strings.Builder
	quiet := func(what, text string) {
		if low := strings.ToLower(text); strings.Contains(low, "mara") || strings.Contains(low, "quill") || strings.Contains(low, "farrow") || strings.Contains(low, "edward") {
			h.t.Errorf("%s holds a name: %s", what, text)
		}
	}
	quiet("Location", a.Location)
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" {
			b.WriteString(n.Data + " ")
			if n.Parent.Data == "title" && n.Parent.Parent.Data == "head" {
				quiet("the title", n.Data)
			}
		}
		for _, at := range n.Attr {
			if at.Key == "href" || at.Key == "action" {
				quiet(at.Key, at.Val)
			}
		}
	}
	body := strings.Join(strings.Fields(b.String()), " ")
	for _, text := range texts {
		not, text := strings.HasPrefix(text, "!"), strings.TrimPrefix(text, "!")
		if strings.Contains(body, text) == not {
			h.t.Errorf("%q there: %v\n%s", text, !not, body)
		}
	}
}

var (
	ids    = regexp.MustCompile(`\b[0-9a-hjkmnp-tv-z]{16}\b`)
	stamps = regexp.MustCompile(`\d{1,2} \w+ \d{4} at \d{1,2}:\d\d[ap]m`)
	drawn  = regexp.MustCompile(`Sample of \d+ \w+ \d+`)
	mains  = regexp.MustCompile(`(?s)<main.*</main>`)
)

// golden compares what is on a page, but for its frame, with a file.
func (h *house) golden(name string, a webtest.Answer) {
	h.t.Helper()
	seen := map[string]string{}
	body := ids.ReplaceAllStringFunc(mains.FindString(a.Body), func(id string) string {
		if seen[id] == "" {
			seen[id] = fmt.Sprintf("ID%d", len(seen)+1)
		}
		return seen[id]
	})
	webtest.Golden(h.t, name, drawn.ReplaceAllString(stamps.ReplaceAllString(body, "TIME"), "Sample of TODAY"))
}

func TestAuditAndDraw(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 6)
		a := h.Get(t, "/audit")
		h.want(a, 200, "Audit of recording", "None has been drawn yet", "Draw a sample", "within 19% to 44%", "within 24% to 37%")
		h.golden("audit", a)
		a = h.Post(t, "/audit/samples", url.Values{"size": {"3000"}, "seed": {"seven"}, "agency": {"Northmoor Police"}, "finding": {"stalking-recorded"}})
		h.want(a, 422, "between 1 and 2,000")
		for _, kept := range []string{`value="3000"`, `value="seven"`, `value="Northmoor Police" selected`, `value="stalking-recorded" selected`} {
			if !strings.Contains(a.Body, kept) {
				t.Errorf("what was chosen is lost: %s", kept)
			}
		}
		h.as("Tom Hollin")
		for size, message := range map[string]string{"": "between 1 and 2,000", "0": "between 1 and 2,000", "all": "between 1 and 2,000", "3000": "between 1 and 2,000"} {
			h.want(h.Post(t, "/audit/samples", url.Values{"size": {size}}), 422, "Error: Audit", message)
		}
		h.want(h.Post(t, "/audit/samples", url.Values{"size": {"3"}, "agency": {"Nobody"}}), 422, "nothing to draw from")
		a = h.Post(t, "/audit/samples", url.Values{"size": {"4"}, "seed": {"seven"}})
		if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location, "/audit/samples/") {
			t.Fatalf("drawn: %d to %s", a.Status, a.Location)
		}
		a = h.Get(t, a.Location)
		h.want(a, 200, "The sample is drawn", "no figure to give", "4 patterns wait for a decision", "Read the next that nobody has decided", "6 patterns of any kind", "seven", "!By area and by month")
		h.want(h.Get(t, "/audit"), 200, "Tom Hollin", "0 of 4", "6 patterns of any kind")
		h.want(h.Get(t, "/audit/samples/none"), 404)
		h.want(h.Get(t, "/audit/samples/none/csv"), 404)
	})
}

func TestSample(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 6)
		h.as("Tom Hollin")
		id, err := h.audit.Draw(t.Context(), accesstest.As("Tom Hollin"), "seven", 6, recording.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		_, all, err := h.audit.Sampled(t.Context(), accesstest.As("Ann Reader"), id)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range all[:5] {
			v := recording.Stalking
			switch {
			case e.Finding == pattern.Recorded && i == 0:
				v = recording.NotOne
			case e.Finding == pattern.Recorded:
				v = recording.Already
			}
			dec, err := h.audit.Decide(t.Context(), accesstest.As("Tom Hollin"), e.ID, v, "", "Read it", e.Reports)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.audit.Answer(t.Context(), accesstest.As("Grace Adeyinka"), dec, recording.Confirm, ""); err != nil {
				t.Fatal(err)
			}
		}
		r, err := h.audit.Results(t.Context(), accesstest.As("Ann Reader"), id)
		if err != nil || r.All.Stalking == 0 || r.All.Waiting != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		a := h.Get(t, "/audit/samples/"+id)
		h.want(a, 200, fmt.Sprintf("Of %d patterns that two people hold to be stalking, %d", r.All.Stalking, r.All.Recorded), "95% interval", "By area and by month", "Northmoor Police", "January 2026", "5 of 6 are decided and confirmed", "It is stalking and should be recorded as stalking")
		if !strings.Contains(a.Body, "clew-chart__whisker") || !strings.Contains(a.Body, "<desc") {
			t.Error("there is no chart, or none for those who do not see it")
		}

		a = h.Get(t, "/audit/samples/"+id+"/csv")
		if got := a.Header.Get("Content-Disposition"); a.Status != 200 || got != `attachment; filename="sample.csv"` {
			t.Errorf("%d, %q", a.Status, got)
		}
		rows, err := csv.NewReader(strings.NewReader(a.Body)).ReadAll()
		if err != nil || len(rows) != 7 || rows[1][0] != "1" || rows[1][1] != all[0].ID || rows[1][6] != "confirmed" || rows[6][6] != "undecided" {
			t.Fatalf("%v, %v", rows, err)
		}
		if strings.Contains(a.Body, "Quill") || strings.Contains(a.Body, "Farrow") {
			t.Error("the file holds names")
		}
		if !strings.Contains(a.Body, "'=Hask Housing") {
			t.Error("an area that a spreadsheet would take for a formula is written as it is")
		}
	})
}

// TestSampleOfOne holds the page to the letter. Which patterns are drawn hangs on
// their ids, which differ from run to run; of one there is no choice.
func TestSampleOfOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 1)
		id, err := h.audit.Draw(t.Context(), accesstest.As("Tom Hollin"), "seven", 1, recording.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		h.golden("sample-new", h.Get(t, "/audit/samples/"+id))
		_, all, err := h.audit.Sampled(t.Context(), accesstest.As("Ann Reader"), id)
		if err != nil {
			t.Fatal(err)
		}
		dec, err := h.audit.Decide(t.Context(), accesstest.As("Tom Hollin"), all[0].ID, recording.Already, "", "", 2)
		if err != nil {
			t.Fatal(err)
		}
		h.want(h.Get(t, "/audit/samples/"+id), 200, "Next: confirm or settle the rest", "All have been read once")
		if _, err := h.audit.Answer(t.Context(), accesstest.As("Grace Adeyinka"), dec, recording.Confirm, ""); err != nil {
			t.Fatal(err)
		}
		a := h.Get(t, "/audit/samples/"+id)
		h.want(a, 200, "This sample is complete", "Of 1 pattern that two people hold to be stalking, 1 was recorded as stalking when the sample was drawn: 100%.", "between 21% and 100%")
		h.golden("sample", a)
	})
}

func TestSamplePages(t *testing.T) {
	h := open(t, dbtest.SQLite(t), 53)
	id, err := h.audit.Draw(t.Context(), accesstest.As("Tom Hollin"), "seven", 53, recording.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	a := h.Get(t, "/audit/samples/"+id)
	h.want(a, 200, "Mara Quill")
	if !strings.Contains(a.Body, `href="/audit/samples/`+id+`?page=2"`) {
		t.Error("no link to the second page")
	}
	if n := strings.Count(h.Get(t, "/audit/samples/"+id+"?page=9").Body, `href="/patterns/`); n != 4 { // three, and the next to read
		t.Errorf("%d links on the last page, want 4", n)
	}
}

func TestClassificationPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, 0)
		h.want(h.Get(t, "/audit/classifications"), 200, "No report has been taken in yet")
		h = open(t, d, 6)
		all, _, err := h.audit.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{Finding: pattern.NotRecorded}, 0, 5)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.audit.Decide(t.Context(), accesstest.As("Tom Hollin"), all[0].ID, recording.Stalking, "Stalking (section 2A)", "Read it", 2); err != nil {
			t.Fatal(err)
		}
		a := h.Get(t, "/audit/classifications?q=STALKING")
		h.want(a, 200, "2 classifications", "Stalking (section 2A)", "Stalking <b>without</b> fear (195/12)", "January 2026", "Show all", "!Harassment (195/94)")
		h.golden("classifications", a)
		h.want(h.Get(t, "/audit/classifications?q=195"), 200, "2 classifications", "Harassment (195/94)")
		h.want(h.Get(t, "/audit/classifications?q="+url.QueryEscape(`<script>alert(1)</script>`)), 200, "No classification has all of these words")
		if strings.Contains(h.Get(t, "/audit/classifications?q="+url.QueryEscape(`"><b id="x">`)).Body, `<b id="x">`) {
			t.Error("markup got in by the search")
		}
		a = h.Get(t, "/audit/classifications/"+report.Classification("195/94", "Harassment"))
		h.want(a, 200, "Harassment (195/94)", "8 reports, newest first", "NM/5/1", "February 2026", "None has.")
		if strings.Count(a.Body, `href="/reports/`) != 8 || strings.Count(a.Body, `href="/patterns/`) != 8 {
			t.Error("the reports do not all lead to themselves and to their patterns")
		}
		h.golden("classification", a)
		a = h.Get(t, "/audit/classifications/"+report.Classification("", "Stalking (section 2A)"))
		h.want(a, 200, "No report was ever recorded as this", "It is stalking and should be recorded as stalking. Tom Hollin")
		if !strings.Contains(a.Body, `href="/patterns/`+all[0].ID+`#decisions"`) {
			t.Error("the decision does not lead to its pattern")
		}
		h.want(h.Get(t, "/audit/classifications/none"), 404)
	})
}

func TestClassificationsByPage(t *testing.T) {
	d := dbtest.SQLite(t)
	h := open(t, d, 0)
	for i := range 55 {
		r := &report.Record{ID: fmt.Sprint("X/", i), Agency: "Northmoor Police", Reported: time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC), Count: 1, Offence: fmt.Sprintf("Kind %02d of things", i), Narrative: "x"}
		if i%2 == 0 {
			r.Offence = "One kind"
		}
		for range 2 - i%2 {
			r.ID += "+"
			if _, _, err := h.held.Record(t.Context(), accesstest.As("Ann Reader"), r); err != nil {
				t.Fatal(err)
			}
		}
	}
	h.want(h.Get(t, "/audit/classifications"), 200, "28 classifications")
	one := "/audit/classifications/" + report.Classification("", "One kind")
	h.want(h.Get(t, one), 200, "Reports 1 to 50 of 56, newest first")
	h.want(h.Get(t, one+"?page=2"), 200, "Reports 51 to 56 of 56, newest first", "X/0+")
	h.want(h.Get(t, one+"?page=9"), 200, "Reports 51 to 56 of 56, newest first")
}
