// Package when holds dates as people give them: to the minute, the day, about
// a day, the month, the year, or not at all. A date less precise than a minute
// is an interval, and two dates are in order only if every moment of the one
// comes before every moment of the other.
package when

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // a machine without zone files still knows London
)

// London is the zone of times that name none.
var London = func() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err) // tzdata is built in
	}
	return l
}()

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

// At is the minute that t is in.
func At(t time.Time) Moment {
	t = t.UTC().Truncate(time.Minute)
	return Moment{t, t.Add(time.Minute), Minute}
}

// On is the day, in London, that t is in.
func On(t time.Time) Moment {
	y, m, d := t.In(London).Date()
	return days(y, m, d, 0, 1, Day)
}

func days(y int, m time.Month, d, before, after int, p Precision) Moment {
	return Moment{time.Date(y, m, d-before, 0, 0, 0, 0, London).UTC(), time.Date(y, m, d+after, 0, 0, 0, 0, London).UTC(), p}
}

// Before reports whether all of m comes before all of n. An unknown moment is
// before nothing and nothing is before it.
func (m Moment) Before(n Moment) bool {
	return m.Precision != Unknown && n.Precision != Unknown && !m.To.After(n.From)
}

// Known reports whether anything was given.
func (m Moment) Known() bool { return m.Precision != Unknown }

// String is the moment in the form of docs/formats.md, which Parse reads back.
// The zero Moment is "".
func (m Moment) String() string {
	t := m.From.In(London)
	switch m.Precision {
	case Year:
		return t.Format("2006")
	case Month:
		return t.Format("2006-01")
	case About:
		return "~" + t.AddDate(0, 0, 3).Format("2006-01-02")
	case Day:
		return t.Format("2006-01-02")
	case Minute:
		if back, err := Parse(t.Format("2006-01-02T15:04")); err == nil && back.From.Equal(m.From) {
			return t.Format("2006-01-02T15:04")
		}
		return m.From.Format("2006-01-02T15:04Z") // the hour that comes twice in October
	}
	return ""
}

// Words is the moment as a page shows it: "3 February 2026 at 7:05pm".
func (m Moment) Words() string {
	t := m.From.In(London)
	switch m.Precision {
	case Year:
		return t.Format("2006")
	case Month:
		return t.Format("January 2006")
	case About:
		return "about " + t.AddDate(0, 0, 3).Format("2 January 2006")
	case Day:
		return t.Format("2 January 2006")
	case Minute:
		return t.Format("2 January 2006 at 3:04pm")
	}
	return "not known"
}

// DayOf writes the date of t in London: "3 February 2026".
func DayOf(t time.Time) string { return t.In(London).Format("2 January 2006") }

// EndOf is the last minute of the day of t in London.
func EndOf(t time.Time) time.Time {
	y, m, d := t.In(London).Date()
	return time.Date(y, m, d, 23, 59, 0, 0, London).UTC()
}

// TimeOf is a time of day in London: "2:05pm".
func TimeOf(t time.Time) string { return t.In(London).Format("3:04pm") }

// MinuteOf is a moment to the minute, in London: "3 February 2026 at 2:05pm".
func MinuteOf(t time.Time) string { return DayOf(t) + " at " + TimeOf(t) }

// Written is what a written date says, for a reader; what cannot be read stays as it is.
func Written(s string) string {
	m, err := Parse(s)
	if err != nil {
		return s
	}
	return m.Words()
}

var errForm = errors.New("write a date as 2026-02-03 or 03/02/2026, with a time as 19:05 if you have it")

// Parse reads a date in the forms of docs/formats.md: ISO 8601 or British, its
// month a number or in words, to the minute, the day, about the day (~), the month or the year, or "unknown".
// A time without a zone is London's; one that the clocks skip in March is read
// as an hour later, one that comes twice in October as the first. The
// error says what to write instead.
func Parse(s string) (Moment, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Moment{}, errors.New("there is no date")
	}
	if strings.EqualFold(s, "unknown") {
		return Moment{}, nil
	}
	about := strings.HasPrefix(s, "~")
	date, clock, zone, err := split(numbered(strings.TrimSpace(strings.TrimPrefix(s, "~"))))
	if err != nil {
		return Moment{}, err
	}
	y, m, d, err := calendar(date)
	if err != nil {
		return Moment{}, err
	}
	switch {
	case about && (d == 0 || clock != ""):
		return Moment{}, errors.New("~ goes before a day: ~2026-02-03")
	case about:
		return days(y, m, d, 3, 4, About), nil
	case clock != "" && d == 0:
		return Moment{}, errForm
	case clock != "":
		return minute(y, m, d, clock, zone)
	case d != 0:
		return days(y, m, d, 0, 1, Day), nil
	case m != 0:
		return Moment{time.Date(y, m, 1, 0, 0, 0, 0, London).UTC(), time.Date(y, m+1, 1, 0, 0, 0, 0, London).UTC(), Month}, nil
	}
	return Moment{time.Date(y, 1, 1, 0, 0, 0, 0, London).UTC(), time.Date(y+1, 1, 1, 0, 0, 0, 0, London).UTC(), Year}, nil
}

