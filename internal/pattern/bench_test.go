package pattern

import (
	"testing"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/demo"
	"clew/internal/person"
	"clew/internal/report"
)

// BenchmarkTakeIn takes 10,000 reports in, in lots of 1,000, and settles them.
func BenchmarkTakeIn(b *testing.B) {
	var all []*report.Record
	err := demo.Generate(demo.Options{Records: 10_000}, func(r report.Record, _ demo.Truth) error { all = append(all, &r); return nil })
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		d := dbtest.SQLite(b)
		g := accesstest.Guard(b, d)
		s := NewStore(g, person.NewStore(g))
		by := accesstest.Sight("bench")
		for from := 0; from < len(all); from += 1000 {
			err := d.Write(b.Context(), func(tx *db.Tx) error {
				_, err := take(b.Context(), tx, by, "", all[from:from+1000], nil)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		if err := s.Settle(b.Context(), nil); err != nil {
			b.Fatal(err)
		}
	}
}
