package patternweb_test

import (
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
	"clew/internal/pattern"
	"clew/internal/pattern/patternweb"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

var (
	mara = report.Party{GivenName: "Mara", FamilyName: "Quillfeather", Born: "02/04/1991", Sex: "F", Phones: []string{"07700 900101"}, Postcodes: []string{"NX1 4AB"}}
	ed   = report.Party{GivenName: "Edward", FamilyName: "Farrowgate", Born: "11/09/1988", Phones: []string{"07700 900202"}}
	joan = report.Party{GivenName: "Joan", FamilyName: "Pennistone", Born: "19/12/1979", Phones: []string{"07700 900303"}}
	// named is every name there is: none may stand in an address or a title.
	named = []string{"mara", "quillfeather", "edward", "farrowgate", "eddie", "joan", "pennistone"}
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

func open(t *testing.T, d *db.DB) *house {
	t.Helper()
	g, m := accesstest.Guard(t, d), web.NewMux(nil)
	h := &house{t: t, db: d, pages: m, held: pattern.NewStore(g, person.NewStore(g)), audit: recording.NewStore(g)}
	patternweb.Routes(m, g, h.held, h.audit)
	h.Site = webtest.Serve(t, accesstest.Anybody(m))
	return h
}

// only is the house as one person finds it.
func (h *house) only(by access.Actor) *house {
	one := *h
	one.Site = webtest.Serve(h.t, accesstest.Only(by, h.pages))
	return &one
}

// as says who uses the pages from now on.
func (h *house) as(name string) { h.Get(h.t, "/as/"+url.PathEscape(name)) }

// wrote is a report as an agency wrote it down.
func wrote(agency, id, at string, victim, suspect report.Party, narrative string) *report.Record {
	t, err := time.Parse("2006-01-02T15:04", at)
	if err != nil {
		panic(err)
	}
	return &report.Record{Agency: agency, ID: id, Kind: report.Crime, Reported: t, Count: 1, Victim: victim, Suspect: suspect, Narrative: narrative,
		OffenceCode: "58D", Offence: "Other criminal damage", Relationship: "former-partner"}
}

func (h *house) record(r *report.Record) string {
	h.t.Helper()
	key, _, err := h.held.Record(h.t.Context(), accesstest.As("Ann Reader"), r)
	if err != nil {
		h.t.Fatalf("record %s: %v", r.ID, err)
	}
	return key
}

// course records three reports by Mara about Edward, one by Joan about him and one
// by him about Mara, and returns the id of the pattern.
func (h *house) course() string {
	h.t.Helper()
	eddie := report.Party{GivenName: "Eddie", FamilyName: "Farrowgate"}
	id := h.record(wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home from work. She is afraid he will hurt her."))
	second := wrote("Hask Housing", "H-77", "2026-01-19T10:00", mara, eddie, "Eddie was sat outside again, watching the flat.")
	second.Kind, second.OffenceCode, second.Offence = report.Referral, "", ""
	h.record(second)
	h.record(wrote("Northmoor Police", "NM/7", "2026-04-02T19:30", mara, ed, "He rang her 20 times and said he would kill her. She has changed her route to work. She told him to stop."))
	h.record(wrote("Northmoor Police", "NM/9", "2026-03-01T09:00", joan, ed, "He will not leave her alone."))
	h.record(wrote("Northmoor Police", "NM/12", "2026-03-02T09:00", ed, mara, "Says she keeps ringing him."))
	return id
}

// pattern is what the store holds of a pattern.
func (h *house) pattern(id string) pattern.Page {
	h.t.Helper()
	p, err := h.held.Page(h.t.Context(), accesstest.As("Ann Reader"), id, 0, 50)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

// want fails the test unless an answer has the status and its body all the texts.
// A text that begins with ! must not be there.
func (h *house) want(a webtest.Answer, status int, texts ...string) {
	h.t.Helper()
	if a.Status != status {
		h.t.Errorf("status %d, want %d\n%s", a.Status, status, reading(a.Body))
	}
	body := reading(a.Body)
	for _, text := range texts {
		not, text := strings.HasPrefix(text, "!"), strings.TrimPrefix(text, "!")
		if strings.Contains(body, text) == not {
			h.t.Errorf("%q there: %v\n%s", text, !not, body)
		}
	}
	h.quiet(a)
}

// quiet fails the test when a name stands in the title or in an address.
func (h *house) quiet(a webtest.Answer) {
	h.t.Helper()
	look := func(what, text string) {
		if text, err := url.QueryUnescape(text); err == nil {
			for _, name := range named {
				if strings.Contains(strings.ToLower(text), name) {
					h.t.Errorf("%s holds a name: %s", what, text)
				}
			}
		}
	}
	look("Location", a.Location)
	each(a.Body, func(n *html.Node) {
		if n.Data == "title" && n.FirstChild != nil && n.Parent.Data == "head" {
			look("the title", n.FirstChild.Data)
		}
		for _, at := range n.Attr {
			if at.Key == "href" || at.Key == "action" || at.Key == "src" {
				look(at.Key, at.Val)
			}
		}
	})
}

// each calls f with every element of a page.
func each(body string, f func(*html.Node)) {
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			f(n)
		}
	}
}

// reading are what can be read on a page, with single spaces.
func reading(body string) string {
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return body
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// value is what a field of a form holds.
func value(body, name string) (found string) {
	each(body, func(n *html.Node) {
		if attr(n, "name") != name {
			return
		}
		switch n.Data {
		case "input":
			if _, checked := has(n, "checked"); attr(n, "type") != "radio" && attr(n, "type") != "checkbox" || checked {
				found = attr(n, "value")
			}
		case "textarea":
			if n.FirstChild != nil {
				found = n.FirstChild.Data
			}
		case "select":
			for o := range n.Descendants() {
				if _, selected := has(o, "selected"); selected {
					found = attr(o, "value")
				}
			}
		}
	})
	return found
}

// chosen is the radio of a group that is chosen.
func chosen(body, name string) (found string) {
	each(body, func(n *html.Node) {
		if _, checked := has(n, "checked"); checked && attr(n, "name") == name && attr(n, "type") == "radio" {
			found = attr(n, "value")
		}
	})
	return found
}

func attr(n *html.Node, key string) string { v, _ := has(n, key); return v }

func has(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

var (
	ids    = regexp.MustCompile(`\b[0-9a-hjkmnp-tv-z]{16}[vs]?\b`)
	stamps = regexp.MustCompile(`\d{1,2} \w+ \d{4} at \d{1,2}:\d\d[ap]m`)
	mains  = regexp.MustCompile(`(?s)<main.*</main>`)
)

// golden compares what is on a page, but for its frame, with a file. Ids are
// numbered in the order they come up, and times of the clock left out.
func (h *house) golden(name string, a webtest.Answer) {
	h.t.Helper()
	seen := map[string]string{}
	body := ids.ReplaceAllStringFunc(mains.FindString(a.Body), func(id string) string {
		if !strings.ContainsAny(id, "0123456789") {
			return id // a long word
		}
		if seen[id] == "" {
			seen[id] = fmt.Sprintf("ID%d", len(seen)+1)
		}
		return seen[id]
	})
	webtest.Golden(h.t, name, stamps.ReplaceAllString(body, "TIME"))
}
