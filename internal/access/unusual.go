package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/ledger"
)

// A Kind is in what way looking is unusual.
type Kind string

// The kinds.
const (
	Flood Kind = "flood" // far more different people in a day than colleagues
	Stray Kind = "stray" // far more people than colleagues whom nobody else had to do with
	Drip  Kind = "drip"  // one person again and again, about whom nobody did anything
	Self  Kind = "self"  // somebody of their own name
	Kin   Kind = "kin"   // somebody of their own family name, again, and nothing done
	Wrote Kind = "wrote" // recorded a report about somebody who is hidden from them
)

// An Item is looking that is unlike that of colleagues. It says nothing of why: there
// may be a good reason, and a reviewer finds out.
type Item struct {
	ID          string
	Account     string // whose looking it is
	Kind        Kind
	Person      string // at whom, of a Drip, Self, Kin or Wrote
	First, Last time.Time
	Seen        int // people of a Flood and a Stray, days of the others
	Usual       int // of colleagues with the same roles, of a Flood and a Stray
	Found       time.Time
	Closed      time.Time // zero: nobody has
	ClosedBy    string    // account
	Why         string
}

const (
	// watched is how far back looking is compared, and worked how far back it is asked
	// what else was done.
	watched = 30 * 24 * time.Hour
	worked  = 60 * 24 * time.Hour
	// quiet is how long the same is not found again after it was closed.
	quiet = 30 * 24 * time.Hour
	// oneDay is in the microseconds of the ledger.
	oneDay = 24 * 60 * 60 * 1_000_000
)

