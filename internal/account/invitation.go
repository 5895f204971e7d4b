package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/agency"
	"clew/internal/db"
	"clew/internal/fault"
)

// How long a link can be opened, and how long there is to finish once it is.
const (
	invitationLasts = 7 * 24 * time.Hour
	setUpLasts      = 24 * time.Hour
	joiningLasts    = time.Hour
)

type invitation struct {
	id, account, roles, by string
	until                  time.Time
	opened, taken          bool
}

// A Guest is who an administrator invites.
type Guest struct {
	Name   string
	SignIn string
	Agency string // the administrator's own when empty; another only while it has no administrator
	Roles  []access.Role
}

// Invite makes an account for somebody who is to choose how to sign in, and returns
// what the link to it holds. It is shown once: only its digest is kept.
func (s *Store) Invite(ctx context.Context, by access.Actor, g Guest) (link string, err error) {
	g.Name, g.SignIn = strings.Join(strings.Fields(g.Name), " "), keyOf(g.SignIn)
	if g.Agency == "" {
		g.Agency = by.Agency
	}
	err = s.guard.Act(ctx, by, access.ManageAccounts, func(tx *db.Tx, sight *access.Sight) error {
		if err := s.mayInvite(ctx, tx, by, g.Agency); err != nil {
			return err
		}
		a, err := s.make(ctx, tx, g)
		if err != nil {
			return err
		}
		sight.Saw("account", a.ID)
		sight.Touched("name", "sign-in", "roles")
		link, err = invite(ctx, tx, a.ID, rolesText(g.Roles), by.Account, invitationLasts)
		return err
	})
	return link, err
}

// mayInvite is an error unless the agency is the administrator's own, or has nobody
// yet who could invite its people.
func (s *Store) mayInvite(ctx context.Context, q db.Querier, by access.Actor, to string) error {
	if to == by.Agency || by.Program {
		return nil
	}
	n, err := db.One(ctx, q, db.Number, `
		SELECT count(*) FROM account_holders a JOIN grants g ON g.account = a.id
		WHERE a.agency = $1 AND g.role = $2 AND g.until > $3`, to, string(access.Administrator), s.guard.DB().Now().UnixMicro())
	if err != nil {
		return fmt.Errorf("administrators of an agency: %w", err)
	}
	if n > 0 {
		return fault.Bad("agency", "This agency has its own administrator, who invites its people")
	}
	return nil
}

