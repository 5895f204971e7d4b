package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"clew/internal/fault"
)

// What only this package can find wrong with a request.
var (
	errForged  = fmt.Errorf("post from another site: %w", fault.Forbidden)
	errNoPage  = fmt.Errorf("page: %w", fault.NotFound)
	errMethod  = errors.New("no such method for this page")
	errForm    = errors.New("form that cannot be read")
	errPlace   = errors.New("host that is not this computer")
	errTooLong = errors.New("form that is too long")
)

// Status is the one place where failures become status codes.
func Status(err error) int {
	_, invalid := errors.AsType[fault.Invalid](err)
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case invalid:
		return http.StatusUnprocessableEntity
	case tooLarge, errors.Is(err, errTooLong):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, fault.NotFound):
		return http.StatusNotFound
	case errors.Is(err, errOut):
		return http.StatusUnauthorized
	case errors.Is(err, fault.Forbidden):
		return http.StatusForbidden
	case errors.Is(err, fault.Conflict):
		return http.StatusConflict
	case errors.Is(err, fault.ReadOnly):
		return http.StatusServiceUnavailable
	case errors.Is(err, errMethod):
		return http.StatusMethodNotAllowed
	case errors.Is(err, errForm):
		return http.StatusBadRequest
	case errors.Is(err, errPlace):
		return http.StatusMisdirectedRequest
	}
	return http.StatusInternalServerError
}

// A Failure is what a reader is told of an error: enough to go on, and none of
// the error itself.
type Failure struct {
	Status    int
	Title     string
	Words     []string
	Messages  fault.Invalid // what is wrong with what was sent
	Reference string        // of a bug, to quote
}

// failureOf says what an error means for the reader.
func failureOf(err error) Failure {
	f := Failure{Status: Status(err)}
	switch f.Status {
	case http.StatusNotFound:
		f.Title = "Page not found"
		f.Words = []string{"If you typed the address, check that it is right. If you pasted it, check that you copied all of it.",
			"What was here may have been joined with something else, or may not be yours to see."}
	case http.StatusUnauthorized:
		f.Title = "You are signed out"
		f.Words = []string{"Nothing was saved. What you typed is still on the page before this one.",
			"Sign in again in another tab or window. Then go back here with the Back button of the browser, and send it again."}
	case http.StatusForbidden:
		f.Title = "You may not do this"
		f.Words = []string{"What you asked for is open to other people. Nothing was changed. If your work needs it, ask the person who looks after Clew where you work."}
		if errors.Is(err, errForged) {
			f.Title = "This did not come from Clew"
			f.Words = []string{"Another site, or an old page, tried to send this in your name. Nothing was changed.", "If it was you, open the page in Clew again and send it from there."}
		}
	case http.StatusConflict:
		f.Title = "Somebody else changed this first"
		f.Words = []string{"Your change was not saved, so that it does not undo theirs.",
			"Go back, copy anything you typed that you want to keep, load the page again to see what they changed, and then make your change."}
	case http.StatusServiceUnavailable:
		f.Title = "Nothing can be changed at the moment"
		f.Words = []string{"Your change was not saved. You can go on reading; what is sealed, such as contact details, cannot be shown either.",
			"Tell the person who looks after Clew where you work: the program said why when it started."}
	case http.StatusUnprocessableEntity:
		f.Title = "There is a problem with what was sent"
		f.Words = []string{"Nothing was saved. Go back: what you typed is still there. Then put this right and send it again."}
		f.Messages, _ = errors.AsType[fault.Invalid](err)
	case http.StatusRequestEntityTooLarge:
		f.Title = "That is too large"
		f.Words = []string{"Nothing was saved. Go back: what you typed is still there."}
		if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
			f.Words = append(f.Words, "Send at most "+size(large.Limit)+" at a time. A long extract can be sent in parts.")
		}
	case http.StatusMethodNotAllowed:
		f.Title = "This page cannot do that"
		f.Words = []string{"Go back and use the links and buttons of the page."}
	case http.StatusBadRequest:
		f.Title = "What was sent cannot be read"
		f.Words = []string{"It was cut off, or it was not sent by a page of Clew. Nothing was saved. Go back and send it again."}
	case http.StatusMisdirectedRequest:
		f.Title = "Open Clew by its own address"
		f.Words = []string{"This copy of Clew serves this computer only. Open it at localhost, with the number it printed when it started."}
	default:
		f.Title = "Sorry, there is a problem with Clew"
		f.Words = []string{"What you sent may not have been saved. Try again; if it happens again, tell the person who looks after Clew and give this number:"}
	}
	return f
}

