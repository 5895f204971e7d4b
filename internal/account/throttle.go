package account

import (
	"container/list"
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// A Wait is the answer to somebody who tries too often: for how long to wait. It is
// the same whether or not the account exists.
type Wait struct{ For time.Duration }

func (w Wait) Error() string { return fmt.Sprintf("wait for %s", w.For) }

// A throttle slows guessing down and locks nobody out. Tries are counted under
// several names: those of an account, those of an account from one address, and
// those of an address. Each allows a few, then makes the next wait, twice as long
// each time up to a bound. A browser that somebody has signed in with before is
// counted by itself alone: strangers who try a colleague's account from all over the
// world do not slow that colleague at their own desk. Passkeys are not counted: they
// cannot be guessed.
//
// It is kept in memory, of a bounded size. A program that starts anew forgets it,
// and that helps a guesser less than once a start.
type throttle struct {
	mu    sync.Mutex
	tries map[string]*list.Element // of *tries
	order list.List                // the latest first
}

type tries struct {
	name string
	n    int
	last time.Time
}

const (
	mostTries     = 50_000           // names that are counted
	forgotten     = 2 * time.Minute  // after which one try less counts
	longCodeWaits = 30 * time.Minute // 48 guesses a day, of one code in 330,000 that is right
)

// A count is a name that tries are counted under, with how many are free and the
// longest wait.
type count struct {
	name    string
	free    int
	longest time.Duration // wait; one try less counts after it, or after forgotten
	shared  bool          // by people who have nothing to do with each other
}

func newThrottle() *throttle { return &throttle{tries: map[string]*list.Element{}} }

// passwordCounts are those of a password that is tried.
func passwordCounts(signIn string, from Visitor, known bool) []count {
	if known {
		return []count{{"browser " + digest(from.Browser+" "+signIn), 5, time.Minute, false}}
	}
	address := network(from.Address)
	return []count{
		{"pair " + digest(address+" "+signIn), 5, time.Minute, false},
		{"name " + digest(signIn), 20, time.Minute, false},
		{"address " + digest(address), 30, time.Minute, true},
	}
}

// codeCounts are those of a second step. Who gets there has the password: a code
// of six figures needs longer waits.
func codeCounts(account string, from Visitor, known bool) []count {
	if known {
		return []count{{"code " + digest(from.Browser+" "+account), 5, time.Minute, false}}
	}
	return []count{{"code " + account, 5, longCodeWaits, false}}
}

// take counts a try before it is made, so that many at once do not all slip in, or
// says how long to wait; a try that must wait is not counted.
func (t *throttle) take(now time.Time, counts []count) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var wait time.Duration
	for _, c := range counts {
		if e := t.tries[c.name]; e != nil {
			have := e.Value.(*tries)
			if have.last.After(now) { // the clock was moved back: nobody waits until it is as late again
				have.last = now
			}
			wait = max(wait, have.last.Add(c.wait(have.left(now, c))).Sub(now))
		}
	}
	if wait > 0 {
		return Wait{wait.Truncate(time.Second) + time.Second}
	}
	for _, c := range counts {
		t.count(now, c)
	}
	return nil
}

// left is how many tries still count.
func (t *tries) left(now time.Time, c count) int {
	return max(0, t.n-max(0, int(now.Sub(t.last)/max(forgotten, c.longest))))
}

func (c count) wait(n int) time.Duration {
	if n < c.free {
		return 0
	}
	return min(time.Second<<min(n-c.free, 20), c.longest)
}

func (t *throttle) count(now time.Time, c count) {
	e := t.tries[c.name]
	if e == nil {
		e = t.order.PushFront(&tries{name: c.name})
		t.tries[c.name] = e
	}
	have := e.Value.(*tries)
	have.n, have.last = have.left(now, c)+1, now
	t.order.MoveToFront(e)
	for t.order.Len() > mostTries {
		oldest := t.order.Back()
		delete(t.tries, oldest.Value.(*tries).name)
		t.order.Remove(oldest)
	}
}

// forgive takes back what was counted, of somebody who was right. Of a count that
// others share, that is one try.
func (t *throttle) forgive(counts []count) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range counts {
		e := t.tries[c.name]
		switch {
		case e == nil:
		case c.shared:
			e.Value.(*tries).n--
		default:
			delete(t.tries, c.name)
			t.order.Remove(e)
		}
	}
}

// network is the part of an address that one household has: of IPv6 the first 64
// bits, for the rest is theirs to choose.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
