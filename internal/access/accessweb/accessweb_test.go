package accessweb_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/access/accessweb"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

const (
	north = "police:1"
	haven = "haven"
)

// A house is the pages over a database, and somebody who uses them. The account of a
// person is the first name, in lower case.
type house struct {
	*webtest.Site
	t   *testing.T
	d   *db.DB
	g   *access.Guard
	who map[string]access.Actor
	now time.Time
}

var people = map[string]string{
	"ann": "Ann Reader", "bob": "Bob Marchbanks", "bea": "Bea Marchbanks", "sup": "Sue Petrie", "aud": "Audrey Tell", "cus": "Cuthbert Keep", "ada": "Ada Minton", "out": "Ola Utter", "old": "Olaf Dane",
}

// open serves two agencies: the police with a report r1 of a victim and a suspect,
// and a service for advocacy with a custodian.
func open(t *testing.T, where string) *house {
	t.Helper()
	h := &house{t: t, who: map[string]access.Actor{}, now: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
	var err error
	if h.d, err = db.Open(t.Context(), where, func() time.Time { return h.now }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.d.Close() })
	h.g = access.NewGuard(h.d)
	h.g.Shut = func(_ context.Context, _ db.Querier, mentions []string) ([]string, error) { return mentions, nil }
	h.g.Who = func(_ context.Context, _ db.Querier, accounts []string) (map[string]access.Colleague, error) {
		all := map[string]access.Colleague{}
		for _, a := range accounts {
			if who, ok := h.who[a]; ok {
				all[a] = access.Colleague{Name: who.Name, Agency: who.Agency}
			}
		}
		return all, nil
	}
	for account, roles := range map[string][]access.Role{
		"ann": {access.Officer}, "bob": {access.Officer, access.Supervisor}, "bea": {access.CallHandler}, "sup": {access.Supervisor}, "aud": {access.Auditor}, "cus": {access.Custodian}, "ada": {access.Administrator}, "out": {access.Custodian, access.Officer}, "old": nil,
	} {
		agency := north
		if account == "out" {
			agency = haven
		}
		by := accesstest.Somebody(t, h.d, agency, account, roles...)
		by.Name = people[account]
		h.who[account] = by
	}
	h.write(func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Exec(ctx, `INSERT INTO reports (id, agency, record, reference, kind, reported, happened, happened_to, offence_code, offence, classification, occurrences, relationship, place, narrative, outcome, victim, suspect, extra, fingerprint, same_record, replaced_by, import, line, taken_in_by, taken_in, holder)
			VALUES ('r1', '', '', '', '', 0, '', '', '', '', '', 1, '', '', '', '', '{}', '{}', '{}', '', '', '', '', 0, '', 0, $1)`, north); err != nil {
			return err
		}
		for _, m := range []string{"r1v", "r1s"} {
			if err := tx.Exec(ctx, `INSERT INTO mentions (id, report, person, probability, name, born, prepared, holder) VALUES ($1, 'r1', $1, 1, '', '', $2, $3)`, m, []byte{}, north); err != nil {
				return err
			}
			if err := tx.Exec(ctx, `INSERT INTO people (id, name, born, as_victim, as_suspect, pool) VALUES ($1, 'Mara Quill', '', 0, 0, $2)`, m, north); err != nil {
				return err
			}
		}
		return tx.Exec(ctx, `UPDATE agencies SET name = CASE WHEN id = 'haven' THEN 'Northmoor Haven' ELSE 'Northmoor Police' END`)
	})
	m := web.NewMux(nil)
	linked(m)
	accessweb.Routes(m, accessweb.Pages{
		Guard: h.g,
		Names: func(_ context.Context, accounts []string) (map[string]string, error) {
			all := map[string]string{}
			for _, a := range accounts {
				all[a] = h.who[a].Name
			}
			return all, nil
		},
		Agencies: func(context.Context, access.Actor) ([]accessweb.Choice, error) {
			return []accessweb.Choice{{ID: haven, Name: "Northmoor Haven", About: "Advocacy service"}, {ID: north, Name: "Northmoor Police", About: "Police"}}, nil
		},
		Colleagues: func(_ context.Context, by access.Actor, search string) (all []accessweb.Choice, err error) {
			for _, account := range []string{"ada", "ann", "aud", "bea", "bob", "cus", "old", "sup"} {
				if strings.Contains(strings.ToLower(h.who[account].Name), strings.ToLower(search)) {
					all = append(all, accessweb.Choice{ID: account, Name: h.who[account].Name})
				}
			}
			return all, nil
		},
		Places: []accessweb.Place{{Name: "People", Href: "/accounts", About: "Who may sign in", Action: access.ManageAccounts}},
	})
	door := http.NewServeMux()
	door.HandleFunc("GET /as/{who}", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "as", Value: r.PathValue("who"), Path: "/"})
		http.Redirect(w, r, "/administration", http.StatusSeeOther)
	})
	door.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		var by access.Actor
		if c, err := r.Cookie("as"); err == nil {
			by = h.who[c.Value]
			by.Proved = h.now
		}
		m.ServeHTTP(w, r.WithContext(access.With(r.Context(), by)))
	})
	h.Site = webtest.Serve(t, door)
	return h
}

