// Package watchweb is the pages of the early warnings that stand: those of my cases,
// my team’s, my agency’s, and what stood before in one case.
package watchweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/govuk"
	"clew/internal/warning"
	"clew/internal/watch"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

type room struct{ watch *watch.Store }

// Routes adds the pages to m.
func Routes(m *web.Mux, s *watch.Store) {
	h := room{s}
	m.Handle("GET /warnings", h.list)
	m.Handle("GET /cases/{case}/warnings", h.past)
}

// A listing is the list of warnings.
type listing struct {
	watch.Search
	All   []watch.Line
	Total int
	Links govuk.Pagination
}

func (h room) list(w http.ResponseWriter, r *http.Request) (err error) {
	v := listing{Search: watch.Search{Whose: watch.Whose(web.Text(r, "whose")), Rule: web.Text(r, "rule"), Overdue: web.Text(r, "overdue") == "yes"}}
	switch v.Whose {
	case watch.Team, watch.Agency, watch.All:
	default:
		v.Whose = watch.Mine
	}
	page := web.PageOf(r)
	if v.All, v.Total, err = h.watch.List(r.Context(), access.From(r.Context()), v.Search, page.Offset(), page.Limit()); err != nil {
		return err
	}
	if page.HasLinks(v.Total) {
		v.Links = page.Links(r, v.Total)
	}
	return web.Render(w, r, http.StatusOK, listPage(v))
}

// A history is what stood before in a case.
type history struct {
	Case  string
	All   []watch.Past
	Total int
	Links govuk.Pagination
}

func (h room) past(w http.ResponseWriter, r *http.Request) (err error) {
	v := history{Case: r.PathValue("case")}
	page := web.PageOf(r)
	if v.All, v.Total, err = h.watch.Past(r.Context(), access.From(r.Context()), v.Case, page.Offset(), page.Limit()); err != nil {
		return err
	}
	if page.HasLinks(v.Total) {
		v.Links = page.Links(r, v.Total)
	}
	return web.Render(w, r, http.StatusOK, pastPage(v))
}

func (v *listing) to(s watch.Search) string {
	q := url.Values{}
	if s.Whose != watch.Mine {
		q.Set("whose", string(s.Whose))
	}
	if s.Rule != "" {
		q.Set("rule", s.Rule)
	}
	if s.Overdue {
		q.Set("overdue", "yes")
	}
	if len(q) == 0 {
		return "/warnings"
	}
	return "/warnings?" + q.Encode()
}

func (v *listing) tabs() govuk.SubNavigation {
	n := govuk.SubNavigation{Label: "Warnings"}
	for _, t := range []struct {
		whose watch.Whose
		name  string
	}{{watch.Mine, "In my cases"}, {watch.Team, "My team’s"}, {watch.Agency, "My agency’s"}, {watch.All, "All I may read"}} {
		s := v.Search
		s.Whose = t.whose
		n.Items = append(n.Items, govuk.SubItem{Text: t.name, Href: v.to(s), Active: t.whose == v.Whose})
	}
	return n
}

func (v *listing) count() string {
	return words.Count(v.Total, "case", "cases") + ", the most pressing first."
}

// stand is how many warnings stand in a case.
func stand(l *watch.Line) string {
	said := strconv.Itoa(l.All)
	var of []string
	if l.Holds > 0 {
		of = append(of, words.Count(l.Holds, "hold", "holds"))
	}
	if l.Late > 0 {
		of = append(of, strconv.Itoa(l.Late)+" overdue")
	}
	if len(of) > 0 {
		said += ": " + words.List(of)
	}
	return said
}

// pressing is how pressing a case is, in a line.
func pressing(l *watch.Line) string {
	text, _ := severity(l)
	if more := beside(l); more != "" {
		text += " " + more
	}
	if l.All > 1 {
		text += " · " + words.Count(l.All, "warning", "warnings")
		if _, of, _ := strings.Cut(stand(l), ": "); of != "" {
			text += ", " + of
		}
	}
	return text
}

func (v *listing) empty() string {
	switch {
	case v.Overdue || v.Rule != "":
		return "No warning of this kind stands."
	case v.Whose == watch.Mine:
		return "No warning stands in your cases."
	}
	return "No warning stands in these cases."
}

// rules are what a list may be narrowed to.
func rules() []govuk.Option {
	all := []govuk.Option{{Value: "", Text: "Every warning"}}
	for _, id := range warning.IDs() {
		all = append(all, govuk.Option{Value: id, Text: casefile.RuleName(id)})
	}
	return all
}

func severity(l *watch.Line) (text, colour string) {
	switch {
	case l.Overdue:
		return "Overdue since " + when.DayOf(l.Due), "govuk-tag--red"
	case l.Severity == warning.Hold && !l.Due.IsZero():
		return "Hold, due " + when.DayOf(l.Due), "govuk-tag--red"
	case l.Severity == warning.Hold:
		return "Hold", "govuk-tag--red"
	case !l.Due.IsZero():
		return "Due " + when.DayOf(l.Due), "govuk-tag--orange"
	case l.Severity == warning.Due:
		return "Due", "govuk-tag--orange"
	}
	return "Note", "govuk-tag--grey"
}

func parties(l *watch.Line) string {
	victim, suspect := l.Victim, l.Suspect
	if victim == "" {
		victim = "Somebody erased"
	}
	if suspect == "" {
		suspect = "somebody nobody has named"
	}
	return words.Alone(victim) + " and " + words.Alone(suspect)
}

// beside is what its tag does not say of a warning: since when, that it came back,
// and a level that rose more than once.
func beside(l *watch.Line) string {
	var all []string
	switch {
	case l.Again:
		all = append(all, "again since "+when.DayOf(l.Raised))
	case l.Due.IsZero():
		all = append(all, "since "+when.DayOf(l.Raised))
	}
	if l.Level > 2 {
		all = append(all, "level "+strconv.Itoa(l.Level))
	}
	return strings.Join(all, ", ")
}
