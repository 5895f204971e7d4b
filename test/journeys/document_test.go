package journeys_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clew/internal/web/webtest"
)

// TestDocuments is files put with a case: without any, several at once of which some
// cannot be kept, one of an incident, shared with another agency, and taken back.
func TestDocuments(t *testing.T) {
	a, site := program(t, 2000)
	a.Cases.MostDocument = 1 << 20
	all := mostReported(t, a, 1)
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	picture := image.NewGray(image.Rect(0, 0, 400, 800))
	picture.SetGray(7, 7, color.Gray{200})
	var screen bytes.Buffer
	if err := png.Encode(&screen, picture); err != nil {
		t.Fatal(err)
	}
	long := "Bildschirmfoto von " + strings.Repeat("Nachrichten ", 12) + "– 3. Mai.png"
	shot, letter := file(long, screen.Bytes()), file("letter.pdf", []byte("%PDF-1.7 Dear Mara"))
	empty, big, script := file("empty.txt", nil), file("big.mov", make([]byte, 2<<20)), file("holiday.jpg", []byte("MZ\x90\x00"+strings.Repeat("\x00", 300)))

	b := webtest.Browser(t).Tab(t, site)
	as := func(who string) {
		b.Visit("/come-in")
		b.Follow(`button[value="` + who + `"]`)
	}
	says := func(css string, all ...string) {
		t.Helper()
		got := b.Text(css)
		for _, s := range all {
			if !strings.Contains(got, s) {
				t.Errorf("the page does not say %q: %s", s, got)
			}
		}
	}
	as("ruth")
	b.Visit("/patterns/" + all[0].ID)
	b.Follow(`form[action="/cases"] button`)
	kase := b.Path()
	says("main", "There is none here.")
	b.Follow(`a[href$="/documents/new"]`)
	looks(t, b, "document-new")
	if b.Follow(`main form button.govuk-button`); b.Status() != 422 {
		t.Errorf("without a file: %d", b.Status())
	}
	says("main", "Choose a file")
	looks(t, b, "document-none")
	b.Attach("#files", shot)
	if b.Follow(`main form button.govuk-button`); b.Status() != 422 {
		t.Errorf("without words: %d", b.Status())
	}
	says("main", "Say what it is, in a few words", "Choose the files again")
	looks(t, b, "document-wordless")
	b.Fill("#words", "Messages of 3 May, from her phone")
	b.Choose("#reads", "safeguarding")
	b.Attach("#files", shot, empty, letter, big, script)
	if b.Follow(`main form button.govuk-button`); b.Status() != 422 {
		t.Errorf("with some that cannot be kept: %d", b.Status())
	}
	says("main", "empty.txt: The file is empty", "big.mov: The file is larger than 1 MB")
	says("#kept", "Bildschirmfoto von Nachrichten", "letter.pdf", "holiday.jpg")
	looks(t, b, "document-some")
	b.Attach("#files", shot)
	b.Follow(`main form button.govuk-button`)
	says("main", "It is here already, put in on")
	b.Visit(kase + "/documents")
	says("main", "3 documents, the newest first", "Program", "May run", "Picture", "PDF")
	looks(t, b, "documents")
	b.Follow(`main table tbody tr:first-child a`)
	says("main", "A computer may run this file")
	looks(t, b, "document-runs")
	b.Visit(kase)
	says("main", "3 documents, the newest first")
	looks(t, b, "case-documents")
	b.Visit(kase + "/timeline")
	says("main", "Messages of 3 May, from her phone")
	looks(t, b, "timeline-documents")

	b = webtest.Browser(t).Tab(t, site) // each is given so much time
	as("ruth")
	b.Visit(kase + "/incidents/new")
	b.Fill("#happened", "3/5/2026")
	b.Choose("#kind", "message")
	b.Click(`input[name="suspect"]`)
	b.Follow(`main form button.govuk-button`)
	incident := b.Path()
	b.Follow(`a[href*="/documents/new?incident="]`)
	if got := b.Value("#incident"); !strings.HasSuffix(incident, got) || got == "" {
		t.Errorf("the incident it belongs to is %q, want that of %s", got, incident)
	}
	b.Fill("#words", "Her letter to the housing office")
	b.Attach("#files", file("housing.txt", []byte("Dear housing office")))
	b.Follow(`main form button.govuk-button`)
	says("main", "The document is kept", "My agency alone")
	b.Visit(incident)
	says("main", "Her letter to the housing office")
	looks(t, b, "incident-documents")
	b.Follow(`main ul a[href*="/documents/"]`)
	one := b.Path()
	looks(t, b, "document")

	b = webtest.Browser(t).Tab(t, site)
	as("isla")
	b.Visit(kase + "/documents")
	says("main", "3 documents, the newest first")
	if status := b.Visit(one); status != 404 {
		t.Errorf("an advocate opens what is the police’s own: %d", status)
	}

	as("ruth")
	b.Visit(one)
	b.Click(`details:has(form[action$="/share"]) summary`)
	if b.Follow(`form[action$="/share"] button`); b.Status() != 422 {
		t.Errorf("shared without a reason: %d", b.Status())
	}
	looks(t, b, "document-share-wrong")
	b.Choose("#basis", "consent")
	b.Follow(`form[action$="/share"] button`)
	says("main", "The other agencies may read it now")
	as("isla")
	b.Visit(one)
	says("main", "Her letter to the housing office", "the victim agrees")
	if b.Count(`form[action$="/removal"]`) != 0 {
		t.Error("somebody else’s document can be taken back")
	}
	as("ruth")
	b.Visit(one)
	b.Click(`details:has(form[action$="/removal"]) summary`)
	if b.Follow(`form[action$="/removal"] button`); b.Status() != 422 {
		t.Errorf("taken back without a reason: %d", b.Status())
	}
	looks(t, b, "document-removal-wrong")
	b.Fill("#why", "It is about somebody else")
	b.Follow(`form[action$="/removal"] button`)
	says("main", "the file is destroyed", "It is about somebody else")
	looks(t, b, "document-gone")
	b.Visit(kase + "/documents")
	says("main", "3 documents, and 1 destroyed", "It is about somebody else")
	looks(t, b, "documents-gone")

	plain := webtest.Browser(t).Tab(t, site).WithoutScripts()
	plain.Visit("/come-in")
	plain.Follow(`button[value="ruth"]`)
	plain.Visit(kase + "/documents/new")
	plain.Fill("#words", "A note on the door")
	plain.Attach("#files", file("door.txt", []byte("I know where you are")))
	plain.Follow(`main form button.govuk-button`)
	if got := plain.Text("main"); !strings.Contains(got, "The document is kept") || !strings.Contains(got, "A note on the door") {
		t.Errorf("without scripts: %s", got)
	}
}
