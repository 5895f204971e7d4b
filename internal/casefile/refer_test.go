package casefile_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/agency"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
)

func sending(w casefile.Wish, to string) casefile.Sending {
	return casefile.Sending{Wish: w, To: to, Basis: "safeguarding", Why: "She asks for an advocate", Safety: "Never ring the house"}
}

// sent refers a case and is the referral's id.
func (w *desk) sent(by access.Actor, id string, s casefile.Sending) string {
	w.t.Helper()
	w.must(w.cases.Refer(w.t.Context(), by, id, s))
	return w.page(by, id).Referrals[0].ID
}

func (w *desk) box(by access.Actor, box casefile.Box) []casefile.Referral {
	w.t.Helper()
	all, n, err := w.cases.Referrals(w.t.Context(), by, box, 0, 50)
	if err != nil || n != len(all) {
		w.t.Fatalf("%d of %d referrals, %v", len(all), n, err)
	}
	return all
}

// TestReferral is a case put to another agency: declined, put again, accepted.
func TestReferral(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(haven, "ceri", access.Advocate)
		id := w.begin(ann)
		for field, s := range map[string]casefile.Sending{
			"wish": {To: haven, Basis: "consent", Why: "x", Safety: "x"}, "to": sending(casefile.ToJoin, beyond), "basis": {Wish: casefile.ToJoin, To: haven, Why: "x", Safety: "x"},
			"why": {Wish: casefile.ToJoin, To: haven, Basis: "consent", Safety: "x"}, "safety": {Wish: casefile.ToJoin, To: haven, Basis: "consent", Why: "x", Safety: strings.Repeat("x", 301)},
		} {
			w.invalid(w.cases.Refer(t.Context(), ann, id, s), field)
		}
		w.invalid(w.cases.Refer(t.Context(), ann, id, sending(casefile.ToJoin, police)), "to")
		w.invalid(w.cases.Refer(t.Context(), ceri, id, sending(casefile.ToJoin, police)), "to")
		w.is(w.cases.Refer(t.Context(), ceri, id, sending(casefile.ToLead, haven)), fault.Forbidden)
		if reached, past, err := w.cases.Others(t.Context(), ann, id); err != nil || !slices.Equal(reached, []string{haven}) || !slices.Equal(past, []string{beyond}) {
			t.Errorf("can be sent to %v and not to %v, %v", reached, past, err)
		}

		first := w.sent(ann, id, sending(casefile.ToJoin, haven))
		w.invalid(w.cases.Refer(t.Context(), ann, id, sending(casefile.ToJoin, haven)), "to")
		if p := w.page(ann, id); !strings.Contains(strings.Join(p.Stands, "\n"), "waits for an answer") || p.Events[0].Kind != casefile.Referred || p.Events[0].About != haven || len(p.Involved) != 1 {
			t.Errorf("sent: %q, %+v, %+v", p.Stands, p.Events[0], p.Involved)
		}
		in := w.box(ceri, casefile.In)
		if len(in) != 1 || in[0].ID != first || in[0].From != police || in[0].Answer != casefile.Waiting || in[0].About != "Mara Quill" || len(w.box(ceri, casefile.Out)) != 0 || len(w.box(ann, casefile.In)) != 0 {
			t.Errorf("in their box: %+v", in)
		}
		r, err := w.cases.Referral(t.Context(), ceri, first)
		if err != nil || r.Why != "She asks for an advocate" || r.Safety != "Never ring the house" || r.Basis != "safeguarding" || r.Sent.IsZero() {
			t.Errorf("as they read it: %+v, %v", r, err)
		}
		w.is(w.cases.Accept(t.Context(), ann, first, ""), fault.Forbidden)
		w.is(w.cases.Decline(t.Context(), ann, first, "x"), fault.Forbidden)
		w.is(w.cases.TakeBack(t.Context(), ceri, first, "x"), fault.Forbidden)
		w.invalid(w.cases.Decline(t.Context(), ceri, first, " "), "words")
		w.must(w.cases.Decline(t.Context(), ceri, first, "We have nobody free until May"))
		w.is(w.cases.Accept(t.Context(), ceri, first, ""), fault.Conflict)
		w.is(w.cases.TakeBack(t.Context(), ann, first, "x"), fault.Conflict)
		if p := w.page(ann, id); len(p.Referrals) != 1 || p.Referrals[0].Answer != casefile.Declined || p.Referrals[0].Words != "We have nobody free until May" || len(p.Team) != 1 || !wrote(p, "until May") {
			t.Errorf("declined: %+v", p.Referrals)
		}

		if all := w.lists(ann, casefile.Mine); all[0].Unmet != 1 {
			t.Errorf("a referral that was declined is not in the list: %+v", all[0])
		}
		second := w.sent(ann, id, sending(casefile.ToJoin, haven))
		if waits, late, err := w.cases.Owed(t.Context(), ceri); err != nil || waits != 1 || late != 0 || w.lists(ann, casefile.Mine)[0].Unmet != 0 {
			t.Errorf("sent again: %d wait, %d overdue, %v", waits, late, err)
		}
		w.must(w.cases.Accept(t.Context(), ceri, second, "From Monday"))
		p := w.page(ann, id)
		if len(p.Team) != 2 || len(p.Involved) != 2 || p.Involved[1].Agency != haven || p.Involved[1].Contact.Account != "ceri" || p.Involved[0].Contact.Account != "ann" || p.Holder != police {
			t.Errorf("accepted: team %+v, agencies %+v", p.Team, p.Involved)
		}
		if out := w.box(ann, casefile.Out); len(out) != 2 || out[0].ID != second || out[0].Answer != casefile.Accepted || out[1].Answer != casefile.Declined {
			t.Errorf("what they sent stands as %+v", out)
		}
		third := w.sent(ann, id, sending(casefile.ToJoin, haven))
		w.invalid(w.cases.TakeBack(t.Context(), ann, third, ""), "words")
		w.must(w.cases.TakeBack(t.Context(), ann, third, "They are on it already"))
		if out := w.box(ann, casefile.Out); len(out) != 3 || out[0].Answer != casefile.TakenBack {
			t.Errorf("taken back: %+v", out)
		}
	})
}

