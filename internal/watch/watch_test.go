package watch_test

import (
	"context"
	"errors"
	"fmt"
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
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
	"clew/internal/seal"
	"clew/internal/vault"
	"clew/internal/warning"
	"clew/internal/watch"
)

const (
	police = "police:1"
	haven  = "advocacy:1" // reads together with the police
	beyond = "nhs:9"      // in no agreement
)

// A desk is a partnership whose clock the test moves.
type desk struct {
	t     testing.TB
	d     *db.DB
	guard *access.Guard
	now   time.Time
	held  *pattern.Store
	cases *casefile.Store
	watch *watch.Store
	vault *vault.Store
}

func open(t testing.TB, where string) *desk {
	t.Helper()
	w := &desk{t: t, now: time.Date(2026, 2, 2, 9, 0, 0, 0, time.UTC)}
	var err error
	w.d, err = db.Open(context.Background(), where, func() time.Time { return w.now })
	w.must(err)
	t.Cleanup(func() { w.must(w.d.Close()) })
	accesstest.Agencies(t, w.d, police, haven, beyond)
	g := access.NewGuard(w.d)
	_, err = g.Agree(t.Context(), access.Program(police, "Setter up"), access.Agreement{Level: access.ReadTogether, Title: "Clinic", Basis: "Public task", Parties: []string{haven, police}, Since: w.now.Add(-time.Hour), Review: w.now.AddDate(0, 6, 0), Until: w.now.AddDate(1, 0, 0)})
	w.must(err)
	w.guard = g
	w.held = pattern.NewStore(g, person.NewStore(g))
	sealer, err := seal.Open(t.Context(), w.d, seal.NewKey())
	w.must(err)
	w.cases, w.vault = casefile.NewStore(g, sealer), vault.NewStore(g, sealer)
	w.watch = watch.NewStore(g, w.cases)
	return w
}

func (w *desk) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *desk) record(id, victim, suspect, relationship string) string {
	w.t.Helper()
	return w.recordBy(access.Program(police, "Setter up"), id, victim, suspect, relationship)
}

func (w *desk) recordBy(by access.Actor, id, victim, suspect, relationship string) string {
	w.t.Helper()
	key, _, err := w.held.Record(w.t.Context(), by, &report.Record{
		Agency: "Northmoor Police", ID: id, Kind: report.Crime, Reported: w.now.Add(-time.Hour), Count: 1, Offence: "Harassment", Relationship: relationship,
		Victim: report.Party{GivenName: victim, FamilyName: "Quill", Born: "1991-04-02"}, Suspect: report.Party{GivenName: suspect, FamilyName: "Farrow", Born: "1985-03-02"},
		Narrative: "He followed her home and she is afraid he will hurt her."})
	w.must(err)
	return key
}

func (w *desk) pass() {
	w.t.Helper()
	_, err := w.watch.Pass(w.t.Context())
	w.must(err)
}

func (w *desk) list(by access.Actor, s watch.Search) []watch.Line {
	w.t.Helper()
	all, total, err := w.watch.List(w.t.Context(), by, s, 0, 100)
	w.must(err)
	if total != len(all) {
		w.t.Errorf("%d warnings of %d", len(all), total)
	}
	return all
}

// standing is the rules that stand in the cases somebody is shown: each is asked for.
func (w *desk) standing(by access.Actor, s watch.Search) (rules []string) {
	w.t.Helper()
	all := 0
	for _, id := range warning.IDs() {
		s.Rule = id
		for range w.list(by, s) {
			rules = append(rules, id)
		}
	}
	s.Rule = ""
	for _, l := range w.list(by, s) {
		all += l.All
	}
	if !s.Overdue && all != len(rules) {
		w.t.Errorf("%d warnings are counted, and there stand %v", all, rules)
	}
	slices.Sort(rules)
	return rules
}

