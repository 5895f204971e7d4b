package app

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/casefile"
)

// TestLongDiaryThroughItsPage pastes 20,000 lines as a browser sends them: what could not
// be read is shown with why, before and after the rest is kept.
func TestLongDiaryThroughItsPage(t *testing.T) {
	p := open(t)
	p.who = access.Actor{Account: string(access.Officer), Agency: "police:1", Name: "Officer", Purpose: access.Protect, Session: "s"}
	path := "/cases/" + p.ids[own]["case"]
	send := func(fields url.Values) (int, string) {
		t.Helper()
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		for name, values := range fields {
			for _, v := range values {
				if err := form.WriteField(name, v); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := form.Close(); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "http://localhost"+path+"/diary", &b)
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		w := httptest.NewRecorder()
		p.pages.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	var text strings.Builder
	for i := range 20_000 {
		if i == 12_344 {
			text.WriteString("<b>Easter Monday</b> his car again\r\n")
			continue
		}
		fmt.Fprintf(&text, "%s called me four times from a number I do not know, and said nothing at all\r\n", time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i)*time.Hour).Format("2/1/2006 15:04"))
	}
	fields := url.Values{"diary": {text.String()}, "suspect": {casefile.Nobody}, "reads": {"safeguarding"}, "do": {"read"}}
	has := func(page string, words ...string) {
		t.Helper()
		for _, s := range words {
			if !strings.Contains(page, s) {
				t.Errorf("the page does not say %q", s)
			}
		}
	}
	code, page := send(fields)
	if code != 200 {
		t.Fatalf("reading it: %d", code)
	}
	has(page, "19,999 entries can be read", "1 line cannot be read", "12345", "&lt;b&gt;Easter Monday&lt;/b&gt; his car again", "begin with a date")
	_, paste, _ := strings.Cut(page, `name="paste" value="`)
	paste, _, _ = strings.Cut(paste, `"`)
	fields.Set("do", "keep")
	fields.Set("paste", paste)
	code, page = send(fields)
	if code != 200 {
		t.Fatalf("keeping it: %d", code)
	}
	has(page, "19,999 entries are kept", "&lt;b&gt;Easter Monday&lt;/b&gt; his car again\n</textarea>")
	if code, _ := send(fields); code != http.StatusSeeOther {
		t.Errorf("sent again: %d", code)
	}
	list, err := p.Cases.Incidents(t.Context(), p.who, p.ids[own]["case"], "", "", 0, 1)
	if err != nil || list.Total != 20_000 { // with the one that was there
		t.Errorf("%d incidents, %v", list.Total, err)
	}
	fields.Set("diary", strings.Repeat("12/3/2026 he called\n", 25_001))
	fields.Set("paste", "another")
	if code, page := send(fields); code != http.StatusUnprocessableEntity || !strings.Contains(page, "25,000 entries at most") {
		t.Errorf("more than may be: %d", code)
	}
	fields.Set("diary", strings.Repeat("x", 9<<20))
	if code, page := send(fields); code != http.StatusRequestEntityTooLarge || !strings.Contains(page, "too large") {
		t.Errorf("9 MB: %d", code)
	}
}

// TestLongIncident sends more than an incident may say, in two sizes.
func TestLongIncident(t *testing.T) {
	p := open(t)
	p.who = access.Actor{Account: string(access.Officer), Agency: "police:1", Name: "Officer", Purpose: access.Protect, Session: "s"}
	for size, want := range map[int]struct {
		code  int
		words string
	}{20_001: {422, "20,000 characters at most"}, 1 << 20: {413, "Send at most 1 MB at a time"}} {
		form := url.Values{"happened": {"3/1/2026"}, "kind": {"call"}, "suspect": {casefile.Nobody}, "reads": {"safeguarding"}, "words": {strings.Repeat("x", size)}}
		r := httptest.NewRequest(http.MethodPost, "http://localhost/cases/"+p.ids[own]["case"]+"/incidents", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		w := httptest.NewRecorder()
		p.pages.ServeHTTP(w, r)
		if w.Code != want.code || !strings.Contains(w.Body.String(), want.words) {
			t.Errorf("%d characters: %d, want %d and %q", size, w.Code, want.code, want.words)
		}
	}
}
