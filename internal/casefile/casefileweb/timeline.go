package casefileweb

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/casefile/picture"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

// A timeline is the page of what happened along time.
type timeline struct {
	T        casefile.Timeline
	Sieve    casefile.Sieve
	Items    []casefile.Item // those of this page of the list
	First    int             // index of the first of them
	Links    govuk.Pagination
	Whole    string // where all of the list is on one page; empty when it is here, or is too long
	Agencies map[string]string
	Wrong    fault.Invalid
}

func (h room) timeline(w http.ResponseWriter, r *http.Request) (err error) {
	by, id := access.From(r.Context()), r.PathValue("case")
	n, _ := web.Number(r, "suspect")
	v := timeline{Sieve: casefile.Sieve{Suspect: n, Lane: web.Text(r, "lane"), From: web.Text(r, "from"), To: web.Text(r, "to"), Only: casefile.Only(web.Text(r, "only"))}}
	status := http.StatusOK
	v.T, err = h.cases.Timeline(r.Context(), by, id, v.Sieve)
	if wrong, ok := errors.AsType[fault.Invalid](err); ok {
		whole := v.Sieve
		whole.From, whole.To = "", ""
		status, v.Wrong = http.StatusUnprocessableEntity, wrong
		v.T, err = h.cases.Timeline(r.Context(), by, id, whole)
	}
	if err != nil {
		return err
	}
	if v.Agencies, err = h.agencies(r); err != nil {
		return err
	}
	page, short := web.PageOf(r), len(v.T.All) <= mostPrinted
	switch {
	case !page.HasLinks(len(v.T.All)) || short && web.Text(r, "whole") == "yes":
		v.Items = v.T.All
	default:
		v.First = min(page.Offset(), len(v.T.All))
		v.Items = v.T.All[v.First:min(v.First+page.Limit(), len(v.T.All))]
		v.Links = page.Links(r, len(v.T.All))
		if short {
			v.Whole = v.whole()
		}
	}
	return web.Render(w, r, status, timelinePage(v))
}

// mostPrinted is how many entries of a timeline are shown on one page, to be printed.
const mostPrinted = 1000

func (v *timeline) path() string { return pathOf(v.T.ID) + "/timeline" }

// address is the page by a sieve.
func (v *timeline) address(f casefile.Sieve) string { return v.to(f, url.Values{}) }

// whole is the page with all of its list.
func (v *timeline) whole() string { return v.to(v.Sieve, url.Values{"whole": {"yes"}}) }

func (v *timeline) to(f casefile.Sieve, q url.Values) string {
	if f.Suspect > 0 {
		q.Set("suspect", strconv.Itoa(f.Suspect))
	}
	for name, value := range map[string]string{"lane": f.Lane, "from": f.From, "to": f.To, "only": string(f.Only)} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return v.path()
	}
	return v.path() + "?" + q.Encode()
}

func (v *timeline) chosen() (all []govuk.Chosen) {
	add := func(text string, change func(*casefile.Sieve)) {
		f := v.Sieve
		change(&f)
		all = append(all, govuk.Chosen{Text: text, Href: v.address(f)})
	}
	if n := v.Sieve.Suspect; n > 0 && n <= len(v.T.Suspects) {
		add(v.T.Suspects[n-1].Name, func(f *casefile.Sieve) { f.Suspect = 0 })
	}
	if l, ok := picture.LaneOf(v.Sieve.Lane); ok {
		add(l.Name(), func(f *casefile.Sieve) { f.Lane = "" })
	}
	if v.Sieve.From != "" && len(v.Wrong) == 0 {
		add("From "+v.Sieve.From, func(f *casefile.Sieve) { f.From = "" })
	}
	if v.Sieve.To != "" && len(v.Wrong) == 0 {
		add("To "+v.Sieve.To, func(f *casefile.Sieve) { f.To = "" })
	}
	for _, o := range onlys {
		if o.Value != "" && o.Value == string(v.Sieve.Only) {
			add(o.Text, func(f *casefile.Sieve) { f.Only = "" })
		}
	}
	return all
}

var onlys = []govuk.Option{{Text: "Everything"}, {Value: string(casefile.OnlyReports), Text: "Only what was done to the victim"}, {Value: string(casefile.OnlyDone), Text: "Only what agencies did"}}

