package pattern

import (
	"strconv"
	"strings"

	"clew/internal/law"
	"clew/internal/when"
)

// PatternColumns are the columns of patterns.csv (docs/formats.md §1).
var PatternColumns = []string{"pattern_id", "victim", "suspect", "records", "agencies", "occasions", "first", "last",
	"behaviours", "recorded_as", "stalking_recorded", "finding", "reasons"}

// LinkColumns are the columns of links.csv.
var LinkColumns = []string{"record_id", "agency", "role", "person_id", "probability"}

// Cells is a course as a row of patterns.csv.
func (c *Course) Cells() []string {
	recorded := "no"
	if c.StalkingRecorded() {
		recorded = "yes"
	}
	return []string{
		c.ID, c.Victim, c.Suspect, strings.Join(c.records(), ";"), strings.Join(c.Agencies, ";"), strconv.Itoa(c.Total),
		when.On(c.First).String(), when.On(c.Last).String(), strings.Join(Behaviours(c.Behaviours), ";"),
		strings.Join(c.codes(), ";"), recorded, string(c.Finding), strings.Join(c.Reasons, " "),
	}
}

// records lists the record ids, each once, in order of when things happened.
func (p *Pattern) records() (all []string) {
	for i := range p.Accounts {
		all = appendNew(all, p.Accounts[i].ID)
	}
	return all
}

func (p *Pattern) codes() (all []string) {
	for _, r := range p.RecordedAs {
		name := r.Code
		if name == "" {
			name = r.Title
		}
		if name == "" && r.Family == law.NoCrime {
			name = "none"
		}
		if name != "" {
			all = appendNew(all, name)
		}
	}
	return all
}

// Cells is a link as a row of links.csv. A person is known by a number that
// means nothing outside the file.
func (l *Link) Cells() []string {
	role := "victim"
	if l.Suspect {
		role = "suspect"
	}
	return []string{l.Record, l.Agency, role, "P" + strconv.Itoa(int(l.Person)+1), strconv.FormatFloat(l.Probability, 'f', 4, 64)}
}
