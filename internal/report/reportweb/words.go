package reportweb

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"clew/internal/govuk"
	"clew/internal/report"
	"clew/internal/when"
	"clew/internal/words"
)

// stateTag is how an import stands, as a tag.
func stateTag(s report.ImportState) govuk.Tag {
	words := map[report.ImportState][2]string{
		report.Waiting: {"To be checked", "govuk-tag--yellow"}, report.Reading: {"Running", "govuk-tag--blue"}, report.Matching: {"Running", "govuk-tag--blue"},
		report.Done: {"Done", "govuk-tag--green"}, report.Failed: {"Failed", "govuk-tag--red"}, report.Stopped: {"Stopped", "govuk-tag--grey"},
	}[s]
	return govuk.Tag{Text: words[0], Classes: words[1]}
}

func (v *stage) heading() string {
	switch v.State {
	case report.Reading, report.Matching:
		return "The import is running"
	case report.Done:
		return "The import is done"
	case report.Failed:
		return "The import failed"
	case report.Stopped:
		return "The import was stopped"
	}
	if !v.Has {
		return "The uploaded file cannot be read any more"
	}
	return "Check the columns"
}

// refresh is after how many seconds the page is loaded again without scripts.
func (v *stage) refresh() int {
	if v.State.Running() {
		return 5
	}
	return 0
}

// sum says how the totals add up.
func (v *stage) sum() string {
	s := fmt.Sprintf("%s %s read: %s kept, %s held already to the letter, and %s set aside.", words.Thousands(v.Read), rowWords(v.Read), words.Thousands(v.Kept), words.Thousands(v.Already), words.Thousands(v.Import.Aside))
	if v.Corrected > 0 {
		s += fmt.Sprintf(" Of those kept, %s an older report of the same record; both are held, and the newer counts.", words.Count(v.Corrected, "corrects", "correct"))
	}
	if v.State == report.Done && v.Kept == 0 && v.Already > 0 {
		s += " Nothing in it was new."
	}
	return s
}

func rowWords(n int) string {
	if n == 1 {
		return "row"
	}
	return "rows"
}

func (v *stage) notices() []string {
	if v.Message == "" {
		return nil
	}
	return strings.Split(v.Message, "\n")
}

// goneWords say of a file that was never started why it cannot be.
func (v *stage) goneWords() string {
	if v.Message != "" {
		return v.Message + ". Nothing of it was taken in."
	}
	return "It was deleted, or moved away by somebody. Nothing of it was taken in."
}

func (v *stage) startWords() string {
	if v.State == report.Waiting {
		return "Start the import"
	}
	return "Start again"
}

// missing are the columns needed that nothing looks like: doubts are said apart.
func (m *mapping) missing() (all []report.Column) {
	for _, c := range m.Missing {
		doubted := false
		for _, d := range m.Doubts {
			doubted = doubted || d.Column.Name == c.Name
		}
		if !doubted {
			all = append(all, c)
		}
	}
	return all
}

func quotedList(names []string) string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = "“" + n + "”"
	}
	return joined(all)
}

func importsTable(v *imports) govuk.Table {
	t := govuk.Table{Reflow: true, Classes: "clew-table--dense", Head: []govuk.Cell{
		{Text: "File"}, {Text: "Uploaded"}, {Text: "By"}, {Text: "State"}, {Text: "Rows read", Format: "numeric"}, {Text: "Kept", Format: "numeric"}, {Text: "Held already", Format: "numeric"}, {Text: "Set aside", Format: "numeric"},
	}}
	for n := range v.All {
		i := &v.All[n]
		t.Rows = append(t.Rows, []govuk.Cell{
			{HTML: importLink(i)}, {Text: when.MinuteOf(i.Begun)}, {HTML: isolated(i.By)}, {HTML: tagged(stateTag(i.State))},
			{Text: words.Thousands(i.Read), Format: "numeric"}, {Text: words.Thousands(i.Kept), Format: "numeric"}, {Text: words.Thousands(i.Already), Format: "numeric"}, {Text: words.Thousands(i.Aside), Format: "numeric"},
		})
	}
	return t
}

// columnTable explains all columns of ours.
func columnTable() govuk.Table {
	t := govuk.Table{Reflow: true, Classes: "clew-table--dense", Head: govuk.Cells("Column", "Meaning")}
	for _, c := range report.Columns {
		meaning := c.Meaning
		if c.Required {
			meaning += " (needed)"
		}
		if c.Several {
			meaning += "; put ; between several"
		}
		t.Rows = append(t.Rows, govuk.Cells(c.Name, meaning))
	}
	return t
}

func mappingTable(v *stage) govuk.Table {
	t := govuk.Table{Reflow: true, Classes: "clew-table--dense clew-columns", Caption: "Columns of the file", CaptionClasses: "govuk-table__caption--m", Head: govuk.Cells("Their column", "Some of its values", "What it is")}
	for _, c := range v.Mapping.Columns {
		t.Rows = append(t.Rows, []govuk.Cell{
			{HTML: isolated(c.Name), Classes: "govuk-!-font-weight-bold"}, {HTML: isolated(cmp.Or(strings.Join(c.Samples, " · "), "–"))}, {HTML: mappingSelect(c, v.Wrong.Of(c.Field))},
		})
	}
	return t
}

// longestSaid is how much of a narrative a preview shows, in characters.
const longestSaid = 120

func previewTable(v *stage) govuk.Table {
	t := govuk.Table{Scroll: "The first rows, as they would be read", Classes: "clew-table--dense clew-wide", Head: govuk.Cells("Line", "Reference", "Agency", "Reported", "Recorded as", "Victim", "Suspect", "What it says")}
	for _, row := range v.preview.Rows {
		line := govuk.Cell{Text: words.Thousands(row.Line)}
		if row.Record == nil {
			t.Rows = append(t.Rows, []govuk.Cell{line, {HTML: setAside(row.Reason), Colspan: 7}})
			continue
		}
		r := row.Record
		said := []rune(r.Narrative)
		if len(said) > longestSaid {
			said = append(said[:longestSaid-1], '…')
		}
		t.Rows = append(t.Rows, []govuk.Cell{
			line, {HTML: isolated(r.ID)}, {HTML: isolated(r.Agency)}, {Text: when.DayOf(r.Reported)}, {HTML: isolated(cmp.Or(strings.TrimSpace(r.OffenceCode+" "+r.Offence), "–"))},
			{HTML: isolated(nameOf(&r.Victim))}, {HTML: isolated(nameOf(&r.Suspect))}, {HTML: isolated(cmp.Or(string(said), "–"))},
		})
	}
	return t
}

func nameOf(p *report.Party) string {
	if p.Empty() {
		return "–"
	}
	return p.Name()
}

func asideTable(v *stage) govuk.Table {
	t := govuk.Table{Scroll: "Rows that were set aside", Classes: "clew-table--dense clew-wide", Head: govuk.Cells("Line", "Why", "What stands there")}
	for _, a := range v.Aside {
		cells := a.Cells
		if len(cells) > mostCells {
			cells = append(append([]string(nil), cells[:mostCells]...), "…")
		}
		whole := []rune(strings.Join(cells, " | "))
		if len(whole) > 2*longestSaid {
			whole = append(whole[:2*longestSaid-1], '…')
		}
		t.Rows = append(t.Rows, []govuk.Cell{{Text: words.Thousands(a.Line)}, {HTML: isolated(a.Reason)}, {HTML: isolated(string(whole))}})
	}
	return t
}

func inset(id string) templ.Component { return govuk.InsetText{ID: id} }
