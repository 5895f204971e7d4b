package pattern

import (
	"context"

	"clew/internal/db"
	"clew/internal/person"
	"clew/internal/report"
)

// A change is a pair that gained or lost a report, and the record it was.
type change struct{ victim, suspect, agency, record string }

const selectChanges = `SELECT a.victim, a.suspect, r.agency, r.record FROM accounts a JOIN reports r ON r.id = a.report `

func scanChange(r db.Row) (c change, err error) {
	return c, r.Scan(&c.victim, &c.suspect, &c.agency, &c.record)
}

// head makes the heads of people again, and names them so in their patterns.
func head(ctx context.Context, tx *db.Tx, pool string, people []string) error {
	if err := person.Refresh(ctx, tx, pool, people); err != nil {
		return err
	}
	heads, err := person.Heads(ctx, tx, people)
	if err != nil {
		return err
	}
	for id, p := range heads {
		for _, side := range []string{"victim", "suspect"} {
			if err := tx.Exec(ctx, `UPDATE patterns SET `+side+`_name = $2 WHERE `+side+` = $1 AND `+side+`_name <> $2`, id, p.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// refresh makes again the patterns of pairs that changed, and all that speak of
// them: the one the other way round, those of other people about the same
// suspect, and those of the victim that say how many reports name nobody.
func refresh(ctx context.Context, tx *db.Tx, pool string, changes []change) error {
	var all pairs
	for _, c := range changes {
		all.add([2]string{c.victim, c.suspect}, [2]string{c.suspect, c.victim})
		others, err := db.All(ctx, tx, scanPair, `SELECT victim, suspect FROM patterns WHERE suspect = $1`, c.suspect)
		if err != nil {
			return err
		}
		all.add(others...)
		nobody, err := tellsOfNobody(ctx, tx, c)
		if err != nil {
			return err
		}
		if nobody {
			if err := all.tellOfNobody(ctx, tx, c.victim); err != nil {
				return err
			}
		}
	}
	return remake(ctx, tx, pool, all.list)
}

// tellsOfNobody reports whether a change bears on how many reports of its victim
// name nobody: it is of such a report, or there is one of the same record.
func tellsOfNobody(ctx context.Context, q db.Querier, c change) (bool, error) {
	if isNobody(c.suspect) {
		return true, nil
	}
	n, err := db.One(ctx, q, db.Number, `
		SELECT count(*) FROM reports r CROSS JOIN accounts a
		WHERE r.reference = $1 AND r.agency = $2 AND r.record = $3 AND a.report = r.id AND a.victim = $4 AND a.suspect = $5`,
		report.Reference(c.record), c.agency, c.record, c.victim, nobodyBy(c.victim))
	return n > 0, err
}

// pairs are pairs of a victim and a suspect, each once, in the order they came.
type pairs struct {
	list [][2]string
	held map[[2]string]bool
}

func (p *pairs) add(some ...[2]string) {
	if p.held == nil {
		p.held = map[[2]string]bool{}
	}
	for _, x := range some {
		if !p.held[x] {
			p.held[x] = true
			p.list = append(p.list, x)
		}
	}
}

// tellOfNobody adds the patterns of a victim that tell how many reports name nobody.
func (p *pairs) tellOfNobody(ctx context.Context, q db.Querier, victim string) error {
	own, err := db.All(ctx, q, scanPair, `SELECT victim, suspect FROM patterns WHERE victim = $1`, victim)
	p.add([2]string{victim, nobodyBy(victim)})
	p.add(own...)
	return err
}

// remake makes the patterns of the given pairs again from their accounts. All are
// erased before any is made: a report may go from one pair to another, and its id
// with it.
func remake(ctx context.Context, tx *db.Tx, pool string, pairs [][2]string) error {
	if err := tx.Widely(ctx, func() error { // those too that were made for another pool, before agreements changed
		for _, p := range pairs {
			if err := erasePattern(ctx, tx, p[0], p[1]); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, p := range pairs {
		h, is, err := compose(ctx, tx, nil, p[0], p[1])
		if err != nil {
			return err
		}
		if is {
			if err := writePatterns(ctx, tx, pool, []Held{h}); err != nil {
				return err
			}
		}
	}
	return nil
}