// fail tells the reader which kind of failure err is, and tells the log the rest.
func (m *Mux) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, errGone) || errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody is there
	}
	if a, _ := w.(*answer); m.Door != nil && (a == nil || a.status == 0) {
		if errors.Is(err, errOut) && m.turnAway(w, r) || m.Door.Stale(err) && m.proveFirst(w, r) {
			return
		}
	}
	f := failureOf(err)
	a, _ := w.(*answer)
	if f.Status == http.StatusNotFound && a != nil {
		m.even(r.Context(), a.began)
	}
	if f.Status == http.StatusInternalServerError {
		f.Reference = reference()
		m.log.ErrorContext(context.WithoutCancel(r.Context()), "request failed", "ref", f.Reference, "method", method(r), "route", r.Pattern, "err", err)
		if a != nil {
			a.ref = f.Reference
		}
	}
	if a != nil && a.status != 0 {
		return // half a page is there already: the log has the error
	}
	h := w.Header()
	for _, k := range []string{"Content-Disposition", "Content-Length", "Etag", "Last-Modified", "Set-Cookie"} {
		h.Del(k)
	}
	guardHeaders(h, r) // a handler may have changed them
	if wantsJSON(r) {
		_ = JSON(w, f.Status, f.problem())
		return
	}
	if err := Render(w, r, f.Status, failurePage(f)); err != nil && !errors.Is(err, errGone) {
		m.log.ErrorContext(r.Context(), "cannot draw the page for a failure", "err", err)
		http.Error(w, f.Title, f.Status)
	}
}

// Coarse is a Step that is longer than it takes to look whether something is there.
const Coarse = 25 * time.Millisecond

// even waits until a whole number of steps after a request began. What is hidden and what
// never was take the same queries, but not to the microsecond; so nobody is answered
// sooner.
func (m *Mux) even(ctx context.Context, began time.Time) {
	if m.Step <= 0 {
		return
	}
	select {
	case <-time.After(m.Step - time.Since(began)%m.Step):
	case <-ctx.Done():
	}
}

func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// A problem is a Failure for a program.
type problem struct {
	Title     string       `json:"title"`
	Status    int          `json:"status"`
	Messages  []fieldWrong `json:"messages,omitempty"`
	Reference string       `json:"reference,omitempty"`
}

type fieldWrong struct {
	Field string `json:"field"`
	Text  string `json:"text"`
}

func (f Failure) problem() problem {
	p := problem{Title: f.Title, Status: f.Status, Reference: f.Reference}
	for _, m := range f.Messages {
		p.Messages = append(p.Messages, fieldWrong{m.Field, m.Text})
	}
	return p
}

// reference is short enough to be read out over the telephone, and says nothing.
func reference() string {
	t := rand.Text()
	return t[:4] + "-" + t[4:8]
}

// panicked is the error of a handler that panicked, with where it did.
func panicked(p any) error {
	if err, ok := p.(error); ok {
		return fmt.Errorf("panic: %w\n%s", err, debug.Stack())
	}
	return fmt.Errorf("panic: %v\n%s", p, debug.Stack())
}

// size writes a number of bytes as a person would.
func size(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d GB", n>>30)
	case n >= 1<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d kB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
