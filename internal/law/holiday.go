package law

import (
	"slices"
	"sync"
	"time"
)

// tabled are the years whose bank holidays stand in the table that came with Clew: of
// these the table alone speaks.
var tabled = sync.OnceValue(func() map[int]bool {
	years := map[int]bool{}
	i := slices.IndexFunc(shipped, func(t Table) bool { return t.Name == "bank-holidays" })
	for _, r := range shipped[i].Rows {
		years[r.From.Year()] = true
	}
	return years
})

// byRule reports whether a day is a bank holiday in England and Wales by the Banking
// and Financial Dealings Act 1971 and common law, for years that no table speaks of. It
// knows nothing of days that a proclamation adds or moves.
func byRule(t time.Time) bool {
	y, m, d := t.Date()
	date := func(m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	first := func(m time.Month, w time.Weekday) int { return 1 + (int(w)-int(date(m, 1).Weekday())+7)%7 }
	last := func(m time.Month, w time.Weekday) int {
		n := date(m+1, 0).Day()
		return n - (int(date(m, n).Weekday())-int(w)+7)%7
	}
	switch m {
	case time.January:
		wd := date(m, 1).Weekday()
		return d == 1 || d == 2 && wd == time.Sunday || d == 3 && wd == time.Saturday
	case time.May:
		return d == first(m, time.Monday) || d == last(m, time.Monday)
	case time.August:
		return d == last(m, time.Monday)
	case time.December:
		wd := date(m, 25).Weekday()
		return d == 25 || d == 26 || d == 27 && (wd == time.Saturday || wd == time.Sunday) || d == 28 && (wd == time.Saturday || wd == time.Friday)
	}
	e := easter(y)
	return t.Equal(e.AddDate(0, 0, -2)) || t.Equal(e.AddDate(0, 0, 1))
}

// easter is Easter Sunday of a year of the Gregorian calendar (Meeus, Jones, Butcher).
func easter(y int) time.Time {
	a, b, c := y%19, y/100, y%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	n := (h + l - 7*m + 90) / 25
	return time.Date(y, time.Month(n), (h+l-7*m+33*n+19)%32, 0, 0, 0, 0, time.UTC)
}
