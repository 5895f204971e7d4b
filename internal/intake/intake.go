// Package intake takes extracts in: it keeps what was uploaded, shows how its
// columns would be read, and takes the rows in while people watch, a file at a
// time. What could not be read is set aside with its reason, and the totals always
// add up.
package intake

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/report"
	"clew/internal/table"
)

// A Desk takes extracts in. A file is kept in a folder until all of it is in,
// for it holds names, and then deleted. Files are read one at a time, in lots
// that are each taken in whole or not at all; then who is who is worked out. To
// take a file in twice changes nothing, so an import that was stopped, by a person
// or by the machine, is started again from its beginning.
type Desk struct {
	// Log is told of errors that are no fault of the file, if it is set.
	Log func(id string, err error)

	db      *db.DB
	guard   *access.Guard
	held    *pattern.Store
	reports *report.Store
	folder  string

	mu     sync.Mutex
	turn   chan struct{} // held by the run that reads
	runs   map[string]*run
	order  []string // ids of the runs, the one that reads first
	closed bool
	all    sync.WaitGroup
}

// A run is one import being taken in, or waiting for its turn.
type run struct {
	by   access.Actor
	stop context.CancelCauseFunc

	mu       sync.Mutex
	progress Progress
	told     func(stage string, done, total int64)
}

// Why runs end that nothing went wrong with.
var (
	errClosing = errors.New("the program ends")
	errStopped = errors.New("somebody stopped it")
)

// oldest is how long a file that was never wholly uploaded is left alone.
const oldest = 24 * time.Hour

// New returns a desk that keeps files in a folder of its own, which is
// made when the first comes.
func New(g *access.Guard, held *pattern.Store, reports *report.Store, folder string) *Desk {
	t := &Desk{db: g.DB(), guard: g, held: held, reports: reports, folder: folder, turn: make(chan struct{}, 1), runs: map[string]*run{}}
	parts, _ := filepath.Glob(filepath.Join(folder, "*"+partly))
	for _, p := range parts { // left by a program that was ended while a file came
		if info, err := os.Stat(p); err == nil && t.db.Now().Sub(info.ModTime()) > oldest {
			os.Remove(p)
		}
	}
	return t
}

const partly = ".part"

// Keep keeps a file, reads its header, and begins an import of it with the mapping
// that its header suggests. Nothing is taken in before Start. The name is what the
// person calls the file. An error that the person can mend is a fault.Invalid
// about "file", and nothing is kept then.
func (t *Desk) Keep(ctx context.Context, by access.Actor, name string, from io.Reader) (i report.Import, err error) {
	if may, err := t.guard.May(ctx, by, access.ImportReports); err != nil || !may[access.ImportReports] {
		return i, cmp.Or(err, error(fault.Forbidden)) // before a long file is read
	}
	name = fileName(name)
	if err := os.MkdirAll(t.folder, 0o700); err != nil {
		return i, fmt.Errorf("folder for uploads: %w", err)
	}
	path := filepath.Join(t.folder, rand.Text()+partly)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return i, fmt.Errorf("keep upload: %w", err)
	}
	defer os.Remove(path) // it has another name by then, or is not wanted
	defer f.Close()
	sum := sha256.New()
	size, err := io.Copy(f, io.TeeReader(from, sum))
	if errors.Is(err, syscall.ENOSPC) {
		return i, fault.Bad("file", "There is not enough room on the disk for this file. Ask the person who looks after Clew to make room, then upload it again")
	}
	if err != nil {
		return i, err
	}
	in, err := table.New(f, size, name)
	if err != nil {
		return i, err
	}
	p := report.Propose(in.Header())
	i, err = t.reports.BeginImport(ctx, by, name, hex.EncodeToString(sum.Sum(nil)), p.Mapping)
	if err != nil {
		return i, err
	}
	return i, os.Rename(path, t.path(i.ID))
}

// fileName is a name as it is shown: the last part of a path, of what can be read,
// and not too long.
func fileName(s string) string {
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	runes := []rune(strings.TrimSpace(strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))))
	if len(runes) == 0 {
		return "A file without a name"
	}
	const most = 120
	if len(runes) > most {
		runes = append(runes[:most-1], '…')
	}
	return string(runes)
}

func (t *Desk) path(id string) string { return filepath.Join(t.folder, filepath.Base(id)) }

// Has reports whether the file of an import is still there, so that it can be
// started, or started again.
func (t *Desk) Has(id string) bool {
	info, err := os.Stat(t.path(id))
	return err == nil && info.Mode().IsRegular()
}

