package casefile

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/recording"
	"clew/internal/report"
)

// fewCrimes is how many stand on the page of a case.
const fewCrimes = 5

// A Crime is one record of an agency about the victim and a suspect of a case: its
// number, and all that it was ever classified as there.
type Crime struct {
	Report    string // its id
	Agency    string // as written
	Reference string
	Kind      report.Kind
	Reported  time.Time
	Now       string   // code and title; empty: recorded as nothing
	Before    []string // what corrections have replaced, the oldest first
}

// A Ruling is what somebody decided about how the pair should be recorded.
type Ruling struct {
	Verdict        recording.Verdict
	Classification string // considered, or empty
	State          recording.State
	By             string
	At             time.Time
}

// Crimes are the records of a case that an actor may read, the newest first, and how
// many there are.
func (s *Store) Crimes(ctx context.Context, by access.Actor, id string, skip, most int) (c Case, all []Crime, total int, rules []Ruling, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		if c, err = head(ctx, v, sight, id); err != nil {
			return err
		}
		if total, err = countCrimes(ctx, v, sight, &c); err != nil {
			return err
		}
		if all, err = crimes(ctx, v, sight, &c, skip, most); err != nil {
			return err
		}
		rules, err = rulings(ctx, v, sight, &c)
		return err
	})
	return c, all, total, rules, err
}

// pairOf is the condition that an account a and its report r are of a case, and there
// for an actor; "" when nobody is named.
func pairOf(sight *access.Sight, c *Case) (string, []any) {
	if c.Victim.ID == "" || len(c.Suspects) == 0 {
		return "", nil
	}
	args := []any{c.Victim.ID}
	for _, p := range c.Suspects {
		args = append(args, p.ID)
	}
	held, args := sight.Pool.Held("r.holder", args)
	open, args := sight.OpenReport("r.id", args)
	return `a.victim = $1 AND a.suspect IN (` + db.List(2, len(c.Suspects)) + `) AND r.erased IS NULL` + held + open, args
}

// fromCrimes are the records that crimes are, for a condition of pairOf.
const fromCrimes = ` FROM accounts a JOIN reports r ON r.id = a.report WHERE r.replaced_by = '' AND `

func countCrimes(ctx context.Context, q db.Querier, sight *access.Sight, c *Case) (int, error) {
	where, args := pairOf(sight, c)
	if where == "" {
		return 0, nil
	}
	n, err := db.One(ctx, q, db.Number, `SELECT count(*)`+fromCrimes+where, args...)
	if err != nil {
		return 0, fmt.Errorf("count crimes: %w", err)
	}
	return int(n), nil
}

func crimes(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, skip, most int) ([]Crime, error) {
	where, args := pairOf(sight, c)
	if where == "" {
		return nil, nil
	}
	records := map[string]int{}
	var all []Crime
	type row struct {
		Crime
		record string
	}
	scan := func(r db.Row) (x row, err error) {
		var reported int64
		var code, title string
		err = r.Scan(&x.Report, &x.Agency, &x.Reference, &x.Kind, &reported, &code, &title, &x.record)
		x.Reported, x.Now = time.UnixMicro(reported).UTC(), strings.TrimSpace(code+" "+title)
		return x, err
	}
	keep := func(x row) error { records[x.record] = len(all); all = append(all, x.Crime); return nil }
	const columns = `SELECT r.id, r.agency, r.record, r.kind, r.reported, r.offence_code, r.offence, r.same_record`
	page := append(slices.Clip(args), most, skip)
	if err := db.Each(ctx, q, scan, keep, columns+fromCrimes+where+` ORDER BY r.reported DESC, r.id LIMIT `+db.List(len(page)-1, 1)+` OFFSET `+db.List(len(page), 1), page...); err != nil {
		return nil, fmt.Errorf("crimes: %w", err)
	}
	if len(all) == 0 {
		return nil, nil
	}
	same := make([]any, 0, len(records))
	for r := range records {
		same = append(same, r)
	}
	held, old := sight.Pool.Held("r.holder", same)
	open, old := sight.OpenReport("r.id", old)
	earlier := func(x row) error {
		c := &all[records[x.record]]
		if x.Now != "" && x.Now != c.Now && !slices.Contains(c.Before, x.Now) {
			c.Before = append(c.Before, x.Now)
		}
		return nil
	}
	if err := db.Each(ctx, q, scan, earlier, columns+` FROM reports r WHERE r.replaced_by <> '' AND r.erased IS NULL AND r.same_record IN (`+db.List(1, len(same))+`)`+held+open+` ORDER BY r.taken_in, r.id`, old...); err != nil {
		return nil, fmt.Errorf("earlier versions: %w", err)
	}
	return all, nil
}

// mostRulings is how many are shown.
const mostRulings = 20

// rulings are the decisions on patterns of the pair, the last first, with what came of
// them. One that was undone is left out.
func rulings(ctx context.Context, q db.Querier, sight *access.Sight, c *Case) ([]Ruling, error) {
	where, args := pairOf(sight, c)
	if where == "" || c.unruled {
		return nil, nil
	}
	args = append(args, mostRulings)
	type row struct {
		Ruling
		answer string
	}
	scan := func(r db.Row) (x row, err error) {
		var at int64
		err = r.Scan(&x.Verdict, &x.Classification, &x.By, &at, &x.answer)
		x.At = time.UnixMicro(at).UTC()
		return x, err
	}
	rows, err := db.All(ctx, q, scan, `
		SELECT d.verdict, d.classification, d.decided_by, d.decided, COALESCE((SELECT w.answer FROM recording_answers w WHERE w.decision = d.id ORDER BY w.answered DESC, w.id DESC LIMIT 1), '')
		FROM recording_decisions d WHERE d.pattern IN (
			SELECT o.id FROM accounts a JOIN reports r ON r.id = a.report JOIN reports o ON o.same_record = r.same_record WHERE `+where+`)
		ORDER BY d.decided DESC, d.id DESC LIMIT `+db.List(len(args), 1), args...)
	if err != nil {
		return nil, fmt.Errorf("rulings: %w", err)
	}
	var all []Ruling
	for _, x := range rows {
		switch recording.Kind(x.answer) {
		case recording.Undo:
			continue
		case recording.Confirm:
			x.State = recording.Confirmed
		case recording.Disagree:
			x.State = recording.Disputed
		default:
			x.State = recording.Decided
		}
		all = append(all, x.Ruling)
	}
	return all, nil
}
