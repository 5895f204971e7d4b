package account_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/agency"
	"clew/internal/db"
	"clew/internal/fault"
)

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		if p.Name != "Nadia Osei" || p.Agency != police || p.signIn != "nadia@northmoor.example" {
			t.Fatalf("set up as %+v", p)
		}
		if _, err := h.signIn(p, h.code(p), desk); !isWrong(err) {
			t.Errorf("a code that was used to set up: %v", err)
		}
		h.clock.pass(time.Minute)
		code := h.code(p)
		s, err := h.signIn(p, code, desk)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.signIn(p, code, desk); !isWrong(err) {
			t.Errorf("the same code again: %v", err)
		}
		by, err := h.Resolve(t.Context(), s.Token, true)
		if err != nil || by.Account != p.Account || by.Session == p.Session || by.Purpose != access.Enquire || !by.Proved.Equal(h.clock.now()) {
			t.Errorf("signed in as %+v, %v", by, err)
		}
		if got := h.count(`SELECT count(*) FROM ledger_entries WHERE action = 'sign in' AND account = $1 AND outcome = 'done'`, p.Account); got != 2 {
			t.Errorf("%d sign-ins in the ledger, want 2", got)
		}
		if got := h.count(`SELECT count(*) FROM ledger_entries WHERE action = 'sign in' AND outcome = 'wrong code'`); got != 2 {
			t.Errorf("%d refusals in the ledger, want 2", got)
		}
	})
}

// TestCodesDrift has the clock of a phone be out.
func TestCodesDrift(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		for _, c := range []struct {
			out  time.Duration
			want bool
		}{{-time.Minute, false}, {-30 * time.Second, true}, {30 * time.Second, true}, {time.Minute, false}} {
			h.clock.pass(10 * time.Minute)
			h.clock.pass(c.out)
			code := h.code(p)
			h.clock.pass(-c.out)
			if _, err := h.signIn(p, code, desk); (err == nil) != c.want {
				t.Errorf("a clock out by %s: %v", c.out, err)
			}
		}
	})
}

func TestRecoveryCodes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		if len(p.recovery) != 10 {
			t.Fatalf("%d recovery codes", len(p.recovery))
		}
		for i, c := range p.recovery {
			s, err := h.signIn(p, c, desk)
			if err != nil || s.Left != 9-i {
				t.Fatalf("code %d: %d left, %v", i, s.Left, err)
			}
			if _, err := h.signIn(p, c, desk); !isWrong(err) {
				t.Fatalf("code %d a second time: %v", i, err)
			}
		}
	})
}

