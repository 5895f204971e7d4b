package seal

import (
	"context"
	"database/sql"
	"fmt"

	"clew/internal/db"
)

// A row is a key as it lies in the database.
type row struct {
	id, subject string
	wrapped     []byte
	master      string
	destroyed   bool
}

// name is what a key is called when it is wrapped: the key of one subject cannot be
// put in the place of another's.
func (r *row) name() string { return r.id + "|" + r.subject }

const columns = `id, subject, wrapped, master, destroyed`

func scan(r db.Row) (k row, err error) {
	var destroyed sql.NullInt64
	err = r.Scan(&k.id, &k.subject, &k.wrapped, &k.master, &destroyed)
	k.destroyed = destroyed.Valid
	return k, err
}

func find(ctx context.Context, q db.Querier, subject string) (row, error) {
	r, err := db.One(ctx, q, scan, `SELECT `+columns+` FROM keys WHERE subject = $1`, subject)
	if err != nil {
		return r, fmt.Errorf("key: %w", err)
	}
	return r, nil
}

// own are the keys of the program itself.
func own(ctx context.Context, q db.Querier) ([]row, error) {
	return db.All(ctx, q, scan, `SELECT `+columns+` FROM keys WHERE subject IN ($1, $2) ORDER BY subject`, appKey, indexKey)
}

func insert(ctx context.Context, tx *db.Tx, r *row) error {
	var destroyed any
	if r.destroyed {
		destroyed = tx.Now.UnixMicro()
	}
	err := tx.Exec(ctx, `INSERT INTO keys (id, subject, wrapped, master, made, destroyed) VALUES ($1, $2, $3, $4, $5, $6)`,
		r.id, r.subject, r.wrapped, r.master, tx.Now.UnixMicro(), destroyed)
	if err != nil {
		return fmt.Errorf("insert key: %w", err)
	}
	return nil
}

func destroy(ctx context.Context, tx *db.Tx, subject string) error {
	err := tx.Exec(ctx, `UPDATE keys SET wrapped = $1, master = '', destroyed = $2 WHERE subject = $3 AND destroyed IS NULL`, []byte{}, tx.Now.UnixMicro(), subject)
	if err != nil {
		return fmt.Errorf("destroy key: %w", err)
	}
	return nil
}

func rewrap(ctx context.Context, tx *db.Tx, r *row) error {
	err := tx.Exec(ctx, `UPDATE keys SET wrapped = $1, master = $2 WHERE id = $3`, r.wrapped, r.master, r.id)
	if err != nil {
		return fmt.Errorf("rewrap key: %w", err)
	}
	return nil
}

// all calls f with every key that is not destroyed.
func all(ctx context.Context, q db.Querier, f func(row) error) error {
	return db.Each(ctx, q, scan, f, `SELECT `+columns+` FROM keys WHERE destroyed IS NULL ORDER BY id`)
}
