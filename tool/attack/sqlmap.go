package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// A trial is sqlmap on one route.
type trial struct {
	route, who   string
	parts, asked int
	outcome      string
	found        bool
}

// last are routes that end somebody's session, account or agency: they are tried when
// nothing else needs it.
func last(route string) bool {
	return strings.HasSuffix(route, "/end") || strings.HasSuffix(route, "/part") && strings.HasPrefix(route, "POST") || strings.Contains(route, "sign-out") || strings.HasPrefix(route, "POST /account/password")
}

// late are routes that close or undo what other routes are about.
func late(route string) bool {
	return strings.HasPrefix(route, "POST") && slices.ContainsFunc([]string{"/close", "/undo", "/leave", "/accept", "/decline", "/back", "/remove", "/apart", "/withdraw", "/lift", "/answer", "/out", "/merge", "/split", "/done"}, func(s string) bool { return strings.HasSuffix(route, s) })
}

// inOrder are the routes to try, what closes or ends something last. Files of the
// program are none of them.
func (t *target) inOrder(p plan) []string {
	routes := slices.DeleteFunc(slices.Clone(t.routes), func(r string) bool {
		return strings.HasPrefix(r, "GET /assets/") || !slices.ContainsFunc(strings.Split(p.route, ","), func(part string) bool { return strings.Contains(r, part) })
	})
	slices.SortStableFunc(routes, func(a, b string) int { return 2*one(last(a)) + one(late(a)) - 2*one(last(b)) - one(late(b)) })
	return routes
}

// sqlmap tries every part of an address and every field of a query, form or question of
// every route, and the cookies of the first route of each person. It is told which
// database it is: with the texts for all others a route takes five times as long.
func (t *target) sqlmap(ctx context.Context, p plan) (found int, text string, err error) {
	routes := t.inOrder(p)
	trials := make([]trial, len(routes))
	var all sync.WaitGroup
	turn := make(chan struct{}, max(p.atOnce, 1))
	for i, route := range routes {
		turn <- struct{}{}
		if ctx.Err() != nil {
			return 0, "", ctx.Err()
		}
		all.Go(func() {
			defer func() { <-turn }()
			trials[i] = t.try(ctx, p, route, i)
			fmt.Printf("sqlmap %3d/%d %-50s %s\n", i+1, len(routes), route, trials[i].outcome)
		})
	}
	all.Wait()
	var b strings.Builder
	fmt.Fprintf(&b, "# sqlmap on every route, on %s\n\n%s, %s. Made by `make attack`.\n\n", engine(p), version(ctx, "sqlmap"), time.Now().UTC().Format("2 January 2006"))
	fmt.Fprintf(&b, "    sqlmap -u URL --method M --data FIELDS --cookie SESSION --level 2 --risk 1 --technique %s --dbms %s --batch --flush-session\n\n", p.technique, dbms(p))
	fmt.Fprintf(&b, "Longest time for one route: %s.\n\n| Route | As | Tried | Requests | Outcome |\n|---|---|---|---|---|\n", p.each)
	inTime := 0
	for _, x := range trials {
		if x.found {
			found++
		}
		if x.outcome == clean {
			inTime++
		}
		fmt.Fprintf(&b, "| `%s` | %s | %d | %d | %s |\n", x.route, x.who, x.parts, x.asked, x.outcome)
	}
	fmt.Fprintf(&b, "\n%d routes, %d tried to the end, %d findings.\n\n", len(trials), inTime, found)
	t.mu.Lock()
	defer t.mu.Unlock()
	for route, n := range t.broke {
		fmt.Fprintf(&b, "* `%s` answered \"problem with Clew\" (500) %d times.\n", route, n)
		found++
	}
	if len(t.broke) == 0 {
		b.WriteString("No request made Clew fail (no answer of 500).\n")
	}
	return found, b.String(), nil
}

const clean = "nothing"

func (t *target) try(ctx context.Context, p plan, route string, serial int) (x trial) {
	x.route = route
	who, err := t.sentBy(route)
	if err != nil {
		x.outcome = "not tried: " + err.Error()
		return x
	}
	x.who = who
	_, cookies, err := t.comeIn(who)
	if err != nil {
		x.outcome = "not tried: " + err.Error()
		return x
	}
	if who == "" {
		x.who = "nobody"
		cookies = "clew-going=L2FjY291bnQ; clew-session=x"
	}
	method, address := t.address(route, "*")
	x.parts = strings.Count(address, "*")
	form := maps.Clone(t.fields[route])
	if form == nil {
		form = url.Values{}
	}
	x.parts += len(form)
	args := []string{"--batch", "--level", "2", "--risk", "1", "--technique", p.technique, "--dbms", dbms(p), "--flush-session", "--disable-coloring", "--output-dir", filepath.Join(t.folder, "sqlmap", fmt.Sprint(serial)),
		"--method", method, "--cookie", cookies, "--headers", "Sec-Fetch-Site: same-origin", "--ignore-code", "401,403,404,405,409,413,422", "--ignore-redirects", "--drop-set-cookie", "--timeout", "30"}
	switch {
	case method == http.MethodPost:
		if len(form) == 0 {
			form.Set("none", "1")
		}
		args = append(args, "--data", form.Encode())
	case len(form) > 0: // marked: with a mark in the path sqlmap tries nothing that has none
		address += "?" + strings.ReplaceAll(form.Encode(), "&", "*&") + "*"
	}
	t.mu.Lock()
	if first := !t.began[x.who]; first { // level 2 tries cookies
		x.parts += strings.Count(cookies, "=")
	} else {
		args = append(args, "--skip", "Cookie")
	}
	t.began[x.who] = true
	t.mu.Unlock()
	before := t.count(route)
	limited, cancel := context.WithTimeout(ctx, p.each)
	defer cancel()
	tool := exec.CommandContext(limited, "sqlmap", append(args, "-u", address)...)
	tool.WaitDelay = 5 * time.Second
	out, err := tool.CombinedOutput()
	x.asked = t.count(route) - before
	said := string(out)
	switch {
	case strings.Contains(said, "sqlmap identified the following injection point"):
		x.found, x.outcome = true, "INJECTABLE"
	case errors.Is(limited.Err(), context.DeadlineExceeded):
		x.outcome = "nothing, and time ran out"
	case strings.Contains(said, "do not appear to be injectable"), strings.Contains(said, "not injectable"):
		x.outcome = clean
	case strings.Contains(said, "no parameter(s) found for testing"), strings.Contains(said, "no usable links"):
		x.outcome = "no part to try"
	default:
		lines := strings.Split(strings.TrimSpace(said), "\n")
		x.outcome = "not tried: " + strings.ReplaceAll(lines[max(0, len(lines)-3)], "|", "/")
		if err != nil {
			x.outcome += " (" + err.Error() + ")"
		}
	}
	return x
}

func (t *target) count(route string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.asked[route]
}

// dbms is what sqlmap calls the database.
func dbms(p plan) string {
	if p.database == "" {
		return "SQLite"
	}
	return "PostgreSQL"
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
