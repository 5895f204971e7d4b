package accessweb_test

import (
	"context"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/govuk"
	"clew/internal/web/webtest"
)

// broken puts in that ann broke the glass before what the advocates know.
func (h *house) broken() {
	h.write(func(ctx context.Context, tx *db.Tx) error {
		return tx.Insert(ctx, "glass", []string{"id", "account", "agency", "holder", "mention", "cause", "reason", "opened", "shuts", "verdict", "review", "reviewed_by"},
			[][]any{{"g1", "ann", north, haven, "r1s", "danger", "He is outside her mother's house; a car is on its way", tx.Now.UnixMicro(), tx.Now.Add(access.GlassLasts).UnixMicro(), "", "", ""}})
	})
}

// TestReviewOfGlass lists who broke the glass to both agencies, and has somebody else
// of the agency that did it say whether it was right.
func TestReviewOfGlass(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		h := open(t, where)
		h.as("aud")
		h.want(h.Get(t, "/glass"), 200, "Nothing waits for your review")
		h.broken()
		a := h.Get(t, "/glass")
		h.want(a, 200, "1 time waits for your review", "Ann Reader, police:1", "Somebody may be in danger now", "Was it justified?")
		h.golden("glass", a)
		h.want(h.Post(t, "/glass/g1/review", url.Values{"why": {"I asked her"}}), 422, "Select whether it was justified", "I asked her")
		h.as("out") // of the other agency: told, and not asked
		h.want(h.Get(t, "/glass"), 200, "Nothing waits for your review", "Ann Reader, police:1", "!Was it justified?")
		h.want(h.Post(t, "/glass/g1/review", url.Values{"verdict": {"justified"}, "why": {"x"}}), 404)
		h.as("aud")
		if a := h.Post(t, "/glass/g1/review", url.Values{"verdict": {"justified"}, "why": {"A car was sent at that minute"}}); a.Status != http.StatusSeeOther {
			t.Fatalf("judged: %d", a.Status)
		}
		h.want(h.Get(t, "/glass"), 200, "Your review is kept", "Justified: A car was sent at that minute", "Audrey Tell", "!Was it justified?")
	})
}

func TestGlassInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	h := open(t, filepath.Join(t.TempDir(), "clew.db"))
	h.broken()
	b := browser.Tab(t, h.Site)
	b.Visit("/as/aud")
	b.Visit("/glass")
	b.Check()
	if status := b.Follow("main form button"); status != http.StatusUnprocessableEntity {
		t.Errorf("an empty review: %d", status)
	}
	b.Wait(".govuk-error-summary:focus")
	b.Check()
}
