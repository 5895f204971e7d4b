package casefileweb

import (
	"errors"
	"fmt"
	"net/http"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

func (h room) referring(m *web.Mux) {
	m.Handle("GET /cases/{case}/referrals", h.showRefer)
	m.Handle("POST /cases/{case}/referrals", h.refer)
	m.Handle("GET /referrals", h.referrals)
	m.Handle("GET /referrals/{referral}", h.showReferral)
	m.Handle("POST /referrals/{referral}/accept", h.accept)
	m.Handle("POST /referrals/{referral}/decline", h.decline)
	m.Handle("POST /referrals/{referral}/back", h.takeBack)
}

// A putting is the page where a case is put to another agency.
type putting struct {
	Case            string
	Reached, Beyond []string // agencies
	Agencies        map[string]string
	Own             bool // the actor's agency leads
	S               casefile.Sending
	Wrong           fault.Invalid
}

func (h room) showRefer(w http.ResponseWriter, r *http.Request) error {
	return h.drawRefer(w, r, http.StatusOK, putting{})
}

func (h room) drawRefer(w http.ResponseWriter, r *http.Request, status int, v putting) (err error) {
	by, id := access.From(r.Context()), r.PathValue("case")
	if v.Reached, v.Beyond, err = h.cases.Others(r.Context(), by, id); err != nil {
		return err
	}
	p, err := h.cases.One(r.Context(), by, id, 0, 1)
	if err != nil {
		return err
	}
	v.Case, v.Own = p.ID, p.Holder == by.Agency
	if v.Agencies, err = h.agencies(r); err != nil {
		return err
	}
	return web.Render(w, r, status, referPage(v))
}

func (h room) refer(w http.ResponseWriter, r *http.Request) error {
	s := casefile.Sending{Wish: casefile.Wish(web.Text(r, "wish")), To: web.Text(r, "to"), Basis: casefile.Basis(web.Text(r, "basis")), Why: web.Text(r, "why"), Safety: web.Text(r, "safety")}
	err := h.cases.Refer(r.Context(), access.From(r.Context()), r.PathValue("case"), s)
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawRefer(w, r, http.StatusUnprocessableEntity, putting{S: s, Wrong: wrong})
	}
	return h.after(w, r, "", "referred", err)
}

// A boxful is one's agency's referrals, in or out.
type boxful struct {
	Box      casefile.Box
	All      []casefile.Referral
	Total    int
	Links    govuk.Pagination
	Agencies map[string]string
}

func (h room) referrals(w http.ResponseWriter, r *http.Request) (err error) {
	v := boxful{Box: casefile.Box(web.Text(r, "box"))}
	if v.Box != casefile.Out {
		v.Box = casefile.In
	}
	page := web.PageOf(r)
	if v.All, v.Total, err = h.cases.Referrals(r.Context(), access.From(r.Context()), v.Box, page.Offset(), page.Limit()); err != nil {
		return err
	}
	if v.Agencies, err = h.agencies(r); err != nil {
		return err
	}
	if page.HasLinks(v.Total) {
		v.Links = page.Links(r, v.Total)
	}
	return web.Render(w, r, http.StatusOK, referralsPage(v))
}

// An answering is the page of a referral.
type answering struct {
	R        casefile.Referral
	Agencies map[string]string
	Sent     bool // by the actor's agency
	Form     string
	Words    string
	Wrong    fault.Invalid
	Done     string
}

func (h room) showReferral(w http.ResponseWriter, r *http.Request) error {
	return h.drawReferral(w, r, http.StatusOK, answering{Done: done[web.Flashed(w, r)]})
}

func (h room) drawReferral(w http.ResponseWriter, r *http.Request, status int, v answering) (err error) {
	by := access.From(r.Context())
	if v.R, err = h.cases.Referral(r.Context(), by, r.PathValue("referral")); err != nil {
		return err
	}
	if v.Agencies, err = h.agencies(r); err != nil {
		return err
	}
	v.Sent = v.R.From == by.Agency
	return web.Render(w, r, status, referralPage(v))
}

// answered says what was done and shows the referral again, or what is wrong.
func (h room) answered(w http.ResponseWriter, r *http.Request, form string, err error) error {
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawReferral(w, r, http.StatusUnprocessableEntity, answering{Form: form, Words: web.Text(r, "words"), Wrong: wrong})
	}
	if errors.Is(err, fault.Conflict) {
		form, err = "late", nil
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, form)
	return web.See(w, r, "/referrals/"+r.PathValue("referral"))
}

func (h room) accept(w http.ResponseWriter, r *http.Request) error {
	return h.answered(w, r, "accepted", h.cases.Accept(r.Context(), access.From(r.Context()), r.PathValue("referral"), web.Text(r, "words")))
}

func (h room) decline(w http.ResponseWriter, r *http.Request) error {
	return h.answered(w, r, "declined", h.cases.Decline(r.Context(), access.From(r.Context()), r.PathValue("referral"), web.Text(r, "words")))
}

func (h room) takeBack(w http.ResponseWriter, r *http.Request) error {
	return h.answered(w, r, "back", h.cases.TakeBack(r.Context(), access.From(r.Context()), r.PathValue("referral"), web.Text(r, "words")))
}

func nameOf(agencies map[string]string, id string) string {
	if name := agencies[id]; name != "" {
		return name
	}
	return id
}

