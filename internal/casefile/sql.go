package casefile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/document"
	"clew/internal/fault"
	"clew/internal/incident"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/seal"
	"clew/internal/warning"
)

// Seen is the condition that a case c is there for an actor: an agency of the pool
// leads it, it was not merged into another, nobody in it is hidden, and when it is kept
// apart the actor is on its team.
func Seen(sight *access.Sight, args []any) (string, []any) {
	where, args := sight.Pool.Held("c.holder", args)
	more, args := theirs(sight, args)
	return where + ` AND c.stays = c.id` + more, args
}

// Teamed are the cases with somebody on the team now, of whom more can be asked as mt.
const Teamed = `SELECT tc.stays FROM case_team mt JOIN cases tc ON tc.id = mt.case_id WHERE mt.until IS NULL`

// theirs is the part of Seen that is not about who leads.
func theirs(sight *access.Sight, args []any) (where string, _ []any) {
	if !sight.Program {
		args = append(args, sight.Account)
		where = ` AND (c.apart = 0 OR c.id IN (` + Teamed + ` AND mt.account = ` + db.List(len(args), 1) + `))`
	}
	open, args := unhidden(sight, "c.id", args)
	return where + open, args
}

// unhidden is the condition that nobody in the case in a column is hidden from an actor.
func unhidden(sight *access.Sight, column string, args []any) (string, []any) {
	open, args := sight.Open(args, "hidden.person")
	if open == "" {
		return "", args
	}
	// Open says who is not hidden; whoever is, is looked for.
	return ` AND NOT EXISTS (SELECT 1 FROM mentions hidden WHERE hidden.id IN (` + spokenOf(column) + `) AND NOT (1 = 1` + open + `))`, args
}

// MayRead is nil when an actor may read a case.
func MayRead(ctx context.Context, q db.Querier, sight *access.Sight, id string) error {
	_, err := head(ctx, q, sight, id)
	return err
}

type headRow struct {
	Case
	victim string // mention
	member bool
}

func scanHead(r db.Row) (h headRow, err error) {
	var apart, opened, closed, member, kin int64
	err = r.Scan(&h.ID, &h.Holder, &h.victim, &h.Stage, &apart, &opened, &closed, &h.Version, &member, &kin)
	h.merged = kin > 1
	h.Apart, h.member, h.Opened = apart == 1, member > 0, time.UnixMicro(opened).UTC()
	if closed > 0 {
		h.Closed = time.UnixMicro(closed).UTC()
	}
	return h, err
}

// Kin is the condition that a column holds a case, or any that is read as one with it.
func Kin(column, id string) string {
	return column + ` IN (SELECT f.id FROM cases f WHERE f.stays = (SELECT o.stays FROM cases o WHERE o.id = ` + id + `))`
}

// within is the condition that a column holds a case or one that was merged into it.
func within(column, id string) string {
	return column + ` IN (SELECT f.id FROM cases f WHERE f.stays = ` + id + `)`
}

// spokenOf are the mentions a case may have been written about: its parties, those of
// what was merged into it, and of what was ever merged into it or split from it.
func spokenOf(id string) string {
	return `SELECT f.victim FROM cases f WHERE f.stays = ` + id + `
		UNION ALL SELECT x.mention FROM cases f JOIN case_suspects x ON x.case_id = f.id WHERE f.stays = ` + id + `
		UNION ALL SELECT o.victim FROM cases f JOIN case_shadows w ON w.case_id = f.id JOIN cases o ON o.id = w.other WHERE f.stays = ` + id + `
		UNION ALL SELECT x.mention FROM cases f JOIN case_shadows w ON w.case_id = f.id JOIN case_suspects x ON x.case_id = w.other WHERE f.stays = ` + id
}

// unseen is fault.NotFound, of a case that is there for others too, and has the ledger
// know which. It takes the same work for both.
func unseen(ctx context.Context, q db.Querier, sight *access.Sight, id string) error {
	type seen struct {
		holder        string
		apart, member int64
	}
	c, err := db.One(ctx, q, func(r db.Row) (c seen, err error) { return c, r.Scan(&c.holder, &c.apart, &c.member) }, `
		SELECT c.holder, c.apart, (SELECT count(*) FROM case_team t WHERE `+within("t.case_id", "c.id")+` AND t.account || '' = $2 AND t.until IS NULL)
		FROM cases c JOIN cases o ON o.stays = c.id WHERE o.id = $1`, id, sight.Account)
	if err != nil {
		return err
	}
	o := access.Object{Holder: c.holder, Apart: c.apart == 1 && c.member == 0 && !sight.Program}
	if slices.Contains(sight.Pool.Agencies, c.holder) && !o.Apart {
		o.Shut = true
	}
	if err := sight.Require(o); err != nil {
		return err
	}
	return fault.NotFound
}

