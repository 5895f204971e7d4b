package seal

import (
	"context"
	"fmt"

	"clew/internal/db"
)

// Rotate wraps every key anew, by another master key, in one transaction: whoever
// stops it has the database as it was. Keys that are wrapped by the new one already
// stay as they are, so that it can be asked for again. What is sealed is not
// touched. It returns how many keys were wrapped anew.
func Rotate(ctx context.Context, d *db.DB, from, to Master) (n int, err error) {
	err = d.WriteAlone(ctx, func(tx *db.Tx) error {
		var turn []row
		old := Sealer{master: from}
		err := all(ctx, tx, func(r row) error {
			if r.master == to.Fingerprint() {
				return nil
			}
			key, err := old.unwrap(ctx, &r)
			if err != nil {
				return fmt.Errorf("key %s: %w", r.id, err)
			}
			r.master = to.Fingerprint()
			if r.wrapped, err = to.Wrap(ctx, r.name(), key); err != nil {
				return fmt.Errorf("key %s: %w", r.id, err)
			}
			turn = append(turn, r)
			return nil
		})
		if err != nil {
			return err
		}
		for i := range turn {
			if err := rewrap(ctx, tx, &turn[i]); err != nil {
				return err
			}
		}
		n = len(turn)
		return nil
	})
	return n, err
}

// A Count is what Check found.
type Count struct {
	Good, Destroyed int
	Bad             []string // ids of keys that do not open
}

// Check opens every key with a master key.
func Check(ctx context.Context, d *db.DB, m Master) (c Count, err error) {
	s := Sealer{master: m}
	err = d.Read(ctx, func(v *db.View) error {
		gone, err := db.One(ctx, v, db.Number, `SELECT COUNT(*) FROM keys WHERE destroyed IS NOT NULL`)
		if err != nil {
			return err
		}
		c.Destroyed = int(gone)
		return all(ctx, v, func(r row) error {
			if m == nil {
				c.Bad = append(c.Bad, r.id)
			} else if _, err := s.unwrap(ctx, &r); err != nil {
				c.Bad = append(c.Bad, r.id)
			} else {
				c.Good++
			}
			return nil
		})
	})
	if err != nil {
		return c, fmt.Errorf("check keys: %w", err)
	}
	return c, nil
}
