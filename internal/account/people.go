package account

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
)

// A Person is an account as the administrator of its agency sees it.
type Person struct {
	Account
	Roles    []access.Holding
	Keys     int // passkeys
	Password bool
	Code     bool // one-time codes
	Linked   []Identity
	Seen     time.Time     // last signed in; zero: never
	Waiting  []access.Role // given once an invitation is taken up
}

// An Identity is who an account is to a provider of single sign-on.
type Identity struct{ Issuer, Subject string }

// People are the accounts of one’s agency, by name, and how many there are. Those
// that have ended come last.
func (s *Store) People(ctx context.Context, by access.Actor, search string, offset, limit int) (all []Account, total int, err error) {
	err = s.guard.Look(ctx, by, access.ManageAccounts, func(v *db.View, sight *access.Sight) error {
		sight.Saw("accounts", by.Agency)
		like := "%" + db.Like(strings.ToLower(strings.TrimSpace(search))) + "%"
		const where = `WHERE agency = $1 AND (name_key LIKE $2 ESCAPE '\' OR sign_in LIKE $2 ESCAPE '\')`
		n, err := db.One(ctx, v, db.Number, `SELECT count(*) FROM account_holders `+where, by.Agency, like)
		if err != nil {
			return fmt.Errorf("count accounts: %w", err)
		}
		total = int(n)
		all, err = db.All(ctx, v, scanAccount, selectAccount+where+` ORDER BY CASE state WHEN 'ended' THEN 1 ELSE 0 END, name_key, id LIMIT $3 OFFSET $4`, by.Agency, like, limit, offset)
		return err
	})
	return all, total, err
}

// Person is one account of one’s agency.
func (s *Store) Person(ctx context.Context, by access.Actor, id string) (p Person, err error) {
	err = s.guard.Look(ctx, by, access.ManageAccounts, func(v *db.View, sight *access.Sight) error {
		sight.Saw("account", id)
		if p.Account, err = s.theirs(ctx, v, by, id); err != nil {
			return err
		}
		p, err = s.person(ctx, v, v.Now, p.Account)
		return err
	})
	return p, err
}

// Own is one’s own account.
func (s *Store) Own(ctx context.Context, by access.Actor) (p Person, err error) {
	err = s.guard.Look(ctx, by, access.ManageOwnAccount, func(v *db.View, sight *access.Sight) error {
		sight.Saw("account", by.Account)
		a, err := Of(ctx, v, by.Account)
		if err != nil {
			return err
		}
		p, err = s.person(ctx, v, v.Now, a)
		return err
	})
	return p, err
}

func (s *Store) person(ctx context.Context, v *db.View, now time.Time, a Account) (p Person, err error) {
	p.Account = a
	if p.Roles, err = access.GrantsOf(ctx, v, now, a.ID); err != nil {
		return p, err
	}
	k, err := db.One(ctx, v, scanKept, selectKept+`WHERE id = $1`, a.ID)
	if err != nil {
		return p, err
	}
	p.Password, p.Code = k.password != "", k.code != ""
	n, err := db.One(ctx, v, db.Number, `SELECT count(*) FROM passkeys WHERE account = $1`, a.ID)
	if err != nil {
		return p, err
	}
	p.Keys = int(n)
	if p.Linked, err = db.All(ctx, v, func(r db.Row) (i Identity, err error) { return i, r.Scan(&i.Issuer, &i.Subject) }, `SELECT issuer, subject FROM identities WHERE account = $1 ORDER BY issuer, subject`, a.ID); err != nil {
		return p, err
	}
	waiting, err := db.All(ctx, v, db.Text, `SELECT roles FROM invitations WHERE account = $1 AND taken IS NULL`, a.ID)
	if err != nil {
		return p, err
	}
	for _, r := range strings.Fields(strings.Join(waiting, " ")) {
		p.Waiting = append(p.Waiting, access.Role(r))
	}
	seen, err := db.One(ctx, v, db.Number, `SELECT COALESCE(max(began), 0) FROM sessions WHERE account = $1`, a.ID)
	if err == nil && seen > 0 {
		p.Seen = at(seen)
	}
	return p, err
}

