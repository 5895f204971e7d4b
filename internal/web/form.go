package web

import (
	"errors"
	"fmt"
	"io"
	"mime"
	multiparts "mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	// formLimit is the most that may be sent to a page that says nothing else:
	// some 150,000 words.
	formLimit = 1 << 20
	// maxFields is how many fields a form may have.
	maxFields = 2000
)

// A body remembers the whole of a body of which only so much may be read.
type body struct {
	io.ReadCloser
	whole io.ReadCloser
}

// bound limits the body of a request.
func bound(w http.ResponseWriter, r *http.Request) {
	r.Body = &body{http.MaxBytesReader(w, r.Body, formLimit), r.Body}
}

// Limit lets up to n bytes be sent to a handler, for files and for JSON. A body
// that is longer is an error, and the reader is told how much may be sent: at once, if
// the request says how long it is. Forms without files keep their limit of 1 MB.
func Limit(n int64, h Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if b, ok := r.Body.(*body); ok && kind(r) != urlencoded {
			if r.ContentLength > n {
				return &http.MaxBytesError{Limit: n}
			}
			r.Body = &body{http.MaxBytesReader(w, b.whole, n), b.whole}
		}
		return h(w, r)
	}
}

const (
	urlencoded = "application/x-www-form-urlencoded"
	multipart  = "multipart/form-data"
)

func kind(r *http.Request) string {
	k, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return k
}

// parse reads the query and the form, so that what is wrong with them is said and
// not passed over: a form that was cut off must not look like one half filled in.
func parse(r *http.Request) error {
	if r.Body != nil && kind(r) == urlencoded || r.Method == http.MethodGet || r.Method == http.MethodHead {
		if err := r.ParseForm(); err != nil {
			if _, large := errors.AsType[*http.MaxBytesError](err); large {
				return err
			}
			return fmt.Errorf("%w: %w", errForm, err)
		}
	}
	n := 0
	for _, v := range r.Form {
		n += len(v)
	}
	if n > maxFields {
		return errTooLong
	}
	return nil
}

// Text is what was sent for a field, in the form or else in the query: without
// white space around it, with line breaks as \n, and without what is no text.
func Text(r *http.Request, field string) string { return clean(r.Form.Get(field)) }

// Texts are all the values sent for a field, as of checkboxes, without empty ones.
func Texts(r *http.Request, field string) []string {
	var all []string
	for _, v := range r.Form[field] {
		if v = clean(v); v != "" {
			all = append(all, v)
		}
	}
	return all
}

// Ticked reports whether a value was sent for a field.
func Ticked(r *http.Request, field, value string) bool {
	return slices.Contains(r.Form[field], value)
}

// Number is the whole number sent for a field. It reports false when there is
// none, and when what was sent is no whole number.
func Number(r *http.Request, field string) (int, bool) {
	n, err := strconv.Atoi(strings.ReplaceAll(Text(r, field), ",", ""))
	return n, err == nil
}

func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return -1
		}
		return c
	}, s))
}

// A File is one that was sent with a form. Read it from beginning to end; it is
// not kept anywhere.
type File struct {
	io.Reader
	// Name is what its owner called it, without folders: to show, never to open.
	Name string
	// Fields are the other fields of the form that stand before it on the page.
	Fields url.Values
}

// Upload reads a form up to the file of that field. There is no file when Name is
// "": the person pressed the button without choosing one. Nothing is written to
// disk: what is sent may name people.
func Upload(r *http.Request, field string) (File, error) {
	all, err := Uploads(r, field)
	if err != nil {
		return File{Reader: strings.NewReader(""), Fields: url.Values{}}, err
	}
	f, err := all.Next()
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return f, err
}

// Files are the files that were sent for one field of a form, one after the other. Read
// each before the next; none is kept anywhere.
type Files struct {
	parts  *multiparts.Reader
	field  string
	fields url.Values
	n      int
}

// Uploads reads a form that may have several files for a field.
func Uploads(r *http.Request, field string) (*Files, error) {
	if kind(r) != multipart {
		return nil, fmt.Errorf("%w: not multipart", errForm)
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errForm, err)
	}
	return &Files{parts: parts, field: field, fields: url.Values{}}, nil
}

// Next is the next file, with the fields of the form that stand before it on the page.
// After the last the error is io.EOF, and the File has the fields alone.
func (s *Files) Next() (File, error) {
	f := File{Reader: strings.NewReader(""), Fields: s.fields}
	for ; ; s.n++ {
		part, err := s.parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return f, io.EOF
		case err != nil:
			return f, cut(err)
		case s.n > maxFields:
			return f, errTooLong
		}
		if part.FormName() == s.field && isFile(part.Header.Get("Content-Disposition")) {
			f.Reader, f.Name = broken{part}, clean(part.FileName())
			return f, nil
		}
		value, err := io.ReadAll(io.LimitReader(part, formLimit+1))
		switch {
		case err != nil:
			return f, cut(err)
		case len(value) > formLimit:
			return f, errTooLong
		}
		s.fields.Add(part.FormName(), clean(string(value)))
	}
}

// broken is a file whose error, when it is broken off, is that of a form.
type broken struct{ io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = cut(err)
	}
	return n, err
}

// Fields reads a form that was sent as multipart and has no file, for texts that are
// longer than a form may be. How long it may be is what Limit says.
func Fields(r *http.Request) (url.Values, error) {
	if kind(r) != multipart {
		return r.Form, nil
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errForm, err)
	}
	all := url.Values{}
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, cut(err)
		case n > maxFields:
			return nil, errTooLong
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, cut(err)
		}
		all.Add(part.FormName(), clean(string(value)))
	}
}

// isFile reports whether a part is of a field for files, with or without one.
func isFile(disposition string) bool {
	_, params, err := mime.ParseMediaType(disposition)
	_, has := params["filename"]
	return err == nil && has
}

// cut is the error of a body that stopped: too large, or broken off.
func cut(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return err
	}
	return fmt.Errorf("%w: %w", errForm, err)
}
