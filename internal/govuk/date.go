package govuk

import (
	"strings"

	saying "clew/internal/words"
)

// input is the field for one part of a date.
func (d DateInput) input(item DateItem) Input {
	name := item.Name
	if d.NamePrefix != "" {
		name = d.NamePrefix + "-" + name
	}
	id := item.ID
	if id == "" {
		id = d.ID + "-" + item.Name
	}
	width := "govuk-input--width-2"
	if item.Name == "year" {
		width = "govuk-input--width-4"
	}
	value := item.Value
	if value == "" {
		value = d.Values[name]
	}
	return Input{
		Label: Label{Text: or(item.Label, saying.Capital(item.Name)), Classes: "govuk-date-input__label"},
		ID:    id, Name: name, Value: value, Inputmode: or(item.Inputmode, "numeric"),
		Autocomplete: item.Autocomplete, Pattern: item.Pattern, Attributes: item.Attributes,
		Classes: words("govuk-date-input__input", when(d.wrong(item), "govuk-input--error"),
			when(!strings.Contains(item.Classes, "govuk-input--width-"), width), item.Classes),
	}
}

// wrong reports whether a part is to be marked: those named as wrong, or all.
func (d DateInput) wrong(item DateItem) bool {
	marked := func(i DateItem) bool { return i.Error || strings.Contains(i.Classes, "govuk-input--error") }
	if strings.Contains(item.Classes, "govuk-input--error") {
		return false // it is in the classes already
	}
	if marked(item) || d.ErrorMessage.none() {
		return item.Error
	}
	for _, other := range d.items() {
		if marked(other) {
			return false
		}
	}
	return true
}

// fieldset says that it is a group: without that, JAWS does not read what
// describes a fieldset made of text fields.
func (d DateInput) fieldset() Fieldset {
	if d.Fieldset.none() {
		return d.Fieldset
	}
	f := d.Fieldset
	f.Role = "group"
	return f
}
