package pattern_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/report"
	"clew/internal/when"
)

func TestPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		var keys []string
		for i := range 7 { // taken in with the latest first
			key, _ := h.record(t, wrote("Northmoor Police", fmt.Sprint("NM/", i), fmt.Sprintf("2026-0%d-05T21:00", 8-i), mara, ed, "He followed her home."))
			keys = append(keys, key)
		}
		single, _ := h.record(t, wrote("Northmoor Police", "NM/20", "2026-03-05T21:00", joan, ed, "He followed her home."))
		counter, _ := h.record(t, wrote("Northmoor Police", "NM/21", "2026-03-06T21:00", ed, mara, "She rings him."))
		p, err := h.held.Page(t.Context(), accesstest.As("Ann Reader"), keys[3], 2, 3)
		if err != nil {
			t.Fatal(err)
		}
		if p.ID != keys[0] || p.Victim != "Mara Quillfeather" || p.VictimIs.AsVictim != 7 || p.SuspectIs.Name != "Edward Farrowgate" {
			t.Errorf("known by %s, of %s and %+v", p.ID, p.Victim, p.SuspectIs)
		}
		var told, newest []string
		for _, r := range p.Told {
			told = append(told, r.ID)
			if r.Record.ID != r.ID || !r.Opens || p.Occasions[r.Occasion].From != r.From {
				t.Errorf("report %s with the record %s, opens %v", r.ID, r.Record.ID, r.Opens)
			}
		}
		for _, r := range p.Newest {
			newest = append(newest, r.ID)
		}
		if got := fmt.Sprint(told); got != "[NM/4 NM/3 NM/2]" {
			t.Errorf("the third to the fifth by when they happened: %s", got)
		}
		if got := fmt.Sprint(newest); got != "[NM/6 NM/5 NM/4 NM/3 NM/2]" {
			t.Errorf("taken in last: %s", got)
		}
		if p.Facing == nil || p.Facing.Pattern != nil || p.Facing.Report != counter || p.Facing.Name != "Edward Farrowgate" || p.Facing.Reports != 1 {
			t.Errorf("the other way round: %+v", p.Facing)
		}
		if len(p.Others) != 1 || p.Others[0].Report != single || p.Others[0].Name != "Joan Pennistone" {
			t.Errorf("others: %+v", p.Others)
		}
		if past, err := h.held.Page(t.Context(), accesstest.As("Ann Reader"), keys[0], 50, 50); err != nil || len(past.Told) != 0 || len(past.Accounts) != 7 {
			t.Errorf("past the end: %d told, %v", len(past.Told), err)
		}
		if _, err := h.held.Page(t.Context(), accesstest.As("Ann Reader"), "none", 0, 50); !errors.Is(err, fault.NotFound) {
			t.Errorf("no such report: %v", err)
		}
		if _, err := h.held.Page(t.Context(), accesstest.As("Ann Reader"), single, 0, 50); !errors.Is(err, pattern.Parted{Report: single}) {
			t.Errorf("a report in no pattern: %v", err)
		}
		h.record(t, wrote("Northmoor Police", "NM/22", "2026-04-06T21:00", ed, mara, "She rings him."))
		part, err := h.held.PartOf(t.Context(), accesstest.As("Ann Reader"), keys[0])
		if err != nil || part.Facing == nil || part.Facing.Pattern == nil || part.Facing.Pattern.Reports != 2 || len(part.Others) != 1 {
			t.Errorf("with two reports the other way round: %+v, %d others, %v", part.Facing, len(part.Others), err)
		}
		if sc, err := h.held.Screen(t.Context(), accesstest.As("Ann Reader"), &report.Record{Agency: "Northmoor Police"}); err != nil || sc.Facing != nil || sc.Others != nil {
			t.Errorf("of nobody: %v, %v, %v", sc.Facing, sc.Others, err)
		}
	})
}

