package pattern_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
)

// wrote is a report as an agency wrote it down.
func wrote(agency, id, at string, victim, suspect report.Party, narrative string) *report.Record {
	t, err := time.Parse("2006-01-02T15:04", at)
	if err != nil {
		panic(err)
	}
	return &report.Record{Agency: agency, ID: id, Kind: report.Crime, Reported: t, Count: 1, Victim: victim, Suspect: suspect, Narrative: narrative,
		OffenceCode: "58D", Offence: "Other criminal damage", Relationship: "former-partner"}
}

var (
	mara  = report.Party{GivenName: "Mara", FamilyName: "Quillfeather", Born: "02/04/1991", Sex: "F", Phones: []string{"07700 900101"}, Postcodes: []string{"NX1 4AB"}}
	mara2 = report.Party{GivenName: "M", FamilyName: "Quilfeather", Born: "02/04/1991", Phones: []string{"+44 7700 900101"}}
	ed    = report.Party{GivenName: "Edward", FamilyName: "Farrowgate", Born: "11/09/1988", Phones: []string{"07700 900202"}}
	eddie = report.Party{GivenName: "Eddie"}
	joan  = report.Party{GivenName: "Joan", FamilyName: "Pennistone", Born: "19/12/1979", Phones: []string{"07700 900303"}}
)

type house struct {
	db      *db.DB
	reports *report.Store
	people  *person.Store
	held    *pattern.Store
	audit   *recording.Store
}

func built(t testing.TB, d *db.DB) house {
	t.Helper()
	people := person.NewStore(accesstest.Guard(t, d))
	return house{d, report.NewStore(accesstest.Guard(t, d)), people, pattern.NewStore(accesstest.Guard(t, d), people), recording.NewStore(accesstest.Guard(t, d))}
}

func (h house) record(t *testing.T, r *report.Record) (string, pattern.Screening) {
	t.Helper()
	key, s, err := h.held.Record(t.Context(), accesstest.As("Ann Reader"), r)
	if err != nil {
		t.Fatalf("record %s: %v", r.ID, err)
	}
	return key, s
}

func (h house) list(t *testing.T, f recording.Filter) []recording.Entry {
	t.Helper()
	all, total, err := h.audit.Worklist(t.Context(), accesstest.As("Ann Reader"), f, 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	if total != len(all) {
		t.Errorf("%d patterns counted and %d listed", total, len(all))
	}
	return all
}

// TestInstantScreening types reports in one by one: each is told what it is part
// of, though the suspect is soon no more than a first name.
func TestInstantScreening(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		_, s := h.record(t, wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home."))
		if s.Nth != 1 || s.Whole != nil || !strings.Contains(s.Sentence(), "first report") {
			t.Errorf("the first report: %d, %q", s.Nth, s.Sentence())
		}
		_, s = h.record(t, wrote("Hask Housing", "H-77", "2026-01-19T10:00", mara2, eddie, "Eddie was sat outside again, watching the flat."))
		if s.Nth != 2 || s.Whole == nil {
			t.Fatalf("the second report, of another agency and a first name: %d, %q", s.Nth, s.Sentence())
		}
		if got := s.Sentence(); !strings.Contains(got, "2nd report") || !strings.Contains(got, "2 agencies") || !strings.Contains(got, "criminal damage") {
			t.Errorf("sentence: %q", got)
		}
		_, s = h.record(t, wrote("Northmoor Police", "NM/9", "2026-03-01T09:00", joan, ed, "He will not leave her alone."))
		if s.Nth != 1 || !s.Suspect.Known() || len(s.OtherVictims) != 1 {
			t.Errorf("another victim of his: nth %d, known %v, other victims %d", s.Nth, s.Suspect.Known(), len(s.OtherVictims))
		}
		_, s = h.record(t, wrote("Northmoor Police", "NM/12", "2026-03-02T09:00", ed, mara, "Says she keeps ringing him."))
		if len(s.Counter) != 1 || s.Nth != 1 {
			t.Errorf("he reports her: nth %d with %d patterns the other way round", s.Nth, len(s.Counter))
		}
		all := h.list(t, recording.Filter{})
		if len(all) != 1 || all[0].Reports != 2 || all[0].Counter != 1 || all[0].Others != 1 || all[0].VictimName != "Mara Quillfeather" || all[0].SuspectName != "Edward Farrowgate" {
			t.Errorf("the worklist: %+v", all)
		}
		screened, err := h.held.Screen(t.Context(), accesstest.As("Ann Reader"), wrote("Northmoor Police", "NM/20", "2026-03-05T09:00", mara, eddie, "Again."))
		if err != nil || screened.Nth != 3 {
			t.Errorf("screening without keeping: %d, %v", screened.Nth, err)
		}
		if again := h.list(t, recording.Filter{}); again[0].Reports != 2 {
			t.Error("screening kept something")
		}
	})
}