// make inserts an account that nobody can sign in to yet.
func (s *Store) make(ctx context.Context, tx *db.Tx, g Guest) (a Account, err error) {
	var wrong fault.Messages
	checkName(&wrong, g.Name)
	checkSignIn(&wrong, g.SignIn)
	if len(g.Roles) == 0 {
		wrong.Add("roles", "Choose at least one role")
	}
	for _, r := range g.Roles {
		if !r.Known() {
			wrong.Add("roles", "Choose a role from the list")
		}
	}
	if err := wrong.Err(); err != nil {
		return a, err
	}
	if _, err := agency.Of(ctx, tx, g.Agency); errors.Is(err, fault.NotFound) {
		return a, fault.Bad("agency", "There is no agency with that code")
	} else if err != nil {
		return a, err
	}
	n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM account_holders WHERE sign_in = $1`, g.SignIn)
	if err != nil {
		return a, fmt.Errorf("look for account: %w", err)
	}
	if n > 0 {
		return a, fault.Bad("sign-in", "Somebody signs in with this already, or did. Choose another sign-in name")
	}
	a = Account{ID: db.NewID(), Agency: g.Agency, Name: g.Name, SignIn: g.SignIn, State: Invited, Made: tx.Now, Version: 1}
	if err := tx.Insert(ctx, "account_holders", []string{"id", "agency", "name", "name_key", "sign_in", "state", "password", "code", "code_step", "made", "ended_by", "version"},
		[][]any{{a.ID, a.Agency, a.Name, strings.ToLower(a.Name), a.SignIn, string(a.State), "", "", 0, tx.Now.UnixMicro(), "", 1}}); err != nil {
		return a, fmt.Errorf("insert account: %w", err)
	}
	return a, s.guard.Named(ctx, tx, a.ID, a.Name)
}

func rolesText(roles []access.Role) string {
	var b []string
	for _, r := range roles {
		b = append(b, string(r))
	}
	return strings.Join(b, " ")
}

// invite makes a link. Earlier links to the same account open nothing any more.
func invite(ctx context.Context, tx *db.Tx, account, roles, by string, lasts time.Duration) (link string, err error) {
	if err := tx.Exec(ctx, `DELETE FROM invitations WHERE account = $1 AND taken IS NULL`, account); err != nil {
		return "", fmt.Errorf("withdraw invitations: %w", err)
	}
	link = random(32)
	if err := tx.Insert(ctx, "invitations", []string{"id", "token", "account", "roles", "made", "made_by", "until"},
		[][]any{{db.NewID(), digest(link), account, roles, tx.Now.UnixMicro(), by, tx.Now.Add(lasts).UnixMicro()}}); err != nil {
		return "", fmt.Errorf("insert invitation: %w", err)
	}
	return link, nil
}

// SetUpLink returns what the link that sets Clew up holds, or "" when somebody has
// set it up. Each call makes the link before worthless.
func (s *Store) SetUpLink(ctx context.Context) (link string, err error) {
	err = s.guard.DB().Write(ctx, func(tx *db.Tx) error {
		n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM account_holders`)
		if err != nil || n > 0 {
			return err
		}
		link, err = invite(ctx, tx, "", string(access.Administrator), "program", setUpLasts)
		return err
	})
	return link, err
}

// Restore returns what a link holds by which somebody becomes an administrator
// again, when the last one has gone. It is for the command line of the server; an
// account that is not there is made.
func (s *Store) Restore(ctx context.Context, by access.Actor, g Guest) (link string, err error) {
	g.Name, g.SignIn, g.Roles = strings.Join(strings.Fields(g.Name), " "), keyOf(g.SignIn), []access.Role{access.Administrator}
	if !by.Program {
		return "", fault.Forbidden
	}
	err = s.guard.Act(ctx, by, access.ManageAccounts, func(tx *db.Tx, sight *access.Sight) error {
		all, err := db.All(ctx, tx, scanAccount, selectAccount+`WHERE sign_in = $1`, g.SignIn)
		switch {
		case err != nil:
			return err
		case len(all) == 0:
			all = make([]Account, 1)
			if all[0], err = s.make(ctx, tx, g); err != nil {
				return err
			}
		case all[0].State == Ended:
			return fault.Bad("sign-in", "That account has ended, and is not opened again. Choose another sign-in name, with --name and --agency")
		}
		sight.Saw("account", all[0].ID)
		sight.Touched("roles", "credentials")
		link, err = invite(ctx, tx, all[0].ID, string(access.Administrator), by.Account, setUpLasts)
		return err
	})
	return link, err
}

// Open opens a link, which can be done once, and returns a ticket for taking the
// invitation up. A link that is unknown, too old or opened already is
// fault.NotFound, and they cannot be told apart.
func (s *Store) Open(ctx context.Context, link string) (ticketText string, err error) {
	var refused error
	err = s.guard.DB().Write(ctx, func(tx *db.Tx) error {
		i, err := db.One(ctx, tx, scanInvitation, selectInvitation+`WHERE token = $1`, digest(link))
		if errors.Is(err, fault.NotFound) || err == nil && (i.opened || tx.Now.After(i.until)) {
			refused = errStale
			return note(ctx, tx, &Account{ID: i.account}, "", "open an invitation", "opened before, too old or unknown")
		}
		if err != nil {
			return fmt.Errorf("invitation: %w", err)
		}
		if err := tx.Exec(ctx, `UPDATE invitations SET opened = $1 WHERE id = $2`, tx.Now.UnixMicro(), i.id); err != nil {
			return fmt.Errorf("open invitation: %w", err)
		}
		ticketText = s.issue(joining, ticket{Account: i.account, Invitation: i.id, Secret: newSecret()}, joiningLasts)
		return note(ctx, tx, &Account{ID: i.account}, "", "open an invitation", "done")
	})
	return ticketText, errors.Join(refused, err)
}

