package accountweb_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/account/accountweb"
	"clew/internal/agency"
	"clew/internal/agency/agencyweb"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

// A key seals under a key that is known: for tests alone.
type key struct{ cipher.AEAD }

func newKey() key {
	block, err := aes.NewCipher([]byte("a key that everybody knows, 32 b"))
	if err != nil {
		panic(err)
	}
	a, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return key{a}
}

func (k key) Seal(context string, plain []byte) []byte {
	return k.AEAD.Seal(nil, nil, plain, []byte(context))
}
func (k key) Open(context string, sealed []byte) ([]byte, error) {
	return k.AEAD.Open(nil, nil, sealed, []byte(context))
}

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time       { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// A house is the pages over a database, and somebody who uses them.
type house struct {
	*webtest.Site
	t        *testing.T
	clock    *clock
	accounts *account.Store
	mux      *web.Mux
	secret   string // of the administrator's one-time code
	recovery []string
}

const secretive = "tidal otter brass lamp"

func each(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	dbtest.EachBare(t, func(t *testing.T, where string) { f(t, open(t, where, account.Provider{})) })
}

func open(t *testing.T, where string, p account.Provider) *house {
	t.Helper()
	c := &clock{t: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	if p.Issuer != "" {
		c.t = time.Now() // the provider goes by the real one
	}
	d, err := db.Open(t.Context(), where, c.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	h := &house{t: t, clock: c, mux: web.NewMux(nil)}
	g := access.NewGuard(d)
	h.accounts = account.NewStore(g, newKey(), account.Settings{Cost: account.Cost{Time: 1, Memory: 64}, Provider: p})
	h.mux.Door = accountweb.Door(g, h.accounts)
	accountweb.Routes(h.mux, h.accounts)
	agencyweb.Routes(h.mux, agency.NewStore(g), nil)
	h.mux.Handle("GET /{$}", func(w http.ResponseWriter, _ *http.Request) error {
		_, err := w.Write([]byte("inside"))
		return err
	})
	h.Site = webtest.Serve(t, h.mux)
	return h
}

// stranger forgets all that the browser kept.
func (h *house) stranger() {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.Client.Jar = jar
}

// cookie is what the browser keeps under a name.
func (h *house) cookie(name string) string {
	u, _ := url.Parse(h.URL)
	for _, c := range h.Client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// setUp sets Clew up by its pages, and is signed in as its administrator.
func (h *house) setUp() {
	h.t.Helper()
	link, err := h.accounts.SetUpLink(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	h.want(h.Get(h.t, "/set-up/"+link), 200, "It opens once")
	h.sent(h.Post(h.t, "/set-up/"+link, nil), "/join")
	page := h.Get(h.t, "/join")
	h.want(page, 200, "Set Clew up")
	h.secret = keyOn(page.Body)
	form := url.Values{"agency-name": {"Northmoor Police"}, "agency": {"police:11"}, "kind": {"police"}, "name": {"Nadia Osei"}, "sign-in": {"nadia"}}
	h.join(form, h.secret)
	codes := h.Get(h.t, "/account/recovery-codes")
	h.want(codes, 200, "never again")
	h.recovery = recovery.FindAllString(codes.Body, -1)
	if len(h.recovery) != 10 {
		h.t.Fatalf("%d recovery codes are shown", len(h.recovery))
	}
	h.sent(h.Post(h.t, "/account/recovery-codes/kept", nil), "/")
}

func (h *house) join(form url.Values, secret string) {
	h.t.Helper()
	form.Set("password", secretive)
	form.Set("repeat", secretive)
	form.Set("code", h.code(secret))
	h.sent(h.Post(h.t, "/join", form), "/account/recovery-codes")
}

// signIn signs the administrator in.
func (h *house) signIn() webtest.Answer {
	h.t.Helper()
	h.clock.pass(time.Minute)
	h.sent(h.Post(h.t, "/sign-in", url.Values{"sign-in": {"nadia"}, "password": {secretive}}), "/sign-in/code")
	return h.Post(h.t, "/sign-in/code", url.Values{"code": {h.code(h.secret)}})
}

var (
	keyShown = regexp.MustCompile(`<code class="clew-secret">([^<]*)</code>`)
	recovery = regexp.MustCompile(`\b[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}\b`)
	drawing  = regexp.MustCompile(`(?s)<svg class="clew-square".*?</svg>`)
	ids      = regexp.MustCompile(`/(sessions|accounts)/[0-9a-z]{16}`)
)

func keyOn(body string) string {
	m := keyShown.FindStringSubmatch(body)
	if m == nil {
		return ""
	}
	return m[1]
}

// code is what an app shows for a secret.
func (h *house) code(secret string) string {
	h.t.Helper()
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(secret, " ", ""))
	if err != nil {
		h.t.Fatalf("secret %q: %v", secret, err)
	}
	mac := hmac.New(sha1.New, b)
	_ = binary.Write(mac, binary.BigEndian, h.clock.now().Unix()/30)
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1000000)
}

func (h *house) want(a webtest.Answer, status int, texts ...string) {
	h.t.Helper()
	if a.Status != status {
		h.t.Errorf("status %d, want %d\n%s", a.Status, status, a.Main())
	}
	for _, text := range texts {
		not, text := strings.HasPrefix(text, "!"), strings.TrimPrefix(text, "!")
		if strings.Contains(a.Body, text) == not {
			h.t.Errorf("%q there: %v\n%s", text, !not, a.Main())
		}
	}
}

func (h *house) sent(a webtest.Answer, to string) {
	h.t.Helper()
	if a.Status != 303 || a.Location != to {
		h.t.Fatalf("%d to %q, want 303 to %s\n%s", a.Status, a.Location, to, a.Main())
	}
}

func (h *house) golden(name string, a webtest.Answer) {
	h.t.Helper()
	b := keyShown.ReplaceAllString(a.Main(), `<code class="clew-secret">SECRET</code>`)
	b = drawing.ReplaceAllString(recovery.ReplaceAllString(b, "CODE"), "SQUARE")
	b = regexp.MustCompile(`/(set-up|invitations)/[\w-]{43}`).ReplaceAllString(b, "/$1/LINK")
	webtest.Golden(h.t, name, ids.ReplaceAllString(b, "/$1/ID"))
}
