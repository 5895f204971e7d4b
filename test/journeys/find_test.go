package journeys_test

import (
	"strings"
	"testing"

	"clew/internal/web/webtest"
)

// TestFind keeps where a victim often is, and is warned of what is found nearby, by the
// case and by a report that names nobody. Nothing says where that is.
func TestFind(t *testing.T) {
	a, site := program(t, 2000)
	all := mostReported(t, a, 1)
	b := webtest.Browser(t).Tab(t, site)
	b.Visit("/come-in")
	b.Follow(`button[value="ruth"]`)
	b.Visit("/patterns/" + all[0].ID)
	b.Follow(`form[action="/cases"] button`)
	kase := b.Path()
	if got := b.Text(".clew-facts"); !strings.Contains(got, "None on the map that you may reveal") {
		t.Errorf("the case says of places: %q", got)
	}
	b.Follow(`.clew-facts a[href$="/contacts"]`)
	list := b.Path()
	b.Visit(list + "/new")
	b.Choose("#kind", "routine")
	b.Click("#value")
	b.Press("Hollow Lane livery")
	b.Click(`details:has(#position) summary`)
	b.Fill("#position", "NZ 27 42")
	if b.Follow(`form[action$="/contacts"] button[type=submit]`); b.Status() != 422 {
		t.Errorf("a position that names too much ground gives %d, want 422", b.Status())
	}
	looks(t, b, "place-wrong")
	b.Fill("#position", "NZ 271 421")
	b.Follow(`form[action$="/contacts"] button[type=submit]`)
	looks(t, b, "places")
	if got := b.Text("main"); !strings.Contains(got, "On the map") || strings.Contains(got, "NZ") || strings.Contains(got, "livery") {
		t.Errorf("the list of places: %s", got)
	}
	b.Follow(`main table a[href*="/contacts/"]`)
	looks(t, b, "place-asked")
	b.Fill("#from", "2025")
	b.Follow(`form[action$="/routine"] button`)
	if got := b.Text("main"); !strings.Contains(got, "On the map, from 2025") {
		t.Errorf("since when: %s", got)
	}

	b.Visit(kase + "/incidents/new")
	b.Fill("#happened", "3/2/2026")
	b.Choose("#kind", "find")
	b.Click(`input[name="suspect"][value="unknown"]`)
	b.Click(`details:has(#position) summary`)
	b.Click(`input[name="acts"][value="weapon"]`)
	b.Fill("#position", "NZ 276 426")
	b.Follow(`form[action$="/incidents"] button`)
	looks(t, b, "find")
	b.Visit(kase)
	looks(t, b, "case-find")
	got := b.Text("main")
	if !strings.Contains(got, "A weapon found near a routine place of the person at risk.") || strings.Contains(got, "livery") || strings.Contains(got, "NZ 271") {
		t.Errorf("the case says: %s", got)
	}

	b.Visit("/reports/new")
	b.Fill("#agency", "Northmoor Police")
	b.Fill("#record_id", "FP/1")
	b.Choose("#kind", "found-property")
	b.Fill("#reported_at", "4/2/2026")
	b.Click("#narrative")
	b.Press("A rucksack with cable ties, in the verge")
	b.Fill("#position", "54.7733, 1.5762")
	if b.Follow(`button[value="save"]`); b.Status() != 422 {
		t.Errorf("east for west gives %d, want 422", b.Status())
	}
	looks(t, b, "report-position-wrong")
	b.Fill("#position", "54.7733, -1.5762")
	b.Follow(`button[value="save"]`)
	report := strings.TrimSuffix(b.Path(), "/part")
	b.Visit(kase)
	if b.Count(`#warnings + ul a[href="`+report+`"]`) != 1 && !strings.Contains(b.Text("#warnings + ul"), "more") {
		t.Error("the warning does not lead to the report")
	}
}
