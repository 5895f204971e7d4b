package table_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"clew/internal/fault"
	"clew/internal/table"
)

// A bookTest is a workbook being made by the library that the spreadsheets of
// the world are more or less like.
type bookTest struct {
	t testing.TB
	*excelize.File
	n int
}

func workbook(t testing.TB, make func(*bookTest)) []byte {
	t.Helper()
	b := &bookTest{t, excelize.NewFile(), 0}
	make(b)
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func (b *bookTest) row(cells ...any) {
	b.n++
	if err := b.SetSheetRow("Sheet1", fmt.Sprintf("A%d", b.n), &cells); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bookTest) show(cell, format string, value any) {
	style, err := b.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		b.t.Fatal(err)
	}
	if err := errors.Join(b.SetCellStyle("Sheet1", cell, cell, style), b.SetCellValue("Sheet1", cell, value)); err != nil {
		b.t.Fatal(err)
	}
}

func openBook(in []byte) (*table.Reader, error) {
	return table.New(bytes.NewReader(in), int64(len(in)), "in.xlsx")
}

func TestWorkbook(t *testing.T) {
	day := time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		make func(*bookTest)
		want string
	}{
		{"texts and numbers", func(b *bookTest) {
			b.row("a", "b", "c")
			b.row("x & y <z>", 12, 54.77)
			b.row("two\nlines", 7700900123, "07700 900123")
			b.row(" ", true, 0.1+0.2)
		}, "a|b|c\n2 x & y <z>|12|54.77\n3 two⏎lines|7700900123|07700 900123\n4  |TRUE|0.3\n"},
		{"gaps", func(b *bookTest) {
			b.n = 1
			b.row("a", nil, "c")
			b.n = 4
			b.row(nil, nil, "z")
			b.row("x")
		}, "a|column 2|c\n5 ||z\n6 x||\n"},
		{"titles", func(b *bookTest) {
			b.row("OFFICIAL")
			b.row("a", "b", "c")
			b.row(1, 2, 3)
		}, "a|b|c\n3 1|2|3\n# Line 1 (\"OFFICIAL\") was taken for a title: the header is below it.\n"},
		{"dates", func(b *bookTest) {
			b.row("a", "b", "c", "d", "e", "f", "g")
			b.show("A2", "dd/mm/yyyy", day)
			b.show("B2", `[$-809]d\ mmmm\ yyyy;@`, day.Add(23*time.Hour+10*time.Minute))
			b.show("C2", "dd/mm/yyyy hh:mm", day)
			b.show("D2", "h:mm AM/PM", 0.75)
			b.show("E2", "dd/mm/yyyy hh:mm:ss", day.Add(59*time.Second))
			b.show("F2", "[h]:mm", 1.5)
			b.show("G2", "mmm-yy", 1)
		}, "a|b|c|d|e|f|g\n2 2025-12-31|2025-12-31T23:10|2025-12-31T00:00|18:00|2025-12-31T00:00:59|1.5|1900-01-01\n"},
		{"the days about the one that never was", func(b *bookTest) {
			b.row("a", "b", "c")
			for i, n := range []int{59, 60, 61} {
				b.show(fmt.Sprintf("%c2", 'A'+i), "yyyy-mm-dd", n)
			}
		}, "a|b|c\n2 1900-02-28|1900-03-01|1900-03-01\n"},
		{"the formats every reader knows", func(b *bookTest) {
			b.row("a", "b", "c", "d")
			for i, n := range []int{14, 22, 20, 2} {
				style, err := b.NewStyle(&excelize.Style{NumFmt: n})
				cell := fmt.Sprintf("%c2", 'A'+i)
				if err := errors.Join(err, b.SetCellStyle("Sheet1", cell, cell, style), b.SetCellValue("Sheet1", cell, 46022.75-float64(i/2)*0.25)); err != nil {
					b.t.Fatal(err)
				}
			}
		}, "a|b|c|d\n2 2025-12-31T18:00|2025-12-31T18:00|12:00|46022.5\n"},
		{"numbers shown otherwise", func(b *bookTest) {
			b.row("a", "b", "c", "d", "e")
			b.show("A2", "00000000000", 7700900123)
			b.show("B2", "00000 000000", 7700900123)
			b.show("C2", "0.0", 54.7766)
			b.show("D2", "#,##0", 1200)
			b.show("E2", `"No "0`, 12)
		}, "a|b|c|d|e\n2 07700900123|07700 900123|54.7766|1200|12\n"},
		{"several sheets", func(b *bookTest) {
			b.row("a", "b")
			b.row(1, 2)
			b.NewSheet("Notes")
			b.NewSheet("Lookups")
		}, "a|b\n2 1|2\n# The workbook has several sheets: \"Sheet1\" was read, and \"Notes\", \"Lookups\" not.\n"},
		{"the first sheet is hidden", func(b *bookTest) {
			b.NewSheet("Crimes")
			b.SetSheetRow("Crimes", "A1", &[]any{"a", "b"})
			b.SetActiveSheet(1)
			if err := b.SetSheetVisible("Sheet1", false); err != nil {
				b.t.Fatal(err)
			}
		}, "a|b\n# The workbook has several sheets: \"Crimes\" was read, and \"Sheet1\" not.\n# There are no rows below the header.\n"},
		{"years from 1904", func(b *bookTest) {
			b.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: new(true)})
			b.row("a", "b")
			b.show("A2", "yyyy-mm-dd", 0+44560)
		}, "a|b\n2 2025-12-31|\n"},
		{"rich text", func(b *bookTest) {
			b.row("a", "b")
			b.SetCellRichText("Sheet1", "A2", []excelize.RichTextRun{{Text: "he "}, {Text: "said", Font: &excelize.Font{Bold: true}}, {Text: " no"}})
		}, "a|b\n2 he said no|\n"},
		{"a row too long", func(b *bookTest) {
			b.row("a")
			b.row(anyOf(40, strings.Repeat("x", 32000))...)
			b.row("y")
		}, "a\n!2 it is longer than 1024 KiB; only its beginning is kept: xxxxxxxxxxxxxxxxxxxx… (1032039)\n3 y\n" +
			"# Only one column was found (\"a\"). If there should be more, save the file with a comma, semicolon, tab or | between the columns.\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := openBook(workbook(t, c.make))
			if err != nil {
				t.Fatal(err)
			}
			if got := told(r); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if done, total := r.Progress(); done != total || total == 0 {
				t.Errorf("progress %d of %d at the end", done, total)
			}
		})
	}
}

