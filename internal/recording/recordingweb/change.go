package recordingweb

import (
	"errors"
	"net/http"
	"time"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/recording"
	"clew/internal/report"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

// A waiting is the list of changes that wait, or of those that have ended.
type waiting struct {
	Ended bool
	All   []recording.Waiting
	Total int
	Links govuk.Pagination
}

func (h room) showChanges(w http.ResponseWriter, r *http.Request) (err error) {
	v := waiting{Ended: web.Text(r, "ended") == "yes"}
	page := web.PageOf(r)
	if v.All, v.Total, err = h.audit.Changes(r.Context(), access.From(r.Context()), v.Ended, page.Offset(), page.Limit()); err != nil {
		return err
	}
	if page.Past(v.Total) {
		page.Number = page.Of(v.Total)
		if v.All, v.Total, err = h.audit.Changes(r.Context(), access.From(r.Context()), v.Ended, page.Offset(), page.Limit()); err != nil {
			return err
		}
	}
	if page.HasLinks(v.Total) {
		v.Links = page.Links(r, v.Total)
	}
	return web.Render(w, r, http.StatusOK, changesPage(v))
}

func (v *waiting) count() string {
	switch {
	case v.Ended:
		return words.Count(v.Total, "change has", "changes have") + " ended, the newest first."
	case v.Total == 1:
		return "1 change waits."
	}
	return words.Thousands(v.Total) + " changes wait, the oldest first."
}

func changeRows(v *waiting) (all [][]govuk.Cell) {
	for i := range v.All {
		c := &v.All[i]
		last := when.DayOf(c.Since)
		if v.Ended {
			last = c.How.Words() + ", " + when.DayOf(c.Ended)
		}
		all = append(all, []govuk.Cell{{HTML: changeLink(c)}, {HTML: between(c)}, {Text: report.StepWords(c.Step)}, {HTML: said(c.Was)}, {HTML: said(c.Said)}, {Text: last}})
	}
	return all
}

// A changing is one change that waits, and the form to decide on it.
type changing struct {
	recording.Waiting
	May    bool // decide
	Decide string
	Reason string
	Wrong  fault.Invalid
	Done   string
}

var changed = map[string]string{"allowed": "It is allowed, and counts from now on", "refused": "It is refused. What stood before counts"}

func (h room) showChange(w http.ResponseWriter, r *http.Request) error {
	return h.drawChange(w, r, http.StatusOK, changing{Done: changed[web.Flashed(w, r)]})
}

func (h room) drawChange(w http.ResponseWriter, r *http.Request, status int, v changing) (err error) {
	if v.Waiting, err = h.audit.Change(r.Context(), access.From(r.Context()), r.PathValue("change")); err != nil {
		return err
	}
	v.May = access.Offers(r.Context(), access.DecideRecording)
	return web.Render(w, r, status, changePage(v))
}

func (h room) decideChange(w http.ResponseWriter, r *http.Request) error {
	v := changing{Decide: web.Text(r, "decide"), Reason: web.Text(r, "reason")}
	if v.Decide != "allow" && v.Decide != "refuse" {
		v.Wrong = fault.Invalid{{Field: "decide", Text: "Choose whether it counts"}}
		return h.drawChange(w, r, http.StatusUnprocessableEntity, v)
	}
	err := h.audit.Allow(r.Context(), access.From(r.Context()), r.PathValue("change"), v.Decide == "allow", v.Reason)
	if invalid, ok := errors.AsType[fault.Invalid](err); ok {
		v.Wrong = invalid
		return h.drawChange(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, map[string]string{"allow": "allowed", "refuse": "refused"}[v.Decide])
	return web.See(w, r, "/audit/changes/"+r.PathValue("change"))
}

// ended says who ended a change, and when.
func ended(c *recording.Waiting) string {
	at := when.DayOf(c.Ended)
	switch c.How {
	case report.Cleared:
		return "No hold stopped it any more, and Clew took it in on " + at + "."
	case report.Replaced:
		return "A newer version of the report took its place on " + at + "."
	}
	return c.How.Words() + " by " + c.By + " on " + at + "."
}

// cameIn says how it came, and since when it is said.
func cameIn(c *recording.Waiting) string {
	how := "It came in an extract"
	if c.Import == "" {
		how = "Somebody typed it"
	}
	text := how + " on " + when.MinuteOf(c.Came) + "."
	if c.Came.Sub(c.Since) > time.Second {
		text += " An earlier version said the same, on " + when.DayOf(c.Since) + "."
	}
	return text
}
