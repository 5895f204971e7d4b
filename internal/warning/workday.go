package warning

import (
	_ "embed"
	"encoding/csv"
	"strings"
	"sync"
	"time"

	"clew/internal/when"
)

//go:embed holidays.csv
var holidayTable string

// exceptions are bank holidays that were added or moved by proclamation.
var exceptions = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, row := range rowsOf(holidayTable) {
		if row[1] == "" {
			m[row[0]] = true
		} else {
			m[row[0]], m[row[1]] = false, true
		}
	}
	return m
})

func rowsOf(table string) [][]string {
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		panic(err) // built in
	}
	return rows[1:]
}

// holiday reports whether a day is a bank holiday in England and Wales, by the
// Banking and Financial Dealings Act 1971 and the exceptions.
func holiday(t time.Time) bool {
	if yes, ok := exceptions()[t.Format("2006-01-02")]; ok {
		return yes
	}
	y, m, d := t.Date()
	date := func(m time.Month, d int) time.Time { return time.Date(y, m, d, 12, 0, 0, 0, when.London) }
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
	return sameDay(t, e.AddDate(0, 0, -2)) || sameDay(t, e.AddDate(0, 0, 1))
}

func sameDay(a, b time.Time) bool { return a.Format("2006-01-02") == b.Format("2006-01-02") }

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
	return time.Date(y, time.Month(n), (h+l-7*m+33*n+19)%32, 12, 0, 0, 0, when.London)
}

// workingDays is the end of the nth working day after the day of t.
func workingDays(t time.Time, n int) time.Time {
	y, m, d := t.In(when.London).Date()
	for noon := time.Date(y, m, d, 12, 0, 0, 0, when.London); ; {
		if n == 0 {
			return endOfDay(noon)
		}
		noon = noon.AddDate(0, 0, 1)
		if wd := noon.Weekday(); wd != time.Saturday && wd != time.Sunday && !holiday(noon) {
			n--
		}
	}
}

// endOfDay is the last minute of the day of t in London.
func endOfDay(t time.Time) time.Time {
	y, m, d := t.In(when.London).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, when.London).Add(-time.Minute).UTC()
}
