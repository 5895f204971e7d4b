package casefile_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
)

func (w *desk) held() *pattern.Store { return pattern.NewStore(w.guard, person.NewStore(w.guard)) }

// record keeps a report, and is its key.
func (w *desk) record(r report.Record) string {
	w.t.Helper()
	if r.Kind == "" {
		r.Kind = report.Crime
	}
	if r.Reported.IsZero() {
		r.Reported = time.Date(2026, 2, 1, 9, 0, 0, 0, time.UTC)
	}
	r.Count = 1
	key, _, err := w.held().Record(w.t.Context(), access.Program(police, "Setter up"), &r)
	w.must(err)
	return key
}

// edmund is the suspect as the desk's reports write him.
var edmund = report.Party{GivenName: "Edmund", FamilyName: "Farrow", Born: "1985-03-07"}

var mara = report.Party{GivenName: "Mara", FamilyName: "Quill", Born: "1991-04-02", Phones: []string{"07700 900101"}}

// twins are two open cases of one pair, which two people opened without knowing of
// each other.
func (w *desk) twins(ann, bob access.Actor) (one, two string) {
	w.t.Helper()
	one = w.begin(ann)
	w.must(w.cases.KeepApart(w.t.Context(), ann, one, true, "For now"))
	two = w.begin(bob)
	w.must(w.cases.KeepApart(w.t.Context(), ann, one, false, "Over"))
	return one, two
}

func (w *desk) merge(by access.Actor, one, two string) error {
	w.t.Helper()
	return w.cases.Merge(w.t.Context(), by, one, two, "Opened twice", w.page(by, one).Version, w.page(by, two).Version)
}

func (w *desk) lists(by access.Actor, whose casefile.Whose) []casefile.Line {
	w.t.Helper()
	all, n, err := w.cases.List(w.t.Context(), by, whose, false, 0, 50)
	if err != nil || n != len(all) {
		w.t.Fatalf("%d of %d cases, %v", len(all), n, err)
	}
	return all
}

