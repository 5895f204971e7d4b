package govuk

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// An Input is one line of text.
type Input struct {
	ID             string // the name when empty
	Name           string
	Type           string // "text" when empty
	Value          string
	Inputmode      string
	Autocomplete   string
	Autocapitalize string
	Pattern        string
	Spellcheck     *bool
	Disabled       bool
	DescribedBy    string
	Label          Label
	Hint           Hint
	ErrorMessage   ErrorMessage
	Prefix, Suffix Affix
	FormGroup      FormGroup
	InputWrapper   Wrapper
	Classes        string
	Attributes     Attributes
}

// An Affix stands before or after what is typed, as £ does.
type Affix struct {
	Text       string
	HTML       templ.Component
	Classes    string
	Attributes Attributes
}

func (a Affix) none() bool { return a.Text == "" && a.HTML == nil }

// A Wrapper is the box around an input with an affix.
type Wrapper struct {
	Classes    string
	Attributes Attributes
}

func (i Input) lead() lead { return lead{or(i.ID, i.Name), i.Label, i.Hint, i.ErrorMessage} }

func (i Input) wrapped() bool {
	return !i.Prefix.none() || !i.Suffix.none() || !i.FormGroup.BeforeInput.none() || !i.FormGroup.AfterInput.none()
}

// A Textarea is several lines of text.
type Textarea struct {
	ID           string // the name when empty
	Name         string
	Value        string
	Rows         int // 5 when 0
	Autocomplete string
	Spellcheck   *bool
	Disabled     bool
	DescribedBy  string
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	FormGroup    FormGroup
	Classes      string
	Attributes   Attributes

	groupClass string // of a CharacterCount
	groupAttrs Attributes
}

func (a Textarea) lead() lead { return lead{or(a.ID, a.Name), a.Label, a.Hint, a.ErrorMessage} }

// A CharacterCount is a Textarea that says how much room is left.
type CharacterCount struct {
	ID           string
	Name         string
	Value        string
	Rows         int
	Maxlength    int    // characters
	Maxwords     int    // words, in place of characters
	Threshold    int    // percent of the room to be used before it says anything
	CountType    string // "length" counts as a form sends it; "characters" as a reader sees them
	Spellcheck   *bool
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	FormGroup    FormGroup
	CountMessage Wrapper
	Classes      string
	Attributes   Attributes
}

// A FileUpload chooses a file. It is the browser's own field, which takes a dropped
// file too: the script of govuk-frontend gives the button that it puts there a name
// that axe-core does not accept.
type FileUpload struct {
	ID           string // the name when empty
	Name         string
	Multiple     bool
	Disabled     bool
	DescribedBy  string
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	FormGroup    FormGroup
	Classes      string
	Attributes   Attributes
}

func (f FileUpload) lead() lead { return lead{or(f.ID, f.Name), f.Label, f.Hint, f.ErrorMessage} }

func (i Input) Render(ctx context.Context, w io.Writer) error    { return i.view().Render(ctx, w) }
func (a Textarea) Render(ctx context.Context, w io.Writer) error { return a.view().Render(ctx, w) }
func (c CharacterCount) Render(ctx context.Context, w io.Writer) error {
	return c.textarea().Render(ctx, w)
}
func (f FileUpload) Render(ctx context.Context, w io.Writer) error { return f.view().Render(ctx, w) }

// textarea is the Textarea that a CharacterCount is made of.
func (c CharacterCount) textarea() Textarea {
	id := or(c.ID, c.Name)
	what, limit, kind := "characters", c.Maxlength, c.CountType
	data := Attributes{"data-module": "govuk-character-count"}
	if c.Maxlength > 0 {
		data["data-maxlength"] = itoa(c.Maxlength)
	}
	if c.Maxwords > 0 {
		limit, kind = c.Maxwords, or(kind, "words")
		data["data-maxwords"] = itoa(c.Maxwords)
	}
	if kind != "" {
		data["data-count-type"] = kind
	}
	if kind == "words" {
		what = kind
	}
	if c.Threshold > 0 {
		data["data-threshold"] = itoa(c.Threshold)
	}
	group := c.FormGroup
	group.AfterInput = Content{HTML: room(Hint{
		ID: id + "-info", Text: "You can enter up to " + itoa(limit) + " " + what,
		Classes: words("govuk-character-count__message", c.CountMessage.Classes),
	}, c.FormGroup.AfterInput)}
	return Textarea{
		ID: id, Name: c.Name, Value: c.Value, Rows: c.Rows, Spellcheck: c.Spellcheck, DescribedBy: id + "-info",
		Label: c.Label, Hint: c.Hint, ErrorMessage: c.ErrorMessage, FormGroup: group,
		Classes: words("govuk-js-character-count", c.Classes), Attributes: c.Attributes,
		groupClass: "govuk-character-count", groupAttrs: data,
	}
}

func truth(b *bool) string {
	if *b {
		return "true"
	}
	return "false"
}

// kept is a text as it must stand in a textarea: a browser drops a first line
// break, so one that was typed is written twice.
func kept(text string) string {
	if strings.HasPrefix(text, "\n") {
		return "\n" + text
	}
	return text
}
