package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A Pair is a PostgreSQL and another that follows it: what the first keeps is on the
// disk of the second before it says so.
type Pair struct {
	// URL is that of an empty database, on whichever of the two may be written to.
	URL           string
	first, second *server
}

type server struct {
	dir  string
	cmd  *exec.Cmd
	gone chan struct{}
}

// NewPair starts the two, for as long as the test lasts. Without PostgreSQL's
// programs the test is skipped, as by Each.
func NewPair(t testing.TB) *Pair {
	t.Helper()
	bin, err := programs()
	if errors.Is(err, errAbsent) && os.Getenv("CLEW_REQUIRE_POSTGRES") != "1" {
		t.Skipf("%v; set CLEW_REQUIRE_POSTGRES=1 to make this fail", err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("PostgreSQL: %v", err)
		}
	}
	must(err)
	folder := func() string {
		dir, err := os.MkdirTemp("", "clewpg")
		must(err)
		t.Cleanup(func() { os.RemoveAll(dir) })
		return dir
	}
	p := &Pair{first: &server{dir: folder()}, second: &server{dir: folder()}}
	as, err := unprivileged(p.first.dir)
	must(err)
	_, err = unprivileged(p.second.dir)
	must(err)
	run := func(name string, args ...string) {
		t.Helper()
		c := exec.Command(filepath.Join(bin, name), args...)
		c.Dir, c.SysProcAttr = p.first.dir, &syscall.SysProcAttr{Credential: as}
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	begin := func(s *server) {
		t.Helper()
		s.gone = make(chan struct{})
		s.cmd = exec.Command(filepath.Join(bin, "postgres"), "-D", filepath.Join(s.dir, "data"), "-k", s.dir, "-c", "listen_addresses=")
		s.cmd.Dir = s.dir
		s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setpgid: true, Pdeathsig: syscall.SIGINT}
		started := make(chan error, 1)
		go func() { hold(s.cmd, started); close(s.gone) }()
		must(<-started)
		t.Cleanup(s.kill)
		must(answers(s.url("postgres"), s.dir))
	}
	run("initdb", "-D", filepath.Join(p.first.dir, "data"), "-U", "clew", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
	begin(p.first)
	run("pg_basebackup", "-D", filepath.Join(p.second.dir, "data"), "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d", "host="+p.first.dir+" user=clew application_name=second")
	begin(p.second)
	must(exec1(p.first.url("postgres"), `ALTER SYSTEM SET synchronous_standby_names = 'second'`))
	must(exec1(p.first.url("postgres"), `SELECT pg_reload_conf()`))
	must(p.first.followed())
	must(makeOrdinary(p.first.url("postgres")))
	must(exec1(p.first.url("postgres"), `CREATE DATABASE pair OWNER `+ordinary))
	p.URL = "postgres://" + ordinary + "@/pair?host=" + p.first.dir + "," + p.second.dir + "&sslmode=disable&target_session_attrs=read-write"
	return p
}

func (s *server) url(name string) string {
	return "postgres://clew@/" + name + "?host=" + s.dir + "&sslmode=disable"
}

// followed returns once commits wait for the second.
func (s *server) followed() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		return err
	}
	defer c.Close()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		var n int
		if err := c.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'`).Scan(&n); err != nil || n > 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the second does not follow: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// kill ends a server and all its processes at once, as when their computer is gone.
func (s *server) kill() {
	syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	<-s.gone
}

// Kill ends the first, without a word.
func (p *Pair) Kill() { p.first.kill() }

// Promote has the second take the place of the first, and returns once it has.
func (p *Pair) Promote() error { return exec1(p.second.url("postgres"), `SELECT pg_promote(true)`) }