func (h *house) write(f func(context.Context, *db.Tx) error) {
	h.t.Helper()
	if err := h.d.Write(h.t.Context(), func(tx *db.Tx) error { return f(h.t.Context(), tx) }); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) as(who string) { h.Get(h.t, "/as/"+who) }

func (h *house) look(who, what, id string, about ...string) {
	h.t.Helper()
	if err := h.g.Look(h.t.Context(), h.who[who], access.ReadReport, func(_ *db.View, s *access.Sight) error { s.Saw(what, id, about...); return nil }); err != nil {
		h.t.Fatal(err)
	}
}

// want fails the test unless an answer has the status and its body all the texts.
// A text that begins with ! must not be there. No title or address may hold a name.
func (h *house) want(a webtest.Answer, status int, texts ...string) {
	h.t.Helper()
	if a.Status != status {
		h.t.Errorf("status %d, want %d", a.Status, status)
	}
	doc, err := html.Parse(strings.NewReader(a.Body))
	if err != nil {
		h.t.Fatal(err)
	}
	var b strings.Builder
	quiet := func(what, text string) {
		low := strings.ToLower(text)
		for account, name := range people {
			if strings.Contains(low, strings.ToLower(name)) || strings.Contains(low, "/"+account) || strings.Contains(low, "="+account) {
				h.t.Errorf("%s holds a name: %s", what, text)
			}
		}
		if strings.Contains(low, "mara") || strings.Contains(low, "quill") {
			h.t.Errorf("%s holds a name: %s", what, text)
		}
	}
	quiet("Location", a.Location)
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" {
			b.WriteString(n.Data + " ")
			if n.Parent.Data == "title" {
				quiet("the title", n.Data)
			}
		}
		for _, at := range n.Attr {
			if at.Key == "href" || at.Key == "action" {
				quiet(at.Key, at.Val)
			}
		}
	}
	body := strings.Join(strings.Fields(b.String()), " ")
	for _, text := range texts {
		not, text := strings.HasPrefix(text, "!"), strings.TrimPrefix(text, "!")
		if strings.Contains(body, text) == not {
			h.t.Errorf("%q there: %v\n%s", text, !not, body)
		}
	}
}

var ids = regexp.MustCompile(`\b[0-9a-hjkmnp-tv-z]{16}\b`)

// golden compares what is on a page, but for its frame, with a file.
func (h *house) golden(name string, a webtest.Answer) {
	h.t.Helper()
	seen := map[string]string{}
	webtest.Golden(h.t, name, ids.ReplaceAllStringFunc(a.Main(), func(id string) string {
		if seen[id] == "" {
			seen[id] = fmt.Sprintf("ID%d", len(seen)+1)
		}
		return seen[id]
	}))
}

func TestHub(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		h := open(t, where)
		for who, want := range map[string][]string{
			"ada": {"People", "Agreements", "What a colleague may do", "!Unusual looking", "!Conflicts of interest"},
			"aud": {"Who did and saw what", "Unusual looking", "!Agreements", "!People"},
			"cus": {"Conflicts of interest", "Unusual looking", "!Who did and saw what"},
			"ann": {"Nothing here is part of your work", "!Agreements"},
			"old": {"Nothing here is part of your work"},
		} {
			h.as(who)
			h.want(h.Get(t, "/administration"), 200, want...)
		}
		h.as("ada")
		h.golden("administration", h.Get(t, "/administration"))
	})
}

