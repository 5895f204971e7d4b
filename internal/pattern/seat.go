package pattern

import (
	"context"
	"fmt"

	"clew/internal/db"
	"clew/internal/pattern/narrate"
	"clew/internal/person"
	"clew/internal/report"
)

// seat sets the people of the accounts of some reports by who their parties are
// held to be, and returns the pairs. A suspect of whom nothing is written by which
// to know anybody is nobody, unless somebody decided who it is; then the report
// counts whatever it says. An older version of a report counts no more.
func seat(ctx context.Context, tx *db.Tx, reports []string) (changes []change, err error) {
	mentions, err := person.InReports(ctx, tx, reports)
	if err != nil {
		return nil, err
	}
	type parties struct{ victim, suspect *person.Mention }
	in := map[string]parties{}
	for i := range mentions {
		m := &mentions[i]
		p := in[m.Report]
		if m.Victim() {
			p.victim = m
		} else {
			p.suspect = m
		}
		in[m.Report] = p
	}
	for _, key := range reports {
		p := in[key]
		if p.victim == nil {
			continue
		}
		r, err := report.One(ctx, tx, key)
		if err != nil {
			return nil, err
		}
		if r.ReplacedBy != "" {
			continue
		}
		suspect, err := suspectIs(ctx, tx, p.suspect)
		if err != nil {
			return nil, err
		}
		a := Account{Says: said(narrate.Skim(r.Narrative))}
		if err := tx.Exec(ctx, `DELETE FROM accounts WHERE report = $1`, key); err != nil {
			return nil, err
		}
		if suspect == "" {
			if suspect = nobodyBy(p.victim.Person); !a.conduct() {
				continue
			}
		}
		if err := tx.Insert(ctx, "accounts", accountColumns, [][]any{{key, p.victim.Person, suspect, saysText(a.Says)}}); err != nil {
			return nil, fmt.Errorf("insert account: %w", err)
		}
		changes = append(changes, change{p.victim.Person, suspect, r.Agency, r.ID})
	}
	return changes, nil
}

// suspectIs is the person a suspect is held to be, or "" for nobody: nothing is
// written of him or her by which to know anybody, nor of any who are held to be
// the same.
func suspectIs(ctx context.Context, q db.Querier, m *person.Mention) (string, error) {
	if m == nil {
		return "", nil
	}
	if !m.Prepared.Empty() {
		return m.Person, nil
	}
	all, err := person.MentionsOf(ctx, q, m.Person, 0)
	for i := range all {
		if !all[i].Prepared.Empty() {
			return m.Person, err
		}
	}
	return "", err
}
