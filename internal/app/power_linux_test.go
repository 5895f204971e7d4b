package app

import (
	"cmp"
	"context"
	"database/sql/driver"
	"encoding/gob"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"clew/internal/db"
)

// The power is cut in a simulation: a program at work has everything written down
// that SQLite asks of the disk. What a disk holds when the power goes is made again
// from that: of each file what was synced, and of what was written since any part, in
// sectors. It does not simulate a disk that lies about syncing, sectors that rot, or
// the folder's own entries, which are held to be there once they are made.

const sector = 512

// An ask is one thing asked of the disk, or something that was said to be done.
type ask struct {
	File string
	What byte  // write, truncate, sync, delete, acknowledge
	At   int64 // where it begins, or how long the file is to be
	Data []byte
}

var asked struct {
	sync.Mutex
	all       []ask
	unix      sqlite3.Tsqlite3_vfs                     // SQLite's own way to the disk
	unixAt    uintptr                                  // where it is
	files     map[uintptr]string                       // open ones, by name
	methods   map[uintptr]uintptr                      // ours, by theirs
	originals map[uintptr]*sqlite3.Tsqlite3_io_methods // theirs, by file
}

func note(a ask) { asked.Lock(); asked.all = append(asked.all, a); asked.Unlock() }

// held is what C has at an address.
func held[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// of is a function of C's as one of Go's, and pointer the other way round.
func of[F any](p uintptr) F      { return *(*F)(unsafe.Pointer(&p)) }
func pointer[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

type (
	opens     = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32
	deletes   = func(tls *libc.TLS, vfs, name uintptr, folder int32) int32
	writes    = func(tls *libc.TLS, file, from uintptr, n int32, at int64) int32
	truncates = func(tls *libc.TLS, file uintptr, size int64) int32
	syncs     = func(tls *libc.TLS, file uintptr, flags int32) int32
)

// watchDisk has all that SQLite asks of the disk from now on written down.
func watchDisk() error {
	tls := libc.NewTLS()
	asked.unixAt = sqlite3.Xsqlite3_vfs_find(tls, 0)
	asked.unix = *held[sqlite3.Tsqlite3_vfs](asked.unixAt)
	asked.files, asked.methods, asked.originals = map[uintptr]string{}, map[uintptr]uintptr{}, map[uintptr]*sqlite3.Tsqlite3_io_methods{}
	own := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(asked.unix)))
	name, err := libc.CString("watched")
	if err != nil {
		return err
	}
	v := held[sqlite3.Tsqlite3_vfs](own)
	*v = asked.unix
	v.FpNext, v.FzName = 0, name
	v.FxOpen, v.FxDelete = pointer[opens](watchedOpen), pointer[deletes](watchedDelete)
	if rc := sqlite3.Xsqlite3_vfs_register(tls, own, 1); rc != 0 {
		return fmt.Errorf("register: %d", rc)
	}
	return nil
}

func watchedOpen(tls *libc.TLS, _, name, file uintptr, flags int32, out uintptr) int32 {
	rc := of[opens](asked.unix.FxOpen)(tls, asked.unixAt, name, file, flags, out)
	if rc != 0 || name == 0 || flags&(sqlite3.SQLITE_OPEN_MAIN_DB|sqlite3.SQLITE_OPEN_WAL|sqlite3.SQLITE_OPEN_MAIN_JOURNAL) == 0 {
		return rc
	}
	asked.Lock()
	defer asked.Unlock()
	f := held[sqlite3.Tsqlite3_file](file)
	theirs := f.FpMethods
	if asked.methods[theirs] == 0 {
		m := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})))
		own := held[sqlite3.Tsqlite3_io_methods](m)
		*own = *held[sqlite3.Tsqlite3_io_methods](theirs)
		own.FxWrite, own.FxTruncate, own.FxSync = pointer[writes](watchedWrite), pointer[truncates](watchedTruncate), pointer[syncs](watchedSync)
		asked.methods[theirs] = m
	}
	f.FpMethods = asked.methods[theirs]
	asked.files[file], asked.originals[file] = filepath.Base(libc.GoString(name)), held[sqlite3.Tsqlite3_io_methods](theirs)
	return rc
}

