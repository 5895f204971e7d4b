package law

import (
	"time"

	"clew/internal/when"
)

// A Calendar knows which days are worked: not Saturdays, Sundays, bank holidays of
// England and Wales, or extra days a partnership names (Victims' Code; from memory,
// high). Days are dates: the hour and the place of a time are not looked at. In years
// before and after those of the table bank holidays are worked out by rule.
type Calendar struct{ off map[time.Time]bool }

// Works reports whether the day of t is a working day.
func (c Calendar) Works(t time.Time) bool {
	t = dateOf(t)
	off, said := c.off[t]
	if !said {
		off = !tabled()[t.Year()] && byRule(t)
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && !off
}

// Add is the nth working day after a day, or before it when n is negative. The day
// itself is not counted; with 0 it is the answer.
func (c Calendar) Add(from time.Time, n int) time.Time {
	t, step := dateOf(from), 1
	if n < 0 {
		n, step = -n, -1
	}
	for n > 0 {
		if t = t.AddDate(0, 0, step); c.Works(t) {
			n--
		}
	}
	return t
}

// By is the last minute, in London, of the nth working day after the day of t there.
func (c Calendar) By(t time.Time, n int) time.Time {
	d := c.Add(t.In(when.London), n)
	return when.EndOf(time.Date(d.Year(), d.Month(), d.Day(), 12, 0, 0, 0, when.London))
}

// Between is how many working days come after one day up to and with another; below
// zero when the other is earlier.
func (c Calendar) Between(from, to time.Time) (n int) {
	from, to = dateOf(from), dateOf(to)
	sign := 1
	if to.Before(from) {
		from, to, sign = to, from, -1
	}
	for t := from.AddDate(0, 0, 1); !t.After(to); t = t.AddDate(0, 0, 1) {
		if c.Works(t) {
			n++
		}
	}
	return sign * n
}

// AddMonths is the corresponding date so many months on; where that month is too
// short, its last day: 31 August and 6 months is 28 or 29 February.
func AddMonths(from time.Time, months int) time.Time {
	y, m, d := from.Date()
	first := time.Date(y, m+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	return first.AddDate(0, 0, min(d, first.AddDate(0, 1, -1).Day())-1)
}

// Weekend is what happens to a time limit that ends on a day nobody works.
type Weekend string

// A limit stays where it is unless a partnership's row says otherwise: no source we
// have read says that it moves.
const (
	Stays  Weekend = "stays"
	Before Weekend = "working day before"
	After  Weekend = "working day after"
)

// A Limit is the last day on which proceedings may begin, and the days to warn on.
type Limit struct {
	Last     time.Time
	Warnings []time.Time // at 4, 5 and 5½ months of six
}

// SixMonths is the time limit of a summary-only offence, from the day of the last
// incident of the course of conduct (Magistrates' Courts Act 1980 s.127; from memory,
// high). Half a month is half of the days of the sixth, rounded down. A warning does
// not move with the weekend.
func SixMonths(last time.Time, w Weekend, c Calendar) Limit {
	five, six := AddMonths(last, 5), AddMonths(last, 6)
	half := five.AddDate(0, 0, int(six.Sub(five)/(24*time.Hour))/2)
	l := Limit{six, []time.Time{AddMonths(last, 4), five, half}}
	switch {
	case w == Before && !c.Works(six):
		l.Last = c.Add(six, -1)
	case w == After && !c.Works(six):
		l.Last = c.Add(six, 1)
	}
	return l
}

func dateOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
