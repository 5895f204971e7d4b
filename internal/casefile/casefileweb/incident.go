package casefileweb

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/incident"
	"clew/internal/warning"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

// longestDiary is how much may be sent with a diary, in bytes.
const longestDiary = 8 << 20

func (h room) incidentRoutes(m *web.Mux) {
	m.Handle("GET /cases/{case}/incidents", h.incidents)
	m.Handle("POST /cases/{case}/incidents", h.record)
	m.Handle("GET /cases/{case}/incidents/new", h.newIncident)
	m.Handle("GET /cases/{case}/incidents/{incident}", h.incident)
	m.Handle("GET /cases/{case}/incidents/{incident}/correction", h.newCorrection)
	m.Handle("POST /cases/{case}/incidents/{incident}/correction", h.correct)
	m.Handle("POST /cases/{case}/incidents/{incident}/known", h.tellOf)
	m.Handle("POST /cases/{case}/incidents/{incident}/impact", h.feltOf)
	m.Handle("GET /cases/{case}/diary", h.diary)
	m.Handle("POST /cases/{case}/diary", web.Limit(longestDiary, h.pasteDiary))
}

// kept are the words for what was just done about an incident.
var kept = map[string]string{
	"recorded": "The incident is kept", "corrected": "The correction is kept, and so is what it said before", "fact": "It is kept", "diary": "The diary is kept",
	"again":   "Nothing was kept: this diary is kept already, or the case was closed meanwhile",
	"changed": "Nothing was kept: somebody changed it, or closed the case, while you looked. This is how it stands now",
}

// An incidentList is the list of the incidents of a case.
type incidentList struct {
	L             casefile.Incidents
	Links         govuk.Pagination
	Agencies      map[string]string
	Kind, Suspect string
	Done          string
}

func (h room) incidents(w http.ResponseWriter, r *http.Request) (err error) {
	page := web.PageOf(r)
	v := incidentList{Kind: web.Text(r, "kind"), Suspect: web.Text(r, "suspect"), Done: kept[web.Flashed(w, r)]}
	if v.L, err = h.cases.Incidents(r.Context(), access.From(r.Context()), r.PathValue("case"), v.Kind, v.Suspect, page.Offset(), page.Limit()); err != nil {
		return err
	}
	if v.Agencies, err = h.agencies(r); err != nil {
		return err
	}
	if page.HasLinks(v.L.Total) {
		v.Links = page.Links(r, v.L.Total)
	}
	return web.Render(w, r, http.StatusOK, incidentsPage(v))
}

// A writing is the form for an incident, new or corrected.
type writing struct {
	Case  casefile.Case
	One   string // the incident that is corrected; empty: a new one
	Seen  int    // number of the version that is corrected
	Typed url.Values
	Wrong fault.Invalid
}

func (h room) newIncident(w http.ResponseWriter, r *http.Request) error {
	return h.drawWriting(w, r, http.StatusOK, writing{Typed: url.Values{"reads": {"safeguarding"}}})
}

// drawWriting draws the form for an incident.
func (h room) drawWriting(w http.ResponseWriter, r *http.Request, status int, v writing) (err error) {
	if v.Case.ID == "" {
		if v.Case, _, err = h.cases.ReadDiary(r.Context(), access.From(r.Context()), r.PathValue("case"), casefile.Diary{}); err != nil {
			return err
		}
	}
	return web.Render(w, r, status, writingPage(v))
}

func telling(r *http.Request) casefile.Telling {
	t := casefile.Telling{Reads: casefile.Basis(web.Text(r, "reads")), Known: web.Text(r, "known"), Impact: web.Texts(r, "impact"), Draft: incident.Draft{
		Happened: web.Text(r, "happened"), Until: web.Text(r, "until"), Turn: web.Text(r, "turn"), Times: web.Text(r, "times"), Roughly: web.Ticked(r, "roughly", "yes"),
		Kind: web.Text(r, "kind"), Suspect: web.Text(r, "suspect"), Behaviours: web.Texts(r, "behaviours"), Acts: web.Texts(r, "acts"), Channel: web.Text(r, "channel"), Place: web.Text(r, "place"),
		Features: map[string]string{}, Said: incident.Said{Words: web.Text(r, "words"), Place: web.Text(r, "place_words"), At: web.Text(r, "position"), Often: web.Text(r, "often"), Why: web.Text(r, "why")}}}
	t.Fear, _ = web.Number(r, "fear")
	for _, f := range incident.Features {
		t.Features[f.Code] = web.Text(r, f.Code)
	}
	return t
}

