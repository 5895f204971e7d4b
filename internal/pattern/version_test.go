package pattern_test

import (
	"fmt"
	"strings"
	"testing"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
)

// fresh fails when anything held is out of date.
func (h house) fresh(t *testing.T, when string) {
	t.Helper()
	stale, err := pattern.Stale(t.Context(), h.db)
	if err != nil {
		t.Fatal(err)
	}
	if stale != "" {
		t.Errorf("%s, out of date:\n%s", when, stale)
	}
}

func (h house) settle(t *testing.T) {
	t.Helper()
	if err := h.held.Settle(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	h.fresh(t, "settled")
}

func (h house) head(t *testing.T, id string) (p person.Person) {
	t.Helper()
	if err := h.db.Read(t.Context(), func(v *db.View) (err error) {
		p, err = person.Head(t.Context(), v, accesstest.Sight("Ann Reader"), id)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestCorrectedName corrects the very name of the victim: it is the same record,
// and not a second report.
func TestCorrectedName(t *testing.T) {
	first := wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara2, ed, "He followed her home.")
	mended := wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home, twice, and on Tuesday too.")
	second := wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", mara, ed, "He followed her home.")
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		old, _ := h.record(t, first)
		_, s := h.record(t, mended)
		if s.Nth != 1 || s.Whole != nil {
			t.Errorf("the correction is report %d, of a pattern %v", s.Nth, s.Whole != nil)
		}
		for _, when := range []string{"one by one", "settled"} {
			if got := h.list(t, recording.Filter{}); len(got) != 0 {
				t.Errorf("%s: one record makes a pattern: %+v", when, got)
			}
			if p := h.head(t, person.VictimOf(old)); p.AsVictim != 1 || p.Name != "Mara Quillfeather" {
				t.Errorf("%s: %s is the victim in %d reports, want Mara Quillfeather in 1", when, p.Name, p.AsVictim)
			}
			if s, err := h.held.Screen(t.Context(), accesstest.As("Ann Reader"), &report.Record{Agency: "Northmoor Police", Suspect: ed}); err != nil || len(s.Others) != 1 || s.Others[0].Reports != 1 {
				t.Errorf("%s: who reports him: %+v, %v", when, s.Others, err)
			}
			h.fresh(t, when)
			h.settle(t)
		}
		key, s := h.record(t, second)
		if s.Nth != 2 || len(s.Whole.Accounts) != 2 {
			t.Errorf("the second report is number %d, in a pattern of %d", s.Nth, len(s.Whole.Accounts))
		}
		if part, err := h.held.PartOf(t.Context(), accesstest.As("Ann Reader"), key); err != nil || part.Nth != 2 || part.Later != 0 {
			t.Errorf("of the second report: %d, %d later, %v", part.Nth, part.Later, err)
		}
		for range 2 {
			if got := h.list(t, recording.Filter{}); len(got) != 1 || got[0].Reports != 2 || got[0].Occasions != 2 || got[0].ID != old {
				t.Errorf("two records: %+v", got)
			}
			h.settle(t)
		}
		if p, err := h.people.Page(t.Context(), accesstest.As("Ann Reader"), person.VictimOf(old), 0, 50); err != nil || p.Total != 3 || len(p.Told) != 3 || p.AsVictim != 2 {
			t.Errorf("her page has %d of %d mentions in %d reports, %v", len(p.Told), p.Total, p.AsVictim, err)
		}
	})
	w := swept(t, []*report.Record{first, mended, second})
	if len(w.Courses) != 1 || len(w.Courses[0].Accounts) != 2 || w.Old != 1 || w.Courses[0].Victim != "Mara Quillfeather" {
		t.Errorf("swept: %d courses, %d older rows: %+v", len(w.Courses), w.Old, w.Courses)
	}
	if w := swept(t, []*report.Record{first, mended}); len(w.Courses) != 0 {
		t.Errorf("one record makes a course: %+v", w.Courses)
	}
}

// TestTwoVictimsOfOneRecord keeps a record with two victims, in two rows, two.
func TestTwoVictimsOfOneRecord(t *testing.T) {
	rows := []*report.Record{
		wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed them home."),
		wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", joan, ed, "He followed them home."),
		wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", mara, ed, "He followed them home again."),
		wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", joan, ed, "He followed them home again."),
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		var keys []string
		for _, r := range rows {
			key, _ := h.record(t, r)
			keys = append(keys, key)
			h.fresh(t, r.ID)
		}
		for range 2 {
			got := h.list(t, recording.Filter{})
			if len(got) != 2 || got[0].Reports != 2 || got[1].Reports != 2 || got[0].Others != 1 || got[1].Others != 1 {
				t.Errorf("two victims: %+v", got)
			}
			if p := h.head(t, person.SuspectOf(keys[0])); p.AsSuspect != 2 {
				t.Errorf("he is the suspect in %d reports, want 2", p.AsSuspect)
			}
			h.settle(t)
		}
	})
	if w := swept(t, rows); len(w.Courses) != 2 || w.Old != 0 || w.Courses[0].OtherVictims != 1 {
		t.Errorf("swept: %+v", w.Courses)
	}
}

