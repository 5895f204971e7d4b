package db_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"clew/internal/db"
	"clew/internal/db/dbtest"
)

// BenchmarkRewrite puts a thousand rows in, reads them and takes them out again, as
// settling does with what was worked out before.
func BenchmarkRewrite(b *testing.B) {
	d := dbtest.SQLite(b)
	rows := make([][]any, 1000)
	for i := range rows {
		rows[i] = []any{fmt.Sprintf("n:%06d", i*7919%1000), fmt.Sprintf("mention-%06d-%0100d", i, i)}
	}
	for b.Loop() {
		err := d.Write(b.Context(), func(tx *db.Tx) error {
			if err := tx.Insert(b.Context(), "search_terms", []string{"term", "mention"}, rows); err != nil {
				return err
			}
			if _, err := db.One(b.Context(), tx, db.Number, `SELECT COUNT(*) FROM search_terms WHERE mention LIKE '%9%'`); err != nil {
				return err
			}
			return tx.Exec(b.Context(), `DELETE FROM search_terms`)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNarrow reads one row, of a transaction that sees all and of one that was
// narrowed, turn and turn about.
func BenchmarkNarrow(b *testing.B) {
	d := dbtest.Postgres(b)
	var took [2][]time.Duration
	for b.Loop() {
		for i := range took {
			began := time.Now()
			if err := d.Read(b.Context(), func(v *db.View) error {
				if i == 1 {
					if err := v.Narrow(b.Context(), db.Within{Pool: "a", Agency: "a", Holders: []string{"a"}}); err != nil {
						return err
					}
				}
				_, err := db.One(b.Context(), v, db.Number, `SELECT COUNT(*) FROM views`)
				return err
			}); err != nil {
				b.Fatal(err)
			}
			took[i] = append(took[i], time.Since(began))
		}
	}
	half := func(all []time.Duration) float64 { slices.Sort(all); return float64(all[len(all)/2].Microseconds()) }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(half(took[0]), "µs/all")
	b.ReportMetric(half(took[1]), "µs/narrow")
}
