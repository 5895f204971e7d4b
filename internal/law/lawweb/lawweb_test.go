package lawweb_test

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/govuk"
	"clew/internal/law"
	"clew/internal/law/lawweb"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

func open(t *testing.T, d *db.DB) *webtest.Site {
	t.Helper()
	m := web.NewMux(nil)
	lawweb.Routes(m, law.NewStore(accesstest.Guard(t, d)))
	return webtest.Serve(t, accesstest.Anybody(m))
}

var (
	mains  = regexp.MustCompile(`(?s)<main.*</main>`)
	stamps = regexp.MustCompile(`Corrected by (\w+ \w+) on \d{1,2} \w+ \d{4}`)
)

func golden(t *testing.T, name string, a webtest.Answer) {
	t.Helper()
	webtest.Golden(t, name, stamps.ReplaceAllString(mains.FindString(a.Body), "Corrected by $1 on DAY"))
}

func TestCorrecting(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		golden(t, "all", s.Get(t, "/law"))
		a := s.Post(t, "/law/orders", url.Values{"key": {"spo"}, "from": {"soon"}})
		if a.Status != 422 || !strings.Contains(a.Body, `value="soon"`) {
			t.Errorf("status %d, want 422 with what was typed", a.Status)
		}
		row := url.Values{"key": {"spo"}, "title": {"Stalking protection order"}, "applies": {"Police, or the court itself"}, "from": {"1/3/2027"}, "source": {"An Act of 2026"}, "sure": {"from memory, low"}, "reason": {"Commenced"}}
		if a := s.Post(t, "/law/orders", row); a.Status != 303 {
			t.Fatalf("status %d, want 303\n%s", a.Status, a.Main())
		}
		s.Get(t, "/law/orders") // with the word that it is kept
		golden(t, "orders", s.Get(t, "/law/orders"))
		golden(t, "new", s.Get(t, "/law/orders/new?key=spo"))
		if a := s.Get(t, "/law/nothing"); a.Status != 404 {
			t.Errorf("a table that is not there: %d", a.Status)
		}
		if a := s.Get(t, "/law/bank-holidays?page=2"); a.Status != 200 || strings.Count(a.Body, "<tr") > 60 {
			t.Errorf("status %d, %d rows: want a page of them", a.Status, strings.Count(a.Body, "<tr"))
		}
	})
}

func TestOthersSeeNoForm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		m := web.NewMux(nil)
		lawweb.Routes(m, law.NewStore(accesstest.Guard(t, d)))
		s := webtest.Serve(t, accesstest.Only(accesstest.Somebody(t, d, "Northmoor Police", "Dev", access.Officer), m))
		for name, form := range map[string]url.Values{"a day that is none": {"key": {"spo"}, "from": {"soon"}}, "no source": {"key": {"spo"}, "title": {"Order"}, "from": {"1/3/2027"}}} {
			if a := s.Post(t, "/law/orders", form); a.Status != 403 {
				t.Errorf("%s: status %d, want 403", name, a.Status)
			}
		}
	})
}

func TestInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	s := open(t, dbtest.SQLite(t))
	b := browser.Tab(t, s)
	for path, name := range map[string]string{"/law": "law", "/law/orders": "orders", "/law/bank-holidays": "holidays", "/law/offences/new": "new"} {
		b.Visit(path)
		b.Phone().Check()
		b.Desktop().Check()
		if to := os.Getenv("CLEW_SCREENSHOTS"); to != "" { // for somebody to look at
			b.Phone().Screenshot(filepath.Join(to, name+"-phone.png"))
			b.Desktop().Screenshot(filepath.Join(to, name+".png"))
		}
	}
}