func (h room) record(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("case")
	one, err := h.cases.RecordIncident(r.Context(), access.From(r.Context()), id, telling(r))
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawWriting(w, r, http.StatusUnprocessableEntity, writing{Typed: r.Form, Wrong: wrong})
	}
	if errors.Is(err, fault.Conflict) {
		web.Flash(w, r, "changed")
		return web.See(w, r, pathOf(id))
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "recorded")
	return web.See(w, r, incidentPath(id, one))
}

// A looking is the page of one incident.
type looking struct {
	P        casefile.IncidentPage
	Agencies map[string]string
	sent
	Done string
}

func (h room) incident(w http.ResponseWriter, r *http.Request) error {
	return h.drawIncident(w, r, http.StatusOK, looking{Done: kept[web.Flashed(w, r)]})
}

func (h room) drawIncident(w http.ResponseWriter, r *http.Request, status int, v looking) (err error) {
	if v.P, err = h.cases.Incident(r.Context(), access.From(r.Context()), r.PathValue("case"), r.PathValue("incident")); err != nil {
		return err
	}
	if v.Agencies, err = h.agencies(r); err != nil {
		return err
	}
	return web.Render(w, r, status, incidentPage(v))
}

func (h room) newCorrection(w http.ResponseWriter, r *http.Request) error {
	p, err := h.cases.Incident(r.Context(), access.From(r.Context()), r.PathValue("case"), r.PathValue("incident"))
	if err != nil {
		return err
	}
	return h.drawWriting(w, r, http.StatusOK, writing{Case: p.Case, One: r.PathValue("incident"), Seen: p.Now().Number, Typed: typedOf(&p)})
}

// typedOf is an incident as it would have been typed.
func typedOf(p *casefile.IncidentPage) url.Values {
	i := p.Now()
	v := url.Values{"happened": {written(i.Happened)}, "kind": {i.Kind}, "suspect": {i.Person}, "words": {i.Said.Words}, "reads": {i.Basis}, "often": {i.Said.Often}, "channel": {i.Channel},
		"place": {i.Place}, "place_words": {i.Said.Place}, "position": {i.Said.At}}
	k := incident.KindOf(i.Kind)
	v["behaviours"] = slices.DeleteFunc(slices.Clone(i.Behaviours), func(c string) bool { return slices.Contains(k.Behaviours, c) })
	v["acts"] = slices.DeleteFunc(slices.Clone(i.Acts), func(c string) bool { return slices.Contains(k.Acts, c) })
	if i.Channel == k.Channel {
		v.Set("channel", "")
	}
	if i.Basis == "" {
		v.Set("reads", string(casefile.Alone))
	}
	if i.Suspect == "" || i.Suspect == incident.Erased {
		v.Set("suspect", casefile.Nobody)
	}
	if i.Until.Known() {
		v.Set("until", written(i.Until))
	}
	if i.Times > 1 {
		v.Set("times", fmt.Sprint(i.Times))
	}
	if i.Roughly {
		v.Set("roughly", "yes")
	}
	if i.Turn > 0 {
		v.Set("turn", fmt.Sprint(i.Turn))
	}
	for code, text := range i.Features {
		v.Set(code, text)
	}
	return v
}

// written is a moment as somebody may type it.
func written(m when.Moment) string {
	if !m.Known() {
		return "unknown"
	}
	return strings.Replace(m.String(), "T", " ", 1)
}

func (h room) correct(w http.ResponseWriter, r *http.Request) error {
	by, id, one := access.From(r.Context()), r.PathValue("case"), r.PathValue("incident")
	seen, _ := web.Number(r, "seen")
	err := h.cases.CorrectIncident(r.Context(), by, id, one, seen, telling(r))
	wrong, invalid := errors.AsType[fault.Invalid](err)
	if errors.Is(err, fault.Conflict) {
		p, err := h.cases.Incident(r.Context(), by, id, one)
		if err != nil {
			return err
		}
		if !p.Closed.IsZero() {
			web.Flash(w, r, "changed")
			return web.See(w, r, incidentPath(id, one))
		}
		wrong, invalid, seen = fault.Invalid{{Field: "why", Text: "Somebody corrected it while you wrote, and yours is not kept yet. See what they changed, then send yours again"}}, true, p.Now().Number
	}
	if invalid {
		return h.drawWriting(w, r, http.StatusUnprocessableEntity, writing{One: one, Seen: seen, Typed: r.Form, Wrong: wrong})
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "corrected")
	return web.See(w, r, incidentPath(id, one))
}

