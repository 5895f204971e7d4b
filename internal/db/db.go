// Package db opens the program's one database, SQLite or PostgreSQL, and lends
// out transactions on it. Queries elsewhere are written once, with $1
// placeholders, in the SQL that both engines share.
//
// Times are kept as whole microseconds since 1970, UTC; identifiers are text
// made by NewID. SQLite has one writer, which waits its turn and syncs to the
// disk before it says done (synchronous=FULL), and many readers.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"runtime"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // binds $N by number; other SQLite drivers bind by order of appearance

	"clew/internal/fault"
	"clew/migrations"
)

// A DB is a database with its schema up to date.
type DB struct {
	readers, writer *sql.DB // one pool on PostgreSQL
	sqlite          bool
	now             func() time.Time
}

// Open connects to a postgres:// URL or, for anything else, to the SQLite file
// of that name, and brings its schema up to date. It refuses a database newer
// than the program.
func Open(ctx context.Context, where string, now func() time.Time) (*DB, error) {
	d := &DB{now: now, sqlite: !strings.HasPrefix(where, "postgres://") && !strings.HasPrefix(where, "postgresql://")}
	var err error
	if d.sqlite {
		const pragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=foreign_keys(1)&_pragma=cache_size(-131072)&_pragma=wal_autocheckpoint(16384)&_pragma=mmap_size(1073741824)&_pragma=temp_store(memory)"
		file := "file:" + (&url.URL{Path: where}).EscapedPath() + pragmas
		if d.writer, err = sql.Open("sqlite", file+"&_txlock=immediate"); err != nil {
			return nil, fmt.Errorf("open database: %w", err)
		}
		d.writer.SetMaxOpenConns(1)
		if d.readers, err = sql.Open("sqlite", file+"&_pragma=query_only(1)"); err != nil {
			return nil, fmt.Errorf("open database: %w", err)
		}
		d.readers.SetMaxOpenConns(max(4, runtime.GOMAXPROCS(0)))
		d.readers.SetMaxIdleConns(max(4, runtime.GOMAXPROCS(0)))
	} else {
		if d.writer, err = sql.Open("pgx", where); err != nil {
			return nil, fmt.Errorf("open database: %w", err)
		}
		d.writer.SetMaxOpenConns(20)
		d.writer.SetMaxIdleConns(20)
		d.readers = d.writer
	}
	if err := d.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate: %w", err), d.Close())
	}
	return d, nil
}

// Close lets go of the database.
func (d *DB) Close() error {
	if d.readers == d.writer {
		return d.writer.Close()
	}
	return errors.Join(d.readers.Close(), d.writer.Close())
}

// SQLite reports which engine it is.
func (d *DB) SQLite() bool { return d.sqlite }

// Now is the time by the database's clock, UTC to the microsecond.
func (d *DB) Now() time.Time { return d.now().UTC().Truncate(time.Microsecond) }

func (d *DB) migrate(ctx context.Context) error {
	dialect := goose.DialectPostgres
	if d.sqlite {
		dialect = goose.DialectSQLite3
	}
	p, err := goose.NewProvider(dialect, d.writer, migrations.Files, goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return err
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	steps := p.ListSources()
	if newest := steps[len(steps)-1].Version; have > newest {
		return fmt.Errorf("the database is at step %d and this program knows only %d: use a newer clew", have, newest)
	}
	_, err = p.Up(ctx)
	return err
}

// A View is one unchanging look at the database, taken at Now.
type View struct {
	tx     *sql.Tx
	sqlite bool
	Now    time.Time
}

// A Tx is a View that can also change what it sees.
type Tx struct{ View }

// Read runs f on a snapshot, so that a page never contradicts itself.
func (d *DB) Read(ctx context.Context, f func(*View) error) error {
	opts := &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	if d.sqlite {
		opts = nil // the readers' connections can only read
	}
	return d.do(ctx, d.readers, opts, f)
}

// Write runs f in a transaction: all of it is kept, or none. When PostgreSQL
// reports that two transactions got in each other's way the loser is run again,
// so f must do nothing but query and reckon.
func (d *DB) Write(ctx context.Context, f func(*Tx) error) error {
	const tries = 5
	var err error
	for range tries {
		err = d.do(ctx, d.writer, d.serial(), func(v *View) error { return f(&Tx{*v}) })
		if !collided(err) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", fault.Conflict, err)
}

func (d *DB) serial() *sql.TxOptions {
	if d.sqlite {
		return nil
	}
	return &sql.TxOptions{Isolation: sql.LevelSerializable}
}

func (d *DB) do(ctx context.Context, pool *sql.DB, opts *sql.TxOptions, f func(*View) error) error {
	tx, err := pool.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // does nothing after Commit
	if err := f(&View{tx, d.sqlite, d.Now()}); err != nil {
		return err
	}
	return tx.Commit()
}

// collided reports a serialization failure or a deadlock. SQLite has neither:
// its writers wait their turn.
func collided(err error) bool {
	var state interface{ SQLState() string }
	return errors.As(err, &state) && (state.SQLState() == "40001" || state.SQLState() == "40P01")
}
