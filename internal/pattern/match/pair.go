package match

import (
	"context"
	"math"
)

// mostReports is how many reports of one person are compared each with each
// for the sake of the other party; beyond it each with the ones next to it.
const mostReports = 60

// opposite is the other party of a mention's report, or -1.
func (c *Corpus) opposite(i int32) int32 {
	r := c.reportOf[i]
	if r < 0 {
		return -1
	}
	if p := c.reports[r]; p[0] == i {
		return p[1]
	} else {
		return p[0]
	}
}

func (c *Corpus) isVictim(i int32) bool { return c.reports[c.reportOf[i]][0] == i }

// partners calls f with pairs of mentions whose opposite parties are held to be
// one person in the same part, so that what little is known of each may suffice.
func (k *clustering) partners(f func(i, j int32)) {
	var victims, suspects []int32
	for _, all := range k.members {
		if len(all) < 2 {
			continue
		}
		victims, suspects = victims[:0], suspects[:0]
		for _, m := range all {
			o := int32(-1)
			if k.c.reportOf[m] >= 0 {
				o = k.c.opposite(m)
			}
			if o < 0 || k.c.empty(o) {
				continue
			}
			if k.c.isVictim(m) {
				suspects = append(suspects, o)
			} else {
				victims = append(victims, o)
			}
		}
		for _, others := range [][]int32{suspects, victims} {
			for x := range others {
				for y := x + 1; y < len(others) && y-x <= mostReports; y++ {
					f(min(others[x], others[y]), max(others[x], others[y]))
				}
			}
		}
	}
}

// together says what two mentions have in common beside themselves: a person who
// stands opposite both in reports.
func (k *clustering) together(i, j int32) Together {
	if !k.beside || k.c.reportOf[i] < 0 || k.c.reportOf[j] < 0 || k.c.isVictim(i) != k.c.isVictim(j) {
		return Apart
	}
	oi, oj := k.c.opposite(i), k.c.opposite(j)
	switch {
	case oi < 0 || oj < 0 || k.person[oi] != k.person[oj]:
		return Apart
	case k.c.isVictim(i):
		return VictimsOfOneSuspect
	}
	return SuspectsOfOneVictim
}

// learnPairs learns how often two reports of one victim are about one suspect
// and how those compare, and how often two reports of one suspect are by one
// victim, from the pairs whose other parties are told well enough to be sure.
func (c *Corpus) learnPairs(m *Model, k *clustering) {
	var bothV, onlyV, bothS, onlyS float64
	var suspects []trained
	k.partners(func(i, j int32) {
		e := c.evidence(i, j)
		same, house := m.weight(&e, c.born[i], c.born[j])
		l := same + m.against(house) // the evidence, without what people start with
		sure := l >= 10_000 || k.person[i] == k.person[j]
		unlike := l <= -6_000
		switch victim := c.isVictim(i); {
		case sure && victim:
			bothS++
		case unlike && victim:
			onlyS++
		case sure:
			bothV++
		case unlike:
			onlyV++
		}
		if !c.isVictim(i) && !c.empty(i) && !c.empty(j) && len(suspects) < mostTrained {
			suspects = append(suspects, trained{e, c.born[i], c.born[j]})
		}
	})
	reports := max(float64(len(c.reports)), 500)
	pairs := reports * reports / 2
	m.pairs = pairPriors{both: clamp((max(bothV, bothS) + 3) / pairs), victim: clamp((onlyV + 1) / pairs), suspect: clamp((onlyS + 1) / pairs)}
	m.learnNear(suspects)
}

// beside is what sharing the suspect adds to the total of two victims: the odds
// that go with one suspect, in place of those of two mentions at large.
func (m *Model) beside() int32 {
	odds := min(m.pairs.both/m.pairs.suspect, mostNearOdds)
	return max(milli(math.Log2(odds))-m.prior(), 0)
}

