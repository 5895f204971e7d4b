package watch_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/intake"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
	"clew/internal/warning"
	"clew/internal/watch"
)

// An importing desk takes extracts in, where holds stand.
type importing struct {
	*desk
	in      *intake.Desk
	audit   *recording.Store
	reports *report.Store
	by      access.Actor
}

func importer(t *testing.T, where string) *importing {
	w := &importing{desk: open(t, where)}
	w.reports, w.audit = report.NewStore(w.guard), recording.NewStore(w.guard)
	w.held.Stops, w.audit.Stops, w.audit.Correct = w.cases.Stopped, w.cases.Stopped, w.held.Correct
	w.audit.Holds = func(ctx context.Context, q db.Querier, sight *access.Sight, victim, suspect string) (string, error) {
		return w.cases.Holding(ctx, q, sight, victim, suspect, warning.Classify, w.now)
	}
	w.in = intake.New(w.guard, w.held, w.reports, t.TempDir())
	t.Cleanup(w.in.Close)
	w.by = accesstest.Somebody(t, w.d, police, "Kim", access.Analyst)
	return w
}

const extract = "record_id,agency,reported_at,offence,relationship,narrative,outcome,risk,victim_given_name,victim_family_name,victim_dob,suspect_given_name,suspect_family_name,suspect_dob\n"

// A row is what a force says of one report of Mara about Edmund.
type row struct{ id, on, offence, says, outcome, risk string }

func (r row) String() string {
	return r.id + ",Northmoor Police," + r.on + "," + r.offence + ",ex-partner," + r.says + "," + r.outcome + "," + r.risk + ",Mara,Quill,1991-04-02,Edmund,Farrow,1985-03-02\n"
}

var (
	one = row{"C/1", "2026-01-05", "Stalking", "He followed her home and she is afraid he will hurt her.", "", ""}
	two = row{"C/2", "2026-01-20", "Harassment", "He followed her home again and waited outside.", "", ""}
)

// take imports some rows, an hour later than what was before.
func (w *importing) take(rows ...row) report.Import {
	w.t.Helper()
	w.now = w.now.Add(time.Hour)
	text := extract
	for _, r := range rows {
		text += r.String()
	}
	m := report.Propose(strings.Split(strings.TrimSpace(extract), ",")).Mapping
	i, err := w.in.Run(w.t.Context(), w.by, "extract.csv", strings.NewReader(text), m, "", func(string, int64, int64) {})
	w.must(err)
	if i.Read != i.Kept+i.Already+i.Aside {
		w.t.Errorf("read %d, kept %d, already %d, aside %d do not add up", i.Read, i.Kept, i.Already, i.Aside)
	}
	return i
}

// counts is the version of a record that counts.
func (w *importing) counts(id string) (h report.Held) {
	w.t.Helper()
	n := 0
	w.must(w.d.Read(w.t.Context(), func(v *db.View) error {
		return report.Each(w.t.Context(), v, func(x *report.Held) error {
			if x.ID == id {
				h, n = *x, n+1
			}
			return nil
		})
	}))
	if n != 1 {
		w.t.Fatalf("%d versions of %s count", n, id)
	}
	return h
}

func (w *importing) changes(ended bool) []recording.Waiting {
	w.t.Helper()
	all, total, err := w.audit.Changes(w.t.Context(), w.by, ended, 0, 50)
	w.must(err)
	if total != len(all) {
		w.t.Errorf("%d changes of %d", len(all), total)
	}
	return all
}

// waits is what of an import waits, as it was said.
func (w *importing) waits() (all []string) {
	w.t.Helper()
	for _, c := range w.changes(false) {
		all = append(all, c.Record+" "+string(c.Step)+": "+c.Was.Words()+" to "+c.Said.Words())
	}
	slices.Sort(all)
	return all
}

