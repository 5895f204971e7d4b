package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/incident"
	"clew/internal/person"
	"clew/internal/report"
)

// TestNamesFromRightToLeft writes names that run from right to left, and looks at every
// page about them: each stands by itself, so that it does not turn round what is beside
// it, and none is in a title.
func TestNamesFromRightToLeft(t *testing.T) {
	p := open(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const her, him = "ליאת", "خالد"
	by := access.Program("police:1", "Setter up")
	record := func(id string, day int) string {
		key, _, err := p.Held.Record(t.Context(), by, &report.Record{Agency: "Agency police:1", ID: id, Kind: report.Crime, Reported: time.Date(2026, 3, day, 9, 0, 0, 0, time.UTC), Count: 1, OffenceCode: "8L", Offence: "Harassment", Relationship: "ex-partner",
			Victim:    report.Party{GivenName: her, FamilyName: "כהן", Born: "1990-05-06", Phones: []string{"07700 900111"}},
			Suspect:   report.Party{GivenName: him, FamilyName: "حداد", Born: "1985-06-07", Phones: []string{"07700 900222"}},
			Narrative: "He followed her home and she is afraid he will hurt her."})
		must(err)
		return key
	}
	first := record("A1/1", 1)
	record("A1/2", 9)
	kase, err := p.Cases.Open(t.Context(), by, person.VictimOf(first), person.SuspectOf(first), "")
	must(err)
	must(p.Cases.Refer(t.Context(), by, kase, casefile.Sending{Wish: casefile.ToJoin, To: "nhs:1", Basis: "safeguarding", Why: "Needs them", Safety: "None known"}))
	one, err := p.Cases.RecordIncident(t.Context(), by, kase, casefile.Telling{Reads: "safeguarding", Draft: incident.Draft{Happened: "3/1/2026", Kind: "call", Suspect: casefile.Nobody}})
	must(err)
	page, err := p.Cases.One(t.Context(), by, kase, 0, 1)
	must(err)
	_, err = p.Watch.Pass(t.Context())
	must(err)
	now := p.db.Now()
	p.who = access.Actor{Account: string(access.Supervisor), Agency: "police:1", Name: "Supervisor", Purpose: access.Protect, Proved: now, Session: "s"}
	shown := 0
	for _, path := range []string{"/", "/worklist", "/patterns/" + first, "/reports/" + first, "/reports/" + first + "/part", "/people/" + person.VictimOf(first), "/people/" + person.SuspectOf(first),
		"/cases?whose=agency", "/cases/" + kase, "/cases/" + kase + "/timeline", "/cases/" + kase + "/links", "/cases/" + kase + "/team", "/cases/" + kase + "/referrals", "/cases/" + kase + "/incidents", "/cases/" + kase + "/incidents/" + one, "/cases/" + kase + "/warnings",
		"/cases/" + kase + "/join", "/referrals?box=out", "/referrals/" + page.Referrals[0].ID, "/warnings?whose=agency", "/audit/classifications/" + report.Classification("8L", "Harassment"), "/search", "/retention"} {
		r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
		w := httptest.NewRecorder()
		p.pages.ServeHTTP(w, r)
		if w.Code == http.StatusNotFound && strings.HasSuffix(path, "/join") || w.Code == http.StatusSeeOther {
			continue // there is nothing to join
		}
		if w.Code != http.StatusOK {
			t.Errorf("%s: status %d", path, w.Code)
			continue
		}
		doc, err := html.Parse(w.Body)
		must(err)
		var walk func(n *html.Node, alone bool)
		walk = func(n *html.Node, alone bool) {
			if n.Type == html.ElementNode {
				switch n.Data {
				case "bdi", "option", "textarea", "text", "desc":
					alone = true // of a picture the style sheet isolates each text
				case "title":
					alone = n.Parent == nil || n.Parent.Data != "head"
				}
				for _, a := range n.Attr {
					if a.Key == "dir" && a.Val == "auto" {
						alone = true
					}
				}
			}
			if n.Type == html.TextNode && (strings.Contains(n.Data, her) || strings.Contains(n.Data, him)) {
				if both := strings.Contains(n.Data, her) && strings.Contains(n.Data, him); both && n.Parent.Data != "option" && strings.Count(n.Data, "\u2068") < 2 {
					t.Errorf("%s: two names in <%s> that may change places: %q", path, n.Parent.Data, strings.TrimSpace(n.Data))
				}
				if shown++; !alone {
					t.Errorf("%s: a name is not by itself in <%s>: %q", path, n.Parent.Data, strings.TrimSpace(n.Data))
				}
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c, alone)
			}
		}
		walk(doc, false)
	}
	if shown < 20 {
		t.Errorf("only %d names were shown: the test looks at too little", shown)
	}
}
