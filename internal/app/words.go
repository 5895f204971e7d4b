package app

import (
	"fmt"
	"strings"

	"clew/internal/pattern"
	"clew/internal/recording"
	"clew/internal/when"
)

func (v welcome) empty() bool {
	total := v.Imports
	for _, n := range v.Counts {
		total += n
	}
	return total == 0
}

func (v welcome) unrecorded() string {
	if v.Counts[pattern.NotRecorded] == 1 {
		return "pattern of reports suggests stalking, and no agency has recorded it as stalking."
	}
	return "patterns of reports suggest stalking, and no agency has recorded them as stalking."
}

func (v welcome) waiting() string {
	if v.Waiting == 1 {
		return "1 decision waits for a second person"
	}
	return fmt.Sprintf("%d decisions wait for a second person", v.Waiting)
}

type total struct{ name, value string }

func (v welcome) totals() (all []total) {
	for _, f := range []struct {
		finding pattern.Finding
		name    string
	}{{pattern.NotRecorded, "Suggests stalking, not recorded"}, {pattern.Recorded, "Stalking is recorded"}, {pattern.Conduct, "Other repeats"}, {pattern.Single, "One occasion, several records"}} {
		all = append(all, total{f.name, fmt.Sprint(v.Counts[f.finding])})
	}
	return all
}

func facts(e recording.Entry) string {
	parts := []string{fmt.Sprintf("%d reports", e.Reports), fmt.Sprintf("%d agencies", e.Agencies), "last " + when.DayOf(e.Latest)}
	if e.Agencies == 1 {
		parts[1] = "1 agency"
	}
	if e.Relationship != pattern.Unsaid {
		parts = append(parts, e.Relationship.Words())
	}
	return strings.Join(parts, " · ")
}

// first is the reason that says what was done, or the first there is.
func first(why []string) string {
	if len(why) > 1 {
		return why[1]
	}
	return strings.Join(why, " ")
}
