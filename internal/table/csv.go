package table

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// sniffed is how much of a file its dialect is worked out from.
const sniffed = 64 << 10

// shown is how much of an over-long row is kept to show which it was.
const shown = 1000

// A csvSource reads the rows of a CSV file.
type csvSource struct {
	in     io.Reader
	buf    []byte // buf[at:end] is read and not yet given
	at     int
	end    int
	eof    bool
	d      dialect
	f, try fields
	line   int // of buf[at]
	width  int // of the header; 0 before it is known
	broken int // rows whose quotation marks do not match

	said   []string
	legacy int // cells in Windows-1252
	first  int // the line of the first of them
}

func openCSV(in io.Reader) (*csvSource, int, error) {
	s := &csvSource{in: in, buf: make([]byte, 256<<10), line: 1}
	if err := s.fill(sniffed); err != nil {
		return nil, 0, err
	}
	if err := s.decode(); err != nil {
		return nil, 0, err
	}
	b, commas := s.buf[s.at:s.end], []byte{',', ';', '\t', '|'}
	if len(b) > 5 && bytes.EqualFold(b[:4], []byte("sep=")) && (b[5] == '\n' || b[5] == '\r') { // Excel's own hint
		commas = b[4:5]
		n := 6
		if b[5] == '\r' && len(b) > 6 && b[6] == '\n' {
			n++
		}
		s.at, s.line, b = s.at+n, 2, b[n:]
	}
	var titles int
	s.d, titles = sniff(b, s.eof, commas...)
	return s, titles, nil
}

// decode gets past a byte order mark, and through UTF-16 to UTF-8.
func (s *csvSource) decode() error {
	b := s.buf[s.at:s.end]
	order, marked := unicode.LittleEndian, true
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		s.at += 3
		return nil
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		order = unicode.BigEndian
	case len(b) >= 4 && b[0] != 0 && b[1] == 0 && b[2] != 0 && b[3] == 0:
		marked = false
	case len(b) >= 4 && b[0] == 0 && b[1] != 0 && b[2] == 0 && b[3] != 0:
		order, marked = unicode.BigEndian, false
	default:
		return nil
	}
	rest := io.MultiReader(bytes.NewReader(bytes.Clone(b)), s.in)
	s.in = transform.NewReader(rest, unicode.UTF16(order, unicode.UseBOM).NewDecoder())
	s.at, s.end, s.eof = 0, 0, false
	s.said = append(s.said, "The file was in UTF-16 and was converted.")
	if !marked {
		s.said[0] = "The file looked like UTF-16 without a mark to say so, and was converted."
	}
	return s.fill(sniffed)
}

// fill reads until n bytes are at hand, or the file ends.
func (s *csvSource) fill(n int) error {
	if s.end-s.at >= n || s.eof {
		return nil
	}
	if s.at > 0 {
		copy(s.buf, s.buf[s.at:s.end])
		s.at, s.end = 0, s.end-s.at
	}
	if n > len(s.buf) {
		s.buf = append(make([]byte, 0, 2*n), s.buf[:s.end]...)[:2*n] // twice, so that not every fill has to move it
	}
	for none := 0; s.end < n; {
		k, err := s.in.Read(s.buf[s.end:])
		s.end += k
		if err == io.EOF {
			s.eof = true
			return nil
		}
		if err != nil {
			return err
		}
		if none++; k > 0 {
			none = 0
		} else if none > 100 {
			return io.ErrNoProgress
		}
	}
	return nil
}

// take moves n bytes on.
func (s *csvSource) take(n int) {
	s.line += bytes.Count(s.buf[s.at:s.at+n], []byte{s.d.eol})
	s.at += n
}

func (s *csvSource) next() (int, []string, error) {
	for {
		b := s.buf[s.at:s.end]
		if len(b) == 0 && s.eof {
			return 0, nil, io.EOF
		}
		line := s.line
		n, status := s.d.parse(b[:min(len(b), MaxRow+1)], s.eof && len(b) <= MaxRow, &s.f)
		if status == more && len(b) <= MaxRow {
			if err := s.fill(min(2*len(b)+sniffed, MaxRow+1)); err != nil {
				return 0, nil, err
			}
			continue
		}
		if n > MaxRow {
			status = more
		}
		if status == whole && len(s.f.cells) != s.width {
			swallowed, err := s.swallowed(n)
			if err != nil {
				return 0, nil, err
			}
			if swallowed {
				status = unclosed
			}
		}
		switch status {
		case more:
			if bytes.IndexByte(b[:MaxRow], s.d.eol) < 0 {
				return s.long(line)
			}
			return s.mend(line, MaxRow)
		case unclosed, afterward:
			return s.mend(line, n)
		}
		nul := bytes.IndexByte(s.f.text, 0) >= 0
		cells := s.strings(line)
		s.take(n)
		if nul {
			for i := range cells {
				cells[i] = showNUL(cells[i])
			}
			return 0, nil, &Aside{line, "it has a NUL character, which no text has (shown here as ␀)", cells}
		}
		return line, cells, nil
	}
}

