package db

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// groups are how writers take turns. Each runs its work on the transaction the one
// before it left open, within a savepoint of its own, and the last of those that
// wait keeps it all. So many people who save, or look at, something at once cost
// one sync of the disk and not one each.
type groups struct {
	turn    chan struct{} // held by who is writing
	waiting atomic.Int32
	open    *group // what the last writer left to be kept; guarded by turn
	last    func(context.Context, *Tx) error
}

// A group is one transaction for the work of several writers.
type group struct {
	tx      *Tx
	marked  bool // it has a savepoint, where the next may begin
	writers int
	began   time.Time
	done    chan struct{} // closed when it is kept, or is not
	err     error         // set before done
}

const (
	mostWriters = 64                   // in one group
	longest     = 5 * time.Millisecond // that work in one group goes on
)

// BeforeKept has f run at the end of every transaction that changes anything,
// before it is kept; an error of f leaves all of it undone. It is set before there
// are writers. On PostgreSQL f sees what the last of the writers did: see Narrow.
func (d *DB) BeforeKept(f func(context.Context, *Tx) error) { d.groups.last = f }

// Write runs f in a transaction: all of it is kept, or none, and it is kept when
// Write returns. It waits for other writers, those of other programs too, and no
// other writes while f runs: what f sees stays so. f must not call Write, and is
// short: see WriteAlone.
func (d *DB) Write(ctx context.Context, f func(*Tx) error) error {
	d.groups.wait()
	g, err := d.join(ctx)
	if err != nil {
		d.groups.leave()
		return err
	}
	err = d.run(ctx, g, f)
	<-g.done
	if err != nil {
		return err
	}
	return g.err
}

// WriteAlone is Write for work that is long, or that somebody may want to break
// off: it keeps nobody's else work waiting to be kept.
func (d *DB) WriteAlone(ctx context.Context, f func(*Tx) error) error {
	d.groups.wait()
	defer d.groups.leave()
	if d.groups.open != nil {
		d.keep(d.groups.open)
	}
	g, err := d.begin(ctx)
	if err != nil {
		return err
	}
	defer g.tx.tx.Rollback() // does nothing after Commit
	g.tx.shared = false
	if err := f(g.tx); err != nil {
		return err
	}
	d.keep(g)
	return g.err
}

func (g *groups) wait() {
	g.waiting.Add(1)
	g.turn <- struct{}{}
	g.waiting.Add(-1)
}

func (g *groups) leave() { <-g.turn }

// join is the group that the work of this turn is part of.
func (d *DB) join(ctx context.Context) (*group, error) {
	if d.groups.open != nil {
		return d.groups.open, nil
	}
	g, err := d.begin(context.WithoutCancel(ctx))
	if err == nil {
		d.groups.open = g
	}
	return g, err
}

func (d *DB) begin(ctx context.Context) (*group, error) {
	tx, err := d.writer.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	if !d.sqlite { // SQLite takes its turn in BEGIN IMMEDIATE
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, turn); err != nil {
			tx.Rollback()
			return nil, fmt.Errorf("wait for other writers: %w", err)
		}
	}
	now := d.Now()
	return &group{tx: &Tx{View{tx: tx, sqlite: d.sqlite, shared: true, narrow: new(bool), watch: d.watch, Now: now}}, began: time.Now(), done: make(chan struct{})}, nil
}

// turn is what writers take turns at on PostgreSQL. It must be taken at READ
// COMMITTED, where each statement sees what was kept before it: a transaction of
// a stricter kind would go on seeing what was there before it waited.
const turn = 0x636c6577 // "clew"

// run runs f as part of a group, then lets the next writer in or keeps the group.
// The work of one that fails, or panics, is undone by itself.
func (d *DB) run(ctx context.Context, g *group, f func(*Tx) error) (err error) {
	done := false
	defer func() {
		if !done || err != nil {
			if _, undone := g.tx.tx.Exec(`ROLLBACK TO SAVEPOINT work`); undone != nil {
				g.err = fmt.Errorf("undo part of a group: %w", undone)
			}
		}
		if g.writers++; g.err != nil || d.groups.waiting.Load() == 0 || g.writers >= mostWriters || time.Since(g.began) > longest {
			d.keep(g)
		}
		d.groups.leave()
	}()
	if *g.tx.narrow { // by the one before
		if err := g.tx.widen(context.Background()); err != nil {
			return fmt.Errorf("begin part of a group: %w", err)
		}
	}
	savepoint := `SAVEPOINT work`
	if g.marked { // in one journey to the database; the last is let go of with the transaction
		savepoint = `RELEASE SAVEPOINT work; SAVEPOINT work`
	}
	if _, err := g.tx.tx.Exec(savepoint); err != nil {
		return fmt.Errorf("begin part of a group: %w", err)
	}
	g.marked = true
	own := *g.tx
	own.Now = d.Now()
	err = ctx.Err()
	if err == nil {
		err = f(&own)
	}
	done = true
	return err
}

// keep ends a group.
func (d *DB) keep(g *group) {
	d.groups.open = nil
	if g.err == nil && d.groups.last != nil {
		g.err = d.groups.last(context.Background(), g.tx)
	}
	if g.err == nil {
		g.err = g.tx.tx.Commit()
	} else {
		g.tx.tx.Rollback()
	}
	close(g.done)
}
