package patternweb

import (
	"fmt"
	"math"
	"time"

	"clew/internal/law"
	"clew/internal/pattern"
	"clew/internal/when"
	"clew/internal/words"
)

// A timeline is a pattern drawn along time: at the top how many occasions each
// week or month had, below it a lane for each channel conduct came by, with a
// mark for each occasion in it. Long silences are shaded and named, and a line
// shows where it grew worse. Numbers are SVG user units.
type timeline struct {
	Title, Words  string
	Width, Height int
	Top, Bottom   int // of the lanes
	Lanes         []lane
	Ticks         []tick
	Bars          []bar
	BarName       string // "each month", or empty when there are no bars
	Gaps          []gap
	Marks         []mark // those recorded as stalking last, so that they are on top
	Named         bool   // each mark says what it is when pointed at
	Turn          *turn
}

type lane struct {
	Name string
	Y    int
}

type tick struct {
	X    int
	Name string
}

type mark struct {
	X, Y, R  int
	Recorded bool // as stalking
	Grave    bool // fear of violence or a threat
	Words    string

	count int
}

type turn struct {
	X     int
	Right bool // the words stand to the right of the line
	Words string
}

const (
	laneNames  = 150 // width of the names of the lanes
	laneHeight = 26
	axisHeight = 24
	headHeight = 18 // for what is said of gaps and of the turn
	drawnWidth = 720
	unsaid     = "not said"

	// mostNamed is how many marks have words of their own. More say less, and
	// weigh too much; marks closer than mergeWithin are then drawn as one.
	mostNamed   = 150
	mergeWithin = 4
)

var laneOrder = []string{
	string(pattern.Phone), string(pattern.Online), string(pattern.Post), string(pattern.Others),
	string(pattern.InPerson), string(pattern.Property), unsaid,
}

// draw lays a pattern out. It never fails: a pattern of one day has one column.
func draw(p *pattern.Pattern) timeline {
	t := timeline{Width: drawnWidth}
	at := scale(p.First, p.Last)
	t.Gaps = gaps(p.Occasions, at)
	t.Bars, t.BarName = bars(p, at)
	if len(t.Gaps) > 0 || p.Escalation != nil {
		t.Top += headHeight
	}
	for i := range t.Bars {
		t.Bars[i].Y += t.Top
	}
	if len(t.Bars) > 0 {
		t.Top += barHeight + 10
	}
	rows := t.lanes(p)
	t.Height = t.Bottom + axisHeight
	t.Ticks = ticks(p.First, p.Last, at)
	t.mark(p, rows, at)
	if e := p.Escalation; e != nil {
		t.turn(at(p.Occasions[e.Occasion].From), e.Words)
	}
	t.Title = fmt.Sprintf("%s from %s to %s", words.Count(p.Total, "occasion", "occasions"), when.DayOf(p.First), when.DayOf(p.Last))
	t.Words = described(p, &t)
	return t
}

// turn puts the words of the turn on the side of its line where no gap has words,
// else those of the gap are left out.
func (t *timeline) turn(x int, words string) {
	const wide, letter = 84, 7 // of "grew worse", and of a letter of a gap
	t.Turn = &turn{x, x < rightEnd-wide, words}
	free := func(from, to int) bool {
		for _, g := range t.Gaps {
			half := letter * len(g.Words) / 2
			if middle := g.X + g.Width/2; half > 0 && middle+half > from && middle-half < to {
				return false
			}
		}
		return true
	}
	switch {
	case t.Turn.Right && free(x, x+wide):
	case x-wide > laneNames && free(x-wide, x):
		t.Turn.Right = false
	default:
		for i := range t.Gaps {
			t.Gaps[i].Words = ""
		}
	}
}