// TestAsThingsHappen follows a case: what is written down, what comes in and what
// time does change what stands.
func TestAsThingsHappen(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := open(t, where)
		ann := accesstest.Somebody(t, w.d, police, "Ann", access.Officer)
		sue := accesstest.Somebody(t, w.d, police, "Sue", access.Supervisor)
		ada := accesstest.Somebody(t, w.d, haven, "Ada", access.Advocate)
		ned := accesstest.Somebody(t, w.d, beyond, "Ned", access.Health)
		w.now = w.now.Add(time.Minute)
		first := w.record("C/1", "Mara", "Edmund", "ex-partner")
		id, err := w.cases.Open(t.Context(), ann, person.VictimOf(first), person.SuspectOf(first), "")
		w.must(err)
		w.pass()
		stand := w.standing(ann, watch.Search{Whose: watch.Mine})
		if !slices.Contains(stand, "fear-or-impact") || slices.Contains(stand, "course-of-conduct") {
			t.Fatalf("after one report there stand %v", stand)
		}

		w.now = w.now.Add(time.Hour)
		w.record("C/2", "Mara", "Edmund", "ex-partner")
		w.pass()
		stand = w.standing(ann, watch.Search{Whose: watch.Mine})
		if !slices.Contains(stand, "course-of-conduct") || !slices.Contains(stand, "former-partner") {
			t.Errorf("after a second report there stand %v", stand)
		}

		for name, c := range map[string]struct {
			by    access.Actor
			whose watch.Whose
			want  int
		}{"lead": {ann, watch.Mine, 1}, "supervisor, own": {sue, watch.Mine, 0}, "supervisor, agency": {sue, watch.Agency, 1},
			"advocate, agency": {ada, watch.Agency, 0}, "advocate, all": {ada, watch.All, 1}, "in no agreement": {ned, watch.All, 0}} {
			if got := w.list(c.by, watch.Search{Whose: c.whose}); len(got) != c.want {
				t.Errorf("%s: %d cases, want %d", name, len(got), c.want)
			}
		}
		if got := w.list(sue, watch.Search{Whose: watch.All, Rule: "former-partner"}); len(got) != 1 || got[0].Victim == "" || got[0].Case != id {
			t.Errorf("narrowed to one rule: %+v", got)
		}
		if got := w.list(ann, watch.Search{Overdue: true}); len(got) != 0 {
			t.Errorf("overdue already: %+v", got)
		}

		w.now = w.now.Add(72 * time.Hour)
		w.pass()
		late := w.list(ann, watch.Search{Rule: "course-of-conduct", Overdue: true})
		if len(late) == 0 || late[0].Level < 2 {
			t.Errorf("after three days there is overdue: %+v", late)
		}

		w.must(w.cases.Do(t.Context(), ann, id, "assessment:made", w.now.Format(time.DateOnly), ""))
		w.pass()
		if got := w.standing(ann, watch.Search{}); slices.Contains(got, "no-current-assessment") {
			t.Errorf("after an assessment there stand %v", got)
		}
		w.must(w.cases.Answer(t.Context(), ann, id, "course-of-conduct", "Recorded as stalking on paper"))
		if err := w.cases.Answer(t.Context(), ann, id, "former-partner", "I think so"); err == nil {
			t.Error("an officer set a hold aside")
		}
		w.must(w.cases.Answer(t.Context(), sue, id, "former-partner", "Harassment only, because of this"))
		w.pass()
		if got := w.standing(ann, watch.Search{}); slices.Contains(got, "course-of-conduct") || slices.Contains(got, "former-partner") {
			t.Errorf("after answers there stand %v", got)
		}
		past, total, err := w.watch.Past(t.Context(), ada, id, 0, 10)
		w.must(err)
		if total < 3 || past[0].Why != watch.Answered || past[0].Cleared.Before(past[0].Found) {
			t.Errorf("past: %+v", past)
		}
		if _, _, err := w.watch.Past(t.Context(), ned, id, 0, 10); err == nil {
			t.Error("an agency that is in no agreement reads what stood")
		}

		w.now = w.now.Add(time.Hour)
		w.record("C/3", "Mara", "Edmund", "ex-partner")
		w.pass()
		back := w.list(ann, watch.Search{Rule: "former-partner"})
		if len(back) != 1 || !back[0].Again {
			t.Errorf("after a new incident: %+v", back)
		}

		w.must(w.cases.Close(t.Context(), sue, id, "Moved away", true, w.version(sue, id)))
		w.pass()
		if got := w.list(sue, watch.Search{Whose: watch.All}); len(got) != 0 {
			t.Errorf("a closed case has warnings: %+v", got)
		}
		w.must(w.cases.Reopen(t.Context(), sue, id, "He is back"))
		w.pass()
		if got := w.list(sue, watch.Search{Whose: watch.All}); len(got) == 0 {
			t.Error("an opened case has none")
		}
	})
}

