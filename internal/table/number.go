package table

import (
	"archive/zip"
	"encoding/xml"
	"math"
	"strconv"
	"strings"
	"time"
)

// A format is how a workbook shows a number, as far as it matters here: a date
// is a count of days, and 07700 may be 7700 shown with five digits. Everything
// else is given as the number it is, because a latitude shown as 54.8 is still
// 54.7766.
type format struct {
	date, clock bool
	digits      string // "00000 000000"
}

// readStyles reads the formats that cells name by their place in cellXfs.
func (b *book) readStyles(f *zip.File) error {
	codes := map[string]string{}
	inside := false
	return b.each(f, func(e *xml.StartElement) {
		switch e.Name.Local {
		case "numFmt":
			codes[attr(e, "numFmtId")] = attr(e, "formatCode")
		case "cellXfs":
			inside = true
		case "cellStyles", "dxfs":
			inside = false
		case "xf":
			if inside {
				b.styles = append(b.styles, formatOf(attr(e, "numFmtId"), codes))
			}
		}
	})
}

// formatOf is the format with a number: one of the workbook's own, or one of
// those that every reader knows (ECMA-376 part 1, 18.8.30).
func formatOf(id string, codes map[string]string) format {
	if code, ok := codes[id]; ok {
		return parseFormat(code)
	}
	switch n, _ := strconv.Atoi(id); {
	case n >= 14 && n <= 17, n >= 27 && n <= 31, n == 36, n >= 50 && n <= 54, n == 57, n == 58:
		return format{date: true}
	case n >= 18 && n <= 21, n >= 32 && n <= 35, n == 45, n == 47, n == 55, n == 56:
		return format{clock: true}
	case n == 22:
		return format{date: true, clock: true}
	}
	return format{}
}

// parseFormat reads a format code such as "dd/mm/yyyy hh:mm;@".
func parseFormat(code string) (f format) {
	code, _, _ = strings.Cut(code, ";")
	digits, months := true, false
	for i := 0; i < len(code); i++ {
		c := code[i] | 0x20
		switch {
		case code[i] == '"':
			if j := strings.IndexByte(code[i+1:], '"'); j >= 0 {
				i += j + 1
			}
			digits = false
		case code[i] == '[':
			j := strings.IndexByte(code[i:], ']')
			if j < 0 {
				return format{}
			}
			if in := strings.ToLower(code[i+1 : i+j]); in != "" && strings.Trim(in, "hms") == "" {
				return format{} // a duration: [h]:mm
			}
			i += j
		case code[i] == '\\', code[i] == '_', code[i] == '*':
			i++
			digits = false
		case c == 'y', c == 'd':
			f.date = true
		case c == 'h', c == 's':
			f.clock = true
		case c == 'm':
			months = true
		}
		digits = digits && (code[i] == '0' || code[i] == ' ' || code[i] == '-' || code[i] == ']')
	}
	if strings.EqualFold(code, "general") || strings.ContainsAny(code, "#?%") {
		return format{}
	}
	if months && !f.clock {
		f.date = true
	}
	if digits && strings.HasPrefix(code, "00") {
		f.digits = code
	}
	return f
}

// show is the number v as text: a date as ISO 8601, to the day when no time is
// given or shown, else to the minute or the second.
func (f format) show(v string, d1904 bool) string {
	v = strings.TrimSpace(v)
	x, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return v
	}
	switch {
	case f.digits != "" && x >= 0 && x < 1e15 && x == math.Trunc(x):
		return pad(strconv.FormatInt(int64(x), 10), f.digits)
	case (f.date && x >= 1 || f.clock && !f.date && x >= 0) && x < 2958466:
		return moment(x, f, d1904)
	}
	return plainNumber(v, x)
}

// plainNumber is v without the noise of a binary fraction: 54.77, not
// 54.770000000000003.
func plainNumber(v string, x float64) string {
	if abs := math.Abs(x); strings.Trim(v, "0123456789") == "" || abs >= 1e21 || abs < 1e-9 && x != 0 {
		return v
	}
	if y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 15, 64), 64); err == nil {
		x = y
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// moment is a count of days since the end of 1899 (in which Excel has a 29
// February 1900), or since the start of 1904.
func moment(x float64, f format, d1904 bool) string {
	seconds := int64(math.Round(x * 86400))
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case d1904:
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case x < 61:
		start = start.AddDate(0, 0, 1)
	}
	t := start.AddDate(0, 0, int(seconds/86400)).Add(time.Duration(seconds%86400) * time.Second)
	clock := "15:04"
	if t.Second() != 0 {
		clock = "15:04:05"
	}
	switch {
	case !f.date:
		return t.Format(clock)
	case f.clock || seconds%86400 != 0:
		return t.Format("2006-01-02T" + clock)
	}
	return t.Format("2006-01-02")
}

// pad writes digits into a pattern of noughts, from the right.
func pad(digits, pattern string) string {
	out := []byte(pattern)
	n := len(digits)
	for i := len(out) - 1; i >= 0; i-- {
		if out[i] == '0' && n > 0 {
			n--
			out[i] = digits[n]
		}
	}
	return digits[:n] + string(out)
}