// TestTransfer has the lead pass to another agency, and stay where it is until then.
func TestTransfer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, ceri, nell := w.somebody(police, "ann", access.Supervisor), w.somebody(haven, "ceri", access.AdvocacyManager), w.somebody(haven, "nell", access.Health)
		id := w.begin(ann)
		w.must(w.cases.AddTask(t.Context(), ann, id, "Ask the neighbour", "ann", "27/3/2030"))
		offer := w.sent(ann, id, sending(casefile.ToLead, haven))
		w.invalid(w.cases.Refer(t.Context(), ann, id, sending(casefile.ToLead, haven)), "wish")
		if p := w.page(ann, id); p.Holder != police || !p.Team[0].Leads {
			t.Errorf("before anybody answers: %+v", p.Case)
		}
		w.is(w.cases.Accept(t.Context(), nell, offer, ""), fault.Forbidden) // whose role leads no case
		before := w.page(ann, id)
		w.must(w.cases.Accept(t.Context(), ceri, offer, ""))
		w.is(w.cases.SetStage(t.Context(), ann, id, "court", before.Version), fault.Forbidden)
		w.is(w.cases.SetStage(t.Context(), ceri, id, "court", before.Version), fault.Conflict)
		p := w.page(ann, id)
		if p.Holder != haven || len(p.Team) != 2 || p.Team[0].Account != "ceri" || !p.Team[0].Leads || p.Team[1].Leads || len(p.Tasks) != 1 || p.Tasks[0].Owner != "ann" || !p.Involved[0].Leads || p.Involved[0].Agency != haven || p.Involved[1].Agency != police {
			t.Errorf("after: %+v, team %+v, agencies %+v", p.Case, p.Team, p.Involved)
		}
		if out := w.box(ann, casefile.Out); len(out) != 1 || out[0].Answer != casefile.Accepted || out[0].AnsweredBy != "ceri" {
			t.Errorf("the status line of the sender: %+v", out)
		}
		back := w.sent(ceri, id, sending(casefile.ToLead, police))
		w.must(w.cases.Accept(t.Context(), ann, back, ""))
		if p := w.page(ann, id); p.Holder != police || len(p.Team) != 2 || p.Team[0].Account != "ann" || p.Team[1].Leads {
			t.Errorf("and back: %+v", p.Team)
		}
	})
}

