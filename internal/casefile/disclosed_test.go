package casefile_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/person"
	"clew/internal/report"
)

func told(name, born, suspect string) casefile.Disclosure {
	given, family, _ := strings.Cut(name, " ")
	d := casefile.Disclosure{Victim: report.Party{GivenName: given, FamilyName: family, Born: born}, Basis: "consent", Holder: "Haven Advocacy"}
	if suspect != "" {
		given, family, _ := strings.Cut(suspect, " ")
		d.Suspect = report.Party{GivenName: given, FamilyName: family}
	}
	return d
}

// TestOpenByHand opens a case for somebody nobody has reported, records who was told, and
// has what is reported later be of it.
func TestOpenByHand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, ceri, nurse := w.somebody(police, "ann", access.Supervisor), w.somebody(haven, "ceri", access.Advocate), w.somebody(beyond, "nurse", access.Coordinator)
		x := told("Ottilie Fernhollow", "4/2/1993", "Lucian Marsh")
		x.Relationship, x.Words = "former-partner", "He waits outside her work and she is afraid he will hurt her."
		looks := w.count(`SELECT COUNT(*) FROM ledger_entries WHERE action = 'open a case' AND account = 'ceri'`)
		id, err := w.cases.OpenByHand(t.Context(), ceri, w.held(), x)
		w.must(err)
		if n := w.count(`SELECT COUNT(*) FROM ledger_entries WHERE action = 'open a case' AND account = 'ceri' AND subject = $1`, id); n != 1 {
			t.Errorf("%d entries in the ledger after %d", n, looks)
		}
		p := w.page(ann, id)
		if p.Holder != haven || p.Victim.Name != "Ottilie Fernhollow" || p.Victim.Born != "1993-02-04" || len(p.Suspects) != 1 || p.Suspects[0].Name != "Lucian Marsh" || len(p.Team) != 1 || !p.Team[0].Leads || p.Team[0].Account != "ceri" {
			t.Errorf("the case: %+v", p.Case)
		}
		if i := slices.IndexFunc(p.Events, func(e casefile.Event) bool { return e.Kind == casefile.Opened }); i < 0 || p.Events[i].Words != casefile.ToAdvocate+". Other agencies may know of it: the victim agrees." {
			t.Errorf("events: %+v", p.Events)
		}
		i := slices.IndexFunc(p.Events, func(e casefile.Event) bool { return e.Kind == casefile.Reported })
		if i < 0 || p.Events[i].About != casefile.ToAdvocate || p.Events[i].Agency != "Haven Advocacy" || len(p.Warnings) == 0 {
			t.Errorf("events: %+v; warnings %v", p.Events, rules(p))
		}
		_, err = w.cases.One(t.Context(), nurse, id, 0, 9)
		w.is(err, fault.NotFound)

		w.write(police, report.Record{ID: "P/9", Reported: time.Date(2026, 2, 20, 9, 0, 0, 0, time.UTC), Offence: "Harassment", Victim: report.Party{GivenName: "Ottilie", FamilyName: "Fernhollow", Born: "1993-02-04", Phones: []string{"07700 900777"}},
			Suspect: report.Party{GivenName: "Lucian", FamilyName: "Marsh", Born: "1980-05-05"}, Narrative: "He followed her."})
		if p := w.page(ann, id); p.CrimesAll != 2 || len(p.Patterns) != 1 || p.Patterns[0].Reports != 2 {
			t.Errorf("after the police were told there are %d reports, %+v", p.CrimesAll, p.Patterns)
		}
		again, err := w.cases.OpenByHand(t.Context(), ceri, w.held(), casefile.Disclosure{Victim: x.Victim, VictimIs: p.Victim.ID, SuspectIs: p.Suspects[0].ID, Basis: "consent"})
		if err != nil || again != id {
			t.Errorf("opened again as %s, %v", again, err)
		}
	})
}

