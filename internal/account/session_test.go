package account_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/agency"
	"clew/internal/fault"
)

// TestSessionsGoByTheRules has people come in, work, wait and sign out in any order,
// and holds every session against what the rules say of it.
func TestSessionsGoByTheRules(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		*h = *open(t, h.db, h.clock, account.Settings{Cost: weak, Demo: true})
		if err := agency.NewStore(access.NewGuard(h.db)).Add(t.Context(), access.Program(police, "test"), agency.Agency{ID: police, Name: "Northmoor Police", Kind: "police"}); err != nil {
			t.Fatal(err)
		}
		names := []string{"priya", "tom"}
		for _, n := range names {
			if err := h.Cast(t.Context(), account.Guest{Name: n, SignIn: n, Agency: police, Roles: []access.Role{access.Officer}}); err != nil {
				t.Fatal(err)
			}
		}
		type session struct {
			account.Signed
			began, seen time.Time
			ended       bool
		}
		rapid.Check(t, func(rt *rapid.T) {
			var all []*session
			open := func(s *session) bool {
				now := h.clock.now()
				return !s.ended && now.Sub(s.seen) <= account.Usual.Idle && now.Sub(s.began) <= account.Usual.Absolute
			}
			use := func(s *session, byHand bool) access.Actor {
				want := open(s)
				by, err := h.Resolve(t.Context(), s.Token, byHand)
				if (err == nil) != want || err != nil && !errors.Is(err, fault.NotFound) {
					rt.Fatalf("signed in: %v, want %v", err, want)
				}
				if want && by.Account != s.Account.ID {
					rt.Fatalf("the session of %s is of %s", s.Account.ID, by.Account)
				}
				if want && byHand && h.clock.now().Sub(s.seen) >= time.Minute {
					s.seen = h.clock.now()
				}
				return by
			}
			some := func(rt *rapid.T) *session {
				if len(all) == 0 {
					rt.Skip("nobody is in")
				}
				return rapid.SampledFrom(all).Draw(rt, "session")
			}
			rt.Repeat(map[string]func(*rapid.T){
				"come in": func(rt *rapid.T) {
					s, err := h.ComeIn(t.Context(), rapid.SampledFrom(names).Draw(rt, "who"), desk)
					if err != nil {
						rt.Fatal(err)
					}
					all = append(all, &session{Signed: s, began: h.clock.now(), seen: h.clock.now()})
				},
				"wait": func(rt *rapid.T) {
					h.clock.pass(time.Duration(rapid.IntRange(1, 1200).Draw(rt, "seconds")) * time.Second)
				},
				"shift": func(rt *rapid.T) { h.clock.pass(time.Duration(rapid.IntRange(1, 13).Draw(rt, "hours")) * time.Hour) },
				"work":  func(rt *rapid.T) { use(some(rt), true) },
				"poll":  func(rt *rapid.T) { use(some(rt), false) },
				"sign out": func(rt *rapid.T) {
					s := some(rt)
					if by := use(s, true); by.Account != "" {
						if err := h.SignOut(t.Context(), by, by.Session); err != nil {
							rt.Fatal(err)
						}
						s.ended = true
					}
				},
				"sign out everywhere": func(rt *rapid.T) {
					if by := use(some(rt), true); by.Account != "" {
						if err := h.SignOutEverywhere(t.Context(), by); err != nil {
							rt.Fatal(err)
						}
						for _, s := range all {
							s.ended = s.ended || s.Account.ID == by.Account
						}
					}
				},
				"list": func(rt *rapid.T) {
					by := use(some(rt), true)
					if by.Account == "" {
						return
					}
					want := 0
					for _, s := range all {
						if s.Account.ID == by.Account && open(s) {
							want++
						}
					}
					// Sessions of earlier runs have ended: a shift has passed.
					got, err := h.Sessions(t.Context(), by)
					if err != nil || len(got) != want {
						rt.Fatalf("%d sessions are listed, want %d (%v)", len(got), want, err)
					}
				},
				"": func(*rapid.T) {},
			})
			h.clock.pass(13 * time.Hour)
		})
	})
}
