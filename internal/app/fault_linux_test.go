package app

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/demo"
	"clew/internal/govuk"
	"clew/migrations"
)

// What must survive a program that is killed, a disk that is full and steps that are
// cut off. In the short form each is done a few times; `make faults` does the long
// one (CLEW_FAULTS=long). The program that is killed is this test, started anew.

func TestMain(m *testing.M) {
	as := map[string]func() error{"serve": faultServe, "migrate": faultMigrate, "import": faultImport, "power": faultPower}
	if f := as[os.Getenv("CLEW_FAULT")]; f != nil {
		if err := f(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func long(short, long int) int {
	if os.Getenv("CLEW_FAULTS") == "long" {
		return long
	}
	return short
}

// again starts this program as one to be killed.
func again(t *testing.T, as string, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), append(env, "CLEW_FAULT="+as)...)
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return c
}

func kill() { syscall.Kill(os.Getpid(), syscall.SIGKILL); select {} }

// faultServe serves, with eight people at work, and says of each act that it is done
// once it is.
func faultServe() error {
	ctx := context.Background()
	c := Config{Data: os.Getenv("CLEW_FAULT_DATA"), Listen: "127.0.0.1:0"}
	l, err := Listen(c)
	if err != nil {
		return err
	}
	a, err := Open(ctx, c)
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- a.Serve(ctx, l, slog.New(slog.DiscardHandler)) }()
	fmt.Println("serving", l.Addr())
	var one sync.Mutex
	for range 8 {
		go func() {
			for {
				id, err := act(ctx, a.db)
				if err != nil {
					served <- err
					return
				}
				one.Lock()
				fmt.Println("done", id)
				one.Unlock()
			}
		}()
	}
	return <-served
}

// TestKilled kills a program that serves, again and again. Whatever it said was done
// is there, nothing is there by half, and it is ready again.
func TestKilled(t *testing.T) {
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	c := Config{Data: t.TempDir()}
	var all []string
	var slowest time.Duration
	for range long(5, 100) {
		began := time.Now()
		p := again(t, "serve", "CLEW_FAULT_DATA="+c.Data)
		out, err := p.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		p.Stderr = os.Stderr
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		lines, until := bufio.NewScanner(out), len(all)+1+rand.IntN(200)
		for lines.Scan() {
			what, rest, _ := strings.Cut(lines.Text(), " ")
			if what == "serving" {
				r, err := http.Get("http://" + rest + "/readyz")
				if err != nil || r.StatusCode != http.StatusOK {
					t.Fatalf("started again: %v, %v", r, err)
				}
				r.Body.Close()
				slowest = max(slowest, time.Since(began))
				continue
			}
			if all = append(all, rest); len(all) == until { // what it says after that counts as well
				p.Process.Kill()
			}
		}
		p.Wait()
		if len(all) < until {
			t.Fatalf("it ended by itself after %d acts of %d", len(all), until)
		}
	}
	a, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	kept := column(t, a.db, `SELECT id FROM agencies ORDER BY id`)
	noted := column(t, a.db, `SELECT subject FROM ledger_entries WHERE what = 'agency' ORDER BY subject`)
	for _, id := range all {
		if _, ok := slices.BinarySearch(kept, id); !ok {
			t.Errorf("%s was done, and is lost", id)
		}
	}
	if !slices.Equal(kept, noted) {
		t.Errorf("%d changes and %d entries in the ledger: some are there by half", len(kept), len(noted))
	}
	well(t, c)
	t.Logf("%d acts were said to be done, %d are kept; the slowest start until ready took %v", len(all), len(kept), slowest)
}

// points are where one statement of a step ends and the next begins.
func points(step string) (all []int) {
	at, block := 0, false
	for line := range strings.Lines(step) {
		at += len(line)
		code, _, _ := strings.Cut(line, "--")
		switch text := strings.TrimSpace(line); {
		case strings.HasPrefix(text, "-- +goose StatementBegin"):
			block = true
		case strings.HasPrefix(text, "-- +goose StatementEnd"):
			block = false
			all = append(all, at)
		case !block && strings.HasSuffix(strings.TrimSpace(code), ";"):
			all = append(all, at)
		}
	}
	return all
}

// faultMigrate takes the steps of the schema, and is killed within one.
func faultMigrate() error {
	if err := sqlite.RegisterScalarFunction("die", 0, func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) { kill(); return nil, nil }); err != nil {
		return err
	}
	name := os.Getenv("CLEW_FAULT_STEP")
	at, err := strconv.Atoi(os.Getenv("CLEW_FAULT_AT"))
	if err != nil {
		return err
	}
	files := fstest.MapFS{}
	names, err := fs.Glob(migrations.For(true), "*.sql")
	if err != nil {
		return err
	}
	for _, n := range names {
		b, err := fs.ReadFile(migrations.For(true), n)
		if err != nil {
			return err
		}
		if n == name {
			b = slices.Concat(b[:at], []byte("\nSELECT die();\n"), b[at:])
		}
		files[n] = &fstest.MapFile{Data: b}
	}
	d, err := sql.Open("sqlite", "file:"+os.Getenv("CLEW_FAULT_DATA")+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=foreign_keys(1)")
	if err != nil {
		return err
	}
	d.SetMaxOpenConns(1)
	p, err := goose.NewProvider(goose.DialectSQLite3, d, files, goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return err
	}
	_, err = p.Up(context.Background())
	return errors.Join(err, errors.New("it was not killed"))
}

