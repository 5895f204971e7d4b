// Package casefileweb is the pages of cases: lists, the page of one case with what
// must be done and what was done, and its team.
package casefileweb

import (
	"errors"
	"net/http"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/web"
)

type room struct {
	cases    *casefile.Store
	held     *pattern.Store
	people   *person.Store
	agencies func(r *http.Request) (map[string]string, error)
}

// Routes adds the pages of cases to m. agencies are the names of agencies by id.
func Routes(m *web.Mux, s *casefile.Store, held *pattern.Store, people *person.Store, agencies func(r *http.Request) (map[string]string, error)) {
	h := room{s, held, people, agencies}
	m.Handle("GET /cases", h.list)
	m.Handle("POST /cases", h.open)
	m.Handle("GET /tasks", h.tasks)
	m.Handle("GET /cases/{case}", h.show)
	m.Handle("GET /cases/{case}/timeline", h.timeline)
	m.Handle("GET /cases/{case}/links", h.links)
	m.Handle("POST /cases/{case}/notes", h.note)
	m.Handle("POST /cases/{case}/told", h.tell)
	m.Handle("POST /cases/{case}/deeds", h.do)
	m.Handle("POST /cases/{case}/relations", h.relate)
	m.Handle("POST /cases/{case}/warnings", h.answer)
	m.Handle("POST /cases/{case}/tasks", h.addTask)
	m.Handle("POST /cases/{case}/tasks/{task}/done", h.finish)
	m.Handle("POST /cases/{case}/stage", h.stage)
	m.Handle("POST /cases/{case}/apart", h.apart)
	m.Handle("POST /cases/{case}/close", h.close)
	m.Handle("POST /cases/{case}/reopen", h.reopen)
	m.Handle("GET /cases/{case}/team", h.team)
	m.Handle("POST /cases/{case}/team", h.join)
	m.Handle("POST /cases/{case}/team/search", h.team)
	m.Handle("POST /cases/{case}/team/leave", h.leave)
	m.Handle("POST /cases/{case}/suspects", h.name)
	h.disclosing(m)
	h.referring(m)
	h.joining(m)
	h.incidentRoutes(m)
	h.documentRoutes(m)
}

// done are the words for what was just done, by the key it is kept under.
var done = map[string]string{
	"opened": "This is the case", "untold": "What was told is kept", "noted": "The note is kept", "told": "It is kept that the victim was told", "did": "It is kept that this was done", "related": "It is kept what they are to each other", "answered": "It is kept why no more is needed", "task": "The task is kept", "finished": "The task is done",
	"staged": "The stage is changed", "apart": "Who may read the case is changed", "closed": "The case is closed", "reopened": "The case is open again", "team": "The team is changed", "named": "The suspect is named",
	"merged": "The two cases are one", "unmerged": "The two cases are as they were", "split": "This is the case of their own", "unsplit": "The two cases are one again", "linked": "The cases are linked", "unlinked": "This case is in no series any more",
	"referred": "It is sent. How it stands is shown below", "accepted": "The referral is accepted", "declined": "The referral is declined", "back": "The referral is taken back", "late": "Somebody answered it while you looked, and what you did was not kept",
	"changed": "Somebody changed the case while you looked, and what you did was not kept. This is how it stands now",
}

// A listing is the list of cases.
type listing struct {
	Whose    casefile.Whose
	Closed   bool
	All      []casefile.Line
	Total    int
	Links    govuk.Pagination
	Agencies map[string]string
	Waits    int            // referrals for the actor's agency to answer
	Late     int            // of them overdue
	Lost     map[string]int // cases that went with an agency that left, by agency
	Done     string
}

func (h room) list(w http.ResponseWriter, r *http.Request) (err error) {
	v := listing{Whose: casefile.Whose(web.Text(r, "whose")), Closed: web.Text(r, "closed") == "yes"}
	if v.Whose != casefile.Agency && v.Whose != casefile.All {
		v.Whose = casefile.Mine
	}
	v.Done = done[web.Flashed(w, r)]
	page := web.PageOf(r)
	if v.All, v.Total, err = h.cases.List(r.Context(), access.From(r.Context()), v.Whose, v.Closed, page.Offset(), page.Limit()); err != nil {
		return err
	}
	if v.Lost, err = h.cases.Lost(r.Context(), access.From(r.Context())); err != nil {
		return err
	}
	if v.Waits, v.Late, err = h.cases.Owed(r.Context(), access.From(r.Context())); err != nil {
		return err
	}
	if v.Agencies, err = h.agencies(r); err != nil {
		return err
	}
	if page.HasLinks(v.Total) {
		v.Links = page.Links(r, v.Total)
	}
	return web.Render(w, r, http.StatusOK, listPage(v))
}

