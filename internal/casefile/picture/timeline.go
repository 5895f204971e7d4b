package picture

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"
)

// A Timeline is things along time, a lane for each group of conduct, with lines
// across for what is not conduct, shaded where nothing is recorded for long, and
// below it how many there were in each period.
type Timeline struct {
	Width, Height int
	Top, Bottom   int // of the lanes
	Floor         int // of the columns below them
	Left, Right   int // of the time
	Period        Period
	Dense         bool // the lanes hold columns, for marks would hide each other
	Rows          []Row
	Marks         []Mark
	Spans         []Span
	Columns       []Column // in the lanes, when Dense
	Strip         []Column // all conduct, below the lanes; none when there is little
	Gaps          []Gap
	Lines         []Line
	Ticks         []Tick
	Conduct       int // things, those without a date too
	Undated       int // conduct that is not drawn, for nobody knows when it was
	Unlabelled    int // lines without words
}

// A Row is one lane.
type Row struct {
	Lane   Lane
	Y      int // of its middle
	Height int
	Count  int // things in it
}

// A Mark is conduct at one time, or several things that would hide each other.
type Mark struct {
	X, Y, R int
	Lane    Lane
	Weight  Weight // of the gravest
	Items   []int  // indexes of what was given
}

// A Span is conduct over a time: a series, or one thing of which the day is not
// known, which happened once somewhere in it.
type Span struct {
	X1, X2, Y int
	Lane      Lane
	Weight    Weight
	Times     int // of a series, else 0
	Item      int
}

// A Column is how many things one period had.
type Column struct {
	X, Y, Width, Height int
	Lane                Lane // of a column in a lane
	Count               int
	Graves              int // of them
	GraveHeight         int // of the part, from the bottom, that stands for them
	Most                bool
}

// A Gap is a long time in which nothing is recorded.
type Gap struct {
	X, Width int
	Days     int
	Ends     int // index of what ended it
}

// A Line is what is not conduct, at one time: one thing, or several of a kind that
// stand too close.
type Line struct {
	X, Y  int // Y is where it begins, beside its words
	Kind  Kind
	Items []int
	Words string // "" when there is no room
	Left  bool   // the words stand left of the line
}

// A Tick is a name on the line of time.
type Tick struct {
	X    int
	Name string
}

// A Period is what a column stands for.
type Period string

// The periods.
const (
	Week  Period = "week"
	Month Period = "month"
	Year  Period = "year"
	Years Period = "several years"
)

const (
	wide        = 1080
	names       = 220 // room for the names of the lanes
	margin      = 16
	laneHeight  = 36
	stripHeight = 52
	axisHeight  = 26
	rowHeight   = 18 // of words above the lanes
	mostRows    = 6
	letter      = 7 // an average letter is not wider

	mostMarked = 120 // things that are drawn one by one
	fewest     = 5   // things that are worth columns
	together   = 17  // marks, and
	abreast    = 9   // lines that are closer are one
	mostPeriod = 96
	mostGaps   = 3
	largest    = 12 // radius
)

var radii = [...]int{5, 7, 10}

// Draw lays things out. It takes them in any order; the same things always make the
// same picture.
func Draw(items []Item) Timeline {
	t := Timeline{Width: wide, Left: names + margin, Right: wide - margin}
	order := make([]int, 0, len(items)) // of what is dated, by time
	var first, last time.Time
	for i := range items {
		x := &items[i]
		if x.Kind == Conduct {
			t.Conduct++
			if !x.dated() {
				t.Undated++
			}
		}
		if !x.dated() {
			continue
		}
		order = append(order, i)
		if first.IsZero() || x.From.Before(first) {
			first = x.From
		}
		if x.end().After(last) {
			last = x.end()
		}
	}
	if len(order) == 0 {
		return t
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := &items[a], &items[b]
		return cmp.Or(x.middle().Compare(y.middle()), x.From.Compare(y.From), cmp.Compare(a, b))
	})
	at := t.scale(first, last)
	var conduct []int
	for _, i := range order {
		if items[i].Kind == Conduct {
			conduct = append(conduct, i)
		}
	}
	t.gaps(items, conduct, at)
	t.lines(items, order, at)
	t.rows(items, conduct)
	period, next := periods(first, last)
	t.Period = period
	t.Dense = len(conduct) > mostMarked
	start := begin(period, first)
	if t.Dense {
		t.columns(items, conduct, start, next, last, at)
	} else {
		t.marks(items, conduct, at)
	}
	t.strip(items, conduct, start, next, last, at)
	t.Height = t.Floor + axisHeight
	t.ticks(first, last, at)
	return t
}

