package casefileweb

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

func (h room) disclosing(m *web.Mux) {
	m.Handle("GET /cases/new", h.showDisclosing)
	m.Handle("POST /cases/new", h.disclose)
}

// Somebody says that a person is none of those who are offered.
const somebodyElse = "new"

// A disclosing is the page where a case is opened by hand: what was told and then, once
// that was looked for, who is known that it may be about.
type disclosing struct {
	O                 casefile.Opening
	Others            []string // what the agencies that will know are called
	Typed             map[string]string
	Looked            bool // who is known was looked for
	Victims, Suspects casefile.Likelihood
	Wrong             fault.Invalid
}

var disclosureFields = []string{"given_name", "family_name", "called", "dob", "suspect", "suspect_given_name", "suspect_family_name", "suspect_called", "suspect_dob", "relationship", "words", "basis"}

func (h room) showDisclosing(w http.ResponseWriter, r *http.Request) error {
	return h.drawDisclosing(w, r, http.StatusOK, disclosing{Typed: map[string]string{}})
}

func (h room) drawDisclosing(w http.ResponseWriter, r *http.Request, status int, v disclosing) (err error) {
	if v.O, err = h.cases.Opening(r.Context(), access.From(r.Context())); err != nil {
		return err
	}
	names, err := h.agencies(r)
	if err != nil {
		return err
	}
	for _, a := range v.O.Others {
		v.Others = append(v.Others, names[a])
	}
	slices.Sort(v.Others)
	return web.Render(w, r, status, disclosingPage(v))
}

// disclosure is what was typed.
func disclosure(typed map[string]string) casefile.Disclosure {
	party := func(before string) report.Party {
		p := report.Party{GivenName: typed[before+"given_name"], FamilyName: typed[before+"family_name"], Born: typed[before+"dob"]}
		if called := typed[before+"called"]; called != "" {
			p.Aliases = []string{called}
		}
		return p
	}
	d := casefile.Disclosure{Victim: party(""), Relationship: typed["relationship"], Words: typed["words"], Basis: casefile.Basis(typed["basis"])}
	if typed["suspect"] == "yes" {
		d.Suspect = party("suspect_")
	}
	return d
}

func (h room) disclose(w http.ResponseWriter, r *http.Request) error {
	by := access.From(r.Context())
	v := disclosing{Typed: map[string]string{}}
	for _, f := range disclosureFields {
		v.Typed[f] = web.Text(r, f)
	}
	o, err := h.cases.Opening(r.Context(), by)
	if err != nil {
		return err
	}
	d := disclosure(v.Typed)
	names, err := h.agencies(r)
	if err != nil {
		return err
	}
	d.Holder = names[by.Agency]
	wrong, _ := errors.AsType[fault.Invalid](d.Check(len(o.Others) > 0))
	switch {
	case v.Typed["suspect"] != "yes" && v.Typed["suspect"] != "no":
		wrong = append(wrong, fault.Message{Field: "suspect", Text: "Say whether it is known who did it"})
	case v.Typed["suspect"] == "yes" && d.Suspect.Name() == (&report.Party{}).Name():
		wrong = append(wrong, fault.Message{Field: "suspect_given_name", Text: "Enter the suspect’s name, or what they are called"})
	}
	if len(wrong) > 0 {
		slices.SortStableFunc(wrong, func(a, b fault.Message) int {
			return slices.Index(disclosureFields, a.Field) - slices.Index(disclosureFields, b.Field)
		})
		v.Wrong = wrong
		return h.drawDisclosing(w, r, http.StatusUnprocessableEntity, v)
	}
	do := web.Text(r, "do")
	if do == "change" {
		return h.drawDisclosing(w, r, http.StatusOK, v)
	}
	if v.Victims, v.Suspects, err = h.cases.Likely(r.Context(), by, h.held, h.people, &d); err != nil {
		return err
	}
	v.Looked = true
	if do != "open" {
		return h.drawDisclosing(w, r, http.StatusOK, v)
	}
	// Nobody is opened a second case for because somebody became known meanwhile.
	choose := func(field, unlike string, likely *casefile.Likelihood) (who string) {
		who = web.Text(r, field)
		offered := strings.Fields(web.Text(r, field+"_offered"))
		fresh := slices.ContainsFunc(likely.All, func(p person.Person) bool { return !slices.Contains(offered, p.ID) })
		switch {
		case len(likely.All) == 0:
			return ""
		case slices.ContainsFunc(likely.All, func(p person.Person) bool { return p.ID == who }):
			return who
		case who == somebodyElse && !fresh:
			return ""
		}
		v.Wrong = append(v.Wrong, fault.Message{Field: field, Text: "Choose who it is, or that it is " + unlike})
		return ""
	}
	d.VictimIs, d.SuspectIs = choose("victim_is", "none of these people", &v.Victims), choose("suspect_is", "none of these people", &v.Suspects)
	if v.Wrong == nil {
		id, err := h.cases.OpenByHand(r.Context(), by, h.held, d)
		if wrong, ok := errors.AsType[fault.Invalid](err); ok {
			v.Wrong = wrong
		} else if err != nil {
			return err
		} else if id == "" {
			web.Flash(w, r, "untold")
			return web.See(w, r, "/cases")
		} else {
			web.Flash(w, r, "opened")
			return web.See(w, r, pathOf(id))
		}
	}
	return h.drawDisclosing(w, r, http.StatusUnprocessableEntity, v)
}

