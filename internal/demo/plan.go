package demo

import (
	"cmp"
	"slices"

	"clew/internal/report"
)

// A story is one thing after another between the same people.
type story struct {
	plot  uint8
	n     uint8  // records
	first uint32 // minute
}

// A row is one record to be told: when it is reported, of which story, the how
// manieth, and by which agency as what.
type row struct {
	minute, story uint32
	index         uint8
	agency, kind  uint8
}

func (r *row) via() via { return via{int(r.agency), report.Kinds[r.kind]} }

const coursesPerThousand = 10

// plan decides every story and every row before anything is told.
func (w *world) plan(records int) {
	r := of(w.seed, 0, ofPlan)
	w.rows = make([]row, 0, records)
	var stalking weights
	var each []int
	for _, p := range stalkingPlots {
		each = append(each, p.share)
	}
	stalking = weigh(each...)
	if records >= fewest {
		w.show()
	}
	w.tales = len(w.stories)
	for range records * coursesPerThousand / 1000 {
		w.begin(&r, stalking.draw(&r), records)
	}
	w.courses = len(w.stories)
	each = each[:0]
	for _, p := range noisePlots { // shares are of records, stories are drawn
		sum := 0
		for _, n := range p.lengths {
			sum += n
		}
		each = append(each, p.share*1000*len(p.lengths)/sum)
	}
	rest := weigh(each...)
	for len(w.rows) < records {
		w.begin(&r, len(stalkingPlots)+rest.draw(&r), records)
	}
	slices.SortFunc(w.rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.minute, b.minute), cmp.Compare(a.story, b.story), cmp.Compare(a.index, b.index))
	})
}

// begin plans one story, at most as long as there are records left.
func (w *world) begin(r *random, of int, records int) {
	p := &plots[of]
	n := min(pick(r, p.lengths), records-len(w.rows))
	if n == 0 || p.stalking && n < 2 {
		return
	}
	id := uint32(len(w.stories))
	days := min(r.between(p.days[0], p.days[1]), int(w.minutes/1440)-2)
	if n > 1 && p.days[1] > 0 {
		days = min(days, max(p.days[0], n*r.between(3, 90))) // two reports are seldom a year apart
	}
	span := uint32(days) * 1440
	if p.days[1] == 0 {
		span = uint32(20 * n)
	}
	s := story{plot: uint8(of), n: uint8(n), first: uint32(r.n(int(w.minutes - span - 1)))}
	w.stories = append(w.stories, s)
	set := w.setting(id, &s)
	offsets := make([]uint32, n)
	for i := range offsets {
		u := r.n(1000)
		if p.stalking && set.escalates { // faster and faster
			u = 1000 - u*u/1000
		}
		offsets[i] = uint32(int(span) / 1000 * u)
	}
	slices.Sort(offsets)
	for i, off := range offsets {
		v := pick(r, p.vias)
		v.agency = set.agency(v.agency)
		if p.stalking {
			v = w.courseVia(r, &set, p, i, n, v)
		}
		minute := s.first + off
		if p.days[1] > 0 || n == 1 {
			minute = w.hour(r, v, minute)
		}
		w.rows = append(w.rows, row{minute, id, uint8(i), uint8(v.agency), uint8(slices.Index(report.Kinds, v.kind))})
	}
}

// courseVia keeps a course to the agencies of its story: a second force in one
// of four, an advocate only once it has gone on.
func (w *world) courseVia(r *random, set *setting, p *plot, i, n int, v via) via {
	switch {
	case set.found && i == set.foundAt:
		v = via{set.force, report.Crime}
	case v.agency == set.otherForce && !set.twoForces && p.name != "police suspect":
		v.agency = set.force
	case v.agency == advocacy && i*3 < n, v.kind == report.FoundProperty && i == 0:
		v = via{set.force, report.Crime}
	case i == n-1 && n <= 3 && agencies[v.agency].register != police && r.chance(500):
		v = via{set.force, report.Crime}
	}
	return v
}

// hour moves a minute within its day to when such an agency is at work.
func (w *world) hour(r *random, v via, minute uint32) uint32 {
	day := minute / 1440 * 1440
	shift := uint32(w.start.Hour()*60 + w.start.Minute())
	at := uint32(hours[r.n(len(hours))]*60 + r.n(60))
	if v.office() {
		at = uint32(9*60 + r.n(8*60))
		for weekday := w.time(day + at).Weekday(); weekday == 0 || weekday == 6; weekday = w.time(day + at).Weekday() {
			day += 1440
		}
	}
	return min(day+(at+1440-shift)%1440, w.minutes-1)
}

// hours of the day at which people report, each as likely.
var hours = []int{0, 0, 1, 2, 3, 6, 7, 8, 8, 9, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 15, 16, 16, 16, 17, 17, 17, 18, 18, 18, 19, 19, 19, 20, 20, 20, 21, 21, 22, 22, 23, 23}
