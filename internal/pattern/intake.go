package pattern

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/report"
	"clew/internal/table"
)

// An Intake takes extracts in: it keeps what was uploaded until it is read, reads
// one file at a time, and works out people and patterns anew at the end of each.
// Rows go in by the lot, each lot in one transaction, so that a run which is
// stopped leaves whole lots and can be started again: rows that are in already
// stay as they are.
type Intake struct {
	held    *Store
	reports *report.Store
	folder  string

	turn    sync.Mutex // one file at a time
	mu      sync.Mutex
	running map[string]*run
	closing bool
	all     sync.WaitGroup
}

// A run is an import under way.
type run struct {
	stop  context.CancelFunc
	at    Progress
	began time.Time
}

// Progress is how far an import has come. Total is 0 when it is not known.
type Progress struct {
	Stage       string // "waiting", "reading", and then those of Settle
	Done, Total int64
	Left        time.Duration // of the stage, a guess; 0 when there is nothing to go by
}

// lotRows is how many rows go in at once.
const lotRows = 1000

// NewIntake returns an intake that keeps uploads in folder.
func NewIntake(held *Store, reports *report.Store, folder string) *Intake {
	return &Intake{held: held, reports: reports, folder: folder, running: map[string]*run{}}
}

// Keep keeps an upload until it is read, and proposes how its columns are read.
// What cannot be read at all is a fault.Invalid about "file", and is not kept.
func (in *Intake) Keep(ctx context.Context, by, name string, from io.Reader) (report.Import, error) {
	if err := os.MkdirAll(in.folder, 0o700); err != nil {
		return report.Import{}, fmt.Errorf("uploads: %w", err)
	}
	f, err := os.CreateTemp(in.folder, "new-*")
	if err != nil {
		return report.Import{}, fmt.Errorf("uploads: %w", err)
	}
	defer os.Remove(f.Name()) // nothing, once it has its place
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(f, sum), from); err != nil {
		return report.Import{}, fmt.Errorf("keep upload: %w", err)
	}
	t, err := openUpload(f, name)
	if err != nil {
		return report.Import{}, err
	}
	proposed := report.Propose(t.Header())
	mapping := map[string]string(proposed.Mapping)
	i, err := in.reports.BeginImport(ctx, by, name, hex.EncodeToString(sum.Sum(nil)), mapping)
	if err != nil {
		return i, err
	}
	return i, os.Rename(f.Name(), in.path(i.ID))
}

func (in *Intake) path(id string) string { return filepath.Join(in.folder, filepath.Base(id)) }

func openUpload(f *os.File, name string) (*table.Reader, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return table.New(f, info.Size(), name)
}

// A Preview is the beginning of an upload as it would be read.
type Preview struct {
	Header   []string
	Proposal report.Proposal
	Rows     []PreviewRow
	Wrong    error // why the mapping cannot be used: a fault.Invalid; nil when it can
	Notices  []string
	Before   string // an import that took the same bytes in before, or empty
}

// A PreviewRow is a row as it stands, and as a record or with what is wrong.
type PreviewRow struct {
	Line   int
	Cells  []string
	Record *report.Record
	Reason string
}

// previewed is how many rows are shown.
const previewed = 10

// Preview reads the first rows of an upload by a mapping. fault.NotFound means
// that the upload is not there any more.
func (in *Intake) Preview(ctx context.Context, i report.Import, m report.Mapping, agency string) (p Preview, err error) {
	if p.Before, err = in.before(ctx, i); err != nil {
		return p, err
	}
	f, err := os.Open(in.path(i.ID))
	if errors.Is(err, os.ErrNotExist) {
		return p, fmt.Errorf("upload: %w", fault.NotFound)
	}
	if err != nil {
		return p, err
	}
	defer f.Close()
	raw, err := openUpload(f, i.File)
	if err != nil {
		return p, err
	}
	p.Header, p.Proposal = raw.Header(), report.Propose(raw.Header())
	for len(p.Rows) < previewed {
		row, err := raw.Next()
		if aside, ok := errors.AsType[*table.Aside](err); ok {
			p.Rows = append(p.Rows, PreviewRow{Line: aside.Line, Cells: aside.Cells, Reason: aside.Reason})
			continue
		}
		if err != nil {
			break
		}
		p.Rows = append(p.Rows, PreviewRow{Line: row.Line, Cells: row.Cells})
	}
	p.Notices = raw.Notices()
	again, err := openUpload(f, i.File)
	if err != nil {
		return p, err
	}
	x, err := report.NewExtract(again, m, agency, in.held.db.Now())
	if err != nil {
		p.Wrong = err
		return p, nil
	}
	for n := range p.Rows {
		r, aside, err := x.Next()
		if err != nil {
			break
		}
		if p.Rows[n].Record = r; aside != nil {
			p.Rows[n].Reason = aside.Reason
		}
	}
	return p, nil
}

// before is an import that took the same bytes in before, or empty.
func (in *Intake) before(ctx context.Context, i report.Import) (id string, err error) {
	err = in.held.db.Read(ctx, func(v *db.View) error {
		id, err = db.One(ctx, v, db.Text, `SELECT id FROM imports WHERE fingerprint = $1 AND state = $2 AND id <> $3 ORDER BY begun LIMIT 1`, i.Fingerprint, report.Done, i.ID)
		if errors.Is(err, fault.NotFound) {
			id, err = "", nil
		}
		return err
	})
	return id, err
}

