package govuk

import (
	"context"
	"io"
	"slices"

	"github.com/a-h/templ"
)

// A Select chooses one of a list. Radios are easier to use when the list is short.
type Select struct {
	ID           string // the name when empty
	Name         string
	Value        string // of the option that is chosen
	Items        []Option
	Disabled     bool
	DescribedBy  string
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	FormGroup    FormGroup
	Classes      string
	Attributes   Attributes
}

// An Option is one line of a Select.
type Option struct {
	Value, Text        string
	Selected, Disabled bool
	Attributes         Attributes
}

func (s Select) lead() lead { return lead{or(s.ID, s.Name), s.Label, s.Hint, s.ErrorMessage} }

func (s Select) chosen(o Option) bool { return o.Selected || s.Value != "" && o.Value == s.Value }

// Radios choose one of a few.
type Radios struct {
	IDPrefix     string // the name when empty
	Name         string
	Value        string // of the item that is chosen
	Items        []Radio
	Fieldset     Fieldset
	Hint         Hint
	ErrorMessage ErrorMessage
	FormGroup    FormGroup
	Classes      string
	Attributes   Attributes
}

// A Radio is one choice, or a divider ("or") between choices.
type Radio struct {
	ID                string
	Value             string
	Text              string
	HTML              templ.Component
	Hint              Hint
	Label             Label // classes and attributes only
	Checked, Disabled bool
	Conditional       templ.Component // shown while this is chosen
	Divider           string
	Attributes        Attributes
}

func (r Radios) lead() lead { return lead{or(r.IDPrefix, r.Name), Label{}, r.Hint, r.ErrorMessage} }

func (r Radios) chosen(i Radio) bool { return i.Checked || r.Value != "" && i.Value == r.Value }

// Checkboxes choose any of a few.
type Checkboxes struct {
	IDPrefix     string // the name when empty
	Name         string
	Values       []string // of the items that are chosen
	Items        []Checkbox
	Fieldset     Fieldset
	DescribedBy  string
	Hint         Hint
	ErrorMessage ErrorMessage
	FormGroup    FormGroup
	Classes      string
	Attributes   Attributes
}

// A Checkbox is one choice, or a divider between choices. One whose Behaviour is
// "exclusive" takes the ticks of the others away.
type Checkbox struct {
	ID                string
	Name              string // of the Checkboxes when empty
	Value             string
	Text              string
	HTML              templ.Component
	Hint              Hint
	Label             Label // classes and attributes only
	Checked, Disabled bool
	Conditional       templ.Component // shown while this is ticked
	Behaviour         string
	Divider           string
	Attributes        Attributes
}

func (c Checkboxes) lead() lead { return lead{or(c.IDPrefix, c.Name), Label{}, c.Hint, c.ErrorMessage} }

func (c Checkboxes) chosen(i Checkbox) bool { return i.Checked || slices.Contains(c.Values, i.Value) }

// describedBy is what describes the group: its fieldset, or each box without one.
func (c Checkboxes) describedBy() string {
	return c.lead().describedBy(or(c.Fieldset.DescribedBy, c.DescribedBy))
}

// ofItem is what describes one box.
func (c Checkboxes) ofItem(i Checkbox, id string) string {
	return words(when(c.Fieldset.none(), c.describedBy()), when(!i.Hint.none(), id+"-item-hint"))
}

// A DateInput asks for a date in three parts.
type DateInput struct {
	ID           string
	NamePrefix   string            // put before the name of each part with a hyphen
	Values       map[string]string // by name of part, with the prefix
	Items        []DateItem        // day, month and year when empty
	Fieldset     Fieldset
	Hint         Hint
	ErrorMessage ErrorMessage
	FormGroup    FormGroup
	Classes      string
	Attributes   Attributes
}

// A DateItem is one part of a date.
type DateItem struct {
	ID           string
	Name         string // "day", "month" or "year"
	Label        string // the name when empty
	Value        string
	Error        bool // this part is what is wrong; when none is, all are
	Autocomplete string
	Pattern      string
	Inputmode    string
	Classes      string
	Attributes   Attributes
}

func (d DateInput) lead() lead { return lead{d.ID, Label{}, d.Hint, d.ErrorMessage} }

func (d DateInput) items() []DateItem {
	if len(d.Items) > 0 {
		return d.Items
	}
	return []DateItem{{Name: "day"}, {Name: "month"}, {Name: "year"}}
}

func (s Select) Render(ctx context.Context, w io.Writer) error     { return s.view().Render(ctx, w) }
func (r Radios) Render(ctx context.Context, w io.Writer) error     { return r.view().Render(ctx, w) }
func (c Checkboxes) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }
func (d DateInput) Render(ctx context.Context, w io.Writer) error  { return d.view().Render(ctx, w) }