// factKept goes back to an incident, or draws it again with what is wrong.
func (h room) factKept(w http.ResponseWriter, r *http.Request, form string, err error) error {
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawIncident(w, r, http.StatusUnprocessableEntity, looking{sent: sent{form, r.Form, wrong}})
	}
	did := "fact"
	if errors.Is(err, fault.Conflict) {
		did, err = "changed", nil
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, did)
	return web.See(w, r, incidentPath(r.PathValue("case"), r.PathValue("incident")))
}

func (h room) tellOf(w http.ResponseWriter, r *http.Request) error {
	err := h.cases.TellOf(r.Context(), access.From(r.Context()), r.PathValue("case"), r.PathValue("incident"), web.Text(r, "agency"), web.Text(r, "known"), web.Text(r, "replaces"))
	return h.factKept(w, r, "known", err)
}

func (h room) feltOf(w http.ResponseWriter, r *http.Request) error {
	fear, _ := web.Number(r, "fear")
	err := h.cases.FeltOf(r.Context(), access.From(r.Context()), r.PathValue("case"), r.PathValue("incident"), fear, web.Texts(r, "impact"), web.Text(r, "felt_words"), web.Text(r, "felt"), web.Text(r, "replaces"))
	return h.factKept(w, r, "impact", err)
}

// A pasting is the page where a diary is pasted.
type pasting struct {
	Case  casefile.Case
	D     casefile.Diary
	Read  bool // it shows what was read
	Good  []incident.Line
	Bad   []incident.Line
	Wrong fault.Invalid
	Done  string
}

func (h room) diary(w http.ResponseWriter, r *http.Request) error {
	return h.drawDiary(w, r, http.StatusOK, pasting{D: casefile.Diary{Reads: "safeguarding"}})
}

func (h room) drawDiary(w http.ResponseWriter, r *http.Request, status int, v pasting) (err error) {
	var lines []incident.Line
	v.Case, lines, err = h.cases.ReadDiary(r.Context(), access.From(r.Context()), r.PathValue("case"), v.D)
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		v.Wrong, status = append(v.Wrong, wrong...), http.StatusUnprocessableEntity
	} else if err != nil {
		return err
	}
	if v.Read = len(lines) > 0; v.Read {
		v.D.Paste = db.NewID()
	}
	for _, l := range lines {
		if l.Wrong == "" {
			v.Good = append(v.Good, l)
		} else {
			v.Bad = append(v.Bad, l)
		}
	}
	return web.Render(w, r, status, diaryPage(v))
}

func (h room) pasteDiary(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Fields(r)
	if err != nil {
		return err
	}
	id := r.PathValue("case")
	d := casefile.Diary{Text: form.Get("diary"), Suspect: form.Get("suspect"), Reads: casefile.Basis(form.Get("reads")), Known: form.Get("known"), Undated: form.Get("undated") == "yes", Paste: form.Get("paste")}
	if d.Text == "" {
		return h.drawDiary(w, r, http.StatusUnprocessableEntity, pasting{D: d, Wrong: fault.Invalid{{Field: "diary", Text: "Paste the diary"}}})
	}
	if form.Get("do") != "keep" {
		return h.drawDiary(w, r, http.StatusOK, pasting{D: d})
	}
	n, left, err := h.cases.KeepDiary(r.Context(), access.From(r.Context()), id, d)
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		return h.drawDiary(w, r, http.StatusUnprocessableEntity, pasting{D: d, Wrong: wrong})
	}
	switch {
	case errors.Is(err, fault.Conflict):
		web.Flash(w, r, "again")
		return web.See(w, r, pathOf(id)+"/incidents")
	case err != nil:
		return err
	case len(left) == 0:
		web.Flash(w, r, "diary")
		return web.See(w, r, pathOf(id)+"/incidents")
	}
	var rest strings.Builder
	for _, l := range left {
		rest.WriteString(l.Text + "\n")
	}
	d.Text = rest.String()
	return h.drawDiary(w, r, http.StatusOK, pasting{D: d, Done: words.Count(n, "entry is", "entries are") + " kept. What could not be read is below: put it right, and keep it too"})
}

