package recording

import (
	"context"
	"database/sql"
	"maps"
	"math"
	"slices"

	"clew/internal/access"
	"clew/internal/db"
)

// An Accuracy is how well stalking was recorded, as a sample shows it. Of the
// patterns that two people hold to be stalking, Recorded were recorded as such
// by any agency when the sample was drawn. Low and High are the ends of the 95%
// confidence interval of the share (Wilson, 1927); they are 0 and 1 when there
// is nothing to go by.
type Accuracy struct {
	Name      string // an area or a month; empty for all
	Stalking  int    // patterns two people hold to be stalking
	Recorded  int
	Share     float64 // Recorded of Stalking
	Low, High float64
	Waiting   int // patterns nobody has confirmed a decision on yet
}

// Results is a sample's accuracy: over all, by area and by month.
type Results struct {
	All            Accuracy
	Areas, Months  []Accuracy
	NotStalking    int // confirmed as something else
	NeedEnquiry    int
	RecordedAnyway int // of NotStalking, those recorded as stalking all the same
}

// An outcome is what a second person confirmed of one sampled pattern; the
// verdict is empty while nobody has.
type outcome struct {
	area, month string
	recorded    int
	verdict     Verdict
}

// outcomes are those of each of some samples that the actor may see, in the order
// they were drawn.
func outcomes(ctx context.Context, q db.Querier, sight *access.Sight, samples ...string) (all map[string][]outcome, err error) {
	all = map[string][]outcome{}
	if len(samples) == 0 {
		return all, nil
	}
	type row struct {
		sample string
		outcome
	}
	in := ` IN (` + db.List(1, len(samples)) + `)`
	open, args := sight.OpenReport("x.pattern", db.Args(samples))
	err = db.Each(ctx, q, func(r db.Row) (o row, err error) {
		var verdict, answer, kept sql.NullString
		err = r.Scan(&o.sample, &o.area, &o.month, &o.recorded, &verdict, &answer, &kept)
		o.verdict = Verdict(kept.String)
		if Kind(answer.String) == Confirm {
			o.verdict = Verdict(verdict.String)
		}
		return o, err
	}, func(o row) error { all[o.sample] = append(all[o.sample], o.outcome); return nil }, `
		SELECT x.sample, x.area, x.month, x.recorded, d.verdict, w.answer, x.verdict
		FROM audit_sample_patterns x
		LEFT JOIN reports xo ON xo.id = x.pattern
		LEFT JOIN reports xn ON xn.same_record = xo.same_record AND xn.replaced_by = ''
		LEFT JOIN accounts p ON p.report = xn.id`+currentOf(sampledPairs+in)+`
		WHERE x.sample`+in+open+` ORDER BY x.sample, x.place`, args...)
	return all, err
}

// sampledPairs finds the pairs that the patterns of samples are of now.
const sampledPairs = `
	SELECT DISTINCT ya.victim, ya.suspect
	FROM audit_sample_patterns yx CROSS JOIN reports yo CROSS JOIN reports yn CROSS JOIN accounts ya
	WHERE yo.id = yx.pattern AND yn.same_record = yo.same_record AND yn.replaced_by = '' AND ya.report = yn.id AND yx.sample`

// Results are what a sample shows so far.
func (s *Store) Results(ctx context.Context, by access.Actor, sample string) (r Results, err error) {
	err = s.guard.Look(ctx, by, access.ReadAccuracy, func(v *db.View, sight *access.Sight) error {
		if _, err := sampleSeen(ctx, v, sight, sample); err != nil {
			return err
		}
		all, err := outcomes(ctx, v, sight, sample)
		if err != nil {
			return err
		}
		r = reckon(all[sample])
		return nil
	})
	return r, err
}

func reckon(all []outcome) (r Results) {
	areas, months := map[string]*Accuracy{}, map[string]*Accuracy{}
	in := func(m map[string]*Accuracy, name string) *Accuracy {
		if m[name] == nil {
			m[name] = &Accuracy{Name: name}
		}
		return m[name]
	}
	for _, o := range all {
		for _, a := range []*Accuracy{&r.All, in(areas, o.area), in(months, o.month)} {
			switch o.verdict {
			case "":
				a.Waiting++
			case Stalking, Already:
				a.Stalking++
				a.Recorded += o.recorded
			}
		}
		switch o.verdict {
		case NeedsEnquiry:
			r.NeedEnquiry++
		case Harassment, NotOne:
			r.NotStalking++
			r.RecordedAnyway += o.recorded
		}
	}
	r.All.share()
	for to, from := range map[*[]Accuracy]map[string]*Accuracy{&r.Areas: areas, &r.Months: months} {
		for _, name := range slices.Sorted(maps.Keys(from)) {
			from[name].share()
			*to = append(*to, *from[name])
		}
	}
	return r
}

func (a *Accuracy) share() {
	a.Low, a.High = Wilson(a.Recorded, a.Stalking)
	if a.Stalking > 0 {
		a.Share = float64(a.Recorded) / float64(a.Stalking)
	}
}

// Wilson is the 95% confidence interval of a share of which k in n were seen.
// It is 0 to 1 when n is 0.
func Wilson(k, n int) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	const z = 1.959963984540054
	p, m := float64(k)/float64(n), float64(n)
	middle, half := p+z*z/(2*m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	low, high = (middle-half)/(1+z*z/m), (middle+half)/(1+z*z/m)
	if k == 0 {
		low = 0
	}
	if k == n {
		high = 1
	}
	return low, high
}
