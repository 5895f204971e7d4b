package casefile_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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
	"clew/internal/report"
	"clew/internal/seal"
)

const (
	police = "police:1"
	haven  = "advocacy:1" // reads together with the police
	beyond = "nhs:9"      // in no agreement
)

// A desk is a partnership with two reports about one pair, and people who work.
type desk struct {
	t      testing.TB
	d      *db.DB
	guard  *access.Guard
	cases  *casefile.Store
	sealer *seal.Sealer
	victim string // mentions
	other  string // of the victim, in the second report
	him    string
	third  string // somebody else, reported once
}

func open(t testing.TB, d *db.DB) *desk {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	accesstest.Agencies(t, d, police, haven, beyond)
	g := access.NewGuard(d)
	now := d.Now()
	_, err := g.Agree(t.Context(), access.Program(police, "Setter up"), access.Agreement{Level: access.ReadTogether, Title: "Clinic", Basis: "Public task", Parties: []string{haven, police}, Since: now.Add(-time.Hour), Review: now.AddDate(0, 6, 0), Until: now.AddDate(1, 0, 0)})
	must(err)
	held := pattern.NewStore(g, person.NewStore(g))
	sealer, err := seal.Open(t.Context(), d, seal.NewKey())
	must(err)
	g.Who = func(ctx context.Context, q db.Querier, accounts []string) (map[string]access.Colleague, error) {
		all := map[string]access.Colleague{}
		err := db.Each(ctx, q, func(r db.Row) (x [2]string, err error) { return x, r.Scan(&x[0], &x[1]) }, func(x [2]string) error {
			all[x[0]] = access.Colleague{Name: "Name of " + x[0], Agency: x[1]}
			return nil
		}, `SELECT id, agency FROM account_holders WHERE id IN (`+db.List(1, len(accounts))+`)`, db.Args(accounts)...)
		return all, err
	}
	w := &desk{t: t, d: d, guard: g, cases: casefile.NewStore(g, sealer), sealer: sealer}
	record := func(id, suspect string, day int) string {
		key, _, err := held.Record(t.Context(), access.Program(police, "Setter up"), &report.Record{
			Agency: "Northmoor Police", ID: id, Kind: report.Crime, Reported: time.Date(2026, 1, day, 9, 0, 0, 0, time.UTC), Count: 1, Offence: "Harassment",
			Victim: report.Party{GivenName: "Mara", FamilyName: "Quill", Born: "1991-04-02", Phones: []string{"07700 900101"}}, Suspect: report.Party{GivenName: suspect, FamilyName: "Farrow", Born: "1985-03-0" + fmt.Sprint(1+len(suspect)%8)},
			Narrative: "He followed her home and she is afraid he will hurt her."})
		must(err)
		return key
	}
	first, second, third := record("C/1", "Edmund", 3), record("C/2", "Edmund", 17), record("C/3", "Sylvester", 20)
	w.victim, w.other, w.him, w.third = person.VictimOf(first), person.VictimOf(second), person.SuspectOf(first), person.SuspectOf(third)
	return w
}

// somebody is a person who works, with an account.
func (w *desk) somebody(agency, name string, roles ...access.Role) access.Actor {
	w.t.Helper()
	if err := w.d.Write(w.t.Context(), func(tx *db.Tx) error {
		return tx.Exec(w.t.Context(), `INSERT INTO account_holders (id, agency, name, name_key, sign_in, state, password, code, code_step, made, ended_by, version) VALUES ($1, $2, $1, $1, $1, 'active', '', '', 0, 0, '', 1)`, name, agency)
	}); err != nil {
		w.t.Fatal(err)
	}
	return accesstest.Somebody(w.t, w.d, agency, name, roles...)
}

func (w *desk) begin(by access.Actor) string {
	w.t.Helper()
	id, err := w.cases.Open(w.t.Context(), by, w.victim, w.him, "Two reports in a fortnight")
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *desk) page(by access.Actor, id string) casefile.Page {
	w.t.Helper()
	p, err := w.cases.One(w.t.Context(), by, id, 0, 50)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *desk) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *desk) invalid(err error, field string) {
	w.t.Helper()
	if bad := (fault.Invalid{}); !errors.As(err, &bad) || bad.Of(field) == "" {
		w.t.Errorf("%v, want something wrong with %s", err, field)
	}
}