// scale gives the place of an instant. What is later is never further left.
func (t *Timeline) scale(first, last time.Time) func(time.Time) int {
	span := last.Sub(first)
	left, right := t.Left, t.Right
	if span < time.Hour {
		return func(time.Time) int { return (left + right) / 2 }
	}
	return func(x time.Time) int {
		share := x.Sub(first).Seconds() / span.Seconds()
		return max(left, min(right, left+int(math.Round(float64(right-left)*share))))
	}
}

// gaps are the longest times with nothing recorded: four weeks or more, and four
// times as long as the one in the middle of all. Of a handful of things every long
// one counts.
func (t *Timeline) gaps(items []Item, conduct []int, at func(time.Time) int) {
	if len(conduct) < 2 {
		return
	}
	byFrom := slices.Clone(conduct)
	slices.SortStableFunc(byFrom, func(a, b int) int { return items[a].From.Compare(items[b].From) })
	type rest struct{ days, from, to, ends int }
	var rests []rest
	var days []int
	end := items[byFrom[0]].end()
	for _, i := range byFrom[1:] {
		x := &items[i]
		n := max(0, int(x.From.Sub(end).Hours()/24))
		days = append(days, n)
		rests = append(rests, rest{n, at(end), at(x.From), i})
		if x.end().After(end) {
			end = x.end()
		}
	}
	slices.Sort(days)
	least := max(28, 4*days[(len(days)-1)/2])
	if len(days) < 4 {
		least = max(28, days[len(days)-1]*2/3)
	}
	rests = slices.DeleteFunc(rests, func(r rest) bool { return r.days < least || r.to-r.from < 3*margin })
	slices.SortStableFunc(rests, func(a, b rest) int { return b.days - a.days })
	for _, r := range rests[:min(mostGaps, len(rests))] {
		t.Gaps = append(t.Gaps, Gap{X: r.from + margin, Width: r.to - r.from - 2*margin, Days: r.days, Ends: r.ends})
	}
	slices.SortFunc(t.Gaps, func(a, b Gap) int { return a.X - b.X })
}

// lines sets out what stands across all lanes, with words where there is room, and
// says where the lanes begin.
func (t *Timeline) lines(items []Item, order []int, at func(time.Time) int) {
	last := map[Kind]int{}
	for _, i := range order {
		k := items[i].Kind
		if k == Conduct {
			continue
		}
		x := at(items[i].middle())
		if n, ok := last[k]; ok && x-t.Lines[n].X < abreast {
			t.Lines[n].Items = append(t.Lines[n].Items, i)
			continue
		}
		last[k] = len(t.Lines)
		t.Lines = append(t.Lines, Line{X: x, Kind: k, Items: []int{i}})
	}
	rank := []int{}
	for i := range t.Lines {
		rank = append(rank, i)
	}
	// What grew worse has its words first, then what was done; from the right, so
	// that words stand to the right of their line like stairs.
	urgent := map[Kind]int{Turn: 0, Done: 1, Warned: 2}
	slices.SortStableFunc(rank, func(a, b int) int {
		x, y := &t.Lines[a], &t.Lines[b]
		return cmp.Or(cmp.Compare(urgent[x.Kind], urgent[y.Kind]), cmp.Compare(y.X, x.X))
	})
	type word struct{ row, from, to, x int }
	var placed []word
	fits := func(w word) bool {
		if w.from < 0 || w.to > t.Width {
			return false
		}
		for _, p := range placed {
			switch {
			case p.row == w.row && w.from < p.to && p.from < w.to,
				p.row > w.row && w.from <= p.x && p.x <= w.to, // its line goes through these words
				p.row < w.row && p.from <= w.x && w.x <= p.to: // and ours through those
				return false
			}
		}
		return true
	}
	most := -1
	for _, i := range rank {
		l := &t.Lines[i]
		words := items[l.Items[0]].Short
		if n := len(l.Items); n > 1 {
			words += " +" + strconv.Itoa(n-1)
		}
		long := letter*len([]rune(words)) + 6
		l.Y = -1
	rows:
		for row := range mostRows {
			for _, w := range []word{{row, l.X - 2, l.X + long, l.X}, {row, l.X - long, l.X + 2, l.X}} {
				if fits(w) {
					placed = append(placed, w)
					l.Y, l.Words, l.Left = row, words, w.from < l.X-2
					most = max(most, row)
					break rows
				}
			}
		}
		if l.Y < 0 {
			t.Unlabelled++
		}
	}
	t.Top = (most + 1) * rowHeight
	for i := range t.Lines {
		if l := &t.Lines[i]; l.Y >= 0 {
			l.Y = t.Top - (l.Y+1)*rowHeight
		} else {
			l.Y = t.Top
		}
	}
	if len(t.Gaps) > 0 || t.Top == 0 {
		t.Top += rowHeight // for the words of gaps
	}
}

