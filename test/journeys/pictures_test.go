package journeys_test

import (
	"testing"

	"clew/internal/recording"
	"clew/internal/web/webtest"
)

// TestCasePictures is the journey of a supervisor to the pictures of a case: what
// happened along time, narrowed down.
func TestCasePictures(t *testing.T) {
	a, site := program(t, 2000)
	all, _, err := a.Audit.Worklist(t.Context(), demoOf(t, a), recording.Filter{Escalates: true, Sort: recording.MostReports}, 0, 1)
	if err != nil || len(all) == 0 {
		t.Fatalf("no pattern: %v", err)
	}
	b := webtest.Browser(t).Tab(t, site)
	b.Visit("/come-in")
	b.Follow(`button[value="ruth"]`)
	b.Visit("/patterns/" + all[0].ID)
	b.Follow(`form[action="/cases"] button`)
	kase := b.Path()
	for _, deed := range [][2]string{{"warning:words-of-advice", "1/3/2026"}, {"arrest:suspect", "3/6/2026"}, {"order:bail", "4/6/2026"}} {
		b.Visit(kase)
		b.Click(`details:has(#deed) summary`)
		b.Choose("#deed", deed[0])
		b.Fill("#on", deed[1])
		b.Follow(`form[action$="/deeds"] button`)
	}
	b.Follow(`main a[href$="/timeline"]`)
	looks(t, b, "timeline")
	oldest, newest, name := ".clew-picture__date", ".clew-picture__date:nth-last-child(1 of .clew-picture__date)", ".clew-picture__names .clew-picture__name"
	b.Phone()
	if !b.Sees(newest) || b.Sees(oldest) || !b.Sees(name) {
		t.Errorf("on a phone: the newest end is in sight: %v, the oldest: %v, the names of the lanes: %v", b.Sees(newest), b.Sees(oldest), b.Sees(name))
	}
	b.Desktop()
	if !b.Sees(newest) || !b.Sees(oldest) || b.Sees(name) || !b.Sees(".clew-picture__name") {
		t.Error("at a desk the picture is not whole, or has its names twice")
	}
	rows := b.Count("main .clew-picture-list__item")
	if rows < all[0].Reports {
		t.Errorf("the list has %d rows, want the %d reports and what was done", rows, all[0].Reports)
	}
	b.Visit(kase + "/timeline?only=done")
	looks(t, b, "timeline-done")
	if n := b.Count("main .clew-picture-list__item"); n != 4 {
		t.Errorf("agencies did %d things, want the opening and three deeds", n)
	}
	b.Visit(kase + "/timeline?from=never")
	if b.Status() != 422 {
		t.Errorf("a day that is none gives %d, want 422", b.Status())
	}
	looks(t, b, "timeline-wrong")
	b.Visit(kase)
	b.Follow(`main a[href$="/links"]`)
	looks(t, b, "links")

	all, _, err = a.Audit.Worklist(t.Context(), demoOf(t, a), recording.Filter{Others: true, Sort: recording.MostReports}, 0, 1)
	if err != nil || len(all) == 0 {
		t.Fatalf("no pattern of somebody whom others report: %v", err)
	}
	b.Visit("/patterns/" + all[0].ID)
	b.Follow(`form[action="/cases"] button`)
	b.Follow(`main a[href$="/links"]`)
	looks(t, b, "links-others")
	b.Follow(`main a[href$="others=no"]`)
	looks(t, b, "links-alone")
	b.Visit(kase + "/timeline")
	b.Paper()
	if !b.Sees(newest) || !b.Sees(oldest) || b.Sees(name) {
		t.Error("on paper the picture is not whole, or has its names twice")
	}
	for _, what := range []string{"main textarea", "main select", "main button"} {
		if b.Visit(kase); b.Sees(what) {
			t.Errorf("a printed case has %s", what)
		}
	}
}