// TestReferralClock is due by the end of the second working day, or of the day that a
// partnership set; and overdue for both after it.
func TestReferralClock(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC) // a Friday; the Monday is a bank holiday
	d, err := db.Open(t.Context(), t.TempDir()+"/clew.db", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	w := open(t, d)
	ann, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(haven, "ceri", access.Advocate)
	id := w.begin(ann)
	first := w.sent(ann, id, sending(casefile.ToJoin, haven))
	if due := w.page(ann, id).Referrals[0].Due; !due.Equal(time.Date(2026, 5, 6, 22, 59, 0, 0, time.UTC)) {
		t.Errorf("due %v, want the end of Wednesday in London", due)
	}
	now = time.Date(2026, 5, 6, 22, 58, 0, 0, time.UTC)
	if w.box(ceri, casefile.In)[0].Overdue {
		t.Error("overdue on the day itself")
	}
	w.must(d.Write(t.Context(), func(tx *db.Tx) error {
		return tx.Insert(t.Context(), "law_rows", []string{"id", "subject", "row_key", "cells", "begins", "ends", "source", "sure", "reason", "account", "agency", "made_by", "made"},
			[][]any{{"x", "case-clocks", "transfer", `["Answer an offer","1","working days"]`, "2026-05-01", "", "Board", "sourced", "Faster", "a", police, "A", 1}})
	}))
	w.must(w.cases.Refer(t.Context(), ann, id, sending(casefile.ToLead, haven)))
	now = time.Date(2026, 5, 7, 8, 0, 0, 0, time.UTC)
	in := w.box(ceri, casefile.In)
	if len(in) != 2 || in[0].ID != first || !in[0].Overdue || in[1].Overdue || !in[1].Due.Equal(time.Date(2026, 5, 7, 22, 59, 0, 0, time.UTC)) {
		t.Errorf("the day after: %+v", in)
	}
	if waits, late, err := w.cases.Owed(t.Context(), ceri); err != nil || waits != 2 || late != 1 || w.lists(ann, casefile.Agency)[0].Unmet != 1 {
		t.Errorf("%d wait, %d overdue, %v", waits, late, err)
	}
	if out := w.box(ann, casefile.Out); !out[0].Overdue || !w.page(ann, id).Referrals[1].Overdue {
		t.Errorf("the sender is not shown that it is overdue: %+v", out)
	}
}

