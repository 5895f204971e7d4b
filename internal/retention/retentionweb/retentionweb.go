// Package retentionweb is where a records manager sees what is due for disposal, sets
// legal holds and schedules, proposes, checks, and prints certificates.
//
// No page of it shows a name: whether a report may go is a matter of what it is, and
// of holds. Whoever must read one opens its own page.
package retentionweb

import (
	"context"
	"errors"
	"net/http"
	"time"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/report"
	"clew/internal/retention"
	"clew/internal/web"
	"clew/internal/when"
)

type room struct{ keep *retention.Store }

// Routes adds the pages.
func Routes(m *web.Mux, keep *retention.Store) {
	h := room{keep}
	m.Handle("GET /retention", h.showDue)
	m.Handle("GET /retention/held", h.showKept)
	m.Handle("GET /retention/holds", h.showHolds)
	m.Handle("GET /retention/holds/{hold}/lift", h.showLift)
	m.Handle("POST /retention/holds/{hold}/lift", h.lift)
	m.Handle("GET /retention/reports/{report}", h.showReport)
	m.Handle("POST /retention/reports/{report}/hold", h.holdReport)
	m.Handle("GET /retention/people/{person}", h.showPerson)
	m.Handle("POST /retention/people/{person}/hold", h.holdPerson)
	m.Handle("POST /retention/people/{person}/erasure", h.proposePerson)
	m.Handle("GET /retention/schedules", h.showSchedules)
	m.Handle("POST /retention/schedules", h.setSchedule)
	m.Handle("GET /retention/disposals", h.showDisposals)
	m.Handle("POST /retention/disposals", h.propose)
	m.Handle("GET /retention/disposals/{disposal}", h.showDisposal)
	m.Handle("POST /retention/disposals/{disposal}/answer", h.check)
	m.Handle("GET /retention/disposals/{disposal}/certificate", h.showCertificate)
}

var done = map[string]string{
	"held": "The legal hold is set", "lifted": "The legal hold is lifted", "scheduled": "The schedule is kept. It counts from its day on",
	"proposed": "The disposal is proposed. A second person must check it", "approved": "You agreed. The reports are being erased", "refused": "You refused. Nothing is erased",
}

// redraw draws a page again with what was wrong, or returns the error.
func redraw(err error, draw func(fault.Invalid) error) error {
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return draw(wrong)
	}
	return err
}

func (h room) showDue(w http.ResponseWriter, r *http.Request) error {
	return h.drawDue(w, r, http.StatusOK, due{Part: retention.Due})
}

func (h room) showKept(w http.ResponseWriter, r *http.Request) error {
	return h.drawDue(w, r, http.StatusOK, due{Part: retention.Kept})
}

func (h room) drawDue(w http.ResponseWriter, r *http.Request, status int, v due) (err error) {
	page := web.PageOf(r)
	if v.Items, v.Total, err = h.keep.DueNow(r.Context(), access.From(r.Context()), v.Part, page.Offset(), page.Limit()); err != nil {
		return err
	}
	if page.HasLinks(v.Total) {
		v.Links = page.Links(r, v.Total)
	}
	v.Done = done[web.Flashed(w, r)]
	return web.Render(w, r, status, duePage(v))
}

func (h room) propose(w http.ResponseWriter, r *http.Request) error {
	v := due{Part: retention.Due, Chosen: web.Texts(r, "report"), Reason: web.Text(r, "reason")}
	id, err := h.keep.ProposeDue(r.Context(), access.From(r.Context()), v.Chosen, v.Reason)
	if err != nil {
		return redraw(err, func(wrong fault.Invalid) error {
			v.Wrong = wrong
			return h.drawDue(w, r, http.StatusUnprocessableEntity, v)
		})
	}
	web.Flash(w, r, "proposed")
	return web.See(w, r, "/retention/disposals/"+id)
}