// joinByReport weighs the two parties of reports together: two reports of one
// victim with little about the suspect are about one suspect unless what little
// there is speaks against it, and the other way round.
func (k *clustering) joinByReport(ctx context.Context, found []edge) error {
	if len(k.c.reports) == 0 || k.oneEach {
		return nil
	}
	k.beside = true
	if err := k.join(ctx, k.both(found)); err != nil {
		return err
	}
	const passes = 2 // a suspect found through a victim can find another victim
	for range passes {
		var edges []edge
		k.partners(func(i, j int32) {
			if k.person[i] == k.person[j] || k.c.empty(i) || k.c.empty(j) {
				return
			}
			if t := k.total(i, j); t >= joins && k.told(i, j) {
				edges = append(edges, edge{i, j, t})
			}
		})
		strongest(edges)
		if err := k.join(ctx, edges); err != nil {
			return err
		}
	}
	return k.join(ctx, k.silent())
}

// surely is the odds of one suspect from which silence is taken for agreement.
const surely = 4

// silent finds suspects of one victim of whom nothing can be compared: a given
// name in one report and a family name in another. They are held to be one when
// the victim reports nobody else, nothing differs, and the data say that people
// who report again mostly report one suspect. That is all that speaks for it, and
// the chance it is given says so.
func (k *clustering) silent() (all []edge) {
	if k.m.near.odds < surely {
		return nil
	}
	for _, mentions := range k.members {
		var first, other int32 = -1, -1 // a mention of each of two suspects
		for _, m := range mentions {
			if k.c.reportOf[m] < 0 || !k.c.isVictim(m) {
				continue
			}
			o := k.c.opposite(m)
			switch {
			case o < 0 || k.c.empty(o):
			case first < 0 || k.person[o] == k.person[first]:
				first = max(first, o)
			case other < 0 || k.person[o] == k.person[other]:
				other = max(other, o)
			default:
				first, other = -2, -2 // three or more
			}
			if first == -2 {
				break
			}
		}
		if first < 0 || other < 0 {
			continue
		}
		e := k.c.evidence(first, other)
		if t := k.total(first, other); t >= joins && !k.m.differs(&e) {
			all = append(all, edge{min(first, other), max(first, other), t})
		}
	}
	strongest(all)
	return all
}

// both finds, among pairs of victims that do not stand by themselves, those whose
// suspects are alike too: two names that mean little alone mean much together.
func (k *clustering) both(found []edge) (all []edge) {
	const chance = .9
	for _, e := range found {
		if e.total >= joins || k.person[e.i] == k.person[e.j] || k.c.reportOf[e.i] < 0 || k.c.reportOf[e.j] < 0 || !k.c.isVictim(e.i) || !k.c.isVictim(e.j) {
			continue
		}
		oi, oj := k.c.opposite(e.i), k.c.opposite(e.j)
		if oi < 0 || oj < 0 || k.c.empty(oi) || k.c.empty(oj) {
			continue
		}
		p, _, _, _ := k.m.pairs.split(k.likelihood(e.i, e.j), k.likelihood(oi, oj))
		if p >= chance {
			all = append(all, edge{e.i, e.j, milli(math.Log2(p / (1 - p)))})
		}
	}
	strongest(all)
	return all
}

// likelihood is what two mentions say of each other, without what people start with.
func (k *clustering) likelihood(i, j int32) int32 {
	e := k.c.evidence(i, j)
	same, house := k.m.weight(&e, k.c.born[i], k.c.born[j])
	return same + k.m.against(house)
}

// told reports whether something of two mentions agrees. What they have in
// common beside themselves is not enough.
func (k *clustering) told(i, j int32) bool {
	e := k.c.evidence(i, j)
	if k.together(i, j) == SuspectsOfOneVictim {
		return k.m.toldNear(&e)
	}
	for f := range fields {
		if f == fSex || e.pattern[f] == 0 {
			continue
		}
		if k.m.bits[0][f][e.pattern[f]] > 500 {
			return true
		}
	}
	return false
}