func (w *importing) same(what string, got []string, want ...string) {
	w.t.Helper()
	if !slices.Equal(got, want) {
		w.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// patterns is how many patterns a worklist shows.
func (w *importing) patterns(want recording.Filter) int {
	w.t.Helper()
	_, n, err := w.audit.Worklist(w.t.Context(), w.by, want, 0, 1)
	w.must(err)
	return n
}

// TestImportReclassifies has a force record as harassment what was stalking between
// former partners. What it says waits, the rest of the row is in, and nothing is
// said twice.
func TestImportReclassifies(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := importer(t, where)
		if i := w.take(one, two); i.Kept != 2 || i.Came != 0 {
			t.Fatalf("a first extract: %+v", i)
		}
		if n := w.patterns(recording.Filter{Finding: "stalking-recorded"}); n != 1 {
			t.Fatalf("%d patterns with stalking recorded", n)
		}
		now := one
		now.offence, now.says = "Harassment", one.says+" He came back on Sunday."
		since := w.now.Add(time.Hour)
		if i := w.take(now, two); i.Kept != 1 || i.Corrected != 1 || i.Already != 1 || i.Came != 1 || i.Waits != 1 {
			t.Errorf("the extract that reclassifies: %+v", i)
		}
		w.same("waits", w.waits(), "C/1 classification: Stalking to Harassment")
		h := w.counts("C/1")
		if h.Offence != "Stalking" || !strings.HasSuffix(h.Narrative, "Sunday.") {
			t.Errorf("C/1 is %q and says %q: want what holds guard as it was, and the rest as it came", h.Offence, h.Narrative)
		}
		if n := w.patterns(recording.Filter{Finding: "stalking-recorded"}); n != 1 {
			t.Error("the pattern lost its stalking to an extract")
		}
		for range 2 { // twice changes nothing, and an older extract neither
			if i := w.take(now, two); i.Already != 2 || i.Came != 0 {
				t.Errorf("the same again: %+v", i)
			}
			w.take(one)
			w.same("waits", w.waits(), "C/1 classification: Stalking to Harassment")
		}
		newer := now
		newer.says += " And on Monday."
		w.take(newer)
		w.same("after a newer extract", w.waits(), "C/1 classification: Stalking to Harassment")
		if c := w.changes(false)[0]; !c.Since.Equal(since) || c.Why != "" {
			t.Errorf("the force is said to say so since %v, want %v", c.Since, since)
		}
		if got := w.changes(true); len(got) != 1 || got[0].How != report.Replaced {
			t.Errorf("what was replaced: %+v", got)
		}
		other := newer
		other.offence = "Malicious communications"
		w.take(other)
		w.same("after another", w.waits(), "C/1 classification: Stalking to Malicious communications")
		back := other
		back.offence, back.says = "Stalking", "He followed her."
		w.take(back)
		w.same("once the force records it as stalking again", w.waits())
		if h := w.counts("C/1"); h.Offence != "Stalking" || h.Narrative != "He followed her." {
			t.Errorf("it counts as %q %q", h.Offence, h.Narrative)
		}
	})
}

