package pattern_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/retention"
)

// An archive is a diary some of whose reports are held, or erased.
type archive struct {
	*diary
	keep   *retention.Store
	gone   map[string]bool // reports
	onHold []string        // in force
}

func (a *archive) erased() {
	var all []string
	if err := a.db.Read(a.t.Context(), func(v *db.View) (err error) {
		all, err = db.All(a.t.Context(), v, db.Text, `SELECT report FROM erasures ORDER BY report`)
		return err
	}); err != nil {
		a.rt.Fatal(err)
	}
	for _, k := range all {
		a.gone[k] = true
	}
}

func (a *archive) isHeld(key string) (held bool) {
	if err := a.db.Read(a.t.Context(), func(v *db.View) (err error) {
		held, err = retention.IsHeld(a.t.Context(), v, nil, key)
		return err
	}); err != nil {
		a.rt.Fatal(err)
	}
	return held
}

func (a *archive) hold() {
	if len(a.keys) == 0 {
		return
	}
	review, m := a.db.Now().AddDate(1, 0, 0), a.mention()
	if a.gone[m[:16]] {
		return
	}
	var id string
	var err error
	if a.draw("of a report", 2) == 0 {
		id, err = a.keep.HoldReport(a.t.Context(), accesstest.As("Ann Reader"), m[:16], "Trial", review)
	} else {
		id, err = a.keep.HoldPerson(a.t.Context(), accesstest.As("Ann Reader"), m, "Trial", review)
	}
	if err != nil {
		a.rt.Fatal(err)
	}
	a.rt.Logf("held #%03d%s", slices.Index(a.keys, m[:16]), m[16:])
	a.onHold = append(a.onHold, id)
}

func (a *archive) lift() {
	if len(a.onHold) == 0 {
		return
	}
	i := a.draw("hold", len(a.onHold))
	if err := a.keep.Lift(a.t.Context(), accesstest.As("Ann Reader"), a.onHold[i], "Acquitted"); err != nil {
		a.rt.Fatal(err)
	}
	a.rt.Logf("lifted")
	a.onHold = slices.Delete(a.onHold, i, i+1)
}

// dispose has one record, or all of one person, erased; or refused.
func (a *archive) dispose() {
	if len(a.keys) == 0 {
		return
	}
	m := a.mention()
	if a.gone[m[:16]] {
		return
	}
	ctx, id := a.t.Context(), db.NewID()
	held := map[string]bool{}
	for _, k := range a.keys {
		held[k] = a.isHeld(k)
	}
	if a.draw("all of a person", 2) == 0 {
		var err error
		if id, err = a.keep.ProposePerson(ctx, accesstest.As("Ann Reader"), m, "Asked in writing"); err != nil {
			a.rt.Logf("not proposed: %v", err)
			return
		}
		if a.draw("a hold comes late", 4) == 0 {
			a.hold()
			for _, k := range a.keys {
				held[k] = a.isHeld(k)
			}
		}
	} else if err := a.db.Write(ctx, func(tx *db.Tx) error {
		if err := tx.Insert(ctx, "disposals", []string{"id", "agency", "ground", "reason", "proposed_by", "account", "proposed"}, [][]any{{id, accesstest.Agency, "request", "Test", "Ann Reader", "Ann Reader", 1}}); err != nil {
			return err
		}
		return tx.Insert(ctx, "disposal_reports", []string{"disposal", "report", "schedule"}, [][]any{{id, m[:16], ""}})
	}); err != nil {
		a.rt.Fatal(err)
	}
	yes := a.draw("agreed", 4) > 0
	if err := a.keep.Check(ctx, accesstest.As("Bo Second"), id, yes, "I read it"); err != nil {
		a.rt.Fatal(err)
	}
	if err := a.keep.Work(ctx); err != nil {
		a.rt.Fatal(err)
	}
	before := len(a.gone)
	a.erased()
	a.rt.Logf("disposed of #%03d%s, agreed %v: %d erased", slices.Index(a.keys, m[:16]), m[16:], yes, len(a.gone)-before)
	if !yes && len(a.gone) > before {
		a.rt.Fatal("refused, and erased")
	}
	for k := range a.gone {
		if held[k] {
			a.rt.Fatalf("#%03d was held, and is erased", slices.Index(a.keys, k))
		}
	}
}

// forget leaves out of the diary what is erased.
func (a *archive) forget() {
	var records []*report.Record
	var keys []string
	for i, k := range a.keys {
		if !a.gone[k] {
			records, keys = append(records, a.records[i]), append(keys, k)
		}
	}
	a.records, a.keys = records, keys
	for i := range a.decisions {
		if c := &a.decisions[i]; a.gone[c.a[:16]] || a.gone[c.b[:16]] {
			c.undone = true
		}
	}
}

// TestAnyErasure does things in any order, and erases some of what was taken in. What
// is held is up to date after each; no held report is erased; and in the end it is as
// if what was erased had never come.
func TestAnyErasure(t *testing.T) {
	fewer(t, 25)
	rapid.Check(t, func(rt *rapid.T) {
		h := built(t, dbtest.SQLite(t))
		a := &archive{diary: &diary{house: h, t: t, rt: rt}, keep: retention.NewStore(accesstest.Guard(t, h.db), h.held), gone: map[string]bool{}}
		for range rapid.IntRange(4, 22).Draw(rt, "steps") {
			switch a.draw("step", 14) {
			default:
				a.record()
			case 5, 6:
				a.correct()
			case 7, 8:
				a.decide()
			case 9:
				a.settle()
			case 10:
				a.hold()
			case 11:
				a.lift()
			case 12, 13:
				a.dispose()
				a.forget()
			}
			a.holds()
		}
		a.settle()
		a.holds()
		if got, want := a.state(), a.again().state(); got != want {
			rt.Fatalf("in the end:\n%s\nhad it never come:\n%s", got, want)
		}
	})
}

// TestErasedWhileSettling erases a report while all is worked out anew.
func TestErasedWhileSettling(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		keep := retention.NewStore(accesstest.Guard(t, d), h.held)
		var first string
		for i := range 4 {
			key, _ := h.record(t, wrote("Northmoor Police", fmt.Sprint("NM/", i), fmt.Sprintf("2026-0%d-05T21:00", i+1), mara, ed, "He followed her home."))
			if i == 0 {
				first = key
			}
		}
		joans, _ := h.record(t, wrote("Northmoor Police", "NM/9", "2026-01-05T21:00", joan, ed, "He followed her home."))
		done := false
		if err := h.held.Settle(t.Context(), func(stage string, _, _ int) {
			if stage != "writing" || done {
				return
			}
			done = true
			id, err := keep.ProposePerson(t.Context(), accesstest.As("Ann Reader"), person.VictimOf(first), "Asked in writing")
			if err == nil {
				err = keep.Check(t.Context(), accesstest.As("Bo Second"), id, true, "Nothing needs it")
			}
			if err == nil {
				err = keep.Work(t.Context())
			}
			if err != nil {
				t.Error(err)
			}
		}); err != nil {
			t.Fatal(err)
		}
		h.fresh(t, "settled")
		all, err := pattern.Everything(t.Context(), d)
		if err != nil || !done {
			t.Fatal(done, err)
		}
		if s := strings.Join(all, "\n"); strings.Contains(s, "Quill") || !strings.Contains(s, person.SuspectOf(joans)) {
			t.Errorf("held:\n%s", s)
		}
	})
}
