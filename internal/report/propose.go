package report

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"clew/internal/fault"
)

// A Proposal is a mapping worked out from the names of the columns, for a person
// to look at. Nothing is guessed where two columns are as likely: that is a
// doubt, and Err refuses.
type Proposal struct {
	Mapping Mapping  // their column to ours
	Kept    []string // columns we have no meaning for, kept as they are
	Missing []Column // ours that a file must have, and none of theirs looks like
	Doubts  []Doubt
	header  []string
}

// A Doubt is one of our columns that several of theirs could be. None of them is
// in the mapping.
type Doubt struct {
	Column Column
	Theirs []string
}

// Err says what keeps the proposal from being used as it is, as a fault.Invalid
// about "map"; nil when nothing does.
func (p *Proposal) Err() error {
	var wrong fault.Messages
	for _, d := range p.Doubts {
		wrong.Add(d.Column.Name, fmt.Sprintf("%s could each be %s (%s): say in the mapping which one is", list(d.Theirs), d.Column.Name, d.Column.Meaning))
	}
	for _, c := range p.Missing {
		wrong.Add(c.Name, missing(c, p.header))
	}
	return about(wrong.Err())
}

// Propose works out the mapping of a records extract from its header.
func Propose(header []string) Proposal { return propose(header, Columns, lexicon().ofRecord) }

// ProposePeople works out the mapping of a list of people.
func ProposePeople(header []string) Proposal {
	return propose(header, PersonColumns, lexicon().ofPerson)
}

// A guess is what a column's name says it is. A lower rank is surer.
type guess struct {
	column string
	rank   int
	time   bool // it holds the time of day only
}

func propose(header []string, columns []Column, of func([]string) (guess, bool)) Proposal {
	p := Proposal{Mapping: Mapping{}, header: header}
	found := make([][]int, len(columns)) // columns of the surest rank
	ranks := make([]int, len(columns))
	times := make([][]int, len(columns))
	for i, h := range header {
		g, ok := guess{}, false
		if c := indexOf(columns, h); c >= 0 {
			g, ok = guess{column: columns[c].Name}, true
		} else {
			g, ok = of(tokens(h))
		}
		c := indexOf(columns, g.column)
		if !ok || c < 0 || isIPAddress(h) && !hasIP(header) {
			continue
		}
		switch {
		case g.time:
			times[c] = append(times[c], i)
		case len(found[c]) == 0, g.rank < ranks[c] && !columns[c].Several:
			found[c], ranks[c] = []int{i}, g.rank
		case columns[c].Several, g.rank == ranks[c]:
			found[c] = append(found[c], i)
		}
	}
	for c := range columns {
		take := found[c]
		if len(take) > 1 && !columns[c].Several {
			d := Doubt{Column: columns[c]}
			for _, i := range take {
				d.Theirs = append(d.Theirs, header[i])
			}
			p.Doubts = append(p.Doubts, d)
			continue
		}
		if len(take) == 1 && len(times[c]) == 1 {
			take = append(take, times[c][0])
		}
		for _, i := range take {
			p.Mapping[header[i]] = columns[c].Name
		}
		if columns[c].Required && len(take) == 0 {
			p.Missing = append(p.Missing, columns[c])
		}
	}
	for _, h := range header {
		if p.Mapping[h] == "" {
			p.Kept = append(p.Kept, h)
		}
	}
	return p
}

// "IP Address" is the injured party's where other columns are hers, and a
// computer's where none is.
func isIPAddress(name string) bool { return strings.Join(tokens(name), " ") == "ip address" }

func hasIP(header []string) bool {
	return slices.ContainsFunc(header, func(h string) bool { return slices.Contains(tokens(h), "ip") && !isIPAddress(h) })
}

// A vocabulary is columns.txt, read.
type vocabulary struct {
	record, person map[string]guess
	roles          map[string]string // "injured party" to "victim"
}

//go:embed columns.txt
var columnNames string

var lexicon = sync.OnceValue(func() *vocabulary { return readLexicon(columnNames) })

