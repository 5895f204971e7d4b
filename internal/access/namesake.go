package access

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"clew/internal/db"
	"clew/internal/pattern/match"
)

// Whoever signs in never sees a person who bears their own name, nor who reports
// that person: an officer who is reported must not find out from the first search
// for himself, before anybody has thought of a lock. It works by a lock that closes
// to that account alone and that the program sets. A namesake who needs to see the
// report has it lifted like any other lock.

// Named keeps the name of an account, and hides from it the people known already who
// bear it.
func (g *Guard) Named(ctx context.Context, tx *db.Tx, account, name string) error {
	pairs := match.NamePairs(name)
	rows := make([][]any, len(pairs))
	for i, p := range pairs {
		rows[i] = []any{p, account}
	}
	if err := tx.InsertNew(ctx, "staff_names", []string{"pair", "account"}, rows); err != nil {
		return fmt.Errorf("insert name of an account: %w", err)
	}
	if g.Bearing == nil {
		return nil
	}
	var mentions []string
	if err := tx.Widely(ctx, func() (err error) { mentions, err = g.Bearing(ctx, tx, name); return err }); err != nil {
		return err
	}
	return hideFrom(ctx, tx, account, mentions)
}

// HideNamesakes hides mentions from the accounts that bear their names. names are
// those of each mention: written and aliases.
func HideNamesakes(ctx context.Context, tx *db.Tx, mentions []string, names [][]string) error {
	bearers := map[string][]string{} // mentions by pair
	for i, m := range mentions {
		for _, name := range names[i] {
			for _, pair := range match.NamePairs(name) {
				if !slices.Contains(bearers[pair], m) {
					bearers[pair] = append(bearers[pair], m)
				}
			}
		}
	}
	type staff struct{ pair, account string }
	hidden := map[string][]string{} // mentions by account
	for some := range slices.Chunk(slices.Sorted(maps.Keys(bearers)), 500) {
		if err := db.Each(ctx, tx, func(r db.Row) (s staff, err error) { return s, r.Scan(&s.pair, &s.account) },
			func(s staff) error {
				for _, m := range bearers[s.pair] {
					if !slices.Contains(hidden[s.account], m) {
						hidden[s.account] = append(hidden[s.account], m)
					}
				}
				return nil
			}, `SELECT pair, account FROM staff_names WHERE pair IN (`+db.List(1, len(some))+`)`, db.Args(some)...); err != nil {
			return fmt.Errorf("names of accounts: %w", err)
		}
	}
	for account, some := range hidden {
		if err := hideFrom(ctx, tx, account, some); err != nil {
			return err
		}
	}
	return nil
}

// hideFrom adds mentions to the lock that hides an account's namesakes from it. Once
// that lock has been lifted it stays so.
func hideFrom(ctx context.Context, tx *db.Tx, account string, mentions []string) error {
	if len(mentions) == 0 {
		return nil
	}
	id := "namesake-" + account
	if err := tx.InsertNew(ctx, "locks", []string{"id", "set_by", "since", "reason", "asked_by", "asked_for", "lifted_by"},
		[][]any{{id, "program", tx.Now.UnixMicro(), "Bears the name of whoever it closes to", "", "", ""}}); err != nil {
		return fmt.Errorf("insert lock: %w", err)
	}
	if err := tx.InsertNew(ctx, "lock_accounts", []string{"lock", "account"}, [][]any{{id, account}}); err != nil {
		return fmt.Errorf("insert lock: %w", err)
	}
	rows := make([][]any, len(mentions))
	for i, m := range mentions {
		rows[i] = []any{id, m}
	}
	return tx.InsertNew(ctx, "lock_mentions", []string{"lock", "mention"}, rows)
}
