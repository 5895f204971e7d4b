package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

func text(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error { _, err := io.WriteString(w, s); return err })
}

// ask sends a request straight to a handler.
func ask(h http.Handler, method, target string, change ...func(*http.Request)) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, answer *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func form(values url.Values) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Body = io.NopCloser(strings.NewReader(values.Encode()))
	}
}

// What is not there is answered no sooner than a step after it was asked for; the rest at
// once, and nobody waits who went away.
func TestNotThereTakesAStep(t *testing.T) {
	m := web.NewMux(nil)
	m.Handle("GET /missing", func(http.ResponseWriter, *http.Request) error { return fault.NotFound })
	m.Step = 50 * time.Millisecond
	for _, path := range []string{"/missing", "/no-such-page"} {
		began := time.Now()
		if a := ask(m, "GET", path); a.StatusCode != 404 || time.Since(began) < m.Step {
			t.Errorf("%s: %d after %v", path, a.StatusCode, time.Since(began))
		}
	}
	m.Step = time.Hour
	m.Handle("GET /there", func(http.ResponseWriter, *http.Request) error { return fault.Forbidden })
	if a := ask(m, "GET", "/there"); a.StatusCode != 403 {
		t.Errorf("%d", a.StatusCode)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	m.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(gone, "GET", "http://localhost/missing", nil))
}

// Each kind of error has a status and a page that says what to do, and none shows
// the error.
func TestErrorsBecomePages(t *testing.T) {
	const inside = "kv7q innards"
	var log bytes.Buffer
	m := web.NewMux(slog.New(slog.NewJSONHandler(&log, nil)))
	failing := map[string]error{
		"missing": fmt.Errorf("case %s: %w", inside, fault.NotFound), "forbidden": fmt.Errorf("%s: %w", inside, fault.Forbidden),
		"conflict": fmt.Errorf("%s: %w", inside, fault.Conflict), "bug": errors.New(inside),
		"invalid": fmt.Errorf("%s: %w", inside, fault.Bad("from", "Enter the day it began")),
	}
	for name, err := range failing {
		m.Handle("GET /"+name, func(http.ResponseWriter, *http.Request) error { return err })
	}
	m.Handle("GET /panic", func(http.ResponseWriter, *http.Request) error { panic(inside) })
	m.Handle("POST /only", func(http.ResponseWriter, *http.Request) error { return nil })
	for _, c := range []struct {
		path   string
		status int
		says   string
	}{
		{"/missing", 404, "Page not found"}, {"/nothing-here", 404, "Page not found"}, {"/forbidden", 403, "You may not do this"},
		{"/conflict", 409, "load the page again to see what they changed"}, {"/invalid", 422, "Enter the day it began"},
		{"/bug", 500, "give this number"}, {"/panic", 500, "give this number"}, {"/only", 405, "This page cannot do that"},
	} {
		answer := ask(m, "GET", c.path)
		got := body(t, answer)
		if answer.StatusCode != c.status || !strings.Contains(got, c.says) || strings.Contains(got, "kv7q") {
			t.Errorf("%s: %d, want %d with %q and without the error:\n%s", c.path, answer.StatusCode, c.status, c.says, got)
		}
		if h := answer.Header; h.Get("Cache-Control") != "no-store" || h.Get("Content-Security-Policy") == "" || h.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: headers %v", c.path, h)
		}
		if c.status == 405 && answer.Header.Get("Allow") != "POST" {
			t.Errorf("%s: Allow is %q", c.path, answer.Header.Get("Allow"))
		}
		ref := regexp.MustCompile(`[A-Z2-7]{4}-[A-Z2-7]{4}`).FindString(got)
		if (ref != "") != (c.status == 500) {
			t.Errorf("%s: reference %q", c.path, ref)
		}
		if c.status == 500 && (!strings.Contains(log.String(), ref) || !strings.Contains(log.String(), inside)) {
			t.Errorf("%s: the log has not both %s and the error:\n%s", c.path, ref, log.String())
		}
		log.Reset()
	}
}

func TestErrorsForPrograms(t *testing.T) {
	m := web.NewMux(nil)
	m.Handle("POST /api/reports", func(http.ResponseWriter, *http.Request) error {
		return fault.Invalid{{Field: "from", Text: "Enter the day it began"}}
	})
	answer := ask(m, "POST", "/api/reports")
	var got struct {
		Title    string
		Status   int
		Messages []struct{ Field, Text string }
	}
	if err := json.Unmarshal([]byte(body(t, answer)), &got); err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != 422 || got.Status != 422 || len(got.Messages) != 1 || got.Messages[0].Field != "from" {
		t.Errorf("%d %+v", answer.StatusCode, got)
	}
}