// TestMerge makes two cases one and two again.
func TestMerge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "bob", access.Supervisor), w.somebody(haven, "ceri", access.AdvocacyManager)
		one, two := w.twins(ann, bob)
		w.must(w.cases.Note(t.Context(), bob, two, "Written in the second", true, "consent"))
		w.must(w.cases.Note(t.Context(), ceri, two, "For the haven alone", false, ""))
		w.must(w.cases.AddTask(t.Context(), bob, two, "Ask the neighbour", "bob", "27/3/2030"))
		w.must(w.cases.Do(t.Context(), bob, two, "assessment:made", "1/2/2026", ""))
		call := w.keep(bob, two, silent("3/1/2026", w.page(bob, two).Suspects[0].ID))
		before := [2]casefile.Page{w.page(ann, one), w.page(ann, two)}

		j, err := w.cases.Joinable(t.Context(), ann, one)
		if err != nil || len(j.Same) != 1 || j.Same[0].ID != two {
			t.Fatalf("could be merged with %+v, %v", j.Same, err)
		}
		w.is(w.cases.Merge(t.Context(), ceri, one, two, "x", 1, 1), fault.Forbidden)
		w.invalid(w.cases.Merge(t.Context(), ann, one, "", "x", 1, 1), "other")
		w.invalid(w.cases.Merge(t.Context(), ann, one, one, "x", 1, 1), "other")
		w.invalid(w.cases.Merge(t.Context(), ann, one, two, " ", j.Version, j.Same[0].Version), "why")
		w.is(w.cases.Merge(t.Context(), ann, one, two, "Opened twice", j.Version, j.Same[0].Version+1), fault.Conflict)
		w.must(w.merge(ann, one, two))

		p := w.page(ann, two)
		if p.ID != one || len(p.Team) != 2 || len(p.Tasks) != 1 || !wrote(p, "Written in the second") || wrote(p, "haven alone") || len(p.Parts) != 1 || p.Parts[0].Case != two || len(p.Suspects) != 1 {
			t.Errorf("the merged id answers with %+v, team %+v", p.Case, p.Team)
		}
		if i := slices.IndexFunc(p.Events, func(e casefile.Event) bool { return e.Words == "Written in the second" }); i < 0 || p.Events[i].Case != two {
			t.Error("a note does not say in which case it was written")
		}
		if !wrote(w.page(ceri, one), "haven alone") {
			t.Error("a note of one’s own is gone")
		}
		for _, x := range []access.Actor{ann, bob} {
			if all := w.lists(x, casefile.Mine); len(all) != 1 || all[0].ID != one || all[0].Due.IsZero() || all[0].Suspects != 1 || all[0].Reports != 2 {
				t.Errorf("%s lists %+v", x.Name, all)
			}
		}
		todo, n, err := w.cases.Tasks(t.Context(), bob, 0, 9)
		if err != nil || n != 1 || todo[0].Case != one {
			t.Errorf("what bob must do: %+v, %v", todo, err)
		}
		if ids, err := w.cases.Of(t.Context(), ann, w.victim, ""); err != nil || !slices.Equal(ids, []string{one}) {
			t.Errorf("cases of the victim: %v, %v", ids, err)
		}
		if again, err := w.cases.Open(t.Context(), ann, w.victim, w.him, ""); err != nil || again != one {
			t.Errorf("opened again: %q, %v", again, err)
		}
		w.must(w.cases.Note(t.Context(), bob, two, "Written when they were one", true, "consent"))
		w.must(w.cases.Finish(t.Context(), bob, one, todo[0].ID, "She saw him"))
		w.invalid(w.merge(ann, one, two), "other")
		if l := w.listed(ann, one, "", ""); l.Total != 1 || l.All[0].Said.Words != "Said nothing, hung up" || l.All[0].Lost || l.All[0].Who == "" {
			t.Errorf("incidents of the one case: %+v", l)
		}
		put := silent("4/1/2026", p.Suspects[0].ID)
		put.Said.Why, put.Said.Words = "It was the day after", "Laughed, hung up"
		w.must(w.cases.CorrectIncident(t.Context(), ann, one, call, 1, put))
		w.must(w.cases.FeltOf(t.Context(), ann, one, call, 3, nil, "She does not sleep", "4/1/2026", ""))
		i := w.incident(ann, two, call)
		if len(i.Versions) != 2 || i.Now().Said.Words != "Laughed, hung up" || len(i.Facts) != 1 || i.Facts[0].Said != "She does not sleep" {
			t.Errorf("corrected as one: %+v", i)
		}
		if p := w.page(ann, one); !wrote(p, "Laughed") {
			t.Error("the incident is not in the chronology")
		}

		join := p.Parts[0].Join
		w.is(w.cases.Unmerge(t.Context(), ceri, one, join, "x", 1), fault.Forbidden)
		w.is(w.cases.Unmerge(t.Context(), ann, one, "none", "x", p.Version), fault.NotFound)
		w.invalid(w.cases.Unmerge(t.Context(), ann, one, join, " ", p.Version), "why_undo")
		w.is(w.cases.Unmerge(t.Context(), ann, one, join, "Two after all", p.Version+1), fault.Conflict)
		w.must(w.cases.Unmerge(t.Context(), ann, one, join, "Two after all", w.page(ann, one).Version))
		a, b := w.page(ann, one), w.page(ann, two)
		if a.ID != one || b.ID != two || len(a.Team) != 1 || len(b.Team) != 1 || b.Team[0].Account != "bob" || len(b.Tasks) != 0 || !wrote(b, "Ask the neighbour") && !wrote(a, "Ask the neighbour") {
			t.Errorf("two again: %+v and %+v", a.Case, b.Case)
		}
		if !wrote(a, "Written when they were one") || wrote(b, "Written when they were one") || wrote(a, "Written in the second") || !wrote(b, "Written in the second") || !wrote(w.page(ceri, two), "haven alone") {
			t.Error("a note is not where it was written")
		}
		if a.Stage != before[0].Stage || b.Stage != before[1].Stage || b.Holder != police || len(a.Parts)+len(b.Parts) != 0 {
			t.Errorf("not as they were: %+v, %+v", a.Case, b.Case)
		}
		w.is(w.cases.Unmerge(t.Context(), ann, one, join, "x", a.Version), fault.NotFound)
		if i := w.incident(ann, two, call); len(i.Versions) != 2 || i.Now().Said.Words != "Laughed, hung up" || len(i.Facts) != 1 || i.Facts[0].Said != "She does not sleep" || w.listed(ann, one, "", "").Total != 0 {
			t.Errorf("what was added to an incident is not with it: %+v", i)
		}
		_, err = w.cases.Incident(t.Context(), ann, one, call)
		w.is(err, fault.NotFound)
		w.must(w.merge(bob, two, one)) // and the other way round
		if p := w.page(bob, one); p.ID != two {
			t.Errorf("the other stays: %s", p.ID)
		}
	})
}

