package patternweb_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/recording"
	"clew/internal/report"
	"clew/internal/web/webtest"
)

// somebody is the house as a person of the agency with roles finds it.
func (h *house) somebody(name string, roles ...access.Role) *house {
	h.t.Helper()
	return h.only(accesstest.Somebody(h.t, h.db, accesstest.Agency, name, roles...))
}

var elsewhere = regexp.MustCompile(`^/(people/.*|search|imports.*|audit.*|reports/[0-9a-z]{16})$`)

// follow fails the test when a page has a link that its reader may not follow. It
// returns those that lead to the pages of other rooms.
func (h *house) follow(a webtest.Answer) (others []string) {
	h.t.Helper()
	each(a.Body, func(n *html.Node) {
		to, _, _ := strings.Cut(attr(n, "href"), "#")
		switch {
		case n.Data != "a" || to == "" || to == "/" || inHeader(n): // which is every page's
		case elsewhere.MatchString(to):
			others = append(others, to)
		default:
			if got := h.Get(h.t, to); got.Status >= 400 {
				h.t.Errorf("a link to %s: status %d", to, got.Status)
			}
		}
	})
	return others
}

func inHeader(n *html.Node) bool {
	for p := range n.Ancestors() {
		if p.Data == "header" {
			return true
		}
	}
	return false
}

// TestRecordJourney is that of people who may record a report and be told what it
// is part of, and may look nobody up.
func TestRecordJourney(t *testing.T) {
	for _, role := range []access.Role{access.CallHandler, access.School} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			h := open(t, d)
			id := h.course()
			c := h.somebody("Cal Rowan", role)
			a := c.Get(t, "/reports/new")
			c.want(a, 200, "Record a report", "Save report")
			c.follow(a)
			a = c.Post(t, "/reports", typed("check"))
			c.want(a, 200, "This is the 4th report by this victim about this suspect, from 3 agencies.", "Victim: Mara Quillfeather", "Joan Pennistone", "The suspect also reports the victim", "!Open what is held so far")
			for _, to := range c.follow(a) {
				if !strings.HasPrefix(to, "/reports/") {
					t.Errorf("there is a link to %s", to)
				}
			}
			a = c.Post(t, "/reports", typed("save"))
			c.want(a, http.StatusSeeOther)
			a = c.Get(t, a.Location)
			c.want(a, 200, "The report is saved", "This is the 4th report", "Record another report", "Open the report", "!Open the pattern")
			for _, to := range c.follow(a) {
				if !strings.HasPrefix(to, "/reports/") {
					t.Errorf("there is a link to %s", to)
				}
			}
			for _, path := range []string{"/worklist", "/patterns/" + id} {
				c.want(c.Get(t, path), http.StatusForbidden)
			}
			c.want(c.Post(t, "/patterns/"+id+"/decisions", deciding("4", "stalking", "", "Followed")), http.StatusForbidden)
			if left := h.pattern(id); len(left.Accounts) != 4 {
				t.Errorf("the pattern has %d reports, want 4", len(left.Accounts))
			}
		})
	}
}

