package patternweb_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/report"
)

func TestWorklist(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		a := h.Get(t, "/worklist")
		h.want(a, 200, "No patterns are here yet", "Record a report by hand", "!Apply filters")
		h.golden("worklist-empty", a)

		id := h.course()
		a = h.Get(t, "/worklist")
		h.want(a, 200, "1 pattern", "Mara Quillfeather reports Edward Farrowgate", "Suggests stalking, not recorded", "3 occasions · 3 reports · 2 agencies · 5 January to 2 April 2026 · a former partner",
			"Fear of violence is recorded.", "Recorded as other criminal damage (2) and no crime", "Not decided", "!No pattern fits")
		if !strings.Contains(a.Body, `href="/patterns/`+id+`"`) {
			t.Error("no link to the pattern")
		}
		h.golden("worklist", a)
	})
}

func TestWorklistFilters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.course()
		const there, none = "1 pattern", "No pattern fits all of these filters"
		for query, want := range map[string]string{
			"finding=stalking-not-recorded": there, "finding=stalking-recorded": none, "finding=nonsense": there, "state=undecided": there, "state=confirmed": none,
			"agency=Hask+Housing": there, "agency=Nobody": none, "relationship=former-partner": there, "relationship=stranger": none,
			"since=2/4/2026": there, "since=2026-04-03": none, "since=2026": there, "with=grave": there, "with=grown": none, "with=grave&with=others&with=counter": there,
			"sort=victim": there, "sort=nonsense": there, "page=99": there, "page=x": there, "name=nobody": there,
		} {
			h.want(h.Get(t, "/worklist?"+query), 200, want)
		}
		h.want(h.Get(t, "/worklist?finding=stalking-not-recorded&since=1/2/2026&with=grave"), 200, "Remove the filter Suggests stalking, not recorded", "Remove the filter Since 1/2/2026", "Remove the filter Fear of violence or a threat")

		a := h.Get(t, "/worklist?since=31/2/2026")
		h.want(a, 422, "There is a problem", "February 2026 has no day 31", there)
		if got := value(a.Body, "since"); got != "31/2/2026" {
			t.Errorf("the date that is not one became %q", got)
		}
	})
}

// TestWorklistByName looks for a name, which must not get into any address.
func TestWorklistByName(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.course()
		a := h.Post(t, "/worklist", url.Values{"name": {"quillf"}, "with": {"grave"}, "sort": {"latest"}})
		h.want(a, 200, "1 pattern", "Mara Quillfeather", "Name: quillf", "Fear of violence or a threat")
		if value(a.Body, "name") != "quillf" || value(a.Body, "sort") != "latest" {
			t.Error("the filters are not in the form any more")
		}
		h.golden("worklist-name", a)
		h.want(h.Post(t, "/worklist", url.Values{"name": {"nobody"}}), 200, "No pattern fits")
		h.want(h.Post(t, "/worklist", url.Values{"name": {"quillf"}, "since": {"yesterday"}}), 422, "The date is not understood", "Mara Quillfeather")

		a = h.Post(t, "/worklist", url.Values{"finding": {"stalking-not-recorded"}, "with": {"grave", "others"}, "sort": {""}, "since": {""}, "name": {" "}})
		if a.Status != http.StatusSeeOther || a.Location != "/worklist?finding=stalking-not-recorded&with=grave&with=others" {
			t.Errorf("without a name: %d to %s", a.Status, a.Location)
		}
	})
}

func TestWorklistPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		for i := range 53 {
			v := report.Party{GivenName: "Mara", FamilyName: fmt.Sprintf("Quill%c%cson", 'a'+i%26, 'a'+i/26), Born: fmt.Sprintf("%02d/%02d/19%d", 1+i%28, 1+i%12, 40+i), Phones: []string{fmt.Sprintf("07700 900%03d", i)}}
			s := report.Party{GivenName: "Edward", FamilyName: fmt.Sprintf("Farrow%c%cton", 'a'+i%26, 'a'+i/26), Born: fmt.Sprintf("%02d/%02d/19%d", 28-i%28, 12-i%12, 41+i), Phones: []string{fmt.Sprintf("07700 901%03d", i)}}
			for j := range 2 {
				h.record(wrote("Northmoor Police", fmt.Sprint("NM/", i, "/", j), fmt.Sprintf("2026-01-%02dT21:00", 1+j+i%20), v, s, "He followed her home."))
			}
		}
		a := h.Get(t, "/worklist?sort=victim")
		h.want(a, 200, "Patterns 1 to 50 of 53, by name of the victim")
		var wire bytes.Buffer
		z := gzip.NewWriter(&wire)
		z.Write([]byte(a.Body))
		z.Close()
		if wire.Len() > 60_000 {
			t.Errorf("50 patterns are %d bytes on the wire, want at most 60,000", wire.Len())
		}
		if !strings.Contains(a.Body, `href="/worklist?page=2&amp;sort=victim"`) {
			t.Error("no link to the second page that keeps the order")
		}
		h.want(h.Get(t, "/worklist?sort=victim&page=2"), 200, "Patterns 51 to 53 of 53")
		h.want(h.Get(t, "/worklist?page=7"), 200, "Patterns 51 to 53 of 53")
		h.want(h.Post(t, "/worklist", url.Values{"name": {"quill"}}), 200, "Patterns 1 to 50 of 53", "Page 1 of 2", "Next page", "!Previous page")
		a = h.Post(t, "/worklist", url.Values{"name": {"quill"}, "page": {"2"}})
		h.want(a, 200, "Patterns 51 to 53 of 53", "Page 2 of 2", "Previous page", "!Next page")
		if value(a.Body, "page") != "1" || value(a.Body, "name") != "quill" {
			t.Error("turning back would lose the name")
		}
	})
}

func TestSavedViews(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.course()
		h.as("Ann Reader")
		a := h.Post(t, "/worklist/views", url.Values{"view": {" "}, "finding": {"stalking-not-recorded"}, "name": {"quill"}})
		h.want(a, 422, "Give the view a name")
		if value(a.Body, "name") != "quill" {
			t.Error("the name that was looked for is lost")
		}
		a = h.Post(t, "/worklist/views", url.Values{"view": {"Mine <b>first</b>"}, "finding": {"stalking-not-recorded"}, "with": {"grave"}, "name": {"quill"}})
		if a.Status != http.StatusSeeOther || a.Location != "/worklist?finding=stalking-not-recorded&with=grave" {
			t.Errorf("saved: %d to %s", a.Status, a.Location)
		}
		h.quiet(a)
		a = h.Get(t, "/worklist")
		h.want(a, 200, "The view is saved", "Saved views", "Mine <b>first</b>")
		if !strings.Contains(a.Body, `href="/worklist?finding=stalking-not-recorded&amp;with=grave"`) {
			t.Error("the view has no link")
		}
		views, err := h.audit.Views(t.Context(), accesstest.As("Ann Reader"))
		if err != nil || len(views) != 1 || views[0].By != "Ann Reader" {
			t.Fatalf("%+v, %v", views, err)
		}
		h.want(h.Post(t, "/worklist/views/"+views[0].ID+"/remove", nil), http.StatusSeeOther)
		h.want(h.Get(t, "/worklist"), 200, "The view is removed", "!Mine")
	})
}
