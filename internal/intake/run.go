package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/report"
	"clew/internal/words"
)

// The stages of an import that Progress names, beside those of Settle.
const (
	Waits = "waiting" // for other imports to end
	Reads = "reading"
)

// A Progress says how far an import that runs has come.
type Progress struct {
	Before      int           // imports that are to end before it starts
	Stage       string        // Waits, Reads, or a stage of Settle
	Rows        int           // read so far, those set aside counted
	Rate        float64       // rows a second
	Done, Total int64         // of the stage; Total is 0 when it is not known
	Left        time.Duration // until all rows are read; 0 when it is not known
}

// Progress is how far an import has come, and false when it does not run.
func (t *Desk) Progress(id string) (Progress, bool) {
	t.mu.Lock()
	r, before := t.runs[id], slices.Index(t.order, id)
	t.mu.Unlock()
	if r == nil {
		return Progress{}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.progress
	if p.Stage == Waits {
		p.Before = before
	}
	return p, true
}

func (r *run) tell(change func(*Progress)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.progress)
	if r.told != nil {
		r.told(r.progress.Stage, r.progress.Done, r.progress.Total)
	}
}

// work waits for the run's turn, takes the file in, and leaves the import in the
// state it ended in. The error is one that is no fault of the file.
func (t *Desk) work(ctx context.Context, r *run, id string, m report.Mapping, agency string) error {
	defer t.all.Done()
	var notices []string
	var err error
	select {
	case t.turn <- struct{}{}:
		notices, err = t.takeIn(ctx, r, id, m, agency)
		// Nobody can start a broken file again, so what was whole is settled too.
		if _, broken := errors.AsType[fault.Invalid](err); err == nil || broken {
			if unsettled := t.settle(ctx, r, id); unsettled != nil {
				err = unsettled
			}
		}
		<-t.turn
	case <-ctx.Done():
		err = ctx.Err()
	}
	// The import is out of the way before it says so: it can be started again at once.
	cause := context.Cause(ctx)
	r.stop(nil)
	t.mu.Lock()
	delete(t.runs, id)
	t.order = slices.DeleteFunc(t.order, func(x string) bool { return x == id })
	t.mu.Unlock()
	return t.end(context.WithoutCancel(ctx), cause, id, notices, err)
}

// lotRows is how many rows are taken in at once, or not at all.
const lotRows = 1000

// A bundle is a lot of rows as they were read.
type bundle struct {
	records []*report.Record
	aside   []report.Aside
	err     error // why it is the last: io.EOF, or what is wrong with the file
}

