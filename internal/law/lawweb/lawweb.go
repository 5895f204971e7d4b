// Package lawweb shows what the law is held to be, where that comes from and how sure
// it is, and lets an administrator correct it.
package lawweb

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/law"
	"clew/internal/web"
	"clew/internal/when"
)

type room struct{ law *law.Store }

// Routes adds the pages.
func Routes(m *web.Mux, s *law.Store) {
	h := room{s}
	m.Handle("GET /law", h.showAll)
	m.Handle("GET /law/{lawtable}", h.showTable)
	m.Handle("GET /law/{lawtable}/new", h.showNew)
	m.Handle("POST /law/{lawtable}", h.correct)
}

func (h room) showAll(w http.ResponseWriter, r *http.Request) error {
	b, err := h.law.Read(r.Context(), access.From(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, allPage(b))
}

// A sheet is a page of a table.
type sheet struct {
	Table   *law.Table
	Rows    []law.Row
	Total   int
	Made    []law.Correction
	Links   govuk.Pagination
	Done    string
	Correct bool
}

func (h room) showTable(w http.ResponseWriter, r *http.Request) error {
	b, err := h.law.Read(r.Context(), access.From(r.Context()))
	if err != nil {
		return err
	}
	t, ok := b.Table(r.PathValue("lawtable"))
	if !ok {
		return fault.NotFound
	}
	v := sheet{Table: t, Correct: access.Offers(r.Context(), access.CorrectLaw)}
	all := slices.Clone(t.Rows)
	for i := len(b.Corrections) - 1; i >= 0; i-- { // the newest first, in front of what came with Clew
		if c := &b.Corrections[i]; c.Table == t.Name {
			v.Rows = append(v.Rows, c.Row())
		}
	}
	all = append(v.Rows, all...)
	page := web.PageOf(r)
	v.Total = len(all)
	from := min(page.Offset(), len(all))
	v.Rows = all[from:min(from+page.Limit(), len(all))]
	if page.HasLinks(v.Total) {
		v.Links = page.Links(r, v.Total)
	}
	if web.Flashed(w, r) == "corrected" {
		v.Done = "The row is kept. It counts from its day on"
	}
	return web.Render(w, r, http.StatusOK, tablePage(v))
}

// A draft is a row as somebody types it.
type draft struct {
	Table                                  *law.Table
	Key, From, Until, Source, Sure, Reason string
	Cells                                  []string
	Wrong                                  fault.Invalid
}

func (h room) showNew(w http.ResponseWriter, r *http.Request) error {
	b, err := h.law.MayCorrect(r.Context(), access.From(r.Context()))
	if err != nil {
		return err
	}
	t, ok := b.Table(r.PathValue("lawtable"))
	if !ok {
		return fault.NotFound
	}
	v := draft{Table: t, Key: web.Text(r, "key"), Cells: make([]string, len(t.Columns))}
	fill := func(row law.Row) {
		v.Cells, v.Source, v.Sure = row.Cells, row.Source, row.Sure
		v.Until = typed(row.Until)
		if t.Name == "bank-holidays" {
			v.From = typed(row.From)
		}
	}
	for _, row := range t.Rows {
		if v.Key != "" && row.Key == v.Key {
			fill(row)
		}
	}
	for _, c := range b.Corrections { // the last to be made
		if v.Key != "" && c.Table == t.Name && c.Key == v.Key {
			fill(c.Row())
		}
	}
	return web.Render(w, r, http.StatusOK, newPage(v))
}

func (h room) correct(w http.ResponseWriter, r *http.Request) error {
	b := law.Book{Tables: law.Shipped()}
	t, ok := b.Table(r.PathValue("lawtable"))
	if !ok {
		return fault.NotFound
	}
	v := draft{Table: t, Key: web.Text(r, "key"), From: web.Text(r, "from"), Until: web.Text(r, "until"), Source: web.Text(r, "source"), Sure: web.Text(r, "sure"), Reason: web.Text(r, "reason")}
	for _, c := range t.Columns {
		v.Cells = append(v.Cells, web.Text(r, c))
	}
	var bad fault.Messages
	from, okFrom := dayOf(v.From)
	until, okUntil := dayOf(v.Until)
	if !okFrom {
		bad.Add("from", "Enter a day, such as 27/3/2027")
	}
	if !okUntil {
		bad.Add("until", "Enter a day, such as 27/3/2027, or leave this empty")
	}
	err := bad.Err()
	if err == nil {
		err = h.law.Correct(r.Context(), access.From(r.Context()), law.Correction{Table: t.Name, Key: v.Key, Cells: v.Cells, From: from, Until: until, Source: v.Source, Sure: v.Sure, Reason: v.Reason})
	}
	if wrong, is := errors.AsType[fault.Invalid](err); is {
		if _, may := h.law.MayCorrect(r.Context(), access.From(r.Context())); may != nil {
			return may
		}
		v.Wrong = wrong
		return web.Render(w, r, http.StatusUnprocessableEntity, newPage(v))
	} else if err != nil {
		return err
	}
	web.Flash(w, r, "corrected")
	return web.See(w, r, "/law/"+t.Name)
}

// dayOf reads a day somebody typed, as a date; nothing is no day, and well.
func dayOf(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	m, err := when.Parse(s)
	if err != nil || m.Precision != when.Day {
		return time.Time{}, false
	}
	y, mo, d := m.From.Date()
	return time.Date(y, mo, d, 0, 0, 0, 0, time.UTC), true
}

func typed(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2/1/2006")
}

func days(r *law.Row) string {
	const long = "2 January 2006"
	switch {
	case r.Until.IsZero():
		return "From " + r.From.Format(long)
	case r.Until.Equal(r.From):
		return r.From.Format(long)
	}
	return r.From.Format(long) + " to " + r.Until.Format(long)
}

// says is what a row says under each column, one to a line.
func says(t *law.Table, r *law.Row) (all []string) {
	for i, c := range t.Columns {
		if r.Cells[i] != "" && r.Cells[i] != title(t, r) {
			all = append(all, label(c)+": "+r.Cells[i])
		}
	}
	return all
}

func label(column string) string {
	if l, ok := map[string]string{"cjs": "Court code", "code": "Home Office code", "applies": "Who applies", "maximum": "Maximum for a breach", "breach": "A breach is", "runs": "Runs"}[column]; ok {
		return l
	}
	return strings.ToUpper(column[:1]) + column[1:]
}

func title(t *law.Table, r *law.Row) string {
	for _, c := range []string{"title", "what"} {
		if s := t.Cell(r, c); s != "" {
			return s
		}
	}
	return r.Key
}

func newLink(t *law.Table, key string) string {
	return "/law/" + t.Name + "/new?" + url.Values{"key": {key}}.Encode()
}

func rows(v *sheet) (all [][]govuk.Cell) {
	for i := range v.Rows {
		r := &v.Rows[i]
		all = append(all, []govuk.Cell{{HTML: what(v, r)}, {Text: days(r)}, {Text: r.Source}, {HTML: whence(r)}})
	}
	return all
}

func sures() (all []govuk.Radio) {
	for _, s := range law.Sures {
		all = append(all, govuk.Radio{Value: s, Text: strings.ToUpper(s[:1]) + s[1:]})
	}
	return all
}
