package pattern

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/pattern/narrate"
	"clew/internal/person"
	"clew/internal/report"
)

// A Store keeps the patterns of a partnership in order as reports come in.
type Store struct {
	db      *db.DB
	guard   *access.Guard
	people  *person.Store
	settles sync.Mutex // one settling at a time

	// Stops says which changes to reports that are held a hold stops. Nil: none.
	Stops report.Stopping
}

// NewStore returns the store behind a guard, which it tells whom locks hide.
func NewStore(g *access.Guard, people *person.Store) *Store {
	g.Shut = shut
	return &Store{db: g.DB(), guard: g, people: people}
}

// shut are the people that mentions belong to, and those they are reported by: who
// works with the police and is reported must not find who reports them.
func shut(ctx context.Context, q db.Querier, mentions []string) ([]string, error) {
	in := db.List(1, len(mentions))
	return db.All(ctx, q, db.Text, `
		SELECT person FROM mentions WHERE id IN (`+in+`)
		UNION SELECT a.victim FROM mentions m JOIN accounts a ON a.suspect = m.person WHERE m.id IN (`+in+`)
		ORDER BY 1`, db.Args(mentions)...)
}

// TakeIn keeps records, each mention a person by itself until Settle finds out who
// is who, and brings up to date the patterns and people that lost a report to a
// correction.
func TakeIn(ctx context.Context, tx *db.Tx, sight *access.Sight, source string, records []*report.Record) ([]report.Taken, error) {
	return takeIn(ctx, tx, sight, source, records, nil)
}

// TakeIn is TakeIn, but for what a hold stops: see report.Change.
func (s *Store) TakeIn(ctx context.Context, tx *db.Tx, sight *access.Sight, source string, records []*report.Record) ([]report.Taken, error) {
	return takeIn(ctx, tx, sight, source, records, s.Stops)
}

func takeIn(ctx context.Context, tx *db.Tx, sight *access.Sight, source string, records []*report.Record, stops report.Stopping) ([]report.Taken, error) {
	k, err := take(ctx, tx, sight, source, records, stops)
	if err != nil {
		return nil, err
	}
	instead := map[string]bool{}
	for _, t := range k.taken {
		instead[t.Instead] = true
	}
	heads := person.NewTally()
	for i := range k.mentions {
		m := &k.mentions[i]
		r := k.of[m.Report]
		heads.Take(m.ID, &person.Seen{Mention: m.ID, Name: m.Name, Born: m.Born, Agency: r.Agency, Record: r.ID, Replaced: instead[m.Report]})
	}
	if err := heads.Keep(ctx, tx, sight.Pool.ID); err != nil {
		return nil, fmt.Errorf("insert people: %w", err)
	}
	return k.taken, k.mend(ctx, tx, sight.Pool.ID)
}

// A keeping is what became of records that were kept, and of those they correct.
type keeping struct {
	taken    []report.Taken
	of       map[string]*report.Record // by key
	mentions []person.Mention
	lost     []change // pairs that have one report fewer
	people   []string // who were in the older versions
}

// take keeps records with their mentions and accounts, each mention a person by
// itself. Settle, or place for one, finds out who is who. The caller sees to the
// heads of the new people, and mends what lost a report to a correction.
func take(ctx context.Context, tx *db.Tx, sight *access.Sight, source string, records []*report.Record, stops report.Stopping) (k keeping, err error) {
	by := &sight.Actor
	k.of = map[string]*report.Record{}
	if k.taken, err = report.TakeHeeding(ctx, tx, sight, source, records, stops); err != nil {
		return k, err
	}
	var parties []*report.Party
	accounts := map[string][]any{}
	var older []string
	for i, t := range k.taken {
		if t.Taking == report.Already {
			continue
		}
		r := records[i]
		k.of[t.Key] = r
		if t.Taking == report.Corrected {
			if _, here := accounts[t.Instead]; here {
				delete(accounts, t.Instead) // of this very lot
			} else if k.of[t.Instead] == nil {
				older = append(older, t.Instead)
			}
		}
		victim, suspect := person.VictimOf(t.Key), person.SuspectOf(t.Key)
		if !r.Victim.Empty() {
			k.mentions, parties = append(k.mentions, person.MentionOf(victim, by.Agency, r.Agency, &r.Victim)), append(parties, &r.Victim)
		}
		if !r.Suspect.Empty() {
			k.mentions, parties = append(k.mentions, person.MentionOf(suspect, by.Agency, r.Agency, &r.Suspect)), append(parties, &r.Suspect)
		}
		if r.Victim.Empty() {
			continue
		}
		a := Account{Says: said(narrate.Skim(r.Narrative))}
		switch {
		case named(r.Agency, &r.Suspect):
			accounts[t.Key] = []any{t.Key, victim, suspect, saysText(a.Says)}
		case a.conduct():
			accounts[t.Key] = []any{t.Key, victim, nobodyBy(victim), saysText(a.Says)}
		}
	}
	if err := person.Insert(ctx, tx, k.mentions, parties); err != nil {
		return k, fmt.Errorf("insert mentions: %w", err)
	}
	if err := k.replace(ctx, tx, older); err != nil {
		return k, err
	}
	rows := make([][]any, 0, len(accounts))
	for _, key := range slices.Sorted(maps.Keys(accounts)) {
		rows = append(rows, accounts[key])
	}
	return k, tx.Insert(ctx, "accounts", accountColumns, rows)
}

// replace removes the accounts of reports that corrections have replaced.
func (k *keeping) replace(ctx context.Context, tx *db.Tx, older []string) error {
	const most = 500
	for start := 0; start < len(older); start += most {
		some := older[start:min(start+most, len(older))]
		in, args := `IN (`+db.List(1, len(some))+`)`, db.Args(some)
		lost, err := db.All(ctx, tx, scanChange, selectChanges+`WHERE a.report `+in+` ORDER BY a.report`, args...)
		if err != nil {
			return err
		}
		k.lost = append(k.lost, lost...)
		if err := tx.Exec(ctx, `DELETE FROM accounts WHERE report `+in, args...); err != nil {
			return fmt.Errorf("delete accounts: %w", err)
		}
	}
	was, err := person.InReports(ctx, tx, older)
	for i := range was {
		k.people = append(k.people, was[i].Person)
	}
	return err
}

// mend brings up to date what lost a report to a correction.
func (k *keeping) mend(ctx context.Context, tx *db.Tx, pool string) error {
	if err := head(ctx, tx, pool, k.people); err != nil {
		return err
	}
	return refresh(ctx, tx, pool, k.lost)
}

func scanPair(r db.Row) (p [2]string, err error) { return p, r.Scan(&p[0], &p[1]) }

// named reports whether anything is written of a party by which to know it again.
func named(agency string, p *report.Party) bool {
	if p.Empty() {
		return false
	}
	prepared := match.Prepare(person.Of(agency, p))
	return !prepared.Empty()
}

// nobodyBy stands, in accounts and patterns, for whoever a victim reports and
// does not name. It is nobody's id among people.
func nobodyBy(victim string) string { return nobody + victim }

const nobody = "?"

func isNobody(suspect string) bool { return strings.HasPrefix(suspect, nobody) }
