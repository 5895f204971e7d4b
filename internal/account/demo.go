package account

import (
	"context"
	"fmt"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
)

// Cast makes an invented account that nobody can sign in to: people come in as it
// in the demo alone. It does nothing when it is there.
func (s *Store) Cast(ctx context.Context, g Guest) error {
	if !s.settings.Demo {
		return fault.Forbidden
	}
	return s.guard.DB().Write(ctx, func(tx *db.Tx) error {
		n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM account_holders WHERE sign_in = $1`, keyOf(g.SignIn))
		if err != nil || n > 0 {
			return err
		}
		g.SignIn = keyOf(g.SignIn)
		a, err := s.make(ctx, tx, g)
		if err != nil {
			return err
		}
		if err := tx.Exec(ctx, `UPDATE account_holders SET state = $1 WHERE id = $2`, string(Active), a.ID); err != nil {
			return fmt.Errorf("open account: %w", err)
		}
		for _, r := range g.Roles {
			if err := access.Grant(ctx, tx, access.Program(a.Agency, "Demo"), a.ID, r, time.Time{}); err != nil {
				return err
			}
		}
		return nil
	})
}

// ComeIn opens a session for somebody invented, at a click.
func (s *Store) ComeIn(ctx context.Context, signIn string, from Visitor) (out Signed, err error) {
	if !s.settings.Demo {
		return out, fault.Forbidden
	}
	out.Left = -1
	err = s.guard.DB().Write(ctx, func(tx *db.Tx) error {
		if out.Account, err = db.One(ctx, tx, scanAccount, selectAccount+`WHERE sign_in = $1 AND state = 'active' AND password = ''`, strings.ToLower(signIn)); err != nil {
			return fmt.Errorf("account: %w", err)
		}
		return s.begin(ctx, tx, &out, "demo", from)
	})
	return out, err
}