// wishWords are what a referral asks for.
func wishWords(w casefile.Wish) string {
	if w == casefile.ToLead {
		return "Take over the lead"
	}
	return "Join the case"
}

// standingOf is how a referral stands, as a tag says it, and since or until when.
func standingOf(r *casefile.Referral) (tag govuk.Tag, on string) {
	on = when.DayOf(r.Answered)
	switch {
	case r.Answer == casefile.Accepted:
		return govuk.Tag{Text: "Accepted", Classes: "govuk-tag--green"}, on
	case r.Answer == casefile.Declined:
		return govuk.Tag{Text: "Declined", Classes: "govuk-tag--red"}, on
	case r.Answer == casefile.TakenBack:
		return govuk.Tag{Text: "Taken back", Classes: "govuk-tag--grey"}, on
	case r.Answer == casefile.Returned:
		return govuk.Tag{Text: "Returned", Classes: "govuk-tag--red"}, on
	case r.Barred:
		return govuk.Tag{Text: "Not seen", Classes: "govuk-tag--red"}, "They cannot see it"
	case r.Overdue:
		return govuk.Tag{Text: "Overdue", Classes: "govuk-tag--orange"}, "No answer by " + when.DayOf(r.Due)
	}
	return govuk.Tag{Text: "Waiting", Classes: "govuk-tag--blue"}, "Answer by " + when.DayOf(r.Due)
}

// late is the referral of the actor's agency that has waited longest past its day, or nil.
func (v *view) late() (last *casefile.Referral) {
	for i := range v.P.Referrals { // the last sent first
		if r := &v.P.Referrals[i]; r.Overdue && r.From == v.Agency {
			last = r
		}
	}
	return last
}

func owedWords(v *listing) string {
	text := words.Count(v.Waits, "referral waits", "referrals wait") + " for your agency’s answer"
	if v.Late > 0 {
		text += fmt.Sprintf(", %d overdue", v.Late)
	}
	return text + "."
}

// returned says why Clew gave a referral back.
func returned(code string) string {
	switch code {
	case casefile.HasParted:
		return "An agency left the partnership before there was an answer."
	case casefile.NowApart:
		return "The case is kept apart for its team, and nobody of that agency is on it."
	}
	return ""
}

// stands are the words below the tag: what the sender does now.
func stands(r *casefile.Referral, agencies map[string]string) string {
	to := nameOf(agencies, r.To)
	switch {
	case r.Answer == casefile.Accepted && r.Wish == casefile.ToLead:
		return r.AnsweredBy + " leads the case for " + to + " now."
	case r.Answer == casefile.Accepted:
		return r.AnsweredBy + " is the contact at " + to + "."
	case r.Answer == casefile.Declined:
		return r.AnsweredBy + " declined it for " + to + ". The case is as it was."
	case r.Answer == casefile.TakenBack:
		return r.AnsweredBy + " took it back. The case is as it was."
	case r.Answer == casefile.Returned:
		return returned(r.Code) + " The case is as it was: decide who else is to be asked."
	case r.Barred:
		return "No agreement in force lets " + to + " read it any more. Ask them by another way, or take it back."
	case r.Wish == casefile.ToLead:
		return nameOf(agencies, r.From) + " leads the case until it is accepted."
	}
	return ""
}

func wishes(own bool) []govuk.Radio {
	all := []govuk.Radio{{Value: string(casefile.ToJoin), Text: "Join the case", Hint: govuk.Hint{Text: "They work on it beside the agency that leads it"}}}
	if own {
		all = append(all, govuk.Radio{Value: string(casefile.ToLead), Text: "Take over the lead", Hint: govuk.Hint{Text: "Your agency leads it until they accept, and stays on the team after"}})
	}
	return all
}

func (v *putting) agencies() []govuk.Option {
	all := []govuk.Option{{Text: "Choose"}}
	for _, a := range v.Reached {
		all = append(all, govuk.Option{Value: a, Text: nameOf(v.Agencies, a)})
	}
	return all
}

func (v *putting) beyond() string {
	var all []string
	for _, a := range v.Beyond {
		all = append(all, nameOf(v.Agencies, a))
	}
	return words.List(all)
}

func (v *boxful) tabs() govuk.SubNavigation {
	t := (&listing{}).tabs()
	t.Items[4].Active = true
	return t
}

// side is the column of the other agency: its head, and which it is of a referral.
func (v *boxful) side() string {
	if v.Box == casefile.Out {
		return "To"
	}
	return "From"
}

func (v *boxful) other(r *casefile.Referral) string {
	if v.Box == casefile.Out {
		return nameOf(v.Agencies, r.To)
	}
	return nameOf(v.Agencies, r.From)
}

func (v *boxful) count() string {
	if v.Box == casefile.Out {
		return words.Count(v.Total, "referral", "referrals") + " from your agency, what waits for an answer first."
	}
	return words.Count(v.Total, "referral", "referrals") + " to your agency, what waits for an answer first."
}

func (v *boxful) empty() string {
	if v.Box == casefile.Out {
		return "Your agency has referred no case to another. Do it from the page of a case."
	}
	return "No agency has referred a case to yours."
}

// involvedWords are how an agency has to do with a case.
func involvedWords(x *casefile.Involved) string {
	text := "since " + when.DayOf(x.Since)
	if x.Contact.Account == "" {
		return text + "; nobody of theirs is on the team"
	}
	return text + "; contact " + orSomebody(x.Contact.Name)
}