// TestDecideOnWhatWaits allows and refuses what an extract says, as a hold asks for.
func TestDecideOnWhatWaits(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := importer(t, where)
		sue := accesstest.Somebody(t, w.d, police, "Sue", access.Supervisor)
		ada := accesstest.Somebody(t, w.d, haven, "Ada", access.Registrar)
		ned := accesstest.Somebody(t, w.d, beyond, "Ned", access.Registrar)
		w.take(one, two)
		now := one
		now.offence = "Harassment"
		if i := w.take(now); i.Already != 1 || i.Waits != 1 {
			t.Errorf("a row with nothing else new: %+v", i)
		}
		first := w.counts("C/1").Key
		id := w.changes(false)[0].ID
		refused := func(who string, err error, want error) {
			t.Helper()
			if bad := (fault.Invalid{}); want == nil && (!errors.As(err, &bad) || bad.Of("reason") == "") || want != nil && !errors.Is(err, want) {
				t.Errorf("%s: %v", who, err)
			}
		}
		refused("an analyst allows it", w.audit.Allow(t.Context(), w.by, id, true, "It is harassment"), nil)
		refused("nobody says why", w.audit.Allow(t.Context(), sue, id, true, " "), nil)
		refused("somebody of another pool", w.audit.Allow(t.Context(), ned, id, true, "Mine"), fault.NotFound)
		if w.counts("C/1").Offence != "Stalking" {
			t.Fatal("it was taken in without a decision")
		}
		if c, err := w.audit.Change(t.Context(), w.by, id); err != nil || !strings.Contains(c.Why, "former") && !strings.Contains(c.Why, "partners") {
			t.Errorf("why it waits: %q, %v", c.Why, err)
		}
		w.must(w.audit.Allow(t.Context(), ada, id, true, "Ordered to live in one house"))
		h := w.counts("C/1")
		if h.Offence != "Harassment" || h.Holder != police || h.Key == first {
			t.Errorf("allowed: %q, held by %s", h.Offence, h.Holder)
		}
		if n := w.patterns(recording.Filter{Finding: "stalking-recorded"}); n != 0 {
			t.Error("the pattern is what it was")
		}
		if n := w.patterns(recording.Filter{}); n != 1 {
			t.Errorf("%d patterns: the version allowed is of another pair", n)
		}
		got := w.changes(true)
		if len(got) != 1 || got[0].How != report.Allowed || got[0].By != "Ada" || got[0].Reason == "" {
			t.Errorf("what is kept of the decision: %+v", got)
		}
		if !errors.Is(w.audit.Allow(t.Context(), sue, id, false, "No"), fault.Conflict) {
			t.Error("decided twice")
		}
		if i := w.take(now); i.Already != 1 || i.Came != 0 {
			t.Errorf("the same extract after it was allowed: %+v", i)
		}

		other := now
		other.offence = "Malicious communications"
		w.take(other)
		w.must(w.audit.Allow(t.Context(), sue, w.changes(false)[0].ID, false, "It is one course of conduct"))
		if h := w.counts("C/1"); h.Offence != "Harassment" {
			t.Errorf("refused, and counts as %q", h.Offence)
		}
		if i := w.take(other); i.Already != 1 || i.Came != 0 {
			t.Errorf("the same extract after it was refused: %+v", i)
		}
		w.must(w.held.Settle(t.Context(), nil))
		if n := w.patterns(recording.Filter{}); n != 1 {
			t.Errorf("%d patterns once all is settled anew", n)
		}
	})
}

// TestImportGradesAndCloses has an extract grade the risk lower, and end an
// investigation, while a case is open and nobody assessed the risk.
func TestImportGradesAndCloses(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := importer(t, where)
		ann := accesstest.Somebody(t, w.d, police, "Ann", access.Officer)
		sue := accesstest.Somebody(t, w.d, police, "Sue", access.Supervisor)
		graded := one
		graded.risk = "High"
		w.take(graded, two)
		now := graded
		now.risk, now.outcome = "Standard", "16"
		free := two
		free.outcome = "18 - no suspect"
		if i := w.take(free); i.Corrected != 1 || i.Came != 0 {
			t.Errorf("nobody works on it, and an outcome waits: %+v", i)
		}
		first := w.counts("C/1").Key
		id, err := w.cases.Open(t.Context(), ann, person.VictimOf(first), person.SuspectOf(first), "")
		w.must(err)
		w.now = w.now.Add(30 * time.Hour)
		up := graded
		up.risk, up.says = "Very high", one.says+" He has a knife."
		w.take(up)
		w.same("a higher grade", w.waits())
		now.says = up.says
		w.take(now)
		w.same("waits", w.waits(), "C/1 closure: nothing to 16", "C/1 grade: Very high (risk) to Standard (risk)")
		if h := w.counts("C/1"); h.Outcome != "" || h.Extra[0].Value != "Very high" {
			t.Errorf("it counts as %q, %+v", h.Outcome, h.Extra)
		}
		p, err := w.cases.One(t.Context(), ann, id, 0, 5)
		w.must(err)
		if len(p.Waiting) != 2 {
			t.Errorf("the case shows %d changes that wait", len(p.Waiting))
		}

		cleared := func() int {
			n, err := w.audit.TakeCleared(t.Context())
			w.must(err)
			return n
		}
		if n := cleared(); n != 0 {
			t.Fatalf("%d taken in while holds stand", n)
		}
		w.must(w.cases.KeepApart(t.Context(), ann, id, true, "He works here"))
		if n := cleared(); n != 0 {
			t.Error("a case that is kept apart lets go of what waited")
		}
		w.must(w.cases.KeepApart(t.Context(), ann, id, false, "He left"))
		w.now = w.now.Add(time.Minute)
		today := w.now.Format(time.DateOnly)
		w.must(w.cases.Do(t.Context(), ann, id, "assessment:made", today, ""))
		if n := cleared(); n != 1 {
			t.Errorf("%d taken in once the risk was assessed", n)
		}
		w.same("waits still", w.waits(), "C/1 closure: nothing to 16")
		if h := w.counts("C/1"); h.Extra[0].Value != "Standard" || h.Outcome != "" {
			t.Errorf("it counts as %q, %+v", h.Outcome, h.Extra)
		}
		if i := w.take(now); i.Already != 1 {
			t.Errorf("the same extract: %+v", i)
		}
		p, err = w.cases.One(t.Context(), ann, id, 0, 5)
		w.must(err)
		w.must(w.cases.Close(t.Context(), sue, id, "Moved away", true, p.Version))
		if n := cleared(); n != 1 {
			t.Errorf("%d taken in once the case was closed", n)
		}
		if h := w.counts("C/1"); h.Outcome != "16" || h.Extra[0].Value != "Standard" {
			t.Errorf("it counts as %q, %+v", h.Outcome, h.Extra)
		}
		var acts []string
		w.must(w.d.Read(t.Context(), func(v *db.View) (err error) {
			acts, err = db.All(t.Context(), v, db.Text, `SELECT outcome FROM ledger_entries WHERE what = 'change' AND account = 'program' AND verb = 'alteration' ORDER BY seq`)
			return err
		}))
		if len(acts) != 2 {
			t.Errorf("the ledger says %d times that Clew took a change in, want 2", len(acts))
		}
		if i := w.take(now); i.Already != 1 || i.Came != 0 {
			t.Errorf("the same extract once all of it is in: %+v", i)
		}
	})
}