// TestWhoMayNot asks for each page as each of those whom it is not for.
func TestWhoMayNot(t *testing.T) {
	h := open(t, filepath.Join(t.TempDir(), "clew.db"))
	may := map[string]string{
		"GET /agreements": "ada", "GET /agreements/new": "ada", "POST /agreements": "ada", "GET /agreements/x": "ada", "POST /agreements/x/withdraw": "ada",
		"GET /administration/colleague": "ada", "POST /administration/colleague": "ada",
		"GET /locks": "cus out", "POST /locks/x/lift": "cus out", "POST /conflicts/new": "ann bob sup cus out", "POST /conflicts": "ann bob sup cus out",
		"GET /ledger/entries": "aud", "POST /ledger/entries": "aud", "POST /ledger/entries/export": "aud",
		"GET /people/r1v/looks": "aud sup bob", "GET /glass": "aud cus out", "GET /unusual": "aud cus out", "GET /unusual/x": "aud cus out", "POST /unusual/x/close": "aud cus out",
	}
	full := url.Values{"mention": {"r1v"}, "accounts": {"old"}, "reason": {"x"}, "why": {"x"}, "title": {"x"}, "basis": {"x"}, "level": {"together"}, "verdict": {"justified"}, "parties": {north, haven}, "recipient": {"x"},
		"since-day": {"1"}, "since-month": {"1"}, "since-year": {"2026"}, "until-day": {"1"}, "until-month": {"1"}, "until-year": {"2027"}, "review-day": {"1"}, "review-month": {"6"}, "review-year": {"2026"}}
	for who := range people {
		h.as(who)
		for route, allowed := range may {
			method, path, _ := strings.Cut(route, " ")
			forms := []url.Values{full}
			if method == "POST" && path != "/conflicts" && path != "/agreements" && !strings.HasPrefix(path, "/agreements/x") && path != "/unusual/x/close" {
				forms = append(forms, url.Values{"mention": {"r1v"}, "what": {""}, "on": {"x"}}) // what is wrong is no way in either
			}
			for _, form := range forms {
				var a webtest.Answer
				if method == "GET" {
					a = h.Get(t, path)
				} else {
					a = h.Post(t, path, form)
				}
				ok := strings.Contains(" "+allowed+" ", " "+who+" ")
				if refused := a.Status == http.StatusForbidden; refused == ok {
					t.Errorf("%s as %s: status %d", route, who, a.Status)
				}
			}
		}
	}
}

func agreement() url.Values {
	return url.Values{"title": {"Stalking protocol"}, "basis": {"Public task"}, "level": {"together"}, "parties": {north, haven},
		"since-day": {"1"}, "since-month": {"3"}, "since-year": {"2026"}, "until-day": {"28"}, "until-month": {"2"}, "until-year": {"2028"}, "review-day": {"1"}, "review-month": {"3"}, "review-year": {"2027"}}
}

func TestAgreements(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		h := open(t, where)
		h.as("ada")
		a := h.Get(t, "/agreements")
		h.want(a, 200, "There is no agreement yet")
		h.golden("agreements-none", a)
		h.golden("agreement-new", h.Get(t, "/agreements/new"))
		a = h.Post(t, "/agreements", url.Values{"parties": {north}, "since-day": {"31"}, "since-month": {"2"}, "since-year": {"2026"}})
		h.want(a, 422, "Error: Enter an agreement", "Enter the title of the agreement", "Enter the lawful basis for sharing", "Select two agencies or more", "Enter a real day, such as 31 3 2027", "!Enter the day it begins")
		h.golden("agreement-wrong", a)
		a = h.Post(t, "/agreements", agreement())
		if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location, "/agreements/") {
			t.Fatalf("%d to %s", a.Status, a.Location)
		}
		at := a.Location
		a = h.Get(t, at)
		h.want(a, 200, "The agreement is kept", "In force", "Northmoor Haven and Northmoor Police", "1 March 2026", "28 February 2028", "Ada Minton, 2 March 2026")
		h.golden("agreement", h.Get(t, at))
		h.golden("agreements", h.Get(t, "/agreements"))
		h.want(h.Post(t, "/agreements", agreement()), 422, "is party to “Stalking protocol” in those days")
		h.want(h.Post(t, at+"/withdraw", url.Values{"why": {" "}}), 422, "Say why it is withdrawn", "Stalking protocol")
		if a = h.Post(t, at+"/withdraw", url.Values{"why": {"It was signed by nobody"}}); a.Status != http.StatusSeeOther {
			t.Fatalf("withdrawn: %d", a.Status)
		}
		h.want(h.Get(t, at), 200, "The agreement is withdrawn", "It was signed by nobody", "!Withdraw it")
		h.want(h.Post(t, at+"/withdraw", url.Values{"why": {"Twice"}}), 409)
		h.want(h.Get(t, "/agreements/none"), 404)
	})
}