// TestMerged has the warnings of two cases that are merged be those of the one that
// stays, until that is undone.
func TestMerged(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := open(t, where)
		sue := accesstest.Somebody(t, w.d, police, "Sue", access.Supervisor)
		w.now = w.now.Add(time.Hour)
		first, second := w.record("C/1", "Mara", "Edmund", "ex-partner"), w.record("C/2", "Mara", "Lucian", "neighbour")
		var ids []string
		for _, key := range []string{first, second} {
			id, err := w.cases.Open(t.Context(), sue, person.VictimOf(key), person.SuspectOf(key), "")
			w.must(err)
			ids = append(ids, id)
		}
		w.must(w.held.Decide(t.Context(), access.Program(police, "Setter up"), person.SuspectOf(first), person.SuspectOf(second), true, "One man by two names"))
		cases := func(want ...string) {
			t.Helper()
			w.pass()
			var got []string
			for _, l := range w.list(sue, watch.Search{Whose: watch.All}) {
				got = append(got, l.Case)
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("warnings stand in %v, want %v", got, want)
			}
		}
		cases(ids...)
		w.must(w.cases.Merge(t.Context(), sue, ids[0], ids[1], "One course", w.version(sue, ids[0]), w.version(sue, ids[1])))
		cases(ids[0])
		p, err := w.cases.One(t.Context(), sue, ids[0], 0, 1)
		w.must(err)
		if all := w.list(sue, watch.Search{Whose: watch.All}); all[0].All != len(p.Warnings) {
			t.Errorf("%d are kept, and the case says %d", all[0].All, len(p.Warnings))
		}
		w.must(w.cases.Unmerge(t.Context(), sue, ids[0], p.Parts[0].Join, "They are two", p.Version))
		cases(ids...)
	})
}

func (w *desk) version(by access.Actor, id string) int64 {
	w.t.Helper()
	p, err := w.cases.One(w.t.Context(), by, id, 0, 1)
	w.must(err)
	return p.Version
}

// TestAsOneAsks holds what is kept to what the page of the case says by itself.
func TestAsOneAsks(t *testing.T) {
	w := open(t, t.TempDir()+"/clew.db")
	ann := accesstest.Somebody(t, w.d, police, "Ann", access.Supervisor)
	var ids []string
	for i := range 12 {
		w.now = w.now.Add(7 * time.Hour)
		key := w.record(fmt.Sprint("C/", i), []string{"Mara", "Ottilie", "Beatrix"}[i%3], []string{"Edmund", "Lucian"}[i%2], []string{"ex-partner", "neighbour"}[i%2])
		id, err := w.cases.Open(t.Context(), ann, person.VictimOf(key), person.SuspectOf(key), "")
		w.must(err)
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
		if i%4 == 1 {
			w.must(w.cases.Do(t.Context(), ann, id, "warning:harassment-warning", w.now.Format(time.DateOnly), ""))
		}
		w.pass()
		for _, id := range ids {
			p, err := w.cases.One(t.Context(), ann, id, 0, 1)
			w.must(err)
			var want, got []string
			for _, x := range p.Warnings {
				due, again := int64(0), int64(0)
				if !x.By.IsZero() {
					due = x.By.UnixMicro()
				}
				if x.Again {
					again = 1
				}
				want = append(want, kept(x.Rule, string(x.Severity), int64(x.Level), x.Raised.UnixMicro(), due, again))
			}
			w.must(w.d.Read(t.Context(), func(v *db.View) (err error) {
				got, err = db.All(t.Context(), v, func(r db.Row) (s string, err error) {
					var rule, severity string
					var level, raised, due, again int64
					err = r.Scan(&rule, &severity, &level, &raised, &due, &again)
					return kept(rule, severity, level, raised, due, again), err
				}, `SELECT rule, severity, level, raised, due, again FROM case_warnings WHERE case_id = $1 AND cleared IS NULL`, id)
				return err
			}))
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(want, got) {
				t.Fatalf("after %d reports case %s has kept\n%v\nand says\n%v", i+1, id, got, want)
			}
		}
	}
}

