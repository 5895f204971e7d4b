package recordingweb

import (
	"fmt"
	"testing"

	"clew/internal/recording"
)

func TestChart(t *testing.T) {
	accuracy := func(name string, k, n int) recording.Accuracy {
		low, high := recording.Wilson(k, n)
		return recording.Accuracy{Name: name, Stalking: n, Recorded: k, Share: float64(k) / float64(max(n, 1)), Low: low, High: high}
	}
	if c := plot(&recording.Results{}); len(c.Rows) != 0 {
		t.Errorf("nothing to go by, and a chart of %d rows", len(c.Rows))
	}
	r := recording.Results{All: accuracy("", 9, 40), Areas: []recording.Accuracy{accuracy("Northmoor Police", 0, 20), accuracy("An agency with a name that is longer than the room for it", 9, 9), accuracy("Nothing", 0, 0)}}
	for i := range 40 {
		r.Months = append(r.Months, accuracy(fmt.Sprintf("20%02d-02", 10+i), 1, 2))
	}
	c := plot(&r)
	if len(c.Rows) != mostRows || c.Left != 13 {
		t.Errorf("%d rows and %d left out, want %d and 13", len(c.Rows), c.Left, mostRows)
	}
	for i, d := range c.Rows {
		if d.Low > d.X || d.X > d.High || d.Low < nameWidth || d.High > chartRight || d.Y > c.Height-20 {
			t.Errorf("row %d lies outside: %+v", i, d)
		}
		if len([]rune(d.Name)) > 28 {
			t.Errorf("the name %q runs into the chart", d.Name)
		}
	}
	if !c.Rows[0].Whole || c.Rows[0].Gap || !c.Rows[1].Gap || c.Rows[2].Gap || !c.Rows[3].Gap {
		t.Error("the ways of dividing are not set apart")
	}
	if c.Rows[1].X != nameWidth || c.Rows[2].X != chartRight {
		t.Errorf("0%% is at %d and 100%% at %d", c.Rows[1].X, c.Rows[2].X)
	}
}

func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{0: "0%", .001: "under 1%", .004: "under 1%", .005: "1%", .305: "31%", .3: "30%", .994: "99%", .996: "over 99%", 1: "100%"} {
		if got := percent(share); got != want {
			t.Errorf("percent(%v) is %s, want %s", share, got, want)
		}
	}
}
