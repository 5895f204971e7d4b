package casefile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/seal"
)

// One is the page of a case, with events from skip on, the newest first.
func (s *Store) One(ctx context.Context, by access.Actor, id string, skip, most int) (p Page, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		if p.Case, err = head(ctx, v, sight, id); err != nil {
			return err
		}
		if p.Team, err = teamOf(ctx, v, id); err != nil {
			return err
		}
		p.Mine = slices.ContainsFunc(p.Team, func(m Member) bool { return m.Account == sight.Account })
		if p.Tasks, err = db.All(ctx, v, scanTask, `SELECT id, case_id, what, owner, due, '' FROM case_tasks WHERE case_id = $1 AND done IS NULL ORDER BY due, id`, id); err != nil {
			return fmt.Errorf("tasks: %w", err)
		}
		for i := range p.Tasks {
			p.Tasks[i].Overdue = p.Tasks[i].Due.Before(v.Now)
		}
		for _, suspect := range p.Suspects {
			lines, err := pattern.Between(ctx, v, sight, p.Victim.ID, suspect.ID)
			if err != nil {
				return err
			}
			p.Patterns = append(p.Patterns, lines...)
		}
		if p.Closed.IsZero() {
			if p.Warnings, err = s.warn(ctx, v, sight, &p.Case, v.Now); err != nil {
				return err
			}
			if p.Stands, err = hindrances(ctx, v, sight, &p.Case, p.Warnings); err != nil {
				return err
			}
		}
		if p.Total, p.Events, err = s.events(ctx, v, sight, &p.Case, skip, most); err != nil {
			return err
		}
		return s.name(ctx, v, &p)
	})
	return p, err
}

// name fills in what accounts are called.
func (s *Store) name(ctx context.Context, q db.Querier, p *Page) error {
	var accounts []string
	for _, m := range p.Team {
		accounts = append(accounts, m.Account)
	}
	for _, t := range p.Tasks {
		accounts = append(accounts, t.Owner)
	}
	for _, e := range p.Events {
		if e.Kind == Joined || e.Kind == Left {
			accounts = append(accounts, e.About)
		}
	}
	known, err := s.colleagues(ctx, q, accounts)
	if err != nil {
		return err
	}
	for i := range p.Team {
		m := &p.Team[i]
		m.Name, m.Agency = known[m.Account].Name, known[m.Account].Agency
	}
	for i := range p.Tasks {
		p.Tasks[i].OwnerName = known[p.Tasks[i].Owner].Name
	}
	for i := range p.Events {
		if e := &p.Events[i]; e.Kind == Joined || e.Kind == Left {
			e.About = known[e.About].Name
		}
	}
	return nil
}

func (s *Store) colleagues(ctx context.Context, q db.Querier, accounts []string) (map[string]access.Colleague, error) {
	slices.Sort(accounts)
	accounts = slices.Compact(accounts)
	if s.guard.Who == nil || len(accounts) == 0 {
		return nil, nil
	}
	return s.guard.Who(ctx, q, accounts)
}

// events are the chronology: the reports of the victim about each suspect, and the
// steps that the actor's agency may read.
func (s *Store) events(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, skip, most int) (total int, all []Event, err error) {
	args := []any{c.ID, sight.Agency}
	query := `SELECT x.at, x.kind, x.id, x.agency, x.name, x.about, '' AS happened, x.shared FROM case_steps x WHERE x.case_id = $1 AND (x.shared = 1 OR x.agency = $2)`
	if len(c.Suspects) > 0 && c.Victim.ID != "" {
		suspects := make([]string, len(c.Suspects))
		for i, p := range c.Suspects {
			suspects[i] = p.ID
		}
		args = append(args, c.Victim.ID)
		victim := db.List(len(args), 1)
		in := db.List(len(args)+1, len(suspects))
		args = append(args, db.Args(suspects)...)
		held, rest := sight.Pool.Held("r.holder", args)
		open, rest := sight.OpenReport("r.id", rest)
		args = rest
		query += ` UNION ALL SELECT r.reported, 'report', r.id, r.agency, r.record, r.offence, r.happened, 1 FROM accounts a JOIN reports r ON r.id = a.report
			WHERE a.victim = ` + victim + ` AND a.suspect IN (` + in + `) AND r.replaced_by = '' AND r.erased IS NULL` + held + open
	}
	n, err := db.One(ctx, q, db.Number, `SELECT count(*) FROM (`+query+`) e`, args...)
	if err != nil {
		return 0, nil, fmt.Errorf("count events: %w", err)
	}
	scan := func(r db.Row) (e Event, err error) {
		var at, shared int64
		err = r.Scan(&at, &e.Kind, &e.ID, &e.Agency, &e.Name, &e.About, &e.Happened, &shared)
		e.At, e.Own = time.UnixMicro(at).UTC(), shared == 0
		if e.Kind == Did {
			var d done
			if err == nil {
				err = json.Unmarshal([]byte(e.About), &d)
			}
			e.About, e.On = d.Deed, d.On
		}
		return e, err
	}
	if all, err = db.All(ctx, q, scan, `SELECT at, kind, id, agency, name, about, happened, shared FROM (`+query+`) e ORDER BY at DESC, id DESC LIMIT `+db.List(len(args)+1, 1)+` OFFSET `+db.List(len(args)+2, 1), append(args, most, skip)...); err != nil {
		return 0, nil, fmt.Errorf("events: %w", err)
	}
	return int(n), all, s.words(ctx, q, c.ID, all)
}

