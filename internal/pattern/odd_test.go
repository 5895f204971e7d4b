package pattern_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"clew/internal/pattern"
	"clew/internal/pattern/narrate"
	"clew/internal/report"
	"clew/internal/when"
)

// at is a report of one pair: when it was reported and when it happened, as written.
func at(t *testing.T, id, reported, from, to string, count int, narrative string) pattern.Account {
	t.Helper()
	parse := func(s string) when.Moment {
		if s == "" {
			return when.Moment{}
		}
		m, err := when.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	r := report.Record{ID: id, Agency: "Northmoor Police", Kind: report.Crime, Reported: parse(reported).From, From: parse(from), To: parse(to), Count: count, OffenceCode: "58D", Offence: "Criminal damage"}
	a := pattern.Tell(0, &r, narrate.Skim(narrative))
	return a
}

// TestOddDates reads reports whose dates are wide, missing or cannot be.
func TestOddDates(t *testing.T) {
	for _, c := range []struct {
		name               string
		reported, from, to string
		count              int
		began, ended       string // of the occasion, in London
		occasions          int
	}{
		{"to the minute", "2026-03-05T10:00", "2026-03-04T21:10", "", 1, "2026-03-04T21:10", "2026-03-04T21:10", 1},
		{"nothing said", "2026-03-05T10:00", "", "", 1, "2026-03-05T10:00", "2026-03-05T10:00", 1},
		{"unknown", "2026-03-05T10:00", "unknown", "unknown", 7, "2026-03-05T10:00", "2026-03-05T10:00", 1},
		{"reported as a day, happened that evening", "2026-03-05", "2026-03-05T21:00", "", 1, "2026-03-05T21:00", "2026-03-05T21:00", 1},
		{"a day", "2026-03-05", "2026-03-05", "", 1, "2026-03-05T00:00", "2026-03-05T23:59", 1},
		{"a day in summer", "2026-07-05", "2026-07-05", "", 1, "2026-07-05T00:00", "2026-07-05T23:59", 1},
		{"this year, which has not ended", "2026-03-05T10:00", "2026", "", 1, "2026-01-01T00:00", "2026-03-05T23:59", 1},
		{"last year", "2026-03-05T10:00", "2025", "", 1, "2025-01-01T00:00", "2025-12-31T23:59", 1},
		{"a range of two years", "2026-03-05T10:00", "2023-06-01", "2025-05-31", 100, "2023-06-01T00:00", "2025-05-31T23:59", 100},
		{"a range that goes on", "2026-03-05T10:00", "2026-03-01", "2027-03-01", 40, "2026-03-01T00:00", "2026-03-05T23:59", 5},
		{"it ends before it begins", "2026-03-05T10:00", "2026-03-04", "2026-03-01", 1, "2026-03-04T00:00", "2026-03-04T23:59", 1},
		{"it happened after it was reported", "2026-03-05T10:00", "2062-03-05", "", 1, "2026-03-05T10:00", "2026-03-05T10:00", 1},
		{"reported in a month, happened in it", "2026-03", "2026-03-20T10:00", "", 1, "2026-03-20T10:00", "2026-03-20T10:00", 1},
		{"100,000 on a day", "2026-03-05T10:00", "2026-03-04", "", 100_000, "2026-03-04T00:00", "2026-03-04T23:59", 1},
		{"100,000 over ten years", "2026-03-05T10:00", "2016-03-05", "2026-03-04", 100_000, "2016-03-05T00:00", "2026-03-04T23:59", 3652},
		{"none", "2026-03-05T10:00", "2026-03-04", "", 0, "2026-03-04T00:00", "2026-03-04T23:59", 1},
		{"before the calendar of computers", "1951-03-05", "1950", "", 3, "1950-01-01T00:00", "1950-12-31T23:59", 3},
	} {
		p := pattern.Compose([]pattern.Account{at(t, "1", c.reported, c.from, c.to, c.count, "He followed her.")}, pattern.Context{})
		const form = "2006-01-02T15:04"
		if began, ended := p.First.In(when.London).Format(form), p.Last.In(when.London).Format(form); began != c.began || ended != c.ended || p.Total != c.occasions || len(p.Occasions) != 1 {
			t.Errorf("%s: %d occasions from %s to %s, want %d from %s to %s", c.name, p.Total, began, ended, c.occasions, c.began, c.ended)
		}
	}
}

// TestSeriesInNoWeek has a long series beside single occasions: what it holds is
// spread over its months, and no week of it is the worst.
func TestSeriesInNoWeek(t *testing.T) {
	first := at(t, "1", "2025-01-05T10:00", "2025-01-05T09:00", "", 1, "He rang her.")
	series := at(t, "2", "2025-09-05T10:00", "2025-05-01", "2025-08-31", 40, "He rang her.")
	last := at(t, "3", "2025-09-06T10:00", "2025-09-06T09:00", "", 1, "He rang her.")
	if p := pattern.Compose([]pattern.Account{first, series, last}, pattern.Context{}); p.Escalation != nil {
		t.Errorf("40 calls in four months, and it escalates: %s", p.Escalation.Words)
	}
	year := at(t, "4", "2025-09-06T10:00", "2025", "", 1, "He rang her.")
	again := at(t, "5", "2025-09-06T12:00", "2025-09-04T09:00", "", 1, "He rang her.")
	if p := pattern.Compose([]pattern.Account{first, year, again, last}, pattern.Context{}); p.Escalation != nil {
		t.Errorf("one of which only the year is known, and it escalates: %s", p.Escalation.Words)
	}
	short := at(t, "6", "2025-09-06T10:00", "2025-09-01", "2025-09-05", 5, "He rang her every day.")
	p := pattern.Compose([]pattern.Account{first, short}, pattern.Context{})
	if p.Escalation == nil || !strings.HasPrefix(p.Escalation.Words, "5 occasions in one week") {
		t.Errorf("5 days in one week, and it does not escalate: %+v", p.Escalation)
	}
}

// TestPolicyIsSaid says why a course of conduct was found, whenever it was reported.
func TestPolicyIsSaid(t *testing.T) {
	var all []pattern.Account
	for i := range 3 { // long ago, and told now
		a := at(t, fmt.Sprint(i), "2026-03-05T10:00", fmt.Sprintf("2015-0%d-05", i+1), "", 1, "He rang her.")
		a.Relationship = pattern.FormerPartner
		all = append(all, a)
	}
	p := pattern.Compose(all, pattern.Context{})
	if said := strings.Contains(strings.Join(p.Reasons, " "), "former partners"); p.Finding != pattern.NotRecorded || !said {
		t.Errorf("%s, and the policy is said %v", p.Finding, said)
	}
}

// TestSameInAnyOrder composes accounts in two orders.
func TestSameInAnyOrder(t *testing.T) {
	all := many(500)
	want := pattern.Compose(all, pattern.Context{})
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	if got := pattern.Compose(all, pattern.Context{}); !reflect.DeepEqual(got, want) {
		t.Error("the order in which accounts come changes the pattern")
	}
}

// many are accounts of ten years that make the most work: each classified in its
// own way by an agency of its own, many in one week, many of them series.
func many(n int) []pattern.Account {
	all := make([]pattern.Account, n)
	for i := range all {
		at := time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i%50) * 73 * 24 * time.Hour).Add(time.Duration(i) * time.Minute)
		r := report.Record{ID: fmt.Sprint("NM/", i), Agency: fmt.Sprint("Agency ", i), Kind: report.Crime, Reported: at.AddDate(0, 2, 0), From: when.At(at), Count: 1 + i%3*5,
			OffenceCode: fmt.Sprint(i), Offence: fmt.Sprint("Offence ", i), Relationship: "former-partner"}
		if i%3 > 0 {
			r.To = when.At(at.Add(6 * 24 * time.Hour))
		}
		all[i] = pattern.Tell(int32(i), &r, narrate.Skim("He rang her and stood outside."))
		all[i].Says.Behaviours, all[i].Says.Acts = 1<<1, 0 // always as near: escalation looks to the end
	}
	return all
}

// BenchmarkCompose reads 5,000 accounts of one pair. It is to take 50 ms at most.
func BenchmarkCompose(b *testing.B) {
	all := many(5000)
	for b.Loop() {
		pattern.Compose(all, pattern.Context{OtherVictims: 3})
	}
}
