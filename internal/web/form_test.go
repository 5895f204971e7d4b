package web_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"clew/internal/web"
)

func TestFormReading(t *testing.T) {
	m := web.NewMux(nil)
	called := false
	m.Handle("POST /", func(w http.ResponseWriter, r *http.Request) error {
		called = true
		if got := web.Text(r, "account"); got != "first\n\nlast" {
			t.Errorf("Text %q", got)
		}
		if got := web.Texts(r, "fear"); !slices.Equal(got, []string{"violence", "distress"}) {
			t.Errorf("Texts %q", got)
		}
		if !web.Ticked(r, "fear", "violence") || web.Ticked(r, "fear", "none") {
			t.Error("Ticked is wrong")
		}
		for field, want := range map[string]int{"many": 1200, "minus": -3} {
			if n, ok := web.Number(r, field); !ok || n != want {
				t.Errorf("Number %s: %d %v", field, n, ok)
			}
		}
		for _, field := range []string{"account", "none", "half"} {
			if n, ok := web.Number(r, field); ok {
				t.Errorf("Number %s: %d", field, n)
			}
		}
		return web.See(w, r, "/")
	})
	ask(m, "POST", "/", form(url.Values{
		"account": {"\r\n  first\r\n\r\nlast\x00\x1b  "}, "fear": {"violence", "", "distress"}, "many": {" 1,200 "}, "minus": {"-3"}, "half": {"0.5"},
	}))
	if !called {
		t.Fatal("the handler was not called")
	}
}

// A form that was cut off, or is too long, is never taken for one half filled in.
func TestFormsThatCannotBeRead(t *testing.T) {
	called := false
	m := web.NewMux(nil)
	m.Handle("POST /", func(http.ResponseWriter, *http.Request) error { called = true; return nil })
	big := form(url.Values{"account": {strings.Repeat("a", 1<<20)}})
	many := url.Values{}
	for range 3000 {
		many.Add("x", "y")
	}
	bad := func(r *http.Request) {
		form(nil)(r)
		r.Body = io.NopCloser(strings.NewReader("a=%zz"))
	}
	broken := func(r *http.Request) {
		form(nil)(r)
		r.Body = io.NopCloser(io.MultiReader(strings.NewReader("a=b&c="), brokenReader{}))
	}
	for name, c := range map[string]struct {
		change func(*http.Request)
		status int
		says   string
	}{"big": {big, 413, "1 MB"}, "many": {form(many), 413, "too large"}, "bad": {bad, 400, "cannot be read"}, "broken": {broken, 400, "cut off"}} {
		answer := ask(m, "POST", "/", c.change)
		if got := body(t, answer); answer.StatusCode != c.status || !strings.Contains(got, c.says) || called {
			t.Errorf("%s: %d (handled: %v), want %d with %q\n%s", name, answer.StatusCode, called, c.status, c.says, got)
		}
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// upload is a form with a file.
func upload(t *testing.T, fields [][2]string, file, name string, content []byte) func(*http.Request) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range fields {
		if err := w.WriteField(f[0], f[1]); err != nil {
			t.Fatal(err)
		}
	}
	if file != "" {
		part, err := w.CreateFormFile(file, name)
		if err != nil {
			t.Fatal(err)
		}
		part.Write(content)
	}
	w.Close()
	return func(r *http.Request) {
		r.Header.Set("Content-Type", w.FormDataContentType())
		r.Body = io.NopCloser(&b)
	}
}

func TestUpload(t *testing.T) {
	const limit = 3 << 20
	var got []byte
	var file web.File
	m := web.NewMux(nil)
	m.Handle("POST /", web.Limit(limit, func(w http.ResponseWriter, r *http.Request) (err error) {
		if file, err = web.Upload(r, "extract"); err != nil {
			return err
		}
		if got, err = io.ReadAll(file); err != nil {
			return err
		}
		return web.See(w, r, "/")
	}))
	content := bytes.Repeat([]byte("row,of,data\r\n"), 200_000) // longer than a form may be
	answer := ask(m, "POST", "/", upload(t, [][2]string{{"agency", " nsp\r\n"}}, "extract", "../March 2026.csv", content))
	if answer.StatusCode != 303 || !bytes.Equal(got, content) || file.Name != "March 2026.csv" || file.Fields.Get("agency") != "nsp" {
		t.Errorf("%d, %d bytes of %d, %q, %v", answer.StatusCode, len(got), len(content), file.Name, file.Fields)
	}
	answer = ask(m, "POST", "/", upload(t, nil, "extract", "big.csv", make([]byte, limit+1)))
	if page := body(t, answer); answer.StatusCode != 413 || !strings.Contains(page, "3 MB") {
		t.Errorf("too large: %d\n%s", answer.StatusCode, page)
	}
	answer = ask(m, "POST", "/", upload(t, [][2]string{{"agency", "nsp"}}, "", "", nil))
	if answer.StatusCode != 303 || file.Name != "" || len(got) != 0 {
		t.Errorf("without a file: %d %q", answer.StatusCode, file.Name)
	}
	answer = ask(m, "POST", "/", form(url.Values{"extract": {"x"}}))
	if answer.StatusCode != 400 {
		t.Errorf("as a plain form: %d", answer.StatusCode)
	}
}

func TestFlashIsShownOnce(t *testing.T) {
	w := httptest.NewRecorder()
	web.Flash(w, httptest.NewRequest("POST", "/", nil), "report-kept")
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(w.Result().Cookies()[0])
	w = httptest.NewRecorder()
	if got := web.Flashed(w, r); got != "report-kept" {
		t.Errorf("got %q", got)
	}
	if c := w.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
		t.Errorf("it is not taken away: %v", c)
	}
	if got := web.Flashed(w, httptest.NewRequest("GET", "/", nil)); got != "" {
		t.Errorf("without one: %q", got)
	}
	r = httptest.NewRequest("GET", "/", nil)
	r.AddCookie(&http.Cookie{Name: "clew-flash", Value: "You have won"})
	if got := web.Flashed(w, r); got != "" {
		t.Errorf("made up: %q", got)
	}
}

