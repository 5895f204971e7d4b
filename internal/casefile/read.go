package casefile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/incident"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/seal"
)

// newest is how many documents the page of a case shows.
const newest = 3

// One is the page of a case, with events from skip on, the newest first.
func (s *Store) One(ctx context.Context, by access.Actor, id string, skip, most int) (p Page, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		if p.Case, err = head(ctx, v, sight, id); err != nil {
			return err
		}
		id = p.ID
		if p.Team, err = teamOf(ctx, v, id); err != nil {
			return err
		}
		p.Now = v.Now
		if p.Orders, p.Assessed, p.Graded, err = ordered(ctx, v, p.ID); err != nil {
			return err
		}
		if p.Related, err = relations(ctx, v, &p.Case); err != nil {
			return err
		}
		p.Mine = slices.ContainsFunc(p.Team, func(m Member) bool { return m.Account == sight.Account })
		if p.Tasks, err = db.All(ctx, v, scanTask, `SELECT id, case_id, what, owner, due, '' FROM case_tasks WHERE `+within("case_id", "$1")+` AND done IS NULL ORDER BY due, id`, id); err != nil {
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
			waiting, err := report.WaitingOf(ctx, v, sight, p.Victim.ID, suspect.ID)
			if err != nil {
				return fmt.Errorf("changes that wait: %w", err)
			}
			p.Waiting = append(p.Waiting, waiting...)
		}
		if p.Closed.IsZero() {
			if p.Warnings, err = s.warn(ctx, v, sight, &p.Case, v.Now); err != nil {
				return err
			}
			if p.Because, err = because(ctx, v, p.Warnings); err != nil {
				return err
			}
			if p.Stands, err = hindrances(ctx, v, sight, &p.Case, p.Warnings); err != nil {
				return err
			}
		}
		if p.Papers, err = s.documents(ctx, v, sight, &p.Case, "", 0, newest); err != nil {
			return err
		}
		if p.Total, p.CrimesAll, p.Events, err = s.events(ctx, v, sight, &p.Case, skip, most); err != nil {
			return err
		}
		if err := s.name(ctx, v, &p); err != nil {
			return err
		}
		return s.around(ctx, v, sight, &p)
	})
	return p, err
}

