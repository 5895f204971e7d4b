package pattern

import (
	"cmp"
	"context"
	"slices"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/person"
	"clew/internal/report"
)

// A Spot is the person that a party of a new report is held to be.
type Spot struct {
	Person  string // empty: nobody known
	Joining match.Joining
	With    person.Mention // the mention that speaks most for it
}

// Known reports whether the party is somebody already known.
func (s *Spot) Known() bool { return s.Person != "" }

const (
	hopeless    = -3000 // thousandths of a bit: who shares a key and says less is not looked at further
	mostPeople  = 6     // people a party is weighed against, by how much they share
	mostMembers = 12    // mentions of each that are looked at
	mostPairs   = 60    // reports of one victim, or about one suspect, that are looked through
)

// place finds out who the parties of a report just taken in are, and brings the
// patterns they are in up to date. Nobody whom leave says to leave is looked at; nil
// leaves nobody. Before it does that it tells who they are.
func place(ctx context.Context, tx *db.Tx, pool *access.Pool, model *match.Model, key string, r *report.Record, leave leaving, tell func(victim, suspect Spot) error) error {
	own := map[string]bool{person.VictimOf(key): true, person.SuspectOf(key): true}
	victim, suspect := match.Prepare(person.Of(r.Agency, &r.Victim)), match.Prepare(person.Of(r.Agency, &r.Suspect))
	v, s, err := asBefore(ctx, tx, model, key, &victim, &suspect)
	if err != nil {
		return err
	}
	if !v.Known() && !s.Known() {
		v, s, err = find(ctx, tx, pool, model, &victim, &suspect, func(m *person.Mention) bool { return own[m.ID] || leave != nil && leave(m) })
		if err != nil {
			return err
		}
	}
	if err := tell(v, s); err != nil {
		return err
	}
	people := []string{person.VictimOf(key), person.SuspectOf(key)}
	for i, spot := range []*Spot{&v, &s} {
		if spot.Known() {
			if err := person.Move(ctx, tx, people[i], spot.Person, spot.Joining.Score.Same); err != nil {
				return err
			}
			people[i] = spot.Person
		}
	}
	if err := head(ctx, tx, pool.ID, people); err != nil {
		return err
	}
	seats, err := seat(ctx, tx, []string{key})
	if err != nil {
		return err
	}
	return refresh(ctx, tx, pool.ID, seats)
}

// asBefore places the parties of a correction where those of the older version are.
func asBefore(ctx context.Context, q db.Querier, model *match.Model, key string, victim, suspect *match.Prepared) (v, s Spot, err error) {
	older, err := db.All(ctx, q, scanVersion, selectVersions+` AND replaced_by = $1`, key)
	if err != nil || len(older) == 0 {
		return v, s, err
	}
	was, err := person.InReports(ctx, q, []string{older[0].old})
	for _, m := range was {
		spot, p := &s, suspect
		if m.Victim() {
			spot, p = &v, victim
		}
		*spot = Spot{m.Person, model.Joins(p, []*match.Prepared{&m.Prepared}, match.Apart), m}
		spot.Joining.Joins, spot.Joining.Score.Same = true, 1
	}
	return v, s, err
}

// find places the two parties of one new report. Each is first weighed against
// the people who share a key with it; then the less certain against the people
// the more certain is in reports with, where less is enough. Nobody is both: who
// might be either is the one more speaks for. It reads by index and never a whole
// table.
func find(ctx context.Context, q db.Querier, pool *access.Pool, model *match.Model, victim, suspect *match.Prepared, leave leaving) (v, s Spot, err error) {
	if v, err = among(ctx, q, pool, model, victim, leave); err != nil {
		return v, s, err
	}
	if s, err = among(ctx, q, pool, model, suspect, leave); err != nil {
		return v, s, err
	}
	if v.Known() && v.Person == s.Person {
		if s.Joining.Score.Total > v.Joining.Score.Total {
			v, err = among(ctx, q, pool, model, victim, leave.and(s.Person))
		} else {
			s, err = among(ctx, q, pool, model, suspect, leave.and(v.Person))
		}
		if err != nil {
			return v, s, err
		}
	}
	if v.Known() && !s.Known() {
		s, err = beside(ctx, q, pool, model, suspect, v.Person, match.SuspectsOfOneVictim, leave)
	} else if s.Known() && !v.Known() {
		v, err = beside(ctx, q, pool, model, victim, s.Person, match.VictimsOfOneSuspect, leave)
	}
	return v, s, err
}

