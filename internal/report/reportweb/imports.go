package reportweb

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/intake"
	"clew/internal/report"
	"clew/internal/table"
	"clew/internal/web"
)

const (
	// largest is the most bytes a file may have: some two million rows.
	largest = 2 << 30
	// shownAside is how many rows that were set aside are shown; all can be downloaded.
	shownAside = 50
	// mostCells bounds what is shown of each of them.
	mostCells = 8
)

// An imports is the list of imports.
type imports struct {
	All   []report.Import
	Total int
	Page  web.Page
	Links govuk.Pagination
}

func (h room) listImports(w http.ResponseWriter, r *http.Request) error {
	v := imports{Page: web.PageOf(r)}
	var err error
	if v.All, v.Total, err = h.reports.Imports(r.Context(), access.From(r.Context()), v.Page.Offset(), v.Page.Limit()); err != nil {
		return err
	}
	if v.Page.Past(v.Total) {
		return web.See(w, r, "/imports")
	}
	v.Links = v.Page.Links(r, v.Total)
	return web.Render(w, r, http.StatusOK, importsPage(v))
}

func (h room) newImport(w http.ResponseWriter, r *http.Request) error {
	may, err := h.guard.May(r.Context(), access.From(r.Context()), access.ImportReports)
	if err == nil && !may[access.ImportReports] {
		err = fault.Forbidden // there is no use-case behind an empty form to say so
	}
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, newImportPage(nil))
}

// template is an empty extract with all the columns of docs/formats.md.
func (h room) template(w http.ResponseWriter, r *http.Request) error {
	return table.NewWriter(web.Attach(w, "text/csv; charset=utf-8", "clew-template.csv"), templateColumns()...).Flush()
}

// upload keeps a file as it comes, and never holds it in memory.
func (h room) upload(w http.ResponseWriter, r *http.Request) error {
	i, err := h.keep(r)
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return web.Render(w, r, http.StatusUnprocessableEntity, newImportPage(wrong))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, "/imports/"+i.ID)
}

func (h room) keep(r *http.Request) (report.Import, error) {
	f, err := web.Upload(r, "file")
	if err != nil {
		return report.Import{}, err
	}
	if f.Name == "" {
		return report.Import{}, fault.Bad("file", "Choose the file to import")
	}
	return h.intake.Keep(r.Context(), access.From(r.Context()), f.Name, f)
}

// A stage is what an import's page shows. Which of the pages it is goes by its state.
type stage struct {
	report.Import
	Own      bool // whoever looks began it, and may see what stands in the file
	Done     string
	Wrong    fault.Invalid
	Has      bool            // the file is still here
	Mapping  mapping         // while columns are to be confirmed
	Progress web.Progress    // while it runs
	Aside    []report.Aside  // some of the rows set aside
	Before   *report.Import  // that took the same file in before
	header   []string        // of the file, for the rows set aside
	preview  *intake.Preview // of the first rows
}

var importDone = map[string]string{"removed": "The file is removed from this computer"}

func (h room) showImport(w http.ResponseWriter, r *http.Request) error {
	v, err := h.stageOf(r)
	if err != nil {
		return err
	}
	m, agency := intake.MappingOf(&v.Import)
	if v.Has && v.Own && !v.State.Running() {
		if err := h.prepare(r, &v, m, agency); err != nil {
			return err
		}
	}
	v.Done = importDone[web.Flashed(w, r)]
	return web.Render(w, r, http.StatusOK, importPage(v))
}

// stageOf is an import as it stands.
func (h room) stageOf(r *http.Request) (v stage, err error) {
	id, err := idIn(r, "import")
	if err != nil {
		return v, err
	}
	if v.Import, err = h.reports.ImportOf(r.Context(), access.From(r.Context()), id); err != nil {
		return v, err
	}
	by := access.From(r.Context())
	v.Own = v.Import.Of(&by)
	switch {
	case v.State.Running():
		v.Progress = h.progressOf(&v.Import)
	case v.State != report.Done:
		v.Has = h.intake.Has(id)
	}
	if v.Import.Aside > 0 && v.Own && !v.State.Running() {
		v.header = intake.HeaderOf(&v.Import)
		err = h.reports.AsideRows(r.Context(), access.From(r.Context()), id, shownAside, func(a report.Aside) error { v.Aside = append(v.Aside, a); return nil })
	}
	return v, err
}

