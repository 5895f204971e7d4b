package match

import (
	"math"
)

// trained is a sample of pairs that share a key, for the model to learn from.
type trained struct {
	evidence evidence
	a, b     birth
}

const (
	mostTrained = 300_000 // pairs a model learns from
	mostRandom  = 300_000 // pairs taken at random
	rounds      = 4
	belief      = 60 // pairs' worth of what is expected before any data is seen
	astray      = 3  // data may move a chance by this factor from what is expected; beyond it the data are odd
)

// learn trains a model on the corpus without any answer given: from random
// pairs, how mentions of two people compare; from pairs that share a key,
// weighed by how likely each is to be one person, how mentions of one person do.
// The chances of rare agreements between strangers are not learnt: a sample
// holds too few, and each value's own frequency serves instead.
func (c *Corpus) learn(b *blocks) *Model {
	m := defaultModel(c.Len())
	c.rememberCommon(m)
	if c.Len() < 50 {
		return m
	}
	c.learnRandom(m)
	sample, share := c.sample(b)
	if len(sample) == 0 {
		return m
	}
	for range rounds {
		m.relearn(sample, share, c.pairs())
	}
	return m
}

// rememberCommon keeps how many mentions hold each value that many hold.
func (c *Corpus) rememberCommon(m *Model) {
	least := uint32(max(10, c.Len()/20_000))
	for h, id := range c.ids {
		if n := c.dict.count[id]; n >= least {
			m.common[h] = n
			if named(c.dict.kind[id]) {
				m.names[h] = c.dict.text[c.dict.word[id]]
			}
		}
	}
}

func (c *Corpus) pairs() float64 {
	files := map[uint8]float64{}
	for _, f := range c.file {
		files[f]++
	}
	n := float64(c.Len())
	all := n * (n - 1) / 2
	if len(files) > 1 { // mentions of one file are not compared
		for _, k := range files {
			all -= k * (k - 1) / 2
		}
	}
	return max(all, 1)
}

func (c *Corpus) comparable(i, j int32) bool { return len(c.files()) == 0 || c.file[i] != c.file[j] }

// files is empty unless mentions come from several files.
func (c *Corpus) files() []uint8 {
	if len(c.file) > 0 && c.file[len(c.file)-1] > 0 {
		return c.file
	}
	return nil
}

func (c *Corpus) evidence(i, j int32) evidence {
	a, b := c.view(i), c.view(j)
	return c.dict.compare(&a, &b)
}

// learnt says which levels random pairs can teach.
func learnt(f field, l uint8) bool {
	switch f {
	case fGiven:
		return l >= givenClose
	case fFamily:
		return l == familyClose || l == familyDiffer
	case fAddress:
		return l >= addressMost
	case fPostcode:
		return l >= postcodeNear
	case fBorn:
		return l == bornYear || l == bornFiller || l == bornDiffer
	case fSex:
		return true
	}
	return false
}

func (c *Corpus) learnRandom(m *Model) {
	n := uint64(c.Len())
	tries := min(mostRandom, n*(n-1)/2)
	type counts [fields][16]float64
	parts := inParallel(int(tries), func(from, to int) *counts {
		var k counts
		for t := from; t < to; t++ {
			r := mix(uint64(t) + 0x5eed)
			i, j := int32(r%n), int32(mix(r)%n)
			if i == j || !c.comparable(i, j) {
				continue
			}
			e := c.evidence(i, j)
			if m.total(m.weight(&e, c.born[i], c.born[j])) > 0 {
				continue // one person, by luck
			}
			for f := range fields {
				k[f][e.pattern[f]]++
			}
		}
		return &k
	})
	for f := range fields {
		var sum float64
		var of [16]float64
		for _, p := range parts {
			for l := 1; l <= len(levels[f]); l++ {
				of[l] += p[f][l] // whole numbers: the order of addition is nothing
			}
		}
		for l := 1; l <= len(levels[f]); l++ {
			sum += of[l]
		}
		fixed, free, freeDefault := 0.0, 0.0, 0.0
		for i := range levels[f] {
			if learnt(f, uint8(i+1)) {
				free += of[i+1] + belief*levels[f][i].different
				freeDefault += levels[f][i].different
			} else {
				fixed += levels[f][i].different
			}
		}
		if sum == 0 || freeDefault == 0 {
			continue
		}
		for i := range levels[f] {
			if learnt(f, uint8(i+1)) {
				m.random[f][i] = max((of[i+1]+belief*levels[f][i].different)/free*(1-fixed), 1e-7)
			}
		}
	}
	m.reckon()
}

// sample takes pairs that share a key, evenly over the mentions, and says what
// share of all such pairs they are.
func (c *Corpus) sample(b *blocks) (all []trained, share float64) {
	// A first look at every 64th mention tells how many pairs there are.
	n := c.Len()
	step := 1
	if n > 6400 {
		few := c.pairsFrom(b, 64)
		step = max(1, len(few)*64/mostTrained)
	}
	return c.pairsFrom(b, step), 1 / float64(step)
}

func (c *Corpus) pairsFrom(b *blocks, step int) (all []trained) {
	n := c.Len()
	parts := inParallel((n+step-1)/step, func(from, to int) (some []trained) {
		seen := unseen(n)
		for s := from; s < to; s++ {
			i := int32(s * step)
			b.after(i, seen, func(j int32) {
				if c.comparable(i, j) {
					some = append(some, trained{c.evidence(i, j), c.born[i], c.born[j]})
				}
			})
		}
		return some
	})
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func unseen(n int) []int32 {
	seen := make([]int32, n)
	for i := range seen {
		seen[i] = -1
	}
	return seen
}

// relearn is one round of expectation and maximisation. Sums are of fixed-point
// numbers, so that they come out the same in any order.
func (m *Model) relearn(sample []trained, share, pairs float64) {
	type sums struct {
		level       [fields][16]int64
		same, house int64
	}
	const unit = 1 << 20
	parts := inParallel(len(sample), func(from, to int) *sums {
		var s sums
		for i := from; i < to; i++ {
			t := &sample[i]
			same, house := m.weight(&t.evidence, t.a, t.b)
			p := probability(m.total(same, house))
			w := int64(p * unit)
			s.same += w
			odds := m.house / (1 - m.house - m.same) * math.Exp2(float64(house)/1000)
			s.house += int64((1 - p) * odds / (1 + odds) * unit)
			for f := range fields {
				s.level[f][t.evidence.pattern[f]] += w
			}
		}
		return &s
	})
	var all sums
	for _, p := range parts {
		all.same += p.same
		all.house += p.house
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
			m.chance[f][i] = min(max(learnt, l.same/astray), l.same*astray, 1)
		}
	}
	n := max(float64(m.mentions), 1000)
	some := belief / 6.0
	m.same = min(clamp((float64(all.same)/unit/share+some)/(pairs+some*n)), 4/n)
	m.house = clamp((float64(all.house)/unit/share + some/2) / (pairs + some*n))
	m.reckon()
}

func clamp(p float64) float64 { return min(max(p, 1e-12), .3) }