// TestLikely offers people who are known and may be whom somebody means, and nobody whom
// they may not see.
func TestLikely(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ceri, nurse, kate := w.somebody(haven, "ceri", access.Advocate), w.somebody(beyond, "nurse", access.AdvocacyManager), w.somebody(police, "kate", access.Coordinator)
		friend := w.somebody(police, "friend", access.Officer)
		people := person.NewStore(w.guard)
		likely := func(by access.Actor, name, born, suspect string) (v, s []string) {
			t.Helper()
			x := told(name, born, suspect)
			victims, suspects, err := w.cases.Likely(t.Context(), by, w.held(), people, &x)
			w.must(err)
			for _, p := range victims.All {
				v = append(v, p.Name)
			}
			for _, p := range suspects.All {
				s = append(s, p.Name)
			}
			return v, s
		}
		for _, x := range []struct {
			by                  access.Actor
			name, born, suspect string
			victims, suspects   string
		}{
			{ceri, "Mara Quill", "1991-04-02", "Edmund Farrow", "Mara Quill", "Edmund Farrow"},
			{ceri, "Marah Quil", "", "", "Mara Quill", ""},
			{ceri, "Mara Quill", "1960-01-01", "", "Mara Quill", ""},
			{kate, "Mara Quill", "", "", "Mara Quill", ""}, // who may record nothing
			{ceri, "Ottilie Fernhollow", "", "Lucian Marsh", "", ""},
			{nurse, "Mara Quill", "1991-04-02", "Edmund Farrow", "", ""},
		} {
			v, s := likely(x.by, x.name, x.born, x.suspect)
			if strings.Join(v, ",") != x.victims || strings.Join(s, ",") != x.suspects {
				t.Errorf("%s is offered %v and %v for %s and %s", x.by.Name, v, s, x.name, x.suspect)
			}
		}
		accesstest.Lock(t, d, friend.Account, w.victim)
		if v, s := likely(friend, "Mara Quill", "1991-04-02", "Edmund Farrow"); len(v) > 0 || slices.Contains(s, "Mara Quill") {
			t.Errorf("somebody from whom she is hidden is offered %v and %v", v, s)
		}
		id, err := w.cases.OpenByHand(t.Context(), friend, w.held(), told("Mara Quill", "1991-04-02", ""))
		w.must(err)
		if p := w.page(friend, id); p.Victim.ID == "" || p.Victim.AsVictim != 1 || len(p.Events) != 1 { // the opening: the report names nobody else
			t.Errorf("what he typed is of somebody with %d reports: %+v", p.Victim.AsVictim, p.Events)
		}
		if _, err := w.cases.OpenByHand(t.Context(), friend, w.held(), casefile.Disclosure{Victim: report.Party{GivenName: "Mara"}, VictimIs: w.victim, Basis: "consent"}); !errors.Is(err, fault.NotFound) {
			t.Errorf("he opens a case about her: %v", err)
		}
	})
}

// TestOpenByHandWrong opens nothing, and records nothing, when something is wrong.
func TestOpenByHandWrong(t *testing.T) {
	w := open(t, dbtest.SQLite(t))
	ceri, kate := w.somebody(haven, "ceri", access.Advocate), w.somebody(police, "kate", access.Coordinator)
	analyst := w.somebody(police, "analyst", access.Analyst)
	before := w.count(`SELECT (SELECT COUNT(*) FROM reports) + (SELECT COUNT(*) FROM cases)`)
	try := func(by access.Actor, d casefile.Disclosure) error {
		_, err := w.cases.OpenByHand(t.Context(), by, w.held(), d)
		return err
	}
	w.invalid(try(ceri, casefile.Disclosure{Basis: "consent"}), "given_name")
	w.invalid(try(ceri, told("Ottilie Fernhollow", "in spring", "")), "dob")
	nobody := told("Ottilie Fernhollow", "", "")
	nobody.Basis = ""
	w.invalid(try(ceri, nobody), "basis")
	both := told("Mara Quill", "", "")
	both.VictimIs, both.SuspectIs, both.Words = w.victim, w.other, "He waits outside."
	w.invalid(try(ceri, both), "suspect") // after the report was recorded
	w.invalid(try(kate, told("Ottilie Fernhollow", "", "")), "given_name")
	w.is(try(analyst, told("Ottilie Fernhollow", "", "")), fault.Forbidden)
	if n := w.count(`SELECT (SELECT COUNT(*) FROM reports) + (SELECT COUNT(*) FROM cases)`); n != before {
		t.Errorf("%d reports and cases, and there were %d", n, before)
	}
	hers := told("Mara Quill", "", "")
	hers.VictimIs = w.victim
	id, err := w.cases.OpenByHand(t.Context(), kate, w.held(), hers)
	w.must(err)
	if p := w.page(ceri, id); p.Victim.Name != "Mara Quill" || len(p.Suspects) != 0 {
		t.Errorf("the case of somebody who is known: %+v", p.Case)
	}
	if n := w.count(`SELECT (SELECT COUNT(*) FROM reports) + (SELECT COUNT(*) FROM cases)`); n != before+1 {
		t.Errorf("%d reports and cases, and there were %d", n, before)
	}
}