// TestMergeThree undoes the merging of a case that another was merged into before.
func TestMergeThree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob, cal := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "bob", access.Supervisor), w.somebody(police, "cal", access.Supervisor)
		one, two := w.twins(ann, bob)
		for by, id := range map[string]string{"ann": one, "bob": two} {
			w.must(w.cases.KeepApart(t.Context(), map[string]access.Actor{"ann": ann, "bob": bob}[by], id, true, "For now"))
		}
		three := w.begin(cal)
		w.must(w.cases.KeepApart(t.Context(), ann, one, false, "Over"))
		w.must(w.cases.KeepApart(t.Context(), bob, two, false, "Over"))
		w.must(w.merge(ann, two, three))
		w.must(w.merge(ann, one, two))
		if p := w.page(ann, three); p.ID != one || len(p.Team) != 3 || len(p.Parts) != 2 {
			t.Fatalf("three as one: %+v", p)
		}
		offer := w.sent(ann, one, sending(casefile.ToLead, haven))
		ceri := w.somebody(haven, "ceri", access.AdvocacyManager)
		w.must(w.cases.Accept(t.Context(), ceri, offer, ""))
		p := w.page(ceri, one)
		i := slices.IndexFunc(p.Parts, func(x casefile.Part) bool { return x.Case == two })
		w.must(w.cases.Unmerge(t.Context(), ceri, one, p.Parts[i].Join, "Two after all", p.Version))
		if p := w.page(ceri, three); p.ID != two || p.Holder != haven || len(p.Team) != 3 || p.Team[0].Account != "ceri" || !p.Team[0].Leads || p.Team[1].Leads || len(p.Parts) != 1 {
			t.Errorf("what was merged before is with it: %+v, %+v", p.Case, p.Team)
		}
		if p := w.page(ceri, one); len(p.Parts) != 0 || p.ID != one {
			t.Errorf("and not here: %+v", p.Parts)
		}
	})
}

// TestMergeRefused says in plain words why two cases cannot be one.
func TestMergeRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "bob", access.Supervisor), w.somebody(haven, "ceri", access.AdvocacyManager)
		one, two := w.twins(ann, bob)
		refused := func(a, b, words string) {
			t.Helper()
			err := w.merge(ann, a, b)
			bad, ok := errors.AsType[fault.Invalid](err)
			if !ok || !strings.Contains(bad.Of("other"), words) {
				t.Errorf("%v, want words of %q", err, words)
			}
		}
		// A case that is kept apart is not merged into an open one, nor the other way.
		w.must(w.cases.Join(t.Context(), ann, one, "bob", false))
		w.must(w.cases.KeepApart(t.Context(), ann, one, true, "His sister works here"))
		w.is(w.cases.Merge(t.Context(), ceri, two, one, "x", 1, 1), fault.Forbidden)
		bad, ok := errors.AsType[fault.Invalid](w.merge(bob, two, one))
		if !ok || !strings.Contains(bad.Of("other"), "kept apart") {
			t.Errorf("apart into open: %v", bad)
		}
		bad, ok = errors.AsType[fault.Invalid](w.merge(bob, one, two))
		if !ok || !strings.Contains(bad.Of("other"), "kept apart") {
			t.Errorf("open into apart: %v", bad)
		}
		w.must(w.cases.KeepApart(t.Context(), bob, two, true, "His sister works here")) // both, each for its own team
		bad, ok = errors.AsType[fault.Invalid](w.merge(bob, one, two))
		if !ok || !strings.Contains(bad.Of("other"), "team of its own") {
			t.Errorf("two teams: %v", bad)
		}
		w.must(w.cases.Join(t.Context(), bob, two, "ann", false))
		w.must(w.merge(bob, one, two))
		p := w.page(bob, one)
		w.must(w.cases.Unmerge(t.Context(), bob, one, p.Parts[0].Join, "x", p.Version))
		for _, id := range []string{one, two} {
			w.must(w.cases.KeepApart(t.Context(), bob, id, false, "Over"))
		}
		third, err := w.cases.Open(t.Context(), ann, w.victim, w.third, "")
		w.must(err)
		refused(one, third, "different suspects")
		jo := w.record(report.Record{Agency: "Northmoor Police", ID: "C/9", Offence: "Harassment", Victim: report.Party{GivenName: "Joan", FamilyName: "Pettifer", Born: "1970-01-09"}, Suspect: edmund})
		hers, err := w.cases.Open(t.Context(), ann, person.VictimOf(jo), person.SuspectOf(jo), "")
		w.must(err)
		refused(one, hers, "different victims")
		offer := w.sent(ann, two, sending(casefile.ToLead, haven))
		refused(one, two, "has not answered")
		w.must(w.cases.Accept(t.Context(), ceri, offer, ""))
		refused(one, two, "Another agency leads")
		w.must(w.cases.Accept(t.Context(), bob, w.sent(ceri, two, sending(casefile.ToLead, police)), ""))
		w.must(w.cases.Close(t.Context(), bob, two, "Over", true, w.page(bob, two).Version))
		refused(one, two, "closed")
	})
}