func (t *Timeline) rows(items []Item, conduct []int) {
	var count [8]int
	for _, i := range conduct {
		for _, l := range Lanes {
			if items[i].lanes().Has(l.Lane) {
				count[l.Lane]++
			}
		}
	}
	y := t.Top
	for _, l := range Lanes {
		if count[l.Lane] > 0 {
			t.Rows = append(t.Rows, Row{Lane: l.Lane, Y: y + laneHeight/2, Height: laneHeight, Count: count[l.Lane]})
			y += laneHeight
		}
	}
	t.Bottom, t.Floor = y, y
}

// marks draws each thing in each of its lanes.
func (t *Timeline) marks(items []Item, conduct []int, at func(time.Time) int) {
	for _, row := range t.Rows {
		last := -1 // the newest mark of the lane
		for _, i := range conduct {
			x := &items[i]
			if !x.lanes().Has(row.Lane) {
				continue
			}
			from, to := at(x.From), at(x.end())
			if series := x.Times > 1; series || to-from > 2*together && x.end().Sub(x.From) > 36*time.Hour {
				s := Span{X1: from, X2: to, Y: row.Y, Lane: row.Lane, Weight: x.Weight, Item: i}
				if series {
					s.Times = x.Times
					if s.X2-s.X1 < together { // wide enough to see, inside the box
						s.X1 = min(s.X1, t.Right-together)
						s.X2 = s.X1 + together
					}
				}
				t.Spans = append(t.Spans, s)
				continue
			}
			m := Mark{X: at(x.middle()), Y: row.Y, Lane: row.Lane, Weight: x.Weight, Items: []int{i}}
			if last >= 0 && m.X-t.Marks[last].X < together {
				l := &t.Marks[last]
				l.Items = append(l.Items, i)
				l.Weight = max(l.Weight, x.Weight)
				continue
			}
			last = len(t.Marks)
			t.Marks = append(t.Marks, m)
		}
	}
	for i := range t.Marks {
		m := &t.Marks[i]
		m.R = radii[m.Weight]
		if n := len(m.Items); n > 1 {
			m.R = min(largest, max(m.R, 8)+int(math.Log2(float64(n))))
		}
	}
}

// tally counts things by period: [lane] or, for all together, [0].
func tally(items []Item, conduct []int, start time.Time, next func(time.Time) time.Time, last time.Time, lanes func(*Item) []Lane) (counts [][]Column, starts []time.Time) {
	for from := start; !from.After(last); from = next(from) {
		starts = append(starts, from)
	}
	counts = make([][]Column, len(Lanes))
	for i := range counts {
		counts[i] = make([]Column, len(starts))
	}
	n := 0
	for _, i := range conduct { // in order of their middles
		for n+1 < len(starts) && !items[i].middle().Before(starts[n+1]) {
			n++
		}
		for _, l := range lanes(&items[i]) {
			c := &counts[l][n]
			c.Count++
			if items[i].Weight == Grave {
				c.Graves++
			}
		}
	}
	return counts, starts
}

