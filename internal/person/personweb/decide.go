package personweb

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/person"
	"clew/internal/web"
	"clew/internal/when"
)

// longestReason is how many characters a reason may have.
const longestReason = 2000

func decisionOf(r *http.Request) typed {
	return typed{A: web.Text(r, "a"), B: web.Text(r, "b"), Same: web.Text(r, "same") == "yes", Reason: web.Text(r, "reason")}
}

// decideAs keeps a decision about two mentions, of which one must be the person's
// whose page it was made on.
func (h room) decideAs(r *http.Request, f typed) error {
	if err := ready(f); err != nil {
		return err
	}
	id, err := idIn(r, "person")
	if err != nil {
		return err
	}
	people, err := h.people.PeopleOf(r.Context(), access.From(r.Context()), []string{f.A, f.B, id})
	if err != nil {
		return err
	}
	switch {
	case people[id] == "" || people[f.A] == "" || people[f.B] == "":
		return fault.NotFound
	case people[f.A] != people[id] && people[f.B] != people[id]:
		return fault.Conflict // moved since the page was drawn
	}
	contrary, err := h.people.InTheWay(r.Context(), access.From(r.Context()), f.A, f.B, f.Same)
	if err != nil {
		return err
	}
	if contrary != nil {
		return fault.Bad("", stands(contrary))
	}
	return h.held.Decide(r.Context(), access.From(r.Context()), f.A, f.B, f.Same, f.Reason)
}

func (h room) undoAs(r *http.Request, f typed) error {
	if _, err := idIn(r, "decision"); err != nil {
		return err
	}
	if err := ready(f); err != nil {
		return err
	}
	return h.held.Undo(r.Context(), access.From(r.Context()), f.Undo, f.Reason)
}

// ready says what is missing before a decision can be made.
func ready(f typed) error {
	var wrong fault.Messages
	if f.Reason == "" {
		wrong.Add("reason", "Say why, so that the next reader can follow")
	} else if utf8.RuneCountInString(f.Reason) > longestReason {
		wrong.Add("reason", "The reason must be 2,000 characters or fewer")
	}
	return wrong.Err()
}

// stands says what must be undone before the contrary can be decided.
func stands(d *person.Decided) string {
	what := "two people"
	if d.Same {
		what = "the same person"
	}
	return d.By + " decided on " + when.DayOf(d.At) + " that these are " + what + ". If that is wrong, undo it first, under Decisions."
}

// again draws a person's page with what was typed and what is wrong with it.
func (h room) again(w http.ResponseWriter, r *http.Request, id string, f typed, err error) error {
	status := web.Status(err)
	wrong, invalid := errors.AsType[fault.Invalid](err)
	switch {
	case errors.Is(err, fault.Conflict):
		wrong = fault.Invalid{{Text: "Somebody else changed who these mentions are while you were reading. Nothing of yours was kept. Read the page as it is now, then decide again."}}
	case !invalid:
		return err
	}
	v, err := h.about(r, id)
	if err != nil {
		return err
	}
	shown := v.shows(f)
	if !shown {
		v.Lost = f.Reason
	}
	for _, m := range wrong {
		if m.Field == "reason" && shown {
			m.Field = f.field()
		} else {
			m.Field = ""
		}
		v.Wrong = append(v.Wrong, m)
	}
	v.Typed = f
	return web.Render(w, r, status, personPage(v))
}

// action is where a form about this person is sent: the page that was read is
// drawn again when something is wrong.
func (v *view) action(path string) string {
	if v.Page.Number > 1 {
		return path + "?" + url.Values{"page": {strconv.Itoa(v.Page.Number)}}.Encode()
	}
	return path
}

// shows reports whether the page has the form that was sent. It may be gone: what
// it was about can have changed meanwhile.
func (v *view) shows(f typed) bool {
	if f.Undo != "" {
		return slices.ContainsFunc(v.Decided, func(d person.Decided) bool { return d.ID == f.Undo && d.Undone == nil })
	}
	if f.Same {
		return slices.ContainsFunc(v.Maybe, func(m maybe) bool { return m.Own == f.A && m.Mention == f.B && m.Apart == nil })
	}
	return slices.ContainsFunc(v.Told, func(t told) bool { return t.ID == f.A && t.From == f.B })
}

// idIn is an id in an address, or fault.NotFound for what cannot be one.
func idIn(r *http.Request, name string) (string, error) {
	id := r.PathValue(name)
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return "", fault.NotFound
		}
	}
	return id, nil
}