func TestConflictAndLocks(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		h := open(t, where)
		h.as("ann")
		h.want(h.Get(t, "/conflicts/new"), 200, "Start from the page of the person")
		if a := h.Post(t, "/conflicts/new", nil); a.Status != http.StatusSeeOther {
			t.Errorf("without a mention: %d", a.Status)
		}
		a := h.Post(t, "/conflicts/new", url.Values{"mention": {"r1v"}})
		h.want(a, 200, "You do not need to be sure", "Me", "!Bob Marchbanks")
		h.golden("conflict", a)
		h.want(h.Post(t, "/conflicts/new", url.Values{"mention": {"r1v"}, "find": {"1"}}), 422, "Enter a name to look for")
		h.want(h.Post(t, "/conflicts/new", url.Values{"mention": {"r1v"}, "find": {"1"}, "search": {"zz"}}), 422, "Nobody of your agency is called that")
		a = h.Post(t, "/conflicts/new", url.Values{"mention": {"r1v"}, "find": {"1"}, "search": {"march"}, "accounts": {"sup"}, "reason": {"He is her sergeant"}})
		h.want(a, 200, "Sue Petrie", "Bea Marchbanks", "Bob Marchbanks", "He is her sergeant")
		if !strings.Contains(a.Body, `value="sup" checked`) {
			t.Error("who was chosen before is lost")
		}
		a = h.Post(t, "/conflicts", url.Values{"mention": {"r1v"}})
		h.want(a, 422, "Select who must not see this", "Say what the conflict of interest is")
		h.golden("conflict-wrong", a)
		if a = h.Post(t, "/conflicts", url.Values{"mention": {"r1v"}, "accounts": {"bob", "aud"}, "reason": {"He is her sergeant"}}); a.Status != http.StatusSeeOther || a.Location != "/conflicts/kept" {
			t.Fatalf("%d to %s", a.Status, a.Location)
		}
		h.want(h.Get(t, "/conflicts/kept"), 200, "It is hidden from them")
		h.want(h.Post(t, "/conflicts", url.Values{"mention": {"none"}, "accounts": {"bob"}, "reason": {"x"}}), 404)
		h.as("bob")
		h.want(h.Get(t, "/people/r1v/looks"), 404)

		h.as("cus")
		a = h.Get(t, "/locks")
		h.want(a, 200, "1 lock stands; 0 lifted", "Audrey Tell and Bob Marchbanks", "He is her sergeant", "Ann Reader, 2 March 2026 at 12:00pm", "Ask that it be lifted")
		h.golden("locks", a)
		lift := regexp.MustCompile(`action="(/locks/[^"]+/lift)"`).FindStringSubmatch(a.Body)[1]
		h.golden("locks-asked", func() webtest.Answer { h.Post(t, lift, nil); return h.Get(t, "/locks") }())
		h.want(h.Get(t, "/locks"), 200, "It waits for a custodian of another agency", "!Agree to lift it")
		h.want(h.Post(t, lift, nil), 422, "A second custodian, of another agency, must agree: you asked for this")
		h.as("out")
		h.want(h.Get(t, "/locks"), 200, "Agree to lift it", "Cuthbert Keep")
		if a = h.Post(t, lift, nil); a.Status != http.StatusSeeOther {
			t.Errorf("second custodian: %d", a.Status)
		}
		h.want(h.Get(t, "/locks"), 200, "The lock is lifted", "0 locks stand; 1 lifted", "Cuthbert Keep and Ola Utter", "!Agree to lift it")
		h.want(h.Post(t, lift, nil), 409)
		h.want(h.Post(t, "/locks/none/lift", nil), 404)
	})
}

func TestManyLocks(t *testing.T) {
	h := open(t, filepath.Join(t.TempDir(), "clew.db"))
	for range 53 {
		if _, err := h.g.Flag(t.Context(), h.who["ann"], "r1v", []string{"bob"}, nil, "They are friends"); err != nil {
			t.Fatal(err)
		}
	}
	h.as("cus")
	h.want(h.Get(t, "/locks"), 200, "53 locks stand", "Next")
	if n := strings.Count(h.Get(t, "/locks?page=9").Body, "Flagged by"); n != 3 {
		t.Errorf("%d locks on the last page, want 3", n)
	}
}

