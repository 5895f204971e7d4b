package journeys_test

import (
	"strings"
	"testing"

	"clew/internal/app"
	"clew/internal/db"
	"clew/internal/recording"
	"clew/internal/web/webtest"
)

// TestReferral is a case that goes between agencies: a supervisor refers it, an
// advocate declines nothing without saying why and accepts, and the lead passes.
func TestReferral(t *testing.T) {
	a, site := program(t, 2000)
	all := mostReported(t, a, 1)
	b := webtest.Browser(t).Tab(t, site)
	as := func(who string) {
		b.Visit("/come-in")
		b.Follow(`button[value="` + who + `"]`)
	}
	as("ruth")
	b.Visit("/referrals")
	looks(t, b, "referrals-empty")
	b.Visit("/patterns/" + all[0].ID)
	b.Follow(`form[action="/cases"] button`)
	kase := b.Path()

	b.Follow(`a[href$="/referrals"]:not([href="/referrals"])`)
	looks(t, b, "refer")
	if b.Follow(`form[action$="/referrals"] button`); b.Status() != 422 {
		t.Errorf("an empty referral gives %d, want 422", b.Status())
	}
	looks(t, b, "refer-wrong")
	b.Click(`input[name="wish"][value="join"]`)
	b.Choose("#to", "Northmoor Independent Advocacy")
	b.Choose("#basis", "consent")
	b.Click("#why")
	b.Press("She asks for somebody to go to court with her.")
	b.Fill("#safety", "Never ring the house: he listens. Text between ten and three.")
	b.Follow(`form[action$="/referrals"] button`)
	looks(t, b, "case-referred")
	if got := b.Text("main"); !strings.Contains(got, "Answer by") {
		t.Error("the case does not say that a referral waits")
	}

	if err := a.Guard.DB().Write(t.Context(), func(tx *db.Tx) error { // one that nobody has answered in time
		return tx.Insert(t.Context(), "case_referrals", []string{"id", "case_id", "wish", "from_agency", "to_agency", "basis", "why", "safety", "account", "name", "sent", "due"},
			[][]any{{db.NewID(), strings.TrimPrefix(kase, "/cases/"), "join", app.DemoAgency, "Probation Northmoor", "crime", []byte{}, []byte{}, "x", "Ruth Kimber", tx.Now.AddDate(0, 0, -9).UnixMicro(), tx.Now.AddDate(0, 0, -7).UnixMicro()}})
	}); err != nil {
		t.Fatal(err)
	}
	b.Visit(kase)
	looks(t, b, "case-overdue")
	if got := b.Text("main"); !strings.Contains(got, "No answer by") {
		t.Error("the case does not say that a referral is overdue")
	}
	b.Visit("/cases")
	looks(t, b, "cases-referral")
	if got := b.Text("main"); !strings.Contains(got, "Referral unmet") {
		t.Error("the list does not say that a referral stands")
	}

	as("isla")
	b.Visit("/cases")
	looks(t, b, "cases-owed")
	b.Visit("/referrals")
	looks(t, b, "referrals-in")
	b.Follow(`main table a[href^="/referrals/"]`)
	looks(t, b, "referral")
	b.Click(`details:has(form[action$="/decline"]) summary`)
	if b.Follow(`form[action$="/decline"] button`); b.Status() != 422 {
		t.Errorf("declining without a reason gives %d, want 422", b.Status())
	}
	looks(t, b, "referral-wrong")
	b.Click(`details:has(form[action$="/accept"]) summary`)
	b.Follow(`form[action$="/accept"] button`)
	looks(t, b, "referral-accepted")
	b.Visit(kase)
	looks(t, b, "case-joined")
	if got := b.Text("main"); !strings.Contains(got, "contact Isla Moon") {
		t.Error("the case does not say who the contact is")
	}

	as("ruth")
	b.Visit(kase + "/referrals")
	b.Click(`input[name="wish"][value="lead"]`)
	b.Choose("#to", "Northmoor Independent Advocacy")
	b.Choose("#basis", "safeguarding")
	b.Click("#why")
	b.Press("Nothing is left for the police to do.")
	b.Fill("#safety", "None known")
	b.Follow(`form[action$="/referrals"] button`)
	as("ceri")
	b.Visit("/referrals")
	b.Follow(`main table a[href^="/referrals/"]`)
	looks(t, b, "transfer")
	b.Click(`details:has(form[action$="/accept"]) summary`)
	b.Follow(`form[action$="/accept"] button`)
	as("ruth")
	b.Visit("/referrals?box=out")
	looks(t, b, "referrals-out")
	b.Visit(kase)
	looks(t, b, "case-transferred")
	if got := b.Text(".clew-facts"); !strings.Contains(got, "Northmoor Independent Advocacy") {
		t.Errorf("after the transfer: %q", got)
	}
}

