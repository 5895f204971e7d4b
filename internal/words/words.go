// Package words writes numbers and lists as people read them.
package words

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Thousands writes 1234567 as 1,234,567.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	first := 0
	if n < 0 {
		first = 1
	}
	for i := len(s) - 3; i > first; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Count counts things: "1 report", "1,200 reports".
func Count(n int, single, many string) string { return Thousands(n) + " " + One(n, single, many) }

// One is the word that goes with n.
func One(n int, single, many string) string {
	if n == 1 {
		return single
	}
	return many
}

// List writes "a", "a and b", "a, b and c".
func List(all []string) string {
	switch n := len(all); n {
	case 0:
		return ""
	case 1:
		return all[0]
	default:
		return strings.Join(all[:n-1], ", ") + " and " + all[n-1]
	}
}

// Capital is a text with a capital first letter.
func Capital(s string) string {
	c, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(c)) + s[n:]
}

// Alone is a name that stands in a sentence: one that runs from right to left is marked
// so that it does not turn round what is beside it.
func Alone(name string) string {
	const isolate, end = "\u2068", "\u2069"
	turns := func(c rune) bool {
		return c >= 0x0590 && c <= 0x08ff || c >= 0xfb1d && c <= 0xfdff || c >= 0xfe70 && c <= 0xfeff || c >= 0x10800 && c <= 0x10fff || c >= 0x1e800 && c <= 0x1efff || c >= 0x202a && c <= 0x202e
	}
	if strings.IndexFunc(name, turns) < 0 {
		return name
	}
	return isolate + name + end
}
