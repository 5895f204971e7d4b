package intake

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
)

// around is a desk with what is around it.
type around struct {
	*Desk
	db      *db.DB
	reports *report.Store
	people  *person.Store
	held    *pattern.Store
	folder  string
}

func deskOf(t testing.TB, d *db.DB) around {
	t.Helper()
	g := accesstest.Guard(t, d)
	people, reports := person.NewStore(g), report.NewStore(g)
	held, folder := pattern.NewStore(g, people), t.TempDir()
	in := New(g, held, reports, folder)
	t.Cleanup(in.Close)
	return around{in, d, reports, people, held, folder}
}

func (k around) keep(t testing.TB, csv string) report.Import {
	t.Helper()
	i, err := k.Keep(t.Context(), accesstest.As("Ann Reader"), "extract.csv", strings.NewReader(csv))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func (k around) now(t testing.TB, id string) report.Import {
	t.Helper()
	i, err := k.reports.ImportOf(t.Context(), accesstest.As("Ann Reader"), id)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

const heading = "record_id,agency,reported_at,offence,narrative,victim_given_name,victim_family_name,victim_dob,suspect_given_name,suspect_family_name\n"

// rowsOf are rows about as many different people.
func rowsOf(from, to int, offence string) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "NM/%d,Northmoor Police,2026-02-03 19:05,%s,He followed her home.,Vic%d,Oakapple%d,1990-01-%02d,Sus%d,Thirlwater%d\n", i, offence, i, i, i%28+1, i, i)
	}
	return b.String()
}

func numberOf(t testing.TB, d *db.DB, query string) (n int64) {
	t.Helper()
	err := d.Read(t.Context(), func(v *db.View) (err error) {
		n, err = db.One(t.Context(), v, db.Number, query)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A run that is stopped halfway leaves every person with a head, and no pattern
// with a report in it that has been corrected.
func TestStoppedHalfwayIsInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := deskOf(t, d)
		pair := "NM/1,Northmoor Police,2026-02-03,Damage,He followed her home.,Mara,Quillfeather,1991-04-02,Edward,Farrowgate\n"
		two := strings.Replace(pair, "NM/1", "NM/2", 1)
		if _, err := k.Run(t.Context(), accesstest.As("Ann Reader"), "a.csv", strings.NewReader(heading+pair+two), nil, "", func(string, int64, int64) {}); err != nil {
			t.Fatal(err)
		}
		if n := numberOf(t, d, `SELECT max(reports) FROM patterns`); n != 2 {
			t.Fatalf("a pattern of %d reports, want 2", n)
		}
		ctx, stop := context.WithCancel(t.Context())
		corrected := strings.Replace(two, "Damage", "Stalking", 1)
		_, err := k.Run(ctx, accesstest.As("Ann Reader"), "b.csv", strings.NewReader(heading+corrected+rowsOf(100, 2100, "Theft")), nil, "", func(string, int64, int64) { stop() })
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped: %v", err)
		}
		if n, m := numberOf(t, d, `SELECT count(*) FROM people`), numberOf(t, d, `SELECT count(DISTINCT person) FROM mentions`); n != m {
			t.Errorf("%d people have heads, and mentions speak of %d", n, m)
		}
		if n := numberOf(t, d, `SELECT count(*) FROM patterns`); n != 0 {
			t.Errorf("%d patterns still hold a report that was corrected", n)
		}
		if n := numberOf(t, d, `SELECT count(*) FROM reports`); n != 1002 {
			t.Errorf("%d reports, want the two and one lot", n)
		}
		all, _, err := k.reports.Imports(t.Context(), accesstest.As("Ann Reader"), 0, 1)
		if err != nil || all[0].State != report.Stopped || !strings.Contains(all[0].Message, "1,000 rows read before that are in") {
			t.Errorf("the import says %+v, %v", all, err)
		}
		if !k.Has(all[0].ID) {
			t.Error("the file of a stopped import is gone")
		}
	})
}

