package match

import (
	"strings"
	"time"
)

// A birth is a date of birth as yyyymmdd; a month or day of 0 was not given.
// 0 is no date at all.
type birth uint32

func (b birth) parts() (y, m, d int) { return int(b) / 10000, int(b) / 100 % 100, int(b) % 100 }

func (b birth) whole() bool { return b != 0 && b/100%100 != 0 && b%100 != 0 }

// filler reports whether the date is what systems put in for want of one: the
// first of January, and above all of 1900.
func (b birth) filler() bool { return b%10000 == 101 }

func (b birth) sound() bool {
	y, m, d := b.parts()
	return b == 0 || y >= 1850 && y < 2200 && m <= 12 && d <= 31 && (m != 0 || d == 0)
}

// parseBirth reads yyyy-mm-dd, dd/mm/yyyy, yyyymmdd, "3 Feb 1987", yyyy-mm or
// yyyy, and a time after a date is let go. A date that cannot be one is no
// evidence: 0. So is 1 January 1900.
func parseBirth(s string) birth {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0
	}
	if i := strings.IndexAny(s, "T"); i == 10 {
		s = s[:i]
	}
	if len(s) > 16 && s[10] == ' ' {
		s = s[:10]
	}
	var b birth
	if len(s) == 8 && digits(s) {
		b = birth(number(s))
	} else {
		parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-/. ,", r) })
		switch len(parts) {
		case 1:
			if len(parts[0]) == 4 && digits(parts[0]) {
				b = birth(number(parts[0]) * 10000)
			}
		case 2:
			if y, m := parts[0], month(parts[1]); len(y) == 4 && digits(y) {
				b = birth(number(y)*10000 + m*100)
			} else if y, m := parts[1], month(parts[0]); len(y) == 4 && digits(y) {
				b = birth(number(y)*10000 + m*100)
			}
		case 3, 4, 5:
			y, m, d := parts[0], month(parts[1]), parts[2]
			if len(y) != 4 {
				y, d = d, y
			}
			if len(y) == 4 && digits(y) && digits(d) && len(d) <= 2 {
				b = birth(number(y)*10000 + m*100 + number(d))
			}
		}
	}
	y, m, d := b.parts()
	if b == 19000101 || !b.sound() || b.whole() && time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Day() != d {
		if m > 12 && d >= 1 && d <= 12 && m <= 31 && y >= 1850 && y < 2200 { // an American date in a British column
			return birth(y*10000 + d*100 + m)
		}
		return 0
	}
	return b
}

func number(s string) (n int) {
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

func month(s string) int {
	if len(s) <= 2 && s != "" && digits(s) {
		return number(s)
	}
	if len(s) >= 3 {
		if i := strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(s[:3])); i >= 0 && i%3 == 0 {
			return i/3 + 1
		}
	}
	return 99
}

// How two dates of birth compare.
const (
	bornExact = iota + 1
	bornFiller
	bornNear // day and month changed places, or one digit is wrong
	bornTwo  // two of the three parts agree, or all that was given
	bornYear
	bornDiffer
)

func compareBirth(a, b birth) uint8 {
	if a == 0 || b == 0 {
		return 0
	}
	ay, am, ad := a.parts()
	by, bm, bd := b.parts()
	if !a.whole() || !b.whole() { // a month or a year only
		switch {
		case ay == by && am == bm && am != 0:
			return bornTwo
		case ay == by && (am == 0 || bm == 0):
			return bornYear
		}
		return bornDiffer
	}
	if a == b {
		if a.filler() {
			return bornFiller
		}
		return bornExact
	}
	if ay == by && am == bd && ad == bm {
		return bornNear
	}
	if oneDigit(a, b) {
		switch {
		case a.filler() || b.filler():
			return bornYear
		case generation(a, b):
			return bornTwo
		}
		return bornNear
	}
	same := 0
	for _, eq := range []bool{ay == by, am == bm, ad == bd} {
		if eq {
			same++
		}
	}
	if same == 2 && !a.filler() && !b.filler() {
		return bornTwo
	}
	if ay == by {
		return bornYear
	}
	return bornDiffer
}

// oneDigit reports whether two dates differ in one digit, or in two digits side
// by side that changed places.
func oneDigit(a, b birth) bool {
	var da, db [8]byte
	for i := 7; i >= 0; i-- {
		da[i], db[i] = byte(a%10), byte(b%10)
		a, b = a/10, b/10
	}
	first, n := -1, 0
	for i := range da {
		if da[i] != db[i] {
			n++
			if first < 0 {
				first = i
			}
		}
	}
	return n == 1 || n == 2 && first < 7 && da[first] == db[first+1] && da[first+1] == db[first]
}

// generation reports whether two people born so far apart could be a parent and a child.
func generation(a, b birth) bool {
	ay, _, _ := a.parts()
	by, _, _ := b.parts()
	return ay-by >= 14 || by-ay >= 14
}
