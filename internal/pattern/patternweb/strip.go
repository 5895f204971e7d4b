package patternweb

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"clew/internal/pattern"
	"clew/internal/when"
	"clew/internal/words"
)

// A bar is how many occasions one week, month or year had. The tallest says so.
type bar struct {
	X, Y, Width, Height int
	Words               string

	count int
}

// A gap is a long time between two occasions. The records are silent about it;
// what happened in it nobody has written down.
type gap struct {
	X, Width int
	Words    string // shortened to what fits; empty when nothing does

	days int
}

const (
	barHeight = 34
	fewest    = 5 // occasions below which bars tell nothing
	mostGaps  = 3
)

// bars counts occasions by week, by month or by year, whichever gives bars wide
// enough to see.
func bars(p *pattern.Pattern, at func(time.Time) int) (all []bar, name string) {
	if len(p.Occasions) < fewest {
		return nil, ""
	}
	start, next, name := periods(p.First, p.Last)
	most := 0
	for from := start; !from.After(p.Last); from = next(from) {
		x := at(from)
		all = append(all, bar{X: x, Width: max(1, at(next(from))-x-1)})
	}
	i, from := 0, start
	for k := range p.Occasions { // in order
		for o := &p.Occasions[k]; !o.From.Before(next(from)); i++ {
			from = next(from)
		}
		all[i].count += p.Occasions[k].Count
		most = max(most, all[i].count)
	}
	if most < 2 {
		return nil, "" // each is one: the lanes say as much
	}
	said := false
	for i := range all {
		b := &all[i]
		if b.count == 0 {
			continue
		}
		b.Height = max(2, (barHeight-12)*b.count/most)
		b.Y = barHeight - b.Height
		if b.count == most && !said {
			b.Words, said = fmt.Sprint(most), true
		}
	}
	return slices.DeleteFunc(all, func(b bar) bool { return b.count == 0 }), name
}

// periods is where the first period begins, and how to get to the next.
func periods(first, last time.Time) (start time.Time, next func(time.Time) time.Time, name string) {
	midnight := time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, time.UTC)
	switch days := int(last.Sub(first).Hours() / 24); {
	case days <= 300:
		monday := midnight.AddDate(0, 0, -(int(midnight.Weekday())+6)%7)
		return monday, func(t time.Time) time.Time { return t.AddDate(0, 0, 7) }, "each week"
	case days <= 365*8:
		return midnight.AddDate(0, 0, 1-midnight.Day()), func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }, "each month"
	}
	return time.Date(first.Year(), 1, 1, 0, 0, 0, 0, time.UTC), func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }, "each year"
}

// gaps are the longest silences: four weeks or more, and four times as long as
// the one in the middle of all. Of a handful of occasions every long one counts.
func gaps(all []pattern.Occasion, at func(time.Time) int) (found []gap) {
	if len(all) < 2 {
		return nil
	}
	var days []int
	var ends [][2]time.Time
	end := all[0].To
	for _, o := range all[1:] {
		days = append(days, max(0, int(o.From.Sub(end).Hours()/24)))
		ends = append(ends, [2]time.Time{end, o.From})
		if o.To.After(end) {
			end = o.To
		}
	}
	sorted := slices.Sorted(slices.Values(days))
	least := max(28, 4*sorted[(len(sorted)-1)/2])
	if len(days) < 4 {
		least = max(28, sorted[len(sorted)-1]*2/3)
	}
	for i, n := range days {
		if x := at(ends[i][0]); n >= least && at(ends[i][1])-x >= 24 {
			found = append(found, gap{X: x + 6, Width: at(ends[i][1]) - x - 12, days: n})
		}
	}
	slices.SortStableFunc(found, func(a, b gap) int { return b.days - a.days })
	found = found[:min(mostGaps, len(found))]
	slices.SortStableFunc(found, func(a, b gap) int { return a.X - b.X })
	for i := range found {
		g := &found[i]
		switch long := span(g.days); {
		case g.Width >= 6*len(long)+150:
			g.Words = "nothing recorded for " + long
		case g.Width >= 7*len(long):
			g.Words = long
		}
	}
	return found
}

// span says how long a number of days is, in weeks or months.
func span(days int) string {
	if days < 7*13 {
		return words.Count(days/7, "week", "weeks")
	}
	return words.Count((days*2+30)/61, "month", "months")
}

// described say what the picture shows, for those who do not see it.
func described(p *pattern.Pattern, t *timeline) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s along time, in %s: %s.", words.Count(len(p.Occasions), "mark", "marks"), words.Count(len(t.Lanes), "lane", "lanes"), laneNamesOf(t))
	if p.Escalation != nil {
		fmt.Fprintf(&b, " It grew worse on %s: %s", when.DayOf(p.Occasions[p.Escalation.Occasion].From), p.Escalation.Words)
	}
	longest := gap{}
	for _, g := range t.Gaps {
		if g.days > longest.days {
			longest = g
		}
	}
	if longest.days > 0 {
		fmt.Fprintf(&b, " The longest time with nothing recorded is %s.", span(longest.days))
	}
	b.WriteString(" The list of reports gives the same facts.")
	return b.String()
}

func laneNamesOf(t *timeline) string {
	var names []string
	for _, l := range t.Lanes {
		names = append(names, l.Name)
	}
	return strings.Join(names, ", ")
}
