package casefile_test

import (
	"fmt"
	"testing"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
)

// BenchmarkLists is the lists of somebody on the team of 200 cases of 20,000.
func BenchmarkLists(b *testing.B) {
	for name, made := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			d := made(b)
			w := open(b, d)
			by := w.somebody(police, "a0", access.Supervisor)
			const n = 20_000
			w.must(d.Write(b.Context(), func(tx *db.Tx) error {
				var cases, suspects, team, tasks, referrals [][]any
				for i := range n {
					id := fmt.Sprintf("case%06d", i)
					cases = append(cases, []any{id, police, w.victim, "new", 0, int64(i), 1, id})
					suspects = append(suspects, []any{id, w.him})
					for m := range 3 {
						team = append(team, []any{fmt.Sprint(id, m), id, fmt.Sprint("a", (i+m*7)%300), int64(m / 2), 0})
					}
					tasks = append(tasks, []any{id, id, "Ask", fmt.Sprint("a", i%300), int64(i), "a1", 0, "", ""})
					if i%20 == 0 {
						referrals = append(referrals, []any{id, id, "join", police, haven, "consent", []byte{}, []byte{}, "a1", "A", 0, int64(1) << 60})
					}
				}
				for _, x := range []struct {
					table   string
					columns []string
					rows    [][]any
				}{
					{"cases", []string{"id", "holder", "victim", "stage", "apart", "opened", "version", "stays"}, cases}, {"case_suspects", []string{"case_id", "mention"}, suspects},
					{"case_team", []string{"id", "case_id", "account", "leads", "since"}, team}, {"case_tasks", []string{"id", "case_id", "what", "owner", "due", "made_by", "made", "done_by", "outcome"}, tasks},
					{"case_referrals", []string{"id", "case_id", "wish", "from_agency", "to_agency", "basis", "why", "safety", "account", "name", "sent", "due"}, referrals},
				} {
					if err := tx.Insert(b.Context(), x.table, x.columns, x.rows); err != nil {
						return err
					}
				}
				return nil
			}))
			w.must(d.Analyze(b.Context(), "cases", "case_team", "case_tasks", "case_suspects", "case_referrals"))
			for _, whose := range []casefile.Whose{casefile.Mine, casefile.All} {
				b.Run(string(whose), func(b *testing.B) {
					for b.Loop() {
						if all, _, err := w.cases.List(b.Context(), by, whose, false, 0, 50); err != nil || len(all) != 50 {
							b.Fatal(len(all), err)
						}
					}
				})
			}
			b.Run("tasks", func(b *testing.B) {
				for b.Loop() {
					if all, _, err := w.cases.Tasks(b.Context(), by, 0, 50); err != nil || len(all) != 50 {
						b.Fatal(len(all), err)
					}
				}
			})
			b.Run("referrals", func(b *testing.B) {
				for b.Loop() {
					if all, _, err := w.cases.Referrals(b.Context(), by, casefile.Out, 0, 50); err != nil || len(all) != 50 {
						b.Fatal(len(all), err)
					}
				}
			})
		})
	}
}