func TestPartOf(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := built(t, d)
		first, _ := h.record(t, wrote("Northmoor Police", "NM/1", "2026-01-05T21:00", mara, ed, "He followed her home."))
		p, err := h.held.PartOf(t.Context(), accesstest.As("Ann Reader"), first)
		if err != nil || p.Nth != 1 || p.Whole != nil || p.Pattern != "" || p.Victim.Known() || p.Suspect.Known() || p.Sentence() != "This is the first report by this victim about this suspect." {
			t.Errorf("a first report: %q, %+v, %v", p.Sentence(), p.Screening, err)
		}
		second, screened := h.record(t, wrote("Hask Housing", "H-77", "2026-01-19T10:00", mara2, eddie, "Eddie was sat outside again, watching the flat."))
		p, err = h.held.PartOf(t.Context(), accesstest.As("Ann Reader"), second)
		if err != nil || p.Nth != 2 || p.Later != 0 || p.Pattern != first || p.Sentence() != screened.Sentence() {
			t.Errorf("just kept: %q, want %q as it was when it was kept; %v", p.Sentence(), screened.Sentence(), err)
		}
		if !p.Victim.Known() || !p.Suspect.Known() || p.Victim.Joining.Score.Total != screened.Victim.Joining.Score.Total || p.Suspect.Joining.Score.Total != screened.Suspect.Joining.Score.Total {
			t.Errorf("weighed %+v and %+v, want it as it was when it was kept", p.Victim.Joining.Score, p.Suspect.Joining.Score)
		}
		p, err = h.held.PartOf(t.Context(), accesstest.As("Ann Reader"), first)
		if err != nil || p.Nth != 1 || p.Later != 1 || p.Pattern != first || !strings.HasSuffix(p.Sentence(), "about this suspect. 1 report has come in since.") {
			t.Errorf("the first again: %q, %v", p.Sentence(), err)
		}
		unnamed, _ := h.record(t, wrote("Northmoor Police", "NM/8", "2026-02-05T21:00", report.Party{}, ed, "A man waits at the gate."))
		p, err = h.held.PartOf(t.Context(), accesstest.As("Ann Reader"), unnamed)
		if err != nil || p.Nth != 0 || !p.Suspect.Known() || len(p.OtherVictims) != 1 {
			t.Errorf("without a victim: %q, %+v, %v", p.Sentence(), p.OtherVictims, err)
		}
		if _, err := h.held.PartOf(t.Context(), accesstest.As("Ann Reader"), "none"); !errors.Is(err, fault.NotFound) {
			t.Errorf("no such report: %v", err)
		}
	})
}

func TestStrongest(t *testing.T) {
	former := by(pattern.FormerPartner)
	for _, c := range []struct {
		name     string
		accounts []pattern.Account
		context  pattern.Context
		want     string
	}{
		{"fear before all", []pattern.Account{told("1", "2026-03-06T21:00", former, doing("contacting"), acting("call"), fearing(pattern.Violence)), told("2", "2026-04-01T10:00", former, doing("loitering"), acting("visit"), unwanted)}, pattern.Context{OtherVictims: 1}, "Fear of violence is recorded."},
		{"growing worse", []pattern.Account{told("1", "2026-03-06T21:00", former, doing("contacting"), acting("call")), told("2", "2026-04-01T10:00", former, doing("loitering"), acting("visit"), unwanted)}, pattern.Context{OtherVictims: 1}, "It began from a distance and moved to coming near."},
		{"others", []pattern.Account{told("1", "2026-03-06T21:00", former, doing("contacting")), told("2", "2026-04-01T10:00", former, doing("contacting"))}, pattern.Context{OtherVictims: 2}, "2 other people have reported the same suspect."},
		{"what was done", []pattern.Account{told("1", "2026-03-06T21:00", by(pattern.Stranger), doing("following")), told("2", "2026-04-01T10:00", doing("following"))}, pattern.Context{}, "The records describe following."},
		{"one night", []pattern.Account{told("1", "2026-03-06T21:00", doing("contacting"), fearing(pattern.Violence)), told("2", "2026-03-06T22:10", doing("contacting"))}, pattern.Context{}, "Everything happened within one stretch of hours"},
		{"a quarrel", []pattern.Account{told("1", "2026-03-06T21:00", about(pattern.Neighbours)), told("2", "2026-04-01T10:00", about(pattern.Neighbours))}, pattern.Context{}, "It looks like a dispute between neighbours"},
	} {
		p := pattern.Compose(c.accounts, c.context)
		l := pattern.Line{Finding: p.Finding, Why: p.Reasons}
		if got := l.Strongest(); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q of\n%s", c.name, got, c.want, strings.Join(p.Reasons, "\n"))
		}
	}
	if got := (&pattern.Line{}).Strongest(); got != "" {
		t.Errorf("of no reasons: %q", got)
	}
}

// TestDaysAreThoseOfLondon: a day in summer begins at 11pm the day before in UTC.
func TestDaysAreThoseOfLondon(t *testing.T) {
	on := func(day string) pattern.Account {
		m, err := when.Parse(day)
		if err != nil {
			t.Fatal(err)
		}
		return pattern.Account{ID: day, Agency: "Northmoor Police", Reported: m.From.Add(12 * time.Hour), From: m.From, To: m.To.Add(-1), Count: 1}
	}
	c := pattern.Course{Pattern: pattern.Compose([]pattern.Account{on("2025-05-09"), on("2025-07-01")}, pattern.Context{})}
	if want := "9 May 2025 to 1 July 2025"; !strings.Contains(c.Reasons[0], want) {
		t.Errorf("%q, want %s", c.Reasons[0], want)
	}
	if cells := c.Cells(); !slices.Contains(cells, "2025-05-09") || !slices.Contains(cells, "2025-07-01") {
		t.Errorf("cells %q, want 2025-05-09 and 2025-07-01 among them", cells)
	}
}
