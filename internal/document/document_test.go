package document

import (
	"archive/zip"
	"bytes"
	"path"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestCleanName(t *testing.T) {
	for raw, want := range map[string]string{
		"photo.jpg":                           "photo.jpg",
		`C:\Users\Mara\Desktop\letter.pdf`:    "letter.pdf",
		"../../etc/passwd":                    "passwd",
		"..":                                  "document",
		"":                                    "document",
		"/":                                   "document",
		"\x00\x07\n":                          "document",
		"a\r\nContent-Type: x.html":           "a Content-Type_ x.html",
		"photo\u202egpj.exe":                  "photogpj.exe", // written backwards
		"\u2067שלום\u2069.txt":                "שלום.txt",
		"zero\u200bwidth\ufeff.png":           "zerowidth.png",
		"  many   spaces .txt ":               "many spaces .txt",
		`a<b>"c"|d?e*f:g.txt`:                 "a_b__c__d_e_f_g.txt",
		"\xff\xfe.doc":                        "\uFFFD.doc",
		strings.Repeat("é", 300) + ".docx":    strings.Repeat("é", 145) + ".docx",
		"x." + strings.Repeat("y", 300):       "x." + strings.Repeat("y", 148),
		"Foto vom 3. Mai – München 🙂.jpeg":    "Foto vom 3. Mai – München 🙂.jpeg",
		"no-break\u00a0space\u2028line.txt":   "no-break space line.txt",
		strings.Repeat("a", 149) + " . .. .x": strings.Repeat("a", 148) + ".x",
	} {
		if got := CleanName(raw); got != want {
			t.Errorf("%q is called %q, want %q", raw, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"a.txt", `..\..`, "\u202e", strings.Repeat("x", 400), "a/b\\c", ". .", "\xff", "x." + strings.Repeat(".", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		name := CleanName(raw)
		if name == "" || !utf8.ValidString(name) || utf8.RuneCountInString(name) > longestName || strings.ContainsAny(name, `/\<>:"|?*`) || strings.Trim(name, " .") != name {
			t.Errorf("%q is called %q", raw, name)
		}
		for _, c := range name {
			if !unicode.IsPrint(c) {
				t.Errorf("%q is called %q", raw, name)
			}
		}
		if again := CleanName(name); again != name {
			t.Errorf("%q is called %q, and that %q", raw, name, again)
		}
	})
}

// TestKinds finds what files are from their bytes, whatever they are called.
func TestKinds(t *testing.T) {
	packed := func(first, second string) string {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, name := range []string{first, second} {
			w, err := z.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte(strings.Repeat("<a/>", 200))); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for _, x := range []struct {
		begin, kind string
		runs        bool
	}{
		{"\xff\xd8\xff\xe0\x00\x10JFIF", "Picture", false},
		{"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "Picture", false},
		{"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "Picture", false}, // of a phone
		{"%PDF-1.7\n", "PDF", false},
		{"ID3\x04\x00\x00\x00\x00\x00\x01", "Sound", false},
		{"OggS\x00\x02" + strings.Repeat("\x00", 22) + "OpusHead", "Sound", false}, // a voice message
		{"\x00\x00\x00\x1cftypM4A \x00\x00", "Sound", false},
		{"\x00\x00\x00\x18ftypmp42\x00\x00", "Film", false},
		{packed("[Content_Types].xml", "word/document.xml"), "Word document", false},
		{packed("[Content_Types].xml", "xl/workbook.xml"), "Spreadsheet", false},
		{packed("a.jpg", "b.jpg"), "Archive", false},
		{"{\\rtf1\\ansi", "Word document", false},
		{"She rang at ten.\n", "Text", false},
		{"MZ\x90\x00" + strings.Repeat("\x00", 200), "Program", true},
		{"\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 60), "Program", true},
		{"#!/bin/sh\nrm -rf /\n", "Program", true},
		{"<!DOCTYPE html><script>alert(1)</script>", "Web page", true},
		{`<svg xmlns="http://www.w3.org/2000/svg"></svg>`, "Web page", true},
		{"\x01\x02\x03\x04", "Kind not known", false},
	} {
		d := Document{Name: "holiday.jpg", Type: detect([]byte(x.begin))}
		if d.Kind() != x.kind || d.Runs() != x.runs {
			t.Errorf("%.20q is %s, called %q, runs: %v; want %q, %v", x.begin, d.Type, d.Kind(), d.Runs(), x.kind, x.runs)
		}
	}
	for _, name := range []string{"holiday.bat", "invoice.PS1", "a.docm"} {
		if d := (Document{Name: name, Type: "text/plain"}); !d.Runs() {
			t.Errorf("%s does not run", path.Base(name))
		}
	}
}
