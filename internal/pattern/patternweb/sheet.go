package patternweb

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"strings"

	"clew/internal/law"
	"clew/internal/pattern"
	"clew/internal/when"
	"clew/internal/words"
)

//go:embed sheet.css
var sheetStyle string

// most is how many patterns a sheet shows; the rest are in patterns.csv. A page
// of ten thousand timelines opens on no laptop.
const most = 400

// A Sheet is what report.html shows.
type Sheet struct {
	Read, Kept, Aside int // rows of the extract
	Twice, Old        int // rows that were there already; rows a later row corrects
	People            int
	Findings          map[pattern.Finding]int
	Courses           []pattern.Course // the most pressing
	Left              int              // patterns not shown
	Notices           []string
}

// SheetOf makes a sheet of a worklist.
func SheetOf(w *pattern.Worklist, read, aside int, notices []string) Sheet {
	s := Sheet{Read: read, Kept: w.Records + w.Twice, Aside: aside, Twice: w.Twice, Old: w.Old, People: w.People, Notices: notices,
		Findings: map[pattern.Finding]int{}, Courses: w.Courses[:min(most, len(w.Courses))]}
	s.Left = len(w.Courses) - len(s.Courses)
	for i := range w.Courses {
		s.Findings[w.Courses[i].Finding]++
	}
	return s
}

// Write writes the sheet as one self-contained HTML page.
func (s Sheet) Write(ctx context.Context, w io.Writer) error { return sheet(s).Render(ctx, w) }

func (s Sheet) lead() string {
	n := s.Findings[pattern.NotRecorded]
	if n == 0 {
		return "No course of conduct was found that the records suggest is stalking and nobody has recorded as such."
	}
	return fmt.Sprintf("%s: the records suggest stalking, and no report of it is recorded as stalking.", words.Count(n, "pattern", "patterns"))
}

type total struct{ name, value string }

func (s Sheet) totals() []total {
	return []total{
		{"Rows read", words.Thousands(s.Read)}, {"Kept", words.Thousands(s.Kept)}, {"Set aside", words.Thousands(s.Aside)},
		{"There twice", words.Thousands(s.Twice)}, {"Corrected by a later row", words.Thousands(s.Old)}, {"People", words.Thousands(s.People)},
		{"Stalking, not recorded", words.Thousands(s.Findings[pattern.NotRecorded])}, {"Stalking, recorded", words.Thousands(s.Findings[pattern.Recorded])},
		{"Other courses of conduct", words.Thousands(s.Findings[pattern.Conduct])}, {"Several records, one occasion", words.Thousands(s.Findings[pattern.Single])},
	}
}

type group struct {
	heading, words string
	courses        []*pattern.Course
}

// FindingWords names a finding for a reader, and says what it means.
func FindingWords(f pattern.Finding) (heading, words string) {
	switch f {
	case pattern.NotRecorded:
		words = "Read these first. The records suggest stalking and no agency has recorded it."
	case pattern.Recorded:
		words = "At least one report is recorded as stalking. Check that every agency involved knows."
	case pattern.Conduct:
		words = "The same two people come up again. Each says what it looks like instead, or what nobody has asked yet."
	default:
		words = "Everything happened within one stretch of hours."
	}
	return f.Words(), words
}

func (s Sheet) groups() (all []group) {
	for i := range s.Courses {
		c := &s.Courses[i]
		h, words := FindingWords(c.Finding)
		if len(all) == 0 || all[len(all)-1].heading != h {
			all = append(all, group{heading: h, words: words})
		}
		g := &all[len(all)-1]
		g.courses = append(g.courses, c)
	}
	return all
}

func (s Sheet) further() string {
	return fmt.Sprintf("This page shows the %s most pressing. %s more are in patterns.csv, in the same order.", words.Thousands(len(s.Courses)), words.Thousands(s.Left))
}

func facts(c *pattern.Course) string {
	parts := []string{c.ID, words.Count(c.Total, "occasion", "occasions"), words.Count(len(c.Accounts), "report", "reports"), strings.Join(c.Agencies, ", ")}
	if c.Relationship != pattern.Unsaid {
		parts = append(parts, c.Relationship.Words())
	}
	return strings.Join(parts, " · ")
}

func recordCount(c *pattern.Course) string {
	return words.Count(len(c.Accounts), "record", "records") + " and the elements"
}

func recordedAs(a *pattern.Account) string {
	switch s := strings.TrimSpace(a.Code + " " + a.Title); {
	case s != "":
		return s
	case a.Family == law.NoCrime:
		return "No crime (" + string(a.Kind) + ")"
	default:
		return "Not said"
	}
}

func elementState(p *pattern.Course, e pattern.Element) string {
	if !e.Shown() {
		return "not shown. " + e.Missing
	}
	days := make([]string, 0, len(e.Met))
	for _, i := range e.Met {
		days = append(days, when.DayOf(p.Occasions[i].From))
	}
	if len(days) > 6 {
		days = append(days[:5], fmt.Sprintf("%d more", len(days)-5))
	}
	return "spoken to by " + strings.Join(days, ", ")
}
