package pattern_test

import (
	"errors"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
)

// Two agencies, each with somebody who reads and somebody who agrees.
type neighbours struct {
	guard     *access.Guard
	held      *pattern.Store
	people    *person.Store
	audit     *recording.Store
	reports   *report.Store
	ann, nora access.Actor // police, health
	chief     access.Actor
}

const health = "nhs:7"

func twoAgencies(t *testing.T, d *db.DB) *neighbours {
	t.Helper()
	g := accesstest.Guard(t, d)
	people := person.NewStore(g)
	return &neighbours{
		guard: g, held: pattern.NewStore(g, people), people: people, audit: recording.NewStore(g), reports: report.NewStore(g),
		ann:   accesstest.Somebody(t, d, accesstest.Agency, "ann", access.Analyst),
		nora:  accesstest.Somebody(t, d, health, "nora", access.Analyst),
		chief: accesstest.Somebody(t, d, accesstest.Agency, "chief", access.Administrator),
	}
}

// visits is one of a few reports by Mara about Ed.
func visits(agency, id string, day int) *report.Record {
	at := time.Date(2026, 1, day, 20, 0, 0, 0, time.UTC)
	return &report.Record{Agency: agency, ID: id, Kind: report.Call, Reported: at, Count: 1,
		Victim:    report.Party{GivenName: "Mara", FamilyName: "Quillfeather", Born: "1991-04-02", Phones: []string{"07700 900101"}},
		Suspect:   report.Party{GivenName: "Edward", FamilyName: "Farrowgate", Born: "1988-09-09", Phones: []string{"07700 900202"}},
		Narrative: "He followed her home from work and stood outside. She is afraid he will hurt her."}
}

func (n *neighbours) record(t *testing.T, by access.Actor, r *report.Record) (string, pattern.Screening) {
	t.Helper()
	key, sc, err := n.held.Record(t.Context(), by, r)
	if err != nil {
		t.Fatal(err)
	}
	return key, sc
}