// TestSuspectNamedLater names, in a correction, who did it: the record no longer
// counts among those that name nobody.
func TestSuspectNamedLater(t *testing.T) {
	rows := []*report.Record{
		wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, report.Party{}, "A man followed her home."),
		wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", mara, report.Party{}, "A man followed her home."),
		wrote("Northmoor Police", "NM/3", "2026-03-05T21:00", mara, ed, "He followed her home."),
		wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "A man followed her home. She knows him now."),
	}
	said := func(all []string) string {
		for _, why := range all {
			if strings.Contains(why, "not counted here") {
				return why
			}
		}
		return ""
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		for i, r := range rows {
			_, s := h.record(t, r)
			h.fresh(t, fmt.Sprint("row ", i))
			if i == 3 && (s.Nth != 2 || s.Whole == nil || !strings.Contains(said(s.Whole.Reasons), "1 report ")) {
				t.Errorf("the correction: %q, report %d", said(s.Whole.Reasons), s.Nth)
			}
		}
		for range 2 {
			got := h.list(t, recording.Filter{})
			if len(got) != 1 || got[0].Reports != 2 || !strings.Contains(said(got[0].Why), "1 report ") {
				t.Errorf("%+v", got)
			}
			h.settle(t)
		}
	})
	if w := swept(t, rows); len(w.Courses) != 1 || w.Courses[0].AlsoUnnamed != 1 || len(w.Courses[0].Accounts) != 2 {
		t.Errorf("swept: %+v", w.Courses)
	}
}

// TestCorrectionReachesOthers corrects a report away from patterns that spoke of it.
func TestCorrectionReachesOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		var keys []string
		for i, r := range []*report.Record{
			wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home."),
			wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", mara, ed, "He followed her home."),
			wrote("Northmoor Police", "NM/3", "2026-02-06T21:00", joan, ed, "He followed her home."),
			wrote("Northmoor Police", "NM/4", "2026-02-07T21:00", ed, mara, "She rang him."),
			wrote("Northmoor Police", "NM/5", "2026-02-08T21:00", mara, report.Party{GivenName: "unknown", Sex: "M"}, "A man followed her home."),
		} {
			key, _ := h.record(t, r)
			keys = append(keys, key)
			h.fresh(t, fmt.Sprint("report ", i+1))
		}
		if got := h.list(t, recording.Filter{}); len(got) != 1 || got[0].Others != 1 || got[0].Counter != 1 {
			t.Fatalf("at the start: %+v", got)
		}
		// Extracts correct: one says less of who did it, one that nothing of the list was done.
		for _, r := range []*report.Record{
			wrote("Northmoor Police", "NM/3", "2026-02-06T21:00", joan, ed, "Found to be somebody else's report."),
			wrote("Northmoor Police", "NM/5", "2026-02-08T21:00", mara, report.Party{GivenName: "unknown", Sex: "M"}, "Purse found."),
			wrote("Northmoor Police", "NM/4", "2026-02-07T21:00", ed, mara, "She rang him, once."),
			wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He stood outside."),
		} {
			if err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := pattern.TakeIn(t.Context(), tx, accesstest.Sight("Ann Reader"), "", []*report.Record{r})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			h.fresh(t, "corrected "+r.ID)
		}
		h.settle(t)
		if got := h.list(t, recording.Filter{}); len(got) != 1 || got[0].Others != 1 || got[0].Counter != 1 || got[0].Reports != 2 {
			t.Errorf("at the end: %+v", got)
		}
		if p := h.head(t, person.VictimOf(keys[0])); p.AsVictim != 3 || p.AsSuspect != 1 {
			t.Errorf("she is the victim in %d and the suspect in %d, want 3 and 1", p.AsVictim, p.AsSuspect)
		}
	})
}

// TestNameReachesPatterns hears a fuller name of somebody who is in a pattern.
func TestNameReachesPatterns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		short := mara
		short.GivenName = "M"
		h.record(t, wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", short, ed, "He followed her home."))
		h.record(t, wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", short, ed, "He followed her home."))
		h.record(t, wrote("Northmoor Police", "NM/3", "2026-02-06T21:00", mara, joan, "She rang her."))
		h.fresh(t, "a fuller name")
		if got := h.list(t, recording.Filter{}); len(got) != 1 || got[0].VictimName != "Mara Quillfeather" {
			t.Errorf("%+v", got)
		}
	})
}

