package patternweb

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/law"
	"clew/internal/pattern"
	"clew/internal/recording"
	"clew/internal/report"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

// A view is what the page of a pattern shows.
type view struct {
	P         pattern.Page
	Line      timeline
	Page      web.Page
	Links     govuk.Pagination
	Decisions []recording.Decision // newest first
	Reader    string               // account
	May       map[access.Action]bool
	Typed     typed
	Meanwhile *meanwhile
	Wrong     fault.Invalid
	Done      string
}

// Typed is what somebody wrote in a form that was not kept.
type typed struct {
	Verdict, Classification, Reason string
	Answer                          string
	To                              string // the decision it answers
}

func (h room) showPattern(w http.ResponseWriter, r *http.Request) error {
	v, err := h.pattern(r, r.PathValue("pattern"))
	if parted, ok := errors.AsType[pattern.Parted](err); ok {
		return web.See(w, r, "/reports/"+parted.Report+"/part")
	}
	if err != nil {
		return err
	}
	if v.P.ID != r.PathValue("pattern") {
		return web.See(w, r, "/patterns/"+v.P.ID)
	}
	v.Done = done[web.Flashed(w, r)]
	return web.Render(w, r, http.StatusOK, patternPage(v))
}

// pattern fetches what the page of a pattern shows.
func (h room) pattern(r *http.Request, id string) (v view, err error) {
	v.Page, v.Reader = web.PageOf(r), access.From(r.Context()).Account
	if v.May, err = h.may(r); err != nil {
		return v, err
	}
	if v.P, err = h.held.Page(r.Context(), access.From(r.Context()), id, v.Page.Offset(), v.Page.Limit()); err != nil {
		return v, err
	}
	total := len(v.P.Accounts)
	if v.Page.Past(total) {
		v.Page.Number = v.Page.Of(total)
		if v.P, err = h.held.Page(r.Context(), access.From(r.Context()), id, v.Page.Offset(), v.Page.Limit()); err != nil {
			return v, err
		}
	}
	if v.Page.HasLinks(total) {
		at := *r
		at.URL = &url.URL{Path: "/patterns/" + v.P.ID}
		v.Links = v.Page.Links(&at, total)
		for _, l := range []*string{&v.Links.Previous.Href, &v.Links.Next.Href} {
			if *l != "" {
				*l += "#reports"
			}
		}
		for i := range v.Links.Items {
			v.Links.Items[i].Href += "#reports"
		}
	}
	v.Line = draw(&v.P.Pattern)
	v.Decisions, err = h.audit.About(r.Context(), access.From(r.Context()), v.P.ID)
	return v, err
}

// trail is the way back to the worklist, for those who have one.
func (v *view) trail() []govuk.Crumb {
	if !v.May[access.ReadWorklist] {
		return nil
	}
	return []govuk.Crumb{{Text: "Worklist", Href: "/worklist"}}
}

// standing is the newest decision that nobody has taken back, or nil.
func (v *view) standing() *recording.Decision {
	for i := range v.Decisions {
		if v.Decisions[i].Standing() != recording.Undecided {
			return &v.Decisions[i]
		}
	}
	return nil
}

// state is where the audit of the pattern stands.
func (v *view) state() recording.State {
	if d := v.standing(); d != nil {
		return d.Standing()
	}
	return recording.Undecided
}

// grown is how many reports came after the decision that stands.
func (v *view) grown() int {
	if d := v.standing(); d != nil {
		return max(0, len(v.P.Accounts)-d.Reports)
	}
	return 0
}

// A step is what to do next about a pattern, and where on the page.
type step struct{ Title, Words, Href, Link string }

