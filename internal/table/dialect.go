package table

import (
	"bytes"
	"slices"
)

// A dialect is what differs from one writer of CSV to the next.
type dialect struct {
	comma  byte // between cells
	eol    byte // '\n', or '\r' in files from an old Mac
	spaced bool // quotation marks come after a space: "a", "b"
}

// fields are the cells of one row: spans of text. They are reused from row to row.
type fields struct {
	text  []byte
	cells []span
	own   []byte // what text is built in when quotation marks have to go
}

type span struct{ start, end int }

type status uint8

const (
	whole     status = iota
	more             // the row goes on after the end of b
	unclosed         // a quotation mark is opened and never closed
	afterward        // something stands between a closing quotation mark and the next cell
)

// parse reads one row from the start of b and says how many bytes it took, its
// line end included; when it fails, how many it looked at. last says that nothing comes after b. A quotation mark is a
// quotation mark only at the start of a cell: 5'10" is a height.
func (d *dialect) parse(b []byte, last bool, f *fields) (int, status) {
	f.cells = f.cells[:0]
	end := bytes.IndexByte(b, d.eol)
	if end < 0 {
		if !last {
			return len(b), more
		}
		end = len(b)
	}
	line := b[:end]
	if bytes.IndexByte(line, '"') >= 0 {
		return d.quoted(b, last, f)
	}
	if d.eol == '\n' {
		line = bytes.TrimSuffix(line, []byte{'\r'})
	}
	f.text = line
	start := 0
	for {
		n := bytes.IndexByte(line[start:], d.comma)
		if n < 0 {
			f.cells = append(f.cells, span{start, len(line)})
			return min(end+1, len(b)), whole
		}
		f.cells = append(f.cells, span{start, start + n})
		start += n + 1
	}
}

// quoted reads a row that has a quotation mark in its first line.
func (d *dialect) quoted(b []byte, last bool, f *fields) (int, status) {
	text := f.own[:0]
	i := 0
	for {
		start := len(text)
		if d.spaced {
			if j := skip(b, i); j < len(b) && b[j] == '"' {
				i = j
			}
		}
		if i < len(b) && b[i] == '"' {
			for i++; ; {
				n := bytes.IndexByte(b[i:], '"')
				if n < 0 {
					if last {
						return len(b), unclosed
					}
					return len(b), more
				}
				text = append(text, b[i:i+n]...)
				i += n + 1
				if i == len(b) || b[i] != '"' {
					break
				}
				text = append(text, '"')
				i++
			}
			i = skip(b, i)
			if i < len(b) && b[i] == '\r' && d.eol == '\n' && (i+1 == len(b) || b[i+1] == '\n') {
				i++
			}
		} else {
			j := i
			for j < len(b) && b[j] != d.comma && b[j] != d.eol {
				j++
			}
			text = append(text, b[i:j]...)
			if n := len(text); d.eol == '\n' && n > start && text[n-1] == '\r' && (j == len(b) || b[j] == '\n') {
				text = text[:n-1]
			}
			i = j
		}
		if i == len(b) && !last {
			return i, more
		}
		f.cells = append(f.cells, span{start, len(text)})
		if i == len(b) || b[i] == d.eol {
			f.own, f.text = text, text
			return min(i+1, len(b)), whole
		}
		if b[i] != d.comma {
			return i, afterward
		}
		text = append(text, d.comma) // or halves of a character might meet
		i++
	}
}

// skip is where the spaces at b[i] end.
func skip(b []byte, i int) int {
	for i < len(b) && b[i] == ' ' {
		i++
	}
	return i
}

// strings copies the row out of the buffer, as pieces of one string.
func (f *fields) strings() []string {
	text, all := string(f.text), make([]string, len(f.cells))
	for i, c := range f.cells {
		all[i] = text[c.start:c.end]
	}
	return all
}

// sniff finds the dialect of a file from its beginning, and how many rows stand
// above the header. The delimiter is the one that gives most columns and the
// same number of them in most rows.
func sniff(b []byte, last bool, commas ...byte) (best dialect, titles int) {
	eol := byte('\n')
	if bytes.IndexByte(b, '\n') < 0 && bytes.IndexByte(b, '\r') >= 0 {
		eol = '\r'
	}
	best = dialect{comma: commas[0], eol: eol}
	top := 0.0
	for _, comma := range commas {
		line, _, _ := bytes.Cut(b, []byte{eol})
		spaced := bytes.Contains(line, []byte{'"', comma, ' ', '"'})
		d := dialect{comma, eol, spaced}
		rows := d.sample(b, last)
		above := titlesOf(rows)
		if above >= len(rows) {
			continue
		}
		rows, width, same := rows[above:], len(rows[above]), 0
		for _, r := range rows {
			if len(r) == width {
				same++
			}
		}
		if score := float64(width) * (0.25 + float64(same)/float64(len(rows))); width > 1 && score > top {
			best, titles, top = d, above, score
		}
	}
	return best, titles
}

// sample is the first rows of b that have something in them.
func (d *dialect) sample(b []byte, last bool) (rows [][]string) {
	var f fields
	for len(b) > 0 && len(rows) < 25 {
		n, s := d.parse(b, last, &f)
		if s != whole {
			break
		}
		if cells := f.strings(); !empty(cells) {
			rows = append(rows, cells)
		}
		b = b[n:]
	}
	return rows
}

// titlesOf counts the rows above the header: up to five rows of one cell (a
// marking, a name, a date) above a row of at least three different short ones
// that has rows of the same width below.
func titlesOf(rows [][]string) int {
	n := 0
	for n < len(rows) && n < 5 && filled(rows[n]) == 1 {
		n++
	}
	if n == 0 || n+1 >= len(rows) {
		return 0
	}
	head := rows[n]
	if filled(head) < 3 || filled(rows[n+1]) < 2 || len(rows[n+1]) > len(head) {
		return 0
	}
	for i, c := range head {
		if len(c) > 60 || c != "" && slices.Contains(head[:i], c) {
			return 0
		}
	}
	return n
}

func filled(cells []string) (n int) {
	for _, c := range cells {
		if !empty([]string{c}) {
			n++
		}
	}
	return n
}