// sees is what somebody finds of Mara and Ed: people, patterns on the worklist, and
// the reports of the first of these.
func (n *neighbours) sees(t *testing.T, by access.Actor) (people, patterns, reports int) {
	t.Helper()
	hits, err := n.people.Search(t.Context(), by, "Farrowgate")
	if err != nil {
		t.Fatal(err)
	}
	all, total, err := n.audit.Worklist(t.Context(), by, recording.Filter{}, 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	if total > 0 {
		reports = all[0].Reports
	}
	return len(hits), total, reports
}

// TestNothingCrossesWithoutAnAgreement has two agencies told of the same man. Neither
// learns of the other's reports until they agree, both read them together while they
// do, and from the moment one withdraws nobody sees what is not theirs.
func TestNothingCrossesWithoutAnAgreement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := twoAgencies(t, d)
		first, _ := n.record(t, n.ann, visits("Northmoor Police", "NM/1", 5))
		n.record(t, n.ann, visits("Northmoor Police", "NM/2", 12))
		third, sc := n.record(t, n.nora, visits("Northmoor Health", "H-9", 20))
		if sc.Nth != 1 || sc.Suspect.Known() || sc.Victim.Known() {
			t.Errorf("the health service is told of the police's reports: %q", sc.Sentence())
		}
		if people, patterns, reports := n.sees(t, n.ann); people != 1 || patterns != 1 || reports != 2 {
			t.Errorf("police see %d people, %d patterns, %d reports; want 1, 1, 2", people, patterns, reports)
		}
		if people, patterns, _ := n.sees(t, n.nora); people != 1 || patterns != 0 {
			t.Errorf("health see %d people, %d patterns; want 1, 0", people, patterns)
		}
		hidden := func(by access.Actor, key string) {
			t.Helper()
			_, err := n.held.Page(t.Context(), by, key, 0, 50)
			_, err1 := n.held.PartOf(t.Context(), by, key)
			_, err2 := n.reports.One(t.Context(), by, key)
			_, err3 := n.people.Page(t.Context(), by, person.SuspectOf(key), 0, 50)
			_, err4 := n.audit.About(t.Context(), by, key)
			for i, err := range []error{err, err1, err2, err3, err4} {
				if !errors.Is(err, fault.NotFound) {
					t.Errorf("%s finds %s by its address (%d): %v", by.Name, key, i, err)
				}
			}
		}
		hidden(n.nora, first)
		hidden(n.ann, third)

		now := d.Now()
		id, err := n.guard.Agree(t.Context(), n.chief, access.Agreement{Level: access.ReadTogether, Title: "Stalking clinic", Basis: "Substantial public interest", Parties: []string{accesstest.Agency, health},
			Since: now.Add(-time.Hour), Review: now.AddDate(0, 6, 0), Until: now.AddDate(1, 0, 0)})
		if err != nil {
			t.Fatal(err)
		}
		if people, patterns, _ := n.sees(t, n.ann); people != 0 || patterns != 0 {
			t.Errorf("before it is worked out anew: %d people, %d patterns", people, patterns)
		}
		for range 2 {
			if err := n.held.SettleChanged(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for _, by := range []access.Actor{n.ann, n.nora} {
			if people, patterns, reports := n.sees(t, by); people != 1 || patterns != 1 || reports != 3 {
				t.Errorf("%s sees %d people, %d patterns, %d reports; want 1, 1, 3", by.Name, people, patterns, reports)
			}
		}
		if _, sc := n.record(t, n.nora, visits("Northmoor Health", "H-12", 25)); sc.Nth != 4 {
			t.Errorf("with an agreement: %q", sc.Sentence())
		}

		if err := n.guard.Withdraw(t.Context(), n.chief, id, "The clinic has ended"); err != nil {
			t.Fatal(err)
		}
		hidden(n.nora, first)
		hidden(n.ann, third)
		if p, err := n.held.Page(t.Context(), n.ann, first, 0, 50); err == nil && len(p.Accounts) != 2 {
			t.Errorf("right after the end police read %d reports", len(p.Accounts))
		}
		if _, sc := n.record(t, n.ann, visits("Northmoor Police", "NM/3", 28)); sc.Nth > 3 {
			t.Errorf("right after the end: %q", sc.Sentence())
		}
		if err := n.held.SettleChanged(t.Context()); err != nil {
			t.Fatal(err)
		}
		if people, patterns, reports := n.sees(t, n.ann); people != 1 || patterns != 1 || reports != 3 {
			t.Errorf("police see %d people, %d patterns, %d reports; want 1, 1, 3", people, patterns, reports)
		}
		if people, patterns, reports := n.sees(t, n.nora); people != 1 || patterns != 1 || reports != 2 {
			t.Errorf("health see %d people, %d patterns, %d reports; want 1, 1, 2", people, patterns, reports)
		}
	})
}

