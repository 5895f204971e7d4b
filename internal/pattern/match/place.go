package match

import "slices"

// Together says what a mention and a person have in common beside themselves.
type Together uint8

const (
	Apart                  Together = iota
	SuspectsOfOneVictim             // the mention's report and the person's are by one victim
	VictimsOfOneSuspect             // the mention's report and the person's are about one suspect
	OnlySuspectOfOneVictim          // SuspectsOfOneVictim, and the victim reports nobody else
)

// A Joining says whether a mention belongs to a person, and by which of the
// person's mentions it does.
type Joining struct {
	Joins bool
	By    int   // index of the member that speaks most for it
	Score Score // against that member, what they have in common beside included
}

// Joins weighs a mention against the mentions of one person: it belongs when
// one of them speaks for it, all of them together do not speak against it, and
// something of the two agrees. It is what Resolve does for many, done for one.
// It panics when members is empty.
//
// Suspects of one victim of whom nothing can be compared, a given name in one
// report and a family name in another, belong together only when the victim
// reports nobody else: then ask with OnlySuspectOfOneVictim.
func (m *Model) Joins(p *Prepared, members []*Prepared, together Together) Joining {
	var j Joining
	sum := int64(0)
	agrees, silent := false, together == OnlySuspectOfOneVictim && m.near.odds >= surely
	for i, other := range members {
		d, va, vb := pairOf(p, other, m.countOf)
		e := d.compare(&va, &vb)
		var s Score
		var told bool
		switch together {
		case SuspectsOfOneVictim, OnlySuspectOfOneVictim:
			s, told = m.explainNear(&e, p.born, other.born), m.toldNear(&e)
			silent = silent && !m.differs(&e)
		default:
			s = m.explain(&e, p.born, other.born)
			told = slices.ContainsFunc(s.Bits, func(b FieldBits) bool {
				return b.MilliBits > 500 && b.Field != "start" && b.Field != "household" && b.Field != fieldNames[fSex]
			})
			if together == VictimsOfOneSuspect {
				s.besides(FieldBits{"same suspect", m.beside(), "both report one person"})
			}
		}
		if i == 0 || s.Total > j.Score.Total {
			j.By, j.Score, agrees = i, s, told
		}
		sum += int64(min(max(s.Total, -mostEach), mostEach))
	}
	j.Joins = (agrees || silent) && j.Score.Total >= joins && sum >= int64(pooled)*int64(len(members))
	return j
}

// besides adds to a score what two mentions have in common beside themselves.
func (s *Score) besides(b FieldBits) {
	s.Bits = append(s.Bits, b)
	s.Total += b.MilliBits
	s.Same = probability(s.Total)
	if rest := s.Household + s.Different; rest > 0 {
		s.Household *= (1 - s.Same) / rest
	}
	s.Different = 1 - s.Same - s.Household
}

// Says is how much a mention says: the number of values in it.
func (p *Prepared) Says() int {
	n := len(p.features)
	if p.born != 0 {
		n++
	}
	return n
}

// Oppose says that mention victim stands opposite mention suspect in the report
// that AddReport was last called for.
func (c *Corpus) Oppose(victim, suspect int32) {
	n := int32(len(c.reports) - 1)
	c.reports[n] = [2]int32{victim, suspect}
	c.reportOf[victim] = n
}
