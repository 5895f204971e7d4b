package pattern

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/person"
)

// Stale says how people and patterns, as they are held, differ from what they are
// when they are made again from the mentions, accounts and reports of the same
// moment. It is empty when nothing is out of date.
func Stale(ctx context.Context, d *db.DB) (string, error) {
	var held, made []string
	pool := access.Pool{ID: accesstest.Agency, Agencies: []string{accesstest.Agency}}
	err := d.Write(ctx, func(tx *db.Tx) error {
		var err error
		if held, err = everything(ctx, tx); err != nil {
			return err
		}
		heads := person.NewTally()
		if err := person.EachSeen(ctx, tx, &pool, func(m *person.Seen, who string, _ float64) error { heads.Take(who, m); return nil }); err != nil {
			return err
		}
		if err := person.Forget(ctx, tx, &pool); err != nil {
			return err
		}
		if err := heads.Keep(ctx, tx, pool.ID); err != nil {
			return err
		}
		if err := remakeAll(ctx, tx, &pool, heads.All); err != nil {
			return err
		}
		if made, err = everything(ctx, tx); err != nil {
			return err
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		return "", err
	}
	return differ(held, made), nil
}

var errUndo = errors.New("only looked")

func differ(held, made []string) string {
	var b strings.Builder
	count := map[string]int{}
	for _, s := range held {
		count[s]++
	}
	for _, s := range made {
		count[s]--
	}
	for _, s := range append(held, made...) {
		switch {
		case count[s] > 0:
			fmt.Fprintln(&b, "held:  ", s)
		case count[s] < 0:
			fmt.Fprintln(&b, "should:", s)
		}
		count[s] = 0
	}
	return b.String()
}

// everything is a line for each person, each pattern, and each account that names
// somebody its mentions do not.
func everything(ctx context.Context, q db.Querier) (all []string, err error) {
	row := func(n int) func(db.Row) (string, error) {
		return func(r db.Row) (string, error) {
			cells, to := make([]string, n), make([]any, n)
			for i := range cells {
				to[i] = &cells[i]
			}
			err := r.Scan(to...)
			return strings.Join(cells, " | "), err
		}
	}
	for _, part := range []struct {
		columns int
		query   string
	}{
		{6, `SELECT 'person', id, name, born, CAST(as_victim AS TEXT), CAST(as_suspect AS TEXT) FROM people ORDER BY id`},
		{13, `SELECT 'pattern', id, victim, suspect, victim_name, suspect_name, finding, pressing, CAST(reports AS TEXT), CAST(occasions AS TEXT), CAST(counter AS TEXT), CAST(others AS TEXT), recorded_as || why FROM patterns ORDER BY id`},
		{3, `SELECT 'agency', agency, pattern FROM pattern_agencies ORDER BY agency, pattern`},
		{4, `SELECT 'account of another person', a.report, a.victim, a.suspect FROM accounts a LEFT JOIN mentions v ON v.id = a.report || 'v' LEFT JOIN mentions s ON s.id = a.report || 's'
			WHERE v.person IS NULL OR a.victim <> v.person OR a.suspect <> '?' || a.victim AND (s.person IS NULL OR a.suspect <> s.person)`},
		{2, `SELECT 'mention of nobody', m.id FROM mentions m WHERE NOT EXISTS (SELECT 1 FROM people p WHERE p.id = m.person)`},
		{2, `SELECT 'account of an older version', a.report FROM accounts a JOIN reports r ON r.id = a.report WHERE r.replaced_by <> ''`},
	} {
		some, err := db.All(ctx, q, row(part.columns), part.query)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// Everything is all that is held of people and patterns, a line for each.
func Everything(ctx context.Context, d *db.DB) (all []string, err error) {
	err = d.Read(ctx, func(v *db.View) error {
		all, err = everything(ctx, v)
		return err
	})
	return all, err
}