func kept(rule, severity string, level, raised, due, again int64) string {
	return fmt.Sprint(rule, " ", severity, " ", level, " ", raised, " ", due, " ", again)
}

// TestHolds holds back what a hold stops, and lets somebody senior decide.
func TestHolds(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := open(t, where)
		ann := accesstest.Somebody(t, w.d, police, "Ann", access.Officer)
		sue := accesstest.Somebody(t, w.d, police, "Sue", access.Supervisor)
		kim := accesstest.Somebody(t, w.d, police, "Kim", access.Analyst)
		audit := recording.NewStore(w.guard)
		audit.Holds = func(ctx context.Context, q db.Querier, sight *access.Sight, victim, suspect string) (string, error) {
			return w.cases.Holding(ctx, q, sight, victim, suspect, warning.Classify, w.now)
		}
		w.now = w.now.Add(time.Hour)
		first := w.record("C/1", "Mara", "Edmund", "ex-partner")
		w.now = w.now.Add(30 * time.Hour)
		w.record("C/2", "Mara", "Edmund", "ex-partner")
		id, err := w.cases.Open(t.Context(), ann, person.VictimOf(first), person.SuspectOf(first), "")
		w.must(err)
		today := w.now.Format(time.DateOnly)
		refused := func(what string, err error, field string) {
			t.Helper()
			if bad := (fault.Invalid{}); !errors.As(err, &bad) || bad.Of(field) == "" {
				t.Errorf("%s: %v", what, err)
			}
		}
		refused("an officer grades", w.cases.Do(t.Context(), ann, id, "decision:grade", today, "Low"), "deed")
		refused("an officer says it is not stalking", w.cases.Do(t.Context(), ann, id, "decision:not-stalking", today, "A quarrel"), "deed")
		all, _, err := audit.Worklist(t.Context(), kim, recording.Filter{}, 0, 10)
		w.must(err)
		if len(all) != 1 {
			t.Fatalf("%d patterns", len(all))
		}
		_, err = audit.Decide(t.Context(), kim, all[0].ID, recording.Harassment, "", "Harassment only", all[0].Reports)
		refused("an analyst decides on harassment only", err, "verdict")
		if _, err := audit.Decide(t.Context(), kim, all[0].ID, recording.NeedsEnquiry, "", "Ask her", all[0].Reports); err != nil {
			t.Errorf("an analyst who asks for more: %v", err)
		}
		w.must(w.cases.Do(t.Context(), ann, id, "assessment:made", today, ""))
		w.must(w.cases.Do(t.Context(), ann, id, "decision:grade", today, "High"))
		w.must(w.cases.Do(t.Context(), sue, id, "decision:not-stalking", today, "Both live in one house by order of the court"))
	})
}