func raise(all []Column, starts []time.Time, next func(time.Time) time.Time, at func(time.Time) int, floor, height, most int) (drawn []Column) {
	for i := range all {
		c := all[i]
		if c.Count == 0 {
			continue
		}
		c.X = at(starts[i])
		c.Width = max(2, at(next(starts[i]))-c.X-1)
		c.Height = max(3, height*c.Count/most)
		c.Y = floor - c.Height
		if c.Graves > 0 {
			c.GraveHeight = max(2, c.Height*c.Graves/c.Count)
		}
		c.Most = c.Count == most
		drawn = append(drawn, c)
	}
	return drawn
}

func mostOf(all ...[]Column) (most int) {
	for _, some := range all {
		for i := range some {
			most = max(most, some[i].Count)
		}
	}
	return most
}

func (t *Timeline) columns(items []Item, conduct []int, start time.Time, next func(time.Time) time.Time, last time.Time, at func(time.Time) int) {
	counts, starts := tally(items, conduct, start, next, last, func(x *Item) (all []Lane) {
		for _, l := range Lanes {
			if x.lanes().Has(l.Lane) {
				all = append(all, l.Lane)
			}
		}
		return all
	})
	most := mostOf(counts...)
	for _, row := range t.Rows {
		for _, c := range raise(counts[row.Lane], starts, next, at, row.Y+laneHeight/2, laneHeight-6, most) {
			c.Lane = row.Lane
			t.Columns = append(t.Columns, c)
		}
	}
}

func (t *Timeline) strip(items []Item, conduct []int, start time.Time, next func(time.Time) time.Time, last time.Time, at func(time.Time) int) {
	if len(conduct) < fewest {
		return
	}
	counts, starts := tally(items, conduct, start, next, last, func(*Item) []Lane { return []Lane{0} })
	t.Floor = t.Bottom + stripHeight + margin
	t.Strip = raise(counts[0], starts, next, at, t.Floor, stripHeight-14, mostOf(counts[0]))
	said := false
	for i := range t.Strip {
		t.Strip[i].Most = t.Strip[i].Most && !said
		said = said || t.Strip[i].Most
	}
}

// periods is what a column stands for, and how to get to the next.
func periods(first, last time.Time) (Period, func(time.Time) time.Time) {
	switch days := int(last.Sub(first).Hours() / 24); {
	case days <= 300:
		return Week, func(t time.Time) time.Time { return t.AddDate(0, 0, 7) }
	case days <= 365*mostPeriod/12:
		return Month, func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }
	}
	if n := last.Year() - first.Year() + 1; n > mostPeriod {
		step := (n + mostPeriod - 1) / mostPeriod
		return Years, func(t time.Time) time.Time { return t.AddDate(step, 0, 0) }
	}
	return Year, func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }
}

// begin is where the first period begins.
func begin(p Period, first time.Time) time.Time {
	y, m, d := first.Date()
	switch p {
	case Week:
		return time.Date(y, m, d-(int(first.Weekday())+6)%7, 0, 0, 0, 0, first.Location())
	case Month:
		return time.Date(y, m, 1, 0, 0, 0, 0, first.Location())
	}
	return time.Date(y, 1, 1, 0, 0, 0, 0, first.Location())
}

// ticks names days, months or years, thinned so that names do not touch.
func (t *Timeline) ticks(first, last time.Time, at func(time.Time) int) {
	const apart = 78
	y, m, d := first.Date()
	start, next, form := time.Date(y, m, 1, 0, 0, 0, 0, first.Location()), func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }, "Jan 2006"
	switch days := int(last.Sub(first).Hours() / 24); {
	case days <= 75:
		start, next, form = time.Date(y, m, d, 0, 0, 0, 0, first.Location()), func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }, "2 Jan 2006"
	case t.Period == Year || t.Period == Years:
		start, next, form = time.Date(y, 1, 1, 0, 0, 0, 0, first.Location()), func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }, "2006"
	}
	for x := start; !x.After(last); x = next(x) {
		if x.Before(first) {
			continue
		}
		if px := at(x); (len(t.Ticks) == 0 || px-t.Ticks[len(t.Ticks)-1].X >= apart) && px <= t.Right-30 {
			t.Ticks = append(t.Ticks, Tick{px, x.Format(form)})
		}
	}
	if len(t.Ticks) == 0 {
		t.Ticks = append(t.Ticks, Tick{at(first), first.Format("2 Jan 2006")})
	}
}