// TestReferralsStayWhereTheyAre asks as those who may not know: from beyond the
// agreement, as a third agency, as somebody from whom the suspect is hidden, and of a
// case that is kept apart.
func TestReferralsStayWhereTheyAre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "bob", access.Supervisor), w.somebody(haven, "ceri", access.AdvocacyManager)
		nurse, friend := w.somebody(beyond, "nurse", access.Coordinator), w.somebody(haven, "friend", access.AdvocacyManager)
		id := w.begin(ann)
		r := w.sent(ann, id, sending(casefile.ToJoin, haven))
		_, err := w.guard.Flag(t.Context(), access.Program(police, "Setter up"), w.him, []string{"friend"}, nil, "They play football")
		w.must(err)
		gone := func(by access.Actor) {
			t.Helper()
			_, err := w.cases.Referral(t.Context(), by, r)
			w.is(err, fault.NotFound)
			for _, err := range []error{w.cases.Accept(t.Context(), by, r, ""), w.cases.Decline(t.Context(), by, r, "x"), w.cases.TakeBack(t.Context(), by, r, "x"), w.cases.Refer(t.Context(), by, id, sending(casefile.ToJoin, haven))} {
				w.is(err, fault.NotFound)
			}
			_, _, err = w.cases.Others(t.Context(), by, id)
			w.is(err, fault.NotFound)
			if waits, _, err := w.cases.Owed(t.Context(), by); err != nil || waits != 0 {
				t.Errorf("%s is told that %d wait, %v", by.Name, waits, err)
			}
			if len(w.box(by, casefile.In))+len(w.box(by, casefile.Out)) != 0 {
				t.Errorf("%s has it in a box", by.Name)
			}
		}
		gone(nurse)
		gone(friend)

		w.must(w.cases.KeepApart(t.Context(), ann, id, true, "His sister works there"))
		gone(bob)
		gone(ceri)
		p := w.page(ann, id)
		if p.Referrals[0].Answer != casefile.Returned || p.Referrals[0].Code != casefile.NowApart || len(w.box(ann, casefile.Out)) != 1 {
			t.Errorf("kept apart: %+v", p.Referrals)
		}
		w.invalid(w.cases.Refer(t.Context(), ann, id, sending(casefile.ToLead, haven)), "to")
		w.must(w.cases.Join(t.Context(), ann, id, "ceri", false))
		r = w.sent(ann, id, sending(casefile.ToLead, haven))
		gone(bob)
		w.must(w.cases.Accept(t.Context(), ceri, r, ""))
		if p := w.page(ceri, id); p.Holder != haven || !p.Apart {
			t.Errorf("handed over to somebody on the team: %+v", p.Case)
		}
	})
}

// TestAgreementEnds has what waits stand with the sender when no agreement lets the
// other agency see it any more.
func TestAgreementEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(haven, "ceri", access.AdvocacyManager)
		id := w.begin(ann)
		r := w.sent(ann, id, sending(casefile.ToLead, haven))
		setter := access.Program(police, "Setter up")
		all, err := w.guard.Agreements(t.Context(), setter)
		w.must(err)
		w.must(w.guard.Withdraw(t.Context(), setter, all[0].ID, "Ended"))
		_, err = w.cases.Referral(t.Context(), ceri, r)
		w.is(err, fault.NotFound)
		w.is(w.cases.Accept(t.Context(), ceri, r, ""), fault.NotFound)
		if len(w.box(ceri, casefile.In)) != 0 {
			t.Error("it is in their box without an agreement")
		}
		out := w.box(ann, casefile.Out)
		if len(out) != 1 || !out[0].Barred || out[0].Answer != casefile.Waiting || w.page(ann, id).Holder != police {
			t.Errorf("what the sender sees: %+v", out)
		}
		w.must(w.cases.TakeBack(t.Context(), ann, r, "They are out"))
	})
}

// TestParting has what waits for an agency that leaves go back to whoever sent it.
func TestParting(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann := w.somebody(police, "ann", access.Supervisor)
		id := w.begin(ann)
		r := w.sent(ann, id, sending(casefile.ToLead, haven))
		agencies := agency.NewStore(w.guard)
		agencies.Parting = w.cases.Parting
		w.must(agencies.Part(t.Context(), access.Program(police, "Setter up"), haven, 1, false))
		p := w.page(ann, id)
		if p.Referrals[0].ID != r || p.Referrals[0].Answer != casefile.Returned || p.Referrals[0].Code != casefile.HasParted || p.Holder != police || p.Events[0].Kind != casefile.SentBack || p.Events[0].About != casefile.HasParted {
			t.Errorf("returned: %+v, %+v", p.Referrals, p.Events[0])
		}
		if slices.ContainsFunc(p.Stands, func(s string) bool { return strings.Contains(s, "referral") }) {
			t.Errorf("it still stands in the way of closing: %q", p.Stands)
		}
	})
}

