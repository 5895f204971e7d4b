package casefile

import (
	"context"
	"fmt"
	"slices"

	"clew/internal/access"
	"clew/internal/agency"
	"clew/internal/db"
)

// A place is one person on the team of one open case.
type placed struct{ kase, holder, account string }

// placesOf are the places on teams that end when an agency leaves: of its people in
// cases that others lead, and of others' people in cases that it leads; as far as the
// actor may know of the cases. Nothing is hidden from nobody.
func (s *Store) placesOf(ctx context.Context, q db.Querier, sight *access.Sight, id string) (all []placed, err error) {
	seen, args := unhidden(sight, "k.id", nil)
	open, err := db.All(ctx, q, func(r db.Row) (p placed, err error) { return p, r.Scan(&p.kase, &p.holder, &p.account) },
		`SELECT DISTINCT k.id, k.holder, t.account FROM case_team t JOIN cases f ON f.id = t.case_id JOIN cases k ON k.id = f.stays WHERE t.until IS NULL AND k.closed IS NULL`+seen+` ORDER BY k.id, t.account`, args...)
	if err != nil {
		return nil, fmt.Errorf("teams: %w", err)
	}
	var accounts []string
	for _, p := range open {
		accounts = append(accounts, p.account)
	}
	slices.Sort(accounts)
	theirs := map[string]bool{}
	for some := range slices.Chunk(slices.Compact(accounts), atOnce) {
		known, err := s.colleagues(ctx, q, slices.Clone(some))
		if err != nil {
			return nil, err
		}
		for account, c := range known {
			theirs[account] = c.Agency == id
		}
	}
	return slices.DeleteFunc(open, func(p placed) bool { return theirs[p.account] == (p.holder == id) }), nil
}

// Leaves is what an agency has to do with cases, for one who is about to part from it,
// but for those in which anybody is hidden from them.
func (s *Store) Leaves(ctx context.Context, q db.Querier, sight *access.Sight, id string) (l agency.Leaving, err error) {
	places, err := s.placesOf(ctx, q, sight, id)
	if err != nil {
		return l, err
	}
	var theirs []string
	with := map[string]bool{} // cases that it leads, with people of others
	for _, p := range places {
		if p.holder == id {
			with[p.kase] = true
			continue
		}
		l.Places++
		theirs = append(theirs, p.account)
	}
	l.Shared = len(with)
	number := func(to *int, query, kase string, args ...any) {
		if err != nil {
			return
		}
		open, args := unhidden(sight, kase, args)
		query += open
		var n int64
		if n, err = db.One(ctx, q, db.Number, query, args...); err != nil {
			err = fmt.Errorf("what an agency leaves: %w", err)
		}
		*to += int(n)
	}
	number(&l.Leads, `SELECT count(*) FROM cases k WHERE k.holder = $1 AND k.stays = k.id AND k.closed IS NULL`, "k.id", id)
	number(&l.Referrals, `SELECT count(*) FROM case_referrals r JOIN cases k ON k.id = r.case_id WHERE (r.to_agency = $1 OR r.from_agency = $1)`+unanswered, "k.stays", id)
	number(&l.Notes, `SELECT count(*) FROM case_steps x JOIN cases f ON f.id = x.case_id JOIN cases k ON k.id = f.stays WHERE x.agency = $1 AND x.shared = 0 AND k.holder <> $1`, "k.id", id)
	slices.Sort(theirs)
	for some := range slices.Chunk(slices.Compact(theirs), atOnce) {
		number(&l.Tasks, `SELECT count(*) FROM case_tasks t JOIN cases f ON f.id = t.case_id JOIN cases k ON k.id = f.stays WHERE t.done IS NULL AND k.closed IS NULL AND k.holder <> $1 AND t.owner IN (`+db.List(2, len(some))+`)`, "k.id", append([]any{id}, db.Args(some)...)...)
	}
	return l, err
}

