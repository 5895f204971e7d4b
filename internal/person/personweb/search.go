package personweb

import (
	"cmp"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

const (
	// mostPeople is how many people a search shows: nobody reads further.
	mostPeople = 200
	// longestSearch is how many characters a search may have.
	longestSearch = 200
)

// A searching is what the search page shows. Before anything is looked for, For
// is empty.
type searching struct {
	For                     string
	Wrong                   fault.Invalid
	People                  []person.Hit // of the page asked for
	Reports                 []report.Found
	AllPeople, AllReports   int // found, and to be shown
	MorePeople, MoreReports bool
	PeoplePage, ReportsPage web.Page
	Looked                  bool
	May                     map[access.Action]bool
}

func (v *searching) none() bool { return v.AllPeople == 0 && v.AllReports == 0 }

// find looks for what was typed. The pages of both lists are asked for in the
// form: an address may not hold what was looked for.
func (h room) find(r *http.Request) (v searching, err error) {
	v = searching{For: web.Text(r, "q"), PeoplePage: pageOf(r, "people"), ReportsPage: pageOf(r, "reports")}
	if v.May, err = h.may(r); err != nil {
		return v, err
	}
	switch n := utf8.RuneCountInString(v.For); {
	case n == 0:
		v.Wrong = fault.Invalid{{Field: "q", Text: "Enter a name, a number or a reference to look for"}}
		return v, nil
	case n > longestSearch:
		v.Wrong = fault.Invalid{{Field: "q", Text: "Enter 200 characters or fewer: a name, a number or a reference"}}
		return v, nil
	case !strings.ContainsFunc(v.For, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }):
		v.Wrong = fault.Invalid{{Field: "q", Text: "Enter at least one letter or number to look for"}}
		return v, nil
	}
	v.Looked = true
	people, err := h.people.Search(r.Context(), access.From(r.Context()), v.For)
	if err != nil {
		return v, err
	}
	v.MorePeople = len(people) >= mostPeople
	people = people[:min(len(people), mostPeople)]
	v.AllPeople = len(people)
	from := min(v.PeoplePage.Offset(), len(people))
	v.People = people[from:min(from+v.PeoplePage.Limit(), len(people))]
	v.Reports, v.AllReports, err = h.reports.Search(r.Context(), access.From(r.Context()), v.For, v.ReportsPage.Offset(), v.ReportsPage.Limit())
	if v.AllReports > report.MostFound {
		v.MoreReports, v.AllReports = true, report.MostFound
	}
	return v, err
}

func pageOf(r *http.Request, field string) web.Page {
	n, ok := web.Number(r, field)
	if !ok || n < 1 {
		n = 1
	}
	return web.Page{Number: min(n, 1000), Size: web.PageSize}
}

// by says what found a person, in words that follow "Found by".
func by(hit person.Hit, text string) string {
	switch hit.By {
	case "number":
		switch {
		case strings.Contains(text, "@"):
			return "e-mail address"
		case len(strings.Map(onlyDigits, text)) >= 7 && !strings.ContainsFunc(text, unicode.IsLetter):
			return "phone number"
		}
		return "vehicle or national number"
	case "reference":
		return "an agency’s own reference for the person"
	case "name":
		return "how a name is spelt"
	case "name by sound":
		return "how a name sounds"
	}
	return hit.By
}

func onlyDigits(c rune) rune {
	if c >= '0' && c <= '9' {
		return c
	}
	return -1
}

// kindWords names the kinds of record for a reader.
var kindWords = map[report.Kind]string{
	report.Crime: "Crime", report.Incident: "Incident", report.Call: "Call", report.Intelligence: "Intelligence",
	report.Referral: "Referral", report.FoundProperty: "Found property", report.Note: "Note",
}

// recordedAs is what a report was recorded as, in words.
func recordedAs(code, offence string, kind report.Kind) string {
	if s := strings.TrimSpace(code + " " + offence); s != "" {
		return s
	}
	if w := kindWords[kind]; w != "" {
		return w + ", no offence recorded"
	}
	return "no offence recorded"
}

func peopleTable(v *searching) govuk.Table {
	t := govuk.Table{Reflow: true, Classes: "clew-table--dense", Head: []govuk.Cell{
		{Text: "Name"}, {Text: "Born"}, {Text: "Victim in", Format: "numeric"}, {Text: "Suspect in", Format: "numeric"}, {Text: "Found by"},
	}}
	for _, hit := range v.People {
		t.Rows = append(t.Rows, []govuk.Cell{
			{HTML: personLink(hit)}, {Text: cmp.Or(born(hit.Born), "Not known")}, {Text: reports(hit.AsVictim), Format: "numeric"}, {Text: reports(hit.AsSuspect), Format: "numeric"}, {Text: by(hit, v.For)},
		})
	}
	return t
}

func reports(n int) string {
	if n == 0 {
		return "–"
	}
	return words.Count(n, "report", "reports")
}

func reportsTable(v *searching) govuk.Table {
	t := govuk.Table{Reflow: true, Classes: "clew-table--dense", Head: govuk.Cells("Reference", "Agency", "Reported", "Recorded as", "Victim", "Suspect", "Found by")}
	for i := range v.Reports {
		f := &v.Reports[i]
		t.Rows = append(t.Rows, []govuk.Cell{
			{HTML: reportLink(f)}, {HTML: isolated(f.Agency)}, {Text: when.DayOf(f.Reported)}, {HTML: isolated(recordedAs(f.Code, f.Offence, f.Kind))},
			{HTML: isolated(cmp.Or(f.Victim, "Not named"))}, {HTML: isolated(cmp.Or(f.Suspect, "Not named"))}, {Text: f.By},
		})
	}
	return t
}