// TestSettleAgreesWithScreening takes the same reports in at once and one by one.
func TestSettleAgreesWithScreening(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		for i := range 6 {
			v := mara
			if i%2 == 1 {
				v = mara2
			}
			h.record(t, wrote("Northmoor Police", fmt.Sprint("NM/", i), fmt.Sprintf("2026-0%d-05T21:00", i+1), v, ed, "He followed her home."))
		}
		h.record(t, wrote("Northmoor Police", "X/1", "2026-02-02T21:00", joan, eddie, "Argument in a queue."))
		before := h.list(t, recording.Filter{})
		if err := h.held.Settle(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		after := h.list(t, recording.Filter{})
		if len(before) != 1 || len(after) != 1 || fmt.Sprint(before[0].Line) != fmt.Sprint(after[0].Line) {
			t.Errorf("one by one: %+v\nat once: %+v", before, after)
		}
		if after[0].Reports != 6 || after[0].Finding != pattern.NotRecorded {
			t.Errorf("%d reports, %s", after[0].Reports, after[0].Finding)
		}
	})
}

// TestDecisionsMovePatterns parts and joins people by decision, and undoes it.
func TestDecisionsMovePatterns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		a, _ := h.record(t, wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home."))
		b, _ := h.record(t, wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", mara2, ed, "He followed her home."))
		if got := h.list(t, recording.Filter{}); len(got) != 1 {
			t.Fatalf("%d patterns at the start, want 1", len(got))
		}
		if err := h.held.Decide(t.Context(), accesstest.As("Ann Reader"), person.VictimOf(a), person.VictimOf(b), false, ""); err == nil {
			t.Error("a decision without a reason was kept")
		}
		if err := h.held.Decide(t.Context(), accesstest.As("Ann Reader"), person.VictimOf(a), person.VictimOf(b), false, "Two cousins: seen together"); err != nil {
			t.Fatal(err)
		}
		if got := h.list(t, recording.Filter{}); len(got) != 0 {
			t.Errorf("two people by decision, and still the pattern %+v", got)
		}
		if err := h.held.Settle(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if got := h.list(t, recording.Filter{}); len(got) != 0 {
			t.Error("settling forgot the decision")
		}
		page, err := h.people.Page(t.Context(), accesstest.As("Ann Reader"), person.VictimOf(a), 0, 50)
		if err != nil || len(page.Decided) != 1 || page.Total != 1 {
			t.Fatalf("her page: %+v, %v", page, err)
		}
		if err := h.held.Undo(t.Context(), accesstest.As("Bo Second"), page.Decided[0].ID, "They are one: same number"); err != nil {
			t.Fatal(err)
		}
		if got := h.list(t, recording.Filter{}); len(got) != 1 || got[0].Reports != 2 {
			t.Errorf("after undoing: %+v", got)
		}
		page, err = h.people.Page(t.Context(), accesstest.As("Ann Reader"), person.VictimOf(b), 0, 50)
		if err != nil || page.Total != 2 || page.Decided[0].Undone == nil || page.Decided[0].Undone.By != "Bo Second" {
			t.Errorf("the decision and its undoing are not both kept: %+v, %v", page.Decided, err)
		}
	})
}

