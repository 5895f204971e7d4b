package vaultweb

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/vault"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

// A refusing is what the list of refused tries shows.
type refusing struct {
	All   []vault.Refused
	Total int
	Page  web.Page
	Links govuk.Pagination
	Done  string
	Wrong fault.Invalid
	On    vault.Refused // what a form that was wrong is about, and Why as it was typed
}

func (h room) showRefused(w http.ResponseWriter, r *http.Request) error {
	v := refusing{}
	if web.Flashed(w, r) == "closed" {
		v.Done = "What you found out is kept, and the item is closed."
	}
	return h.drawRefused(w, r, http.StatusOK, v)
}

func (h room) drawRefused(w http.ResponseWriter, r *http.Request, status int, v refusing) (err error) {
	v.Page = web.PageOf(r)
	if v.All, v.Total, err = h.vault.Refused(r.Context(), access.From(r.Context()), v.Page.Offset(), v.Page.Limit()); err != nil {
		return err
	}
	if v.Page.HasLinks(v.Total) {
		v.Links = v.Page.Links(r, v.Total)
	}
	return web.Render(w, r, status, refusedPage(v))
}

func (h room) closeRefused(w http.ResponseWriter, r *http.Request) error {
	tries, _ := web.Number(r, "tries")
	on := vault.Refused{Account: web.Text(r, "account"), Reason: access.Reason(web.Text(r, "reason")), Tries: tries, Why: web.Text(r, "why")}
	err := h.vault.CloseRefused(r.Context(), access.From(r.Context()), on.Account, web.Text(r, "day"), on.Reason, on.Tries, on.Why)
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		on.Day, _ = time.Parse(time.DateOnly, web.Text(r, "day"))
		for i := range wrong {
			wrong[i].Field += "-" + web.Text(r, "place")
		}
		return h.drawRefused(w, r, http.StatusUnprocessableEntity, refusing{Wrong: wrong, On: on})
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "closed")
	return web.See(w, r, "/contacts/refused")
}

// is reports whether a form that was wrong is about x.
func (v *refusing) is(x *vault.Refused) bool {
	return v.On.Account == x.Account && v.On.Reason == x.Reason && v.On.Day.Equal(x.Day)
}

func (v *refusing) counted() string {
	if v.Total == 0 {
		return "No try has been refused."
	}
	return words.Count(v.Total, "item", "items")
}

var refusals = map[access.Reason]string{
	access.NoRole: "Their role does not allow it", access.Locked: "The person is not theirs to see", access.Confided: "Another agency keeps it in confidence",
	access.OtherAgency: "Another agency keeps it", access.NotFresh: "They had not proved who they are", vault.TooManyInAnHour: "They had revealed as many in an hour as one person may", vault.TooManyPeople: "They had revealed as many people’s in a day as one person may",
}

func refusalWords(r access.Reason) string {
	if text, ok := refusals[r]; ok {
		return text
	}
	return string(r)
}

func refusedRows(x *vault.Refused) []govuk.Row {
	rows := []govuk.Row{
		govuk.Fact("Who", x.Name), govuk.Fact("Tries", words.Thousands(x.Tries)+" at "+words.Count(x.Details, "detail", "different details")),
		govuk.Fact("Why it was refused", refusalWords(x.Reason)), govuk.Fact("The last try", when.MinuteOf(x.Latest)),
	}
	if !x.Closed.IsZero() {
		rows = append(rows, govuk.Fact("Closed", x.ClosedBy+", "+when.MinuteOf(x.Closed)), govuk.Fact("What they found out", x.Why))
	}
	return rows
}

func dayOf(x *vault.Refused) string { return x.Day.Format("2 January 2006") }

func place(i int) string { return strconv.Itoa(i + 1) }
