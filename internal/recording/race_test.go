package recording_test

import (
	"errors"
	"fmt"
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

// atOnce calls f n times at once. One call succeeds, and the others are told that
// somebody was before them.
func atOnce(t *testing.T, what string, n int, f func(i int) error) {
	t.Helper()
	results := make(chan error, n)
	for i := range n {
		go func() { results <- f(i) }()
	}
	kept := 0
	for range n {
		if err := <-results; err == nil {
			kept++
		} else if !errors.Is(err, fault.Conflict) {
			t.Errorf("%s: %v, want a conflict", what, err)
		}
	}
	if kept != 1 {
		t.Errorf("%s: %d of %d were kept, want 1", what, kept, n)
	}
}

// TestDecidedAtOnce has people decide and answer at once.
func TestDecidedAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := filled(t, d, 1)
		all, _, err := s.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{}, 0, 50)
		if err != nil || len(all) != 1 {
			t.Fatalf("%d patterns, %v", len(all), err)
		}
		p := all[0]
		atOnce(t, "decide", 6, func(i int) error {
			_, err := s.Decide(t.Context(), accesstest.As(fmt.Sprint("Reader ", i)), p.ID, recording.Stalking, "Stalking", "Read it", p.Reports)
			return err
		})
		about, err := s.About(t.Context(), accesstest.As("Ann Reader"), p.ID)
		if err != nil || len(about) != 1 {
			t.Fatalf("%d decisions, %v", len(about), err)
		}
		atOnce(t, "answer", 6, func(i int) error {
			_, err := s.Answer(t.Context(), accesstest.As(fmt.Sprint("Second ", i)), about[0].ID, []recording.Kind{recording.Confirm, recording.Disagree}[i%2], "I read it too")
			return err
		})
		atOnce(t, "undo", 6, func(i int) error {
			_, err := s.Answer(t.Context(), accesstest.As(fmt.Sprint("Third ", i)), about[0].ID, recording.Undo, "New facts")
			return err
		})
		if about, err = s.About(t.Context(), accesstest.As("Ann Reader"), p.ID); err != nil || len(about[0].Answers) != 2 {
			t.Errorf("answers: %+v, %v", about, err)
		}
	})
}

// TestOwnDecision refuses whoever confirms a decision made with the same account,
// under whatever name, and takes the word of a namesake.
func TestOwnDecision(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := filled(t, d, 1)
		zoe := accesstest.As("Zoë Reader")
		all, _, err := s.Worklist(t.Context(), zoe, recording.Filter{}, 0, 50)
		if err != nil {
			t.Fatal(err)
		}
		id, err := s.Decide(t.Context(), zoe, all[0].ID, recording.Stalking, "", "Read it", all[0].Reports)
		if err != nil {
			t.Fatal(err)
		}
		married := zoe
		married.Name = "Zoë Moss"
		_, err = s.Answer(t.Context(), married, id, recording.Confirm, "")
		invalid(t, err, "answer")
		namesake := accesstest.As("another")
		namesake.Name = zoe.Name
		if _, err = s.Answer(t.Context(), namesake, id, recording.Confirm, ""); err != nil {
			t.Errorf("a namesake: %v", err)
		}
	})
}

// TestDecidedOnWhatIsPartOfAnother decides on a pattern that was joined to another
// while the page was open.
func TestDecidedOnWhatIsPartOfAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := filled(t, d, 2)
		all, _, err := s.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{}, 0, 50)
		if err != nil || len(all) != 2 {
			t.Fatalf("%d patterns, %v", len(all), err)
		}
		later := all[0]
		if later.ID < all[1].ID {
			later = all[1]
		}
		held := pattern.NewStore(accesstest.Guard(t, d), person.NewStore(accesstest.Guard(t, d)))
		for _, side := range []func(string) string{person.VictimOf, person.SuspectOf} {
			if err := held.Decide(t.Context(), accesstest.As("Ann Reader"), side(all[0].ID), side(all[1].ID), true, "One person"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Decide(t.Context(), accesstest.As("Ann Reader"), later.ID, recording.Stalking, "", "Read it", later.Reports); !errors.Is(err, fault.Conflict) {
			t.Errorf("%v, want a conflict", err)
		}
	})
}

// TestNamesInCapitals finds names with letters that SQLite cannot make small.
func TestNamesInCapitals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		held := pattern.NewStore(accesstest.Guard(t, d), person.NewStore(accesstest.Guard(t, d)))
		for i, victim := range []report.Party{{GivenName: "ZOË", FamilyName: "ÅKERLUND", Born: "1981-01-01"}, {GivenName: "Chloë", FamilyName: "Åkesson", Born: "1961-05-09"}} {
			for j := range 2 {
				r := &report.Record{ID: fmt.Sprintf("%d/%d", i, j), Agency: "Northmoor Police", Reported: time.Date(2026, 1, 3+j, 20, 0, 0, 0, time.UTC), Victim: victim,
					Suspect: report.Party{GivenName: suspects[i], FamilyName: families[i], Born: fmt.Sprint(1971 + i)}, Narrative: "He followed her home."}
				if _, _, err := held.Record(t.Context(), accesstest.As("Ann Reader"), r); err != nil {
					t.Fatal(err)
				}
			}
		}
		s := recording.NewStore(accesstest.Guard(t, d))
		for name, want := range map[string]int{"zoë": 1, "ZOË": 1, "Zoë åkerlund": 1, "åke": 2, "ÅKES": 1, "chloë": 1, "zoe": 0, `\`: 0, "_": 0} {
			if all, total, err := s.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{Name: name}, 0, 50); err != nil || total != want || len(all) != want {
				t.Errorf("%q found %d of %d, %v; want %d", name, len(all), total, err, want)
			}
		}
	})
}

// TestMonthsAreLondons puts what happened after midnight on 1 July in July, though
// it was June in Greenwich.
func TestMonthsAreLondons(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		held := pattern.NewStore(accesstest.Guard(t, d), person.NewStore(accesstest.Guard(t, d)))
		for j := range 2 {
			r := &report.Record{ID: fmt.Sprint(j), Agency: "Northmoor Police", Reported: time.Date(2026, 6, 1+29*j, 23, 30, 0, 0, time.UTC), OffenceCode: "8Q", Offence: "Stalking",
				Victim: report.Party{GivenName: "Vera", FamilyName: "Marlow", Born: "1981-01-01"}, Suspect: report.Party{GivenName: "Sid", FamilyName: "Broom", Born: "1971"}, Narrative: "He followed her home."}
			if _, _, err := held.Record(t.Context(), accesstest.As("Ann Reader"), r); err != nil {
				t.Fatal(err)
			}
		}
		s := recording.NewStore(accesstest.Guard(t, d))
		id, err := s.Draw(t.Context(), accesstest.As("Ann Reader"), "", 1, recording.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		if drawn, err := s.Drawn(t.Context(), accesstest.As("Ann Reader"), id); err != nil || len(drawn) != 1 || drawn[0].Month != "2026-07" {
			t.Errorf("drawn: %+v, %v; want July", drawn, err)
		}
		c, err := s.Classification(t.Context(), accesstest.As("Ann Reader"), report.Classification("8Q", "Stalking"), 0, 50)
		if err != nil || len(c.Months) != 2 || c.Months[0].Begins.Format("January 2006") != "June 2026" || c.Months[1].Begins.Format("January 2006") != "July 2026" {
			t.Errorf("months: %+v, %v; want June and July", c.Months, err)
		}
	})
}