func TestImportsWaitTheirTurn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := deskOf(t, d)
		first, second, third := k.keep(t, heading+rowsOf(0, 3, "Theft")), k.keep(t, heading+rowsOf(3, 6, "Theft")), k.keep(t, heading+rowsOf(6, 9, "Theft"))
		k.turn <- struct{}{} // somebody is reading
		for _, i := range []report.Import{first, second, third} {
			if err := k.Start(t.Context(), accesstest.As("Ann Reader"), i.ID, report.Mapping(i.Mapping), ""); err != nil {
				t.Fatal(err)
			}
		}
		if p, ok := k.Progress(second.ID); !ok || p.Stage != Waits || p.Before != 1 {
			t.Errorf("the second: %+v, %v", p, ok)
		}
		if err := k.Remove(t.Context(), accesstest.As("Ann Reader"), second.ID); !errors.Is(err, fault.Conflict) {
			t.Errorf("removing the file of an import that waits: %v", err)
		}
		k.Stop(t.Context(), accesstest.As("Ann Reader"), second.ID)
		if i := k.ended(t, second.ID); i.State != report.Stopped || !strings.Contains(i.Message, "Nothing of it was taken in") {
			t.Errorf("one that was stopped while it waited: %+v", i)
		}
		if p, ok := k.Progress(third.ID); !ok || p.Before != 1 {
			t.Errorf("the third, now second: %+v, %v", p, ok)
		}
		<-k.turn
		if i := k.ended(t, first.ID); i.State != report.Done || i.Kept != 3 {
			t.Errorf("the first: %+v", i)
		}
		if i := k.ended(t, third.ID); i.State != report.Done || i.Kept != 3 {
			t.Errorf("the third: %+v", i)
		}
		k.Stop(t.Context(), accesstest.As("Ann Reader"), third.ID) // it has ended
		if err := k.Start(t.Context(), accesstest.As("Ann Reader"), second.ID, report.Mapping(second.Mapping), ""); err != nil {
			t.Fatal(err)
		}
		if i := k.ended(t, second.ID); i.State != report.Done || i.Kept != 3 {
			t.Errorf("the second, started again: %+v", i)
		}
		if err := k.Start(t.Context(), accesstest.As("Ann Reader"), second.ID, report.Mapping(second.Mapping), ""); !errors.Is(err, fault.Conflict) {
			t.Errorf("one that is done, started again: %v", err)
		}
	})
}

// ended waits until an import runs no more. Each look is a read of the database.
func (k around) ended(t testing.TB, id string) report.Import {
	t.Helper()
	for {
		if i := k.now(t, id); !i.State.Running() {
			return i
		}
	}
}

func TestCloseStopsWhatRunsAndWaits(t *testing.T) {
	k := deskOf(t, dbtest.SQLite(t))
	one, two := k.keep(t, heading+rowsOf(0, 3, "Theft")), k.keep(t, heading+rowsOf(3, 6, "Theft"))
	k.turn <- struct{}{}
	for _, i := range []report.Import{one, two} {
		if err := k.Start(t.Context(), accesstest.As("Ann Reader"), i.ID, nil, ""); err != nil {
			t.Fatal(err)
		}
	}
	k.Close()
	for _, i := range []report.Import{one, two} {
		if i = k.now(t, i.ID); i.State != report.Stopped || !strings.Contains(i.Message, "Clew was closed") || i.Ended.IsZero() {
			t.Errorf("after closing: %+v", i)
		}
	}
	if err := k.Start(t.Context(), accesstest.As("Ann Reader"), one.ID, nil, ""); err == nil {
		t.Error("an import was started after closing")
	}
	again := New(accesstest.Guard(t, k.db), k.held, k.reports, k.folder) // the program is started again
	defer again.Close()
	if err := again.Start(t.Context(), accesstest.As("Ann Reader"), one.ID, nil, ""); err != nil {
		t.Fatal(err)
	}
	if i := k.ended(t, one.ID); i.State != report.Done {
		t.Errorf("started again: %+v", i)
	}
}

