package govuk_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"clew/internal/fault"
	"clew/internal/govuk"
)

func page(t *testing.T, v govuk.Visit, f govuk.Frame) string {
	t.Helper()
	var b bytes.Buffer
	ctx := templ.WithChildren(govuk.WithVisit(t.Context(), v), templ.Raw("<h1>Hello</h1>"))
	if err := govuk.Page(f).Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPageSaysWhereItIs(t *testing.T) {
	site := &govuk.Site{
		Nav:    []govuk.NavItem{{Text: "Reports", Href: "/reports", Section: "reports"}, {Text: "People", Href: "/people", Section: "people"}},
		Notice: govuk.LoopbackNotice, Account: "/account", SignOut: "/sign-out",
	}
	got := page(t, govuk.Visit{Site: site, Actor: "Ingrid <Moss>"}, govuk.Frame{Title: "Reports", Section: "people"})
	for _, want := range []string{
		"<!doctype html><html lang=\"en\"", "<title>Reports – Clew</title>", "<h1>Hello</h1>", govuk.LoopbackNotice,
		"Ingrid &lt;Moss&gt;", `href="/account"`, `aria-current="true"><strong class="govuk-service-navigation__active-fallback">People</strong>`,
		`<script>` + govuk.InlineScript + `</script>`, `<a href="#main-content" class="govuk-skip-link"`, `id="main-content"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	title := regexp.MustCompile(`<title>.*</title>`).FindString(got)
	if strings.Contains(title, "Ingrid") {
		t.Errorf("the title names somebody: %s", title)
	}
	if n := strings.Count(got, "aria-current"); n != 1 {
		t.Errorf("%d sections are current, want 1", n)
	}
}

func TestPageWithFaultsSaysSoInItsTitleAndAtItsTop(t *testing.T) {
	faults := fault.Invalid{{Field: "from", Text: "Enter the day it began"}, {Text: "Choose a file"}}
	got := page(t, govuk.Visit{}, govuk.Frame{Title: "Report", Faults: faults})
	for _, want := range []string{"<title>Error: Report – Clew</title>", `<a href="#from">Enter the day it began</a>`, "<li>Choose a file</li>"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if strings.Index(got, "govuk-error-summary") > strings.Index(got, "<h1>") {
		t.Error("the summary stands below the content")
	}
}

func TestPageThatWaits(t *testing.T) {
	const refresh = `<noscript><meta http-equiv="refresh" content="5"></noscript>`
	if got := page(t, govuk.Visit{}, govuk.Frame{Refresh: 5}); !strings.Contains(got, refresh) {
		t.Errorf("no %s in\n%s", refresh, got)
	}
	if got := page(t, govuk.Visit{}, govuk.Frame{}); strings.Contains(got, "http-equiv") {
		t.Errorf("a page that does not wait is loaded again:\n%s", got)
	}
}

func TestPageOutsideAVisit(t *testing.T) {
	if got := page(t, govuk.Visit{}, govuk.Frame{}); !strings.Contains(got, "<title>Clew</title>") || strings.Contains(got, "<nav") {
		t.Errorf("got %s", got)
	}
}

// What people typed must not become markup, wherever a component puts it.
func TestTextIsEscaped(t *testing.T) {
	const nasty = `"><script>alert(1)</script>`
	all := map[string]templ.Component{
		"input":    govuk.Input{Name: nasty, Value: nasty, Label: govuk.Label{Text: nasty}, Hint: govuk.Hint{Text: nasty}, ErrorMessage: govuk.ErrorMessage{Text: nasty}},
		"textarea": govuk.Textarea{Name: "a", Value: "</textarea>" + nasty},
		"select":   govuk.Select{Name: "a", Items: []govuk.Option{{Value: nasty, Text: nasty}}},
		"radios":   govuk.Radios{Name: "a", Items: []govuk.Radio{{Value: nasty, Text: nasty}}},
		"table":    govuk.Table{Caption: nasty, Reflow: true, Scroll: nasty, Head: govuk.Cells(nasty), Rows: [][]govuk.Cell{govuk.Cells(nasty)}},
		"summary":  govuk.SummaryList{Card: govuk.Card{Title: govuk.Title{Text: nasty}}, Rows: []govuk.Row{govuk.Fact(nasty, nasty, govuk.Change("/x", nasty))}},
		"timeline": govuk.Timeline{Items: []govuk.Event{{Label: govuk.Content{Text: nasty}, Byline: nasty, When: nasty, Datetime: nasty, Text: nasty}}},
		"progress": govuk.Progress{URL: nasty, Text: nasty},
		"filter":   govuk.Filter{Title: nasty, Chosen: []govuk.Chosen{{Text: nasty, Href: "/"}}},
		"tag":      govuk.Tag{Text: nasty},
		"page":     govuk.Page(govuk.Frame{Title: nasty, Actor: nasty, Done: nasty, Lang: nasty}),
	}
	for name, c := range all {
		var b bytes.Buffer
		if err := c.Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "<script>alert") {
			t.Errorf("%s: %s", name, b.String())
		}
	}
}

func TestLinksLeadNowhereDangerous(t *testing.T) {
	for _, c := range []templ.Component{
		govuk.Button{Text: "x", Href: "javascript:alert(1)"}, govuk.BackLink{Href: "javascript:alert(1)"},
		govuk.SubNavigation{Items: []govuk.SubItem{{Text: "x", Href: "JavaScript:alert(1)"}}},
	} {
		var b bytes.Buffer
		if err := c.Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.ToLower(b.String()), "javascript:") {
			t.Errorf("%s", b.String())
		}
	}
}

// A browser drops the first line break in a textarea.
func TestTextareaKeepsAFirstEmptyLine(t *testing.T) {
	var b bytes.Buffer
	if err := (govuk.Textarea{Name: "a", Value: "\nsecond"}).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), ">\n\nsecond</textarea>") {
		t.Errorf("got %s", b.String())
	}
}

// unescaped are the files that may write markup as it is, and why.
var unescaped = map[string]string{
	"internal/govuk/raw.go":                   "the script that a policy admits by its hash",
	"internal/pattern/patternweb/sheet.templ": "a page that stands alone carries its own style",
}

func TestOnlyOneFileWritesUnescapedMarkup(t *testing.T) {
	forbidden := regexp.MustCompile(`templ\.(Raw|SafeURL|SafeCSS|JSExpression|FromGoHTML)\b|template\.(HTML|JS|URL|CSS)\b`)
	root := filepath.Join("..", "..")
	seen := 0
	err := fs.WalkDir(os.DirFS(root), "internal", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
			return err
		}
		if ext := filepath.Ext(name); ext != ".go" && ext != ".templ" {
			return nil
		}
		seen++
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		if found := forbidden.Find(b); found != nil && unescaped[name] == "" && !strings.HasPrefix(strings.TrimSpace(lineOf(b, found)), "//") {
			t.Errorf("%s uses %s", name, found)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 20 {
		t.Errorf("only %d files were looked at", seen)
	}
}

func lineOf(b, part []byte) string {
	i := bytes.Index(b, part)
	start := bytes.LastIndexByte(b[:i], '\n') + 1
	return string(b[start : i+len(part)])
}

func TestInlineScriptHash(t *testing.T) {
	// The digest that govuk-frontend publishes for its script.
	if got, want := govuk.InlineScriptHash(), "'sha256-GUQ5ad8JK5KmEWmROf3LZd9ge94daqNvd8xy9YS1iDw='"; got != want {
		t.Errorf("got %s, want %s: the script differs from govuk-frontend's", got, want)
	}
}
