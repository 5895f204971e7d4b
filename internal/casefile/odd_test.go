package casefile_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/warning"
)

// TestVictimIsSuspectElsewhere has somebody else report the victim of a case: neither
// case silences the other, and they are not offered to be one.
func TestVictimIsSuspectElsewhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann := w.somebody(police, "ann", access.Supervisor)
		id := w.begin(ann)
		before := w.page(ann, id)
		var rules []string
		for _, x := range before.Warnings {
			rules = append(rules, x.Rule)
		}
		against := w.record(report.Record{Agency: "Northmoor Police", ID: "C/20", Offence: "Harassment", Victim: report.Party{GivenName: "Joan", FamilyName: "Pettifer", Born: "1970-01-09"}, Suspect: mara})
		other, err := w.cases.Open(t.Context(), ann, person.VictimOf(against), person.SuspectOf(against), "")
		w.must(err)
		mutual := w.record(report.Record{Agency: "Northmoor Police", ID: "C/21", Offence: "Harassment", Victim: edmund, Suspect: mara})
		counter, err := w.cases.Open(t.Context(), ann, person.VictimOf(mutual), person.SuspectOf(mutual), "")
		w.must(err)
		if id == other || id == counter || other == counter {
			t.Fatal("two of them are one case")
		}
		if n := len(w.lists(ann, casefile.Mine)); n != 3 {
			t.Errorf("%d cases in the list, want 3", n)
		}
		after := w.page(ann, id)
		if after.Victim.ID != before.Victim.ID || after.Suspects[0].ID != before.Suspects[0].ID {
			t.Error("who is who has changed")
		}
		for _, r := range rules {
			if !slices.ContainsFunc(after.Warnings, func(x warning.Warning) bool { return x.Rule == r }) {
				t.Errorf("%s stood, and stands no more because she is reported herself", r)
			}
		}
		if j, err := w.cases.Joinable(t.Context(), ann, id); err != nil || len(j.Same) != 0 {
			t.Errorf("it may be merged with %+v, %v", j.Same, err)
		}
	})
}

// TestSuspectIsAChild opens a case about a child, and about one too young to have been
// born when it was reported: neither is refused.
func TestSuspectIsAChild(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann := w.somebody(police, "ann", access.Supervisor)
		for i, born := range []string{"2014-05-06", "2018-11-23", "2026-01-19"} {
			key := w.record(report.Record{Agency: "Northmoor Police", ID: "C/3" + string(rune('0'+i)), Offence: "Harassment", Victim: mara, Suspect: report.Party{GivenName: []string{"Toby", "Ignatius", "Quentin"}[i], FamilyName: []string{"Wren", "Marchbanks", "Oldroyd"}[i], Born: born}})
			id, err := w.cases.Open(t.Context(), ann, person.VictimOf(key), person.SuspectOf(key), "")
			w.must(err)
			if p := w.page(ann, id); len(p.Suspects) != 1 || p.Suspects[0].Born != born {
				t.Errorf("born %s: %+v", born, p.Suspects)
			}
		}
	})
}

// TestClosedAndReopenedTenTimes has all of it on the record, and the case as it was.
func TestClosedAndReopenedTenTimes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann := w.somebody(police, "ann", access.Supervisor)
		id := w.begin(ann)
		w.must(w.cases.Note(t.Context(), ann, id, "Kept all along", true, "consent"))
		for i := range 10 {
			w.must(w.cases.Close(t.Context(), ann, id, "Closed for time "+string(rune('0'+i)), true, w.page(ann, id).Version))
			w.is(w.cases.Note(t.Context(), ann, id, "While closed", true, "consent"), fault.Conflict)
			w.must(w.cases.Reopen(t.Context(), ann, id, "Opened for time "+string(rune('0'+i))))
		}
		p := w.page(ann, id)
		closed, opened := 0, 0
		for _, k := range kinds(p) {
			switch k {
			case casefile.Closed:
				closed++
			case casefile.Reopened:
				opened++
			}
		}
		if closed != 10 || opened != 10 || !p.Closed.IsZero() || !wrote(p, "Kept all along") || !wrote(p, "Closed for time 0") || !wrote(p, "Opened for time 9") {
			t.Errorf("closed %d times, opened again %d times", closed, opened)
		}
		if len(p.Team) != 1 || len(w.lists(ann, casefile.Mine)) != 1 || len(p.Warnings) == 0 {
			t.Errorf("the team %+v, %d warnings", p.Team, len(p.Warnings))
		}
		again, err := w.cases.Open(t.Context(), ann, w.victim, w.him, "")
		if err != nil || again != id {
			t.Errorf("opened once more it is another case: %v", err)
		}
		l, err := w.cases.Timeline(t.Context(), ann, id, casefile.Sieve{Only: casefile.OnlyDone})
		w.must(err)
		if len(l.All) != 21 {
			t.Errorf("the timeline has %d steps, want 21", len(l.All))
		}
	})
}

