package law

import (
	"embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Row is one row of any table: what it says, between which days, where that
// comes from and how sure we are of it.
type Row struct {
	Key    string   // what makes it the same rule when its words are corrected
	Cells  []string // in the order of the table's Columns
	From   time.Time
	Until  time.Time // the last day; zero while it is open
	Source string
	Sure   string

	Correction *Correction // nil: it came with Clew
}

// In reports whether the row held on the day of t.
func (r *Row) In(t time.Time) bool { return holds(r.From, r.Until, t) }

// A Table is one subject, in file order.
type Table struct {
	Name, Title string
	Columns     []string // beside the key, the days, the source and how sure
	Rows        []Row
}

// Cell is what a row says under a column; empty when there is no such column.
func (t *Table) Cell(r *Row, column string) string {
	if i := slices.Index(t.Columns, column); i >= 0 {
		return r.Cells[i]
	}
	return ""
}

// Sures are the grades of certainty, the surest first.
var Sures = []string{"sourced", "from memory, high", "from memory, medium", "from memory, low", "our choice"}

//go:embed *.csv
var files embed.FS

var shipped = func() (all []Table) {
	for _, t := range []struct{ name, title string }{
		{"offences", "Offences"}, {"behaviours", "Behaviours associated with stalking"}, {"powers", "Powers"}, {"orders", "Orders and conditions"},
		{"time-limits", "Time limits"}, {"rights", "Victims’ rights and their clocks"}, {"policies", "Recording rules"}, {"bank-holidays", "Bank holidays"},
		{"case-clocks", "Clocks of cases"},
		{"warning-settings", "Settings of the early warnings"},
	} {
		all = append(all, load(t.name, t.title))
	}
	return all
}()

// Shipped are the tables as they came with Clew.
func Shipped() []Table { return slices.Clone(shipped) }

// load reads a file: its columns stand in any order. Offences have their codes for
// a key, recording rules their name.
func load(name, title string) Table {
	text, err := files.ReadFile(name + ".csv")
	if err != nil {
		panic(fmt.Sprintf("law: %v", err))
	}
	lines, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("law: %s: %v", name, err))
	}
	t := Table{Name: name, Title: title}
	own := []string{"key", "name", "from", "until", "source", "sure"}
	for _, c := range lines[0] {
		if !slices.Contains(own, c) {
			t.Columns = append(t.Columns, c)
		}
	}
	for _, line := range lines[1:] {
		var r Row
		for i, c := range lines[0] {
			switch f := line[i]; c {
			case "key", "name":
				r.Key = f
			case "from":
				r.From = day(f)
			case "until":
				r.Until = day(f)
			case "source":
				r.Source = f
			case "sure":
				r.Sure = f
			default:
				r.Cells = append(r.Cells, f)
			}
		}
		if r.Key == "" {
			r.Key = strings.TrimSpace(t.Cell(&r, "code") + " " + t.Cell(&r, "cjs"))
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// A Book is every table with a partnership's corrections laid over it.
type Book struct {
	Tables      []Table      // as shipped
	Corrections []Correction // the oldest first
}

// Table is the table of a name, as shipped.
func (b *Book) Table(name string) (*Table, bool) {
	i := slices.IndexFunc(b.Tables, func(t Table) bool { return t.Name == name })
	if i < 0 {
		return nil, false
	}
	return &b.Tables[i], true
}

// On is what a table says on the day of t. Of the corrections of a key that have
// taken effect by then the last to be made speaks, and what it says has ended has
// ended; a key without one has its shipped rows.
func (b *Book) On(name string, t time.Time) (held []Row) {
	table, ok := b.Table(name)
	if !ok {
		return nil
	}
	last := map[string]*Correction{}
	var keys []string
	for i := range b.Corrections {
		c := &b.Corrections[i]
		if c.Table != name || t.Before(c.From) {
			continue
		}
		if last[c.Key] == nil {
			keys = append(keys, c.Key)
		}
		last[c.Key] = c
	}
	said := map[string]bool{}
	say := func(key string) {
		if c := last[key]; c != nil && !said[key] && holds(c.From, c.Until, t) {
			held = append(held, c.Row())
		}
		said[key] = true
	}
	for i := range table.Rows {
		r := &table.Rows[i]
		if last[r.Key] != nil {
			say(r.Key)
		} else if r.In(t) {
			held = append(held, *r)
		}
	}
	for _, key := range keys {
		if !said[key] {
			say(key)
		}
	}
	return held
}

// Number is what a row says under a column on the day of t, or the shipped figure
// when it says none then.
func (b *Book) Number(name, key, column string, t time.Time) int {
	table, ok := b.Table(name)
	if !ok {
		return 0
	}
	for _, rows := range [][]Row{b.On(name, t), table.Rows} {
		for i := range rows {
			if n, err := strconv.Atoi(table.Cell(&rows[i], column)); err == nil && rows[i].Key == key {
				return n
			}
		}
	}
	return 0
}

// Calendar is the working days by the bank holidays of the book.
func (b *Book) Calendar(extra ...time.Time) Calendar {
	c := Calendar{off: map[time.Time]bool{}}
	table, _ := b.Table("bank-holidays")
	for _, r := range table.Rows {
		c.off[r.From] = true
	}
	for i := range b.Corrections {
		if x := &b.Corrections[i]; x.Table == table.Name {
			c.off[x.From] = len(b.On(table.Name, x.From)) > 0
		}
	}
	for _, d := range extra {
		c.off[dateOf(d)] = true
	}
	return c
}
