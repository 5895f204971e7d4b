package retention_test

import (
	"errors"
	"testing"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
)

// TestHiddenOfARecord has an officer type a report by the reference of one that is hidden
// from him, and have his erased: the other stays.
func TestHiddenOfARecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		g := accesstest.Guard(t, d)
		pattern.NewStore(g, person.NewStore(g))
		hidden := h.record(t, wrote("NM/1", "2026-03-01", mara, ed, "He followed me home."))
		must[string](t)(g.Flag(t.Context(), ann, person.SuspectOf(hidden), []string{"off"}, nil, "His friend"))
		off := accesstest.Somebody(t, d, accesstest.Agency, "off", access.Officer, access.RecordsManager)
		mine, _, err := h.held.Record(t.Context(), off, wrote("NM/1", "2026-03-01", joan, report.Party{}, "A window was broken."))
		if err != nil || mine == "" {
			t.Fatalf("he records %q, %v", mine, err)
		}
		id := must[string](t)(h.keep.ProposePerson(t.Context(), off, person.VictimOf(mine), "Asked in writing, identity checked"))
		if one, items, err := h.keep.One(t.Context(), off, id, 0, 9); err != nil || len(items) != 1 || one.Reports != 1 {
			t.Errorf("he sees %d of %d reports in what he proposed, %v", len(items), one.Reports, err)
		}
		h.agree(t, id)
		if r := must[report.Held](t)(h.reports.One(t.Context(), ann, hidden)); r.ID != "NM/1" || r.Narrative == "" {
			t.Errorf("he had %q erased", r.ID)
		}
		if _, err := h.reports.One(t.Context(), ann, mine); !errors.Is(err, fault.NotFound) {
			t.Errorf("what he typed: %v", err)
		}
	})
}