// TestTypedByAFriend has a friend of the suspect record what the victim told him. He
// cannot see the case; those who work on it are told the same day.
func TestTypedByAFriend(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := open(t, where)
		ann := accesstest.Somebody(t, w.d, police, "Ann", access.Officer)
		friend := accesstest.Somebody(t, w.d, police, "Friend", access.Officer)
		w.now = w.now.Add(time.Hour)
		first := w.record("C/1", "Mara", "Edmund", "ex-partner")
		_, err := w.cases.Open(t.Context(), ann, person.VictimOf(first), person.SuspectOf(first), "")
		w.must(err)
		accesstest.Lock(t, w.d, friend.Account, person.SuspectOf(first))
		w.now = w.now.Add(time.Hour)
		w.pass()
		if got := w.list(ann, watch.Search{Rule: "unlinked-reports"}); len(got) != 0 {
			t.Fatalf("unlinked already: %+v", got)
		}
		w.recordBy(friend, "C/2", "Mara", "Edmund", "ex-partner")
		w.pass()
		if got := w.list(ann, watch.Search{Rule: "unlinked-reports"}); len(got) != 1 {
			t.Errorf("the case is told nothing: %+v", got)
		}
		if got := w.list(friend, watch.Search{Whose: watch.All}); len(got) != 0 {
			t.Errorf("the friend sees %+v", got)
		}
	})
}

// TestTimelineKeepsWhatStood has warnings that were answered, set aside or ended with
// the case stay on the timeline, with when and by whom; and only once.
func TestTimelineKeepsWhatStood(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := open(t, where)
		w.cases.Before = watch.Before
		ann := accesstest.Somebody(t, w.d, police, "Ann", access.Officer)
		sue := accesstest.Somebody(t, w.d, police, "Sue", access.Supervisor)
		w.now = w.now.Add(time.Minute)
		first := w.record("C/1", "Mara", "Edmund", "ex-partner")
		id, err := w.cases.Open(t.Context(), ann, person.VictimOf(first), person.SuspectOf(first), "")
		w.must(err)
		w.now = w.now.Add(time.Hour)
		w.record("C/2", "Mara", "Edmund", "ex-partner")
		w.pass()
		stood := func() (all []string) {
			l, err := w.cases.Timeline(t.Context(), ann, id, casefile.Sieve{})
			w.must(err)
			lines := 0
			for i := range l.Picture.Lines {
				for _, n := range l.Picture.Lines[i].Items {
					if l.All[n].Kind == casefile.Stood {
						lines++
					}
				}
			}
			for i := range l.All {
				if x := &l.All[i]; x.Kind == casefile.Stood {
					all = append(all, x.Was.Rule+" "+x.Was.Why+" by "+x.Was.By)
					if x.Was.Cleared.Before(x.Was.Raised) || x.At != x.Was.Raised || x.Words == "" {
						t.Errorf("a warning that stood: %+v", x)
					}
				}
			}
			if lines != len(all) {
				t.Errorf("the picture has %d warnings that stood, the list %d", lines, len(all))
			}
			slices.Sort(all)
			return all
		}
		if got := stood(); len(got) != 0 {
			t.Fatalf("stood already: %v", got)
		}
		w.now = w.now.Add(time.Hour)
		w.must(w.cases.Answer(t.Context(), sue, id, "former-partner", "A court found otherwise"))
		w.now = w.now.Add(time.Minute)
		w.pass()
		if got := stood(); !slices.Equal(got, []string{"former-partner Answered by Sue"}) {
			t.Errorf("after one was set aside: %v", got)
		}
		p, err := w.cases.One(t.Context(), sue, id, 0, 5)
		w.must(err)
		w.must(w.cases.Close(t.Context(), sue, id, "She moved", true, p.Version))
		standing := len(p.Warnings)
		for _, when := range []string{"before the pass", "after it"} {
			got := stood()
			if len(got) != 1+standing {
				t.Errorf("closed, %s: %v, want %d of them", when, got, 1+standing)
			}
			for _, x := range got {
				if x != "former-partner Answered by Sue" && !strings.HasSuffix(x, "The case was closed by ") {
					t.Errorf("closed, %s: %s", when, x)
				}
			}
			w.now = w.now.Add(time.Minute)
			w.pass()
		}
		w.must(w.cases.Reopen(t.Context(), sue, id, "He is back"))
		w.pass()
		if got := stood(); len(got) != 1+standing {
			t.Errorf("opened again: %v", got)
		}
	})
}