func TestAgencyIsKeptWithTheMapping(t *testing.T) {
	k := deskOf(t, dbtest.SQLite(t))
	i := k.keep(t, "Crime No,Date Reported,Beat\nA1,05/01/2026,North\n")
	m, _ := MappingOf(&i)
	if err := k.Start(t.Context(), accesstest.As("Ann Reader"), i.ID, m, ""); err == nil {
		t.Fatal("an extract that says no agency was started without one")
	}
	if err := k.Start(t.Context(), accesstest.As("Ann Reader"), i.ID, m, "Northmoor Police"); err != nil {
		t.Fatal(err)
	}
	i = k.ended(t, i.ID)
	if m, agency := MappingOf(&i); agency != "Northmoor Police" || m["Crime No"] != "record_id" || len(m) != 2 || len(HeaderOf(&i)) != 3 {
		t.Errorf("kept %v, %q", m, agency)
	}
	if !strings.Contains(i.Message, "kept as they are: Beat") {
		t.Errorf("nothing says that a column was kept as it is: %q", i.Message)
	}
	if n := numberOf(t, k.db, `SELECT count(*) FROM reports WHERE agency = 'Northmoor Police'`); n != 1 {
		t.Errorf("%d reports of the agency", n)
	}
}

// The totals add up, and the same file again changes nothing, whatever is in it.
func TestTotalsAddUp(t *testing.T) {
	k := deskOf(t, dbtest.SQLite(t))
	rapid.Check(t, func(rt *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) string {
			id := rapid.SampledFrom([]string{"A", "B", "C", "D", ""}).Draw(rt, "id")
			day := rapid.SampledFrom([]string{"2026-02-03", "03/02/2026", "3/2/26", "", "2026-02-31", "9999-01-01"}).Draw(rt, "day")
			offence := rapid.SampledFrom([]string{"Theft", "Damage", "\"quo\nted\"", ""}).Draw(rt, "offence")
			extra := rapid.SampledFrom([]string{"", ",too many", "\xff"}).Draw(rt, "extra")
			return id + ",Agency," + day + "," + offence + ",x,Ann,Oakapple,,," + extra + "\n"
		}), 0, 30).Draw(rt, "lines")
		file := heading + strings.Join(lines, "")
		once, err := k.Run(t.Context(), accesstest.As("Ann Reader"), "a.csv", strings.NewReader(file), nil, "", func(string, int64, int64) {})
		if err != nil {
			rt.Fatal(err)
		}
		if once.Read != once.Kept+once.Already+once.Aside || once.Read != len(lines) || once.Corrected > once.Kept {
			rt.Errorf("of %d rows: %+v", len(lines), once)
		}
		aside := 0
		if err := k.reports.AsideRows(t.Context(), accesstest.As("Ann Reader"), once.ID, 0, func(a report.Aside) error { aside++; return nil }); err != nil || aside != once.Aside {
			rt.Errorf("%d rows set aside are kept, want %d; %v", aside, once.Aside, err)
		}
		reports := numberOf(t, k.db, `SELECT count(*) FROM reports`)
		again, err := k.Run(t.Context(), accesstest.As("Ann Reader"), "b.csv", strings.NewReader(file), nil, "", func(string, int64, int64) {})
		if err != nil {
			rt.Fatal(err)
		}
		if again.Kept != 0 || again.Already != once.Kept+once.Already || again.Aside != once.Aside || numberOf(t, k.db, `SELECT count(*) FROM reports`) != reports {
			rt.Errorf("the same again: %+v after %+v", again, once)
		}
	})
}

// A workbook that breaks off fails in words, keeps what was whole, and stays.
func TestFileThatBreaksOff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := deskOf(t, d)
		i, err := k.Keep(t.Context(), accesstest.As("Ann Reader"), "march.xlsx", bytes.NewReader(brokenBook(1500)))
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Start(t.Context(), accesstest.As("Ann Reader"), i.ID, report.Mapping(i.Mapping), ""); err != nil {
			t.Fatal(err)
		}
		i = k.ended(t, i.ID)
		if i.State != report.Failed || i.Kept != 1500 || !strings.Contains(i.Message, "march.xlsx is damaged") || !strings.Contains(i.Message, "1,500 rows before that are in") || !k.Has(i.ID) {
			t.Errorf("%+v", i)
		}
		if n := numberOf(t, d, `SELECT count(*) FROM match_models`); n != 1 {
			t.Errorf("%d models were learnt: what was whole is not settled", n)
		}
	})
}