// What a handler wrote before it failed stays; there is no second page below it.
func TestFailureAfterTheBeginning(t *testing.T) {
	m := web.NewMux(nil)
	m.Handle("GET /half", func(w http.ResponseWriter, _ *http.Request) error {
		io.WriteString(w, "half")
		return errors.New("broken")
	})
	answer := ask(m, "GET", "/half")
	if got := body(t, answer); got != "half" {
		t.Errorf("got %q", got)
	}
}

// A page that cannot be drawn is not begun.
func TestRenderIsAllOrNothing(t *testing.T) {
	m := web.NewMux(nil)
	m.Handle("GET /", func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, 200, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			io.WriteString(w, "the beginning")
			return errors.New("no more")
		}))
	})
	answer := ask(m, "GET", "/")
	if got := body(t, answer); answer.StatusCode != 500 || strings.Contains(got, "the beginning") {
		t.Errorf("%d %s", answer.StatusCode, got)
	}
}

func TestPolicy(t *testing.T) {
	answer := ask(web.NewMux(nil), "GET", "/")
	want := "default-src 'none'; script-src 'self' " + govuk.InlineScriptHash() + "; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
	if got := answer.Header.Get("Content-Security-Policy"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin"} {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestPostsFromOtherSitesAreRefused(t *testing.T) {
	posted := 0
	m := web.NewMux(nil)
	m.Handle("POST /keep", func(w http.ResponseWriter, r *http.Request) error { posted++; return web.See(w, r, "/") })
	for _, c := range []struct {
		name, value string
		status      int
	}{
		{"Sec-Fetch-Site", "cross-site", 403}, {"Sec-Fetch-Site", "same-site", 403}, {"Origin", "http://elsewhere.example", 403},
		{"Sec-Fetch-Site", "same-origin", 303}, {"Origin", "http://clew.example", 303},
	} {
		before := posted
		answer := ask(m, "POST", "http://clew.example/keep", header(c.name, c.value))
		if answer.StatusCode != c.status || (posted > before) != (c.status == 303) {
			t.Errorf("%s: %s gives %d (handled: %v), want %d", c.name, c.value, answer.StatusCode, posted > before, c.status)
		}
	}
}

func TestLoopbackServesThisComputerOnly(t *testing.T) {
	m := web.NewMux(nil)
	m.Handle("GET /{$}", func(w http.ResponseWriter, r *http.Request) error { return web.Render(w, r, 200, text("hello")) })
	h := web.Loopback(m)
	for host, ok := range map[string]bool{
		"localhost": true, "localhost:8080": true, "LOCALHOST:1": true, "127.0.0.1": true, "127.0.0.1:8080": true, "[::1]:8080": true, "[::1]": true,
		"clew.example": false, "clew.example:8080": false, "127.0.0.1.clew.example": false, "localhost.example": false, "": false, "192.168.0.7": false, "[::1].example": false, "[localhost": false, "127.0.0.2": false,
	} {
		answer := ask(h, "GET", "/", func(r *http.Request) { r.Host = host })
		got := body(t, answer)
		if (answer.StatusCode == 200) != ok || strings.Contains(got, "hello") != ok {
			t.Errorf("Host %q: %d %s", host, answer.StatusCode, got)
		}
	}
}

// The log says which page was asked for, how it went and how long it took, and
// nothing that could tell of whom.
func TestLogHoldsNoPersonalData(t *testing.T) {
	var log bytes.Buffer
	m := web.NewMux(slog.New(slog.NewJSONHandler(&log, nil)))
	m.Handle("GET /people/{person}", func(w http.ResponseWriter, r *http.Request) error { return web.Render(w, r, 200, text("x")) })
	ask(m, "GET", "/people/secret-person?q=secret-query", header("Cookie", "clew-name=c2VjcmV0"), header("User-Agent", "secret-agent"))
	got := log.String()
	for _, want := range []string{`"route":"GET /people/{person}"`, `"status":200`, `"bytes":1`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if strings.Contains(got, "secret") || strings.Contains(got, "192.0.2.1") {
		t.Errorf("personal: %s", got)
	}
}

func TestPagesAreCompressed(t *testing.T) {
	m := web.NewMux(nil)
	m.Handle("GET /", func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, 200, text(strings.Repeat("the same again ", 1000)))
	})
	answer := ask(m, "GET", "/", header("Accept-Encoding", "gzip"))
	if answer.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("headers %v", answer.Header)
	}
	z, err := gzip.NewReader(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil || len(b) != 15000 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if got := body(t, ask(m, "GET", "/")); len(got) != 15000 {
		t.Errorf("%d bytes to a reader that takes no gzip", len(got))
	}
}

