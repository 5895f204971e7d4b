package recordingweb

import (
	"net/http"
	"net/url"

	"clew/internal/access"
	"clew/internal/govuk"
	"clew/internal/recording"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

// A search is what the list of classifications shows.
type search struct {
	Text  string
	Found []recording.Used
	Total int
	Page  web.Page
	Links govuk.Pagination
}

func (h room) showClassifications(w http.ResponseWriter, r *http.Request) (err error) {
	v := search{Text: web.Text(r, "q"), Page: web.PageOf(r)}
	if v.Found, v.Total, err = h.audit.Classifications(r.Context(), access.From(r.Context()), v.Text, v.Page.Offset(), v.Page.Limit()); err != nil {
		return err
	}
	if v.Page.Past(v.Total) {
		v.Page.Number = v.Page.Of(v.Total)
		if v.Found, v.Total, err = h.audit.Classifications(r.Context(), access.From(r.Context()), v.Text, v.Page.Offset(), v.Page.Limit()); err != nil {
			return err
		}
	}
	if v.Page.HasLinks(v.Total) {
		v.Links = v.Page.Links(r, v.Total)
	}
	return web.Render(w, r, http.StatusOK, searchPage(v))
}

// A classified page is what the page of one classification shows.
type classified struct {
	recording.Classification
	Page  web.Page
	Links govuk.Pagination
}

func (h room) showClassification(w http.ResponseWriter, r *http.Request) (err error) {
	id := r.PathValue("classification")
	v := classified{Page: web.PageOf(r)}
	if v.Classification, err = h.audit.Classification(r.Context(), access.From(r.Context()), id, v.Page.Offset(), v.Page.Limit()); err != nil {
		return err
	}
	if v.Page.Past(v.Reports) {
		v.Page.Number = v.Page.Of(v.Reports)
		if v.Classification, err = h.audit.Classification(r.Context(), access.From(r.Context()), id, v.Page.Offset(), v.Page.Limit()); err != nil {
			return err
		}
	}
	if v.Page.HasLinks(v.Reports) {
		at := *r
		at.URL = &url.URL{Path: r.URL.Path}
		v.Links = v.Page.Links(&at, v.Reports)
	}
	return web.Render(w, r, http.StatusOK, classificationPage(v))
}

// counted says how many were found.
func (v *search) counted() string {
	switch {
	case v.Total == 0 && v.Text == "":
		return "No report has been taken in yet, so there are no classifications."
	case v.Total == 0:
		return "No classification has all of these words. Try fewer, or a part of a word."
	case v.Page.HasLinks(v.Total):
		return "Classifications " + words.Thousands(v.Page.Offset()+1) + " to " + words.Thousands(v.Page.Offset()+len(v.Found)) + " of " + words.Thousands(v.Total)
	}
	return words.Count(v.Total, "classification", "classifications")
}

// title names a classification: many have a code or a title only.
func title(u *recording.Used) string {
	switch {
	case u.Title != "" && u.Code != "":
		return u.Title + " (" + u.Code + ")"
	case u.Title+u.Code != "":
		return u.Title + u.Code
	}
	return "Nothing said, or no crime"
}

// months says when it was used.
func months(u *recording.Used) string {
	if u.Reports == 0 {
		return "–"
	}
	first, last := u.First.Format("January 2006"), u.Last.Format("January 2006")
	if first == last {
		return first
	}
	return first + " to " + last
}

func usedRows(all []recording.Used) (rows [][]govuk.Cell) {
	for i := range all {
		u := &all[i]
		rows = append(rows, []govuk.Cell{{HTML: usedLink(u)}, {Text: words.Thousands(u.Reports), Format: "numeric"}, {Text: months(u)}, {Text: words.Thousands(u.Considered), Format: "numeric"}})
	}
	return rows
}

func filedRows(all []recording.Filed) (rows [][]govuk.Cell) {
	for i := range all {
		f := &all[i]
		rows = append(rows, []govuk.Cell{{Text: when.DayOf(f.Reported)}, {HTML: filedLink(f)}, {Text: f.Agency}, {HTML: filedPattern(f)}})
	}
	return rows
}

func monthRows(all []recording.Month) (rows [][]govuk.Cell) {
	for _, m := range all {
		rows = append(rows, []govuk.Cell{{Text: m.Begins.Format("January 2006")}, {Text: words.Thousands(m.Reports), Format: "numeric"}})
	}
	return rows
}

func (v *classified) listed() string {
	if v.Page.HasLinks(v.Reports) {
		return "Reports " + words.Thousands(v.Page.Offset()+1) + " to " + words.Thousands(v.Page.Offset()+len(v.Filed)) + " of " + words.Thousands(v.Reports) + ", newest first"
	}
	return words.Count(v.Reports, "report", "reports") + ", newest first"
}

func decided(d *recording.Decision) string {
	s := d.Verdict.Words() + ". " + d.By + ", " + when.DayOf(d.At)
	if d.Standing() == recording.Undecided {
		s += "; taken back since"
	}
	return s
}

// older reports that months before those listed are left out.
func (v *classified) older() bool {
	return len(v.Months) > 0 && v.First.Before(v.Months[0].Begins)
}
