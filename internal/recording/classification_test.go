package recording_test

import (
	"errors"
	"testing"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
)

func TestClassifications(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := filled(t, d, 6) // four patterns of harassment, two of stalking, two reports each
		p, _, err := s.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{Finding: pattern.NotRecorded}, 0, 50)
		if err != nil {
			t.Fatal(err)
		}
		for i, written := range []string{"Élan 50%", "ÉLAN 50%", "harassment"} {
			if _, err := s.Decide(t.Context(), accesstest.As("Ann Reader"), p[i].ID, recording.Stalking, written, "Read it", p[i].Reports); err != nil {
				t.Fatal(err)
			}
		}
		for text, want := range map[string]int{"": 4, "harass": 2, "195/": 2, "195 STALK": 1, "stalking harassment": 0, "élan": 1, "50%": 1, "%": 1, "_": 0, "'": 0} {
			all, total, err := s.Classifications(t.Context(), accesstest.As("Ann Reader"), text, 0, 50)
			if err != nil || total != want || len(all) != want {
				t.Errorf("%q found %d of %d, %v; want %d", text, len(all), total, err, want)
			}
		}
		all, _, err := s.Classifications(t.Context(), accesstest.As("Ann Reader"), "harass", 0, 1)
		if err != nil || len(all) != 1 {
			t.Fatalf("the first of two: %+v, %v", all, err)
		}
		c, err := s.Classification(t.Context(), accesstest.As("Ann Reader"), report.Classification("195/94", "Harassment"), 0, 3)
		if err != nil {
			t.Fatal(err)
		}
		if c.Reports != 8 || len(c.Filed) != 3 || c.Considered != 0 || c.First.Format("2006-01-02") != "2026-02-03" || c.Last.Format("2006-01-02") != "2026-03-04" {
			t.Errorf("harassment: %+v", c.Used)
		}
		if c.Filed[0].Reported.Before(c.Filed[1].Reported) || c.Filed[0].Pattern == "" {
			t.Errorf("reports: %+v", c.Filed)
		}
		if len(c.Months) != 2 || c.Months[0].Reports != 4 || c.Months[0].Begins.Format("2006-01") != "2026-02" || c.Months[1].Reports != 4 {
			t.Errorf("months: %+v", c.Months)
		}
		c, err = s.Classification(t.Context(), accesstest.As("Ann Reader"), report.Classification("", "élan 50%"), 0, 50)
		if err != nil || c.Reports != 0 || c.Considered != 2 || len(c.Decisions) != 2 || len(c.Months) != 0 {
			t.Fatalf("considered twice, in other letters: %+v, %v", c, err)
		}
		if got := c.Decisions[0].Pattern; got != p[1].ID {
			t.Errorf("the newest decision is about %s, want %s", got, p[1].ID)
		}
		if _, err := s.Classification(t.Context(), accesstest.As("Ann Reader"), "none", 0, 50); !errors.Is(err, fault.NotFound) {
			t.Errorf("no such classification: %v", err)
		}
	})
}

// TestDrawn holds every row of a sample, whatever becomes of its patterns.
func TestDrawn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := filled(t, d, 6)
		id, err := s.Draw(t.Context(), accesstest.As("Ann Reader"), "seed", 4, recording.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		_, entries, err := s.Sampled(t.Context(), accesstest.As("Ann Reader"), id)
		if err != nil {
			t.Fatal(err)
		}
		dec, err := s.Decide(t.Context(), accesstest.As("Ann Reader"), entries[0].ID, recording.Harassment, "Harassment", "Read it", 2)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Answer(t.Context(), accesstest.As("Bo Second"), dec, recording.Disagree, "No"); err != nil {
			t.Fatal(err)
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error { // as when a report is corrected, and another is alone
			return tx.Exec(t.Context(), `DELETE FROM accounts WHERE report = $1`, entries[1].ID)
		})
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.Drawn(t.Context(), accesstest.As("Ann Reader"), id)
		if err != nil || len(all) != 4 {
			t.Fatalf("%d rows of 4, %v", len(all), err)
		}
		if r := all[0]; r.Place != 1 || r.Pattern != entries[0].ID || r.State != recording.Disputed || r.Verdict != recording.Harassment || r.Classification != "Harassment" || r.Recorded != (entries[0].Finding == pattern.Recorded) || r.Month == "" || r.Area == "" {
			t.Errorf("the first: %+v", r)
		}
		if r := all[1]; r.Finding != "" || r.State != recording.Undecided || r.Area == "" {
			t.Errorf("one that is no pattern any more: %+v", r)
		}
		if _, err := s.Drawn(t.Context(), accesstest.As("Ann Reader"), "none"); !errors.Is(err, fault.NotFound) {
			t.Errorf("no such sample: %v", err)
		}
	})
}

// TestDecisionOutlivesACorrection decides about a pattern whose first report is
// corrected afterwards.
func TestDecisionOutlivesACorrection(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := filled(t, d, 2)
		all, _, err := s.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{Finding: pattern.NotRecorded}, 0, 5)
		if err != nil || len(all) != 1 {
			t.Fatalf("%d patterns, %v", len(all), err)
		}
		old := all[0].ID
		sample, err := s.Draw(t.Context(), accesstest.As("Ann Reader"), "seed", 1, recording.Filter{Finding: pattern.NotRecorded})
		if err != nil {
			t.Fatal(err)
		}
		dec, err := s.Decide(t.Context(), accesstest.As("Ann Reader"), old, recording.Stalking, "", "Read it", 2)
		if err != nil {
			t.Fatal(err)
		}
		held, err := report.NewStore(accesstest.Guard(t, d)).One(t.Context(), accesstest.As("Ann Reader"), old)
		if err != nil {
			t.Fatal(err)
		}
		held.Narrative += " He tried the door."
		if _, _, err := pattern.NewStore(accesstest.Guard(t, d), person.NewStore(accesstest.Guard(t, d))).Record(t.Context(), accesstest.As("Ann Reader"), &held.Record); err != nil {
			t.Fatal(err)
		}
		all, _, err = s.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{State: recording.Decided}, 0, 5)
		if err != nil || len(all) != 1 || all[0].ID == old || all[0].Decision != dec {
			t.Fatalf("after the correction: %+v, %v", all, err)
		}
		if about, err := s.About(t.Context(), accesstest.As("Ann Reader"), all[0].ID); err != nil || len(about) != 1 || about[0].ID != dec {
			t.Errorf("the decision is lost: %+v, %v", about, err)
		}
		if now, err := s.PatternOf(t.Context(), accesstest.As("Ann Reader"), old); err != nil || now != all[0].ID {
			t.Errorf("the pattern is %s now, want %s; %v", now, all[0].ID, err)
		}
		if _, in, err := s.Sampled(t.Context(), accesstest.As("Ann Reader"), sample); err != nil || len(in) != 1 || in[0].Decision != dec {
			t.Errorf("in the sample: %+v, %v", in, err)
		}
		if _, err := s.Answer(t.Context(), accesstest.As("Bo Second"), dec, recording.Confirm, ""); err != nil {
			t.Fatal(err)
		}
		if r, err := s.Results(t.Context(), accesstest.As("Ann Reader"), sample); err != nil || r.All.Stalking != 1 {
			t.Errorf("results: %+v, %v", r, err)
		}
		if rows, err := s.Drawn(t.Context(), accesstest.As("Ann Reader"), sample); err != nil || len(rows) != 1 || rows[0].State != recording.Confirmed {
			t.Errorf("drawn: %+v, %v", rows, err)
		}
	})
}
