package casefileweb

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/warning"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

func (v *listing) tabs() govuk.SubNavigation {
	items := []govuk.SubItem{{Text: "Mine", Href: "/cases"}, {Text: "My agency’s", Href: "/cases?whose=agency"}, {Text: "All I may read", Href: "/cases?whose=all"}, {Text: "My tasks", Href: "/tasks"}, {Text: "Referrals", Href: "/referrals"}}
	for i, w := range []casefile.Whose{casefile.Mine, casefile.Agency, casefile.All} {
		items[i].Active = v.Whose == w
	}
	return govuk.SubNavigation{Label: "Cases", Items: items}
}

func taskTabs() govuk.SubNavigation {
	t := (&listing{}).tabs()
	t.Items[3].Active = true
	return t
}

func (v *listing) count() string {
	if v.Closed {
		return words.Count(v.Total, "closed case", "closed cases") + ", the last closed first."
	}
	return words.Count(v.Total, "open case", "open cases") + ", the next to be done first."
}

// other is the address of the closed cases from the open ones, and back.
func (v *listing) other() string {
	to := "/cases?whose=" + string(v.Whose)
	if !v.Closed {
		to += "&closed=yes"
	}
	return to
}

func (v *listing) empty() string {
	switch {
	case v.Closed:
		return "No case here is closed."
	case v.Whose == casefile.Mine:
		return "You are on the team of no open case. Open one from the page of a pattern or a person."
	}
	return "There is no open case here. Open one from the page of a pattern or a person."
}

func parties(victim, suspect string, suspects int) string {
	if victim == "" {
		victim = "A victim whose record is erased"
	}
	victim, suspect = words.Alone(victim), words.Alone(suspect)
	switch {
	case suspects == 0:
		return victim + " and nobody named yet"
	case suspects > 1:
		return victim + " and " + suspect + fmt.Sprintf(" and %d more", suspects-1)
	}
	return victim + " and " + suspect
}

func lineParties(l *casefile.Line) string { return parties(l.Victim, l.Suspect, l.Suspects) }

func nextDue(l *casefile.Line) string {
	switch {
	case l.Due.IsZero():
		return "No task"
	case l.Overdue:
		return "Overdue since " + when.DayOf(l.Due)
	}
	return when.DayOf(l.Due)
}

func lineReports(l *casefile.Line) string {
	if l.Reports == 0 {
		return "None"
	}
	return fmt.Sprintf("%d, last %s", l.Reports, when.DayOf(l.LastReport))
}

func dueWords(t *casefile.Task) string {
	if t.Overdue {
		return "Overdue since " + when.DayOf(t.Due)
	}
	return "By " + when.DayOf(t.Due)
}

func (v *view) agency(id string) string {
	if name := v.Agencies[id]; name != "" {
		return name
	}
	return id
}

func (v *view) suspects() string {
	var all []string
	for _, p := range v.P.Suspects {
		all = append(all, words.Alone(p.Name))
	}
	if len(all) == 0 {
		return "Nobody is named yet"
	}
	return words.List(all)
}

// children say who of a case is surely a child today.
func (v *view) children() (all []string) {
	for i, p := range append([]person.Person{v.P.Victim}, v.P.Suspects...) {
		born, err := when.Parse(p.Born)
		if err != nil || !born.Known() || !born.From.AddDate(18, 0, 0).After(v.P.Now) {
			continue
		}
		age := 0 // of somebody born on the first day that it may have been
		for age < 17 && !born.From.AddDate(age+1, 0, 0).After(v.P.Now) {
			age++
		}
		role := "The suspect"
		if i == 0 {
			role = "The victim"
		}
		s := role + " " + words.Alone(p.Name) + " is a child, " + words.Count(age, "year", "years") + " old by the date of birth in the reports."
		if i > 0 && age < 10 {
			s += " A child under 10 cannot be charged with an offence."
		}
		all = append(all, s)
	}
	return all
}

func victimName(p person.Person) string {
	if p.ID == "" {
		return "A victim whose record is erased"
	}
	return p.Name
}

// A next is what to do now, who must and by when.
type next struct{ Title, Words string }

func (v *view) next() next {
	switch {
	case !v.P.Closed.IsZero():
		return next{"This case is closed", "It was closed on " + when.DayOf(v.P.Closed) + ". What was written stays. Open it again below when something new comes in."}
	case v.pressing() != nil:
		w := v.pressing()
		who, tag := "", ""
		for _, m := range v.P.Team {
			if m.Leads && who == "" {
				who = m.Name
				if m.Account == v.Me {
					who = "You"
				}
			}
		}
		if tag, _ = severity(w, v.P.Now); w.By.IsZero() {
			tag = "It " + strings.ToLower(tag[:1]) + tag[1:]
		}
		words := tag + "."
		if who != "" {
			words = who + ". " + words
		}
		return next{"Next: " + w.Do, words}
	case v.late() != nil:
		r := v.late()
		return next{"Next: ask " + v.agency(r.To) + " for an answer", wishWords(r.Wish) + ": no answer since " + when.DayOf(r.Sent) + ". Ask them again, or take it back and ask somebody else."}
	case len(v.P.Tasks) > 0:
		t := &v.P.Tasks[0]
		who := t.OwnerName
		if t.Owner == v.Me {
			who = "You"
		}
		return next{"Next: " + t.What, fmt.Sprintf("%s. %s.", who, dueWords(t))}
	case len(v.P.Suspects) == 0:
		return next{"Next: find out who the suspect is", "Nobody is named yet. Add a task that says who enquires, and by when."}
	}
	return next{"Next: say what must be done", "This case has no task. Add one, so that somebody must do something by a day."}
}

