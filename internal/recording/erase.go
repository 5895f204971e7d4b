package recording

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"slices"

	"clew/internal/db"
)

// A Spoken is a report that goes, and one of the same pair that stays; none if all go.
type Spoken struct{ Report, Stays string }

// DecidedOn are the decisions about patterns that some reports are part of now.
// It is asked before the reports are taken out of their patterns.
func DecidedOn(ctx context.Context, q db.Querier, reports []string) (all []string, err error) {
	now, err := patternsOf(ctx, q, reports)
	if err != nil {
		return nil, err
	}
	for _, r := range reports {
		own, err := db.All(ctx, q, db.Text, `SELECT id FROM recording_decisions WHERE pattern = $1 ORDER BY id`, r)
		if err != nil {
			return nil, err
		}
		all = append(all, own...)
		if now[r] == "" {
			continue
		}
		on, err := about(ctx, q, now[r])
		if err != nil {
			return nil, err
		}
		for _, d := range on {
			all = append(all, d.ID)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// EraseReasons makes empty what people wrote when they decided, or answered, on a
// pattern that a report was part of. What they decided stays.
func EraseReasons(ctx context.Context, tx *db.Tx, report string, decisions []string) error {
	for _, id := range decisions {
		answers, err := db.All(ctx, tx, db.Text, `SELECT id FROM recording_answers WHERE decision = $1 ORDER BY id`, id)
		if err != nil {
			return err
		}
		rows := [][]any{{id, report}}
		for _, a := range answers {
			rows = append(rows, []any{a, report})
		}
		if err := tx.InsertNew(ctx, "erased_reasons", []string{"id", "report"}, rows); err != nil {
			return err
		}
		if err := tx.Exec(ctx, `UPDATE recording_decisions SET reason = '' WHERE id = $1 AND reason <> ''`, id); err != nil {
			return fmt.Errorf("erase reason: %w", err)
		}
		if err := tx.Exec(ctx, `UPDATE recording_answers SET reason = '' WHERE decision = $1 AND reason <> ''`, id); err != nil {
			return fmt.Errorf("erase reason: %w", err)
		}
	}
	return nil
}

// Parting are the reports among some that go, each with one of the same pair that
// stays. It is asked before they are taken out of their patterns.
func Parting(ctx context.Context, q db.Querier, going []string) (all []Spoken, err error) {
	for _, r := range going {
		args := append([]any{r}, db.Args(going)...)
		stays, err := db.One(ctx, q, func(r db.Row) (s sql.NullString, err error) { return s, r.Scan(&s) }, `
			SELECT MIN(b.report) FROM reports o CROSS JOIN reports n CROSS JOIN accounts a CROSS JOIN accounts b
			WHERE o.id = $1 AND n.same_record = o.same_record AND n.replaced_by = '' AND a.report = n.id AND b.victim = a.victim AND b.suspect = a.suspect
			AND b.report NOT IN (`+db.List(2, len(going))+`)`, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, Spoken{r, stays.String})
	}
	return all, nil
}

// KeepVerdicts keeps, with the samples a pattern is in, what two people held it to
// be: its last report goes, and the figures of the sample stay as they are.
func KeepVerdicts(ctx context.Context, tx *db.Tx, all []Spoken) error {
	for _, s := range all {
		if s.Stays != "" {
			continue
		}
		now, err := patternOf(ctx, tx, s.Report)
		if err != nil {
			return err
		}
		d, err := standing(ctx, tx, now)
		if err != nil {
			return err
		}
		if d == nil || d.Standing() != Confirmed {
			continue
		}
		if err := tx.Exec(ctx, `UPDATE audit_sample_patterns SET verdict = $2 WHERE pattern = $1`, s.Report, d.Verdict); err != nil {
			return fmt.Errorf("keep the verdict of a sample: %w", err)
		}
	}
	return nil
}

// Stand lets decisions and samples about a pattern, which were made under a report
// that is erased, stand under one of it that stays.
func Stand(ctx context.Context, tx *db.Tx, s Spoken) error {
	if s.Stays == "" {
		return nil
	}
	all, err := db.All(ctx, tx, db.Text, `SELECT id FROM recording_decisions WHERE pattern = $1 ORDER BY id`, s.Report)
	if err != nil {
		return err
	}
	for _, id := range all {
		if err := tx.InsertNew(ctx, "erased_reasons", []string{"id", "report"}, [][]any{{id, s.Report}}); err != nil {
			return err
		}
	}
	if err := tx.Exec(ctx, `UPDATE recording_decisions SET pattern = $2 WHERE pattern = $1`, s.Report, s.Stays); err != nil {
		return fmt.Errorf("let a decision stand: %w", err)
	}
	if err := tx.Exec(ctx, `UPDATE audit_sample_patterns SET pattern = $2 WHERE pattern = $1`, s.Report, s.Stays); err != nil {
		return fmt.Errorf("let a sample stand: %w", err)
	}
	return nil
}

// EraseViews removes saved views of a pool whose name or filter names somebody.
func EraseViews(ctx context.Context, tx *db.Tx, pool string, names func(text string) bool) error {
	scan := func(r db.Row) (v [3]string, err error) { return v, r.Scan(&v[0], &v[1], &v[2]) }
	all, err := db.All(ctx, tx, scan, `SELECT id, name, query FROM views WHERE pool = $1 ORDER BY id`, pool)
	if err != nil {
		return err
	}
	for _, v := range all {
		filter, err := url.QueryUnescape(v[2])
		if err != nil {
			filter = v[2]
		}
		if !names(v[1]) && !names(filter) {
			continue
		}
		if err := tx.Exec(ctx, `DELETE FROM views WHERE id = $1`, v[0]); err != nil {
			return fmt.Errorf("erase view: %w", err)
		}
	}
	return nil
}