// TestOneCaseOrTwo merges the cases that two people opened of one pair, and parts them
// again.
func TestOneCaseOrTwo(t *testing.T) {
	a, site := program(t, 2000)
	all := mostReported(t, a, 1)
	b := webtest.Browser(t).Tab(t, site)
	open := func(who string) string {
		b.Visit("/come-in")
		b.Follow(`button[value="` + who + `"]`)
		b.Visit("/patterns/" + all[0].ID)
		b.Follow(`form[action="/cases"] button`)
		return b.Path()
	}
	apart := func(id string, yes bool) {
		if err := a.Cases.KeepApart(t.Context(), demoOf(t, a), id, yes, "Checking who works here"); err != nil {
			t.Fatal(err)
		}
	}
	second := open("grace")
	apart(strings.TrimPrefix(second, "/cases/"), true)
	first := open("ruth")
	apart(strings.TrimPrefix(second, "/cases/"), false)
	if first == second {
		t.Fatal("one case is there already")
	}
	b.Click(`details:has(#words) summary`)
	b.Click("#words")
	b.Press("She sleeps at her sister's until Friday.")
	b.Follow(`form[action$="/notes"] button`)
	b.Follow(`a[href$="/join"]`)
	looks(t, b, "join")
	if b.Follow(`form[action$="/merge"] button`); b.Status() != 422 {
		t.Errorf("merging with nothing gives %d, want 422", b.Status())
	}
	looks(t, b, "join-wrong")
	b.Click(`input[name="other"]`)
	b.Click("#why")
	b.Press("Both of us opened it on the same morning.")
	b.Follow(`form[action$="/merge"] button`)
	looks(t, b, "case-merged")
	b.Visit(second)
	looks(t, b, "case-merged-other")
	if got := b.Text("main"); !strings.Contains(got, "her sister's") || !strings.Contains(got, "was merged into this one") {
		t.Error("the merged address does not answer with the case that stays")
	}
	b.Visit(first + "/crimes")
	looks(t, b, "case-crimes")
	b.Visit(first + "/join")
	b.Click(`details:has(form[action$="/merge/undo"]) summary`)
	if b.Follow(`form[action$="/merge/undo"] button`); b.Status() != 422 {
		t.Errorf("undoing without a reason gives %d, want 422", b.Status())
	}
	looks(t, b, "join-undo-wrong")
	b.Click("#why_undo")
	b.Press("He has a twin.")
	b.Follow(`form[action$="/merge/undo"] button`)
	b.Visit(second)
	looks(t, b, "case-unmerged")
	if got := b.Text("main"); strings.Contains(got, "her sister's") {
		t.Error("a note went with the other case")
	}
}

// TestSeries gives one of two suspects a case of his own, and links the cases of two
// victims: no page names the other’s victim.
func TestSeries(t *testing.T) {
	a, site := program(t, 2000)
	all, _, err := a.Audit.Worklist(t.Context(), demoOf(t, a), recording.Filter{}, 0, 400)
	if err != nil {
		t.Fatal(err)
	}
	var one, two *recording.Entry
	for i := range all {
		for j := range all[:i] {
			if x, y := &all[i], &all[j]; one == nil && x.Suspect == y.Suspect && x.Victim != y.Victim {
				one, two = x, y
			}
		}
	}
	if one == nil {
		t.Fatal("nobody is reported by two people")
	}
	b := webtest.Browser(t).Tab(t, site)
	b.Visit("/come-in")
	b.Follow(`button[value="ruth"]`)
	b.Visit("/patterns/" + two.ID)
	b.Follow(`form[action="/cases"] button`)
	b.Visit("/patterns/" + one.ID)
	b.Follow(`form[action="/cases"] button`)
	kase := b.Path()
	if err := a.Cases.Name(t.Context(), demoOf(t, a), strings.TrimPrefix(kase, "/cases/"), two.Victim); err != nil {
		t.Fatal(err)
	}
	b.Visit(kase + "/join")
	looks(t, b, "join-all")
	b.Click(`input[name="linked"]`)
	b.Follow(`form[action$="/series"] button`)
	looks(t, b, "case-linked")
	b.Visit(kase + "/join")
	looks(t, b, "join-linked")
	if got := b.Text("main"); !strings.Contains(b.Text(`form[action$="/split"]`), one.SuspectName) || strings.Contains(strings.ReplaceAll(got, b.Text(`form[action$="/split"]`), ""), two.VictimName) {
		t.Errorf("the page of a series:\n%s", got)
	}
	b.Click(`input[name="suspect"]`)
	b.Click("#why_split")
	b.Press("They act alone.")
	b.Follow(`form[action$="/split"] button`)
	looks(t, b, "case-split")
	if b.Path() == kase {
		t.Error("the page is not that of the new case")
	}
	b.Follow(`a[href$="/join"]`)
	b.Click(`details:has(form[action$="/split/undo"]) summary`)
	b.Click(`form[action$="/split/undo"] textarea`)
	b.Press("They were seen together.")
	b.Follow(`form[action$="/split/undo"] button`)
	looks(t, b, "case-unsplit")
	if b.Path() != kase {
		t.Errorf("after undoing the page is %s, want %s", b.Path(), kase)
	}
}
