package govuk

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// A Label names a field. It is not drawn without Text or HTML.
type Label struct {
	Text          string
	HTML          templ.Component
	For           string // id of the field; components fill it in
	IsPageHeading bool
	Classes       string
	Attributes    Attributes
}

func (l Label) none() bool { return l.Text == "" && l.HTML == nil }

func (l Label) of(id string) Label { l.For = id; return l }

// A Hint helps to fill in a field.
type Hint struct {
	ID         string
	Text       string
	HTML       templ.Component
	Classes    string
	Attributes Attributes
}

func (h Hint) none() bool { return h.Text == "" && h.HTML == nil }

func (h Hint) of(id string) Hint { h.ID = id; return h }

// An ErrorMessage says what is wrong with a field and how to put it right.
type ErrorMessage struct {
	ID                 string
	Text               string
	HTML               templ.Component
	Classes            string
	Attributes         Attributes
	VisuallyHiddenText string // "Error" when empty
}

func (e ErrorMessage) none() bool { return e.Text == "" && e.HTML == nil }

func (e ErrorMessage) of(id string) ErrorMessage { e.ID = id; return e }

// A FormGroup is the box around a field.
type FormGroup struct {
	Classes                   string
	Attributes                Attributes
	BeforeInput, AfterInput   Content
	BeforeInputs, AfterInputs Content // of radios, checkboxes and dates
}

// Content is text, or trusted markup.
type Content struct {
	Text string
	HTML templ.Component
}

func (c Content) none() bool { return c.Text == "" && c.HTML == nil }

// A Legend names a group of fields.
type Legend struct {
	Text          string
	HTML          templ.Component
	IsPageHeading bool
	Classes       string
}

// A Fieldset groups fields under a legend. Its children are the fields.
type Fieldset struct {
	DescribedBy string
	Legend      Legend
	Classes     string
	Role        string
	Attributes  Attributes
	HTML        templ.Component // in place of children
}

func (f Fieldset) none() bool {
	return f.Legend.Text == "" && f.Legend.HTML == nil && f.DescribedBy == "" && f.Classes == "" && f.Role == "" && len(f.Attributes) == 0
}

// A lead is what stands before the element of a field, and is drawn the same for all.
type lead struct {
	id    string
	label Label
	hint  Hint
	wrong ErrorMessage
}

// describedBy names the elements that describe the field, after those given.
func (l lead) describedBy(given string) string {
	return words(given, when(!l.hint.none(), l.id+"-hint"), when(!l.wrong.none(), l.id+"-error"))
}

func (l Label) Render(ctx context.Context, w io.Writer) error        { return l.view().Render(ctx, w) }
func (h Hint) Render(ctx context.Context, w io.Writer) error         { return h.view().Render(ctx, w) }
func (e ErrorMessage) Render(ctx context.Context, w io.Writer) error { return e.view().Render(ctx, w) }
func (f Fieldset) Render(ctx context.Context, w io.Writer) error     { return f.view().Render(ctx, w) }
func (c Content) Render(ctx context.Context, w io.Writer) error {
	return content(c.Text, c.HTML).Render(ctx, w)
}

func (f Fieldset) describedBy(ids string) Fieldset { f.DescribedBy = ids; return f }
