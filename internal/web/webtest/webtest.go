// Package webtest tests pages as readers meet them: the real mux over HTTP, golden
// files of what it answers, and a real browser that fails the test on anything a
// reader could be hurt by: an accessibility violation, an error in a script,
// something the security policy refused, a request that failed or that would have
// left this computer.
package webtest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A Site is a running program, and somebody who uses it: cookies are kept.
type Site struct {
	URL    string
	Client *http.Client
}

// Serve starts a handler, until the test ends.
func Serve(t testing.TB, h http.Handler) *Site {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Site{URL: srv.URL, Client: &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// An Answer is what came back. Redirects are not followed.
type Answer struct {
	Status   int
	Header   http.Header
	Body     string
	Location string
}

// Get asks for a page.
func (s *Site) Get(t testing.TB, path string) Answer {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s.Do(t, r)
}

// Post sends a form, as a page of the site would.
func (s *Site) Post(t testing.TB, path string, form url.Values) Answer {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return s.Do(t, r)
}

// Do sends a request.
func (s *Site) Do(t testing.TB, r *http.Request) Answer {
	t.Helper()
	answer, err := s.Client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Answer{answer.StatusCode, answer.Header, string(b), answer.Header.Get("Location")}
}

// Main is the content of the page: what stands in its <main>. A golden file of it
// does not change when the frame of all pages does.
func (a Answer) Main() string {
	_, rest, found := strings.Cut(a.Body, "<main")
	main, _, closed := strings.Cut(rest, "</main>")
	if !found || !closed {
		return a.Body
	}
	_, main, _ = strings.Cut(main, ">")
	return main
}

// Golden compares a page with testdata/<name>.html, or writes that file when
// CLEW_UPDATE_GOLDEN=1. Names and digests of built files do not count.
func Golden(t testing.TB, name, html string) {
	t.Helper()
	got := settle(html)
	file := filepath.Join("testdata", name+".html")
	if os.Getenv("CLEW_UPDATE_GOLDEN") == "1" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: write it with CLEW_UPDATE_GOLDEN=1", err)
	}
	if want := string(b); got != want {
		t.Errorf("%s differs; rewrite it with CLEW_UPDATE_GOLDEN=1 if that is right:\n%s", file, firstDifference(want, got))
	}
}

var (
	asset     = regexp.MustCompile(`/assets/(app)-[A-Z0-9]{8}\.`)
	integrity = regexp.MustCompile(` integrity="[^"]*"`)
	built     = regexp.MustCompile(`<(link rel="stylesheet"|script type="module")[^>]*>(</script>)?`)
	between   = regexp.MustCompile(`>\s*<`)
)

// settle makes a page the same on every machine, and one line for each tag. A
// machine without built styles and scripts has the same page as one with.
func settle(html string) string {
	html = integrity.ReplaceAllString(asset.ReplaceAllString(html, "/assets/$1."), "")
	html = built.ReplaceAllString(html, "")
	return strings.TrimSpace(between.ReplaceAllString(html, ">\n<")) + "\n"
}

// firstDifference shows where two texts part, with a few lines around.
func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	i := 0
	for i < len(w) && i < len(g) && w[i] == g[i] {
		i++
	}
	part := func(lines []string) string {
		return strings.Join(lines[min(max(i-2, 0), len(lines)):min(i+4, len(lines))], "\n  ")
	}
	return "want\n  " + part(w) + "\ngot\n  " + part(g)
}