func TestPaging(t *testing.T) {
	for query, want := range map[string]int{"": 1, "page=3": 3, "page=0": 1, "page=-4": 1, "page=x": 1, "page=99999999999999999999": 1, "page=9999999999": 1_000_000} {
		r := httptest.NewRequest("GET", "/list?"+query, nil)
		r.ParseForm()
		if p := web.PageOf(r); p.Number != want || p.Offset() != (want-1)*50 || p.Limit() != 50 {
			t.Errorf("%s: %+v", query, p)
		}
	}
	r := httptest.NewRequest("GET", "/list?kind=crime&page=4&kind=call", nil)
	r.ParseForm()
	links := web.PageOf(r).Links(r, 612) // 13 pages
	var numbers []string
	for _, i := range links.Items {
		s := i.Number
		if i.Ellipsis {
			s = "…"
		}
		if i.Current {
			s += "*"
		}
		numbers = append(numbers, s)
	}
	if got, want := strings.Join(numbers, " "), "1 … 3 4* 5 … 13"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := links.Next.Href, "/list?kind=crime&kind=call&page=5"; got != want {
		t.Errorf("next is %s, want %s", got, want)
	}
	if got, want := links.Items[0].Href, "/list?kind=crime&kind=call"; got != want {
		t.Errorf("first is %s, want %s", got, want)
	}
	last := web.Page{Number: 13, Size: 50}
	if l := last.Links(r, 612); l.Next.Href != "" || !l.Items[len(l.Items)-1].Current {
		t.Errorf("last: %+v", l)
	}
	if (web.Page{Number: 1, Size: 50}).HasLinks(50) || !(web.Page{Number: 1, Size: 50}).HasLinks(51) || !(web.Page{Number: 2, Size: 50}).Past(50) || (web.Page{Number: 1, Size: 50}).Past(0) {
		t.Error("a list of 50 is one page, one of 51 is two, and an empty one has a first page")
	}
}

// Whatever is sent as a form with a file, reading it ends, in an error or a file.
func FuzzUpload(f *testing.F) {
	f.Add("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.csv\"\r\n\r\nq\r\n--b--\r\n")
	f.Add("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n\r\n--b--")
	f.Add("--b\r\n\r\n--b")
	f.Fuzz(func(t *testing.T, sent string) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(sent))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		file, err := web.Upload(r, "f")
		if err != nil {
			if s := web.Status(err); s != 400 && s != 413 {
				t.Fatalf("%d: %v", s, err)
			}
			return
		}
		if strings.ContainsAny(file.Name, "/\x00\r\n") {
			t.Fatalf("name %q", file.Name)
		}
		n, _ := io.Copy(io.Discard, file)
		if int(n) > len(sent) {
			t.Fatalf("%d bytes of %d", n, len(sent))
		}
	})
}
