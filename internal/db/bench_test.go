package db_test

import (
	"fmt"
	"testing"

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