// Start takes an upload in, in the background, by the mapping that was confirmed.
// agency holds the records of rows that do not say who does. Files are read one at
// a time: an import may have to wait. A mapping that cannot be used is a
// fault.Invalid; an import that runs or is done is fault.Conflict; fault.NotFound
// means that there is no such import, or that its file is not there any more.
func (t *Desk) Start(ctx context.Context, by access.Actor, id string, m report.Mapping, agency string) error {
	i, err := t.reports.ImportOf(ctx, by, id)
	if err != nil {
		return err
	}
	if i.State.Running() || i.State == report.Done {
		return fault.Conflict
	}
	p, err := t.Preview(ctx, by, i, m, agency)
	if err != nil {
		return err
	}
	if p.Wrong != nil {
		return p.Wrong
	}
	work, r, err := t.begin(context.WithoutCancel(ctx), by, id, m, agency)
	if err != nil {
		return err
	}
	go func() {
		err := t.work(work, r, id, m, agency)
		if _, ofTheFile := errors.AsType[fault.Invalid](err); err != nil && !ofTheFile && !errors.Is(err, context.Canceled) && t.Log != nil {
			t.Log(id, err)
		}
	}()
	return nil
}

// Run keeps a file and takes it in while the caller waits, and returns what became
// of it. tell may be called from any goroutine, and must not call the Intake.
// When ctx is done the import is stopped, and the error is that of ctx.
func (t *Desk) Run(ctx context.Context, by access.Actor, name string, from io.Reader, m report.Mapping, agency string, tell func(stage string, done, total int64)) (report.Import, error) {
	i, err := t.Keep(ctx, by, name, from)
	if err != nil {
		return i, err
	}
	work, r, err := t.begin(ctx, by, i.ID, m, agency)
	if err != nil {
		return i, err
	}
	r.told = tell
	if err := t.work(work, r, i.ID, m, agency); err != nil {
		return i, err
	}
	return t.reports.ImportOf(ctx, by, i.ID)
}

// begin moves an import on and gives it a place in the queue.
func (t *Desk) begin(ctx context.Context, by access.Actor, id string, m report.Mapping, agency string) (context.Context, *run, error) {
	header, err := t.header(id)
	if err != nil {
		return nil, nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, nil, errClosing
	}
	if t.runs[id] != nil {
		return nil, nil, fault.Conflict
	}
	if _, err := t.reports.StartImport(ctx, by, id, kept(m, agency, header)); err != nil {
		return nil, nil, err
	}
	work, stop := context.WithCancelCause(ctx)
	r := &run{by: by, stop: stop, progress: Progress{Stage: Waits}}
	t.runs[id], t.order = r, append(t.order, id)
	t.all.Add(1)
	return work, r, nil
}

// Stop stops an import that runs or waits for its turn; the lot in hand is not
// taken in, those before it stay. One that does not run is left as it is.
func (t *Desk) Stop(ctx context.Context, by access.Actor, id string) error {
	if _, err := t.reports.ChangeImport(ctx, by, id); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.runs[id]; r != nil {
		r.stop(errStopped)
	}
	return nil
}

// Remove deletes the file of an import that does not run, for good: it cannot be
// started again. What was taken in stays in.
func (t *Desk) Remove(ctx context.Context, by access.Actor, id string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	i, err := t.reports.ChangeImport(ctx, by, id)
	if err != nil {
		return err
	}
	if t.runs[id] != nil || i.State.Running() {
		return fault.Conflict
	}
	if i.State != report.Done {
		if err := t.reports.MoveImport(ctx, id, report.Stopped, "The file was removed. "+soFar(&i)); err != nil {
			return err
		}
	}
	err = os.Remove(t.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Close stops what runs and what waits, and returns once all has ended. Each of
// them can be started again.
func (t *Desk) Close() {
	t.mu.Lock()
	t.closed = true
	for _, r := range t.runs {
		r.stop(errClosing)
	}
	t.mu.Unlock()
	t.all.Wait()
}

// What an import keeps with its mapping, under names that no column has.
const (
	agencyKey = ""
	headerKey = "\n"
)

// kept is a mapping with the agency for rows that do not say, and the header of
// the file, which is gone once all of it is in.
func kept(m report.Mapping, agency string, header []string) map[string]string {
	all := make(map[string]string, len(m)+2)
	maps.Copy(all, m)
	if agency != "" {
		all[agencyKey] = agency
	}
	b, err := json.Marshal(header)
	if err != nil {
		panic(err) // texts always have JSON
	}
	all[headerKey] = string(b)
	return all
}

// MappingOf is the mapping that an import was last started with, or the one that
// its header suggests, and the agency for rows that do not say.
func MappingOf(i *report.Import) (m report.Mapping, agency string) {
	m = make(report.Mapping, len(i.Mapping))
	maps.Copy(m, i.Mapping)
	delete(m, agencyKey)
	delete(m, headerKey)
	return m, i.Mapping[agencyKey]
}

// HeaderOf is the header of the file of an import that was started.
func HeaderOf(i *report.Import) (header []string) {
	if json.Unmarshal([]byte(i.Mapping[headerKey]), &header) != nil {
		return nil // it was never started
	}
	return header
}
