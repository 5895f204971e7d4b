package recordingweb

import "clew/internal/recording"

// A chart is the shares of a sample with their intervals: a dot for what was seen,
// a whisker from one end of the 95% interval to the other. The table beside it has
// the same figures. Numbers are SVG user units.
type chart struct {
	Width, Height int
	Rows          []dot
	Ticks         []tick
	Words         string
	Left          int // groups for which there is no room
}

type dot struct {
	Name         string
	Y            int
	X, Low, High int
	R            int
	Whole        bool // the whole sample
	Gap          bool // a line above it: another way of dividing begins
}

type tick struct {
	X    int
	Name string
}

const (
	chartWidth = 720
	nameWidth  = 210
	chartRight = chartWidth - 24
	rowHeight  = 26
	mostRows   = 30
)

// plot lays out what there is a figure for. It is empty when there is none.
func plot(r *recording.Results) (c chart) {
	if r.All.Stalking == 0 {
		return c
	}
	c.Width = chartWidth
	c.add("All", r.All, true, false)
	for _, part := range []struct {
		all  []recording.Accuracy
		name func(string) string
	}{{r.Areas, func(s string) string { return s }}, {r.Months, month}} {
		began := false
		for _, a := range part.all {
			if a.Stalking == 0 {
				continue
			}
			if len(c.Rows) >= mostRows {
				c.Left++
				continue
			}
			c.add(part.name(a.Name), a, false, !began)
			began = true
		}
	}
	c.Height = len(c.Rows)*rowHeight + 24
	for p := 0; p <= 100; p += 25 {
		c.Ticks = append(c.Ticks, tick{along(float64(p) / 100), percent(float64(p) / 100)})
	}
	c.Words = "Of all, " + percent(r.All.Share) + " were recorded as stalking; the 95% interval is " + percent(r.All.Low) + " to " + percent(r.All.High) + ". The table has the figures of every row."
	return c
}

func (c *chart) add(name string, a recording.Accuracy, whole, gap bool) {
	const longest = 28
	if runes := []rune(name); len(runes) > longest {
		name = string(runes[:longest-1]) + "…"
	}
	d := dot{Name: name, Y: len(c.Rows)*rowHeight + rowHeight/2, X: along(a.Share), Low: along(a.Low), High: along(a.High), R: 4, Whole: whole, Gap: gap}
	if whole {
		d.R = 6
	}
	c.Rows = append(c.Rows, d)
}

func along(share float64) int { return nameWidth + int(share*float64(chartRight-nameWidth)+.5) }

// whisker is the path of an interval, with a foot at each end.
func whisker(d dot) string {
	foot := func(x int) string { return "M" + n(x) + " " + n(d.Y-5) + "v10" }
	return foot(d.Low) + "M" + n(d.Low) + " " + n(d.Y) + "H" + n(d.High) + foot(d.High)
}
