package report_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"clew/internal/fault"
	"clew/internal/report"
	"clew/internal/table"
)

func TestPropose(t *testing.T) {
	text, err := os.ReadFile("testdata/headers.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(text), "\n> ")[1:] {
		name, rest, _ := strings.Cut(part, "\n")
		head, want, _ := strings.Cut(rest, "\n")
		header := strings.Split(head, ",")
		propose := report.Propose
		if strings.HasPrefix(name, "people") {
			propose = report.ProposePeople
		}
		p := propose(header)
		var got strings.Builder
		for _, h := range header {
			if ours := p.Mapping[h]; ours != "" {
				fmt.Fprintf(&got, "= %s: %s\n", h, ours)
			}
		}
		for _, d := range p.Doubts {
			fmt.Fprintf(&got, "? %s: %s\n", d.Column.Name, strings.Join(d.Theirs, ", "))
		}
		for _, h := range p.Kept {
			fmt.Fprintf(&got, "- %s\n", h)
		}
		for _, c := range p.Missing {
			fmt.Fprintf(&got, "! %s\n", c.Name)
		}
		if got.String() != strings.TrimSpace(want)+"\n" {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got.String(), want)
		}
		if refused := p.Err() != nil; refused != (strings.Contains(want, "\n? ") || strings.Contains(want, "\n! ")) {
			t.Errorf("%s: %v", name, p.Err())
		}
		back, err := report.ReadMapping(strings.NewReader(p.Mapping.YAML(header)))
		if err != nil || !maps.Equal(back, p.Mapping) {
			t.Errorf("%s: as YAML\n%s\nit reads back as %v, %v", name, p.Mapping.YAML(header), back, err)
		}
	}
}

// Every one of our columns is proposed for itself, and says what it means.
func TestColumns(t *testing.T) {
	for i, columns := range [][]report.Column{report.Columns, report.PersonColumns} {
		var header []string
		for _, c := range columns {
			header = append(header, c.Name)
			if c.Meaning == "" {
				t.Errorf("%s has no meaning", c.Name)
			}
		}
		p := []func([]string) report.Proposal{report.Propose, report.ProposePeople}[i](header)
		if len(p.Mapping) != len(columns) || p.Err() != nil {
			t.Errorf("our own names: %v, %v", p.Mapping, p.Err())
		}
		for theirs, ours := range p.Mapping {
			if theirs != ours {
				t.Errorf("%s is taken for %s", theirs, ours)
			}
		}
	}
}

func TestReadMapping(t *testing.T) {
	m, err := report.ReadMapping(strings.NewReader("# ours\nCrime No: record_id\n\"Date: reported\": reported_at\nNo: count\n2: place\n"))
	if want := (report.Mapping{"Crime No": "record_id", "Date: reported": "reported_at", "No": "count", "2": "place"}); err != nil || !maps.Equal(m, want) {
		t.Errorf("got %v, %v, want %v", m, err, want)
	}
	if m, err := report.ReadMapping(strings.NewReader("\n# nothing\n")); err != nil || len(m) != 0 {
		t.Errorf("an empty mapping: %v, %v", m, err)
	}
	for in, says := range map[string]string{
		"- a\n- b\n":                            "must be lines of",
		"Crime No\n":                            "must be lines of",
		"a: b\nc: [d]\n":                        "line 2 of the mapping must be",
		"a: b\n\n? [x]\n: y\n":                  "line 3 of the mapping must be",
		"a: b\nc:\n":                            `line 2 of the mapping gives "c" no column`,
		"a: b\na: c\n":                          `line 2 of the mapping names "a" again`,
		"a: b\n\tc: d\n":                        "is not YAML: line 2",
		"\x00":                                  "is not YAML",
		strings.Repeat("# much\n", 1<<18):       "longer than 1 MiB",
		"a: &x b\nc: *x\n":                      "line 2 of the mapping must be",
		"a: b\nc: {d: e}\nf: [g]\nh: record_id": "line 2 of the mapping must be",
	} {
		_, err := report.ReadMapping(strings.NewReader(in))
		var v fault.Invalid
		if !errors.As(err, &v) || !strings.Contains(err.Error(), says) || v[0].Field != "map" {
			t.Errorf("%.40q: %v, want a message about map with %q", in, err, says)
		}
	}
}

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func reader(t testing.TB, in string) *table.Reader {
	t.Helper()
	r, err := table.New(strings.NewReader(in), int64(len(in)), "in.csv")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMappingMeetsFile(t *testing.T) {
	for _, c := range []struct {
		name, header string
		m            report.Mapping
		agency, says string
	}{
		{"all well", "No,When", report.Mapping{"No": "record_id", " when": "Reported At"}, "x", ""},
		{"our names", "record_id,Reported-At,AGENCY", nil, "", ""},
		{"no agency", "record_id,reported_at", nil, " ", `no column is agency: say which agency holds the records. The file has "record_id", "reported_at"`},
		{"no date", "record_id,agency,Day", nil, "", `no column is reported_at (when the agency came to know): name it in the mapping. The file has "record_id", "agency", "Day"`},
		{"a column that is not there", "No,reported_at", report.Mapping{"Number": "record_id", "X": "place"}, "x", `the mapping names "Number", "X", and the file has no such column. It has "No", "reported_at"`},
		{"a column that is not ours", "record_id,reported_at,Town", report.Mapping{"Town": "town"}, "x", `the mapping takes "Town" for "town", which is not one of our columns: record_id, agency,`},
		{"two for one", "record_id,reported_at,MO,Summary", report.Mapping{"MO": "narrative", "Summary": "narrative"}, "x", `"MO", "Summary" are all taken for narrative, which can be only one column`},
		{"two of one name of ours", "record_id,Record ID,reported_at", nil, "x", `"record_id", "Record ID" are all taken for record_id`},
		{"theirs goes before one of our names", "No,record_id,reported_at", report.Mapping{"No": "record_id"}, "x", ""},
		{"three for a date", "record_id,a,b,c", report.Mapping{"a": "reported_at", "b": "reported_at", "c": "reported_at"}, "x", "are all taken for reported_at"},
		{"many columns", strings.Repeat("c,", 40) + "c", nil, "x", "and 11 more"},
	} {
		_, err := report.NewExtract(reader(t, c.header+"\n"), c.m, c.agency, now)
		var v fault.Invalid
		if c.says == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		} else if !errors.As(err, &v) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
}
