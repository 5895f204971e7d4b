package table_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"clew/internal/fault"
	"clew/internal/table"
)

func open(t testing.TB, in string) (*table.Reader, error) {
	t.Helper()
	return table.New(strings.NewReader(in), int64(len(in)), "in.csv")
}

// told is a whole table in a few lines: "2 a|b" for a row, "!3 why: a|b" for one
// set aside, "#" for a notice.
func told(r *table.Reader) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", strings.Join(r.Header(), "|"))
	for {
		row, err := r.Next()
		if err == io.EOF {
			break
		}
		var aside *table.Aside
		switch {
		case errors.As(err, &aside):
			fmt.Fprintf(&b, "!%d %s: %s\n", aside.Line, aside.Reason, brief(strings.Join(aside.Cells, "|")))
			continue
		case err != nil:
			fmt.Fprintf(&b, "error %v\n", err)
			return b.String()
		}
		fmt.Fprintf(&b, "%d %s\n", row.Line, brief(strings.Join(row.Cells, "|")))
	}
	for _, n := range r.Notices() {
		fmt.Fprintf(&b, "# %s\n", n)
	}
	return b.String()
}

func brief(s string) string {
	s = strings.NewReplacer("\n", "⏎", "\r", "␍").Replace(s)
	if len(s) > 200 {
		return s[:20] + fmt.Sprintf("… (%d)", len(s))
	}
	return s
}

