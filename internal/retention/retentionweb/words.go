package retentionweb

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/report"
	"clew/internal/retention"
	"clew/internal/when"
	"clew/internal/words"
)

// What the pages show.
type (
	due struct {
		Part   retention.Part
		Items  []retention.Item
		Total  int
		Links  govuk.Pagination
		Chosen []string
		Reason string
		Wrong  fault.Invalid
		Done   string
	}
	holds struct {
		All   []retention.Hold
		Total int
		Links govuk.Pagination
		Done  string
	}
	holding struct {
		Item                  retention.Item
		Held                  bool
		Parties               []string // mentions
		Person                string
		About                 retention.About
		Reason, Review, Asked string
		Wrong                 fault.Invalid
	}
	schedules struct {
		All                               []retention.Schedule
		Own                               string // agency
		Kind, Class, Years, Since, Source string
		Wrong                             fault.Invalid
		Done                              string
	}
	disposals struct {
		All   []retention.Disposal
		Total int
		Links govuk.Pagination
	}
	disposal struct {
		One            retention.Disposal
		Items          []retention.Item
		Links          govuk.Pagination
		Own            bool
		Answer, Reason string
		Wrong          fault.Invalid
		Done           string
	}
)

func parts(here string) govuk.SubNavigation {
	items := []govuk.SubItem{{Text: "Due", Href: "/retention"}, {Text: "Held", Href: "/retention/held"}, {Text: "Legal holds", Href: "/retention/holds"}, {Text: "Disposals", Href: "/retention/disposals"}, {Text: "Schedules", Href: "/retention/schedules"}}
	for i := range items {
		items[i].Active = items[i].Href == here
	}
	return govuk.SubNavigation{Label: "Retention", Items: items}
}

func (v *due) title() string {
	if v.Part == retention.Kept {
		return "Kept by a legal hold"
	}
	return "Due for disposal"
}

func (v *due) count() string {
	if v.Total > retention.MostDue {
		return "More than " + words.Thousands(retention.MostDue) + " reports. The oldest come first."
	}
	return words.Count(v.Total, "report", "reports") + ", the oldest first."
}

func (v *due) boxes() (all []govuk.Checkbox) {
	for i := range v.Items {
		it := &v.Items[i]
		all = append(all, govuk.Checkbox{Value: it.Key, Text: recordKind(it) + " " + it.Record, Hint: govuk.Hint{HTML: itemHint(it)}})
	}
	return all
}

func facts(it *retention.Item) string {
	parts := []string{it.Agency, "reported " + when.DayOf(it.Reported)}
	if it.Offence != "" {
		parts = append(parts, it.Offence)
	}
	if it.Years > 0 {
		parts = append(parts, "kept "+words.Count(it.Years, "year", "years")+" by its schedule")
	}
	return strings.Join(parts, " · ")
}

func keptRows(v *due) (rows [][]govuk.Cell) {
	for i := range v.Items {
		it := &v.Items[i]
		rows = append(rows, []govuk.Cell{{HTML: itemLine(it)}, {Text: it.Agency}, {Text: when.DayOf(it.Reported)}, {Text: it.Offence}})
	}
	return rows
}

func holdRows(v *holds) (rows [][]govuk.Cell) {
	for i := range v.All {
		hold := &v.All[i]
		state := govuk.Tag{Text: "In force", Classes: "govuk-tag--green"}
		switch {
		case !hold.Lifted.IsZero():
			state = govuk.Tag{Text: "Lifted", Classes: "govuk-tag--grey"}
		case hold.Overdue:
			state = govuk.Tag{Text: "To be looked at again", Classes: "govuk-tag--red"}
		}
		rows = append(rows, []govuk.Cell{{HTML: holdOn(hold)}, {Text: hold.Reason}, {Text: hold.OwnerName}, {Text: when.DayOf(hold.Review)}, {HTML: state}, {HTML: liftLink(hold)}})
	}
	return rows
}

func scopeWords(s *retention.Schedule, own string) string {
	switch {
	case s.Scope == "":
		return "Every agency"
	case s.Scope == own:
		return "This agency"
	}
	return "Agencies of this kind"
}

func kindWords(k report.Kind) string {
	if k == "" {
		return "Any kind of report"
	}
	s := strings.ReplaceAll(string(k), "-", " ")
	return strings.ToUpper(s[:1]) + s[1:]
}

