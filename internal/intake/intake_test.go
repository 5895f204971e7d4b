package intake_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/demo"
	"clew/internal/fault"
	"clew/internal/intake"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
)

// house is the stores around a desk.
type house struct {
	reports *report.Store
	held    *pattern.Store
	audit   *recording.Store
}

func built(t testing.TB, d *db.DB) house {
	t.Helper()
	return house{report.NewStore(accesstest.Guard(t, d)), pattern.NewStore(accesstest.Guard(t, d), person.NewStore(accesstest.Guard(t, d))), recording.NewStore(accesstest.Guard(t, d))}
}

// extractOf is an invented county's records as a file.
func extractOf(t testing.TB, records int) []byte {
	t.Helper()
	dir := t.TempDir()
	if err := demo.WriteFiles(dir, demo.Options{Records: records}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "records.csv"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func quiet(string, int64, int64) {}

func addsUp(t *testing.T, i report.Import) {
	t.Helper()
	if i.Read != i.Kept+i.Already+i.Aside {
		t.Errorf("read %d, kept %d, already %d, aside %d do not add up", i.Read, i.Kept, i.Already, i.Aside)
	}
}

// TestImportTwice: the same file twice changes nothing, and says so.
func TestImportTwice(t *testing.T) {
	file := append(extractOf(t, 2500), []byte("bad,row\nX/1,Northmoor Police,crime,03/02/26\n")...)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, folder := built(t, d), t.TempDir()
		in := intake.New(accesstest.Guard(t, d), h.held, h.reports, folder)
		defer in.Close()
		first, err := in.Run(t.Context(), accesstest.As("Ann Reader"), "extract.csv", bytes.NewReader(file), nil, "", quiet)
		if err != nil {
			t.Fatal(err)
		}
		if addsUp(t, first); first.State != report.Done || first.Kept != 2500 || first.Aside != 2 {
			t.Errorf("the first time: %+v", first)
		}
		before, total, err := h.audit.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{}, 0, 500)
		if err != nil || total == 0 {
			t.Fatalf("%d patterns, %v", total, err)
		}
		again, err := in.Run(t.Context(), accesstest.As("Ann Reader"), "extract.csv", bytes.NewReader(file), nil, "", quiet)
		if err != nil {
			t.Fatal(err)
		}
		if addsUp(t, again); again.Kept != 0 || again.Already != 2500 || again.Aside != 2 {
			t.Errorf("the second time: %+v", again)
		}
		after, _, err := h.audit.Worklist(t.Context(), accesstest.As("Ann Reader"), recording.Filter{}, 0, 500)
		if err != nil || fmt.Sprint(before) != fmt.Sprint(after) {
			t.Errorf("the same file twice changed the worklist (%v)", err)
		}
		var reasons []string
		if err := h.reports.AsideRows(t.Context(), accesstest.As("Ann Reader"), first.ID, 0, func(a report.Aside) error { reasons = append(reasons, a.Reason); return nil }); err != nil || len(reasons) != 2 {
			t.Errorf("set aside: %q, %v", reasons, err)
		}
		if left, _ := os.ReadDir(folder); len(left) != 0 {
			t.Errorf("%d uploads left behind", len(left))
		}
	})
}

// TestImportStoppedAndStartedAgain stops a run after its first lot: whole lots
// are in, the rest is not, and starting again ends as one run would have.
func TestImportStoppedAndStartedAgain(t *testing.T) {
	file := extractOf(t, 3500)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		in := intake.New(accesstest.Guard(t, d), h.held, h.reports, t.TempDir())
		ctx, stop := context.WithCancel(t.Context())
		_, err := in.Run(ctx, accesstest.As("Ann Reader"), "extract.csv", bytes.NewReader(file), nil, "", func(stage string, done, _ int64) {
			if stage == "reading" {
				stop()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("a stopped run: %v", err)
		}
		all, _, err := h.reports.Imports(t.Context(), accesstest.As("Ann Reader"), 0, 10)
		if err != nil || len(all) != 1 || all[0].State != report.Stopped || all[0].Read != 1000 {
			t.Fatalf("after stopping: %+v, %v", all, err)
		}
		if err := in.Start(t.Context(), accesstest.As("Ann Reader"), all[0].ID, nil, ""); err != nil {
			t.Fatal(err)
		}
		if err := in.Start(t.Context(), accesstest.As("Ann Reader"), all[0].ID, nil, ""); !errors.Is(err, fault.Conflict) {
			t.Errorf("started twice: %v", err)
		}
		i := await(t, h, all[0].ID)
		if addsUp(t, i); i.State != report.Done || i.Already != 1000 || i.Kept != 2500 {
			t.Errorf("started again: %+v", i)
		}
		in.Close()
	})
}