// brokenBook is a workbook with so many rows, and then nothing.
func brokenBook(rows int) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	part := func(name, text string) {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			panic(err)
		}
	}
	part("[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`)
	part("_rels/.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`)
	part("xl/_rels/workbook.xml.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`)
	part("xl/workbook.xml", `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`)
	var s strings.Builder
	s.WriteString(`<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	for i := range rows + 1 {
		cells := []string{fmt.Sprint("X/", i), "Northmoor Police", "2026-02-03"}
		if i == 0 {
			cells = []string{"record_id", "agency", "reported_at"}
		}
		fmt.Fprintf(&s, `<row r="%d">`, i+1)
		for c, text := range cells {
			fmt.Fprintf(&s, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+c, i+1, text)
		}
		s.WriteString(`</row>`)
	}
	part("xl/worksheets/sheet1.xml", s.String()+`<row r="9999"><c r="A9999" t="inl`)
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// What is nobody's fault but ours fails in words that say so, and is logged.
func TestSomethingGoesWrongInClew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := deskOf(t, d)
		logged := make(chan error, 1)
		k.Log = func(_ string, err error) { logged <- err }
		i := k.keep(t, heading+rowsOf(0, 3, "Theft"))
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.Exec(t.Context(), `DROP TABLE search_terms`) }); err != nil {
			t.Fatal(err)
		}
		if err := k.Start(t.Context(), accesstest.As("Ann Reader"), i.ID, nil, ""); err != nil {
			t.Fatal(err)
		}
		if err := <-logged; err == nil || !strings.Contains(err.Error(), i.ID) {
			t.Errorf("logged: %v", err)
		}
		i = k.now(t, i.ID)
		if i.State != report.Failed || strings.Contains(i.Message, "search_terms") || !strings.Contains(i.Message, "no fault of the file") || i.Read != 0 {
			t.Errorf("%+v", i)
		}
		if n := numberOf(t, d, `SELECT count(*) FROM reports`); n != 0 {
			t.Errorf("%d reports of half a lot are in", n)
		}
	})
}

func TestKeepAndRemove(t *testing.T) {
	k := deskOf(t, dbtest.SQLite(t))
	i, err := k.Keep(t.Context(), accesstest.As("Ann Reader"), "../../C:\\Users\\her\\Mara \u202eQuill\x00.csv"+strings.Repeat("x", 300), strings.NewReader(heading))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(i.File, "Mara Quill.csvx") || len([]rune(i.File)) != 120 {
		t.Errorf("the file is shown as %q", i.File)
	}
	left, err := os.ReadDir(k.folder)
	if err != nil || len(left) != 1 || left[0].Name() != i.ID {
		t.Fatalf("the folder holds %v, %v", left, err)
	}
	if info, err := left[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the upload: %v, %v", info.Mode(), err)
	}
	if _, err := k.Keep(t.Context(), accesstest.As("Ann Reader"), "cut.csv", io.MultiReader(strings.NewReader(heading), iotest.ErrReader(io.ErrUnexpectedEOF))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("an upload that broke off: %v", err)
	}
	if left, _ := os.ReadDir(k.folder); len(left) != 1 {
		t.Errorf("an upload that broke off is left behind: %v", left)
	}
	if err := k.Remove(t.Context(), accesstest.As("Ann Reader"), i.ID); err != nil {
		t.Fatal(err)
	}
	if i = k.now(t, i.ID); k.Has(i.ID) || i.State != report.Stopped || !strings.Contains(i.Message, "The file was removed") {
		t.Errorf("after removing: %+v", i)
	}
	if err := k.Remove(t.Context(), accesstest.As("Ann Reader"), i.ID); err != nil {
		t.Errorf("removing again: %v", err)
	}
	if err := k.Remove(t.Context(), accesstest.As("Ann Reader"), "none"); !errors.Is(err, fault.NotFound) {
		t.Errorf("removing nothing: %v", err)
	}
}