func incidentPath(id, one string) string { return pathOf(id) + "/incidents/" + one }

func kindName(code string) string { return incident.KindOf(code).Name }

func kindItems(first string) []govuk.Option {
	all := []govuk.Option{{Text: first}}
	for _, k := range incident.Kinds {
		all = append(all, govuk.Option{Value: k.Code, Text: k.Name})
	}
	return all
}

func (v *incidentList) suspectItems() []govuk.Option {
	all := []govuk.Option{{Text: "Anybody"}}
	for _, p := range v.L.Suspects {
		all = append(all, govuk.Option{Value: p.ID, Text: p.Name})
	}
	return append(all, govuk.Option{Value: casefile.Nobody, Text: "Not known who"})
}

func suspectRadios(c *casefile.Case) (all []govuk.Radio) {
	for _, p := range c.Suspects {
		all = append(all, govuk.Radio{Value: p.ID, Text: p.Name})
	}
	return append(all, govuk.Radio{Value: casefile.Nobody, Text: "Not known who"})
}

func readerItems() (all []govuk.Option) {
	for _, b := range casefile.Bases {
		all = append(all, govuk.Option{Value: string(b.Basis), Text: "All agencies of the case: " + lower(b.Name)})
	}
	return append(all, govuk.Option{Value: string(casefile.Alone), Text: "My agency alone"})
}

func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }

func choiceItems(first string, choices []incident.Choice) []govuk.Option {
	all := []govuk.Option{{Text: first}}
	for _, c := range choices {
		all = append(all, govuk.Option{Value: c.Code, Text: c.Name})
	}
	return all
}

func fearItems() (all []govuk.Option) {
	for i, f := range incident.Fears {
		all = append(all, govuk.Option{Value: fmt.Sprint(i), Text: f})
	}
	return all
}

func codeItems(codes []string) (all []govuk.Checkbox) {
	for _, c := range codes {
		all = append(all, govuk.Checkbox{Value: c, Text: codeName(c)})
	}
	return all
}

// codeName is a code as people read it: "Stolen key".
func codeName(code string) string {
	s := strings.ReplaceAll(code, "-", " ")
	return strings.ToUpper(s[:1]) + s[1:]
}

func codeNames(codes []string) string {
	all := make([]string, len(codes))
	for i, c := range codes {
		all[i] = codeName(c)
		if i > 0 {
			all[i] = lower(all[i])
		}
	}
	return words.List(all)
}

func (v *writing) is(field string) string { return v.Typed.Get(field) }

func (v *writing) wrong(field string) govuk.ErrorMessage { return govuk.Wrong(v.Wrong, field) }

// more reports whether anything is typed, or wrong, in the part that is folded away.
func (v *writing) more() bool {
	for _, f := range []string{"until", "times", "roughly", "often", "turn", "behaviours", "acts", "channel", "place", "place_words", "position", "number", "handle", "device", "wording", "method", "known", "impact"} {
		if v.Typed.Get(f) != "" || v.Wrong.Of(f) != "" {
			return true
		}
	}
	return v.Typed.Get("fear") != "" && v.Typed.Get("fear") != "0"
}

func (v *writing) title() string {
	if v.One == "" {
		return "Record an incident"
	}
	return "Correct an incident"
}

func (v *writing) action() string {
	if v.One == "" {
		return pathOf(v.Case.ID) + "/incidents"
	}
	return incidentPath(v.Case.ID, v.One) + "/correction"
}

func (v *writing) back() string {
	if v.One == "" {
		return pathOf(v.Case.ID)
	}
	return incidentPath(v.Case.ID, v.One)
}

// whenWords is when an incident happened, and how often.
func whenWords(i *casefile.Incident) string {
	s := i.Happened.Words()
	switch {
	case !i.Happened.Known() && i.Turn > 0:
		s = fmt.Sprintf("Date not known, number %d in the order", i.Turn)
	case !i.Happened.Known():
		s = "Date not known"
	case i.Until.Known():
		s += " to " + i.Until.Words()
	}
	return s
}

func timesWords(i *casefile.Incident) string {
	if i.Times < 2 {
		return ""
	}
	s := fmt.Sprintf("%d times", i.Times)
	if i.Roughly {
		s = "about " + s
	}
	return s
}

