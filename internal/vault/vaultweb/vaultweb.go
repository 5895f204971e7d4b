// Package vaultweb shows that contact details are kept, takes them in, and reveals
// one at a time. What they are is in no list, no title and no address of a page.
package vaultweb

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/vault"
	"clew/internal/web"
	"clew/internal/when"
)

type room struct{ vault *vault.Store }

// Routes adds the pages of the vault to m.
func Routes(m *web.Mux, s *vault.Store) {
	h := room{s}
	m.Handle("GET /people/{person}/contacts", h.list)
	m.Handle("POST /people/{person}/contacts", h.keep)
	m.Handle("GET /people/{person}/contacts/new", h.showNew)
	m.Handle("GET /people/{person}/contacts/{contact}", h.ask)
	m.Handle("POST /people/{person}/contacts/{contact}/reveal", h.reveal)
	m.Handle("POST /people/{person}/contacts/{contact}/end", h.end)
	m.Handle("POST /people/{person}/contacts/{contact}/routine", h.routine)
	m.Handle("GET /people/{person}/contacts/{contact}/{reveal}", h.show)
	m.Handle("GET /contacts/refused", h.showRefused)
	m.Handle("POST /contacts/refused", h.closeRefused)
}

// done are the words for what was just done, by the key it is kept under.
var done = map[string]string{
	"kept":    "The contact detail is kept. It is sealed, and shown only when somebody reveals it.",
	"routine": "It is kept when this is a routine place, and where.",
	"ended":   "The contact detail is marked as no longer right, and what it was is erased.",
	"over":    "The contact detail is no longer shown. Reveal it again if you still need it.",
}

// A listing is the page of what is kept of a person.
type listing struct {
	Person string
	All    []vault.Contact
	Locked bool // no key: nothing can be kept or revealed
	Done   string
}

func (h room) list(w http.ResponseWriter, r *http.Request) error {
	v := listing{Locked: h.vault.Trouble() != nil, Done: done[web.Flashed(w, r)]}
	var err error
	if v.Person, v.All, err = h.vault.Of(r.Context(), access.From(r.Context()), r.PathValue("person")); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, listPage(v))
}

// An entry is the form for a new detail.
type entry struct {
	Person string
	Typed  vault.Detail
	Wrong  fault.Invalid
}

func (h room) showNew(w http.ResponseWriter, r *http.Request) error {
	who, _, err := h.vault.Of(r.Context(), access.From(r.Context()), r.PathValue("person"))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, newPage(entry{Person: who, Typed: vault.Detail{Known: vault.NotKnown}}))
}

func (h room) keep(w http.ResponseWriter, r *http.Request) error {
	d := vault.Detail{Kind: vault.Kind(web.Text(r, "kind")), Value: web.Text(r, "value"), Note: web.Text(r, "note"), Known: web.Text(r, "known"), Since: web.Text(r, "since"), Shared: web.Ticked(r, "shared", "yes"), Routine: routineOf(r)}
	person := r.PathValue("person")
	_, err := h.vault.Keep(r.Context(), access.From(r.Context()), person, d)
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return web.Render(w, r, http.StatusUnprocessableEntity, newPage(entry{person, d, wrong}))
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "kept")
	return web.See(w, r, pathOf(person))
}

func routineOf(r *http.Request) vault.Routine {
	return vault.Routine{Position: web.Text(r, "position"), From: web.Text(r, "from"), Until: web.Text(r, "until")}
}

func (h room) routine(w http.ResponseWriter, r *http.Request) error {
	person, typed := r.PathValue("person"), routineOf(r)
	err := h.vault.SetRoutine(r.Context(), access.From(r.Context()), person, r.PathValue("contact"), typed)
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		a, err := h.asked(r)
		if err != nil {
			return err
		}
		a.Routine, a.Wrong = typed, wrong
		return web.Render(w, r, http.StatusUnprocessableEntity, askPage(a))
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "routine")
	return web.See(w, r, pathOf(person))
}

