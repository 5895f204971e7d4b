package warning

import (
	"time"

	"clew/internal/when"
)

// workingDays is the end of the nth working day after the day of t.
func (s *Settings) workingDays(t time.Time, n int) time.Time {
	d := s.Calendar.Add(t.In(when.London), n)
	return endOfDay(time.Date(d.Year(), d.Month(), d.Day(), 12, 0, 0, 0, when.London))
}

// endOfDay is the last minute of the day of t in London.
func endOfDay(t time.Time) time.Time {
	y, m, d := t.In(when.London).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, when.London).Add(-time.Minute).UTC()
}
