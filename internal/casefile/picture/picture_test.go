package picture

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// some are things as a case may hold them: many or few, over minutes or centuries,
// some without a date and some with one that is not well known.
func some(t *rapid.T) []Item {
	minutes := rapid.SampledFrom([]int{0, 30, 60 * 24 * 9, 60 * 24 * 200, 60 * 24 * 365 * 3, 60 * 24 * 365 * 30, 60 * 24 * 365 * 800}).Draw(t, "span")
	fewest := rapid.SampledFrom([]int{0, 3, 30, 300}).Draw(t, "fewest")
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Item {
		x := Item{
			Kind: rapid.SampledFrom([]Kind{Conduct, Conduct, Conduct, Done, Warned, Turn}).Draw(t, "kind"), Lanes: Set(rapid.IntRange(0, 127).Draw(t, "lanes")),
			Weight: Weight(rapid.IntRange(0, 2).Draw(t, "weight")), Times: rapid.IntRange(0, 30).Draw(t, "times"), Short: rapid.StringN(0, 24, -1).Draw(t, "short"),
		}
		if rapid.IntRange(0, 9).Draw(t, "dated") > 0 {
			x.From = epoch.Add(time.Duration(rapid.IntRange(0, minutes).Draw(t, "from")) * time.Minute)
			x.To = x.From.Add(time.Duration(rapid.SampledFrom([]int{-60, 0, 0, 24, 24 * 30, 24 * 365}).Draw(t, "long")) * time.Hour)
		}
		return x
	}), fewest, fewest+100).Draw(t, "items")
}

// TestEverythingIsDrawnOrCounted holds each lane of a picture, the columns below it
// and the lines across it against what it was made of.
func TestEverythingIsDrawnOrCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := some(t)
		p := Draw(items)
		want, conduct, undated, across := map[Lane]int{}, 0, 0, 0
		for i := range items {
			switch x := &items[i]; {
			case x.Kind == Conduct && x.From.IsZero():
				undated++
			case x.Kind == Conduct:
				conduct++
				for _, l := range Lanes {
					if x.lanes().Has(l.Lane) {
						want[l.Lane]++
					}
				}
			case !x.From.IsZero():
				across++
			}
		}
		if p.Conduct != conduct+undated || p.Undated != undated {
			t.Fatalf("%d things, %d without a date; want %d and %d", p.Conduct, p.Undated, conduct+undated, undated)
		}
		drawn := map[Lane]int{}
		for _, m := range p.Marks {
			drawn[m.Lane] += len(m.Items)
		}
		for _, s := range p.Spans {
			drawn[s.Lane]++
		}
		for _, c := range p.Columns {
			drawn[c.Lane] += c.Count
		}
		for _, r := range p.Rows {
			if drawn[r.Lane] != want[r.Lane] || r.Count != want[r.Lane] {
				t.Errorf("%s: %d drawn, %d said; want %d", r.Lane.Name(), drawn[r.Lane], r.Count, want[r.Lane])
			}
			delete(want, r.Lane)
		}
		if len(want) > 0 {
			t.Errorf("no lane for %v", want)
		}
		strip := 0
		for _, c := range p.Strip {
			strip += c.Count
		}
		if conduct >= fewest && strip != conduct {
			t.Errorf("the columns of all hold %d, want %d", strip, conduct)
		}
		lines := 0
		for _, l := range p.Lines {
			lines += len(l.Items)
		}
		if lines != across {
			t.Errorf("%d across all lanes, want %d", lines, across)
		}
	})
}

// TestInsideTheBox has nothing stand outside the picture, and no words over others.
func TestInsideTheBox(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := some(t)
		p := Draw(items)
		inside := func(what string, x1, x2, y1, y2 int) {
			t.Helper()
			if x1 > x2 || y1 > y2 || x1 < 0 || y1 < 0 || x2 > p.Width || y2 > p.Height {
				t.Errorf("%s: %d to %d, %d to %d, in a box of %d by %d", what, x1, x2, y1, y2, p.Width, p.Height)
			}
		}
		for _, m := range p.Marks {
			inside("mark", m.X-m.R, m.X+m.R, m.Y-m.R, m.Y+m.R)
		}
		for _, s := range p.Spans {
			inside("span", s.X1, s.X2, s.Y-6, s.Y+6)
		}
		for _, c := range slices.Concat(p.Columns, p.Strip) {
			inside("column", c.X, c.X+c.Width, c.Y, c.Y+c.Height)
			if c.GraveHeight > c.Height || c.Graves > c.Count {
				t.Errorf("more of a column is grave than there is: %+v", c)
			}
		}
		for _, g := range p.Gaps {
			inside("gap", g.X, g.X+g.Width, p.Top, p.Bottom)
		}
		type words struct{ y, from, to int }
		var all []words
		for _, l := range p.Lines {
			inside("line", l.X, l.X, l.Y, p.Bottom)
			long := letter * len([]rune(l.Words))
			switch {
			case l.Words == "":
			case l.Left:
				all = append(all, words{l.Y, l.X - long, l.X})
			default:
				all = append(all, words{l.Y, l.X, l.X + long})
			}
		}
		for i, a := range all {
			inside("words", a.from, a.to, a.y, a.y)
			for _, b := range all[i+1:] {
				if a.y == b.y && a.from < b.to && b.from < a.to {
					t.Errorf("words stand over words: %+v %+v", a, b)
				}
			}
		}
		last := -1000
		for _, k := range p.Ticks {
			inside("tick", k.X, k.X, p.Top, p.Height)
			if k.X-last < 60 {
				t.Errorf("two names of time at %d and %d", last, k.X)
			}
			last = k.X
		}
	})
}

