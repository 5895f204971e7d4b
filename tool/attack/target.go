package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/net/html"

	"clew/internal/app"
	"clew/internal/casefile"
	"clew/internal/demo"
	"clew/internal/incident"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/web"
)

// A target is a Clew to attack, on this computer, with invented data.
type target struct {
	app    *app.App
	mux    *web.Mux
	routes []string
	url    string
	folder string
	server *http.Server
	ids    map[string]string // by the name of the part of an address
	fields map[string][]string
	sender map[string]string // who is shown the form, by route

	stay  atomic.Bool // nobody signs out, or ends a session or an account
	mu    sync.Mutex
	asked map[string]int // requests by route
	broke map[string]int // answers of 500 by route
}

// cast are the people who come in to the demo, by what they sign in with. Who is not
// signed in is "".
var cast = []string{"", "priya", "tom", "grace", "sam", "dev", "ruth", "owen", "maud", "femi", "nadia", "ceri", "isla", "bron", "leo", "ama", "kit", "joan", "asif", "vera"}

// raise starts a Clew and fills it.
func raise(ctx context.Context, p plan) (t *target, err error) {
	t = &target{asked: map[string]int{}, broke: map[string]int{}, fields: map[string][]string{}, sender: map[string]string{}}
	if t.folder, err = os.MkdirTemp("", "clew-attack-"); err != nil {
		return nil, err
	}
	if t.app, err = app.Open(ctx, app.Config{Data: t.folder, Database: p.database, Demo: true}); err != nil {
		return nil, err
	}
	if err := t.fill(ctx, p.records); err != nil {
		return nil, errors.Join(err, t.app.Close())
	}
	t.mux = t.app.Mux(slog.New(slog.DiscardHandler))
	t.routes = t.mux.Routes()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, t.app.Close())
	}
	t.url = "http://" + l.Addr().String()
	t.server = &http.Server{Handler: t.counted(web.Loopback(t.mux))}
	go t.server.Serve(l)
	return t, t.learn(ctx)
}

func (t *target) close() {
	t.server.Close()
	t.app.Close()
	os.RemoveAll(t.folder)
}

// fill takes an invented extract in, and makes one of each thing a route is about.
func (t *target) fill(ctx context.Context, records int) error {
	by, err := t.app.At(ctx, app.DemoAgency, "Attack")
	if err != nil {
		return err
	}
	extract := filepath.Join(t.folder, "extract")
	if err := demo.WriteFiles(extract, demo.Options{Records: records}); err != nil {
		return err
	}
	f, err := os.Open(filepath.Join(extract, "records.csv"))
	if err != nil {
		return err
	}
	defer f.Close()
	i, err := t.app.Intake.Run(ctx, by, "records.csv", f, nil, "", nil)
	if err != nil {
		return fmt.Errorf("take in: %w", err)
	}
	all, _, err := t.app.Audit.Worklist(ctx, by, recording.Filter{}, 0, 2)
	if err != nil || len(all) < 2 {
		return errors.Join(err, errors.New("the extract has no patterns"))
	}
	decision, err := t.app.Audit.Decide(ctx, by, all[1].ID, recording.NeedsEnquiry, "Stalking", "Read", all[1].Reports)
	if err != nil {
		return fmt.Errorf("decide: %w", err)
	}
	sample, err := t.app.Audit.Draw(ctx, by, "seed", 5, recording.Filter{})
	if err != nil {
		return err
	}
	if err := t.app.Audit.SaveView(ctx, by, "View", "finding=single"); err != nil {
		return err
	}
	views, err := t.app.Audit.Views(ctx, by)
	if err != nil {
		return err
	}
	used, _, err := t.app.Audit.Classifications(ctx, by, "", 0, 1)
	if err != nil {
		return err
	}
	kase, err := t.app.Cases.Open(ctx, by, person.VictimOf(all[0].ID), person.SuspectOf(all[0].ID), "Attack")
	if err != nil {
		return fmt.Errorf("open a case: %w", err)
	}
	one, err := t.app.Cases.RecordIncident(ctx, by, kase, casefile.Telling{Reads: "safeguarding", Draft: incident.Draft{Happened: "3/1/2026", Kind: "call", Suspect: casefile.Nobody}})
	if err != nil {
		return fmt.Errorf("record an incident: %w", err)
	}
	paper, err := t.app.Cases.PutIn(ctx, by, kase, casefile.Paper{Words: "A letter", Reads: "safeguarding"}, "letter.txt", strings.NewReader("He wrote again."))
	if err != nil {
		return fmt.Errorf("put in a document: %w", err)
	}
	if _, err := t.app.Watch.Pass(ctx); err != nil {
		return err
	}
	t.ids = map[string]string{
		"case": kase, "incident": one, "document": paper, "referral": "none", "task": "none", "lawtable": "offences", "chronology": "control-one-off",
		"report": all[0].ID, "pattern": all[0].ID, "person": person.SuspectOf(all[0].ID), "import": i.ID, "decision": decision,
		"sample": sample, "classification": used[0].ID, "view": views[0].ID, "agency": app.DemoAgency, "account": "none", "key": "none", "session": "none", "link": "none",
	}
	return nil
}

// counted counts what is asked of each route.
func (t *target) counted(next http.Handler) http.Handler {
	match := http.NewServeMux()
	for _, r := range t.routes {
		match.HandleFunc(r, func(http.ResponseWriter, *http.Request) {})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, route := match.Handler(r)
		if t.stay.Load() && (last(route) || strings.HasSuffix(route, "/come-in") && r.Method == http.MethodPost && r.Header.Get("Cookie") != "") {
			http.NotFound(w, r)
			return
		}
		s := &status{ResponseWriter: w}
		next.ServeHTTP(s, r)
		t.mu.Lock()
		defer t.mu.Unlock()
		t.asked[cmp.Or(route, "no route")]++
		if s.code >= 500 {
			t.broke[cmp.Or(route, "no route")]++
		}
	})
}

