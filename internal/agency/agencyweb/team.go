package agencyweb

import (
	"errors"
	"net/http"
	"time"

	"clew/internal/access"
	"clew/internal/agency"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

var doneTeam = map[string]string{"team-set": "The team is kept", "team-ended": "The team has ended", "team-in": "They are put in the team", "team-out": "Their time in the team has ended"}

// A teamForm is what the forms about teams show again when they were wrong.
type teamForm struct {
	Team      agency.Team
	All       []agency.Team // of the agency
	Members   []agency.Member
	Colleague string
	Leads     bool
	Dates     map[string]string
	Done      string
	Wrong     fault.Invalid
}

func (h room) showTeams(w http.ResponseWriter, r *http.Request) error {
	return h.drawTeams(w, r, http.StatusOK, teamForm{Done: doneTeam[web.Flashed(w, r)]})
}

func (h room) drawTeams(w http.ResponseWriter, r *http.Request, status int, v teamForm) (err error) {
	if v.All, err = h.agencies.Teams(r.Context(), access.From(r.Context())); err != nil {
		return err
	}
	return web.Render(w, r, status, teamsPage(v))
}

func (h room) addTeam(w http.ResponseWriter, r *http.Request) error {
	t := agency.Team{Name: web.Text(r, "team-name"), Under: web.Text(r, "under")}
	id, err := h.agencies.SetTeam(r.Context(), access.From(r.Context()), t)
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawTeams(w, r, http.StatusUnprocessableEntity, teamForm{Team: t, Wrong: wrong})
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "team-set")
	return web.See(w, r, "/teams/"+id)
}

func (h room) showTeam(w http.ResponseWriter, r *http.Request) error {
	return h.drawTeam(w, r, http.StatusOK, teamForm{Done: doneTeam[web.Flashed(w, r)]})
}

func (h room) drawTeam(w http.ResponseWriter, r *http.Request, status int, v teamForm) error {
	by, typed := access.From(r.Context()), v.Team
	t, members, err := h.agencies.Team(r.Context(), by, r.PathValue("team"))
	if err != nil {
		return err
	}
	v.Team, v.Members = t, members
	if typed.ID != "" {
		v.Team.Name, v.Team.Under = typed.Name, typed.Under
	}
	if v.All, err = h.agencies.Teams(r.Context(), by); err != nil {
		return err
	}
	return web.Render(w, r, status, teamPage(v))
}

func (h room) nameTeam(w http.ResponseWriter, r *http.Request) error {
	t := agency.Team{ID: r.PathValue("team"), Name: web.Text(r, "team-name"), Under: web.Text(r, "under")}
	_, err := h.agencies.SetTeam(r.Context(), access.From(r.Context()), t)
	return h.teamDone(w, r, err, "team-set", teamForm{Team: t})
}

func (h room) endTeam(w http.ResponseWriter, r *http.Request) error {
	return h.teamDone(w, r, h.agencies.EndTeam(r.Context(), access.From(r.Context()), r.PathValue("team")), "team-ended", teamForm{})
}

func (h room) takeOut(w http.ResponseWriter, r *http.Request) error {
	return h.teamDone(w, r, h.agencies.TakeOut(r.Context(), access.From(r.Context()), r.PathValue("team"), web.Text(r, "account")), "team-out", teamForm{})
}

func (h room) putIn(w http.ResponseWriter, r *http.Request) error {
	v := teamForm{Colleague: web.Text(r, "colleague"), Leads: web.Text(r, "leads") == "yes", Dates: map[string]string{}}
	for _, field := range []string{"since", "until"} {
		for _, part := range []string{"day", "month", "year"} {
			v.Dates[field+"-"+part] = web.Text(r, field+"-"+part)
		}
	}
	by := access.From(r.Context())
	if _, _, err := h.agencies.Team(r.Context(), by, r.PathValue("team")); err != nil {
		return err
	}
	account, err := h.find(r, v.Colleague)
	since, wrongSince := day(v.Dates, "since")
	until, wrongUntil := day(v.Dates, "until")
	err = errors.Join(err, wrongSince, wrongUntil)
	if err == nil {
		if !until.IsZero() {
			until = until.AddDate(0, 0, 1) // the whole of the last day
		}
		err = h.agencies.PutIn(r.Context(), by, r.PathValue("team"), account, v.Leads, since, until)
	}
	return h.teamDone(w, r, err, "team-in", v)
}

func day(dates map[string]string, field string) (time.Time, error) {
	parts := [3]string{dates[field+"-day"], dates[field+"-month"], dates[field+"-year"]}
	if parts == [3]string{} {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation("2/1/2006", parts[0]+"/"+parts[1]+"/"+parts[2], when.London)
	if err != nil {
		return t, fault.Bad(field, "Enter a day, such as 27 3 2026")
	}
	return t, nil
}

// teamDone goes back to the team, or shows what was wrong with a form.
func (h room) teamDone(w http.ResponseWriter, r *http.Request, err error, done string, v teamForm) error {
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		v.Wrong = wrong
		return h.drawTeam(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, done)
	return web.See(w, r, "/teams/"+r.PathValue("team"))
}

// above are the teams that this one may be part of.
func (v *teamForm) above() []govuk.Option {
	all := []govuk.Option{{Text: "No other team"}}
	for _, t := range v.All {
		if t.Ended.IsZero() && t.ID != v.Team.ID {
			all = append(all, govuk.Option{Value: t.ID, Text: t.Name})
		}
	}
	return all
}

func (v *teamForm) list() govuk.Table {
	names := map[string]string{}
	for _, t := range v.All {
		names[t.ID] = t.Name
	}
	t := govuk.Table{Reflow: true, Head: govuk.Cells("Team", "Part of", "People", "State")}
	for _, one := range v.All {
		state := govuk.Tag{Text: "Working", Classes: "govuk-tag--green"}
		if !one.Ended.IsZero() {
			state = govuk.Tag{Text: "Ended", Classes: "govuk-tag--grey"}
		}
		t.Rows = append(t.Rows, []govuk.Cell{{HTML: teamLink(one)}, {Text: names[one.Under]}, {Text: words.Thousands(one.Members)}, {HTML: state}})
	}
	return t
}

func (v *teamForm) people() govuk.Table {
	t := govuk.Table{Reflow: true, Head: govuk.Cells("Who", "Line manager", "From", "Until", "Take out")}
	for _, m := range v.Members {
		leads, until := "No", ""
		if m.Leads {
			leads = "Yes"
		}
		if !m.Until.IsZero() {
			until = when.DayOf(m.Until.Add(-time.Microsecond))
		}
		row := []govuk.Cell{{Text: m.Name}, {Text: leads}, {Text: when.DayOf(m.Since)}, {Text: until}, {}}
		if m.Until.IsZero() || m.Now {
			row[4] = govuk.Cell{HTML: taking(v.Team.ID, m)}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
