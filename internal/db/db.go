// Package db opens the program's one database, SQLite or PostgreSQL, and lends
// out transactions on it. Queries elsewhere are written once, with $1
// placeholders, in the SQL that both engines share.
//
// Times are kept as whole microseconds since 1970, UTC; identifiers are text
// made by NewID. On either engine there is one writer at a time, and the others
// wait their turn: what is worked out from all reports is written in one
// transaction, and no report typed meanwhile may make it fail or be lost under it.
// Those that wait are kept together in one transaction (a group), so that the disk
// is synced once for all of them. Readers wait for nobody. SQLite syncs to the disk
// before it says done (synchronous=FULL).
//
// Text holds what either engine can hold: no NUL, and UTF-8 alone. What an
// argument has beside that is left out, or stands as the replacement character.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite" // binds $N by number; other SQLite drivers bind by order of appearance

	"clew/migrations"
)

// A DB is a database with its schema up to date.
type DB struct {
	readers, writer *sql.DB
	sqlite          bool
	now             func() time.Time
	watch           func(query string, args []any) // nil: nobody does
	groups          groups
}

// Watch calls f with each query and statement before it is run, and with nil
// no more. Many may run at once; it is set before they do.
func (d *DB) Watch(f func(query string, args []any)) { d.watch = f }

// Open connects to a postgres:// URL or, for anything else, to the SQLite file
// of that name, and brings its schema up to date. It refuses a database newer
// than the program.
func Open(ctx context.Context, where string, now func() time.Time) (*DB, error) {
	d, err := OpenAsItIs(where, now)
	if err != nil {
		return nil, err
	}
	if d.sqlite {
		if err := private(where); err != nil {
			return nil, errors.Join(fmt.Errorf("open database: %w", err), d.Close())
		}
	}
	if err := d.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate: %w", err), d.Close())
	}
	return d, nil
}

// private sees to it that nobody but its owner reads the file of a database, whatever
// the folder lets through. SQLite makes the files beside it alike.
func private(file string) error {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	_ = os.Chmod(file, 0o600) // of one that was there; it is another's, or the disk has no such thing
	return nil
}

// OpenAsItIs is Open but that the schema stays as it is, for what copies a database
// and for what looks it over.
func OpenAsItIs(where string, now func() time.Time) (*DB, error) {
	d := &DB{now: now, sqlite: !strings.HasPrefix(where, "postgres://") && !strings.HasPrefix(where, "postgresql://")}
	var err error
	if d.sqlite {
		// trusted_schema, cell_size_check and secure_delete are against a file that was
		// tampered with and for what was erased to be gone; they cost nothing that
		// BenchmarkRewrite can see. Readers have no cell_size_check: a case of 5,000 reports
		// takes a quarter less to open without.
		const pragmas = "?_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=foreign_keys(1)&_pragma=recursive_triggers(1)&_pragma=cache_size(-131072)&_pragma=wal_autocheckpoint(16384)&_pragma=mmap_size(1073741824)&_pragma=temp_store(memory)&_pragma=trusted_schema(0)&_pragma=secure_delete(1)"
		file := "file:" + (&url.URL{Path: where}).EscapedPath() + pragmas
		// Another program may be settling, which takes minutes.
		if d.writer, err = sql.Open("sqlite", file+"&_txlock=immediate&_pragma=cell_size_check(1)&_pragma=busy_timeout(600000)"); err != nil {
			return nil, fmt.Errorf("open database: %w", err)
		}
		d.writer.SetMaxOpenConns(1)
		if d.readers, err = sql.Open("sqlite", file+"&_pragma=query_only(1)&_pragma=busy_timeout(10000)"); err != nil {
			return nil, fmt.Errorf("open database: %w", err)
		}
		d.readers.SetMaxOpenConns(max(4, runtime.GOMAXPROCS(0)))
		d.readers.SetMaxIdleConns(max(4, runtime.GOMAXPROCS(0)))
	} else {
		c, err := pgx.ParseConfig(where)
		if err != nil {
			return nil, fmt.Errorf("open database: %w", err)
		}
		// Writers have a pool of their own: those that wait leave readers alone.
		d.writer = stdlib.OpenDB(*c, stdlib.OptionAfterConnect(seeAll))
		d.writer.SetMaxOpenConns(1)
		d.readers = stdlib.OpenDB(*c, stdlib.OptionAfterConnect(seeAll))
		d.readers.SetMaxOpenConns(20)
		d.readers.SetMaxIdleConns(20)
	}
	d.groups.turn = make(chan struct{}, 1)
	return d, nil
}

