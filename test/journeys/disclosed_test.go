package journeys_test

import (
	"strings"
	"testing"

	"clew/internal/web/webtest"
)

// TestOpenByHand is an advocate who meets somebody: first one who is known by a name that
// she types a little otherwise, then one whom nobody has reported.
func TestOpenByHand(t *testing.T) {
	a, site := program(t, 2000)
	all := mostReported(t, a, 1)
	b := webtest.Browser(t).Tab(t, site)
	b.Visit("/come-in")
	b.Follow(`button[value="isla"]`)
	b.Visit("/cases")
	looks(t, b, "cases-none")
	b.Follow(`a[href="/cases/new"]`)
	looks(t, b, "disclosed")
	if b.Follow(`main form button[value="look"]`); b.Status() != 422 {
		t.Errorf("nothing at all gives %d, want 422", b.Status())
	}
	looks(t, b, "disclosed-wrong")
	given, family, _ := strings.Cut(all[0].VictimName, " ")
	b.Fill("#given_name", given)
	b.Fill("#family_name", family)
	b.Fill("#called", "Bee")
	b.Click(`input[name="suspect"][value="yes"]`)
	b.Fill("#suspect_given_name", "Zebedee")
	b.Fill("#suspect_family_name", "Quillfeather")
	b.Choose("#basis", "consent")
	b.Follow(`main form button[value="look"]`)
	looks(t, b, "disclosed-known")
	if got := b.Text("main"); !strings.Contains(got, all[0].VictimName+", called Bee") || b.Count(`input[name="victim_is"]`) < 2 {
		t.Errorf("who is known is not offered: %s", got)
	}
	if b.Follow(`main form button[value="open"]`); b.Status() != 422 {
		t.Errorf("to choose nobody gives %d, want 422", b.Status())
	}
	looks(t, b, "disclosed-unchosen")
	b.Follow(`main form button[value="change"]`)
	if got := b.Value("#called"); got != "Bee" {
		t.Errorf("what was typed is %q", got)
	}
	b.Follow(`main form button[value="look"]`)
	b.Click(`input[name="victim_is"]`)
	b.Follow(`main form button[value="open"]`)
	looks(t, b, "disclosed-case")
	if got := b.Text("main"); !strings.Contains(got, all[0].VictimName) || !strings.Contains(got, "Zebedee Quillfeather") || !strings.Contains(got, "Disclosed to an advocate, not reported to the police") {
		t.Errorf("the case says %s", got)
	}
	if strings.Contains(b.Title()+b.Path(), family) {
		t.Error("the title or the address has her name")
	}

	b.Visit("/cases/new")
	b.Fill("#given_name", "Philomena")
	b.Fill("#family_name", "Quillfeather")
	b.Fill("#dob", "4/2/1993")
	b.Click(`input[name="suspect"][value="no"]`)
	b.Choose("#basis", "safeguarding")
	b.Follow(`main form button[value="look"]`)
	b.Check()
	if b.Count(`input[name="victim_is"][value="new"]`) > 0 { // the man of that name from before
		b.Click(`input[name="victim_is"][value="new"]`)
	}
	b.Follow(`main form button[value="open"]`)
	looks(t, b, "disclosed-new")
	if got := b.Text("h1"); !strings.Contains(got, "Philomena Quillfeather") {
		t.Errorf("the case is of %s", got)
	}
}
