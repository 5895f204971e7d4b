package casefileweb

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/document"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

// mostFiles is how many files may be sent at once.
const mostFiles = 20

func (h room) documentRoutes(m *web.Mux) {
	m.Handle("GET /cases/{case}/documents", h.documents)
	m.Handle("POST /cases/{case}/documents", web.Limit(mostFiles*h.cases.MostDocument, h.putIn))
	m.Handle("GET /cases/{case}/documents/new", h.newDocument)
	m.Handle("GET /cases/{case}/documents/{document}", h.document)
	m.Handle("GET /cases/{case}/documents/{document}/file", h.saveDocument)
	m.Handle("POST /cases/{case}/documents/{document}/share", h.shareDocument)
	m.Handle("POST /cases/{case}/documents/{document}/removal", h.takeBackDocument)
}

// filed are the words for what was just done about a document.
var filed = map[string]string{
	"document": "The document is kept", "documents": "The documents are kept", "shared": "The other agencies may read it now", "gone": "It is taken back: the file is destroyed",
	"changed": "Nothing was done: somebody changed it, or closed the case, while you looked. This is how it stands now",
}

// A paperList is the list of the documents of a case.
type paperList struct {
	L        casefile.Documents
	Incident string // whose they are; empty: of all of the case
	Links    govuk.Pagination
	Agencies map[string]string
	Done     string
}

func (h room) documents(w http.ResponseWriter, r *http.Request) (err error) {
	page := web.PageOf(r)
	v := paperList{Incident: web.Text(r, "incident"), Done: filed[web.Flashed(w, r)]}
	if v.L, err = h.cases.Documents(r.Context(), access.From(r.Context()), r.PathValue("case"), v.Incident, page.Offset(), page.Limit()); err != nil {
		return err
	}
	if v.Agencies, err = h.agencies(r); err != nil {
		return err
	}
	if page.HasLinks(v.L.Total) {
		v.Links = page.Links(r, v.L.Total)
	}
	return web.Render(w, r, http.StatusOK, documentsPage(v))
}

// A filing is the form for documents. The files come last in it: what is said of them must
// be known when they come in.
type filing struct {
	F     casefile.DocumentForm
	Typed url.Values
	Wrong fault.Invalid
	Kept  []string // names of files that were kept, when others were not
}

func (h room) newDocument(w http.ResponseWriter, r *http.Request) error {
	return h.drawFiling(w, r, http.StatusOK, filing{Typed: url.Values{"reads": {string(casefile.Alone)}, "incident": {web.Text(r, "incident")}}})
}

func (h room) drawFiling(w http.ResponseWriter, r *http.Request, status int, v filing) (err error) {
	if v.F, err = h.cases.NewDocument(r.Context(), access.From(r.Context()), r.PathValue("case"), v.Typed.Get("incident")); err != nil {
		return err
	}
	return web.Render(w, r, status, filingPage(v))
}