// A doing is the list of what somebody must do.
type doing struct {
	All   []casefile.Task
	Total int
	Links govuk.Pagination
}

func (h room) tasks(w http.ResponseWriter, r *http.Request) (err error) {
	page := web.PageOf(r)
	var v doing
	if v.All, v.Total, err = h.cases.Tasks(r.Context(), access.From(r.Context()), page.Offset(), page.Limit()); err != nil {
		return err
	}
	if page.HasLinks(v.Total) {
		v.Links = page.Links(r, v.Total)
	}
	return web.Render(w, r, http.StatusOK, tasksPage(v))
}

func (h room) open(w http.ResponseWriter, r *http.Request) error {
	id, err := h.cases.Open(r.Context(), access.From(r.Context()), web.Text(r, "victim"), web.Text(r, "suspect"), web.Text(r, "why"))
	if err != nil {
		return err
	}
	web.Flash(w, r, "opened")
	return web.See(w, r, pathOf(id))
}

// A view is the page of a case, with what was typed into the form that is wrong.
type view struct {
	P        casefile.Page
	Links    govuk.Pagination
	Agencies map[string]string
	Me       string // account
	Agency   string // the actor's
	Merged   bool   // the case that was asked for was merged into this one
	Own      bool   // the actor's agency leads
	Ask      []asked
	sent
	Done string
}

// An asked is whom to ask, and what about: a party of the case, as it is called.
type asked struct{ Agency, About string }

// mostPointed is of how many suspects the page says whom else to ask.
const mostPointed = 5

// signposts are whom else to ask about the victim and the suspects of a case.
func (h room) signposts(r *http.Request, c *casefile.Case) (all []asked, err error) {
	by := access.From(r.Context())
	if !access.Offers(r.Context(), access.ReadPerson) {
		return nil, nil
	}
	var people, called []string
	if c.Victim.ID != "" {
		people, called = append(people, c.Victim.ID), append(called, c.Victim.Name)
	}
	for _, p := range c.Suspects[:min(len(c.Suspects), mostPointed)] {
		people, called = append(people, p.ID), append(called, p.Name)
	}
	if len(people) == 0 {
		return nil, nil
	}
	agencies, err := h.held.SignpostsOf(r.Context(), by, people)
	if errors.Is(err, fault.NotFound) { // one of them is being worked out anew
		return nil, nil
	}
	for i := range agencies {
		for _, a := range agencies[i] {
			all = append(all, asked{a, called[i]})
		}
	}
	return all, err
}

func (h room) show(w http.ResponseWriter, r *http.Request) error {
	return h.draw(w, r, http.StatusOK, view{Done: done[web.Flashed(w, r)]})
}

func (h room) draw(w http.ResponseWriter, r *http.Request, status int, v view) (err error) {
	page, by := web.PageOf(r), access.From(r.Context())
	if v.P, err = h.cases.One(r.Context(), by, r.PathValue("case"), page.Offset(), page.Limit()); err != nil {
		return err
	}
	if v.Agencies, err = h.agencies(r); err != nil {
		return err
	}
	if v.Ask, err = h.signposts(r, &v.P.Case); err != nil {
		return err
	}
	v.Me, v.Agency, v.Own = by.Account, by.Agency, v.P.Holder == by.Agency
	v.Merged = v.P.ID != r.PathValue("case")
	v.tell()
	if page.HasLinks(v.P.Total) {
		v.Links = page.Links(r, v.P.Total)
	}
	return web.Render(w, r, status, casePage(v))
}

// after says what was done and goes back to the case; or draws it again with what
// is wrong and what was typed; or says that somebody else changed it meanwhile.
func (h room) after(w http.ResponseWriter, r *http.Request, form, did string, err error) error {
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.draw(w, r, http.StatusUnprocessableEntity, view{sent: sentBy(r, form, wrong)})
	}
	if errors.Is(err, fault.Conflict) {
		did, err = "changed", nil
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, did)
	return web.See(w, r, pathOf(r.PathValue("case")))
}

func (h room) note(w http.ResponseWriter, r *http.Request) error {
	err := h.cases.Note(r.Context(), access.From(r.Context()), r.PathValue("case"), web.Text(r, "words"), web.Ticked(r, "shared", "yes"), casefile.Basis(web.Text(r, "basis")))
	return h.after(w, r, "note", "noted", err)
}

func (h room) tell(w http.ResponseWriter, r *http.Request) error {
	return h.after(w, r, "told", "told", h.cases.Tell(r.Context(), access.From(r.Context()), r.PathValue("case"), web.Text(r, "told")))
}

func (h room) do(w http.ResponseWriter, r *http.Request) error {
	err := h.cases.Do(r.Context(), access.From(r.Context()), r.PathValue("case"), web.Text(r, "deed"), web.Text(r, "on"), web.Text(r, "deed_words"))
	return h.after(w, r, "deed", "did", err)
}