// A sent is a form of several on a page that was sent and is wrong.
type sent struct {
	Form  string // which; empty: none was
	Typed url.Values
	Wrong fault.Invalid
}

// sentBy is a form with what was typed into its fields, cleaned.
func sentBy(r *http.Request, form string, wrong fault.Invalid) sent {
	s := sent{form, url.Values{}, wrong}
	for field := range r.PostForm {
		s.Typed.Set(field, web.Text(r, field))
	}
	return s
}

func (s *sent) value(form, field string) string {
	if s.Form == form {
		return s.Typed.Get(field)
	}
	return ""
}

func (s *sent) ticked(form, field string) []string {
	if s.Form == form {
		return s.Typed[field]
	}
	return nil
}

func (s *sent) wrong(form, field string) govuk.ErrorMessage {
	if s.Form == form {
		return govuk.Wrong(s.Wrong, field)
	}
	return govuk.ErrorMessage{}
}

func (v *view) owners() []govuk.Option {
	all := []govuk.Option{{Text: "Choose"}}
	for _, m := range v.P.Team {
		all = append(all, govuk.Option{Value: m.Account, Text: m.Name + ", " + v.agency(m.Agency)})
	}
	return all
}

func deeds() []govuk.Option {
	all := []govuk.Option{{Text: "Choose"}}
	for _, d := range casefile.Deeds {
		all = append(all, govuk.Option{Value: d.Code, Text: d.Name})
	}
	return all
}

// severity is a warning's severity as a tag says it.
func severity(w *warning.Warning, now time.Time) (text, colour string) {
	switch w.Severity {
	case warning.Hold:
		return "Stops " + words.List(steps(w)), "govuk-tag--red"
	case warning.Due:
		switch {
		case w.By.IsZero():
			return "Due", "govuk-tag--orange"
		case w.By.Before(now):
			return "Overdue since " + when.DayOf(w.By), "govuk-tag--orange"
		case w.By.Sub(now) < 12*time.Hour:
			return "Due " + when.MinuteOf(w.By), "govuk-tag--orange"
		}
		return "Due " + when.DayOf(w.By), "govuk-tag--orange"
	}
	return "Note", "govuk-tag--grey"
}

// pressing is the warning that must be seen to before any task: one about safety, or one
// that is older than when the first task is due. It may be nil.
func (v *view) pressing() *warning.Warning {
	if len(v.P.Warnings) == 0 || v.P.Warnings[0].Severity == warning.Note {
		return nil
	}
	first := &v.P.Warnings[0]
	if first.Concern != warning.Safety && len(v.P.Tasks) > 0 && v.P.Tasks[0].Due.Before(first.Since()) {
		return nil
	}
	return first
}

// A reason is a report or an incident that raised a warning.
type reason struct{ Path, Name string }

// relationship is what the victim and the suspects are to each other: as somebody wrote
// it down, then what reports say beside that.
func (v *view) relationship() (lines []string) {
	written := map[string]bool{}
	for i := range v.P.Related {
		r := &v.P.Related[i]
		written[r.Is.String()] = true
		said := r.Words()
		if len(v.P.Suspects) > 1 {
			said += " (" + v.suspectName(r.Suspect) + ")"
		}
		lines = append(lines, said)
	}
	for i := range v.P.Patterns {
		r := v.P.Patterns[i].Relationship
		if r == pattern.Unsaid || written[r.String()] {
			continue
		}
		written[r.String()] = true
		lines = append(lines, (&casefile.Relation{Is: r}).Words()+", as reported")
	}
	return lines
}

func (v *view) suspectName(id string) string {
	for _, p := range v.P.Suspects {
		if p.ID == id {
			return p.Name
		}
	}
	return ""
}

// related are the choices of a form that says what they are to each other.
func related() []govuk.Option {
	all := []govuk.Option{{Text: "Choose"}}
	for _, r := range casefile.Relations {
		all = append(all, govuk.Option{Value: r.String(), Text: (&casefile.Relation{Is: r}).Words()})
	}
	return all
}

