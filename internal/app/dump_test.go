package app

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/db/dbtest"
)

// TestDump backs PostgreSQL up and restores it by the letter of docs/runbook/backup.md
// and restore.md, as the ordinary role that owns the database: all rows are there, and
// the wall before them.
func TestDump(t *testing.T) {
	from, to := dbtest.URL(t), dbtest.URL(t)
	c := Config{Data: t.TempDir(), Database: from}
	a, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	by, err := a.At(t.Context(), "police:99", "test")
	if err != nil {
		t.Fatal(err)
	}
	for i, victim := range []string{"Mara Quillfeather", "Mara Quillfeather", "Ivy Colne"} {
		if _, _, err := a.Held.Record(t.Context(), by, written(fmt.Sprint("NM/", i), victim, "Edward Farrowgate", "Stalking", 1+i)); err != nil {
			t.Fatal(err)
		}
	}
	counts := func(d *db.DB) (all []string) {
		tables, err := d.Tables(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range tables {
			all = append(all, table+" "+column(t, d, `SELECT CAST(COUNT(*) AS TEXT) FROM `+table)[0])
		}
		return all
	}
	want := counts(a.db)
	if !slices.Contains(want, "reports 3") || !slices.Contains(want, "mentions 6") {
		t.Fatalf("there are %v", want)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "clew.dump")
	run := func(env, name string, args ...string) (string, error) {
		p := exec.Command(dbtest.Program(t, name), args...)
		p.Env = append(os.Environ(), env)
		said, err := p.CombinedOutput()
		return string(said), err
	}
	if said, err := run("", "pg_dump", "--format=custom", "--file="+file+".short", from); err == nil || !strings.Contains(said, "row-level security") {
		t.Errorf("a dump that says nothing of what it is to see: %v, %s", err, said)
	}
	if said, err := run("", "pg_dump", "--enable-row-security", "--format=custom", "--file="+file+".short", from); err == nil || !strings.Contains(said, "clew.holders") {
		t.Errorf("a dump that lacks what has a wall: %v, %s", err, said)
	}
	if said, err := run("PGOPTIONS=-c clew.holders=*", "pg_dump", "--enable-row-security", "--format=custom", "--file="+file, from); err != nil {
		t.Fatalf("pg_dump: %v, %s", err, said)
	}
	if said, err := run("", "pg_restore", "--no-owner", "--exit-on-error", "--dbname="+to, file); err != nil {
		t.Fatalf("pg_restore: %v, %s", err, said)
	}
	c.Database = to
	well(t, c)
	if a, err = Open(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if got := counts(a.db); !slices.Equal(got, want) {
		t.Errorf("restored are %v, of %v", got, want)
	}
	if err := a.Held.SettleChanged(t.Context()); err != nil {
		t.Error(err)
	}
	if err := a.Guard.Look(t.Context(), access.Program("police:98", "test"), access.ReadReport, func(v *db.View, _ *access.Sight) error {
		n, err := db.One(t.Context(), v, db.Number, `SELECT COUNT(*) FROM reports`)
		if n != 0 {
			t.Errorf("another agency sees %d reports", n)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	if _, sc, err := a.Held.Record(t.Context(), by, written("NM/9", "Mara Quillfeather", "Edward Farrowgate", "Stalking", 9)); err != nil || sc.Nth != 3 {
		t.Errorf("recorded afterwards: %+v, %v", sc, err)
	}
}

// TestSuperuser: a superuser passes by the wall, and whoever runs Clew hears of it.
func TestSuperuser(t *testing.T) {
	for want, where := range map[string]string{passes: dbtest.SuperuserURL(t), "": dbtest.URL(t)} {
		var log strings.Builder
		s := serve(t, Config{Data: t.TempDir(), Database: where}, &log)
		if status, _ := get(t, http.DefaultClient, "http://"+s.addr+"/healthz"); status != 200 { // it has begun
			t.Fatal(status)
		}
		by, err := s.At(t.Context(), "police:99", "test")
		if err != nil {
			t.Fatal(err)
		}
		c, err := s.condition(t.Context(), by)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(c.wrong(), passes) != (want != "") {
			t.Errorf("the page says %v, want %q", c.wrong(), want)
		}
		if err := s.stop(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(log.String(), passes) != (want != "") {
			t.Errorf("the log says %s, want %q", log.String(), want)
		}
	}
}