// TestNothingThatOpensIsKept looks for what opens an account in all tables.
func TestNothingThatOpensIsKept(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		link, err := h.Invite(t.Context(), p.Actor, account.Guest{Name: "A B", SignIn: "ab", Roles: []access.Role{access.Officer}})
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		scan := func(r db.Row) (string, error) {
			var a, b, c string
			err := r.Scan(&a, &b, &c)
			return a + " " + b + " " + c, err
		}
		if err := h.db.Read(t.Context(), func(v *db.View) error {
			for _, q := range []string{`SELECT token, browser, id FROM sessions`, `SELECT token, roles, id FROM invitations`, `SELECT digest, account, '' FROM recovery_codes`, `SELECT digest, account, '' FROM browsers`, `SELECT password, code, id FROM account_holders`} {
				rows, err := db.All(t.Context(), v, scan, q)
				if err != nil {
					return err
				}
				all = append(all, rows...)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, secret := range append(p.recovery, p.token, p.browser, link, secretive, p.secret) {
			for _, row := range all {
				if slices.Contains(fields(row), secret) {
					t.Errorf("kept as it is: %s", secret)
				}
			}
		}
		if len(all) < 15 {
			t.Errorf("only %d rows were looked at", len(all))
		}
	})
}

// TestExistenceIsNotTold has every kind of account refuse in the same words.
func TestExistenceIsNotTold(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		gone := h.invited(p.Actor, "Gone Away", "gone", access.Officer)
		person, err := h.Person(t.Context(), p.Actor, gone.Account)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.End(t.Context(), p.Actor, gone.Account, person.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Invite(t.Context(), p.Actor, account.Guest{Name: "Not Yet", SignIn: "not-yet", Roles: []access.Role{access.Officer}}); err != nil {
			t.Fatal(err)
		}
		said := map[string]bool{}
		for i, name := range []string{p.signIn, "gone", "not-yet", "nobody", ""} {
			from := account.Visitor{Address: fmt.Sprintf("192.0.2.%d", i)}
			_, err := h.Start(t.Context(), account.Try{SignIn: name, Password: "wrong"}, from)
			said[err.Error()] = true
			if name != p.signIn {
				_, err = h.Start(t.Context(), account.Try{SignIn: name, Password: secretive}, from)
				said[err.Error()] = true
			}
		}
		if len(said) != 1 {
			t.Errorf("refused in different words: %v", said)
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		is := func(token string, want bool) {
			t.Helper()
			if _, err := h.Resolve(t.Context(), token, true); (err == nil) != want || err != nil && !errors.Is(err, fault.NotFound) {
				t.Errorf("signed in: %v, want %v", err, want)
			}
		}
		for range 48 { // used every 14 minutes, for eleven hours
			h.clock.pass(14 * time.Minute)
			is(p.token, true)
		}
		h.clock.pass(14 * time.Minute)
		is(p.token, true)
		h.clock.pass(14 * time.Minute)
		h.clock.pass(14 * time.Minute)
		is(p.token, false) // idle
		s, err := h.signIn(p, h.code(p), desk)
		if err != nil {
			t.Fatal(err)
		}
		for range 51 {
			h.clock.pass(14 * time.Minute)
			is(s.Token, true)
		}
		h.clock.pass(14 * time.Minute)
		is(s.Token, false) // twelve hours are over
		is("", false)
		is("made up", false)
	})
}

// TestPollsKeepNobodyIn has a page ask by itself, with nobody there.
func TestPollsKeepNobodyIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		for range 3 {
			h.clock.pass(5 * time.Minute)
			if _, err := h.Resolve(t.Context(), p.token, false); err != nil {
				t.Fatal(err)
			}
		}
		h.clock.pass(time.Minute)
		if _, err := h.Resolve(t.Context(), p.token, false); !errors.Is(err, fault.NotFound) {
			t.Errorf("still signed in: %v", err)
		}
	})
}

func TestSignOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		other := h.invited(p.Actor, "Sam Keogh", "sam", access.CallHandler)
		h.clock.pass(time.Minute)
		s, err := h.signIn(p, h.code(p), account.Visitor{Address: "192.0.2.8", Agent: "Safari on iPhone"})
		if err != nil {
			t.Fatal(err)
		}
		all, err := h.Sessions(t.Context(), p.Actor)
		if err != nil || len(all) != 2 || all[0].Browser != "Safari on iPhone" {
			t.Fatalf("sessions %+v, %v", all, err)
		}
		if err := h.SignOut(t.Context(), other.Actor, all[0].ID); !errors.Is(err, fault.NotFound) {
			t.Errorf("somebody else ended it: %v", err)
		}
		if err := h.SignOut(t.Context(), p.Actor, all[0].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Resolve(t.Context(), s.Token, true); !errors.Is(err, fault.NotFound) {
			t.Errorf("signed out, and in: %v", err)
		}
		if err := h.SignOutEverywhere(t.Context(), p.Actor); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Resolve(t.Context(), p.token, true); !errors.Is(err, fault.NotFound) {
			t.Errorf("signed out everywhere, and in: %v", err)
		}
		if _, err := h.Resolve(t.Context(), other.token, true); err != nil {
			t.Errorf("signed out with another: %v", err)
		}
	})
}

func TestProveAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		guest := account.Guest{Name: "Sam Keogh", SignIn: "sam", Roles: []access.Role{access.CallHandler}}
		h.clock.pass(14 * time.Minute)
		if p.Actor = h.is(p.token); p.Actor.Account == "" {
			t.Fatal("signed out")
		}
		h.clock.pass(2 * time.Minute)
		p.Actor = h.is(p.token)
		if _, err := h.Invite(t.Context(), p.Actor, guest); !errors.Is(err, access.ErrNotFresh) {
			t.Fatalf("invited with an old proof: %v", err)
		}
		if _, _, err := h.Prove(t.Context(), p.Actor, "000000"); !isWrong(err) {
			t.Fatalf("proved with a wrong code: %v", err)
		}
		token, left, err := h.Prove(t.Context(), p.Actor, h.code(p))
		if err != nil || left != -1 {
			t.Fatal(left, err)
		}
		if _, err := h.Resolve(t.Context(), p.token, true); !errors.Is(err, fault.NotFound) {
			t.Errorf("the token from before the proof opens: %v", err)
		}
		fresh := h.is(token)
		if fresh.Session != p.Session {
			t.Errorf("another session")
		}
		if _, err := h.Invite(t.Context(), fresh, guest); err != nil {
			t.Errorf("invited with a fresh proof: %v", err)
		}
	})
}

func (h *house) is(token string) access.Actor {
	by, _ := h.Resolve(h.t.Context(), token, true)
	return by
}

func TestInvitationOpensOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		link, err := h.Invite(t.Context(), p.Actor, account.Guest{Name: "Sam Keogh", SignIn: "Sam", Roles: []access.Role{access.CallHandler}})
		if err != nil {
			t.Fatal(err)
		}
		opened, refused := make(chan string, 8), make(chan error, 8)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				ticket, err := h.Open(t.Context(), link)
				if err != nil {
					refused <- err
				} else {
					opened <- ticket
				}
			})
		}
		all.Wait()
		close(refused)
		if len(opened) != 1 {
			t.Fatalf("opened %d times", len(opened))
		}
		for err := range refused {
			if !errors.Is(err, fault.NotFound) {
				t.Errorf("refused with %v", err)
			}
		}
		h.clock.pass(61 * time.Minute)
		if _, err := h.Joining(t.Context(), <-opened); !errors.Is(err, fault.NotFound) {
			t.Errorf("an hour later: %v", err)
		}
		// A new link, which makes the one before worthless.
		p.Actor = h.fresh(p)
		id := h.find("sam")
		old, err := h.InviteAgain(t.Context(), p.Actor, id)
		if err != nil {
			t.Fatal(err)
		}
		link, err = h.InviteAgain(t.Context(), p.Actor, id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Open(t.Context(), old); !errors.Is(err, fault.NotFound) {
			t.Errorf("a withdrawn link: %v", err)
		}
		sam := h.take(link, account.Join{})
		if got := h.roles(sam.Account); !slices.Equal(got, []access.Role{access.CallHandler}) {
			t.Errorf("roles %v", got)
		}
		h.clock.pass(8 * 24 * time.Hour)
		p.Actor = h.fresh(p)
		if link, err = h.Invite(t.Context(), p.Actor, account.Guest{Name: "Late", SignIn: "late", Roles: []access.Role{access.Officer}}); err != nil {
			t.Fatal(err)
		}
		h.clock.pass(7*24*time.Hour + time.Minute)
		if _, err := h.Open(t.Context(), link); !errors.Is(err, fault.NotFound) {
			t.Errorf("after a week: %v", err)
		}
	})
}

// fresh signs somebody in anew.
func (h *house) fresh(p *somebody) access.Actor {
	h.t.Helper()
	h.clock.pass(time.Minute)
	s, err := h.signIn(p, h.code(p), desk)
	if err != nil {
		h.t.Fatal(err)
	}
	h.in(p, s)
	return p.Actor
}

