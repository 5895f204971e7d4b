package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// An answer notes what was written, for the log and so that an error page is
// never written after the beginning of another.
type answer struct {
	http.ResponseWriter
	began  time.Time
	status int
	bytes  int64
	ref    string // of a failure
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 || a.status < 200 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController through.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// errGone says that the reader went away: nobody is left to tell.
var errGone = errors.New("the reader went away")

// gone is the error of a write to the reader. The page was right; there is
// nothing to show and nothing to mend.
func gone(err error) error {
	if err != nil {
		return errGone
	}
	return nil
}

// note logs a request by its pattern: the address itself could tell who was
// looked up, and the query what for.
func (m *Mux) note(a *answer, r *http.Request, took time.Duration) {
	if m.Served != nil {
		m.Served(method(r), r.Pattern, a.status, took)
	}
	level := slog.LevelInfo
	if strings.HasPrefix(r.URL.Path, "/assets/") {
		level = slog.LevelDebug
	}
	if !m.log.Enabled(r.Context(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", method(r)), slog.String("route", r.Pattern), slog.Int("status", a.status),
		slog.Int64("bytes", a.bytes), slog.Duration("took", took),
	}
	if a.ref != "" {
		attrs = append(attrs, slog.String("ref", a.ref))
	}
	m.log.LogAttrs(context.WithoutCancel(r.Context()), level, "request", attrs...)
}

// method is a method we know: anybody can send any word.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}
