package db

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// On PostgreSQL rows have a wall around them (row-level security): a transaction that
// was narrowed finds no row of what others hold, whatever its queries ask, and can
// write none. The program's own connections see all until then; any other connection
// of the same role is refused, unless it says so as they do. SQLite has no such wall.

// Within is what a transaction sees.
type Within struct {
	Holders []string // rows that these agencies hold
	Pool    string   // what was worked out for this pool
	Agency  string   // what this one keeps to itself
	// Blind has it see the mentions of all: somebody is hidden, and what is to be left
	// out with them is found by mentions, wherever they are held.
	Blind bool
}

const (
	everybody = "*"
	unit      = "\x1f" // between agencies
)

func seeAll(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, `SELECT set_config('clew.holders', '`+everybody+`', false)`)
	return err
}

// Narrow has a transaction see no more than that from here on.
func (v *View) Narrow(ctx context.Context, w Within) error {
	v.within = w
	return v.see(ctx, strings.Join(w.Holders, unit), &w)
}

// Widely runs f with all rows to be seen, and then narrows the transaction again, if
// it was narrow: for what is asked about others by rights, such as who holds a report.
func (v *View) Widely(ctx context.Context, f func() error) error {
	if v.sqlite || !*v.narrow {
		return f()
	}
	if err := v.widen(ctx); err != nil {
		return err
	}
	err := f()
	return cmp.Or(err, v.Narrow(ctx, v.within))
}

func (v *View) widen(ctx context.Context) error { return v.see(ctx, everybody, &Within{}) }

func (v *View) see(ctx context.Context, holders string, w *Within) error {
	if v.sqlite {
		return nil
	}
	ctx, err := v.kept(ctx)
	if err != nil {
		return err
	}
	*v.narrow = holders != everybody
	blind := ""
	if w.Blind {
		blind = "1"
	}
	_, err = v.tx.ExecContext(ctx, `SELECT set_config('clew.holders', $1, true), set_config('clew.pool', $2, true), set_config('clew.agency', $3, true), set_config('clew.blind', $4, true)`, holders, w.Pool, w.Agency, blind)
	if err != nil {
		return fmt.Errorf("which rows are seen: %w", err)
	}
	return nil
}

// Walled reports whether the wall stands: on PostgreSQL it does not for a role that is
// a superuser or may pass by row-level security.
func (d *DB) Walled(ctx context.Context) (walled bool, err error) {
	if d.sqlite {
		return false, nil
	}
	err = d.Read(ctx, func(v *View) error {
		n, err := One(ctx, v, Number, `SELECT COUNT(*) FROM pg_roles WHERE rolname = current_user AND NOT rolsuper AND NOT rolbypassrls`)
		walled = n == 1
		return err
	})
	return walled, err
}
