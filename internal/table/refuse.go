package table

import (
	"bytes"
	"io"
)

// notTable says what a file is that is neither CSV nor a workbook, by how it
// begins, and what to do with it.
func notTable(start []byte, name string, f io.ReaderAt, size int64) error {
	text := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(start[:min(len(start), 1024)], []byte("\xef\xbb\xbf"))))
	is := func(prefixes ...string) bool {
		for _, p := range prefixes {
			if bytes.HasPrefix(text, []byte(p)) {
				return true
			}
		}
		return false
	}
	const save = "open it in the program it comes from and save it as CSV or .xlsx"
	switch {
	case len(start) == 0:
		return bad("%s is empty", name)
	case bytes.HasPrefix(start, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		if locked(f, size) {
			return bad("%s has a password: save a copy without one", name)
		}
		return bad("%s is an old Excel workbook (.xls): open it in Excel and save it as .xlsx or CSV", name)
	case is("%pdf-"):
		return bad("%s is a PDF, which has no rows and columns to read: ask for the table as CSV or .xlsx", name)
	case is("<!doctype html", "<html", "<table", "<head", "<meta"):
		return bad("%s is a web page, whatever its name says: %s", name, save)
	case is("<?xml"):
		return bad("%s is XML: %s", name, save)
	case is(`{\rtf`):
		return bad("%s is a text document (RTF): %s", name, save)
	case bytes.HasPrefix(start, []byte{0x1f, 0x8b}), is("7z\xbc\xaf\x27\x1c", "rar!"):
		return bad("%s is compressed: unpack it first", name)
	}
	return nil
}

// locked reports whether a compound file holds an encrypted workbook. Its
// directory, which may be anywhere, names the stream.
func locked(f io.ReaderAt, size int64) bool {
	const part = 1 << 20
	mark := []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")
	b := make([]byte, part+len(mark))
	for at := int64(0); at < min(size, 64<<20); at += part {
		n, err := f.ReadAt(b, at)
		if bytes.Contains(b[:n], mark) {
			return true
		}
		if err != nil {
			break
		}
	}
	return false
}