func scheduleRows(all []retention.Schedule, own string) (rows [][]govuk.Cell) {
	for i := range all {
		s := &all[i]
		rows = append(rows, []govuk.Cell{{Text: kindWords(s.Kind)}, {Text: s.Class.Words()}, {Text: s.Words()}, {Text: when.DayOf(s.Since)}, {Text: scopeWords(s, own)}, {Text: s.Source + ". How sure: " + s.Sure}})
	}
	return rows
}

func kindOptions() []govuk.Option {
	all := []govuk.Option{{Value: "", Text: kindWords("")}}
	for _, k := range report.Kinds {
		all = append(all, govuk.Option{Value: string(k), Text: kindWords(k)})
	}
	return all
}

func stateTag(s retention.State) govuk.Tag {
	return govuk.Tag{Text: s.Words(), Classes: "clew-tag " + map[retention.State]string{
		retention.Proposed: "govuk-tag--yellow", retention.Refused: "govuk-tag--red", retention.Working: "govuk-tag--blue", retention.Done: "govuk-tag--green"}[s]}
}

func disposalRows(all []retention.Disposal) (rows [][]govuk.Cell) {
	for i := range all {
		d := &all[i]
		rows = append(rows, []govuk.Cell{{HTML: disposalLink(d)}, {Text: d.Ground.Words()}, {Text: words.Thousands(d.Reports), Format: "numeric"}, {Text: d.By}, {HTML: stateTag(d.State)}})
	}
	return rows
}

func (v *disposal) facts() []govuk.Row {
	d := &v.One
	rows := []govuk.Row{{Key: govuk.Cell{Text: "State"}, Value: govuk.Cell{HTML: stateTag(d.State)}}, govuk.Fact("Ground", d.Ground.Words()), govuk.Fact("Why", d.Reason),
		govuk.Fact("Proposed", when.MinuteOf(d.At)+" by "+d.By), govuk.Fact("Reports", words.Thousands(d.Reports))}
	if a := d.Answer; a != nil {
		said := "Refused"
		if a.Yes {
			said = "Agreed"
		}
		rows = append(rows, govuk.Fact(said, when.MinuteOf(a.At)+" by "+a.By), govuk.Fact("Their reason", a.Reason))
	}
	return rows
}

func itemRows(items []retention.Item) (rows [][]govuk.Cell) {
	for i := range items {
		it := &items[i]
		rows = append(rows, []govuk.Cell{{HTML: itemLine(it)}, {Text: it.Agency}, {Text: when.DayOf(it.Reported)}, {Text: it.Offence}})
	}
	return rows
}

func certificateRows(c *retention.Certificate) []govuk.Row {
	rows := []govuk.Row{govuk.Fact("Agency", c.Agency), govuk.Fact("Disposal", c.Disposal), govuk.Fact("Ground", c.Ground.Words()), govuk.Fact("Why", c.Reason),
		govuk.Fact("Proposed", when.MinuteOf(c.Proposed)+" by "+c.By), govuk.Fact("Checked", when.MinuteOf(c.Checked)+" by "+c.CheckedBy), govuk.Fact("Reason of the check", c.Why)}
	if len(c.Schedules) > 0 {
		rows = append(rows, govuk.Fact("Schedules", strings.Join(c.Schedules, "; ")))
	}
	rows = append(rows, govuk.Fact("Erased", words.Count(c.Erased, "report", "reports")+kinds(c.Kinds)))
	if c.Erased > 0 {
		rows = append(rows, govuk.Fact("When", when.MinuteOf(c.First)+" to "+when.MinuteOf(c.Last)))
	}
	for _, why := range slices.Sorted(maps.Keys(c.Kept)) {
		rows = append(rows, govuk.Fact("Kept", words.Count(c.Kept[why], "report", "reports")+": "+why))
	}
	return append(rows, govuk.Fact("Certified", when.MinuteOf(c.Issued)))
}

// kinds lists how many of each kind: " (2 crime, 1 call)".
func kinds(all map[string]int) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(all)) {
		parts = append(parts, strconv.Itoa(all[k])+" "+strings.ReplaceAll(k, "-", " "))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + words.List(parts) + ")"
}

func recordKind(it *retention.Item) string { return kindWords(report.Kind(it.Kind)) }

func keepOrErase(mention string) string {
	if strings.HasSuffix(mention, "v") {
		return "Keep or erase what is held about the victim"
	}
	return "Keep or erase what is held about the suspect"
}

func heldWords(n int) string {
	if n == 0 {
		return "A legal hold keeps none of them."
	}
	return "A legal hold keeps " + words.Thousands(n) + " of them."
}