// TestWhatWaitsTellsNobody: a case that is kept apart holds nothing up that comes in,
// and what waits of people who are hidden from somebody is not there for them.
func TestWhatWaitsTellsNobody(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := importer(t, where)
		ann := accesstest.Somebody(t, w.d, police, "Ann", access.Supervisor)
		w.take(one, two)
		first := w.counts("C/1").Key
		id, err := w.cases.Open(t.Context(), ann, person.VictimOf(first), person.SuspectOf(first), "")
		w.must(err)
		w.must(w.cases.KeepApart(t.Context(), ann, id, true, "He works here"))
		w.now = w.now.Add(30 * time.Hour)
		closes := two
		closes.outcome = "14"
		if i := w.take(closes); i.Came != 0 || w.counts("C/2").Outcome != "14" {
			t.Error("the extract tells that there is a case")
		}
		now := one
		now.offence = "Harassment"
		w.take(now)
		change := w.changes(false)[0].ID
		blind := accesstest.Somebody(t, w.d, police, "Friend", access.Registrar, access.Analyst)
		accesstest.Lock(t, w.d, blind.Account, person.SuspectOf(first))
		all, n, err := w.audit.Changes(t.Context(), blind, false, 0, 50)
		w.must(err)
		if len(all) != 0 || n != 0 {
			t.Errorf("his friend sees %d changes", n)
		}
		if _, err := w.audit.Change(t.Context(), blind, change); !errors.Is(err, fault.NotFound) {
			t.Errorf("his friend opens it: %v", err)
		}
		if err := w.audit.Allow(t.Context(), blind, change, true, "He is a good man"); !errors.Is(err, fault.NotFound) {
			t.Errorf("his friend allows it: %v", err)
		}
	})
}

// TestTypedReclassification has somebody type what a hold stops: nothing of it is lost.
func TestTypedReclassification(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := importer(t, where)
		w.now = w.now.Add(time.Hour)
		key := w.record("C/1", "Mara", "Edmund", "ex-partner")
		w.record("C/2", "Mara", "Edmund", "ex-partner")
		r := w.counts("C/1").Record
		r.Offence, r.Narrative = "Malicious communications", "He wrote to her."
		now, _, err := w.held.Record(t.Context(), w.by, &r)
		w.must(err)
		if now == key || w.counts("C/1").Offence != "Harassment" || w.counts("C/1").Narrative != "He wrote to her." {
			t.Errorf("it counts as %+v", w.counts("C/1").Record)
		}
		w.same("waits", w.waits(), "C/1 classification: Harassment to Malicious communications")
		r = w.counts("C/1").Record
		r.Offence = "Theft"
		again, _, err := w.held.Record(t.Context(), w.by, &r)
		w.must(err)
		if again != now {
			t.Error("a version that says nothing new is kept beside the other")
		}
		w.same("waits", w.waits(), "C/1 classification: Harassment to Theft")
	})
}

