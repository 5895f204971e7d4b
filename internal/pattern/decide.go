package pattern

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/person"
)

// Decide keeps that two mentions are one person, or two, and sets the people
// and patterns they touch in order by it. Decisions always win over evidence.
func (s *Store) Decide(ctx context.Context, by, a, b string, same bool, reason string) error {
	return s.change(ctx, func(tx *db.Tx) ([]string, error) {
		if err := person.Decide(ctx, tx, by, a, b, same, strings.TrimSpace(reason)); err != nil {
			return nil, err
		}
		return []string{a, b}, nil
	})
}

// Undo takes a decision back, and lets the evidence speak again.
func (s *Store) Undo(ctx context.Context, by, decision, reason string) error {
	return s.change(ctx, func(tx *db.Tx) ([]string, error) {
		d, err := person.Undo(ctx, tx, by, decision, strings.TrimSpace(reason))
		return []string{d.A, d.B}, err
	})
}

func (s *Store) change(ctx context.Context, f func(*db.Tx) (mentions []string, err error)) error {
	model, err := s.people.Model(ctx)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		mentions, err := f(tx)
		if err != nil {
			return err
		}
		var people []string
		for _, m := range mentions {
			p, err := person.Head(ctx, tx, m)
			if err != nil {
				return err
			}
			people = appendNew(people, p.ID)
		}
		return rearrange(ctx, tx, model, people)
	})
}

// rearrange works out anew who the mentions of some people are, among
// themselves: they may part or join, and nobody else changes.
func rearrange(ctx context.Context, tx *db.Tx, model *match.Model, people []string) error {
	pairs, err := pairsWith(ctx, tx, people)
	if err != nil {
		return err
	}
	l, err := gatherSome(ctx, tx, people)
	if err != nil {
		return err
	}
	res, err := match.Resolve(ctx, l.corpus, match.Options{Model: model, Decisions: l.decisions})
	if err != nil {
		return fmt.Errorf("resolve: %w", err)
	}
	// Of each group, only the people's own mentions may move; the first gives
	// the person its id.
	names := map[int32]string{}
	now := people
	for i, m := range l.mentions {
		if !l.own[i] {
			continue
		}
		who, ok := names[res.Person[i]]
		if !ok {
			who = m.ID // mentions are in order of id
			names[res.Person[i]] = who
		}
		now = appendNew(now, who)
		if who == m.Person && res.Probability[i] == m.Probability {
			continue
		}
		if err := person.Move(ctx, tx, m.ID, who, res.Probability[i]); err != nil {
			return err
		}
		column := "suspect"
		if m.Victim() {
			column = "victim"
		}
		if err := tx.Exec(ctx, `UPDATE accounts SET `+column+` = $2 WHERE report = $1`, m.Report, who); err != nil {
			return err
		}
		if m.Victim() {
			if err := tx.Exec(ctx, `UPDATE accounts SET suspect = $2 WHERE report = $1 AND suspect LIKE '?%'`, m.Report, nobodyBy(who)); err != nil {
				return err
			}
		}
	}
	if err := person.Refresh(ctx, tx, now); err != nil {
		return err
	}
	after, err := pairsWith(ctx, tx, now)
	if err != nil {
		return err
	}
	for _, p := range after {
		if !slices.Contains(pairs, p) {
			pairs = append(pairs, p)
		}
	}
	return remake(ctx, tx, pairs)
}

// pairsWith are the pairs that some people are in, and all pairs about the same
// suspects, whose patterns speak of other victims.
func pairsWith(ctx context.Context, q db.Querier, people []string) ([][2]string, error) {
	n := len(people)
	args := append(db.Args(people), db.Args(people)...)
	return db.All(ctx, q, scanPair, `
		SELECT DISTINCT victim, suspect FROM accounts
		WHERE suspect IN (SELECT suspect FROM accounts WHERE victim IN (`+db.List(1, n)+`)) OR suspect IN (`+db.List(n+1, n)+`)`, args...)
}

// A local is the mentions of some people and of those they stand opposite.
type local struct {
	corpus    *match.Corpus
	mentions  []person.Mention // in order of id
	own       []bool
	decisions []match.Decision
}

func gatherSome(ctx context.Context, q db.Querier, people []string) (*local, error) {
	var reports []string
	for _, p := range people {
		own, err := person.MentionsOf(ctx, q, p, 0)
		if err != nil {
			return nil, err
		}
		for _, m := range own {
			reports = append(reports, m.Report)
		}
	}
	slices.Sort(reports)
	all, err := person.InReports(ctx, q, slices.Compact(reports))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b person.Mention) int { return strings.Compare(a.ID, b.ID) })
	l := &local{corpus: match.NewCorpus(), mentions: all}
	index, first := map[string]int32{}, map[string]int32{}
	for i := range all {
		m := &all[i]
		n := l.corpus.AddPrepared(&m.Prepared)
		own := slices.Contains(people, m.Person)
		l.own, index[m.ID] = append(l.own, own), n
		switch before := i - 1; {
		case i > 0 && all[before].Report == m.Report:
			l.corpus.Oppose(n, int32(before))
		case m.Victim():
			l.corpus.AddReport(n, -1)
		default:
			l.corpus.AddReport(-1, n)
		}
		if own {
			continue
		}
		if f, ok := first[m.Person]; ok {
			l.decisions = append(l.decisions, match.Decision{A: f, B: n, Same: true})
		} else {
			first[m.Person] = n
		}
	}
	standing, err := person.Standing(ctx, q)
	for _, d := range standing {
		a, okA := index[d.A]
		b, okB := index[d.B]
		if okA && okB && (l.own[a] || l.own[b]) {
			l.decisions = append(l.decisions, match.Decision{A: a, B: b, Same: d.Same})
		}
	}
	return l, err
}
