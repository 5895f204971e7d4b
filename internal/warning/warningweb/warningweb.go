// Package warningweb shows chronologies as they unfolded, for training: what became
// known on a day, what was raised and cleared, and what the rules of that time did
// not yet ask for.
package warningweb

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/warning/training"
	"clew/internal/web"
)

type room struct {
	trainer *training.Store
	now     func() time.Time
}

// Routes adds the pages to m. The rules of today are those of now.
func Routes(m *web.Mux, trainer *training.Store, now func() time.Time) {
	h := room{trainer, now}
	m.Handle("GET /replay", h.show)
	m.Handle("POST /replay", h.paste)
	m.Handle("POST /replay/file", web.Limit(training.MaxBytes+64<<10, h.upload))
	m.Handle("GET /replay/{chronology}", h.step)
}

// A beginning is the first page.
type beginning struct {
	Shipped []training.Shipped
	Text    string
	Wrong   fault.Invalid
}

func (h room) show(w http.ResponseWriter, r *http.Request) error {
	return h.begin(w, r, http.StatusOK, beginning{})
}

func (h room) begin(w http.ResponseWriter, r *http.Request, status int, b beginning) (err error) {
	if b.Shipped, err = h.trainer.Shipped(r.Context(), access.From(r.Context())); err != nil {
		return err
	}
	return web.Render(w, r, status, beginPage(b))
}

// step shows a day of one that comes with Clew.
func (h room) step(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("chronology")
	t, err := h.trainer.Open(r.Context(), access.From(r.Context()), name, h.now())
	if err != nil {
		return err
	}
	return h.draw(w, r, t, name)
}

// paste shows a day of one that was sent as text.
func (h room) paste(w http.ResponseWriter, r *http.Request) error {
	return h.own(w, r, func() (string, error) { return web.Text(r, "text"), nil })
}

func (h room) upload(w http.ResponseWriter, r *http.Request) error {
	return h.own(w, r, func() (string, error) {
		f, err := web.Upload(r, "file")
		if err != nil {
			return "", err
		}
		if f.Name == "" {
			return "", fault.Bad("file", "Choose a file")
		}
		b, err := io.ReadAll(io.LimitReader(f, training.MaxBytes+1))
		return strings.ToValidUTF8(string(b), "\uFFFD"), err
	})
}

func (h room) own(w http.ResponseWriter, r *http.Request, read func() (string, error)) error {
	text := ""
	t, err := h.trainer.Tell(r.Context(), access.From(r.Context()), func() (_ string, err error) {
		if text, err = read(); err == nil && text == "" {
			err = fault.Bad("text", "Paste a chronology, or choose a file")
		}
		return text, err
	}, h.now())
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.begin(w, r, http.StatusUnprocessableEntity, beginning{Text: text, Wrong: wrong})
	}
	if err != nil {
		return err
	}
	return h.draw(w, r, t, "")
}

func (h room) draw(w http.ResponseWriter, r *http.Request, t *training.Told, name string) error {
	n := 0
	if s := r.FormValue("day"); s != "" {
		n, _ = strconv.Atoi(s) // what is no number is the first day
	}
	return web.Render(w, r, http.StatusOK, dayPage(viewOf(t, name, r.FormValue("rules") == "day", n)))
}
