package casefile_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/incident"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/warning"
)

// tied is what the page of a case says of victims who share something, or "".
func tied(p casefile.Page) string {
	i := slices.IndexFunc(p.Warnings, func(x warning.Warning) bool { return x.Rule == "many-victims" })
	if i < 0 {
		return ""
	}
	return p.Warnings[i].Says
}

// shows is an incident of a day that shows something, by nobody knows whom.
func shows(on, kind, value string) casefile.Telling {
	t := silent(on, casefile.Nobody)
	t.Features = map[string]string{kind: value}
	return t
}

// TestTies has the cases of two victims warn of what both show, to whoever may read
// both. Of a case that somebody may not read nothing is told: not in the other's page,
// its warnings, its links, the cases it could be linked to, nor to the program.
func TestTies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "bob", access.Supervisor), w.somebody(haven, "ceri", access.AdvocacyManager)
		nurse, friend := w.somebody(beyond, "nurse", access.Coordinator), w.somebody(police, "friend", access.Supervisor)
		hers := w.begin(ann)
		party := func(name string) report.Party {
			return report.Party{GivenName: name, FamilyName: "Pettifer", Born: "1970-01-09"}
		}
		jo := w.write(haven, report.Record{ID: "J/1", Reported: on(21), Victim: party("Joan"), Suspect: report.Party{GivenName: "Saul", FamilyName: "Marsh", Born: "1950-02-02"}, Narrative: "Somebody rings at night."})
		joans, err := w.cases.Open(t.Context(), ceri, person.VictimOf(jo), "", "")
		w.must(err)
		ned := w.write(beyond, report.Record{ID: "N/1", Reported: on(22), Victim: party("Ned"), Suspect: report.Party{GivenName: "Saul", FamilyName: "Marsh", Born: "1950-02-02"}, Narrative: "Somebody rings at night."})
		neds, err := w.cases.Open(t.Context(), nurse, person.VictimOf(ned), "", "")
		w.must(err)

		mine := w.keep(ann, hers, shows("2/2/2026", "number", "07700 900999"))
		w.keep(nurse, neds, shows("2/2/2026", "number", "07700 900999"))
		one := w.keep(ceri, joans, shows("3/2/2026", "handle", "07700 900999")) // not of the same kind
		none := func(when string, by ...access.Actor) {
			t.Helper()
			for _, by := range by {
				page := w.page(by, hers)
				if s := tied(page); s != "" {
					t.Errorf("%s %s is told: %s", when, by.Name, s)
				}
				l, err := w.cases.Links(t.Context(), by, hers, true)
				w.must(err)
				if j, err := w.cases.Joinable(t.Context(), by, hers); by.Agency == police && (err != nil || len(j.Series) != 0) {
					t.Errorf("%s %s could link %+v, %v", when, by.Name, j.Series, err)
				}
				for _, secret := range []string{"Pettifer", joans, one} {
					if strings.Contains(fmt.Sprintf("%+v %+v", page, l), secret) {
						t.Errorf("%s %s is shown %q of the other case", when, by.Name, secret)
					}
				}
			}
		}
		none("a number and a name online that are written alike:", ann, bob, ceri)

		both := func(when string) {
			t.Helper()
			for _, x := range []struct {
				by access.Actor
				id string
			}{{ann, hers}, {bob, hers}, {ceri, hers}, {ann, joans}, {ceri, joans}} {
				if s := tied(w.page(x.by, x.id)); s != "2 victims share a number." {
					t.Errorf("%s %s reads in %s: %q", when, x.by.Name, x.id, s)
				}
			}
			if s := tied(w.page(nurse, neds)); s != "" {
				t.Errorf("%s an agency in no agreement is told: %s", when, s)
			}
		}
		put := shows("3/2/2026", "number", "+44 (0)7700 900 999")
		put.Said.Why = "It was a number"
		w.must(w.cases.CorrectIncident(t.Context(), ceri, joans, one, 1, put))
		both("once it was put right")
		page := w.page(bob, hers)
		for _, secret := range []string{"Pettifer", joans, one} {
			if strings.Contains(fmt.Sprintf("%+v", page), secret) {
				t.Errorf("the page has %q of the other case", secret)
			}
		}
		i := slices.IndexFunc(page.Warnings, func(x warning.Warning) bool { return x.Rule == "many-victims" })
		if got, ok := casefile.IncidentOf(page.Warnings[i].Facts[0]); !ok || got != mine || page.Warnings[i].By.IsZero() {
			t.Errorf("because of %v, by %v", page.Warnings[i].Facts, page.Warnings[i].By)
		}
		l, err := w.cases.Links(t.Context(), bob, hers, true)
		w.must(err)
		if !slices.ContainsFunc(l.People, func(p casefile.Party) bool { return p.Name == "Joan Pettifer" }) || len(l.Values) == 0 || l.Values[0].Text != "07700 900999" || len(l.Values[0].Shared) != 1 {
			t.Errorf("the picture of the links: %+v, %+v", l.People, l.Values)
		}
		if l, err := w.cases.Links(t.Context(), bob, hers, false); err != nil || strings.Contains(fmt.Sprintf("%+v", l), "Pettifer") {
			t.Errorf("the picture of this case alone: %+v, %v", l, err)
		}

		accesstest.Lock(t, d, friend.Account, person.VictimOf(jo))
		none("a friend of hers:", friend)
		sight := w.sight(police)
		w.must(d.Read(t.Context(), func(v *db.View) error {
			for id, want := range map[string]bool{hers: false, joans: true} { // which the friend may read, and which not
				_, state, err := w.cases.Watched(t.Context(), v, sight, id, v.Now)
				if err != nil {
					return err
				}
				if state.Has("many-victims") != want {
					t.Errorf("lists have that %s is tied: %v", id, !want)
				}
			}
			return nil
		}))

		w.must(w.cases.KeepApart(t.Context(), ceri, joans, true, "She asked"))
		none("a case that is kept apart:", ann, bob)
		if tied(w.page(ceri, hers)) == "" {
			t.Error("ceri, who is on its team, is not told")
		}
		w.must(w.cases.KeepApart(t.Context(), ceri, joans, false, "She agrees"))
		both("once it is open again")

		j, err := w.cases.Joinable(t.Context(), ann, hers)
		if err != nil || len(j.Series) != 1 || j.Series[0].ID != joans {
			t.Fatalf("could be linked to %+v, %v", j.Series, err)
		}
		w.must(w.cases.Link(t.Context(), ann, hers, joans))
		if a, b := tied(w.page(ann, hers)), tied(w.page(ceri, joans)); a+b != "" {
			t.Errorf("in one series they say %q and %q", a, b)
		}
		w.must(w.cases.Unlink(t.Context(), ann, hers))
		both("out of the series")

		put.Features, put.Said.Why = nil, "It was another caller"
		w.must(w.cases.CorrectIncident(t.Context(), ceri, joans, one, 2, put))
		none("once it was put right again:", ann, bob, ceri)
		own := shows("4/2/2026", "number", "07700900999")
		own.Reads = casefile.Alone
		w.keep(ceri, joans, own)
		none("what the advocates keep to themselves:", ann, bob)
		if tied(w.page(ceri, hers)) == "" {
			t.Error("the advocates do not see what they know")
		}
	})
}