func (h *house) find(signIn string) (id string) {
	h.t.Helper()
	if err := h.db.Read(h.t.Context(), func(v *db.View) (err error) {
		id, err = db.One(h.t.Context(), v, db.Text, `SELECT id FROM account_holders WHERE sign_in = $1`, signIn)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return id
}

func (h *house) roles(id string) (roles []access.Role) {
	h.t.Helper()
	if err := h.db.Read(h.t.Context(), func(v *db.View) error {
		all, err := access.GrantsOf(h.t.Context(), v, v.Now, id)
		for _, a := range all {
			roles = append(roles, a.Role)
		}
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return roles
}

// TestPhoneLost has somebody lose all they sign in with: the new link ends what
// there was.
func TestPhoneLost(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		sam := h.invited(p.Actor, "Sam Keogh", "sam", access.CallHandler)
		link, err := h.InviteAgain(t.Context(), p.Actor, sam.Account)
		if err != nil {
			t.Fatal(err)
		}
		if h.is(sam.token).Account == "" {
			t.Error("signed out by a link that nobody has taken up")
		}
		again := h.take(link, account.Join{})
		if again.Account != sam.Account || h.is(sam.token).Account != "" {
			t.Error("another account, or the old session goes on")
		}
		h.clock.pass(time.Minute)
		if _, err := h.signIn(sam, h.code(sam), desk); !isWrong(err) {
			t.Errorf("the lost phone opens: %v", err)
		}
		if _, err := h.signIn(sam, sam.recovery[0], desk); !isWrong(err) {
			t.Errorf("an old recovery code opens: %v", err)
		}
		if got := h.roles(sam.Account); !slices.Equal(got, []access.Role{access.CallHandler}) {
			t.Errorf("roles %v", got)
		}
	})
}

func TestLastAdministrator(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		if err := h.SetRoles(t.Context(), p.Actor, p.Account, []access.Role{access.Officer}, time.Time{}); !isWrong(err) {
			t.Errorf("changed their own roles: %v", err)
		}
		own, err := h.Person(t.Context(), p.Actor, p.Account)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.End(t.Context(), p.Actor, p.Account, own.Version); !isWrong(err) {
			t.Errorf("ended their own account: %v", err)
		}
		program := access.Program(police, "Clew")
		if err := h.End(t.Context(), program, p.Account, own.Version); !isWrong(err) {
			t.Errorf("the last administrator ended: %v", err)
		}
		if err := h.SetRoles(t.Context(), program, p.Account, nil, time.Time{}); !isWrong(err) {
			t.Errorf("the last administrator lost the role: %v", err)
		}
		if got := h.roles(p.Account); !slices.Equal(got, []access.Role{access.Administrator}) {
			t.Errorf("roles %v", got)
		}
	})
}

// TestTwoAdministratorsRemoveEachOther does it at once: one of them is left.
func TestTwoAdministratorsRemoveEachOther(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		q := h.invited(p.Actor, "Kit Marlow", "kit", access.Administrator)
		version := h.count(`SELECT version FROM account_holders WHERE id = $1`, p.Account)
		var all sync.WaitGroup
		errs := make([]error, 2)
		all.Go(func() { errs[0] = h.SetRoles(t.Context(), p.Actor, q.Account, nil, time.Time{}) })
		all.Go(func() { errs[1] = h.End(t.Context(), q.Actor, p.Account, version) })
		all.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("removed each other: %v", errs)
		}
		if err := errors.Join(errs...); !errors.Is(err, fault.Forbidden) {
			t.Errorf("the second was refused with %v", err)
		}
		if n := h.count(`SELECT count(*) FROM grants WHERE role = 'administrator' AND until > $1`, h.clock.now().UnixMicro()); n != 1 {
			t.Errorf("%d administrators left", n)
		}
	})
}

