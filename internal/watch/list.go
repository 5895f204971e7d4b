package watch

import (
	"context"
	"fmt"
	"time"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/db"
)

// List is the open cases with warnings that are asked for, the most pressing first,
// and how many there are.
func (s *Store) List(ctx context.Context, by access.Actor, f Search, skip, most int) (all []Line, total int, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		sight.Saw("warnings", "")
		where, args := casefile.Seen(sight, nil)
		arg := func(x any) string { args = append(args, x); return db.List(len(args), 1) }
		at := ""
		now := func() string {
			if at == "" {
				at = arg(v.Now.UnixMicro())
			}
			return at
		}
		switch f.Whose {
		case Mine:
			where += ` AND c.id IN (` + casefile.Teamed + ` AND mt.account = ` + arg(sight.Account) + `)`
		case Team:
			where += ` AND c.id IN (` + casefile.Teamed + ` AND mt.account IN (SELECT o.account FROM team_members o JOIN team_members i ON i.team = o.team
				WHERE o.since <= ` + now() + ` AND o.until > ` + now() + ` AND i.since <= ` + now() + ` AND i.until > ` + now() + ` AND i.account = ` + arg(sight.Account) + `))`
		case Agency:
			where += ` AND c.holder = ` + arg(sight.Agency)
		}
		asked := ``
		if f.Rule != "" {
			asked += ` AND w.rule = ` + arg(f.Rule)
		}
		if f.Overdue {
			asked += ` AND w.due > 0 AND w.due < ` + now()
		}
		if asked != "" {
			where += ` AND EXISTS (SELECT 1 FROM case_warnings w WHERE w.case_id = c.id AND w.cleared IS NULL` + asked + `)`
		}
		from := ` FROM cases c WHERE c.closed IS NULL AND c.first IS NOT NULL` + where
		n, err := db.One(ctx, v, db.Number, `SELECT count(*)`+from, args...)
		if err != nil {
			return fmt.Errorf("count warnings: %w", err)
		}
		total = int(n)
		pool, limit, offset := arg(sight.Pool.ID), arg(most), arg(skip)
		if all, err = db.All(ctx, v, scanLine, `
			SELECT c.id, w.rule, w.severity, w.level, w.raised, w.due, w.again,
				COALESCE((SELECT p.name FROM mentions m JOIN people p ON p.id = m.person AND p.pool = `+pool+` WHERE m.id = c.victim), ''),
				COALESCE((SELECT p.name FROM case_suspects x JOIN mentions m ON m.id = x.mention JOIN people p ON p.id = m.person AND p.pool = `+pool+` WHERE `+casefile.Kin("x.case_id", "c.id")+` ORDER BY x.mention LIMIT 1), ''),
				COALESCE((SELECT t.account FROM case_team t WHERE `+casefile.Kin("t.case_id", "c.id")+` AND t.until IS NULL AND t.leads = 1 ORDER BY t.since, t.account LIMIT 1), ''),
				(SELECT count(*) FROM case_warnings a WHERE a.case_id = c.id AND a.cleared IS NULL),
				(SELECT count(*) FROM case_warnings a WHERE a.case_id = c.id AND a.cleared IS NULL AND a.severity = 'hold'),
				(SELECT count(*) FROM case_warnings a WHERE a.case_id = c.id AND a.cleared IS NULL AND a.due > 0 AND a.due < `+now()+`)
			FROM (SELECT c.id, c.victim, c.first`+from+` ORDER BY c.first, c.id LIMIT `+limit+` OFFSET `+offset+`) c
			JOIN case_warnings w ON w.id = (SELECT w.id FROM case_warnings w WHERE w.case_id = c.id AND w.cleared IS NULL`+asked+` ORDER BY w.first, w.id LIMIT 1)
			ORDER BY c.first, c.id`, args...); err != nil {
			return fmt.Errorf("warnings: %w", err)
		}
		var leads []string
		var parties []casefile.Parties
		for i := range all {
			all[i].Overdue = !all[i].Due.IsZero() && all[i].Due.Before(v.Now)
			leads = append(leads, all[i].lead)
			parties = append(parties, casefile.Parties{Case: all[i].Case, Victim: &all[i].Victim, Suspect: &all[i].Suspect})
		}
		if err := casefile.CallSeen(ctx, v, sight, parties); err != nil {
			return err
		}
		if s.guard.Who == nil || len(leads) == 0 {
			return nil
		}
		known, err := s.guard.Who(ctx, v, leads)
		for i := range all {
			all[i].Lead = known[all[i].lead].Name
		}
		return err
	})
	return all, total, err
}