// spelt is a date with its month as a word, as pages write them: 3 February 2026, 3rd Feb
// 2026 19:05, February 2026.
var spelt = regexp.MustCompile(`^(?i)(?:([0-9]{1,2})(?:st|nd|rd|th)? +)?([a-z]{3,9})\.? +([0-9]{4})((?:,? .*)?)$`)

// numbered is a date with its month as a number.
func numbered(s string) string {
	part := spelt.FindStringSubmatch(s)
	if part == nil {
		return s
	}
	for m := time.January; m <= time.December; m++ {
		name := strings.ToLower(m.String())
		if said := strings.ToLower(part[2]); said != name && said != name[:3] && !(m == time.September && said == "sept") {
			continue
		}
		date := fmt.Sprintf("%d/%s%s", m, part[3], strings.TrimPrefix(part[4], ","))
		if part[1] != "" {
			date = part[1] + "/" + date
		}
		return date
	}
	return s
}

// split takes a date, a clock time and a zone apart.
func split(s string) (date, clock, zone string, err error) {
	i := strings.IndexAny(s, "T ")
	if i < 0 {
		return s, "", "", nil
	}
	date, clock = s[:i], strings.TrimSpace(s[i+1:])
	if clock == "" {
		return "", "", "", errForm
	}
	if j := strings.IndexAny(clock, "Z+-"); j >= 0 {
		clock, zone = strings.TrimSpace(clock[:j]), clock[j:]
	}
	return date, clock, zone, nil
}

// Years outside these, in the calendar or once the zone is taken off, are slips.
const (
	firstYear = 1000
	lastYear  = 9998
)

// calendar reads 2026-02-03, 2026-02, 2026, 03/02/2026, 3.2.2026, 3-2-2026 or
// 02/2026. A month or day of 0 was not given.
func calendar(s string) (y int, m time.Month, d int, err error) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == '/' || r == '.' })
	if len(parts) == 0 || len(parts) > 3 || strings.Count(s, "-")+strings.Count(s, "/")+strings.Count(s, ".") != len(parts)-1 {
		return 0, 0, 0, errForm
	}
	n := make([]int, len(parts))
	for i, p := range parts {
		if n[i], err = digits(p); err != nil {
			return 0, 0, 0, err
		}
	}
	switch {
	case len(parts[0]) == 4: // year first
		y = n[0]
		if len(n) > 1 {
			m = time.Month(n[1])
		}
		if len(n) > 2 {
			d = n[2]
		}
	case len(parts) > 1 && len(parts[len(parts)-1]) == 4: // British
		y, m = n[len(n)-1], time.Month(n[len(n)-2])
		if len(n) > 2 {
			d = n[0]
		}
	case len(parts) == 3 && len(parts[2]) == 2:
		return 0, 0, 0, errors.New("the year has two digits: write all four")
	default:
		return 0, 0, 0, errForm
	}
	if len(n) > 1 && (m < 1 || m > 12) {
		return 0, 0, 0, fmt.Errorf("there is no month %d: the day comes first in 31/12/2025", m)
	}
	if len(n) > 2 && (d < 1 || d > time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day()) {
		return 0, 0, 0, fmt.Errorf("%s %d has no day %d", m, y, d)
	}
	return y, m, d, slip(y)
}

func slip(year int) error {
	if year < firstYear || year > lastYear {
		return fmt.Errorf("the year %04d is not between %d and %d: check it", year, firstYear, lastYear)
	}
	return nil
}

func minute(y int, m time.Month, d int, clock, zone string) (Moment, error) {
	parts := strings.Split(clock, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return Moment{}, errForm
	}
	if len(parts) == 3 {
		parts[2], _, _ = strings.Cut(parts[2], ".")
	}
	var n [3]int
	for i, p := range parts {
		v, err := digits(p)
		if err != nil || len(p) > 2 {
			return Moment{}, errForm
		}
		n[i] = v
	}
	if n[0] > 23 || n[1] > 59 || n[2] > 60 {
		return Moment{}, fmt.Errorf("there is no time %s: hours go to 23 and minutes to 59", clock)
	}
	at := London
	if zone != "" {
		_, seconds, err := offset(zone)
		if err != nil {
			return Moment{}, err
		}
		at = time.FixedZone("", seconds)
	}
	t := time.Date(y, m, d, n[0], n[1], 0, 0, at)
	if first := t.Add(-time.Hour); first.Hour() == t.Hour() {
		t = first // the hour that comes twice
	}
	if err := slip(t.UTC().Year()); err != nil { // the zone moved it
		return Moment{}, err
	}
	return At(t), nil
}

func offset(zone string) (string, int, error) {
	for _, form := range []string{"Z07:00", "Z0700", "Z07"} {
		if t, err := time.Parse(form, zone); err == nil {
			_, seconds := t.Zone()
			return zone, seconds, nil
		}
	}
	return "", 0, fmt.Errorf("the zone %q is not understood: write Z or +01:00", zone)
}

// digits reads a number of one to four ASCII digits.
func digits(s string) (n int, err error) {
	if s == "" || len(s) > 4 {
		return 0, errForm
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, errForm
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, nil
}
