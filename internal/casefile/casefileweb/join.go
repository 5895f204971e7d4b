package casefileweb

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/report"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

func (h room) joining(m *web.Mux) {
	m.Handle("GET /cases/{case}/join", h.showJoin)
	m.Handle("POST /cases/{case}/merge", h.merge)
	m.Handle("POST /cases/{case}/merge/undo", h.unmerge)
	m.Handle("POST /cases/{case}/split", h.split)
	m.Handle("POST /cases/{case}/split/undo", h.unsplit)
	m.Handle("POST /cases/{case}/series", h.link)
	m.Handle("POST /cases/{case}/series/leave", h.unlink)
	m.Handle("GET /cases/{case}/crimes", h.crimes)
}

// A joinView is the page where cases become one or two.
type joinView struct {
	J        casefile.Joinable
	Agencies map[string]string
	sent
	Done string
}

func (h room) showJoin(w http.ResponseWriter, r *http.Request) error {
	return h.drawJoin(w, r, http.StatusOK, joinView{Done: done[web.Flashed(w, r)]})
}

func (h room) drawJoin(w http.ResponseWriter, r *http.Request, status int, v joinView) (err error) {
	if v.J, err = h.cases.Joinable(r.Context(), access.From(r.Context()), r.PathValue("case")); err != nil {
		return err
	}
	if v.Agencies, err = h.agencies(r); err != nil {
		return err
	}
	return web.Render(w, r, status, joinPage(v))
}

// joined goes to the case and says what was done, or draws the page again.
func (h room) joined(w http.ResponseWriter, r *http.Request, form, did, to string, err error) error {
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawJoin(w, r, http.StatusUnprocessableEntity, joinView{sent: sentBy(r, form, wrong)})
	}
	if errors.Is(err, fault.Conflict) {
		did, err = "changed", nil
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, did)
	return web.See(w, r, pathOf(to))
}

func (h room) merge(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("case")
	other, version, _ := strings.Cut(web.Text(r, "other"), " ")
	n, _ := strconv.ParseInt(version, 10, 64)
	err := h.cases.Merge(r.Context(), access.From(r.Context()), id, other, web.Text(r, "why"), versionOf(r), n)
	return h.joined(w, r, "merge", "merged", id, err)
}

func (h room) unmerge(w http.ResponseWriter, r *http.Request) error {
	id, join := r.PathValue("case"), web.Text(r, "join")
	err := h.cases.Unmerge(r.Context(), access.From(r.Context()), id, join, web.Text(r, "why_undo"), versionOf(r))
	return h.joined(w, r, "undo-"+join, "unmerged", id, err)
}

func (h room) split(w http.ResponseWriter, r *http.Request) error {
	id, err := h.cases.SplitOff(r.Context(), access.From(r.Context()), r.PathValue("case"), web.Text(r, "suspect"), web.Text(r, "why_split"), versionOf(r))
	if id == "" {
		id = r.PathValue("case")
	}
	return h.joined(w, r, "split", "split", id, err)
}

func (h room) unsplit(w http.ResponseWriter, r *http.Request) error {
	join := web.Text(r, "join")
	id, err := h.cases.Unsplit(r.Context(), access.From(r.Context()), r.PathValue("case"), join, web.Text(r, "why_undo"), versionOf(r))
	if id == "" {
		id = r.PathValue("case")
	}
	return h.joined(w, r, "undo-"+join, "unsplit", id, err)
}

func (h room) link(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("case")
	return h.joined(w, r, "series", "linked", id, h.cases.Link(r.Context(), access.From(r.Context()), id, web.Text(r, "linked")))
}

func (h room) unlink(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("case")
	return h.joined(w, r, "", "unlinked", id, h.cases.Unlink(r.Context(), access.From(r.Context()), id))
}

// A crimeView is the page of all records of a case.
type crimeView struct {
	Case    casefile.Case
	All     []casefile.Crime
	Total   int
	Rulings []casefile.Ruling
	Links   govuk.Pagination
}

func (h room) crimes(w http.ResponseWriter, r *http.Request) (err error) {
	var v crimeView
	page := web.PageOf(r)
	if v.Case, v.All, v.Total, v.Rulings, err = h.cases.Crimes(r.Context(), access.From(r.Context()), r.PathValue("case"), page.Offset(), page.Limit()); err != nil {
		return err
	}
	if page.HasLinks(v.Total) {
		v.Links = page.Links(r, v.Total)
	}
	return web.Render(w, r, http.StatusOK, crimesPage(v))
}

