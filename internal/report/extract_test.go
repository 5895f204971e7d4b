package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clew/internal/report"
	"clew/internal/table"
	"clew/internal/when"
)

// all reads an extract to its end.
func all(t testing.TB, x *report.Extract) (records []*report.Record, asides []*report.Aside) {
	t.Helper()
	for {
		r, a, err := x.Next()
		switch {
		case err == io.EOF:
			if got, want := x.Totals(), (report.Totals{Read: len(records) + len(asides), Kept: len(records), Aside: len(asides)}); got != want {
				t.Fatalf("totals %+v, want %+v", got, want)
			}
			return records, asides
		case err != nil:
			t.Fatal(err)
		case (r == nil) == (a == nil):
			t.Fatalf("a record %v and an aside %v", r, a)
		case r != nil:
			records = append(records, r)
		default:
			asides = append(asides, a)
		}
	}
}

func extract(t testing.TB, in string, m report.Mapping) *report.Extract {
	t.Helper()
	x, err := report.NewExtract(reader(t, in), m, "police:11", now)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func at(t *testing.T, s string) when.Moment {
	t.Helper()
	m, err := when.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRecord(t *testing.T) {
	const in = `record_id,agency,kind,reported_at,occurred_from,occurred_to,offence_code,offence,count,relationship,place,latitude,longitude,narrative,outcome,` +
		`victim_ref,victim_given_name,victim_family_name,victim_aliases,victim_dob,victim_sex,victim_phone,victim_email,victim_handle,victim_address,victim_postcode,victim_vehicle,` +
		`Beat,suspect_name,suspect_handle,suspect_dob,Officer
 C/1 ,police:11,Found Property,31/12/2025 23:10,2025-12-31T22:00,~2026-01-02,8/65,Harassment,3,ex hubby,Oak Road,54.77,-1.57,"He said ""no"";
and left",16,V1,Mara,N/K,Em; Mads ;;,01/01/1901,F,07700 900101;07700 900102,m@example.org,@mara,"1 Oak Road; 2 Elm Road",NM1 1AA,,B2,"FARROW, Ed",@farrow_ed,1980, 
C/2,,,2026-01-05,unknown,NULL,,,,,,0,0,,,,,,,,,,,,,,,,,,,PC Vane
`
	x := extract(t, in, nil)
	if got := x.Kept(); !reflect.DeepEqual(got, []string{"Beat", "Officer"}) {
		t.Errorf("kept as they are: %q", got)
	}
	records, asides := all(t, x)
	if len(asides) > 0 {
		t.Fatalf("set aside: %v", asides[0])
	}
	want := []*report.Record{{
		Line: 2, ID: "C/1", Agency: "police:11", Kind: report.FoundProperty, Reported: time.Date(2025, 12, 31, 23, 10, 0, 0, time.UTC),
		From: at(t, "2025-12-31T22:00"), To: at(t, "~2026-01-02"), OffenceCode: "8/65", Offence: "Harassment", Count: 3, Relationship: "ex hubby",
		Place: "Oak Road", Position: &report.Position{Latitude: 54.77, Longitude: -1.57}, Narrative: "He said \"no\";\nand left", Outcome: "16",
		Victim: report.Party{Ref: "V1", GivenName: "Mara", FamilyName: "N/K", Aliases: []string{"Em", "Mads"}, Born: "01/01/1901", Sex: "F",
			Phones: []string{"07700 900101", "07700 900102"}, Emails: []string{"m@example.org"}, Handles: []string{"@mara"},
			Addresses: []string{"1 Oak Road", "2 Elm Road"}, Postcodes: []string{"NM1 1AA"}},
		Suspect: report.Party{GivenName: "Ed", FamilyName: "FARROW", Handles: []string{"@farrow_ed"}, Born: "1980"},
		Extra:   []report.Extra{{Column: "Beat", Value: "B2"}, {Column: "Officer", Value: " "}},
	}, {
		Line: 4, ID: "C/2", Agency: "police:11", Kind: report.Crime, Reported: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), Count: 1,
		Extra: []report.Extra{{Column: "Officer", Value: "PC Vane"}},
	}}
	for i, r := range records {
		if !reflect.DeepEqual(r, want[i]) {
			got, _ := json.MarshalIndent(r, "", " ")
			want, _ := json.MarshalIndent(want[i], "", " ")
			t.Errorf("record %d is\n%s\nwant\n%s", i, got, want)
		}
	}
}

func TestSetAside(t *testing.T) {
	for _, c := range []struct{ column, value, says string }{
		{"record_id", " ", "record_id is empty"},
		{"reported_at", "", "reported_at is empty"},
		{"reported_at", "NULL", `reported_at "NULL": a record needs the date it was reported`},
		{"reported_at", "unknown", `reported_at "unknown": a record needs the date it was reported`},
		{"reported_at", "31/13/2025", `reported_at "31/13/2025": there is no month 13: the day comes first in 31/12/2025`},
		{"reported_at", "01/02/26", `reported_at "01/02/26": the year has two digits: write all four`},
		{"reported_at", "46000", "write a date as"},
		{"reported_at", "01/03/2026 12:01", `reported_at "01/03/2026 12:01": it has not come yet`},
		{"reported_at", "1899-12-31", `reported_at "1899-12-31": the year is before 1900`},
		{"occurred_from", "yesterday", `occurred_from "yesterday": write a date as`},
		{"occurred_from", "2062-01-01", `occurred_from "2062-01-01": it has not come yet`},
		{"occurred_to", "0202-01-01", `occurred_to "0202-01-01": the year 0202 is not between`},
		{"kind", "burglary", `kind "burglary": the kinds are crime, incident, call, intelligence, referral, found-property, note`},
		{"count", "0", "a count is a whole number from 1 to 100000"},
		{"count", "100001", "a count is a whole number"},
		{"count", "2.5", "a count is a whole number"},
		{"count", "lots", `count "lots": a count is a whole number`},
		{"latitude", "91", `latitude "91": degrees are a number from -90 to 90`},
		{"latitude", "NaN", "degrees are a number"},
		{"latitude", "54,77", "degrees are a number"},
		{"longitude", "-180.5", `longitude "-180.5": degrees are a number from -180 to 180`},
		{"longitude", "", "longitude is empty"},
		{"agency", "", "agency is empty"},
		{"kind", strings.Repeat("é", 200), "é…\": the kinds are"},
	} {
		row := map[string]string{"record_id": "C/1", "agency": "A", "reported_at": "2026-01-01", "latitude": "54", "longitude": "-1", "kind": "crime", "count": "1", "occurred_from": "", "occurred_to": ""}
		row[c.column] = c.value
		var header, cells []string
		for _, col := range report.Columns {
			if v, ok := row[col.Name]; ok {
				header, cells = append(header, col.Name), append(cells, v)
			}
		}
		var b bytes.Buffer
		w := table.NewWriter(&b, header...)
		w.Write(cells...)
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		x, err := report.NewExtract(reader(t, b.String()), nil, "", now)
		if err != nil {
			t.Fatal(err)
		}
		records, asides := all(t, x)
		if len(records) > 0 || len(asides) != 1 || !strings.Contains(asides[0].Reason, c.says) {
			t.Errorf("%s %q: kept %d, set aside %v, want %q", c.column, c.value, len(records), asides, c.says)
			continue
		}
		if a := asides[0]; a.Line != 2 || !reflect.DeepEqual(a.Cells, cells) {
			t.Errorf("%s %q: line %d with %q", c.column, c.value, a.Line, a.Cells)
		}
	}
}

// What looks odd and can still be read.
// TestNullForNothing reads a row whose agency and date say that there is none: it is
// set aside, as one without them is.
func TestNullForNothing(t *testing.T) {
	x, err := report.NewExtract(reader(t, "record_id,agency,reported_at\nNM/1,null,null\n"), nil, "", now)
	if err != nil {
		t.Fatal(err)
	}
	if records, asides := all(t, x); len(records) != 0 || len(asides) != 1 || !strings.Contains(asides[0].Reason, "agency is empty") {
		t.Errorf("%d records, set aside %+v", len(records), asides)
	}
}

func TestKept(t *testing.T) {
	for _, c := range []struct{ header, cells, want string }{
		{"kind", "FOUND_PROPERTY", "found-property"},
		{"kind", "n/a", "crime"},
		{"count", "3.0", "3"},
		{"reported_at", "01/03/2026", "2026-03-01"},
		{"reported_at", "~2026-02-10", "2026-02-10"},
		{"reported_at", "2026-02", "2026-02-01"},
		{"reported_at", "01/01/1900", "1900-01-01"},
		{"victim_dob", "30/02/1850", "30/02/1850"},
		{"relationship", "Ex Boyfriend / Girlfriend", "Ex Boyfriend / Girlfriend"},
		{"victim_family_name", "UNKNOWN", " UNKNOWN"},
		{"victim_family_name", "Null", " Null"},
		{"victim_name", "Mara Quill", "Mara Quill"},
		{"victim_name", "\"QUILL, Mara Jane\"", "Mara Jane QUILL"},
		{"victim_name", "Mara van der Berg", "Mara van der Berg"},
		{"victim_name", "Mara", "Mara "},
		{"victim_name", "Not Known", " Not Known"},
		{"latitude,longitude", "0,0", "no position"},
	} {
		in := "record_id,when," + c.header + "\nC/1,2026-01-01," + c.cells + "\n"
		m := report.Mapping{"when": "reported_at"}
		if c.header == "reported_at" {
			m = nil
		}
		records, asides := all(t, extract(t, in, m))
		if len(records) != 1 {
			t.Errorf("%s %s: set aside: %v", c.header, c.cells, asides)
			continue
		}
		r := records[0]
		got := map[string]string{"kind": string(r.Kind), "count": fmt.Sprint(r.Count), "reported_at": r.Reported.In(when.London).Format("2006-01-02"), "victim_dob": r.Victim.Born,
			"relationship": r.Relationship, "victim_family_name": r.Victim.GivenName + " " + r.Victim.FamilyName, "victim_name": r.Victim.GivenName + " " + r.Victim.FamilyName}[c.header]
		if c.header == "latitude,longitude" && r.Position == nil {
			got = "no position"
		}
		if got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.header, c.cells, got, c.want)
		}
	}
}

