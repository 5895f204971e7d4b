package patternweb

import (
	"errors"
	"net/http"
	"strconv"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/web"
)

// A newReport is what the form for a report shows.
type newReport struct {
	Draft    draft
	Agencies []string // known already, to choose from
	Part     *part    // what it would be part of, once that was asked
	Wrong    fault.Invalid
	Done     string
}

// A part is what a report is part of: one that is typed, or one that is held.
type part struct {
	pattern.Screening
	Sentence string
	Alone    pattern.Pattern // the report read by itself
	Pattern  string          // the pattern's id, or empty
	Kept     bool
	Undated  bool // it was read as if reported now
	May      map[access.Action]bool
}

func (h room) showNew(w http.ResponseWriter, r *http.Request) error {
	return h.drawNew(w, r, http.StatusOK, newReport{Draft: draft{}, Done: done[web.Flashed(w, r)]})
}

// record keeps a report or, when that button was pressed, only says what it would
// be part of.
func (h room) record(w http.ResponseWriter, r *http.Request) error {
	d := draftOf(r)
	if web.Text(r, "do") == "check" {
		return h.check(w, r, d)
	}
	rec, wrong := d.record()
	if missing, ok := errors.AsType[fault.Invalid](h.held.Check(rec)); ok {
		for _, m := range missing {
			if wrong.Of(m.Field) == "" {
				wrong = append(wrong, m)
			}
		}
	}
	if wrong != nil {
		return h.drawNew(w, r, http.StatusUnprocessableEntity, newReport{Draft: d, Wrong: wrong})
	}
	key, _, err := h.held.Record(r.Context(), access.From(r.Context()), rec)
	if invalid, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawNew(w, r, http.StatusUnprocessableEntity, newReport{Draft: d, Wrong: invalid})
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "report-kept")
	if key == "" { // there is no more to tell this reader
		return web.See(w, r, "/reports/new")
	}
	return web.See(w, r, "/reports/"+key+"/part")
}

// check screens a draft and draws the form again with what was found above it.
// Nothing is kept, and nothing need be filled in.
func (h room) check(w http.ResponseWriter, r *http.Request, d draft) error {
	rec, wrong := d.record()
	p := part{Undated: rec.Reported.IsZero()}
	if p.Undated {
		rec.Reported = h.held.Now()
	}
	var err error
	if p.Screening, err = h.held.Screen(r.Context(), access.From(r.Context()), rec); err != nil {
		return err
	}
	p.Sentence, p.Alone = p.Screening.Sentence(), pattern.Alone(rec)
	if p.Whole != nil {
		p.Pattern = p.Whole.ID
	}
	if p.May, err = h.may(r); err != nil {
		return err
	}
	status := http.StatusOK
	if wrong != nil {
		status = http.StatusUnprocessableEntity
	}
	return h.drawNew(w, r, status, newReport{Draft: d, Part: &p, Wrong: wrong})
}

func (h room) drawNew(w http.ResponseWriter, r *http.Request, status int, v newReport) (err error) {
	v.Wrong = pageOrder(v.Wrong, draftFields)
	if v.Agencies, err = h.audit.Agencies(r.Context(), access.From(r.Context()), access.RecordReport); err != nil {
		return err
	}
	return web.Render(w, r, status, newPage(v))
}

// A kept report is what it is part of, with what was written down.
type kept struct {
	Part   part
	Record pattern.Part
	Done   string
}

func (h room) showPart(w http.ResponseWriter, r *http.Request) error {
	p, err := h.held.PartOf(r.Context(), access.From(r.Context()), r.PathValue("report"))
	if err != nil {
		return err
	}
	if p.Record.ReplacedBy != "" {
		return web.See(w, r, "/reports/"+p.Record.ReplacedBy+"/part")
	}
	v := kept{
		Part:   part{Screening: p.Screening, Sentence: p.Sentence(), Alone: pattern.Alone(&p.Record.Record), Pattern: p.Pattern, Kept: true},
		Record: p, Done: done[web.Flashed(w, r)],
	}
	if v.Part.May, err = h.may(r); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, partPage(v))
}

// whole is the pattern that the panel speaks of: with the reports it is part of,
// or the report by itself.
func (p *part) whole() *pattern.Pattern {
	if p.Whole != nil {
		return &p.Whole.Pattern
	}
	return &p.Alone
}

// suggests is the finding in plain words.
func (p *part) suggests() string {
	if p.Whole == nil && p.Alone.Total < 2 {
		return "By itself it is one occasion. Stalking needs two or more: ask about what happened before."
	}
	return suggestion(p.whole())
}

// open says what can be done with the pattern.
func (p *part) open() string {
	switch {
	case !p.Kept:
		return "Open what is held so far"
	case p.May[access.DecideRecording]:
		return "Open the pattern and decide"
	}
	return "Open the pattern"
}

// bits writes thousandths of a bit as bits, with the sign that says which way.
func bits(milli int32) string {
	s := strconv.FormatFloat(float64(milli)/1000, 'f', 1, 64)
	if milli >= 50 {
		return "+" + s
	}
	if milli <= -50 {
		return "−" + s[1:]
	}
	return "0"
}

func atoi(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil
}