type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) { s.code = code; s.ResponseWriter.WriteHeader(code) }

// comeIn is a browser of somebody of the demo, and the cookies it has.
func (t *target) comeIn(who string) (*http.Client, string, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, "", err
	}
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if who == "" {
		return c, "", nil
	}
	answer, err := c.PostForm(t.url+"/come-in", url.Values{"as": {who}})
	if err != nil {
		return nil, "", err
	}
	answer.Body.Close()
	at, err := url.Parse(t.url)
	if err != nil {
		return nil, "", err
	}
	var all []string
	for _, k := range jar.Cookies(at) {
		all = append(all, k.Name+"="+k.Value)
	}
	if len(all) == 0 {
		return nil, "", fmt.Errorf("%s did not come in: %s", who, answer.Status)
	}
	return c, strings.Join(all, "; "), nil
}

var placeholder = regexp.MustCompile(`\{([a-z]+)\}`)

// address is that of a route, with mark after each part that names a thing.
func (t *target) address(route, mark string) (method, address string) {
	method, path, _ := strings.Cut(strings.ReplaceAll(route, "{$}", ""), " ")
	return method, t.url + placeholder.ReplaceAllStringFunc(path, func(s string) string {
		return url.PathEscape(t.ids[s[1:len(s)-1]]) + mark
	})
}

// learn finds the fields of every form there is, by the route that it is sent to, as
// the people of the demo are shown them.
func (t *target) learn(ctx context.Context) error {
	match := http.NewServeMux()
	for _, r := range t.routes {
		match.HandleFunc(r, func(http.ResponseWriter, *http.Request) {})
	}
	for _, who := range cast {
		c, _, err := t.comeIn(who)
		if err != nil {
			return err
		}
		for _, route := range t.routes {
			method, address := t.address(route, "")
			if method != http.MethodGet {
				continue
			}
			answer, err := c.Get(address)
			if err != nil {
				return err
			}
			body, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil {
				return err
			}
			page, err := html.Parse(bytes.NewReader(body))
			if err != nil {
				return err
			}
			for n := range page.Descendants() {
				if n.Data == "a" && t.ids["account"] == "none" && strings.HasPrefix(attribute(n, "href"), "/accounts/") && attribute(n, "href") != "/accounts/new" && attribute(n, "href") != "/accounts/link" {
					t.ids["account"] = strings.TrimPrefix(attribute(n, "href"), "/accounts/")
				}
				if n.Data != "form" {
					continue
				}
				to := cmp.Or(attribute(n, "action"), answer.Request.URL.Path)
				r, err := http.NewRequestWithContext(ctx, strings.ToUpper(cmp.Or(attribute(n, "method"), "get")), t.url+to, nil)
				if err != nil {
					continue
				}
				_, pattern := match.Handler(r)
				if t.sender[pattern] == "" {
					t.sender[pattern] = who
				}
				for f := range n.Descendants() {
					if name := attribute(f, "name"); name != "" && (f.Data == "input" || f.Data == "textarea" || f.Data == "select" || f.Data == "button") {
						t.field(pattern, name)
					}
				}
			}
		}
	}
	// Fields that no form has on the pages of so few people and things.
	for route, names := range map[string][]string{
		"GET /search": {"q"}, "GET /worklist": {"finding", "state", "agency", "since", "with", "sort", "page", "view"}, "GET /imports": {"page"}, "GET /people/{person}": {"page"},
		"GET /patterns/{pattern}": {"page", "reports"}, "GET /audit/classifications": {"q", "page"}, "GET /audit/classifications/{classification}": {"page"}, "GET /audit/samples/{sample}": {"page"},
		"POST /people/{person}/decisions": {"a", "b", "same", "reason"}, "POST /people/decisions/{decision}/undo": {"reason", "person"}, "POST /decisions/{decision}/answers": {"answer", "reason"},
		"POST /worklist/views": {"view", "finding", "sort", "agency"}, "POST /imports/{import}/start": {"agency", "c0", "c1", "do"}, "POST /prove": {"password", "code"},
		"POST /sign-in": {"sign-in", "password"}, "POST /sign-in/code": {"code"}, "POST /join": {"name", "sign-in", "password", "code"},
	} {
		for _, n := range names {
			t.field(route, n)
		}
	}
	return nil
}

func (t *target) field(route, name string) {
	for _, have := range t.fields[route] {
		if have == name {
			return
		}
	}
	t.fields[route] = append(t.fields[route], name)
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// sentBy is somebody who is let in by a route, of those who come in to the demo.
func (t *target) sentBy(route string) (string, error) {
	method, address := t.address(route, "")
	if t.mux.IsOpen(route) {
		return "", nil
	}
	for _, who := range cast[1:] {
		if method != http.MethodGet {
			break // asked by what it does
		}
		c, _, err := t.comeIn(who)
		if err != nil {
			return "", err
		}
		answer, err := c.Get(address)
		if err != nil {
			return "", err
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return who, nil
		}
	}
	switch {
	case strings.Contains(route, "/accounts"), strings.Contains(route, "/agencies"):
		return "nadia", nil
	case strings.HasPrefix(route, "POST /imports"), strings.HasPrefix(route, "POST /audit"):
		return "priya", nil
	}
	return cmp.Or(t.sender[route], "tom"), nil
}