func TestSplitFamilyName(t *testing.T) {
	records, _ := all(t, extract(t, "record_id,reported_at,suspect_name\n1,2026-01-01,Mara Jo van der Berg\n2,2026-01-01,\"van der Berg,Mara\"\n", nil))
	for _, r := range records {
		if r.Suspect.FamilyName != "van der Berg" {
			t.Errorf("%q %q", r.Suspect.GivenName, r.Suspect.FamilyName)
		}
	}
}

func TestDayAndTime(t *testing.T) {
	const in = "record_id,Time Reported,Date Reported\n1,19:05,31/12/2025\n2,,2025-12-31\n3,19:05:30,2025-12-31T00:00\n4,19:05,\n5,7pm,2025-12-31\n"
	p := report.Propose([]string{"record_id", "Time Reported", "Date Reported"})
	records, asides := all(t, extract(t, in, p.Mapping))
	var got []string
	for _, r := range records {
		got = append(got, r.ID+" "+r.Reported.Format("2006-01-02T15:04"))
	}
	for _, a := range asides {
		got = append(got, a.Error())
	}
	want := []string{"1 2025-12-31T19:05", "2 2025-12-31T00:00", "3 2025-12-31T19:05",
		`line 5: Time Reported "19:05": write a date as 2026-02-03 or 03/02/2026, with a time as 19:05 if you have it`,
		`line 6: Time Reported "7pm 2025-12-31": write a date as 2026-02-03 or 03/02/2026, with a time as 19:05 if you have it`}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A file with everything in it that goes wrong.
func TestBadRows(t *testing.T) {
	const in = "Crime No,Reported,Summary\n" +
		"1,01/02/2026,fine\n" +
		"2,01/02/2026,\"she said \"no\" to him\"\n" +
		"3,01/02/2026,nul\x00nul\n" +
		",,\n" +
		"4,01/02/26,also no,id\n" +
		"5,99/99/2026,\n" +
		"6,01/02/2026\n"
	x := extract(t, in, report.Propose([]string{"Crime No", "Reported", "Summary"}).Mapping)
	records, asides := all(t, x)
	if len(records) != 2 || records[0].ID != "1" || records[1].ID != "6" || records[1].Line != 8 {
		t.Errorf("kept %v", records)
	}
	var b bytes.Buffer
	out := report.NewRejected(&b, []string{"Crime No", "Reported", "Summary"})
	for _, a := range asides {
		out.Write(a)
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	want := `line,reason,Crime No,Reported,Summary
3,there is text after a closing quotation mark (one that is part of the text is written twice),"2,01/02/2026,""she said ""no"" to him"""
4,it has a NUL character, which no text has (shown here as ␀),3,01/02/2026,nul␀nul
6,"it has 4 cells, and the header has 3",4,01/02/26,also no,id
7,"Reported ""99/99/2026"": there is no month 99: the day comes first in 31/12/2025",5,99/99/2026,
`
	want = strings.Replace(want, "it has a NUL character, which no text has (shown here as ␀)", "\"it has a NUL character, which no text has (shown here as ␀)\"", 1)
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestRejectedName(t *testing.T) {
	for in, want := range map[string]string{"a/march.CSV": "a/march-rejected.csv", "march.xlsx": "march-rejected.csv", "march": "march-rejected.csv", "march.2026": "march.2026-rejected.csv", ".csv": ".csv-rejected.csv"} {
		if got := report.RejectedName(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// The same record in two files, columns in another order, has one fingerprint.
func TestColumnOrder(t *testing.T) {
	a, _ := all(t, extract(t, "record_id,reported_at,Beat,victim_name\n1,2026-01-01,B2,Mara Quill\n", nil))
	b, _ := all(t, extract(t, "Beat;victim_family_name;empty;reported_at;record_id;victim_given_name\nB2;Quill;;01/01/2026;1;Mara\n", nil))
	if a[0].Fingerprint() != b[0].Fingerprint() {
		t.Error("the fingerprints differ")
	}
}

func TestBrokenFile(t *testing.T) {
	in := "record_id,reported_at\n1,2026-01-01\n"
	r, err := table.NewStream(io.MultiReader(strings.NewReader(in+strings.Repeat("1,2026-01-01\n", 1<<15)), failing{}), "in.csv")
	if err != nil {
		t.Fatal(err)
	}
	x, err := report.NewExtract(r, nil, "A", now)
	for err == nil {
		_, _, err = x.Next()
	}
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v, want the error of the file", err)
	}
	if n := x.Totals(); n.Read != n.Kept || n.Read == 0 {
		t.Errorf("totals %+v", n)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestList(t *testing.T) {
	const in = "Person No,First Name,Surname,Mobile,Home Phone,Notes\n7,Mara,Quill,07700 900101;,01632 960001,x\n ,Ed,,,,\n9,a,b,c,d,e,f\n"
	m := report.ProposePeople([]string{"Person No", "First Name", "Surname", "Mobile", "Home Phone", "Notes"}).Mapping
	delete(m, "Person No")
	p, err := report.NewList(reader(t, in), m, "person no")
	if err != nil {
		t.Fatal(err)
	}
	var got []*report.Entry
	for {
		e, a, err := p.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if a != nil {
			if a.Line != 4 {
				t.Errorf("set aside: %v", a)
			}
			continue
		}
		got = append(got, e)
	}
	want := []*report.Entry{
		{Line: 2, ID: "7", Party: report.Party{GivenName: "Mara", FamilyName: "Quill", Phones: []string{"07700 900101", "01632 960001"}}, Cells: []string{"7", "Mara", "Quill", "07700 900101;", "01632 960001", "x"}},
		{Line: 3, ID: "3", Party: report.Party{GivenName: "Ed"}, Cells: []string{" ", "Ed", "", "", "", ""}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if n := p.Totals(); n != (report.Totals{Read: 3, Kept: 2, Aside: 1}) {
		t.Errorf("totals %+v", n)
	}
	for _, c := range []struct{ header, id, says string }{
		{"name,x", "ident", `the file has no column "ident" for the id. It has "name", "x"`},
		{"x,y", "", "no column says anything about a person"},
	} {
		if _, err := report.NewList(reader(t, c.header+"\n"), nil, c.id); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.header, err, c.says)
		}
	}
}

// A record written in our columns, safe for spreadsheets or not, is read back as
// it was; but an apostrophe before a formula is taken for Safe's.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[A-Za-zé@=+"',\n-]([ -:<-~é\n]{0,10}[A-Za-z0-9@"',-])?`)
		maybe := rapid.OneOf(rapid.Just(""), text)
		want := &report.Record{Line: 2, ID: text.Draw(t, "id"), Agency: "A", Kind: rapid.SampledFrom(report.Kinds).Draw(t, "kind"), Count: rapid.IntRange(1, 100000).Draw(t, "count"),
			Reported: time.Unix(rapid.Int64Range(0, now.Unix()/60).Draw(t, "minute")*60, 0).UTC(), Offence: maybe.Draw(t, "offence"), Narrative: maybe.Draw(t, "narrative")}
		want.Suspect.FamilyName = maybe.Draw(t, "name")
		want.Suspect.Aliases = rapid.SliceOfN(text, 0, 3).Draw(t, "aliases")
		for _, s := range append([]*string{&want.ID, &want.Offence, &want.Narrative, &want.Suspect.FamilyName}, each(want.Suspect.Aliases)...) {
			*s = strings.TrimSpace(*s)
			if table.Unguarded(*s) != *s {
				t.Skip()
			}
			if strings.HasPrefix(*s, "'") {
				t.Skip() // a spreadsheet's mark for text, which is taken off
			}
			if *s == "" && (s == &want.ID) {
				t.Skip()
			}
		}
		for _, a := range want.Suspect.Aliases {
			if a == "" {
				t.Skip()
			}
		}
		if len(want.Suspect.Aliases) == 0 {
			want.Suspect.Aliases = nil
		}
		var b bytes.Buffer
		w := table.NewWriter(&b, "record_id", "kind", "count", "reported_at", "offence", "narrative", "suspect_family_name", "suspect_aliases")
		w.Safe = rapid.Bool().Draw(t, "safe")
		w.Write(want.ID, string(want.Kind), fmt.Sprint(want.Count), want.Reported.Format(time.RFC3339), want.Offence, want.Narrative, want.Suspect.FamilyName, strings.Join(want.Suspect.Aliases, "; "))
		w.Flush()
		r, err := table.New(bytes.NewReader(b.Bytes()), int64(b.Len()), "x")
		if err != nil {
			t.Fatal(err)
		}
		x, err := report.NewExtract(r, nil, "A", now)
		if err != nil {
			t.Fatal(err)
		}
		got, aside, err := x.Next()
		if err != nil || aside != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, %v, %v\nwant %+v\nfrom %s", got, aside, err, want, b.String())
		}
	})
}

func each(s []string) (all []*string) {
	for i := range s {
		all = append(all, &s[i])
	}
	return all
}