// ordered are the orders and conditions that were written down in a case, and the newest
// assessment of the risk and decision how grave it is, if any.
func ordered(ctx context.Context, q db.Querier, id string) (all []Ordered, assessed, graded Ordered, err error) {
	err = db.Each(ctx, q, db.Text, func(about string) error {
		var d done
		if err := json.Unmarshal([]byte(about), &d); err != nil {
			return fmt.Errorf("deed: %w", err)
		}
		switch is := (Ordered{d.Deed, d.On}); {
		case strings.HasPrefix(d.Deed, "order:"):
			all = append(all, is)
		case strings.HasPrefix(d.Deed, "assessment:") && assessed.Deed == "":
			assessed = is
		case d.Deed == "decision:grade" && graded.Deed == "":
			graded = is
		}
		return nil
	}, `SELECT about FROM case_steps WHERE `+within("case_id", "$1")+` AND kind = $2 AND shared = 1 ORDER BY at DESC, id DESC`, id, string(Did))
	return all, assessed, graded, err
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
		if e.Kind == Joined || e.Kind == Left || e.Kind == Passed {
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
		if e := &p.Events[i]; e.Kind == Joined || e.Kind == Left || e.Kind == Passed {
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
// steps that the actor's agency may read; and how many there are of all, and of reports.
func (s *Store) events(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, skip, most int) (total, reports int, all []Event, err error) {
	args := []any{c.ID, sight.Agency}
	query := `SELECT x.at, x.kind, x.id, x.agency, x.name, x.about, '' AS happened, x.shared, x.case_id FROM case_steps x WHERE ` + within("x.case_id", "$1") + ` AND (x.shared = 1 OR x.agency = $2)
		UNION ALL SELECT ` + incident.Entered + `, 'incident', i.incident, i.agency, i.name, i.kind, i.happened, CASE WHEN i.basis <> '' THEN 1 ELSE 0 END, i.case_id FROM incidents i
			WHERE ` + within("i.case_id", "$1") + ` AND (i.basis <> '' OR i.agency = $2) AND NOT EXISTS (SELECT 1 FROM incidents newer WHERE newer.incident = i.incident AND newer.number > i.number)`
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
		query += ` UNION ALL SELECT r.reported, 'report', r.id, r.agency, r.record, r.offence, r.happened, 1, '' FROM accounts a JOIN reports r ON r.id = a.report
			WHERE a.victim = ` + victim + ` AND a.suspect IN (` + in + `) AND r.replaced_by = '' AND r.erased IS NULL` + held + open
	}
	n, err := db.One(ctx, q, func(r db.Row) (n [2]int, err error) { return n, r.Scan(&n[0], &n[1]) }, `SELECT count(*), COALESCE(SUM(CASE WHEN kind = 'report' THEN 1 ELSE 0 END), 0) FROM (`+query+`) e`, args...)
	if err != nil {
		return 0, 0, nil, fmt.Errorf("count events: %w", err)
	}
	scan := func(r db.Row) (e Event, err error) {
		var at, shared int64
		err = r.Scan(&at, &e.Kind, &e.ID, &e.Agency, &e.Name, &e.About, &e.Happened, &shared, &e.Case)
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
	if all, err = db.All(ctx, q, scan, `SELECT at, kind, id, agency, name, about, happened, shared, case_id FROM (`+query+`) e ORDER BY at DESC, id DESC LIMIT `+db.List(len(args)+1, 1)+` OFFSET `+db.List(len(args)+2, 1), append(args, most, skip)...); err != nil {
		return 0, 0, nil, fmt.Errorf("events: %w", err)
	}
	if err := s.words(ctx, q, all); err != nil {
		return 0, 0, nil, err
	}
	if err := relate(ctx, q, c, all); err != nil {
		return 0, 0, nil, err
	}
	steps := make([]*Event, len(all))
	for i := range all {
		steps[i] = &all[i]
	}
	if err := s.documentWords(ctx, q, sight, c, steps); err != nil {
		return 0, 0, nil, err
	}
	return n[0], n[1], all, s.incidentWords(ctx, q, sight, c, all)
}

// relate fills in what events of the kind Related say, and of which suspect.
func relate(ctx context.Context, q db.Querier, c *Case, all []Event) error {
	at := map[string]*Event{}
	for i := range all {
		if e := &all[i]; e.Kind == Related {
			at[e.ID] = e
			if err := e.relate(); err != nil {
				return err
			}
		}
	}
	if len(at) == 0 {
		return nil
	}
	who := c.suspectOfMention()
	scan := func(r db.Row) (x [2]string, err error) { return x, r.Scan(&x[0], &x[1]) }
	return db.Each(ctx, q, scan, func(x [2]string) error {
		for _, p := range c.Suspects {
			if p.ID == who[x[1]] {
				at[x[0]].Who = p.Name
			}
		}
		return nil
	}, `SELECT step, suspect FROM case_relations WHERE step IN (`+db.List(1, len(at))+`)`, db.Args(slices.Sorted(maps.Keys(at)))...)
}

// relate reads what an event of the kind Related is about.
func (e *Event) relate() error {
	r, wrong, err := relationOf(e.About)
	if e.About = r.Words(); wrong {
		e.About += ": that was not so"
	} else if r.Is == pattern.Partner || r.Is == pattern.FormerPartner {
		e.On = r.Until
	}
	return err
}

// words opens what was written in some steps, each with the key of the case it was
// written in.
func (s *Store) words(ctx context.Context, q db.Querier, all []Event) error {
	at := map[string]*Event{}
	var ids []string
	for i := range all {
		if all[i].Kind != Reported && all[i].Kind != Happened {
			at[all[i].ID] = &all[i]
			ids = append(ids, all[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	type sealed struct {
		id    string
		words []byte
	}
	rows, err := db.All(ctx, q, func(r db.Row) (x sealed, err error) { return x, r.Scan(&x.id, &x.words) }, `SELECT id, words FROM case_steps WHERE id IN (`+db.List(1, len(ids))+`)`, db.Args(ids)...)
	if err != nil {
		return fmt.Errorf("words: %w", err)
	}
	open := s.openers(ctx, q)
	for _, x := range rows {
		e := at[x.id]
		if e.Words, e.Lost, err = open(e.Case, place(x.id), x.words); err != nil {
			return err
		}
	}
	return nil
}

// keys are the openers of cases, each fetched once.
func (s *Store) keys(ctx context.Context, q db.Querier) func(id string) (*seal.Opener, error) {
	type key struct {
		o   *seal.Opener
		err error
	}
	known := map[string]key{}
	return func(id string) (*seal.Opener, error) {
		k, ok := known[id]
		if !ok {
			k.o, k.err = s.seal.Opener(ctx, q, subject(id))
			known[id] = k
		}
		return k.o, k.err
	}
}

// openers opens what was written in cases, each with its own key: lost when the key is
// missing or destroyed.
func (s *Store) openers(ctx context.Context, q db.Querier) func(id string, at seal.Place, words []byte) (plain string, lost bool, err error) {
	keys := s.keys(ctx, q)
	return func(id string, at seal.Place, words []byte) (string, bool, error) {
		if len(words) == 0 {
			return "", false, nil
		}
		o, trouble := keys(id)
		if trouble != nil {
			return "", true, nil
		}
		plain, err := o.Open(at, words)
		if errors.Is(err, seal.ErrBroken) || errors.Is(err, fault.NotFound) {
			return "", true, nil
		}
		return string(plain), false, err
	}
}

// List are cases, and how many there are: open ones by their next task, or closed
// ones, the last closed first.
func (s *Store) List(ctx context.Context, by access.Actor, whose Whose, closed bool, skip, most int) (all []Line, total int, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		sight.Saw("cases", "")
		where, args := Seen(sight, nil)
		where = `1 = 1` + where
		switch whose {
		case Mine:
			args = append(args, sight.Account)
			where += ` AND c.id IN (` + Teamed + ` AND mt.account = ` + db.List(len(args), 1) + `)`
		case Agency:
			args = append(args, sight.Agency)
			where += ` AND c.holder = ` + db.List(len(args), 1)
		}
		order := ` ORDER BY due NULLS LAST, c.opened, c.id`
		if closed {
			where, order = where+` AND c.closed IS NOT NULL`, ` ORDER BY c.closed DESC, c.id`
		} else {
			where += ` AND c.closed IS NULL`
		}
		n, err := db.One(ctx, v, db.Number, `SELECT count(*) FROM cases c WHERE `+where, args...)
		if err != nil {
			return fmt.Errorf("count cases: %w", err)
		}
		total = int(n)
		pool, at, kin := db.List(len(args)+1, 1), db.List(len(args)+2, 1), within("x.case_id", "c.id")
		args = append(args, sight.Pool.ID, v.Now.UnixMicro(), most, skip)
		if all, err = db.All(ctx, v, scanLine, `
			SELECT c.id, c.holder, c.stage, c.apart, c.opened, COALESCE(c.closed, 0), COALESCE(vp.name, ''),
				COALESCE((SELECT p.name FROM case_suspects x JOIN mentions m ON m.id = x.mention JOIN people p ON p.id = m.person AND p.pool = `+pool+` WHERE `+kin+` ORDER BY x.mention LIMIT 1), ''),
				(SELECT count(DISTINCT m.person) FROM case_suspects x JOIN mentions m ON m.id = x.mention WHERE `+kin+`),
				COALESCE((SELECT t.account FROM case_team t WHERE `+within("t.case_id", "c.id")+` AND t.until IS NULL AND t.leads = 1 ORDER BY t.since, t.account LIMIT 1), ''),
				c.due,
				COALESCE((SELECT SUM(pt.reports) FROM patterns pt WHERE pt.victim = vm.person AND pt.pool = `+pool+` AND pt.suspect IN (SELECT m.person FROM case_suspects x JOIN mentions m ON m.id = x.mention WHERE `+kin+`)), 0),
				COALESCE((SELECT MAX(pt.latest) FROM case_suspects x JOIN mentions m ON m.id = x.mention JOIN patterns pt ON pt.victim = vm.person AND pt.suspect = m.person AND pt.pool = `+pool+` WHERE `+kin+`), 0),
				(SELECT count(*) FROM case_referrals r LEFT JOIN case_referral_answers a ON a.referral = r.id WHERE `+within("r.case_id", "c.id")+`
					AND (a.at IS NULL AND r.due < `+at+` OR a.answer IN ('declined', 'returned') AND NOT EXISTS (SELECT 1 FROM case_referrals l WHERE `+within("l.case_id", "c.id")+` AND l.wish = r.wish AND l.sent > a.at)))
			FROM (SELECT c.id, c.holder, c.victim, c.stage, c.apart, c.opened, c.closed, (SELECT MIN(k.due) FROM case_tasks k WHERE `+within("k.case_id", "c.id")+` AND k.done IS NULL) AS due
				FROM cases c WHERE `+where+order+` LIMIT `+db.List(len(args)-1, 1)+` OFFSET `+db.List(len(args), 1)+`) c
			LEFT JOIN mentions vm ON vm.id = c.victim LEFT JOIN people vp ON vp.id = vm.person AND vp.pool = `+pool+order, args...); err != nil {
			return fmt.Errorf("cases: %w", err)
		}
		var leads []string
		for i := range all {
			leads = append(leads, all[i].lead)
			all[i].Overdue = !all[i].Due.IsZero() && all[i].Due.Before(v.Now)
		}
		parties := make([]Parties, len(all))
		for i := range all {
			parties[i] = Parties{all[i].ID, &all[i].Victim, &all[i].Suspect}
		}
		if err := CallSeen(ctx, v, sight, parties); err != nil {
			return err
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
	err = r.Scan(&l.ID, &l.Holder, &l.Stage, &apart, &opened, &closed, &l.Victim, &l.Suspect, &l.Suspects, &l.lead, &due, &l.Reports, &latest, &l.Unmet)
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

// Parties are the names of a case in a list: of its victim and of the first of its
// suspects. Suspect is nil where a list says nothing of one.
type Parties struct {
	Case            string
	Victim, Suspect *string
}

// CallSeen has lists call the parties of cases, which the actor may see, what they are
// called in reports that are not hidden from the actor. For nearly everybody they are.
func CallSeen(ctx context.Context, q db.Querier, sight *access.Sight, all []Parties) error {
	if !sight.Blind() || len(all) == 0 {
		return nil
	}
	ids := make([]string, len(all))
	for i := range all {
		ids[i] = all[i].Case
	}
	people := map[string][2]string{}
	pool := db.List(len(ids)+1, 1)
	if err := db.Each(ctx, q, func(r db.Row) (x [3]string, err error) { return x, r.Scan(&x[0], &x[1], &x[2]) },
		func(x [3]string) error { people[x[0]] = [2]string{x[1], x[2]}; return nil }, `
		SELECT c.id, COALESCE(m.person, ''), COALESCE((SELECT p.id FROM case_suspects x JOIN mentions m ON m.id = x.mention JOIN people p ON p.id = m.person AND p.pool = `+pool+` WHERE `+within("x.case_id", "c.id")+` ORDER BY x.mention LIMIT 1), '')
		FROM cases c LEFT JOIN mentions m ON m.id = c.victim WHERE c.id IN (`+db.List(1, len(ids))+`)`, append(db.Args(ids), sight.Pool.ID)...); err != nil {
		return fmt.Errorf("parties: %w", err)
	}
	names := map[*string]string{}
	for _, p := range all {
		if who := people[p.Case][0]; who != "" {
			names[p.Victim] = who
		}
		if who := people[p.Case][1]; who != "" && p.Suspect != nil {
			names[p.Suspect] = who
		}
	}
	return person.CallSeen(ctx, q, sight, names)
}

// Tasks are what the actor must do, in all cases, the next due first, and how many
// there are.
func (s *Store) Tasks(ctx context.Context, by access.Actor, skip, most int) (all []Task, total int, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		sight.Saw("tasks", "")
		open, args := Seen(sight, []any{sight.Account})
		from := ` FROM case_tasks k JOIN cases o ON o.id = k.case_id JOIN cases c ON c.id = o.stays WHERE k.owner = $1 AND k.done IS NULL AND c.closed IS NULL` + open
		n, err := db.One(ctx, v, db.Number, `SELECT count(*)`+from, args...)
		if err != nil {
			return fmt.Errorf("count tasks: %w", err)
		}
		total = int(n)
		args = append(args, sight.Pool.ID, most, skip)
		all, err = db.All(ctx, v, scanTask, `SELECT k.id, c.id, k.what, k.owner, k.due, COALESCE((SELECT p.name FROM mentions m JOIN people p ON p.id = m.person AND p.pool = `+db.List(len(args)-2, 1)+` WHERE m.id = c.victim), '')`+from+
			` ORDER BY k.due, k.id LIMIT `+db.List(len(args)-1, 1)+` OFFSET `+db.List(len(args), 1), args...)
		parties := make([]Parties, len(all))
		for i := range all {
			all[i].Overdue = all[i].Due.Before(v.Now)
			parties[i] = Parties{Case: all[i].Case, Victim: &all[i].About}
		}
		if err != nil {
			return err
		}
		return CallSeen(ctx, v, sight, parties)
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
		who, err := sight.Whose(ctx, v, victim)
		if err != nil {
			return err
		}
		sight.Saw("cases", "", who)
		open, args := Seen(sight, []any{who})
		if suspect != "" {
			args = append(args, suspect)
			open += ` AND EXISTS (SELECT 1 FROM case_suspects x JOIN mentions m ON m.id = x.mention WHERE ` + within("x.case_id", "c.id") + ` AND m.person = ` + db.List(len(args), 1) + `)`
		}
		ids, err = db.All(ctx, v, db.Text, `SELECT c.id FROM cases c JOIN mentions vm ON vm.id = c.victim WHERE vm.person = $1`+open+` ORDER BY c.closed IS NOT NULL, c.id LIMIT 10`, args...)
		return err
	})
	return ids, err
}
