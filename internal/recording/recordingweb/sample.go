package recordingweb

import (
	"net/http"
	"strings"

	"clew/internal/access"
	"clew/internal/govuk"
	"clew/internal/recording"
	"clew/internal/table"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

// A sampled page is what the page of a sample shows.
type sampled struct {
	Sample  recording.Sample
	Results recording.Results
	Chart   chart
	Entries []recording.Entry // of the page
	First   int               // place of the first of them
	Total   int               // patterns that are still patterns
	Next    *recording.Entry  // the next to read, or nil
	Page    web.Page
	Links   govuk.Pagination
	Done    string
}

func (h room) showSample(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("sample")
	v := sampled{Page: web.PageOf(r)}
	var all []recording.Entry
	var err error
	if v.Sample, all, err = h.audit.Sampled(r.Context(), access.From(r.Context()), id); err != nil {
		return err
	}
	if v.Results, err = h.audit.Results(r.Context(), access.From(r.Context()), id); err != nil {
		return err
	}
	v.Total = len(all)
	v.Page.Number = min(v.Page.Number, v.Page.Of(v.Total))
	v.First = v.Page.Offset() + 1
	v.Entries = all[v.Page.Offset():min(v.Page.Offset()+v.Page.Limit(), v.Total)]
	if v.Page.HasLinks(v.Total) {
		v.Links = v.Page.Links(r, v.Total)
	}
	for i := range all {
		if s := all[i].State; v.Next == nil && s == recording.Undecided {
			v.Next = &all[i]
		}
		if all[i].State == recording.Confirmed {
			v.Sample.Done++
		}
	}
	v.Chart = plot(&v.Results)
	if web.Flashed(w, r) == "drawn" {
		v.Done = "The sample is drawn"
	}
	return web.Render(w, r, http.StatusOK, samplePage(v))
}

// download writes a sample as a file: every row of it, and no names.
func (h room) download(w http.ResponseWriter, r *http.Request) error {
	all, err := h.audit.Drawn(r.Context(), access.From(r.Context()), r.PathValue("sample"))
	if err != nil {
		return err
	}
	out := table.NewWriter(web.Attach(w, "text/csv; charset=utf-8", "sample.csv"),
		"place", "pattern", "area", "month", "recorded_when_drawn", "finding_now", "state", "verdict", "classification")
	out.Safe = true
	for _, d := range all {
		recorded := "no"
		if d.Recorded {
			recorded = "yes"
		}
		out.Write(n(d.Place), d.Pattern, d.Area, d.Month, recorded, string(d.Finding), string(d.State), string(d.Verdict), d.Classification)
	}
	return out.Flush()
}

// headline is the figure a sample is drawn for, with what it rests on.
func (v *sampled) headline() string {
	a := v.Results.All
	if a.Stalking == 0 {
		return "Two people have not yet held any pattern of this sample to be stalking, so there is no figure to give."
	}
	return "Of " + words.Count(a.Stalking, "pattern", "patterns") + " that two people hold to be stalking, " + words.Thousands(a.Recorded) + words.One(a.Recorded, " was", " were") +
		" recorded as stalking when the sample was drawn: " + percent(a.Share) + "."
}

// sure says how sure the figure is.
func (v *sampled) sure() string {
	a := v.Results.All
	return "With this many read, the true share is likely to lie between " + percent(a.Low) + " and " + percent(a.High) + " (95% interval)."
}

// others says what became of the rest of the sample.
func (v *sampled) others() string {
	r := &v.Results
	parts := []string{words.Count(r.All.Waiting, "pattern waits", "patterns wait") + " for a decision that two people hold"}
	if r.NotStalking > 0 {
		s := words.Count(r.NotStalking, "is", "are") + " held not to be stalking"
		if r.RecordedAnyway > 0 {
			s += ", and " + words.Thousands(r.RecordedAnyway) + " of them " + words.One(r.RecordedAnyway, "was", "were") + " recorded as stalking all the same"
		}
		parts = append(parts, s)
	}
	if r.NeedEnquiry > 0 {
		parts = append(parts, words.Count(r.NeedEnquiry, "needs", "need")+" more asked first")
	}
	return strings.Join(parts, "; ") + "."
}

func (v *sampled) facts() []govuk.Row {
	return []govuk.Row{
		govuk.Fact("Drawn", when.MinuteOf(v.Sample.Drawn)+" by "+v.Sample.By), govuk.Fact("Size", words.Count(v.Sample.Size, "pattern", "patterns")),
		govuk.Fact("Drawn from", drawnFrom(&v.Sample)), govuk.Fact("Seed", v.Sample.Seed),
	}
}

// gone says how many of the sample are no longer patterns.
func (v *sampled) gone() int { return max(0, v.Sample.Size-v.Total) }

func accuracyRows(r *recording.Results) (rows [][]govuk.Cell) {
	add := func(name, classes string, a recording.Accuracy) {
		share, interval := "–", "–"
		if a.Stalking > 0 {
			share, interval = percent(a.Share), percent(a.Low)+" to "+percent(a.High)
		}
		rows = append(rows, []govuk.Cell{{Text: name, Classes: classes}, {Text: words.Thousands(a.Stalking), Format: "numeric"}, {Text: words.Thousands(a.Recorded), Format: "numeric"},
			{Text: share, Format: "numeric"}, {Text: interval}, {Text: words.Thousands(a.Waiting), Format: "numeric"}})
	}
	add("All", "", r.All)
	for _, a := range r.Areas {
		add(a.Name, "govuk-!-font-weight-regular", a)
	}
	for _, a := range r.Months {
		add(month(a.Name), "govuk-!-font-weight-regular", a)
	}
	return rows
}

func entryRows(v *sampled) (rows [][]govuk.Cell) {
	for i := range v.Entries {
		e := &v.Entries[i]
		rows = append(rows, []govuk.Cell{{Text: words.Thousands(v.First + i), Format: "numeric"}, {HTML: entryLink(e)}, {HTML: stateTag(e.State)}, {Text: e.Verdict.Words()}})
	}
	return rows
}