func kindAndTimes(i *casefile.Incident) string {
	if t := timesWords(i); t != "" {
		return kindName(i.Kind) + ", " + t
	}
	return kindName(i.Kind)
}

func whoWords(i *casefile.Incident) string {
	switch {
	case i.Suspect == incident.Erased:
		return "A suspect whose record is erased"
	case i.Who == "":
		return "Not known who"
	}
	return i.Who
}

// A line is one thing that an incident says.
type line struct {
	Key, Text string
	Lost      bool // it cannot be opened
}

const writtenBy = "Written by"

// saying is all that a version of an incident says.
func saying(i *casefile.Incident, agencies map[string]string) (all []line) {
	add := func(key, text string) {
		if text != "" {
			all = append(all, line{Key: key, Text: text})
		}
	}
	add("When", whenWords(i))
	add("How many times", timesWords(i))
	add("How often", i.Said.Often)
	add("Kind", kindName(i.Kind))
	add("Who did it", whoWords(i))
	if i.Lost {
		all = append(all, line{Key: "What happened", Lost: true})
	}
	add("What happened", i.Said.Words)
	if i.Place != "" {
		add("Where", incident.NameOf(incident.Places, i.Place))
	}
	add("Where, in words", i.Said.Place)
	add("Where on the map", i.Said.At)
	if i.Channel != "" {
		add("How it reached the victim", incident.NameOf(incident.Channels, i.Channel))
	}
	add("Behaviours", codeNames(i.Behaviours))
	add("What was done", codeNames(i.Acts))
	for _, f := range incident.Features {
		add(f.Name, i.Features[f.Code])
	}
	add("Who may read it", readsWords(i, agencies))
	add(writtenBy, i.Name+", "+agencies[i.Agency]+", "+when.MinuteOf(i.At))
	return all
}

// otherwise is what a version says that the later one says otherwise, or not at all; and
// what it does not say that the later one does.
func otherwise(i, later *casefile.Incident, agencies map[string]string) (all []line) {
	now := saying(later, agencies)
	before := saying(i, agencies)
	for _, l := range before {
		if l.Lost || l.Key == writtenBy || !slices.Contains(now, l) {
			all = append(all, l)
		}
	}
	for _, l := range now {
		if !slices.ContainsFunc(before, func(x line) bool { return x.Key == l.Key }) {
			all = append(all, line{Key: l.Key, Text: "Not said"})
		}
	}
	return all
}

func readsWords(i *casefile.Incident, agencies map[string]string) string {
	if i.Basis == "" {
		return agencies[i.Agency] + " alone"
	}
	return "All agencies of the case: " + lower(casefile.Basis(i.Basis).Name())
}

func (v *looking) agencyItems() []govuk.Option {
	all := []govuk.Option{{Text: "Choose"}}
	for _, a := range v.P.Agencies {
		all = append(all, govuk.Option{Value: a, Text: v.Agencies[a]})
	}
	return all
}

func (v *looking) facts(kind string) (all []incident.Fact) {
	for _, f := range v.P.Facts {
		if f.Kind == kind {
			all = append(all, f)
		}
	}
	return all
}

// replaceItems are the facts of a kind that a new one may put right.
func (v *looking) replaceItems(kind string) []govuk.Option {
	all := []govuk.Option{{Text: "It is new"}}
	for _, f := range v.facts(kind) {
		if !f.Gone {
			all = append(all, govuk.Option{Value: f.ID, Text: v.factWords(&f)})
		}
	}
	return all
}

func (v *looking) factWords(f *incident.Fact) string {
	if f.Kind == incident.Known {
		return v.Agencies[f.Who] + ", " + f.When.Words()
	}
	var said []string
	if f.Fear > warning.FearNotAsked {
		said = append(said, map[warning.Fear]string{warning.FearNone: "no fear", warning.Alarm: "alarm", warning.Distress: "distress", warning.Violence: "fear of violence"}[f.Fear])
	}
	for _, c := range f.Impact {
		said = append(said, lower(codeName(c)))
	}
	s := words.List(said)
	if s == "" {
		s = "in words"
	}
	return strings.ToUpper(s[:1]) + s[1:] + ", since " + f.When.Words()
}

func cutTo(lines []incident.Line, n int) []incident.Line { return lines[:min(n, len(lines))] }