func scanLine(r db.Row) (l Line, err error) {
	var raised, due, again int64
	err = r.Scan(&l.Case, &l.Rule, &l.Severity, &l.Level, &raised, &due, &again, &l.Victim, &l.Suspect, &l.lead, &l.All, &l.Holds, &l.Late)
	l.Raised, l.Again = time.UnixMicro(raised).UTC(), again == 1
	if due > 0 {
		l.Due = time.UnixMicro(due).UTC()
	}
	return l, err
}

// Past is the warnings that stood in a case and stand no more, the newest first.
func (s *Store) Past(ctx context.Context, by access.Actor, id string, skip, most int) (all []Past, total int, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		if err := casefile.MayRead(ctx, v, sight, id); err != nil {
			return err
		}
		n, err := db.One(ctx, v, db.Number, `SELECT count(*) FROM case_warnings WHERE `+casefile.Kin("case_id", "$1")+` AND cleared IS NOT NULL`, id)
		if err != nil {
			return fmt.Errorf("count past warnings: %w", err)
		}
		total = int(n)
		all, err = db.All(ctx, v, func(r db.Row) (p Past, err error) {
			var found, cleared int64
			err = r.Scan(&p.Rule, &found, &cleared, &p.Why)
			p.Found, p.Cleared = time.UnixMicro(found).UTC(), time.UnixMicro(cleared).UTC()
			return p, err
		}, `SELECT rule, found, cleared, why FROM case_warnings WHERE `+casefile.Kin("case_id", "$1")+` AND cleared IS NOT NULL ORDER BY cleared DESC, id LIMIT $2 OFFSET $3`, id, most, skip)
		return err
	})
	return all, total, err
}

// Before are the warnings that stood in a case, and in those merged into it, and stand
// no more, by when they were raised. What a merge alone ended stands in the case that
// stays, and is not among them.
func Before(ctx context.Context, q db.Querier, c *casefile.Case) ([]casefile.Standing, error) {
	all, err := db.All(ctx, q, func(r db.Row) (w casefile.Standing, err error) {
		var raised, cleared int64
		var why Why
		err = r.Scan(&w.Rule, &raised, &cleared, &why)
		w.Raised, w.Cleared = time.UnixMicro(raised).UTC(), time.UnixMicro(cleared).UTC()
		w.Why, w.Short = why.Words(), why.short()
		return w, err
	}, `SELECT rule, raised, cleared, why FROM case_warnings WHERE `+casefile.Kin("case_id", "$1")+` AND cleared IS NOT NULL AND why <> $2 ORDER BY raised, id`, c.ID, string(Merged))
	if err != nil || c.Closed.IsZero() {
		return all, err
	}
	// Of a case that was closed since they were last asked about, none stands.
	shut, err := db.All(ctx, q, func(r db.Row) (w casefile.Standing, err error) {
		var raised int64
		err = r.Scan(&w.Rule, &raised)
		w.Raised, w.Cleared, w.Why, w.Short = time.UnixMicro(raised).UTC(), c.Closed, Closed.Words(), Closed.short()
		return w, err
	}, `SELECT rule, raised FROM case_warnings WHERE `+casefile.Kin("case_id", "$1")+` AND cleared IS NULL ORDER BY raised, id`, c.ID)
	return append(all, shut...), err
}