func (v *disclosing) wrong(field string) govuk.ErrorMessage { return govuk.Wrong(v.Wrong, field) }

func relationItems() []govuk.Option {
	all := []govuk.Option{{Text: "Not known"}}
	for _, x := range []pattern.Relationship{pattern.FormerPartner, pattern.Partner, pattern.Family, pattern.Colleague, pattern.Neighbour, pattern.Acquaintance, pattern.Stranger} {
		s := x.Words()
		all = append(all, govuk.Option{Value: x.String(), Text: strings.ToUpper(s[:1]) + s[1:]})
	}
	return all
}

// typedName is what somebody is called, of what was typed.
func (v *disclosing) typedName(before string) string {
	name := strings.TrimSpace(v.Typed[before+"given_name"] + " " + v.Typed[before+"family_name"])
	if called := v.Typed[before+"called"]; called != "" && name != "" {
		name += ", called " + called
	} else if name == "" {
		name = called
	}
	if m, err := when.Parse(v.Typed[before+"dob"]); err == nil {
		name += ", born " + m.Words()
	}
	return name
}

func (v *disclosing) summary() []govuk.Row {
	all := []govuk.Row{govuk.Fact("Who told you", v.typedName(""))}
	suspect := "Not known"
	if v.Typed["suspect"] == "yes" {
		suspect = v.typedName("suspect_")
	}
	return append(all, govuk.Fact("Suspect", suspect))
}

// choices are people to choose from, and that it is none of them.
func choices(likely []person.Person, none string) (all []govuk.Radio) {
	for i := range likely {
		p := &likely[i]
		var known []string
		if m, err := when.Parse(p.Born); err == nil {
			known = append(known, "born "+m.Words())
		}
		if p.AsVictim > 0 {
			known = append(known, "victim in "+words.Count(p.AsVictim, "report", "reports"))
		}
		if p.AsSuspect > 0 {
			known = append(known, "suspect in "+words.Count(p.AsSuspect, "report", "reports"))
		}
		all = append(all, govuk.Radio{Value: p.ID, Text: p.Name, Hint: govuk.Hint{Text: strings.Join(known, "; ")}})
	}
	return append(all, govuk.Radio{Value: somebodyElse, Text: none})
}

func idsOf(people []person.Person) string {
	all := make([]string, len(people))
	for i := range people {
		all[i] = people[i].ID
	}
	return strings.Join(all, " ")
}