// TestCorrection keeps both versions and counts the newer.
func TestCorrection(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		old, _ := h.record(t, wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home."))
		h.record(t, wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", mara, ed, "He rang her 20 times."))
		corrected := wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home and tried the door.")
		key, s := h.record(t, corrected)
		if s.Nth != 2 {
			t.Errorf("the correction counts as report %d, want 2", s.Nth)
		}
		before, err := h.reports.One(t.Context(), accesstest.As("Ann Reader"), old)
		if err != nil || before.ReplacedBy != key {
			t.Errorf("the older version: replaced by %q, %v; want %q", before.ReplacedBy, err, key)
		}
		if got := h.list(t, recording.Filter{}); len(got) != 1 || got[0].Reports != 2 {
			t.Errorf("after a correction: %+v", got)
		}
		_, _, err = h.held.Record(t.Context(), accesstest.As("Ann Reader"), corrected)
		if bad := (fault.Invalid{}); !errors.As(err, &bad) || bad.Of("record_id") == "" {
			t.Errorf("the same report twice: %v", err)
		}
	})
}

func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		with := mara
		with.Ref, with.Handles = "N/88213", []string{"@mara.q"}
		h.record(t, wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", with, ed, "He followed her home."))
		for _, c := range []struct{ text, name, by string }{
			{"quillfeather mara", "Mara Quillfeather", "name"}, {"Quilfether", "Mara Quillfeather", "name by sound"}, {"07700900202", "Edward Farrowgate", "number"},
			{"+447700900202", "Edward Farrowgate", "number"}, {"n88213", "Mara Quillfeather", "reference"}, {"nx14ab", "Mara Quillfeather", "postcode"}, {"mara.q", "Mara Quillfeather", "handle"},
			{"Mara Farrowgate", "", ""}, {"", "", ""}, {"%", "", ""}, {"'; DROP TABLE people", "", ""},
		} {
			hits, err := h.people.Search(t.Context(), accesstest.As("Ann Reader"), c.text)
			switch {
			case err != nil:
				t.Errorf("%q: %v", c.text, err)
			case c.name == "" && len(hits) > 0:
				t.Errorf("%q found %+v, want nobody", c.text, hits)
			case c.name != "" && (len(hits) != 1 || hits[0].Name != c.name || hits[0].By != c.by):
				t.Errorf("%q found %+v, want %s by %s", c.text, hits, c.name, c.by)
			}
		}
	})
}

// TestNobodyNamed keeps reports that name nobody together by their victim, apart
// from those that name somebody, and says so.
func TestNobodyNamed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		who := report.Party{GivenName: "unknown", Sex: "M"}
		h.record(t, wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home."))
		h.record(t, wrote("Northmoor Police", "NM/2", "2026-01-20T21:00", mara, ed, "He followed her home again."))
		h.record(t, wrote("Northmoor Police", "NM/3", "2026-02-05T21:00", mara, who, "A man followed her home from the station."))
		_, s := h.record(t, wrote("Northmoor Police", "NM/4", "2026-03-05T21:00", mara2, report.Party{}, "She was followed by a man in a hood, second time."))
		if s.Nth != 2 || !s.Unnamed || len(s.OtherSuspects) != 1 || !strings.Contains(s.Sentence(), "names nobody") {
			t.Errorf("nth %d, unnamed %v, %d others: %q", s.Nth, s.Unnamed, len(s.OtherSuspects), s.Sentence())
		}
		h.record(t, wrote("Northmoor Police", "NM/5", "2026-03-09T21:00", mara, report.Party{}, "Purse stolen from her bag in the market."))
		check := func(when string) {
			t.Helper()
			all := h.list(t, recording.Filter{Sort: recording.MostReports})
			if len(all) != 2 {
				t.Fatalf("%s: %d patterns, want his and nobody's", when, len(all))
			}
			for _, e := range all {
				if e.Reports != 2 {
					t.Errorf("%s: %s has %d reports, want 2", when, e.SuspectName, e.Reports)
				}
				want := "name nobody. They are not counted here"
				if e.SuspectName != "Edward Farrowgate" {
					want = "No record names who did it"
				}
				if !strings.Contains(strings.Join(e.Why, " "), want) {
					t.Errorf("%s: %s: %q does not say %q", when, e.SuspectName, e.Why, want)
				}
			}
		}
		check("one by one")
		if err := h.held.Settle(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		check("settled")
	})
}
