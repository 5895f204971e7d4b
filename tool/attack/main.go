// Command attack tries to break a running Clew, as somebody would who has an account
// and means harm: sqlmap and wapiti on every route of the route table, as each of the
// people who come in to the demo, and a stopwatch on every question whose answer is
// to be kept secret. The program runs inside, on a loopback address, with invented
// data that is thrown away. It writes what was run and found to docs/security.
//
// What needs no tools from elsewhere is tried by go test ./internal/app each time.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"time"
)

// A plan is what is to be tried, and for how long.
type plan struct {
	database  string // postgres:// address; empty for SQLite
	records   int
	technique string
	each      time.Duration // for sqlmap on one route
	crawl     time.Duration // for wapiti as one person, by and large
	pairs     int
	only      string
	route     string
	atOnce    int // routes that sqlmap tries at the same time
	out       string
}

func main() {
	var p plan
	flag.StringVar(&p.database, "database", "", "a postgres:// address of an empty database; SQLite when not given")
	flag.IntVar(&p.records, "records", 2000, "invented records to attack")
	flag.StringVar(&p.technique, "technique", "BEUSTQ", "techniques of sqlmap; without T on a busy machine, where slow answers look like injected waits")
	flag.DurationVar(&p.each, "each", 5*time.Minute, "longest time for sqlmap on one route")
	flag.DurationVar(&p.crawl, "crawl", 5*time.Minute, "time for wapiti as one person")
	flag.IntVar(&p.pairs, "pairs", 3000, "pairs of requests to time")
	flag.StringVar(&p.only, "only", "", "sqlmap, wapiti or timing alone")
	flag.StringVar(&p.route, "route", "", "sqlmap and wapiti on the routes that hold one of these, with commas between")
	flag.IntVar(&p.atOnce, "at-once", 2, "routes that sqlmap tries at the same time")
	flag.StringVar(&p.out, "out", "docs/security", "folder for the report")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, p); err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, p plan) error {
	if err := installed(p.only); err != nil {
		return err
	}
	t, err := raise(ctx, p)
	if err != nil {
		return err
	}
	defer t.close()
	found := 0
	for _, part := range []struct {
		name string
		run  func(context.Context, plan) (int, string, error)
	}{{"sqlmap", t.sqlmap}, {"wapiti", t.wapiti}, {"timing", t.timing}} {
		if p.only != "" && p.only != part.name {
			continue
		}
		n, text, err := part.run(ctx, p)
		if err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		found += n
		if err := write(p, part.name, text); err != nil {
			return err
		}
	}
	if found > 0 {
		return fmt.Errorf("%d findings: see %s", found, p.out)
	}
	fmt.Println("No findings.")
	return nil
}

// installed says what to install of what is missing.
func installed(only string) error {
	var missing []string
	for _, name := range []string{"sqlmap", "wapiti"} {
		if _, err := exec.LookPath(name); err != nil && (only == "" || only == name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return errors.New("install " + strings.Join(missing, " and ") + " first (on Debian: apt-get install --no-install-recommends " + strings.Join(missing, " ") + "), or use -only timing")
	}
	return nil
}

// version is the first line that a tool says of itself.
func version(ctx context.Context, tool string) string {
	out, err := exec.CommandContext(ctx, tool, "--version").Output()
	if err != nil {
		return tool
	}
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); strings.ContainsAny(line, "0123456789") {
			return tool + " " + strings.TrimPrefix(line, tool+" ")
		}
	}
	return tool
}

// write keeps the report of one part for one engine.
func write(p plan, part, text string) error {
	if err := os.MkdirAll(p.out, 0o755); err != nil {
		return err
	}
	name := p.out + "/attack-" + part + "-" + engine(p) + ".md"
	return os.WriteFile(name, []byte(text), 0o644)
}

func engine(p plan) string {
	if p.database == "" {
		return "sqlite"
	}
	return "postgres"
}