// TestReaders are shown no form that would be refused, and it is refused.
func TestReaders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		id := h.course()
		to := "/patterns/" + id
		officer, prosecutor, supervisor := h.somebody("Olive Bray", access.Officer), h.somebody("Piers Quint", access.Prosecutor), h.somebody("Sue Tarn", access.Supervisor)
		for _, c := range []*house{officer, prosecutor} {
			a := c.Get(t, to)
			c.want(a, 200, "Next: read why", "Nobody has decided yet", "!What do you decide?")
			for _, other := range c.follow(a) {
				if strings.HasPrefix(other, "/audit") {
					t.Errorf("there is a link to %s", other)
				}
			}
			c.want(c.Post(t, to+"/decisions", deciding("3", "stalking", "", "Followed")), http.StatusForbidden)
		}
		a := supervisor.Get(t, to)
		supervisor.want(a, 200, "What do you decide?")
		supervisor.follow(a)
		supervisor.want(supervisor.Post(t, to+"/decisions", deciding("3", "stalking", "", "Followed")), http.StatusSeeOther)
		a = officer.Get(t, to)
		officer.want(a, 200, "Waiting for others", "Sue Tarn decided: it is stalking", "!Do you agree?", "!Take this decision back", "!This decision is yours")
		officer.follow(a)
		answers := regexp.MustCompile(`/decisions/\w+/answers`).FindString(supervisor.Get(t, to).Body)
		for _, answer := range []string{"confirmed", "undone"} {
			officer.want(officer.Post(t, answers, url.Values{"answer": {answer}, "reason": {"So I think"}}), http.StatusForbidden)
		}
		// A colleague of the same name is another person.
		namesake := accesstest.Somebody(t, d, accesstest.Agency, "sue.tarn.2", access.Supervisor)
		namesake.Name = "Sue Tarn"
		second := h.only(namesake)
		second.want(second.Get(t, to), 200, "Do you agree?")
		second.want(second.Post(t, answers, url.Values{"answer": {"confirmed"}}), http.StatusSeeOther)
		officer.want(officer.Get(t, to), 200, "Next: have the records put right", "!Take this decision back")

		officer.want(officer.Get(t, "/worklist"), http.StatusForbidden)
		a = prosecutor.Get(t, "/worklist?with=grave")
		prosecutor.want(a, 200, "1 pattern", "!Save this view")
		prosecutor.follow(a)
		prosecutor.want(prosecutor.Post(t, "/worklist/views", url.Values{"view": {"Mine"}, "with": {"grave"}}), http.StatusForbidden)
		if err := h.audit.SaveView(t.Context(), accesstest.As("Ann Reader"), "Grave", "with=grave"); err != nil {
			t.Fatal(err)
		}
		prosecutor.want(prosecutor.Get(t, "/worklist"), 200, "Grave", "!Remove the view")
		supervisor.want(supervisor.Get(t, "/worklist?with=grave"), 200, "Save this view", "Remove the view")
		prosecutor.want(prosecutor.Get(t, "/reports/new"), http.StatusForbidden)
		prosecutor.want(prosecutor.Post(t, "/reports", typed("check")), http.StatusForbidden)
		prosecutor.want(prosecutor.Post(t, "/reports", typed("save")), http.StatusForbidden)
		a = prosecutor.Get(t, "/reports/"+id+"/part")
		prosecutor.want(a, 200, "Open the pattern", "!and decide", "!Record another report")
		prosecutor.follow(a)
	})
}

// TestOtherAgency has two agencies, without an agreement, that hold reports of the
// same people.
func TestOtherAgency(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		id := h.course()
		by := accesstest.Somebody(t, d, "police:98", "Otis Farr", access.Registrar)
		other := h.only(by)
		other.want(other.Get(t, "/worklist"), 200, "No patterns are here yet")
		for _, path := range []string{"/patterns/" + id, "/reports/" + id + "/part"} {
			other.want(other.Get(t, path), 404)
		}
		other.want(other.Post(t, "/patterns/"+id+"/decisions", deciding("3", "stalking", "", "Followed")), 404)
		dec, err := h.audit.Decide(t.Context(), accesstest.As("Ann Reader"), id, recording.Stalking, "", "Followed", 3)
		if err != nil {
			t.Fatal(err)
		}
		other.want(other.Post(t, "/decisions/"+dec+"/answers", url.Values{"answer": {"confirmed"}}), 404)
		a := other.Post(t, "/reports", typed("check"))
		other.want(a, 200, "This is the first report by this victim about this suspect.", "No other report is held to name this person", "!Joan", "!NM/", "!Farrowgate")
		if strings.Contains(other.Get(t, "/reports/new").Body, "Hask Housing") {
			t.Error("the form offers an agency that only others hold reports of")
		}

		var keys []string
		for _, at := range []string{"2026-02-01T10:00", "2026-02-09T10:00"} {
			key, _, err := h.held.Record(t.Context(), by, wrote("Southmere Police", "SM/"+at, at, mara, ed, "He waited at the station."))
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, key)
		}
		other.want(other.Get(t, "/worklist"), 200, "1 pattern", "2 reports", "Southmere Police", "!Hask Housing")
		other.want(other.Get(t, "/patterns/"+keys[0]), 200, "2 reports", "!NM/1", "!Joan")
		ours := h.somebody("Rhea Dunn", access.Registrar)
		ours.want(ours.Get(t, "/worklist"), 200, "1 pattern", "3 reports", "!Southmere")
		ours.want(ours.Get(t, "/worklist?agency=Southmere+Police"), 200, "No pattern fits")
		ours.want(ours.Get(t, "/patterns/"+keys[0]), 404)
		ours.want(ours.Get(t, "/reports/"+keys[1]+"/part"), 404)
		ours.want(ours.Get(t, "/patterns/"+id), 200, "3 reports", "!SM/")
		ours.want(ours.Post(t, "/reports", typed("check")), 200, "This is the 4th report", "from 3 agencies", "!Southmere")
	})
}