// TestOthersWhoAreHidden: what stands in a list because others report the suspect, too, is
// not there once the others are hidden from anybody; the page says it to who may know.
func TestOthersWhoAreHidden(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := open(t, where)
		ann, bob := accesstest.Somebody(t, w.d, police, "Ann", access.Supervisor), accesstest.Somebody(t, w.d, police, "Bob", access.Officer)
		first := w.record("C/1", "Mara", "Edmund", "")
		w.record("C/1a", "Mara", "Edmund", "")
		other, _, err := w.held.Record(t.Context(), access.Program(police, "Setter up"), &report.Record{Agency: "Northmoor Police", ID: "C/2", Kind: report.Crime, Reported: w.now.Add(-time.Hour), Count: 1, Offence: "Harassment",
			Victim: report.Party{GivenName: "Ottilie", FamilyName: "Fernhollow", Born: "1975-09-19"}, Suspect: report.Party{GivenName: "Edmund", FamilyName: "Farrow", Born: "1985-03-02"}, Narrative: "He followed her home."})
		w.must(err)
		id, err := w.cases.Open(t.Context(), ann, person.VictimOf(first), person.SuspectOf(first), "")
		w.must(err)
		w.pass()
		if got := w.standing(ann, watch.Search{}); !slices.Contains(got, "other-victims") {
			t.Fatalf("another reports him, and there stand %v", got)
		}
		_, err = w.guard.Flag(t.Context(), ann, person.VictimOf(other), []string{bob.Account}, nil, "Her brother")
		w.must(err)
		w.now = w.now.Add(25 * time.Hour)
		w.pass()
		if got := w.standing(ann, watch.Search{}); slices.Contains(got, "other-victims") {
			t.Errorf("the other is hidden from somebody, and there stand %v", got)
		}
		p, err := w.cases.One(t.Context(), ann, id, 0, 1)
		w.must(err)
		if !slices.ContainsFunc(p.Warnings, func(x warning.Warning) bool { return x.Rule == "other-victims" }) {
			t.Error("the page does not say it to who may know")
		}
	})
}

// TestOneCaseHoldsUpNoOther has a case of which a row is damaged. The others are asked
// about all the same, and it is again later.
func TestOneCaseHoldsUpNoOther(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := open(t, where)
		ann := accesstest.Somebody(t, w.d, police, "Ann", access.Officer)
		w.now = w.now.Add(time.Minute)
		opened := func(id, victim, suspect string) string {
			t.Helper()
			key := w.record(id, victim, suspect, "ex-partner")
			one, err := w.cases.Open(t.Context(), ann, person.VictimOf(key), person.SuspectOf(key), "")
			w.must(err)
			return one
		}
		bad := opened("C/1", "Mara", "Edmund")
		w.must(w.d.Write(t.Context(), func(tx *db.Tx) error {
			return tx.Insert(t.Context(), "case_steps", []string{"id", "case_id", "kind", "agency", "shared", "about", "words", "account", "name", "at"},
				[][]any{{db.NewID(), bad, string(casefile.Did), police, 1, "damaged", []byte{}, ann.Account, ann.Name, tx.Now.UnixMicro()}})
		}))
		w.now = w.now.Add(time.Minute)
		good := opened("C/2", "Joan", "Saul")
		n, err := w.watch.Pass(t.Context())
		if n != 1 || err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%d cases were asked about: %v", n, err)
		}
		if all := w.list(ann, watch.Search{Whose: watch.Mine}); len(all) != 1 || all[0].Case != good {
			t.Errorf("listed: %+v", all)
		}
		w.pass()
		w.now = w.now.Add(11 * time.Minute)
		if _, err := w.watch.Pass(t.Context()); err == nil {
			t.Error("it is asked about no more")
		}
	})
}