// TestLinksOfWhoHasGone has an administrator leave with links to hand over.
func TestLinksOfWhoHasGone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		q := h.invited(p.Actor, "Kit Marlow", "kit", access.Administrator)
		guest := account.Guest{Name: "Sam Keogh", SignIn: "sam", Roles: []access.Role{access.Administrator}}
		link, err := h.Invite(t.Context(), q.Actor, guest)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.SetRoles(t.Context(), p.Actor, q.Account, []access.Role{access.Officer}, time.Time{}); err != nil {
			t.Fatal(err)
		}
		ticket, err := h.Open(t.Context(), link)
		if err != nil {
			t.Fatal(err)
		}
		j, err := h.Joining(t.Context(), ticket)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = h.Accept(t.Context(), ticket, account.Join{Password: secretive, Repeat: secretive, Code: h.code(&somebody{secret: j.Secret.Text})}, desk)
		if !errors.Is(err, fault.NotFound) || len(h.roles(h.find("sam"))) != 0 {
			t.Errorf("taken up: %v", err)
		}
		// Another administrator makes the link anew, with the same roles.
		if link, err = h.InviteAgain(t.Context(), p.Actor, h.find("sam")); err != nil {
			t.Fatal(err)
		}
		if got := h.roles(h.take(link, account.Join{}).Account); len(got) != 1 {
			t.Errorf("roles %v", got)
		}
	})
}

func TestRestore(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		if _, err := h.Restore(t.Context(), p.Actor, account.Guest{SignIn: p.signIn}); !errors.Is(err, fault.Forbidden) {
			t.Errorf("not at the server: %v", err)
		}
		link, err := h.Restore(t.Context(), access.Program(police, "Clew"), account.Guest{Name: "New Admin", SignIn: "new", Agency: police})
		if err != nil {
			t.Fatal(err)
		}
		q := h.take(link, account.Join{})
		if got := h.roles(q.Account); !slices.Equal(got, []access.Role{access.Administrator}) {
			t.Errorf("roles %v", got)
		}
		if n := h.count(`SELECT count(*) FROM ledger_entries WHERE account = 'program' AND subject = $1`, q.Account); n != 1 {
			t.Errorf("%d entries of it in the ledger", n)
		}
	})
}

// TestSetUpOnce has the set-up link be worthless once it is used, and once another
// is printed.
func TestSetUpOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		old, err := h.SetUpLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		stale, err := h.Open(t.Context(), old)
		if err != nil {
			t.Fatal(err)
		}
		h.setUp()
		if _, err := h.Open(t.Context(), old); !errors.Is(err, fault.NotFound) {
			t.Errorf("an older link opens: %v", err)
		}
		now, err := h.Joining(t.Context(), stale)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = h.Accept(t.Context(), stale, account.Join{Name: "B", SignIn: "b", Agency: agency.Agency{ID: "x", Name: "x", Kind: "nhs"}, Password: secretive, Repeat: secretive, Code: h.code(&somebody{secret: now.Secret.Text})}, desk)
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("set up twice: %v", err)
		}
		if link, err := h.SetUpLink(t.Context()); link != "" || err != nil {
			t.Errorf("a link to set up what is set up: %v", err)
		}
	})
}