// TestCorrectedInTheVeryName has a force correct how the victim's name is spelt, and
// record it as harassment in the same row.
func TestCorrectedInTheVeryName(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := importer(t, where)
		w.take(one, two)
		w.now = w.now.Add(time.Hour)
		mended := strings.ReplaceAll(strings.Replace(one.String(), "Stalking", "Harassment", 1), ",Mara,", ",Marah,")
		m := report.Propose(strings.Split(strings.TrimSpace(extract), ",")).Mapping
		for n := range 2 {
			i, err := w.in.Run(t.Context(), w.by, "extract.csv", strings.NewReader(extract+mended), m, "", func(string, int64, int64) {})
			w.must(err)
			if n == 0 && (i.Kept != 1 || i.Waits != 1) || n == 1 && (i.Already != 1 || i.Came != 0) {
				t.Errorf("time %d: %+v", n+1, i)
			}
		}
		w.same("waits", w.waits(), "C/1 classification: Stalking to Harassment")
		if n := w.patterns(recording.Filter{Finding: "stalking-recorded"}); n != 1 {
			t.Error("the pattern lost its stalking to a corrected name")
		}
		w.must(w.audit.Allow(t.Context(), accesstest.Somebody(t, w.d, police, "Sue", access.Supervisor), w.changes(false)[0].ID, true, "By order of the court"))
		if n := w.patterns(recording.Filter{Finding: "stalking-recorded"}); n != 0 {
			t.Error("allowed, and it does not count")
		}
	})
}

// TestANewReportReleasesNothing imports a report that was not held before, recorded as
// something other than stalking and closed: it takes nothing away that a hold guards, so
// it is taken in whole, and the warning stands.
func TestANewReportReleasesNothing(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := importer(t, where)
		ann := accesstest.Somebody(t, w.d, police, "Ann", access.Officer)
		first := one
		first.offence = "Harassment"
		w.take(first, two)
		_, err := w.cases.Open(t.Context(), ann, person.VictimOf(w.counts("C/1").Key), person.SuspectOf(w.counts("C/1").Key), "")
		w.must(err)
		w.now = w.now.Add(30 * time.Hour)
		w.pass()
		before := w.standing(ann, watch.Search{Whose: watch.Mine})
		three := row{"C/3", "2026-02-01", "Malicious communications", "He sent her forty messages.", "No further action", "Standard"}
		if i := w.take(three); i.Kept != 1 || i.Came != 0 {
			t.Errorf("a new report: %+v", i)
		}
		w.pass()
		after := w.standing(ann, watch.Search{Whose: watch.Mine})
		for _, rule := range []string{"former-partner", "no-current-assessment", "course-of-conduct"} {
			if !slices.Contains(before, rule) || !slices.Contains(after, rule) {
				t.Errorf("%s stood in %v, and now %v stand", rule, before, after)
			}
		}
		if n := w.patterns(recording.Filter{Finding: "stalking-not-recorded"}); n != 1 {
			t.Error("the worklist does not show it as not recorded any more")
		}
	})
}

// TestChangeTypedByAFriend has a friend of the suspect, who took a report in before it was
// hidden from him, type a newer version of which a hold stops all that is new: he is told
// no more than that it is kept, as of any other version.
func TestChangeTypedByAFriend(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := importer(t, where)
		w.take(one, two)
		sue := accesstest.Somebody(t, w.d, police, "Sue", access.Supervisor)
		accesstest.Lock(t, w.d, w.by.Account, person.SuspectOf(w.counts("C/1").Key))
		for _, says := range []string{one.says, one.says + " He came back on Sunday."} {
			r := w.counts("C/1").Record
			r.Offence, r.OffenceCode, r.Narrative = "Theft", "", says
			if key, _, err := w.held.Record(t.Context(), w.by, &r); err != nil || key != "" {
				t.Errorf("he is told %q, %v", key, err)
			}
			w.by, sue = sue, w.by
			w.same("waits", w.waits(), "C/1 classification: Stalking to Theft")
			w.by, sue = sue, w.by
		}
	})
}
