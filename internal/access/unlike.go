package access

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"clew/internal/pattern/match"
)

// This file holds what is unlike the looking of colleagues, and no database. What
// is usual is learnt from the same weeks and from people with the same roles, so
// that nobody has to know beforehand how much a call handler reads. How well it does
// is in docs/design/unusual-looking.md.

// A fact is what one account saw and did of one person on one day.
type fact struct {
	account, person string
	day             int64 // since 1970
	looks, acts     int64
}

// A month is the facts of an agency's last thirty days, and who is who in them. Of
// the thirty before, it is told too, for what was done then: a case that is open
// longer has somebody at work on it.
type month struct {
	from   int64 // the day it begins
	facts  []fact
	staff  map[string]worker
	people map[string]string // names
}

// A worker is an account, with what it is compared by.
type worker struct{ name, roles string }

// An oddity is looking that colleagues' is unlike.
type oddity struct {
	kind            Kind
	account, person string
	first, last     int64 // days
	seen, usual     int
}

// The figures that were settled on by trying (docs/design/unusual-looking.md).
const (
	fewColleagues = 8      // with the same roles; fewer are compared with everybody
	leastFlood    = 20     // people in a day
	timesFlood    = 3      // what nine in ten of colleagues' days stay under
	leastStray    = 12     // people in thirty days
	leastShare    = 10     // people, to know by somebody's share of strays
	farStray      = 5.0    // spreads from the middle
	toSpread      = 1.4826 // from the median distance, as in a normal distribution
	leastDrip     = 4      // days
	weeksDrip     = 14     // days from the first to the last
	byChance      = 0.012  // how often chance may make it look so, for one account in thirty days
	slower        = 0.08   // cases differ: long ones fall quiet less fast than short ones tell
	fewKnown      = 20     // pairs to learn from; with fewer, only what is plain is said
	plainDrip     = 6      // days
	plainWeeks    = 21     // days from the first to the last
	kinChance     = 0.02
)

// A bond is one account and one person.
type bond struct {
	days   []int64 // of looks, in order
	looked bool    // in either month
	acts   int64
}

func (b *bond) span() int64 { return b.days[len(b.days)-1] - b.days[0] }

// A seenPerson is what the agency did with one person.
type seenPerson struct {
	lookers int
	acts    int64
}

// A sums is a month, added up.
type sums struct {
	*month
	bonds  map[string]map[string]*bond // by account and person
	daily  map[string]map[int64]int    // people, by account and day
	people map[string]*seenPerson
	names  map[string]int      // people of each family name
	given  map[string]int      // and of each first name
	group  map[string][]string // accounts that are compared, by roles
	all    []string            // accounts
	of     map[string]*tally
}

// A tally is one account, counted once: everybody is compared with everybody.
type tally struct {
	people, stray int   // looked at in the month; of them lonely
	first, last   int64 // day of a look at a stray
	lonely, pairs [5]float64
}

// unlike finds what is unlike the looking of colleagues, in order.
func unlike(m *month) (all []oddity) {
	s := add(m)
	for _, a := range s.all {
		all = append(all, s.floods(a)...)
		all = append(all, s.strays(a)...)
		all = append(all, s.drips(a)...)
		all = append(all, s.kin(a)...)
	}
	return all
}

