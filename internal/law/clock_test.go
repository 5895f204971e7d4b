package law_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"clew/internal/law"
)

func book() *law.Book { return &law.Book{Tables: law.Shipped()} }

func TestSixMonthsFromTheLastIncident(t *testing.T) {
	c := book().Calendar()
	for _, x := range []struct{ last, limit, four, five, half string }{
		{"2026-08-31", "2027-02-28", "2026-12-31", "2027-01-31", "2027-02-14"},
		{"2027-08-31", "2028-02-29", "2027-12-31", "2028-01-31", "2028-02-14"}, // a leap year
		{"2028-02-29", "2028-08-29", "2028-06-29", "2028-07-29", "2028-08-13"},
		{"2026-03-31", "2026-09-30", "2026-07-31", "2026-08-31", "2026-09-15"},
		{"2026-01-15", "2026-07-15", "2026-05-15", "2026-06-15", "2026-06-30"},
	} {
		l := law.SixMonths(on(x.last), law.Stays, c)
		for i, want := range []string{x.four, x.five, x.half} {
			if got := l.Warnings[i].Format(time.DateOnly); got != want {
				t.Errorf("%s: warning %d on %s, want %s", x.last, i+1, got, want)
			}
		}
		if got := l.Last.Format(time.DateOnly); got != x.limit {
			t.Errorf("%s: last day %s, want %s", x.last, got, x.limit)
		}
	}
}

// 28 February 2027 is a Sunday.
func TestALimitOnAWeekendIsASetting(t *testing.T) {
	for w, want := range map[law.Weekend]string{law.Stays: "2027-02-28", law.Before: "2027-02-26", law.After: "2027-03-01"} {
		if got := law.SixMonths(on("2026-08-31"), w, book().Calendar()).Last.Format(time.DateOnly); got != want {
			t.Errorf("%s: %s, want %s", w, got, want)
		}
	}
}

func TestWorkingDays(t *testing.T) {
	c := book().Calendar()
	for _, x := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-12-24", 1, "2026-12-29"}, // Christmas, Saturday, Sunday, and Boxing Day moved to Monday
		{"2026-12-24", 5, "2027-01-05"},
		{"2026-04-02", 1, "2026-04-07"}, // Easter
		{"2026-04-07", -1, "2026-04-02"},
		{"2026-04-04", 0, "2026-04-04"},
	} {
		if got := c.Add(on(x.from), x.n).Format(time.DateOnly); got != x.want {
			t.Errorf("%s and %d working days = %s, want %s", x.from, x.n, got, x.want)
		}
	}
	if got := book().Calendar(on("2026-12-29")).Add(on("2026-12-24"), 1); got != on("2026-12-30") {
		t.Errorf("with an extra day: %s", got)
	}
}

func TestBetweenUndoesAdd(t *testing.T) {
	c, r := book().Calendar(), rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		from, n := on("2020-01-01").AddDate(0, 0, r.IntN(3600)), 1+r.IntN(40)
		to := c.Add(from, n)
		if !c.Works(to) || c.Between(from, to) != n || c.Between(to, from) != -n {
			t.Fatalf("%s and %d working days is %s, and there are %d between", from, n, to, c.Between(from, to))
		}
	}
}

func TestAddMonthsKeepsTheDayOrTakesTheLast(t *testing.T) {
	for d := on("2023-01-01"); d.Year() < 2029; d = d.AddDate(0, 0, 1) {
		got := law.AddMonths(d, 6)
		if months := int(got.Month()-d.Month()) + 12*(got.Year()-d.Year()); months != 6 {
			t.Fatalf("%s: %s is %d months on", d, got, months)
		}
		if got.Day() != d.Day() && got.AddDate(0, 0, 1).Day() != 1 {
			t.Fatalf("%s: %s is neither the same day nor the last of the month", d, got)
		}
	}
}

// Every year must have its eight, or a clock silently runs short.
func TestBankHolidays(t *testing.T) {
	table, _ := book().Table("bank-holidays")
	years := map[int]int{}
	for _, r := range table.Rows {
		years[r.From.Year()]++
		if w := r.From.Weekday(); w == time.Saturday || w == time.Sunday {
			t.Errorf("%s is a %s", r.Key, w)
		}
	}
	for y := 2011; y <= 2030; y++ {
		if want := map[int]int{2011: 9, 2012: 9, 2022: 10, 2023: 9}[y]; years[y] != max(want, 8) {
			t.Errorf("%d has %d, want %d", y, years[y], max(want, 8))
		}
	}
}

// TestBankHolidaysByRule asks for years that no table speaks of.
func TestBankHolidaysByRule(t *testing.T) {
	c := book().Calendar()
	for day, works := range map[string]bool{
		"2010-04-02": false, "2010-04-05": false, "2010-05-03": false, "2010-05-31": false, "2010-08-30": false, "2010-12-27": false, "2010-12-28": false, "2010-12-29": true,
		"2000-01-03": false, "2000-01-04": true, "2005-12-26": false, "2005-12-27": false, "2005-12-28": true,
		"2031-04-11": false, "2031-04-14": false, "2031-04-15": true, "2032-12-27": false, "2032-12-28": false,
		"2020-05-04": true, // moved: in a year of the table the rule says nothing
	} {
		if got := c.Works(on(day)); got != works {
			t.Errorf("%s is worked: %t, want %t", day, got, works)
		}
	}
}
