package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// modules are what wapiti tries, of what it can without a call to elsewhere, those with
// few texts first. Each runs on its own: wapiti itself cannot leave a form that takes a
// module too long.
var modules = []string{"htaccess", "backup", "crlf", "redirect", "xxe", "sql", "xss,permanentxss", "exec", "file", "blindsql"}

const (
	agent     = "wapiti"   // by which its requests are known
	endpoint  = "/wapiti/" // what it sends names addresses below; nobody should ask for them
	session   = "clew"     // the cookie of who is signed in
	looking   = "looking about"
	reporting = "reporting"
)

// always is what wapiti is told each time. It asks the target, and nobody else, whether
// somebody came for what it leaves about.
const always = "-u URL/ -d 1 --scope folder -t 30 -A " + agent + " -H Sec-Fetch-Site:same-origin -f json --endpoint URL" + endpoint + " --no-bugreport"

// A visit is wapiti as somebody.
type visit struct {
	stay   *stay
	forms  []form
	mu     sync.Mutex
	client *http.Client // with the cookies of their browser; nil to come in anew
	doing  string       // a module, or looking
}

// A stay is what came of all visits as somebody.
type stay struct {
	who      string
	visits   int
	met      map[string]*meeting // by route; "" is all that is none, or about nothing real
	unended  []string            // what did not come to its end
	findings []string
}

// A meeting is how many requests a route got with the address of something real, how
// many answers were neither refusals (401, 403, 404, or the way to sign in) nor failures,
// how many were failures, and the modules that asked.
type meeting struct {
	asked, let, broke int
	by                map[string]bool
}

// wapiti is given a form for each route, as each of the people. What closes or ends
// something waits until everybody has tried the rest, and has a quarter of the time.
func (t *target) wapiti(ctx context.Context, p plan) (found int, text string, err error) {
	routes := t.inOrder(p)
	stays := make([]*stay, len(cast))
	for i, who := range cast {
		stays[i] = &stay{who: who, met: map[string]*meeting{}}
	}
	first := len(slices.DeleteFunc(slices.Clone(routes), func(r string) bool { return late(r) || last(r) }))
	for _, round := range []struct {
		routes []string
		most   time.Duration
	}{{routes[:first], p.crawl * 3 / 4}, {routes[first:], p.crawl / 4}} {
		for i, s := range stays {
			if len(round.routes) == 0 {
				break
			}
			s.visits++
			began, n := time.Now(), len(round.routes)*i/len(stays)
			turned := slices.Concat(round.routes[n:], round.routes[:n]) // so that what there is no time for is not the same for everybody
			if err := t.visitAs(ctx, s, turned, round.most); err != nil {
				return 0, "", fmt.Errorf("as %s: %w", nameOf(s.who), err)
			}
			fmt.Printf("wapiti as %-6s %d routes in %s, %d findings\n", nameOf(s.who), len(turned), time.Since(began).Round(time.Second), len(s.findings))
		}
	}
	found, text = t.told(ctx, p, routes, stays)
	return found, text, nil
}

