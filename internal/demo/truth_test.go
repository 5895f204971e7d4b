package demo_test

import (
	"slices"
	"strings"
	"testing"

	"clew/internal/demo"
	"clew/internal/law"
	"clew/internal/report"
)

type told struct {
	report.Record
	demo.Truth
}

func tellAll(t *testing.T, o demo.Options) (all []told) {
	t.Helper()
	if err := demo.Generate(o, func(r report.Record, truth demo.Truth) error {
		all = append(all, told{r, truth})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTruth(t *testing.T) {
	born := map[string]map[string]int{}
	turned := 0
	for _, r := range tellAll(t, demo.Options{Records: 20_000}) {
		if !slices.Contains(demo.Stories(), r.Story) {
			t.Errorf("%s belongs to %q", r.ID, r.Story)
		}
		if r.Truth.Stalking && (r.Truth.Victim == "" || r.Truth.Suspect == "" || r.Truth.Victim == r.Truth.Suspect || r.Pair != r.Truth.Victim+"-"+r.Truth.Suspect) {
			t.Errorf("%s is stalking of %q by %q, pair %q", r.ID, r.Truth.Victim, r.Truth.Suspect, r.Pair)
		}
		if !r.Record.Victim.Empty() && r.Truth.Victim == "" && len(r.Record.Victim.Phones) == 0 || !r.Record.Suspect.Empty() && r.Truth.Suspect == "" {
			t.Errorf("%s names somebody who is nobody: %+v, %+v", r.ID, r.Record.Victim, r.Record.Suspect)
		}
		for _, b := range append(slices.Clone(r.Behaviours), r.Denied...) {
			if !slices.Contains(demo.Behaviours, b) || slices.Contains(r.Behaviours, b) && slices.Contains(r.Denied, b) {
				t.Errorf("%s shows %q and denies %q", r.ID, r.Behaviours, r.Denied)
			}
		}
		if r.Story == "former partner" && !r.Truth.Stalking {
			turned++
		}
		for _, side := range []struct{ id, born string }{{r.Truth.Victim, r.Record.Victim.Born}, {r.Truth.Suspect, r.Record.Suspect.Born}} {
			if len(side.born) == 10 {
				if born[side.id] == nil {
					born[side.id] = map[string]int{}
				}
				born[side.id][iso(side.born)]++
			}
		}
	}
	if turned == 0 {
		t.Error("no suspect has reported the victim")
	}
	agree, of := 0, 0
	for _, dates := range born { // who is one was born once, slips aside
		most, sum := 0, 0
		for _, n := range dates {
			most, sum = max(most, n), sum+n
		}
		if sum > 3 {
			agree, of = agree+most, of+sum
		}
	}
	if of < 500 || agree*100 < of*85 {
		t.Errorf("%d of %d dates of birth agree with the most of their person", agree, of)
	}
}

func iso(s string) string {
	if s[2] == '/' {
		return s[6:] + "-" + s[3:5] + "-" + s[:2]
	}
	return s
}

// The shares are those the package promises, give or take what chance does.
func TestShares(t *testing.T) {
	all := tellAll(t, demo.Options{Records: 40_000, Seed: 2})
	byPair := map[string][]told{}
	stories, agencies, phones := map[string]int{}, map[string]bool{}, map[string]int{}
	var suspects []report.Party
	stalking, notCrimes, texts := 0, 0, map[string]bool{}
	for _, r := range all {
		stories[r.Story]++
		agencies[r.Agency] = true
		for _, p := range r.Record.Victim.Phones {
			phones[p]++
		}
		if !r.Truth.Stalking {
			continue
		}
		stalking++
		texts[r.Narrative] = true
		byPair[r.Pair] = append(byPair[r.Pair], r)
		if r.Kind != report.Crime {
			notCrimes++
		}
		if !r.Record.Suspect.Empty() {
			suspects = append(suspects, r.Record.Suspect)
		}
	}
	for _, s := range demo.Stories() {
		if stories[s] == 0 {
			t.Errorf("no story is of %s", s)
		}
	}
	if len(agencies) != len(demo.Agencies()) {
		t.Errorf("%d agencies of %d have records", len(agencies), len(demo.Agencies()))
	}
	recorded, several, longest := 0, 0, 0
	for _, rows := range byPair {
		held := map[string]bool{}
		found := false
		for _, r := range rows {
			held[r.Agency] = true
			found = found || law.FamilyOf(r.OffenceCode, r.Offence) == law.Stalking
		}
		if found {
			recorded++
		}
		if len(held) > 1 {
			several++
		}
		longest = max(longest, len(rows))
	}
	most := 0
	for _, n := range phones {
		most = max(most, n)
	}
	for _, c := range []struct {
		what            string
		n, of, low, top int // in a thousand
	}{
		{"pairs of stalking to records", len(byPair), len(all), 9, 14},
		{"records of stalking to records", stalking, len(all), 40, 90},
		{"of them not crimes", notCrimes, stalking, 450, 750},
		{"different narratives", len(texts), stalking, 980, 1000},
		{"courses recorded as stalking somewhere", recorded, len(byPair), 250, 420},
		{"courses with several agencies", several, len(byPair), 500, 900},
		{"domestic abuse", stories["domestic abuse"], len(all), 50, 120},
		{"shop theft", stories["shop theft"], len(all), 90, 170},
		{"neighbour dispute", stories["neighbour dispute"], len(all), 40, 100},
		{"the commonest phone", most, len(all), 3, 30},
		{"suspects with a first name", count(suspects, func(p report.Party) bool { return p.GivenName != "" }), len(suspects), 880, 980},
		{"suspects with a surname", count(suspects, func(p report.Party) bool { return p.FamilyName != "" }), len(suspects), 700, 860},
		{"suspects with a date of birth", count(suspects, func(p report.Party) bool { return p.Born != "" }), len(suspects), 300, 410},
		{"suspects with a phone", count(suspects, func(p report.Party) bool { return len(p.Phones) > 0 }), len(suspects), 390, 510},
		{"suspects with a handle", count(suspects, func(p report.Party) bool { return len(p.Handles) > 0 }), len(suspects), 200, 300},
		{"suspects with a postcode", count(suspects, func(p report.Party) bool { return len(p.Postcodes) > 0 }), len(suspects), 150, 250},
	} {
		if share := c.n * 1000 / c.of; share < c.low || share > c.top {
			t.Errorf("%s: %d in a thousand, want %d to %d", c.what, share, c.low, c.top)
		}
	}
	if longest < 40 {
		t.Errorf("the longest course has %d records", longest)
	}
}

func count[T any](all []T, is func(T) bool) (n int) {
	for _, v := range all {
		if is(v) {
			n++
		}
	}
	return n
}

// Fear and what it costs come as a course goes on.
func TestCoursesGrow(t *testing.T) {
	byPair := map[string][]told{}
	for _, r := range tellAll(t, demo.Options{Records: 60_000, Seed: 5}) {
		if r.Truth.Stalking {
			byPair[r.Pair] = append(byPair[r.Pair], r)
		}
	}
	grave := func(r told) bool {
		for _, w := range []string{"slash", "tyre", "knife", "kill", "brick", "tracker", "threat", "neck", "grabbed", "tag"} {
			if strings.Contains(strings.ToLower(r.Narrative), w) {
				return true
			}
		}
		return false
	}
	early, late, n := 0, 0, 0
	for _, rows := range byPair {
		if third := len(rows) / 3; third > 0 {
			early += count(rows[:third], grave)
			late += count(rows[len(rows)-third:], grave)
			n += third
		}
	}
	if n < 300 || late*10 < early*12 {
		t.Errorf("of %d records each, %d of the first and %d of the last third tell of grave things", n, early, late)
	}
}

func TestShowcaseIsIn(t *testing.T) {
	find := func(records int) (n int) {
		for _, r := range tellAll(t, demo.Options{Records: records, Seed: 9}) {
			if strings.Contains(r.Narrative, "smooth stone was on each pillow") || strings.Contains(r.Narrative, "ASLEEP ON THE STEP WITH A SUITCASE") {
				n++
				if !r.Truth.Stalking {
					t.Errorf("%s is not stalking", r.ID)
				}
			}
		}
		return n
	}
	if n := find(5000); n != 2 {
		t.Errorf("a demo of 5,000 has %d of 2 records of the showcase", n)
	}
	if n := find(4999); n != 0 {
		t.Errorf("a demo of 4,999 has %d records of the showcase", n)
	}
}
