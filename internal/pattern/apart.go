package pattern

import (
	"context"
	"fmt"
	"slices"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/person"
	"clew/internal/report"
)

// apartBecause is why a report is kept apart from people who are hidden from whoever
// typed it.
const apartBecause = "Typed by somebody from whom this is kept. Read it, and undo this if they are one person"

// keepApart sees to it that whoever types a report learns nothing of people who are
// hidden from them: it is placed as if these were not there, and kept apart from them
// until somebody who may see both undoes that. It gives whom to leave, nil for nobody.
// A report that names whoever typed it is hidden from them in any case, and goes where
// it belongs.
func (s *Store) keepApart(ctx context.Context, tx *db.Tx, sight *access.Sight, model *match.Model, key string, r *report.Record) (leaving, error) {
	if err := s.guard.Again(ctx, tx, sight); err != nil || !sight.Blind() {
		return nil, err
	}
	own := []string{person.VictimOf(key), person.SuspectOf(key)}
	if sight.Hidden(own[0]) || sight.Hidden(own[1]) {
		return nil, nil
	}
	victim, suspect := match.Prepare(person.Of(r.Agency, &r.Victim)), match.Prepare(person.Of(r.Agency, &r.Suspect))
	v, u, err := find(ctx, tx, &sight.Pool, model, &victim, &suspect, func(m *person.Mention) bool { return slices.Contains(own, m.ID) })
	if err != nil {
		return nil, err
	}
	for i, spot := range []*Spot{&v, &u} {
		if !spot.Known() || !sight.Hidden(spot.Person) {
			continue
		}
		if err := person.Part(ctx, tx, access.Program(sight.Agency, "Clew"), own[i], spot.Person, apartBecause); err != nil {
			return nil, err
		}
		if err := access.Typed(ctx, tx, sight, spot.Person); err != nil {
			return nil, err
		}
	}
	return func(m *person.Mention) bool { return sight.Hidden(m.Person) }, nil
}

// An Aside is a report that is kept apart from people it may be about: see keepApart.
type Aside struct {
	Key, ID string // ID is what its agency calls it
	Agency  string
	TakenIn time.Time
}

// AsideOf are the reports that are kept apart from some people, as an actor may see
// them, the oldest first. The order of its tables is the order to look in, which CROSS
// JOIN tells SQLite: few reports are kept apart.
func AsideOf(ctx context.Context, q db.Querier, sight *access.Sight, people []string) ([]Aside, error) {
	if len(people) == 0 {
		return nil, nil
	}
	held, args := heldBySight(sight, append([]any{apartBecause}, db.Args(people)...)...)
	open, args := sight.OpenReport("r.id", args)
	all, err := db.All(ctx, q, func(r db.Row) (a Aside, err error) {
		var at int64
		err = r.Scan(&a.Key, &a.ID, &a.Agency, &at)
		a.TakenIn = time.UnixMicro(at).UTC()
		return a, err
	}, `SELECT DISTINCT r.id, r.record, r.agency, r.taken_in FROM identity_decisions d CROSS JOIN mentions m CROSS JOIN mentions n CROSS JOIN reports r
		WHERE d.same = 0 AND d.account = 'program' AND d.reason = $1 AND m.id = d.b AND n.id = d.a AND r.id = n.report AND m.person IN (`+db.List(2, len(people))+`) AND r.replaced_by = '' AND r.erased IS NULL
		AND NOT EXISTS (SELECT 1 FROM identity_undone u WHERE u.decision = d.id)`+held+open+` ORDER BY r.taken_in, r.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("reports kept apart: %w", err)
	}
	return all, nil
}