// words opens what was written in some steps.
func (s *Store) words(ctx context.Context, q db.Querier, id string, all []Event) error {
	at := map[string]*Event{}
	var ids []string
	for i := range all {
		if all[i].Kind != Reported {
			at[all[i].ID] = &all[i]
			ids = append(ids, all[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	opener, trouble := s.seal.Opener(ctx, q, subject(id))
	type sealed struct {
		id    string
		words []byte
	}
	return db.Each(ctx, q, func(r db.Row) (x sealed, err error) { return x, r.Scan(&x.id, &x.words) }, func(x sealed) error {
		if len(x.words) == 0 {
			return nil
		}
		e := at[x.id]
		if e.Lost = trouble != nil; e.Lost {
			return nil
		}
		plain, err := opener.Open(place(x.id), x.words)
		if errors.Is(err, seal.ErrBroken) || errors.Is(err, fault.NotFound) {
			e.Lost, err = true, nil
		}
		e.Words = string(plain)
		return err
	}, `SELECT id, words FROM case_steps WHERE id IN (`+db.List(1, len(ids))+`)`, db.Args(ids)...)
}

// List are cases, and how many there are: open ones by their next task, or closed
// ones, the last closed first.
func (s *Store) List(ctx context.Context, by access.Actor, whose Whose, closed bool, skip, most int) (all []Line, total int, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		sight.Saw("cases", "")
		where, args := seen(sight, nil)
		where = `1 = 1` + where
		switch whose {
		case Mine:
			args = append(args, sight.Account)
			where += ` AND EXISTS (SELECT 1 FROM case_team mt WHERE mt.case_id = c.id AND mt.until IS NULL AND mt.account = ` + db.List(len(args), 1) + `)`
		case Agency:
			args = append(args, sight.Agency)
			where += ` AND c.holder = ` + db.List(len(args), 1)
		}
		order := ` AND c.closed IS NULL ORDER BY due NULLS LAST, c.opened, c.id`
		count := ` AND c.closed IS NULL`
		if closed {
			count, order = ` AND c.closed IS NOT NULL`, ` AND c.closed IS NOT NULL ORDER BY c.closed DESC, c.id`
		}
		n, err := db.One(ctx, v, db.Number, `SELECT count(*) FROM cases c WHERE `+where+count, args...)
		if err != nil {
			return fmt.Errorf("count cases: %w", err)
		}
		total = int(n)
		pool := db.List(len(args)+1, 1)
		args = append(args, sight.Pool.ID, most, skip)
		if all, err = db.All(ctx, v, scanLine, `
			SELECT c.id, c.holder, c.stage, c.apart, c.opened, COALESCE(c.closed, 0), COALESCE(vp.name, ''),
				COALESCE((SELECT p.name FROM case_suspects x JOIN mentions m ON m.id = x.mention JOIN people p ON p.id = m.person AND p.pool = `+pool+` WHERE x.case_id = c.id ORDER BY x.mention LIMIT 1), ''),
				(SELECT count(DISTINCT m.person) FROM case_suspects x JOIN mentions m ON m.id = x.mention WHERE x.case_id = c.id),
				COALESCE((SELECT t.account FROM case_team t WHERE t.case_id = c.id AND t.until IS NULL AND t.leads = 1 ORDER BY t.since, t.account LIMIT 1), ''),
				(SELECT MIN(k.due) FROM case_tasks k WHERE k.case_id = c.id AND k.done IS NULL) AS due,
				COALESCE((SELECT SUM(pt.reports) FROM case_suspects x JOIN mentions m ON m.id = x.mention JOIN patterns pt ON pt.victim = vm.person AND pt.suspect = m.person AND pt.pool = `+pool+` WHERE x.case_id = c.id), 0),
				COALESCE((SELECT MAX(pt.latest) FROM case_suspects x JOIN mentions m ON m.id = x.mention JOIN patterns pt ON pt.victim = vm.person AND pt.suspect = m.person AND pt.pool = `+pool+` WHERE x.case_id = c.id), 0)
			FROM cases c LEFT JOIN mentions vm ON vm.id = c.victim LEFT JOIN people vp ON vp.id = vm.person AND vp.pool = `+pool+`
			WHERE `+where+order+` LIMIT `+db.List(len(args)-1, 1)+` OFFSET `+db.List(len(args), 1), args...); err != nil {
			return fmt.Errorf("cases: %w", err)
		}
		var leads []string
		for i := range all {
			leads = append(leads, all[i].lead)
			all[i].Overdue = !all[i].Due.IsZero() && all[i].Due.Before(v.Now)
		}
		known, err := s.colleagues(ctx, v, leads)
		for i := range all {
			all[i].Lead = known[all[i].lead].Name
		}
		return err
	})
	return all, total, err
}

func scanLine(r db.Row) (l Line, err error) {
	var apart, opened, closed, latest int64
	var due *int64
	err = r.Scan(&l.ID, &l.Holder, &l.Stage, &apart, &opened, &closed, &l.Victim, &l.Suspect, &l.Suspects, &l.lead, &due, &l.Reports, &latest)
	l.Apart, l.Opened = apart == 1, time.UnixMicro(opened).UTC()
	for at, n := range map[*time.Time]int64{&l.Closed: closed, &l.LastReport: latest} {
		if n > 0 {
			*at = time.UnixMicro(n).UTC()
		}
	}
	if due != nil {
		l.Due = time.UnixMicro(*due).UTC()
	}
	return l, err
}

// Tasks are what the actor must do, in all cases, the next due first, and how many
// there are.
func (s *Store) Tasks(ctx context.Context, by access.Actor, skip, most int) (all []Task, total int, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		sight.Saw("tasks", "")
		open, args := seen(sight, []any{sight.Account})
		from := ` FROM case_tasks k JOIN cases c ON c.id = k.case_id WHERE k.owner = $1 AND k.done IS NULL AND c.closed IS NULL` + open
		n, err := db.One(ctx, v, db.Number, `SELECT count(*)`+from, args...)
		if err != nil {
			return fmt.Errorf("count tasks: %w", err)
		}
		total = int(n)
		args = append(args, sight.Pool.ID, most, skip)
		all, err = db.All(ctx, v, scanTask, `SELECT k.id, k.case_id, k.what, k.owner, k.due, COALESCE((SELECT p.name FROM mentions m JOIN people p ON p.id = m.person AND p.pool = `+db.List(len(args)-2, 1)+` WHERE m.id = c.victim), '')`+from+
			` ORDER BY k.due, k.id LIMIT `+db.List(len(args)-1, 1)+` OFFSET `+db.List(len(args), 1), args...)
		for i := range all {
			all[i].Overdue = all[i].Due.Before(v.Now)
		}
		return err
	})
	return all, total, err
}

