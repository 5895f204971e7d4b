package report

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"clew/internal/fault"
	"clew/internal/table"
	"clew/internal/when"
)

// An Aside is a row that could not be read: its line, why, and what stands there.
type Aside = table.Aside

// An Extract reads the rows of a records extract (docs/formats.md §1). A row that
// cannot be read is set aside and the rest goes on.
type Extract struct {
	from   *table.Reader
	layout *layout
	agency string
	now    time.Time
	totals Totals
	wrong  []string // with the row being read
}

// Totals count rows. Read is always Kept and Aside together.
type Totals struct{ Read, Kept, Aside int }

// NewExtract reads records from a table. m may be nil when the columns bear our
// names. agency is who holds the records of rows that do not say. A time after
// now cannot have come: its row is set aside. An error is a fault.Invalid about
// "map" or "agency".
func NewExtract(from *table.Reader, m Mapping, agency string, now time.Time) (*Extract, error) {
	l, err := m.lay(from.Header(), Columns)
	if err != nil {
		return nil, err
	}
	agency = strings.TrimSpace(agency)
	if len(l.at[cAgency]) == 0 && agency == "" {
		return nil, fault.Bad("agency", "no column is agency: say which agency holds the records. The file has "+list(from.Header()))
	}
	return &Extract{from: from, layout: l, agency: agency, now: now}, nil
}

// Totals are the rows read so far.
func (x *Extract) Totals() Totals { return x.totals }

// Kept are the columns Clew has no meaning for, whose cells are in Record.Extra.
func (x *Extract) Kept() []string {
	all := make([]string, len(x.layout.extra))
	for i, at := range x.layout.extra {
		all[i] = x.layout.header[at]
	}
	return all
}

// Next gives the next record or, when its row was set aside, an Aside; io.EOF
// after the last. Any other error is that of the file, and the end.
//
// The record is the caller's to keep. Its texts are pieces of one string, the
// row: who keeps a name and lets the narrative go should strings.Clone the name.
func (x *Extract) Next() (*Record, *Aside, error) {
	row, err := x.from.Next()
	if aside, ok := errors.AsType[*Aside](err); ok {
		x.totals.Read++
		x.totals.Aside++
		return nil, aside, nil
	}
	if err != nil {
		return nil, nil, err
	}
	x.totals.Read++
	r := x.record(row)
	if r == nil {
		x.totals.Aside++
		return nil, &Aside{Line: row.Line, Reason: strings.Join(x.wrong, "; "), Cells: row.Cells}, nil
	}
	x.totals.Kept++
	return r, nil, nil
}

// record is a row as a record, or nil with what is wrong in x.wrong.
func (x *Extract) record(row table.Row) *Record {
	x.wrong = x.wrong[:0]
	l, cells := x.layout, row.Cells
	for i, c := range cells {
		cells[i] = table.Plain(c) // a file that was written safe for spreadsheets, and comes back
	}
	r := &Record{
		Line:         row.Line,
		ID:           l.cell(cells, cRecordID),
		Agency:       l.typed(cells, cAgency),
		OffenceCode:  l.typed(cells, cOffenceCode),
		Offence:      l.cell(cells, cOffence),
		Relationship: l.cell(cells, cRelationship),
		Place:        l.cell(cells, cPlace),
		Narrative:    l.cell(cells, cNarrative),
		Outcome:      l.cell(cells, cOutcome),
	}
	if r.ID == "" {
		x.fault(cells, cRecordID, nil)
	}
	if r.Agency == "" {
		if r.Agency = x.agency; r.Agency == "" {
			x.fault(cells, cAgency, nil)
		}
	}
	var err error
	if r.Kind, err = parseKind(l.typed(cells, cKind)); err != nil {
		x.fault(cells, cKind, err)
	}
	reported, err := l.date(cells, cReported, x.now)
	switch {
	case err != nil:
		x.fault(cells, cReported, err)
	case !reported.Known():
		x.fault(cells, cReported, errors.New("a record needs the date it was reported"))
	}
	r.Reported = reported.From
	if reported.Precision == when.About {
		r.Reported = reported.From.In(when.London).AddDate(0, 0, 3).UTC() // the day itself
	}
	if r.From, err = l.date(cells, cFrom, x.now); err != nil {
		x.fault(cells, cFrom, err)
	}
	if r.To, err = l.date(cells, cTo, x.now); err != nil {
		x.fault(cells, cTo, err)
	}
	if r.Count, err = parseCount(l.typed(cells, cCount)); err != nil {
		x.fault(cells, cCount, err)
	}
	r.Position = x.position(cells)
	if len(x.wrong) > 0 {
		return nil
	}
	l.party(&r.Victim, cells, cVictim)
	l.party(&r.Suspect, cells, cSuspect)
	for _, i := range l.extra {
		if cells[i] != "" {
			r.Extra = append(r.Extra, Extra{l.header[i], table.Unguarded(cells[i])})
		}
	}
	return r
}

// position reads latitude and longitude. A record at 0,0, in the Gulf of Guinea,
// is one without a position.
func (x *Extract) position(cells []string) *Position {
	north, east := x.layout.typed(cells, cLatitude), x.layout.typed(cells, cLongitude)
	if north == "" && east == "" {
		return nil
	}
	lat, err := parseDegrees(north, 90)
	if err != nil {
		x.fault(cells, cLatitude, err)
	}
	long, err := parseDegrees(east, 180)
	if err != nil {
		x.fault(cells, cLongitude, err)
	}
	if lat == 0 && long == 0 {
		return nil
	}
	return &Position{lat, long}
}

// fault notes what is wrong with a cell, in the words of the file:
// `Date Reported "31/13/2025": there is no month 13`.
func (x *Extract) fault(cells []string, c int, err error) {
	name, value := Columns[c].Name, ""
	if at := x.layout.at[c]; len(at) > 0 {
		name = x.layout.first(c)
		for _, i := range at {
			value = strings.TrimSpace(value + " " + strings.TrimSpace(cells[i]))
		}
	}
	if value == "" || err == nil { // "null" and the like say that there is nothing
		x.wrong = append(x.wrong, name+" is empty")
		return
	}
	if len(value) > 60 {
		value = strings.ToValidUTF8(value[:60], "") + "…"
	}
	x.wrong = append(x.wrong, name+" "+strconv.Quote(value)+": "+err.Error())
}

// A Rejected writes the rows set aside: their line, why, and their cells.
type Rejected struct{ out *table.Writer }

// NewRejected begins such a file with the header of the extract.
func NewRejected(out io.Writer, header []string) *Rejected {
	return &Rejected{table.NewWriter(out, append([]string{"line", "reason"}, header...)...)}
}

// Write writes a row.
func (r *Rejected) Write(a *Aside) error {
	return r.out.Write(append([]string{strconv.Itoa(a.Line), a.Reason}, a.Cells...)...)
}

// Flush hands on what is still held, and says whether all was written.
func (r *Rejected) Flush() error { return r.out.Flush() }

// RejectedName is the file for the rows of an extract that were set aside:
// "march.xlsx" has "march-rejected.csv".
func RejectedName(file string) string {
	for _, end := range []string{".csv", ".xlsx", ".txt", ".tsv", ".xlsm"} {
		if len(file) > len(end) && strings.EqualFold(file[len(file)-len(end):], end) {
			file = file[:len(file)-len(end)]
			break
		}
	}
	return file + "-rejected.csv"
}
