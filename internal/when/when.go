// Package when holds dates as people give them: to the minute, the day, about
// a day, the month, the year, or not at all. A date less precise than a minute
// is an interval, and two dates are in order only if every moment of the one
// comes before every moment of the other.
package when

import "time"

// A Precision says how much of a Moment was given.
type Precision uint8

const (
	Unknown Precision = iota
	Year
	Month
	About // the day, give or take three
	Day
	Minute
)

// A Moment is a date with its precision. From is its first instant and To the
// first instant after it, both UTC; an Unknown moment has neither.
type Moment struct {
	From, To  time.Time
	Precision Precision
}