// TestEnteredTwice merges the cases of a victim who was entered twice, once somebody
// says that she is one person: the link is there from that edit on.
func TestEnteredTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann := w.somebody(police, "ann", access.Supervisor)
		one := w.begin(ann)
		again := w.record(report.Record{Agency: "Northmoor Police", ID: "C/8", Offence: "Harassment", Victim: report.Party{GivenName: "Maria", FamilyName: "Kwill", Born: "1990-12-30"}, Suspect: edmund})
		two, err := w.cases.Open(t.Context(), ann, person.VictimOf(again), person.SuspectOf(again), "")
		if err != nil || two == one {
			t.Fatalf("%q, %v", two, err)
		}
		if j, err := w.cases.Joinable(t.Context(), ann, one); err != nil || len(j.Same) != 0 || len(j.Series) != 1 {
			t.Fatalf("before: %+v, %v", j, err)
		}
		w.must(w.held().Decide(t.Context(), access.Program(police, "Setter up"), w.victim, person.VictimOf(again), true, "One person, two spellings"))
		if j, err := w.cases.Joinable(t.Context(), ann, one); err != nil || len(j.Same) != 1 || len(j.Series) != 0 {
			t.Errorf("after the edit: %+v, %v", j, err)
		}
		all := w.lists(ann, casefile.Mine)
		if len(all) != 2 || all[0].Victim != all[1].Victim || all[0].Suspect != all[1].Suspect {
			t.Errorf("the list does not show both, of one pair: %+v", all)
		}
		for _, id := range []string{one, two} {
			if p := w.page(ann, id); p.Doubles != 1 {
				t.Errorf("the page says of %d more cases of the two, want 1", p.Doubles)
			}
		}
		w.must(w.merge(ann, one, two))
		if p := w.page(ann, two); p.Doubles != 0 || len(w.lists(ann, casefile.Mine)) != 1 {
			t.Error("they are one, and said to be two")
		}
		if p := w.page(ann, two); p.CrimesAll != 3 {
			t.Errorf("%d records in the one case, want the three", p.CrimesAll)
		}

		// They are two after all. The first was written in about the other for a while.
		friend := w.somebody(police, "friend", access.Supervisor)
		_, err = w.guard.Flag(t.Context(), access.Program(police, "Setter up"), person.VictimOf(again), []string{"friend"}, nil, "They are sisters")
		w.must(err)
		page, err := person.NewStore(w.guard).Page(t.Context(), access.Program(police, "Setter up"), person.VictimOf(again), 0, 9)
		w.must(err)
		w.must(w.held().Undo(t.Context(), access.Program(police, "Setter up"), page.Decided[0].ID, "Two people"))
		p := w.page(ann, one)
		w.must(w.cases.Unmerge(t.Context(), ann, one, p.Parts[0].Join, "Two people", p.Version))
		for _, id := range []string{one, two} {
			_, err := w.cases.One(t.Context(), friend, id, 0, 9)
			w.is(err, fault.NotFound)
		}
	})
}