// head is a case as an actor may see it, or fault.NotFound. One that was merged into
// another is the other.
//
// Its team is found by the case: the account is written so that no engine goes by its
// index, since somebody may be on thousands of teams.
func head(ctx context.Context, q db.Querier, sight *access.Sight, id string) (Case, error) {
	sight.Saw("case", id)
	seen, args := sight.Pool.Held("c.holder", []any{id, sight.Account})
	more, args := theirs(sight, args)
	h, err := db.One(ctx, q, scanHead, `
		SELECT c.id, c.holder, c.victim, c.stage, c.apart, c.opened, COALESCE(c.closed, 0), c.version,
			(SELECT count(*) FROM case_team t WHERE `+within("t.case_id", "c.id")+` AND t.account || '' = $2 AND t.until IS NULL), (SELECT count(*) FROM cases k WHERE k.stays = c.id)
		FROM cases c JOIN cases o ON o.stays = c.id WHERE o.id = $1`+seen+more, args...)
	if errors.Is(err, fault.NotFound) {
		err = unseen(ctx, q, sight, id)
	}
	if err != nil {
		return Case{}, fmt.Errorf("case: %w", err)
	}
	id = h.ID
	suspects, err := db.All(ctx, q, db.Text, `SELECT DISTINCT mention FROM case_suspects WHERE `+within("case_id", "$1")+` ORDER BY mention`, id)
	if err != nil {
		return Case{}, fmt.Errorf("suspects: %w", err)
	}
	spoken, err := db.All(ctx, q, db.Text, spokenOf("$1"), id)
	if err != nil {
		return Case{}, fmt.Errorf("spoken of: %w", err)
	}
	slices.Sort(spoken)
	mentions, err := person.Some(ctx, q, slices.Compact(spoken))
	if err != nil {
		return Case{}, fmt.Errorf("parties: %w", err)
	}
	o := access.Object{Holder: h.Holder, Apart: h.Apart && !h.member && !sight.Program}
	who := map[string]string{}
	var people []string
	for i := range mentions {
		m := &mentions[i]
		who[m.ID] = m.Person
		people = append(people, m.Person)
		o.Shut = o.Shut || sight.Hidden(m.Person)
	}
	if err := sight.Require(o); err != nil {
		return Case{}, err
	}
	sight.Saw("case", id, people...)
	heads, err := person.HeadsSeen(ctx, q, sight, people)
	if err != nil {
		return Case{}, err
	}
	c := h.Case
	c.Victim, c.mentions = heads[who[h.victim]], map[string][]string{}
	for _, m := range suspects {
		p, ok := heads[who[m]]
		if ok {
			c.mentions[p.ID] = append(c.mentions[p.ID], m)
		}
		if ok && !slices.ContainsFunc(c.Suspects, func(s person.Person) bool { return s.ID == p.ID }) {
			c.Suspects = append(c.Suspects, p)
		}
	}
	return c, nil
}

// step writes down what was done. words are sealed.
func (s *Store) step(ctx context.Context, tx *db.Tx, sight *access.Sight, id string, k Kind, about, words string, shared bool) error {
	return s.stepAs(ctx, tx, sight, db.NewID(), id, k, about, words, shared)
}

func (s *Store) stepAs(ctx context.Context, tx *db.Tx, sight *access.Sight, step, id string, k Kind, about, words string, shared bool) error {
	sealed, n := []byte{}, 0
	if shared {
		n = 1
	}
	if words != "" {
		var err error
		if sealed, err = s.seal.Seal(ctx, tx, subject(id), place(step), []byte(words)); err != nil {
			return err
		}
	}
	sight.Touched(string(k))
	err := tx.Insert(ctx, "case_steps", []string{"id", "case_id", "kind", "agency", "shared", "about", "words", "account", "name", "at"},
		[][]any{{step, id, string(k), sight.Agency, n, about, sealed, sight.Account, sight.Name, tx.Now.UnixMicro()}})
	if err != nil {
		return fmt.Errorf("insert step: %w", err)
	}
	return nil
}