// TestTimeGoesRight has what was wholly before something else stand no further right.
func TestTimeGoesRight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := some(t)
		p := Draw(items)
		type place struct{ item, from, to int }
		byLane := map[Lane][]place{}
		for _, m := range p.Marks {
			byLane[m.Lane] = append(byLane[m.Lane], place{m.Items[0], m.X, m.X})
			for i := 1; i < len(m.Items); i++ {
				if items[m.Items[i]].middle().Before(items[m.Items[i-1]].middle()) {
					t.Errorf("a mark holds things out of order")
				}
			}
		}
		for _, s := range p.Spans {
			if s.Times == 0 { // of a series the bar is widened to be seen
				byLane[s.Lane] = append(byLane[s.Lane], place{s.Item, s.X1, s.X2})
			}
		}
		for _, all := range byLane {
			for _, a := range all {
				for _, b := range all {
					if items[a.item].end().Before(items[b.item].From) && (a.from > b.from || a.to > b.to) {
						t.Errorf("%v to %v stands at %d to %d, right of %v at %d", items[a.item].From, items[a.item].To, a.from, a.to, items[b.item].From, b.from)
					}
				}
			}
		}
		for _, some := range [][]Column{p.Columns, p.Strip} {
			for i := 1; i < len(some); i++ {
				if some[i].Lane == some[i-1].Lane && some[i].X < some[i-1].X {
					t.Errorf("columns out of order")
				}
			}
		}
		if n := len(p.Strip); n > mostPeriod+2 {
			t.Errorf("%d columns", n)
		}
	})
}

// TestSmall keeps a picture of very many things small.
func TestSmall(t *testing.T) {
	var items []Item
	for i := range 5000 {
		at := epoch.Add(time.Duration(i) * 9 * time.Hour)
		items = append(items, Item{From: at, To: at, Lanes: Set(1 + i%127), Weight: Weight(i % 3)})
	}
	p := Draw(items)
	if !p.Dense || p.Period != Month || len(p.Marks) > 0 || len(p.Columns) > 7*70 {
		t.Errorf("dense %v by %s, %d marks, %d columns", p.Dense, p.Period, len(p.Marks), len(p.Columns))
	}
}

// TestGaps has the long silence of a course named, and what ended it.
func TestGaps(t *testing.T) {
	var items []Item
	for _, day := range []int{0, 3, 6, 10, 120, 124, 130} {
		at := epoch.AddDate(0, 0, day)
		items = append(items, Item{From: at, To: at})
	}
	p := Draw(items)
	if len(p.Gaps) != 1 || p.Gaps[0].Days != 110 || p.Gaps[0].Ends != 4 {
		t.Errorf("gaps %+v, want one of 110 days that the fifth ended", p.Gaps)
	}
}

// TestKnot has every tie begin at its person and end at its value, in the box.
func TestKnot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		left, right, values := rapid.IntRange(1, 20).Draw(t, "left"), rapid.IntRange(0, 9).Draw(t, "right"), rapid.IntRange(1, 24).Draw(t, "values")
		ties := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Tie {
			return Tie{Person: rapid.IntRange(0, left+right-1).Draw(t, "person"), Value: rapid.IntRange(0, values-1).Draw(t, "value"), Reports: rapid.IntRange(0, 5000).Draw(t, "reports"), Plain: rapid.Bool().Draw(t, "plain")}
		}), 0, 60).Draw(t, "ties")
		n := Knot(left+right, left, values, ties)
		if len(n.Left) != left || len(n.Right) != right || len(n.Values) != values {
			t.Fatalf("%d, %d and %d boxes", len(n.Left), len(n.Right), len(n.Values))
		}
		var of []int
		for _, b := range slices.Concat(n.Left, n.Right, n.Values) {
			if b.X < 0 || b.Y < 0 || b.X+b.Width > n.Width || b.Y+b.Height > n.Height {
				t.Errorf("outside the box: %+v of %d by %d", b, n.Width, n.Height)
			}
		}
		at := map[int]Node{}
		for i, b := range n.Values {
			of = append(of, b.Of)
			at[b.Of] = b
			if i > 0 && b.Y < n.Values[i-1].Y+b.Height {
				t.Errorf("boxes over each other at %d", b.Y)
			}
		}
		slices.Sort(of)
		for i, v := range of {
			if i != v {
				t.Fatalf("values %v", of)
			}
		}
		curves := 0
		for _, c := range n.Ties {
			curves++
			x := ties[c.Tie]
			if b := at[x.Value]; x.Plain || c.Y2 != b.Y+b.Height/2 || c.X2 != b.X && c.X2 != b.X+b.Width {
				t.Errorf("%+v of %+v ends elsewhere than at %+v", c, x, b)
			}
		}
		plain := 0
		for _, x := range ties {
			if x.Plain {
				plain++
			}
		}
		if curves+plain != len(ties) {
			t.Errorf("%d curves and %d plain, of %d ties", curves, plain, len(ties))
		}
	})
}
