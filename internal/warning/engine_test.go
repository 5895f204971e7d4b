package warning_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"clew/internal/warning"
	"clew/internal/when"
)

func minute(t time.Time) when.Moment { return when.At(t) }

func TestWarningSaysWhatByWhenAndWhy(t *testing.T) {
	e := engine()
	add(t, e, fact("e1", warning.OfIncident, 0, watching), fact("e2", warning.OfIncident, 3, watching))
	w := the(t, e.At(after(3)), "course-of-conduct")
	if !w.Raised.Equal(after(3)) || !slices.Equal(w.Facts, []string{"e1", "e2"}) || w.Severity != warning.Due || w.Level != 1 {
		t.Errorf("%+v", w)
	}
	if want := time.Date(2026, 3, 2, 23, 59, 0, 0, time.UTC); !w.By.Equal(want) {
		t.Errorf("due by %s, want the same day (%s)", w.By, want)
	}
}

// A level rises once the deadline has passed, and Next says when to look.
func TestLevelRisesWithTheClock(t *testing.T) {
	e := engine()
	add(t, e, fact("e1", warning.OfIncident, 0, watching), fact("e2", warning.OfIncident, 3, watching))
	now := after(3)
	for range 20 {
		s := e.At(now)
		w := the(t, s, "course-of-conduct")
		if late := now.After(w.By); (w.Level == 2) != late {
			t.Fatalf("at %s, due %s, level %d", now, w.By, w.Level)
		}
		if w.Level == 2 {
			return
		}
		if !s.Next.After(now) {
			t.Fatalf("at %s the next look is %s", now, s.Next)
		}
		now = s.Next
	}
	t.Error("the level never rose")
}

func TestWantedRisesAtDaysTwoFourAndSeven(t *testing.T) {
	e := engine()
	add(t, e, fact("o", warning.OfOrder, 0, warning.Detail{Form: "restraining"}), fact("w", warning.OfWarrant, 24, warning.Detail{Reason: "failed to appear"}))
	for _, x := range []struct{ hours, level int }{{24, 1}, {24 + 47, 1}, {24 + 48, 2}, {24 + 95, 2}, {24 + 96, 3}, {24 + 167, 3}, {24 + 168, 4}} {
		if w := the(t, e.At(after(x.hours)), "wanted-with-order"); w.Level != x.level {
			t.Errorf("%d hours: level %d, want %d", x.hours, w.Level, x.level)
		}
	}
	w := the(t, e.At(after(24+30)), "wanted-with-order")
	if !w.By.Equal(after(24 + 48)) {
		t.Errorf("it repeats daily: due by %s, want %s", w.By, after(24+48))
	}
	add(t, e, fact("a", warning.OfAttempt, 24+100, warning.Detail{}))
	if w := the(t, e.At(after(24+120)), "wanted-with-order"); w.Level != 1 {
		t.Errorf("after an attempt: level %d, want 1", w.Level)
	}
}

func TestFindIsDueInFourHours(t *testing.T) {
	e := engine()
	add(t, e, fact("f", warning.OfFind, 0, warning.Detail{Items: []string{"knife"}, Position: &warning.Position{54.775, -1.57}}))
	if w := the(t, e.At(after(1)), "find-near-routine-place"); !w.By.Equal(after(4)) {
		t.Errorf("due by %s, want %s", w.By, after(4))
	}
	set := warning.Defaults
	set.NearMetres = 100
	e = asked(warning.Options{RulesOf: today, Settings: &set})
	add(t, e, fact("f", warning.OfFind, 0, warning.Detail{Items: []string{"knife"}, Position: &warning.Position{54.775, -1.57}}))
	if s := e.At(after(1)); s.Has("find-near-routine-place") {
		t.Error("556 metres is further than the 100 metres set")
	}
}

func TestHoldsStopTheirSteps(t *testing.T) {
	e := engine(warning.Pair{ID: "p", Victim: "v", Suspect: "s", Relationship: "former-partner"})
	add(t, e, fact("e1", warning.OfIncident, 0, watching), fact("e2", warning.OfIncident, 3, watching),
		fact("q", warning.OfEnquiry, 4, warning.Detail{Of: []string{"the stable yard"}, State: "named"}))
	for step, want := range map[warning.Step]string{warning.Classify: "former-partner", warning.Close: "enquiry-not-made"} {
		holds := e.Holds(step, after(5))
		if len(holds) != 1 || holds[0].Rule != want {
			t.Errorf("%s is stopped by %v, want %s", step, holds, want)
		}
	}
	if holds := e.Holds(warning.Grade, after(5)); len(holds) != 0 {
		t.Errorf("grading is stopped by %v", holds)
	}
}

// A correction that takes away the cause clears the warning, and says so.
func TestCorrectionClears(t *testing.T) {
	e := engine()
	add(t, e, fact("x", warning.OfWarning, 0, warning.Detail{Form: "words-of-advice"}), fact("e1", warning.OfIncident, 3, watching))
	changes, _ := e.Advance(after(4))
	if !slices.ContainsFunc(changes, func(c warning.Change) bool {
		return c.Warning.Rule == "contact-after-warning" && c.Was == warning.Raised
	}) {
		t.Fatalf("%v", changes)
	}
	before := fact("e1", warning.OfIncident, 3, watching)
	before.Happened = minute(after(-48)) // it was two days before the warning
	if err := e.Correct(before); err != nil {
		t.Fatal(err)
	}
	changes, s := e.Advance(after(4))
	if s.Has("contact-after-warning") || len(changes) != 1 || changes[0].Was != warning.Cleared || !strings.Contains(changes[0].Why, "correction") {
		t.Errorf("%+v", changes)
	}
	if err := e.Correct(warning.Fact{ID: "nobody"}); err == nil {
		t.Error("what is not there was corrected")
	}
	wrong := before
	wrong.Pairs = []string{"nobody"}
	if err := e.Correct(wrong); err == nil || e.Fact("e1") == nil {
		t.Errorf("a wrong correction: %v; the fact is still there: %v", err, e.Fact("e1") != nil)
	}
}

