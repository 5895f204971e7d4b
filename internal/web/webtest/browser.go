package webtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A Chromium is a browser that runs until the test ends. Starting one takes a
// second or two: start one for a test, and open a Tab for each of its parts.
type Chromium struct{ ctx context.Context }

// Browser starts Chromium, so that nothing it does can leave this computer. The
// test is skipped when there is none, or when it is to be short; it fails instead
// when CLEW_REQUIRE_BROWSER=1.
func Browser(t testing.TB) *Chromium {
	t.Helper()
	program := chromium()
	switch required := os.Getenv("CLEW_REQUIRE_BROWSER") == "1"; {
	case program == "" && required:
		t.Fatal("Chromium is required, and is not there: apt-get install chromium, or set CHROMIUM to its program")
	case program == "":
		t.Skip("no Chromium")
	case testing.Short() && !required:
		t.Skip("no browser in a short test")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits, so that the folder can be removed
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	return &Chromium{ctx}
}

// chromium is the program to start, or "". Debian's /usr/bin/chromium is a script
// that adds extensions; what it starts is preferred.
func chromium() string {
	for _, name := range []string{os.Getenv("CHROMIUM"), "/usr/lib/chromium/chromium", "chromium", "chromium-browser", "google-chrome"} {
		if name == "" {
			continue
		}
		if file, err := exec.LookPath(name); err == nil {
			return file
		}
	}
	return ""
}

// A Tab is a page open in a browser, with cookies of its own. Its methods fail the
// test when what they ask for does not come about.
type Tab struct {
	t    testing.TB
	ctx  context.Context
	site string

	mu      sync.Mutex
	status  int      // of the last page
	trouble []string // what went wrong since it was last looked at
}

// patience is how long a tab is given for all it does. It is no measure of speed:
// it ends a test that would wait for ever.
const patience = 6 * time.Minute

// Tab opens a tab on a site. When the test ends, it fails on any trouble seen.
func (c *Chromium) Tab(t testing.TB, s *Site) *Tab {
	t.Helper()
	b := &Tab{t: t, site: s.URL}
	ctx, cancel := chromedp.NewContext(c.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.hear))
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		t.Fatal(err)
	}
	var expire context.CancelFunc
	b.ctx, expire = context.WithTimeout(ctx, patience)
	t.Cleanup(func() {
		b.Quiet()
		expire()
		cancel()
	})
	return b
}

// hear notes trouble. It is called in the order of events, and before the command
// after them returns.
func (b *Tab) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil && x.Description != "" {
			text = x.Description
		}
		b.note("exception: " + text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" || e.Type == "assert" {
			var text []string
			for _, a := range e.Args {
				text = append(text, string(a.Value)+a.Description)
			}
			b.note("console: " + strings.Join(text, " "))
		}
	case *log.EventEntryAdded:
		// The network tells of itself below, and can tell a page from what it loads.
		if (e.Entry.Level == "error" || e.Entry.Level == "warning") && e.Entry.Source != "network" {
			b.note(string(e.Entry.Source) + ": " + e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, b.site) && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:") && !strings.HasPrefix(u, "about:") {
			b.note("request to elsewhere: " + u)
		}
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument {
			b.mu.Lock()
			b.status = int(e.Response.Status)
			b.mu.Unlock()
		} else if e.Response.Status >= 400 {
			b.note("failed: " + e.Response.URL + " " + e.Response.StatusText)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled {
			b.note("not loaded: " + string(e.Type) + " " + e.ErrorText)
		}
	}
}

func (b *Tab) note(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trouble = append(b.trouble, what)
}

// Quiet fails the test on any trouble seen since it was last called.
func (b *Tab) Quiet() {
	b.t.Helper()
	// What was sent before the answer to this has been heard after it.
	_, _ = chromedp.Run(b.ctx, chromedp.Evaluate[int]("0"))
	b.mu.Lock()
	trouble := b.trouble
	b.trouble = nil
	b.mu.Unlock()
	for _, what := range trouble {
		b.t.Errorf("%s: %s", b.Path(), what)
	}
}

// root is the folder of the module.
func root() string {
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil || dir == filepath.Dir(dir) {
			return dir
		}
	}
}