func (w *desk) is(err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Errorf("%v, want %v", err, want)
	}
}

func wrote(p casefile.Page, words string) bool {
	return slices.ContainsFunc(p.Events, func(e casefile.Event) bool { return strings.Contains(e.Words, words) })
}

func kinds(p casefile.Page) (all []casefile.Kind) {
	for _, e := range p.Events {
		all = append(all, e.Kind)
	}
	return all
}

// TestCase is a case from its first day to its last.
func TestCase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(haven, "ceri", access.Advocate)
		id := w.begin(ann)
		if again, err := w.cases.Open(t.Context(), ceri, w.other, w.him, ""); err != nil || again != id {
			t.Errorf("opened again by another mention: %q, %v, want the case that is there", again, err)
		}
		p := w.page(ann, id)
		if p.Victim.Name != "Mara Quill" || len(p.Suspects) != 1 || p.Holder != police || !p.Mine || len(p.Team) != 1 || !p.Team[0].Leads {
			t.Errorf("opened: %+v", p.Case)
		}
		if len(p.Patterns) != 1 || p.Patterns[0].Reports != 2 {
			t.Errorf("patterns %+v, want the two reports", p.Patterns)
		}
		if got := kinds(p); !slices.Equal(got, []casefile.Kind{casefile.Opened, casefile.Reported, casefile.Reported}) {
			t.Errorf("what happened: %v", got)
		}

		w.invalid(w.cases.Note(t.Context(), ann, id, " ", false, ""), "words")
		w.invalid(w.cases.Note(t.Context(), ann, id, "Seen", true, "because"), "basis")
		w.must(w.cases.Note(t.Context(), ann, id, "His car stood outside", false, "consent"))
		w.must(w.cases.Note(t.Context(), ceri, id, "She sleeps badly", true, "consent"))
		if mine, theirs := w.page(ann, id), w.page(ceri, id); !wrote(mine, "His car") || !wrote(mine, "sleeps badly") || wrote(theirs, "His car") || !wrote(theirs, "sleeps badly") || theirs.Total != mine.Total-1 {
			t.Errorf("police read %d events, advocates %d: a note that is not shared is its agency’s own", mine.Total, theirs.Total)
		}

		w.invalid(w.cases.AddTask(t.Context(), ann, id, "Ask the neighbour", "ceri", "27/3/2030"), "owner")
		w.must(w.cases.Join(t.Context(), ann, id, "ceri", false))
		w.invalid(w.cases.AddTask(t.Context(), ann, id, "", "ceri", "2030"), "due")
		w.must(w.cases.AddTask(t.Context(), ann, id, "Ask the neighbour", "ceri", "27/3/2030"))
		w.must(w.cases.AddTask(t.Context(), ann, id, "Change the locks", "ceri", "1/2/2026"))
		w.invalid(w.cases.Leave(t.Context(), ann, id, "ceri"), "member")
		todo, total, err := w.cases.Tasks(t.Context(), ceri, 0, 10)
		if err != nil || total != 2 || todo[0].What != "Change the locks" || !todo[0].Overdue || todo[1].Overdue || todo[0].About != "Mara Quill" {
			t.Fatalf("what ceri must do: %+v, %v", todo, err)
		}
		w.invalid(w.cases.Close(t.Context(), ann, id, "Over", false, w.page(ann, id).Version), "although")
		for _, task := range todo {
			w.must(w.cases.Finish(t.Context(), ceri, id, task.ID, "It was done"))
			w.is(w.cases.Finish(t.Context(), ann, id, task.ID, ""), fault.Conflict)
		}
		w.must(w.cases.Leave(t.Context(), ann, id, "ceri"))
		w.invalid(w.cases.Leave(t.Context(), ann, id, "ann"), "member")
		w.is(w.cases.SetStage(t.Context(), ceri, id, "court", 1), fault.Forbidden)
		w.invalid(w.cases.Tell(t.Context(), ann, id, ""), "told")
		w.must(w.cases.Tell(t.Context(), ann, id, "By phone: we close it on Friday"))
		w.must(w.cases.Name(t.Context(), ann, id, w.third))

		if p = w.page(ann, id); len(p.Suspects) != 2 || p.Total != 3+2+1+2+1+1+1+1 { // opened, reports, notes, joined, done, left, told, named, the third report
			t.Errorf("%d suspects and %d events: %v", len(p.Suspects), p.Total, kinds(p))
		}
		w.invalid(w.cases.Close(t.Context(), ann, id, "", true, p.Version), "why_close")
		if len(p.Stands) != 2 || !strings.Contains(p.Stands[0], "nobody has decided") || !strings.Contains(p.Stands[1], "assessment") {
			t.Errorf("in the way: %q", p.Stands)
		}
		w.must(w.cases.Close(t.Context(), ann, id, "He has moved to Orkney", true, p.Version))
		w.is(w.cases.Note(t.Context(), ann, id, "One more", false, ""), fault.Conflict)
		if p = w.page(ann, id); p.Closed.IsZero() || !wrote(p, "Closed although: The records suggest stalking") {
			t.Errorf("closed: %+v", p.Events[0])
		}
		if _, n, err := w.cases.List(t.Context(), ann, casefile.Mine, false, 0, 10); err != nil || n != 0 {
			t.Errorf("%d open, %v", n, err)
		}
		closed, n, err := w.cases.List(t.Context(), ceri, casefile.All, true, 0, 10)
		if err != nil || n != 1 || closed[0].Victim != "Mara Quill" || closed[0].Suspects != 2 || closed[0].Lead != "Name of ann" || closed[0].Reports != 2 {
			t.Errorf("closed: %+v, %v", closed, err)
		}
		w.invalid(w.cases.Reopen(t.Context(), ann, id, ""), "why")
		w.must(w.cases.Reopen(t.Context(), ann, id, "He is back"))
		w.must(w.cases.Reopen(t.Context(), ann, id, "He is back"))
		if p = w.page(ann, id); !p.Closed.IsZero() || len(p.Stands) != 3 {
			t.Errorf("opened again: %v, in the way %q: what the victim was told before does not count", p.Closed, p.Stands)
		}
	})
}