func add(m *month) *sums {
	s := &sums{month: m, bonds: map[string]map[string]*bond{}, daily: map[string]map[int64]int{}, people: map[string]*seenPerson{}, names: map[string]int{}, given: map[string]int{}, group: map[string][]string{}, of: map[string]*tally{}}
	slices.SortFunc(m.facts, func(a, b fact) int {
		return cmp.Or(strings.Compare(a.account, b.account), strings.Compare(a.person, b.person), cmp.Compare(a.day, b.day))
	})
	for _, f := range m.facts {
		p := s.people[f.person]
		if p == nil {
			p = &seenPerson{}
			s.people[f.person] = p
			s.names[family(m.people[f.person])]++
			s.given[given(m.people[f.person])]++
		}
		p.acts += f.acts
		if s.bonds[f.account] == nil {
			s.bonds[f.account], s.daily[f.account] = map[string]*bond{}, map[int64]int{}
			s.all = append(s.all, f.account)
		}
		b := s.bonds[f.account][f.person]
		if b == nil {
			b = &bond{}
			s.bonds[f.account][f.person] = b
		}
		b.acts += f.acts
		if f.looks > 0 && !b.looked {
			b.looked = true
			p.lookers++
		}
		if f.looks == 0 || f.day < m.from || len(b.days) > 0 && b.days[len(b.days)-1] == f.day {
			continue
		}
		b.days = append(b.days, f.day)
		s.daily[f.account][f.day]++
	}
	for _, a := range s.all {
		s.group[m.staff[a].roles] = append(s.group[m.staff[a].roles], a)
		s.of[a] = s.tally(a)
	}
	return s
}

func (s *sums) tally(account string) *tally {
	t := &tally{}
	for person, b := range s.bonds[account] {
		d := len(b.days)
		if d == 0 {
			continue
		}
		t.people++
		lonely := s.lonely(person)
		if lonely {
			if t.stray == 0 || b.days[0] < t.first {
				t.first = b.days[0]
			}
			t.last = max(t.last, b.days[d-1])
			t.stray++
		}
		if d < len(t.pairs) {
			t.pairs[d]++
			if lonely {
				t.lonely[d]++
			}
		}
	}
	return t
}

// peers are whom an account is compared with: never itself.
func (s *sums) peers(account string) []string {
	all := s.group[s.staff[account].roles]
	if len(all) < fewColleagues {
		all = s.all
	}
	return slices.DeleteFunc(slices.Clone(all), func(a string) bool { return a == account })
}

// lonely reports whether nobody else looked at a person and nobody did anything
// about them.
func (s *sums) lonely(person string) bool {
	p := s.people[person]
	return p.lookers == 1 && p.acts == 0
}

// floods are days with far more different people than colleagues' days.
func (s *sums) floods(account string) []oddity {
	var o oddity
	var usual int
	for day, n := range s.daily[account] {
		if n < leastFlood {
			continue
		}
		if usual == 0 {
			var days []float64
			for _, p := range s.peers(account) {
				for _, n := range s.daily[p] {
					days = append(days, float64(n))
				}
			}
			usual = max(1, int(math.Ceil(quantile(days, .9))))
		}
		if n > timesFlood*usual && (n > o.seen || n == o.seen && day > o.last) {
			o = oddity{Flood, account, "", day, day, n, usual}
		}
	}
	if o.seen == 0 {
		return nil
	}
	return []oddity{o}
}

// strays is that far more of the people an account looked at than of colleagues’ are
// people nobody else looked at, and about whom nobody did anything.
func (s *sums) strays(account string) []oddity {
	own := s.of[account]
	if own.stray < leastStray {
		return nil
	}
	peers := slices.DeleteFunc(s.peers(account), func(p string) bool { return s.of[p].people < leastShare })
	if len(peers) < fewColleagues-1 {
		return nil
	}
	shares, far := make([]float64, len(peers)), make([]float64, len(peers))
	for i, p := range peers {
		shares[i] = float64(s.of[p].stray) / float64(s.of[p].people)
	}
	usual := quantile(shares, .5)
	from := func(t *tally) float64 {
		return (float64(t.stray) - usual*float64(t.people)) / math.Sqrt(max(usual*(1-usual)*float64(t.people), 1))
	}
	for i, p := range peers {
		far[i] = math.Abs(from(s.of[p]))
	}
	if from(own) <= farStray*max(1, toSpread*quantile(far, .5)) {
		return nil
	}
	return []oddity{{Stray, account, "", own.first, own.last, own.stray, int(math.Round(usual * float64(own.people)))}}
}

