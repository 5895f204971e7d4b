package table

import (
	"encoding/csv"
	"io"
	"strings"
)

// A Writer writes CSV: UTF-8, commas, "\n", quotation marks only where they are
// needed. Write errors stay: look at Flush.
//
// A spreadsheet takes a cell that begins with = + - or @ for a formula, and a
// formula can fetch a page or, on an old machine, start a program; a stalker
// chooses his own user name. Safe puts an apostrophe in front of such cells, as
// spreadsheets do themselves to say that a cell is text. Use it for what people
// download to open in one. It is off for the files that are contracts
// (patterns.csv, links.csv, …-rejected.csv): other programs read those back, and
// "@farrow_ed" must still be "@farrow_ed".
type Writer struct {
	Safe bool
	out  *csv.Writer
	row  []string
}

// NewWriter returns a Writer to out that has written the header.
func NewWriter(out io.Writer, header ...string) *Writer {
	w := &Writer{out: csv.NewWriter(out)}
	w.Write(header...)
	return w
}

// Write writes a row. The cells are not kept.
func (w *Writer) Write(cells ...string) error {
	if w.Safe {
		w.row = append(w.row[:0], cells...)
		for i, c := range w.row {
			if formula(c) {
				w.row[i] = "'" + c
			}
		}
		cells = w.row
	}
	return w.out.Write(cells)
}

// Flush hands on what is still held, and says whether all was written.
func (w *Writer) Flush() error {
	w.out.Flush()
	return w.out.Error()
}

// Plain takes off the apostrophe that Safe, and spreadsheets themselves, put before
// a cell that would be taken for a formula.
func Plain(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte("=+-@\t\r", cell[1]) >= 0 {
		return cell[1:]
	}
	return cell
}

// Unguarded takes away the apostrophe that Safe puts in front of a cell. Text
// that had one there of its own, before a formula, loses it too.
func Unguarded(s string) string {
	if len(s) > 1 && s[0] == '\'' && formula(s[1:]) {
		return s[1:]
	}
	return s
}

// formula reports whether a spreadsheet might take s for a formula. A number is
// none, whatever its sign, nor is a telephone number.
func formula(s string) bool {
	if s == "" || !strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return false
	}
	if s[0] == '+' || s[0] == '-' {
		return len(s) > 1 && strings.Trim(s[1:], "0123456789 .,()") != ""
	}
	return true
}