// mostColleagues is how many a search for somebody to put on a team brings up.
const mostColleagues = 20

// Colleagues are people of the agencies that read a case, whose names fit what was
// typed: account, name and agency.
func (s *Store) Colleagues(ctx context.Context, by access.Actor, id, search string) (all []Member, err error) {
	err = s.guard.Look(ctx, by, access.LeadCase, func(v *db.View, sight *access.Sight) error {
		c, err := head(ctx, v, sight, id)
		if err == nil && c.Holder != sight.Agency {
			err = fault.Forbidden
		}
		if err != nil {
			return err
		}
		held, args := sight.Pool.Held("agency", []any{"%" + db.Like(strings.ToLower(strings.TrimSpace(search))) + "%"})
		args = append(args, mostColleagues)
		all, err = db.All(ctx, v, func(r db.Row) (m Member, err error) { return m, r.Scan(&m.Account, &m.Name, &m.Agency) },
			`SELECT id, name, agency FROM account_holders WHERE state = 'active' AND name_key LIKE $1 ESCAPE '\'`+held+` ORDER BY name_key, id LIMIT `+db.List(len(args), 1), args...)
		return err
	})
	return all, err
}

// Of are the cases of a pair that an actor may read: for the page of a pattern or a
// person. Either may be empty.
func (s *Store) Of(ctx context.Context, by access.Actor, victim, suspect string) (ids []string, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		who, err := person.Whose(ctx, v, sight, victim)
		if err != nil {
			return err
		}
		sight.Saw("cases", "", who)
		open, args := seen(sight, []any{who})
		if suspect != "" {
			args = append(args, suspect)
			open += ` AND EXISTS (SELECT 1 FROM case_suspects x JOIN mentions m ON m.id = x.mention WHERE x.case_id = c.id AND m.person = ` + db.List(len(args), 1) + `)`
		}
		ids, err = db.All(ctx, v, db.Text, `SELECT c.id FROM cases c JOIN mentions vm ON vm.id = c.victim WHERE vm.person = $1`+open+` ORDER BY c.closed IS NOT NULL, c.id LIMIT 10`, args...)
		return err
	})
	return ids, err
}
