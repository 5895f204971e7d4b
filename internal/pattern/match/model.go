package match

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// A Model is what has been learnt of how mentions compare. It can be saved,
// read by a person, and used again on other mentions.
type Model struct {
	mentions int               // it was learnt from
	chance   [fields][]float64 // of each level, between mentions of one person
	random   [fields][]float64 // between mentions of two people
	same     float64           // share of all pairs that are one person
	house    float64           // share that are two people of one household
	pairs    pairPriors
	near     nearness
	common   map[uint64]uint32 // features that many mentions share, by hash
	names    map[uint64]string // the words among them, for a reader

	bits [2][fields][16]int32 // by level, of same and household, in thousandths

	start     int32   // what a pair starts with, in thousandths of a bit
	houseOdds float64 // of one household against two strangers
	houseLess int32   // household evidence below this takes nothing from a score
}

// pairPriors are the odds of what two reports are that share somebody.
type pairPriors struct {
	both, victim, suspect float64 // share of all pairs of reports
}

// DefaultModel is the model before any data is seen, for n mentions.
func defaultModel(n int) *Model {
	m := &Model{mentions: n, common: map[uint64]uint32{}, names: map[uint64]string{}}
	for f := range fields {
		for _, l := range levels[f] {
			m.chance[f] = append(m.chance[f], l.same)
			m.random[f] = append(m.random[f], l.different)
		}
	}
	size := float64(max(n, 1000))
	m.same, m.house = 1/size, .5/size
	m.pairs = pairPriors{both: 3 / size, victim: .6 / size, suspect: .6 / size}
	m.defaultNear()
	m.reckon()
	return m
}

// DefaultModel is the model before any data is seen.
func DefaultModel() *Model { return defaultModel(0) }

// reckon turns chances into bits.
func (m *Model) reckon() {
	for f := range fields {
		for i, l := range levels[f] {
			m.bits[0][f][i+1] = milli(math.Log2(m.chance[f][i] / m.random[f][i]))
			m.bits[1][f][i+1] = milli(math.Log2(l.household / m.random[f][i]))
		}
	}
	m.start = milli(math.Log2(m.same / (1 - m.house - m.same)))
	m.houseOdds = m.house / (1 - m.house - m.same)
	m.houseLess = int32(1000*math.Log2(1e-4/m.houseOdds)) - 1
	m.reckonNear()
}

func milli(bits float64) int32 { return int32(math.Round(bits * 1000)) }

// mostBits is the most that one field can say: a hash, a typing slip or a
// shared telephone is always possible.
const mostBits = 22_000

// rarity is by how much agreeing on a value that n mentions share says more
// than agreeing on a value of the usual kind.
func (m *Model) rarity(f field, l uint8, n uint32) int32 {
	others := float64(max(int(n), 2) - 2) // beside the two that are compared
	w := spread[f].weight
	frequency := (others + w) / (float64(m.mentions) + w*spread[f].oneIn)
	return milli(math.Log2(m.random[f][l-1] / frequency))
}

// weigh is what a field's comparison says, in thousandths of a bit, of one
// person against two, and of one household against two strangers.
func (m *Model) weigh(f field, e *evidence) (same, house int32) {
	l := e.pattern[f]
	if l == 0 {
		return 0, 0
	}
	same, house = m.bits[0][f][l], m.bits[1][f][l]
	if levels[f][l-1].rare && e.common[f] > 0 {
		r := m.rarity(f, l, e.common[f])
		same, house = same+r, house+r
	}
	if over := same - mostBits; over > 0 {
		same, house = same-over, house-over
	}
	return same, house
}

// A circumstance is what several fields say together that none says alone.
type circumstance struct {
	field string
	bits  int32 // thousandths
	why   string
}

var (
	twins    = circumstance{"kinship", -7000, "one date of birth, two given names: more likely twins"}
	parent   = circumstance{"kinship", -7000, "one name, born a generation apart: more likely a parent and a child"}
	nameOnly = circumstance{"name alone", -5000, "nothing but the name agrees"}
)

// circumstance is the circumstance two mentions are in, or nil. A number of
// one's own overrules kinship.
func (m *Model) circumstance(e *evidence, a, b birth) *circumstance {
	p := &e.pattern
	if p[fRef] == refSame || p[fNational] == shared {
		return nil
	}
	if p[fFamily] != familyDiffer {
		if p[fBorn] == bornExact && p[fGiven] == givenDiffer {
			return &twins
		}
		if p[fBorn] >= bornTwo && p[fGiven] != 0 && p[fGiven] <= givenNick && a.whole() && b.whole() && generation(a, b) {
			return &parent
		}
	}
	for f := range fields {
		if f != fGiven && f != fFamily && f != fSex {
			if same, _ := m.weigh(f, e); same > 2000 {
				return nil
			}
		}
	}
	return &nameOnly
}

// weight is the evidence of all fields together: of one person, and of one
// household, against two strangers. Thousandths of a bit, before any prior.
func (m *Model) weight(e *evidence, a, b birth) (same, house int32) {
	for f := range fields {
		s, h := m.weigh(f, e)
		same, house = same+s, house+h
	}
	if c := m.circumstance(e, a, b); c != nil {
		same += c.bits
	}
	return same, house
}

