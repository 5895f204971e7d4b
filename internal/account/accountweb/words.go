package accountweb

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rsc.io/qr"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/agency"
	"clew/internal/govuk"
	"clew/internal/when"
	"clew/internal/words"
)

func upper(s string) string {
	c, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(c)) + s[n:]
}

var states = map[account.State]govuk.Tag{
	account.Invited: {Text: "Invited", Classes: "govuk-tag--yellow"}, account.Active: {Text: "Active", Classes: "govuk-tag--green"}, account.Ended: {Text: "Ended", Classes: "govuk-tag--grey"},
}

// hows are the ways to sign in, in words.
var hows = map[string]string{"passkey": "By passkey", "password": "By password and code", "single sign-on": "By single sign-on", "demo": "In the demo"}

// how says how somebody can sign in.
func how(p *account.Person) string {
	var ways []string
	if p.Keys > 0 {
		ways = append(ways, words.Count(p.Keys, "passkey", "passkeys"))
	}
	if p.Password {
		ways = append(ways, "password with a one-time code")
	}
	if len(p.Linked) > 0 {
		ways = append(ways, "single sign-on")
	}
	if len(ways) == 0 {
		return "Not chosen yet"
	}
	return upper(words.List(ways))
}

func roleNames(all []access.Holding) string {
	var names []string
	for _, h := range all {
		name := h.Role.Name()
		if !h.Until.IsZero() {
			name += " (until " + when.DayOf(h.Until.Add(-time.Second)) + ")"
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return "None"
	}
	return strings.Join(names, ", ")
}

func purposeRadios(now access.Purpose) govuk.Radios {
	r := govuk.Radios{Name: "purpose", Value: string(now), Classes: "govuk-radios--small"}
	for _, p := range account.Purposes {
		r.Items = append(r.Items, govuk.Radio{Value: string(p.Purpose), Text: p.Name})
	}
	return r
}

func kindOptions() (all []govuk.Option) {
	all = append(all, govuk.Option{Text: "Choose a kind"})
	for _, k := range agency.Kinds {
		all = append(all, govuk.Option{Value: string(k.Kind), Text: k.Name})
	}
	return all
}

// A square is a code for a camera: its size, and the path that draws it.
type square struct {
	Size int
	Path string
}

// drawn is text as a square, with the quiet border that cameras want.
func drawn(text string) square {
	const border = 4
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return square{} // too long; the text beside it serves
	}
	var b strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				b.WriteString("M" + n(x+border) + " " + n(y+border) + "h1v1h-1z")
			}
		}
	}
	return square{code.Size + 2*border, b.String()}
}
