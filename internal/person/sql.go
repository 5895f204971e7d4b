package person

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/report"
)

var (
	mentionColumns = []string{"id", "report", "person", "probability", "name", "born", "prepared", "holder"}
	keyColumns     = []string{"key", "mention"}
	termColumns    = []string{"term", "mention"}
	peopleColumns  = []string{"id", "name", "born", "as_victim", "as_suspect", "pool"}
)

const selectMentions = `SELECT m.id, m.report, m.person, m.probability, m.name, m.born, m.prepared, m.holder FROM mentions m `

func scanMention(r db.Row) (m Mention, err error) {
	var prepared []byte
	if err := r.Scan(&m.ID, &m.Report, &m.Person, &m.Probability, &m.Name, &m.Born, &prepared, &m.Holder); err != nil {
		return m, err
	}
	return m, m.Prepared.UnmarshalBinary(prepared)
}

// Insert keeps new mentions, and the keys and terms they are found by.
func Insert(ctx context.Context, tx *db.Tx, all []Mention, parties []*report.Party) error {
	rows, keys := make([][]any, len(all)), make([][]any, 0, 12*len(all))
	var terms [][]any
	for i := range all {
		m := &all[i]
		prepared, err := m.Prepared.MarshalBinary()
		if err != nil {
			return err
		}
		rows[i] = []any{m.ID, m.Report, m.Person, m.Probability, m.Name, m.Born, prepared, m.Holder}
		for _, k := range m.Prepared.Keys() {
			keys = append(keys, []any{int64(k), m.ID})
		}
		for _, t := range termsOf(parties[i]) {
			terms = append(terms, []any{t, m.ID})
		}
	}
	if err := tx.Insert(ctx, "mentions", mentionColumns, rows); err != nil {
		return err
	}
	if err := tx.InsertNew(ctx, "mention_keys", keyColumns, keys); err != nil {
		return err
	}
	ids, names := make([]string, len(all)), make([][]string, len(all))
	for i := range all {
		ids[i], names[i] = all[i].ID, append([]string{all[i].Name}, parties[i].Aliases...)
	}
	if err := access.HideNamesakes(ctx, tx, ids, names); err != nil {
		return err
	}
	return tx.InsertNew(ctx, "search_terms", termColumns, terms)
}

// Move puts a mention with another person.
func Move(ctx context.Context, tx *db.Tx, mention, person string, probability float64) error {
	return tx.Exec(ctx, `UPDATE mentions SET person = $2, probability = $3 WHERE id = $1`, mention, person, probability)
}

// A Moved mention is with another person, or as surely as it was not before.
type Moved struct {
	Mention, Person string
	Probability     float64
}

// MoveAll is Move for many.
func MoveAll(ctx context.Context, tx *db.Tx, all []Moved) error {
	rows := make([][]any, len(all))
	for i, m := range all {
		rows[i] = []any{m.Mention, m.Person, m.Probability}
	}
	return tx.Update(ctx, "mentions", []string{"id", "person", "probability"}, rows)
}

func personOf(ctx context.Context, q db.Querier, mention string) (string, error) {
	return db.One(ctx, q, func(r db.Row) (s string, err error) { return s, r.Scan(&s) }, `SELECT person FROM mentions WHERE id = $1`, mention)
}

// MentionsOf are the mentions of a person, in order, at most most of them when
// most is above 0.
func MentionsOf(ctx context.Context, q db.Querier, person string, most int) ([]Mention, error) {
	if most > 0 {
		return db.All(ctx, q, scanMention, selectMentions+`WHERE m.person = $1 ORDER BY m.id LIMIT $2`, person, most)
	}
	return db.All(ctx, q, scanMention, selectMentions+`WHERE m.person = $1 ORDER BY m.id`, person)
}

// EachMention calls f with every mention of a pool, in order of id: those of one report
// stand together, the suspect first.
func EachMention(ctx context.Context, q db.Querier, pool *access.Pool, f func(Mention) error) error {
	held, args := pool.Held("m.holder", nil)
	return db.Each(ctx, q, scanMention, f, selectMentions+`WHERE 1 = 1`+held+` ORDER BY m.id`, args...)
}

// InReports are the mentions in the given reports, in order.
func InReports(ctx context.Context, q db.Querier, reports []string) ([]Mention, error) {
	return in(ctx, q, selectMentions+`WHERE m.report IN (`, reports, `) ORDER BY m.id`)
}

// Some are the mentions with the given ids, in order.
func Some(ctx context.Context, q db.Querier, ids []string) ([]Mention, error) {
	return in(ctx, q, selectMentions+`WHERE m.id IN (`, ids, `) ORDER BY m.id`)
}

