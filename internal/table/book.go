package table

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync/atomic"
)

// An Excel workbook is a ZIP archive of XML parts. We read them ourselves, as a
// stream and straight from the archive, because the library that writes our
// workbooks stops at the first byte of a sheet that is not sound XML and reports
// nothing: the rows below would be lost without a word. It also holds the whole
// archive in memory and puts large sheets, which are full of people's names,
// into temporary files.
//
// A small archive can unpack to anything, so every part has a limit.
const (
	maxSheet  = 8 << 30    // bytes of a sheet, unpacked
	maxShared = 1 << 30    // bytes of the texts cells share
	maxPart   = 64 << 20   // bytes of any other part
	maxRatio  = 400        // of unpacked to packed, past the first 100 MiB
	maxText   = 4 * MaxRow // bytes without a tag
	maxDepth  = 64         // elements in elements
)

var errTooBig = errors.New("unpacks to too much")

// A book is an open workbook.
type book struct {
	name   string
	files  map[string]*zip.File // by lower-case name
	done   *atomic.Int64
	d1904  bool
	sheets []sheetRef
	shared []string
	styles []format
}

type sheetRef struct {
	name, id string
	hidden   bool
}

func openBook(f io.ReaderAt, size int64, name string, r *Reader) (*sheet, int, error) {
	z, err := zip.NewReader(f, size)
	if err != nil {
		return nil, 0, bad("%s is damaged or not whole: get it again", name)
	}
	b := &book{name: name, files: map[string]*zip.File{}, done: &r.done}
	for _, f := range z.File {
		if f.Flags&1 != 0 {
			return nil, 0, bad("%s has a password: save a copy without one", name)
		}
		b.files[strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))] = f
	}
	s, err := b.open(r)
	if err != nil {
		return nil, 0, b.plain(err)
	}
	titles, err := s.peek()
	return s, titles, err
}

// plain is an error of reading a part in a person's words.
func (b *book) plain(err error) error {
	var syntax *xml.SyntaxError
	var packed flate.CorruptInputError
	switch {
	case errors.Is(err, errTooBig):
		return bad("%s unpacks to more than Clew reads of a workbook: save the sheet as CSV", b.name)
	case errors.As(err, &syntax), errors.As(err, &packed), errors.Is(err, zip.ErrFormat), errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrAlgorithm), errors.Is(err, io.ErrUnexpectedEOF):
		return bad("%s is damaged: open it in Excel and save it again", b.name)
	}
	return err
}

func (b *book) open(r *Reader) (*sheet, error) {
	main := "xl/workbook.xml"
	rels, err := b.relations("_rels/.rels", "")
	if err != nil {
		return nil, err
	}
	for _, l := range rels {
		if l.is("officeDocument") {
			main = l.target
		}
	}
	if b.files[main] == nil || strings.HasPrefix(main, "word/") || strings.HasPrefix(main, "ppt/") {
		return nil, b.notBook(main)
	}
	if rels, err = b.relations(path.Join(path.Dir(main), "_rels", path.Base(main)+".rels"), path.Dir(main)); err != nil {
		return nil, err
	}
	if err := b.contents(main); err != nil {
		return nil, err
	}
	var chosen *sheetRef
	var others []string
	var file, shared *zip.File
	for i, s := range b.sheets {
		l := rels[s.id]
		if !l.is("worksheet") || b.files[l.target] == nil {
			continue
		}
		if chosen == nil || chosen.hidden && !s.hidden {
			if chosen != nil {
				others = append(others, fmt.Sprintf("%q", chosen.name))
			}
			chosen, file = &b.sheets[i], b.files[l.target]
			continue
		}
		others = append(others, fmt.Sprintf("%q", s.name))
	}
	if chosen == nil {
		return nil, bad("%s has no sheet with cells in it", b.name)
	}
	if len(others) > 0 {
		r.notices = append(r.notices, fmt.Sprintf("The workbook has several sheets: %q was read, and %s not.", chosen.name, strings.Join(others, ", ")))
	}
	for _, l := range rels {
		switch {
		case l.is("sharedStrings"):
			shared = b.files[l.target]
		case l.is("styles") && b.files[l.target] != nil:
			if err := b.readStyles(b.files[l.target]); err != nil {
				return nil, err
			}
		}
	}
	r.total = int64(file.UncompressedSize64)
	if shared != nil {
		r.total += int64(shared.UncompressedSize64)
		if err := b.readShared(shared); err != nil {
			return nil, err
		}
	}
	p, err := b.part(file, maxSheet, b.done)
	if err != nil {
		return nil, err
	}
	return &sheet{book: b, part: p}, nil
}