// TestWarnings has early warnings raised by the reports of a case, and answered by
// what people write down that they did.
func TestWarnings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		officer, ann := w.somebody(police, "officer", access.Officer), w.somebody(police, "ann", access.Supervisor)
		id := w.begin(officer)
		stands := func(want ...string) {
			t.Helper()
			var got []string
			for _, x := range w.page(ann, id).Warnings {
				got = append(got, x.Rule)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%v stand, want %v", got, want)
			}
		}
		do := func(by access.Actor, deed, on, words string) {
			t.Helper()
			w.must(w.cases.Do(t.Context(), by, id, deed, on, words))
		}
		stands("course-of-conduct", "fear-or-impact", "no-advocate-offer", "no-current-assessment", "powers-not-considered")

		w.invalid(w.cases.Do(t.Context(), ann, id, "decision:spo", "1/2/2026", " "), "deed_words")
		w.invalid(w.cases.Do(t.Context(), ann, id, "dance", "1/2/2026", ""), "deed")
		w.invalid(w.cases.Do(t.Context(), ann, id, "arrest:suspect", "1/2/2126", ""), "on")
		w.invalid(w.cases.Do(t.Context(), ann, id, "arrest:suspect", "2026", ""), "on")

		do(officer, "offer:declined", "1/2/2026", "")
		do(officer, "assessment:made", "1/2/2026", "")
		do(officer, "decision:spo", "1/2/2026", "There is a restraining order already")
		stands("course-of-conduct", "fear-or-impact")
		do(officer, "warning:words-of-advice", "4/1/2026", "")
		stands("contact-after-warning", "course-of-conduct", "fear-or-impact")
		do(officer, "decision:breach", "2/2/2026", "The note was not served") // by one whose word lifts no hold
		stands("contact-after-warning", "course-of-conduct", "fear-or-impact")
		do(ann, "decision:breach", "2/2/2026", "The note was not served")
		stands("course-of-conduct", "fear-or-impact")
		do(ann, "decision:not-stalking", "3/2/2026", "Both are in one band")
		stands("fear-or-impact")
		if p := w.page(ann, id); p.Events[0].Kind != casefile.Did || p.Events[0].On != "2026-02-03" || p.Events[0].About != "decision:not-stalking" || p.Events[0].Words != "Both are in one band" {
			t.Errorf("the newest event: %+v", p.Events[0])
		}
	})
}

