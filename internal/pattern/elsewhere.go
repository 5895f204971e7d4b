package pattern

import (
	"context"
	"slices"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/person"
)

// likely is the chance from which on somebody another agency knows is held to be the
// same: a signpost to the wrong person costs a telephone call.
const likely = 0.9

// Signposts are the agencies, beyond those whose reports the actor may read, that hold
// reports about the person a mention is of, as far as an agreement lets it be known.
// It says who to ask, and nothing else.
func (s *Store) Signposts(ctx context.Context, by access.Actor, mention string) (agencies []string, err error) {
	all, err := s.SignpostsOf(ctx, by, []string{mention})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// SignpostsOf are the Signposts of several people, each in its place.
func (s *Store) SignpostsOf(ctx context.Context, by access.Actor, mentions []string) (all [][]string, err error) {
	all = make([][]string, len(mentions))
	err = s.guard.Look(ctx, by, access.ReadPerson, func(v *db.View, sight *access.Sight) error {
		beyond, err := access.Beyond(ctx, v, v.Now, by.Agency)
		if err != nil || len(beyond) == 0 {
			sight.Nobody()
			return err
		}
		for i, mention := range mentions {
			p, err := person.Head(ctx, v, sight, mention)
			if err != nil {
				return err
			}
			sight.Saw("signposts", p.ID, p.ID)
			elsewhere, err := s.elsewhere(ctx, v, sight, p.ID, beyond)
			if err != nil {
				return err
			}
			for _, m := range elsewhere {
				sight.Saw("signposts", p.ID, m.Person) // those who hold it see that they were pointed to
				if !slices.Contains(all[i], m.Holder) {
					all[i] = append(all[i], m.Holder)
				}
			}
			slices.Sort(all[i])
		}
		sight.Touched("signposts")
		return nil
	})
	return all, err
}

// elsewhere are the mentions, held by some agencies, that are likely to be of a person.
// Neither by a report that is hidden from the actor nor in one is anybody found.
func (s *Store) elsewhere(ctx context.Context, q db.Querier, sight *access.Sight, who string, holders []string) (all []person.Mention, err error) {
	const looked = 8 // mentions of the person that others are looked for by
	own, err := person.MentionsSeen(ctx, q, sight, who, looked)
	if err != nil {
		return nil, err
	}
	model, err := s.people.ModelOf(ctx, q, sight.Pool.ID)
	if err != nil {
		return nil, err
	}
	there := &access.Pool{Agencies: holders}
	err = q.Widely(ctx, func() error {
		for i := range own {
			near, err := person.Like(ctx, q, there, &own[i].Prepared)
			if err != nil {
				return err
			}
			if near, err = person.Open(ctx, q, sight, near); err != nil {
				return err
			}
			for j := range near {
				n := &near[j]
				if slices.ContainsFunc(all, func(m person.Mention) bool { return m.ID == n.ID }) {
					continue
				}
				if score := model.Score(&own[i].Prepared, &n.Prepared); score.Same >= likely {
					all = append(all, *n)
				}
			}
		}
		return nil
	})
	return all, err
}

// A Safety is what one agency knows of a person that somebody needs to keep safe
// today: no more than this is shown when glass is broken.
type Safety struct {
	Glass   access.Glass
	Holder  string
	Reports int       // about this person as suspect, in the last two years
	Victim  int       // by or about this person as victim, in the same time
	Latest  time.Time // zero: there is none
	Grave   bool      // fear of violence or a threat is recorded
	Nearer  bool      // conduct comes nearer or more often
	Several bool      // more than one person reports them
}

const safetyYears = 2

// SafetyOf is the summary behind glass that the actor broke, while it is open.
func (s *Store) SafetyOf(ctx context.Context, by access.Actor, glass string) (safe Safety, err error) {
	err = s.guard.Look(ctx, by, access.BreakGlass, func(v *db.View, sight *access.Sight) error {
		if safe.Glass, err = access.Broken(ctx, v, sight, glass); err != nil {
			return err
		}
		safe.Holder = safe.Glass.Holder
		p, err := person.Head(ctx, v, sight, safe.Glass.Mention)
		if err != nil {
			return err
		}
		there, err := s.elsewhere(ctx, v, sight, p.ID, []string{safe.Holder})
		if err != nil {
			return err
		}
		var people []string
		for _, m := range there {
			people = appendNew(people, m.Person)
		}
		sight.Saw("glass", glass, append(people, p.ID)...)
		sight.Touched("safety summary")
		return v.Widely(ctx, func() error { // glass is broken
			for _, who := range people {
				if err := safe.add(ctx, v, sight, who); err != nil {
					return err
				}
			}
			return nil
		})
	})
	return safe, err
}

// add counts what is held about one person.
func (safe *Safety) add(ctx context.Context, q db.Querier, sight *access.Sight, who string) error {
	since := sight.Now.AddDate(-safetyYears, 0, 0).UnixMicro()
	type counted struct{ suspect, latest int64 }
	scan := func(r db.Row) (c counted, err error) { return c, r.Scan(&c.suspect, &c.latest) }
	open, args := sight.OpenReport("r.id", []any{who, person.SuspectOf(""), safe.Holder, since})
	err := db.Each(ctx, q, scan, func(c counted) error {
		if c.suspect == 1 {
			safe.Reports++
		} else {
			safe.Victim++
		}
		if at := time.UnixMicro(c.latest).UTC(); at.After(safe.Latest) {
			safe.Latest = at
		}
		return nil
	}, `SELECT CASE WHEN m.id = r.id || $2 THEN 1 ELSE 0 END, r.reported FROM mentions m JOIN reports r ON r.id = m.report
		WHERE m.person = $1 AND r.holder = $3 AND r.reported >= $4 AND r.replaced_by = ''`+open, args...)
	if err != nil {
		return err
	}
	open, args = sight.OpenReport("r.id", []any{who, safe.Holder, since})
	told, err := db.All(ctx, q, scanAccount, selectAccounts+`WHERE (a.suspect = $1 OR a.victim = $1) AND r.holder = $2 AND r.reported >= $3`+open+` ORDER BY a.report LIMIT 1000`, args...)
	if err != nil {
		return err
	}
	for i := range told { // one report alone makes no pattern, and may say the gravest thing
		one := Compose([]Account{told[i].Account}, Context{})
		safe.Grave = safe.Grave || one.Fear == Violence || one.Threat
	}
	open, args = sight.Open([]any{who}, "p.victim", "p.suspect")
	lines, err := db.All(ctx, q, scanLine, `SELECT `+LineColumns+` FROM patterns p WHERE (p.suspect = $1 OR p.victim = $1)`+open+` ORDER BY p.pressing, p.id LIMIT 100`, args...)
	for i := range lines {
		l := &lines[i]
		safe.Nearer = safe.Nearer || l.Escalates
		safe.Several = safe.Several || l.Suspect == who && l.Others > 0
	}
	return err
}