// A Joining is what somebody who takes an invitation up is shown.
type Joining struct {
	Account Account // zero when it sets Clew up
	Agency  string  // its name
	Secret  Secret
}

// First reports whether the link sets Clew up.
func (j *Joining) First() bool { return j.Account.ID == "" }

// Joining is what a ticket is for.
func (s *Store) Joining(ctx context.Context, ticketText string) (j Joining, err error) {
	err = s.guard.DB().Read(ctx, func(v *db.View) error {
		t, err := s.read(joining, ticketText, v.Now)
		if err != nil {
			return err
		}
		j.Secret = secretOf(t.Secret)
		if t.Account == "" {
			return nil
		}
		if j.Account, err = Of(ctx, v, t.Account); err != nil {
			return err
		}
		a, err := agency.Of(ctx, v, j.Account.Agency)
		j.Agency = a.Name
		return err
	})
	return j, err
}

// A Join is how somebody chooses to sign in.
type Join struct {
	Password, Repeat string
	Code             string // the first one-time code, which shows that the app has the secret

	// The rest is asked of whoever sets Clew up.
	Name, SignIn string
	Agency       agency.Agency
}

// Accept takes an invitation up: the account can be signed in to from then on, with
// what was chosen and nothing that there was before. It returns ten recovery codes,
// which are kept as digests: nobody can be told them again.
func (s *Store) Accept(ctx context.Context, ticketText string, j Join, from Visitor) (out Signed, recovery []string, err error) {
	j.Name, j.SignIn = strings.Join(strings.Fields(j.Name), " "), keyOf(j.SignIn)
	t, err := s.read(joining, ticketText, s.guard.DB().Now())
	if err != nil {
		return out, nil, err
	}
	name, signIn := j.Name, j.SignIn
	var wrong fault.Messages
	if t.Account == "" {
		checkName(&wrong, j.Name)
		checkSignIn(&wrong, j.SignIn)
	} else if now, err := s.Joining(ctx, ticketText); err == nil {
		name, signIn = now.Account.Name, now.Account.SignIn
	}
	checkPassword(&wrong, j.Password, signIn, name)
	if j.Password != j.Repeat {
		wrong.Add("repeat", "The two passwords are not the same")
	}
	step := stepOf(t.Secret, typed(j.Code), s.guard.DB().Now(), 0)
	if step == 0 {
		wrong.Add("code", "The code is not right. Enter the six figures that the app shows now")
	}
	if err := wrong.Err(); err != nil {
		return out, nil, err
	}
	password := ""
	if err := s.turn(ctx, func() { password = s.settings.Cost.hash(j.Password) }); err != nil {
		return out, nil, err
	}
	recovery = newRecoveryCodes()
	err = s.accept(ctx, t, j, &out, from, "password", func(tx *db.Tx) error {
		sealed := s.shut("one-time code of "+out.Account.ID, t.Secret)
		if err := tx.Exec(ctx, `UPDATE account_holders SET password = $1, code = $2, code_step = $3 WHERE id = $4`, password, sealed, step, out.Account.ID); err != nil {
			return fmt.Errorf("keep password: %w", err)
		}
		return keepRecoveryCodes(ctx, tx, out.Account.ID, recovery)
	})
	if err != nil {
		return Signed{}, nil, err
	}
	return out, recovery, nil
}

