package report_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"clew/internal/report"
	"clew/internal/table"
)

// BenchmarkExtract reads rows of about 450 bytes, as agencies send them.
func BenchmarkExtract(b *testing.B) {
	const rows = 100_000
	var in bytes.Buffer
	in.WriteString("Crime No,Force,Kind,Date Reported,Committed From,Committed To,HO Code,Offence,Count,Relationship,Location,Latitude,Longitude,MO,Outcome," +
		"Vic Ref,Vic Forename,Vic Surname,Vic AKA,Vic DOB,Vic Sex,Vic Mobile,Vic Email,Sus Ref,Sus Forename,Sus Surname,Sus DOB,Beat\n")
	story := strings.Repeat("She says he was outside again, and \"\"would not go\"\". ", 4)
	for i := range rows {
		fmt.Fprintf(&in, "NM/2025/%06d,police:11,crime,%02d/03/2025 19:05,2025-03-01T18:30,%02d/03/2025,8/65,Common assault,1,Ex-Partner,Oak Road,54.77,-1.57,\"%s\",16,V%d,Mara,Quill,,02/04/1991,F,07700 900101,,S%d,Ed,Farrow,,B2\n", i, i%28+1, i%28+1, story, i%1000, i%900)
	}
	b.SetBytes(int64(in.Len()))
	b.ReportAllocs()
	for b.Loop() {
		r, err := table.New(bytes.NewReader(in.Bytes()), int64(in.Len()), "x")
		if err != nil {
			b.Fatal(err)
		}
		p := report.Propose(r.Header())
		if err := p.Err(); err != nil {
			b.Fatal(err)
		}
		x, err := report.NewExtract(r, p.Mapping, "", now)
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, _, err = x.Next()
		}
		if n := x.Totals(); err != io.EOF || n.Kept != rows {
			b.Fatal(n, err)
		}
	}
}
