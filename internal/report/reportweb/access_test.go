package reportweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/web/webtest"
)

// somebody is the site as a person of the agency with roles finds it.
func (s site) somebody(t *testing.T, name string, roles ...access.Role) site {
	t.Helper()
	return s.only(t, accesstest.Somebody(t, s.db, accesstest.Agency, name, roles...))
}

// imported takes a file in, and gives the key of its first report and the address
// of its import.
func (s site) imported(t *testing.T) (key, at string) {
	t.Helper()
	at, id := s.kept(t, "march.csv", "record_id,agency,reported_at,occurred_from,occurred_to,offence,count,victim_given_name,victim_family_name,suspect_given_name,suspect_family_name,narrative\n"+
		"NW/1,Northwold Constabulary,2026-01-05,2026-01-01,2026-01-04,Harassment,3,Amy,Oakapple,Jon,Thirlwater,He followed her home.\n"+
		"NW/2,Northwold Constabulary,31/31/2026,,,Harassment,1,Amy,Oakapple,Jon,Thirlwater,He rang.\n")
	s.Post(t, at+"/start", fields(s.Get(t, at).Body))
	if i := s.ended(t, id); i.State != report.Done {
		t.Fatalf("%+v", i)
	}
	found, _, err := s.reports.Search(t.Context(), accesstest.As("Ann Reader"), "NW/1", 0, 1)
	if err != nil || len(found) != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	return found[0].Key, at
}

// TestReportIsReadByRole shows one report to people who may follow it in different
// directions.
func TestReportIsReadByRole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		key, at := s.imported(t)
		for _, c := range []struct {
			role                              access.Role
			search, people, patterns, imports bool
		}{
			{access.CallHandler, false, false, false, false}, {access.School, false, false, false, false},
			{access.Officer, true, true, true, false}, {access.Prosecutor, true, true, true, false}, {access.Analyst, true, true, true, true},
		} {
			a := s.somebody(t, "A "+string(c.role), c.role).Get(t, "/reports/"+key)
			if a.Status != http.StatusOK || !strings.Contains(a.Body, "Oakapple") || !strings.Contains(a.Body, "line 2") {
				t.Errorf("%s: status %d\n%s", c.role, a.Status, a.Main())
			}
			for to, may := range map[string]bool{"/search": c.search, "/people/": c.people, "/patterns/": c.patterns, at: c.imports} {
				if strings.Contains(a.Body, `href="`+to) != may {
					t.Errorf("%s: a link to %s: %v, want %v", c.role, to, !may, may)
				}
			}
		}
		for _, role := range []access.Role{access.Commissioner, access.Administrator, access.Auditor} {
			if a := s.somebody(t, "A "+string(role), role).Get(t, "/reports/"+key); a.Status != http.StatusForbidden {
				t.Errorf("%s: status %d, want 403", role, a.Status)
			}
		}
	})
}

// TestImportsAreForFew tries every address of imports as somebody who may not.
func TestImportsAreForFew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		at, id := s.kept(t, "march.csv", theirs)
		officer, analyst := s.somebody(t, "Olive Bray", access.Officer), s.somebody(t, "Ann Lee", access.Analyst)
		for _, path := range []string{"/imports", "/imports/new", at, at + "/progress", at + "/aside.csv"} {
			if a := officer.Get(t, path); a.Status != http.StatusForbidden {
				t.Errorf("GET %s: status %d, want 403", path, a.Status)
			}
			want := http.StatusOK
			if strings.HasSuffix(path, ".csv") { // which is for whoever began it
				want = http.StatusForbidden
			}
			if a := analyst.Get(t, path); a.Status != want {
				t.Errorf("GET %s: status %d to an analyst, want %d", path, a.Status, want)
			}
		}
		for _, path := range []string{at + "/start", at + "/stop", at + "/remove"} {
			if a := officer.Post(t, path, url.Values{"agency": {"Northwold"}}); a.Status != http.StatusForbidden {
				t.Errorf("POST %s: status %d, want 403", path, a.Status)
			}
		}
		if a := officer.upload(t, "april.csv", theirs); a.Status != http.StatusForbidden {
			t.Errorf("upload: status %d, want 403", a.Status)
		}
		if i, err := s.reports.ImportOf(t.Context(), accesstest.As("Ann Reader"), id); err != nil || i.State != report.Waiting {
			t.Errorf("the import is %s, %v", i.State, err)
		}
		if a := analyst.upload(t, "april.csv", theirs); a.Status != http.StatusSeeOther {
			t.Errorf("upload by an analyst: status %d", a.Status)
		}
	})
}

