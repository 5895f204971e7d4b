package accessweb_test

import (
	"net/http"
	"path/filepath"
	"testing"

	"github.com/a-h/templ"

	"clew/internal/govuk"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

// TestInABrowser looks at each page in each of its states on the narrowest phone and
// on a computer, and sends each form as people do.
func TestInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	h := open(t, filepath.Join(t.TempDir(), "clew.db"))
	var b *webtest.Tab
	as := func(who string) {
		b = browser.Tab(t, h.Site)
		b.Visit("/as/" + who)
	}

	as("ann")
	b.Check()
	b.Visit("/conflicts/new")
	b.Check()
	b.Visit("/people/link") // as the page of a person leads there
	b.Check()
	b.Follow("main form button")
	b.Check()
	if b.Path() != "/conflicts/new" {
		t.Errorf("at %s", b.Path())
	}
	if status := b.Follow("main form > button:last-of-type"); status != http.StatusUnprocessableEntity {
		t.Errorf("closed to nobody: %d", status)
	}
	b.Wait(".govuk-error-summary:focus")
	b.Check()
	b.Fill("#search", "march")
	b.Press("\r")
	b.Wait("#accounts-3")
	b.Check()
	b.Click("#accounts-3")
	b.Click("#reason")
	b.Press("He is her sergeant")
	b.Follow("main form > button:last-of-type")
	b.Wait(".govuk-panel")
	b.Check()

	as("cus")
	b.Check()
	b.Visit("/locks")
	b.Check()
	b.Follow("main form button")
	b.Check()
	as("out")
	b.Visit("/locks")
	b.Check()
	b.Follow("main form button")
	b.Check()

	as("ada")
	b.Check()
	b.Visit("/agreements")
	b.Check()
	b.Visit("/agreements/new")
	b.Check()
	if status := b.Follow("main form button"); status != http.StatusUnprocessableEntity {
		t.Errorf("an empty agreement: %d", status)
	}
	b.Wait(".govuk-error-summary:focus")
	b.Check()
	b.Fill("#title", "Stalking protocol")
	b.Click("#basis")
	b.Press("Public task")
	b.Click("#level")
	b.Click("#parties")
	b.Click("#parties-2")
	for field, value := range map[string]string{"#since": "1", "#since-parts-month": "3", "#since-parts-year": "2026", "#until": "28", "#until-parts-month": "2", "#until-parts-year": "2028", "#review": "1", "#review-parts-month": "3", "#review-parts-year": "2027"} {
		b.Fill(field, value)
	}
	b.Follow("main form button")
	b.Check()
	b.Follow("main form button")
	b.Check() // no reason was given
	b.Click("#why")
	b.Press("It was signed by nobody")
	b.Follow("main form button")
	b.Check()
	b.Visit("/agreements")
	b.Check()
	b.Visit("/administration/colleague")
	b.Check()
	b.Fill("#name", "march")
	b.Choose("#what", "report")
	b.Fill("#on", "r1")
	b.Follow("main form button")
	b.Check()
	b.Click("#account")
	b.Follow("main form button")
	b.Wait("#answer")
	b.Check()

	as("aud")
	b.Visit("/unusual")
	b.Check()
	for range 60 {
		h.look("ann", "report", "a-number-that-is-as-long-as-those-of-reports-are", "r1v", "r1s")
	}
	h.drip()
	b.Visit("/unusual")
	b.Check()
	b.Follow("main table a")
	b.Check()
	b.Follow("main form[action$=close] button")
	b.Check()
	b.Follow("main form[action^='/ledger'] button")
	b.Check()
	b.Visit("/ledger/entries")
	b.Check()
	b.Follow("main .clew-turning button")
	b.Check()
	b.Fill("#name", "march")
	b.Follow("main form button")
	b.Check()
	b.Visit("/ledger/entries")
	b.Follow("main form[action$=export] button")
	b.Check()
	as("sup")
	b.Visit("/people/r1s/looks")
	b.Check()
}

// linked is a page with the link to the form for a conflict of interest.
func linked(m *web.Mux) {
	m.Handle("GET /people/link", func(w http.ResponseWriter, r *http.Request) error {
		page := govuk.Page(govuk.Frame{Title: "Person"})
		r = r.WithContext(templ.WithChildren(r.Context(), templ.Join(templ.Raw("<h1>Person</h1>"), templ.Raw(`<form method="post" action="/conflicts/new"><input type="hidden" name="mention" value="r1v"><p class="govuk-body"><button type="submit" class="clew-plain">I am worried about a conflict of interest</button></p></form>`))))
		return web.Render(w, r, http.StatusOK, page)
	})
}
