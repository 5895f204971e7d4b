// Package table reads the tables that other people send: CSV files in whatever
// dialect their system writes, and Excel workbooks. It also writes the CSV files
// that go back.
//
// Nobody who sends an extract can be asked to mend it first, so a Reader works
// out the delimiter and the encoding, says what it did (Notices), and goes on
// after a row it cannot read: that row comes back as an *Aside, with its line
// and a plain reason, and the rows after it are read. Only a file that cannot be
// read at all, or that breaks off, is an error.
//
// The memory a Reader uses does not grow with the file. One row may hold 1 MiB;
// a workbook's shared texts, which must be held to be read, 1 GiB.
package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"clew/internal/fault"
)

// MaxRow is the most bytes one row may hold.
const MaxRow = 1 << 20

// MaxColumns is the most columns a table may have, as in a workbook.
const MaxColumns = 16384

// A Row is one row of a table. It is the caller's to keep, but its cells are
// pieces of one string: to keep a cell and let the row go, strings.Clone it.
type Row struct {
	Line  int      // of the file, where the row begins; the sheet's own row number in a workbook
	Cells []string // as many as the header has
}

// An Aside is a row that cannot be used. It is an error only in the sense that
// the row was not read: call Next again for the row after it.
type Aside struct {
	Line   int
	Reason string   // in plain words: "it has 31 cells, and the header has 28"
	Cells  []string // what stands there; in one piece where cells cannot be told apart
}

func (a *Aside) Error() string { return "line " + strconv.Itoa(a.Line) + ": " + a.Reason }

// A Reader reads a table row by row. It is not for use by several goroutines,
// but for Progress.
type Reader struct {
	from    source
	header  []string
	notices []string
	rows    int // with something in them
	blank   int // with nothing
	ended   bool
	done    atomic.Int64
	total   int64
	file    io.Closer
}

// A source is a CSV file or a sheet. next gives the cells of the next row that
// is there, io.EOF after the last, an *Aside for a row that cannot be read.
type source interface {
	next() (line int, cells []string, err error)
	notices() []string
}

