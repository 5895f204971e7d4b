package personweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/person"
	"clew/internal/report"
)

// somebody is the site as a person of the agency with roles finds it.
func (s site) somebody(t *testing.T, name string, roles ...access.Role) site {
	t.Helper()
	return s.only(t, accesstest.Somebody(t, s.db, accesstest.Agency, name, roles...))
}

// TestReaders are shown no form that would be refused, and it is refused.
func TestReaders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, keys := told(t, d)
		maraID, at := person.VictimOf(keys[0]), "/people/"+person.VictimOf(keys[0])
		officer, champion := s.somebody(t, "Olive Bray", access.Officer), s.somebody(t, "Grace Adeyinka", access.Champion)
		page := officer.Get(t, at)
		for what, there := range map[string]bool{"People who may be the same": true, "Next: read the pattern": true, "Same person": false, "Not this person": false, "/decisions": false} {
			if page.Status != 200 || strings.Contains(page.Body, what) != there {
				t.Errorf("to an officer, status %d, %q is there: %v", page.Status, what, !there)
			}
		}
		same := form(t, champion.Get(t, at).Body, "Same person")
		same.Set("reason", "The same photograph")
		if a := officer.Post(t, at+"/decisions", same); a.Status != http.StatusForbidden {
			t.Errorf("an officer decides: status %d, want 403", a.Status)
		}
		if a := champion.Post(t, at+"/decisions", same); a.Status != http.StatusSeeOther {
			t.Fatalf("a champion decides: status %d", a.Status)
		}
		page = officer.Get(t, at)
		if !strings.Contains(page.Body, "The same photograph") || strings.Contains(page.Body, "Undo this decision") {
			t.Error("an officer does not read the decision, or is offered to undo it")
		}
		undo := champion.Get(t, at).Body
		undo = undo[strings.Index(undo, "/people/decisions/"):]
		undo = undo[:strings.Index(undo, `"`)]
		if a := officer.Post(t, undo, url.Values{"person": {maraID}, "reason": {"It was her twin"}}); a.Status != http.StatusForbidden {
			t.Errorf("an officer undoes: status %d, want 403", a.Status)
		}

		for _, c := range []struct {
			role           access.Role
			imports, types bool
		}{{access.Analyst, true, true}, {access.Officer, false, true}, {access.Prosecutor, false, false}} {
			a := find(t, s.somebody(t, "A "+string(c.role), c.role), "Zebedee")
			if a.Status != 200 || strings.Contains(a.Body, `href="/imports/new"`) != c.imports || strings.Contains(a.Body, `href="/reports/new"`) != c.types {
				t.Errorf("%s: the search that finds nothing offers what may not be done, or not what may", c.role)
			}
		}
		for role, want := range map[access.Role]bool{access.Supervisor: true, access.Officer: false} {
			a := s.somebody(t, "The "+string(role), role).Get(t, at)
			if a.Status != 200 || strings.Contains(a.Body, `href="/retention/people/`) != want {
				t.Errorf("%s: status %d, a link to how long it is kept is wanted: %v", role, a.Status, want)
			}
		}
		handler := s.somebody(t, "Cal Rowan", access.CallHandler)
		for _, path := range []string{"/search", at} {
			if a := handler.Get(t, path); a.Status != http.StatusForbidden {
				t.Errorf("a call handler at %s: status %d, want 403", path, a.Status)
			}
		}
		for _, what := range []string{"quillfeather", "", "--!?"} { // not even what is wrong with it
			if a := find(t, handler, what); a.Status != http.StatusForbidden {
				t.Errorf("a call handler searches for %q: status %d, want 403", what, a.Status)
			}
		}
		if a := handler.Post(t, at+"/decisions", same); a.Status != http.StatusForbidden {
			t.Errorf("a call handler decides: status %d, want 403", a.Status)
		}
	})
}

