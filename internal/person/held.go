package person

import (
	"context"
	"errors"
	"slices"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/report"
)

// PeopleOf says which person each of some mentions is held to be now. Those that
// are no mentions, or none that the actor may see, are left out.
func (s *Store) PeopleOf(ctx context.Context, by access.Actor, mentions []string) (people map[string]string, err error) {
	people = make(map[string]string, len(mentions))
	scan := func(r db.Row) (p [2]string, err error) { return p, r.Scan(&p[0], &p[1]) }
	keep := func(p [2]string) error { people[p[0]] = p[1]; return nil }
	err = s.guard.Look(ctx, by, access.ReadPerson, func(v *db.View, sight *access.Sight) error {
		sight.Saw("people", "")
		const most = 500
		for start := 0; start < len(mentions); start += most {
			some := mentions[start:min(start+most, len(mentions))]
			held, args := sight.Pool.Held("holder", db.Args(some))
			open, args := sight.Open(args, "person")
			if err := db.Each(ctx, v, scan, keep, `SELECT id, person FROM mentions WHERE id IN (`+db.List(1, len(some))+`)`+held+open, args...); err != nil {
				return err
			}
		}
		return nil
	})
	return people, err
}

// Parties are the people that the victim and the suspect of a report are held to
// be; nil for one that was not named, or while that is being worked out.
func (s *Store) Parties(ctx context.Context, by access.Actor, key string) (victim, suspect *Person, err error) {
	err = s.guard.Look(ctx, by, access.ReadReport, func(v *db.View, sight *access.Sight) error {
		if _, err := report.Seen(ctx, v, sight, key); err != nil {
			return err
		}
		own, err := InReports(ctx, v, []string{key})
		if err != nil {
			return err
		}
		for i := range own {
			p, err := Head(ctx, v, sight, own[i].ID)
			if errors.Is(err, fault.NotFound) {
				continue // who is who is being worked out anew
			}
			if err != nil {
				return err
			}
			if own[i].Victim() {
				victim = &p
			} else {
				suspect = &p
			}
		}
		return nil
	})
	return victim, suspect, err
}

// InTheWay is the decision that stands and says the contrary of a decision that
// somebody is about to make about mentions a and b, or nil. Both cannot hold: the
// one that stands must be undone first. It stands in the way
//
//   - of one person, when somebody decided that a mention of a's person and one of
//     b's are two;
//   - of two people, when decisions make a and b one, from mention to mention.
func (s *Store) InTheWay(ctx context.Context, by access.Actor, a, b string, same bool) (*Decided, error) {
	var found *Decided
	err := s.guard.Look(ctx, by, access.DecideIdentity, func(v *db.View, sight *access.Sight) error {
		who, err := sight.Whose(ctx, v, a)
		if err != nil {
			return err
		}
		other, err := sight.Whose(ctx, v, b)
		if err != nil {
			return err
		}
		about, err := decisionsAbout(ctx, v, who)
		if err != nil {
			return err
		}
		if !same {
			found = chain(about, a, b)
			return nil
		}
		for i := range about {
			d := &about[i]
			if d.Same || d.Undone != nil {
				continue
			}
			x, err := personOf(ctx, v, d.A)
			if err != nil {
				return err
			}
			y, err := personOf(ctx, v, d.B)
			if err != nil {
				return err
			}
			if x == who && y == other || x == other && y == who {
				found = d
				return nil
			}
		}
		return nil
	})
	return found, err
}

// chain is the first decision on a way from a to b by decisions that make mentions
// one person, or nil when there is no way.
func chain(about []Decided, a, b string) *Decided {
	by := map[string]*Decided{a: nil} // mentions reached, and the first step to each
	for grown := true; grown; {
		grown = false
		for i := range about {
			d := &about[i]
			if !d.Same || d.Undone != nil {
				continue
			}
			for _, step := range [2][2]string{{d.A, d.B}, {d.B, d.A}} {
				first, reached := by[step[0]]
				if _, already := by[step[1]]; !reached || already {
					continue
				}
				if first == nil {
					first = d
				}
				by[step[1]], grown = first, true
			}
		}
	}
	return by[b]
}

// contrary reports whether decisions that stand say that a and b are two people,
// when they are to be one, or one when they are to be two.
func contrary(standing []Decided, a, b string, same bool) bool {
	ofA := oneWith(standing, a)
	if !same {
		return ofA[b]
	}
	ofB := oneWith(standing, b)
	return slices.ContainsFunc(standing, func(d Decided) bool {
		return !d.Same && (ofA[d.A] && ofB[d.B] || ofA[d.B] && ofB[d.A])
	})
}

// oneWith are the mentions that decisions make one person with a.
func oneWith(standing []Decided, a string) map[string]bool {
	all := map[string]bool{a: true}
	for grown := true; grown; {
		grown = false
		for i := range standing {
			if d := &standing[i]; d.Same && all[d.A] != all[d.B] {
				all[d.A], all[d.B], grown = true, true, true
			}
		}
	}
	return all
}
