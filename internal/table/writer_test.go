package table_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"clew/internal/table"
)

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"":                    "",
		"Mara":                "Mara",
		"=cmd|' /C calc'!A0":  "'=cmd|' /C calc'!A0",
		"+1+cmd|' /C calc'":   "'+1+cmd|' /C calc'",
		"-2+3+cmd":            "'-2+3+cmd",
		"@SUM(1)":             "'@SUM(1)",
		"\t=1":                "'\t=1",
		"\r=1":                "'\r=1",
		"-1.5":                "-1.5",
		"-1,200":              "-1,200",
		"+447700900123":       "+447700900123",
		"+44 (0)7700 900123":  "+44 (0)7700 900123",
		"-":                   "-",
		"- he called":         "'- he called",
		"a=1":                 "a=1",
		"quote \"x\", or two": "quote \"x\", or two",
	} {
		for _, safe := range []bool{true, false} {
			if !safe {
				want = in
			}
			var b bytes.Buffer
			w := table.NewWriter(&b, "a", "b")
			w.Safe = safe
			w.Write(in, "x")
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
			r, err := table.New(bytes.NewReader(b.Bytes()), int64(b.Len()), "x")
			if err != nil {
				t.Fatal(err)
			}
			row, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if row.Cells[0] != want {
				t.Errorf("%q, safe %t, is %q, want %q", in, safe, row.Cells[0], want)
			}
			if back := table.Unguarded(row.Cells[0]); back != in {
				t.Errorf("%q, safe %t, comes back as %q", in, safe, back)
			}
		}
	}
}

func TestCreate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	read := func() string {
		b, err := os.ReadFile(path)
		if err != nil {
			return err.Error()
		}
		return string(b)
	}
	alone := func() {
		t.Helper()
		all, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			if e.Name() != "out.csv" {
				t.Errorf("%s is left over", e.Name())
			}
		}
	}
	begin := func(text string) *table.File {
		t.Helper()
		f, err := table.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
		return f
	}

	begin("given up").Abort()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("after Abort there is a file: %v", err)
	}
	alone()

	f := begin("one")
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	f.Abort() // as a defer would
	if got := read(); got != "one" {
		t.Errorf("after Commit: %q", got)
	}
	if err := f.Commit(); err == nil {
		t.Error("a second Commit says it did something")
	}
	alone()

	f = begin("two")
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	if got := read(); got != "one" {
		t.Errorf("before Commit: %q", got)
	}
	f.Abort()
	if got := read(); got != "one" {
		t.Errorf("after Abort: %q", got)
	}
	alone()

	if err := begin("three").Commit(); err != nil {
		t.Fatal(err)
	}
	if got := read(); got != "three" {
		t.Errorf("after a second file: %q", got)
	}

	link := filepath.Join(t.TempDir(), "link.csv")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	f, err := table.Create(link)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("by a link")
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := read(); got != "by a link" {
		t.Errorf("through a link: %q", got)
	}

	f, err = table.Create(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("x")
	if err := f.Commit(); err != nil {
		t.Errorf("to a device: %v", err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("the device is now %v, %v", info, err)
	}

	for _, path := range []string{dir, filepath.Join(dir, "none", "out.csv")} {
		if _, err := table.Create(path); err == nil {
			t.Errorf("Create(%q) did not fail", path)
		}
	}
}
