// Package document is files put with a case: a screenshot of messages, a letter, a
// photograph, a recording.
//
// The content of a file is sealed in chunks as it comes in, under a key of its own, and
// lies in the database; nothing of it is ever on a disk in the clear, and no more of it
// than a chunk or two in memory. What the file is called, what was said about it and that
// key are sealed under the key of the case. What kind of file it is, is found from its
// bytes; its name is never believed, and nothing is ever run or shown on a page: a file
// is handed out as it was put in, to be saved.
//
// A document is never changed. It may be shared later, once; or taken back, once: then
// its content and what was said of it are destroyed, and the line that it was there
// stands.
//
// The room knows of a case no more than its id. Who may read and write is the case's to
// say.
package document

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
)

// A Document is a file put with a case.
type Document struct {
	ID       string
	Case     string
	Incident string // that it belongs to, if any that the reader may read
	Agency   string // of whoever put it in
	Basis    string // of sharing it; empty: it is that agency's own
	Size     int64  // bytes
	Type     string // as found from the bytes: image/jpeg
	Name     string // of the file, once Open has opened it
	Words    string // what it is, likewise
	Sum      string // SHA-256 of the content in hexadecimal, likewise
	Lost     bool   // what is sealed cannot be opened
	Account  string
	By       string // who put it in
	At       time.Time
	Gone     time.Time // when it was taken back; zero: it is there
	GoneBy   string
	Why      string // it was taken back

	key       []byte // of the content, once Open has opened it
	said, why []byte // sealed
}

// Limits, in characters.
const (
	LongestWords = 500
	longestName  = 150
)

// nameless is what a file is called that has no name left.
const nameless = "document"

// CleanName is what a file is called here: what its owner called it, without folders and
// without what no name has, or what would deceive: marks that turn the direction of
// writing, and what is not seen. Its ending stays when it is cut short.
func CleanName(raw string) string {
	raw = strings.ToValidUTF8(raw, "\uFFFD")
	raw = raw[strings.LastIndexAny(raw, `/\`)+1:]
	name := strings.Map(func(c rune) rune {
		switch {
		case strings.ContainsRune(`<>:"|?*`, c): // no file system everywhere takes them
			return '_'
		case unicode.IsSpace(c):
			return ' '
		case !unicode.IsPrint(c): // control and format characters, the marks of direction among them
			return -1
		}
		return c
	}, raw)
	name = strings.Trim(strings.Join(strings.Fields(name), " "), " .")
	if n := utf8.RuneCountInString(name); n > longestName {
		end := path.Ext(name)
		if utf8.RuneCountInString(end) > 10 {
			end = ""
		}
		begin := []rune(strings.TrimSuffix(name, end))
		name = strings.TrimRight(string(begin[:longestName-utf8.RuneCountInString(end)]), " .") + end
	}
	if name = strings.Trim(name, " ."); name == "" {
		return nameless
	}
	return name
}

// Erased reports whether the document went with all that was written in its case.
func (d *Document) Erased() bool { return d.Gone.IsZero() && len(d.said) == 0 }

// detect finds what type of file begins with some bytes.
func detect(begin []byte) string {
	t, _, _ := strings.Cut(mimetype.Detect(begin).String(), ";")
	return cmp.Or(t, "application/octet-stream")
}

// kinds are what people call types, the first that fits; a type that ends in / is all that
// begin with it.
var kinds = []struct {
	Name  string
	Types []string
}{
	{"Web page", []string{"text/html", "application/xhtml+xml", "image/svg+xml"}},
	{program, []string{"application/vnd.microsoft.portable-executable", "application/x-elf", "application/x-object", "application/x-sharedlib", "application/x-executable", "application/x-mach-binary",
		"application/x-ms-installer", "application/x-msi", "application/java-archive", "application/jar", "application/vnd.android.package-archive", "application/x-java-applet", "application/wasm", "application/x-ms-shortcut",
		"text/javascript", "application/javascript", "text/x-shellscript", "text/x-python", "text/x-perl", "text/x-php", "text/x-lua", "text/x-tcl", "text/x-ruby", "application/x-rpm", "application/vnd.debian.binary-package", "application/x-chrome-extension"}},
	{"Picture", []string{"image/"}},
	{"PDF", []string{"application/pdf"}},
	{"Sound", []string{"audio/", "application/ogg"}},
	{"Film", []string{"video/"}},
	{"Email", []string{"message/rfc822", "application/vnd.ms-outlook"}},
	{"Word document", []string{"application/msword", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/vnd.oasis.opendocument.text", "text/rtf", "application/rtf"}},
	{"Spreadsheet", []string{"application/vnd.ms-excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.oasis.opendocument.spreadsheet", "text/csv", "text/tab-separated-values"}},
	{"Slides", []string{"application/vnd.ms-powerpoint", "application/vnd.openxmlformats-officedocument.presentationml.presentation", "application/vnd.oasis.opendocument.presentation"}},
	{"Archive", []string{"application/zip", "application/x-7z-compressed", "application/vnd.rar", "application/x-rar-compressed", "application/gzip", "application/x-tar", "application/x-bzip2", "application/x-xz", "application/zstd"}},
	{"Text", []string{"text/"}},
}

const program = "Program"

// Kind is what people call the type of a document.
func (d *Document) Kind() string {
	for _, k := range kinds {
		if slices.ContainsFunc(k.Types, func(t string) bool {
			return d.Type == t || strings.HasSuffix(t, "/") && strings.HasPrefix(d.Type, t)
		}) {
			return k.Name
		}
	}
	return "Kind not known"
}

// runs are the endings of files that a computer runs, or that run what is in them.
var runs = []string{".exe", ".com", ".scr", ".pif", ".bat", ".cmd", ".ps1", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".wsh", ".hta", ".lnk", ".url", ".msi", ".reg", ".jar", ".apk", ".iso", ".img", ".vhd", ".sh", ".app", ".dmg", ".pkg",
	".html", ".htm", ".svg", ".docm", ".dotm", ".xlsm", ".xltm", ".pptm", ".chm", ".cpl", ".dll"}

// Runs reports whether a computer may run the file when somebody opens it, by its bytes or
// by what it is called.
func (d *Document) Runs() bool {
	k := d.Kind()
	return k == program || k == "Web page" || slices.Contains(runs, strings.ToLower(path.Ext(d.Name)))
}