func (b *book) notBook(main string) error {
	has := func(name string) bool { return b.files[name] != nil }
	switch {
	case has("xl/workbook.bin"):
		return bad("%s is a binary workbook (.xlsb): open it in Excel and save it as .xlsx or CSV", b.name)
	case strings.HasPrefix(main, "word/"):
		return bad("%s is a Word document: copy its table into a workbook, or ask for the data as CSV or .xlsx", b.name)
	case has("content.xml") && has("mimetype"):
		return bad("%s is an OpenDocument file: save it as .xlsx or CSV", b.name)
	}
	return bad("%s is a ZIP archive and not a workbook: unpack it first", b.name)
}

// A relation says which part plays which role.
type relation struct{ kind, target string }

func (l relation) is(kind string) bool { return strings.HasSuffix(l.kind, "/"+kind) }

func (b *book) relations(name, dir string) (map[string]relation, error) {
	all := map[string]relation{}
	f := b.files[strings.ToLower(name)]
	if f == nil {
		return all, nil
	}
	err := b.each(f, func(e *xml.StartElement) {
		if e.Name.Local != "Relationship" {
			return
		}
		target := attr(e, "Target")
		if strings.HasPrefix(target, "/") {
			target = path.Clean(target)[1:]
		} else {
			target = path.Join(dir, target)
		}
		all[attr(e, "Id")] = relation{attr(e, "Type"), strings.ToLower(target)}
	})
	return all, err
}

func (b *book) contents(main string) error {
	return b.each(b.files[main], func(e *xml.StartElement) {
		switch e.Name.Local {
		case "workbookPr":
			b.d1904 = isTrue(attr(e, "date1904"))
		case "sheet":
			b.sheets = append(b.sheets, sheetRef{attr(e, "name"), attr(e, "id"), attr(e, "state") != "" && attr(e, "state") != "visible"})
		}
	})
}

// readShared reads the texts that cells point to. Pronunciations (rPh) beside a
// text are not part of it.
func (b *book) readShared(f *zip.File) error {
	p, err := b.part(f, maxShared, b.done)
	if err != nil {
		return err
	}
	defer p.Close()
	var text bytes.Buffer
	inText, aside := false, 0
	for {
		t, err := p.token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "si":
				text.Reset()
			case "rPh":
				aside++
			case "t":
				inText = aside == 0
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "si":
				if len(b.shared) == maxShared>>5 {
					return errTooBig
				}
				b.shared = append(b.shared, unescape(text.String()))
			case "rPh":
				aside--
			case "t":
				inText = false
			}
		case xml.CharData:
			if inText {
				text.Write(t)
			}
		}
	}
}

// each calls f with every element of a small part.
func (b *book) each(f *zip.File, do func(*xml.StartElement)) error {
	p, err := b.part(f, maxPart, new(atomic.Int64))
	if err != nil {
		return err
	}
	defer p.Close()
	for {
		t, err := p.token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok {
			do(&e)
		}
	}
}

// A part is XML being read within limits.
type part struct {
	*xml.Decoder
	io.Closer
	depth int
}

func (b *book) part(f *zip.File, most uint64, done *atomic.Int64) (*part, error) {
	if size := f.UncompressedSize64; size > most || size > 100<<20 && size/maxRatio > f.CompressedSize64 {
		return nil, errTooBig
	}
	in, err := f.Open()
	if err != nil {
		return nil, err
	}
	g := &guard{in: in, done: done}
	return &part{Decoder: xml.NewDecoder(bufio.NewReaderSize(g, 64<<10)), Closer: in}, nil
}

func (p *part) token() (xml.Token, error) {
	t, err := p.Token()
	if err != nil {
		return nil, err
	}
	switch t.(type) {
	case xml.StartElement:
		if p.depth++; p.depth > maxDepth {
			return nil, errTooBig
		}
	case xml.EndElement:
		p.depth--
	}
	return t, nil
}

// A guard stops a text that does not end before it fills the memory. That a
// part is no longer than it says, archive/zip sees to.
type guard struct {
	in    io.Reader
	done  *atomic.Int64
	since int // bytes since the last tag began
}

func (g *guard) Read(p []byte) (int, error) {
	n, err := g.in.Read(p)
	g.done.Add(int64(n))
	if i := bytes.LastIndexByte(p[:n], '<'); i >= 0 {
		g.since = n - i
	} else if g.since += n; g.since > maxText {
		return 0, errTooBig
	}
	return n, err
}

func attr(e *xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func isTrue(s string) bool { return s == "1" || s == "true" || s == "on" }
