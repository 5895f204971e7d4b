package recording_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
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

var (
	victims  = []string{"Vera", "Jo", "Hannah", "Mei", "Tamsin", "Pauline", "Bridie", "Aisha", "Carys", "Dot", "Ngozi", "Kirsty"}
	suspects = []string{"Sid", "Liam", "Gareth", "Wojciech", "Barry", "Owen", "Tunde", "Vikram", "Noel", "Piers", "Jack", "Stuart"}
	families = []string{"Marlow", "Otterburn", "Pugh", "Szewczyk", "Threlkeld", "Ifans", "Adeyemi", "Kapoor", "Fishwick", "Loftus", "Ravensdale", "Broom"}
)

// filled holds n patterns of two reports each; every third is recorded as stalking.
func filled(t *testing.T, d *db.DB, n int) *recording.Store {
	t.Helper()
	held := pattern.NewStore(accesstest.Guard(t, d), person.NewStore(accesstest.Guard(t, d)))
	for i := range n {
		for j := range 2 {
			at := time.Date(2026, time.Month(1+i%3), 3+j, 20, 0, 0, 0, time.UTC)
			r := &report.Record{ID: fmt.Sprintf("%d/%d", i, j), Agency: []string{"Northmoor Police", "Hask Housing"}[i%2], Reported: at, Count: 1,
				Victim:       report.Party{GivenName: victims[i], FamilyName: families[i], Born: fmt.Sprintf("%02d/%02d/19%d", 3+2*i, 12-i, 90-4*i), Phones: []string{fmt.Sprintf("07700 900%03d", i)}},
				Suspect:      report.Party{GivenName: suspects[i], FamilyName: families[11-i], Born: fmt.Sprintf("%02d/%02d/19%d", 28-2*i, 1+i, 50+3*i), Phones: []string{fmt.Sprintf("07700 901%03d", i)}},
				Relationship: "former-partner", OffenceCode: "195/94", Offence: "Harassment", Narrative: "He followed her home."}
			if i%3 == 0 {
				r.OffenceCode, r.Offence = "195/12", "Stalking"
			}
			if _, _, err := held.Record(t.Context(), accesstest.As("Ann Reader"), r); err != nil {
				t.Fatal(err)
			}
		}
	}
	return recording.NewStore(accesstest.Guard(t, d))
}

func invalid(t *testing.T, err error, field string) {
	t.Helper()
	if bad := (fault.Invalid{}); !errors.As(err, &bad) || bad.Of(field) == "" {
		t.Errorf("%v, want something wrong with %s", err, field)
	}
}

func TestTwoPeopleDecide(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := filled(t, d, 3)
		all, _, err := s.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{Finding: pattern.NotRecorded}, 0, 50)
		if err != nil || len(all) != 2 {
			t.Fatalf("%d patterns not recorded, %v; want 2", len(all), err)
		}
		p := all[0]
		_, err = s.Decide(t.Context(), accesstest.As("Ann Reader"), p.ID, recording.Stalking, "", "  ", p.Reports)
		invalid(t, err, "reason")
		_, err = s.Decide(t.Context(), accesstest.As("Ann Reader"), p.ID, "guilty", "", "x", p.Reports)
		invalid(t, err, "verdict")
		if _, err := s.Decide(t.Context(), accesstest.As("Ann Reader"), p.ID, recording.Stalking, "", "x", p.Reports-1); !errors.Is(err, fault.Conflict) {
			t.Errorf("decided on fewer reports than there are: %v", err)
		}
		if _, err := s.Decide(t.Context(), accesstest.As("Ann Reader"), "none", recording.Stalking, "", "x", 2); !errors.Is(err, fault.NotFound) {
			t.Errorf("a pattern that is not there: %v", err)
		}
		id, err := s.Decide(t.Context(), accesstest.As("Ann Reader"), p.ID, recording.Stalking, "Stalking (section 2A)", "Followed twice", p.Reports)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Decide(t.Context(), accesstest.As("Bo Second"), p.ID, recording.NotOne, "", "No", p.Reports); !errors.Is(err, fault.Conflict) {
			t.Errorf("a second decision beside the first: %v", err)
		}
		_, err = s.Answer(t.Context(), accesstest.As("Ann Reader"), id, recording.Confirm, "")
		invalid(t, err, "answer")
		state := func(want recording.State) {
			t.Helper()
			got, _, err := s.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{State: want}, 0, 50)
			if err != nil || !slices.ContainsFunc(got, func(e recording.Entry) bool { return e.ID == p.ID && e.State == want }) {
				t.Errorf("the pattern is not listed as %s: %+v, %v", want, got, err)
			}
		}
		state(recording.Decided)
		if _, err := s.Answer(t.Context(), accesstest.As("Bo Second"), id, recording.Confirm, ""); err != nil {
			t.Fatal(err)
		}
		state(recording.Confirmed)
		if _, err := s.Answer(t.Context(), accesstest.As("Cy Third"), id, recording.Disagree, "No"); !errors.Is(err, fault.Conflict) {
			t.Errorf("answered twice: %v", err)
		}
		if _, err := s.Answer(t.Context(), accesstest.As("Ann Reader"), id, recording.Undo, "New facts"); err != nil {
			t.Fatal(err)
		}
		state(recording.Undecided)
		about, err := s.About(t.Context(), accesstest.As("Ann Reader"), p.ID)
		if err != nil || len(about) != 1 || len(about[0].Answers) != 2 || about[0].Standing() != recording.Undecided {
			t.Errorf("what was decided and undone is not all kept: %+v, %v", about, err)
		}
	})
}

