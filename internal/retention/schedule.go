package retention

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/law"
	"clew/internal/report"
	"clew/internal/when"
)

// A Schedule is how long reports are kept, from a day on.
type Schedule struct {
	ID     string
	Scope  string // an agency, a kind of agency, or empty: everybody
	Kind   report.Kind
	Class  Class
	Years  int // in which nobody in it comes to notice; 0: keep
	Since  time.Time
	Source string
	Sure   string
	By     string
}

// Words is how long, as a page shows it.
func (s *Schedule) Words() string {
	if s.Years == 0 {
		return "Keep"
	}
	return strconv.Itoa(s.Years) + " years after anybody in it last came to notice"
}

//go:embed schedules.csv
var shipped []byte

// mostYears is how long a period may be: until somebody is a hundred.
const mostYears = 100

// Ship keeps the schedules that come with Clew, once.
func (s *Store) Ship(ctx context.Context) error {
	rows, err := csv.NewReader(bytes.NewReader(shipped)).ReadAll()
	if err != nil {
		return fmt.Errorf("schedules: %w", err)
	}
	return s.guard.DB().Write(ctx, func(tx *db.Tx) error {
		var all [][]any
		for i, f := range rows[1:] {
			years, err := strconv.Atoi(f[3])
			if err != nil {
				return fmt.Errorf("schedules, row %d: %w", i+1, err)
			}
			since, err := time.ParseInLocation(time.DateOnly, f[4], when.London)
			if err != nil {
				return fmt.Errorf("schedules, row %d: %w", i+1, err)
			}
			all = append(all, []any{strings.Join([]string{"shipped", f[0], f[1], f[2], f[4]}, ":"), f[0], f[1], f[2], years, since.UnixMicro(), f[5], f[6], "Clew", tx.Now.UnixMicro()})
		}
		return tx.InsertNew(ctx, "retention_schedules", scheduleColumns, all)
	})
}

var scheduleColumns = []string{"id", "scope", "kind", "class", "years", "since", "source", "sure", "set_by", "noted"}

const selectSchedules = `SELECT s.id, s.scope, s.kind, s.class, s.years, s.since, s.source, s.sure, s.set_by FROM retention_schedules s `

func scanSchedule(r db.Row) (s Schedule, err error) {
	var since int64
	err = r.Scan(&s.ID, &s.Scope, &s.Kind, &s.Class, &s.Years, &since, &s.Source, &s.Sure, &s.By)
	s.Since = time.UnixMicro(since).UTC()
	return s, err
}

// SetSchedule says how long the actor's agency keeps reports of a kind and class from
// a day on, which may not be past. What was in force before stays on record.
func (s *Store) SetSchedule(ctx context.Context, by access.Actor, kind report.Kind, class Class, years int, since time.Time, source string) error {
	source = strings.TrimSpace(source)
	var wrong fault.Messages
	if kind != "" && !slices.Contains(report.Kinds, kind) {
		wrong.Add("kind", "Select a kind of report")
	}
	if class != Stalking && class != Other {
		wrong.Add("class", "Select what it was recorded as")
	}
	if years < 0 || years > mostYears {
		wrong.Add("years", "Years must be a number between 0 and 100; 0 means keep")
	}
	if since.Before(day(s.guard.DB().Now())) {
		wrong.Add("since", "It takes effect today or later: what was kept until now was kept by the schedule that was in force")
	}
	if source == "" {
		wrong.Add("source", "Say which rule or decision this follows")
	} else if utf8.RuneCountInString(source) > longest {
		wrong.Add("source", "The source has 2,000 characters at most")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.guard.Act(ctx, by, access.ManageRetention, func(tx *db.Tx, sight *access.Sight) error {
		id := db.NewID()
		sight.Saw("schedule", id)
		return tx.Insert(ctx, "retention_schedules", scheduleColumns, [][]any{{id, by.Agency, string(kind), string(class), years, since.UnixMicro(), source, "decided", by.Name, tx.Now.UnixMicro()}})
	})
}

func day(t time.Time) time.Time {
	y, m, d := t.In(when.London).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, when.London)
}

// Schedules are those that bear on the actor's agency, the nearest scope first and
// the newest of each first.
func (s *Store) Schedules(ctx context.Context, by access.Actor) (all []Schedule, err error) {
	err = s.guard.Look(ctx, by, access.ManageRetention, func(v *db.View, sight *access.Sight) error {
		sight.Saw("schedules", "")
		all, err = schedulesOf(ctx, v, by.Agency)
		return err
	})
	return all, err
}

func schedulesOf(ctx context.Context, q db.Querier, agency string) ([]Schedule, error) {
	all, err := db.All(ctx, q, scanSchedule, selectSchedules+`
		WHERE s.scope IN ('', $1) OR s.scope IN (SELECT kind FROM agencies WHERE id = $1)
		ORDER BY s.since DESC, s.noted DESC, s.id DESC`, agency)
	rank := func(s Schedule) int {
		switch s.Scope {
		case agency:
			return 0
		case "":
			return 2
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b Schedule) int { return cmp.Compare(rank(a), rank(b)) })
	return all, err
}

// inForce is the schedule for one kind and class at a time, or nil: the nearest
// scope first; in it, one for the kind before one for any; of those, the newest.
func inForce(all []Schedule, now time.Time, kind report.Kind, class Class) *Schedule {
	var best *Schedule
	for i := range all {
		s := &all[i]
		if s.Class != class || s.Since.After(now) || s.Kind != "" && s.Kind != kind {
			continue
		}
		if best == nil || s.Scope == best.Scope && s.Kind != "" && best.Kind == "" {
			best = s
		}
	}
	return best
}

// A period is what is due by schedules of the same length: kinds of one class.
type period struct {
	class Class
	years int
	kinds []string
}

// periods are the periods in force; what is kept has none.
func periods(all []Schedule, now time.Time) (due []period) {
	for _, c := range []Class{Stalking, Other} {
		for _, k := range report.Kinds {
			s := inForce(all, now, k, c)
			if s == nil || s.Years == 0 {
				continue
			}
			i := slices.IndexFunc(due, func(p period) bool { return p.class == c && p.years == s.Years })
			if i < 0 {
				i, due = len(due), append(due, period{class: c, years: s.Years})
			}
			due[i].kinds = append(due[i].kinds, string(k))
		}
	}
	return due
}

// stalkingClassifications are the codes and titles that record stalking.
func stalkingClassifications(ctx context.Context, q db.Querier) ([]string, error) {
	scan := func(r db.Row) (c [3]string, err error) { return c, r.Scan(&c[0], &c[1], &c[2]) }
	all, err := db.All(ctx, q, scan, `SELECT id, code, title FROM classifications ORDER BY id`)
	var ids []string
	for _, c := range all {
		if law.FamilyOf(c[1], c[2]) == law.Stalking {
			ids = append(ids, c[0])
		}
	}
	return ids, err
}
