package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/app"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/web"
)

// A question has two answers that must not be told apart: by what they say, which go
// test sees to, nor by how long they take.
type question struct {
	name string
	a, b func(n int) *http.Request // of what is there, and of what never was
}

// bounds of the area under the curve: 0.5 is no better than a coin.
const least, most = 0.45, 0.55

// timing asks each question many times, one way and the other in turn, in one process.
// The figure is the chance that an answer about what is there took longer than one
// about what never was.
func (t *target) timing(ctx context.Context, p plan) (found int, text string, err error) {
	questions, pages, err := t.questions(ctx)
	if err != nil {
		return 0, "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "# Who can tell by the clock, on %s\n\n%s, %d pairs of each, in turn, in one process. Made by `make attack`.\nThe figure is the chance that an answer about what is there took longer than one about\nwhat never was: 0.5 is a coin, and %.2f to %.2f is let pass.\n\n| Question | Chance | Median there | Median not | |\n|---|---|---|---|---|\n", engine(p), time.Now().UTC().Format("2 January 2006"), p.pairs, least, most)
	for _, q := range questions {
		var times [2][]time.Duration
		for n := range p.pairs + 50 {
			if ctx.Err() != nil {
				return 0, "", ctx.Err()
			}
			for k := range 2 {
				side := (n + k) % 2 // neither is always first
				ask := q.a
				if side == 1 {
					ask = q.b
				}
				r, w := ask(n), httptest.NewRecorder()
				began := time.Now()
				pages.ServeHTTP(w, r)
				if took := time.Since(began); n >= 50 {
					times[side] = append(times[side], took)
				}
			}
		}
		area := auc(times[0], times[1])
		verdict := "passes"
		if area < least || area > most {
			verdict = "**can be told**"
			found++
		}
		fmt.Fprintf(&out, "| %s | %.3f | %v | %v | %s |\n", q.name, area, median(times[0]), median(times[1]), verdict)
		fmt.Printf("timing %-40s %.3f %s\n", q.name, area, verdict)
	}
	return found, out.String(), nil
}

// questions are about reports that another agency holds, about people a lock hides,
// and about who has an account.
func (t *target) questions(ctx context.Context) (all []question, pages http.Handler, err error) {
	g := t.app.Guard
	setter := access.Program(app.DemoAgency, "Attack")
	other := access.Program("police:other", "Other")
	if err := g.DB().Write(ctx, func(tx *db.Tx) error {
		if err := tx.InsertNew(ctx, "agencies", []string{"id", "name", "kind", "joined", "version"}, [][]any{{other.Agency, "Other Police", "police", 0, 1}}); err != nil {
			return err
		}
		return tx.InsertNew(ctx, "grants", []string{"id", "account", "role", "since", "until", "given_by", "ended_by"}, [][]any{
			{"timing", "timing", string(access.Registrar), 0, int64(1) << 62, "attack", ""}, {"timing-2", "timing", string(access.Supervisor), 0, int64(1) << 62, "attack", ""}})
	}); err != nil {
		return nil, nil, err
	}
	record := func(by access.Actor, id, family string) (string, error) {
		key, _, err := t.app.Held.Record(ctx, by, &report.Record{Agency: by.Agency, ID: id, Kind: report.Crime, Reported: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), Count: 1, Offence: "Harassment",
			Victim: report.Party{GivenName: "Quenby", FamilyName: family, Born: "1971-02-03"}, Suspect: report.Party{GivenName: "Zebedee", FamilyName: family + "ford", Born: "1969-08-09"}, Narrative: "He followed her home."})
		return key, err
	}
	others, err := record(other, "O/1", "Oxenholme")
	if err != nil {
		return nil, nil, err
	}
	locked, err := record(setter, "L/1", "Lazonby")
	if err != nil {
		return nil, nil, err
	}
	if _, err := g.Flag(ctx, setter, person.SuspectOf(locked), []string{"timing"}, nil, "Attack"); err != nil {
		return nil, nil, err
	}
	kase, err := t.app.Cases.Open(ctx, setter, person.VictimOf(locked), person.SuspectOf(locked), "Attack")
	if err != nil {
		return nil, nil, err
	}
	theirs, err := t.app.Cases.Open(ctx, other, person.VictimOf(others), person.SuspectOf(others), "Attack")
	if err != nil {
		return nil, nil, err
	}
	if err := t.app.Cases.Refer(ctx, setter, kase, casefile.Sending{Wish: casefile.ToJoin, To: "Northmoor Council", Basis: "safeguarding", Why: "Attack", Safety: "Attack"}); err != nil {
		return nil, nil, err
	}
	page, err := t.app.Cases.One(ctx, setter, kase, 0, 1)
	if err != nil {
		return nil, nil, err
	}
	m := t.app.Mux(nil)
	m.Step = web.Coarse
	who := m.Door.Who
	by := access.Actor{Account: "timing", Agency: app.DemoAgency, Name: "Timing", Purpose: access.Protect, Proved: time.Now(), Session: "s"}
	m.Door.Who = func(r *http.Request) (*http.Request, string, error) {
		if r.Header.Get("X-As") == "" {
			return who(r)
		}
		ctx, err := g.Enter(r.Context(), by)
		return r.WithContext(ctx), by.Name, err
	}
	get := func(path string) func(int) *http.Request {
		return func(int) *http.Request {
			r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
			r.Header.Set("X-As", "timing")
			return r
		}
	}
	post := func(path, as string, form func(int) url.Values) func(int) *http.Request {
		return func(n int) *http.Request {
			r := httptest.NewRequest(http.MethodPost, "http://localhost"+path, bytes.NewBufferString(form(n).Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			r.Header.Set("X-As", as)
			r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1", n>>14&127, n>>7&127, n&127+1)
			return r
		}
	}
	never := strings.Repeat("0", 16)
	for what, id := range map[string]string{"another agency's": others, "a locked": locked} {
		for path, suffix := range map[string]string{"/reports/": "", "/patterns/": "", "/people/": "s"} {
			all = append(all, question{name: what + " one at " + path, a: get(path + id + suffix), b: get(path + never + suffix)})
		}
	}
	for path, id := range map[string]string{"a locked case": "/cases/" + kase, "a locked case's timeline": "/cases/" + kase + "/timeline", "another agency's case": "/cases/" + theirs, "a locked case's referral": "/referrals/" + page.Referrals[0].ID} {
		all = append(all, question{name: path, a: get(id), b: get(strings.NewReplacer(kase, never, theirs, never, page.Referrals[0].ID, never).Replace(id))})
	}
	look := func(q string) func(int) *http.Request {
		return post("/search", "timing", func(int) url.Values { return url.Values{"q": {q}} })
	}
	all = append(all, question{name: "a search for a locked name", a: look("Lazonbyford"), b: look("Lazonbyferd")},
		question{name: "a search for another agency's name", a: look("Oxenholmeford"), b: look("Oxenholmeferd")})
	slices.SortFunc(all, func(a, b question) int { return strings.Compare(a.name, b.name) })
	return all, m, nil
}

func median(all []time.Duration) time.Duration {
	s := slices.Sorted(slices.Values(all))
	return s[len(s)/2].Round(time.Microsecond)
}

// auc is the chance that one of a is greater than one of b, ties counted as half: the
// statistic of Mann and Whitney.
func auc(a, b []time.Duration) float64 {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	var wins float64
	lower, upper := 0, 0
	for _, x := range a {
		for lower < len(b) && b[lower] < x {
			lower++
		}
		for upper < len(b) && b[upper] <= x {
			upper++
		}
		wins += float64(lower) + float64(upper-lower)/2
	}
	return wins / float64(len(a)) / float64(len(b))
}
