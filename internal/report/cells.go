package report

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"clew/internal/table"
	"clew/internal/when"
)

// cell is the trimmed cell of one of our columns, without the apostrophe of a
// file written safe for spreadsheets; empty when no column is it.
func (l *layout) cell(cells []string, c int) string {
	if at := l.at[c]; len(at) > 0 {
		return strings.TrimSpace(table.Unguarded(cells[at[0]]))
	}
	return ""
}

// typed is a cell that is no name or text: what databases write for nothing is
// nothing.
func (l *layout) typed(cells []string, c int) string {
	s := l.cell(cells, c)
	if len(s) <= 4 && (strings.EqualFold(s, "null") || s == `\N` || strings.EqualFold(s, "n/a") || s == "-") {
		return ""
	}
	return s
}

// several are the values of a column of ours that takes several.
func (l *layout) several(cells []string, c int) (all []string) {
	for _, i := range l.at[c] {
		s := strings.TrimSpace(table.Unguarded(cells[i]))
		for s != "" {
			var one string
			one, s, _ = strings.Cut(s, ";")
			if one = strings.TrimSpace(one); one != "" {
				all = append(all, one)
			}
		}
	}
	return all
}

// party reads the columns of a party, which begin at base.
func (l *layout) party(p *Party, cells []string, base int) {
	p.Ref = l.cell(cells, base+pRef)
	p.GivenName, p.FamilyName = l.cell(cells, base+pGiven), l.cell(cells, base+pFamily)
	if p.GivenName == "" && p.FamilyName == "" {
		p.GivenName, p.FamilyName = splitName(l.cell(cells, base+pName))
	}
	p.Aliases = l.several(cells, base+pAliases)
	p.Born, p.Sex = l.cell(cells, base+pBorn), l.cell(cells, base+pSex)
	p.Phones, p.Emails = l.several(cells, base+pPhone), l.several(cells, base+pEmail)
	p.Handles, p.Addresses = l.several(cells, base+pHandle), l.several(cells, base+pAddress)
	p.Postcodes, p.Vehicles = l.several(cells, base+pPostcode), l.several(cells, base+pVehicle)
}

// splitName takes a whole name apart: "QUILL, Mara" at the comma, "Mara Quill"
// and "Mara van der Berg" before the last word that begins with a capital and
// the small words before it. "Not known" is no name of two words and stays
// whole, for matching to ignore.
func splitName(s string) (given, family string) {
	if family, given, ok := strings.Cut(s, ","); ok {
		return strings.TrimSpace(given), strings.TrimSpace(family)
	}
	if i := strings.IndexByte(s, ' '); i > 0 && (strings.EqualFold(s[:i], "not") || strings.EqualFold(s[:i], "no")) {
		return "", s
	}
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return s, ""
	}
	for {
		before := strings.TrimRight(s[:i], " ")
		j := strings.LastIndexByte(before, ' ')
		r, _ := utf8.DecodeRuneInString(before[j+1:])
		if j < 0 || !unicode.IsLower(r) {
			return before, s[i+1:]
		}
		i = j
	}
}

// date reads a moment, which may stand in two columns, a day and a time.
func (l *layout) date(cells []string, c int, now time.Time) (when.Moment, error) {
	s := l.typed(cells, c)
	if len(l.at[c]) == 2 {
		s = dayAndTime(s, strings.TrimSpace(cells[l.at[c][1]]))
	}
	if s == "" {
		return when.Moment{}, nil
	}
	m, err := when.Parse(s)
	switch {
	case err != nil:
		return m, err
	case !m.Known():
		return m, nil
	case m.From.In(when.London).Year() < 1900:
		return m, errors.New("the year is before 1900")
	case m.From.After(now):
		return m, errors.New("it has not come yet")
	}
	return m, nil
}

// dayAndTime puts the two together, in whichever column each is. A midnight that
// a workbook wrote behind the day gives way to the time.
func dayAndTime(a, b string) string {
	if isClock(a) {
		a, b = b, a
	}
	if !isClock(b) || a == "" {
		return strings.TrimSpace(a + " " + b)
	}
	for _, midnight := range []string{"T00:00", " 00:00", "T00:00:00", " 00:00:00"} {
		a = strings.TrimSuffix(a, midnight)
	}
	return a + " " + b
}

func isClock(s string) bool { return strings.IndexByte(s, ':') > 0 && !strings.ContainsAny(s, "-/ T") }

func parseKind(s string) (Kind, error) {
	if s == "" {
		return Crime, nil
	}
	for _, k := range Kinds {
		if string(k) == s {
			return k, nil
		}
	}
	k := Kind(strings.NewReplacer(" ", "-", "_", "-").Replace(fold(s)))
	for _, known := range Kinds {
		if k == known {
			return k, nil
		}
	}
	return "", fmt.Errorf("the kinds are %s", kindList)
}

var kindList = func() string {
	all := make([]string, len(Kinds))
	for i, k := range Kinds {
		all[i] = string(k)
	}
	return strings.Join(all, ", ")
}()

// maxCount is the most occurrences one row may stand for.
const maxCount = 100_000

func parseCount(s string) (int, error) {
	if s == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(s, ".0"))
	if err != nil || n < 1 || n > maxCount {
		return 0, errors.New("a count is a whole number from 1 to 100000")
	}
	return n, nil
}

// parseDegrees reads a latitude (most 90) or a longitude (most 180).
func parseDegrees(s string, most float64) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || math.Abs(x) > most {
		return 0, fmt.Errorf("degrees are a number from -%g to %g, such as %g", most, most, map[float64]float64{90: 54.77, 180: -1.57}[most])
	}
	return x, nil
}
