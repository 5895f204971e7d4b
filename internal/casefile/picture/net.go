package picture

import (
	"cmp"
	"math"
	"slices"
)

// A Tie says that one person is reported with one value, and how often.
type Tie struct {
	Person, Value int // indexes
	Reports       int
	Plain         bool // it goes without saying, and has no curve
}

// A Net is people at both sides of the values they are reported with.
type Net struct {
	Width, Height int
	Left, Right   []Node // people: those given first, and the others
	Values        []Node
	Ties          []Curve
}

// A Node is one person or value, in a box.
type Node struct {
	X, Y, Width, Height int // Y of its top
	Of                  int // the index it was given by
}

// A Curve is one tie, from the edge of one box to the edge of the other.
type Curve struct {
	X1, Y1, X2, Y2 int
	Width          int // of its stroke, more for more reports
	Tie            int
}

const (
	netWide     = 860
	boxHeight   = 28
	boxGap      = 7
	personWidth = 200
	valueWidth  = 300
	netMargin   = 2
)

// Knot lays out people and values. The first people, as many as left says, stand on
// the left, the others on the right; values in the middle, each near those it is
// tied to, and otherwise as they were given. A tie that is Plain has no curve, and
// may be to somebody who is not drawn.
func Knot(people, left, values int, ties []Tie) Net {
	n := Net{Width: netWide}
	most := max(left, people-left, values)
	n.Height = 2*netMargin + max(1, most)*(boxHeight+boxGap) - boxGap
	column := func(x, width, count int) (all []Node) {
		room := float64(n.Height-2*netMargin-boxHeight) / float64(max(1, count-1))
		for i := range count {
			y := float64(n.Height-boxHeight) / 2
			if count > 1 {
				y = netMargin + room*float64(i)
			}
			all = append(all, Node{X: x, Y: int(y), Width: width, Height: boxHeight})
		}
		return all
	}
	n.Left, n.Right = column(netMargin, personWidth, left), column(netWide-netMargin-personWidth, personWidth, people-left)
	for i := range n.Left {
		n.Left[i].Of = i
	}
	for i := range n.Right {
		n.Right[i].Of = left + i
	}
	side := func(person int) *Node {
		if person < left {
			return &n.Left[person]
		}
		return &n.Right[person-left]
	}
	// Values in order of where those they are tied to stand.
	sums, counts := make([]float64, values), make([]int, values)
	for _, t := range ties {
		if t.Plain {
			continue
		}
		sums[t.Value] += float64(side(t.Person).Y)
		counts[t.Value]++
	}
	order := make([]int, values)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(sums[a]/float64(max(1, counts[a])), sums[b]/float64(max(1, counts[b])))
	})
	n.Values = column((netWide-valueWidth)/2, valueWidth, values)
	at := make([]*Node, values)
	for i, v := range order {
		n.Values[i].Of = v
		at[v] = &n.Values[i]
	}
	for i, t := range ties {
		if t.Plain {
			continue
		}
		p, v := side(t.Person), at[t.Value]
		c := Curve{X1: p.X + p.Width, Y1: p.Y + p.Height/2, X2: v.X, Y2: v.Y + v.Height/2, Width: min(6, 1+int(math.Log2(float64(max(1, t.Reports))))), Tie: i}
		if t.Person >= left {
			c.X1, c.X2 = p.X, v.X+v.Width
		}
		n.Ties = append(n.Ties, c)
	}
	return n
}