func TestEntries(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		h := open(t, where)
		h.look("ann", "report", "r1", "r1v", "r1s")
		h.look("bob", "person", "r1v", "r1v")
		h.look("out", "report", "r2")
		h.as("ann")
		h.Get(t, "/unusual") // refused, and kept
		h.as("aud")
		a := h.Get(t, "/ledger/entries")
		h.want(a, 200, "3 entries", "Ann Reader", "Bob Marchbanks", "Read a report", "No role in force allows it", "About 2 people", "To protect somebody", "!Ola Utter")
		h.golden("entries", a)
		find := func(form url.Values) webtest.Answer { return h.Post(t, "/ledger/entries", form) }
		h.want(find(url.Values{"name": {"ann"}}), 200, "2 entries", "Ann Reader", "!Read a report Person")
		h.want(find(url.Values{"name": {"nobody"}}), 422, "Nobody of your agency is called that")
		a = find(url.Values{"name": {"march"}})
		h.want(a, 422, "Select which of them you mean", "Bea Marchbanks", "Bob Marchbanks")
		h.golden("entries-which", a)
		h.want(find(url.Values{"name": {"march"}, "for": {"march"}, "account": {"bob"}}), 200, "1 entry", "Bob Marchbanks")
		h.want(find(url.Values{"name": {"ann"}, "for": {"march"}, "account": {"bob"}}), 200, "Ann Reader", "!Bob Marchbanks") // another name was typed since
		h.want(find(url.Values{"on": {"r1"}}), 422, "Select what the number is of")
		h.want(find(url.Values{"what": {"report"}, "on": {"r1"}}), 200, "1 entry", "Ann Reader")
		h.want(find(url.Values{"what": {"person"}, "on": {"r1v"}}), 200, "2 entries")
		h.want(find(url.Values{"outcome": {access.Refused}}), 200, "1 entry", "Read unusual looking")
		h.want(find(url.Values{"since-day": {"31"}, "since-month": {"2"}, "since-year": {"2026"}}), 422, "Enter a real day")
		h.want(find(url.Values{"since-day": {"3"}, "since-month": {"3"}, "since-year": {"2026"}, "until-day": {"1"}, "until-month": {"3"}, "until-year": {"2026"}}), 422, "The last day must not come before the first")
		h.want(find(url.Values{"since-day": {"3"}, "since-month": {"3"}, "since-year": {"2026"}}), 200, "Nothing fits")

		a = h.Post(t, "/ledger/entries/export", url.Values{"name": {"ann"}, "account": {"ann"}, "for": {"ann"}})
		h.want(a, 422, "Enter who will receive the file")
		if a.Header.Get("Content-Disposition") != "" {
			t.Error("the page is sent as a file")
		}
		a = h.Post(t, "/ledger/entries/export", url.Values{"name": {"ann"}, "account": {"ann"}, "for": {"ann"}, "recipient": {"Information Commissioner’s Office"}})
		rows, err := csv.NewReader(strings.NewReader(a.Body)).ReadAll()
		if err != nil || a.Status != 200 || len(rows) != 3 || rows[2][3] != "Ann Reader" || a.Header.Get("Content-Disposition") != `attachment; filename="ledger.csv"` {
			t.Errorf("%d, %q, %v, %v", a.Status, rows, a.Header, err)
		}
		h.want(find(url.Values{"name": {"audrey"}}), 200, "Disclosed to Information Commissioner’s Office")
	})
}

func TestEntriesByPage(t *testing.T) {
	h := open(t, filepath.Join(t.TempDir(), "clew.db"))
	for i := range 120 {
		h.look("ann", "report", fmt.Sprint("x", i))
	}
	h.as("aud")
	form := url.Values{"name": {"ann"}}
	a := h.Post(t, "/ledger/entries", form)
	h.want(a, 200, "Entries 1 to 50 of 120", "Page 1 of 3", "Next page", "!Previous page", "x119")
	form.Set("page", "3")
	h.want(h.Post(t, "/ledger/entries", form), 200, "Entries 101 to 120 of 120", "Previous page", "!Next page", "x0")
	form.Set("page", "99")
	h.want(h.Post(t, "/ledger/entries", form), 200, "No entries so far down the list of 120")
}

func TestLooks(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		h := open(t, where)
		h.as("sup")
		a := h.Get(t, "/people/r1v/looks")
		h.want(a, 200, "Nobody of your agency has looked", "Nobody has looked.")
		h.look("ann", "report", "r1")
		h.look("out", "person", "r1v", "r1v")
		a = h.Get(t, "/people/r1v/looks")
		h.want(a, 200, "2 looks and acts", "Ann Reader", "Sue Petrie", "Read who looked at a person", "Northmoor Haven", "To protect somebody", "!Ola Utter")
		h.golden("looks", a)
		h.want(h.Get(t, "/people/none/looks"), 404)
	})
}

