package pattern

import (
	"context"

	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/person"
)

// Bonds are what is certain of mentions, by index, before any evidence is
// weighed: which are one person and which are two. What people decided comes
// first. After it comes what reports are by themselves: a correction speaks of
// whom the older version spoke of, so that what was decided about the one holds
// for the other. What contradicts an earlier bond is left out, for contradictions
// cannot be resolved.
type bonds struct {
	list  []match.Decision
	root  map[int32]int32
	apart map[int32][]int32 // by root: mentions that are of others
}

func (b *bonds) of(x int32) int32 {
	for {
		up, ok := b.root[x]
		if !ok {
			return x
		}
		if over, ok := b.root[up]; ok {
			b.root[x] = over
		}
		x = up
	}
}

// same bonds two mentions as one person.
func (b *bonds) same(x, y int32) {
	r, s := b.of(x), b.of(y)
	if r == s {
		return
	}
	for _, other := range b.apart[r] {
		if b.of(other) == s {
			return
		}
	}
	if b.root == nil {
		b.root = map[int32]int32{}
	}
	b.root[s] = r
	if away := b.apart[s]; len(away) > 0 {
		b.apart[r] = append(b.apart[r], away...)
		delete(b.apart, s)
	}
	b.list = append(b.list, match.Decision{A: x, B: y, Same: true})
}

// two bonds two mentions as two people.
func (b *bonds) two(x, y int32) {
	r, s := b.of(x), b.of(y)
	if r == s {
		return
	}
	if b.apart == nil {
		b.apart = map[int32][]int32{}
	}
	b.apart[r], b.apart[s] = append(b.apart[r], y), append(b.apart[s], x)
	b.list = append(b.list, match.Decision{A: x, B: y})
}

// decided bonds mentions by the decisions that stand.
func (b *bonds) decided(standing []person.Decided, index func(mention string) (int32, bool)) {
	for _, same := range []bool{true, false} {
		for _, d := range standing {
			x, ok := index(d.A)
			y, ok2 := index(d.B)
			switch {
			case d.Same != same || !ok || !ok2:
			case same:
				b.same(x, y)
			default:
				b.two(x, y)
			}
		}
	}
}

// A version is a report and the correction that took its place.
type version struct{ old, by string }

const selectVersions = `SELECT id, replaced_by FROM reports WHERE replaced_by <> ''`

func scanVersion(r db.Row) (v version, err error) { return v, r.Scan(&v.old, &v.by) }

// correctedIn are the versions among some reports that were replaced.
func correctedIn(ctx context.Context, q db.Querier, reports []string) (all []version, err error) {
	const most = 500
	for start := 0; start < len(reports); start += most {
		some := reports[start:min(start+most, len(reports))]
		part, err := db.All(ctx, q, scanVersion, selectVersions+` AND id IN (`+db.List(1, len(some))+`)`, db.Args(some)...)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	return all, nil
}

// bind bonds the mentions of a report's versions, by what index knows of them.
func (b *bonds) bind(all []version, index func(mention string) (int32, bool)) {
	for _, v := range all {
		for _, side := range "vs" {
			old, ok := index(v.old + string(side))
			by, ok2 := index(v.by + string(side))
			if ok && ok2 {
				b.same(old, by)
			}
		}
	}
}