// TestSplit gives one of two suspects a case of his own, and takes that back.
func TestSplit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "bob", access.Officer)
		id := w.begin(ann)
		w.must(w.cases.Note(t.Context(), ann, id, "Both were seen", true, "consent"))
		p := w.page(ann, id)
		_, err := w.cases.SplitOff(t.Context(), ann, id, p.Suspects[0].ID, "x", p.Version)
		w.invalid(err, "suspect")
		w.must(w.cases.Name(t.Context(), ann, id, w.third))
		w.must(w.cases.Join(t.Context(), ann, id, "bob", false))
		p = w.page(ann, id)
		him := p.Suspects[slices.IndexFunc(p.Suspects, func(x person.Person) bool { return strings.HasPrefix(x.Name, "Sylvester") })].ID
		call := w.keep(ann, id, silent("3/1/2026", him))
		for field, f := range map[string]func() error{
			"suspect":   func() error { _, err := w.cases.SplitOff(t.Context(), ann, id, w.victim, "x", p.Version); return err },
			"why_split": func() error { _, err := w.cases.SplitOff(t.Context(), ann, id, him, "", p.Version); return err },
		} {
			w.invalid(f(), field)
		}
		_, err = w.cases.SplitOff(t.Context(), ann, id, him, "x", p.Version+1)
		w.is(err, fault.Conflict)
		fresh, err := w.cases.SplitOff(t.Context(), ann, id, him, "They act alone", p.Version)
		w.must(err)
		old, his := w.page(ann, id), w.page(bob, fresh)
		if len(old.Suspects) != 1 || len(his.Suspects) != 1 || his.Suspects[0].ID != him || his.Victim.ID != old.Victim.ID || len(his.Team) != 2 || wrote(his, "Both were seen") || wrote(his, "They act alone") || !wrote(old, "Both were seen") {
			t.Errorf("split: %+v and %+v", old.Case, his.Case)
		}
		if i := w.incident(ann, id, call); !strings.HasPrefix(i.Now().Who, "Sylvester") {
			t.Errorf("who did what was written before is %q", i.Now().Who)
		}
		if old.Linked != 1 || his.Linked != 1 || len(old.Splits) != 1 || old.Splits[0].Case != fresh || len(his.Splits) != 1 || his.Splits[0].Case != id {
			t.Errorf("they are not linked: %+v, %+v", old.Around, his.Around)
		}
		w.must(w.cases.Note(t.Context(), bob, fresh, "He was seen alone", true, "consent"))
		join := his.Splits[0].Join
		_, err = w.cases.Unsplit(t.Context(), ann, fresh, join, "", his.Version)
		w.invalid(err, "why_undo")
		stays, err := w.cases.Unsplit(t.Context(), ann, fresh, join, "One after all", his.Version)
		if err != nil || stays != id {
			t.Fatalf("one again: %q, %v", stays, err)
		}
		p = w.page(ann, fresh)
		if p.ID != id || len(p.Suspects) != 2 || p.Linked != 0 || len(p.Splits) != 0 || !wrote(p, "He was seen alone") || !wrote(p, "Both were seen") || len(p.Team) != 2 {
			t.Errorf("one again: %+v", p)
		}
		if all := w.lists(ann, casefile.All); len(all) != 1 || all[0].Suspects != 2 {
			t.Errorf("listed: %+v", all)
		}
	})
}

// TestHiddenAfterSplitting has what was written about somebody stay hidden from those
// he is hidden from, when he has a case of his own and when a merging was undone.
func TestHiddenAfterSplitting(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, friend := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "friend", access.Supervisor)
		id := w.begin(ann)
		rays := w.record(report.Record{Agency: "Northmoor Police", ID: "C/9", Offence: "Harassment", Victim: report.Party{GivenName: "Joan", FamilyName: "Pettifer", Born: "1970-01-09"}, Suspect: report.Party{GivenName: "Sylvester", FamilyName: "Dunmore", Born: "1966-11-02"}})
		w.must(w.cases.Name(t.Context(), ann, id, person.SuspectOf(rays))) // whom Mara has not reported
		w.must(w.cases.Note(t.Context(), ann, id, "Sylvester waited outside", true, "consent"))
		_, err := w.guard.Flag(t.Context(), access.Program(police, "Setter up"), person.SuspectOf(rays), []string{"friend"}, nil, "They play football")
		w.must(err)
		p := w.page(ann, id)
		him := p.Suspects[slices.IndexFunc(p.Suspects, func(x person.Person) bool { return strings.HasPrefix(x.Name, "Sylvester") })].ID
		fresh, err := w.cases.SplitOff(t.Context(), ann, id, him, "They act alone", p.Version)
		w.must(err)
		for _, id := range []string{id, fresh} {
			_, err := w.cases.One(t.Context(), friend, id, 0, 9)
			w.is(err, fault.NotFound)
		}
		if all := w.lists(friend, casefile.All); len(all) != 0 {
			t.Errorf("he lists %+v", all)
		}
		p = w.page(ann, id)
		_, err = w.cases.Unsplit(t.Context(), ann, id, p.Splits[0].Join, "One", p.Version)
		w.must(err)
		p = w.page(ann, id)
		w.must(w.cases.Unmerge(t.Context(), ann, id, p.Parts[0].Join, "Two", p.Version))
		_, err = w.cases.One(t.Context(), friend, id, 0, 9)
		w.is(err, fault.NotFound)
	})
}

