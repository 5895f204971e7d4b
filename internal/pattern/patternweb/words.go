package patternweb

import (
	"fmt"
	"time"

	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/pattern/match"
	"clew/internal/person"
	"clew/internal/words"
)

// suggestion is the finding in plain words, for the top of a page.
func suggestion(p *pattern.Pattern) string {
	who := ""
	if p.Relationship != pattern.Unsaid {
		who = " The suspect is recorded as " + p.Relationship.Words() + "."
	}
	switch p.Finding {
	case pattern.NotRecorded:
		return "The records suggest stalking, and no agency has recorded it as stalking." + who
	case pattern.Recorded:
		return "Stalking is recorded. Check that every agency involved knows." + who
	case pattern.Conduct:
		return "The same two people come up again, and the records do not show stalking." + who
	}
	return "There are several records, and they are of one occasion." + who
}

// long is how long something went on, to read at a glance.
func long(first, last time.Time) string {
	switch days := int(last.Sub(first).Hours()/24) + 1; {
	case days < 14:
		return words.Count(days, "day", "days")
	case days < 7*13:
		return words.Count(days/7, "week", "weeks")
	case days < 365*2:
		return words.Count((days*2+30)/61, "month", "months")
	default:
		return words.Count(days/365, "year", "years")
	}
}

// roles say what a person is in the reports held.
func roles(p person.Person) string {
	switch {
	case p.AsSuspect == 0:
		return "victim in " + words.Count(p.AsVictim, "report", "reports")
	case p.AsVictim == 0:
		return "suspect in " + words.Count(p.AsSuspect, "report", "reports")
	}
	return "victim in " + words.Count(p.AsVictim, "report", "reports") + ", suspect in " + words.Thousands(p.AsSuspect)
}

// occasionWords number an occasion, and say what a series stands for.
func occasionWords(i int, o *pattern.Occasion) string {
	if o.Count > 1 {
		return fmt.Sprintf("Occasion %s, and %s more like it", words.Thousands(i+1), words.Thousands(o.Count-1))
	}
	return "Occasion " + words.Thousands(i+1)
}

func elementRows(v *view) (rows [][]govuk.Cell) {
	for _, e := range v.P.Elements {
		tag := govuk.Tag{Text: "Yes", Classes: "clew-tag govuk-tag--green"}
		if !e.Shown() {
			tag = govuk.Tag{Text: "Not yet", Classes: "clew-tag govuk-tag--grey"}
		}
		rows = append(rows, []govuk.Cell{{HTML: elementName(e)}, {HTML: tag}, {HTML: block(metList(v, e))}})
	}
	return rows
}

func reportRows(v *view) (rows [][]govuk.Cell) {
	for i := range v.P.Told {
		t := &v.P.Told[i]
		rows = append(rows, []govuk.Cell{
			{HTML: wrap(whenCell(t, &v.P.Occasions[t.Occasion]))}, {HTML: saysCell(t)}, {Text: recordedAs(&t.Account)}, {HTML: reportCell(t)},
		})
	}
	return rows
}

func bitRows(s *match.Score) (rows [][]govuk.Cell) {
	for _, b := range s.Bits {
		rows = append(rows, []govuk.Cell{{Text: words.Capital(b.Why)}, {Text: bits(b.MilliBits), Format: "numeric"}})
	}
	return append(rows, []govuk.Cell{{Text: "Together", Classes: "govuk-!-font-weight-bold"}, {Text: bits(s.Total), Format: "numeric", Classes: "govuk-!-font-weight-bold"}})
}