// Close lets go of the database, when whoever writes has done so; what is left to be
// kept is kept, and nobody joins it after.
func (d *DB) Close() error {
	d.groups.wait()
	defer d.groups.leave()
	if d.groups.open != nil {
		d.keep(d.groups.open)
	}
	return errors.Join(d.readers.Close(), d.writer.Close())
}

// SQLite reports which engine it is.
func (d *DB) SQLite() bool { return d.sqlite }

// Now is the time by the database's clock, UTC to the microsecond.
func (d *DB) Now() time.Time { return d.now().UTC().Truncate(time.Microsecond) }

func (d *DB) steps() (*goose.Provider, error) {
	dialect := goose.DialectPostgres
	if d.sqlite {
		dialect = goose.DialectSQLite3
	}
	return goose.NewProvider(dialect, d.writer, migrations.For(d.sqlite), goose.WithSlog(slog.New(slog.DiscardHandler)))
}

// Step is the last step of the schema that was taken, and the newest the program
// knows.
func (d *DB) Step(ctx context.Context) (have, newest int64, err error) {
	p, err := d.steps()
	if err != nil {
		return 0, 0, fmt.Errorf("steps of the schema: %w", err)
	}
	if have, err = p.GetDBVersion(ctx); err != nil {
		return 0, 0, fmt.Errorf("steps of the schema: %w", err)
	}
	known := p.ListSources()
	return have, known[len(known)-1].Version, nil
}

func (d *DB) migrate(ctx context.Context) error {
	p, err := d.steps()
	if err != nil {
		return err
	}
	// Another program may be taking the same steps: one that fails because it was
	// taken meanwhile is done, and the next is tried.
	for before := int64(-1); ; {
		have, err := p.GetDBVersion(ctx)
		if err != nil {
			return err
		}
		steps := p.ListSources()
		if newest := steps[len(steps)-1].Version; have > newest {
			return fmt.Errorf("the database is at step %d and this program knows only %d: use a newer clew", have, newest)
		}
		if _, err = p.Up(ctx); err == nil || have == before {
			return err
		}
		before = have
	}
}

// A View is one unchanging look at the database, taken at Now.
type View struct {
	tx     *sql.Tx
	sqlite bool
	shared bool   // the transaction is other people's too: nobody may break it off
	narrow *bool  // whether the transaction sees less than all: see Narrow
	within Within // what, when it does
	watch  func(query string, args []any)
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
	tx, err := d.readers.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // does nothing after Commit
	if err := f(&View{tx: tx, sqlite: d.sqlite, narrow: new(bool), watch: d.watch, Now: d.Now()}); err != nil {
		return err
	}
	return tx.Commit()
}

// Scrub sees to it that nothing that was deleted is left in SQLite's files: pages are
// overwritten when they are let go of (secure_delete), and the journal, which holds
// them as they were, is emptied here. It waits for readers of an older state. On
// PostgreSQL old rows stay until they are vacuumed: docs/runbook/erasure.md.
func (d *DB) Scrub(ctx context.Context) error {
	if !d.sqlite { // nobody waits for it
		if _, err := d.readers.ExecContext(ctx, `VACUUM`); err != nil {
			return fmt.Errorf("vacuum: %w", err)
		}
		return nil
	}
	d.groups.wait()
	defer d.groups.leave()
	if d.groups.open != nil {
		d.keep(d.groups.open)
	}
	var busy, frames, moved int
	if err := d.writer.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &moved); err != nil {
		return fmt.Errorf("empty the journal: %w", err)
	}
	if busy != 0 {
		return errors.New("empty the journal: somebody still reads what was there before")
	}
	return nil
}

// Analyze lets PostgreSQL know how much there is in tables, by which it chooses
// how to look things up. It finds out by itself, but a minute late. SQLite goes by
// its indexes, and needs not know.
func (d *DB) Analyze(ctx context.Context, tables ...string) error {
	if d.sqlite {
		return nil
	}
	_, err := d.writer.ExecContext(ctx, `ANALYZE `+strings.Join(tables, ", "))
	return err
}

// full is the code of SQLite for a disk, or a database, that has no room left.
const full = 13

// Full reports whether an error is that there is no room left for the database.
func Full(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == full
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "53100"
}