// TestOtherAgencies has an administrator look after their own people alone.
func TestOtherAgencies(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		if err := agency.NewStore(access.NewGuard(h.db)).Add(t.Context(), p.Actor, agency.Agency{ID: haven, Name: "Haven", Kind: "advocacy"}); err != nil {
			t.Fatal(err)
		}
		first := account.Guest{Name: "Ceri Vaughan", SignIn: "ceri", Agency: haven, Roles: []access.Role{access.Administrator}}
		link, err := h.Invite(t.Context(), p.Actor, first)
		if err != nil {
			t.Fatalf("first administrator of another agency: %v", err)
		}
		q := h.take(link, account.Join{})
		first.SignIn = "ceri2"
		if _, err := h.Invite(t.Context(), p.Actor, first); !isWrong(err) {
			t.Errorf("a second, by a stranger: %v", err)
		}
		for name, err := range map[string]error{
			"roles":  h.SetRoles(t.Context(), p.Actor, q.Account, nil, time.Time{}),
			"end":    h.End(t.Context(), p.Actor, q.Account, 2),
			"look":   second(h.Person(t.Context(), p.Actor, q.Account)),
			"invite": second(h.InviteAgain(t.Context(), p.Actor, q.Account)),
		} {
			if !errors.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		all, n, err := h.People(t.Context(), q.Actor, "", 0, 50)
		if err != nil || n != 1 || all[0].ID != q.Account {
			t.Errorf("people of the other agency: %+v, %v", all, err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestEnd(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		sam := h.invited(p.Actor, "Sam Keogh", "sam", access.CallHandler, access.Officer)
		person, err := h.Person(t.Context(), p.Actor, sam.Account)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.End(t.Context(), p.Actor, sam.Account, person.Version-1); !errors.Is(err, fault.Conflict) {
			t.Errorf("an account that somebody else changed: %v", err)
		}
		if err := h.End(t.Context(), p.Actor, sam.Account, person.Version); err != nil {
			t.Fatal(err)
		}
		if h.is(sam.token).Account != "" || len(h.roles(sam.Account)) != 0 {
			t.Error("an ended account is signed in, or has roles")
		}
		if _, err := h.InviteAgain(t.Context(), p.Actor, sam.Account); !isWrong(err) {
			t.Errorf("invited again: %v", err)
		}
	})
}

func TestChangeHowOneSignsIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		h.clock.pass(time.Minute)
		other, err := h.signIn(p, h.code(p), desk)
		if err != nil {
			t.Fatal(err)
		}
		const better = "green harbour nine kites"
		if err := h.SetPassword(t.Context(), p.Actor, better, "green"); !isWrong(err) {
			t.Errorf("typed differently: %v", err)
		}
		if err := h.SetPassword(t.Context(), p.Actor, better, better); err != nil {
			t.Fatal(err)
		}
		if h.is(other.Token).Account != "" || h.is(p.token).Account == "" {
			t.Error("the other session goes on, or one’s own does not")
		}
		ticket, secret, err := h.BeginCode(p.Actor)
		if err != nil {
			t.Fatal(err)
		}
		old := *p
		p.secret = secret.Text
		if p.recovery, err = h.SetCode(t.Context(), p.Actor, ticket, h.code(p)); err != nil {
			t.Fatal(err)
		}
		h.clock.pass(time.Minute)
		try, err := h.Start(t.Context(), account.Try{SignIn: p.signIn, Password: better}, desk)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Finish(t.Context(), try, h.code(&old), desk); !isWrong(err) {
			t.Errorf("the app before: %v", err)
		}
		if _, err := h.Finish(t.Context(), try, old.recovery[0], desk); !isWrong(err) {
			t.Errorf("the recovery codes before: %v", err)
		}
		if _, err := h.Finish(t.Context(), try, p.recovery[0], desk); err != nil {
			t.Errorf("a new recovery code: %v", err)
		}
		if _, err := h.Finish(t.Context(), try, p.recovery[1], desk); !errors.Is(err, fault.NotFound) {
			t.Errorf("the ticket of a step that was taken: %v", err)
		}
		h.clock.pass(16 * time.Minute)
		for name, err := range map[string]error{"password": h.SetPassword(t.Context(), p.Actor, better, better), "recovery codes": second(h.NewRecoveryCodes(t.Context(), p.Actor))} {
			if !errors.Is(err, access.ErrNotFresh) {
				t.Errorf("%s changed on an old proof: %v", name, err)
			}
		}
	})
}

func TestPasswords(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		for password, want := range map[string]bool{
			"": false, "short one": false, "Nadia Osei 1": false, "aaaaaaaaaaaaaaaa": false, "password1234": false, "nadia@northm": false,
			"tidal otter brass lamp": true, "ééééüüüüßßßßøøøøååæ": true,
		} {
			if err := h.SetPassword(t.Context(), p.Actor, password, password); (err == nil) != want {
				t.Errorf("%q: %v", password, err)
			}
		}
	})
}

func isWrong(err error) bool { _, is := errors.AsType[fault.Invalid](err); return is }