// putIn keeps each file as it comes in. What is wrong with one does not keep out the
// others.
func (h room) putIn(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("case")
	var v filing
	files, err := web.Uploads(r, "files")
	if err != nil { // a form without files
		v.Wrong = fault.Invalid{{Field: "files", Text: "Choose a file"}}
		return h.drawFiling(w, r, http.StatusUnprocessableEntity, v)
	}
	for n := 0; ; n++ {
		f, err := files.Next()
		v.Typed = f.Fields
		if errors.Is(err, io.EOF) {
			break
		}
		if v.cutOff(err) {
			break
		}
		if err != nil {
			return err
		}
		if f.Name == "" {
			continue // nothing was chosen
		}
		name := document.CleanName(f.Name)
		if n == mostFiles {
			v.Wrong = append(v.Wrong, fault.Message{Field: "files", Text: fmt.Sprintf("%s, and what comes after it: %d files at a time can be put in", name, mostFiles)})
			break
		}
		p := casefile.Paper{Words: f.Fields.Get("words"), Incident: f.Fields.Get("incident"), Reads: casefile.Basis(f.Fields.Get("reads"))}
		_, err = h.cases.PutIn(r.Context(), access.From(r.Context()), id, p, f.Name, f)
		if v.cutOff(err) {
			break
		}
		wrong, invalid := errors.AsType[fault.Invalid](err)
		switch {
		case errors.Is(err, fault.Conflict):
			drain(r)
			web.Flash(w, r, "changed")
			return web.See(w, r, pathOf(id)+"/documents")
		case invalid && wrong.Of("files") == "":
			drain(r)
			wrong = append(wrong, fault.Message{Field: "files", Text: "Choose the files again: no browser keeps them"})
			v.Wrong = wrong
			return h.drawFiling(w, r, http.StatusUnprocessableEntity, v)
		case invalid:
			v.Wrong = append(v.Wrong, fault.Message{Field: "files", Text: name + ": " + wrong.Of("files")})
		case err != nil:
			drain(r)
			return err
		default:
			v.Kept = append(v.Kept, name)
		}
	}
	drain(r)
	if len(v.Kept) == 0 && len(v.Wrong) == 0 {
		v.Wrong = fault.Invalid{{Field: "files", Text: "Choose a file"}}
	}
	if len(v.Wrong) > 0 {
		return h.drawFiling(w, r, http.StatusUnprocessableEntity, v)
	}
	web.Flash(w, r, words.One(len(v.Kept), "document", "documents"))
	return web.See(w, r, pathOf(id)+"/documents")
}

// cutOff says so when the form was cut off, or is too large, after some files were kept.
func (v *filing) cutOff(err error) bool {
	if err == nil || len(v.Kept) == 0 || web.Status(err) != http.StatusBadRequest && web.Status(err) != http.StatusRequestEntityTooLarge {
		return false
	}
	v.Wrong = append(v.Wrong, fault.Message{Field: "files", Text: "What came after these was cut off, and is not kept. Put it in again"})
	return true
}

// drain reads what is still sent, without which a browser does not read the answer.
func drain(r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }

// A paper is the page of one document.
type paper struct {
	P        casefile.DocumentPage
	Agencies map[string]string
	Agency   string // the actor's
	sent
	Done string
}

func (h room) document(w http.ResponseWriter, r *http.Request) error {
	return h.drawDocument(w, r, http.StatusOK, paper{Done: filed[web.Flashed(w, r)]})
}

func (h room) drawDocument(w http.ResponseWriter, r *http.Request, status int, v paper) (err error) {
	by := access.From(r.Context())
	if v.P, err = h.cases.Document(r.Context(), by, r.PathValue("case"), r.PathValue("document")); err != nil {
		return err
	}
	if v.Agencies, err = h.agencies(r); err != nil {
		return err
	}
	v.Agency = by.Agency
	return web.Render(w, r, status, documentPage(v))
}

func (h room) saveDocument(w http.ResponseWriter, r *http.Request) error {
	f, err := h.cases.HandOut(r.Context(), access.From(r.Context()), r.PathValue("case"), r.PathValue("document"))
	if errors.Is(err, casefile.ErrDamaged) {
		return h.drawDocument(w, r, http.StatusInternalServerError, paper{sent: sent{Wrong: fault.Invalid{{Text: "The file is damaged or was changed, and is not handed out. Tell the person who looks after Clew where you work: a backup may have it whole"}}}})
	}
	if err != nil {
		return err
	}
	out := web.HandOut(w, f.Name, f.Size)
	if err := f.WriteContent(r.Context(), out); err != nil {
		panic(http.ErrAbortHandler) // the browser must not take half a file for the whole
	}
	return nil
}

// filedAs goes back to a document and says what was done, or draws it again with what is
// wrong.
func (h room) filedAs(w http.ResponseWriter, r *http.Request, form, did string, err error) error {
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawDocument(w, r, http.StatusUnprocessableEntity, paper{sent: sentBy(r, form, wrong)})
	}
	if errors.Is(err, fault.Conflict) {
		did, err = "changed", nil
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, did)
	return web.See(w, r, documentPath(r.PathValue("case"), r.PathValue("document")))
}