// TestLock hides a suspect from one person: the pattern, its reports and its count
// are gone for that person, and a new report about the suspect tells nothing.
func TestLock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		id := h.course()
		nia, orlo := report.Party{GivenName: "Nia", FamilyName: "Breakspear", Born: "01/02/1990"}, report.Party{GivenName: "Orlo", FamilyName: "Vantongeren", Born: "03/04/1980"}
		other := h.record(wrote("Westing Trust", "W/1", "2026-01-07T10:00", nia, orlo, "He rang her."))
		h.record(wrote("Westing Trust", "W/2", "2026-02-07T10:00", nia, orlo, "He rang her."))
		beside := h.record(wrote("Northmoor Police", "NM/40", "2026-02-08T10:00", mara, orlo, "He rang her."))
		dec, err := h.audit.Decide(t.Context(), accesstest.As("Ann Reader"), id, recording.Stalking, "", "Followed", 3)
		if err != nil {
			t.Fatal(err)
		}
		locked, free := h.somebody("Lou Farrow", access.Registrar), h.somebody("Rhea Dunn", access.Registrar)
		locked.want(locked.Get(t, "/patterns/"+id), 200)
		p := h.pattern(id)
		accesstest.Lock(t, d, "Lou Farrow", p.SuspectPerson)

		for _, path := range []string{"/patterns/" + id, "/patterns/" + p.Accounts[1].Key, "/reports/" + id + "/part", "/reports/" + beside + "/part", "/reports/" + p.Others[0].Report + "/part", "/reports/" + p.Facing.Report + "/part"} {
			locked.want(locked.Get(t, path), 404)
			if strings.HasPrefix(path, "/patterns") {
				free.want(free.Get(t, path), map[bool]int{true: 200, false: 303}[strings.HasSuffix(path, id)])
			}
		}
		locked.want(locked.Post(t, "/patterns/"+id+"/decisions", deciding("3", "stalking", "", "Followed")), 404)
		locked.want(locked.Post(t, "/decisions/"+dec+"/answers", url.Values{"answer": {"confirmed"}}), 404)
		for _, path := range []string{"/worklist", "/worklist?sort=reports"} {
			locked.want(locked.Get(t, path), 200, "1 pattern", "Nia Breakspear", "!Mara", "!Farrowgate", "!Hask Housing", "!2 patterns")
		}
		locked.want(locked.Get(t, "/worklist?state=decided"), 200, "No patterns")
		locked.want(locked.Get(t, "/worklist?with=others"), 200, "No pattern fits")
		locked.want(locked.Post(t, "/worklist", url.Values{"name": {"farrowgate"}}), 200, "No pattern fits")
		free.want(free.Get(t, "/worklist"), 200, "2 patterns", "Mara Quillfeather")
		free.want(free.Get(t, "/worklist?with=others&state=undecided"), 200, "1 pattern", "Nia Breakspear")
		free.want(free.Get(t, "/patterns/"+other), 200, "1 other person has reported the same suspect", "Another person reports the same suspect", "Mara Quillfeather")
		locked.want(locked.Get(t, "/patterns/"+other), 200, "Nia Breakspear", "2 reports", "!reported the same suspect", "!reports the same suspect", "!Mara")
		locked.want(locked.Get(t, "/reports/"+other+"/part"), 200, "!reports the same suspect", "!Mara", "suspect in 2 reports")

		a := locked.Post(t, "/reports", typed("check"))
		locked.want(a, 200, "This is the first report by this victim about this suspect.", "!Joan", "!NM/", "!Farrowgate", "!is named in", "!The suspect also reports")
		if n := strings.Count(reading(a.Body), "No other report is held to name this person"); n != 2 {
			t.Errorf("of the two parties %d are said to be unknown", n)
		}
		a = locked.Post(t, "/reports", typed("save"))
		if a.Status != http.StatusSeeOther || !strings.HasSuffix(a.Location, "/part") {
			t.Fatalf("saved: %d to %s", a.Status, a.Location)
		}
		locked.want(locked.Get(t, a.Location), 200, "This is the first report by this victim about this suspect", "!NM/", "!Joan", "!part of a")
		free.want(free.Get(t, a.Location), 200, "This is the first report by this victim about this suspect")
		free.want(free.Get(t, "/patterns/"+id), 200, "3 reports", "!SO/4")
		locked.want(locked.Get(t, "/worklist"), 200, "2 patterns", "!Hask Housing")
	})
}
