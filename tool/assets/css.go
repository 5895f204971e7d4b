package main

import (
	"regexp"
	"strings"
)

// theirs is what must not be in a built file, in lower case. Only services on
// service.gov.uk may use the typeface; the crest and the crown are the Crown's.
var theirs = []string{"gds transport", "crest", "crown", ".woff", "logotype"}

// mojBlocks are the components of the Ministry of Justice that pages use. The rest
// of its style sheet is left out: it is three quarters of it.
var mojBlocks = []string{"badge", "search", "side-navigation", "sub-navigation", "timeline"}

var (
	fontFace = regexp.MustCompile(`@font-face\s*\{[^}]*\}`)
	crest    = regexp.MustCompile(`url\(/assets/images/govuk-crest\.svg\)`)
	crowned  = regexp.MustCompile(`\.(govuk-footer__crown|govuk-footer__copyright-logo|govuk-logo-dot|govuk-header__logotype)\b[^{},]*`)
)

// fonts are those that the reader's own device is set in: nothing to load, and
// every script that the device can write.
const fonts = `system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif`

// ours takes out of a style sheet what is the government's alone.
func ours(css string) string {
	css = fontFace.ReplaceAllString(css, "")
	css = strings.ReplaceAll(css, "font-family:GDS Transport,arial,sans-serif", "font-family:"+fonts)
	css = crest.ReplaceAllString(css, "none")
	css = crowned.ReplaceAllString(css, ".clew-none")
	// A trick for Internet Explorer 10 that esbuild warns of.
	return strings.ReplaceAll(css, `@media screen\0 and`, "@media not all and")
}

// only keeps the rules for those blocks of the Ministry of Justice, in a minified
// style sheet: those with a selector of one of them.
func only(css string, blocks []string) string {
	var b strings.Builder
	for css != "" {
		open := strings.IndexByte(css, '{')
		if open < 0 {
			break
		}
		end := matching(css, open)
		head, body := css[:open], css[open+1:end]
		switch {
		case strings.HasPrefix(head, "@media") || strings.HasPrefix(head, "@supports"):
			if inner := only(body, blocks); inner != "" {
				b.WriteString(head + "{" + inner + "}")
			}
		case wanted(head, blocks):
			b.WriteString(head + "{" + body + "}")
		}
		css = css[end+1:]
	}
	return b.String()
}

// matching is where the brace at open is closed, or the end.
func matching(css string, open int) int {
	depth := 0
	for i := open; i < len(css); i++ {
		switch css[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(css) - 1
}

func wanted(selectors string, blocks []string) bool {
	for _, block := range blocks {
		at := strings.Index(selectors, ".moj-"+block)
		if at < 0 {
			continue
		}
		rest := selectors[at+len(".moj-"+block):]
		if rest == "" || !strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "--") {
			return true
		}
	}
	return false
}
