package reportweb

import (
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"clew/internal/access"
	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/when"
	"clew/internal/words"
)

// A view is what a report's page shows.
type view struct {
	report.Held
	Part            pattern.Part
	Versions        []report.Held   // of the same record, oldest first, this one among them
	Changes         []report.Change // of the same record: what newer versions say and a hold stops, the newest first
	Victim, Suspect *person.Person  // who they are held to be; nil when nobody is named
	Import          *report.Import  // nil when it was typed in, or is not the reader's to see
	May             map[access.Action]bool
	Keeps           bool // it is their own agency's, and they may set a hold
}

// trail is the way back to the search, for those who have one.
func (v *view) trail() []govuk.Crumb {
	if !v.May[access.FindReports] {
		return nil
	}
	return []govuk.Crumb{{Text: "Search", Href: "/search"}}
}

// A field is one thing that was written down.
type field struct{ Name, Value string }

var kindWords = map[report.Kind]string{
	report.Crime: "Crime", report.Incident: "Incident", report.Call: "Call", report.Intelligence: "Intelligence",
	report.Referral: "Referral", report.FoundProperty: "Found property", report.Note: "Note",
}

// recordFields are the fields of a record, each with what was written, or "".
func recordFields(r *report.Record) []field {
	position := ""
	if r.Position != nil {
		position = strconv.FormatFloat(r.Position.Latitude, 'f', -1, 64) + ", " + strconv.FormatFloat(r.Position.Longitude, 'f', -1, 64)
	}
	return []field{
		{"Reference", r.ID}, {"Agency", r.Agency}, {"Kind of record", kindWords[r.Kind]}, {"Reported", when.MinuteOf(r.Reported)}, {"Happened", happened(r)},
		{"Offence code", r.OffenceCode}, {"Offence", r.Offence}, {"Occurrences", occurrences(r.Count)}, {"Relationship", r.Relationship},
		{"Place", r.Place}, {"Position", position}, {"Outcome", r.Outcome},
	}
}

func occurrences(n int) string {
	if n <= 1 {
		return ""
	}
	return "Stands for " + words.Thousands(n) + " occurrences"
}

// happened is when, as precisely as it was written.
func happened(r *report.Record) string {
	switch {
	case !r.From.Known() && !r.To.Known():
		return ""
	case !r.From.Known():
		return "until " + r.To.Words()
	case !r.To.Known(), r.To.String() == r.From.String():
		return r.From.Words()
	}
	return r.From.Words() + " to " + r.To.Words()
}

func partyFields(p *report.Party) []field {
	all := func(values []string) string { return strings.Join(values, "; ") }
	return []field{
		{"Given name", p.GivenName}, {"Family name", p.FamilyName}, {"Also called", all(p.Aliases)}, {"Date of birth", p.Born}, {"Sex", p.Sex},
		{"Phone", all(p.Phones)}, {"E-mail", all(p.Emails)}, {"Handle", all(p.Handles)}, {"Address", all(p.Addresses)}, {"Postcode", all(p.Postcodes)},
		{"Vehicle", all(p.Vehicles)}, {"Agency’s reference", p.Ref},
	}
}

func extraFields(r *report.Record) []field {
	all := make([]field, len(r.Extra))
	for i, e := range r.Extra {
		all[i] = field{e.Column, e.Value}
	}
	return all
}

// given and gaps are the fields that have something in them, and the names of
// those that have not.
func given(all []field) (some []field) {
	for _, f := range all {
		if f.Value != "" {
			some = append(some, f)
		}
	}
	return some
}

func gaps(all []field) string {
	var names []string
	for _, f := range all {
		if f.Value == "" {
			names = append(names, strings.ToLower(f.Name[:1])+f.Name[1:])
		}
	}
	return strings.Join(names, ", ")
}

// ended are the changes that wait no more.
func (v *view) ended() (all []report.Change) {
	for _, c := range v.Changes {
		if !c.Ended.IsZero() {
			all = append(all, c)
		}
	}
	return all
}

// A version is one report of the record, and what it says otherwise than the one
// before it.
type version struct {
	report.Held
	Changed []string
	This    bool
}

// versions are all reports of the record, newest first.
func (v *view) versions() []version {
	all := make([]version, 0, len(v.Versions))
	for i := range v.Versions {
		one := version{Held: v.Versions[i], This: v.Versions[i].Key == v.Key}
		if i > 0 {
			one.Changed = changed(&v.Versions[i-1].Record, &v.Versions[i].Record)
		}
		all = append(all, one)
	}
	slices.Reverse(all)
	return all
}

// changed names the fields in which two reports of one record differ.
func changed(a, b *report.Record) (names []string) {
	compare := func(prefix string, x, y []field) {
		for i := range x {
			if x[i].Value != y[i].Value {
				names = append(names, prefix+lower(x[i].Name))
			}
		}
	}
	compare("", recordFields(a), recordFields(b))
	if a.Narrative != b.Narrative {
		names = append(names, "what it says")
	}
	compare("victim’s ", partyFields(&a.Victim), partyFields(&b.Victim))
	compare("suspect’s ", partyFields(&a.Suspect), partyFields(&b.Suspect))
	if !slices.Equal(a.Extra, b.Extra) {
		names = append(names, "other columns")
	}
	return names
}

// newest is the report that counts: the last correction.
func (v *view) newest() string { return v.Versions[len(v.Versions)-1].Key }

// corrects is the report that this one corrects, or "".
func (v *view) corrects() string {
	for i := range v.Versions {
		if v.Versions[i].ReplacedBy == v.Key {
			return v.Versions[i].Key
		}
	}
	return ""
}

// lead is the report in one line.
func (v *view) lead() string {
	what := strings.TrimSpace(v.OffenceCode + " " + v.Offence)
	if what == "" {
		what = "no offence recorded"
	}
	kind := kindWords[v.Kind]
	if kind == "" {
		kind = string(v.Kind)
	}
	return kind + ": " + what
}

// dates are when it happened and when the agency came to know.
func (v *view) dates() string {
	s := "Reported " + when.MinuteOf(v.Reported)
	if h := happened(&v.Record); h != "" {
		s = "Happened " + h + " · " + lower(s)
	}
	return s
}

func rows(all []field) (rows []govuk.Row) {
	for _, f := range given(all) {
		rows = append(rows, govuk.Row{Key: govuk.Cell{HTML: isolated(f.Name)}, Value: govuk.Cell{HTML: written(f.Value)}})
	}
	return rows
}

func personFacts(p *person.Person) string {
	switch {
	case p.AsVictim > 0 && p.AsSuspect > 0:
		return "victim in " + words.Count(p.AsVictim, "report", "reports") + ", suspect in " + words.Count(p.AsSuspect, "report", "reports")
	case p.AsSuspect > 0:
		return "suspect in " + words.Count(p.AsSuspect, "report", "reports")
	}
	return "victim in " + words.Count(p.AsVictim, "report", "reports")
}

func details(summary string, open bool) templ.Component {
	return govuk.Details{SummaryText: summary, Open: open}
}

func itoa(n int) string { return strconv.Itoa(n) }

func lower(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func joined(all []string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:len(all)-1], ", ") + " and " + all[len(all)-1]
}

func lineWords(n int) string { return "line " + words.Thousands(n) }
