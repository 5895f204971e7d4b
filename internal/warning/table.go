package warning

import (
	_ "embed"
	"encoding/csv"
	"slices"
	"strings"
	"sync"
	"time"

	"clew/internal/when"
)

//go:embed rules.csv
var ruleTable string

func rowsOf(table string) [][]string {
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		panic(err) // built in
	}
	return rows[1:]
}

// A Version is one row of rules.csv: a rule as it was held between two days.
type Version struct {
	ID       string
	From     when.Moment // unknown: as far back as anybody asks
	Until    when.Moment // its last day; unknown while it is held
	Severity Severity
	Concern  Concern
	When     string // it is raised when …
	Do       string
	Clears   string
	Source   string
	Sure     string
}

// Versions are all rows, in file order.
var Versions = sync.OnceValue(func() (all []Version) {
	for _, r := range rowsOf(ruleTable) {
		v := Version{ID: r[0], Severity: Severity(r[3]), Concern: Concern(slices.Index(concerns, r[4])), When: r[5], Do: r[6], Clears: r[7], Source: r[8], Sure: r[9]}
		for i, m := range []*when.Moment{&v.From, &v.Until} {
			if r[i+1] != "" {
				var err error
				if *m, err = when.Parse(r[i+1]); err != nil {
					panic(err) // built in
				}
			}
		}
		all = append(all, v)
	}
	return all
})

// Held is a rule as it was held at t.
func Held(id string, t time.Time) (Version, bool) {
	for _, v := range Versions() {
		if v.ID == id && !(v.From.Known() && t.Before(v.From.From)) && !(v.Until.Known() && !t.Before(v.Until.To)) {
			return v, true
		}
	}
	return Version{}, false
}

// IDs are the ids of all rules, in the order of the documents.
var IDs = sync.OnceValue(func() (all []string) {
	for _, r := range rules {
		all = append(all, r.id)
	}
	return all
})