// TestConflictOfInterest locks a suspect from somebody who works here. To him there
// is no such person, report, pattern or victim, and what he types about them tells
// him nothing; everybody else goes on as before.
func TestConflictOfInterest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := twoAgencies(t, d)
		pat := accesstest.Somebody(t, d, accesstest.Agency, "pat", access.Analyst) // who is Ed's friend
		first, _ := n.record(t, n.ann, visits("Northmoor Police", "NM/1", 5))
		n.record(t, n.ann, visits("Northmoor Police", "NM/2", 12))
		// Mara reports somebody else too, whom another woman reports as well.
		other := func(id, given string, day int) *report.Record {
			r := visits("Northmoor Police", id, day)
			r.Suspect = report.Party{GivenName: "Sid", FamilyName: "Marlowe", Born: "1970-01-20", Phones: []string{"07700 900303"}}
			if given != "Mara" {
				r.Victim = report.Party{GivenName: given, FamilyName: "Pennistone", Born: "1980-05-05", Phones: []string{"07700 900404"}}
			}
			return r
		}
		n.record(t, n.ann, other("NM/5", "Mara", 3))
		n.record(t, n.ann, other("NM/6", "Joan", 4))
		joan, _ := n.record(t, n.ann, other("NM/7", "Joan", 9))
		before, err := n.held.Page(t.Context(), pat, joan, 0, 50)
		if err != nil || before.OtherVictims != 1 {
			t.Fatalf("before: %d others, %v", before.OtherVictims, err)
		}
		if _, err := n.guard.Flag(t.Context(), n.ann, person.SuspectOf(first), []string{"pat"}, nil, "His friend"); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"Farrowgate", "Quillfeather", "07700 900101", "07700 900202"} {
			if hits, err := n.people.Search(t.Context(), pat, name); err != nil || len(hits) != 0 {
				t.Errorf("a search for %s finds %d people, %v", name, len(hits), err)
			}
		}
		for _, ref := range []string{"NM/1", "NM/2", "NM/5"} {
			if _, total, err := n.reports.Search(t.Context(), pat, ref, 0, 50); err != nil || total != 0 {
				t.Errorf("a search for %s finds %d reports, %v", ref, total, err)
			}
		}
		all, total, err := n.audit.Worklist(t.Context(), pat, recording.Filter{}, 0, 50)
		if err != nil || total != 1 || len(all) != 1 || all[0].VictimName != "Joan Pennistone" || all[0].Others != 0 {
			t.Errorf("the worklist shows %d: %+v, %v", total, all, err)
		}
		for _, why := range all[0].Why {
			if len(before.Reasons) == len(all[0].Why) {
				t.Errorf("it still gives a reason that tells of the other victim: %s", why)
			}
		}
		page, err := n.held.Page(t.Context(), pat, joan, 0, 50)
		if err != nil || page.OtherVictims != 0 || len(page.Others) != 0 || page.SuspectIs.AsSuspect != 2 {
			t.Errorf("the page tells of the other victim: %d, %v, %+v, %v", page.OtherVictims, page.Others, page.SuspectIs, err)
		}
		counts, err := n.audit.Findings(t.Context(), pat)
		if sum := counts[pattern.NotRecorded] + counts[pattern.Recorded] + counts[pattern.Conduct] + counts[pattern.Single]; err != nil || sum != 1 {
			t.Errorf("counts are %v, %v", counts, err)
		}
		missing := func(err error) bool { return errors.Is(err, fault.NotFound) }
		_, e1 := n.held.Page(t.Context(), pat, first, 0, 50)
		_, e2 := n.held.PartOf(t.Context(), pat, first)
		_, e3 := n.reports.One(t.Context(), pat, first)
		_, e4 := n.people.Page(t.Context(), pat, person.VictimOf(first), 0, 50)
		e5 := n.held.Decide(t.Context(), pat, person.SuspectOf(first), person.SuspectOf(joan), true, "One man")
		_, e6 := n.audit.Decide(t.Context(), pat, first, recording.NotOne, "", "Nothing in it", 2)
		_, e7 := n.guard.Flag(t.Context(), pat, person.SuspectOf(first), []string{"ann"}, nil, "To keep her out")
		for i, err := range []error{e1, e2, e3, e4, e5, e6, e7} {
			if !missing(err) {
				t.Errorf("%d: %v, want not found", i, err)
			}
		}
		key, sc, err := n.held.Record(t.Context(), pat, visits("Northmoor Police", "NM/30", 27))
		if err != nil || sc.Victim.Known() || sc.Suspect.Known() || sc.Nth != 1 || sc.Whole != nil || len(sc.OtherVictims)+len(sc.OtherSuspects) != 0 {
			t.Errorf("what he typed tells him: %q, %v", sc.Sentence(), err)
		}
		if sc, err := n.held.Screen(t.Context(), pat, visits("Northmoor Police", "NM/31", 28)); err != nil || sc.Nth != 2 || sc.VictimIs.AsVictim != 1 {
			t.Errorf("screening tells him more than what he typed: %q, %v", sc.Sentence(), err)
		}
		if _, err := n.reports.One(t.Context(), pat, key); err != nil {
			t.Errorf("what he typed is gone for him: %v", err)
		}
		whole, err := n.held.Page(t.Context(), n.ann, first, 0, 50)
		if err != nil || len(whole.Accounts) != 2 {
			t.Errorf("everybody else sees %d reports, %v; want 2, and his aside", len(whole.Accounts), err)
		}
	})
}
