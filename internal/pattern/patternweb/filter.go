package patternweb

import (
	"net/http"
	"net/url"
	"slices"

	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/recording"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

// A chosen is what somebody filters a worklist by, as it was sent.
type chosen struct {
	Finding, State, Agency, Relationship, Since, Sort string
	With                                              []string
	Name                                              string // never in an address
}

// The facts a worklist can be narrowed to, in the order of the form.
var facets = []struct {
	value, words string
	set          func(*recording.Filter)
}{
	{"grave", "Fear of violence or a threat", func(f *recording.Filter) { f.Grave = true }},
	{"escalates", "It grew worse", func(f *recording.Filter) { f.Escalates = true }},
	{"others", "Other people report the suspect", func(f *recording.Filter) { f.Others = true }},
	{"counter", "The suspect reports the victim", func(f *recording.Filter) { f.Counter = true }},
	{"grown", "Reports came in since it was decided", func(f *recording.Filter) { f.Grown = true }},
}

var sortWords = map[recording.Sort]string{
	recording.MostPressing: "Most pressing first", recording.Latest: "Latest occasion first", recording.MostReports: "Most reports first",
	recording.ByVictim: "By name of the victim", recording.BySuspect: "By name of the suspect",
}

var relationships = []pattern.Relationship{pattern.FormerPartner, pattern.Partner, pattern.Family, pattern.Colleague, pattern.Neighbour, pattern.Acquaintance, pattern.Stranger, pattern.Unsaid}

// chosenOf reads what was sent. What is no choice of ours is no choice.
func chosenOf(r *http.Request) chosen {
	c := chosen{
		Finding: web.Text(r, "finding"), State: web.Text(r, "state"), Agency: web.Text(r, "agency"), Relationship: web.Text(r, "relationship"),
		Since: web.Text(r, "since"), Sort: web.Text(r, "sort"),
	}
	if r.Method == http.MethodPost {
		c.Name = web.Text(r, "name")
	}
	if !slices.Contains(pattern.Findings, pattern.Finding(c.Finding)) {
		c.Finding = ""
	}
	if !slices.Contains(recording.States, recording.State(c.State)) {
		c.State = ""
	}
	if !slices.ContainsFunc(relationships, func(x pattern.Relationship) bool { return x.String() == c.Relationship }) {
		c.Relationship = ""
	}
	if !slices.Contains(recording.Sorts, recording.Sort(c.Sort)) {
		c.Sort = ""
	}
	for _, f := range facets {
		if web.Ticked(r, "with", f.value) {
			c.With = append(c.With, f.value)
		}
	}
	return c
}

// filter is the choice as the store takes it.
func (c chosen) filter() (f recording.Filter, wrong fault.Invalid) {
	f = recording.Filter{
		Finding: pattern.Finding(c.Finding), State: recording.State(c.State), Agency: c.Agency, Relationship: c.Relationship, Name: c.Name, Sort: recording.Sort(c.Sort),
	}
	for _, x := range facets {
		if slices.Contains(c.With, x.value) {
			x.set(&f)
		}
	}
	if c.Since != "" {
		m, err := when.Parse(c.Since)
		switch {
		case err != nil:
			wrong = fault.Invalid{{Field: "since", Text: "The date is not understood: " + err.Error()}}
		case !m.Known():
			wrong = fault.Invalid{{Field: "since", Text: "Enter a date, such as 3/2/2026"}}
		default:
			f.Since = m.From
		}
	}
	return f, wrong
}

// query is the choice as an address holds it: everything but the name.
func (c chosen) query() string {
	q := url.Values{}
	for _, p := range c.fields() {
		if p[0] != "name" {
			q.Add(p[0], p[1])
		}
	}
	return q.Encode()
}

// fields are the choice as a form holds it.
func (c chosen) fields() (all [][2]string) {
	for _, p := range [][2]string{{"finding", c.Finding}, {"state", c.State}, {"agency", c.Agency}, {"relationship", c.Relationship}, {"since", c.Since}, {"sort", c.Sort}, {"name", c.Name}} {
		if p[1] != "" {
			all = append(all, p)
		}
	}
	for _, w := range c.With {
		all = append(all, [2]string{"with", w})
	}
	return all
}

// address is where the list is shown by GET.
func (c chosen) address() string {
	if q := c.query(); q != "" {
		return "/worklist?" + q
	}
	return "/worklist"
}

// chips are the filters in force, each with the address of the list without it.
// Beside a name there is no such address, but for the name itself.
func (c chosen) chips() (all []govuk.Chosen) {
	add := func(text string, without chosen) {
		href := without.address()
		if c.Name != "" && without.Name != "" {
			href = ""
		}
		all = append(all, govuk.Chosen{Text: text, Href: href})
	}
	if c.Name != "" {
		w := c
		w.Name = ""
		add("Name: "+c.Name, w)
	}
	if c.Finding != "" {
		w := c
		w.Finding = ""
		add(pattern.Finding(c.Finding).Words(), w)
	}
	if c.State != "" {
		w := c
		w.State = ""
		add(recording.State(c.State).Words(), w)
	}
	if c.Agency != "" {
		w := c
		w.Agency = ""
		add(c.Agency, w)
	}
	if c.Relationship != "" {
		w := c
		w.Relationship = ""
		add(words.Capital(pattern.RelationshipOf(c.Relationship).Words()), w)
	}
	if c.Since != "" {
		w := c
		w.Since = ""
		add("Since "+c.Since, w)
	}
	for _, f := range facets {
		if slices.Contains(c.With, f.value) {
			w := c
			w.With = slices.DeleteFunc(slices.Clone(c.With), func(x string) bool { return x == f.value })
			add(f.words, w)
		}
	}
	return all
}

// viewAddress is where a saved view leads. It is read and written again, so that
// nothing but filters is in it.
func viewAddress(w recording.View) string {
	q, err := url.ParseQuery(w.Query)
	if err != nil {
		return "/worklist"
	}
	return chosenOf(&http.Request{Method: http.MethodGet, Form: q}).address()
}