func original(file uintptr) (string, *sqlite3.Tsqlite3_io_methods) {
	asked.Lock()
	defer asked.Unlock()
	return asked.files[file], asked.originals[file]
}

func watchedWrite(tls *libc.TLS, file, from uintptr, n int32, to int64) int32 {
	name, theirs := original(file)
	note(ask{name, 'w', to, slices.Clone(unsafe.Slice(held[byte](from), n))})
	return of[writes](theirs.FxWrite)(tls, file, from, n, to)
}

func watchedTruncate(tls *libc.TLS, file uintptr, size int64) int32 {
	name, theirs := original(file)
	note(ask{File: name, What: 't', At: size})
	return of[truncates](theirs.FxTruncate)(tls, file, size)
}

func watchedSync(tls *libc.TLS, file uintptr, flags int32) int32 {
	name, theirs := original(file)
	rc := of[syncs](theirs.FxSync)(tls, file, flags)
	if rc == 0 {
		note(ask{File: name, What: 's'})
	}
	return rc
}

func watchedDelete(tls *libc.TLS, _, name uintptr, folder int32) int32 {
	note(ask{File: filepath.Base(libc.GoString(name)), What: 'd'})
	return of[deletes](asked.unix.FxDelete)(tls, asked.unixAt, name, folder)
}

// faultPower works, eight people at once, and writes down what was asked of the disk.
func faultPower() error {
	if err := watchDisk(); err != nil {
		return err
	}
	if os.Getenv("CLEW_FAULT_SYNC") == "off" {
		sqlite.RegisterConnectionHook(func(c sqlite.ExecQuerierContext, _ string) error {
			_, err := c.ExecContext(context.Background(), `PRAGMA synchronous = OFF`, []driver.NamedValue{})
			return err
		})
	}
	a, err := Open(context.Background(), Config{Data: os.Getenv("CLEW_FAULT_DATA")})
	if err != nil {
		return err
	}
	errs := make([]error, 8)
	for range 4 {
		var people sync.WaitGroup
		for i := range errs {
			people.Go(func() {
				for range 10 {
					id, err := act(context.Background(), a.db)
					if errs[i] = err; err != nil {
						return
					}
					note(ask{File: id, What: 'a'})
				}
			})
		}
		people.Wait()
		if err := errors.Join(append(errs, a.db.Scrub(context.Background()))...); err != nil { // pages are moved from the journal to their places
			return err
		}
	}
	if err := a.Close(); err != nil {
		return err
	}
	f, err := os.Create(os.Getenv("CLEW_FAULT_FILE"))
	if err != nil {
		return err
	}
	return errors.Join(gob.NewEncoder(f).Encode(asked.all), f.Close())
}

// A disk is files, each as it was last synced and what was asked of it since.
type disk map[string]*platter

type platter struct {
	synced []byte
	since  []ask
}

func (d disk) take(a ask) {
	p := d[a.File]
	if p == nil {
		p = &platter{}
		d[a.File] = p
	}
	switch a.What {
	case 'd':
		delete(d, a.File)
	case 's':
		for _, s := range p.since {
			p.synced = s.on(p.synced, 0, len(s.Data))
		}
		p.since = nil
	default:
		p.since = append(p.since, a)
	}
}

// on is a file after what was asked, or part of it.
func (a ask) on(b []byte, from, to int) []byte {
	end := int(a.At)
	if a.What == 'w' {
		if from == to {
			return b
		}
		end += to
	}
	if end > len(b) {
		b = append(b, make([]byte, end-len(b))...)
	}
	if a.What == 't' {
		return b[:end]
	}
	copy(b[int(a.At)+from:end], a.Data[from:to])
	return b
}

