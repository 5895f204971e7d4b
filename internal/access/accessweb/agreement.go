package accessweb

import (
	"cmp"
	"net/http"
	"time"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

var agreementDone = map[string]string{"agreed": "The agreement is kept.", "withdrawn": "The agreement is withdrawn. Nothing crosses by it any more."}

func (p Pages) agencies(r *http.Request) ([]Choice, map[string]string, error) {
	all, err := p.Agencies(r.Context(), access.From(r.Context()))
	names := make(map[string]string, len(all))
	for _, a := range all {
		names[a.ID] = a.Name
	}
	return all, names, err
}

func (p Pages) showAgreements(w http.ResponseWriter, r *http.Request) error {
	all, err := p.Guard.Agreements(r.Context(), access.From(r.Context()))
	if err != nil {
		return err
	}
	_, names, err := p.agencies(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, agreementsPage(agreementRows(all, names, p.Guard.DB().Now()), agreementDone[web.Flashed(w, r)]))
}

func agreementRows(all []access.Agreement, names map[string]string, now time.Time) (rows [][]govuk.Cell) {
	for i := range all {
		a := &all[i]
		rows = append(rows, []govuk.Cell{
			{HTML: link("/agreements/"+a.ID, a.Title)}, {HTML: standing(a.Stands(now))}, {Text: parties(a, names)}, {Text: when.DayOf(a.Since)}, {Text: lastDay(a.Until)},
		})
	}
	return rows
}

// lastDay is the day before the end: an agreement ends as that day begins.
func lastDay(end time.Time) string { return when.DayOf(end.In(when.London).AddDate(0, 0, -1)) }

func parties(a *access.Agreement, names map[string]string) string {
	all := make([]string, len(a.Parties))
	for i, id := range a.Parties {
		all[i] = cmp.Or(names[id], id)
	}
	return words.List(all)
}

func standing(s string) govuk.Tag {
	return govuk.Tag{Text: s, Classes: "clew-tag " + map[string]string{
		"In force": "govuk-tag--green", "In force, review overdue": "govuk-tag--orange", "Not yet in force": "govuk-tag--blue", "Withdrawn": "govuk-tag--grey", "Ended": "govuk-tag--grey",
	}[s]}
}

// An agreeing is the form for an agreement, as it was sent.
type agreeing struct {
	Agencies             []Choice
	Title, Basis, Level  string
	Parties              []string
	Since, Review, Until date
	Wrong                fault.Invalid
}

func (v *agreeing) boxes() (all []govuk.Checkbox) {
	for _, a := range v.Agencies {
		all = append(all, govuk.Checkbox{Value: a.ID, Text: a.Name, Hint: govuk.Hint{Text: a.About}})
	}
	return all
}

func (p Pages) showAgree(w http.ResponseWriter, r *http.Request) error {
	return p.drawAgree(w, r, http.StatusOK, agreeing{})
}

func (p Pages) drawAgree(w http.ResponseWriter, r *http.Request, status int, v agreeing) (err error) {
	// Nobody fills in a form that they may not send.
	if _, err := p.Guard.Agreements(r.Context(), access.From(r.Context())); err != nil {
		return err
	}
	if v.Agencies, _, err = p.agencies(r); err != nil {
		return err
	}
	return web.Render(w, r, status, agreePage(v))
}

func (p Pages) agree(w http.ResponseWriter, r *http.Request) error {
	v := agreeing{Title: web.Text(r, "title"), Basis: web.Text(r, "basis"), Level: web.Text(r, "level"), Parties: web.Texts(r, "parties"), Since: dateOf(r, "since"), Review: dateOf(r, "review"), Until: dateOf(r, "until")}
	a := access.Agreement{Title: v.Title, Basis: v.Basis, Level: access.Level(v.Level), Parties: v.Parties}
	var wrong fault.Messages
	for _, d := range []struct {
		typed  date
		prefix string
		to     *time.Time
	}{{v.Since, "since", &a.Since}, {v.Until, "until", &a.Until}, {v.Review, "review", &a.Review}} {
		t, ok := d.typed.day(d.prefix)
		if !ok {
			wrong.Add(d.prefix, "Enter a real day, such as 31 3 2027")
		}
		*d.to = t
	}
	if !a.Until.IsZero() {
		a.Until = a.Until.AddDate(0, 0, 1) // the last day is within it
	}
	id, err := p.Guard.Agree(r.Context(), access.From(r.Context()), a)
	if found, ok := invalid(err); ok {
		// What is no day is said to be so, and not to be missing.
		all, _ := invalid(wrong.Err())
		for _, m := range found {
			if all.Of(m.Field) == "" {
				all = append(all, m)
			}
		}
		v.Wrong = inOrder(all, "title", "basis", "parties", "since", "until", "review")
		return p.drawAgree(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "agreed")
	return web.See(w, r, "/agreements/"+id)
}

// inOrder is what is wrong in the order of the page.
func inOrder(all fault.Invalid, fields ...string) (sorted fault.Invalid) {
	for _, f := range fields {
		if text := all.Of(f); text != "" {
			sorted = append(sorted, fault.Message{Field: f, Text: text})
		}
	}
	return sorted
}

// An agreed page is what the page of one agreement shows.
type agreed struct {
	access.Agreement
	Parties string
	Stands  string
	Live    bool
	Typed   string
	Wrong   fault.Invalid
	Done    string
}

// levels are how much an agreement lets across, as a form offers them.
func levels() (all []govuk.Radio) {
	for _, l := range []access.Level{access.ReadTogether, access.Signpost} {
		all = append(all, govuk.Radio{Value: string(l), Text: levelWords(l)})
	}
	return all
}

func levelWords(l access.Level) string {
	if l == access.Signpost {
		return "Only that another agency may know somebody, and whom to ask"
	}
	return "Reports: the agencies read them together"
}

func (v *agreed) rows() []govuk.Row {
	rows := []govuk.Row{
		{Key: govuk.Cell{Text: "How it stands"}, Value: govuk.Cell{HTML: standing(v.Stands)}},
		govuk.Fact("What may cross", levelWords(v.Level)), govuk.Fact("Agencies", v.Parties), govuk.Fact("Lawful basis", v.Basis),
		govuk.Fact("First day", when.DayOf(v.Since)), govuk.Fact("Last day", lastDay(v.Until)), govuk.Fact("To be reviewed", when.DayOf(v.Review)),
		govuk.Fact("Entered", v.By+", "+when.DayOf(v.Made)),
	}
	if !v.Withdrawn.IsZero() {
		rows = append(rows, govuk.Fact("Withdrawn", v.WithdrawnBy+", "+when.MinuteOf(v.Withdrawn)), govuk.Fact("Why", v.Why))
	}
	return rows
}

func (p Pages) showAgreement(w http.ResponseWriter, r *http.Request) error {
	return p.drawAgreement(w, r, http.StatusOK, agreed{Done: agreementDone[web.Flashed(w, r)]})
}

func (p Pages) drawAgreement(w http.ResponseWriter, r *http.Request, status int, v agreed) (err error) {
	if v.Agreement, err = p.Guard.Agreement(r.Context(), access.From(r.Context()), r.PathValue("agreement")); err != nil {
		return err
	}
	_, names, err := p.agencies(r)
	if err != nil {
		return err
	}
	now := p.Guard.DB().Now()
	v.Parties, v.Stands, v.Live = parties(&v.Agreement, names), v.Agreement.Stands(now), v.Agreement.Live(now)
	return web.Render(w, r, status, agreementPage(v))
}

func (p Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	id, why := r.PathValue("agreement"), web.Text(r, "why")
	err := p.Guard.Withdraw(r.Context(), access.From(r.Context()), id, why)
	if wrong, ok := invalid(err); ok {
		return p.drawAgreement(w, r, http.StatusUnprocessableEntity, agreed{Typed: why, Wrong: wrong})
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "withdrawn")
	return web.See(w, r, "/agreements/"+id)
}
