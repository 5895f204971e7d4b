package personweb

import (
	"errors"
	"net/http"
	"slices"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

// A breaking is the form to break the glass before what another agency knows.
type breaking struct {
	Person, Name string
	Agency       string
	Cause        string
	Reason       string
	Wrong        fault.Invalid
}

func (h room) showBreak(w http.ResponseWriter, r *http.Request) error {
	return h.drawBreak(w, r, http.StatusOK, breaking{})
}

// drawBreak draws the form, for an agency that there is a signpost to and no other.
func (h room) drawBreak(w http.ResponseWriter, r *http.Request, status int, v breaking) error {
	ctx, by := r.Context(), access.From(r.Context())
	may, err := h.may(r)
	if err != nil {
		return err
	}
	if !may[access.BreakGlass] {
		return fault.Forbidden
	}
	id, err := idIn(r, "person")
	if err != nil {
		return err
	}
	p, err := h.people.Page(ctx, by, id, 0, 1)
	if err != nil {
		return err
	}
	there, err := h.held.Signposts(ctx, by, p.ID)
	if err != nil {
		return err
	}
	v.Person, v.Name, v.Agency = p.ID, p.Name, web.Text(r, "agency")
	if !slices.Contains(there, v.Agency) {
		return fault.NotFound
	}
	return web.Render(w, r, status, breakPage(v))
}

func (h room) breakGlass(w http.ResponseWriter, r *http.Request) error {
	id, err := idIn(r, "person")
	if err != nil {
		return err
	}
	v := breaking{Cause: web.Text(r, "cause"), Reason: web.Text(r, "reason")}
	glass, err := h.guard.Break(r.Context(), access.From(r.Context()), id, web.Text(r, "agency"), access.Cause(v.Cause), v.Reason)
	if invalid, ok := errors.AsType[fault.Invalid](err); ok {
		v.Wrong = invalid
		return h.drawBreak(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, "/glass/"+glass)
}

func (h room) showSafety(w http.ResponseWriter, r *http.Request) error {
	id, err := idIn(r, "glass")
	if err != nil {
		return err
	}
	safe, err := h.held.SafetyOf(r.Context(), access.From(r.Context()), id)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, safetyPage(safe))
}

func (v *breaking) causes() (all []govuk.Radio) {
	for _, c := range access.Causes {
		all = append(all, govuk.Radio{Value: string(c.Cause), Text: c.Name})
	}
	return all
}

// safetyRows is the summary as facts.
func safetyRows(s *pattern.Safety) []govuk.Row {
	rows := []govuk.Row{
		govuk.Fact("Reported as a suspect", lastTwoYears(s.Reports)),
		govuk.Fact("Named as a victim", lastTwoYears(s.Victim)),
		govuk.Fact("Fear of violence, or a threat", recorded(s.Grave)),
		govuk.Fact("Coming nearer, or more often", recorded(s.Nearer)),
		govuk.Fact("Reported by more than one person", recorded(s.Several)),
	}
	if !s.Latest.IsZero() {
		rows = append(rows, govuk.Fact("Last report", when.DayOf(s.Latest)))
	}
	return rows
}

// they begin a sentence about so many agencies.
func they(n int) string {
	if n == 1 {
		return "It holds"
	}
	return "They hold"
}

func lastTwoYears(n int) string {
	if n == 0 {
		return "No report in the last two years"
	}
	return words.Count(n, "report", "reports") + " in the last two years"
}

func recorded(yes bool) string {
	if yes {
		return "Recorded"
	}
	return "Not recorded, which does not mean that it is not so"
}