// TestApart has a case that is kept apart not there for whoever is not on its team.
func TestApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob := w.somebody(police, "ann", access.Officer), w.somebody(police, "bob", access.Supervisor)
		id := w.begin(ann)
		w.invalid(w.cases.KeepApart(t.Context(), bob, id, true, "His sister works here"), "why_apart")
		w.invalid(w.cases.KeepApart(t.Context(), ann, id, true, ""), "why_apart")
		w.must(w.cases.KeepApart(t.Context(), ann, id, true, "His sister works here"))
		if _, n, err := w.cases.List(t.Context(), bob, casefile.All, false, 0, 9); err != nil || n != 0 {
			t.Errorf("in the list: %d, %v", n, err)
		}
		if ids, err := w.cases.Of(t.Context(), bob, w.victim, ""); err != nil || len(ids) != 0 {
			t.Errorf("cases of the victim: %v, %v", ids, err)
		}
		_, err := w.cases.One(t.Context(), bob, id, 0, 9)
		w.is(err, fault.NotFound)
		for name, err := range map[string]error{
			"note": w.cases.Note(t.Context(), bob, id, "x", false, ""), "tell": w.cases.Tell(t.Context(), bob, id, "x"), "task": w.cases.AddTask(t.Context(), bob, id, "x", "ann", "1/1/2030"),
			"stage": w.cases.SetStage(t.Context(), bob, id, "court", 2), "apart": w.cases.KeepApart(t.Context(), bob, id, false, "x"), "close": w.cases.Close(t.Context(), bob, id, "x", true, 2),
			"reopen": w.cases.Reopen(t.Context(), bob, id, "x"), "join": w.cases.Join(t.Context(), bob, id, "bob", true), "leave": w.cases.Leave(t.Context(), bob, id, "ann"), "name": w.cases.Name(t.Context(), bob, id, w.third),
		} {
			if !errors.Is(err, fault.NotFound) {
				t.Errorf("%s: %v, want not found", name, err)
			}
		}
		if second, err := w.cases.Open(t.Context(), bob, w.victim, w.him, ""); err != nil || second == id {
			t.Errorf("opened by somebody it is hidden from: %q, %v, want a case of their own", second, err)
		}
		w.must(w.cases.Join(t.Context(), ann, id, "bob", false))
		w.page(bob, id) // from now on
		w.must(w.cases.Leave(t.Context(), ann, id, "bob"))
		_, err = w.cases.One(t.Context(), bob, id, 0, 9)
		w.is(err, fault.NotFound)
		w.must(w.cases.KeepApart(t.Context(), ann, id, false, "She has left"))
		w.page(bob, id)
	})
}

