package person

import (
	"context"
	"fmt"

	"clew/internal/db"
	"clew/internal/report"
)

// Erase removes the mentions of some reports, and all they are found by. The caller sets the people in order again, and erases the
// reports after: what the terms are is read from them.
func Erase(ctx context.Context, tx *db.Tx, reports []report.Held) error {
	for i := range reports {
		r := &reports[i]
		mentions, err := InReports(ctx, tx, []string{r.Key})
		if err != nil {
			return err
		}
		for j := range mentions {
			m := &mentions[j]
			p := &r.Suspect
			if m.Victim() {
				p = &r.Victim
			}
			for _, k := range m.Prepared.Keys() {
				if err := tx.Exec(ctx, `DELETE FROM mention_keys WHERE key = $1 AND mention = $2`, int64(k), m.ID); err != nil {
					return fmt.Errorf("erase key: %w", err)
				}
			}
			for _, t := range termsOf(p) {
				if err := tx.Exec(ctx, `DELETE FROM search_terms WHERE term = $1 AND mention = $2`, t, m.ID); err != nil {
					return fmt.Errorf("erase term: %w", err)
				}
			}
			if err := tx.Exec(ctx, `DELETE FROM mentions WHERE id = $1`, m.ID); err != nil {
				return fmt.Errorf("erase mention: %w", err)
			}
		}
	}
	return nil
}

// EraseReasons makes empty what people wrote when they decided about the mentions of
// a report, or took that back.
func EraseReasons(ctx context.Context, tx *db.Tx, key string) error {
	for _, m := range []string{VictimOf(key), SuspectOf(key)} {
		all, err := db.All(ctx, tx, db.Text, `SELECT id FROM identity_decisions WHERE a = $1 UNION SELECT id FROM identity_decisions WHERE b = $1 ORDER BY 1`, m)
		if err != nil {
			return err
		}
		for _, id := range all {
			if err := tx.InsertNew(ctx, "erased_reasons", []string{"id", "report"}, [][]any{{id, key}, {"undone:" + id, key}}); err != nil {
				return err
			}
			if err := tx.Exec(ctx, `UPDATE identity_decisions SET reason = '' WHERE id = $1`, id); err != nil {
				return fmt.Errorf("erase reason: %w", err)
			}
			if err := tx.Exec(ctx, `UPDATE identity_undone SET reason = '' WHERE decision = $1`, id); err != nil {
				return fmt.Errorf("erase reason: %w", err)
			}
		}
	}
	return nil
}