// TestAnAgencyLeaves has an agency leave that works on a case of others and leads two:
// nothing is dropped without a word, and somebody takes over what it was to do.
func TestAnAgencyLeaves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, bob := w.somebody(police, "ann", access.Supervisor), w.somebody(police, "bob", access.Officer)
		ada, eve := w.somebody(haven, "ada", access.AdvocacyManager), w.somebody(haven, "eve", access.Advocate)
		theirs := w.begin(ann)
		w.must(w.cases.Join(t.Context(), ann, theirs, ada.Account, false))
		w.must(w.cases.Join(t.Context(), ann, theirs, eve.Account, true))
		w.must(w.cases.AddTask(t.Context(), ann, theirs, "Ask her how she is", ada.Account, "1/3/2090"))
		w.must(w.cases.Note(t.Context(), ada, theirs, "In confidence", false, ""))
		w.must(w.cases.Note(t.Context(), ada, theirs, "For everybody", true, "consent"))
		own, err := w.cases.Open(t.Context(), ada, w.victim, w.third, "")
		w.must(err)
		w.must(w.cases.Join(t.Context(), ada, own, bob.Account, false))
		w.must(w.cases.AddTask(t.Context(), ada, own, "Look at the car", bob.Account, "1/3/2090"))
		w.must(w.cases.Refer(t.Context(), ann, theirs, sending(casefile.ToLead, haven)))

		agencies := agency.NewStore(w.guard)
		agencies.Parting, agencies.Leaves = w.cases.Parting, w.cases.Leaves
		admin := access.Program(police, "Setter up")
		want := agency.Leaving{Leads: 1, Shared: 1, Places: 2, Tasks: 1, Referrals: 1, Notes: 1}
		if l, err := agencies.Leaving(t.Context(), admin, haven); err != nil || l != want {
			t.Errorf("it has to do with %+v, %v; want %+v", l, err, want)
		}
		w.invalid(agencies.Part(t.Context(), admin, haven, 1, false), "although")
		if n := len(w.page(ann, theirs).Team); n != 3 {
			t.Fatalf("refused, and %d are on the team", n)
		}
		w.must(agencies.Part(t.Context(), admin, haven, 1, true))

		p := w.page(ann, theirs)
		if len(p.Team) != 1 || p.Team[0].Account != "ann" || !p.Team[0].Leads {
			t.Errorf("the team: %+v", p.Team)
		}
		if len(p.Tasks) != 1 || p.Tasks[0].Owner != "ann" {
			t.Errorf("the task is whose: %+v", p.Tasks)
		}
		if got := kinds(p); !slices.Contains(got, casefile.Passed) || !slices.Contains(got, casefile.Left) || !slices.Contains(got, casefile.SentBack) {
			t.Errorf("what is said of it: %v", got)
		}
		if !wrote(p, "For everybody") || wrote(p, "In confidence") {
			t.Error("what was shared is gone, or what was not is shown")
		}
		p = w.page(ada, own)
		if len(p.Team) != 1 || p.Team[0].Account != "ada" || len(p.Tasks) != 1 || p.Tasks[0].Owner != "ada" {
			t.Errorf("its own case: %+v, %+v", p.Team, p.Tasks)
		}
		_, err = w.cases.One(t.Context(), bob, own, 0, 1)
		w.is(err, fault.NotFound)
		if lost, err := w.cases.Lost(t.Context(), bob); err != nil || len(lost) != 1 || lost[haven] != 1 {
			t.Errorf("who worked on it is told %v, %v", lost, err)
		}
		if lost, err := w.cases.Lost(t.Context(), ann); err != nil || len(lost) != 0 {
			t.Errorf("who did not is told %v, %v", lost, err)
		}
		accesstest.Lock(t, d, bob.Account, w.third)
		if lost, err := w.cases.Lost(t.Context(), bob); err != nil || len(lost) != 0 {
			t.Errorf("a friend of the suspect is told %v, %v", lost, err)
		}
		after := agency.Leaving{Leads: 1, Notes: 1}
		if l, err := agencies.Leaving(t.Context(), admin, haven); err != nil || l != after {
			t.Errorf("left with it: %+v, %v; want %+v", l, err, after)
		}
	})
}
