// Package number writes numbers as people read them.
package number

import "strconv"

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

// Of counts things: "1 report", "1,200 reports".
func Of(n int, single, many string) string { return Thousands(n) + " " + One(n, single, many) }

// One is the word that goes with n.
func One(n int, single, many string) string {
	if n == 1 {
		return single
	}
	return many
}