// lanes sets out a lane for each channel in use, and returns where each is.
func (t *timeline) lanes(p *pattern.Pattern) map[string]int {
	rows := map[string]int{}
	for i := range p.Occasions {
		for _, name := range lanesOf(&p.Occasions[i]) {
			rows[name] = 0
		}
	}
	y := t.Top + laneHeight/2
	for _, name := range laneOrder {
		if _, ok := rows[name]; ok {
			rows[name] = y
			t.Lanes = append(t.Lanes, lane{name, y})
			y += laneHeight
		}
	}
	t.Bottom = t.Top + len(t.Lanes)*laneHeight
	return rows
}

// mark draws a mark for each occasion in each of its lanes. Where there are many,
// those that would hide each other become one, as large as all of them.
func (t *timeline) mark(p *pattern.Pattern, rows map[string]int, at func(time.Time) int) {
	t.Named = len(p.Occasions) <= mostNamed
	last := map[[2]int]int{} // the newest mark of a lane, by lane and whether recorded
	for i := range p.Occasions {
		o := &p.Occasions[i]
		m := mark{X: at(o.From), Recorded: recorded(p, o), Grave: o.Fear == pattern.Violence || o.Threat, count: o.Count}
		if t.Named {
			m.Words = describe(p, o)
		}
		for _, name := range lanesOf(o) {
			m.Y = rows[name]
			key := [2]int{m.Y, figure(m.Recorded)}
			if n, ok := last[key]; ok && !t.Named && m.X-t.Marks[n].X < mergeWithin {
				t.Marks[n].count += m.count
				t.Marks[n].Grave = t.Marks[n].Grave || m.Grave
				continue
			}
			last[key] = len(t.Marks)
			t.Marks = append(t.Marks, m)
		}
	}
	for i := range t.Marks {
		t.Marks[i].R = radius(t.Marks[i].count)
	}
}

// of are the marks recorded as stalking, or the others.
func (t *timeline) of(recorded bool) (all []mark) {
	for _, m := range t.Marks {
		if m.Recorded == recorded {
			all = append(all, m)
		}
	}
	return all
}

func (t *timeline) graves() (all []mark) {
	for _, m := range t.Marks {
		if m.Grave {
			all = append(all, m)
		}
	}
	return all
}

func lanesOf(o *pattern.Occasion) (all []string) {
	for _, c := range pattern.ChannelsOf(o) {
		all = append(all, string(c))
	}
	if len(all) == 0 {
		all = []string{unsaid}
	}
	return all
}

const leftEnd, rightEnd = laneNames + 14, drawnWidth - 14

func scale(first, last time.Time) func(time.Time) int {
	span := last.Sub(first)
	return func(t time.Time) int {
		if span < time.Hour {
			return (leftEnd + rightEnd) / 2
		}
		x := leftEnd + int(float64(rightEnd-leftEnd)*float64(t.Sub(first))/float64(span))
		return max(leftEnd, min(rightEnd, x))
	}
}

// ticks marks the starts of months, thinned so that names do not touch.
func ticks(first, last time.Time, at func(time.Time) int) (all []tick) {
	const apart = 64
	for t := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC); !t.After(last); t = t.AddDate(0, 1, 0) {
		if t.Before(first) {
			continue
		}
		if x := at(t); (len(all) == 0 || x-all[len(all)-1].X >= apart) && x <= drawnWidth-30 {
			all = append(all, tick{x, t.Format("Jan 2006")})
		}
	}
	if len(all) == 0 {
		all = append(all, tick{at(first), when.DayOf(first)})
	}
	return all
}

func radius(count int) int {
	return min(4+int(math.Round(1.5*math.Log2(float64(max(count, 1))))), laneHeight/2-1)
}

func recorded(p *pattern.Pattern, o *pattern.Occasion) bool {
	for _, i := range o.Accounts {
		if p.Accounts[i].Family == law.Stalking {
			return true
		}
	}
	return false
}

func describe(p *pattern.Pattern, o *pattern.Occasion) string {
	a := &p.Accounts[o.Accounts[0]]
	s := when.DayOf(o.From) + ", " + a.Agency
	if o.Count > 1 {
		s += fmt.Sprintf(", %d occasions", o.Count)
	}
	return s
}

func figure(b bool) int {
	if b {
		return 1
	}
	return 0
}
