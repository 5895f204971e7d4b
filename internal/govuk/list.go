package govuk

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// A Table compares. Set Reflow for one that is wider than a phone: there each row
// becomes a block, and each cell is named by the head of its column. Set Scroll,
// to what the table holds, for one that must keep its columns: it scrolls within
// a box of that name.
type Table struct {
	Caption           string
	CaptionClasses    string // "govuk-table__caption--m"
	Head              []Cell
	Rows              [][]Cell
	FirstCellIsHeader bool
	Reflow            bool
	Scroll            string
	Classes           string
	Attributes        Attributes
}

// A Cell is one cell of a table, or one side of a summary list.
type Cell struct {
	Text             string
	HTML             templ.Component
	Format           string // "numeric"
	Classes          string
	Colspan, Rowspan int
	Attributes       Attributes
}

// Cells are cells of plain text.
func Cells(texts ...string) []Cell {
	all := make([]Cell, len(texts))
	for i, t := range texts {
		all[i].Text = t
	}
	return all
}

// attributes are those of a cell in a column named by head, in a table that reflows or not.
func (c Cell) attributes(reflow bool, role, head string) Attributes {
	all := Attributes{}
	for k, v := range c.Attributes {
		all[k] = v
	}
	if c.Colspan > 0 {
		all["colspan"] = itoa(c.Colspan)
	}
	if c.Rowspan > 0 {
		all["rowspan"] = itoa(c.Rowspan)
	}
	if reflow {
		all["role"] = role
		if head != "" {
			all["data-label"] = head
		}
	}
	return all
}

func (t Table) head(column int) string {
	if column < len(t.Head) {
		return t.Head[column].Text
	}
	return ""
}

// role is given to every part of a table that reflows: once it is no longer laid
// out as a table, browsers no longer say that it is one.
func (t Table) role(role string) Attributes {
	if !t.Reflow {
		return nil
	}
	return Attributes{"role": role}
}

// A SummaryList shows facts by name, with links to change them.
type SummaryList struct {
	Rows       []Row
	Card       Card
	Classes    string // "govuk-summary-list--no-border"
	Attributes Attributes
}

// A Row is one fact of a summary list.
type Row struct {
	Key, Value Cell
	Actions    Actions
	Classes    string
}

// Actions are the links beside a fact or a card.
type Actions struct {
	Items   []Action
	Classes string
}

// An Action is one link. VisuallyHiddenText says of what it is a link, to those
// who hear it by itself: Change (name).
type Action struct {
	Text               string
	HTML               templ.Component
	Href               string
	VisuallyHiddenText string
	Classes            string
	Attributes         Attributes
}

// A Card puts a summary list in a box with a title.
type Card struct {
	Title      Title
	Actions    Actions
	Classes    string
	Attributes Attributes
}

// A Title names a card.
type Title struct {
	Text         string
	HTML         templ.Component
	HeadingLevel int // 2 when 0
	Classes      string
}

// Fact is a row of plain text.
func Fact(key, value string, actions ...Action) Row {
	return Row{Key: Cell{Text: key}, Value: Cell{Text: value}, Actions: Actions{Items: actions}}
}

// Change is the usual link beside a fact.
func Change(href, what string) Action {
	return Action{Text: "Change", Href: href, VisuallyHiddenText: what}
}

func (c Card) none() bool {
	return c.Title.none() && len(c.Actions.Items) == 0 && c.Classes == "" && len(c.Attributes) == 0
}

func (t Title) none() bool { return t.Text == "" && t.HTML == nil }

func (t Title) heading() templ.Component {
	level := t.HeadingLevel
	if level == 0 {
		level = 2
	}
	return heading(level, Attributes{"class": words("govuk-summary-card__title", t.Classes)}, content(t.Text, t.HTML))
}

// anyActions reports whether there is a third column.
func (s SummaryList) anyActions() bool {
	for i := range s.Rows {
		if len(s.Rows[i].Actions.Items) > 0 {
			return true
		}
	}
	return false
}

// Pagination leads from page to page.
type Pagination struct {
	Previous, Next PageLink
	Items          []PageItem
	LandmarkLabel  string // "Pagination" when empty
	Classes        string
	Attributes     Attributes
}

// A PageLink leads to the page before or after. LabelText says what is there.
type PageLink struct {
	Href       string
	Text       string
	HTML       templ.Component
	LabelText  string
	Attributes Attributes
}

// A PageItem is a numbered page, or a gap between pages.
type PageItem struct {
	Number             string
	Href               string
	VisuallyHiddenText string
	Current, Ellipsis  bool
	Attributes         Attributes
}

// block reports that the links stand one below the other, without numbers.
func (p Pagination) block() bool {
	return len(p.Items) == 0 && (p.Previous.Href != "" || p.Next.Href != "")
}

// A TaskList shows what is to be done and how far each thing is.
type TaskList struct {
	IDPrefix   string // "task-list" when empty
	Items      []Task
	Classes    string
	Attributes Attributes
}

// A Task is one thing to be done.
type Task struct {
	Title   Cell
	Hint    Content
	Status  Status
	Href    string
	Classes string
}

// A Status says how far a task is: as a tag, or in words.
type Status struct {
	Tag     Tag
	Text    string
	HTML    templ.Component
	Classes string
}

func (t TaskList) id(i int, what string) string {
	return or(t.IDPrefix, "task-list") + "-" + itoa(i+1) + "-" + what
}

func (t Table) Render(ctx context.Context, w io.Writer) error       { return t.view().Render(ctx, w) }
func (s SummaryList) Render(ctx context.Context, w io.Writer) error { return s.view().Render(ctx, w) }
func (p Pagination) Render(ctx context.Context, w io.Writer) error  { return p.view().Render(ctx, w) }
func (t TaskList) Render(ctx context.Context, w io.Writer) error    { return t.view().Render(ctx, w) }
