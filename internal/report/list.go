package report

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"clew/internal/fault"
	"clew/internal/table"
)

// An Entry is one row of a list of people.
type Entry struct {
	Line  int
	ID    string // the row's own id; its line where none is given
	Party Party
	Cells []string // as they stand in the file
}

// A List reads the rows of a list of people (docs/formats.md §2).
type List struct {
	from   *table.Reader
	layout *layout
	id     int // the column of ids, or -1
	totals Totals
}

// NewList reads people from a table. m may be nil when the columns bear our
// names. id names the column of the row's own id; it may be empty. An error is a
// fault.Invalid about "map" or "id".
func NewList(from *table.Reader, m Mapping, id string) (*List, error) {
	l, err := m.lay(from.Header(), PersonColumns)
	if err != nil {
		return nil, err
	}
	p := &List{from: from, layout: l, id: -1}
	if id != "" {
		p.id = slices.IndexFunc(from.Header(), func(h string) bool { return fold(h) == fold(id) })
		if p.id < 0 {
			return nil, fault.Bad("id", "the file has no column "+strconv.Quote(id)+" for the id. It has "+list(from.Header()))
		}
	}
	if !slices.ContainsFunc(l.at, func(at []int) bool { return len(at) > 0 }) {
		return nil, fault.Bad("map", "no column says anything about a person ("+names(PersonColumns)+"): name them in the mapping. The file has "+list(from.Header()))
	}
	return p, nil
}

// Totals are the rows read so far.
func (p *List) Totals() Totals { return p.totals }

// Next gives the next person or, when the row was set aside, an Aside; io.EOF
// after the last. Any other error is that of the file, and the end. What was
// said of Extract.Next about keeping texts holds here too.
func (p *List) Next() (*Entry, *Aside, error) {
	row, err := p.from.Next()
	if aside, ok := errors.AsType[*Aside](err); ok {
		p.totals.Read++
		p.totals.Aside++
		return nil, aside, nil
	}
	if err != nil {
		return nil, nil, err
	}
	p.totals.Read++
	p.totals.Kept++
	e := &Entry{Line: row.Line, Cells: row.Cells}
	if p.id >= 0 {
		e.ID = strings.TrimSpace(row.Cells[p.id])
	}
	if e.ID == "" {
		e.ID = strconv.Itoa(row.Line)
	}
	p.layout.party(&e.Party, row.Cells, 0)
	return e, nil, nil
}
