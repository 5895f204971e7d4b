package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// ErrElsewhere says that PostgreSQL copies itself, by its own programs.
var ErrElsewhere = errors.New("the database is PostgreSQL, which pg_dump copies")

// Backup writes a whole copy to a new file, as the database is at one moment, while
// others write. A file that is there already is an error. The copy is made inside
// this program: one made by another program would begin again at each write.
func (d *DB) Backup(ctx context.Context, file string) error {
	if !d.sqlite {
		return ErrElsewhere
	}
	// Readers' connections can only read, and VACUUM INTO asks to write, elsewhere
	// though it does. So it has a connection of its own.
	c, err := d.readers.Conn(ctx)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, `PRAGMA query_only(0)`); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer c.ExecContext(context.WithoutCancel(ctx), `PRAGMA query_only(1)`)
	if _, err := c.ExecContext(ctx, `VACUUM INTO $1`, file); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// Sound has the engine look through the whole database, and says what is wrong, a
// line for each. Nothing is wrong that it can see when there is none: it cannot see
// a value that was changed for another.
func (d *DB) Sound(ctx context.Context) (wrong []string, err error) {
	if !d.sqlite {
		return nil, nil // checksums of pages are PostgreSQL's own work
	}
	err = d.Read(ctx, func(v *View) error {
		said, err := All(ctx, v, Text, `PRAGMA integrity_check`)
		if err != nil {
			return err
		}
		if len(said) != 1 || said[0] != "ok" {
			wrong = said
		}
		lost, err := All(ctx, v, func(r Row) (string, error) {
			var table, parent string
			var row, key any
			err := r.Scan(&table, &row, &parent, &key)
			return fmt.Sprintf("row %v of %s speaks of a row of %s that is not there", row, table, parent), err
		}, `PRAGMA foreign_key_check`)
		wrong = append(wrong, lost...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look through the database: %w", err)
	}
	return wrong, nil
}

// Tables are the names of all tables, in order.
func (d *DB) Tables(ctx context.Context) (all []string, err error) {
	query := `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename`
	if d.sqlite {
		query = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`
	}
	err = d.Read(ctx, func(v *View) error { all, err = All(ctx, v, Text, query); return err })
	return all, err
}

// Dump calls f with every row of a table as the engine gives it, the names of its
// columns first.
func (d *DB) Dump(ctx context.Context, table string, head func(columns []string) error, f func(values []any) error) error {
	return d.Read(ctx, func(v *View) error {
		rows, err := v.query(ctx, `SELECT * FROM "`+strings.ReplaceAll(table, `"`, `""`)+`"`)
		if err != nil {
			return fmt.Errorf("read %s: %w", table, err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		if err := head(columns); err != nil {
			return err
		}
		values, to := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			to[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(to...); err != nil {
				return err
			}
			if err := f(values); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}