func (h room) showHolds(w http.ResponseWriter, r *http.Request) (err error) {
	page := web.PageOf(r)
	v := holds{Done: done[web.Flashed(w, r)]}
	if v.All, v.Total, err = h.keep.Holds(r.Context(), access.From(r.Context()), page.Offset(), page.Limit()); err != nil {
		return err
	}
	if page.HasLinks(v.Total) {
		v.Links = page.Links(r, v.Total)
	}
	return web.Render(w, r, http.StatusOK, holdsPage(v))
}

func (h room) showLift(w http.ResponseWriter, r *http.Request) error {
	return h.drawLift(w, r, http.StatusOK, nil)
}

func (h room) drawLift(w http.ResponseWriter, r *http.Request, status int, wrong fault.Invalid) error {
	hold, err := h.keep.Hold(r.Context(), access.From(r.Context()), r.PathValue("hold"))
	if err != nil {
		return err
	}
	return web.Render(w, r, status, liftPage(hold, wrong))
}

func (h room) lift(w http.ResponseWriter, r *http.Request) error {
	if err := h.keep.Lift(r.Context(), access.From(r.Context()), r.PathValue("hold"), web.Text(r, "why")); err != nil {
		return redraw(err, func(wrong fault.Invalid) error { return h.drawLift(w, r, http.StatusUnprocessableEntity, wrong) })
	}
	web.Flash(w, r, "lifted")
	return web.See(w, r, "/retention/holds")
}

// dayOf reads a day somebody typed; the zero time is none.
func dayOf(s string) time.Time {
	m, err := when.Parse(s)
	if err != nil || m.Precision != when.Day {
		return time.Time{}
	}
	return m.From
}

func (h room) showReport(w http.ResponseWriter, r *http.Request) error {
	return h.drawReport(w, r, http.StatusOK, holding{})
}

func (h room) drawReport(w http.ResponseWriter, r *http.Request, status int, v holding) (err error) {
	if v.Item, v.Parties, v.Held, err = h.keep.Report(r.Context(), access.From(r.Context()), r.PathValue("report")); err != nil {
		return err
	}
	return web.Render(w, r, status, reportPage(v))
}

func (h room) holdReport(w http.ResponseWriter, r *http.Request) error {
	return h.hold(w, r, h.keep.HoldReport, r.PathValue("report"), h.drawReport)
}

func (h room) showPerson(w http.ResponseWriter, r *http.Request) error {
	return h.drawPerson(w, r, http.StatusOK, holding{})
}

func (h room) drawPerson(w http.ResponseWriter, r *http.Request, status int, v holding) (err error) {
	v.Person = r.PathValue("person")
	if v.About, err = h.keep.Person(r.Context(), access.From(r.Context()), v.Person); err != nil {
		return err
	}
	return web.Render(w, r, status, personPage(v))
}

func (h room) holdPerson(w http.ResponseWriter, r *http.Request) error {
	return h.hold(w, r, h.keep.HoldPerson, r.PathValue("person"), h.drawPerson)
}

func (h room) hold(w http.ResponseWriter, r *http.Request, set func(context.Context, access.Actor, string, string, time.Time) (string, error), on string, draw func(http.ResponseWriter, *http.Request, int, holding) error) error {
	v := holding{Reason: web.Text(r, "reason"), Review: web.Text(r, "review")}
	if _, err := set(r.Context(), access.From(r.Context()), on, v.Reason, dayOf(v.Review)); err != nil {
		return redraw(err, func(wrong fault.Invalid) error {
			v.Wrong = wrong
			return draw(w, r, http.StatusUnprocessableEntity, v)
		})
	}
	web.Flash(w, r, "held")
	return web.See(w, r, "/retention/holds")
}

func (h room) proposePerson(w http.ResponseWriter, r *http.Request) error {
	v := holding{Asked: web.Text(r, "asked")}
	id, err := h.keep.ProposePerson(r.Context(), access.From(r.Context()), r.PathValue("person"), v.Asked)
	if err != nil {
		return redraw(err, func(wrong fault.Invalid) error {
			for _, m := range wrong {
				v.Wrong = append(v.Wrong, fault.Message{Field: "asked", Text: m.Text})
			}
			return h.drawPerson(w, r, http.StatusUnprocessableEntity, v)
		})
	}
	web.Flash(w, r, "proposed")
	return web.See(w, r, "/retention/disposals/"+id)
}

