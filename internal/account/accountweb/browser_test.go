package accountweb_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/govuk"
	"clew/internal/web/webtest"
)

// looks checks the page a tab is on at both widths, and keeps a picture of each
// when CLEW_SCREENSHOTS names a folder.
func looks(b *webtest.Tab, name string) {
	for _, width := range []struct {
		name string
		set  func() *webtest.Tab
	}{{"phone", b.Phone}, {"desk", b.Desktop}} {
		width.set()
		if dir := os.Getenv("CLEW_SCREENSHOTS"); dir != "" {
			b.Screenshot(filepath.Join(dir, "account-"+name+"-"+width.name+".png"))
		}
		b.Check()
	}
}

// TestInABrowser sets Clew up, invites somebody and signs in, looking at each page
// on the narrowest phone and on a computer.
func TestInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	h := open(t, filepath.Join(t.TempDir(), "clew.db"), account.Provider{})
	b := browser.Tab(t, h.Site)
	b.Visit("/account")
	if got := b.Path(); got != "/sign-in" {
		t.Fatalf("sent to %s", got)
	}
	looks(b, "sign-in")
	b.Fill("#sign-in", "nobody")
	b.Follow(`form[action="/sign-in"] button`)
	looks(b, "sign-in-wrong")
	link, err := h.accounts.SetUpLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.Visit("/set-up/" + link)
	looks(b, "link")
	b.Follow("main button")
	looks(b, "set-up")
	h.secret = b.Text("code.clew-secret")
	b.Follow("main button")
	looks(b, "set-up-wrong")
	for field, text := range map[string]string{"agency-name": "Northmoor Police", "agency": "police:11", "name": "Nadia Osei", "sign-in": "nadia", "password": secretive, "repeat": secretive, "code": h.code(h.secret)} {
		b.Fill("#"+field, text)
	}
	b.Choose("#kind", "police")
	b.Follow("main button")
	looks(b, "recovery-codes")
	b.Follow("main button")
	b.Visit("/account")
	looks(b, "own")
	b.Visit("/account/password")
	looks(b, "password")
	b.Visit("/account/code")
	looks(b, "code")
	b.Visit("/accounts/new")
	b.Follow("main button")
	looks(b, "invite-wrong")
	b.Fill("#name", "Sam Keogh")
	b.Fill("#sign-in", "sam@northmoor.example")
	b.Click("#roles")
	b.Follow("main button")
	looks(b, "invitation")
	b.Visit("/accounts")
	looks(b, "people")
	b.Follow("tbody tr:last-child a")
	looks(b, "person")
	b.Visit("/agencies")
	looks(b, "agencies")
	b.Visit("/agencies/new")
	looks(b, "agency-new")
	b.Follow("header form button")
	looks(b, "signed-out")
	b.Visit("/sign-in")
	b.Fill("#sign-in", "nadia")
	b.Fill("#password", secretive)
	b.Follow(`form[action="/sign-in"] button`)
	looks(b, "second-step")
	h.clock.pass(time.Minute)
	b.Fill("#code", h.code(h.secret))
	b.Follow("main button")
	if got := b.Path(); got != "/" {
		t.Errorf("signed in, and sent to %s", got)
	}
}

// TestPasskeysInABrowser has Chromium make a passkey and use it, by our own script
// and under the policy of every page.
func TestPasskeysInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	h := open(t, filepath.Join(t.TempDir(), "clew.db"), account.Provider{})
	h.setUp()
	by, err := h.accounts.Resolve(t.Context(), h.cookie("clew"), true)
	if err != nil {
		t.Fatal(err)
	}
	link, err := h.accounts.Invite(t.Context(), by, account.Guest{Name: "Sam Keogh", SignIn: "sam", Roles: []access.Role{access.CallHandler}})
	if err != nil {
		t.Fatal(err)
	}
	b := browser.Tab(t, h.Site).Passkeys()
	b.Visit("/invitations/" + link)
	b.Follow("main button")
	looks(b, "join")
	b.Follow("#passkey")
	if got := b.Path(); got != "/account" {
		t.Fatalf("joined by passkey, and sent to %s", got)
	}
	looks(b, "own-passkey")
	b.Follow("header form button")
	b.Visit("/sign-in")
	looks(b, "sign-in-passkey")
	b.Follow("#passkey")
	if got := b.Path(); got != "/" {
		t.Fatalf("signed in by passkey, and sent to %s", got)
	}
	h.clock.pass(14 * time.Minute)
	b.Visit("/")
	h.clock.pass(2 * time.Minute)
	b.Visit("/account/passkeys")
	if got := b.Path(); got != "/prove" {
		t.Fatalf("an old proof, and at %s", got)
	}
	looks(b, "prove")
	b.Follow("#passkey")
	if got := b.Path(); got != "/account/passkeys" {
		t.Fatalf("proved by passkey, and at %s", got)
	}
	looks(b, "passkeys")
	if b.Follow("main ul form button"); b.Status() != 422 {
		t.Errorf("removed the only passkey: %d", b.Status())
	}
	looks(b, "passkeys-wrong")
	b.Follow("header form button")
	b.WithoutScripts().Visit("/sign-in")
	b.Fits()
	if n := b.Count("form[data-passkey][hidden]"); n != 1 {
		t.Errorf("%d hidden forms of a passkey where there are no scripts, want 1", n)
	}
}