// TestSeries links the cases of two victims about one suspect. Each page says no more
// than that there is another, to those who may read it.
func TestSeries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "bob", access.Supervisor), w.somebody(haven, "ceri", access.AdvocacyManager)
		hers := w.begin(ann)
		jo := w.record(report.Record{Agency: "Northmoor Police", ID: "C/9", Offence: "Harassment", Victim: report.Party{GivenName: "Joan", FamilyName: "Pettifer", Born: "1970-01-09"}, Suspect: edmund})
		joans, err := w.cases.Open(t.Context(), ann, person.VictimOf(jo), person.SuspectOf(jo), "")
		w.must(err)
		w.must(w.cases.Note(t.Context(), ann, joans, "Joan Pettifer moved to Fernhollow", true, "consent"))
		j, err := w.cases.Joinable(t.Context(), ann, hers)
		if err != nil || len(j.Series) != 1 || j.Series[0].ID != joans || len(j.Same) != 0 {
			t.Fatalf("could be linked to %+v, %v", j.Series, err)
		}
		if strings.Contains(fmt.Sprintf("%+v", j), "Pettifer") {
			t.Errorf("the page names the other victim: %+v", j)
		}
		w.is(w.cases.Link(t.Context(), ceri, hers, joans), fault.Forbidden)
		w.invalid(w.cases.Link(t.Context(), ann, hers, ""), "linked")
		before := w.page(bob, hers)
		w.must(w.cases.Link(t.Context(), ann, hers, joans))
		w.must(w.cases.Link(t.Context(), ann, hers, joans))
		p := w.page(bob, hers)
		if p.Linked != 1 || p.Total != before.Total || strings.Contains(fmt.Sprintf("%+v", p), "Pettifer") || strings.Contains(fmt.Sprintf("%+v", p), "Fernhollow") || strings.Contains(fmt.Sprintf("%+v", p), joans) {
			t.Errorf("on the page of the first: %d linked, %+v", p.Linked, p)
		}
		// To whoever may not read the other there is no series.
		w.must(w.cases.KeepApart(t.Context(), ann, joans, true, "She asked"))
		p = w.page(bob, hers)
		p.Now = before.Now
		if got, want := fmt.Sprintf("%+v", p), fmt.Sprintf("%+v", before); got != want {
			t.Errorf("with a hidden case linked bob reads\n%s\nand before\n%s", got, want)
		}
		if j, err := w.cases.Joinable(t.Context(), bob, hers); err != nil || j.Linked != 0 || len(j.Series) != 0 {
			t.Errorf("bob could link %+v, %v", j, err)
		}
		w.is(w.cases.Link(t.Context(), bob, hers, joans), fault.NotFound)
		w.is(w.merge2(bob, hers, joans), fault.NotFound)
		if w.page(ann, hers).Linked != 1 {
			t.Error("ann, who is on both teams, is not told")
		}
		w.must(w.cases.Unlink(t.Context(), ann, hers))
		if w.page(ann, hers).Linked+w.page(ann, joans).Linked != 0 {
			t.Error("still linked")
		}
	})
}

// merge2 merges without having seen the other.
func (w *desk) merge2(by access.Actor, one, two string) error {
	return w.cases.Merge(w.t.Context(), by, one, two, "x", w.page(by, one).Version, 1)
}

