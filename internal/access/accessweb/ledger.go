package accessweb

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/ledger"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

// usual is how many days the search begins with.
const usual = 30

// A searching is what the page of the ledger shows.
type searching struct {
	Who             chosen
	What, On        string
	Action, Outcome string
	Since, Until    date
	Recipient       string
	Entries         []access.Entry
	Names           map[string]string
	Total           int
	Page            web.Page
	Looked          bool
	Wrong           fault.Invalid
}

func (p Pages) showEntries(w http.ResponseWriter, r *http.Request) error {
	now := p.Guard.DB().Now()
	v := searching{Since: typedDay(now.AddDate(0, 0, -usual), "since"), Until: typedDay(now, "until"), Page: web.Page{Number: 1, Size: web.PageSize}}
	f, _ := v.search()
	return p.drawEntries(w, r, v, f)
}

// searchOf reads the form. What is wrong with it is in the order of the page.
func (p Pages) searchOf(r *http.Request) (v searching, f access.Search, err error) {
	n, ok := web.Number(r, "page")
	if !ok || n < 1 {
		n = 1
	}
	v = searching{
		What: web.Text(r, "what"), On: web.Text(r, "on"), Action: web.Text(r, "action"), Outcome: web.Text(r, "outcome"),
		Since: dateOf(r, "since"), Until: dateOf(r, "until"), Recipient: web.Text(r, "recipient"), Page: web.Page{Number: min(n, 10_000), Size: web.PageSize},
	}
	v.Who, err = p.choose(r)
	if wrong, ok := invalid(err); ok {
		v.Wrong = append(v.Wrong, wrong...)
	} else if err != nil {
		return v, f, err
	}
	f, wrong := v.search()
	v.Wrong = append(v.Wrong, wrong...)
	return v, f, nil
}

// search is what is asked for.
func (v *searching) search() (f access.Search, wrong fault.Invalid) {
	f = access.Search{Account: v.Who.Account, Action: access.Action(v.Action), Outcome: v.Outcome}
	switch {
	case v.On == "":
	case v.What == "person":
		f.Person = v.On
	case v.What == "":
		wrong = append(wrong, fault.Message{Field: "what", Text: "Select what the number is of"})
	default:
		f.What, f.On = v.What, v.On
	}
	var ok bool
	if f.Since, ok = v.Since.day("since"); !ok {
		wrong = append(wrong, fault.Message{Field: "since", Text: "Enter a real day, such as 31 3 2026"})
	}
	if f.Until, ok = v.Until.day("until"); !ok {
		wrong = append(wrong, fault.Message{Field: "until", Text: "Enter a real day, such as 31 3 2026"})
	}
	if !f.Until.IsZero() {
		f.Until = f.Until.AddDate(0, 0, 1)
		if !f.Since.Before(f.Until) {
			wrong = append(wrong, fault.Message{Field: "until", Text: "The last day must not come before the first"})
		}
	}
	return f, wrong
}

func (p Pages) findEntries(w http.ResponseWriter, r *http.Request) error {
	v, f, err := p.searchOf(r)
	if err != nil {
		return err
	}
	return p.drawEntries(w, r, v, f)
}

func (p Pages) drawEntries(w http.ResponseWriter, r *http.Request, v searching, f access.Search) (err error) {
	by := access.From(r.Context())
	status := http.StatusOK
	if len(v.Wrong) > 0 {
		// Nothing is read from the ledger, and so nothing is in it of this: the form
		// is shown to those alone who may send it.
		may, err := p.Guard.May(r.Context(), by, access.ReadLedger)
		switch {
		case err != nil:
			return err
		case !may[access.ReadLedger]:
			return fault.Forbidden
		}
		status = http.StatusUnprocessableEntity
	} else {
		v.Looked = true
		if v.Entries, v.Total, err = p.Guard.Entries(r.Context(), by, f, v.Page.Offset(), v.Page.Limit()); err != nil {
			return err
		}
		var accounts []string
		for i := range v.Entries {
			accounts = append(accounts, v.Entries[i].Account)
		}
		if v.Names, err = p.names(r.Context(), accounts); err != nil {
			return err
		}
	}
	return web.Render(w, r, status, entriesPage(v))
}

// export sends the entries as a file. A recipient that is wanting is said on the
// page, before anything is sent.
func (p Pages) export(w http.ResponseWriter, r *http.Request) error {
	v, f, err := p.searchOf(r)
	if err != nil {
		return err
	}
	if len(v.Wrong) == 0 {
		err = p.Guard.Export(r.Context(), access.From(r.Context()), f, v.Recipient, &late{w: w})
		wrong, ok := invalid(err)
		if !ok {
			return err
		}
		v.Wrong = wrong
	}
	return p.drawEntries(w, r, v, f)
}

// late begins the download with its first byte.
type late struct {
	w     http.ResponseWriter
	began bool
}

func (l *late) Write(b []byte) (int, error) {
	if !l.began {
		l.began = true
		web.Attach(l.w, "text/csv; charset=utf-8", "ledger.csv")
	}
	return l.w.Write(b)
}

// sent are the fields of the search, to be sent again.
func (v *searching) sent() []hidden {
	all := []hidden{{"name", v.Who.Name}, {"account", v.Who.Account}, {"for", v.Who.For}, {"what", v.What}, {"on", v.On}, {"action", v.Action}, {"outcome", v.Outcome}}
	for _, part := range []string{"day", "month", "year"} {
		all = append(all, hidden{"since-" + part, v.Since["since-"+part]}, hidden{"until-" + part, v.Until["until-"+part]})
	}
	return slices.DeleteFunc(all, func(h hidden) bool { return h.Value == "" })
}

