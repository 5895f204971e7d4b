package app

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"clew/internal/casefile"
	"clew/internal/demo"
)

// TestTheDemoHasSomethingForEverybody begins a demo as the command does: a referral
// waits, one is overdue, one was accepted and one declined, and two cases are a series.
func TestTheDemoHasSomethingForEverybody(t *testing.T) {
	const ago = 9 * 24 * time.Hour
	a, err := Open(t.Context(), Config{Data: t.TempDir(), Demo: true, Ago: ago})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if behind := time.Since(a.db.Now()); behind < ago {
		t.Errorf("the clock is %v behind, want %v", behind, ago)
	}
	dir := t.TempDir()
	must(demo.WriteFiles(dir, demo.Options{Records: 3000}))
	records, err := os.ReadFile(filepath.Join(dir, "records.csv"))
	must(err)
	by, err := a.At(t.Context(), DemoAgency, "Demo")
	must(err)
	_, err = a.Intake.Run(t.Context(), by, "records.csv", bytes.NewReader(records), nil, "", func(string, int64, int64) {})
	must(err)
	must(a.Begin(t.Context()))
	if behind := time.Since(a.db.Now()); behind > time.Hour {
		t.Errorf("the clock is %v behind once the demo has begun", behind)
	}
	for who, want := range map[string][2]int{"kit": {1, 1}, "ceri": {1, 0}, "asif": {1, 0}, "ama": {0, 0}, "leo": {0, 0}, "ruth": {0, 0}} {
		p, err := a.played(t.Context(), who)
		must(err)
		waits, late, err := a.Cases.Owed(t.Context(), p)
		must(err)
		if waits != want[0] || late != want[1] {
			t.Errorf("%s: %d referrals wait, %d overdue; want %v", who, waits, late, want)
		}
	}
	ruth, err := a.played(t.Context(), "ruth")
	must(err)
	sent, _, err := a.Cases.Referrals(t.Context(), ruth, casefile.Out, 0, 20)
	must(err)
	answers := map[casefile.Answer]int{}
	for _, r := range sent {
		answers[r.Answer]++
	}
	if answers[casefile.Waiting] != 3 || answers[casefile.Accepted] != 1 || answers[casefile.Declined] != 1 {
		t.Errorf("what came of the referrals: %v", answers)
	}
	cases, _, err := a.Cases.List(t.Context(), ruth, casefile.Mine, false, 0, 20)
	must(err)
	series := 0
	for _, l := range cases {
		page, err := a.Cases.One(t.Context(), ruth, l.ID, 0, 1)
		must(err)
		series += page.Linked
	}
	if series != 2 {
		t.Errorf("%d cases lead to another of their series, want 2", series)
	}
}
