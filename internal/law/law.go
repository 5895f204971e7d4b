// Package law holds what the law and the recording rules said, and when. An
// offence has a first and last day; a rule of recording came in on a date and
// may go out on another. Nothing elsewhere in the program may say "since April
// 2020": it asks this package what held on a day.
//
// The tables are CSV files beside this one. Each row names its source and says
// whether we read the source or rely on memory ("sure").
package law

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Family groups offences as a reader of recording practice would.
type Family string

const (
	Stalking       Family = "stalking"
	Harassment     Family = "harassment"
	Breach         Family = "breach"
	Coercion       Family = "coercive control"
	Communications Family = "communications"
	Threats        Family = "threats"
	Violence       Family = "violence"
	Other          Family = "other"
	NoCrime        Family = "no crime"
)

// An Offence is one row of the offence table.
type Offence struct {
	Code   string // Home Office code or statistics class
	CJS    string // court and PNC code; empty for a class
	Family Family
	Mode   string // summary, either-way, civil; empty for a class
	From   time.Time
	Until  time.Time // the last day; zero while it is open
	Title  string
	Source string
	Sure   string
}

// A Policy is a rule of recording and the days between which it held.
type Policy struct {
	Name, What, Source, Sure string
	From, Until              time.Time
}

// FormerPartner is the policy that a former partner's course of conduct is
// recorded as stalking first.
const FormerPartner = "former-partner-stalking-first"

// Offences and Policies are the tables, in file order.
var (
	Offences = read("offences.csv", func(f []string) Offence {
		return Offence{Code: f[0], CJS: f[1], Family: Family(f[2]), Mode: f[3], From: day(f[4]), Until: day(f[5]), Title: f[6], Source: f[7], Sure: f[8]}
	})
	Policies = read("policies.csv", func(f []string) Policy {
		return Policy{Name: f[0], From: day(f[1]), Until: day(f[2]), What: f[3], Source: f[4], Sure: f[5]}
	})
	byCode = index()
)

// In reports whether p held on the day of t.
func (p Policy) In(t time.Time) bool { return holds(p.From, p.Until, t) }

// Held returns the named policy if it held on the day of t.
func Held(name string, t time.Time) (Policy, bool) {
	for _, p := range Policies {
		if p.Name == name && p.In(t) {
			return p, true
		}
	}
	return Policy{}, false
}

// Find returns the offence with a Home Office code or class as it stood on the
// day of t, or failing that the code's latest row.
func Find(code string, t time.Time) (Offence, bool) {
	rows := byCode[tidy(code)]
	for _, o := range rows {
		if holds(o.From, o.Until, t) {
			return o, true
		}
	}
	if len(rows) == 0 {
		return Offence{}, false
	}
	return rows[len(rows)-1], true
}

// FamilyOf sorts what an agency recorded into a family, by its code or, when it
// has none that we know, by its title. Words in a title decide only where the
// code does not: a title is free text.
func FamilyOf(code, title string) Family {
	if rows := byCode[tidy(code)]; len(rows) > 0 {
		return rows[0].Family
	}
	words := strings.ToLower(title)
	for _, w := range titleWords {
		if strings.Contains(words, w.word) {
			return w.family
		}
	}
	if strings.TrimSpace(code) == "" && strings.TrimSpace(title) == "" {
		return NoCrime
	}
	return Other
}

var titleWords = []struct {
	word   string
	family Family
}{
	{"breach of", Breach}, {"breach ", Breach}, {"stalking", Stalking}, {"harass", Harassment}, {"coercive", Coercion},
	{"malicious comm", Communications}, {"malicious communication", Communications}, {"threats to kill", Threats},
}

// tidy makes "8 / 65", "08/65" and "8/65" one.
func tidy(code string) string {
	code = strings.ToUpper(strings.Map(func(r rune) rune {
		if r == ' ' || r == '\u00a0' {
			return -1
		}
		return r
	}, code))
	return strings.TrimLeft(code, "0")
}

func index() map[string][]Offence {
	m := map[string][]Offence{}
	for _, o := range Offences {
		if o.Code == "" {
			continue // it has a court code alone
		}
		m[o.Code] = append(m[o.Code], o)
	}
	for _, rows := range m {
		slices.SortStableFunc(rows, func(a, b Offence) int { return a.From.Compare(b.From) })
	}
	return m
}

func holds(from, until, t time.Time) bool {
	return !t.Before(from) && (until.IsZero() || t.Before(until.AddDate(0, 0, 1)))
}

func day(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(fmt.Sprintf("law: %v", err))
	}
	return t
}

func read[T any](file string, row func([]string) T) []T {
	table, err := files.ReadFile(file)
	if err != nil {
		panic(fmt.Sprintf("law: %v", err))
	}
	rows, err := csv.NewReader(strings.NewReader(string(table))).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("law: %v", err))
	}
	var all []T
	for _, r := range rows[1:] {
		all = append(all, row(r))
	}
	return all
}
