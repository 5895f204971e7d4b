package pattern

import (
	"cmp"
	"context"
	"slices"

	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/person"
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

// find places the two parties of one new report. Each is first weighed against
// the people who share a key with it; then the less certain against the people
// the more certain is in reports with, where less is enough. It reads by index
// and never a whole table.
func find(ctx context.Context, q db.Querier, model *match.Model, victim, suspect *match.Prepared, leave func(mention string) bool) (v, s Spot, err error) {
	if v, err = among(ctx, q, model, victim, leave); err != nil {
		return v, s, err
	}
	if s, err = among(ctx, q, model, suspect, leave); err != nil {
		return v, s, err
	}
	if v.Known() && !s.Known() {
		s, err = beside(ctx, q, model, suspect, v.Person, match.SuspectsOfOneVictim, leave)
	} else if s.Known() && !v.Known() {
		v, err = beside(ctx, q, model, victim, s.Person, match.VictimsOfOneSuspect, leave)
	}
	return v, s, err
}

// among weighs a party against the people who share a key with it.
func among(ctx context.Context, q db.Querier, model *match.Model, p *match.Prepared, leave func(string) bool) (Spot, error) {
	if p.Empty() {
		return Spot{}, nil
	}
	near, err := person.Like(ctx, q, p)
	if err != nil {
		return Spot{}, err
	}
	shared := map[string]int32{}
	for i := range near {
		if n := &near[i]; !leave(n.ID) {
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
		members := slices.DeleteFunc(slices.Clone(near), func(m person.Mention) bool { return m.Person != id || leave(m.ID) })
		if len(members) < mostMembers {
			more, err := person.MentionsOf(ctx, q, id, mostMembers)
			if err != nil {
				return Spot{}, err
			}
			for _, m := range more {
				if !leave(m.ID) && !slices.ContainsFunc(members, func(x person.Mention) bool { return x.ID == m.ID }) {
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
func beside(ctx context.Context, q db.Querier, model *match.Model, p *match.Prepared, opposite string, how match.Together, leave func(string) bool) (Spot, error) {
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
		if m.Person == opposite || m.Victim() != (how == match.VictimsOfOneSuspect) || leave(m.ID) {
			continue
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
