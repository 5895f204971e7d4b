package govuk

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// What follows is the Ministry of Justice's, as markup, or our own where neither
// system has a component.

// A SubNavigation leads between the pages about one thing.
type SubNavigation struct {
	Label      string // "Secondary navigation region" when empty
	Items      []SubItem
	Classes    string
	Attributes Attributes
}

// A SubItem is one page of a SubNavigation or a SideNavigation.
type SubItem struct {
	Text, Href string
	Active     bool
}

// A SideNavigation is a SubNavigation for long lists, beside the page.
type SideNavigation struct {
	Label      string
	Items      []SubItem
	Classes    string
	Attributes Attributes
}

// A Badge marks a thing in a word. A Tag says how it stands; a Badge what it is.
type Badge struct {
	Text       string
	HTML       templ.Component
	Classes    string // "moj-badge--red" and so on
	Attributes Attributes
}

// A Timeline lists what happened, in order, to be read.
type Timeline struct {
	HeadingLevel int // 2 when 0
	Items        []Event
	Classes      string
}

// An Event is one thing that happened. When is as precise as is known, in words;
// Datetime is the same for machines, or nothing.
type Event struct {
	Label    Content
	Byline   string // whole: "recorded by Northshire Police"
	When     string
	Datetime string
	Text     string
	HTML     templ.Component
}

func (t Timeline) heading(e Event) templ.Component {
	level := t.HeadingLevel
	if level == 0 {
		level = 2
	}
	return heading(level, Attributes{"class": "moj-timeline__title"}, e.Label)
}

// A Search is one field to look for something by GET.
type Search struct {
	Action  string
	Label   Label
	Hint    Hint
	Name    string // "q" when empty
	Value   string
	Button  string // "Search" when empty
	Classes string
}

// input is the field, with its button beside it.
func (s Search) input() Input {
	name := or(s.Name, "q")
	label, hint := s.Label, s.Hint
	label.Classes = words("moj-search__label", label.Classes)
	hint.Classes = words("moj-search__hint", hint.Classes)
	return Input{
		Name: name, Type: "search", Value: s.Value, Label: label, Hint: hint, Classes: words("moj-search__input", s.Classes),
		Autocomplete: "off", InputWrapper: Wrapper{Classes: "moj-search__input-wrapper"},
		FormGroup: FormGroup{AfterInput: Content{HTML: Button{Text: or(s.Button, "Search"), Classes: "moj-search__button"}}},
	}
}

// A Filter is a form of filters beside a list; its children are the fields. Put it
// and the list into <div class="clew-filtered">. It is sent by GET, so that the
// address of the page holds what was chosen.
type Filter struct {
	Action string
	Title  string // "Filter" when empty
	Submit string // "Apply filters" when empty
	Clear  string // where to go without any
	Chosen []Chosen
}

// A Chosen filter, and where to go without it.
type Chosen struct{ Text, Href string }

// A Progress says how far a long task is. With scripts it keeps itself up to date
// by asking URL, which answers with web.Progress, and loads the page again once
// all is done: the page must have no Progress then.
type Progress struct {
	URL        string
	Text       string
	Value, Max int
	Label      string // of the bar: "Progress" when empty
}

func (s SubNavigation) Render(ctx context.Context, w io.Writer) error { return s.view().Render(ctx, w) }
func (s SideNavigation) Render(ctx context.Context, w io.Writer) error {
	return s.view().Render(ctx, w)
}
func (b Badge) Render(ctx context.Context, w io.Writer) error    { return b.view().Render(ctx, w) }
func (t Timeline) Render(ctx context.Context, w io.Writer) error { return t.view().Render(ctx, w) }
func (s Search) Render(ctx context.Context, w io.Writer) error   { return s.view().Render(ctx, w) }
func (f Filter) Render(ctx context.Context, w io.Writer) error   { return f.view().Render(ctx, w) }
func (p Progress) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }
