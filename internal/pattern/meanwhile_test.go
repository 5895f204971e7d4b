package pattern_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
	"clew/internal/when"
)

// TestManyTypeAtOnce has people type reports about one pair, one of them twice
// over, while all is settled again and again.
func TestManyTypeAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		const people, each = 6, 4
		var typing, settling sync.WaitGroup
		stop := make(chan bool)
		settling.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					if err := h.held.Settle(t.Context(), nil); err != nil {
						t.Errorf("settling beside people who type: %v", err)
						return
					}
				}
			}
		})
		twice := make(chan error, people)
		for p := range people {
			typing.Go(func() {
				for i := range each {
					r := wrote("Northmoor Police", fmt.Sprintf("NM/%d/%d", p, i), fmt.Sprintf("2026-0%d-%02dT21:00", p+1, 3*i+1), mara, ed, "He followed her home.")
					if _, _, err := h.held.Record(t.Context(), accesstest.As("Ann Reader"), r); err != nil {
						t.Errorf("type %s: %v", r.ID, err)
					}
				}
				_, _, err := h.held.Record(t.Context(), accesstest.As("Ann Reader"), wrote("Northmoor Police", "NM/T", "2026-07-01T21:00", mara, ed, "He followed her home."))
				twice <- err
			})
		}
		typing.Wait()
		close(stop)
		settling.Wait()
		close(twice)
		kept := 0
		for err := range twice {
			bad := fault.Invalid{}
			switch {
			case err == nil:
				kept++
			case !errors.As(err, &bad) || bad.Of("record_id") == "":
				t.Errorf("the same report, again: %v", err)
			}
		}
		if kept != 1 {
			t.Errorf("one report was kept %d times", kept)
		}
		for range 2 {
			if got := h.list(t, recording.Filter{}); len(got) != 1 || got[0].Reports != people*each+1 {
				t.Errorf("%d reports about one pair: %+v", people*each+1, got)
			}
			h.fresh(t, "all typed")
			h.settle(t)
		}
	})
}

