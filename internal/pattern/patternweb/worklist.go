package patternweb

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/recording"
	"clew/internal/web"
	"clew/internal/words"
)

// A worklist is what the page of it shows.
type worklist struct {
	Chosen   chosen
	Chips    []govuk.Chosen
	Entries  []recording.Entry
	Total    int
	Page     web.Page
	Links    govuk.Pagination
	Counts   map[pattern.Finding]int
	Agencies []string
	Views    []recording.View
	View     string // the name of a view, as typed
	May      map[access.Action]bool
	Wrong    fault.Invalid
	Done     string
}

func (h room) showWorklist(w http.ResponseWriter, r *http.Request) error {
	return h.drawWorklist(w, r, http.StatusOK, worklist{Chosen: chosenOf(r), Page: web.PageOf(r), Done: done[web.Flashed(w, r)]})
}

// filterWorklist takes the form of filters. With a name in it the answer is the
// list itself, so that the name is in no address; without, the list has one.
func (h room) filterWorklist(w http.ResponseWriter, r *http.Request) error {
	c := chosenOf(r)
	if _, wrong := c.filter(); wrong == nil && c.Name == "" {
		return web.See(w, r, c.address())
	}
	return h.drawWorklist(w, r, http.StatusOK, worklist{Chosen: c, Page: web.PageOf(r)})
}

func (h room) saveView(w http.ResponseWriter, r *http.Request) error {
	c, name := chosenOf(r), web.Text(r, "view")
	_, wrong := c.filter()
	err := error(nil)
	if wrong == nil {
		err = h.audit.SaveView(r.Context(), access.From(r.Context()), name, c.query())
	}
	if invalid, ok := errors.AsType[fault.Invalid](err); ok {
		wrong = invalid
	} else if err != nil {
		return err
	}
	if wrong != nil {
		return h.drawWorklist(w, r, http.StatusUnprocessableEntity, worklist{Chosen: c, Page: web.PageOf(r), View: name, Wrong: wrong})
	}
	web.Flash(w, r, "view-saved")
	return web.See(w, r, c.address())
}

func (h room) forgetView(w http.ResponseWriter, r *http.Request) error {
	if err := h.audit.ForgetView(r.Context(), access.From(r.Context()), r.PathValue("view")); err != nil {
		return err
	}
	web.Flash(w, r, "view-removed")
	return web.See(w, r, chosenOf(r).address())
}

// drawWorklist fetches the page of the list that v asks for, and draws it.
func (h room) drawWorklist(w http.ResponseWriter, r *http.Request, status int, v worklist) error {
	f, wrong := v.Chosen.filter()
	if wrong != nil && v.Wrong == nil {
		v.Wrong, status = wrong, http.StatusUnprocessableEntity
	}
	var err error
	if v.Entries, v.Total, err = h.audit.Worklist(r.Context(), access.From(r.Context()), f, v.Page.Offset(), v.Page.Limit()); err != nil {
		return err
	}
	if v.Page.Past(v.Total) {
		v.Page.Number = v.Page.Of(v.Total)
		if v.Entries, v.Total, err = h.audit.Worklist(r.Context(), access.From(r.Context()), f, v.Page.Offset(), v.Page.Limit()); err != nil {
			return err
		}
	}
	if v.Page.HasLinks(v.Total) && v.Chosen.Name == "" {
		at := *r
		at.URL = &url.URL{Path: "/worklist", RawQuery: v.Chosen.query()}
		v.Links = v.Page.Links(&at, v.Total)
	}
	if v.Counts, err = h.audit.Findings(r.Context(), access.From(r.Context())); err != nil {
		return err
	}
	if v.Agencies, err = h.audit.Agencies(r.Context(), access.From(r.Context()), access.ReadWorklist); err != nil {
		return err
	}
	if v.Views, err = h.audit.Views(r.Context(), access.From(r.Context())); err != nil {
		return err
	}
	if v.May, err = h.may(r); err != nil {
		return err
	}
	v.Chips = v.Chosen.chips()
	return web.Render(w, r, status, worklistPage(v))
}

// counted says how many patterns there are, and which of them are shown.
func (v *worklist) counted() string {
	first := v.Page.Offset() + 1
	order := lower(sortWords[recording.Sort(v.Chosen.Sort)])
	switch {
	case v.Total == 0:
		return "No patterns"
	case v.Total == 1:
		return "1 pattern"
	case !v.Page.HasLinks(v.Total):
		return words.Thousands(v.Total) + " patterns, " + order
	}
	return "Patterns " + words.Thousands(first) + " to " + words.Thousands(first+len(v.Entries)-1) + " of " + words.Thousands(v.Total) + ", " + order
}

// empty reports that there are no patterns at all.
func (v *worklist) empty() bool {
	for _, n := range v.Counts {
		if n > 0 {
			return false
		}
	}
	return true
}

func (v *worklist) findings() []govuk.Radio {
	total := 0
	for _, n := range v.Counts {
		total += n
	}
	all := []govuk.Radio{{Value: "", HTML: counting("Any", total), Checked: v.Chosen.Finding == ""}}
	for _, f := range pattern.Findings {
		all = append(all, govuk.Radio{Value: string(f), HTML: counting(f.Words(), v.Counts[f]), Checked: v.Chosen.Finding == string(f)})
	}
	return all
}

func (v *worklist) states() []govuk.Option {
	all := []govuk.Option{{Text: "Any"}}
	for _, s := range recording.States {
		all = append(all, govuk.Option{Value: string(s), Text: s.Words()})
	}
	return all
}

func (v *worklist) agencies() []govuk.Option {
	all := []govuk.Option{{Text: "Any"}}
	if v.Chosen.Agency != "" && !slices.Contains(v.Agencies, v.Chosen.Agency) {
		all = append(all, govuk.Option{Value: v.Chosen.Agency, Text: v.Chosen.Agency})
	}
	for _, a := range v.Agencies {
		all = append(all, govuk.Option{Value: a, Text: a})
	}
	return all
}

func (v *worklist) relationships() []govuk.Option {
	all := []govuk.Option{{Text: "Any"}}
	for _, x := range relationships {
		all = append(all, govuk.Option{Value: x.String(), Text: words.Capital(x.Words())})
	}
	return all
}

func (v *worklist) sorts() (all []govuk.Option) {
	for _, s := range recording.Sorts {
		all = append(all, govuk.Option{Value: string(s), Text: sortWords[s], Selected: v.Chosen.Sort == string(s)})
	}
	return all
}

func (v *worklist) with() (all []govuk.Checkbox) {
	for _, f := range facets {
		all = append(all, govuk.Checkbox{Value: f.value, Text: f.words})
	}
	return all
}

func page(n int) string { return strconv.Itoa(n) }

func savingHint(c chosen) govuk.Hint {
	if c.Name != "" {
		return govuk.Hint{Text: "The filters and the order are saved, without the name you looked for."}
	}
	return govuk.Hint{Text: "The filters and the order are saved. Everybody sees it."}
}
