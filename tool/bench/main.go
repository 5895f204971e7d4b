// Command bench measures what Clew promises and writes docs/benchmarks/: how
// well people and pairs are told apart, how long whole commands take, how fast
// one report is screened and how fast pages come. Every figure is from the run
// that wrote it.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

func main() {
	only := flag.String("only", "", "parts to run, comma between: linkage, pairs, commands, service; all when empty")
	largest := flag.Int("records", 1_000_000, "the largest number of records")
	program := flag.String("program", "bin/clew", "the program to time")
	dir := flag.String("dir", "", "folder for the data, kept when given")
	to := flag.String("out", "docs/benchmarks/results.md", "the report, or - for standard output")
	flag.Parse()
	if err := measure(*only, *largest, *program, *dir, *to); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(only string, largest int, program, dir, to string) error {
	ctx := context.Background()
	if dir == "" {
		made, err := os.MkdirTemp("", "clewbench")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		dir = made
	}
	var b bytes.Buffer
	out := io.MultiWriter(&b, os.Stderr)
	machine(out, program)
	for _, part := range []struct {
		name string
		run  func() error
	}{
		// First, while this program is small: a process is charged with what its
		// parent held when it was started.
		{"commands", func() error { return commands(out, program, dir, largest) }},
		{"linkage", func() error {
			data := os.Getenv("CLEW_LINKAGE_DATA")
			if data == "" {
				fmt.Fprintf(out, "Public data: not measured in this run (CLEW_LINKAGE_DATA names no folder).\n\n")
				return nil
			}
			return linkage(ctx, out, data)
		}},
		{"pairs", func() error { return pairs(ctx, out, min(largest, 200_000)) }},
		{"service", func() error {
			for _, n := range []int{20_000, largest} {
				a, err := held(ctx, out, dir, n)
				if err != nil {
					return err
				}
				if n == largest {
					err = screening(ctx, out, a, n)
				}
				if err == nil {
					err = pages(ctx, out, a, n)
				}
				a.Close()
				if err != nil {
					return err
				}
			}
			return nil
		}},
	} {
		if only == "" || strings.Contains(","+only+",", ","+part.name+",") {
			if err := part.run(); err != nil {
				return fmt.Errorf("%s: %w", part.name, err)
			}
		}
	}
	if to == "-" {
		return nil // it went to standard error as it came
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, b.Bytes(), 0o644)
}

// machine says what the figures were measured on, and when.
func machine(out io.Writer, program string) {
	version, _ := exec.Command(program, "version").Output()
	fmt.Fprintf(out, "# Measured\n\n| | |\n|---|---|\n| when | %s |\n| processors | %d × %s |\n| memory | %s |\n| Go | %s |\n| program | %s |\n| command | `make bench` |\n\n",
		time.Now().UTC().Format("2 January 2006"), runtime.NumCPU(), field("/proc/cpuinfo", "model name"), field("/proc/meminfo", "MemTotal"), runtime.Version(),
		strings.Join(strings.Split(strings.TrimSpace(string(version)), "\n"), ", "))
}

func field(file, name string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return "not known"
	}
	for line := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return "not known"
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
