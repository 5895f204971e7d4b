package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	made "clew/internal/demo"
)

// TestStopped stops each command that writes files once it has begun: what was
// there before is there still, and nothing is half-written beside it.
func TestStopped(t *testing.T) {
	extract := t.TempDir()
	if err := made.WriteFiles(extract, made.Options{Records: 3000}); err != nil {
		t.Fatal(err)
	}
	records, people := filepath.Join(extract, "records.csv"), filepath.Join(extract, "people.csv")
	for name, args := range map[string][]string{
		"sweep": {"sweep", records, "--out", "OUT"},
		"link":  {"link", people, "--out", "OUT/linked.csv", "--pairs", "OUT/pairs.csv"},
		"read":  {"read", records, "--text", "narrative", "--out", "OUT/read.csv"},
	} {
		out := t.TempDir()
		before := filepath.Join(out, "patterns.csv")
		if err := os.WriteFile(before, []byte("as it was"), 0o600); err != nil {
			t.Fatal(err)
		}
		for i := range args {
			args[i] = strings.Replace(args[i], "OUT", out, 1)
		}
		ctx, stop := context.WithCancel(t.Context())
		said := &stopper{stop: stop}
		if status := run(ctx, args, Streams{In: os.Stdin, Out: &bytes.Buffer{}, Err: said}); status == done {
			t.Errorf("%s: stopped, and says it is done", name)
		}
		if !strings.Contains(said.String(), "stopped") {
			t.Errorf("%s says %q, and not that it was stopped", name, said.String())
		}
		left, err := os.ReadDir(out)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(before); err != nil || string(b) != "as it was" || len(left) != 1 {
			t.Errorf("%s left %v behind; what was there says %q (%v)", name, left, b, err)
		}
	}
}

// A stopper stops the program at the first progress it tells.
type stopper struct {
	bytes.Buffer
	stop func()
}

func (s *stopper) Write(b []byte) (int, error) { s.stop(); return s.Buffer.Write(b) }