// takeIn takes all rows of a file in, and returns what the person should know of
// how they were read. The next lot is read while one is written.
func (t *Desk) takeIn(ctx context.Context, r *run, id string, m report.Mapping, agency string) (notices []string, err error) {
	i, err := t.importOf(ctx, id)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(t.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Bad("file", "The uploaded file is not here any more. Upload it again")
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in, err := openUpload(f, i.File)
	if err != nil {
		return nil, err
	}
	x, err := report.NewExtract(in, m, agency, t.db.Now())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	bundles := make(chan bundle, 1)
	defer func() { // the reader has let go of the file before it is closed
		cancel()
		for range bundles {
		}
	}()
	go gatherRows(ctx, x, bundles)

	began := t.db.Now()
	size := func(p *Progress) { p.Done, p.Total = in.Progress() }
	r.mu.Lock()
	r.progress.Stage = Reads
	r.mu.Unlock()
	lots := 0
	for b := range bundles {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if n := len(b.records) + len(b.aside); n > 0 {
			if err := t.takeLot(ctx, r.by, &i, b); err != nil {
				return nil, err
			}
			if lots++; lots&(lots-1) == 0 { // there is twice as much as when it was last told
				if err := t.db.Analyze(ctx, "reports", "mentions"); err != nil {
					return nil, err
				}
			}
			spent := t.db.Now().Sub(began)
			r.tell(func(p *Progress) {
				p.Rows += n
				size(p)
				if p.Rate, p.Left = 0, 0; spent > 0 {
					p.Rate = float64(p.Rows) / spent.Seconds()
					if p.Done > 0 && p.Total > p.Done {
						p.Left = time.Duration(float64(spent) / float64(p.Done) * float64(p.Total-p.Done))
					}
				}
			})
		}
		if errors.Is(b.err, io.EOF) {
			notices = in.Notices()
			if kept := x.Kept(); len(kept) > 0 {
				notices = append(notices, "Columns kept as they are: "+several(kept)+".")
			}
			return notices, nil
		}
		if b.err != nil {
			return nil, b.err
		}
	}
	return nil, ctx.Err()
}

// gatherRows reads rows into bundles, until the last of them or until ctx is done.
func gatherRows(ctx context.Context, x *report.Extract, to chan<- bundle) {
	defer close(to)
	last := 0
	for {
		var b bundle
		for len(b.records)+len(b.aside) < lotRows && b.err == nil {
			record, aside, err := x.Next()
			switch {
			case err != nil:
				b.err = err
			case aside != nil:
				// Rows are kept by their line: two that begin on one are told apart.
				last = max(aside.Line, last+1)
				b.aside = append(b.aside, report.Aside{Line: last, Reason: aside.Reason, Cells: aside.Cells})
			default:
				b.records = append(b.records, record)
			}
		}
		select {
		case to <- b:
		case <-ctx.Done():
			return
		}
		if b.err != nil {
			return
		}
	}
}

// takeLot takes a lot in whole: the reports, who they speak of, each mention a
// person by itself until all is settled, the patterns that lost a report to a
// correction, and the counts of the import.
// Whoever began it must still be one who may.
func (t *Desk) takeLot(ctx context.Context, by access.Actor, i *report.Import, b bundle) error {
	return t.guard.ActAlone(ctx, by, access.ImportReports, func(tx *db.Tx, sight *access.Sight) error {
		sight.Saw("import", i.ID)
		taken, err := t.held.TakeIn(ctx, tx, sight, i.ID, b.records)
		if err != nil {
			return err
		}
		return report.Count(ctx, tx, i.ID, taken, b.aside)
	})
}

func (t *Desk) importOf(ctx context.Context, id string) (i report.Import, err error) {
	err = t.db.Read(ctx, func(v *db.View) error {
		i, err = report.ImportOf(ctx, v, id)
		return err
	})
	return i, err
}

// settle works out who is who, now that all rows are in.
func (t *Desk) settle(ctx context.Context, r *run, id string) error {
	if err := t.reports.MoveImport(ctx, id, report.Matching, ""); err != nil {
		return err
	}
	return t.held.SettleFor(ctx, r.by.Agency, func(stage string, done, total int) {
		r.tell(func(p *Progress) {
			p.Stage, p.Done, p.Total, p.Left = stage, int64(done), int64(total), 0
		})
	})
}

// end leaves an import in the state it ended in, with a message for people, and
// returns what it ended with. Once all of a file is in it is deleted.
func (t *Desk) end(ctx context.Context, cause error, id string, notices []string, err error) error {
	i, lost := t.importOf(ctx, id)
	if lost != nil {
		return errors.Join(err, lost)
	}
	invalid, isInvalid := errors.AsType[fault.Invalid](err)
	state, message := report.Failed, ""
	switch {
	case err == nil:
		state, message = report.Done, strings.Join(notices, "\n")
	case errors.Is(cause, errClosing):
		state, message = report.Stopped, "Clew was closed while this was running. "+soFar(&i)
	case cause != nil:
		state, message, err = report.Stopped, "It was stopped. "+soFar(&i), context.Canceled
	case isInvalid:
		message = strings.TrimSuffix(invalid.Error(), ".") + ". Nothing of it was taken in."
		if i.Read > 0 {
			message = fmt.Sprintf("%s. The %s before that are in. Put the file right and import it again: rows that are in already stay as they are.", strings.TrimSuffix(invalid.Error(), "."), words.Count(i.Read, "row", "rows"))
		}
	case errors.Is(err, fault.Forbidden):
		message = "Whoever began it may not take extracts in any more. " + soFar(&i)
	default:
		message = "Something went wrong that is no fault of the file. " + soFar(&i) + " If it happens again, tell the person who looks after Clew."
		err = fmt.Errorf("import %s: %w", id, err)
	}
	if moved := t.reports.MoveImport(ctx, id, state, message); moved != nil {
		return errors.Join(err, moved)
	}
	if state == report.Done { // it holds names, and is not needed any more
		return os.Remove(t.path(id))
	}
	return err
}

// soFar says what of an import is in, and what to do.
func soFar(i *report.Import) string {
	switch {
	case i.State == report.Matching:
		return "All its rows are in, but who is who was not worked out to the end. Start it again to do that: rows that are in already stay as they are."
	case i.Kept > 0:
		return fmt.Sprintf("The %s read before that are in, and are not yet set beside others. Start it again to take in the rest: rows that are in already stay as they are.", words.Count(i.Read, "row", "rows"))
	case i.Read > 0:
		return "Nothing new of it is in."
	}
	return "Nothing of it was taken in."
}

// several names columns for a sentence, the first thirty of them.
func several(names []string) string {
	const most = 30
	if len(names) > most {
		names = append(slices.Clone(names[:most]), fmt.Sprintf("%d more", len(names)-most))
	}
	return words.List(names)
}
