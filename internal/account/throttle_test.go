package account_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"clew/internal/account"
	"clew/internal/fault"
)

func fields(row string) []string { return strings.Fields(row) }

// TestTenThousandTries has ten thousand strangers try the name of one person, each
// as soon as they may and from an address of their own.
func TestTenThousandTries(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		computed := 0
		for i := range 10_000 {
			from := account.Visitor{Address: fmt.Sprintf("198.51.%d.%d", i/250, i%250)}
			_, err := h.Start(t.Context(), account.Try{SignIn: p.signIn, Password: "guess"}, from)
			if wait, slow := errors.AsType[account.Wait](err); slow {
				if wait.For > time.Minute+time.Second {
					t.Fatalf("try %d is to wait for %s", i, wait.For)
				}
			} else {
				computed++
			}
			h.clock.pass(100 * time.Millisecond)
		}
		if computed > 60 {
			t.Errorf("%d passwords were computed in 17 minutes", computed)
		}
		// The person at their own desk is not slowed.
		own := desk
		own.Browser = p.browser
		if _, err := h.signIn(p, h.code(p), own); err != nil {
			t.Errorf("at their own desk: %v", err)
		}
		// Elsewhere they are, and then get in.
		elsewhere := account.Visitor{Address: "203.0.113.9"}
		_, err := h.signIn(p, h.code(p), elsewhere)
		wait, slow := errors.AsType[account.Wait](err)
		if !slow {
			t.Fatalf("elsewhere: %v", err)
		}
		h.clock.pass(wait.For)
		if _, err := h.signIn(p, h.code(p), elsewhere); err != nil {
			t.Errorf("elsewhere, after the wait: %v", err)
		}
	})
}

// TestGuessingCodes has somebody who has the password guess the code.
func TestGuessingCodes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		guesses := 0
		for range 24 * 60 { // one a minute, for a day
			h.clock.pass(time.Minute)
			_, err := h.signIn(p, "no code", desk)
			if isWrong(err) {
				guesses++
			}
		}
		// Three codes in a million are right: a year of this has odds of one in twenty.
		if guesses > 70 { // 48, and those that are free
			t.Errorf("%d guesses in a day", guesses)
		}
	})
}

// TestOneAddressManyNames has somebody try one password for many names.
func TestOneAddressManyNames(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setUp()
		computed := 0
		for i := range 500 {
			_, err := h.Start(t.Context(), account.Try{SignIn: fmt.Sprintf("name%d", i), Password: "Autumn2026!!"}, account.Visitor{Address: fmt.Sprintf("2001:db8::%x", i)})
			if isWrong(err) {
				computed++
			}
		}
		if computed > 31 {
			t.Errorf("%d passwords were computed for one household at once", computed)
		}
	})
}

// TestClockMovedBack moves the clock back a day. Sessions end, guessing is slowed as
// before, nobody waits for a day, and a code or a recovery code opens once as ever.
func TestClockMovedBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.setUp()
		guess := func() error {
			_, err := h.Start(t.Context(), account.Try{SignIn: p.signIn, Password: "guess"}, desk)
			return err
		}
		for range 5 {
			if err := guess(); !isWrong(err) {
				t.Fatal(err)
			}
		}
		used := h.code(p)
		h.clock.pass(-24 * time.Hour)
		if _, err := h.Resolve(t.Context(), p.token, true); !errors.Is(err, fault.NotFound) {
			t.Errorf("a session that begins tomorrow is open: %v", err)
		}
		wait, slow := errors.AsType[account.Wait](guess())
		if !slow || wait.For > time.Minute+time.Second {
			t.Errorf("a sixth guess is to wait for %s (%v)", wait.For, slow)
		}
		h.clock.pass(wait.For)
		if _, err := h.signIn(p, used, desk); !isWrong(err) {
			t.Errorf("by a code of the day after: %v", err)
		}
		h.clock.pass(time.Minute)
		s, err := h.signIn(p, p.recovery[0], desk)
		if err != nil {
			t.Fatalf("by a recovery code: %v", err)
		}
		if by := h.is(s.Token); by.Account != p.Account {
			t.Errorf("signed in as %q", by.Account)
		}
		h.clock.pass(time.Minute)
		if _, err := h.signIn(p, p.recovery[0], desk); !isWrong(err) {
			t.Errorf("a recovery code a second time: %v", err)
		}
	})
}