func (h *house) drip() {
	h.t.Helper()
	start := h.now
	for day := 0; day < 25; day += 4 {
		h.now = start.AddDate(0, 0, day)
		h.look("ann", "person", "", "r1v")
	}
	if n, err := h.g.FindUnusual(h.t.Context()); err != nil || n != 1 {
		h.t.Fatalf("%d found, %v", n, err)
	}
}

func TestUnusual(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		h := open(t, where)
		h.as("aud")
		h.want(h.Get(t, "/unusual"), 200, "Nothing unusual has been found")
		h.drip()
		a := h.Get(t, "/unusual")
		h.want(a, 200, "Ann Reader", "Looked at one person on 7 days", "To review")
		h.golden("unusual", a)
		at := regexp.MustCompile(`href="(/unusual/[^"]+)"`).FindStringSubmatch(a.Body)[1]
		a = h.Get(t, at)
		h.want(a, 200, "2 March 2026 to 26 March 2026", "Show what they did and saw", "!Mara")
		h.golden("unusual-item", a)
		h.want(h.Post(t, at+"/close", nil), 422, "Say what you found out")
		form := url.Values{}
		for _, m := range regexp.MustCompile(`type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(a.Body, -1) {
			form.Add(m[1], m[2])
		}
		h.want(h.Post(t, "/ledger/entries", form), 200, "7 entries")
		h.as("cus")
		h.want(h.Get(t, at), 200, "!Show what they did and saw")
		if a = h.Post(t, at+"/close", url.Values{"why": {"Her sergeant asked her to"}}); a.Status != http.StatusSeeOther || a.Location != "/unusual" {
			t.Fatalf("%d to %s", a.Status, a.Location)
		}
		h.want(h.Get(t, "/unusual"), 200, "What you found out is kept", "Closed")
		h.want(h.Get(t, at), 200, "Cuthbert Keep, 26 March 2026", "Her sergeant asked her to", "!Close it")
		h.want(h.Post(t, at+"/close", url.Values{"why": {"Again"}}), 409)
		h.as("out")
		h.want(h.Get(t, at), 404)
		looks, err := h.g.LookedAt(t.Context(), h.who["aud"], "r1v", 0, 100)
		if err != nil || len(looks.Own) != 7 { // hers, and not those who reviewed them
			t.Errorf("%d entries, %v", len(looks.Own), err)
		}
	})
}

func TestExplain(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		h := open(t, where)
		h.as("ada")
		ask := func(form url.Values) webtest.Answer { return h.Post(t, "/administration/colleague", form) }
		h.want(h.Get(t, "/administration/colleague"), 200, "What a colleague may do")
		h.want(ask(nil), 422, "Enter the name of a colleague")
		h.want(ask(url.Values{"name": {"march"}}), 422, "Select which of them you mean")
		h.want(ask(url.Values{"name": {"ann"}, "on": {"r1"}}), 422, "Select what the number is of")
		a := ask(url.Values{"name": {"bea"}, "what": {"report"}, "on": {"r1"}})
		h.want(a, 200, "Bea Marchbanks", "Their roles now: Call handler", "Yes, they can see this report", "Read a report Call handler", "Lift a conflict lock Professional standards custodian. They must have proved in the last 15 minutes")
		h.golden("colleague", a)
		h.want(ask(url.Values{"name": {"bea"}, "what": {"person"}, "on": {"r1v"}}), 200, "no role they have now lets them open a person")
		h.want(ask(url.Values{"name": {"olaf"}}), 200, "They have no role now")
		absent := ask(url.Values{"name": {"ann"}, "what": {"report"}, "on": {"r0"}})
		h.want(absent, 200, "There is no report by this number that they can see")
		if _, err := h.g.Flag(t.Context(), h.who["bob"], "r1v", []string{"ann"}, nil, "They are friends"); err != nil {
			t.Fatal(err)
		}
		hidden := ask(url.Values{"name": {"ann"}, "what": {"report"}, "on": {"r1"}})
		if strings.ReplaceAll(hidden.Main(), `"r1"`, `"r0"`) != absent.Main() {
			t.Error("what a lock hides is told apart from what is not there")
		}
	})
}