// against is how much the chance of one household takes from the odds of one
// person, given the evidence of a household: never above 0.
func (m *Model) against(house int32) int32 {
	if house < m.houseLess {
		return 0
	}
	return -milli(math.Log2(1 + m.houseOdds*math.Exp2(float64(house)/1000)))
}

func (m *Model) prior() int32 { return m.start }

// total is the score: thousandths of a bit for one person against anything else.
func (m *Model) total(same, house int32) int32 { return same + m.prior() + m.against(house) }

func probability(total int32) float64 { return 1 / (1 + math.Exp2(-float64(total)/1000)) }

// The saved form of a model.
type saved struct {
	Clew     string             `json:"clew"`
	Mentions int                `json:"mentions"`
	Same     float64            `json:"pairs_of_one_person"`
	House    float64            `json:"pairs_of_one_household"`
	Both     float64            `json:"report_pairs_of_one_victim_and_one_suspect"`
	Victim   float64            `json:"report_pairs_of_one_victim_only"`
	Suspect  float64            `json:"report_pairs_of_one_suspect_only"`
	Near     float64            `json:"odds_of_one_suspect_when_one_victim_reports_both"`
	Fields   []savedField       `json:"fields"`
	Common   []savedCommonValue `json:"common_values"`
}

type savedField struct {
	Name   string       `json:"name"`
	Levels []savedLevel `json:"levels"`
}

type savedLevel struct {
	Words     string  `json:"words"`
	Same      float64 `json:"one_person"`
	Near      float64 `json:"one_suspect_of_one_victim"`
	Different float64 `json:"two_people"`
	Bits      float64 `json:"bits"`
}

type savedCommonValue struct {
	Hash     uint64 `json:"hash,string"`
	Word     string `json:"word,omitempty"`
	Mentions uint32 `json:"mentions"`
}

const modelForm = "match-model/1"

// Save writes the model as JSON that a person can read: each level's chances,
// its bits, and the values so common that agreeing on them says little. Values
// other than name words are written as hashes.
func (m *Model) Save(w io.Writer) error {
	s := saved{Clew: modelForm, Mentions: m.mentions, Same: m.same, House: m.house, Both: m.pairs.both, Victim: m.pairs.victim, Suspect: m.pairs.suspect, Near: m.near.odds}
	for f := range fields {
		sf := savedField{Name: fieldNames[f]}
		for i, l := range levels[f] {
			sf.Levels = append(sf.Levels, savedLevel{l.words, m.chance[f][i], m.near.chance[f][i], m.random[f][i], float64(m.bits[0][f][i+1]) / 1000})
		}
		s.Fields = append(s.Fields, sf)
	}
	for _, h := range sortedKeys(m.common) {
		s.Common = append(s.Common, savedCommonValue{h, m.names[h], m.common[h]})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(s)
}

// LoadModel reads a model that Save wrote.
func LoadModel(r io.Reader) (*Model, error) {
	var s saved
	if err := json.NewDecoder(r).Decode(&s); err != nil {
		return nil, fmt.Errorf("this is not a matching model: %w", err)
	}
	if s.Clew != modelForm {
		return nil, fmt.Errorf("this is not a matching model of form %s", modelForm)
	}
	if s.Mentions < 0 || len(s.Fields) != int(fields) {
		return nil, errors.New("the matching model is not whole")
	}
	m := defaultModel(s.Mentions)
	if !(s.Near >= .5 && s.Near <= mostNearOdds) {
		return nil, fmt.Errorf("the matching model's odds of one suspect are %v; they must be between 0.5 and %d", s.Near, mostNearOdds)
	}
	m.near.odds = s.Near
	for _, p := range []float64{s.Same, s.House, s.Both, s.Victim, s.Suspect} {
		if !(p > 0 && p < .5) {
			return nil, fmt.Errorf("the matching model has a share of pairs of %v; it must be above 0 and below a half", p)
		}
	}
	m.same, m.house, m.pairs = s.Same, s.House, pairPriors{s.Both, s.Victim, s.Suspect}
	for f := range fields {
		if s.Fields[f].Name != fieldNames[f] || len(s.Fields[f].Levels) != len(levels[f]) {
			return nil, fmt.Errorf("the matching model's field %d is not %q", f+1, fieldNames[f])
		}
		for i, l := range s.Fields[f].Levels {
			if !(l.Same > 0 && l.Same <= 1 && l.Near > 0 && l.Near <= 1 && l.Different > 0 && l.Different <= 1) {
				return nil, fmt.Errorf("the matching model's %s has a chance that is not between 0 and 1", fieldNames[f])
			}
			m.chance[f][i], m.near.chance[f][i], m.random[f][i] = l.Same, l.Near, l.Different
		}
	}
	for _, c := range s.Common {
		m.common[c.Hash] = c.Mentions
		if c.Word != "" {
			m.names[c.Hash] = c.Word
		}
	}
	m.reckon()
	return m, nil
}