// sight is that of the program, on behalf of an agency.
func (w *desk) sight(agency string) *access.Sight {
	w.t.Helper()
	s := &access.Sight{Subject: access.Subject{Actor: access.Program(agency, "Clew"), Now: w.d.Now()}, Action: access.ReadCase}
	w.must(w.d.Read(w.t.Context(), func(v *db.View) (err error) {
		s.Pool, err = access.Together(w.t.Context(), v, v.Now, agency)
		return err
	}))
	return s
}

// TestTiesOfSuspects ties the case of somebody who is rung by nobody knows whom to that of
// another victim whose suspect is reported with the number: in both, and to whoever may
// read both.
func TestTiesOfSuspects(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "bob", access.Supervisor)
		friend := w.somebody(police, "friend", access.Supervisor)
		hers := w.begin(ann)
		w.keep(ann, hers, shows("2/2/2026", "number", "07700 900999"))
		saul := report.Party{GivenName: "Saul", FamilyName: "Marsh", Born: "1950-02-02", Phones: []string{"+44 7700 900999"}}
		w.write(beyond, report.Record{ID: "N/1", Reported: on(21), Victim: report.Party{GivenName: "Ned", FamilyName: "Colne", Born: "1960-06-06"}, Suspect: saul, Narrative: "He rings at night."})
		jo := w.write(haven, report.Record{ID: "J/1", Reported: on(21), Victim: report.Party{GivenName: "Joan", FamilyName: "Pettifer", Born: "1970-01-09"}, Suspect: saul, Narrative: "He rings at night."})
		if s := tied(w.page(ann, hers)); s != "" {
			t.Errorf("of a report that no case is about: %s", s)
		}
		joans, err := w.cases.Open(t.Context(), ann, person.VictimOf(jo), person.SuspectOf(jo), "")
		w.must(err)
		both := func(when string, by access.Actor, want string) {
			t.Helper()
			for _, id := range []string{hers, joans} {
				p, err := w.cases.One(t.Context(), by, id, 0, 50)
				if errors.Is(err, fault.NotFound) && want == "" {
					continue
				}
				w.must(err)
				if s := tied(p); s != want {
					t.Errorf("%s %s reads in %s: %q", when, by.Name, id, s)
				}
			}
		}
		both("when both are cases", ann, "2 victims share a number.")
		both("when both are cases", bob, "2 victims share a number.")
		p, second := w.page(ann, joans), w.page(ann, joans).Opened
		for _, id := range []string{hers, joans} {
			for _, x := range w.page(ann, id).Warnings {
				if x.Rule == "many-victims" && x.Raised.Before(second) {
					t.Errorf("raised at %v, before there was a second case at %v", x.Raised, second)
				}
			}
		}
		i := slices.IndexFunc(p.Warnings, func(x warning.Warning) bool { return x.Rule == "many-victims" })
		if f := p.Warnings[i].Facts; len(f) != 1 || f[0] != jo || p.Because[jo] != "J/1" {
			t.Errorf("because of %v, %v", f, p.Because)
		}
		for id, name := range map[string]string{hers: "Joan Pettifer", joans: "Mara Quill"} {
			l, err := w.cases.Links(t.Context(), bob, id, true)
			w.must(err)
			if !slices.ContainsFunc(l.People, func(p casefile.Party) bool { return p.Name == name }) || !slices.ContainsFunc(l.Values, func(v casefile.Value) bool { return strings.HasSuffix(v.Text, "900999") && len(v.Shared) > 0 }) {
				t.Errorf("the picture of %s: %+v, %+v", id, l.People, l.Values)
			}
		}
		accesstest.Lock(t, d, friend.Account, person.SuspectOf(jo))
		both("a friend of his:", friend, "")
		for _, id := range []string{joans, hers} {
			w.must(w.cases.KeepApart(t.Context(), ann, id, true, "She asked"))
			both("with one kept apart", bob, "")
			w.must(w.cases.KeepApart(t.Context(), ann, id, false, "She agrees"))
		}
		both("with both open again", bob, "2 victims share a number.")
		w.must(w.cases.Name(t.Context(), ann, hers, person.SuspectOf(jo)))
		both("once he is named in both, of which others-victims speaks,", bob, "")
	})
}