// TestOtherAgency has two agencies, without an agreement, that hold the same record.
func TestOtherAgency(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		imported, at := s.imported(t)
		key := s.record(t, full())
		by := accesstest.Somebody(t, d, "police:98", "Otis Farr", access.Registrar)
		other, ours := s.only(t, by), s.somebody(t, "Rhea Dunn", access.Registrar)
		for _, path := range []string{"/reports/" + key, "/reports/" + imported, at, at + "/progress", at + "/aside.csv"} {
			if a := other.Get(t, path); a.Status != 404 {
				t.Errorf("GET %s: status %d to another agency, want 404", path, a.Status)
			}
			if a := ours.Get(t, path); a.Status != 200 && !strings.HasSuffix(path, ".csv") {
				t.Errorf("GET %s: status %d", path, a.Status)
			}
		}
		for _, path := range []string{at + "/start", at + "/stop", at + "/remove"} {
			if a := other.Post(t, path, nil); a.Status != 404 {
				t.Errorf("POST %s: status %d, want 404", path, a.Status)
			}
		}
		if a := other.Get(t, "/imports"); a.Status != 200 || !strings.Contains(a.Body, "Nothing has been imported yet") {
			t.Errorf("the other's list of imports: status %d\n%s", a.Status, a.Main())
		}
		again := full()
		again.Narrative += " And again."
		theirs, _, err := s.held.Record(t.Context(), by, &again)
		if err != nil {
			t.Fatal(err)
		}
		if a := other.Get(t, "/reports/"+theirs); a.Status != 200 || strings.Contains(a.Body, "Corrections") || strings.Contains(a.Body, key) || !strings.Contains(a.Body, "This is the first report") {
			t.Errorf("their own of the same record: status %d\n%s", a.Status, a.Main())
		}
		if a := ours.Get(t, "/reports/"+key); strings.Contains(a.Body, "corrects this one") || strings.Contains(a.Body, theirs) {
			t.Error("what another agency holds corrects ours")
		}
		if a := ours.Get(t, "/reports/"+theirs); a.Status != 404 {
			t.Errorf("their report, read by us: status %d, want 404", a.Status)
		}
	})
}

// TestLock hides a suspect from one person, and with him every report that names him
// or is by somebody who reports him.
func TestLock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		one := full()
		key := s.record(t, one)
		two := one
		two.Narrative += " Corrected."
		corrected := s.record(t, two)
		three := full()
		three.ID, three.Suspect = "NM/2026/000400", report.Party{GivenName: "Orlo", FamilyName: "Vantongeren", Born: "03/04/1980", Phones: []string{"07700 900404"}}
		beside := s.record(t, three)
		four := full()
		four.ID, four.Victim, four.Suspect = "NM/2026/000500", report.Party{GivenName: "Nia", FamilyName: "Breakspear", Born: "01/02/1990"}, three.Suspect
		apart := s.record(t, four)
		locked, free := s.somebody(t, "Lou Farrow", access.Registrar), s.somebody(t, "Rhea Dunn", access.Registrar)
		if a := locked.Get(t, "/reports/"+apart); !strings.Contains(a.Body, "already") || !strings.Contains(a.Body, "same phone") {
			t.Fatalf("before, the suspect is not said to be named in another report, and why:\n%s", a.Main())
		}
		accesstest.Lock(t, d, "Lou Farrow", person.SuspectOf(key))
		for _, k := range []string{key, corrected, beside} {
			if a := locked.Get(t, "/reports/"+k); a.Status != 404 {
				t.Errorf("%s: status %d, want 404", k, a.Status)
			}
			if a := free.Get(t, "/reports/"+k); a.Status != 200 {
				t.Errorf("%s: status %d to somebody else", k, a.Status)
			}
		}
		a := locked.Get(t, "/reports/"+apart)
		if a.Status != 200 || strings.Contains(a.Body, "already") || strings.Contains(a.Body, "same phone") || strings.Contains(a.Body, "suspect in 2") || strings.Contains(a.Body, "Mara") {
			t.Errorf("a report of the same suspect tells of one that is hidden: status %d\n%s", a.Status, a.Main())
		}
	})
}

// TestRowsAreForWhoBegan has a colleague who may import see that a file waits and how
// many rows of it could not be read, and nothing of what stands there.
func TestRowsAreForWhoBegan(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		at, id := s.kept(t, "march.csv", theirs)
		analyst := s.somebody(t, "Ann Lee", access.Analyst)
		nothing := func(a webtest.Answer, status int, texts ...string) {
			t.Helper()
			if a.Status != status {
				t.Errorf("status %d, want %d", a.Status, status)
			}
			for _, cell := range []string{"Oakapple", "Thirlwater", "NW/1", "NW/2", "He rang", "Vic Surname", "no month 31"} {
				if strings.Contains(a.Body, cell) {
					t.Errorf("it says %q:\n%s", cell, a.Main())
				}
			}
			for _, text := range texts {
				if !strings.Contains(a.Body, text) {
					t.Errorf("it does not say %q:\n%s", text, a.Main())
				}
			}
		}
		nothing(analyst.Get(t, at), 200, "Only <bdi>", "Remove the file")
		nothing(analyst.Post(t, at+"/start", url.Values{"agency": {"Northwold"}, "do": {"preview"}}), 403)
		nothing(analyst.Post(t, at+"/start", url.Values{"agency": {"Northwold"}, "do": {"start"}}), 403)
		if i, err := s.reports.ImportOf(t.Context(), accesstest.As("Ann Reader"), id); err != nil || i.State != report.Waiting {
			t.Errorf("the import is %s, %v", i.State, err)
		}
		_, done := s.imported(t)
		if a := s.Get(t, done); !strings.Contains(a.Body, "no month 31") {
			t.Errorf("whoever began it does not see the rows set aside:\n%s", a.Main())
		}
		nothing(analyst.Get(t, done), 200, "1 row set aside", "who uploaded the file, can see")
		nothing(analyst.Get(t, done+"/aside.csv"), 403)
	})
}

// TestLinkToRetention leads to how long a report is kept whoever may say so, for a
// report of their own agency.
func TestLinkToRetention(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		key := s.record(t, full())
		link := `href="/retention/reports/` + key
		for role, want := range map[access.Role]bool{access.Supervisor: true, access.Officer: false, access.CallHandler: false} {
			if a := s.somebody(t, "A "+string(role), role).Get(t, "/reports/"+key); a.Status != 200 || strings.Contains(a.Body, link) != want {
				t.Errorf("%s: status %d, a link is wanted: %v", role, a.Status, want)
			}
		}
	})
}
