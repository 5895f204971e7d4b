package pattern

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/pattern/narrate"
	"clew/internal/person"
	"clew/internal/report"
)

// A Store keeps the patterns of a partnership in order as reports come in.
type Store struct {
	db      *db.DB
	people  *person.Store
	settles sync.Mutex // one settling at a time
}

// NewStore returns the store in d.
func NewStore(d *db.DB, people *person.Store) *Store { return &Store{db: d, people: people} }

// take keeps records with their mentions and accounts, each mention a person by
// itself. Settle, or place for one, finds out who is who. It returns the pairs
// that lost a report to a correction, too.
func take(ctx context.Context, tx *db.Tx, by, source string, records []*report.Record) (taken []report.Taken, lost [][2]string, err error) {
	if taken, err = report.Take(ctx, tx, by, source, records); err != nil {
		return nil, nil, err
	}
	var mentions []person.Mention
	var parties []*report.Party
	var accounts [][]any
	for i, t := range taken {
		if t.Taking == report.Already {
			continue
		}
		r := records[i]
		for id, p := range map[string]*report.Party{person.VictimOf(t.Key): &r.Victim, person.SuspectOf(t.Key): &r.Suspect} {
			if !p.Empty() {
				mentions, parties = append(mentions, person.MentionOf(id, r.Agency, p)), append(parties, p)
			}
		}
		if !r.Victim.Empty() {
			a := Account{Says: said(narrate.Skim(r.Narrative))}
			victim, suspect := person.VictimOf(t.Key), person.SuspectOf(t.Key)
			switch {
			case named(r.Agency, &r.Suspect):
				accounts = append(accounts, []any{t.Key, victim, suspect, saysText(a.Says)})
			case a.conduct():
				accounts = append(accounts, []any{t.Key, victim, nobodyBy(victim), saysText(a.Says)})
			}
		}
		if t.Taking == report.Corrected {
			pairs, err := db.All(ctx, tx, scanPair, `SELECT victim, suspect FROM accounts WHERE report = $1`, t.Instead)
			if err != nil {
				return nil, nil, err
			}
			lost = append(lost, pairs...)
			if err := tx.Exec(ctx, `DELETE FROM accounts WHERE report = $1`, t.Instead); err != nil {
				return nil, nil, fmt.Errorf("delete account: %w", err)
			}
		}
	}
	if err := person.Insert(ctx, tx, mentions, parties); err != nil {
		return nil, nil, fmt.Errorf("insert mentions: %w", err)
	}
	// A correction within this lot takes back what was gathered above.
	return taken, lost, tx.Insert(ctx, "accounts", accountColumns, slices.DeleteFunc(accounts, func(row []any) bool {
		return slices.ContainsFunc(taken, func(t report.Taken) bool { return t.Instead == row[0] })
	}))
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
