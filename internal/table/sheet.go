package table

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"clew/internal/fault"
)

// A sheet reads the rows of one sheet of a workbook.
type sheet struct {
	book  *book
	part  *part
	row   int // the last row begun
	ended bool
	ahead []sheetRow // rows read to find the header
	text  []byte     // of the cell being read
}

type sheetRow struct {
	line  int
	cells []string
	err   error
}

// peek reads the first rows, to see how many stand above the header.
func (s *sheet) peek() (titles int, err error) {
	var rows [][]string
	for len(rows) < 8 {
		line, cells, err := s.read()
		var aside *Aside
		if err != nil && err != io.EOF && !errors.As(err, &aside) {
			return 0, err
		}
		s.ahead = append(s.ahead, sheetRow{line, cells, err})
		if err != nil {
			break
		}
		if !empty(cells) {
			rows = append(rows, cells)
		}
	}
	return titlesOf(rows), nil
}

func (s *sheet) next() (int, []string, error) {
	if len(s.ahead) > 0 {
		r := s.ahead[0]
		s.ahead = s.ahead[1:]
		return r.line, r.cells, r.err
	}
	return s.read()
}

func (s *sheet) notices() []string { return nil }

// read reads a row. A sheet that breaks off is an error, never an early end.
func (s *sheet) read() (int, []string, error) {
	if s.ended {
		return 0, nil, io.EOF
	}
	for {
		t, err := s.part.token()
		if err != nil {
			return 0, nil, s.broken(err)
		}
		switch e := t.(type) {
		case xml.StartElement:
			if e.Name.Local == "row" {
				s.row++
				if n, err := strconv.Atoi(attr(&e, "r")); err == nil && n > 0 {
					s.row = n
				}
				return s.cells()
			}
		case xml.EndElement:
			if e.Name.Local == "sheetData" || e.Name.Local == "worksheet" {
				return 0, nil, s.end()
			}
		}
	}
}

// end reads on to the end of the part, where its checksum is.
func (s *sheet) end() error {
	s.ended = true
	for {
		_, err := s.part.token()
		if err == io.EOF {
			s.part.Close()
			return io.EOF
		}
		if err != nil {
			return s.broken(err)
		}
	}
}

func (s *sheet) broken(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	err = s.book.plain(err)
	if v, ok := errors.AsType[fault.Invalid](err); ok && s.row > 0 {
		return bad("%s (reading stopped in row %d)", v.Error(), s.row)
	}
	return err
}

func (s *sheet) cells() (int, []string, error) {
	line, cells, col, size := s.row, []string(nil), 0, 0
	for {
		t, err := s.part.token()
		if err != nil {
			return 0, nil, s.broken(err)
		}
		switch e := t.(type) {
		case xml.EndElement:
			if e.Name.Local == "row" {
				if size > MaxRow {
					return 0, nil, &Aside{line, fmt.Sprintf("it is longer than %d KiB; only its beginning is kept", MaxRow>>10), cells}
				}
				return line, cells, nil
			}
		case xml.StartElement:
			if e.Name.Local != "c" {
				continue
			}
			if c := column(attr(&e, "r")); c >= 0 {
				col = c
			}
			if col >= MaxColumns {
				return 0, nil, s.broken(errPlace)
			}
			v, err := s.value(&e)
			if err != nil {
				return 0, nil, s.broken(err)
			}
			if v != "" {
				if size += len(v); size > MaxRow {
					v = strings.Clone(v[:min(len(v), shown)])
				}
				if col >= len(cells) {
					cells = append(slices.Grow(cells, max(col+1-len(cells), 8)), make([]string, col+1-len(cells))...)
				}
				cells[col] = v
			}
			col++
		}
	}
}

// value reads a cell to its end and gives what a person sees in it.
func (s *sheet) value(c *xml.StartElement) (string, error) {
	kind, style := attr(c, "t"), attr(c, "s")
	s.text = s.text[:0]
	in, aside, depth := false, 0, s.part.depth
	for s.part.depth >= depth {
		t, err := s.part.token()
		if err != nil {
			return "", err
		}
		switch e := t.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "v", "t":
				in = aside == 0
			case "rPh":
				aside++
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "v", "t":
				in = false
			case "rPh":
				aside--
			}
		case xml.CharData:
			if in {
				s.text = append(s.text, e...)
			}
		}
	}
	if len(s.text) == 0 {
		return "", nil
	}
	v := string(s.text)
	switch kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(v))
		if err != nil || n < 0 || n >= len(s.book.shared) {
			return "", errShared
		}
		return s.book.shared[n], nil
	case "b":
		if isTrue(v) {
			return "TRUE", nil
		}
		return "FALSE", nil
	case "", "n":
		var f format
		if n, err := strconv.Atoi(style); err == nil && n >= 0 && n < len(s.book.styles) {
			f = s.book.styles[n]
		}
		return f.show(v, s.book.d1904), nil
	}
	return unescape(v), nil
}

// Cells that no sound workbook has.
var (
	errShared = &xml.SyntaxError{Msg: "no such shared text"}
	errPlace  = &xml.SyntaxError{Msg: "no such column"}
)

// column is the column of a cell named "AB12", from 0; -1 when it is not named.
func column(ref string) int {
	n := 0
	for i := range len(ref) {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		if n = n*26 + int(c-'A') + 1; n > MaxColumns {
			return MaxColumns
		}
	}
	return n - 1
}

// unescape turns _x000B_, the way workbooks write what XML cannot hold, back
// into what it stands for.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i:]
		if len(s) >= 7 && s[6] == '_' {
			if n, err := strconv.ParseUint(s[2:6], 16, 16); err == nil && n > 0 && !utf16.IsSurrogate(rune(n)) {
				b.WriteRune(rune(n))
				s = s[7:]
				continue
			}
		}
		b.WriteString(s[:2])
		s = s[2:]
	}
}