func anyOf(n int, s string) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = s
	}
	return all
}

// archive is a ZIP of parts as they are given.
func archive(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// changed is a workbook in which one part is changed.
func changed(t testing.TB, in []byte, part string, change func(string) string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(in), int64(len(in)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(text)
	}
	if _, ok := parts[part]; !ok {
		t.Fatalf("no part %s", part)
	}
	parts[part] = change(parts[part])
	return archive(t, parts)
}

const firstSheet = "xl/worksheets/sheet1.xml"

func plain(t testing.TB) []byte {
	return workbook(t, func(b *bookTest) {
		b.row("a", "b")
		for i := range 9 {
			b.row(i+1000, "x")
		}
	})
}

func TestBadWorkbook(t *testing.T) {
	good := plain(t)
	replace := func(old, new string) func(string) string {
		return func(s string) string {
			if !strings.Contains(s, old) {
				t.Fatalf("no %s in %s", old, s)
			}
			return strings.Replace(s, old, new, 1)
		}
	}
	locked := bytes.Clone(good)
	locked[bytes.Index(locked, []byte("PK\x01\x02"))+8] |= 1
	for _, c := range []struct {
		name string
		in   []byte
		says string
	}{
		{"cut short", good[:len(good)/2], "in.xlsx is damaged or not whole: get it again"},
		{"a byte changed", flip(t, good), "in.xlsx is damaged"},
		{"a sheet that breaks off", changed(t, good, firstSheet, func(s string) string { return s[:strings.Index(s, "1005")] }), "is damaged: open it in Excel and save it again (reading stopped in row 7)"},
		{"a control character", changed(t, good, firstSheet, replace("1005", "1005\x0b")), "is damaged: open it in Excel and save it again (reading stopped in row 7)"},
		{"a text that is not there", changed(t, good, firstSheet, replace(`<c r="B3" t="s"><v>2</v>`, `<c r="B3" t="s"><v>99</v>`)), "is damaged"},
		{"a column that cannot be", changed(t, good, firstSheet, replace(`r="B3"`, `r="ZZZZ3"`)), "is damaged"},
		{"a text without end", changed(t, good, firstSheet, replace("1005", strings.Repeat("1", 5*table.MaxRow))), "unpacks to more"},
		{"elements without end", changed(t, good, firstSheet, replace("<v>1005", strings.Repeat("<a>", 100)+"<v>1005")), "unpacks to more"},
		{"a bomb", changed(t, good, firstSheet, replace("<sheetData>", "<sheetData>"+strings.Repeat("<row></row>", 15<<20))), "unpacks to more"},
		{"a password on the archive", locked, "has a password"},
		{"no sheet", archive(t, map[string]string{"xl/workbook.xml": "<workbook/>"}), "no sheet with cells"},
		{"an empty sheet", workbook(t, func(*bookTest) {}), "in.xlsx is empty"},
		{"a Word document", archive(t, map[string]string{"_rels/.rels": `<r><Relationship Type="x/officeDocument" Target="word/document.xml"/></r>`, "word/document.xml": "<d/>"}), "is a Word document"},
		{"OpenDocument", archive(t, map[string]string{"mimetype": "x", "content.xml": "<d/>"}), "is an OpenDocument file"},
		{"a binary workbook", archive(t, map[string]string{"xl/workbook.bin": "x"}), "is a binary workbook"},
		{"an archive", archive(t, map[string]string{"a.csv": "x"}), "is a ZIP archive"},
	} {
		r, err := openBook(c.in)
		for err == nil {
			_, err = r.Next()
		}
		var v fault.Invalid
		if !errors.As(err, &v) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want a message with %q", c.name, err, c.says)
		}
	}
	if _, err := table.NewStream(bytes.NewReader(good), "in.xlsx"); err == nil || !strings.Contains(err.Error(), "from a pipe") {
		t.Errorf("from a pipe: %v", err)
	}
}