func (h room) relate(w http.ResponseWriter, r *http.Request) error {
	err := h.cases.Relate(r.Context(), access.From(r.Context()), r.PathValue("case"), web.Text(r, "related_suspect"), web.Text(r, "is"), web.Text(r, "related_from"), web.Text(r, "related_until"), web.Text(r, "wrong") == "yes")
	return h.after(w, r, "related", "related", err)
}

func (h room) answer(w http.ResponseWriter, r *http.Request) error {
	return h.after(w, r, "answer", "answered", h.cases.Answer(r.Context(), access.From(r.Context()), r.PathValue("case"), web.Text(r, "rule"), web.Text(r, "answer_words")))
}

func (h room) addTask(w http.ResponseWriter, r *http.Request) error {
	err := h.cases.AddTask(r.Context(), access.From(r.Context()), r.PathValue("case"), web.Text(r, "what"), web.Text(r, "owner"), web.Text(r, "due"))
	return h.after(w, r, "task", "task", err)
}

func (h room) finish(w http.ResponseWriter, r *http.Request) error {
	err := h.cases.Finish(r.Context(), access.From(r.Context()), r.PathValue("case"), r.PathValue("task"), web.Text(r, "outcome"))
	return h.after(w, r, "done-"+r.PathValue("task"), "finished", err)
}

func (h room) stage(w http.ResponseWriter, r *http.Request) error {
	err := h.cases.SetStage(r.Context(), access.From(r.Context()), r.PathValue("case"), casefile.Stage(web.Text(r, "stage")), versionOf(r))
	return h.after(w, r, "stage", "staged", err)
}

func (h room) apart(w http.ResponseWriter, r *http.Request) error {
	err := h.cases.KeepApart(r.Context(), access.From(r.Context()), r.PathValue("case"), web.Text(r, "apart") == "yes", web.Text(r, "why_apart"))
	return h.after(w, r, "apart", "apart", err)
}

func (h room) close(w http.ResponseWriter, r *http.Request) error {
	err := h.cases.Close(r.Context(), access.From(r.Context()), r.PathValue("case"), web.Text(r, "why_close"), web.Ticked(r, "although", "yes"), versionOf(r))
	return h.after(w, r, "close", "closed", err)
}

func (h room) reopen(w http.ResponseWriter, r *http.Request) error {
	err := h.cases.Reopen(r.Context(), access.From(r.Context()), r.PathValue("case"), web.Text(r, "why"))
	return h.after(w, r, "reopen", "reopened", err)
}

func (h room) name(w http.ResponseWriter, r *http.Request) error {
	err := h.cases.Name(r.Context(), access.From(r.Context()), r.PathValue("case"), web.Text(r, "suspect"))
	return h.after(w, r, "suspect", "named", err)
}

// A choosing is the page of a team.
type choosing struct {
	P        casefile.Page
	Agencies map[string]string
	Search   string
	Found    []casefile.Member
	Wrong    fault.Invalid
	Done     string
}

func (h room) team(w http.ResponseWriter, r *http.Request) error {
	return h.drawTeam(w, r, http.StatusOK, choosing{Search: web.Text(r, "q"), Done: done[web.Flashed(w, r)]})
}

func (h room) drawTeam(w http.ResponseWriter, r *http.Request, status int, v choosing) (err error) {
	by, id := access.From(r.Context()), r.PathValue("case")
	if v.Found, err = h.cases.Colleagues(r.Context(), by, id, v.Search); err != nil {
		return err
	}
	if v.P, err = h.cases.One(r.Context(), by, id, 0, 1); err != nil {
		return err
	}
	if v.Agencies, err = h.agencies(r); err != nil {
		return err
	}
	return web.Render(w, r, status, teamPage(v))
}

func (h room) teamed(w http.ResponseWriter, r *http.Request, err error) error {
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawTeam(w, r, http.StatusUnprocessableEntity, choosing{Wrong: wrong})
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "team")
	return web.See(w, r, pathOf(r.PathValue("case"))+"/team")
}

func (h room) join(w http.ResponseWriter, r *http.Request) error {
	return h.teamed(w, r, h.cases.Join(r.Context(), access.From(r.Context()), r.PathValue("case"), web.Text(r, "member"), web.Ticked(r, "leads", "yes")))
}

func (h room) leave(w http.ResponseWriter, r *http.Request) error {
	return h.teamed(w, r, h.cases.Leave(r.Context(), access.From(r.Context()), r.PathValue("case"), web.Text(r, "member")))
}

func versionOf(r *http.Request) int64 {
	n, _ := web.Number(r, "version")
	return int64(n)
}

func pathOf(id string) string { return "/cases/" + id }