// Typed keeps that an actor recorded a report about a person who is hidden from them,
// once until it is closed. They may have been asked to; a reviewer finds out.
func Typed(ctx context.Context, tx *db.Tx, s *Sight, person string) error {
	n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM unusual_looking u WHERE u.account = $1 AND u.kind = $2 AND u.person = $3
		AND NOT EXISTS (SELECT 1 FROM unusual_closed c WHERE c.item = u.id)`, s.Account, string(Wrote), person)
	if err != nil || n > 0 {
		return err
	}
	now := tx.Now.UnixMicro()
	return tx.Insert(ctx, "unusual_looking", []string{"id", "agency", "account", "kind", "person", "first_seen", "last_seen", "seen", "usual", "found"},
		[][]any{{db.NewID(), s.Agency, s.Account, string(Wrote), person, now - now%oneDay, now - now%oneDay, 1, 0, now}})
}

// FindUnusual compares the looking of the last thirty days in every agency and keeps
// what is unusual and new. It reads sixty days only, by their index. Nobody asks for
// it: it is for a job, once an hour or a day. It gives how many are new.
func (g *Guard) FindUnusual(ctx context.Context) (found int, err error) {
	var agencies []string
	if err := g.db.Read(ctx, func(v *db.View) (err error) {
		agencies, err = db.All(ctx, v, db.Text, `SELECT id FROM agencies ORDER BY id`)
		return err
	}); err != nil {
		return 0, err
	}
	for _, agency := range agencies {
		n, err := g.findUnusual(ctx, agency)
		if err != nil {
			return found, fmt.Errorf("unusual looking: %w", err)
		}
		found += n
	}
	return found, nil
}

func (g *Guard) findUnusual(ctx context.Context, agency string) (found int, err error) {
	var m *month
	if err := g.db.Read(ctx, func(v *db.View) (err error) {
		m, err = g.month(ctx, v, agency)
		return err
	}); err != nil {
		return 0, err
	}
	all := unlike(m)
	if len(all) == 0 {
		return 0, nil
	}
	err = g.db.Write(ctx, func(tx *db.Tx) error {
		found = 0
		var rows [][]any
		for _, o := range all {
			n, err := db.One(ctx, tx, db.Number, `
				SELECT count(*) FROM unusual_looking u LEFT JOIN unusual_closed c ON c.item = u.id
				WHERE u.account = $1 AND u.kind = $2 AND u.person = $3 AND (c.closed IS NULL OR c.closed > $4)`,
				o.account, string(o.kind), o.person, tx.Now.Add(-quiet).UnixMicro())
			if err != nil {
				return err
			}
			if n == 0 {
				rows = append(rows, []any{db.NewID(), agency, o.account, string(o.kind), o.person, o.first * oneDay, o.last * oneDay, o.seen, o.usual, tx.Now.UnixMicro()})
			}
		}
		found = len(rows)
		return tx.Insert(ctx, "unusual_looking", []string{"id", "agency", "account", "kind", "person", "first_seen", "last_seen", "seen", "usual", "found"}, rows)
	})
	return found, err
}

// overseeing is no work on a person, though an entry may say that it is about them: who
// reads who has looked, locks, reviews, holds or disposes.
var overseeing = []Action{ReadLooks, ReadUnusual, CloseUnusual, FlagConflict, ManageLocks, ReviewGlass, SetHold, ProposeDisposal, CheckDisposal}

// month reads the last sixty days of an agency. Days are those of UTC. A report or
// a pattern that was looked at counts for the people in it.
func (g *Guard) month(ctx context.Context, v *db.View, agency string) (*month, error) {
	m := &month{from: v.Now.Add(-watched).UnixMicro()/oneDay + 1, staff: map[string]worker{}, people: map[string]string{}}
	scan := func(r db.Row) (f fact, err error) {
		return f, r.Scan(&f.account, &f.person, &f.day, &f.looks, &f.acts)
	}
	const columns = `COUNT(CASE WHEN e.verb = 'consultation' THEN 1 END), COUNT(CASE WHEN e.verb NOT IN ('consultation', 'disclosure') THEN 1 END)`
	since := v.Now.Add(-worked).UnixMicro()
	args := []any{agency, since, ledger.Done}
	for _, a := range overseeing {
		args = append(args, string(a))
	}
	work := `e.action NOT IN (` + db.List(4, len(overseeing)) + `)`
	both := map[fact]fact{}
	keep := func(f fact) error {
		k := fact{account: f.account, person: f.person, day: f.day}
		have := both[k]
		both[k] = fact{f.account, f.person, f.day, have.looks + f.looks, have.acts + f.acts}
		return nil
	}
	if err := db.Each(ctx, v, scan, keep, `
		SELECT e.account, coalesce(m.person, a.person) AS who, e.at / 86400000000 AS day, `+columns+`
		FROM ledger_entries e JOIN ledger_about a ON a.seq = e.seq LEFT JOIN mentions m ON m.id = a.person
		WHERE e.agency = $1 AND e.at >= $2 AND e.outcome = $3 AND e.account <> 'program' AND `+work+`
		GROUP BY e.account, who, day`, args...); err != nil {
		return nil, err
	}
	if err := db.Each(ctx, v, scan, keep, `
		SELECT e.account, m.person AS who, e.at / 86400000000 AS day, `+columns+`
		FROM ledger_entries e JOIN mentions m ON m.report = e.subject
		WHERE e.agency = $1 AND e.at >= $2 AND e.outcome = $3 AND e.account <> 'program' AND `+work+` AND e.what IN ('report', 'pattern')
		GROUP BY e.account, who, day`, args...); err != nil {
		return nil, err
	}
	var accounts, people []string
	for _, f := range both {
		m.facts = append(m.facts, f)
		if _, ok := m.staff[f.account]; !ok {
			m.staff[f.account] = worker{}
			accounts = append(accounts, f.account)
		}
		if _, ok := m.people[f.person]; !ok {
			m.people[f.person] = ""
			people = append(people, f.person)
		}
	}
	names := func(r db.Row) (p [2]string, err error) { return p, r.Scan(&p[0], &p[1]) }
	for some := range slices.Chunk(people, many) {
		if err := db.Each(ctx, v, names, func(p [2]string) error { m.people[p[0]] = p[1]; return nil }, `SELECT id, name FROM people WHERE id IN (`+db.List(1, len(some))+`)`, db.Args(some)...); err != nil {
			return nil, err
		}
	}
	for some := range slices.Chunk(accounts, many) {
		who, err := g.who(ctx, v, some)
		if err != nil {
			return nil, err
		}
		for _, a := range some {
			m.staff[a] = worker{name: who[a].Name}
		}
		args := append(db.Args(some), v.Now.UnixMicro())
		keep := func(p [2]string) error { w := m.staff[p[0]]; w.roles += p[1] + " "; m.staff[p[0]] = w; return nil }
		if err := db.Each(ctx, v, names, keep, fmt.Sprintf(`SELECT DISTINCT account, role FROM grants WHERE account IN (%s) AND since <= $%d AND until > $%d ORDER BY account, role`, db.List(1, len(some)), len(args), len(args)), args...); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// many is how many ids one query names.
const many = 500

// Unusual are the items of the actor's agency, those nobody has closed first, the
// newest of them first, and how many there are. What is about the actor, or about
// somebody who is hidden from them, is not there.
func (g *Guard) Unusual(ctx context.Context, by Actor, skip, most int) (all []Item, total int, err error) {
	err = g.Look(ctx, by, ReadUnusual, func(v *db.View, s *Sight) error {
		s.Saw("unusual looking", "")
		where, args := s.items()
		n, err := db.One(ctx, v, db.Number, `SELECT count(*) FROM unusual_looking u WHERE `+where, args...)
		if err != nil {
			return err
		}
		total = int(n)
		args = append(args, most, skip)
		all, err = db.All(ctx, v, scanItem, fmt.Sprintf(`%s WHERE %s ORDER BY CASE WHEN c.closed IS NULL THEN 0 ELSE 1 END, u.found DESC, u.id LIMIT $%d OFFSET $%d`, selectItems, where, len(args)-1, len(args)), args...)
		return err
	})
	return all, total, err
}

// UnusualItem is one item.
func (g *Guard) UnusualItem(ctx context.Context, by Actor, id string) (i Item, err error) {
	err = g.Look(ctx, by, ReadUnusual, func(v *db.View, s *Sight) error {
		s.Saw("unusual looking", id)
		i, err = item(ctx, v, s, id)
		return err
	})
	return i, err
}

// CloseUnusual keeps what a reviewer found out about an item. It is kept for good,
// and the same is not found again for thirty days.
func (g *Guard) CloseUnusual(ctx context.Context, by Actor, id, why string) error {
	why = strings.TrimSpace(why)
	switch {
	case why == "":
		return fault.Bad("why", "Say what you found out")
	case utf8.RuneCountInString(why) > longestText:
		return fault.Bad("why", "What you found out has 2,000 characters at most")
	}
	return g.Act(ctx, by, CloseUnusual, func(tx *db.Tx, s *Sight) error {
		s.Saw("unusual looking", id)
		i, err := item(ctx, tx, s, id)
		switch {
		case err != nil:
			return err
		case !i.Closed.IsZero():
			return fmt.Errorf("unusual looking: %w", fault.Conflict)
		}
		s.Touched("closed", "why")
		return tx.Insert(ctx, "unusual_closed", []string{"item", "why", "closed_by", "closed"}, [][]any{{id, why, by.Account, tx.Now.UnixMicro()}})
	})
}

// items is the condition on items u that an actor may see.
func (s *Sight) items() (string, []any) {
	where, args := `u.agency = $1 AND u.account <> $2`, []any{s.Agency, s.Account}
	if !s.Blind() {
		return where, args
	}
	return where + ` AND NOT EXISTS (SELECT 1 FROM mentions hm WHERE hm.id = u.person AND hm.person IN (` + db.List(len(args)+1, len(s.shut)) + `))`, append(args, db.Args(s.shut)...)
}

func item(ctx context.Context, q db.Querier, s *Sight, id string) (Item, error) {
	where, args := s.items()
	args = append(args, id)
	i, err := db.One(ctx, q, scanItem, fmt.Sprintf(`%s WHERE %s AND u.id = $%d`, selectItems, where, len(args)), args...)
	if err != nil {
		return i, fmt.Errorf("unusual looking: %w", err)
	}
	s.Saw("unusual looking", id, i.Person)
	return i, nil
}

const selectItems = `
	SELECT u.id, u.account, u.kind, u.person, u.first_seen, u.last_seen, u.seen, u.usual, u.found, c.closed, coalesce(c.closed_by, ''), coalesce(c.why, '')
	FROM unusual_looking u LEFT JOIN unusual_closed c ON c.item = u.id`

func scanItem(r db.Row) (i Item, err error) {
	var first, last, found int64
	var closed *int64
	err = r.Scan(&i.ID, &i.Account, &i.Kind, &i.Person, &first, &last, &i.Seen, &i.Usual, &found, &closed, &i.ClosedBy, &i.Why)
	i.First, i.Last, i.Found = time.UnixMicro(first).UTC(), time.UnixMicro(last).UTC(), time.UnixMicro(found).UTC()
	if closed != nil {
		i.Closed = time.UnixMicro(*closed).UTC()
	}
	return i, err
}