// TestTiesByHiddenReports has two cases tied by what a suspect is reported with in a report
// that a lock hides from a friend of who made it: he may read both cases, and learns of the
// tie neither there nor from lists across cases.
func TestTiesByHiddenReports(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, friend := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "friend", access.Supervisor)
		hers := w.begin(ann)
		w.keep(ann, hers, shows("2/2/2026", "number", "07700 900999"))
		saul := report.Party{GivenName: "Saul", FamilyName: "Marsh", Born: "1950-02-02"}
		jo := w.write(haven, report.Record{ID: "J/1", Reported: on(21), Victim: report.Party{GivenName: "Joan", FamilyName: "Pettifer", Born: "1970-01-09"}, Suspect: saul, Narrative: "He rings at night."})
		saul.Phones = []string{"07700 900999"}
		ned := w.write(haven, report.Record{ID: "N/1", Reported: on(22), Victim: report.Party{GivenName: "Ned", FamilyName: "Colne", Born: "1960-06-06"}, Suspect: saul, Narrative: "He rings at night."})
		joans, err := w.cases.Open(t.Context(), ann, person.VictimOf(jo), person.SuspectOf(jo), "")
		w.must(err)
		listed := func(id string) (says string) {
			t.Helper()
			w.must(d.Read(t.Context(), func(v *db.View) error {
				_, state, err := w.cases.Watched(t.Context(), v, w.sight(police), id, v.Now)
				for _, x := range state.Standing {
					if x.Rule == "many-victims" {
						says += x.Says
					}
				}
				return err
			}))
			return says
		}
		const want = "2 victims share a number."
		for _, id := range []string{hers, joans} {
			if page, list := tied(w.page(ann, id)), listed(id); page != want || list != want {
				t.Fatalf("before there is a lock, %q and %q are said", page, list)
			}
		}
		accesstest.Lock(t, d, friend.Account, person.VictimOf(ned))
		for _, id := range []string{hers, joans} {
			if s := tied(w.page(ann, id)); s != want {
				t.Errorf("who may read the report is told %q", s)
			}
			if page, list := tied(w.page(friend, id)), listed(id); page+list != "" {
				t.Errorf("the friend is told %q on the page, and %q in lists", page, list)
			}
		}
		w.must(d.Write(t.Context(), func(tx *db.Tx) error {
			if err := tx.Exec(t.Context(), `UPDATE cases SET look = 1`); err != nil {
				return err
			}
			if err := w.cases.MarkTied(t.Context(), tx); err != nil {
				return err
			}
			n, err := db.One(t.Context(), tx, db.Number, `SELECT count(*) FROM cases WHERE look = 0`)
			if n != 2 {
				t.Errorf("%d of the two cases are asked about once a lock is set", n)
			}
			return err
		}))
	})
}

