package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"time"

	"clew/internal/access"
	"clew/internal/app"
	"clew/internal/demo"
	"clew/internal/recording"
	"clew/internal/report"
)

// held opens a database with an invented county's reports in it, loading them
// when it is not there yet.
func held(ctx context.Context, out io.Writer, dir string, records int) (*app.App, error) {
	a, err := app.Open(ctx, app.Config{Data: filepath.Join(dir, fmt.Sprintf("data-%d", records)), Demo: true})
	if err != nil {
		return nil, err
	}
	by, err := analyst(ctx, a)
	if err != nil {
		return nil, err
	}
	if _, n, err := a.Reports.Imports(ctx, by, 0, 1); err != nil || n > 0 {
		return a, err
	}
	extract := filepath.Join(dir, fmt.Sprintf("extract-%d", records))
	if err := demo.WriteFiles(extract, demo.Options{Records: records}); err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(extract, "records.csv"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	began := time.Now()
	i, err := a.Intake.Run(ctx, by, "records.csv", f, nil, "", func(string, int64, int64) {})
	if err != nil {
		return nil, err
	}
	if i.Kept == 0 {
		return nil, fmt.Errorf("nothing was taken in: %s", i.Message)
	}
	fmt.Fprintf(out, "Taking in %s records, matching and patterns included: %.0f s.\n\n", thousands(i.Kept), time.Since(began).Seconds())
	return a, nil
}

// analyst is the program at work for the agency that holds the demo's records.
func analyst(ctx context.Context, a *app.App) (access.Actor, error) {
	return a.At(ctx, app.DemoAgency, "Bench")
}

// comeIn is the session of an analyst of the demo.
func comeIn(mux http.Handler) []*http.Cookie {
	r := httptest.NewRequest(http.MethodPost, "http://localhost/come-in", stringsReader("as=priya"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w.Result().Cookies()
}

// screening measures what one new report is part of, against all held mentions.
func screening(ctx context.Context, out io.Writer, a *app.App, records int) error {
	var fresh []report.Record
	mentions := 0
	const asked = 2000
	step := max(1, records/asked)
	n := 0
	err := demo.Generate(demo.Options{Records: records}, func(r report.Record, _ demo.Truth) error {
		mentions += btoi(!r.Victim.Empty()) + btoi(!r.Suspect.Empty())
		if n++; n%step == 0 {
			r.ID += "-new"
			fresh = append(fresh, r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	by, err := analyst(ctx, a)
	if err != nil {
		return err
	}
	var took []time.Duration
	for i := range fresh {
		began := time.Now()
		if _, err := a.Held.Screen(ctx, by, &fresh[i]); err != nil {
			return err
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	fmt.Fprintf(out, "### Screening one new report against %s held mentions\n\nSQLite, journal WAL, synchronous FULL; %d reports, one at a time.\n\n| median | p90 | p99 | most | goal p99 |\n|---|---|---|---|---|\n| %s | %s | %s | %s | 5 ms |\n\n",
		thousands(mentions), len(took), ms(took[len(took)/2]), ms(took[len(took)*90/100]), ms(took[len(took)*99/100]), ms(took[len(took)-1]))
	return nil
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000) }

// pages measures every page as a browser would get it, from a warm program.
func pages(ctx context.Context, out io.Writer, a *app.App, records int) error {
	mux := a.Mux(slog.New(slog.DiscardHandler))
	cookies := comeIn(mux)
	by, err := analyst(ctx, a)
	if err != nil {
		return err
	}
	worklist, _, err := a.Audit.Worklist(ctx, by, recording.Filter{}, 0, 1)
	if err != nil {
		return err
	}
	longest, _, err := a.Audit.Worklist(ctx, by, recording.Filter{Sort: recording.MostReports}, 0, 1)
	if err != nil {
		return err
	}
	if len(worklist) == 0 {
		return fmt.Errorf("there are no patterns to show")
	}
	p := worklist[0]
	fmt.Fprintf(out, "### Pages with %s records held\n\n| page | median | p90 | on the wire |\n|---|---|---|---|\n", thousands(records))
	for _, page := range []struct{ name, method, path, form string }{
		{"first page", "GET", "/", ""}, {"worklist", "GET", "/worklist", ""}, {"worklist, not recorded", "GET", "/worklist?finding=stalking-not-recorded", ""},
		{"worklist, undecided, page 3", "GET", "/worklist?state=undecided&page=3", ""}, {"worklist by latest", "GET", "/worklist?sort=latest", ""},
		{"a pattern", "GET", "/patterns/" + p.ID, ""}, {"the pattern with most reports", "GET", "/patterns/" + longest[0].ID, ""},
		{"a person", "GET", "/people/" + p.Victim, ""}, {"a report", "GET", "/reports/" + p.ID, ""}, {"what a report is part of", "GET", "/reports/" + p.ID + "/part", ""},
		{"search", "GET", "/search", ""}, {"search for a name", "POST", "/search", "q=Mohammed+Khan"}, {"search for a number", "POST", "/search", "q=07700900123"},
		{"record a report", "GET", "/reports/new", ""}, {"imports", "GET", "/imports", ""}, {"audit", "GET", "/audit", ""}, {"classifications", "GET", "/audit/classifications?q=harassment", ""},
	} {
		var took []time.Duration
		var size int
		for i := range 25 {
			r := httptest.NewRequest(page.method, "http://localhost"+page.path, nil)
			if page.form != "" {
				r = httptest.NewRequest(page.method, "http://localhost"+page.path, stringsReader(page.form))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			r.Header.Set("Accept-Encoding", "gzip")
			for _, c := range cookies {
				r.AddCookie(c)
			}
			w := httptest.NewRecorder()
			began := time.Now()
			mux.ServeHTTP(w, r)
			d := time.Since(began)
			if w.Code != http.StatusOK {
				return fmt.Errorf("%s: status %d", page.path, w.Code)
			}
			if i >= 5 { // the first few warm it
				took = append(took, d)
			}
			size = w.Body.Len()
		}
		slices.Sort(took)
		fmt.Fprintf(out, "| %s | %s | %s | %.1f kB |\n", page.name, ms(took[len(took)/2]), ms(took[len(took)*9/10]), float64(size)/1000)
	}
	fmt.Fprintf(out, "\nGoal: 50 ms at the median.\n\n")
	return nil
}
