package app

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/db/dbtest"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
	"clew/internal/web/webtest"
)

// payloads are those of testdata/payloads.txt.
func payloads(t *testing.T) (all []string) {
	t.Helper()
	b, err := os.ReadFile("testdata/payloads.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		times := 1
		if i := strings.LastIndex(line, `" x `); i >= 0 {
			n, err := strconv.Atoi(line[i+4:])
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			line, times = line[:i+1], n
		}
		text, err := strconv.Unquote(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, strings.Repeat(text, times))
	}
	if len(all) < 200 {
		t.Fatalf("%d payloads, want 200 or more", len(all))
	}
	return all
}

// A shape is what pages are made of: the elements there are, each with its attributes.
type shape map[string]bool

// markup says what a page is made of, and what in it leads elsewhere or would run.
func markup(t *testing.T, body []byte) (all shape, wrong []string) {
	t.Helper()
	page, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	all = shape{}
	for n := range page.Descendants() {
		if n.Type == html.CommentNode {
			wrong = append(wrong, "a comment: "+short(n.Data))
		}
		if n.Type != html.ElementNode {
			continue
		}
		all["<"+n.Data+">"] = true
		if n.Data == "script" && n.FirstChild != nil && strings.Contains(n.FirstChild.Data, "zq") {
			wrong = append(wrong, "a script: "+short(n.FirstChild.Data))
		}
		for _, a := range n.Attr {
			all["<"+n.Data+" "+a.Key+">"] = true
			switch a.Key {
			case "href", "src", "action", "formaction", "data", "srcset", "xlink:href", "poster":
				if u, err := url.Parse(a.Val); err == nil && (u.IsAbs() || u.Host != "") || err != nil && !strings.HasPrefix(a.Val, "/") || strings.HasPrefix(a.Val, `\`) || strings.HasPrefix(a.Val, `/\`) || strings.HasPrefix(a.Val, "//") {
					wrong = append(wrong, n.Data+" leads to "+short(a.Val))
				}
			case "class", "id":
				for c := range strings.FieldsSeq(a.Val) {
					if c == "zq" {
						wrong = append(wrong, n.Data+" has a "+a.Key+" of the payload")
					}
				}
			}
		}
	}
	return all, wrong
}

func short(s string) string { return strconv.Quote(s[:min(len(s), 60)]) }

// A sowing puts a text into every field there is, and looks at every page and file
// that could show it.
type sowing struct {
	*beat
	see func(what string, w *httptest.ResponseRecorder)
}

func (s *sowing) get(path string) { s.see("GET "+path, s.do("GET", path, nil)) }
func (s *sowing) post(path string, form url.Values) *httptest.ResponseRecorder {
	w := s.do("POST", path, form)
	s.see("POST "+path, w)
	return w
}

// sow puts one text everywhere; n makes what must differ differ.
func (s *sowing) sow(text string, n int) {
	serial := fmt.Sprint(n)
	form := url.Values{}
	for _, f := range []string{"agency", "record_id", "kind", "reported_at", "offence_code", "offence", "narrative", "occurred_from", "occurred_to", "count", "place", "relationship"} {
		form.Set(f, text)
	}
	for _, side := range []string{"victim", "suspect"} {
		for _, f := range []string{"given_name", "family_name", "aliases", "dob", "sex", "phone", "email", "handle", "address", "postcode", "vehicle", "ref"} {
			form.Set(side+"_"+f, text)
		}
	}
	form.Set("do", "check")
	s.post("/reports", form) // drawn again with all that is wrong with it
	form.Set("do", "keep")
	for field, good := range map[string]string{"reported_at": "2026-02-20", "occurred_from": "", "occurred_to": "", "count": "1", "agency": cut(text, 100) + "A", "record_id": cut(text, 100) + serial, "victim_phone": "07700 9" + fmt.Sprintf("%05d", n), "suspect_phone": "07701 9" + fmt.Sprintf("%05d", n)} {
		form.Set(field, good)
	}
	w := s.post("/reports", form)
	form.Set("reported_at", "2026-02-25")
	form.Set("record_id", cut(text, 100)+serial+"b")
	if again := s.post("/reports", form); again.Code == 303 {
		w = again
	}
	if w.Code == 303 {
		key := strings.TrimSuffix(strings.TrimPrefix(w.Header().Get("Location"), "/reports/"), "/part")
		for _, path := range []string{"/reports/" + key, "/reports/" + key + "/part", "/people/" + person.VictimOf(key), "/people/" + person.SuspectOf(key)} {
			s.get(path)
		}
		s.post("/people/"+person.SuspectOf(key)+"/decisions", url.Values{"a": {person.SuspectOf(key)}, "b": {s.ids["person"]}, "same": {"no"}, "reason": {text}})
		s.get("/people/" + person.SuspectOf(key))
		id, err := s.Audit.PatternOf(s.t.Context(), s.officer, key)
		if err == nil {
			s.get("/patterns/" + id)
			if d, err := s.Audit.Decide(s.t.Context(), s.officer, id, recording.Stalking, cut(text, 100), text, 2); err == nil {
				s.post("/decisions/"+d+"/answers", url.Values{"answer": {text}, "reason": {text}})
				_, _ = s.Audit.Answer(s.t.Context(), access.Program("police:1", text), d, recording.Disagree, text)
			}
			s.get("/patterns/" + id)
		}
		s.get("/audit/classifications/" + report.Classification(cut(text, 100), text))
	}
	s.post("/cases/"+s.ids["case"]+"/referrals", url.Values{"wish": {text}, "to": {text}, "basis": {text}, "why": {text}, "safety": {text}})
	s.post("/cases/"+s.ids["case"]+"/referrals", url.Values{"wish": {"lead"}, "to": {confidant}, "basis": {"consent"}, "why": {text}, "safety": {cut(text, 300)}})
	if page, err := s.Cases.One(s.t.Context(), s.officer, s.ids["case"], 0, 1); err == nil {
		referral := "/referrals/" + page.Referrals[0].ID
		s.get(referral)
		s.post(referral+"/back", url.Values{"words": {strings.Repeat(text+" ", 2001)[:2001]}})
		s.post(referral+"/back", url.Values{"words": {text}})
		s.get(referral)
		s.get("/cases/" + s.ids["case"])
	}
	s.get("/referrals?box=out")
	joins := "/cases/" + s.ids["case"]
	s.post(joins+"/merge", url.Values{"other": {""}, "why": {text}, "version": {text}})
	s.post(joins+"/merge", url.Values{"other": {text}, "why": {text}})
	s.post(joins+"/merge/undo", url.Values{"join": {text}, "why_undo": {text}})
	s.post(joins+"/split", url.Values{"suspect": {text}, "why_split": {text}})
	s.post(joins+"/split/undo", url.Values{"join": {text}, "why_undo": {text}})
	s.post(joins+"/series", url.Values{"linked": {text}})
	s.get(joins + "/crimes")
	s.post("/search", url.Values{"q": {text}})
	s.post("/worklist", url.Values{"name": {text}, "agency": {text}, "relationship": {text}, "since": {text}, "finding": {text}, "state": {text}, "sort": {text}})
	s.get("/worklist?" + url.Values{"agency": {text}, "finding": {text}, "sort": {text}, "page": {text}}.Encode())
	s.post("/worklist/views", url.Values{"view": {cut(text, 60)}, "agency": {text}, "sort": {text}})
	s.get("/worklist")
	s.get("/audit/classifications?q=" + url.QueryEscape(text))
	s.post("/audit/samples", url.Values{"size": {text}, "seed": {text}, "agency": {text}, "finding": {text}})
	if id, err := s.Audit.Draw(s.t.Context(), s.officer, cut(text, 60), 3, recording.Filter{Agency: ""}); err == nil {
		s.get("/audit/samples/" + id)
		s.get("/audit/samples/" + id + "/csv")
	}
	var b bytes.Buffer
	cells := csv.NewWriter(&b)
	_ = cells.Write([]string{"agency", "record_id", "reported_at", "narrative", text})
	_ = cells.Write([]string{text, text + serial, text, text, text})
	_ = cells.Write([]string{cut(text, 50) + "A", cut(text, 50) + serial + "i", "2026-02-20", text, text})
	cells.Flush()
	if i, err := s.Intake.Keep(s.t.Context(), s.officer, text+".csv", bytes.NewReader(b.Bytes())); err == nil {
		s.get("/imports/" + i.ID)
		s.post("/imports/"+i.ID+"/start", url.Values{"do": {"preview"}, "agency": {text}, "c0": {text}})
	}
	if i, err := s.Intake.Run(s.t.Context(), s.officer, text+".csv", bytes.NewReader(b.Bytes()), report.Mapping{"agency": "agency", "record_id": "record_id", "reported_at": "reported_at", "narrative": "narrative"}, "", nil); err == nil {
		s.get("/imports/" + i.ID)
		s.get("/imports/" + i.ID + "/progress")
		s.get("/imports/" + i.ID + "/aside.csv")
	}
	kase := "/cases/" + s.ids["case"]
	wild := url.Values{}
	for _, f := range []string{"happened", "kind", "suspect", "words", "reads", "times", "until", "often", "turn", "place", "place_words", "position", "vehicle", "channel", "behaviours", "acts", "number", "handle", "device", "wording", "method", "known", "fear", "impact", "why", "seen"} {
		wild.Set(f, text)
	}
	s.post(kase+"/incidents", wild)
	tame := url.Values{"happened": {"3/1/2026"}, "kind": {"call"}, "suspect": {casefile.Nobody}, "reads": {"safeguarding"}, "words": {text}, "often": {cut(text, 200)}, "place_words": {cut(text, 200)}, "number": {cut(text, 100)}, "handle": {cut(text, 100)}, "fear": {"2"}}
	w = s.post(kase+"/incidents", tame)
	if n == 0 && w.Code != 303 {
		s.t.Fatalf("an incident in plain words: %d", w.Code)
	}
	if w.Code == 303 {
		one := w.Header().Get("Location")
		tame.Set("why", text)
		tame.Set("seen", "1")
		s.post(one+"/correction", wild)
		s.post(one+"/correction", tame)
		s.post(one+"/known", url.Values{"agency": {text}, "known": {text}, "replaces": {text}})
		s.post(one+"/known", url.Values{"agency": {"police:1"}, "known": {"3/1/2026"}})
		s.post(one+"/impact", url.Values{"fear": {text}, "impact": {text}, "felt": {text}, "felt_words": {text}})
		s.post(one+"/impact", url.Values{"fear": {"1"}, "felt": {"3/1/2026"}, "felt_words": {text}})
		s.get(one)
		s.get(one + "/correction")
	}
	hand := url.Values{}
	for _, f := range []string{"given_name", "family_name", "called", "dob", "suspect", "suspect_given_name", "suspect_family_name", "suspect_called", "suspect_dob", "relationship", "words", "basis", "do", "victim_is", "victim_is_offered"} {
		hand.Set(f, text)
	}
	s.post("/cases/new", hand)
	for _, do := range []string{"look", "change", "open"} {
		s.post("/cases/new", url.Values{"given_name": {cut(text, 100)}, "called": {cut(text, 100)}, "suspect": {"yes"}, "suspect_family_name": {cut(text, 100)}, "words": {text}, "relationship": {text}, "basis": {"consent"}, "victim_is": {"new"}, "do": {do}})
	}
	contacts := "/people/" + s.ids["person"] + "/contacts"
	s.post(contacts, url.Values{"kind": {text}, "value": {text}, "note": {text}, "known": {text}, "since": {text}, "position": {text}, "from": {text}, "until": {text}})
	s.post(contacts, url.Values{"kind": {"routine"}, "value": {cut(text, 300)}, "note": {cut(text, 300)}, "known": {"no"}, "position": {"NZ 271 421"}})
	s.get(contacts)
	s.post(kase+"/diary", url.Values{"diary": {text + "\n3/1/2026 " + text}, "suspect": {text}, "reads": {text}, "known": {text}, "paste": {text}})
	s.post(kase+"/diary", url.Values{"do": {"keep"}, "diary": {text + "\n3/1/2026 " + text}, "suspect": {casefile.Nobody}, "reads": {"own"}, "paste": {text + serial}})
	s.get(kase + "/incidents?" + url.Values{"kind": {text}, "suspect": {text}, "page": {text}}.Encode())
	s.get(kase + "/incidents")
	s.post(kase+"/documents", url.Values{"words": {text}, "incident": {text}, "reads": {text}})
	s.get(kase + "/documents/new?" + url.Values{"incident": {text}}.Encode())
	one, err := s.Cases.PutIn(s.t.Context(), s.officer, s.ids["case"], casefile.Paper{Words: cut("A file: "+text, 500), Reads: casefile.Alone}, text, strings.NewReader(text+serial))
	if err != nil {
		s.t.Fatal(err)
	}
	paper := kase + "/documents/" + one
	s.get(paper)
	s.get(paper + "/file")
	s.get(kase + "/documents?" + url.Values{"incident": {text}, "page": {text}}.Encode())
	s.get(kase + "/documents")
	s.post(paper+"/share", url.Values{"basis": {text}})
	s.post(paper+"/share", url.Values{"basis": {"consent"}})
	s.post(paper+"/removal", url.Values{"why": {strings.Repeat(text+" ", 501)[:501]}})
	s.get(kase)
	s.post(paper+"/removal", url.Values{"why": {cut(text, 500)}})
	s.get(paper)
	s.get(kase)
	s.get("/imports")
	s.post("/agencies/new", url.Values{"id": {text}, "name": {text}, "kind": {text}})
	s.post("/agencies/new", url.Values{"id": {"police:" + serial}, "name": {cut(text, 80)}, "kind": {"police"}})
	s.get("/agencies/police:" + serial)
	s.post("/accounts/new", url.Values{"name": {text}, "sign-in": {text}, "agency": {text}, "roles": {text}, "until": {text}})
	s.post("/accounts/new", url.Values{"name": {cut(text, 60)}, "sign-in": {"p" + serial + "@example.org"}, "agency": {"police:1"}, "roles": {"officer"}})
	s.get("/accounts")
	s.post("/account/purpose", url.Values{"purpose": {text}})
	s.post("/sign-in", url.Values{"sign-in": {text}, "password": {text}})
	for _, path := range []string{"/reports/", "/people/", "/patterns/", "/imports/", "/audit/samples/", "/audit/classifications/", "/invitations/", "/set-up/", "/agencies/"} {
		s.get(path + url.PathEscape(cut(text, 300)))
	}
}

func cut(s string, most int) string {
	r := []rune(s)
	return string(r[:min(len(r), most)])
}

// TestPayloads puts each payload through every field, and looks at all that shows it. A
// page is made of nothing that it is not made of with plain words; a cell of a file
// is no formula; a header says nothing it would not say.
func TestPayloads(t *testing.T) {
	all := payloads(t)
	if os.Getenv("CLEW_ATTACK") != "1" { // make attack takes all of them, and some minutes
		var some []string
		for i := 0; i < len(all); i += 8 {
			some = append(some, all[i])
		}
		all = append(some, "null", "-")
	}
	s := &sowing{beat: patrol(t, dbtest.SQLite(t), false, true)}
	s.officer.Proved = s.db.Now()
	plainly, headers, pages := shape{}, shape{}, 0
	s.see = func(what string, w *httptest.ResponseRecorder) {
		if w.Code >= 500 {
			t.Fatalf("%s: %d, of plain words", what, w.Code)
		}
		for name := range w.Header() {
			headers[name] = true
		}
		if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			made, wrong := markup(t, w.Body.Bytes())
			for part := range made {
				plainly[part] = true
			}
			if len(wrong) > 0 {
				t.Fatalf("%s: %v, of plain words", what, wrong)
			}
		}
	}
	for i := range 30 { // enough for lists to have pages
		s.sow([]string{"Plain words", "7", "2026-02-20", "Stalking", "", "He followed her home, x@example.org @zq, and she is afraid he will kill her. He texted 20 times.", strings.Repeat("word ", 900)}[i%7], i)
	}
	s.askAll()
	headers["Retry-After"] = true // of whoever tries to sign in too often
	for i, text := range all {
		s.heard = nil
		s.see = func(what string, w *httptest.ResponseRecorder) {
			pages++
			what = fmt.Sprintf("payload %s, %.80s", short(text), what)
			if w.Code >= 500 {
				t.Errorf("%s: %d", what, w.Code)
			}
			for name := range w.Header() {
				if !headers[name] && name != "Location" && name != "Allow" {
					t.Errorf("%s: a header %s: %s", what, name, w.Header()[name])
				}
			}
			switch kind := w.Header().Get("Content-Type"); {
			case strings.HasPrefix(kind, "text/html"):
				made, wrong := markup(t, w.Body.Bytes())
				for part := range made {
					if !plainly[part] {
						wrong = append(wrong, part)
					}
				}
				for _, x := range wrong {
					t.Errorf("%s made %s", what, x)
				}
			case strings.HasPrefix(kind, "text/csv"):
				rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(w.Body.Bytes(), []byte("\xef\xbb\xbf")))).ReadAll()
				if err != nil {
					t.Errorf("%s: %v", what, err)
				}
				for _, row := range rows {
					for _, c := range row {
						if _, err := strconv.ParseFloat(c, 64); c != "" && c != "-" && err != nil && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
							t.Errorf("%s: a cell is a formula: %s", what, short(c))
						}
					}
				}
			case strings.HasPrefix(kind, "application/json"):
				if !json.Valid(w.Body.Bytes()) {
					t.Errorf("%s: not JSON: %s", what, short(w.Body.String()))
				}
			}
		}
		s.sow(text, 100+i)
	}
	t.Logf("%d payloads, %d answers", len(all), pages)
}

// TestPayloadsInBrowser opens in a browser what payloads were put into. Nothing runs,
// nothing is asked of elsewhere, and the policy has nothing to refuse.
func TestPayloadsInBrowser(t *testing.T) {
	browser := webtest.Browser(t)
	s := &sowing{beat: patrol(t, dbtest.SQLite(t), false, true)}
	s.officer.Proved = s.db.Now()
	var paths []string
	s.see = func(what string, w *httptest.ResponseRecorder) {
		path, isGet := strings.CutPrefix(what, "GET ")
		if isGet && w.Code == 200 && strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") && len(path) < 200 {
			paths = append(paths, path)
		}
	}
	for i, text := range payloads(t) {
		if i%4 == 0 {
			s.sow(text, 100+i)
		}
	}
	site := webtest.Serve(t, s.pages)
	seen := map[string]bool{}
	var tab *webtest.Tab
	n := 0
	for _, path := range paths {
		if seen[path] || path == "/accounts" || path == "/imports" || path == "/worklist" {
			continue
		}
		seen[path] = true
		if n%100 == 0 {
			tab = browser.Tab(t, site)
		}
		n++
		tab.Visit(path)
	}
	tab = browser.Tab(t, site)
	for _, path := range []string{"/", "/accounts", "/imports", "/worklist", "/audit", "/audit/classifications", "/agencies"} {
		tab.Visit(path)
	}
	tab.Quiet()
	t.Logf("%d pages", n)
}