func readLexicon(text string) *vocabulary {
	l := &vocabulary{map[string]guess{}, map[string]guess{}, map[string]string{}}
	rank := map[string]int{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		column, theirs, ok := strings.Cut(line, ":")
		if !ok {
			panic("columns.txt: " + line)
		}
		rank[column]++
		name, time := strings.CutSuffix(column, "+time")
		for _, t := range strings.Split(theirs, ",") {
			key := strings.Join(tokens(t), " ")
			if role, ok := strings.CutPrefix(column, "@"); ok {
				l.roles[key] = role
				continue
			}
			into := l.record
			if indexOf(PersonColumns, name) >= 0 {
				into = l.person
			} else if indexOf(Columns, name) < 0 {
				panic("columns.txt: " + column)
			}
			if before, again := into[key]; again && before.column != name {
				panic("columns.txt: " + key + " is both " + before.column + " and " + name)
			} else if !again {
				into[key] = guess{name, rank[column], time}
			}
		}
	}
	return l
}

// ofPerson also takes "Phone 2" for a telephone number; but "Address 2" is the
// second line of an address.
func (l *vocabulary) ofPerson(words []string) (guess, bool) {
	g, ok := l.person[strings.Join(words, " ")]
	if n := len(words) - 1; !ok && n > 0 && isNumber(words[n]) {
		g, ok = l.person[strings.Join(words[:n], " ")]
		ok = ok && g.column != "address" && PersonColumns[indexOf(PersonColumns, g.column)].Several
	}
	return g, ok
}

// ofRecord takes the name of a column for one of the record's own, or else finds
// the role in it and takes the rest for a column of that party. "Suspect 2
// surname" is a suspect's surname too: with two of them in a row, a person has
// to say what to do. A column that bears a role and nothing else ("Victim") is
// likely to hold a name.
func (l *vocabulary) ofRecord(words []string) (guess, bool) {
	if g, ok := l.record[strings.Join(words, " ")]; ok {
		return g, true
	}
	for n := 2; n > 0; n-- {
		for i := 0; i+n <= len(words); i++ {
			role, ok := l.roles[strings.Join(words[i:i+n], " ")]
			if !ok {
				continue
			}
			after := words[i+n:]
			if len(after) > 0 && isNumber(after[0]) {
				after = after[1:]
			}
			rest := slices.Concat(words[:i], after)
			if len(rest) == 0 {
				return guess{column: role + "_name", rank: 9}, true
			}
			if g, ok := l.ofPerson(rest); ok {
				g.column = role + "_" + g.column
				return g, true
			}
		}
	}
	return guess{}, false
}

func isNumber(s string) bool { return len(s) == 1 && s[0] >= '0' && s[0] <= '9' }

var tokenIs = map[string]string{
	"number": "no", "num": "no", "nbr": "no", "nr": "no", "numbers": "nos", "reference": "ref", "refs": "ref", "references": "ref",
	"identifier": "id", "telephone": "phone", "tel": "phone", "telno": "phone no", "datetime": "date time", "dttm": "date time", "dt": "date", "tm": "time",
	"desc": "description", "addr": "address", "org": "organisation", "lat": "latitude", "cust": "client",
}

// tokens are the words of a column's name, in one form: "VIC_SURNAME",
// "vicSurname" and "Vic. surname" are the same two words.
func tokens(name string) []string {
	var b strings.Builder
	all := []rune(strings.NewReplacer("#", " no ", "'s ", " ", "’s ", " ", "(s)", "").Replace(name))
	for i, r := range all {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = ' '
		case i == 0:
		case unicode.IsUpper(r) && (unicode.IsLower(all[i-1]) || unicode.IsUpper(all[i-1]) && i+1 < len(all) && unicode.IsLower(all[i+1])), // vicSurname, HOCode
			unicode.IsDigit(r) && unicode.IsLetter(all[i-1]):
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	var words []string
	letters := false // the last word is put together of single letters: D.O.B.
	for _, w := range strings.Fields(b.String()) {
		last := len(words) - 1
		single := len(w) == 1 && w[0] >= 'a'
		switch {
		case single && letters:
			words[last] += w
			continue
		case w == "of" || w == "the" || w == "and" || w == "or":
			continue
		case last >= 0 && (words[last]+" "+w == "e mail" || words[last]+" "+w == "post code"):
			words[last] += w
			continue
		}
		letters = single
		if is, ok := tokenIs[w]; ok {
			words = append(words, strings.Fields(is)...)
			continue
		}
		words = append(words, w)
	}
	return words
}