func (h room) showSchedules(w http.ResponseWriter, r *http.Request) error {
	return h.drawSchedules(w, r, http.StatusOK, schedules{})
}

func (h room) drawSchedules(w http.ResponseWriter, r *http.Request, status int, v schedules) (err error) {
	if v.All, err = h.keep.Schedules(r.Context(), access.From(r.Context())); err != nil {
		return err
	}
	v.Own, v.Done = access.From(r.Context()).Agency, done[web.Flashed(w, r)]
	return web.Render(w, r, status, schedulesPage(v))
}

func (h room) setSchedule(w http.ResponseWriter, r *http.Request) error {
	v := schedules{Kind: web.Text(r, "kind"), Class: web.Text(r, "class"), Years: web.Text(r, "years"), Since: web.Text(r, "since"), Source: web.Text(r, "source")}
	years, ok := web.Number(r, "years")
	if !ok {
		years = -1
	}
	err := h.keep.SetSchedule(r.Context(), access.From(r.Context()), report.Kind(v.Kind), retention.Class(v.Class), years, dayOf(v.Since), v.Source)
	if err != nil {
		return redraw(err, func(wrong fault.Invalid) error {
			v.Wrong = wrong
			return h.drawSchedules(w, r, http.StatusUnprocessableEntity, v)
		})
	}
	web.Flash(w, r, "scheduled")
	return web.See(w, r, "/retention/schedules")
}

func (h room) showDisposals(w http.ResponseWriter, r *http.Request) (err error) {
	page := web.PageOf(r)
	v := disposals{}
	if v.All, v.Total, err = h.keep.Disposals(r.Context(), access.From(r.Context()), page.Offset(), page.Limit()); err != nil {
		return err
	}
	if page.HasLinks(v.Total) {
		v.Links = page.Links(r, v.Total)
	}
	return web.Render(w, r, http.StatusOK, disposalsPage(v))
}

func (h room) showDisposal(w http.ResponseWriter, r *http.Request) error {
	return h.drawDisposal(w, r, http.StatusOK, disposal{})
}

func (h room) drawDisposal(w http.ResponseWriter, r *http.Request, status int, v disposal) (err error) {
	page, by := web.PageOf(r), access.From(r.Context())
	if v.One, v.Items, err = h.keep.One(r.Context(), by, r.PathValue("disposal"), page.Offset(), page.Limit()); err != nil {
		return err
	}
	if page.HasLinks(v.One.Reports) {
		v.Links = page.Links(r, v.One.Reports)
	}
	v.Own, v.Done = v.One.Account == by.Account, done[web.Flashed(w, r)]
	return web.Render(w, r, status, disposalPage(v))
}

func (h room) check(w http.ResponseWriter, r *http.Request) error {
	v := disposal{Answer: web.Text(r, "answer"), Reason: web.Text(r, "reason")}
	draw := func(wrong fault.Invalid) error {
		v.Wrong = wrong
		return h.drawDisposal(w, r, http.StatusUnprocessableEntity, v)
	}
	if v.Answer != "yes" && v.Answer != "no" {
		return draw(fault.Invalid{{Field: "answer", Text: "Select whether these reports may be erased"}})
	}
	id := r.PathValue("disposal")
	if err := h.keep.Check(r.Context(), access.From(r.Context()), id, v.Answer == "yes", v.Reason); err != nil {
		return redraw(err, draw)
	}
	web.Flash(w, r, map[string]string{"yes": "approved", "no": "refused"}[v.Answer])
	return web.See(w, r, "/retention/disposals/"+id)
}

func (h room) showCertificate(w http.ResponseWriter, r *http.Request) error {
	c, err := h.keep.Certificate(r.Context(), access.From(r.Context()), r.PathValue("disposal"))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, certificatePage(c))
}