// drips are people an account looked at again and again over weeks, while nobody
// else did and nobody did anything about them.
func (s *sums) drips(account string) (all []oddity) {
	var chance func(days int) float64
	for _, person := range s.sorted(account) {
		b := s.bonds[account][person]
		d := len(b.days)
		if d < leastDrip || b.span() < weeksDrip || !s.lonely(person) {
			continue
		}
		if chance == nil {
			chance = s.chance(account)
		}
		long := 0 // people looked at as often, whatever came of it
		for _, o := range s.bonds[account] {
			if len(o.days) >= d {
				long++
			}
		}
		p := chance(d)
		if p >= 0 && float64(long)*p >= byChance || p < 0 && (d < plainDrip || b.span() < plainWeeks) {
			continue
		}
		all = append(all, oddity{Drip, account, person, b.days[0], b.days[d-1], d, 0})
	}
	return all
}

// chance is how likely somebody whom a colleague looked at on so many days is to be
// lonely, told from those looked at on two days and on four; below 0 when too little
// is known.
func (s *sums) chance(account string) func(days int) float64 {
	var lonely, of [5]float64
	for _, p := range s.peers(account) {
		for d, n := range s.of[p].pairs {
			of[d] += n
			lonely[d] += s.of[p].lonely[d]
		}
	}
	if of[2] < fewKnown || of[4] < fewKnown {
		return func(int) float64 { return -1 }
	}
	two, four := (lonely[2]+.5)/(of[2]+1), (lonely[4]+.5)/(of[4]+1)
	each := min(math.Sqrt(four/two)+slower, .98)
	return func(days int) float64 { return four * math.Pow(each, float64(days-4)) }
}

// kin are people of the account's own name, and people of its family name whom it
// looks at again and does nothing about, where the name is too rare for chance.
func (s *sums) kin(account string) (all []oddity) {
	own := match.FoldName(s.staff[account].name)
	name := family(own)
	if name == "" {
		return nil
	}
	looked, again, mine := 0, 0, 0 // people; on several days; of this name
	for person, b := range s.bonds[account] {
		looked++
		if len(b.days) > 1 {
			again++
		}
		if family(s.month.people[person]) == name {
			mine++
		}
	}
	share := (float64(s.names[name]-mine) + .5) / float64(len(s.people)+1)
	only := s.names[name] == mine // nobody else was seen who is called so
	both := share * (float64(s.given[given(own)]) + .5) / float64(len(s.people)+1)
	for _, person := range s.sorted(account) {
		b := s.bonds[account][person]
		theirs := match.FoldName(s.month.people[person])
		switch {
		case len(b.days) == 0:
		case theirs == own && (only || float64(looked)*both < kinChance || len(b.days) > 1 && b.acts == 0):
			all = append(all, oddity{Self, account, person, b.days[0], b.days[len(b.days)-1], len(b.days), 0})
		case family(theirs) == name && len(b.days) > 1 && b.acts == 0 && (only || float64(again)*share < kinChance):
			all = append(all, oddity{Kin, account, person, b.days[0], b.days[len(b.days)-1], len(b.days), 0})
		}
	}
	return all
}

func (s *sums) sorted(account string) []string {
	all := make([]string, 0, len(s.bonds[account]))
	for person := range s.bonds[account] {
		all = append(all, person)
	}
	slices.Sort(all)
	return all
}

// family is the last word of a name, folded, when there are several; "" otherwise.
func family(name string) string {
	name = match.FoldName(name)
	i := strings.LastIndexByte(name, ' ')
	if i < 0 || len(name)-i < 4 {
		return ""
	}
	return name[i+1:]
}

// given is the first word of a name, folded.
func given(name string) string {
	first, _, _ := strings.Cut(match.FoldName(name), " ")
	return first
}

// quantile is the value that a share of the values stay under, or reach.
func quantile(all []float64, share float64) float64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(int(share*float64(len(all))), len(all)-1)]
}