// TestOtherAgency has two agencies, without an agreement, that hold reports of the
// same people.
func TestOtherAgency(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, keys := told(t, d)
		by := accesstest.Somebody(t, d, "police:98", "Otis Farr", access.Registrar)
		other, ours := s.only(t, by), s.somebody(t, "Rhea Dunn", access.Registrar)
		searches := []string{"quillfeather", "07700 900101", "p77 12", "nx14ab", "farrow_ed", "NM/2026", "damage"}
		for _, what := range searches {
			if a := find(t, other, what); a.Status != 200 || !strings.Contains(a.Body, "Nothing was found") {
				t.Errorf("another agency looks for %q: status %d, and something is found", what, a.Status)
			}
			if a := find(t, ours, what); strings.Contains(a.Body, "Nothing was found") {
				t.Errorf("%q is not found by those who hold it", what)
			}
		}
		for _, key := range keys {
			for _, id := range []string{person.VictimOf(key), person.SuspectOf(key)} {
				if a := other.Get(t, "/people/"+id); a.Status != 404 {
					t.Errorf("another agency reads %s: status %d, want 404", id, a.Status)
				}
			}
		}
		a := other.Post(t, "/people/"+person.VictimOf(keys[0])+"/decisions", url.Values{"a": {person.VictimOf(keys[0])}, "b": {person.VictimOf(keys[2])}, "same": {"yes"}, "reason": {"I think so"}})
		if a.Status != 404 {
			t.Errorf("another agency decides: status %d, want 404", a.Status)
		}

		r := report.Record{ID: "SM/1", Agency: "Southmere Police", Kind: report.Crime, Count: 1, Reported: time.Date(2026, 2, 3, 19, 5, 0, 0, time.UTC), Victim: mara, Suspect: ed, Offence: "Harassment"}
		theirs, _, err := s.held.Record(t.Context(), by, &r)
		if err != nil {
			t.Fatal(err)
		}
		if page := other.Get(t, "/people/"+person.VictimOf(theirs)); page.Status != 200 || !strings.Contains(page.Body, "Victim in 1 report") || strings.Contains(page.Body, "NM/2026") || strings.Contains(page.Body, "Judith") {
			t.Errorf("another agency's own person: status %d\n%s", page.Status, page.Main())
		}
		if a := ours.Get(t, "/people/"+person.VictimOf(theirs)); a.Status != 404 {
			t.Errorf("their person, read by us: status %d, want 404", a.Status)
		}
		if page := ours.Get(t, "/people/"+person.VictimOf(keys[0])); !strings.Contains(page.Body, "Victim in 2 reports") || strings.Contains(page.Body, "SM/1") {
			t.Error("our person's page holds their report")
		}
		if a := find(t, ours, "SM/1"); !strings.Contains(a.Body, "Nothing was found") {
			t.Error("their report is found by us")
		}
	})
}

// TestLock hides a suspect, and those who report him, from one person.
func TestLock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, keys := told(t, d)
		locked, free := s.somebody(t, "Lou Farrow", access.Registrar), s.somebody(t, "Rhea Dunn", access.Registrar)
		maraID, edID, judithID := person.VictimOf(keys[0]), person.SuspectOf(keys[0]), person.VictimOf(keys[2])
		if page := locked.Get(t, "/people/"+judithID); !strings.Contains(page.Body, "Quillfeather</bdi></a>") {
			t.Fatal("before, her twin may be the same")
		}
		accesstest.Lock(t, d, "Lou Farrow", edID)
		for _, id := range []string{maraID, edID, person.VictimOf(keys[1]), person.SuspectOf(keys[1])} {
			if a := locked.Get(t, "/people/"+id); a.Status != 404 {
				t.Errorf("%s: status %d, want 404", id, a.Status)
			}
		}
		for _, what := range []string{"farrowgate", "mara", "07700 900101", "07700 900202", "farrow_ed", "nx51abc", "p77 12", "NM/2026/000117", "NM/2026/000301"} {
			if a := find(t, locked, what); !strings.Contains(a.Body, "Nothing was found") {
				t.Errorf("%q is found", what)
			}
			if a := find(t, free, what); strings.Contains(a.Body, "Nothing was found") {
				t.Errorf("%q is not found by somebody else", what)
			}
		}
		if a := find(t, locked, "damage"); !strings.Contains(a.Body, "1 report<") && !strings.Contains(a.Body, "1 report\n") {
			t.Errorf("of three reports of damage one is not hidden:\n%s", a.Main())
		}
		if a := find(t, locked, "quillfeather"); !strings.Contains(a.Body, "Judith") || strings.Contains(a.Body, "Mara") {
			t.Error("the twin is hidden, or she is not")
		}
		page := locked.Get(t, "/people/"+judithID)
		if page.Status != 200 || strings.Contains(page.Body, "Mara") || strings.Contains(page.Body, "may be the same") {
			t.Errorf("the twin's page tells of her: status %d", page.Status)
		}
		a := locked.Post(t, "/people/"+judithID+"/decisions", url.Values{"a": {judithID}, "b": {maraID}, "same": {"yes"}, "reason": {"I think so"}})
		if a.Status != 404 {
			t.Errorf("decided about somebody who is hidden: status %d, want 404", a.Status)
		}
		if a := free.Get(t, "/people/"+edID); a.Status != 200 {
			t.Errorf("somebody else: status %d", a.Status)
		}
	})
}