// Parting sees to what an agency that leaves the partnership has to do with cases. What
// waits for it, and what it sent, is returned. Its people leave the teams of others'
// cases, and others' people leave those of its cases; their tasks pass to whoever leads
// there. It is run when the agency is parted from.
func (s *Store) Parting(ctx context.Context, tx *db.Tx, sight *access.Sight, id string) error {
	return tx.Widely(ctx, func() error {
		all, err := db.All(ctx, tx, scanWaiting, `SELECT r.id, r.case_id, r.to_agency FROM case_referrals r WHERE (r.to_agency = $1 OR r.from_agency = $1)`+unanswered+` ORDER BY r.id`, id)
		if err != nil {
			return fmt.Errorf("waiting referrals: %w", err)
		}
		if err := s.giveBack(ctx, tx, sight, all, HasParted); err != nil {
			return err
		}
		going, err := s.placesOf(ctx, tx, nil, id)
		if err != nil {
			return err
		}
		for from := 0; from < len(going); {
			to := from
			for to < len(going) && going[to].kase == going[from].kase {
				to++
			}
			if err := s.partTeam(ctx, tx, sight, going[from:to]); err != nil {
				return err
			}
			from = to
		}
		return nil
	})
}

// partTeam has some people leave the team of one case. Somebody who stays leads it and
// does what they were to do. Where nobody stays, their tasks stay with them, and the
// case is in the list of its agency without a lead.
func (s *Store) partTeam(ctx context.Context, tx *db.Tx, sight *access.Sight, going []placed) error {
	id := going[0].kase
	team, err := teamOf(ctx, tx, id)
	if err != nil {
		return err
	}
	stays := slices.DeleteFunc(team, func(m Member) bool {
		return slices.ContainsFunc(going, func(p placed) bool { return p.account == m.Account })
	})
	if len(stays) > 0 && !stays[0].Leads {
		if err := relead(ctx, tx, id, stays[0].Account, true); err != nil {
			return err
		}
	}
	passed := false
	for _, p := range going {
		if len(stays) > 0 {
			n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM case_tasks WHERE `+within("case_id", "$1")+` AND owner = $2 AND done IS NULL`, id, p.account)
			if err != nil {
				return fmt.Errorf("tasks: %w", err)
			}
			if passed = passed || n > 0; n > 0 {
				if err := tx.Exec(ctx, `UPDATE case_tasks SET owner = $3 WHERE `+within("case_id", "$1")+` AND owner = $2 AND done IS NULL`, id, p.account, stays[0].Account); err != nil {
					return fmt.Errorf("pass tasks: %w", err)
				}
			}
		}
		if err := leave(ctx, tx, id, p.account); err != nil {
			return err
		}
		if err := s.step(ctx, tx, sight, id, Left, p.account, "", true); err != nil {
			return err
		}
	}
	if passed {
		if err := s.step(ctx, tx, sight, id, Passed, stays[0].Account, "", true); err != nil {
			return err
		}
	}
	return look(ctx, tx, id)
}

// Lost are the open cases that somebody worked on until the agency that leads them left
// the partnership, counted by that agency; but for those in which anybody is hidden.
func (s *Store) Lost(ctx context.Context, by access.Actor) (all map[string]int, err error) {
	all = map[string]int{}
	type gone struct {
		holder string
		cases  int64
	}
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		sight.Saw("cases", "")
		open, args := unhidden(sight, "k.id", []any{sight.Account, sight.Agency})
		return v.Widely(ctx, func() error { // they are beyond the pool now
			return db.Each(ctx, v, func(r db.Row) (g gone, err error) { return g, r.Scan(&g.holder, &g.cases) },
				func(g gone) error { all[g.holder] = int(g.cases); return nil },
				`SELECT k.holder, count(DISTINCT k.id) FROM case_team t JOIN cases f ON f.id = t.case_id JOIN cases k ON k.id = f.stays JOIN agencies g ON g.id = k.holder
				WHERE t.account = $1 AND k.closed IS NULL AND k.holder <> $2 AND g.parted IS NOT NULL AND t.until >= g.parted`+open+` GROUP BY k.holder`, args...)
		})
	})
	return all, err
}