// visitAs has wapiti send each form once, and then try them module by module. A module
// has its share of the time that is left.
func (t *target) visitAs(ctx context.Context, s *stay, routes []string, most time.Duration) error {
	v := &visit{stay: s, forms: t.formsOf(routes)}
	t.visit.Store(v)
	defer t.visit.Store(nil)
	kept := filepath.Join(t.folder, "wapiti")
	if err := os.RemoveAll(kept); err != nil {
		return err
	}
	out := filepath.Join(kept, "report.json")
	run := func(what string, share time.Duration, more ...string) { // thrice as long at most
		v.mu.Lock()
		v.client, v.doing = nil, what
		v.mu.Unlock()
		limited, cancel := context.WithTimeout(ctx, 3*share)
		defer cancel()
		args := strings.Fields(strings.ReplaceAll(always, "URL", t.url))
		tool := exec.CommandContext(limited, "wapiti", append(append(args, more...), "--store-session", kept)...)
		tool.WaitDelay = 5 * time.Second
		said, err := tool.CombinedOutput()
		if err != nil || strings.Contains(string(said), "time was reached") || strings.Contains(string(said), "\", line ") {
			s.unended = append(s.unended, what)
		}
		v.mu.Lock()
		client := v.client
		v.mu.Unlock()
		if client == nil || s.who == "" {
			return
		}
		if answer, err := client.Get(t.url + "/account"); err != nil || answer.Body.Close() != nil || answer.StatusCode != http.StatusOK {
			s.findings = append(s.findings, "not signed in any more after "+what)
		}
	}
	end := time.Now().Add(most)
	run(looking, most/3, "-m", "", "-o", os.DevNull) // all of it, if only just
	for i, m := range modules {
		share := max(time.Until(end), 0)/time.Duration(len(modules)-i) + time.Second
		run(m, share, "--skip-crawl", "-m", m, "-o", os.DevNull, "--max-attack-time", fmt.Sprintf("%.1f", share.Seconds()))
	}
	run(reporting, time.Minute, "--skip-crawl", "-m", "", "-o", out)
	var report struct {
		Vulnerabilities, Anomalies map[string][]struct{ Method, Path, Info string }
	}
	raw, err := os.ReadFile(out)
	if err = errors.Join(err, json.Unmarshal(raw, &report)); err != nil {
		s.findings = append(s.findings, fmt.Sprintf("no report of wapiti: %v", err))
	}
	for _, kinds := range []map[string][]struct{ Method, Path, Info string }{report.Vulnerabilities, report.Anomalies} {
		for kind, all := range kinds {
			for _, x := range all {
				s.findings = append(s.findings, fmt.Sprintf("%s: `%s %s` %s", kind, x.Method, x.Path, x.Info))
			}
		}
	}
	return ctx.Err()
}

// attended gives wapiti its page of forms, keeps it signed in as whom it visits as, and
// counts what it is answered.
func (t *target) attended(next http.Handler) http.Handler {
	routes := map[string]string{}
	for _, r := range t.routes {
		method, address := t.address(r, "")
		if at, err := url.Parse(address); err == nil {
			routes[method+" "+at.Path] = r
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := t.visit.Load()
		switch {
		case v == nil || r.UserAgent() != agent && !strings.HasPrefix(r.URL.Path, endpoint):
			next.ServeHTTP(w, r)
			return
		case r.URL.Path == "/":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			formsPage.Execute(w, v.forms)
			return
		case strings.HasPrefix(r.URL.Path, endpoint):
			v.mu.Lock()
			defer v.mu.Unlock()
			if r.UserAgent() != agent {
				v.stay.findings = append(v.stay.findings, "asked for by the program: `"+r.URL.Path+"`")
			}
			io.WriteString(w, "{}") // who asked for what, of which wapiti is told nothing
			return
		}
		v.mu.Lock()
		defer v.mu.Unlock() // wapiti asks for one thing at a time
		at := &url.URL{Scheme: "http", Host: r.Host, Path: "/"}
		if v.client == nil {
			var err error
			if v.client, _, err = t.comeIn(v.stay.who); err != nil {
				http.Error(w, err.Error(), http.StatusBadGateway)
				return
			}
		}
		r.Header.Del("Cookie")
		for _, c := range v.client.Jar.Cookies(at) {
			r.AddCookie(c)
		}
		place := numbered.FindString(r.URL.Path)
		route := routes[r.Method+" "+strings.TrimPrefix(r.URL.Path, place)]
		s := &status{ResponseWriter: w, code: http.StatusOK}
		http.StripPrefix(place, next).ServeHTTP(s, r)
		cookies := (&http.Response{Header: w.Header()}).Cookies()
		v.client.Jar.SetCookies(at, cookies)
		if slices.ContainsFunc(cookies, func(c *http.Cookie) bool { return c.Name == session }) {
			v.client = nil // signed out, or in as somebody else
		}
		m := v.stay.met[route]
		if m == nil {
			m = &meeting{by: map[string]bool{}}
			v.stay.met[route] = m
		}
		m.asked++
		m.by[v.doing] = true
		switch {
		case s.code >= 500:
			m.broke++
		case r.Context().Err() != nil: // it was stopped, and nothing was answered
		case s.code != http.StatusUnauthorized && s.code != http.StatusForbidden && s.code != http.StatusNotFound && w.Header().Get("Location") != t.mux.Door.SignIn:
			m.let++
		}
	})
}

type form struct {
	Method, Action string
	File           bool
	Fields         []struct{ Type, Name, Value string }
}