// leaving says which mentions are no concern of whoever looks for somebody.
type leaving func(*person.Mention) bool

// and leaves those of one person, too.
func (l leaving) and(who string) leaving {
	return func(m *person.Mention) bool { return m.Person == who || l(m) }
}

// among weighs a party against the people who share a key with it.
func among(ctx context.Context, q db.Querier, pool *access.Pool, model *match.Model, p *match.Prepared, leave leaving) (Spot, error) {
	if p.Empty() {
		return Spot{}, nil
	}
	near, err := person.Like(ctx, q, pool, p)
	if err != nil {
		return Spot{}, err
	}
	shared := map[string]int32{}
	for i := range near {
		if n := &near[i]; !leave(n) {
			score := model.Score(p, &n.Prepared)
			if t, ok := shared[n.Person]; !ok || score.Total > t {
				shared[n.Person] = score.Total
			}
		}
	}
	people := make([]string, 0, len(shared))
	for id, t := range shared {
		if t >= hopeless {
			people = append(people, id)
		}
	}
	slices.SortFunc(people, func(a, b string) int { return cmp.Or(cmp.Compare(shared[b], shared[a]), cmp.Compare(a, b)) })
	var best Spot
	for _, id := range people[:min(mostPeople, len(people))] {
		members := slices.DeleteFunc(slices.Clone(near), func(m person.Mention) bool { return m.Person != id || leave(&m) })
		if len(members) < mostMembers {
			more, err := person.MentionsOf(ctx, q, id, mostMembers)
			if err != nil {
				return Spot{}, err
			}
			for _, m := range more {
				if !leave(&m) && slices.Contains(pool.Agencies, m.Holder) && !slices.ContainsFunc(members, func(x person.Mention) bool { return x.ID == m.ID }) {
					members = append(members, m)
				}
			}
		}
		best.take(model, p, members[:min(mostMembers, len(members))], match.Apart)
	}
	return best, nil
}

// beside weighs a party against the people who stand opposite somebody in
// reports: the suspects one victim reports, or the victims who report one suspect.
func beside(ctx context.Context, q db.Querier, pool *access.Pool, model *match.Model, p *match.Prepared, opposite string, how match.Together, leave leaving) (Spot, error) {
	if p.Empty() {
		return Spot{}, nil
	}
	reports, err := db.All(ctx, q, db.Text, map[match.Together]string{
		match.SuspectsOfOneVictim: `SELECT report FROM accounts WHERE victim = $1 ORDER BY report DESC LIMIT $2`,
		match.VictimsOfOneSuspect: `SELECT report FROM accounts WHERE suspect = $1 ORDER BY report DESC LIMIT $2`,
	}[how], opposite, mostPairs)
	if err != nil {
		return Spot{}, err
	}
	mentions, err := person.InReports(ctx, q, reports)
	if err != nil {
		return Spot{}, err
	}
	groups := map[string][]person.Mention{}
	var order []string
	for _, m := range mentions {
		if m.Person == opposite || m.Victim() != (how == match.VictimsOfOneSuspect) || m.Prepared.Empty() || leave(&m) || !slices.Contains(pool.Agencies, m.Holder) {
			continue // of whom nothing is written, nothing agrees
		}
		if _, ok := groups[m.Person]; !ok {
			order = append(order, m.Person)
		}
		groups[m.Person] = append(groups[m.Person], m)
	}
	var best Spot
	if len(order) == 1 && how == match.SuspectsOfOneVictim {
		how = match.OnlySuspectOfOneVictim
	}
	for _, id := range order {
		best.take(model, p, groups[id][:min(mostMembers, len(groups[id]))], how)
	}
	return best, nil
}

// take moves the spot to a person whom more speaks for.
func (s *Spot) take(model *match.Model, p *match.Prepared, members []person.Mention, how match.Together) {
	if len(members) == 0 {
		return
	}
	prepared := make([]*match.Prepared, len(members))
	for i := range members {
		prepared[i] = &members[i].Prepared
	}
	j := model.Joins(p, prepared, how)
	if j.Joins && (!s.Known() || j.Score.Total > s.Joining.Score.Total) {
		*s = Spot{members[j.By].Person, j, members[j.By]}
	}
}
