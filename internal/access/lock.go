package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/db"
	"clew/internal/fault"
)

// A Lock is a conflict of interest: somebody in a report works here, or is close to
// somebody who does. Whom it hides, and everybody who reports them, is not there
// for the accounts and teams it closes to: in no search, list, count or page. It
// works from the next request on, and nothing an account may do beats it.
type Lock struct {
	ID        string
	Mentions  []string // of whom it hides
	Accounts  []string // from whom
	Teams     []string // and from whoever is in them
	TeamNames []string // as their agencies call them
	Reason    string
	By        string // account
	Since     time.Time
	Lifted    time.Time // zero: it stands
	AskedBy   string    // that it be lifted: an account, and its agency; empty while nobody has
	AskedFor  string
	LiftedBy  string // the second account, of another agency
}

// mostClosed is how many accounts and teams one lock may close to.
const mostClosed = 200

// Flag locks whom a mention speaks of from accounts and teams, at once and without
// proof: somebody said that there is a conflict of interest, and that is enough until
// a custodian has looked. Nobody is told who is not to know.
func (g *Guard) Flag(ctx context.Context, by Actor, mention string, accounts, teams []string, reason string) (id string, err error) {
	reason = strings.TrimSpace(reason)
	var wrong fault.Messages
	if len(accounts)+len(teams) == 0 {
		wrong.Add("accounts", "Select who must not see this")
	} else if len(accounts)+len(teams) > mostClosed {
		wrong.Add("accounts", "Select 200 people and teams at most")
	}
	switch {
	case reason == "":
		wrong.Add("reason", "Say what the conflict of interest is")
	case utf8.RuneCountInString(reason) > longestText:
		wrong.Add("reason", "The reason has 2,000 characters at most")
	}
	if err := wrong.Err(); err != nil {
		return "", err
	}
	err = g.Act(ctx, by, FlagConflict, func(tx *db.Tx, s *Sight) error {
		if _, err := s.Whose(ctx, tx, mention); err != nil {
			return err
		}
		if len(teams) > 0 {
			known, err := db.All(ctx, tx, db.Text, `SELECT id FROM teams WHERE id IN (`+db.List(1, len(teams))+`) ORDER BY id`, db.Args(teams)...)
			if err == nil && slices.ContainsFunc(teams, func(t string) bool { return !slices.Contains(known, t) }) {
				err = fault.NotFound
			}
			if err != nil {
				return err
			}
		}
		id = db.NewID()
		s.Saw("lock", id, mention)
		if err := tx.Insert(ctx, "locks", []string{"id", "set_by", "since", "reason", "asked_by", "asked_for", "lifted_by"}, [][]any{{id, by.Account, tx.Now.UnixMicro(), reason, "", "", ""}}); err != nil {
			return fmt.Errorf("insert lock: %w", err)
		}
		if err := tx.Insert(ctx, "lock_mentions", []string{"lock", "mention"}, [][]any{{id, mention}}); err != nil {
			return fmt.Errorf("insert lock: %w", err)
		}
		for table, all := range map[string][]string{"account": accounts, "team": teams} {
			rows := make([][]any, len(all))
			for i, one := range all {
				rows[i] = []any{id, one}
			}
			if err := tx.InsertNew(ctx, "lock_"+table+"s", []string{"lock", table}, rows); err != nil {
				return fmt.Errorf("insert lock: %w", err)
			}
		}
		return nil
	})
	return id, err
}

// Lift asks that a lock be lifted, or agrees to it. Two custodians of different
// agencies must: one alone may be the friend of whoever it closes to. It reports
// whether the lock is lifted now.
func (g *Guard) Lift(ctx context.Context, by Actor, id string) (lifted bool, err error) {
	err = g.Act(ctx, by, ManageLocks, func(tx *db.Tx, s *Sight) error {
		s.Saw("lock", id)
		l, err := lockSeen(ctx, tx, s, id)
		s.Saw("lock", id, l.Mentions...)
		if err != nil {
			return err
		}
		switch {
		case !l.Lifted.IsZero():
			return fault.Conflict
		case l.AskedBy == "":
			return tx.Exec(ctx, `UPDATE locks SET asked_by = $2, asked_for = $3 WHERE id = $1`, id, by.Account, by.Agency)
		case l.AskedBy == by.Account:
			return fault.Bad("second", "A second custodian, of another agency, must agree: you asked for this")
		case l.AskedFor == by.Agency:
			return fault.Bad("second", "A second custodian, of another agency, must agree: the first is of yours")
		}
		lifted = true
		return tx.Exec(ctx, `UPDATE locks SET lifted = $2, lifted_by = $3 WHERE id = $1`, id, tx.Now.UnixMicro(), by.Account)
	})
	return lifted, err
}

// Locks are the locks, those that stand first, but for any that close to whoever
// asks, or that are about somebody who is hidden from them: a custodian may be in
// conflict too.
func (g *Guard) Locks(ctx context.Context, by Actor) (all []Lock, err error) {
	err = g.Look(ctx, by, ManageLocks, func(v *db.View, s *Sight) error {
		s.Saw("locks", "")
		if err := v.Widely(ctx, func() error { // whom they hide may be another pool's
			open, args := s.openLock(nil)
			all, err = db.All(ctx, v, scanLock, selectLocks+` WHERE 1 = 1`+open+` ORDER BY CASE WHEN lifted IS NULL THEN 0 ELSE 1 END, since DESC, id LIMIT 500`, args...)
			return err
		}); err != nil {
			return err
		}
		if err := closes(ctx, v, all); err != nil {
			return err
		}
		mine, err := locksOn(ctx, v, by.Account)
		all = slices.DeleteFunc(all, func(l Lock) bool { return slices.Contains(mine, l.ID) })
		return err
	})
	return all, err
}