func TestCSV(t *testing.T) {
	long := strings.Repeat("x", table.MaxRow)
	wide := strings.Repeat("c,", 299) + "c"
	for _, c := range []struct{ name, in, want string }{
		{"commas", "a,b\n1,2\n", "a|b\n2 1|2\n"},
		{"semicolons", "a;b\n1;2,5\n3;4\n", "a|b\n2 1|2,5\n3 3|4\n"},
		{"tabs", "a\tb\n1\t2\n", "a|b\n2 1|2\n"},
		{"pipes", "a|b\n1|2\n", "a|b\n2 1|2\n"},
		{"commas though cells have semicolons", "name,aliases,x\nQ,A;B;C,1\nR,D;E;F,2\n", "name|aliases|x\n2 Q|A;B;C|1\n3 R|D;E;F|2\n"},
		{"Excel's hint", "sep=;\r\na;b,c\r\n1;2\r\n", "a|b,c\n3 1|2\n"},
		{"no line end at the end", "a,b\n1,2", "a|b\n2 1|2\n"},
		{"CRLF", "a,b\r\n1,2\r\n\"3\",\"4\"\r\n", "a|b\n2 1|2\n3 3|4\n"},
		{"CR alone", "a,b\r1,2\r\"3\",4\r", "a|b\n2 1|2\n3 3|4\n"},
		{"byte order mark", "\xef\xbb\xbfa,b\n1,2\n", "a|b\n2 1|2\n"},
		{"byte order mark and quotation", "\xef\xbb\xbf\"a\",b\n1,2\n", "a|b\n2 1|2\n"},
		{"quoted", "a,b\n\"1, one\",\"he said \"\"no\"\"\"\n", "a|b\n2 1, one|he said \"no\"\n"},
		{"quoted, with spaces about", "a,b\n\"1\" ,2\n\"3\",\"4\"  \n", "a|b\n2 1|2\n3 3|4\n"},
		{"quoted after a space", "\"a\", \"b\"\n\"1\", \"2, two\"\n3, 4\n", "a|b\n2 1|2, two\n3 3| 4\n"},
		{"quotation mark inside a bare cell", "a,b\n5'10\",x\n", "a|b\n2 5'10\"|x\n"},
		{"line breaks in a cell", "a,b\n1,\"one\ntwo\r\nthree\"\n2,x\n", "a|b\n2 1|one⏎two␍⏎three\n5 2|x\n"},
		{"empty rows", "\na,b\n\n1,2\n , \n,\n3,4\n\n", "a|b\n4 1|2\n7 3|4\n# Rows with nothing in them were passed over: 4.\n"},
		{"too few cells", "a,b,c\n1\n1,2\n", "a|b|c\n2 1||\n3 1|2|\n"},
		{"too many cells, empty", "a,b\n1,2,,\n", "a|b\n2 1|2\n"},
		{"too many cells", "a,b\n1,2,3\n4,5\n", "a|b\n!2 it has 3 cells, and the header has 2: 1|2|3\n3 4|5\n"},
		{"two columns of a name", "a,a, a ,a (2)\n1,2,3,4\n", "a|a (3)|a (4)|a (2)\n2 1|2|3|4\n" +
			"# Two columns are called \"a\": column 2 is taken as \"a (3)\".\n# Two columns are called \"a\": column 3 is taken as \"a (4)\".\n"},
		{"columns without a name", "a,,b,\n1,2,3,4\n", "a|column 2|b|column 4\n2 1|2|3|4\n"},
		{"header alone", "a,b\n", "a|b\n# There are no rows below the header.\n"},
		{"one column", "narrative\nHe called\n", "narrative\n2 He called\n# Only one column was found (\"narrative\"). If there should be more, save the file with a comma, semicolon, tab or | between the columns.\n"},
		{"another delimiter", "a^b\n1^2\n", "a^b\n2 1^2\n# Only one column was found (\"a^b\"). If there should be more, save the file with a comma, semicolon, tab or | between the columns.\n"},
		{"titles above the header", "OFFICIAL\nExtract of 3 May,,\n\nid,name,born\n1,Q,1990\n", "id|name|born\n5 1|Q|1990\n" +
			"# Line 1 (\"OFFICIAL\") was taken for a title: the header is below it.\n# Line 2 (\"Extract of 3 May\") was taken for a title: the header is below it.\n"},
		{"no title above one column", "narrative\nHe came, and went, and came\n", "narrative\n!2 it has 3 cells, and the header has 1: He came| and went| and came\n# Only one column was found (\"narrative\"). If there should be more, save the file with a comma, semicolon, tab or | between the columns.\n"},
		{"Windows-1252", "a,b\n1,caf\xe9 \x93so\x94\n2,na\xefve\n", "a|b\n2 1|café “so”\n3 2|naïve\n# The file is not all UTF-8: cells were read as Windows-1252, the encoding of older Windows programs (2, the first on line 2).\n"},
		{"UTF-8 and Windows-1252 in a row", "a,b\ncafé,caf\xe9\n", "a|b\n2 café|café\n# The file is not all UTF-8: cells were read as Windows-1252, the encoding of older Windows programs (1, the first on line 2).\n"},
		{"NUL", "a,b\n1,x\x00y\n2,z\n", "a|b\n!2 it has a NUL character, which no text has (shown here as ␀): 1|x␀y\n3 2|z\n"},
		{"text after a closing quotation mark", "a,b\n\"he said \"no\" twice\",2\n3,4\n", "a|b\n!2 there is text after a closing quotation mark (one that is part of the text is written twice): \"he said \"no\" twice\",2\n3 3|4\n"},
		{"the same over several lines", "a,b\n1,\"one\ntwo\nhe said \"no\" then\nfour\"\n3,4\n", "a|b\n!2 there is text after a closing quotation mark (one that is part of the text is written twice): 1,\"one⏎two⏎he said \"no\" then⏎four\"\n6 3|4\n"},
		{"a quotation mark never closed", "a,b\n1,\"one\n2,two\n3,three\n", "a|b\n!2 a quotation mark is opened and not closed: 1,\"one\n3 2|two\n4 3|three\n"},
		{"one that the next row closes", "a,b\n1,\"one\n2,\"two\"\n3,three\n", "a|b\n!2 a quotation mark is opened and not closed: 1,\"one\n3 2|two\n4 3|three\n"},
		{"one that swallows rows", "a,b\n1,\"one\n2,two\n\"3\",three\n", "a|b\n!2 a quotation mark is opened and not closed: 1,\"one\n3 2|two\n4 3|three\n"},
		{"one that swallows a row and closes", "a,b,c\n1,\"one,x\n2,two,\"y\n3,three,z\n", "a|b|c\n!2 there is text after a closing quotation mark (one that is part of the text is written twice): 1,\"one,x⏎2,two,\"y\n4 3|three|z\n"},
		{"one that swallows sound rows and closes", "a,b,c\n1,\"one,x\n2,two,z\n3,y,\"\n4,5,6\n", "a|b|c\n!2 a quotation mark is opened and not closed: 1,\"one,x\n3 2|two|z\n!4 a quotation mark is opened and not closed: 3,y,\"\n5 4|5|6\n"},
		{"on the last line", "a,b\n1,2\n3,\"four", "a|b\n2 1|2\n!3 a quotation mark is opened and not closed: 3,\"four\n"},
		{"a row of the most bytes", "a,b\n1," + long[:table.MaxRow-3] + "\n3,4\n", "a|b\n2 1|xxxxxxxxxxxxxxxxxx… (1048575)\n3 3|4\n"},
		{"a row too long", "a,b\n1," + long + long + long + "\n3,4\n", "a|b\n!2 it is longer than 1024 KiB; only its beginning is kept: 1,xxxxxxxxxxxxxxxxxx… (1000)\n3 3|4\n"},
		{"a last row too long", "a,b\n" + long + "xx", "a|b\n!2 it is longer than 1024 KiB; only its beginning is kept: xxxxxxxxxxxxxxxxxxxx… (1000)\n"},
		{"a row too long because never closed", "a,b\n1,\"x\n2,3\n6," + long[:1000] + "\n7," + long + "\n8,9\n", "a|b\n!2 a quotation mark is opened and not closed: 1,\"x\n3 2|3\n4 6|xxxxxxxxxxxxxxxxxx… (1002)\n!5 it is longer than 1024 KiB; only its beginning is kept: 7,xxxxxxxxxxxxxxxxxx… (1000)\n6 8|9\n"},
		{"a row one byte too long", "a,b\n1," + long[:table.MaxRow-2] + "\n3,4\n", "a|b\n!2 it is longer than 1024 KiB; only its beginning is kept: 1,xxxxxxxxxxxxxxxxxx… (1000)\n3 3|4\n"},
		{"a broken row one byte too long", "a,b\n\"x\"y," + long[:table.MaxRow-5] + "\n3,4\n", "a|b\n!2 it is longer than 1024 KiB; only its beginning is kept: \"x\"y,xxxxxxxxxxxxxxx… (1000)\n3 3|4\n"},
		{"a broken row too long", "a,b\n1,\"x\"y" + long + "\n2,3\n", "a|b\n!2 it is longer than 1024 KiB; only its beginning is kept: 1,\"x\"yxxxxxxxxxxxxxx… (1000)\n3 2|3\n"},
		{"three hundred columns", header(300) + "\n" + wide + "\n", strings.ReplaceAll(header(300), ",", "|") + "\n2 c|c|c|c|c|c|c|c|c|c|… (599)\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := open(t, c.in)
			if err != nil {
				t.Fatal(err)
			}
			if got := told(r); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			for name, in := range map[string]io.Reader{"a byte at a time": iotest.OneByteReader(strings.NewReader(c.in)), "from a pipe": strings.NewReader(c.in)} {
				r, err := table.NewStream(in, "in.csv")
				if err != nil {
					t.Fatal(err)
				}
				if got := told(r); got != c.want {
					t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
				}
			}
		})
	}
}