func TestAFailureInACompressedPageIsOnePage(t *testing.T) {
	m := web.NewMux(nil)
	m.Handle("GET /", func(http.ResponseWriter, *http.Request) error { panic("no") })
	answer := ask(m, "GET", "/", header("Accept-Encoding", "gzip"))
	if answer.StatusCode != 500 {
		t.Errorf("status %d", answer.StatusCode)
	}
	z, err := gzip.NewReader(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); err != nil || !strings.Contains(string(b), "give this number") {
		t.Errorf("%s %v", b, err)
	}
}

func TestAssets(t *testing.T) {
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	m := web.NewMux(nil)
	for name, kind := range map[string]string{"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8"} {
		a := govuk.AssetOf(name)
		plain := ask(m, "GET", a.URL)
		whole := body(t, plain)
		if plain.StatusCode != 200 || plain.Header.Get("Content-Type") != kind || plain.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: %d %v", a.URL, plain.StatusCode, plain.Header)
		}
		for _, encoding := range []string{"br", "gzip"} {
			packed := ask(m, "GET", a.URL, header("Accept-Encoding", "identity, "+encoding))
			if packed.Header.Get("Content-Encoding") != encoding || packed.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s as %s: %v", name, encoding, packed.Header)
			}
			if got := body(t, packed); len(got) >= len(whole)/2 {
				t.Errorf("%s as %s is %d bytes of %d", name, encoding, len(got), len(whole))
			}
		}
		if refused := ask(m, "GET", a.URL, header("Accept-Encoding", "br;q=0, gzip;q=0")); refused.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s is sent in an encoding that was refused", name)
		}
	}
	for _, path := range []string{"/assets/", "/assets/nothing.css", "/assets/..%2fmanifest.json", "/assets/%2e%2e/manifest.json", "/assets/app.css.br"} {
		if answer := ask(m, "GET", path); answer.StatusCode == 200 {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
	}
	if answer := ask(m, "GET", "/favicon.svg"); answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("favicon: %d %v", answer.StatusCode, answer.Header)
	}
}

// What a first visit costs: the budget is 40 kB over the wire.
func TestFirstVisitIsSmall(t *testing.T) {
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	m := web.NewMux(nil)
	m.Handle("GET /{$}", func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, 200, govuk.Page(govuk.Frame{Title: "Work"}))
	})
	total := 0
	for _, path := range []string{"/", govuk.AssetOf("app.css").URL, govuk.AssetOf("app.js").URL, "/favicon.svg"} {
		total += len(body(t, ask(m, "GET", path, header("Accept-Encoding", "br, gzip"))))
	}
	if total > 40_000 {
		t.Errorf("%d bytes", total)
	}
	t.Logf("%d bytes", total)
}

func TestRoutes(t *testing.T) {
	m := web.NewMux(nil)
	m.Handle("GET /reports", nil)
	m.Handle("POST /reports/{report}", nil)
	got := m.Routes()
	if !slices.Contains(got, "GET /reports") || !slices.Contains(got, "POST /reports/{report}") {
		t.Errorf("got %v", got)
	}
	got[0] = "changed"
	if m.Routes()[0] == "changed" {
		t.Error("the list is the mux's own")
	}
}

func TestSeeStaysOnTheSite(t *testing.T) {
	for to, ok := range map[string]bool{
		"/reports/7": true, "/list?page=2#row-3": true,
		"http://elsewhere.example/": false, "//elsewhere.example": false, `/\elsewhere.example`: false, "reports": false, "": false, "javascript:alert(1)": false, "/a\r\nSet-Cookie: b": false,
	} {
		w := httptest.NewRecorder()
		err := web.See(w, httptest.NewRequest("POST", "/", nil), to)
		if (err == nil) != ok || ok && (w.Code != 303 || w.Header().Get("Location") != to) {
			t.Errorf("%q: %v, %d to %q", to, err, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestAttach(t *testing.T) {
	m := web.NewMux(nil)
	m.Handle("GET /", func(w http.ResponseWriter, _ *http.Request) error {
		_, err := io.WriteString(web.Attach(w, "text/csv; charset=utf-8", "work\"list\r\n/é.csv"), "a,b\n")
		return err
	})
	answer := ask(m, "GET", "/")
	if got, want := answer.Header.Get("Content-Disposition"), `attachment; filename="work-list----.csv"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestGoldenFailurePage(t *testing.T) {
	m := web.NewMux(nil)
	m.Site = govuk.Site{Nav: []govuk.NavItem{{Text: "Work", Href: "/", Section: "work"}, {Text: "Reports", Href: "/reports", Section: "reports"}}, Notice: govuk.LoopbackNotice}
	site := webtest.Serve(t, m)
	webtest.Golden(t, "not-found", site.Get(t, "/nowhere").Body)
}