// titleOfJoin says what an event was that has to do with other agencies or cases.
func titleOfJoin(e *casefile.Event) string {
	asked := "A referral"
	if e.About == string(casefile.ToLead) {
		asked = "A transfer"
	}
	switch e.Kind {
	case casefile.Referred:
		return "Referred to " + e.About
	case casefile.Offered:
		return "The lead was offered to " + e.About
	case casefile.Took:
		if e.About == string(casefile.ToLead) {
			return "The lead was taken over"
		}
		return "The referral was accepted"
	case casefile.Refused:
		return asked + " was declined"
	case casefile.Recalled:
		return asked + " was taken back"
	case casefile.SentBack:
		return "A referral was returned. " + returned(e.About)
	case casefile.Merged:
		return "Another case was merged into this one"
	case casefile.Unmerged:
		return "Two cases again: the merging was undone"
	case casefile.Split:
		return "A suspect was given a case of their own"
	}
	return string(e.Kind)
}

// tell gives agencies that events are about their names.
func (v *view) tell() {
	for i := range v.P.Events {
		if e := &v.P.Events[i]; e.Kind == casefile.Referred || e.Kind == casefile.Offered {
			e.About = v.agency(e.About)
		}
	}
}

// origin says in which case a step was written, when it was another.
func (v *view) origin(e *casefile.Event) string {
	if e.Kind == casefile.Reported || e.Case == v.P.ID {
		return ""
	}
	for _, p := range v.P.Parts {
		if p.Case == e.Case {
			return ", in the case opened on " + when.DayOf(p.Opened)
		}
	}
	return ", in a case that was merged"
}

func partMerged(p *casefile.Part) string {
	return "The case opened on " + when.DayOf(p.Opened) + " was merged into this one on " + when.DayOf(p.At) + " by " + orSomebody(p.By)
}

func partSplit(p *casefile.Part) string {
	return "A case was split in two on " + when.DayOf(p.At) + " by " + orSomebody(p.By) + ": the other was opened on " + when.DayOf(p.Opened)
}

func linkedWords(n int) string {
	return fmt.Sprintf("It is one of a series: %s that you may read, each with its own victim or suspect.", words.Count(n, "other case", "other cases"))
}

func choiceWords(c *casefile.Choice, agencies map[string]string) govuk.Radio {
	return govuk.Radio{Text: "Opened on " + when.DayOf(c.Opened), Hint: govuk.Hint{Text: nameOf(agencies, c.Holder) + ", " + strings.ToLower(c.Stage.Name())}}
}

func (v *joinView) same() (all []govuk.Radio) {
	for i := range v.J.Same {
		c := &v.J.Same[i]
		r := choiceWords(c, v.Agencies)
		r.Value = fmt.Sprint(c.ID, " ", c.Version)
		all = append(all, r)
	}
	return all
}

func (v *joinView) series() (all []govuk.Radio) {
	for i := range v.J.Series {
		r := choiceWords(&v.J.Series[i], v.Agencies)
		r.Value = v.J.Series[i].ID
		all = append(all, r)
	}
	return all
}

func (v *joinView) suspects() (all []govuk.Radio) {
	for _, p := range v.J.Suspects {
		all = append(all, govuk.Radio{Value: p.ID, Text: p.Name})
	}
	return all
}

// otherID is the id of the choice of a case, unless another form is wrong about it.
func (v *joinView) otherID() string {
	if strings.HasPrefix(v.Form, "undo-") {
		return "merge-other"
	}
	return "other"
}

// undoID is the id of a field of the form that undoes something: the one the summary
// of what is wrong leads to bears the plain name.
func (v *joinView) undoID(join string) string {
	if v.Form == "undo-"+join {
		return "why_undo"
	}
	return "why_undo-" + join
}

func recordKind(k report.Kind) string {
	text := strings.ReplaceAll(string(k), "-", " ")
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func nowWords(c *casefile.Crime) string {
	if c.Now == "" {
		return "Nothing"
	}
	return c.Now
}

func beforeWords(c *casefile.Crime) string {
	if len(c.Before) == 0 {
		return "Unchanged"
	}
	return strings.Join(c.Before, "; ")
}

// ruledWords are a decision of the recording room and how it stands.
func ruledWords(r *casefile.Ruling) string {
	text := when.DayOf(r.At) + ", " + r.By + ": " + r.Verdict.Words()
	if r.Classification != "" {
		text += ", considered as " + r.Classification
	}
	return text + ". " + r.State.Words() + "."
}

// doublesWords says that there are more cases of the same two people.
func doublesWords(n int) string {
	return words.Count(n+1, "case is", "cases are") + " open about the same two people: somebody was entered twice, and is held to be one person now."
}