// swallowed reports whether a row of n bytes, which has not the cells it should,
// goes over several lines because a quotation mark was not closed: the line
// after its first is a sound row by itself.
func (s *csvSource) swallowed(n int) (bool, error) {
	first := lineEnd(s.buf[s.at:s.at+n], s.d.eol)
	if s.width < 2 || first == n {
		return false, nil
	}
	if err := s.fill(first + sniffed); err != nil {
		return false, err
	}
	b := s.buf[s.at:s.end]
	part := b[first:min(len(b), first+sniffed)]
	_, status := s.d.parse(part, s.eof && first+len(part) == len(b), &s.try)
	return status == whole && len(s.try.cells) == s.width, nil
}

// mend sets aside a row whose quotation marks do not match, which showed n bytes
// on. Where it ends is anybody's guess, so reading goes on at the next line that
// begins a sound row, or else at the next line.
func (s *csvSource) mend(line, n int) (int, []string, error) {
	budget := MaxRow
	if s.broken++; s.broken > 1000 {
		budget = 1 << 10 // a file that is broken throughout must not take all day
	}
	if err := s.fill(MaxRow + 1); err != nil {
		return 0, nil, err
	}
	b := s.buf[s.at:s.end]
	ends := s.eof && len(b) <= MaxRow
	b = b[:min(len(b), MaxRow+1)]
	end := lineEnd(b, s.d.eol)
	if end > MaxRow {
		return s.long(line)
	}
	for at := end; s.width > 1 && at < len(b) && budget > 0; at += lineEnd(b[at:], s.d.eol) {
		part := b[at:min(len(b), at+sniffed, at+budget)]
		n, status := s.d.parse(part, ends && at+len(part) == len(b), &s.try)
		if status == whole && len(s.try.cells) == s.width {
			end = at
			break
		}
		budget -= max(n, 64)
	}
	reason := "there is text after a closing quotation mark (one that is part of the text is written twice)"
	if n >= end {
		reason = "a quotation mark is opened and not closed"
	}
	cell := s.text(bytes.TrimRight(b[:end], "\r\n"), line)
	s.take(end)
	return 0, nil, &Aside{line, reason, []string{showNUL(cell)}}
}

// lineEnd is where the line after b's first begins.
func lineEnd(b []byte, eol byte) int {
	if i := bytes.IndexByte(b, eol); i >= 0 {
		return i + 1
	}
	return len(b)
}

// long sets aside a row that is too long to hold, and reads past it.
func (s *csvSource) long(line int) (int, []string, error) {
	start := s.buf[s.at : s.at+shown]
	for !utf8.RuneStart(s.buf[s.at+len(start)]) && len(start) > shown-4 {
		start = start[:len(start)-1]
	}
	cell := s.text(start, line)
	for {
		b := s.buf[s.at:s.end]
		if i := bytes.IndexByte(b, s.d.eol); i >= 0 {
			s.take(i + 1)
			break
		}
		s.take(len(b))
		if s.eof {
			break
		}
		if err := s.fill(sniffed); err != nil {
			return 0, nil, err
		}
	}
	return 0, nil, &Aside{line, fmt.Sprintf("it is longer than %d KiB; only its beginning is kept", MaxRow>>10), []string{showNUL(cell)}}
}

// strings are the cells of the row just parsed, in UTF-8.
func (s *csvSource) strings(line int) []string {
	if utf8.Valid(s.f.text) {
		return s.f.strings()
	}
	cells := make([]string, len(s.f.cells))
	for i, c := range s.f.cells {
		cells[i] = s.text(s.f.text[c.start:c.end], line)
	}
	return cells
}

// text is b in UTF-8. What is not UTF-8 is Windows-1252: cell by cell, because
// files put together from several systems have both.
func (s *csvSource) text(b []byte, line int) string {
	if utf8.Valid(b) {
		return string(b)
	}
	if s.legacy++; s.legacy == 1 {
		s.first = line
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil { // it decodes any bytes
		panic(err)
	}
	return string(out)
}

func (s *csvSource) notices() []string {
	if s.legacy == 0 {
		return s.said
	}
	return append(s.said[:len(s.said):len(s.said)], fmt.Sprintf("The file is not all UTF-8: cells were read as Windows-1252, the encoding of older Windows programs (%d, the first on line %d).", s.legacy, s.first))
}

func showNUL(s string) string {
	return strings.ReplaceAll(s, "\x00", "␀")
}