// cut puts into a folder what the disk may hold if the power goes now.
func (d disk) cut(folder string, r *rand.Rand) error {
	for _, name := range slices.Sorted(maps.Keys(d)) {
		p := d[name]
		b, luck := slices.Clone(p.synced), r.Float64()
		for _, s := range p.since {
			switch {
			case s.What == 't':
				if r.Float64() < luck {
					b = s.on(b, 0, 0)
				}
			case r.IntN(4) == 0: // torn
				for at := 0; at < len(s.Data); at += sector {
					if r.Float64() < luck {
						b = s.on(b, at, min(at+sector, len(s.Data)))
					}
				}
			case r.Float64() < luck:
				b = s.on(b, 0, len(s.Data))
			}
		}
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// TestPowerCut cuts the power again and again. Whatever was said to be done is there,
// and nothing is there by half. With SQLite told not to sync, which is the control,
// something is lost: the simulation can tell.
func TestPowerCut(t *testing.T) {
	for _, sync := range []string{"full", "off"} {
		t.Run(sync, func(t *testing.T) {
			data, log := t.TempDir(), filepath.Join(t.TempDir(), "asked")
			p := again(t, "power", "CLEW_FAULT_DATA="+data, "CLEW_FAULT_FILE="+log, "CLEW_FAULT_SYNC="+sync)
			if out, err := p.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			f, err := os.Open(log)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			var all []ask
			if err := gob.NewDecoder(f).Decode(&all); err != nil {
				t.Fatal(err)
			}
			// From the first act on; before it, files are made.
			first := slices.IndexFunc(all, func(a ask) bool { return a.What == 'a' })
			cuts := make([]int, long(30, 1000))
			seed := uint64(rand.Int64())
			r := rand.New(rand.NewPCG(seed, 0))
			for i := range cuts {
				cuts[i] = first + 1 + r.IntN(len(all)-first)
			}
			slices.Sort(cuts)
			var acts []string
			lost, half, unread, next := 0, 0, 0, 0
			d := disk{}
			for _, at := range cuts {
				for ; next < at; next++ {
					if all[next].What == 'a' {
						acts = append(acts, all[next].File)
					} else {
						d.take(all[next])
					}
				}
				gone, unlike, err := afterCut(t, data, d, r, acts)
				if err != nil {
					if unread++; sync == "full" {
						t.Errorf("cut at %d of %d (seed %d): %v", at, len(all), seed, err)
					}
				}
				if lost, half = lost+gone, half+unlike; sync == "full" && gone+unlike > 0 {
					t.Errorf("cut at %d of %d (seed %d): of %d acts %d are lost, and %d are there by half", at, len(all), seed, len(acts), gone, unlike)
				}
			}
			if sync == "off" && lost+half+unread == 0 {
				t.Error("nothing is lost without syncing: the simulation cannot tell")
			}
			t.Logf("%d cuts in %d things asked of the disk, %d acts: %d lost, %d by half, %d times the database could not be read", len(cuts), len(all), len(acts), lost, half, unread)
		})
	}
}

// afterCut starts a program on what a disk holds after the power went, and counts the
// acts that are lost and those that are there by half.
func afterCut(t *testing.T, data string, d disk, r *rand.Rand, acts []string) (lost, half int, err error) {
	c := Config{Data: t.TempDir()}
	defer os.RemoveAll(c.Data)
	if err := errors.Join(keys(data, c.Data), d.cut(c.Data, r)); err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), c)
	if err != nil {
		return 0, 0, err
	}
	var kept, noted []string
	err = a.db.Read(t.Context(), func(v *db.View) (err error) {
		if kept, err = db.All(t.Context(), v, db.Text, `SELECT id FROM agencies ORDER BY id`); err != nil {
			return err
		}
		noted, err = db.All(t.Context(), v, db.Text, `SELECT subject FROM ledger_entries WHERE what = 'agency' ORDER BY subject`)
		return err
	})
	if err = cmp.Or(err, a.Close()); err != nil {
		return 0, 0, err
	}
	found, err := Check(t.Context(), c)
	if err != nil {
		return 0, 0, err
	}
	for _, f := range found {
		if len(f.Wrong) > 0 {
			err = errors.Join(err, fmt.Errorf("%s: %v", f.What, f.Wrong))
		}
	}
	for _, id := range acts {
		if _, ok := slices.BinarySearch(kept, id); !ok {
			lost++
		}
	}
	for _, id := range kept {
		if _, ok := slices.BinarySearch(noted, id); !ok {
			half++
		}
	}
	return lost, half + max(0, len(noted)-len(kept)), err
}

// keys copies what lies beside a database.
func keys(from, to string) error {
	for _, name := range []string{"ledger.key", "master.key"} {
		b, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, name), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}