func TestWorklistFilters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := filled(t, d, 9)
		for name, c := range map[string]struct {
			f    recording.Filter
			want int
		}{
			"all": {recording.Filter{}, 9}, "recorded": {recording.Filter{Finding: pattern.Recorded}, 3}, "agency": {recording.Filter{Agency: "Hask Housing"}, 4},
			"name": {recording.Filter{Name: "OTTERB"}, 1}, "wild card": {recording.Filter{Name: "%"}, 0}, "relationship": {recording.Filter{Relationship: "stranger"}, 0},
			"since": {recording.Filter{Since: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}, 3}, "undecided": {recording.Filter{State: recording.Undecided}, 9},
			"confirmed": {recording.Filter{State: recording.Confirmed}, 0}, "grown": {recording.Filter{Grown: true}, 0}, "counter": {recording.Filter{Counter: true}, 0},
		} {
			all, total, err := s.Worklist(t.Context(), accesstest.As("Ann Reader"), c.f, 0, 4)
			if err != nil || total != c.want || len(all) != min(4, c.want) {
				t.Errorf("%s: %d of %d, %v; want %d", name, len(all), total, err, c.want)
			}
		}
		for _, sort := range append(recording.Sorts, "no such order") {
			first, _, err := s.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{Sort: sort}, 0, 5)
			if err != nil {
				t.Fatal(err)
			}
			rest, _, err := s.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{Sort: sort}, 5, 50)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			for _, e := range append(first, rest...) {
				seen[e.ID] = true
			}
			if len(seen) != 9 {
				t.Errorf("sorted by %q, two pages show %d patterns of 9", sort, len(seen))
			}
		}
	})
}

func TestSampleIsDrawnAgainFromItsSeed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := filled(t, d, 12)
		draw := func(seed string) (ids []string) {
			id, err := s.Draw(t.Context(), accesstest.As("Ann Reader"), seed, 5, recording.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			sample, all, err := s.Sampled(t.Context(), accesstest.As("Ann Reader"), id)
			if err != nil || sample.DrawnFrom != 12 || len(all) != 5 {
				t.Fatalf("%d of %d, %v", len(all), sample.DrawnFrom, err)
			}
			for _, e := range all {
				ids = append(ids, e.ID)
			}
			return ids
		}
		if a, b := draw("seven"), draw("seven"); !slices.Equal(a, b) {
			t.Errorf("one seed drew %v and %v", a, b)
		}
		if a, b := draw(""), draw(""); slices.Equal(a, b) {
			t.Error("two seeds nobody chose drew the same in the same order")
		}
		_, err := s.Draw(t.Context(), accesstest.As("Ann Reader"), "", 0, recording.Filter{})
		invalid(t, err, "size")
		_, err = s.Draw(t.Context(), accesstest.As("Ann Reader"), "", 5, recording.Filter{Name: "nobody"})
		invalid(t, err, "size")
	})
}

func TestAccuracy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := filled(t, d, 6)
		id, err := s.Draw(t.Context(), accesstest.As("Ann Reader"), "seed", 6, recording.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		_, all, err := s.Sampled(t.Context(), accesstest.As("Ann Reader"), id)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range all[:5] {
			v := recording.Stalking
			if e.Finding == pattern.Recorded {
				v = recording.Already
			} else if i == 4 {
				v = recording.NeedsEnquiry
			}
			dec, err := s.Decide(t.Context(), accesstest.As("Ann Reader"), e.ID, v, "", "Read it", e.Reports)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Answer(t.Context(), accesstest.As("Bo Second"), dec, recording.Confirm, ""); err != nil {
				t.Fatal(err)
			}
		}
		r, err := s.Results(t.Context(), accesstest.As("Ann Reader"), id)
		if err != nil {
			t.Fatal(err)
		}
		recorded := 0
		for _, e := range all[:5] {
			if e.Finding == pattern.Recorded {
				recorded++
			}
		}
		if r.All.Recorded != recorded || r.All.Stalking+r.NeedEnquiry != 5 || r.All.Waiting != 1 {
			t.Errorf("%+v, want %d recorded of those decided and 1 waiting", r, recorded)
		}
		sum := 0
		for _, a := range r.Areas {
			sum += a.Stalking
		}
		if sum != r.All.Stalking || len(r.Months) != 3 {
			t.Errorf("areas add up to %d of %d; %d months", sum, r.All.Stalking, len(r.Months))
		}
	})
}

// TestWilson holds the interval against values worked out by hand from the
// formula, and against what must always be so.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{{0, 0, 0, 1}, {0, 10, 0, .2775}, {10, 10, .7225, 1}, {5, 10, .2366, .7634}, {81, 263, .2553, .3662}} {
		low, high := recording.Wilson(c.k, c.n)
		if math.Abs(low-c.low) > 5e-4 || math.Abs(high-c.high) > 5e-4 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", c.k, c.n, low, high, c.low, c.high)
		}
	}
	for n := 1; n < 60; n++ {
		for k := range n + 1 {
			low, high := recording.Wilson(k, n)
			if p := float64(k) / float64(n); low < 0 || high > 1 || low > p || high < p {
				t.Errorf("%d of %d: %v to %v", k, n, low, high)
			}
		}
	}
}
