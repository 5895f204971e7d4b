package when_test

import (
	"strings"
	"testing"
	"time"

	"clew/internal/when"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"2026-02-03T19:05":       "2026-02-03T19:05Z/2026-02-03T19:06Z",
		"2026-07-03T19:05":       "2026-07-03T18:05Z/2026-07-03T18:06Z", // British Summer Time
		"03/02/2026 19:05":       "2026-02-03T19:05Z/2026-02-03T19:06Z",
		"3.2.2026 09:05:59":      "2026-02-03T09:05Z/2026-02-03T09:06Z",
		"2026-02-03T19:05+01:00": "2026-02-03T18:05Z/2026-02-03T18:06Z",
		"2026-02-03T19:05:00Z":   "2026-02-03T19:05Z/2026-02-03T19:06Z",
		"2026-02-03":             "2026-02-03T00:00Z/2026-02-04T00:00Z",
		"2026-03-29":             "2026-03-29T00:00Z/2026-03-29T23:00Z", // a day of 23 hours
		"31/12/2025":             "2025-12-31T00:00Z/2026-01-01T00:00Z",
		"~2026-02-03":            "2026-01-31T00:00Z/2026-02-07T00:00Z",
		"2026-02":                "2026-02-01T00:00Z/2026-03-01T00:00Z",
		"02/2026":                "2026-02-01T00:00Z/2026-03-01T00:00Z",
		"2026":                   "2026-01-01T00:00Z/2027-01-01T00:00Z",
		" 2024-02-29 ":           "2024-02-29T00:00Z/2024-03-01T00:00Z",
		"2026-03-29T01:30":       "2026-03-29T01:30Z/2026-03-29T01:31Z", // the hour that is skipped
		"3 February 2026":        "2026-02-03T00:00Z/2026-02-04T00:00Z",
		"3rd feb 2026, 19:05":    "2026-02-03T19:05Z/2026-02-03T19:06Z",
		"~ 3 Feb. 2026":          "2026-01-31T00:00Z/2026-02-07T00:00Z",
		"MARCH 2023":             "2023-03-01T00:00Z/2023-03-31T23:00Z",
		"Sept 2023":              "2023-08-31T23:00Z/2023-09-30T23:00Z",
		"2026-10-25T01:30":       "2026-10-25T00:30Z/2026-10-25T00:31Z", // the first of two
	} {
		m, err := when.Parse(in)
		if err != nil {
			t.Errorf("Parse(%q): %v", in, err)
			continue
		}
		const form = "2006-01-02T15:04Z"
		if got := m.From.Format(form) + "/" + m.To.Format(form); got != want {
			t.Errorf("Parse(%q) is %s, want %s", in, got, want)
		}
	}
	if m, err := when.Parse("Unknown"); err != nil || m.Known() {
		t.Errorf("unknown: %v, %v", m, err)
	}
}

func TestWritten(t *testing.T) {
	for in, want := range map[string]string{"2023-03": "March 2023", "2026-02-03": "3 February 2026", "soon": "soon", "": ""} {
		if got := when.Written(in); got != want {
			t.Errorf("Written(%q) is %q, want %q", in, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for in, says := range map[string]string{
		"":                 "no date",
		"3/2/26":           "two digits",
		"03-02-26 10:00":   "two digits",
		"13/13/2025":       "no month 13",
		"31/02/2026":       "February 2026 has no day 31",
		"29/02/2025":       "no day 29",
		"2026-02-03T25:00": "no time",
		"2026-02-03T":      "write a date",
		"~2026-02":         "before a day",
		"yesterday":        "write a date",
		"2026--02":         "write a date",
		"46000":            "write a date",
		"0000":             "not between", "0201-03-04": "not between", "9999-12-31T23:00-12": "not between",
		"2026-02-03T19:05+99:99": "zone",
		"31 February 2026":       "no day 31", "3 Maybe 2026": "write a date", "Feb 3 2026": "write a date", "March 23": "write a date", "March 2023 19:05": "write a date",
		"٢٠٢٦": "write a date",
	} {
		if m, err := when.Parse(in); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("Parse(%q) is %v, %v; want an error that says %q", in, m, err, says)
		}
	}
}

func TestBefore(t *testing.T) {
	of := func(s string) when.Moment {
		m, err := when.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"2026-02-03", "2026-02-04", true}, {"2026-02-03", "2026-02-03T19:00", false}, {"2026-02", "2026-03-01", true},
		{"~2026-02-03", "2026-02-06", false}, {"~2026-02-03", "2026-02-07", true}, {"unknown", "2026", false}, {"2026", "unknown", false},
	} {
		if got := of(c.a).Before(of(c.b)); got != c.want {
			t.Errorf("%s before %s: %v", c.a, c.b, got)
		}
	}
}

func TestStringReadsBack(t *testing.T) {
	start := time.Date(2025, 10, 25, 22, 0, 0, 0, time.UTC)
	for i := range 6 * 60 { // through the hour that comes twice
		m := when.At(start.Add(time.Duration(i) * time.Minute))
		if back, err := when.Parse(m.String()); err != nil || back != m {
			t.Fatalf("%v is written %q and read back as %v, %v", m, m.String(), back, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2026-02-03T19:05", "~2026-02-03", "31/12/2025 23:10", "2026", "unknown", "2026-02-03T19:05+01:00", "1/1/0001", "3rd Feb. 2026, 19:05", "March 2023"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := when.Parse(s)
		if err != nil {
			return
		}
		if m.Known() && !m.From.Before(m.To) {
			t.Fatalf("Parse(%q) is empty: %v", s, m)
		}
		if m.String() == "" {
			return
		}
		if back, err := when.Parse(m.String()); err != nil || back != m {
			t.Fatalf("Parse(%q) is %v, written %q, read back as %v, %v", s, m, m.String(), back, err)
		}
	})
}