// TestCrimes has every number and classification of a pair on the page: corrections,
// decisions, and one reference that two agencies use for different things.
func TestCrimes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann := w.somebody(police, "ann", access.Supervisor)
		id := w.begin(ann)
		correct := report.Record{Agency: "Northmoor Police", ID: "C/1", Offence: "Stalking", OffenceCode: "8/65", Reported: time.Date(2026, 1, 3, 9, 0, 0, 0, time.UTC), Victim: mara, Suspect: edmund, Narrative: "He followed her home and she is afraid he will hurt her."}
		w.record(correct)
		w.record(report.Record{Agency: "Hask Housing", ID: "C/1", Kind: report.Incident, Reported: time.Date(2026, 1, 25, 9, 0, 0, 0, time.UTC), Victim: mara, Suspect: edmund})
		p := w.page(ann, id)
		by := map[string]casefile.Crime{}
		for _, c := range p.Crimes {
			by[c.Agency+" "+c.Reference] = c
		}
		if p.CrimesAll != 3 || len(by) != 3 {
			t.Fatalf("%d records: %+v", p.CrimesAll, p.Crimes)
		}
		if c := by["Northmoor Police C/1"]; c.Now != "8/65 Stalking" || !slices.Equal(c.Before, []string{"Harassment"}) || c.Kind != report.Crime {
			t.Errorf("corrected: %+v", c)
		}
		if c := by["Hask Housing C/1"]; c.Now != "" || len(c.Before) != 0 || c.Kind != report.Incident {
			t.Errorf("the same number of another agency and kind: %+v", c)
		}
		audit := recording.NewStore(w.guard)
		setter := access.Program(police, "Registrar")
		decision, err := audit.Decide(t.Context(), setter, p.Patterns[0].ID, recording.Harassment, "Harassment (section 2)", "Read it", p.Patterns[0].Reports)
		w.must(err)
		if p := w.page(ann, id); len(p.Rulings) != 1 || p.Rulings[0].Classification != "Harassment (section 2)" || p.Rulings[0].State != recording.Decided || p.Rulings[0].By != "Registrar" {
			t.Errorf("decided: %+v", p.Rulings)
		}
		_, err = audit.Answer(t.Context(), access.Program(police, "Second"), decision, recording.Undo, "It was wrong")
		w.must(err)
		_, all, total, rules, err := w.cases.Crimes(t.Context(), ann, id, 1, 1)
		if err != nil || total != 3 || len(all) != 1 || len(rules) != 0 {
			t.Errorf("the second page: %+v of %d, %+v, %v", all, total, rules, err)
		}
	})
}

// TestOneCaseIsNotWrittenThroughAnother gives ids of one case to the use-cases of
// another: nothing of the other is changed or shown.
func TestOneCaseIsNotWrittenThroughAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "bob", access.Supervisor)
		one, two := w.twins(ann, bob)
		w.must(w.cases.AddTask(t.Context(), bob, two, "Ask the neighbour", "bob", "27/3/2030"))
		task := w.page(bob, two).Tasks[0].ID
		w.is(w.cases.Finish(t.Context(), ann, one, task, "x"), fault.NotFound)
		w.must(w.merge(ann, one, two))
		w.must(w.cases.KeepApart(t.Context(), ann, one, true, "Now it is"))
		join := w.page(ann, one).Parts[0].Join
		w.must(w.cases.Unmerge(t.Context(), ann, one, join, "x", w.page(ann, one).Version))
		if p := w.page(bob, two); !p.Apart || len(p.Tasks) != 1 {
			t.Errorf("what was kept apart as one is open as two: %+v", p.Case)
		}
		_, err := w.cases.One(t.Context(), bob, one, 0, 9)
		w.is(err, fault.NotFound)
		w.is(w.cases.Unmerge(t.Context(), bob, two, join, "x", 1), fault.NotFound)
	})
}

// TestForgetJoined destroys what was written in a merged case and in referrals when
// nobody is left whom they are about.
func TestForgetJoined(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "bob", access.Supervisor)
		one, two := w.twins(ann, bob)
		w.must(w.cases.Note(t.Context(), bob, two, "canary in the second", true, "consent"))
		w.must(w.cases.Refer(t.Context(), bob, two, casefile.Sending{Wish: casefile.ToJoin, To: haven, Basis: "consent", Why: "canary why", Safety: "canary safety"}))
		w.must(w.merge(ann, one, two))
		for _, m := range []string{w.victim, w.him} {
			w.must(d.Write(t.Context(), func(tx *db.Tx) error { return w.cases.Forget(t.Context(), tx, m, "") }))
		}
		p := w.page(ann, one)
		if strings.Contains(fmt.Sprintf("%+v", p), "canary") || !p.Referrals[0].Lost {
			t.Errorf("what was written can be read: %+v", p)
		}
	})
}

