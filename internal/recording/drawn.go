package recording

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern"
)

// A Drawn pattern is a row of a sample: what it was when it was drawn, and what
// two people have decided since.
type Drawn struct {
	Place          int // in the sample, from 1
	Pattern        string
	Area, Month    string
	Recorded       bool            // as stalking, when drawn
	Finding        pattern.Finding // now; empty when its reports are no longer one pattern
	State          State
	Verdict        Verdict
	Classification string
}

// Drawn are all rows of a sample, in order. There are always as many as were
// drawn, whatever became of the patterns, but for those a lock hides.
func (s *Store) Drawn(ctx context.Context, by access.Actor, sample string) (all []Drawn, err error) {
	err = s.guard.Look(ctx, by, access.ReadSample, func(v *db.View, sight *access.Sight) error {
		if _, err := sampleSeen(ctx, v, sight, sample); err != nil {
			return err
		}
		open, args := sight.OpenReport("x.pattern", []any{sample})
		all, err = db.All(ctx, v, scanDrawn, `
			SELECT x.place, x.pattern, x.area, x.month, x.recorded, p.finding, d.id, d.verdict, d.classification, w.answer
			FROM audit_sample_patterns x
			LEFT JOIN reports xo ON xo.id = x.pattern
			LEFT JOIN reports xn ON xn.same_record = xo.same_record AND xn.replaced_by = ''
			LEFT JOIN accounts xa ON xa.report = xn.id
			LEFT JOIN patterns p ON p.victim = xa.victim AND p.suspect = xa.suspect`+currentOf(sampledPairs+` = $1`)+`
			WHERE x.sample = $1`+open+` ORDER BY x.place`, args...)
		for i := range all {
			if sight.Blind() {
				all[i].Place = i + 1 // no gap tells of what is left out
			}
		}
		return err
	})
	return all, err
}

func scanDrawn(r db.Row) (d Drawn, err error) {
	var recorded int
	var finding, decision, verdict, classification, answer sql.NullString
	err = r.Scan(&d.Place, &d.Pattern, &d.Area, &d.Month, &recorded, &finding, &decision, &verdict, &classification, &answer)
	d.Recorded, d.Finding, d.State = recorded == 1, pattern.Finding(finding.String), Undecided
	if decision.Valid {
		d.State, d.Verdict, d.Classification = Decided, Verdict(verdict.String), classification.String
		switch Kind(answer.String) {
		case Confirm:
			d.State = Confirmed
		case Disagree:
			d.State = Disputed
		}
	}
	return d, err
}

// patternOf is PatternOf within a look at the database.
func patternOf(ctx context.Context, q db.Querier, report string) (string, error) {
	now, err := patternsOf(ctx, q, []string{report})
	return cmp.Or(now[report], report), err
}

// patternsOf are the patterns that some reports are part of now, of those that are.
func patternsOf(ctx context.Context, q db.Querier, reports []string) (now map[string]string, err error) {
	now = map[string]string{}
	scan := func(r db.Row) (p [2]string, err error) { return p, r.Scan(&p[0], &p[1]) }
	const most = 500
	for some := range slices.Chunk(reports, most) {
		if err := db.Each(ctx, q, scan, func(p [2]string) error { now[p[0]] = p[1]; return nil }, `
			SELECT o.id, p.id FROM reports o
			JOIN reports n ON n.same_record = o.same_record AND n.replaced_by = ''
			JOIN accounts a ON a.report = n.id
			JOIN patterns p ON p.victim = a.victim AND p.suspect = a.suspect
			WHERE o.id IN (`+db.List(1, len(some))+`)`, db.Args(some)...); err != nil {
			return nil, err
		}
	}
	return now, nil
}
