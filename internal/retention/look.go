package retention

import (
	"context"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/person"
	"clew/internal/report"
)

// Report is a report of the actor's own agency, the mentions of its parties, and
// whether a hold keeps it: for somebody who is about to set one.
func (s *Store) Report(ctx context.Context, by access.Actor, key string) (i Item, parties []string, held bool, err error) {
	err = s.guard.Look(ctx, by, access.SetHold, func(v *db.View, sight *access.Sight) error {
		h, err := report.Seen(ctx, v, sight, key)
		if err == nil && h.Holder != by.Agency {
			err = fault.NotFound
		}
		if err != nil {
			return err
		}
		i = Item{Key: h.Key, Agency: h.Agency, Record: h.ID, Kind: string(h.Kind), Offence: h.Offence, Reported: h.Reported}
		mentions, err := person.InReports(ctx, v, []string{key})
		if err != nil {
			return err
		}
		for i := range mentions {
			parties = append(parties, mentions[i].ID)
		}
		held, err = IsHeld(ctx, v, sight, key)
		return err
	})
	return i, parties, held, err
}

// An About is how many reports the actor's agency holds about somebody.
type About struct{ Reports, Held int }

// Person counts what the actor's agency holds about whoever a mention is held to be.
func (s *Store) Person(ctx context.Context, by access.Actor, mention string) (a About, err error) {
	err = s.guard.Look(ctx, by, access.ReadRetention, func(v *db.View, sight *access.Sight) error {
		all, err := mentionsOf(ctx, v, sight, mention)
		if err != nil {
			return err
		}
		sight.Saw("person", mention, mention)
		a.Reports = len(all)
		held, args := heldSeen(sight, []any{mention, by.Agency})
		open, args := sight.OpenReport("r.id", args)
		n, err := db.One(ctx, v, db.Number, `
			SELECT count(*) FROM mentions p CROSS JOIN mentions m CROSS JOIN reports r
			WHERE p.id = $1 AND m.person = p.person AND m.holder = $2 AND r.id = m.report AND `+held+open, args...)
		a.Held = int(n)
		return err
	})
	return a, err
}