func laneOptions() []govuk.Option {
	all := []govuk.Option{{Text: "Any"}}
	for _, l := range picture.Lanes {
		all = append(all, govuk.Option{Value: l.Code, Text: l.Name})
	}
	return all
}

func (v *timeline) suspectOptions() []govuk.Option {
	all := []govuk.Option{{Text: "Anybody"}}
	for i, p := range v.T.Suspects {
		all = append(all, govuk.Option{Value: strconv.Itoa(i + 1), Text: p.Name})
	}
	return all
}

func (v *timeline) suspectValue() string {
	if v.Sieve.Suspect > 0 {
		return strconv.Itoa(v.Sieve.Suspect)
	}
	return ""
}

// lead are the sentences above the picture: whether it grows worse, first.
func (v *timeline) lead() (all []string) {
	p := &v.T.Pace
	if p.Conduct == 0 {
		return nil
	}
	for i := range v.T.All {
		if x := &v.T.All[i]; x.Kind == casefile.Worse {
			all = append(all, fmt.Sprintf("It grew worse on %s. %s", when.DayOf(x.At), v.about(x, x.Words)))
		}
	}
	if p.Late > 0 {
		all = append(all, fmt.Sprintf("%s in the %d days to %s, against %s in the %d days before.", v.things(p.Late), casefile.PaceDays, when.DayOf(p.Last), words.Thousands(p.Early), casefile.PaceDays))
	}
	if p.Graves > 0 {
		s := fmt.Sprintf("%s of %s %s grave", words.Thousands(p.Graves), v.things(p.Conduct), words.One(p.Graves, "is", "are"))
		if !p.FirstGrave.IsZero() {
			s += ", the first of " + when.DayOf(p.FirstGrave)
		}
		all = append(all, s+".")
	}
	if silent := int(v.T.Now.Sub(p.Last).Hours() / 24); silent >= 14 && !p.Last.IsZero() {
		all = append(all, fmt.Sprintf("Nothing has been reported of the %s since.", long(silent)))
	}
	return all
}

// byHand is how many incidents kept by hand are shown.
func (v *timeline) byHand() (n int) {
	for i := range v.T.All {
		if v.T.All[i].Kind == casefile.Happened {
			n++
		}
	}
	return n
}

// things counts conduct.
func (v *timeline) things(n int) string {
	if v.byHand() == 0 {
		return words.Count(n, "report", "reports")
	}
	return words.Count(n, "report or incident", "reports and incidents")
}

// about puts the suspect before what is said, where there are several.
func (v *timeline) about(x *casefile.Item, says string) string {
	if name := v.suspectOf(x); name != "" {
		return name + ": " + says
	}
	return says
}

// suspectOf is the suspect's name, where there are several.
func (v *timeline) suspectOf(x *casefile.Item) string {
	if x.Kind == casefile.Happened && x.Suspect == "" {
		return "Not known who"
	}
	if len(v.T.Suspects) > 1 {
		for _, p := range v.T.Suspects {
			if p.ID == x.Suspect {
				return p.Name
			}
		}
	}
	return ""
}

// long says how long a number of days is.
func long(days int) string {
	switch {
	case days < 14:
		return words.Count(days, "day", "days")
	case days < 7*13:
		return words.Count(days/7, "week", "weeks")
	case days < 365*2:
		return words.Count((days*2+30)/61, "month", "months")
	}
	return words.Count(days/365, "year", "years")
}

// often is how many times something happened, for what is more than once.
func often(times int) string {
	if times < 2 {
		return ""
	}
	return ", " + words.Count(times, "time", "times")
}