// Start takes an upload in, in the background. A mapping that cannot be used is a
// fault.Invalid; an import that runs or is done is fault.Conflict.
func (in *Intake) Start(ctx context.Context, id string, m report.Mapping, agency string) error {
	i, err := in.reports.ImportOf(ctx, id)
	if err != nil {
		return err
	}
	p, err := in.Preview(ctx, i, m, agency)
	if err != nil {
		return err
	}
	if p.Wrong != nil {
		return p.Wrong
	}
	if _, err := in.reports.StartImport(ctx, id, m); err != nil {
		return err
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	in.mu.Lock()
	if in.closing {
		in.mu.Unlock()
		stop()
		return in.reports.MoveImport(ctx, id, report.Stopped, stoppedWords)
	}
	r := &run{stop: stop, at: Progress{Stage: "waiting"}, began: time.Now()}
	in.running[id] = r
	in.all.Add(1)
	in.mu.Unlock()
	go func() {
		defer in.all.Done()
		defer stop()
		defer in.forget(id)
		in.turn.Lock()
		defer in.turn.Unlock()
		// What goes wrong is told on the import's page; there is nobody else to tell.
		_ = in.takeIn(work, i.By, id, m, agency, func(stage string, done, total int64) { in.tell(r, stage, done, total) })
	}()
	return nil
}

const stoppedWords = "Stopped. What was taken in so far stays; start again to go on."

func (in *Intake) forget(id string) {
	in.mu.Lock()
	delete(in.running, id)
	in.mu.Unlock()
}

func (in *Intake) tell(r *run, stage string, done, total int64) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if stage != r.at.Stage {
		r.began = time.Now()
	}
	r.at = Progress{Stage: stage, Done: done, Total: total}
	if took := time.Since(r.began); done > 0 && total > done && took > time.Second {
		r.at.Left = time.Duration(float64(took) / float64(done) * float64(total-done)).Round(time.Second)
	}
}

// Progress is how far a running import has come; false when it is not running.
func (in *Intake) Progress(id string) (Progress, bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	r, ok := in.running[id]
	if !ok {
		return Progress{}, false
	}
	return r.at, true
}

// Stop stops a running import after the lot in hand. One that does not run stays
// as it is.
func (in *Intake) Stop(id string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if r, ok := in.running[id]; ok {
		r.stop()
	}
}

// Close stops what runs, and waits for it.
func (in *Intake) Close() {
	in.mu.Lock()
	in.closing = true
	for _, r := range in.running {
		r.stop()
	}
	in.mu.Unlock()
	in.all.Wait()
}

// Run keeps a file and takes it in while the caller waits, and returns what
// became of it. tell may be called from any goroutine.
func (in *Intake) Run(ctx context.Context, by, name string, from io.Reader, m report.Mapping, agency string, tell func(stage string, done, total int64)) (report.Import, error) {
	i, err := in.Keep(ctx, by, name, from)
	if err != nil {
		return i, err
	}
	if _, err := in.reports.StartImport(ctx, i.ID, m); err != nil {
		return i, err
	}
	in.turn.Lock()
	defer in.turn.Unlock()
	if err := in.takeIn(ctx, by, i.ID, m, agency, tell); err != nil {
		return i, err
	}
	return in.reports.ImportOf(ctx, i.ID)
}

// takeIn reads an upload, keeps its rows, and settles. However it ends, the
// import says how.
func (in *Intake) takeIn(ctx context.Context, by, id string, m report.Mapping, agency string, tell func(string, int64, int64)) error {
	notices, err := in.readIn(ctx, by, id, m, agency, tell)
	if err == nil {
		err = in.reports.MoveImport(ctx, id, report.Matching, strings.Join(notices, "\n"))
	}
	if err == nil {
		err = in.held.Settle(ctx, func(stage string, done, total int) { tell(stage, int64(done), int64(total)) })
	}
	state, words := report.Done, ""
	invalid, wrong := errors.AsType[fault.Invalid](err)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		state, words = report.Stopped, stoppedWords
	case wrong:
		state, words = report.Failed, invalid.Error()
	default:
		state, words = report.Failed, "Something went wrong that is no fault of the file. Start again; if it happens again, tell the person who looks after Clew."
	}
	if moved := in.reports.MoveImport(context.WithoutCancel(ctx), id, state, words); moved != nil {
		return errors.Join(err, moved)
	}
	if state == report.Done {
		if gone := os.Remove(in.path(id)); gone != nil { // it holds names, and is not needed any more
			return fmt.Errorf("remove upload: %w", gone)
		}
	}
	return err
}

func (in *Intake) readIn(ctx context.Context, by, id string, m report.Mapping, agency string, tell func(string, int64, int64)) (notices []string, err error) {
	i, err := in.reports.ImportOf(ctx, id)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(in.path(id))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fault.Bad("file", "The uploaded file is not here any more. Upload it again.")
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := openUpload(f, i.File)
	if err != nil {
		return nil, err
	}
	x, err := report.NewExtract(t, m, agency, in.held.db.Now())
	if err != nil {
		return nil, err
	}
	for {
		var records []*report.Record
		var aside []report.Aside
		var end error
		for len(records)+len(aside) < lotRows && end == nil {
			r, a, err := x.Next()
			switch {
			case err != nil:
				end = err
			case a != nil:
				aside = append(aside, *a)
			default:
				records = append(records, r)
			}
		}
		if end != nil && !errors.Is(end, io.EOF) {
			return nil, end
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := in.held.db.Write(ctx, func(tx *db.Tx) error {
			taken, _, err := take(ctx, tx, by, id, records)
			if err != nil {
				return err
			}
			return report.Count(ctx, tx, id, taken, aside)
		}); err != nil {
			return nil, err
		}
		done, total := t.Progress()
		tell("reading", done, total)
		if end != nil {
			return t.Notices(), nil
		}
	}
}
