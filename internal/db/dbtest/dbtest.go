// Package dbtest lends tests a database of each engine the program runs on:
// SQLite always, and a PostgreSQL made for the occasion.
package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	neturl "net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"clew/internal/db"
)

// Each runs f once with SQLite and once with PostgreSQL, each an empty database
// with the schema in it. Without PostgreSQL's programs that half is skipped,
// unless CLEW_REQUIRE_POSTGRES=1, when it fails.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}

// EachBare is Each with a database that holds nothing, the schema included, by
// the name that db.Open takes.
func EachBare(t *testing.T, f func(t *testing.T, where string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, file(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, url(t)) })
}

// SQLite is an empty database in a file of the test's own.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return open(t, file(t))
}

// Copy is a database of its own that holds what a SQLite database holds now.
func Copy(t testing.TB, d *db.DB) *db.DB {
	t.Helper()
	where := file(t)
	if err := d.Backup(t.Context(), where); err != nil {
		t.Fatal(err)
	}
	return open(t, where)
}

// Quick is a folder of the test's own, in memory where there is such, for a test that
// writes thousands of times and is not about the disk.
func Quick(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "clew-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "clew.db") }

func open(t testing.TB, where string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), where, time.Now)
	if err != nil {
		t.Fatalf("open %s: %v", where, err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return d
}

// Postgres is an empty database on a PostgreSQL server that lives as long as
// the test program, or on the one CLEW_TEST_POSTGRES names.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return open(t, url(t))
}

// URL is that of an empty PostgreSQL database without the schema, dropped after the
// test.
func URL(t testing.TB) string { t.Helper(); return url(t) }

// SuperuserURL is URL for a superuser, who passes by row-level security.
func SuperuserURL(t testing.TB) string { t.Helper(); return superuserURL(t) }

// url is that of a database made for the test and dropped after it.
func url(t testing.TB) string { t.Helper(); return as(superuserURL(t), ordinary) }

func superuserURL(t testing.TB) string {
	t.Helper()
	server, err := start()
	if errors.Is(err, errAbsent) && os.Getenv("CLEW_REQUIRE_POSTGRES") != "1" {
		t.Skipf("%v; set CLEW_REQUIRE_POSTGRES=1 to make this fail", err)
	}
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("t%d_%d", os.Getpid(), serial())
	if err := exec1(server("postgres"), "CREATE DATABASE "+name+" OWNER "+ordinary); err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		if err := exec1(server("postgres"), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop database: %v", err)
		}
	})
	return server(name)
}

// ordinary is a role that owns its databases and is no superuser, as docs/runbook/install.md
// has it: a superuser passes by row-level security.
const ordinary = "ordinary"

// as is a URL with another role.
func as(where, role string) string {
	u, err := neturl.Parse(where)
	if err != nil {
		panic(err) // they are made here, or given by who runs the tests
	}
	u.User = neturl.User(role)
	return u.String()
}

func exec1(where, statement string) error {
	c, err := sql.Open("pgx", where)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.Exec(statement)
	return err
}

var (
	mu      sync.Mutex
	made    int
	errGone = errors.New("the server's folder is gone")
	// errAbsent says what to do about it.
	errAbsent = errors.New("PostgreSQL is not installed (on Debian: apt-get install postgresql)")
)

func serial() int { mu.Lock(); defer mu.Unlock(); made++; return made }

// start returns the URL of a database by name, on a server started once.
var start = sync.OnceValues(func() (func(string) string, error) {
	if given := os.Getenv("CLEW_TEST_POSTGRES"); given != "" {
		url := func(name string) string { return given + "/" + name + "?sslmode=disable" }
		return url, makeOrdinary(url("postgres"))
	}
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "clewpg")
	if err != nil {
		return nil, err
	}
	as, err := unprivileged(dir)
	if err != nil {
		return nil, err
	}
	run := func(name string, args ...string) error {
		c := exec.Command(filepath.Join(bin, name), args...)
		c.Dir, c.SysProcAttr = dir, &syscall.SysProcAttr{Credential: as}
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", name, err, out)
		}
		return nil
	}
	data := filepath.Join(dir, "data")
	if err := run("initdb", "-D", data, "-U", "clew", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"); err != nil {
		return nil, err
	}
	// The server ends with the program that started it, however that ends, and
	// its folder goes with it.
	const serve = `trap : INT; "$0" -D "$1/data" -k "$1" -c listen_addresses= -c fsync=off -c max_connections=200 & server=$!
wait $server; kill -INT $server 2>/dev/null; wait $server; rm -rf "$1"`
	server := exec.Command("sh", "-c", serve, filepath.Join(bin, "postgres"), dir)
	server.Dir = dir
	server.SysProcAttr = &syscall.SysProcAttr{Credential: as, Pdeathsig: syscall.SIGINT}
	started := make(chan error, 1)
	go hold(server, started)
	if err := <-started; err != nil {
		return nil, err
	}
	url := func(name string) string { return "postgres://clew@/" + name + "?host=" + dir + "&sslmode=disable" }
	if err := answers(url("postgres"), dir); err != nil {
		return nil, err
	}
	return url, makeOrdinary(url("postgres"))
})

func makeOrdinary(where string) error {
	return exec1(where, `DO $$ BEGIN CREATE ROLE `+ordinary+` LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`)
}

// hold keeps to one thread, for the kernel ends the server when the thread
// that started it ends.
func hold(server *exec.Cmd, started chan<- error) {
	runtime.LockOSThread()
	err := server.Start()
	started <- err
	if err == nil {
		server.Wait()
	}
}

func answers(url, dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer c.Close()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := c.PingContext(ctx)
		if err == nil {
			return nil
		}
		if _, gone := os.Stat(dir); gone != nil {
			return errGone
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server did not answer: %w", err)
		case <-tick.C:
		}
	}
}

// Program is where one of PostgreSQL's own programs is, such as pg_dump.
func Program(t testing.TB, name string) string {
	t.Helper()
	bin, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(bin, name)
}

func programs() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		p, err = filepath.EvalSymlinks(p) // the others lie beside the program itself
		return filepath.Dir(p), err
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errAbsent
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// unprivileged gives the folder to somebody PostgreSQL will run as: it refuses
// to run as root. Nil means the present user.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
	}
	return nil, errors.New("root may not run PostgreSQL and there is no user postgres or nobody")
}
