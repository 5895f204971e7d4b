// Package govuk draws the parts that pages are made of: the components of the
// GOV.UK Design System and a few of the Ministry of Justice's, and the frame
// around every page.
//
// Each component is a struct named as in the design system, with fields named as
// the options of its Nunjucks macro, and is itself a templ component:
//
//	@govuk.Input{Name: "handle", Label: govuk.Label{Text: "Account or handle"}}
//
// Options that hold text come in twos: Text is escaped, HTML is a component. A
// Label, Hint, Fieldset or ErrorMessage without text is not drawn, so that the
// message for a field may be passed whether or not there is one:
//
//	ErrorMessage: govuk.Wrong(faults, "handle")
//
// Components that hold others take them as children: Fieldset, Details,
// InsetText, NotificationBanner, Panel, Filter, Page.
//
// What has no component is a class of assets/clew.css on plain markup:
//
//	clew-text       a readable measure within a Wide page
//	clew-next       the box that says what to do next, once on a page
//	clew-figures    <dl> of a few figures, each <div><dt><dd>
//	clew-entries    <ol> of things to open
//	clew-meta       who, when, how many: small and grey
//	clew-grave      a word for what is grave
//	clew-filtered   a Filter and its list, side by side where there is room
//	clew-scroll     something wider than a phone; needs role, name and tabindex
//	clew-table--dense, clew-table--reflow   on a <table class="govuk-table">
//	clew-timeline   the picture of a pattern; clew-legend, what its marks mean
//
// The fixtures published with govuk-frontend are the test of all this. Clew is no
// service of the government: there is no crown, no crest, no GOV.UK logo and no
// GDS Transport typeface here, and the build of the styles fails if one gets in.
package govuk

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"clew/internal/fault"
)

// Attributes are further attributes of an element. A true bool is an attribute
// without a value.
type Attributes = templ.Attributes

// Wrong is the message about a field, or none.
func Wrong(faults fault.Invalid, field string) ErrorMessage {
	return ErrorMessage{Text: faults.Of(field)}
}

// ErrorsOf is the summary of what is wrong, each message a link to the element
// whose id is the name of its field. A message about no field is no link.
func ErrorsOf(faults fault.Invalid) ErrorSummary {
	s := ErrorSummary{TitleText: "There is a problem"}
	for _, m := range faults {
		item := ErrorItem{Text: m.Text}
		if m.Field != "" {
			item.Href = "#" + m.Field
		}
		s.ErrorList = append(s.ErrorList, item)
	}
	return s
}

// words joins what is not empty with spaces: classes, or ids.
func words(all ...string) string {
	n := 0
	for _, s := range all {
		if s != "" {
			all[n] = s
			n++
		}
	}
	return strings.Join(all[:n], " ")
}

// when is s, or "" when the condition does not hold.
func when(holds bool, s string) string {
	if holds {
		return s
	}
	return ""
}

// or is the first that is not empty.
func or(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

func itoa(n int) string { return strconv.Itoa(n) }

// number names the nth element of a group. The first has no number, so that an
// error summary can link to it by the name of the field.
func number(prefix string, i int) string {
	if i == 0 {
		return prefix
	}
	return prefix + "-" + itoa(i+1)
}

// heading is a heading of a level that is only known when it is drawn.
func heading(level int, attrs Attributes, body templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		name := "h" + itoa(min(max(level, 1), 6))
		if _, err := io.WriteString(w, "<"+name); err != nil {
			return err
		}
		if err := templ.RenderAttributes(ctx, w, attrs); err != nil {
			return err
		}
		if _, err := io.WriteString(w, ">"); err != nil {
			return err
		}
		if err := body.Render(ctx, w); err != nil {
			return err
		}
		_, err := io.WriteString(w, "</"+name+">")
		return err
	})
}
