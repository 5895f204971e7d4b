package casefile

import (
	"testing"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/seal"
)

// TestErasedFromMemory has no engine, with names and places in it, outlast an erasure.
func TestErasedFromMemory(t *testing.T) {
	d := dbtest.SQLite(t)
	sealer, err := seal.Open(t.Context(), d, seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	s := NewStore(access.NewGuard(d), sealer)
	w := s.engines.take("a case", ground{})
	for i := range manyUnits {
		w.units[string(rune('0'+i))] = unit{}
	}
	if s.engines.keep(w); len(s.engines.kept) != 1 {
		t.Fatal("a large case is not kept")
	}
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return s.Forget(t.Context(), tx, "somebody", "") }); err != nil {
		t.Fatal(err)
	}
	if len(s.engines.kept) != 0 {
		t.Error("it is kept after somebody was erased")
	}
}
