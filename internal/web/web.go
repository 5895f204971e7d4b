// Package web is the kit that every room's pages and API are built from.
//
// A handler reads a form, calls one use-case, and then redraws, redirects or
// returns the error. This package alone decides what the reader sees of an error:
// there are a handful of kinds, each with a page that says what to do next. An
// error that is none of them is a bug. It goes to the log under a short reference
// number, and the reader is given the number.
//
// The Mux also does for every page what no page should have to think of: it
// refuses posts from other sites, limits what may be sent, sets the security
// headers, compresses, and keeps a log that holds neither names nor what was
// looked for.
package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/gzhttp"

	"clew/internal/govuk"
)

// A Handler answers a request, or returns an error without having written.
type Handler func(w http.ResponseWriter, r *http.Request) error

// A Mux routes requests to handlers and answers for the errors they return.
type Mux struct {
	// Site is what all pages have in common. Set it before serving.
	Site govuk.Site
	// Door lets in those who are signed in. Set it before serving.
	Door *Door
	// Served is told of each answer, by the pattern and not by the address: for
	// counting. Set it before serving.
	Served func(method, route string, status int, took time.Duration)
	// Step is how finely a clock may tell when it is answered that something is not
	// there: see Coarse. Set it before serving; 0 is at once.
	Step time.Duration

	open   map[string]bool // patterns for those who are not
	mux    *http.ServeMux
	guard  *http.CrossOriginProtection
	log    *slog.Logger
	root   http.Handler
	routes []string
}

// NewMux is a Mux that has the styles and scripts, and no pages yet.
func NewMux(log *slog.Logger) *Mux {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	m := &Mux{mux: http.NewServeMux(), guard: http.NewCrossOriginProtection(), log: log}
	// The jitter hides the exact size of a compressed page, which could otherwise
	// be used to guess what is on it.
	zip, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.RandomJitter(32, 0, false))
	if err != nil {
		panic(err) // the options are constants
	}
	m.root = zip(http.HandlerFunc(m.serve))
	m.files()
	return m
}

// Handle routes a pattern, such as "GET /cases/{case}", to a handler. A form in
// the body is read before the handler is called; see Limit for larger bodies.
func (m *Mux) Handle(pattern string, h Handler) {
	m.routes = append(m.routes, pattern)
	m.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		bound(w, r)
		err := parse(r)
		if err == nil {
			err = h(w, r)
		}
		if err != nil {
			m.fail(w, r, err)
		}
	})
}

// Routes are the patterns handled, in the order in which they were given.
func (m *Mux) Routes() []string { return append([]string(nil), m.routes...) }

// ServeHTTP sets the headers of every answer, then routes.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	guardHeaders(w.Header(), r)
	m.root.ServeHTTP(w, r.WithContext(govuk.WithVisit(r.Context(), govuk.Visit{Site: &m.Site})))
}

// serve refuses forged posts, routes, and outlives a handler that panics.
func (m *Mux) serve(w http.ResponseWriter, r *http.Request) {
	a := &answer{ResponseWriter: w, began: time.Now()}
	defer func() { m.note(a, r, time.Since(a.began)) }()
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p)
		default:
			m.fail(a, r, panicked(p))
		}
	}()
	if err := m.guard.Check(r); err != nil {
		m.fail(a, r, errForged)
		return
	}
	r, err := m.enter(r)
	if err != nil {
		m.fail(a, r, err)
		return
	}
	if err := m.unrouted(a.Header(), r); err != nil {
		m.fail(a, r, err)
		return
	}
	m.mux.ServeHTTP(a, r)
}

// unrouted is the error of a request that no pattern matches.
func (m *Mux) unrouted(h http.Header, r *http.Request) error {
	handler, pattern := m.mux.Handler(r)
	if pattern != "" {
		return nil
	}
	p := refusal{header: http.Header{}}
	handler.ServeHTTP(&p, r)
	if p.status == http.StatusMethodNotAllowed {
		h["Allow"] = p.header["Allow"]
		return errMethod
	}
	return errNoPage
}

// A refusal notes what ServeMux would say, to be said better.
type refusal struct {
	header http.Header
	status int
}

func (p *refusal) Header() http.Header         { return p.header }
func (p *refusal) Write(b []byte) (int, error) { return len(b), nil }
func (p *refusal) WriteHeader(status int)      { p.status = status }

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render draws a page in full before it writes any of it.
func Render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer func() {
		if b.Cap() < 1<<20 {
			buffers.Put(b)
		}
	}()
	if err := page.Render(r.Context(), b); err != nil {
		return fmt.Errorf("draw page: %w", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := b.WriteTo(w)
	return gone(err)
}

// See sends the reader to another page of this site, which is then asked for by
// GET. An address that would leave the site is an error.
func See(w http.ResponseWriter, r *http.Request, to string) error {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(to, "/") || strings.ContainsAny(to, "\\\r\n") {
		return fmt.Errorf("redirect would leave the site: %q", to)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// JSON writes v as a JSON answer.
func JSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, err = w.Write(append(b, '\n'))
	return gone(err)
}

// Attach starts a download with a name for the file. The handler then writes it.
func Attach(w http.ResponseWriter, contentType, name string) io.Writer {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", `attachment; filename="`+fileName(name)+`"`)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	return w
}

// HandOut starts a download of something that somebody put in, of so many bytes, under the
// name they gave it. Whatever it is, no browser shows it or runs it.
func HandOut(w http.ResponseWriter, name string, size int64) io.Writer {
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	h.Set(gzhttp.HeaderNoCompression, "yes")
	return w
}

// fileName keeps what is safe in a header and on every file system.
func fileName(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
			return c
		}
		return '-'
	}, name)
}

// Progress is what a page that waits for a long task is told when it asks.
type Progress struct {
	Text  string `json:"text"`
	Value int    `json:"value"`
	Max   int    `json:"max"`  // 0 when it is not known how much there is to do
	Done  bool   `json:"done"` // the page is loaded again
}
