// Package recordingweb shows the audit of how stalking was recorded: the random
// samples and what they show, and every classification ever used or considered.
//
// An accuracy figure is never shown without its interval and what it rests on, and
// each leads to the patterns behind it. What is searched for here are words of
// offences, which are nobody's: they may stand in an address.
package recordingweb

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/recording"
	"clew/internal/web"
	"clew/internal/words"
)

type room struct {
	guard *access.Guard
	audit *recording.Store
}

// Routes adds the pages of the audit to m.
func Routes(m *web.Mux, guard *access.Guard, audit *recording.Store) {
	h := room{guard, audit}
	m.Handle("GET /audit", h.showAudit)
	m.Handle("POST /audit/samples", h.draw)
	m.Handle("GET /audit/samples/{sample}", h.showSample)
	m.Handle("GET /audit/samples/{sample}/csv", h.download)
	m.Handle("GET /audit/changes", h.showChanges)
	m.Handle("GET /audit/changes/{change}", h.showChange)
	m.Handle("POST /audit/changes/{change}", h.decideChange)
	m.Handle("GET /audit/classifications", h.showClassifications)
	m.Handle("GET /audit/classifications/{classification}", h.showClassification)
}

// An overview is what the first page of the audit shows.
type overview struct {
	Samples  []recording.Sample
	Agencies []string
	May      map[access.Action]bool
	Typed    drawing
	Wrong    fault.Invalid
}

// A drawing is the form for a sample, as it was sent.
type drawing struct{ Size, Seed, Finding, Agency string }

func (h room) showAudit(w http.ResponseWriter, r *http.Request) error {
	return h.drawAudit(w, r, http.StatusOK, overview{})
}

func (h room) drawAudit(w http.ResponseWriter, r *http.Request, status int, v overview) (err error) {
	v.May, err = h.guard.May(r.Context(), access.From(r.Context()), access.DrawSample, access.ReadSample, access.ReadWorklist, access.ReadClassifications)
	if err != nil {
		return err
	}
	if v.Samples, err = h.audit.Samples(r.Context(), access.From(r.Context())); err != nil {
		return err
	}
	if v.May[access.DrawSample] {
		if v.Agencies, err = h.audit.Agencies(r.Context(), access.From(r.Context()), access.DrawSample); err != nil {
			return err
		}
	}
	return web.Render(w, r, status, auditPage(v))
}

// draw draws a sample.
func (h room) draw(w http.ResponseWriter, r *http.Request) error {
	d := drawing{web.Text(r, "size"), web.Text(r, "seed"), web.Text(r, "finding"), web.Text(r, "agency")}
	size, _ := web.Number(r, "size") // what is no number is no size either, and is said to be so
	f := recording.Filter{Agency: d.Agency}
	if slices.Contains(pattern.Findings, pattern.Finding(d.Finding)) {
		f.Finding = pattern.Finding(d.Finding)
	}
	id, err := h.audit.Draw(r.Context(), access.From(r.Context()), d.Seed, size, f)
	if invalid, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawAudit(w, r, http.StatusUnprocessableEntity, overview{Typed: d, Wrong: invalid})
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "drawn")
	return web.See(w, r, "/audit/samples/"+id)
}

func findings() []govuk.Option {
	all := []govuk.Option{{Text: "Any"}}
	for _, f := range pattern.Findings {
		all = append(all, govuk.Option{Value: string(f), Text: f.Words()})
	}
	return all
}

func (v *overview) agencies() []govuk.Option {
	all := []govuk.Option{{Text: "Any"}}
	for _, a := range v.Agencies {
		all = append(all, govuk.Option{Value: a, Text: a})
	}
	return all
}

// drawnFrom says what a sample was drawn from.
func drawnFrom(s *recording.Sample) string {
	var parts []string
	if s.Filter.Finding != "" {
		parts = append(parts, "finding: "+s.Filter.Finding.Words())
	}
	if s.Filter.Agency != "" {
		parts = append(parts, s.Filter.Agency)
	}
	if len(parts) == 0 {
		return words.Count(s.DrawnFrom, "pattern", "patterns") + " of any kind"
	}
	return words.Count(s.DrawnFrom, "pattern", "patterns") + " (" + strings.Join(parts, "; ") + ")"
}

func (v *overview) sampleRows() (rows [][]govuk.Cell) {
	for i := range v.Samples {
		s := &v.Samples[i]
		rows = append(rows, []govuk.Cell{
			{HTML: sampleLink(s, v.May)}, {Text: s.By}, {Text: drawnFrom(s)}, {Text: words.Thousands(s.Size), Format: "numeric"}, {Text: words.Thousands(s.Done) + " of " + words.Thousands(s.Size)},
		})
	}
	return rows
}

// howSure shows what a larger sample buys.
func howSure() string {
	interval := func(k, n int) string {
		low, high := recording.Wilson(k, n)
		return percent(low) + " to " + percent(high)
	}
	return "Where 30% of 50 were recorded, the true share is likely to lie within " + interval(15, 50) + "; where 30% of 200 were, within " + interval(60, 200) + "."
}