// between is an interval as a page shows it, as near as it is known.
func between(from, to time.Time) string {
	if from.IsZero() {
		return "Not known"
	}
	a, b := from.In(when.London), to.In(when.London)
	end := b.Add(time.Second)
	y, m, d := a.Date()
	switch {
	case to.Sub(from) < time.Minute:
		return when.MinuteOf(a)
	case a.Equal(time.Date(y, 1, 1, 0, 0, 0, 0, when.London)) && end.After(time.Date(y+1, 1, 1, 0, 0, 0, 0, when.London)) && b.Year() == y:
		return a.Format("2006, day not known")
	case a.Equal(time.Date(y, m, 1, 0, 0, 0, 0, when.London)) && end.After(time.Date(y, m+1, 1, 0, 0, 0, 0, when.London)) && b.Month() == m && b.Year() == y:
		return a.Format("January 2006, day not known")
	case to.Sub(from) <= 25*time.Hour && a.Equal(time.Date(y, m, d, 0, 0, 0, 0, when.London)) || when.DayOf(from) == when.DayOf(to):
		return when.DayOf(from)
	}
	return when.DayOf(from) + " to " + when.DayOf(to)
}

var weightWords = map[picture.Weight]string{picture.Grave: "Grave", picture.Near: "Serious", picture.Distant: "From a distance"}

// stoodWords say what became of a warning that stands no more.
func stoodWords(x *casefile.Item) string {
	if x.Was.By != "" {
		return x.Was.Why + " by " + x.Was.By + "."
	}
	return x.Was.Why + "."
}

func laneWords(s picture.Set) string {
	var all []string
	for _, l := range picture.Lanes {
		if s.Has(l.Lane) {
			all = append(all, strings.ToLower(l.Name))
		}
	}
	if len(all) == 0 {
		return strings.ToLower(picture.Other.Name())
	}
	return words.List(all)
}

// itemTitle says what an item was.
func itemTitle(x *casefile.Item) string {
	switch x.Kind {
	case casefile.Warned:
		return "Early warning raised"
	case casefile.Stood:
		return "Early warning that stood until " + when.DayOf(x.Was.Cleared)
	case casefile.Worse:
		return "It grew worse"
	case casefile.Did:
		return casefile.DeedName(x.About)
	case casefile.Reported:
		return words.Capital(laneWords(x.Drawn.Lanes))
	case casefile.Happened:
		return kindName(x.About)
	}
	return title(&x.Event)
}

// gapBefore is how many days without anything recorded an item ended, of the gaps
// that are shaded; 0 for most.
func (v *timeline) gapBefore(index int) int {
	for _, g := range v.T.Picture.Gaps {
		if g.Ends == index {
			return g.Days
		}
	}
	return 0
}

func (v *timeline) who(x *casefile.Item) string {
	if x.Agency == "" {
		return "From the reports"
	}
	agency := x.Agency
	if name := v.Agencies[agency]; name != "" {
		agency = name
	}
	return x.Name + ", " + agency
}

// counted says what the picture and the list hold.
func (v *timeline) counted() string {
	n := v.T.Picture.Conduct
	rest := len(v.T.All) - n
	kept := v.byHand()
	s := words.Count(n-kept, "report", "reports")
	if kept > 0 {
		s += ", " + words.Count(kept, "incident", "incidents")
	}
	s += " and " + words.Count(rest, "other entry", "other entries") + ", the oldest first."
	if len(v.Items) < len(v.T.All) {
		s += fmt.Sprintf(" This page has %s to %s of %s.", words.Thousands(v.First+1), words.Thousands(v.First+len(v.Items)), words.Thousands(len(v.T.All)))
	}
	return s
}

func (v *timeline) pictureTitle() string {
	p := &v.T.Picture
	s := v.things(p.Conduct) + " along time"
	if n := len(v.T.All); n > 0 && !v.T.All[0].Drawn.From.IsZero() {
		last := v.T.All[0].Drawn.To
		for i := range v.T.All {
			if to := v.T.All[i].Drawn.To; to.After(last) {
				last = to
			}
		}
		s += ", " + when.DayOf(v.T.All[0].Drawn.From) + " to " + when.DayOf(last)
	}
	return s
}

func (v *timeline) pictureWords() string {
	var b strings.Builder
	for i, r := range v.T.Picture.Rows {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s: %d", r.Lane.Name(), r.Count)
	}
	if b.Len() > 0 {
		b.WriteString(". ")
	}
	for _, s := range v.lead() {
		b.WriteString(s + " ")
	}
	b.WriteString("The list below gives the same facts.")
	return b.String()
}

