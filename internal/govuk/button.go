package govuk

import (
	"context"
	"io"
	"maps"

	"github.com/a-h/templ"
)

// A Button acts. With an Href it is a link that looks like one.
type Button struct {
	ID                 string
	Text               string
	HTML               templ.Component
	Type               string // "submit" when empty
	Name, Value        string
	Href               string
	Disabled           bool
	IsStartButton      bool
	PreventDoubleClick bool
	Classes            string // "govuk-button--secondary", "govuk-button--warning"
	Attributes         Attributes
}

func (b Button) classes() string {
	return words("govuk-button", b.Classes, when(b.IsStartButton, "govuk-button--start"))
}

// A Tag says in a word or two how something stands. Colour is not the only sign:
// the word is.
type Tag struct {
	Text       string
	HTML       templ.Component
	Classes    string // "govuk-tag--green" and so on
	Attributes Attributes
}

// A BackLink goes back to the page before.
type BackLink struct {
	Href       string
	Text       string // "Back" when empty
	HTML       templ.Component
	Classes    string
	Attributes Attributes
}

// Breadcrumbs say where a page is.
type Breadcrumbs struct {
	Items            []Crumb
	CollapseOnMobile bool
	LabelText        string // "Breadcrumb" when empty
	Classes          string
	Attributes       Attributes
}

// A Crumb is a page above this one, or this one when it has no Href.
type Crumb struct {
	Text       string
	HTML       templ.Component
	Href       string
	Attributes Attributes
}

// A SkipLink jumps over what comes before the content.
type SkipLink struct {
	Href       string // "#content" when empty
	Text       string
	HTML       templ.Component
	Classes    string
	Attributes Attributes
}

// A ServiceNavigation is the list of the parts of a service.
type ServiceNavigation struct {
	ServiceName       string
	ServiceURL        string
	Navigation        []NavigationItem
	NavigationID      string // "navigation" when empty
	NavigationLabel   string
	NavigationClasses string
	AriaLabel         string
	MenuButtonText    string // "Menu" when empty
	MenuButtonLabel   string
	Classes           string
	Attributes        Attributes
}

// A NavigationItem is one part of a service. Current is this page; Active is the
// part this page is in.
type NavigationItem struct {
	Text            string
	HTML            templ.Component
	Href            string
	Current, Active bool
	Attributes      Attributes
}

func (s ServiceNavigation) menu() string { return or(s.MenuButtonText, "Menu") }

func (s ServiceNavigation) attributes() Attributes {
	all := Attributes{"class": words("govuk-service-navigation", s.Classes), "data-module": "govuk-service-navigation"}
	maps.Copy(all, s.Attributes)
	return all
}

func (b Button) Render(ctx context.Context, w io.Writer) error      { return b.view().Render(ctx, w) }
func (t Tag) Render(ctx context.Context, w io.Writer) error         { return t.view().Render(ctx, w) }
func (b BackLink) Render(ctx context.Context, w io.Writer) error    { return b.view().Render(ctx, w) }
func (b Breadcrumbs) Render(ctx context.Context, w io.Writer) error { return b.view().Render(ctx, w) }
func (s SkipLink) Render(ctx context.Context, w io.Writer) error    { return s.view().Render(ctx, w) }
func (s ServiceNavigation) Render(ctx context.Context, w io.Writer) error {
	return s.view().Render(ctx, w)
}

// here is the value of aria-current, or "".
func (i NavigationItem) here() string {
	switch {
	case i.Current:
		return "page"
	case i.Active:
		return "true"
	}
	return ""
}