// TestWhileItSettles does something between the reading and the writing of a
// settling: it stands afterwards, and nothing fails.
func TestWhileItSettles(t *testing.T) {
	type made struct {
		house
		a, b string // two reports of one pair
		t    *testing.T
	}
	decide := func(m made, same bool) {
		m.t.Helper()
		if err := m.held.Decide(m.t.Context(), accesstest.As("Ann Reader"), person.VictimOf(m.a), person.VictimOf(m.b), same, "Seen together"); err != nil {
			m.t.Error(err)
		}
	}
	undo := func(m made) {
		p, err := m.people.Page(m.t.Context(), accesstest.As("Ann Reader"), person.VictimOf(m.a), 0, 50)
		if err == nil {
			err = m.held.Undo(m.t.Context(), accesstest.As("Ann Reader"), p.Decided[0].ID, "Not so")
		}
		if err != nil {
			m.t.Error(err)
		}
	}
	for _, c := range []struct {
		name              string
		before, meanwhile func(made)
		reports           []int // of each pattern afterwards
	}{
		{name: "two people are decided", meanwhile: func(m made) { decide(m, false) }},
		{name: "a decision is undone", before: func(m made) { decide(m, false) }, meanwhile: undo, reports: []int{2}},
		{name: "a decision is made and undone", meanwhile: func(m made) { decide(m, false); undo(m) }, reports: []int{2}},
		{name: "a report is typed", meanwhile: func(m made) {
			m.record(m.t, wrote("Northmoor Police", "NM/3", "2026-03-05T21:00", mara, ed, "He followed her home."))
		}, reports: []int{3}},
		{name: "a series is typed", meanwhile: func(m made) {
			r := wrote("Northmoor Police", "NM/3", "2026-03-05T21:00", mara, ed, "He followed her home.")
			r.Count, r.From, r.To = 4, when.On(r.Reported.AddDate(0, 0, -9)), when.On(r.Reported)
			m.record(m.t, r)
		}, reports: []int{3}},
		{name: "a report is typed of somebody parted from another", before: func(m made) { decide(m, false) }, meanwhile: func(m made) {
			m.record(m.t, wrote("Northmoor Police", "NM/3", "2026-03-05T21:00", mara, ed, "He followed her home."))
		}, reports: []int{2}},
		{name: "a report is corrected", meanwhile: func(m made) {
			m.record(m.t, wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home, and her friend."))
		}, reports: []int{2}},
		{name: "a report is typed and corrected", meanwhile: func(m made) {
			m.record(m.t, wrote("Northmoor Police", "NM/3", "2026-03-05T21:00", mara, ed, "He followed her home."))
			m.record(m.t, wrote("Northmoor Police", "NM/3", "2026-03-05T21:00", mara, ed, "He followed her home again."))
		}, reports: []int{3}},
		{name: "a typed report is decided to be of another", meanwhile: func(m made) {
			key, _ := m.record(m.t, wrote("Northmoor Police", "NM/3", "2026-03-05T21:00", mara, ed, "He followed her home."))
			for _, other := range []string{m.a, m.b} {
				if err := m.held.Decide(m.t.Context(), accesstest.As("Ann Reader"), person.VictimOf(key), person.VictimOf(other), false, "Her sister"); err != nil {
					m.t.Error(err)
				}
			}
		}, reports: []int{2}},
		{name: "an extract comes in", meanwhile: func(m made) {
			if err := m.db.Write(m.t.Context(), func(tx *db.Tx) error {
				_, err := pattern.TakeIn(m.t.Context(), tx, accesstest.Sight("Ann Reader"), "import", []*report.Record{
					wrote("Northmoor Police", "NM/3", "2026-03-05T21:00", mara, ed, "He followed her home."),
					wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", mara2, ed, "He followed her home, and to the station."),
				})
				return err
			}); err != nil {
				m.t.Error(err)
			}
		}},
		{name: "another program settles", meanwhile: func(m made) {
			m.record(m.t, wrote("Northmoor Police", "NM/3", "2026-03-05T21:00", mara, ed, "He followed her home."))
			if err := built(t, m.db).held.Settle(m.t.Context(), nil); err != nil {
				m.t.Error(err)
			}
		}, reports: []int{3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				m := made{house: built(t, d), t: t}
				m.a, _ = m.record(t, wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home."))
				m.b, _ = m.record(t, wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", mara2, ed, "He followed her home."))
				if c.before != nil {
					c.before(m)
				}
				done := false
				if err := m.held.Settle(t.Context(), func(stage string, _, _ int) {
					if stage == "writing" && !done {
						done = true
						c.meanwhile(m)
					}
				}); err != nil {
					t.Fatal(err)
				}
				if !done {
					t.Fatal("nothing was done meanwhile")
				}
				m.fresh(t, "after")
				check := func(when string, want []int) {
					t.Helper()
					var got []int
					for _, e := range m.list(t, recording.Filter{Sort: recording.MostReports}) {
						got = append(got, e.Reports)
					}
					if fmt.Sprint(got) != fmt.Sprint(want) {
						t.Errorf("%s: patterns of %d reports, want %d", when, got, want)
					}
				}
				if c.name == "an extract comes in" { // it is set beside the rest when it settles itself
					m.settle(t)
					check("settled", []int{3})
					return
				}
				check("after", c.reports)
				m.settle(t)
				check("settled again", c.reports)
			})
		})
	}
}

// TestContraryDecisions has two people decide the contrary at once: one is kept.
func TestContraryDecisions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		a, _ := h.record(t, wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home."))
		b, _ := h.record(t, wrote("Northmoor Police", "NM/2", "2026-02-05T21:00", mara2, ed, "He followed her home."))
		results := make(chan error, 8)
		for i := range cap(results) {
			go func() {
				results <- h.held.Decide(t.Context(), accesstest.As(fmt.Sprint("Reader ", i)), person.VictimOf(a), person.VictimOf(b), i%2 == 0, "Seen together")
			}()
		}
		kept := 0
		for range cap(results) {
			if err := <-results; err == nil {
				kept++
			} else if !errors.Is(err, fault.Conflict) {
				t.Errorf("%v, want a conflict", err)
			}
		}
		if kept != cap(results)/2 {
			t.Errorf("%d decisions were kept of which half say the contrary", kept)
		}
		h.fresh(t, "decided")
		h.settle(t)
		// The same again, as a form is sent twice, is kept once.
		p, err := h.people.Page(t.Context(), accesstest.As("Ann Reader"), person.VictimOf(a), 0, 50)
		if err != nil {
			t.Fatal(err)
		}
		before := len(p.Decided)
		if err := h.held.Decide(t.Context(), accesstest.As(p.Decided[0].By), p.Decided[0].B, p.Decided[0].A, p.Decided[0].Same, p.Decided[0].Reason); err != nil {
			t.Fatal(err)
		}
		if p, err = h.people.Page(t.Context(), accesstest.As("Ann Reader"), person.VictimOf(a), 0, 50); err != nil || len(p.Decided) != before {
			t.Errorf("sent twice, there are %d decisions, want %d; %v", len(p.Decided), before, err)
		}
	})
}

// TestSettlingIsCounted lets PostgreSQL know at once how much there is, so that
// the next report is looked up by an index.
func TestSettlingIsCounted(t *testing.T) {
	d := dbtest.Postgres(t)
	h := built(t, d)
	for i := range 20 {
		h.record(t, wrote("Northmoor Police", fmt.Sprint("NM/", i), "2026-01-05T21:00", mara, ed, "He followed her home."))
	}
	h.settle(t)
	if err := d.Read(t.Context(), func(v *db.View) error {
		n, err := db.One(t.Context(), v, db.Number, `SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE relname = 'mentions'`)
		if n != 40 {
			t.Errorf("PostgreSQL knows of %d mentions, want 40", n)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
