package match

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// An edge is a pair of mentions worth considering, the lower index first.
type edge struct {
	i, j  int32
	total int32
}

const (
	joins    = 0      // an edge of this total or more may join two people
	pooled   = -2000  // and does when all their mentions together average this or more
	mostEach = 12_000 // by which no one pair counts for more than this, either way
	crossing = 200    // pairs that are looked at to pool two people
	reviewed = -7000  // edges below this are forgotten
)

// A clustering is who each mention is, while it is being decided.
type clustering struct {
	c       *Corpus
	m       *Model
	person  []int32   // by mention: the lowest mention of its person
	members [][]int32 // by lowest mention, in order
	apart   map[int32][]int32
	best    []int32 // by mention: the highest total that joined it to its person
	oneEach bool
	beside  bool // whether the other parties of reports are weighed too
}

func newClustering(c *Corpus, m *Model) *clustering {
	k := &clustering{c: c, m: m, person: make([]int32, c.Len()), members: make([][]int32, c.Len()), best: make([]int32, c.Len()), apart: map[int32][]int32{}}
	alone := make([]int32, c.Len())
	for i := range k.person {
		k.person[i], alone[i], k.best[i] = int32(i), int32(i), -1<<30
		k.members[i] = alone[i : i+1 : i+1]
	}
	return k
}

// total is what mentions i and j score now.
func (k *clustering) total(i, j int32) int32 {
	e := k.c.evidence(i, j)
	together := k.together(i, j)
	if together == SuspectsOfOneVictim {
		return k.m.totalNear(&e, k.c.born[i], k.c.born[j])
	}
	t := k.m.total(k.m.weight(&e, k.c.born[i], k.c.born[j]))
	if together == VictimsOfOneSuspect {
		t += k.m.beside()
	}
	return t
}

// barred reports whether a mention of a stands opposite one of b in a report, or
// somebody decided that it is not one of b.
func (k *clustering) barred(a, b int32) bool {
	few, of := a, b
	if len(k.members[b]) < len(k.members[a]) {
		few, of = b, a
	}
	for _, x := range k.members[few] {
		if o := k.c.opposite(x); o >= 0 && k.person[o] == of {
			return true
		}
	}
	if len(k.apart) == 0 {
		return false
	}
	for _, x := range k.members[a] {
		for _, y := range k.apart[x] {
			if k.person[y] == b {
				return true
			}
		}
	}
	return false
}

// merge joins persons a and b.
func (k *clustering) merge(a, b int32) {
	if a > b {
		a, b = b, a
	}
	for _, x := range k.members[b] {
		k.person[x] = a
	}
	all := append(slices.Clone(k.members[a]), k.members[b]...)
	slices.Sort(all)
	k.members[a], k.members[b] = all, nil
}

// join goes through edges from the strongest down, and merges the two people of
// each unless all their mentions together speak against it, somebody decided
// otherwise, or each mention may have only one match.
func (k *clustering) join(ctx context.Context, edges []edge) error {
	for n, e := range edges {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		a, b := k.person[e.i], k.person[e.j]
		if a == b {
			k.best[e.i], k.best[e.j] = max(k.best[e.i], e.total), max(k.best[e.j], e.total)
			continue
		}
		if e.total < joins || k.barred(a, b) || k.oneEach && len(k.members[a])+len(k.members[b]) > 2 {
			continue
		}
		if (len(k.members[a]) > 1 || len(k.members[b]) > 1) && k.pool(a, b) < pooled {
			continue
		}
		k.merge(a, b)
		k.best[e.i], k.best[e.j] = max(k.best[e.i], e.total), max(k.best[e.j], e.total)
	}
	return nil
}

// pool is the average of what the mentions of a and of b say of each other.
func (k *clustering) pool(a, b int32) int32 {
	x, y := k.members[a], k.members[b]
	pairs := len(x) * len(y)
	look := min(pairs, crossing)
	sum := int64(0)
	for n := range look {
		at := n * pairs / look // spread evenly, the same every time
		t := k.speaks(x[at/len(y)], y[at%len(y)])
		sum += int64(min(max(t, -mostEach), mostEach))
	}
	return int32(sum / int64(look))
}

// speaks is what two mentions say of each other when two people are pooled. Once
// the other parties of reports are weighed, what people start with counts no
// more for mentions at large: a first name in one report and a first name in
// another do not speak against each other.
func (k *clustering) speaks(i, j int32) int32 {
	if !k.beside || k.together(i, j) != Apart {
		return k.total(i, j)
	}
	return k.likelihood(i, j)
}

// A Decision is what a person decided about two mentions. It always wins.
type Decision struct {
	A, B int32
	Same bool
}

// decide applies decisions before anything else. Decisions that cannot all
// hold are an error.
func (k *clustering) decide(all []Decision) error {
	for _, d := range all {
		if d.A < 0 || d.B < 0 || int(d.A) >= len(k.person) || int(d.B) >= len(k.person) {
			return fmt.Errorf("a decision is about mention %d or %d, and there are %d", d.A, d.B, len(k.person))
		}
		if d.Same && k.person[d.A] != k.person[d.B] {
			k.merge(k.person[d.A], k.person[d.B])
			k.best[d.A], k.best[d.B] = 60_000, 60_000
		}
	}
	for _, d := range all {
		if d.Same {
			continue
		}
		if k.person[d.A] == k.person[d.B] {
			return fmt.Errorf("decisions contradict each other: mentions %d and %d are to be two people, and other decisions make them one", d.A, d.B)
		}
		k.apart[d.A], k.apart[d.B] = append(k.apart[d.A], d.B), append(k.apart[d.B], d.A)
	}
	return nil
}

// strongest orders edges, the strongest first; of two alike, the earlier mentions.
func strongest(edges []edge) {
	slices.SortFunc(edges, func(a, b edge) int {
		return cmp.Or(cmp.Compare(b.total, a.total), cmp.Compare(a.i, b.i), cmp.Compare(a.j, b.j))
	})
}