func header(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("h%d", i)
	}
	return strings.Join(all, ",")
}

func TestUTF16(t *testing.T) {
	const in = "a,b\n1,Zoë “x”\n"
	for _, c := range []struct {
		name string
		end  unicode.Endianness
		bom  unicode.BOMPolicy
		says string
	}{
		{"little end first", unicode.LittleEndian, unicode.UseBOM, "The file was in UTF-16 and was converted."},
		{"big end first", unicode.BigEndian, unicode.UseBOM, "The file was in UTF-16 and was converted."},
		{"without a mark", unicode.LittleEndian, unicode.IgnoreBOM, "The file looked like UTF-16 without a mark to say so, and was converted."},
	} {
		text, err := unicode.UTF16(c.end, c.bom).NewEncoder().String(in)
		if err != nil {
			t.Fatal(err)
		}
		r, err := open(t, text)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := told(r), "a|b\n2 1|Zoë “x”\n# "+c.says+"\n"; got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ name, in, says string }{
		{"nothing", "", "in.csv is empty"},
		{"nothing but a mark", "\xef\xbb\xbf", "is empty"},
		{"nothing but line ends", "\n\r\n\n", "is empty"},
		{"a header that breaks off", "a,\"b\n", "the header of in.csv (line 1) cannot be read: a quotation mark is opened and not closed"},
		{"a header without end", strings.Repeat("a", table.MaxRow+5), "the header of in.csv (line 1) cannot be read: it is longer"},
		{"too many columns", strings.Repeat("a,", table.MaxColumns) + "\n", "more than 16384 columns"},
		{"old workbook", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), "old Excel workbook (.xls)"},
		{"workbook with a password", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600) + "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00", "has a password"},
		{"PDF", "%PDF-1.7\n", "is a PDF"},
		{"web page", "\n<HTML><body><table>", "is a web page"},
		{"XML", "<?xml version='1.0'?>", "is XML"},
		{"gzip", "\x1f\x8b\x08\x00", "is compressed"},
	} {
		_, err := open(t, c.in)
		var v fault.Invalid
		if !errors.As(err, &v) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want a message with %q", c.name, err, c.says)
		}
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	if err := os.WriteFile(path, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := table.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := told(r); got != "a|b\n2 1|2\n" {
		t.Errorf("got %q", got)
	}
	if done, total := r.Progress(); done != 8 || total != 8 {
		t.Errorf("progress %d of %d, want 8 of 8", done, total)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	r, err = table.Open(os.DevNull)
	if err == nil || !strings.Contains(err.Error(), "null is empty") {
		t.Errorf("a device: %v, %v", r, err)
	}
	for path, says := range map[string]string{filepath.Join(dir, "b.csv"): "there is no file", dir: "is a folder"} {
		if _, err := table.Open(path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", path, err, says)
		}
	}
}

func TestReadError(t *testing.T) {
	r, err := table.NewStream(io.MultiReader(strings.NewReader("a,b\n1,2\n"+strings.Repeat("3,4\n", 1<<16)), iotest.ErrReader(io.ErrClosedPipe)), "in.csv")
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = r.Next()
	}
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v, want the error of the file", err)
	}
}