// What cleared a warning is named.
func TestClearedNamesTheDecision(t *testing.T) {
	e := engine()
	add(t, e, fact("e1", warning.OfIncident, 0, warning.Detail{Acts: []string{"tracker"}}))
	e.Advance(after(1))
	d := fact("d1", warning.OfDecision, 2, warning.Detail{On: "search", Reason: "a warrant is applied for"})
	d.By = "Sgt Ode"
	add(t, e, d)
	changes, s := e.Advance(after(2))
	if s.Has("compromise") || len(changes) != 1 || changes[0].Fact != "d1" || !strings.Contains(changes[0].Why, "a warrant is applied for") {
		t.Errorf("%+v", changes)
	}
	if len(s.Cleared) != 1 || s.Cleared[0].Fact != "d1" {
		t.Errorf("%+v", s.Cleared)
	}
}

// An agency's warnings use what is shared with it. Of the rest it learns who holds
// something, and never what.
func TestAnotherAgencyIsASignpost(t *testing.T) {
	mine, theirs := fact("e1", warning.OfIncident, 0, watching), fact("secret", warning.OfIncident, 3, watching)
	mine.Known[0].By, theirs.Known[0].By = "police", "health"
	e := asked(warning.Options{RulesOf: today, Agencies: []string{"police"}})
	add(t, e, mine, theirs)
	if s := e.At(after(2)); len(s.Signposts) != 0 || !s.Next.Equal(after(3)) {
		t.Errorf("before the other agency knew: %+v, next %s", s.Signposts, s.Next)
	}
	s := e.At(after(4))
	if s.Has("course-of-conduct") {
		t.Error("the police were warned by what only health knows")
	}
	if len(s.Signposts) != 1 || s.Signposts[0] != (warning.Signpost{Pair: "p", Agency: "health", Since: after(3)}) {
		t.Errorf("%+v", s.Signposts)
	}
	for _, w := range s.Standing {
		if slices.Contains(w.Facts, "secret") {
			t.Errorf("%s shows the fact", w.Rule)
		}
	}
	both := asked(warning.Options{RulesOf: today, Agencies: []string{"police", "health"}})
	add(t, both, mine, theirs)
	if s := both.At(after(4)); !s.Has("course-of-conduct") || len(s.Signposts) != 0 {
		t.Errorf("read together: %v, %+v", names(s), s.Signposts)
	}
	// the diary is the victim's own until it is shared
	theirs.Known[0].By = warning.Diary
	e = asked(warning.Options{RulesOf: today, Agencies: []string{"police"}})
	add(t, e, mine, theirs)
	if s := e.At(after(4)); s.Has("course-of-conduct") || len(s.Signposts) != 0 {
		t.Errorf("the diary told: %v, %+v", names(s), s.Signposts)
	}
	// and told to the police later, it warns from then on
	told := theirs
	told.Known = append(slices.Clone(theirs.Known), warning.Knowing{By: "police", At: after(10)})
	if err := e.Correct(told); err != nil {
		t.Fatal(err)
	}
	if s := e.At(after(9)); s.Has("course-of-conduct") {
		t.Error("warned before the police were told")
	}
	if s := e.At(after(10)); !s.Has("course-of-conduct") {
		t.Error("not warned when the police were told")
	}
}

// Without sequence numbers, only intervals say what came first.
func TestOrderOfIntervals(t *testing.T) {
	warned := fact("x", warning.OfWarning, 0, warning.Detail{Form: "words-of-advice"})
	for _, c := range []struct {
		happened string
		want     bool
	}{
		{"2026-03-03", true}, {"2026-03-01", false}, {"2026-03-02", false}, {"~2026-03-04", false}, {"~2026-03-06", true},
		{"2026-03", false}, {"2026-04", true}, {"2026", false}, {"unknown", false}, {"2026-03-02T09:01", true}, {"2026-03-02T09:00", false},
	} {
		e := engine()
		i := fact("e", warning.OfIncident, 24*90, watching)
		i.Happened = day(c.happened)
		add(t, e, warned, i)
		if s := e.At(after(24 * 90)); s.Has("contact-after-warning") != c.want {
			t.Errorf("warned on 2 March 2026 at 9:00am, happened %s: raised %v, want %v", c.happened, !c.want, c.want)
		}
	}
}

func TestAddRefuses(t *testing.T) {
	e := engine()
	add(t, e, fact("e", warning.OfIncident, 0, watching))
	for _, f := range []warning.Fact{fact("e", warning.OfIncident, 0, watching), fact("", warning.OfIncident, 0, watching),
		fact("k", "no kind", 0, watching), {ID: "p", Kind: warning.OfIncident, Pairs: []string{"nobody"}}} {
		if err := e.Add(f); err == nil {
			t.Errorf("%+v was taken in", f)
		}
	}
	if err := e.Remove("nobody"); err == nil {
		t.Error("what is not there was removed")
	}
	if err := e.Remove("e"); err != nil || e.Fact("e") != nil {
		t.Errorf("%v", err)
	}
}
