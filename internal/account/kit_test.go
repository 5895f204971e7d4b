package account_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/agency"
	"clew/internal/db"
	"clew/internal/db/dbtest"
)

// A key seals under a key that is known: for tests alone.
type key struct{ cipher.AEAD }

func newKey(t testing.TB) key {
	t.Helper()
	block, err := aes.NewCipher([]byte("a key that everybody knows, 32 b"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		t.Fatal(err)
	}
	return key{a}
}

func (k key) Seal(context string, plain []byte) []byte {
	return k.AEAD.Seal(nil, nil, plain, []byte(context))
}
func (k key) Open(context string, sealed []byte) ([]byte, error) {
	return k.AEAD.Open(nil, nil, sealed, []byte(context))
}

// A clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time       { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// A house is the accounts of a partnership, with a clock of its own.
type house struct {
	*account.Store
	t     testing.TB
	db    *db.DB
	clock *clock
	admin access.Actor
}

const (
	police = "police:11"
	haven  = "advocacy:3"
	// secretive is a password that is good enough.
	secretive = "tidal otter brass lamp"
)

// weak is a cost that lets tests be quick.
var weak = account.Cost{Time: 1, Memory: 64}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	dbtest.EachBare(t, func(t *testing.T, where string) {
		c := &clock{t: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
		d, err := db.Open(t.Context(), where, c.now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		f(t, open(t, d, c, account.Settings{Cost: weak}))
	})
}

func open(t testing.TB, d *db.DB, c *clock, settings account.Settings) *house {
	return &house{Store: account.NewStore(access.NewGuard(d), newKey(t), settings), t: t, db: d, clock: c}
}

// desk is where somebody usually sits.
var desk = account.Visitor{Address: "192.0.2.7", Agent: "Firefox on Windows"}

// somebody is a person who can sign in.
type somebody struct {
	access.Actor
	signIn   string
	secret   string // of the one-time code
	recovery []string
	token    string
	browser  string
}

// setUp sets Clew up, and returns its administrator.
func (h *house) setUp() *somebody {
	h.t.Helper()
	link, err := h.SetUpLink(h.t.Context())
	if err != nil || link == "" {
		h.t.Fatalf("set-up link: %q, %v", link, err)
	}
	p := h.take(link, account.Join{Name: "Nadia Osei", SignIn: "Nadia@Northmoor.example", Agency: agency.Agency{ID: police, Name: "Northmoor Police", Kind: "police"}})
	h.admin = p.Actor
	return p
}

// invited invites somebody, who takes it up.
func (h *house) invited(by access.Actor, name, signIn string, roles ...access.Role) *somebody {
	h.t.Helper()
	link, err := h.Invite(h.t.Context(), by, account.Guest{Name: name, SignIn: signIn, Roles: roles})
	if err != nil {
		h.t.Fatalf("invite: %v", err)
	}
	return h.take(link, account.Join{})
}

// take takes a link up.
func (h *house) take(link string, j account.Join) *somebody {
	h.t.Helper()
	ticket, err := h.Open(h.t.Context(), link)
	if err != nil {
		h.t.Fatalf("open: %v", err)
	}
	now, err := h.Joining(h.t.Context(), ticket)
	if err != nil {
		h.t.Fatalf("joining: %v", err)
	}
	p := &somebody{secret: now.Secret.Text}
	j.Password, j.Repeat, j.Code = secretive, secretive, h.code(p)
	signed, recovery, err := h.Accept(h.t.Context(), ticket, j, desk)
	if err != nil {
		h.t.Fatalf("accept: %v", err)
	}
	p.recovery = recovery
	h.in(p, signed)
	return p
}

func (h *house) in(p *somebody, s account.Signed) {
	h.t.Helper()
	p.signIn, p.token, p.browser = s.Account.SignIn, s.Token, s.Browser
	by, err := h.Resolve(h.t.Context(), s.Token, true)
	if err != nil {
		h.t.Fatalf("resolve: %v", err)
	}
	p.Actor = by
}

// code is the code that an app shows now. It is worked out anew here, by the letter
// of RFC 6238.
func (h *house) code(p *somebody) string {
	h.t.Helper()
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(p.secret, " ", ""))
	if err != nil {
		h.t.Fatal(err)
	}
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(h.clock.now().Unix()/30))
	mac := hmac.New(sha1.New, secret)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	o := sum[19] & 15
	n := (uint32(sum[o])&0x7f)<<24 | uint32(sum[o+1])<<16 | uint32(sum[o+2])<<8 | uint32(sum[o+3])
	return fmt.Sprintf("%06d", n%1000000)
}

// signIn signs somebody in with a password and a code, from a visitor.
func (h *house) signIn(p *somebody, code string, from account.Visitor) (account.Signed, error) {
	ticket, err := h.Start(h.t.Context(), account.Try{SignIn: p.signIn, Password: secretive}, from)
	if err != nil {
		return account.Signed{}, err
	}
	return h.Finish(h.t.Context(), ticket, code, from)
}

// count is a number out of the database.
func (h *house) count(query string, args ...any) (n int64) {
	h.t.Helper()
	if err := h.db.Read(h.t.Context(), func(v *db.View) (err error) {
		n, err = db.One(h.t.Context(), v, db.Number, query, args...)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return n
}