// theirs is an account that an administrator looks after: one of their own agency.
// Another is not there for them.
func (s *Store) theirs(ctx context.Context, q db.Querier, by access.Actor, id string) (Account, error) {
	a, err := Of(ctx, q, id)
	if err == nil && a.Agency != by.Agency && !by.Program {
		err = fmt.Errorf("account: %w", fault.NotFound)
	}
	return a, err
}

// SetRoles has an account have the roles named and no others. Those it had not are
// given until a time, or with no known end. They hold at the next thing that the
// person does.
func (s *Store) SetRoles(ctx context.Context, by access.Actor, id string, roles []access.Role, until time.Time) error {
	return s.guard.Act(ctx, by, access.ManageAccounts, func(tx *db.Tx, sight *access.Sight) error {
		a, err := s.theirs(ctx, tx, by, id)
		if err != nil {
			return err
		}
		sight.Saw("account", id)
		sight.Touched("roles")
		switch {
		case a.State == Ended:
			return fault.Bad("roles", "This account has ended")
		case a.State == Invited:
			return fault.Bad("roles", "This person has not taken up the invitation yet. Invite them again to change their roles")
		}
		have, err := access.GrantsOf(ctx, tx, tx.Now, id)
		if err != nil {
			return err
		}
		for _, r := range roles {
			if !slices.ContainsFunc(have, func(h access.Holding) bool { return h.Role == r }) {
				if err := access.Grant(ctx, tx, by, id, r, until); err != nil {
					return err
				}
			}
		}
		for _, h := range have {
			if !slices.Contains(roles, h.Role) {
				if err := access.EndGrant(ctx, tx, by, id, h.Role); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// End closes an account for good: its sessions end at their next request, and its
// roles with them. What was done in its name stays under it.
func (s *Store) End(ctx context.Context, by access.Actor, id string, version int64) error {
	return s.guard.Act(ctx, by, access.ManageAccounts, func(tx *db.Tx, sight *access.Sight) error {
		a, err := s.theirs(ctx, tx, by, id)
		switch {
		case err != nil:
			return err
		case id == by.Account:
			return fault.Bad("end", "You cannot end your own account. Ask another administrator")
		case a.Version != version || a.State == Ended:
			return fmt.Errorf("account: %w", fault.Conflict)
		}
		sight.Saw("account", id)
		have, err := access.GrantsOf(ctx, tx, tx.Now, id)
		if err != nil {
			return err
		}
		for _, h := range have {
			if err := access.EndGrant(ctx, tx, by, id, h.Role); err != nil {
				return err
			}
		}
		if err := s.forget(ctx, tx, id); err != nil {
			return err
		}
		if err := tx.Exec(ctx, `DELETE FROM invitations WHERE account = $1 AND taken IS NULL`, id); err != nil {
			return fmt.Errorf("withdraw invitation: %w", err)
		}
		return tx.Exec(ctx, `UPDATE account_holders SET state = $1, ended = $2, ended_by = $3, version = version + 1 WHERE id = $4`, string(Ended), tx.Now.UnixMicro(), by.Account, id)
	})
}

// InviteAgain makes a new link to an account: for somebody whose link was lost,
// too old or opened by another, and for somebody who has lost all they signed in
// with. Until it is taken up, what they had goes on opening the account.
func (s *Store) InviteAgain(ctx context.Context, by access.Actor, id string) (link string, err error) {
	err = s.guard.Act(ctx, by, access.ManageAccounts, func(tx *db.Tx, sight *access.Sight) error {
		a, err := s.theirs(ctx, tx, by, id)
		switch {
		case err != nil:
			return err
		case id == by.Account:
			return fault.Bad("again", "You are signed in: change how you sign in on your own account’s page")
		case a.State == Ended:
			return fault.Bad("again", "This account has ended")
		}
		sight.Saw("account", id)
		sight.Touched("credentials")
		roles, err := db.All(ctx, tx, db.Text, `SELECT roles FROM invitations WHERE account = $1 AND taken IS NULL ORDER BY made DESC`, id)
		if err != nil {
			return err
		}
		link, err = invite(ctx, tx, id, strings.Join(roles[:min(1, len(roles))], ""), by.Account, invitationLasts)
		return err
	})
	return link, err
}