func (v *view) suspectChoices() []govuk.Option {
	all := []govuk.Option{{Text: "Choose"}}
	for _, p := range v.P.Suspects {
		all = append(all, govuk.Option{Value: p.ID, Text: p.Name})
	}
	return all
}

func assessed(d casefile.Ordered) string {
	if d.Deed == "assessment:refused" {
		return "Assessment refused, " + when.Written(d.On)
	}
	return "Assessed, " + when.Written(d.On)
}

// because are the reports and incidents that raised a warning, as many as a page names.
func (v *view) because(w *warning.Warning) (all []reason) {
	for _, id := range w.Facts {
		if len(all) == casefile.MostBecause {
			break
		}
		if one, ok := casefile.IncidentOf(id); ok {
			all = append(all, reason{incidentPath(v.P.ID, one), "an incident"})
		} else if name, known := v.P.Because[id]; known {
			all = append(all, reason{"/reports/" + id, name})
		}
	}
	return all
}

// standing are the warnings that may be answered.
func (v *view) standing() (all []govuk.Option) {
	for i := range v.P.Warnings {
		w := &v.P.Warnings[i]
		if !slices.ContainsFunc(all, func(o govuk.Option) bool { return o.Value == w.Rule }) {
			all = append(all, govuk.Option{Value: w.Rule, Text: w.Says})
		}
	}
	return all
}

func comma(i, n int) string {
	if i < n-1 {
		return ","
	}
	return ""
}

func steps(w *warning.Warning) (all []string) {
	for _, s := range w.Stops {
		all = append(all, map[warning.Step]string{warning.Grade: "grading", warning.Classify: "recording it as something else", warning.Close: "closing"}[s])
	}
	return all
}

func stages() (all []govuk.Option) {
	for _, s := range casefile.Stages {
		all = append(all, govuk.Option{Value: string(s.Stage), Text: s.Name})
	}
	return all
}

func bases() []govuk.Option {
	all := []govuk.Option{{Text: "Choose"}}
	for _, b := range casefile.Bases {
		all = append(all, govuk.Option{Value: string(b.Basis), Text: b.Name})
	}
	return all
}

// title says what an event was.
func title(e *casefile.Event) string {
	switch e.Kind {
	case casefile.Reported:
		if e.About == "" {
			return "Reported, recorded as nothing"
		}
		if e.About == casefile.ToAdvocate || e.About == casefile.ToAgency {
			return e.About
		}
		return "Reported, recorded as " + e.About
	case casefile.Happened:
		return kindName(e.About)
	case casefile.Opened:
		return "The case was opened"
	case casefile.Noted:
		switch {
		case e.Own:
			return "Note, for your agency alone"
		default:
			return "Note, shared: " + lower(casefile.Basis(e.About).Name())
		}
	case casefile.Did:
		name := casefile.DeedName(e.About)
		if m, err := when.Parse(e.On); err == nil {
			name += ", " + m.Words()
		}
		return name
	case casefile.Related:
		said := "Relationship: " + lower(e.About)
		if e.Who != "" {
			said += " (" + e.Who + ")"
		}
		return said
	case casefile.Staged:
		return "Stage: " + casefile.Stage(e.About).Name()
	case casefile.Joined:
		return orSomebody(e.About) + " joined the team"
	case casefile.Left:
		return orSomebody(e.About) + " left the team"
	case casefile.Passed:
		return "What they had to do passed to " + orSomebody(e.About)
	case casefile.Named:
		return "A suspect was named"
	case casefile.KeptApart:
		return "Kept apart for its team"
	case casefile.OpenedUp:
		return "No longer kept apart"
	case casefile.ToldVictim:
		return "The victim was told"
	case casefile.Closed:
		return "Closed"
	case casefile.Reopened:
		return "Opened again"
	case casefile.Finished:
		return "Done"
	case casefile.PutIn, casefile.SharedNow, casefile.TookBack:
		return titleOfDocument(e)
	}
	return titleOfJoin(e)
}

// lost says which cases went with agencies that left.
func (v *listing) lost() (all []string) {
	for _, id := range slices.Sorted(maps.Keys(v.Lost)) {
		n, name := v.Lost[id], v.Agencies[id]
		all = append(all, fmt.Sprintf("%s has left the partnership, and with it %s that you worked on. You cannot read %s any more. What other agencies recorded is still here: open a case from it.",
			cmp.Or(name, id), words.Count(n, "open case", "open cases"), words.One(n, "it", "them")))
	}
	return all
}

func orSomebody(name string) string {
	if name == "" {
		return "Somebody"
	}
	return name
}

func happened(e *casefile.Event) string {
	first, last, series := strings.Cut(e.Happened, "/")
	from, err := when.Parse(first)
	if err != nil {
		return ""
	}
	said := "Happened " + from.Words()
	if to, err := when.Parse(last); series && err == nil {
		said += " to " + to.Words()
	}
	return said
}

func at(e *casefile.Event) string { return when.MinuteOf(e.At) }

var may = access.Offers