// flip changes a byte of the packed first sheet.
func flip(t testing.TB, in []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(in), int64(len(in)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if f.Name == firstSheet {
			at, err := f.DataOffset()
			if err != nil {
				t.Fatal(err)
			}
			out := bytes.Clone(in)
			out[at+int64(f.CompressedSize64)/2] ^= 0x10
			return out
		}
	}
	t.Fatal("no sheet")
	return nil
}

// Other programs name the parts, prefixes and cells in their own way.
func TestOtherWorkbooks(t *testing.T) {
	in := archive(t, map[string]string{
		"_rels/.rels":   `<Relationships><Relationship Id="x" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="/Book/Main.xml"/></Relationships>`,
		"book/main.xml": `<x:workbook xmlns:x="m" xmlns:r="r"><x:sheets><x:sheet name="Chart" sheetId="1" r:id="c"/><x:sheet name="S" sheetId="2" r:id="s"/></x:sheets></x:workbook>`,
		`book\_rels\main.xml.rels`: `<Relationships><Relationship Id="c" Type="t/chartsheet" Target="c.xml"/><Relationship Id="s" Type="t/worksheet" Target="../sheets/a.xml"/>` +
			`<Relationship Id="t" Type="t/sharedStrings" Target="/sheets/t.xml"/></Relationships>`,
		"sheets/t.xml": `<sst><si><t>ID</t><rPh><t>aside</t></rPh></si><si><r><t>Na</t></r><r><t xml:space="preserve">me </t></r></si><si/></sst>`,
		"sheets/a.xml": `<x:worksheet xmlns:x="m"><x:dimension ref="A1:B3"/><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row>` +
			`<x:row r="4"><x:c r="B4" t="inlineStr"><x:is><x:r><x:t>a_x000A_b</x:t></x:r></x:is></x:c><x:c r="A4"><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row>` +
			`<x:row><x:c t="e"><x:v>#N/A</x:v></x:c><x:c t="d"><x:v>2025-12-31T23:10</x:v></x:c></x:row></x:sheetData></x:worksheet>`,
	})
	r, err := openBook(in)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := told(r), "ID|Name\n4 2|a⏎b\n5 #N/A|2025-12-31T23:10\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