// endless is a line of n bytes that is never in memory.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	n := min(e.n, len(p))
	for i := range p[:n] {
		p[i] = 'x'
	}
	if e.n -= n; e.n == 0 {
		return n, io.EOF
	}
	return n, nil
}

func TestEndlessLine(t *testing.T) {
	r, err := table.NewStream(io.MultiReader(strings.NewReader("a,b\n1,2\n"), &endless{2 << 30}, strings.NewReader("\n3,4\n")), "in.csv")
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if got, want := told(r), "a|b\n2 1|2\n!3 it is longer than 1024 KiB; only its beginning is kept: xxxxxxxxxxxxxxxxxxxx… (1000)\n4 3|4\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 8*table.MaxRow {
		t.Errorf("%d bytes taken for a line that is thrown away", used)
	}
}

// What a standard writer writes, in any dialect, is read back as it was.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cols := rapid.IntRange(2, 6).Draw(t, "columns")
		cell := rapid.OneOf(rapid.SampledFrom([]string{"", "\"", "\"\"", ",", ";", "a\nb", "a\r\nb", "x", " y ", "'", "=1", "\t", "|", "é"}), rapid.StringMatching(`[ -~é\n]{0,12}`))
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, cols, cols), 0, 20).Draw(t, "rows")
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma = rapid.SampledFrom([]rune{',', ';', '\t', '|'}).Draw(t, "comma")
		names := make([]string, cols)
		for i := range names {
			names[i] = fmt.Sprintf("h%d", i)
		}
		if err := w.Write(names); err != nil {
			t.Fatal(err)
		}
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		r, err := table.New(bytes.NewReader(b.Bytes()), int64(b.Len()), "x")
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range rows {
			if strings.TrimSpace(strings.Join(want, "")) == "" {
				continue
			}
			row, err := r.Next()
			if err != nil {
				t.Fatalf("%v in\n%s", err, b.String())
			}
			for i := range want {
				if row.Cells[i] != want[i] {
					t.Fatalf("got %q, want %q in\n%s", row.Cells, want, b.String())
				}
			}
		}
		if _, err := r.Next(); err != io.EOF {
			t.Fatalf("after the last row: %v", err)
		}
	})
}
