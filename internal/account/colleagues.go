package account

import (
	"context"
	"strings"

	"clew/internal/access"
	"clew/internal/db"
)

// known says what accounts are called and for whom they work. It is for what the
// Guard shows of others' looks.
func known(ctx context.Context, q db.Querier, accounts []string) (map[string]access.Colleague, error) {
	all := make(map[string]access.Colleague, len(accounts))
	if len(accounts) == 0 {
		return all, nil
	}
	type row struct {
		id string
		access.Colleague
	}
	scan := func(r db.Row) (x row, err error) { return x, r.Scan(&x.id, &x.Name, &x.Agency) }
	keep := func(x row) error { all[x.id] = x.Colleague; return nil }
	return all, db.Each(ctx, q, scan, keep, `SELECT id, name, agency FROM account_holders WHERE id IN (`+db.List(1, len(accounts))+`)`, db.Args(accounts)...)
}

// Names are what accounts are called. One that is not known is left out.
func (s *Store) Names(ctx context.Context, accounts []string) (names map[string]string, err error) {
	names = map[string]string{}
	err = s.guard.DB().Read(ctx, func(v *db.View) error {
		all, err := known(ctx, v, accounts)
		for id, c := range all {
			names[id] = c.Name
		}
		return err
	})
	return names, err
}

// mostColleagues is how many a search for a colleague brings up.
const mostColleagues = 20

// Colleagues are people of one's agency whose names fit what was typed, for one who
// must say from whom something is to be hidden.
func (s *Store) Colleagues(ctx context.Context, by access.Actor, search string) (all []Account, err error) {
	err = s.guard.Look(ctx, by, access.FlagConflict, func(v *db.View, sight *access.Sight) error {
		sight.Nobody()
		like := "%" + db.Like(strings.ToLower(strings.TrimSpace(search))) + "%"
		all, err = db.All(ctx, v, scanAccount, selectAccount+`WHERE agency = $1 AND state <> 'ended' AND name_key LIKE $2 ESCAPE '\' ORDER BY name_key, id LIMIT $3`, by.Agency, like, mostColleagues)
		return err
	})
	return all, err
}