// await waits until an import runs no more. Each look is a read of the database,
// so nothing spins.
func await(t *testing.T, h house, id string) report.Import {
	t.Helper()
	for {
		i, err := h.reports.ImportOf(t.Context(), accesstest.As("Ann Reader"), id)
		if err != nil {
			t.Fatal(err)
		}
		if !i.State.Running() {
			return i
		}
	}
}

func TestImportThatCannotBeRead(t *testing.T) {
	d := dbtest.SQLite(t)
	h, folder := built(t, d), t.TempDir()
	in := intake.New(accesstest.Guard(t, d), h.held, h.reports, folder)
	defer in.Close()
	for name, content := range map[string]string{"empty": "", "a document": "%PDF-1.7\n1 0 obj\n"} {
		_, err := in.Keep(t.Context(), accesstest.As("Ann Reader"), name, strings.NewReader(content))
		if bad := (fault.Invalid{}); !errors.As(err, &bad) {
			t.Errorf("%s: %v, want a message", name, err)
		}
	}
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("%d uploads kept that cannot be read", len(left))
	}
	i, err := in.Keep(t.Context(), accesstest.As("Ann Reader"), "theirs.csv", strings.NewReader("Crime No,Date Reported,MO\nA1,05/01/2026,He followed her\nA2,05/01/26,No year\n"))
	if err != nil || i.Mapping["Crime No"] != "record_id" {
		t.Fatalf("%+v, %v", i, err)
	}
	err = in.Start(t.Context(), accesstest.As("Ann Reader"), i.ID, report.Mapping{"Crime No": "record_id"}, "X")
	if bad := (fault.Invalid{}); !errors.As(err, &bad) {
		t.Errorf("a mapping without a date: %v", err)
	}
	p, err := in.Preview(t.Context(), accesstest.As("Ann Reader"), i, report.Mapping(i.Mapping), "Northmoor Police")
	if err != nil || p.Wrong != nil || len(p.Rows) != 2 || p.Rows[0].Record == nil || p.Rows[1].Reason == "" {
		t.Errorf("preview: %+v, %v", p, err)
	}
	if err := in.Start(t.Context(), accesstest.As("Ann Reader"), "none", nil, ""); !errors.Is(err, fault.NotFound) {
		t.Errorf("an import that is not there: %v", err)
	}
}

// TestProgramEndsDuringImport: what ran is marked, and can be started again.
func TestProgramEndsDuringImport(t *testing.T) {
	d := dbtest.SQLite(t)
	h := built(t, d)
	i, err := h.reports.BeginImport(t.Context(), accesstest.As("Ann Reader"), "x.csv", "f", nil)
	if err == nil {
		_, err = h.reports.StartImport(t.Context(), accesstest.As("Ann Reader"), i.ID, nil)
	}
	if err == nil {
		err = h.reports.Interrupted(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	in := intake.New(accesstest.Guard(t, d), h.held, h.reports, t.TempDir())
	defer in.Close()
	got, err := h.reports.ImportOf(t.Context(), accesstest.As("Ann Reader"), i.ID)
	if err != nil || got.State != report.Stopped || got.Message == "" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := in.Start(t.Context(), accesstest.As("Ann Reader"), i.ID, nil, ""); !errors.Is(err, fault.NotFound) {
		t.Errorf("started without its file: %v", err)
	}
}