// prepare reads the beginning of the file, for a person to confirm its columns.
func (h room) prepare(r *http.Request, v *stage, m report.Mapping, agency string) error {
	shown := agency
	if shown == "" { // to be entered on this page: the rows can be shown meanwhile
		shown = agencyToCome
	}
	p, err := h.intake.Preview(r.Context(), access.From(r.Context()), v.Import, m, shown)
	if err == nil && agency == "" && saysAgency(m, p.Header) {
		p, err = h.intake.Preview(r.Context(), access.From(r.Context()), v.Import, m, "") // a row that does not say is set aside
	}
	if wrong, ok := errors.AsType[fault.Invalid](err); ok { // the file, which was sound when it came
		v.Has, v.Message = false, wrong.Error()
		return nil
	}
	if errors.Is(err, fault.NotFound) {
		v.Has = false
		return nil
	}
	if err != nil {
		return err
	}
	v.Mapping, v.preview = mappingOf(&p, m, agency), &p
	if p.Before != "" {
		before, err := h.reports.ImportOf(r.Context(), access.From(r.Context()), p.Before)
		if err != nil {
			return err
		}
		v.Before = &before
	}
	return nil
}

// start takes the file in by the mapping that was sent, or shows how its first rows
// would be read by it.
func (h room) start(w http.ResponseWriter, r *http.Request) error {
	v, err := h.stageOf(r)
	if err != nil {
		return err
	}
	if v.State.Running() || v.State == report.Done {
		return web.See(w, r, "/imports/"+v.ID) // somebody else started it
	}
	if !v.Has {
		return web.Render(w, r, http.StatusConflict, importPage(v))
	}
	sound, err := h.intake.Preview(r.Context(), access.From(r.Context()), v.Import, nil, "")
	if err != nil {
		return err
	}
	m, agency := sent(r, sound.Header)
	wrong := checked(m, agency, sound.Header)
	starts := web.Text(r, "do") != "preview"
	if starts && len(wrong) == 0 {
		switch err := h.intake.Start(r.Context(), access.From(r.Context()), v.ID, m, agency); {
		case err == nil, errors.Is(err, fault.Conflict):
			return web.See(w, r, "/imports/"+v.ID)
		default:
			var ok bool
			if wrong, ok = errors.AsType[fault.Invalid](err); !ok {
				return err
			}
			for n := range wrong {
				wrong[n].Field = "columns"
			}
		}
	}
	if err := h.prepare(r, &v, m, agency); err != nil {
		return err
	}
	v.Wrong = wrong
	status := http.StatusOK
	if len(wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return web.Render(w, r, status, importPage(v))
}

func (h room) stop(w http.ResponseWriter, r *http.Request) error {
	id, err := idIn(r, "import")
	if err != nil {
		return err
	}
	if err := h.intake.Stop(r.Context(), access.From(r.Context()), id); err != nil {
		return err
	}
	return web.See(w, r, "/imports/"+id)
}

// remove deletes an upload that nobody wants to take in: it holds names.
func (h room) remove(w http.ResponseWriter, r *http.Request) error {
	id, err := idIn(r, "import")
	if err != nil {
		return err
	}
	switch err := h.intake.Remove(r.Context(), access.From(r.Context()), id); {
	case errors.Is(err, fault.Conflict): // it runs
	case err != nil:
		return err
	default:
		web.Flash(w, r, "removed")
	}
	return web.See(w, r, "/imports/"+id)
}

func (h room) progress(w http.ResponseWriter, r *http.Request) error {
	id, err := idIn(r, "import")
	if err != nil {
		return err
	}
	i, err := h.reports.ImportOf(r.Context(), access.From(r.Context()), id)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, h.progressOf(&i))
}

// aside is all rows that were set aside, with why, to be mended and imported again.
func (h room) aside(w http.ResponseWriter, r *http.Request) error {
	id, err := idIn(r, "import")
	if err != nil {
		return err
	}
	i, err := h.reports.ReadImport(r.Context(), access.From(r.Context()), id)
	if err != nil {
		return err
	}
	head := []string{"line", "reason"}
	for _, name := range intake.HeaderOf(&i) {
		head = append(head, text(name))
	}
	out := table.NewWriter(web.Attach(w, "text/csv; charset=utf-8", "rows-set-aside.csv"), head...)
	out.Safe = true
	err = h.reports.AsideRows(r.Context(), access.From(r.Context()), id, 0, func(a report.Aside) error {
		return out.Write(append([]string{strconv.Itoa(a.Line), a.Reason}, a.Cells...)...)
	})
	return errors.Join(err, out.Flush())
}

// text is the name of a column as a spreadsheet cannot take it for a formula.
func text(name string) string {
	if name != "" && strings.ContainsRune("=+-@\t\r", rune(name[0])) {
		return "'" + name
	}
	return name
}
