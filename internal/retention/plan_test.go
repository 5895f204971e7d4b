package retention_test

import (
	"slices"
	"strings"
	"testing"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/demo"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/retention"
)

// TestNothingIsReadWhole looks at how SQLite answers the pages, and erases: nothing
// grows with all that is held, but for what is counted up to MostDue.
func TestNothingIsReadWhole(t *testing.T) {
	d := dbtest.SQLite(t)
	h := built(t, d)
	var records []*report.Record
	if err := demo.Generate(demo.Options{Records: 1500}, func(r report.Record, _ demo.Truth) error {
		r.Reported = r.Reported.AddDate(-12, 0, 0)
		records = append(records, &r)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var keys []string
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		taken, err := pattern.TakeIn(t.Context(), tx, accesstest.Sight("Ann Reader"), "", records)
		for _, k := range taken {
			keys = append(keys, k.Key)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := h.held.Settle(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	must[string](t)(h.keep.HoldPerson(t.Context(), ann, person.VictimOf(keys[slices.IndexFunc(records, func(r *report.Record) bool { return !r.Victim.Empty() })]), "Trial", d.Now().AddDate(1, 0, 0)))
	page, total, err := h.keep.DueNow(t.Context(), ann, retention.Due, 0, 50)
	if err != nil || len(page) != 50 || total <= 50 {
		t.Fatalf("%d of %d due, %v", len(page), total, err)
	}
	id := must[string](t)(h.keep.ProposeDue(t.Context(), ann, []string{page[0].Key}, "Its time is over"))
	if err := h.keep.Check(t.Context(), bo, id, true, "Nothing needs it"); err != nil {
		t.Fatal(err)
	}
	allowed := map[string][]string{
		"due":   {"classifications"},                                               // a few hundred
		"erase": {"classifications", "views", "a", "d USING INDEX sqlite_autoind"}, // few; and each decision is asked whether it still holds
		"holds": {"h"},                                                             // a few
	}
	for name, do := range map[string]func(){
		"due": func() {
			for _, part := range []retention.Part{retention.Due, retention.Kept} {
				if _, _, err := h.keep.DueNow(t.Context(), ann, part, 0, 50); err != nil {
					t.Error(err)
				}
			}
		},
		"disposals": func() {
			if _, _, err := h.keep.Disposals(t.Context(), ann, 0, 50); err != nil {
				t.Error(err)
			}
		},
		"erase": func() {
			if err := h.keep.Work(t.Context()); err != nil {
				t.Error(err)
			}
		},
	} {
		plans, total := dbtest.Plans(t, d, do)
		if most := 250; total > most {
			t.Errorf("%s asks %d times, more than %d", name, total, most)
		}
		for _, p := range plans {
			for _, scan := range p.Scans() {
				if !slices.ContainsFunc(allowed[name], func(ok string) bool { return strings.HasPrefix(scan, ok) }) {
					t.Errorf("%s reads the whole of %s, in\n%.600s\n%s", name, scan, p.Query, strings.Join(p.Steps, "\n"))
				}
			}
		}
	}
}