// TestTiesSay has each kind tie what is the same, however it is written, and nothing that
// many would show; and forgets it when it is erased.
func TestTiesSay(t *testing.T) {
	for _, x := range []struct{ kind, one, other, says string }{
		{"number", "07700 900999", "0044 7700 900999", "2 victims share a number."},
		{"handle", "@Night_Owl", "https://chat.example/night_owl", "2 victims share a name online."},
		{"vehicle", "NX07 ABC", "nxo7abc", "2 victims share a vehicle."},
		{"device", "SN 4471-AB", "sn4471ab", "2 victims share a device."},
		{"wording", "You’ll never walk home alone!", "you'll NEVER walk home alone", "2 victims share a wording."},
		{"method", "Parcel tape over the lock", "parcel tape, over the lock", "2 victims share a way of doing it."},
		{"number", "withheld", "withheld", ""},
		{"number", "07700 900999", "07700 900998", ""},
		{"handle", "n/a", "n/a", ""},
		{"wording", "I love you", "I love you", ""},
		{"device", "AirTag", "AirTag", ""},
	} {
		t.Run(x.kind+" "+x.one, func(t *testing.T) {
			d := dbtest.SQLite(t)
			w := open(t, d)
			ann := w.somebody(police, "ann", access.Supervisor)
			hers := w.begin(ann)
			jo := w.record(report.Record{Agency: "Northmoor Police", ID: "J/1", Offence: "Harassment", Victim: report.Party{GivenName: "Joan", FamilyName: "Pettifer", Born: "1970-01-09"}, Suspect: report.Party{GivenName: "Saul", FamilyName: "Marsh"}})
			joans, err := w.cases.Open(t.Context(), ann, person.VictimOf(jo), person.SuspectOf(jo), "")
			w.must(err)
			w.keep(ann, hers, shows("2/2/2026", x.kind, x.one))
			theirs := shows("3/2/2026", x.kind, x.other)
			theirs.Suspect = w.page(ann, joans).Suspects[0].ID
			w.keep(ann, joans, theirs)
			for _, id := range []string{hers, joans} {
				if got := tied(w.page(ann, id)); got != x.says {
					t.Errorf("%s says %q, want %q", id, got, x.says)
				}
			}
			w.must(d.Write(t.Context(), func(tx *db.Tx) error { return w.cases.Forget(t.Context(), tx, person.SuspectOf(jo), "") }))
			if got := tied(w.page(ann, hers)); got != "" {
				t.Errorf("once he is erased: %s", got)
			}
			w.must(d.Read(t.Context(), func(v *db.View) error {
				n, err := db.One(t.Context(), v, db.Number, `SELECT count(*) FROM incident_ties WHERE case_id = $1`, joans)
				if n != 0 {
					t.Errorf("%d ties are kept of him", n)
				}
				return err
			}))
		})
	}
}