// TestRaces has two people do different things to one case at once, a thousand times.
// Of those who go by what they saw, one is heard and the other told; nothing that was
// done is lost.
func TestRaces(t *testing.T) {
	rounds := 500 // on each engine
	if testing.Short() {
		rounds = 40
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "bob", access.Supervisor), w.somebody(haven, "ceri", access.AdvocacyManager)
		one, two := w.twins(ann, bob)
		ctx := t.Context()
		stage := func(p *casefile.Page) error {
			to := casefile.Stages[0].Stage
			if p.Stage == to {
				to = casefile.Stages[1].Stage
			}
			return w.cases.SetStage(ctx, ann, p.ID, to, p.Version)
		}
		notes := 0
		for round := range rounds {
			a, b := w.page(ann, one), w.page(bob, two)
			var first, second func() error
			kind, late := round%5, casefile.Stage("court")
			switch kind {
			case 0: // two stages
				if late == a.Stage {
					late = "watch"
				}
				first, second = func() error { return stage(&a) }, func() error { return w.cases.SetStage(ctx, bob, one, late, a.Version) }
			case 1: // merge and edit the one that stays
				first, second = func() error { return w.cases.Merge(ctx, ann, one, two, "One", a.Version, b.Version) }, func() error { return stage(&a) }
			case 2: // merge and edit the one that goes
				first, second = func() error { return w.cases.Merge(ctx, ann, one, two, "One", a.Version, b.Version) }, func() error { return stage(&b) }
			case 3: // merge each into the other
				first, second = func() error { return w.cases.Merge(ctx, ann, one, two, "One", a.Version, b.Version) }, func() error { return w.cases.Merge(ctx, bob, two, one, "One", b.Version, a.Version) }
			case 4: // transfer and edit
				r := w.sent(ann, one, sending(casefile.ToLead, haven))
				first, second = func() error { return w.cases.Accept(ctx, ceri, r, "") }, func() error { return stage(&a) }
			}
			var errs [2]error
			var all sync.WaitGroup
			all.Go(func() { errs[0] = first() })
			all.Go(func() { errs[1] = second() })
			all.Go(func() {
				if err := w.cases.Note(ctx, bob, two, fmt.Sprint("note ", round), true, "consent"); err != nil {
					t.Error(err)
				}
			})
			all.Wait()
			notes++
			told := 0
			for _, err := range errs {
				switch {
				case err == nil:
				case errors.Is(err, fault.Conflict), errors.Is(err, fault.Forbidden) && kind == 4:
					told++
				case kind == 3:
					if _, bad := errors.AsType[fault.Invalid](err); !bad {
						t.Fatalf("round %d: %v", round, err)
					}
					told++
				default:
					t.Fatalf("round %d: %v", round, err)
				}
			}
			now := w.page(ann, one)
			switch {
			case kind == 4 && (errs[0] != nil || now.Holder != haven):
				t.Fatalf("round %d: a transfer that was accepted is led by %s, %v", round, now.Holder, errs)
			case kind != 4 && told != 1:
				t.Fatalf("round %d, kind %d: %d were told, want one: %v", round, kind, told, errs)
			case kind == 0 && errs[1] == nil && now.Stage != late:
				t.Fatalf("round %d: the stage is %s", round, now.Stage)
			}
			// As they were, for the next round.
			if kind == 4 {
				w.must(w.cases.Accept(ctx, ann, w.sent(ceri, one, sending(casefile.ToLead, police)), ""))
			}
			if len(now.Parts) > 0 {
				w.must(w.cases.Unmerge(ctx, ann, now.ID, now.Parts[0].Join, "Two", now.Version))
			}
		}
		n := 0
		for _, id := range []string{one, two} {
			p, err := w.cases.One(ctx, ann, id, 0, 100_000)
			w.must(err)
			for _, e := range p.Events {
				if e.Kind == casefile.Noted {
					n++
				}
			}
		}
		if n != notes {
			t.Errorf("%d notes were kept of %d", n, notes)
		}
	})
}