// TestANoteOfAMegabyte is refused with words, and nothing of it is kept.
func TestANoteOfAMegabyte(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann := w.somebody(police, "ann", access.Supervisor)
		id := w.begin(ann)
		long := strings.Repeat("x", 1<<20)
		for field, err := range map[string]error{
			"words":        w.cases.Note(t.Context(), ann, id, long, true, "consent"),
			"told":         w.cases.Tell(t.Context(), ann, id, long),
			"deed_words":   w.cases.Do(t.Context(), ann, id, "arrest:suspect", "5/1/2026", long),
			"what":         w.cases.AddTask(t.Context(), ann, id, long, ann.Account, "1/3/2090"),
			"answer_words": w.cases.Answer(t.Context(), ann, id, w.page(ann, id).Warnings[0].Rule, long),
			"why_close":    w.cases.Close(t.Context(), ann, id, long, true, w.page(ann, id).Version),
		} {
			w.invalid(err, field)
		}
		if p := w.page(ann, id); len(kinds(p)) != p.Total || slices.ContainsFunc(p.Events, func(e casefile.Event) bool { return len(e.Words) > 1000 }) {
			t.Error("something of it was kept")
		}
		w.must(w.cases.Note(t.Context(), ann, id, strings.Repeat("é", 20_000), true, "consent"))
	})
}

// TestUnknownAndImpossibleDates keeps what nobody knows the day of, last in time, and
// refuses what has not happened yet or was said to end before it began.
func TestUnknownAndImpossibleDates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann := w.somebody(police, "ann", access.Supervisor)
		id := w.begin(ann)
		him := w.page(ann, id).Suspects[0].ID
		soon := time.Now().AddDate(0, 0, 2).Format("2/1/2006")
		_, err := w.cases.RecordIncident(t.Context(), ann, id, silent(soon, him))
		w.invalid(err, "happened")
		w.invalid(w.cases.Do(t.Context(), ann, id, "order:SPO", soon, ""), "on")
		w.invalid(w.cases.Do(t.Context(), ann, id, "order:SPO", "31/2/2026", ""), "on")
		backwards := silent("5/2/2026", him)
		backwards.Until, backwards.Times = "3/2/2026", "4"
		_, err = w.cases.RecordIncident(t.Context(), ann, id, backwards)
		w.invalid(err, "until")
		before := w.page(ann, id)
		kept := w.keep(ann, id, silent("unknown", him))
		l, err := w.cases.Timeline(t.Context(), ann, id, casefile.Sieve{})
		w.must(err)
		if last := l.All[len(l.All)-1]; last.ID != kept || l.Picture.Undated != 1 {
			t.Errorf("the last is %+v, and %d have no date", last.Event, l.Picture.Undated)
		}
		// A deed before the first report is odd, and may well be so.
		w.must(w.cases.Do(t.Context(), ann, id, "order:non-molestation", "1/3/2019", ""))
		after := w.page(ann, id)
		for _, x := range before.Warnings {
			if !slices.ContainsFunc(after.Warnings, func(y warning.Warning) bool { return x.Rule == y.Rule }) {
				t.Errorf("%s stands no more", x.Rule)
			}
		}
	})
}

// TestApartFromOneOfTwo has a report that was typed by a friend of the suspect, and that a
// colleague found to be of the victim, and of somebody who is a suspect beside him: it is
// kept apart from him still, and is a report of the case.
func TestApartFromOneOfTwo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, friend := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "friend", access.Analyst)
		id := w.begin(ann)
		accesstest.Lock(t, d, friend.Account, w.him)
		key, _, err := w.held().Record(t.Context(), friend, &report.Record{Agency: "Northmoor Police", ID: "C/9", Kind: report.Crime, Reported: on(21), Count: 1, Offence: "Harassment",
			Victim:  report.Party{GivenName: "Mara", FamilyName: "Quill", Born: "1991-04-02", Phones: []string{"07700 900101"}},
			Suspect: report.Party{GivenName: "Edmund", FamilyName: "Farrow", Born: "1985-03-07"}, Narrative: "He waited at her door."})
		w.must(err)
		warned := func() (facts []string) {
			t.Helper()
			p := w.page(ann, id)
			for _, x := range p.Warnings {
				if x.Rule == "unlinked-reports" {
					facts = append(facts, x.Facts...)
				}
			}
			if len(facts) > 0 && p.Because[key] != "C/9" {
				t.Errorf("because of %v", p.Because)
			}
			return facts
		}
		if !slices.Contains(warned(), key) {
			t.Fatalf("what is kept apart raises nothing: %v", warned())
		}
		var apart []string
		w.must(d.Read(t.Context(), func(v *db.View) (err error) {
			apart, err = db.All(t.Context(), v, db.Text, `SELECT id FROM identity_decisions WHERE a = $1 OR b = $1`, person.VictimOf(key))
			return err
		}))
		if len(apart) != 1 {
			t.Fatalf("%d decisions keep the victim apart", len(apart))
		}
		w.must(w.held().Undo(t.Context(), ann, apart[0], "She is Mara"))
		w.must(w.cases.Name(t.Context(), ann, id, person.SuspectOf(key)))
		if p := w.page(ann, id); len(p.Suspects) != 2 {
			t.Fatalf("%d suspects", len(p.Suspects))
		}
		if !slices.Contains(warned(), key) {
			t.Errorf("a report of the case that is kept apart from one of its suspects raises nothing: %v", warned())
		}
	})
}
