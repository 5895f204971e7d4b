package retention

import (
	"context"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/report"
)

// A Part of what is due.
type Part string

const (
	Due  Part = "due"  // to be proposed
	Kept Part = "held" // due, and a legal hold keeps it
)

// MostDue is how many reports are counted as due: a list is read from its beginning.
const MostDue = 1000

// DueNow are reports of the actor's agency that schedules no longer keep, the oldest
// first, and how many there are, up to MostDue and one: those that a hold keeps, or
// those that nothing keeps and nobody has proposed yet.
func (s *Store) DueNow(ctx context.Context, by access.Actor, part Part, skip, most int) (page []Item, total int, err error) {
	err = s.guard.Look(ctx, by, access.ReadRetention, func(v *db.View, sight *access.Sight) error {
		sight.Saw("due", "")
		d, err := dueFor(ctx, v, v.Now, by.Agency)
		if err != nil || len(d.periods) == 0 {
			return err
		}
		where, args := d.where()
		held, args := heldSeen(sight, args)
		if part == Kept {
			where += ` AND ` + held
		} else {
			where += ` AND NOT ` + held + ` AND NOT ` + isProposed
		}
		open, args := sight.OpenReport("r.id", args)
		n, err := db.One(ctx, v, db.Number, `SELECT count(*) FROM (SELECT r.id `+where+open+` LIMIT `+db.List(len(args)+1, 1)+`) x`, append(slices.Clip(args), MostDue+1)...)
		if err != nil {
			return err
		}
		total = int(n)
		page, err = db.All(ctx, v, d.scan, selectItems+where+open+` ORDER BY r.reported, r.id LIMIT `+db.List(len(args)+1, 1)+` OFFSET `+db.List(len(args)+2, 1), append(slices.Clip(args), most, skip)...)
		return err
	})
	return page, total, err
}

const selectItems = `SELECT r.id, r.agency, r.record, r.kind, r.offence, r.classification, r.reported, r.erased `

// isProposed says of a row r of reports that it is part of a disposal nobody has
// refused, and that is not over.
const isProposed = `EXISTS (
		SELECT 1 FROM disposal_reports px WHERE px.report = r.id
		AND NOT EXISTS (SELECT 1 FROM disposal_answers pa WHERE pa.disposal = px.disposal AND pa.answer = 'no')
		AND NOT EXISTS (SELECT 1 FROM certificates pc WHERE pc.disposal = px.disposal))`

// A due is what schedules say for an agency at a moment.
type due struct {
	agency    string
	now       time.Time
	schedules []Schedule
	periods   []period
	stalking  []string // classifications
}

func dueFor(ctx context.Context, q db.Querier, now time.Time, agency string) (d due, err error) {
	d = due{agency: agency, now: now}
	if d.schedules, err = schedulesOf(ctx, q, agency); err != nil {
		return d, err
	}
	d.periods = periods(d.schedules, now)
	d.stalking, err = stalkingClassifications(ctx, q)
	return d, err
}

// where are the rows r of reports that are due: nobody in them, in any version of
// the record, has come to notice in the period, nor was the record reported in it.
// It reads an agency's reports by index, in the order they are listed.
func (d *due) where() (string, []any) {
	args := []any{d.agency}
	arg := func(v any) string { args = append(args, v); return db.List(len(args), 1) }
	list := func(all []string) string {
		marks := make([]string, len(all))
		for i, v := range all {
			marks[i] = arg(v)
		}
		return " IN (" + strings.Join(marks, ", ") + ")"
	}
	var each []string
	newest := int64(0)
	for _, p := range d.periods {
		if p.class == Stalking && len(d.stalking) == 0 {
			continue // nothing was ever recorded as stalking
		}
		end := d.now.AddDate(-p.years, 0, 0).UnixMicro()
		newest = max(newest, end)
		cut := arg(end)
		one := `r.reported < ` + cut + ` AND r.kind` + list(p.kinds)
		switch {
		case p.class == Stalking:
			one += ` AND r.classification` + list(d.stalking)
		case len(d.stalking) > 0:
			one += ` AND NOT r.classification` + list(d.stalking)
		}
		each = append(each, `(`+one+` AND NOT EXISTS (
			SELECT 1 FROM reports v WHERE v.reference = r.reference AND v.agency = r.agency AND v.record = r.record AND v.holder = r.holder AND v.reported >= `+cut+`)
			AND NOT EXISTS (
			SELECT 1 FROM reports v CROSS JOIN mentions m CROSS JOIN mentions o CROSS JOIN reports n
			WHERE v.reference = r.reference AND v.agency = r.agency AND v.record = r.record AND v.holder = r.holder
			AND m.report = v.id AND o.person = m.person AND n.id = o.report AND n.holder = r.holder AND n.reported >= `+cut+`))`)
	}
	if len(each) == 0 {
		return `FROM reports r WHERE r.holder = $1 AND 1 = 0`, args[:1]
	}
	return `FROM reports r WHERE r.holder = $1 AND r.erased IS NULL AND r.reported < ` + arg(newest) + ` AND (` + strings.Join(each, ` OR `) + `)`, args
}

// has reports whether one report is due.
func (d *due) has(ctx context.Context, q db.Querier, key string) (*Item, error) {
	where, args := d.where()
	all, err := db.All(ctx, q, d.scan, selectItems+where+` AND r.id = `+db.List(len(args)+1, 1), append(args, key)...)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

func (d *due) scan(r db.Row) (i Item, err error) {
	var reported int64
	var classification string
	var erased *int64
	err = r.Scan(&i.Key, &i.Agency, &i.Record, &i.Kind, &i.Offence, &classification, &reported, &erased)
	i.Gone = erased != nil
	i.Reported, i.Class = time.UnixMicro(reported).UTC(), Other
	if slices.Contains(d.stalking, classification) {
		i.Class = Stalking
	}
	if s := inForce(d.schedules, d.now, report.Kind(i.Kind), i.Class); s != nil {
		i.Years, i.Schedule = s.Years, s.ID
	}
	return i, err
}
