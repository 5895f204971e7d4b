package pattern_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/person"
)

// TestSignpost has one agency know somebody whom another knows too. With an agreement
// to say so, and not before, it is told whom to ask and nothing else; in an emergency
// it breaks the glass, and reads the summary for an hour.
func TestSignpost(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := twoAgencies(t, d)
		own, _ := n.record(t, n.ann, visits("Northmoor Police", "NM/1", 5))
		theirs, _ := n.record(t, n.nora, visits("Northmoor Health", "H-9", 20))
		n.record(t, n.nora, visits("Northmoor Health", "H-10", 22))
		officer := accesstest.Somebody(t, d, accesstest.Agency, "olu", access.Officer)
		points := func(by access.Actor, key string) []string {
			t.Helper()
			all, err := n.held.Signposts(t.Context(), by, person.SuspectOf(key))
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		breaks := func(by access.Actor, reason string) (string, error) {
			return n.guard.Break(t.Context(), by, person.SuspectOf(own), health, "danger", reason)
		}
		const why = "She has just rung: he is at the door of her mother's house."
		if got := points(officer, own); len(got) != 0 {
			t.Errorf("without an agreement it points to %v", got)
		}
		if _, err := breaks(officer, why); !errors.Is(err, fault.NotFound) {
			t.Errorf("glass broken without an agreement: %v", err)
		}
		now := d.Now()
		if _, err := n.guard.Agree(t.Context(), n.chief, access.Agreement{Level: access.Signpost, Title: "Signposts", Basis: "Vital interests", Parties: []string{accesstest.Agency, health},
			Since: now.Add(-time.Hour), Review: now.AddDate(0, 6, 0), Until: now.AddDate(1, 0, 0)}); err != nil {
			t.Fatal(err)
		}
		if got := points(officer, own); !slices.Equal(got, []string{health}) {
			t.Errorf("it points to %v, want %s", got, health)
		}
		if got := points(n.nora, theirs); !slices.Equal(got, []string{accesstest.Agency}) {
			t.Errorf("from the other side it points to %v", got)
		}
		if people, patterns, reports := n.sees(t, n.ann); people != 1 || patterns != 0 || reports != 0 {
			t.Errorf("a signpost shows %d people, %d patterns, %d reports", people, patterns, reports)
		}
		if _, err := n.reports.One(t.Context(), officer, theirs); !errors.Is(err, fault.NotFound) {
			t.Errorf("a signpost opens the report: %v", err)
		}

		stale := officer
		stale.Proved = now.Add(-time.Hour)
		if _, err := breaks(stale, why); !errors.Is(err, access.ErrNotFresh) {
			t.Errorf("broken on an old proof: %v", err)
		}
		if _, err := breaks(officer, "Urgent"); err == nil {
			t.Error("broken for one word")
		}
		if _, err := breaks(n.ann, why); !errors.Is(err, fault.Forbidden) {
			t.Errorf("broken by an analyst: %v", err)
		}
		id, err := breaks(officer, why)
		if err != nil {
			t.Fatal(err)
		}
		safe, err := n.held.SafetyOf(t.Context(), officer, id)
		if err != nil || safe.Reports != 2 || safe.Victim != 0 || !safe.Grave || safe.Holder != health || safe.Latest.Day() != 22 {
			t.Errorf("behind the glass: %+v, %v", safe, err)
		}
		other := accesstest.Somebody(t, d, accesstest.Agency, "oz", access.Officer)
		if _, err := n.held.SafetyOf(t.Context(), other, id); !errors.Is(err, fault.NotFound) {
			t.Errorf("a colleague reads it too: %v", err)
		}

		reviewer := accesstest.Somebody(t, d, accesstest.Agency, "rae", access.Auditor)
		for _, by := range []access.Actor{reviewer, accesstest.Somebody(t, d, health, "hal", access.Auditor)} {
			if all, err := n.guard.GlassBroken(t.Context(), by); err != nil || len(all) != 1 || all[0].Account != "olu" {
				t.Errorf("%s sees %+v, %v", by.Name, all, err)
			}
		}
		own2 := accesstest.Somebody(t, d, accesstest.Agency, "olu2", access.Auditor, access.Officer)
		again, err := breaks(own2, why)
		if err != nil {
			t.Fatal(err)
		}
		if err := n.guard.Judge(t.Context(), own2, again, access.Justified, "I know why"); err == nil {
			t.Error("somebody reviewed what he did himself")
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			return tx.Exec(t.Context(), `UPDATE glass SET opened = $1, shuts = $1 WHERE id = $2`, now.Add(-access.GlassReview-time.Hour).UnixMicro(), id)
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := n.held.SafetyOf(t.Context(), officer, id); !errors.Is(err, fault.NotFound) {
			t.Errorf("read after the hour: %v", err)
		}
		if _, err := breaks(other, why); err == nil {
			t.Error("broken again while one has waited for a review for more than five days")
		}
		if err := n.guard.Judge(t.Context(), reviewer, id, access.Justified, "He rang the station at the same minute"); err != nil {
			t.Fatal(err)
		}
		if err := n.guard.Judge(t.Context(), reviewer, id, access.Unjustified, "On second thoughts"); !errors.Is(err, fault.Conflict) {
			t.Errorf("judged twice: %v", err)
		}
		if _, err := breaks(other, why); err != nil {
			t.Errorf("after the review: %v", err)
		}

		// A lock beats the signpost and the glass.
		if _, err := n.guard.Flag(t.Context(), n.nora, person.SuspectOf(theirs), []string{"oz"}, nil, "His brother"); err != nil {
			t.Fatal(err)
		}
		if got := points(other, own); len(got) != 0 {
			t.Errorf("it points to what is locked: %v", got)
		}
		id, err = breaks(other, why)
		if err != nil {
			t.Fatal(err)
		}
		if safe, err := n.held.SafetyOf(t.Context(), other, id); err != nil || safe.Reports+safe.Victim != 0 || safe.Grave || !safe.Latest.IsZero() {
			t.Errorf("behind the glass a lock does not hold: %+v, %v", safe, err)
		}
	})
}