// TestTiedByMany has what half the county shows tie nobody, and what was kept before ties
// were be tied once.
func TestTiedByMany(t *testing.T) {
	d := dbtest.SQLite(t)
	w := open(t, d)
	ann := w.somebody(police, "ann", access.Supervisor)
	hers := w.begin(ann)
	w.keep(ann, hers, shows("2/2/2026", "number", "0300 123 4567"))
	given := strings.Fields("Joan Vera Ottilie Beatrix Kirsty Nell Prudence")
	family := strings.Fields("Attlebury Birch Colne Dunmore Elm Fothergill Gorse Hazel Ingleby Jessop Kettle Lumley Marlowe Norwood Overton Pettifer Quarry Rook Sallow Thackray Underhill")
	another := func(n int) {
		key := w.record(report.Record{Agency: "Northmoor Police", ID: fmt.Sprint("V/", n), Offence: "Harassment", Victim: report.Party{GivenName: given[n%len(given)], FamilyName: family[n], Born: fmt.Sprintf("19%02d-%02d-%02d", 40+2*n, n%12+1, n+3)}})
		id, err := w.cases.Open(t.Context(), ann, person.VictimOf(key), "", "")
		w.must(err)
		w.keep(ann, id, shows("3/2/2026", "number", "0300 123 4567"))
	}
	another(0)
	w.must(d.Write(t.Context(), func(tx *db.Tx) error {
		if err := tx.Exec(t.Context(), `DELETE FROM incident_ties`); err != nil {
			return err
		}
		_, err := w.cases.TieAll(t.Context(), tx)
		return err
	}))
	if got := tied(w.page(ann, hers)); got != "2 victims share a number." {
		t.Errorf("with one other: %q", got)
	}
	for n := 1; n <= 20; n++ {
		another(n)
	}
	if got := tied(w.page(ann, hers)); got != "" {
		t.Errorf("with 21 others: %q", got)
	}
}

func FuzzSame(f *testing.F) {
	for _, s := range []string{"07700 900999", "@night_owl", "NX07 ABC", "You’ll never walk home alone!", "", "\xff", "İİİ İİİ İİİ"} {
		f.Add("number", s)
		f.Add("wording", s)
	}
	f.Fuzz(func(t *testing.T, kind, s string) {
		one := incident.Same(kind, s)
		if kind == "wording" && incident.Same(kind, one) != one {
			t.Errorf("%q is %q, which is %q", s, one, incident.Same(kind, one))
		}
	})
}
