package personweb

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/pattern/match"
	"clew/internal/person"
	"clew/internal/when"
	"clew/internal/words"
)

func itoa(n int) string { return strconv.Itoa(n) }

func peopleCounted(v *searching) string {
	if v.MorePeople {
		return "200 people or more"
	}
	return words.Count(v.AllPeople, "person", "people")
}

func reportsCounted(v *searching) string {
	if v.MoreReports {
		return "More than 200 reports"
	}
	return words.Count(v.AllReports, "report", "reports")
}

// personFacts is who a person is, in one line.
func personFacts(p person.Person) string {
	var parts []string
	if p.Born != "" {
		parts = append(parts, "Born "+born(p.Born))
	}
	switch {
	case p.AsVictim > 0 && p.AsSuspect > 0:
		parts = append(parts, "Victim in "+words.Count(p.AsVictim, "report", "reports"), "suspect in "+words.Count(p.AsSuspect, "report", "reports"))
	case p.AsSuspect > 0:
		parts = append(parts, "Suspect in "+words.Count(p.AsSuspect, "report", "reports"))
	default:
		parts = append(parts, "Victim in "+words.Count(p.AsVictim, "report", "reports"))
	}
	return strings.Join(parts, " · ")
}

// born is a date of birth in words, when it can be read, and else as written.
func born(s string) string {
	if m, err := when.Parse(s); err == nil && m.Precision == when.Day {
		return m.Words()
	}
	return s
}

// chance is a probability in words.
func chance(p float64) string {
	switch {
	case p >= .99:
		return "almost certainly"
	case p >= .8:
		return "probably"
	case p >= .5:
		return "more likely than not"
	case p >= .05:
		return "possibly"
	}
	return "hardly"
}

// holding says how surely a mention is held to be the person.
func (v *view) holding(t *told) string {
	switch {
	case v.Total == 1:
		return "The only mention of this person."
	case t.Fullest:
		return "It says most, so the others are set beside it."
	case t.Decided:
		return "Somebody decided that this is the same person: see Decisions."
	}
	return "Held to be this person: " + chance(t.Probability) + "."
}

// role and the three after it are what a mention says, sentence by sentence.
func (t *told) role() string {
	if t.Victim() {
		return "Victim,"
	}
	return "Suspect,"
}

func (t *told) bornWords() string {
	if t.Born == "" {
		return "."
	}
	return ", born " + born(t.Born) + "."
}

func (t *told) opposite() string {
	switch {
	case t.Victim() && t.Other == "":
		return "No suspect is named."
	case t.Victim():
		return "The suspect is " + t.Other + "."
	case t.Other == "":
		return "No victim is named."
	}
	return "The victim is " + t.Other + "."
}

// why is the evidence for a mention by itself.
func (t *told) why() string {
	s := "Set beside the mention that says most. " + t.Why.Sentence()
	if t.Why.Same < .5 {
		s += " That alone is not enough: it is held to be this person because of other mentions, because the other party of the reports is the same, or because somebody decided so."
	}
	return s
}

// bit is thousandths of a bit, with a sign.
func bit(milli int32) string {
	n, sign := int64(milli), "+"
	if n < 0 {
		n, sign = -n, "−"
	}
	return fmt.Sprintf("%s%d.%03d", sign, n/1000, n%1000)
}

// bits is a score as a table that anybody can add up.
func bits(s *match.Score) govuk.Table {
	t := govuk.Table{Classes: "clew-table--dense", Caption: "What speaks for one person (+) and against (−), in bits", CaptionClasses: "govuk-table__caption--s",
		Head: []govuk.Cell{{Text: "Compared"}, {Text: "How it compares"}, {Text: "Bits", Format: "numeric"}}}
	for _, b := range s.Bits {
		t.Rows = append(t.Rows, []govuk.Cell{{Text: words.Capital(b.Field)}, {Text: b.Why}, {Text: bit(b.MilliBits), Format: "numeric"}})
	}
	t.Rows = append(t.Rows, []govuk.Cell{{Text: "Total", Classes: "govuk-!-font-weight-bold"}, {Text: chance(s.Same) + " the same person", Classes: "govuk-!-font-weight-bold"},
		{Text: bit(s.Total), Format: "numeric", Classes: "govuk-!-font-weight-bold"}})
	return t
}

// household reports that what agrees may be what people of one home share.
func household(s *match.Score) bool { return s.Household > s.Same && s.Household >= .05 }

// reportOf is the key of the report a mention is in.
func reportOf(mention string) string { return mention[:len(mention)-1] }

// other is who stands opposite in a pattern, with their id when they are known.
func other(l pattern.Line, as string) (name, id string) {
	if as == "victim" {
		if strings.HasPrefix(l.Suspect, "?") {
			return l.SuspectName, ""
		}
		return l.SuspectName, l.Suspect
	}
	return l.VictimName, l.Victim
}

func findingTag(f pattern.Finding) govuk.Tag {
	return govuk.Tag{Text: f.Words(), Classes: "clew-tag " + map[pattern.Finding]string{
		pattern.NotRecorded: "govuk-tag--orange", pattern.Recorded: "govuk-tag--turquoise", pattern.Conduct: "govuk-tag--grey", pattern.Single: "govuk-tag--grey",
	}[f]}
}

// lineFacts are the few figures of a pattern.
func lineFacts(l *pattern.Line) string {
	parts := []string{words.Count(l.Occasions, "occasion", "occasions"), words.Count(l.Reports, "report", "reports"), words.Count(l.Agencies, "agency", "agencies"), "last " + when.DayOf(l.Latest)}
	if l.Relationship != pattern.Unsaid {
		parts = append(parts, l.Relationship.Words())
	}
	return strings.Join(parts, " · ")
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// details and inset are the components, as templ can give them children.
func details(summary string, open bool) templ.Component {
	return govuk.Details{SummaryText: summary, Open: open}
}

func inset(id string) templ.Component { return govuk.InsetText{ID: id} }
