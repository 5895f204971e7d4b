package match

import (
	"context"
	"sync/atomic"
)

// Options say how mentions are resolved. The zero Options is the one
// configuration for all data.
type Options struct {
	Model     *Model // nil: learn from the mentions themselves
	Decisions []Decision
	OneToOne  bool                                // two files, in each of which a person stands once
	Pairs     func(Pair)                          // receives each pair above Review, in order
	Review    float64                             // bits; 0 means -7
	Progress  func(stage string, done, total int) // called now and then
}

// A Pair is two mentions that were compared, the lower index first.
type Pair struct {
	A, B  int32
	Score Score
}

// A Result says who each mention is.
type Result struct {
	Person      []int32   // by mention: a number that mentions of one person share, the lowest of their indices
	Probability []float64 // by mention: of its strongest link to its person; 1 for a mention alone
	Pair        []int32   // by report: a number that reports of one victim and one suspect share; -1 when one is not named
	Capped      []Capped  // values too common to search by, the commonest first
	Model       *Model
}

// Resolve decides which mentions are one person. The same corpus gives the same
// result, to the byte, on any number of cores. Of two equally good answers the
// one with the earlier mentions wins, so the order of mentions can matter where
// the evidence does not decide.
func Resolve(ctx context.Context, c *Corpus, o Options) (*Result, error) {
	progress := o.Progress
	if progress == nil {
		progress = func(string, int, int) {}
	}
	n := c.Len()
	progress("grouping", 0, n)
	b := c.block()
	progress("learning", 0, n)
	m := o.Model
	if m == nil {
		m = c.learn(b)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	edges, err := c.edges(ctx, m, b, func(done int) { progress("comparing", done, n) })
	if err != nil {
		return nil, err
	}
	strongest(edges)
	k := newClustering(c, m)
	k.oneEach = o.OneToOne
	if err := k.decide(o.Decisions); err != nil {
		return nil, err
	}
	progress("deciding", 0, n)
	if o.OneToOne {
		k.joinBest(edges)
	} else if err := k.join(ctx, edges); err != nil {
		return nil, err
	}
	if o.Model == nil {
		c.learnPairs(m, k)
	}
	if err := k.joinByReport(ctx, edges); err != nil {
		return nil, err
	}
	if o.Pairs != nil {
		c.tell(m, edges, o)
	}
	return k.result(b.capped), nil
}

// edges compares every two mentions that share a key.
func (c *Corpus) edges(ctx context.Context, m *Model, b *blocks, progress func(done int)) ([]edge, error) {
	n := c.Len()
	var done atomic.Int64
	parts := inParallel(n, func(from, to int) (some []edge) {
		seen := unseen(n)
		for i := from; i < to; i++ {
			if (i-from)%4096 == 4095 {
				if ctx.Err() != nil {
					return nil
				}
				progress(int(done.Add(4096)))
			}
			b.after(int32(i), seen, func(j int32) {
				if !c.comparable(int32(i), j) {
					return
				}
				e := c.evidence(int32(i), j)
				if t := m.total(m.weight(&e, c.born[i], c.born[j])); t >= reviewed {
					some = append(some, edge{int32(i), j, t})
				}
			})
		}
		return some
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	total := 0
	for _, p := range parts {
		total += len(p)
	}
	all := make([]edge, 0, total)
	for _, p := range parts {
		all = append(all, p...)
	}
	return all, nil
}

// lead is by how much a match must beat the next best, when each row of two
// files has at most one, to be taken without standing on its own.
const lead = 6000

// joinBest matches rows of two files one to one, the strongest first. A pair
// that would not stand by itself is taken when each is the other's best by far.
func (k *clustering) joinBest(edges []edge) {
	second := make([]int32, len(k.person))
	rank := make([]uint8, len(k.person))
	for i := range second {
		second[i] = -1 << 30
	}
	for _, e := range edges {
		for _, x := range [2]int32{e.i, e.j} {
			if rank[x]++; rank[x] == 2 {
				second[x] = e.total
			}
			rank[x] = min(rank[x], 2)
		}
	}
	for _, e := range edges {
		a, b := k.person[e.i], k.person[e.j]
		if a == b || len(k.members[a]) > 1 || len(k.members[b]) > 1 || k.barred(a, b) {
			continue
		}
		if e.total < joins && (e.total-second[e.i] < lead || e.total-second[e.j] < lead) {
			continue
		}
		k.merge(a, b)
		k.best[e.i], k.best[e.j] = e.total, e.total
	}
}

func (c *Corpus) tell(m *Model, edges []edge, o Options) {
	least := int32(o.Review * 1000)
	if o.Review == 0 {
		least = reviewed
	}
	for _, e := range edges {
		if e.total >= least {
			ev := c.evidence(e.i, e.j)
			o.Pairs(Pair{e.i, e.j, m.explain(&ev, c.born[e.i], c.born[e.j])})
		}
	}
}

func (k *clustering) result(capped []Capped) *Result {
	r := &Result{Person: k.person, Probability: make([]float64, len(k.person)), Capped: capped, Model: k.m}
	for i := range r.Probability {
		if r.Probability[i] = 1; len(k.members[k.person[i]]) > 1 {
			r.Probability[i] = probability(k.best[i])
		}
	}
	first := map[[2]int32]int32{}
	r.Pair = make([]int32, len(k.c.reports))
	for n, p := range k.c.reports {
		r.Pair[n] = -1
		if p[0] < 0 || p[1] < 0 {
			continue
		}
		who := [2]int32{k.person[p[0]], k.person[p[1]]}
		if _, ok := first[who]; !ok {
			first[who] = int32(n)
		}
		r.Pair[n] = first[who]
	}
	return r
}
