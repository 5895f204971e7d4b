package journeys_test

import (
	"strings"
	"testing"

	"clew/internal/web/webtest"
)

// TestTies is an officer with the cases of two victims who are rung from one number: both
// say so, the picture of the links shows it, and the two are linked as a series.
func TestTies(t *testing.T) {
	a, site := program(t, 2000)
	all := mostReported(t, a, 9)
	one, other := all[0], all[1]
	for _, p := range all[1:] {
		if p.Victim != one.Victim && p.Suspect != one.Suspect {
			other = p
			break
		}
	}
	b := webtest.Browser(t).Tab(t, site)
	b.Visit("/come-in")
	b.Follow(`button[value="ruth"]`)
	var cases []string
	for i, id := range []string{one.ID, other.ID} {
		b.Visit("/patterns/" + id)
		b.Follow(`form[action="/cases"] button`)
		cases = append(cases, b.Path())
		b.Visit(cases[i] + "/incidents/new")
		b.Fill("#happened", "3/2/2026")
		b.Choose("#kind", "call")
		b.Click(`input[name="suspect"][value="unknown"]`)
		b.Click(`details:has(#number) summary`)
		b.Fill("#number", []string{"07700 900999", "+44 7700 900 999"}[i])
		b.Fill("#vehicle", []string{"", "NX07 ABC"}[i])
		b.Follow(`form[action$="/incidents"] button`)
	}
	for _, c := range cases {
		b.Visit(c)
		if got := b.Text("main"); !strings.Contains(got, "2 victims share a number.") {
			t.Errorf("%s does not say that both are rung from one number", c)
		}
	}
	b.Visit(cases[0])
	looks(t, b, "case-tied")
	if got := b.Text("main"); strings.Contains(got, other.VictimName) {
		t.Error("the case names the other victim")
	}
	b.Visit(cases[0] + "/links")
	looks(t, b, "links-tied")
	if got := b.Text("main"); !strings.Contains(got, other.VictimName) || !strings.Contains(got, "In the reports of 2 victims") {
		t.Errorf("the picture of the links: %s", got)
	}
	if b.Count(`main a[href^="`+cases[1]+`/incidents/"]`) != 1 {
		t.Error("the picture does not lead to the other incident")
	}
	b.Visit(cases[0] + "/join")
	b.Click(`input[name="linked"][value="` + strings.TrimPrefix(cases[1], "/cases/") + `"]`)
	b.Follow(`form[action$="/series"] button`)
	if got := b.Text("main"); strings.Contains(got, "2 victims share a number.") || !strings.Contains(got, "series") {
		t.Error("the series is not made, or the warning stays")
	}
}