// TestNobodyIsBothSides reports a father by a son who shares all but what is not
// written down.
func TestNobodyIsBothSides(t *testing.T) {
	son := report.Party{GivenName: "Rowan", FamilyName: "Thistlewick", Phones: []string{"07700 900404"}, Addresses: []string{"4 Gannet Rise"}, Postcodes: []string{"NX4 4QQ"}}
	rows := []*report.Record{
		wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", son, son, "He was watching the house."),
		wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", son, son, "He was watching the house again."),
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		key, _ := h.record(t, rows[0])
		h.record(t, rows[1])
		for range 2 {
			if v, s := h.head(t, person.VictimOf(key)), h.head(t, person.SuspectOf(key)); v.ID == s.ID {
				t.Errorf("%s stands on both sides of one report", v.Name)
			}
			h.settle(t)
		}
	})
	for _, l := range swept(t, rows).Courses {
		if l.VictimPerson == l.SuspectPerson {
			t.Errorf("swept: %s stands on both sides of one report", l.Victim)
		}
	}
}

// TestDecisionHoldsForCorrection corrects a report after somebody decided who is in it.
func TestDecisionHoldsForCorrection(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		a, _ := h.record(t, wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home."))
		b, _ := h.record(t, wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", mara2, ed, "He followed her home."))
		if err := h.held.Decide(t.Context(), accesstest.As("Ann Reader"), person.VictimOf(a), person.VictimOf(b), false, "Two cousins: seen together"); err != nil {
			t.Fatal(err)
		}
		h.fresh(t, "decided")
		again, _ := h.record(t, wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home on foot."))
		h.fresh(t, "corrected")
		for range 2 {
			if x, y := h.head(t, person.VictimOf(again)), h.head(t, person.VictimOf(a)); x.ID != y.ID {
				t.Error("the correction is of another person than what it corrects")
			}
			if got := h.list(t, recording.Filter{}); len(got) != 0 {
				t.Errorf("two people by decision, and one pattern: %+v", got)
			}
			h.settle(t)
		}
	})
}

// TestNobodyIsNamedByDecision decides who the unknown man was, and undoes it.
func TestNobodyIsNamedByDecision(t *testing.T) {
	unknown := report.Party{GivenName: "unknown", Sex: "M"}
	for _, narrative := range []string{"A man followed her home.", "Her purse was taken."} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			h := built(t, d)
			a, _ := h.record(t, wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, unknown, narrative))
			b, _ := h.record(t, wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", mara, ed, "He followed her home."))
			start := h.list(t, recording.Filter{})
			for _, pair := range [][2]string{{person.SuspectOf(a), person.SuspectOf(b)}, {person.SuspectOf(b), person.SuspectOf(a)}} {
				if err := h.held.Decide(t.Context(), accesstest.As("Ann Reader"), pair[0], pair[1], true, "He admits it"); err != nil {
					t.Fatal(err)
				}
				for range 2 {
					h.fresh(t, "decided")
					if all := h.list(t, recording.Filter{}); len(all) != len(start)+1 || all[0].Reports != 2 {
						t.Errorf("%q: decided to be his: %+v", narrative, all)
					}
					h.settle(t)
				}
				p, err := h.people.Page(t.Context(), accesstest.As("Ann Reader"), person.SuspectOf(a), 0, 50)
				if err != nil {
					t.Fatal(err)
				}
				if err := h.held.Undo(t.Context(), accesstest.As("Ann Reader"), p.Decided[0].ID, "He takes it back"); err != nil {
					t.Fatal(err)
				}
				for range 2 {
					h.fresh(t, "undone")
					if all := h.list(t, recording.Filter{}); fmt.Sprint(all) != fmt.Sprint(start) {
						t.Errorf("%q: undone: %+v\nbefore it was decided: %+v", narrative, all, start)
					}
					h.settle(t)
				}
			}
		})
	}
}

// TestDecisionNamesNobodyOfACorrection decides who the unknown man was in a report
// that was corrected before: the correction, which settling sets beside it, is about
// him too.
func TestDecisionNamesNobodyOfACorrection(t *testing.T) {
	unknown := report.Party{GivenName: "unknown", Sex: "M"}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		key, _ := h.record(t, wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home."))
		var older string
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			taken, err := pattern.TakeIn(t.Context(), tx, accesstest.Sight("Ann Reader"), "import", []*report.Record{
				wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", mara, unknown, "Purse taken."),
				wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", mara, unknown, "Purse taken at the station."),
			})
			older = taken[0].Key
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := h.held.Decide(t.Context(), accesstest.As("Ann Reader"), person.SuspectOf(older), person.SuspectOf(key), true, "He admits it"); err != nil {
			t.Fatal(err)
		}
		h.fresh(t, "decided")
		for range 2 {
			h.settle(t)
			if all := h.list(t, recording.Filter{}); len(all) != 1 || all[0].Reports != 2 || all[0].SuspectName != "Edward Farrowgate" {
				t.Errorf("%+v", all)
			}
		}
	})
}
