package pattern

import (
	"cmp"
	"slices"
	"time"
)

// An Occasion is one stretch of conduct. The Act asks for conduct "on at least
// two occasions" (s.7(3) PHA 1997), and one long night with five calls is one.
type Occasion struct {
	From, To   time.Time // UTC; To is the last instant known
	Accounts   []int     // indexes into Pattern.Accounts
	Count      int       // occasions a series entry stands for; 1 otherwise
	Behaviours Set
	Acts       Set
	Impact     Set
	Fear       Fear
	Threat     bool
	Unwanted   bool
}

// sameOccasion is how long after an occasion begins that something else still
// belongs to it: an evening and the night after it, but not the next evening.
const sameOccasion = 12 * time.Hour

// inOrder copies accounts in order of when they happened, then of when they
// were reported, then by reference, so that the order they came in is nothing.
func inOrder(accounts []Account) []Account {
	all := slices.Clone(accounts)
	slices.SortFunc(all, func(a, b Account) int {
		return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To), a.Reported.Compare(b.Reported),
			cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Key, b.Key))
	})
	return all
}

// gather groups accounts, in order, into occasions. A series entry (several
// occurrences over several days) is one Occasion with a Count of its days or
// its occurrences, whichever is fewer.
func gather(accounts []Account) []Occasion {
	var all []Occasion
	open := -1          // the occasion still running, if any
	var began time.Time // and when it began
	for i := range accounts {
		a := &accounts[i]
		series := a.occasions()
		if open >= 0 && series == 1 && a.middle().Sub(began) < sameOccasion {
			all[open].add(a, i)
			continue
		}
		o := Occasion{From: a.From, To: a.To, Count: series}
		o.add(a, i)
		all = append(all, o)
		open, began = len(all)-1, a.middle()
		if series > 1 {
			open = -1
		}
	}
	return all
}

func (o *Occasion) add(a *Account, i int) {
	o.Accounts = append(o.Accounts, i)
	if a.To.After(o.To) && a.To.Sub(a.From) < sameOccasion {
		o.To = a.To
	}
	s := &a.Says
	o.Behaviours |= s.Behaviours
	o.Acts |= s.Acts
	o.Impact |= s.Impact
	o.Fear = max(o.Fear, s.Fear)
	o.Threat = o.Threat || s.Threat
	o.Unwanted = o.Unwanted || s.Unwanted
}

// middle stands for an account in time: a day known only as a day is its noon,
// so that a Monday night and a Tuesday stay two.
func (a *Account) middle() time.Time {
	if long := a.To.Sub(a.From); long > time.Hour && long <= 25*time.Hour {
		return a.From.Add(long / 2)
	}
	return a.From
}

// occasions is how many occasions an account stands for by itself.
func (a *Account) occasions() int {
	n := max(a.Count, 1)
	days := int(a.To.Sub(a.From)/(24*time.Hour)) + 1
	if a.Says.Days > 1 { // "every night for three weeks"
		return max(min(n, days), int(a.Says.Days))
	}
	return max(1, min(n, days))
}
