package govuk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"clew/internal/govuk"
)

// published is where govuk-frontend keeps its fixtures: for each component, the
// options of its macro and the markup that must come of them.
const published = "../../node_modules/govuk-frontend/dist/govuk/components"

type fixture struct {
	Name    string
	Options map[string]any
	Hidden  bool
	HTML    string
}

// left says which fixtures a component leaves out, and why. A name that stands for
// no fixture fails the test, so the list cannot outlive its reasons.
type left map[string]string

const (
	noTristate = "a choice is made or not; none takes back what the group chooses"
	noHoles    = "a list has no holes that count, or that are passed over"
	noValue    = "an option always has a value, so that what is sent does not change with how it is worded"
	noPrefix   = "a message always begins with a word for those who hear it; VisuallyHiddenText puts it in another language"
	noDrop     = "the script that this is for gives its button a name that axe-core does not accept"
	noSlots    = "there is one language, and nothing beside the sections"
	noScript   = "limits are always said by the page"
)

// TestFixtures draws every fixture of every component that pages use, the hidden
// ones too where our options can say what theirs do, and compares the trees that a
// browser would build.
func TestFixtures(t *testing.T) {
	check[govuk.BackLink](t, "back-link", nil)
	check[govuk.Breadcrumbs](t, "breadcrumbs", nil)
	check[govuk.Button](t, "button", left{
		"don't prevent double click": "leaving it out says the same",
	})
	check[govuk.CharacterCount](t, "character-count", left{
		"to configure in JavaScript":                                    noScript,
		"with neither maxlength, maxwords nor textarea description set": noScript,
	})
	check[govuk.Checkboxes](t, "checkboxes", left{
		"with falsy values":             noHoles,
		"item checked overrides values": noTristate,
	})
	check[govuk.DateInput](t, "date-input", left{
		"with error on single item by omission":  noTristate,
		"with error on single field by omission": noTristate,
	})
	check[govuk.Details](t, "details", nil)
	check[govuk.ErrorMessage](t, "error-message", left{
		"translated":                   noPrefix,
		"visually hidden text removed": noPrefix,
	})
	check[govuk.ErrorSummary](t, "error-summary", nil)
	check[govuk.Fieldset](t, "fieldset", nil)
	check[govuk.FileUpload](t, "file-upload", left{
		"enhanced": noDrop, "enhanced, with error message and hint": noDrop, "enhanced, multiple files": noDrop,
		"enhanced, custom wrapper classes and attributes": noDrop, "translated": noDrop,
	})
	check[govuk.Hint](t, "hint", nil)
	check[govuk.Input](t, "input", nil)
	check[govuk.InsetText](t, "inset-text", nil)
	check[govuk.Label](t, "label", nil)
	check[govuk.NotificationBanner](t, "notification-banner", nil)
	check[govuk.Pagination](t, "pagination", left{
		"with empty items": noHoles,
	})
	check[govuk.Panel](t, "panel", left{
		"interruption, no actions items": "there is no box for actions without any",
	})
	check[govuk.PhaseBanner](t, "phase-banner", nil)
	check[govuk.Radios](t, "radios", left{
		"with falsy items":             noHoles,
		"item checked overrides value": noTristate,
	})
	check[govuk.Select](t, "select", left{
		"without values":                     noValue,
		"without values with selected value": noValue,
		"with falsy values":                  noValue,
		"item selected overrides value":      noTristate,
	})
	check[govuk.ServiceNavigation](t, "service-navigation", left{
		"with collapseNavigationOnMobile set to false":                             "it folds when there is more than one section",
		"with a single navigation item and collapseNavigationOnMobile set to true": "it folds when there is more than one section",
		"with language navigation":                                                 noSlots,
		"with right-aligned language navigation":                                   noSlots,
		"inverse with language navigation":                                         noSlots,
		"with `inline` end slot":                                                   noSlots,
	})
	check[govuk.SkipLink](t, "skip-link", nil)
	check[govuk.SummaryList](t, "summary-list", nil)
	check[govuk.Table](t, "table", nil)
	check[govuk.Tag](t, "tag", nil)
	check[govuk.TaskList](t, "task-list", left{
		"with empty values": noHoles,
	})
	check[govuk.Textarea](t, "textarea", nil)
	check[govuk.WarningText](t, "warning-text", nil)
}

func check[C templ.Component](t *testing.T, component string, out left) {
	t.Run(component, func(t *testing.T) {
		drawn, hidden := 0, 0
		seen := map[string]bool{}
		for _, f := range fixtures(t, component) {
			seen[f.Name] = true
			if _, leave := out[f.Name]; leave {
				continue
			}
			if component == "date-input" {
				parts(f.Options)
			}
			var c C
			if err := fill(reflect.ValueOf(&c).Elem(), f.Options); err != nil {
				if !f.Hidden {
					t.Errorf("%s: %v", f.Name, err)
				}
				hidden++
				continue
			}
			drawn++
			var b bytes.Buffer
			if err := c.Render(t.Context(), &b); err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
			want, got := tree(t, f.HTML), tree(t, b.String())
			if got != want {
				t.Errorf("%s (hidden: %v):\nwant\n%s\ngot\n%s", f.Name, f.Hidden, want, got)
			}
		}
		for name := range out {
			if !seen[name] {
				t.Errorf("%q is left out, but there is no such fixture", name)
			}
		}
		t.Logf("%d drawn, %d left out, %d hidden ones of other options", drawn, len(out), hidden)
	})
}