const selectLocks = `SELECT id, set_by, since, reason, lifted, asked_by, asked_for, lifted_by FROM locks`

func scanLock(r db.Row) (l Lock, err error) {
	var since int64
	var lifted *int64
	err = r.Scan(&l.ID, &l.By, &since, &l.Reason, &lifted, &l.AskedBy, &l.AskedFor, &l.LiftedBy)
	l.Since = time.UnixMicro(since).UTC()
	if lifted != nil {
		l.Lifted = time.UnixMicro(*lifted).UTC()
	}
	return l, err
}

// lockSeen is a lock that does not close to whoever asks, and is about nobody who is
// hidden from them.
func lockSeen(ctx context.Context, q db.Querier, s *Sight, id string) (Lock, error) {
	all, err := db.All(ctx, q, scanLock, selectLocks+` WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = fault.NotFound
	}
	if err != nil {
		return Lock{}, err
	}
	if err := closes(ctx, q, all); err != nil {
		return Lock{}, err
	}
	mine, err := locksOn(ctx, q, s.Account)
	if err != nil {
		return all[0], err
	}
	var seen []string
	err = q.Widely(ctx, func() (err error) {
		open, args := s.openLock([]any{id})
		seen, err = db.All(ctx, q, db.Text, `SELECT id FROM locks WHERE id = $1`+open, args...)
		return err
	})
	if err == nil && (len(seen) == 0 || slices.Contains(mine, id)) {
		err = s.Require(Object{Shut: true})
	}
	return all[0], err
}

// openLock is the condition that no report by which a row of locks hides somebody
// mentions anybody who is hidden from the actor.
func (s *Sight) openLock(args []any) (string, []any) {
	return s.openMention("x.mention", ` AND NOT EXISTS (SELECT 1 FROM lock_mentions x WHERE x.lock = locks.id AND NOT (1 = 1?))`, args)
}

// openMention puts, for the question mark, the condition that the report in which a
// mention in a column stands mentions nobody who is hidden from the actor. It is empty
// for nearly everybody.
func (s *Sight) openMention(column, condition string, args []any) (string, []any) {
	if !s.Blind() {
		return "", args
	}
	in := ` AND NOT EXISTS (SELECT 1 FROM mentions hm JOIN mentions hidden ON hidden.report = hm.report WHERE hm.id = ` + column + ` AND hidden.person IN (` + db.List(len(args)+1, len(s.shut)) + `))`
	return strings.Replace(condition, "?", in, 1), append(slices.Clip(args), db.Args(s.shut)...)
}

// locksOn are the locks that stand and close to an account.
func locksOn(ctx context.Context, q db.Querier, account string) ([]string, error) {
	return db.All(ctx, q, db.Text, `
		SELECT l.id FROM lock_accounts f JOIN locks l ON l.id = f.lock WHERE f.account = $1 AND l.lifted IS NULL
		UNION
		SELECT l.id FROM team_members m CROSS JOIN lock_teams f CROSS JOIN locks l
		WHERE f.team = m.team AND l.id = f.lock AND m.account = $1 AND m.until > l.since AND l.lifted IS NULL
		ORDER BY 1`, account)
}

// closes fills in whom locks hide, and from whom.
func closes(ctx context.Context, q db.Querier, all []Lock) error {
	if len(all) == 0 {
		return nil
	}
	at, ids := make(map[string]*Lock, len(all)), make([]any, len(all))
	for i := range all {
		ids[i], at[all[i].ID] = all[i].ID, &all[i]
	}
	scan := func(r db.Row) (p [2]string, err error) { return p, r.Scan(&p[0], &p[1]) }
	var failed error
	for _, part := range []struct {
		column string
		of     func(*Lock) *[]string
	}{{"mention", func(l *Lock) *[]string { return &l.Mentions }}, {"account", func(l *Lock) *[]string { return &l.Accounts }}, {"team", func(l *Lock) *[]string { return &l.Teams }}} {
		keep := func(p [2]string) error { to := part.of(at[p[0]]); *to = append(*to, p[1]); return nil }
		failed = errors.Join(failed, db.Each(ctx, q, scan, keep, `SELECT lock, `+part.column+` FROM lock_`+part.column+`s WHERE lock IN (`+db.List(1, len(ids))+`) ORDER BY lock, `+part.column, ids...))
	}
	keep := func(p [2]string) error { l := at[p[0]]; l.TeamNames = append(l.TeamNames, p[1]); return nil }
	return errors.Join(failed, db.Each(ctx, q, scan, keep, `SELECT f.lock, t.name FROM lock_teams f JOIN teams t ON t.id = f.team WHERE f.lock IN (`+db.List(1, len(ids))+`) ORDER BY f.lock, t.name`, ids...))
}

// Closed are the people whom conflict locks in force hide from anybody, and whoever is
// hidden with them.
func (g *Guard) Closed(ctx context.Context, q db.Querier) (people []string, err error) {
	locked, err := db.All(ctx, q, db.Text, `SELECT DISTINCT x.mention FROM locks l JOIN lock_mentions x ON x.lock = l.id WHERE l.lifted IS NULL ORDER BY 1`)
	if err != nil || len(locked) == 0 {
		return nil, err
	}
	if g.Shut == nil {
		return nil, errors.New("access: there are locks, and nobody to say whom they hide")
	}
	err = q.Widely(ctx, func() (err error) {
		people, err = g.Shut(ctx, q, locked)
		return err
	})
	return people, err
}
