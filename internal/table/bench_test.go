package table_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"clew/internal/table"
)

// extract is a file such as agencies send: 28 columns, about 450 bytes a row,
// the narrative in quotation marks.
func extract(rows int) []byte {
	var b bytes.Buffer
	b.WriteString(header(28))
	b.WriteByte('\n')
	story := strings.Repeat("She says he was outside again, and \"\"would not go\"\". ", 4)
	for i := range rows {
		fmt.Fprintf(&b, "NM/2025/%06d,police:11,crime,%02d/03/2025 19:05,2025-03-01,,8/65,Common assault,1,Ex-Partner,Oak Road,54.77,-1.57,\"%s\",16,V%d,Mara,Quill,,02/04/1991,F,07700 900101,,,S%d,Ed,Farrow,\n", i, i%28+1, story, i%1000, i%900)
	}
	return b.Bytes()
}

func BenchmarkCSV(b *testing.B) {
	in := extract(100_000)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := table.New(bytes.NewReader(in), int64(len(in)), "x")
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for err == nil {
			_, err = r.Next()
			n++
		}
		if err != io.EOF || n != 100_001 {
			b.Fatal(n, err)
		}
	}
}

func BenchmarkWorkbook(b *testing.B) {
	in := workbook(b, func(b *bookTest) {
		w, err := b.NewStreamWriter("Sheet1")
		if err != nil {
			b.t.Fatal(err)
		}
		for i := range 20_000 {
			row := anyOf(28, "x")
			row[0], row[1] = i, strings.Repeat("He was outside again. ", 10)
			if err := w.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
				b.t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			b.t.Fatal(err)
		}
	})
	b.ReportAllocs()
	for b.Loop() {
		r, err := openBook(in)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for err == nil {
			_, err = r.Next()
			n++
		}
		if err != io.EOF || n != 20_000 {
			b.Fatal(n, err)
		}
	}
}