func fixtures(t *testing.T, component string) []fixture {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(published, component, "fixtures.json"))
	if os.IsNotExist(err) {
		t.Skip("node_modules is missing: npm ci --ignore-scripts")
	}
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Fixtures []fixture }
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Fixtures) == 0 {
		t.Fatal("no fixtures: has their form changed?")
	}
	return f.Fixtures
}

// fill sets the fields of a component from the options of a macro. An option that
// the component does not have is an error.
func fill(v reflect.Value, from any) error {
	if from == nil || from == false && v.Kind() != reflect.Bool && v.Kind() != reflect.Pointer {
		return nil
	}
	if v.Type() == reflect.TypeFor[templ.Component]() {
		if m, ok := from.(map[string]any); ok { // conditional: {html}
			from = m["html"]
		}
		if s, ok := from.(string); ok && s != "" {
			v.Set(reflect.ValueOf(templ.Raw(s)))
		}
		return nil
	}
	switch from := from.(type) {
	case map[string]any:
		return fillMap(v, from)
	case []any:
		if v.Kind() != reflect.Slice {
			return fmt.Errorf("a list for a %s", v.Type())
		}
		for _, x := range from {
			if x == nil || x == false || x == "" || x == 0.0 {
				continue // templates pass over these
			}
			e := reflect.New(v.Type().Elem()).Elem()
			if err := fill(e, x); err != nil {
				return err
			}
			v.Set(reflect.Append(v, e))
		}
		return nil
	case string:
		switch v.Kind() {
		case reflect.String:
			v.SetString(from)
			return nil
		case reflect.Int:
			_, err := fmt.Sscanf(from, "%d", new(int))
			if err == nil {
				var n int
				fmt.Sscanf(from, "%d", &n)
				v.SetInt(int64(n))
			}
			return err
		}
	case float64:
		switch v.Kind() {
		case reflect.String:
			v.SetString(fmt.Sprint(from))
			return nil
		case reflect.Int:
			v.SetInt(int64(from))
			return nil
		}
	case bool:
		switch v.Kind() {
		case reflect.Bool:
			v.SetBool(from)
			return nil
		case reflect.Pointer:
			v.Set(reflect.ValueOf(&from))
			return nil
		}
	}
	return fmt.Errorf("%T %v for a %s", from, from, v.Type())
}

func fillMap(v reflect.Value, from map[string]any) error {
	switch {
	case v.Type() == reflect.TypeFor[govuk.Attributes]():
		all := govuk.Attributes{}
		for k, x := range from {
			switch x := x.(type) {
			case nil:
				all[k] = ""
			case map[string]any:
				switch {
				case x["optional"] != true:
					all[k] = fmt.Sprint(x["value"])
				case x["value"] == true:
					all[k] = true
				case x["value"] != nil && x["value"] != false:
					all[k] = fmt.Sprint(x["value"])
				}
			default:
				all[k] = fmt.Sprint(x)
			}
		}
		v.Set(reflect.ValueOf(all))
		return nil
	case v.Kind() == reflect.Map:
		all := map[string]string{}
		for k, x := range from {
			all[k] = fmt.Sprint(x)
		}
		v.Set(reflect.ValueOf(all))
		return nil
	case v.Kind() != reflect.Struct:
		return fmt.Errorf("an object for a %s", v.Type())
	}
	for k, x := range from {
		field := v.FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, k) })
		if !field.IsValid() || !field.CanSet() {
			return fmt.Errorf("no option %s in %s", k, v.Type())
		}
		if err := fill(field, x); err != nil {
			return fmt.Errorf("%s: %w", k, err)
		}
	}
	return nil
}

// parts makes a list of the day, month and year of a date, which the macro takes
// one by one.
func parts(options map[string]any) {
	if options["items"] != nil || options["day"] == nil && options["month"] == nil && options["year"] == nil {
		return
	}
	var items []any
	for _, name := range []string{"day", "month", "year"} {
		switch part := options[name].(type) {
		case map[string]any:
			if part["name"] == nil {
				part["name"] = name
			}
			if name == "year" && part["name"] != name && part["classes"] == nil {
				part["classes"] = "govuk-input--width-4" // a year by another name is as wide
			}
			items = append(items, part)
		case nil:
			items = append(items, map[string]any{"name": name})
		}
		delete(options, name)
	}
	options["items"] = items
}

// tree prints parsed markup with white space folded and attributes and classes in
// order, so that what browsers would see as equal is.
func tree(t testing.TB, markup string) string {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(markup), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var walk func(n *html.Node, depth int)
	walk = func(n *html.Node, depth int) {
		indent := strings.Repeat(" ", depth)
		switch n.Type {
		case html.TextNode:
			if s := strings.Join(strings.Fields(n.Data), " "); s != "" {
				b.WriteString(indent + s + "\n")
			}
		case html.ElementNode:
			attrs := make([]string, 0, len(n.Attr))
			for _, a := range n.Attr {
				value := strings.Fields(a.Val)
				if a.Key == "class" {
					slices.Sort(value)
				}
				attrs = append(attrs, " "+a.Key+"="+strings.Join(value, " "))
			}
			slices.Sort(attrs)
			b.WriteString(indent + "<" + n.Data + strings.Join(attrs, "") + ">\n")
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c, depth+1)
			}
		}
	}
	for _, n := range nodes {
		walk(n, 0)
	}
	return b.String()
}