// TestCasesStayWhereTheyAre asks from beyond the agreement, and as somebody from whom
// the suspect is hidden.
func TestCasesStayWhereTheyAre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, nurse, friend := w.somebody(police, "ann", access.Supervisor), w.somebody(beyond, "nurse", access.Coordinator), w.somebody(police, "friend", access.Supervisor)
		id := w.begin(ann)
		w.must(w.cases.Join(t.Context(), ann, id, "friend", true))
		w.invalid(w.cases.Join(t.Context(), ann, id, "nurse", false), "member")
		w.must(w.cases.AddTask(t.Context(), ann, id, "Ask him", "friend", "1/1/2030"))
		_, err := w.guard.Flag(t.Context(), access.Program(police, "Setter up"), w.him, []string{"friend"}, nil, "They play football")
		w.must(err)
		for _, by := range []access.Actor{nurse, friend} {
			_, err := w.cases.One(t.Context(), by, id, 0, 9)
			w.is(err, fault.NotFound)
			for _, whose := range []casefile.Whose{casefile.Mine, casefile.Agency, casefile.All} {
				if all, n, err := w.cases.List(t.Context(), by, whose, false, 0, 9); err != nil || n != 0 || len(all) != 0 {
					t.Errorf("%s lists %d, %v", by.Name, n, err)
				}
			}
			if _, n, err := w.cases.Tasks(t.Context(), by, 0, 9); err != nil || n != 0 {
				t.Errorf("%s has %d tasks, %v", by.Name, n, err)
			}
			w.is(w.cases.Note(t.Context(), by, id, "x", false, ""), fault.NotFound)
			_, err = w.cases.Open(t.Context(), by, w.victim, w.him, "")
			w.is(err, fault.NotFound)
			_, err = w.cases.Of(t.Context(), by, w.victim, "")
			w.is(err, fault.NotFound)
		}
	})
}

// TestTwoAtOnce has many people change one case at once: nobody's change is lost
// without their being told.
func TestTwoAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann := w.somebody(police, "ann", access.Supervisor)
		id := w.begin(ann)
		for round := range 12 {
			seen := w.page(ann, id)
			var won, told int
			var mu sync.Mutex
			var all sync.WaitGroup
			for i := range 4 {
				all.Go(func() {
					stage := casefile.Stages[(round+i)%len(casefile.Stages)].Stage
					err := w.cases.SetStage(t.Context(), ann, id, stage, seen.Version)
					mu.Lock()
					defer mu.Unlock()
					switch {
					case errors.Is(err, fault.Conflict):
						told++
					case err == nil && stage != seen.Stage:
						won++
					case err != nil:
						t.Error(err)
					}
				})
			}
			all.Wait()
			if won > 1 || won+told < 3 {
				t.Errorf("%d changes were kept and %d people told, of 4 at once", won, told)
			}
		}
	})
}

// TestSealed looks for what was written in the files of the database, and has it
// gone when nobody is left whom the case is about.
func TestSealed(t *testing.T) {
	where := filepath.Join(t.TempDir(), "clew.db")
	d, err := db.Open(t.Context(), where, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, d)
	ann := w.somebody(police, "ann", access.Supervisor)
	id := w.begin(ann)
	w.must(w.cases.Note(t.Context(), ann, id, "canary-in-a-note", false, ""))
	w.must(w.cases.AddTask(t.Context(), ann, id, "task-canary", "ann", "1/1/2030"))
	forget := func(mention, stays string) {
		w.must(d.Write(t.Context(), func(tx *db.Tx) error { return w.cases.Forget(t.Context(), tx, mention, stays) }))
	}
	forget(w.victim, w.other)
	if p := w.page(ann, id); p.Victim.Name != "Mara Quill" || !wrote(p, "canary-in-a-note") {
		t.Errorf("after a mention went that another stands for: %+v", p.Case)
	}
	forget(w.other, "")
	if p := w.page(ann, id); p.Victim.ID != "" || !wrote(p, "canary-in-a-note") {
		t.Errorf("while the suspect is known: %+v", p.Case)
	}
	forget(w.him, "")
	p := w.page(ann, id)
	if len(p.Suspects) != 0 || wrote(p, "canary") || !slices.ContainsFunc(p.Events, func(e casefile.Event) bool { return e.Lost }) || p.Tasks[0].What != "" {
		t.Errorf("after all of it: %+v", p)
	}
	if p.Closed.IsZero() || len(w.lists(ann, casefile.All)) != 0 {
		t.Error("a case in which nobody is left is still open")
	}
	w.invalid(w.cases.Reopen(t.Context(), ann, id, "I was away"), "words")
	w.must(d.Close())
	files, err := filepath.Glob(where + "*")
	w.must(err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		w.must(err)
		if bytes.Contains(b, []byte("canary-in-a-note")) {
			t.Errorf("%s holds a note that is sealed", filepath.Base(f))
		}
	}
}
