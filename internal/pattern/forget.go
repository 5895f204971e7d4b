package pattern

import (
	"context"
	"slices"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/person"
	"clew/internal/report"
)

// A Gone mention is of a report that was erased. Stays is another mention of whoever it
// was held to be; none if nothing else speaks of them.
type Gone struct{ Mention, Stays string }

// Forget takes what some reports say out of people and patterns, as if they had
// never come: whoever only they held together parts, whoever only they spoke of is
// gone, and the patterns they were part of are made again from the rest. The reports
// are whole records (report.WholeRecord) of one pool, and are erased after. It
// returns whom they spoke of, and the mentions that are gone.
func (s *Store) Forget(ctx context.Context, tx *db.Tx, pool *access.Pool, keys []string) (people []string, gone []Gone, err error) {
	reports, err := report.Some(ctx, tx, keys)
	if err != nil {
		return nil, nil, err
	}
	mentions, err := person.InReports(ctx, tx, keys)
	if err != nil {
		return nil, nil, err
	}
	for i := range mentions {
		people = appendNew(people, mentions[i].Person)
	}
	for _, p := range people {
		own, err := person.MentionsOf(ctx, tx, p, 0)
		if err != nil {
			return nil, nil, err
		}
		stays := ""
		if i := slices.IndexFunc(own, func(m person.Mention) bool { return !slices.Contains(keys, m.Report) }); i >= 0 {
			stays = own[i].ID
		}
		for i := range own {
			if slices.Contains(keys, own[i].Report) {
				gone = append(gone, Gone{own[i].ID, stays})
			}
		}
	}
	var touched pairs
	if len(people) > 0 {
		if err := touched.with(ctx, tx, people); err != nil {
			return nil, nil, err
		}
	}
	for some := range slices.Chunk(keys, 500) {
		lost, err := db.All(ctx, tx, scanChange, selectChanges+`WHERE a.report IN (`+db.List(1, len(some))+`) ORDER BY a.report`, db.Args(some)...)
		if err != nil {
			return nil, nil, err
		}
		for _, c := range lost {
			touched.add([2]string{c.victim, c.suspect}, [2]string{c.suspect, c.victim})
			if err := touched.tellOfNobody(ctx, tx, c.victim); err != nil {
				return nil, nil, err
			}
		}
		if err := tx.Exec(ctx, `DELETE FROM accounts WHERE report IN (`+db.List(1, len(some))+`)`, db.Args(some)...); err != nil {
			return nil, nil, err
		}
	}
	for _, g := range gone {
		if err := access.Forget(ctx, tx, g.Mention, g.Stays); err != nil {
			return nil, nil, err
		}
	}
	if err := person.Erase(ctx, tx, reports); err != nil {
		return nil, nil, err
	}
	// Before anything is made anew, what was made of them goes: a pattern is known by
	// its smallest report, and the next may need the id.
	for _, p := range touched.list {
		if err := erasePattern(ctx, tx, p[0], p[1]); err != nil {
			return nil, nil, err
		}
	}
	if len(people) > 0 {
		model, err := s.people.ModelOf(ctx, tx, pool.ID)
		if err != nil {
			return nil, nil, err
		}
		if err := rearrange(ctx, tx, pool, model, people); err != nil {
			return nil, nil, err
		}
	}
	return people, gone, remake(ctx, tx, pool.ID, touched.list)
}
