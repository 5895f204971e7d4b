package match

import "math"

// Two suspects of one victim are weighed by other measures than two people at
// large. Most people who are reported again by the same victim are the same
// suspect, so a first name may be enough; and suspects are described from
// hearsay and change their numbers, so that much which differs says little. What
// to expect is learnt from the data: which of the pairs of suspects that one
// victim reports are one person, and how those compare.

// nearness is what has been learnt of the suspects of one victim.
type nearness struct {
	chance [fields][]float64 // of each level, between mentions of one suspect
	odds   float64           // of one suspect against two, before anything is compared
	bits   [fields][16]int32
}

const (
	nearOdds     = 5  // before any data is seen
	mostNearOdds = 20 // not every victim has one persecutor, whatever the data at hand say
	// nearHouse is how many of two different suspects of one victim are of one
	// household: couples, brothers, a family next door.
	nearHouse = .3
)

func (m *Model) defaultNear() {
	m.near.odds = nearOdds
	for f := range fields {
		m.near.chance[f] = append([]float64(nil), m.chance[f]...)
	}
}

func (m *Model) reckonNear() {
	for f := range fields {
		for i := range levels[f] {
			m.near.bits[f][i+1] = milli(math.Log2(m.near.chance[f][i] / m.random[f][i]))
		}
	}
}

// relatives are two suspects of one name and two given names: a couple, or brothers.
var relatives = circumstance{"kinship", -9000, "one family name, two given names: more likely two of one family"}

// nearCircumstance is what several fields say together of two suspects of one
// victim, or nil.
func (m *Model) nearCircumstance(e *evidence, a, b birth) *circumstance {
	p := &e.pattern
	if p[fRef] == refSame || p[fNational] == shared {
		return nil
	}
	if c := m.circumstance(e, a, b); c == &twins || c == &parent {
		return c
	}
	own := p[fPhone] == shared || p[fEmail] == shared || p[fHandle] == shared || p[fVehicle] == shared || p[fBorn] == bornExact
	if p[fGiven] == givenDiffer && !own && p[fFamily] != familyDiffer && p[fFamily] != 0 {
		return &relatives
	}
	return nil
}

// weighNear is what a field says of two suspects of one victim, in thousandths
// of a bit.
func (m *Model) weighNear(f field, e *evidence) int32 {
	l := e.pattern[f]
	if l == 0 {
		return 0
	}
	same := m.near.bits[f][l]
	if levels[f][l-1].rare && e.common[f] > 0 {
		same += m.rarity(f, l, e.common[f])
	}
	return min(same, mostBits)
}

// totalNear is the score of two suspects of one victim.
func (m *Model) totalNear(e *evidence, a, b birth) int32 {
	t := milli(math.Log2(m.near.odds))
	var house int32
	for f := range fields {
		t += m.weighNear(f, e)
		_, h := m.weigh(f, e)
		house += h
	}
	if c := m.nearCircumstance(e, a, b); c != nil {
		t += c.bits
	}
	return t + againstNear(house)
}

func againstNear(house int32) int32 {
	return -milli(math.Log2(1 - nearHouse + nearHouse*math.Exp2(float64(house)/1000)))
}

// toldNear reports whether something of two suspects agrees. A shared victim and
// silence are not enough: two strangers may trouble one person.
func (m *Model) toldNear(e *evidence) bool {
	for f := range fields {
		if f != fSex && m.weighNear(f, e) > 500 {
			return true
		}
	}
	return false
}

// differs reports whether anything of two suspects speaks against their being one.
func (m *Model) differs(e *evidence) bool {
	for f := range fields {
		if m.weighNear(f, e) < 0 {
			return true
		}
	}
	return false
}

// explainNear is the score of two suspects of one victim, field by field.
func (m *Model) explainNear(e *evidence, a, b birth) Score {
	var s Score
	add := func(field string, bits int32, why string) {
		s.Bits = append(s.Bits, FieldBits{field, bits, why})
		s.Total += bits
	}
	add("same victim", milli(math.Log2(m.near.odds)), "one person reports both")
	var house int32
	for f := range fields {
		if l := e.pattern[f]; l != 0 {
			_, h := m.weigh(f, e)
			house += h
			add(fieldNames[f], m.weighNear(f, e), levels[f][l-1].words)
		}
	}
	if c := m.nearCircumstance(e, a, b); c != nil {
		add(c.field, c.bits, c.why)
	}
	if against := againstNear(house); against != 0 {
		add("household", against, "what agrees may only show one household")
	}
	s.Same = probability(s.Total)
	h := nearHouse * math.Exp2(float64(house)/1000)
	s.Household = (1 - s.Same) * h / (1 - nearHouse + h)
	s.Different = 1 - s.Same - s.Household
	return s
}

// learnNear learns from pairs of suspects that one victim reports, without any
// answer given. Sums are of fixed-point numbers, so that they come out the same
// in any order.
func (m *Model) learnNear(sample []trained) {
	const (
		unit   = 1 << 20
		passes = 6
	)
	if len(sample) == 0 {
		return
	}
	for range passes {
		type sums struct {
			level [fields][16]int64
			same  int64
		}
		parts := inParallel(len(sample), func(from, to int) *sums {
			var s sums
			for i := from; i < to; i++ {
				t := &sample[i]
				w := int64(probability(m.totalNear(&t.evidence, t.a, t.b)) * unit)
				s.same += w
				for f := range fields {
					s.level[f][t.evidence.pattern[f]] += w
				}
			}
			return &s
		})
		var all sums
		for _, p := range parts {
			all.same += p.same
			for f := range fields {
				for l := range p.level[f] {
					all.level[f][l] += p.level[f][l]
				}
			}
		}
		for f := range fields {
			sum := 0.0
			for l := 1; l <= len(levels[f]); l++ {
				sum += float64(all.level[f][l]) / unit
			}
			for i, l := range levels[f] {
				learnt := (float64(all.level[f][i+1])/unit + belief*l.same) / (sum + belief)
				m.near.chance[f][i] = min(max(learnt, l.same/astray), l.same*astray, 1)
			}
		}
		same := float64(all.same) / unit
		m.near.odds = min(max((same+belief*nearOdds/(1+nearOdds))/(float64(len(sample))-same+belief/(1+nearOdds)), .5), mostNearOdds)
		m.reckonNear()
	}
}