var (
	formsPage = template.Must(template.New("").Parse(`<!DOCTYPE html><title>Forms</title>{{range .}}
<form method="{{.Method}}" action="{{.Action}}"{{if .File}} enctype="multipart/form-data"{{end}}>{{range .Fields}}<input type="{{.Type}}" name="{{.Name}}" value="{{.Value}}">{{end}}</form>{{end}}
`))
	numbered = regexp.MustCompile(`^/[0-9]{3}`)
)

// formsOf are forms for routes. A module takes them in the order of their addresses, so
// each begins with a number that the program does not see.
func (t *target) formsOf(routes []string) (all []form) {
	for i, route := range routes {
		var f form
		f.Method, f.Action = t.address(route, "")
		f.Action = fmt.Sprintf("/%03d%s", i, strings.TrimPrefix(f.Action, t.url))
		names := slices.Sorted(maps.Keys(t.fields[route]))
		if f.Method == http.MethodPost && len(names) == 0 {
			names = []string{"none"} // wapiti leaves out forms without fields
		}
		for _, name := range names {
			x := struct{ Type, Name, Value string }{"hidden", name, cmp.Or(t.fields[route].Get(name), "1")}
			if t.files[route+" "+name] {
				x.Type, f.File = "file", true
			}
			f.Fields = append(f.Fields, x)
		}
		all = append(all, f)
	}
	return all
}

// told is the report.
func (t *target) told(ctx context.Context, p plan, routes []string, stays []*stay) (found int, text string) {
	var b strings.Builder
	fmt.Fprintf(&b, "# wapiti as each person, on %s\n\n%s, %s. Made by `make attack`.\n\n    wapiti %s -m MODULE\n\n", engine(p), version(ctx, "wapiti"), time.Now().UTC().Format("2 January 2006"), always)
	fmt.Fprintf(&b, `The page it begins with has a form for each route, with the id of something real in the
address, filled in as the pages of the program fill theirs in. It sends each of them, and
then tries them module by module, for some %s as one person. What closes, undoes or
ends something is tried when everybody has tried the rest. Each begins with other routes,
so that what there is no time for is not the same for all.

A route was reached when a request with that address came to the program in the session
of the person, and it let them in when an answer was neither a refusal (401, 403, 404, or
the way to sign in) nor a failure.

| As | Requests | Routes reached | Let in | Findings |
|---|---|---|---|---|
`, p.crawl)
	var details []string
	unended, asked, visits := map[string]int{}, 0, 0
	for _, s := range stays {
		visits += s.visits
		requests, reached, let := 0, 0, 0
		for route, m := range s.met {
			requests += m.asked
			if m.broke > 0 {
				s.findings = append(s.findings, fmt.Sprintf("%d answers of 500: `%s`", m.broke, cmp.Or(route, "no route")))
			}
			if slices.Contains(routes, route) {
				reached++
				let += one(m.let > 0)
			}
		}
		for _, what := range s.unended {
			unended[what]++
		}
		asked += requests
		found += len(s.findings)
		for _, f := range s.findings {
			details = append(details, fmt.Sprintf("* As %s: %s\n", nameOf(s.who), f))
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d |\n", nameOf(s.who), requests, reached, let, len(s.findings))
	}
	slices.Sort(details)
	if found > 0 {
		details = append(details, "\n")
	}
	fmt.Fprintf(&b, "\n%d requests, %d findings.\n\n%s| Module | Not to the end, of %d times |\n|---|---|\n", asked, found, strings.Join(details, ""), visits)
	for _, m := range slices.Concat([]string{looking}, modules) {
		fmt.Fprintf(&b, "| %s | %d |\n", m, unended[m])
	}
	fmt.Fprintf(&b, "\n| Route | Requests | Reached as | Let in | Modules that tried it, of %d |\n|---|---|---|---|---|\n", len(modules))
	whole := 0
	for _, route := range routes {
		requests, reached, let, by := 0, 0, 0, map[string]bool{}
		for _, s := range stays {
			if m := s.met[route]; m != nil {
				requests += m.asked
				reached++
				let += one(m.let > 0)
				maps.Copy(by, m.by)
			}
		}
		delete(by, looking)
		whole += one(reached == len(stays))
		fmt.Fprintf(&b, "| `%s` | %d | %d | %d | %d |\n", route, requests, reached, let, len(by))
	}
	fmt.Fprintf(&b, "\n%d of %d routes were reached as each of the %d.\n", whole, len(routes), len(stays))
	return found, b.String()
}

func nameOf(who string) string { return cmp.Or(who, "nobody") }