// in asks in parts, for either engine takes only so many values at once.
func in(ctx context.Context, q db.Querier, before string, values []string, after string) (all []Mention, err error) {
	const most = 500
	for start := 0; start < len(values); start += most {
		some := values[start:min(start+most, len(values))]
		part, err := db.All(ctx, q, scanMention, before+db.List(1, len(some))+after, db.Args(some)...)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	return all, nil
}

// Like are the mentions of a pool that share a key with p, in order of id. Of a key that
// more share than match.Most says, two mentions stand for each person; and one that is
// of more people than that is left out: the others find the same people. It reads the
// index of keys and never the whole table.
func Like(ctx context.Context, q db.Querier, pool *access.Pool, p *match.Prepared) ([]Mention, error) {
	keys := p.Keys()
	if len(keys) == 0 {
		return nil, nil
	}
	type shares struct {
		nth     int // of keys
		mention string
	}
	scan := func(r db.Row) (s shares, err error) { return s, r.Scan(&s.nth, &s.mention) }
	found := make([][]string, len(keys))
	const most = 100 // keys asked for at once
	for start := 0; start < len(keys); start += most {
		var each []string
		var args []any
		for i := start; i < min(start+most, len(keys)); i++ {
			each = append(each, `SELECT nth, mention FROM (SELECT `+strconv.Itoa(i)+` AS nth, mention FROM mention_keys WHERE key = `+db.List(len(args)+1, 1)+` ORDER BY mention LIMIT `+db.List(len(args)+2, 1)+`) k`)
			args = append(args, int64(keys[i]), match.Most(keys[i])+1)
		}
		keep := func(s shares) error { found[s.nth] = append(found[s.nth], s.mention); return nil }
		if err := db.Each(ctx, q, scan, keep, strings.Join(each, ` UNION ALL `), args...); err != nil {
			return nil, err
		}
	}
	ids, seen := []string(nil), map[string]bool{}
	var err error
	for i, some := range found {
		if len(some) > match.Most(keys[i]) {
			if some, err = sharedByFew(ctx, q, pool, keys[i]); err != nil {
				return nil, err
			}
		}
		for _, id := range some {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	near, err := Some(ctx, q, ids)
	return slices.DeleteFunc(near, func(m Mention) bool { return !slices.Contains(pool.Agencies, m.Holder) }), err
}

// sharedByFew are the first and the last mention of each person of a pool who has a key
// that very many mentions share: somebody who is reported hundreds of times must be
// found by it. There are none when it is of more people than match.Most says.
func sharedByFew(ctx context.Context, q db.Querier, pool *access.Pool, key uint64) (ids []string, err error) {
	const looked = 2000 // mentions
	held, args := pool.Held("m.holder", []any{int64(key), looked})
	scan := func(r db.Row) (x [2]string, err error) { return x, r.Scan(&x[0], &x[1]) }
	all, err := db.All(ctx, q, scan, `
		SELECT MIN(m.id), MAX(m.id) FROM (SELECT mention FROM mention_keys WHERE key = $1 ORDER BY mention LIMIT $2) k
		CROSS JOIN mentions m WHERE m.id = k.mention`+held+` GROUP BY m.person ORDER BY 1`, args...)
	if err != nil {
		return nil, fmt.Errorf("people with a key: %w", err)
	}
	if len(all) > match.Most(key) {
		return nil, nil
	}
	for _, x := range all {
		ids = append(ids, x[:]...)
	}
	return slices.Compact(ids), nil
}

const selectDecisions = `
	SELECT d.id, d.a, d.b, ma.name, mb.name, d.same, d.reason, d.decided_by, d.account, d.decided, u.reason, u.undone_by, u.undone
	FROM identity_decisions d
	JOIN mentions ma ON ma.id = d.a
	JOIN mentions mb ON mb.id = d.b
	LEFT JOIN identity_undone u ON u.decision = d.id `

func scanDecided(r db.Row) (d Decided, err error) {
	var same, decided int64
	var reason, by sql.NullString
	var at sql.NullInt64
	err = r.Scan(&d.ID, &d.A, &d.B, &d.NameA, &d.NameB, &same, &d.Reason, &d.By, &d.Account, &decided, &reason, &by, &at)
	d.Same, d.At = same == 1, time.UnixMicro(decided).UTC()
	if at.Valid {
		d.Undone = &Undone{reason.String, by.String, time.UnixMicro(at.Int64).UTC()}
	}
	return d, err
}

// Standing are the decisions nobody has undone, oldest first.
func Standing(ctx context.Context, q db.Querier) ([]Decided, error) {
	return db.All(ctx, q, scanDecided, selectDecisions+`WHERE u.decision IS NULL ORDER BY d.id`)
}

func decision1(ctx context.Context, q db.Querier, id string) (Decided, error) {
	return db.One(ctx, q, scanDecided, selectDecisions+`WHERE d.id = $1`, id)
}

// decisionsAbout are the decisions about a person's mentions, newest first.
func decisionsAbout(ctx context.Context, q db.Querier, person string) ([]Decided, error) {
	return db.All(ctx, q, scanDecided, selectDecisions+`
		WHERE d.id IN (
			SELECT x.id FROM mentions m CROSS JOIN identity_decisions x WHERE m.person = $1 AND x.a = m.id
			UNION SELECT x.id FROM mentions m CROSS JOIN identity_decisions x WHERE m.person = $1 AND x.b = m.id)
		ORDER BY d.decided DESC, d.id DESC`, person)
}

func insertDecision(ctx context.Context, tx *db.Tx, id string, by *access.Actor, a, b string, same bool, reason string) error {
	one := 0
	if same {
		one = 1
	}
	return tx.Exec(ctx, `INSERT INTO identity_decisions (id, a, b, same, reason, decided_by, account, decided) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, a, b, one, reason, by.Name, by.Account, tx.Now.UnixMicro())
}

func insertUndone(ctx context.Context, tx *db.Tx, decision, by, reason string) error {
	return tx.Exec(ctx, `INSERT INTO identity_undone (decision, reason, undone_by, undone) VALUES ($1, $2, $3, $4)`, decision, reason, by, tx.Now.UnixMicro())
}