// accept has an account be active, its old credentials gone and its roles given,
// lets keep write the new ones, and opens a session.
func (s *Store) accept(ctx context.Context, t ticket, j Join, out *Signed, from Visitor, how string, keep func(*db.Tx) error) error {
	out.Left = -1
	return s.guard.DB().Write(ctx, func(tx *db.Tx) error {
		i, err := db.One(ctx, tx, scanInvitation, selectInvitation+`WHERE id = $1`, t.Invitation)
		if err != nil {
			return fmt.Errorf("invitation: %w", err)
		}
		if may, err := stillInvites(ctx, tx, i.by); err != nil || !may || i.taken {
			return errors.Join(err, errStale)
		}
		if i.account == "" {
			if out.Account, err = s.setUp(ctx, tx, j); err != nil {
				return err
			}
		} else if out.Account, err = Of(ctx, tx, i.account); err != nil {
			return err
		}
		id := out.Account.ID
		if out.Account.State == Ended {
			return errStale
		}
		if err := s.forget(ctx, tx, id); err != nil {
			return err
		}
		if err := tx.Exec(ctx, `UPDATE account_holders SET state = $1, version = version + 1 WHERE id = $2`, string(Active), id); err != nil {
			return fmt.Errorf("open account: %w", err)
		}
		out.Account.State = Active
		if err := tx.Exec(ctx, `UPDATE invitations SET taken = $1, account = $2 WHERE id = $3`, tx.Now.UnixMicro(), id, i.id); err != nil {
			return fmt.Errorf("take invitation up: %w", err)
		}
		for _, r := range strings.Fields(i.roles) {
			if err := access.Grant(ctx, tx, access.Actor{Account: i.by}, id, access.Role(r), time.Time{}); err != nil {
				return err
			}
		}
		if err := keep(tx); err != nil {
			return err
		}
		if err := note(ctx, tx, &out.Account, "", "take up an invitation", "done"); err != nil {
			return err
		}
		return s.begin(ctx, tx, out, how, from)
	})
}

// stillInvites reports whether whoever made an invitation may still make one: the
// links of an administrator who has gone open nothing.
func stillInvites(ctx context.Context, tx *db.Tx, by string) (bool, error) {
	if by == "program" {
		return true, nil
	}
	all, err := access.GrantsOf(ctx, tx, tx.Now, by)
	return slices.ContainsFunc(all, func(h access.Holding) bool { return h.Role == access.Administrator }), err
}

// forget takes from an account all it could be signed in to with.
func (s *Store) forget(ctx context.Context, tx *db.Tx, id string) error {
	for _, q := range []string{
		`UPDATE account_holders SET password = '', code = '', code_step = 0 WHERE id = $1`,
		`DELETE FROM recovery_codes WHERE account = $1`, `DELETE FROM passkeys WHERE account = $1`, `DELETE FROM identities WHERE account = $1`,
	} {
		if err := tx.Exec(ctx, q, id); err != nil {
			return fmt.Errorf("forget credentials: %w", err)
		}
	}
	return endSessions(ctx, tx, id)
}

// setUp makes the first agency and its administrator.
func (s *Store) setUp(ctx context.Context, tx *db.Tx, j Join) (a Account, err error) {
	n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM account_holders`)
	if err != nil {
		return a, fmt.Errorf("count accounts: %w", err)
	}
	if n > 0 {
		return a, errStale
	}
	there, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM agencies WHERE id = $1`, strings.TrimSpace(j.Agency.ID))
	if err != nil {
		return a, fmt.Errorf("look for agency: %w", err)
	}
	if there == 0 { // reports may have named it already
		if err := agency.Join(ctx, tx, j.Agency); err != nil {
			return a, err
		}
	}
	return s.make(ctx, tx, Guest{Name: j.Name, SignIn: j.SignIn, Agency: strings.TrimSpace(j.Agency.ID), Roles: []access.Role{access.Administrator}})
}