func (h room) end(w http.ResponseWriter, r *http.Request) error {
	person := r.PathValue("person")
	if err := h.vault.End(r.Context(), access.From(r.Context()), person, r.PathValue("contact")); err != nil {
		return err
	}
	web.Flash(w, r, "ended")
	return web.See(w, r, pathOf(person))
}

// An asking is the page that asks what a detail is needed for.
type asking struct {
	Person  string
	Contact vault.Contact
	Own     bool // of the actor’s agency
	Routine vault.Routine
	Wrong   fault.Invalid
}

func (h room) asked(r *http.Request) (a asking, err error) {
	by := access.From(r.Context())
	who, all, err := h.vault.Of(r.Context(), by, r.PathValue("person"))
	if err != nil {
		return a, err
	}
	for _, c := range all {
		if c.ID == r.PathValue("contact") {
			return asking{Person: who, Contact: c, Own: c.Holder == by.Agency, Routine: vault.Routine{From: typed(c.From), Until: typed(c.Until)}}, nil
		}
	}
	return a, fmt.Errorf("contact: %w", fault.NotFound)
}

func (h room) ask(w http.ResponseWriter, r *http.Request) error {
	a, err := h.asked(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, askPage(a))
}

func (h room) reveal(w http.ResponseWriter, r *http.Request) error {
	person, contact := r.PathValue("person"), r.PathValue("contact")
	reveal, err := h.vault.Reveal(r.Context(), access.From(r.Context()), person, contact, access.Purpose(web.Text(r, "purpose")))
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		a, err := h.asked(r)
		if err != nil {
			return err
		}
		a.Wrong = wrong
		return web.Render(w, r, http.StatusUnprocessableEntity, askPage(a))
	}
	if errors.Is(err, vault.ErrTooMany) {
		return web.Render(w, r, http.StatusForbidden, tooManyPage(person))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, pathOf(person)+"/"+contact+"/"+reveal)
}

// A showing is the page of one detail, while it is shown.
type showing struct {
	Person string
	vault.Revealed
}

func (h room) show(w http.ResponseWriter, r *http.Request) error {
	person := r.PathValue("person")
	shown, err := h.vault.Look(r.Context(), access.From(r.Context()), person, r.PathValue("contact"), r.PathValue("reveal"))
	if errors.Is(err, vault.ErrOver) {
		web.Flash(w, r, "over")
		return web.See(w, r, pathOf(person))
	}
	if err != nil {
		return err
	}
	// The browser leaves the page by itself when the minute is over, with scripts or
	// without; by then the address shows nothing.
	left := max(1, int(time.Until(shown.Shows)/time.Second)+1)
	w.Header().Set("Refresh", fmt.Sprintf("%d; url=%s", left, r.URL.EscapedPath()))
	return web.Render(w, r, http.StatusOK, shownPage(showing{person, shown}))
}

func pathOf(person string) string { return "/people/" + person + "/contacts" }

func knows(c *vault.Contact) string {
	switch {
	case c.Known == vault.Known && c.Since != "":
		if m, err := when.Parse(c.Since); err == nil {
			return "Yes, since " + m.Words()
		}
		return "Yes"
	case c.Known == vault.Known:
		return "Yes"
	case c.Known == vault.Unsure:
		return "Unsure"
	}
	return "No"
}

// typed is a date that is kept as somebody would type it.
func typed(text string) string { return strings.Replace(text, "T", " ", 1) }

// routine says of a place when it is routine, and whether it is on the map.
func routine(c *vault.Contact) string {
	if !c.Kind.IsPlace() {
		return "–"
	}
	words := "Not on the map"
	if c.Mapped {
		words = "On the map"
	}
	for _, d := range []struct{ name, text string }{{", from ", c.From}, {", until ", c.Until}} {
		if m, err := when.Parse(d.text); err == nil {
			words += d.name + m.Words()
		}
	}
	return words
}

// purposes are why a detail may be revealed, as people say it.
var purposes = map[access.Purpose]string{
	access.Protect: "To protect this person now",
	access.Enquire: "To enquire into a report",
	access.Prepare: "To prepare a case, a clinic or a hearing",
	access.Request: "To answer this person’s own request",
}
