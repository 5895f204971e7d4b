package match

import (
	"maps"
	"math"
	"slices"
	"strings"
)

func sortedKeys[V any](m map[uint64]V) []uint64 { return slices.Sorted(maps.Keys(m)) }

// A FieldBits is what one field says, in thousandths of a bit: above 0 for one
// person, below for two.
type FieldBits struct {
	Field     string
	MilliBits int32
	Why       string
}

// A Score is how surely two mentions are one person, and why. Bits sum exactly
// to Total, the base-2 logarithm of the odds of Same, in thousandths. Same,
// Household and Different are chances and sum to 1.
type Score struct {
	Bits                       []FieldBits
	Total                      int32
	Same, Household, Different float64
}

// Score compares two mentions. It does not matter which comes first.
func (m *Model) Score(a, b *Prepared) Score {
	d, va, vb := pairOf(a, b, m.countOf)
	e := d.compare(&va, &vb)
	return m.explain(&e, a.born, b.born)
}

func (m *Model) countOf(f *feature) uint32 { return max(m.common[f.hash], 1) + 1 }

func (m *Model) explain(e *evidence, a, b birth) Score {
	var s Score
	add := func(field string, bits int32, why string) {
		s.Bits = append(s.Bits, FieldBits{field, bits, why})
		s.Total += bits
	}
	add("start", m.prior(), "most pairs are two people")
	var house int32
	for f := range fields {
		if l := e.pattern[f]; l != 0 {
			same, h := m.weigh(f, e)
			house += h
			add(fieldNames[f], same, levels[f][l-1].words)
		}
	}
	if c := m.circumstance(e, a, b); c != nil {
		add(c.field, c.bits, c.why)
	}
	if against := m.against(house); against != 0 {
		add("household", against, "what agrees may only show one household")
	}
	s.Same = probability(s.Total)
	rest := 1 - s.Same
	odds := m.house / (1 - m.house - m.same) * math.Exp2(float64(house)/1000)
	s.Household = rest * odds / (1 + odds)
	s.Different = rest - s.Household
	return s
}

// Sentence is the score for a person to read: how likely, then what speaks for
// it and what against, the weightiest first.
func (s *Score) Sentence() string {
	var how string
	switch {
	case s.Same >= .99:
		how = "Almost certainly the same person"
	case s.Same >= .8:
		how = "Probably the same person"
	case s.Same >= .5:
		how = "More likely than not the same person"
	case s.Household >= .5:
		how = "More likely two people of one household"
	case s.Same >= .05:
		how = "Possibly the same person"
	default:
		how = "Probably two people"
	}
	by := slices.Clone(s.Bits)
	by = slices.DeleteFunc(by, func(b FieldBits) bool { return b.Field == "start" || b.Field == "household" })
	slices.SortStableFunc(by, func(a, b FieldBits) int { return int(magnitude(b.MilliBits)) - int(magnitude(a.MilliBits)) })
	var agree, but []string
	for _, b := range by {
		switch {
		case b.MilliBits >= 500 && len(agree) < 4:
			agree = append(agree, b.Why)
		case b.MilliBits <= -500 && len(but) < 3:
			but = append(but, b.Why)
		}
	}
	switch {
	case len(agree) > 0 && len(but) > 0:
		return how + ": " + strings.Join(agree, ", ") + "; but " + strings.Join(but, ", ") + "."
	case len(agree) > 0:
		return how + ": " + strings.Join(agree, ", ") + "."
	case len(but) > 0:
		return how + ": " + strings.Join(but, ", ") + "."
	}
	return how + ": little is known of one or both."
}

func magnitude(n int32) int32 {
	if n < 0 {
		return -n
	}
	return n
}

// A PairScore is how surely two reports are about the same two people. The
// four chances sum to 1.
type PairScore struct {
	Victim, Suspect                                    Score // each by itself
	SamePair, SameVictimOnly, SameSuspectOnly, Neither float64
}

// ScorePair weighs the victims and the suspects of two reports together. A
// suspect nobody named is an empty Prepared, and is nobody's match.
func (m *Model) ScorePair(victimA, suspectA, victimB, suspectB *Prepared) PairScore {
	p := PairScore{Victim: m.Score(victimA, victimB), Suspect: m.Score(suspectA, suspectB)}
	lv, ls := m.likelihood(&p.Victim), m.likelihood(&p.Suspect)
	if suspectA.Empty() || suspectB.Empty() {
		ls = -60_000
	}
	if victimA.Empty() || victimB.Empty() {
		lv = -60_000
	}
	p.SamePair, p.SameVictimOnly, p.SameSuspectOnly, p.Neither = m.pairs.split(lv, ls)
	return p
}

// likelihood is a score without what people started with.
func (m *Model) likelihood(s *Score) int32 { return s.Total - m.prior() }

// split shares 1 between the four things two reports can be, given the evidence
// that the victims, and that the suspects, are one person.
func (p pairPriors) split(victim, suspect int32) (both, v, s, neither float64) {
	x, y := math.Exp2(float64(victim)/1000), math.Exp2(float64(suspect)/1000)
	both, v, s, neither = p.both*x*y, p.victim*x, p.suspect*y, 1-p.both-p.victim-p.suspect
	sum := both + v + s + neither
	return both / sum, v / sum, s / sum, neither / sum
}