func place(step string) seal.Place {
	return seal.Place{Table: "case_steps", Row: step, Column: "words"}
}

// change sets a column of a case to $2.
func change(ctx context.Context, tx *db.Tx, id, set string, value any) error {
	if err := tx.Exec(ctx, `UPDATE cases SET `+set+`, version = version + 1 WHERE id = $1`, id, value); err != nil {
		return fmt.Errorf("change case: %w", err)
	}
	return nil
}

func join(ctx context.Context, tx *db.Tx, id, account string, leads bool) error {
	n := 0
	if leads {
		n = 1
	}
	if err := tx.Insert(ctx, "case_team", []string{"id", "case_id", "account", "leads", "since"}, [][]any{{db.NewID(), id, account, n, tx.Now.UnixMicro()}}); err != nil {
		return fmt.Errorf("insert team: %w", err)
	}
	return nil
}

func leave(ctx context.Context, tx *db.Tx, id, account string) error {
	if err := tx.Exec(ctx, `UPDATE case_team SET until = $3 WHERE `+within("case_id", "$1")+` AND account = $2 AND until IS NULL`, id, account, tx.Now.UnixMicro()); err != nil {
		return fmt.Errorf("leave team: %w", err)
	}
	return nil
}

// relead has somebody on the team lead it or not, in each of the cases that are read as
// one where they are on the team.
func relead(ctx context.Context, tx *db.Tx, id, account string, leads bool) error {
	cases, err := db.All(ctx, tx, db.Text, `SELECT DISTINCT case_id FROM case_team WHERE `+within("case_id", "$1")+` AND account = $2 AND until IS NULL ORDER BY case_id`, id, account)
	if err != nil {
		return fmt.Errorf("team: %w", err)
	}
	if err := leave(ctx, tx, id, account); err != nil {
		return err
	}
	for _, c := range cases {
		if err := join(ctx, tx, c, account, leads); err != nil {
			return err
		}
	}
	return nil
}

// teamOf is who is on the team now, those who lead first; without their names.
func teamOf(ctx context.Context, q db.Querier, id string) ([]Member, error) {
	scan := func(r db.Row) (m Member, err error) {
		var leads, since int64
		err = r.Scan(&m.Account, &leads, &since)
		m.Leads, m.Since = leads == 1, time.UnixMicro(since).UTC()
		return m, err
	}
	all, err := db.All(ctx, q, scan, `SELECT account, MAX(leads), MIN(since) FROM case_team WHERE `+within("case_id", "$1")+` AND until IS NULL GROUP BY account ORDER BY 2 DESC, 3, account`, id)
	if err != nil {
		return nil, fmt.Errorf("team: %w", err)
	}
	return all, nil
}

func scanTask(r db.Row) (t Task, err error) {
	var due int64
	err = r.Scan(&t.ID, &t.Case, &t.What, &t.Owner, &due, &t.About)
	t.Due = time.UnixMicro(due).UTC()
	return t, err
}

// hindrances are what stands in the way of closing a case, in words.
func hindrances(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, warnings []warning.Warning) (all []string, err error) {
	number := func(query string, args ...any) (int64, error) { return db.One(ctx, q, db.Number, query, args...) }
	open, err := number(`SELECT count(*) FROM case_tasks WHERE `+within("case_id", "$1")+` AND done IS NULL`, c.ID)
	if err != nil {
		return nil, err
	}
	switch {
	case open == 1:
		all = append(all, "A task is not done.")
	case open > 1:
		all = append(all, fmt.Sprintf("%d tasks are not done.", open))
	}
	told, err := number(`SELECT count(*) FROM case_steps WHERE `+within("case_id", "$1")+` AND kind = $2 AND at >= COALESCE((SELECT MAX(r.at) FROM case_steps r WHERE `+within("r.case_id", "$1")+` AND r.kind = $3), 0)`, c.ID, string(ToldVictim), string(Reopened))
	if err != nil {
		return nil, err
	}
	if told == 0 {
		all = append(all, "Nobody has written down that the victim was told.")
	}
	waiting, err := number(`SELECT count(*) FROM case_referrals r WHERE `+within("r.case_id", "$1")+` AND NOT EXISTS (SELECT 1 FROM case_referral_answers a WHERE a.referral = r.id)`, c.ID)
	if err != nil {
		return nil, err
	}
	if waiting > 0 {
		all = append(all, "A referral to another agency waits for an answer.")
	}
	if len(c.Suspects) == 0 {
		all = append(all, "Nobody has said who the suspect is.")
	}
	for _, p := range c.Suspects {
		held, args := sight.Pool.Pooled("p.pool", []any{c.Victim.ID, p.ID, string(pattern.NotRecorded)})
		undecided, err := number(`SELECT count(*) FROM patterns p WHERE p.victim = $1 AND p.suspect = $2 AND p.finding = $3`+held+`
			AND NOT EXISTS (SELECT 1 FROM recording_decisions d WHERE d.pattern = p.id)`, args...)
		if err != nil {
			return nil, err
		}
		if undecided > 0 {
			all = append(all, "The records suggest stalking that nobody has recorded, and nobody has decided how it should be recorded.")
			break
		}
	}
	for _, w := range warnings {
		if w.Severity == warning.Hold && slices.Contains(w.Stops, warning.Close) {
			all = append(all, w.Says)
		}
	}
	return all, nil
}

