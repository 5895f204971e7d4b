package pattern

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/person"
)

// Decide keeps that two mentions are one person, or two, and sets the people
// and patterns they touch in order by it. Decisions always win over evidence.
func (s *Store) Decide(ctx context.Context, by access.Actor, a, b string, same bool, reason string) error {
	return s.change(ctx, by, func(tx *db.Tx, sight *access.Sight) (string, string, error) {
		return a, b, person.Decide(ctx, tx, sight, a, b, same, strings.TrimSpace(reason))
	})
}

// Undo takes a decision back, and lets the evidence speak again.
func (s *Store) Undo(ctx context.Context, by access.Actor, decision, reason string) error {
	return s.change(ctx, by, func(tx *db.Tx, sight *access.Sight) (string, string, error) {
		d, err := person.Undo(ctx, tx, sight, decision, strings.TrimSpace(reason))
		return d.A, d.B, err
	})
}

func (s *Store) change(ctx context.Context, by access.Actor, f func(*db.Tx, *access.Sight) (a, b string, err error)) error {
	return s.guard.Act(ctx, by, access.DecideIdentity, func(tx *db.Tx, sight *access.Sight) error {
		a, b, err := f(tx, sight)
		if err != nil {
			return err
		}
		sight.Saw("mentions", a, a, b)
		model, err := s.people.ModelOf(ctx, tx, sight.Pool.ID)
		if err != nil {
			return err
		}
		return carryOut(ctx, tx, &sight.Pool, model, a, b)
	})
}

// carryOut sets the people of two mentions in order by what is decided of them.
// Each may belong to somebody else besides whom it was parted from: that person is
// set in order with them.
func carryOut(ctx context.Context, tx *db.Tx, pool *access.Pool, model *match.Model, a, b string) error {
	var people []string
	known := func(m *person.Mention) bool { return slices.Contains(people, m.Person) }
	both, err := person.Some(ctx, tx, []string{a, b})
	if err != nil {
		return err
	}
	for _, m := range both {
		people = appendNew(people, m.Person)
	}
	for _, m := range both {
		other, err := among(ctx, tx, pool, model, &m.Prepared, known)
		if err != nil {
			return err
		}
		if other.Known() {
			people = append(people, other.Person)
		}
	}
	return rearrange(ctx, tx, pool, model, people)
}

// rearrange works out anew who the mentions of some people are, among
// themselves: they may part or join, and nobody else changes.
func rearrange(ctx context.Context, tx *db.Tx, pool *access.Pool, model *match.Model, people []string) error {
	var touched pairs
	if err := touched.with(ctx, tx, people); err != nil {
		return err
	}
	l, err := gatherSome(ctx, tx, people)
	if err != nil {
		return err
	}
	res, err := match.Resolve(ctx, l.corpus, match.Options{Model: model, Decisions: l.bonds.list})
	if err != nil {
		return fmt.Errorf("resolve: %w", err)
	}
	// Of each group, only the people's own mentions may move; the first gives
	// the person its id.
	names := map[int32]string{}
	now := slices.Clone(people)
	var moved []string // reports
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
		if who != m.Person || m.Prepared.Empty() { // who is nobody, or somebody by decision
			moved = append(moved, m.Report)
		}
		if who == m.Person && res.Probability[i] == m.Probability {
			continue
		}
		if err := person.Move(ctx, tx, m.ID, who, res.Probability[i]); err != nil {
			return err
		}
	}
	seats, err := seat(ctx, tx, moved)
	if err != nil {
		return err
	}
	for _, c := range seats {
		if err := touched.tellOfNobody(ctx, tx, c.victim); err != nil {
			return err
		}
	}
	if err := head(ctx, tx, pool.ID, now); err != nil {
		return err
	}
	if err := touched.with(ctx, tx, now); err != nil {
		return err
	}
	return remake(ctx, tx, pool.ID, touched.list)
}

// with adds the pairs that some people are in, and the patterns about the same
// suspects, which speak of other victims.
func (p *pairs) with(ctx context.Context, q db.Querier, people []string) error {
	n := len(people)
	in := func(time int) string { return ` IN (` + db.List(1+time*n, n) + `)` }
	args := slices.Concat(db.Args(people), db.Args(people), db.Args(people))
	all, err := db.All(ctx, q, scanPair, `
		SELECT victim, suspect FROM accounts WHERE victim`+in(0)+`
		UNION SELECT victim, suspect FROM accounts WHERE suspect`+in(1)+`
		UNION SELECT victim, suspect FROM patterns WHERE suspect IN (SELECT suspect FROM accounts WHERE victim`+in(2)+`)`, args...)
	p.add(all...)
	return err
}

// A local is the mentions of some people and of those they stand opposite.
type local struct {
	corpus   *match.Corpus
	mentions []person.Mention // in order of id
	own      []bool
	bonds    bonds
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
	reports = slices.Compact(reports)
	all, err := person.InReports(ctx, q, reports)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b person.Mention) int { return strings.Compare(a.ID, b.ID) })
	l := &local{corpus: match.NewCorpus(), mentions: all}
	first := map[string]int32{}
	for i := range all {
		m := &all[i]
		n := l.corpus.AddPrepared(&m.Prepared)
		own := slices.Contains(people, m.Person)
		l.own = append(l.own, own)
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
		if f, ok := first[m.Person]; ok { // the others stay who they are
			l.bonds.same(f, n)
		} else {
			first[m.Person] = n
		}
	}
	standing, err := person.Standing(ctx, q)
	if err != nil {
		return nil, err
	}
	l.bonds.decided(standing, l.index)
	versions, err := correctedIn(ctx, q, reports)
	l.bonds.bind(versions, l.index)
	return l, err
}

func (l *local) index(mention string) (int32, bool) {
	i, ok := slices.BinarySearchFunc(l.mentions, mention, func(m person.Mention, id string) int { return strings.Compare(m.ID, id) })
	return int32(i), ok
}
