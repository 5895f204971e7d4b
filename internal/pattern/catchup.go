package pattern

import (
	"context"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/person"
	"clew/internal/report"
)

// catchUp places reports that were typed in after the mentions were read, and
// carries out what was decided since.
func (w *whole) catchUp(ctx context.Context, tx *db.Tx, model *match.Model) error {
	held, args := w.pool.Held("m.holder", []any{w.newest()})
	typed, err := db.All(ctx, tx, db.Text, `SELECT DISTINCT r.id FROM mentions m JOIN reports r ON r.id = m.report WHERE m.id > $1 AND r.import = ''`+held+` ORDER BY r.id`, args...)
	if err != nil {
		return err
	}
	for len(typed) > 0 {
		some := typed[:min(500, len(typed))]
		typed = typed[len(some):]
		held, err := report.Some(ctx, tx, some)
		if err != nil {
			return err
		}
		for i := range held {
			if err := placeLate(ctx, tx, &w.pool, model, &held[i]); err != nil {
				return err
			}
		}
	}
	standing, err := person.Standing(ctx, tx)
	if err != nil {
		return err
	}
	for _, d := range differing(w.standing, standing) {
		if err := carryOut(ctx, tx, &w.pool, model, d.A, d.B); err != nil {
			return err
		}
	}
	return nil
}

// placeLate places a report whose parties stand by themselves, as people with heads
// and maybe a pattern of their own.
func placeLate(ctx context.Context, tx *db.Tx, pool *access.Pool, model *match.Model, r *report.Held) error {
	if err := place(ctx, tx, pool, model, r.Key, &r.Record, nil, func(Spot, Spot) error { return nil }); err != nil {
		return err
	}
	v, s := person.VictimOf(r.Key), person.SuspectOf(r.Key)
	if err := head(ctx, tx, pool.ID, []string{v, s}); err != nil {
		return err
	}
	return remake(ctx, tx, pool.ID, [][2]string{{v, s}, {v, nobodyBy(v)}})
}

// newest is the last mention that was read; those with later ids are not among them.
func (w *whole) newest() string {
	if len(w.ids) == 0 {
		return ""
	}
	return w.ids[len(w.ids)-1]
}

// differing are the decisions that stand before or after, and not both.
func differing(before, after []person.Decided) (all []person.Decided) {
	for i, some := range [][]person.Decided{before, after} {
		in := map[string]bool{}
		for _, d := range [][]person.Decided{after, before}[i] {
			in[d.ID] = true
		}
		for _, d := range some {
			if !in[d.ID] {
				all = append(all, d)
			}
		}
	}
	return all
}