// Forget is called when a mention is erased: what is kept of its cases goes to a
// mention that stays of the same person, if there is one. Otherwise the case loses
// that party; and when it was the last, what was written in it, for good.
func (s *Store) Forget(ctx context.Context, tx *db.Tx, mention, stays string) error {
	s.engines.clear()
	if err := tx.Exec(ctx, `UPDATE case_relations SET suspect = $2 WHERE suspect = $1`, mention, stays); err != nil {
		return fmt.Errorf("move relations: %w", err)
	}
	if stays != "" {
		if err := tx.Exec(ctx, `UPDATE cases SET victim = $2 WHERE victim = $1`, mention, stays); err != nil {
			return fmt.Errorf("move victim: %w", err)
		}
		if err := tx.Exec(ctx, `INSERT INTO case_suspects (case_id, mention) SELECT case_id, CAST($2 AS TEXT) FROM case_suspects WHERE mention = $1 ON CONFLICT DO NOTHING`, mention, stays); err != nil {
			return fmt.Errorf("move suspect: %w", err)
		}
		if err := tx.Exec(ctx, `DELETE FROM case_suspects WHERE mention = $1`, mention); err != nil {
			return err
		}
		return incident.Move(ctx, tx, mention, stays)
	}
	left, err := db.All(ctx, tx, db.Text, `SELECT id FROM cases WHERE victim = $1 UNION SELECT case_id FROM case_suspects WHERE mention = $1 ORDER BY 1`, mention)
	if err != nil {
		return fmt.Errorf("cases of a mention: %w", err)
	}
	for _, statement := range []string{`UPDATE cases SET victim = '' WHERE victim = $1`, `DELETE FROM case_suspects WHERE mention = $1`} {
		if err := tx.Exec(ctx, statement, mention); err != nil {
			return fmt.Errorf("forget a party: %w", err)
		}
	}
	if err := incident.ForgetSuspect(ctx, tx, mention); err != nil {
		return err
	}
	for _, id := range left {
		_, err := db.One(ctx, tx, db.Text, `SELECT c.id FROM cases c WHERE c.id = $1 AND c.victim = '' AND NOT EXISTS (SELECT 1 FROM case_suspects x WHERE x.case_id = c.id)`, id)
		if errors.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := s.seal.Destroy(ctx, tx, subject(id)); err != nil {
			return err
		}
		if err := tx.Exec(ctx, `UPDATE case_tasks SET what = '', outcome = '' WHERE case_id = $1`, id); err != nil {
			return fmt.Errorf("erase tasks: %w", err)
		}
		if err := incident.Forget(ctx, tx, id); err != nil {
			return err
		}
		if err := document.Forget(ctx, tx, id); err != nil {
			return err
		}
		if err := tx.Exec(ctx, `UPDATE cases SET closed = $2, version = version + 1 WHERE closed IS NULL AND id = (SELECT o.stays FROM cases o WHERE o.id = $1)
			AND NOT EXISTS (SELECT 1 FROM cases f WHERE f.stays = cases.id AND (f.victim <> '' OR EXISTS (SELECT 1 FROM case_suspects x WHERE x.case_id = f.id)))`, id, tx.Now.UnixMicro()); err != nil {
			return fmt.Errorf("close what nobody is left in: %w", err)
		}
	}
	return nil
}
