package webtest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"clew/internal/govuk"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

// mux is a program of a few pages.
func mux(asked *atomic.Int32) *web.Mux {
	m := web.NewMux(nil)
	m.Site.Notice = govuk.LoopbackNotice
	m.Site.Nav = []govuk.NavItem{{Text: "Work", Href: "/", Section: "work"}, {Text: "Reports", Href: "/list", Section: "reports"}, {Text: "Patterns", Href: "/every", Section: "patterns"}, {Text: "Imports", Href: "/waiting", Section: "imports"}}
	m.Handle("GET /{$}", func(w http.ResponseWriter, r *http.Request) error { return web.See(w, r, "/list") })
	m.Handle("GET /list", func(w http.ResponseWriter, r *http.Request) error { return web.Render(w, r, 200, list()) })
	m.Handle("GET /every", func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, 200, every())
	})
	m.Handle("POST /every", func(w http.ResponseWriter, r *http.Request) error { return web.Render(w, r, 422, every()) })
	m.Handle("GET /broken", func(http.ResponseWriter, *http.Request) error { return fmt.Errorf("secret detail") })
	m.Handle("GET /unsafe", func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, 200, inside(govuk.Page(govuk.Frame{}), word(`<h1 onclick="x()" style="color:red">No</h1><img src="/none.png" alt=""><img src="http://example.org/x.png">`)))
	})
	m.Handle("GET /waiting", func(w http.ResponseWriter, r *http.Request) error {
		body := word(`<h1 class="govuk-heading-l">Import</h1><p id="done">All 400 rows are read</p>`)
		if asked.Load() < 2 {
			body = inside(word(`<h1 class="govuk-heading-l">Import</h1>`))
			return web.Render(w, r, 200, inside(govuk.Page(govuk.Frame{Title: "Import", Refresh: 5}), body, govuk.Progress{URL: "/progress", Text: "120 of 400 rows read", Value: 120, Max: 400}))
		}
		return web.Render(w, r, 200, inside(govuk.Page(govuk.Frame{Title: "Import"}), body))
	})
	m.Handle("GET /progress", func(w http.ResponseWriter, r *http.Request) error {
		return web.JSON(w, 200, web.Progress{Text: "<b>300</b> of 400 rows read", Value: 300, Max: 400, Done: asked.Add(1) >= 2 && strings.HasSuffix(r.Header.Get("Sec-Fetch-Site"), "origin")})
	})
	return m
}

// pictures is where screenshots go when somebody wants to see them.
func pictures(b *webtest.Tab, name string) {
	if dir := os.Getenv("CLEW_SCREENSHOTS"); dir != "" {
		b.Screenshot(filepath.Join(dir, name+".png"))
	}
}

func built(t *testing.T) {
	t.Helper()
	if err := govuk.Built(); err != nil {
		if os.Getenv("CLEW_REQUIRE_BROWSER") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

func TestEveryComponent(t *testing.T) {
	built(t)
	browser := webtest.Browser(t)
	site := webtest.Serve(t, web.Loopback(mux(new(atomic.Int32))))

	t.Run("states", func(t *testing.T) {
		b := browser.Tab(t, site)
		b.Desktop().Visit("/every")
		b.Visit("/every") // now with a name
		b.Wait(".govuk-error-summary:focus")
		pictures(b, "every-desktop")
		b.Check()
		b.Phone().Visit("/every")
		b.Fits()
		pictures(b, "every-phone")
		b.Click("#channel") // opens the field below it
		b.Fill("#number", "07700 900123")
		if status := b.Follow("form[method=post] button.govuk-button--secondary"); status != 422 {
			t.Errorf("status %d, want 422", status)
		}
		b.Wait(".govuk-error-summary:focus") // moved there by the script, under the policy
		if !strings.HasPrefix(b.Title(), "Error: ") {
			t.Errorf("title %q does not say that something is wrong", b.Title())
		}
		b.Axe()
	})

	t.Run("list", func(t *testing.T) {
		b := browser.Tab(t, site)
		b.Desktop().Visit("/")
		if b.Path() != "/list" {
			t.Errorf("at %s, want /list", b.Path())
		}
		pictures(b, "list-desktop")
		b.Check()
		b.Phone().Visit("/list")
		pictures(b, "list-phone")
		b.Click(".govuk-service-navigation__toggle")
		b.Wait("#navigation")
		b.Axe()
	})

	t.Run("without scripts", func(t *testing.T) {
		b := browser.Tab(t, site)
		b.Phone().WithoutScripts()
		b.Visit("/every")
		b.Wait("#number") // what depends on a choice is open
		b.Wait("#navigation")
		if status := b.Follow("form[method=post] button.govuk-button--secondary"); status != 422 {
			t.Errorf("status %d, want 422", status)
		}
	})

	t.Run("failures", func(t *testing.T) {
		b := browser.Tab(t, site)
		for path, want := range map[string]int{"/nothing": 404, "/broken": 500} {
			if got := b.Visit(path); got != want {
				t.Errorf("%s: %d, want %d", path, got, want)
			}
			b.Check()
			pictures(b, "failure-"+path[1:])
			if text := b.Text("main"); strings.Contains(text, "secret") {
				t.Errorf("%s tells the reader of the error: %s", path, text)
			}
		}
	})
}

func TestProgressKeepsItselfUpToDate(t *testing.T) {
	built(t)
	asked := new(atomic.Int32)
	site := webtest.Serve(t, mux(asked))
	b := webtest.Browser(t).Tab(t, site)
	b.Visit("/waiting")
	b.Wait("progress")
	b.Axe()
	b.Wait("#done") // asked twice, then loaded the page again
	if n := asked.Load(); n != 2 {
		t.Errorf("asked %d times, want 2: the page goes on asking when all is done", n)
	}
}

// witness is a test that may fail without failing this one.
type witness struct {
	testing.TB
	said []string
}

func (w *witness) Errorf(format string, args ...any) {
	w.said = append(w.said, fmt.Sprintf(format, args...))
}
func (w *witness) Helper() {}

// A browser that overlooks what is wrong would make every other test worthless.
func TestBrowserSeesWhatIsWrong(t *testing.T) {
	built(t)
	w := &witness{TB: t}
	site := webtest.Serve(t, mux(new(atomic.Int32)))
	b := webtest.Browser(t).Tab(w, site)
	b.Width(320).Visit("/unsafe")
	b.Axe()
	all := strings.Join(w.said, "\n")
	for _, want := range []string{
		"violates the following Content Security Policy directive", // the style, and the picture from elsewhere
		"failed: " + site.URL + "/none.png",                        // what is not there
		"request to elsewhere", "axe image-alt",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("not seen: %s\nseen:\n%s", want, all)
		}
	}
	w.said = nil
	b.Visit("/list")
	b.Axe()
	if len(w.said) > 0 {
		t.Errorf("trouble on a page without any: %q", w.said)
	}
}