// TestKilledWhileMigrating kills a program after each statement of each step. The
// next start finishes what it began, and the schema is that of a fresh start.
func TestKilledWhileMigrating(t *testing.T) {
	schema := func(d *db.DB) []string {
		return column(t, d, `SELECT COALESCE(sql, name) FROM sqlite_schema ORDER BY name`)
	}
	fresh, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "fresh.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	want := schema(fresh)
	names, err := fs.Glob(migrations.For(true), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	tried, met := 0, 0
	for _, name := range names {
		b, err := fs.ReadFile(migrations.For(true), name)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range points(string(b)) {
			// The short form takes one point in seven, another seven each time the
			// schema grows.
			if met++; met%long(7, 1) != 0 {
				continue
			}
			tried++
			file := filepath.Join(t.TempDir(), "clew.db")
			p := again(t, "migrate", "CLEW_FAULT_DATA="+file, "CLEW_FAULT_STEP="+name, "CLEW_FAULT_AT="+strconv.Itoa(at))
			var said bytes.Buffer
			p.Stderr = &said
			if err := p.Run(); err == nil || said.Len() > 0 {
				t.Fatalf("%s at %d: not killed: %v: %s", name, at, err, said.String())
			}
			d, err := db.Open(t.Context(), file, time.Now)
			if err != nil {
				t.Errorf("%s at %d: not finished: %v", name, at, err)
				continue
			}
			if got := schema(d); !slices.Equal(got, want) {
				t.Errorf("%s at %d: the schema differs", name, at)
			}
			d.Close()
		}
	}
	t.Logf("killed at %d of %d points", tried, met)
}

// TestKilledWhileMigratingPostgres ends the connection to PostgreSQL after a statement of
// a step, as a program or a server that is killed does.
func TestKilledWhileMigratingPostgres(t *testing.T) {
	schema := func(d *db.DB) []string {
		return column(t, d, `
			SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable FROM information_schema.columns WHERE table_schema = 'public'
			UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
			UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
			UNION ALL SELECT tablename || ' ' || policyname || ' ' || COALESCE(qual, '') FROM pg_policies ORDER BY 1`)
	}
	want := schema(dbtest.Postgres(t))
	steps := migrations.For(false)
	names, err := fs.Glob(steps, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	tried, met := 0, 0
	for _, name := range names {
		b, err := fs.ReadFile(steps, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range points(string(b)) {
			if met++; met%long(40, 1) != 0 {
				continue
			}
			tried++
			files := fstest.MapFS{}
			for _, n := range names {
				b, err := fs.ReadFile(steps, n)
				if err != nil {
					t.Fatal(err)
				}
				if n == name {
					b = slices.Concat(b[:at], []byte("\nSELECT pg_terminate_backend(pg_backend_pid());\n"), b[at:])
				}
				files[n] = &fstest.MapFile{Data: b}
			}
			where := dbtest.URL(t)
			d, err := sql.Open("pgx", where)
			if err != nil {
				t.Fatal(err)
			}
			p, err := goose.NewProvider(goose.DialectPostgres, d, files, goose.WithSlog(slog.New(slog.DiscardHandler)))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Up(t.Context()); err == nil {
				t.Fatalf("%s at %d: not ended", name, at)
			}
			d.Close()
			again, err := db.Open(t.Context(), where, time.Now)
			if err != nil {
				t.Errorf("%s at %d: not finished: %v", name, at, err)
				continue
			}
			if got := schema(again); !slices.Equal(got, want) {
				t.Errorf("%s at %d: the schema differs", name, at)
			}
			again.Close()
		}
	}
	t.Logf("ended at %d of %d points", tried, met)
}

const extractOf = 300 // records

// faultImport takes an extract in, and is killed at a statement.
func faultImport() error {
	at, err := strconv.ParseInt(os.Getenv("CLEW_FAULT_AT"), 10, 64)
	if err != nil {
		return err
	}
	a, err := Open(context.Background(), Config{Data: os.Getenv("CLEW_FAULT_DATA")})
	if err != nil {
		return err
	}
	var n atomic.Int64
	a.db.Watch(func(string, []any) {
		if n.Add(1) == at {
			kill()
		}
	})
	if err := takeIn(a, os.Getenv("CLEW_FAULT_FILE")); err != nil {
		return err
	}
	fmt.Println(n.Load())
	return a.Close()
}

func takeIn(a *App, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	by, err := a.At(context.Background(), "police:99", "test")
	if err != nil {
		return err
	}
	_, err = a.Intake.Run(context.Background(), by, "records.csv", f, nil, "police:99", func(string, int64, int64) {})
	return err
}

// TestKilledWhileImporting kills a program at points all over an import. Sent again,
// the extract gives what one clean run gives.
func TestKilledWhileImporting(t *testing.T) {
	extract := t.TempDir()
	if err := demo.WriteFiles(extract, demo.Options{Records: extractOf}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(extract, "records.csv")
	// What was found, by nothing that is made by chance.
	result := func(a *App) string {
		var all []string
		for _, q := range []string{
			`SELECT fingerprint || ' ' || record FROM reports ORDER BY fingerprint`,
			`SELECT m.name || ' ' || m.born || ' ' || r.record || ' ' || substr(m.id, -1) || ' ' || (SELECT COUNT(*) FROM mentions o WHERE o.person = m.person) FROM mentions m JOIN reports r ON r.id = m.report ORDER BY r.record, m.id`,
			`SELECT finding || ' ' || COUNT(*) FROM patterns GROUP BY finding ORDER BY finding`,
		} {
			all = append(all, column(t, a.db, q)...)
		}
		slices.Sort(all)
		return strings.Join(all, "\n")
	}
	clean := Config{Data: t.TempDir()}
	p := again(t, "import", "CLEW_FAULT_DATA="+clean.Data, "CLEW_FAULT_FILE="+file, "CLEW_FAULT_AT=-1")
	out, err := p.Output()
	if err != nil {
		t.Fatalf("clean run: %v: %s", err, out)
	}
	statements, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), clean)
	if err != nil {
		t.Fatal(err)
	}
	want := result(a)
	a.Close()
	kills := long(4, 40)
	for i := range kills {
		c := Config{Data: t.TempDir()}
		at := 1 + i*statements/kills
		p := again(t, "import", "CLEW_FAULT_DATA="+c.Data, "CLEW_FAULT_FILE="+file, "CLEW_FAULT_AT="+strconv.Itoa(at))
		if out, err := p.CombinedOutput(); err == nil {
			t.Fatalf("statement %d: not killed: %s", at, out)
		}
		a, err := Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Reports.Interrupted(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := takeIn(a, file); err != nil {
			t.Errorf("statement %d: sent again: %v", at, err)
		}
		if got := result(a); got != want {
			t.Errorf("killed at statement %d of %d, and sent again: another result than one clean run", at, statements)
		}
		a.Close()
		well(t, c)
	}
	t.Logf("killed at %d points of %d statements", kills, statements)
}

// TestDiskFull fills the disk. What was done stays and can be read from the database,
// writing is refused, and a look at somebody with it, for the ledger cannot say so; all
// goes on without a restart once there is room.
func TestDiskFull(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, 0); err != nil {
			t.Error(err)
		}
	})
	c := Config{Data: filepath.Join(folder, "data")}
	a, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	defer func() {
		if !closed {
			a.Close()
		}
	}()
	var kept []string
	id, err := act(t.Context(), a.db)
	if err != nil {
		t.Fatal(err)
	}
	kept = append(kept, id)
	filler := filepath.Join(folder, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(f, zeros{}); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("fill the disk: %v", err)
	}
	f.Close()
	refused := 0
	for range 3000 { // the write-ahead log has pages of its own to use up first
		id, err := act(t.Context(), a.db)
		if err == nil {
			kept = append(kept, id)
			continue
		}
		if refused++; refused == 5 {
			break
		}
	}
	if refused == 0 {
		t.Fatal("the disk is full, and everything is written")
	}
	if n := len(column(t, a.db, `SELECT id FROM agencies`)); n != len(kept) {
		t.Errorf("while it is full, %d rows can be read of %d", n, len(kept))
	}
	if err := a.Guard.Look(t.Context(), access.Program("x", "x"), access.ReadPerson, func(_ *db.View, s *access.Sight) error {
		s.Saw("person", "p1", "p1")
		return nil
	}); err == nil {
		t.Error("somebody looks, and it is in no ledger")
	}
	if wrong := a.wrong(t.Context()); len(wrong) == 0 {
		t.Error("it says that it is ready")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	id, err = act(t.Context(), a.db)
	if err != nil {
		t.Fatalf("with room again: %v", err)
	}
	kept = append(kept, id)
	all := column(t, a.db, `SELECT id FROM agencies ORDER BY id`)
	slices.Sort(kept)
	if !slices.Equal(all, kept) {
		t.Errorf("%d rows are there, of %d that were said to be done", len(all), len(kept))
	}
	closed = true
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	well(t, c)
	t.Logf("%d done, %d refused", len(kept), refused)
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }
