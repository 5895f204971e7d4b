package report_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"clew/internal/fault"
	"clew/internal/report"
	"clew/internal/table"
)

// Whatever a file holds, each of its rows is a record or is set aside, and the
// totals say so.
func FuzzExtract(f *testing.F) {
	for _, s := range []string{
		"1,2026-01-01,crime,1,54,-1,Mara Quill,a;b,19:05\n",
		"1,31/12/2025 23:10,,,,,\"QUILL, M\",;,\n2,x,y,z,,\n",
		"\"1\",\"~2026-01-01\",\"note\n\n", "\x00,\xff\n", ",,,,,,,\n", "1,2026,n/a,NULL,0,0,not known,,7:00\n",
	} {
		f.Add(s)
	}
	const header = "record_id,reported_at,kind,count,latitude,longitude,suspect_name,suspect_phone,Time Reported\n"
	m := report.Mapping{"Time Reported": "reported_at", "reported_at": "reported_at"}
	f.Fuzz(func(t *testing.T, rows string) {
		in := header + rows
		r, err := table.New(strings.NewReader(in), int64(len(in)), "x")
		if err != nil {
			return
		}
		x, err := report.NewExtract(r, m, "A", now)
		if err != nil {
			return // the rows below made another delimiter the likelier
		}
		var n report.Totals
		for {
			record, aside, err := x.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			n.Read++
			switch {
			case record != nil && aside == nil:
				n.Kept++
				if record.ID == "" || record.Agency == "" || record.Reported.IsZero() || record.Reported.After(now.AddDate(0, 0, 3)) || record.Count < 1 || record.Line < 2 || !slices.Contains(report.Kinds, record.Kind) {
					t.Fatalf("kept %+v", record)
				}
				record.Fingerprint()
			case record == nil && aside != nil:
				n.Aside++
				if aside.Reason == "" || aside.Line < 2 {
					t.Fatalf("set aside %+v", aside)
				}
			default:
				t.Fatalf("a record %v and an aside %v", record, aside)
			}
		}
		if x.Totals() != n {
			t.Fatalf("totals %+v, counted %+v", x.Totals(), n)
		}
	})
}

func FuzzReadMapping(f *testing.F) {
	for _, s := range []string{"a: b\n", "- a\n", "a: &x b\nc: *x\n", "\"a: b\": 'c'\n", "a: |\n b\n", "{a: b, c: d}", "%YAML 1.1\n---\na: b\n", "a: b\n---\nc: d\n", "!!binary a: b"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := report.ReadMapping(bytes.NewReader(in))
		if err != nil {
			if _, ok := errors.AsType[fault.Invalid](err); !ok {
				t.Fatalf("not in a person's words: %v", err)
			}
			return
		}
		header := slices.Sorted(maps.Keys(m))
		again, err := report.ReadMapping(strings.NewReader(m.YAML(header)))
		if err != nil || !maps.Equal(m, again) {
			t.Fatalf("%q is %v, and written and read again %v, %v", in, m, again, err)
		}
	})
}

// Any header gets a proposal in which every column is once mapped, in doubt or
// kept, and which fits the file when it has no error.
func FuzzPropose(f *testing.F) {
	for _, s := range []string{"Crime No,Date Reported,IP Name", "record_id,reported_at", "vic surname,VIC_SURNAME", "#,##,D.O.B.", "Phone 1,Phone 2", ",,", "É,'s,()"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, names string) {
		if !strings.Contains(names, ",") {
			return
		}
		in := names + "\n"
		r, err := table.New(strings.NewReader(in), int64(len(in)), "x")
		if err != nil {
			return
		}
		p := report.Propose(r.Header())
		if len(p.Mapping)+len(p.Kept) != len(r.Header()) {
			t.Fatalf("%q: mapped %v, kept %q", r.Header(), p.Mapping, p.Kept)
		}
		if p.Err() == nil {
			if _, err := report.NewExtract(r, p.Mapping, "A", now); err != nil {
				t.Fatalf("%q: proposed %v, and it does not fit: %v", r.Header(), p.Mapping, err)
			}
		}
	})
}
