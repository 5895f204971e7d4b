package table_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"clew/internal/table"
)

// Whatever comes, a Reader ends, gives rows as wide as the header in UTF-8, goes
// forward, and reads the same however the bytes arrive. Where a strict reader
// reads a file, ours reads the same.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,2\n", "a;b\r\n\"1\";2\r\n", "\xef\xbb\xbfa,b\n", "\xff\xfea\x00,\x00b\x00\n\x00", "a,b\n\"1\n2,3\n", "a,b\n\"x\"y,1\n2,3\n",
		"sep=|\na|b\n", "T\n\na,b,c\n1,2,3\n", "a,b\rx,y\r", "a,b\n\xe9,\x00\n", "\"a\", \"b\"\n\"c\", \"d\"\n", "a\n\"\"\"\n", "PK\x03\x04", "a,b\n1,\"one\n2,two,\"y\n3,z\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := table.New(bytes.NewReader(in), int64(len(in)), "x")
		slow, slowErr := table.NewStream(iotest.HalfReader(bytes.NewReader(in)), "x")
		if bytes.HasPrefix(in, []byte("PK")) {
			return
		}
		if (err == nil) != (slowErr == nil) {
			t.Fatalf("whole: %v, in pieces: %v", err, slowErr)
		}
		if err != nil {
			return
		}
		width := len(r.Header())
		seen := map[string]bool{}
		for _, h := range r.Header() {
			if h == "" || seen[h] {
				t.Fatalf("header %q", r.Header())
			}
			seen[h] = true
		}
		var rows [][]string
		sound := true
		last := 0
		for {
			row, err := r.Next()
			again, errAgain := slow.Next()
			var aside, asideAgain *table.Aside
			if errors.As(err, &aside) {
				if !errors.As(errAgain, &asideAgain) || aside.Line != asideAgain.Line || aside.Reason != asideAgain.Reason || !slices.Equal(aside.Cells, asideAgain.Cells) {
					t.Fatalf("whole: %v, in pieces: %v", err, errAgain)
				}
				row.Line, row.Cells, sound = aside.Line, aside.Cells, false
				for _, c := range aside.Cells {
					if strings.Contains(c, "\x00") {
						t.Fatalf("NUL in %q", aside.Cells)
					}
				}
			} else if err != errAgain || row.Line != again.Line || !slices.Equal(row.Cells, again.Cells) {
				t.Fatalf("whole: %v %q, in pieces: %v %q", err, row.Cells, errAgain, again.Cells)
			}
			if err == io.EOF {
				break
			}
			if aside == nil {
				if err != nil {
					t.Fatal(err)
				}
				if len(row.Cells) != width {
					t.Fatalf("%d cells under a header of %d", len(row.Cells), width)
				}
				rows = append(rows, row.Cells)
			}
			if row.Line <= last {
				t.Fatalf("line %d after line %d", row.Line, last)
			}
			last = row.Line
			for _, c := range row.Cells {
				if !utf8.ValidString(c) {
					t.Fatalf("%q is not UTF-8", c)
				}
			}
		}
		if !sound || len(r.Notices()) > 0 || !utf8.Valid(in) || bytes.ContainsAny(in, ";\t|\r\x00") || bytes.HasPrefix(in, []byte("sep=")) || bytes.Contains(in, []byte(", \"")) || bytes.HasPrefix(in, []byte("\xef\xbb\xbf")) {
			return
		}
		strict := csv.NewReader(bytes.NewReader(in))
		strict.FieldsPerRecord = -1
		all, err := strict.ReadAll()
		if err != nil || len(all) != len(rows)+1 {
			return
		}
		for i, want := range all[1:] {
			if len(want) == width && !slices.Equal(rows[i], want) {
				t.Fatalf("row %d is %q, and strictly %q", i, rows[i], want)
			}
		}
	})
}

// An archive, however broken, is read or refused, and never read for ever.
func FuzzWorkbook(f *testing.F) {
	f.Add(workbook(f, func(b *bookTest) { b.row("a", "b"); b.row(1, "x") }))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := table.New(bytes.NewReader(in), int64(len(in)), "x.xlsx")
		if err != nil {
			return
		}
		for range 10000 {
			row, err := r.Next()
			var aside *table.Aside
			if err != nil && !errors.As(err, &aside) {
				return
			}
			if aside == nil && len(row.Cells) != len(r.Header()) {
				t.Fatalf("%d cells under a header of %d", len(row.Cells), len(r.Header()))
			}
		}
	})
}

// The same with the sheet alone made up, which random bytes of an archive never
// reach.
func FuzzSheet(f *testing.F) {
	for _, s := range []string{
		`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c><v>2</v></c></row></sheetData></worksheet>`,
		`<x:worksheet><x:sheetData><x:row><x:c t="str"><x:v>_x0041_</x:v></x:c></x:row></x:sheetData></x:worksheet>`,
		`<worksheet><sheetData><row><c s="1"><v>45000.5</v></c><c t="s"><v>0</v></c><c t="b"><v>1</v></c></row>`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		file := archive(t, map[string]string{
			"xl/workbook.xml":            `<workbook><sheets><sheet name="S" sheetId="1" id="r1"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="/worksheet" Target="s.xml"/></Relationships>`,
			"xl/s.xml":                   string(in),
		})
		r, err := table.New(bytes.NewReader(file), int64(len(file)), "x.xlsx")
		if err != nil {
			return
		}
		for {
			row, err := r.Next()
			var aside *table.Aside
			if err != nil && !errors.As(err, &aside) {
				return
			}
			for _, c := range row.Cells {
				if !utf8.ValidString(c) || strings.Contains(c, "\x00") {
					t.Fatalf("cell %q", c)
				}
			}
		}
	})
}
