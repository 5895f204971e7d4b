package cli

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// typed runs a command, which must end with a status, and returns what it said.
func typed(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, said bytes.Buffer
	if got := run(t.Context(), args, Streams{In: os.Stdin, Out: &out, Err: &said}); got != want {
		t.Fatalf("clew %s: status %d, want %d: %s%s", strings.Join(args, " "), got, want, out.String(), said.String())
	}
	return out.String() + said.String()
}

// serving serves a folder until the test, or what it is called for, is done, and
// returns the address.
func serving(t *testing.T, data string) (address string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		status := run(ctx, []string{"serve", "--data", data, "--listen", "localhost:0", "--quiet"}, Streams{In: os.Stdin, Out: w, Err: io.Discard})
		w.Close()
		ended <- status
	}()
	address, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("serve ended with status %d", <-ended)
	}
	stop = func() {
		cancel()
		if status := <-ended; status != done {
			t.Errorf("serve ended with status %d", status)
		}
	}
	return strings.TrimSpace(address), stop
}

// field is what follows a word at the beginning of a line.
func field(t *testing.T, text, word string) string {
	t.Helper()
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, word+" "); ok {
			return strings.TrimSpace(rest)
		}
	}
	t.Fatalf("no %s in %q", word, text)
	return ""
}

// TestWitness has a witness watch a served ledger, then one that somebody with the
// key began anew.
func TestWitness(t *testing.T) {
	data, state, thief := t.TempDir(), t.TempDir(), t.TempDir()
	key, _, _ := strings.Cut(typed(t, done, "witness", "--state", state), "\n")
	given := typed(t, done, "ledger", "witness", "Hask Advocacy", "--key", key, "--data", data)
	log, token := field(t, given, "key"), field(t, given, "token")
	at, stop := serving(t, data)
	if out := typed(t, done, "witness", "--state", state, "--log", at, "--key", log, "--token", token, "--once"); !strings.Contains(out, "1 entries, root ") {
		t.Errorf("the witness says %q", out)
	}
	stop()
	typed(t, done, "ledger", "rotate", "--data", data)
	at, stop = serving(t, data)
	if out := typed(t, done, "witness", "--state", state, "--log", at, "--once"); !strings.Contains(out, "2 entries, root ") {
		t.Errorf("after the key was changed the witness says %q", out)
	}
	typed(t, unusable, "witness", "--state", state, "--log", at, "--token", "another", "--once")
	stop()
	copies := []string{"--against", filepath.Join(state, "newest.txt"), "--against", filepath.Join(state, "checkpoints.jsonl")}
	if out := typed(t, done, append([]string{"ledger", "verify", "--data", data, "--key", log}, copies...)...); !strings.Contains(out, "continues all 3 checkpoints") {
		t.Errorf("held to the witness's copy: %q", out)
	}

	held := filepath.Join(data, "ledger.key")
	if err := os.Rename(held, held+".lost"); err != nil {
		t.Fatal(err)
	}
	if said := typed(t, unusable, "serve", "--data", data, "--listen", "localhost:0"); !strings.Contains(said, "key-loss.md") {
		t.Errorf("without its key: %q", said)
	}
	next, _, _ := strings.Cut(typed(t, done, "ledger", "replace", "--data", data), "\n")
	at, stop = serving(t, data)
	if out := typed(t, failed, "witness", "--state", state, "--log", at, "--token", token, "--once"); !strings.Contains(out, "said to be lost") {
		t.Errorf("after the key was lost the witness says %q", out)
	}
	if out := typed(t, done, "witness", "--state", state, "--log", at, "--key", next, "--once"); !strings.Contains(out, "3 entries, root ") {
		t.Errorf("after it was told the new key the witness says %q", out)
	}
	stop()
	if out := typed(t, failed, "ledger", "verify", "--data", data, "--key", log); !strings.Contains(out, "said to be lost") {
		t.Errorf("by the key that was lost: %q", out)
	}
	if out := typed(t, done, append([]string{"ledger", "verify", "--data", data}, copies...)...); !strings.Contains(out, "Only the new key says so") || !strings.Contains(out, "continues all 4 checkpoints") {
		t.Errorf("held to the witness's copy: %q", out)
	}

	b, err := os.ReadFile(held)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(thief, "ledger.key"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"A", "B", "Hask Advocacy"} {
		given = typed(t, done, "ledger", "witness", name, "--key", key, "--data", thief)
	}
	at, stop = serving(t, thief)
	out := typed(t, failed, "witness", "--state", state, "--log", at, "--token", field(t, given, "token"), "--once")
	stop()
	if found, err := filepath.Glob(filepath.Join(state, "evidence-*.txt")); err != nil || len(found) != 2 || !strings.Contains(out, "CANNOT BE TRUSTED") {
		t.Errorf("a log begun anew: %q; evidence %v, %v", out, found, err)
	}
	if out := typed(t, failed, append([]string{"ledger", "verify", "--data", thief}, copies...)...); !strings.Contains(out, "cannot be relied on") {
		t.Errorf("a log begun anew, held to the witness's copy: %q", out)
	}
}
