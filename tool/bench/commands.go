package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// A ran is what a whole process took.
type ran struct {
	wall time.Duration
	peak int64 // bytes resident
}

// run times a command of the program as a process of its own.
func run(program string, args ...string) (ran, error) {
	c := exec.Command(program, args...)
	began := time.Now()
	out, err := c.CombinedOutput()
	r := ran{wall: time.Since(began)}
	if err != nil {
		return r, fmt.Errorf("%s %v: %w\n%s", program, args, err, out)
	}
	if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.peak = u.Maxrss << 10
	}
	return r, nil
}

// sizes are the lengths that commands are timed at.
var sizes = []int{10_000, 100_000, 1_000_000}

// commands times link and sweep on an invented county's extracts.
func commands(out io.Writer, program, dir string, largest int) error {
	full := filepath.Join(dir, "full")
	if _, err := os.Stat(filepath.Join(full, "records.csv")); err != nil {
		if _, err := run(program, "demo", "generate", "--records", fmt.Sprint(largest), "--out", full); err != nil {
			return err
		}
	}
	for _, part := range []struct {
		title, file, what string
		wall              time.Duration
		peak              int64
		args              func(in, to string) []string
	}{
		{"`clew link`, mentions of people", "people.csv", "mentions", 15 * time.Second, 1500 << 20, func(in, to string) []string { return []string{"link", in, "--out", to + ".csv"} }},
		{"`clew sweep`, records with narratives", "records.csv", "records", 60 * time.Second, 2500 << 20, func(in, to string) []string { return []string{"sweep", in, "--out", to} }},
	} {
		fmt.Fprintf(out, "### %s\n\n| %s | wall | per 1,000 | of the smallest's | peak memory |\n|---|---|---|---|---|\n", part.title, part.what)
		var first float64
		for _, n := range sizes {
			if n > largest {
				continue
			}
			in := filepath.Join(dir, fmt.Sprintf("%d-%s", n, part.file))
			if err := head(filepath.Join(full, part.file), in, n); err != nil {
				return err
			}
			best := ran{wall: time.Hour}
			for range tries(n) {
				r, err := run(program, part.args(in, filepath.Join(dir, "out-"+part.what))...)
				if err != nil {
					return err
				}
				if r.wall < best.wall {
					best = r
				}
			}
			per := best.wall.Seconds() / float64(n) * 1000
			if first == 0 {
				first = per
			}
			fmt.Fprintf(out, "| %s | %.2f s | %.2f ms | %.2f | %d MB |\n", thousands(n), best.wall.Seconds(), per*1000, per/first, best.peak>>20)
		}
		fmt.Fprintf(out, "\nGoal at 1,000,000: %.0f s and %d MB. The least of the runs is given (3, or 1 at 1,000,000).\n\n", part.wall.Seconds(), part.peak>>20)
	}
	return nil
}

func tries(n int) int {
	if n >= 1_000_000 {
		return 1
	}
	return 3
}

// head copies the header and n rows. Rows of these files hold no line ends.
func head(from, to string, n int) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	r, w := bufio.NewReaderSize(in, 1<<20), bufio.NewWriterSize(out, 1<<20)
	for range n + 1 {
		line, err := r.ReadSlice('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return w.Flush()
}
