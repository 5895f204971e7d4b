// Package patternweb shows patterns: the worklist, the page of one pattern, and
// what a new report is part of. It also draws report.html of a sweep.
//
// A pattern's page must tell within ten seconds who reports whom, what the records
// suggest, why, and what nobody has asked yet; everything below that is the facts
// behind it. No address and no title holds a name: a filter by name is sent in the
// body of a form, and its answer has no address of its own.
package patternweb

import (
	"net/http"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/recording"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

type room struct {
	guard *access.Guard
	held  *pattern.Store
	audit *recording.Store
}

// Routes adds the pages of patterns to m.
func Routes(m *web.Mux, guard *access.Guard, held *pattern.Store, audit *recording.Store) {
	h := room{guard, held, audit}
	m.Handle("GET /worklist", h.showWorklist)
	m.Handle("POST /worklist", h.filterWorklist)
	m.Handle("POST /worklist/views", h.saveView)
	m.Handle("POST /worklist/views/{view}/remove", h.forgetView)
	m.Handle("GET /patterns/{pattern}", h.showPattern)
	m.Handle("POST /patterns/{pattern}/decisions", h.decide)
	m.Handle("POST /decisions/{decision}/answers", h.answer)
	m.Handle("GET /reports/new", h.showNew)
	m.Handle("POST /reports", h.record)
	m.Handle("GET /reports/{report}/part", h.showPart)
}

// may says which of the things these pages offer the reader may do.
func (h room) may(r *http.Request) (map[access.Action]bool, error) {
	return h.guard.May(r.Context(), access.From(r.Context()), access.RecordReport, access.ImportReports, access.ReadPerson, access.ReadWorklist, access.SaveView,
		access.ReadPattern, access.DecideRecording, access.AnswerRecording, access.ReadClassifications)
}

// done are the words for what was just done, by the key it is kept under.
var done = map[string]string{
	"view-saved": "The view is saved", "view-removed": "The view is removed",
	"decided": "Your decision is kept. A second person must now confirm it.", "answered": "Your answer is kept",
	"undone": "The decision is taken back. It stays on this page as part of the record.", "report-kept": "The report is saved",
}

// findingTag is a finding as a tag. The word says all; the colour helps to scan.
func findingTag(f pattern.Finding) govuk.Tag {
	return govuk.Tag{Text: f.Words(), Classes: "clew-tag " + map[pattern.Finding]string{
		pattern.NotRecorded: "govuk-tag--orange", pattern.Recorded: "govuk-tag--turquoise", pattern.Conduct: "govuk-tag--grey", pattern.Single: "govuk-tag--grey",
	}[f]}
}

// stateTag is the state of an audit as a tag.
func stateTag(s recording.State) govuk.Tag {
	return govuk.Tag{Text: s.Words(), Classes: "clew-tag " + map[recording.State]string{
		recording.Undecided: "govuk-tag--blue", recording.Decided: "govuk-tag--yellow", recording.Confirmed: "govuk-tag--green", recording.Disputed: "govuk-tag--red",
	}[s]}
}

// between is two days, with what they share said once: "3 to 20 March 2026".
func between(first, last time.Time) string {
	a, b := first.In(when.London), last.In(when.London)
	switch {
	case a.Format(time.DateOnly) == b.Format(time.DateOnly):
		return b.Format("2 January 2006")
	case a.Year() != b.Year():
		return a.Format("2 January 2006") + " to " + b.Format("2 January 2006")
	case a.Month() != b.Month():
		return a.Format("2 January") + " to " + b.Format("2 January 2006")
	}
	return a.Format("2") + " to " + b.Format("2 January 2006")
}

// joined is a list in words: "a, b and c". At most most are named.
func joined(all []string, most int) string {
	if len(all) > most {
		all = append(append([]string(nil), all[:most-1]...), words.Thousands(len(all)-most+1)+" more")
	}
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:len(all)-1], ", ") + " and " + all[len(all)-1]
}

// facts are the few figures of a pattern in one line.
func lineFacts(l *pattern.Line) string {
	parts := []string{words.Count(l.Occasions, "occasion", "occasions"), words.Count(l.Reports, "report", "reports"), words.Count(l.Agencies, "agency", "agencies"), between(l.Began, l.Latest)}
	if l.Relationship != pattern.Unsaid {
		parts = append(parts, l.Relationship.Words())
	}
	return strings.Join(parts, " · ")
}

// pageOrder sorts messages as their fields stand on a page.
func pageOrder(all fault.Invalid, fields []string) (sorted fault.Invalid) {
	for _, f := range append(fields, "") {
		for _, m := range all {
			if m.Field == f || f == "" && !contains(fields, m.Field) {
				sorted = append(sorted, m)
			}
		}
	}
	return sorted
}

func contains(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

func lower(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