func (v *view) next() step {
	d := v.standing()
	switch {
	case d == nil && !v.May[access.DecideRecording]:
		return step{"Next: read why", "Nobody has decided yet how this should be recorded. The reports below are all that is held.", "#reports", "Go to the reports"}
	case d == nil:
		return step{"Next: decide how this should be recorded", "Read why, look at the reports, and say what you decide. A second person confirms it.", "#decide", "Go to the decision"}
	case !v.May[access.AnswerRecording] && d.Standing() != recording.Confirmed:
		return step{"Waiting for others", d.By + " decided: " + lower(d.Verdict.Words()) + ". " + d.Standing().Words() + ".", "#decisions", "See the decision"}
	case v.May[access.AnswerRecording] && v.grown() > 0:
		return step{"Next: look again", "Since " + d.By + " decided, " + words.Count(v.grown(), "report has", "reports have") + " come in. If that changes anything, take the decision back and decide again.", "#decisions", "Go to the decision"}
	case d.Standing() == recording.Disputed:
		return step{"Next: settle the disagreement", "Two people read this differently. Talk it through; then take the decision back and decide again, or leave both on record.", "#decisions", "Read what each says"}
	case d.Standing() == recording.Decided && d.Account == v.Reader:
		return step{"Next: somebody else confirms", "You decided: " + lower(d.Verdict.Words()) + ". A second person must confirm or disagree.", "#decisions", "See the decision"}
	case d.Standing() == recording.Decided:
		return step{"Next: confirm or disagree", d.By + " decided: " + lower(d.Verdict.Words()) + ". A second person must say whether that is right.", "#decisions", "Answer as the second person"}
	case d.Verdict == recording.Stalking:
		return step{"Next: have the records put right", "Two people hold that this is stalking. Tell " + joined(v.P.Agencies, 4) + ", so that it is recorded as " + or(d.Classification, "stalking") + ".", "#decisions", "See the decision"}
	case d.Verdict == recording.NeedsEnquiry:
		return step{"Next: ask what nobody has asked", "Two people hold that more must be known first. What is missing is listed on this page.", "#missing", "See what is missing"}
	}
	return step{"Decided and confirmed", d.Verdict.Words() + ". Nothing more is to be done here unless another report comes in.", "#decisions", "See the decision"}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// missing are the elements that too few occasions speak to.
func missing(p *pattern.Pattern) (all []pattern.Element) {
	for _, e := range p.Elements {
		if !e.Shown() {
			all = append(all, e)
		}
	}
	return all
}

// A metBy is an occasion that speaks to an element, and where it is on the page.
type metBy struct{ Day, Href string }

const mostMet = 6

// met are the first occasions that speak to an element, and how many more do.
func (v *view) met(e pattern.Element) (all []metBy, more int) {
	for _, o := range e.Met[:min(mostMet, len(e.Met))] {
		all = append(all, metBy{when.DayOf(v.P.Occasions[o].From), v.occasion(o)})
	}
	return all, len(e.Met) - len(all)
}

// occasion is the address of an occasion in the list of reports.
func (v *view) occasion(o int) string {
	at := v.P.Occasions[o].Accounts[0]/v.Page.Size + 1
	if at == v.Page.Number {
		return "#o" + n(o+1)
	}
	return fmt.Sprintf("/patterns/%s?page=%d#o%d", v.P.ID, at, o+1)
}

// listed says which reports the list shows.
func (v *view) listed() string {
	total, first := len(v.P.Accounts), v.Page.Offset()+1
	if !v.Page.HasLinks(total) {
		return words.Count(total, "report", "reports") + ", in order of when things happened"
	}
	return fmt.Sprintf("Reports %s to %s of %s, in order of when things happened", words.Thousands(first), words.Thousands(first+len(v.P.Told)-1), words.Thousands(total))
}

// happened is when a report says it happened, as precisely as it says.
func happened(t *pattern.Told) string {
	switch from, to := t.Record.From, t.Record.To; {
	case !from.Known():
		return when.DayOf(t.Reported)
	case to.Known() && to.From.After(from.From) && to.Words() != from.Words():
		return from.Words() + " to " + to.Words()
	default:
		return from.Words()
	}
}

// excerpt is the beginning of a narrative, cut between words.
func excerpt(text string) string {
	const most = 220
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	cut := string(runes[:most])
	if i := strings.LastIndexByte(cut, ' '); i > most/2 {
		cut = cut[:i]
	}
	return cut + "…"
}

// says is what Clew reads a report to say.
func says(a *pattern.Account) string { return strings.Join(pattern.Saying(a), ", ") }

// used names a classification, and leads to everything it was used for.
func used(c pattern.Classification) (words, href string) {
	words = strings.TrimSpace(strings.TrimSpace(c.Title) + " " + c.Code)
	if words == "" {
		words = "Nothing said"
		if c.Family == law.NoCrime {
			words = "No crime"
		}
	}
	return words, "/audit/classifications/" + report.Classification(c.Code, c.Title)
}

// mostUsed is how many classifications a page lists.
const mostUsed = 20