// Open opens a CSV file or an Excel workbook and reads its header. An error that
// the person can mend is a fault.Invalid about "file".
func Open(path string) (*Reader, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, bad("there is no file %q", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, bad("you may not read %q", path)
	case err != nil:
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	if info.IsDir() {
		f.Close()
		return nil, bad("%q is a folder, not a file", path)
	}
	var r *Reader
	if info.Mode().IsRegular() {
		r, err = New(f, info.Size(), filepath.Base(path))
	} else {
		r, err = NewStream(f, filepath.Base(path))
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	r.file = f
	return r, nil
}

// New reads a table of size bytes, such as an upload. name is what the person
// calls it, for messages. f must stay open until the Reader is done with.
func New(f io.ReaderAt, size int64, name string) (*Reader, error) {
	start := make([]byte, min(size, sniffed))
	if n, err := f.ReadAt(start, 0); err != nil && (err != io.EOF || n < len(start)) {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if bytes.HasPrefix(start, []byte("PK\x03\x04")) || bytes.HasPrefix(start, []byte("PK\x05\x06")) {
		r := &Reader{}
		s, titles, err := openBook(f, size, name, r)
		if err != nil {
			return nil, err
		}
		return r.start(s, titles, name)
	}
	if err := notTable(start, name, f, size); err != nil {
		return nil, err
	}
	return newCSV(io.NewSectionReader(f, 0, size), size, name)
}

// NewStream reads CSV from something that has no size and cannot be read twice,
// such as a pipe. A workbook is refused.
func NewStream(in io.Reader, name string) (*Reader, error) {
	start := make([]byte, sniffed)
	n, err := io.ReadFull(in, start)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	start = start[:n]
	if bytes.HasPrefix(start, []byte("PK\x03\x04")) {
		return nil, bad("%s is a workbook: give its file name, as it cannot be read from a pipe", name)
	}
	if err := notTable(start, name, bytes.NewReader(start), int64(n)); err != nil {
		return nil, err
	}
	return newCSV(io.MultiReader(bytes.NewReader(start), in), 0, name)
}

func newCSV(in io.Reader, size int64, name string) (*Reader, error) {
	r := &Reader{total: size}
	s, titles, err := openCSV(&counted{in, &r.done})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return r.start(s, titles, name)
}

// Header is the names of the columns, each different. A column without a name is
// "column 7"; the second of two of one name is "Name (2)".
func (r *Reader) Header() []string { return r.header }

// Next gives the next row; io.EOF after the last. An *Aside is a row that was set
// aside, and reading goes on after it. Any other error is the end. Rows with
// nothing in them are passed over.
func (r *Reader) Next() (Row, error) {
	for {
		line, cells, err := r.from.next()
		if err != nil {
			if err == io.EOF {
				r.ended = true
			} else {
				r.rows++
			}
			return Row{}, err
		}
		if empty(cells) {
			r.blank++
			continue
		}
		r.rows++
		if n := len(cells); n > len(r.header) {
			if !empty(cells[len(r.header):]) {
				return Row{}, &Aside{line, fmt.Sprintf("it has %d cells, and the header has %d", n, len(r.header)), cells}
			}
			cells = cells[:len(r.header)]
		}
		for len(cells) < len(r.header) {
			cells = append(cells, "")
		}
		return Row{line, cells}, nil
	}
}

// Notices are what the person should know about how the file was read. They are
// whole when Next has given io.EOF.
func (r *Reader) Notices() []string {
	all := append(r.notices[:len(r.notices):len(r.notices)], r.from.notices()...)
	if r.blank > 0 {
		all = append(all, "Rows with nothing in them were passed over: "+strconv.Itoa(r.blank)+".")
	}
	if r.ended && r.rows == 0 {
		all = append(all, "There are no rows below the header.")
	}
	return all
}

// Progress is how much of the file has been read, of how much; total is 0 when
// that is not known. It may be called while another goroutine reads.
func (r *Reader) Progress() (done, total int64) { return r.done.Load(), r.total }

// Close closes the file that Open opened.
func (r *Reader) Close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}

// start reads the rows above the header, of which there are so many, and the
// header.
func (r *Reader) start(s source, titles int, name string) (*Reader, error) {
	r.from = s
	for {
		line, cells, err := s.next()
		var aside *Aside
		switch {
		case err == io.EOF:
			return nil, bad("%s is empty", name)
		case errors.As(err, &aside):
			return nil, bad("the header of %s (line %d) cannot be read: %s", name, aside.Line, aside.Reason)
		case err != nil:
			return nil, err
		case empty(cells):
			continue
		case len(cells) > MaxColumns:
			return nil, bad("%s has more than %d columns", name, MaxColumns)
		case titles > 0:
			titles--
			r.notices = append(r.notices, fmt.Sprintf("Line %d (%q) was taken for a title: the header is below it.", line, strings.TrimSpace(strings.Join(cells, " "))))
			continue
		}
		r.name(cells)
		if c, ok := s.(*csvSource); ok {
			c.width = len(r.header)
		}
		return r, nil
	}
}

// name makes the header of what stands in its cells.
func (r *Reader) name(cells []string) {
	r.header = make([]string, len(cells))
	seen := make(map[string]bool, len(cells))
	for _, c := range cells {
		seen[strings.TrimSpace(c)] = true
	}
	taken := make(map[string]bool, len(cells))
	for i, c := range cells {
		c = strings.TrimSpace(c)
		unnamed := c == ""
		if unnamed {
			c = "column " + strconv.Itoa(i+1)
		}
		first := c
		for n := 2; taken[c] || c != first && seen[c]; n++ {
			c = first + " (" + strconv.Itoa(n) + ")"
		}
		if c != first && !unnamed {
			r.notices = append(r.notices, fmt.Sprintf("Two columns are called %q: column %d is taken as %q.", first, i+1, c))
		}
		taken[c] = true
		r.header[i] = strings.Clone(c)
	}
	if len(cells) == 1 {
		r.notices = append(r.notices, fmt.Sprintf("Only one column was found (%q). If there should be more, save the file with a comma, semicolon, tab or | between the columns.", r.header[0]))
	}
}

func empty(cells []string) bool {
	for _, c := range cells {
		if c != "" && strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// counted counts what is read from a file.
type counted struct {
	io.Reader
	n *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func bad(form string, args ...any) error { return fault.Bad("file", fmt.Sprintf(form, args...)) }
