package access

import (
	"context"
	"fmt"
	"time"

	"clew/internal/db"
	"clew/internal/fault"
)

// A Holding is a role somebody has, from a time and until a time.
type Holding struct {
	Role         Role
	Since, Until time.Time // a zero Until: no end is known
}

// Grant gives an account a role until a time; a zero until is no known end. It
// ends an earlier grant of the same role. Nobody changes their own roles.
func Grant(ctx context.Context, tx *db.Tx, by Actor, account string, role Role, until time.Time) error {
	if err := notOwn(by, account); err != nil {
		return err
	}
	if !role.Known() {
		return fault.Bad("roles", "Choose a role from the list")
	}
	end := int64(never)
	if !until.IsZero() {
		if end = until.UnixMicro(); !until.After(tx.Now) {
			return fault.Bad("until", "The last day of a role must be in the future")
		}
	}
	if err := endGrant(ctx, tx, by, account, role); err != nil {
		return err
	}
	if err := tx.Insert(ctx, "grants", []string{"id", "account", "role", "since", "until", "given_by", "ended_by"},
		[][]any{{db.NewID(), account, string(role), tx.Now.UnixMicro(), end, by.Account, ""}}); err != nil {
		return fmt.Errorf("insert grant: %w", err)
	}
	return administered(ctx, tx, role)
}

// EndGrant takes a role away. Nobody takes away their own, and one administrator
// is always left.
func EndGrant(ctx context.Context, tx *db.Tx, by Actor, account string, role Role) error {
	if err := notOwn(by, account); err != nil {
		return err
	}
	if err := endGrant(ctx, tx, by, account, role); err != nil {
		return err
	}
	return administered(ctx, tx, role)
}

// GrantsOf are the roles in force of an account.
func GrantsOf(ctx context.Context, q db.Querier, now time.Time, account string) ([]Holding, error) {
	return db.All(ctx, q, scanHolding, `SELECT role, since, until FROM grants WHERE account = $1 AND since <= $2 AND until > $2 ORDER BY role`, account, now.UnixMicro())
}

func scanHolding(r db.Row) (h Holding, err error) {
	var since, until int64
	err = r.Scan(&h.Role, &since, &until)
	h.Since = time.UnixMicro(since).UTC()
	if until != never {
		h.Until = time.UnixMicro(until).UTC()
	}
	return h, err
}

func notOwn(by Actor, account string) error {
	if by.Account == account && !by.Program {
		return fault.Bad("roles", "You cannot change your own roles. Ask another administrator")
	}
	return nil
}

func endGrant(ctx context.Context, tx *db.Tx, by Actor, account string, role Role) error {
	err := tx.Exec(ctx, `UPDATE grants SET until = $1, ended_by = $2 WHERE account = $3 AND role = $4 AND until > $1`, tx.Now.UnixMicro(), by.Account, account, string(role))
	if err != nil {
		return fmt.Errorf("end grant: %w", err)
	}
	return nil
}

// administered is an error when a change has left nobody who is an administrator
// with no known end. Writers take turns: of two who remove each other, the second
// is no administrator any more.
func administered(ctx context.Context, tx *db.Tx, changed Role) error {
	if changed != Administrator {
		return nil
	}
	n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM grants WHERE role = $1 AND since <= $2 AND until = $3`, string(Administrator), tx.Now.UnixMicro(), never)
	if err != nil {
		return fmt.Errorf("count administrators: %w", err)
	}
	if n == 0 {
		return fault.Bad("roles", "This is the last administrator. Make somebody else one, without a last day, first")
	}
	return nil
}