func (v *searching) counted() string {
	switch {
	case v.Total == 0:
		return "Nothing fits"
	case v.Page.HasLinks(v.Total):
		of := words.Thousands(v.Total)
		if v.Total > access.MostCounted {
			of = "more than " + words.Thousands(access.MostCounted)
		}
		if len(v.Entries) == 0 {
			return "No entries so far down the list of " + of
		}
		return "Entries " + words.Thousands(v.Page.Offset()+1) + " to " + words.Thousands(v.Page.Offset()+len(v.Entries)) + " of " + of
	}
	return words.Count(v.Total, "entry", "entries")
}

func (v *searching) actions() []govuk.Option {
	all := []govuk.Option{{Text: "Anything"}}
	for _, a := range access.Actions() {
		all = append(all, govuk.Option{Value: string(a), Text: sentence(string(a))})
	}
	return all
}

var (
	things   = []govuk.Option{{Text: "Select"}, {Value: "report", Text: "Report"}, {Value: "person", Text: "Person"}, {Value: "pattern", Text: "Pattern"}}
	outcomes = []govuk.Option{{Text: "Any"}, {Value: ledger.Done, Text: "Done"}, {Value: access.Refused, Text: "Refused, or not found"}}
)

// sentence begins with a capital.
func sentence(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

// purposes in the words of whoever chooses among them.
var purposes = map[access.Purpose]string{
	access.Protect: "To protect somebody", access.Enquire: "To enquire into a report", access.AuditIt: "To check how reports were recorded",
	access.Prepare: "To prepare a case, a clinic or a hearing", access.Request: "To answer a request about somebody’s own data", access.Maintain: "To look after the system",
}

func purpose(p string) string { return cmp.Or(purposes[access.Purpose(p)], "Not said") }

func exact(t time.Time) string { return t.In(when.London).Format("2 Jan 2006, 15:04:05") }

func (v *searching) table() govuk.Table {
	t := govuk.Table{Reflow: true, Classes: "clew-table--dense", Head: govuk.Cells("When", "Who", "What they did", "To what", "Purpose", "Outcome")}
	for i := range v.Entries {
		e := &v.Entries[i]
		t.Rows = append(t.Rows, []govuk.Cell{
			{Text: exact(e.At)}, {HTML: isolated(v.Names[e.Account])}, {Text: did(e)}, {HTML: thing(e)}, {Text: purpose(e.Purpose)}, {Text: outcome(e)},
		})
	}
	return t
}

// did says what was done. Who may change a thing looks at it under the same name.
func did(e *access.Entry) string {
	if e.Verb == ledger.Consultation && access.Changes(access.Action(e.Action)) {
		return sentence(e.Action) + " (looked only)"
	}
	return sentence(e.Action)
}

func outcome(e *access.Entry) string {
	if e.Outcome == ledger.Done {
		if e.Recipient != "" {
			return "Disclosed to " + e.Recipient
		}
		return "Done"
	}
	return sentence(e.Outcome)
}

func kindOf(e *access.Entry) string {
	if e.What == "" {
		return "–"
	}
	return sentence(e.What)
}

// isolated is what somebody wrote, which may run from right to left, by itself.
func isolated(text string) templ.Component { return bidi(text) }

// A looking is what the page of who looked at a person shows.
type looking struct {
	access.Looks
	Person string // as the address has it
	Names  map[string]string
	Page   web.Page
	Links  govuk.Pagination
}

func (p Pages) showLooks(w http.ResponseWriter, r *http.Request) (err error) {
	v := looking{Person: r.PathValue("person"), Page: web.PageOf(r)}
	if v.Looks, err = p.Guard.LookedAt(r.Context(), access.From(r.Context()), v.Person, v.Page.Offset(), v.Page.Limit()); err != nil {
		return err
	}
	if v.Page.HasLinks(v.Total) {
		v.Links = v.Page.Links(r, v.Total)
	}
	var accounts []string
	for i := range v.Own {
		accounts = append(accounts, v.Own[i].Account)
	}
	if v.Names, err = p.names(r.Context(), accounts); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, looksPage(v))
}

func (v *looking) counted() string {
	switch {
	case v.Total == 0:
		return "Nobody of your agency has looked at this person yet."
	case v.Total > access.MostCounted:
		return "More than " + words.Thousands(access.MostCounted) + " looks and acts, newest first"
	}
	return words.Count(v.Total, "look or act", "looks and acts") + ", newest first"
}

func (v *looking) table() govuk.Table {
	t := govuk.Table{Reflow: true, Classes: "clew-table--dense", Head: govuk.Cells("When", "Who", "What they did", "Purpose")}
	for i := range v.Own {
		e := &v.Own[i]
		t.Rows = append(t.Rows, []govuk.Cell{{Text: exact(e.At)}, {HTML: isolated(v.Names[e.Account])}, {Text: did(e)}, {Text: purpose(e.Purpose)}})
	}
	return t
}

func (v *looking) others() govuk.Table {
	t := govuk.Table{Reflow: true, Classes: "clew-table--dense", Head: govuk.Cells("Agency", "Purpose")}
	for _, o := range v.Others {
		t.Rows = append(t.Rows, []govuk.Cell{{HTML: isolated(o.Agency)}, {Text: purpose(string(o.Purpose))}})
	}
	return t
}