// missing says what of the list is not in the picture, or has no words there.
func (v *timeline) missing() (all []string) {
	p := &v.T.Picture
	if p.Undated > 0 {
		all = append(all, words.Count(p.Undated, "entry has", "entries have")+" no date and "+words.One(p.Undated, "is", "are")+" in the list alone.")
	}
	if p.Unlabelled > 0 {
		all = append(all, words.Count(p.Unlabelled, "line has", "lines have")+" no words, for want of room. The list says what "+words.One(p.Unlabelled, "it is", "they are")+".")
	}
	return all
}

func (v *timeline) markWords(m *picture.Mark) string {
	x := &v.T.All[m.Items[0]]
	if len(m.Items) == 1 {
		return between(x.Drawn.From, x.Drawn.To) + ": " + itemTitle(x)
	}
	last := &v.T.All[m.Items[len(m.Items)-1]]
	return fmt.Sprintf("%s, %s to %s", v.things(len(m.Items)), when.DayOf(x.Drawn.From), when.DayOf(last.Drawn.From))
}

func (v *timeline) spanWords(s *picture.Span) string {
	x := &v.T.All[s.Item]
	return between(x.Drawn.From, x.Drawn.To) + ": " + itemTitle(x) + often(s.Times)
}

func (v *timeline) lineWords(l *picture.Line) string {
	var all []string
	for _, i := range l.Items {
		x := &v.T.All[i]
		all = append(all, between(x.Drawn.From, x.Drawn.To)+": "+itemTitle(x))
	}
	return strings.Join(all, "; ")
}

func (v *timeline) columnKey() string {
	s := "how many each " + string(v.T.Picture.Period) + "; striped: grave"
	if v.T.Picture.Dense {
		s += ", which is a threat, violence, entry, fire, or fear of violence"
	}
	return s
}

func weightClass(w picture.Weight) string {
	return [...]string{"clew-picture__distant", "clew-picture__near", "clew-picture__grave"}[w]
}

func lineClass(k picture.Kind) string {
	return map[picture.Kind]string{picture.Done: "clew-picture__done", picture.Warned: "clew-picture__warned", picture.Turn: "clew-picture__turn"}[k]
}

// diamond is the path of a square that stands on its corner.
func diamond(x, y, r int) string {
	return fmt.Sprintf("M%d %dl%d %dl%d %dl%d %dz", x, y-r, r, r, -r, r, -r, -r)
}

// whisker is the path of a line with ends.
func whisker(s *picture.Span) string {
	return fmt.Sprintf("M%d %dv10M%d %dH%dM%d %dv10", s.X1, s.Y-5, s.X1, s.Y, s.X2, s.X2, s.Y-5)
}

// gapWords say how long a gap is, as far as there is room.
func gapWords(g *picture.Gap) string {
	const letter = 7
	for _, s := range []string{"nothing recorded for " + long(g.Days), long(g.Days)} {
		if g.Width >= letter*len(s) {
			return s
		}
	}
	return ""
}

func (v *timeline) worse() bool {
	return slices.ContainsFunc(v.T.All, func(x casefile.Item) bool { return x.Kind == casefile.Worse })
}

// A shown says which shapes a picture has.
type shown struct{ grave, near, distant, column, series, unsure, done, warned, turn bool }

func (v *timeline) has() (s shown) {
	p := &v.T.Picture
	weigh := func(w picture.Weight) {
		s.grave, s.near, s.distant = s.grave || w == picture.Grave, s.near || w == picture.Near, s.distant || w == picture.Distant
	}
	for i := range p.Marks {
		weigh(p.Marks[i].Weight)
	}
	for i := range p.Spans {
		weigh(p.Spans[i].Weight)
		s.series, s.unsure = s.series || p.Spans[i].Times > 0, s.unsure || p.Spans[i].Times == 0
	}
	s.column = len(p.Columns)+len(p.Strip) > 0
	for i := range p.Lines {
		k := p.Lines[i].Kind
		s.done, s.warned, s.turn = s.done || k == picture.Done, s.warned || k == picture.Warned, s.turn || k == picture.Turn
	}
	return s
}

func suspectNames(c *casefile.Case) string {
	v := view{}
	v.P.Case = *c
	return v.suspects()
}

func listClass(k picture.Kind) string {
	if k == picture.Conduct {
		return ""
	}
	return "clew-picture-list__item--across"
}

func n(i int) string { return strconv.Itoa(i) }
