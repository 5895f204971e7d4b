package patternweb

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzFilter reads filters from any address, and writes one that means the same
// and holds nothing else.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		"", "finding=stalking-not-recorded&with=grave&with=grown&sort=latest", "since=3/2/2026&agency=Hask+Housing", "since=%zz", "name=Mara&page=2", "with=nonsense&finding=x&state=decided",
		"relationship=former-partner&since=31/2/2026", "agency=%F0%28%8C%28", "since=~2026-02-03&since=2025", "agency=%00%0a",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		c := chosenOf(&http.Request{Method: http.MethodGet, Form: q})
		if _, wrong := c.filter(); wrong != nil && wrong.Of("since") == "" {
			t.Errorf("%q: %v", query, wrong)
		}
		at := c.address()
		u, err := url.Parse(at)
		if err != nil || u.Path != "/worklist" || strings.ContainsAny(at, "\r\n\\<>\"") {
			t.Fatalf("%q became the address %q, %v", query, at, err)
		}
		again := chosenOf(&http.Request{Method: http.MethodGet, Form: u.Query()})
		if again.address() != at {
			t.Errorf("%q became %q and then %q", query, at, again.address())
		}
		if u.Query().Has("name") || u.Query().Has("page") {
			t.Errorf("%q became %q", query, at)
		}
		for _, chip := range c.chips() {
			if chip.Href == "" || chip.Href == at {
				t.Errorf("%q: the filter %q cannot be taken away by %q", query, chip.Text, chip.Href)
			}
		}
	})
}

// FuzzDraft reads whatever somebody types as a report.
func FuzzDraft(f *testing.F) {
	f.Add("3/2/2026 19:05", "~3/2/2026", "2026-02", "12", "a; b;;c")
	f.Add("unknown", "31/2/2026", "soon", "-1", ";")
	f.Add("", "", "2026", "99999999999999999999", "\n")
	f.Fuzz(func(t *testing.T, reported, from, to, count, phones string) {
		d := draft{"reported_at": reported, "occurred_from": from, "occurred_to": to, "count": count, "victim_phone": phones, "suspect_aliases": phones}
		r, wrong := d.record()
		if r.Count < 1 {
			t.Errorf("count %q became %d", count, r.Count)
		}
		for _, m := range wrong {
			if !contains(draftFields, m.Field) || m.Text == "" {
				t.Errorf("a message about no field: %+v", m)
			}
		}
		if strings.TrimSpace(reported) != "" && r.Reported.IsZero() && wrong.Of("reported_at") == "" {
			t.Errorf("reported %q is lost without a word", reported)
		}
		for _, p := range append(r.Victim.Phones, r.Suspect.Aliases...) {
			if p == "" || strings.ContainsAny(p, ";\n") {
				t.Errorf("%q became %q", phones, p)
			}
		}
	})
}
