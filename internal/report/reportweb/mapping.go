package reportweb

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/intake"
	"clew/internal/report"
	"clew/internal/web"
	saying "clew/internal/words"
)

// A mapping is which of their columns is which of ours, for a person to confirm.
type mapping struct {
	Columns []theirs
	Agency  string
	Missing []report.Column // that a file must have, and nothing was found for
	Doubts  []report.Doubt
	Notices []string
}

// A theirs is one column of a file.
type theirs struct {
	Name    string
	Field   string   // of the form
	Ours    string   // one of our columns, or "" to keep it as it is
	Own     bool     // it bears one of our names
	Samples []string // a few of its values
}

const (
	samples       = 3
	longestSample = 40
)

// mappingOf is a mapping with the beginning of the file it is for.
func mappingOf(p *intake.Preview, m report.Mapping, agency string) mapping {
	v := mapping{Agency: agency, Doubts: p.Proposal.Doubts, Notices: p.Notices}
	for i, name := range p.Header {
		c := theirs{Name: name, Field: "c" + strconv.Itoa(i), Ours: m[name], Own: ours(name) != nil}
		if c.Ours == "" && c.Own {
			c.Ours = ours(name).Name
		}
		for _, row := range p.Rows {
			if i < len(row.Cells) && (row.Record != nil || p.Wrong != nil) {
				c.sample(row.Cells[i])
			}
		}
		v.Columns = append(v.Columns, c)
	}
	for _, c := range report.Columns {
		if c.Required && !slices.ContainsFunc(v.Columns, func(t theirs) bool { return t.Ours == c.Name }) {
			v.Missing = append(v.Missing, c)
		}
	}
	v.Doubts = slices.DeleteFunc(slices.Clone(v.Doubts), func(d report.Doubt) bool {
		return slices.ContainsFunc(v.Columns, func(t theirs) bool { return t.Ours == d.Column.Name })
	})
	return v
}

// sample keeps the first few values of a column, each once and cut short.
func (c *theirs) sample(value string) {
	value = strings.Join(strings.Fields(value), " ")
	if runes := []rune(value); len(runes) > longestSample {
		value = string(runes[:longestSample-1]) + "…"
	}
	if value != "" && len(c.Samples) < samples && !slices.Contains(c.Samples, value) {
		c.Samples = append(c.Samples, value)
	}
}

// ours is our column of a name, in whatever case and with whatever between its
// words; nil when there is none.
func ours(name string) *report.Column {
	name = strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(name)))
	i := slices.IndexFunc(report.Columns, func(c report.Column) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return &report.Columns[i]
}

// choices are our columns, for a column of theirs.
func (c *theirs) choices() []govuk.Option {
	all := make([]govuk.Option, 0, len(report.Columns)+1)
	if !c.Own {
		all = append(all, govuk.Option{Value: "", Text: "Keep it as it is"})
	}
	for _, o := range report.Columns {
		all = append(all, govuk.Option{Value: o.Name, Text: columnWords(o.Name), Selected: o.Name == c.Ours})
	}
	return all
}

// columnWords names a column of ours in words: "victim: given name".
func columnWords(name string) string {
	role, rest, ok := strings.Cut(name, "_")
	if ok && (role == "victim" || role == "suspect") {
		return saying.Capital(role) + ": " + strings.NewReplacer("dob", "date of birth", "email", "e-mail", "ref", "agency’s number", "name", "whole name", "given_name", "given name", "family_name", "family name").Replace(rest)
	}
	words := map[string]string{
		"record_id": "Reference of the record", "reported_at": "Reported (date and time)", "occurred_from": "Happened, or began", "occurred_to": "Ended",
		"offence_code": "Offence code", "count": "How many occurrences", "narrative": "What is written about it",
	}
	if w := words[name]; w != "" {
		return w
	}
	return saying.Capital(strings.ReplaceAll(name, "_", " "))
}

// sent is the mapping that was sent for the columns of a file.
func sent(r *http.Request, header []string) (m report.Mapping, agency string) {
	m = report.Mapping{}
	for i, name := range header {
		if c := ours(web.Text(r, "c"+strconv.Itoa(i))); c != nil {
			m[name] = c.Name
		}
	}
	return m, web.Text(r, "agency")
}

// checked says, in the words of the page, what a mapping lacks.
func checked(m report.Mapping, agency string, header []string) (wrong fault.Invalid) {
	var all fault.Messages
	taken := map[string][]int{}
	for i, name := range header {
		c := m[name]
		if own := ours(name); c == "" && own != nil {
			c = own.Name
		}
		if c != "" {
			taken[c] = append(taken[c], i)
		}
	}
	for _, c := range report.Columns {
		at := taken[c.Name]
		most := 1
		if c.Several {
			most = len(header)
		} else if date(c.Name) {
			most = 2 // a day and a time of day
		}
		switch {
		case c.Required && len(at) == 0:
			all.Add("columns-"+c.Name, "Choose which column is “"+columnWords(c.Name)+"”")
		case len(at) > most:
			all.Add("c"+strconv.Itoa(at[1]), fmt.Sprintf("“%s” and “%s” are both “%s”: choose one of them", header[at[0]], header[at[1]], columnWords(c.Name)))
		}
	}
	if len(taken["agency"]) == 0 && agency == "" {
		all.Add("agency", "Enter the agency that holds these records, or choose which column says so")
	}
	if err := all.Err(); err != nil {
		wrong = err.(fault.Invalid)
	}
	for i := range wrong {
		if strings.HasPrefix(wrong[i].Field, "columns-") {
			wrong[i].Field = "columns"
		}
	}
	return wrong
}

// agencyToCome stands in the first rows for an agency that is not entered yet.
const agencyToCome = "To be entered"

// saysAgency reports whether a column says which agency holds a record.
func saysAgency(m report.Mapping, header []string) bool {
	return slices.ContainsFunc(header, func(name string) bool {
		own := ours(name)
		return m[name] == "agency" || m[name] == "" && own != nil && own.Name == "agency"
	})
}

func (m *mapping) agencyHint() string {
	if slices.ContainsFunc(m.Columns, func(c theirs) bool { return c.Ours == "agency" }) {
		return "Only for rows in which the column is empty"
	}
	return "No column says it, so enter it here"
}

func date(column string) bool {
	return column == "reported_at" || column == "occurred_from" || column == "occurred_to"
}

// templateColumns are those of docs/formats.md: a name in two parts, not in one.
func templateColumns() (all []string) {
	for _, c := range report.Columns {
		if c.Name != "victim_name" && c.Name != "suspect_name" {
			all = append(all, c.Name)
		}
	}
	return all
}
