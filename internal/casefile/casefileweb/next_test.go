package casefileweb_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"clew/internal/report"
)

// TestSafetyComesFirst has a case with a warning about somebody's safety and a task that
// is older.
func TestSafetyComesFirst(t *testing.T) {
	next := regexp.MustCompile(`(?s)class="clew-next.*?</div>`)
	for says, want := range map[string]string{"He has hacked her e-mail account and reads it.": "Take a safety step", "He rang her again.": "Ask the phone company"} {
		site, kase := serve(t, []*report.Record{wrote("C/1", 1, 3, "", "", says)})
		page := site.Get(t, kase).Body
		version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(page)[1]
		if a := site.Post(t, kase+"/tasks", url.Values{"what": {"Ask the phone company"}, "owner": {"Ann"}, "due": {"1/12/2024"}, "version": {version}}); a.Status >= 400 {
			t.Fatalf("a task: %d %s", a.Status, a.Body)
		}
		if got := next.FindString(site.Get(t, kase).Body); !strings.Contains(got, want) {
			t.Errorf("%s: next is %q, want %q", says, got, want)
		}
	}
}
