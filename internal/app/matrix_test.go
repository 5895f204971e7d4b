package app

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/incident"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
)

// The relations of whoever asks to what is asked for.
const (
	own    = "own"     // held by their agency
	agreed = "agreed"  // held by an agency with an agreement in force
	others = "other's" // held by an agency without
	locked = "locked"  // held by their agency, and a conflict lock closes it to them
	nobody = "nothing" // there is no such thing
)

var relations = []string{own, agreed, others, locked}

// A partnership of three agencies, of which two have agreed, each with a course of
// conduct, an import and a sample; and a fourth course that is locked.
type partnership struct {
	*App
	t     *testing.T
	pages http.Handler
	who   access.Actor                 // sends the next request
	ids   map[string]map[string]string // by relation, by the name of the part of an address
}

var holders = map[string]string{own: "police:1", agreed: "nhs:1", others: "nhs:2", locked: "police:1"}

func open(t *testing.T) *partnership {
	t.Helper()
	a, err := Open(t.Context(), Config{Data: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	p := &partnership{App: a, t: t, ids: map[string]map[string]string{nobody: {}}}
	accesstest.Agencies(t, a.db, "police:1", "nhs:1", "nhs:2")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	now := a.db.Now()
	_, err = a.Guard.Agree(t.Context(), access.Program("police:1", "Setter up"), access.Agreement{Level: access.ReadTogether, Title: "Clinic", Basis: "Public task", Parties: []string{"nhs:1", "police:1"},
		Since: now.Add(-time.Hour), Review: now.AddDate(0, 6, 0), Until: now.AddDate(1, 0, 0)})
	must(err)
	for i, relation := range relations {
		by := access.Program(holders[relation], "Setter up")
		by.Account = "setter-up-" + relation
		record := func(id string, day int) string {
			key, _, err := a.Held.Record(t.Context(), by, &report.Record{
				Agency: "Agency " + holders[relation], ID: id, Kind: report.Crime, Reported: time.Date(2026, 1, day, 9, 0, 0, 0, time.UTC), Count: 1, OffenceCode: "8L", Offence: "Harassment",
				Victim:    report.Party{GivenName: "Vera", FamilyName: []string{"Alder", "Birch", "Cedar", "Damson"}[i], Born: fmt.Sprintf("1990-0%d-11", i+1)},
				Suspect:   report.Party{GivenName: "Stan", FamilyName: []string{"Elm", "Fir", "Gorse", "Hazel"}[i], Born: fmt.Sprintf("1985-0%d-21", i+2)},
				Narrative: "He followed her home and she is afraid he will hurt her."})
			must(err)
			return key
		}
		first := record(fmt.Sprintf("R%d/1", i), 3)
		record(fmt.Sprintf("R%d/2", i), 17)
		in, err := a.Intake.Keep(t.Context(), by, "extract.csv", strings.NewReader("record_id,agency,reported_at\nX,Y,2026-01-01\n"))
		must(err)
		must(a.Audit.SaveView(t.Context(), by, "View "+relation, "finding=single"))
		decision, err := a.Audit.Decide(t.Context(), by, first, recording.Stalking, "", "Read it", 2)
		must(err)
		sample, err := a.Audit.Draw(t.Context(), by, "seed", 5, recording.Filter{})
		must(err)
		spare := record(fmt.Sprintf("R%d/3", i), 20)
		hold, err := a.Keep.HoldReport(t.Context(), by, first, "Trial", now.AddDate(1, 0, 0))
		must(err)
		disposal, err := a.Keep.ProposePerson(t.Context(), by, person.VictimOf(spare), "Asked in writing")
		must(err)
		kase, err := a.Cases.Open(t.Context(), by, person.VictimOf(first), person.SuspectOf(first), "Needs work")
		must(err)
		referral := "none"
		if to := map[string]string{own: "nhs:1", agreed: "police:1", locked: "nhs:1"}[relation]; to != "" {
			must(a.Cases.Refer(t.Context(), by, kase, casefile.Sending{Wish: casefile.ToJoin, To: to, Basis: "safeguarding", Why: "Needs them", Safety: "None known"}))
			page, err := a.Cases.One(t.Context(), by, kase, 0, 1)
			must(err)
			referral = page.Referrals[0].ID
		}
		one, err := a.Cases.RecordIncident(t.Context(), by, kase, casefile.Telling{Reads: "safeguarding", Draft: incident.Draft{Happened: "3/1/2026", Kind: "call", Suspect: casefile.Nobody}})
		must(err)
		paper, err := a.Cases.PutIn(t.Context(), by, kase, casefile.Paper{Words: "A letter", Reads: "safeguarding"}, "letter.txt", strings.NewReader("He wrote again."))
		must(err)
		changed := ""
		must(a.db.Write(t.Context(), func(tx *db.Tx) error {
			changed = db.NewID()
			return tx.Exec(t.Context(), `INSERT INTO waiting_changes (id, report, same_record, holder, import, fingerprint, step, said_code, said, was_code, was, since, came, how, ended_by, account, reason)
				SELECT $2, id, same_record, holder, '', $2, 'classification', '', 'Theft', offence_code, offence, 0, 0, '', '', '', '' FROM reports WHERE id = $1`, spare, changed)
		}))
		p.ids[relation] = map[string]string{
			"change": changed,
			"case":   kase, "task": "none", "incident": one, "document": paper, "referral": referral,
			"report": first, "pattern": first, "person": person.SuspectOf(first), "import": in.ID, "decision": decision, "sample": sample,
			"classification": report.Classification("8L", "Harassment"), "view": "none", "account": "colleague", "key": "none", "glass": "none", "agreement": "none", "lock": "none", "item": "none", "team": "none", "agency": holders[relation], "session": "none", "link": "none", "contact": "none", "reveal": "none", "level": "0", "index": "0", "hold": hold, "disposal": disposal, "chronology": "control-one-off", "lawtable": "offences",
		}
	}
	if err := a.db.Write(t.Context(), func(tx *db.Tx) error {
		for _, m := range append([]access.Meaning{{Role: "colleague"}}, access.Roles...) {
			for _, name := range []string{string(m.Role), string(m.Role) + " locked"} {
				if err := tx.Exec(t.Context(), `INSERT INTO account_holders (id, agency, name, name_key, sign_in, state, password, code, code_step, made, ended_by, version) VALUES ($1, 'police:1', $1, $1, $1, 'active', '', '', 0, 0, '', 1)`, name); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, m := range access.Roles { // each twice: once as somebody from whom a person is locked
		accesstest.Somebody(t, a.db, "police:1", string(m.Role), m.Role)
		accesstest.Somebody(t, a.db, "police:1", string(m.Role)+" locked", m.Role)
		_, err := a.Guard.Flag(t.Context(), access.Program("police:1", "Setter up"), p.ids[locked]["person"], []string{string(m.Role) + " locked"}, nil, "He works here")
		must(err)
	}
	m := a.Mux(nil)
	m.Door.Who = func(r *http.Request) (*http.Request, string, error) {
		ctx, err := p.Guard.Enter(r.Context(), p.who)
		return r.WithContext(ctx), p.who.Name, err
	}
	p.pages = m
	return p
}

var placeholder = regexp.MustCompile(`\{([a-z]+)\}`)

// ask sends a request for a route, about what is in that relation, as somebody with
// a role.
func (p *partnership) ask(route string, role access.Role, relation string) *httptest.ResponseRecorder {
	p.t.Helper()
	name := string(role)
	if relation == locked {
		name += " locked"
	}
	p.who = access.Actor{Account: name, Agency: "police:1", Name: name, Purpose: access.Protect, Proved: time.Now(), Session: "s"}
	if role == "" {
		p.who = access.Actor{}
	}
	method, path, _ := strings.Cut(strings.ReplaceAll(route, "{$}", ""), " ")
	path = placeholder.ReplaceAllStringFunc(path, func(s string) string {
		id, ok := p.ids[relation][s[1:len(s)-1]]
		if !ok && relation != nobody {
			p.t.Fatalf("%s: say in the matrix what %s is", route, s)
		}
		return url.PathEscape(cmp.Or(id, "0000000000000000"))
	})
	r := httptest.NewRequest(method, "http://localhost"+path, nil)
	if method == http.MethodPost {
		form := url.Values{}
		if fill := forms[route]; fill != nil {
			form = fill(p.ids[relation])
		}
		r = httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := httptest.NewRecorder()
	p.pages.ServeHTTP(w, r)
	return w
}

// forms are what is sent where an empty form would be refused before anybody asks
// who sends it.
var forms = map[string]func(ids map[string]string) url.Values{
	"POST /people/{person}/decisions": func(ids map[string]string) url.Values {
		return url.Values{"a": {person.SuspectOf(ids["report"])}, "b": {person.VictimOf(ids["report"])}, "same": {"no"}, "reason": {"Two people"}}
	},
	"POST /people/decisions/{identity}/undo": func(map[string]string) url.Values { return url.Values{"reason": {"It was wrong"}} },
	"POST /patterns/{pattern}/decisions": func(map[string]string) url.Values {
		return url.Values{"verdict": {"not-one-course"}, "reason": {"Two stories"}, "seen": {"2"}}
	},
	"POST /decisions/{decision}/answers":      func(map[string]string) url.Values { return url.Values{"answer": {"disagreed"}, "reason": {"No"}} },
	"POST /audit/changes/{change}":            func(map[string]string) url.Values { return url.Values{"decide": {"refuse"}, "reason": {"No"}} },
	"POST /audit/samples":                     func(map[string]string) url.Values { return url.Values{"size": {"1"}} },
	"POST /worklist/views":                    func(map[string]string) url.Values { return url.Values{"view": {"Mine"}, "finding": {"single"}} },
	"POST /retention/reports/{report}/hold":   func(map[string]string) url.Values { return url.Values{"reason": {"Trial"}, "review": {"1/3/2027"}} },
	"POST /retention/people/{person}/hold":    func(map[string]string) url.Values { return url.Values{"reason": {"Trial"}, "review": {"1/3/2027"}} },
	"POST /retention/people/{person}/erasure": func(map[string]string) url.Values { return url.Values{"asked": {"Asked in writing"}} },
	"POST /retention/holds/{hold}/lift":       func(map[string]string) url.Values { return url.Values{"why": {"Over"}} },
	"POST /retention/disposals/{disposal}/answer": func(map[string]string) url.Values {
		return url.Values{"answer": {"no"}, "reason": {"Not yet"}}
	},
	"POST /retention/disposals": func(ids map[string]string) url.Values {
		return url.Values{"report": {ids["report"]}, "reason": {"Old"}}
	},
	"POST /law/{lawtable}": func(map[string]string) url.Values {
		return url.Values{"key": {"1/1 XX00001"}, "title": {"Invented"}, "from": {"1/3/2090"}, "source": {"Board"}, "sure": {"sourced"}, "reason": {"New"}}
	},
	"POST /retention/schedules": func(map[string]string) url.Values {
		return url.Values{"class": {"other"}, "years": {"6"}, "since": {"1/3/2090"}, "source": {"Board"}}
	},
	"POST /cases": func(ids map[string]string) url.Values {
		return url.Values{"victim": {person.VictimOf(ids["report"])}, "suspect": {person.SuspectOf(ids["report"])}}
	},
	"POST /search": func(map[string]string) url.Values { return url.Values{"q": {"Vera"}} },
}

// said is what came of a request: "yes" when it was let through, whatever was wrong
// with the form.
func said(w *httptest.ResponseRecorder) string {
	to := w.Header().Get("Location")
	switch {
	case w.Code == http.StatusNotFound:
		return "hidden"
	case w.Code == http.StatusForbidden:
		return "no"
	case w.Code == http.StatusUnauthorized, w.Code == http.StatusSeeOther && strings.HasPrefix(to, "/sign-in"):
		return "sign in"
	case w.Code < 400, w.Code == http.StatusUnprocessableEntity, w.Code == http.StatusConflict, w.Code == http.StatusBadRequest:
		return "yes"
	}
	return fmt.Sprint(w.Code)
}

// bound are the names of parts of an address by which something is in a relation.
var bound = []string{"report", "pattern", "person", "import", "decision", "sample", "hold", "disposal", "case", "referral", "incident", "document", "change"}

// about reports whether a route is about one thing that somebody holds.
func about(route string) bool {
	return slices.ContainsFunc(placeholder.FindAllStringSubmatch(route, -1), func(m []string) bool { return slices.Contains(bound, m[1]) })
}

const golden = "testdata/access.txt"

// TestAccessMatrix asks every route, as every role, about what is in every relation,
// through the pages and the database, and holds what comes of it against a table
// that people have read. A new route is not in it, and fails.
func TestAccessMatrix(t *testing.T) {
	p := open(t)
	routes := p.Mux(nil).Routes()
	var b bytes.Buffer
	fmt.Fprintln(&b, "# Which roles each route lets through, by whose it is that is asked for. Made by")
	fmt.Fprintln(&b, "# CLEW_UPDATE_GOLDEN=1 go test ./internal/app; read the difference before you keep it.")
	open := p.Mux(nil)
	for _, route := range routes {
		if strings.HasPrefix(route, "GET /assets/") {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", route)
		if open.IsOpen(route) {
			fmt.Fprintln(&b, "  open to everybody")
			continue
		}
		if got := said(p.ask(route, "", own)); got != "sign in" {
			t.Errorf("%s: somebody who is not signed in is told %q", route, got)
		}
		some := relations
		if !about(route) {
			some = []string{own}
		}
		for _, relation := range some {
			answers := map[string][]string{}
			for _, m := range access.Roles {
				w := p.ask(route, m.Role, relation)
				answers[said(w)] = append(answers[said(w)], string(m.Role))
			}
			for _, answer := range slices.Sorted(maps.Keys(answers)) {
				roles := strings.Join(answers[answer], " ")
				if len(answers[answer]) == len(access.Roles) {
					roles = "everybody"
				}
				fmt.Fprintf(&b, "  %-8s %-8s %s\n", relation, answer, roles)
			}
		}
	}
	if os.Getenv("CLEW_UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, b.Bytes()) {
		t.Errorf("%s differs; rewrite it with CLEW_UPDATE_GOLDEN=1 if that is right, and read the difference first:\n%s", golden, difference(want, b.Bytes()))
	}
}

// difference is the lines that one of two texts has and the other has not.
func difference(want, got []byte) string {
	lines := func(b []byte) (all []string) {
		route := ""
		s := bufio.NewScanner(bytes.NewReader(b))
		for s.Scan() {
			if line := s.Text(); strings.HasPrefix(line, "  ") {
				all = append(all, route+":"+line)
			} else {
				route = line
			}
		}
		return all
	}
	a, c := lines(want), lines(got)
	var out strings.Builder
	for _, line := range a {
		if !slices.Contains(c, line) {
			out.WriteString("- " + line + "\n")
		}
	}
	for _, line := range c {
		if !slices.Contains(a, line) {
			out.WriteString("+ " + line + "\n")
		}
	}
	return out.String()
}

// TestHiddenIsAsIfItWereNot asks for what is hidden and for what never was: the
// answers are the same, to the letter.
func TestHiddenIsAsIfItWereNot(t *testing.T) {
	p := open(t)
	for _, route := range p.Mux(nil).Routes() {
		if !about(route) {
			continue
		}
		for _, role := range []access.Role{access.Analyst, access.Officer, access.Registrar} {
			never := p.ask(route, role, nobody)
			for _, relation := range []string{others, locked} {
				if relation == locked && (strings.Contains(route, "{import}") || strings.Contains(route, "{sample}")) {
					continue // a lock hides people, and not what an agency did
				}
				w := p.ask(route, role, relation)
				if w.Code != never.Code || !bytes.Equal(plain(w, p.ids[relation]), plain(never, nil)) || !maps.EqualFunc(w.Header(), never.Header(), slices.Equal) {
					t.Errorf("%s as %s: what is %s answers %d (%d bytes), what never was %d (%d bytes)", route, role, relation, w.Code, w.Body.Len(), never.Code, never.Body.Len())
				}
			}
		}
	}
}

// plain is a page without what differs by who asks and by the address itself.
func plain(w *httptest.ResponseRecorder, ids map[string]string) []byte {
	body := bytes.ReplaceAll(w.Body.Bytes(), []byte(" locked"), nil)
	for _, id := range ids {
		if len(id) < 16 {
			continue
		}
		body = bytes.ReplaceAll(body, []byte(id), []byte("0000000000000000"))
	}
	return body
}

// TestWithdrawnAtOnce takes somebody's role away, and ends an agreement, while they
// are signed in: the next request is refused.
func TestWithdrawnAtOnce(t *testing.T) {
	p := open(t)
	if got := said(p.ask("GET /patterns/{pattern}", access.Officer, agreed)); got != "yes" {
		t.Fatalf("before: %s", got)
	}
	all, err := p.Guard.Agreements(t.Context(), access.Program("police:1", "Setter up"))
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if err := p.Guard.Withdraw(t.Context(), access.Program("police:1", "Setter up"), all[0].ID, "Ended"); err != nil {
		t.Fatal(err)
	}
	if got := said(p.ask("GET /patterns/{pattern}", access.Officer, agreed)); got != "hidden" {
		t.Errorf("after the agreement: %s", got)
	}
	if got := said(p.ask("GET /reports/{report}", access.Officer, own)); got != "yes" {
		t.Errorf("their own: %s", got)
	}
	if err := p.db.Write(t.Context(), func(tx *db.Tx) error {
		return tx.Exec(t.Context(), `UPDATE grants SET until = $1 WHERE account = 'officer'`, tx.Now.UnixMicro())
	}); err != nil {
		t.Fatal(err)
	}
	if got := said(p.ask("GET /reports/{report}", access.Officer, own)); got != "no" {
		t.Errorf("after the role: %s", got)
	}
}