func (h room) shareDocument(w http.ResponseWriter, r *http.Request) error {
	err := h.cases.ShareDocument(r.Context(), access.From(r.Context()), r.PathValue("case"), r.PathValue("document"), casefile.Basis(web.Text(r, "basis")))
	return h.filedAs(w, r, "share", "shared", err)
}

func (h room) takeBackDocument(w http.ResponseWriter, r *http.Request) error {
	err := h.cases.TakeBackDocument(r.Context(), access.From(r.Context()), r.PathValue("case"), r.PathValue("document"), web.Text(r, "why"))
	return h.filedAs(w, r, "removal", "gone", err)
}

// stepPath is the page of the document that a step is about, or "".
func stepPath(id string, e *casefile.Event) string {
	switch e.Kind {
	case casefile.PutIn, casefile.SharedNow, casefile.TookBack:
		return documentPath(id, e.About)
	}
	return ""
}

// stepWords are the words of the link to it.
func stepWords(e *casefile.Event) string {
	if e.Words == "" || e.Kind == casefile.TookBack {
		return "Document"
	}
	return e.Words
}

func documentPath(id, one string) string { return pathOf(id) + "/documents/" + one }

// titleOfDocument says what a step about a document was.
func titleOfDocument(e *casefile.Event) string {
	switch {
	case e.Kind == casefile.TookBack:
		return "A document was taken back"
	case e.Kind == casefile.SharedNow:
		return "A document was shared"
	case e.Own:
		return "Document, for your agency alone"
	}
	return "Document"
}

func paperTitle(d *document.Document) string {
	switch {
	case !d.Gone.IsZero():
		return "A document that was taken back"
	case d.Erased():
		return "A document that was erased"
	case d.Lost:
		return "A document that cannot be read"
	}
	return d.Words
}

func papersCount(l *casefile.Documents) string {
	s := words.Count(l.There, "document", "documents")
	if gone := l.Total - l.There; gone > 0 {
		s += fmt.Sprintf(", and %d destroyed", gone)
	}
	return s
}

func paperMeta(d *document.Document) string {
	if !d.Gone.IsZero() {
		return when.DayOf(d.Gone)
	}
	return d.Kind() + ", " + when.DayOf(d.At)
}

func kindAndSize(d *document.Document) string { return d.Kind() + ", " + casefile.Size(d.Size) }

func (v *filing) is(field string) string { return v.Typed.Get(field) }

func (v *filing) wrong(field string) govuk.ErrorMessage { return govuk.Wrong(v.Wrong, field) }

func (v *filing) incidents() []govuk.Option {
	all := []govuk.Option{{Text: "None, or several"}}
	for n := range v.F.Incidents {
		i := &v.F.Incidents[n]
		all = append(all, govuk.Option{Value: i.ID, Text: whenWords(i) + ": " + kindAndTimes(i)})
	}
	return all
}

func (v *filing) hint() string {
	return fmt.Sprintf("Any kind of file, up to %s each and %d at a time. On a phone you can take a picture. Clew does not look for viruses, and never opens or runs a file.", casefile.Size(v.F.Most), mostFiles)
}

// lines are what is said of a document, beside its name.
func (v *paper) lines() (all []line) {
	d := &v.P.Document
	add := func(key, text string) {
		if text != "" {
			all = append(all, line{Key: key, Text: text})
		}
	}
	if d.Lost {
		all = append(all, line{Key: "What it is", Lost: true})
	}
	if d.Gone.IsZero() {
		add("File", d.Name)
		add("Kind", kindAndSize(d))
	}
	reads := v.Agencies[d.Agency] + " alone"
	if d.Basis != "" {
		reads = "All agencies of the case: " + lower(casefile.Basis(d.Basis).Name())
	}
	add("Who may read it", reads)
	add("Put in by", d.By+", "+v.Agencies[d.Agency]+", "+when.MinuteOf(d.At))
	add("SHA-256, as it came in", d.Sum)
	if !d.Gone.IsZero() {
		add("Taken back by", d.GoneBy+", "+when.MinuteOf(d.Gone))
		add("Why", d.Why)
	}
	return all
}
