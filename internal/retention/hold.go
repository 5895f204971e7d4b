package retention

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/person"
	"clew/internal/report"
)

// A Hold keeps reports of its agency whatever schedules and requests say.
type Hold struct {
	ID, Agency string
	What       string // "report" or "person"
	On         string // the report, or a mention of the person: where to read of it
	Reason     string
	Owner      string // account
	OwnerName  string
	Since      time.Time
	Review     time.Time
	Lifted     time.Time // zero: in force
	Why        string    // it was lifted
	Overdue    bool      // in force, and its day of review is over
}

// HoldReport keeps a record, with all its versions, those to come included.
func (s *Store) HoldReport(ctx context.Context, by access.Actor, key, reason string, review time.Time) (string, error) {
	return s.hold(ctx, by, "report", reason, review, func(tx *db.Tx, sight *access.Sight, id string) error {
		h, err := report.Seen(ctx, tx, sight, key)
		if err == nil && h.Holder != by.Agency {
			err = fault.NotFound // its holder keeps it, or does not
		}
		if err != nil {
			return err
		}
		sight.Saw("hold", id, person.VictimOf(key), person.SuspectOf(key))
		all, err := report.WholeRecord(ctx, tx, sight, key)
		if err != nil {
			return err
		}
		rows := make([][]any, len(all))
		for i, k := range all {
			rows[i] = []any{k, id}
		}
		return tx.Insert(ctx, "hold_reports", []string{"report", "hold"}, rows)
	})
}

// HoldPerson keeps every report the agency holds about whoever a mention is held to
// be. It is found again by every mention that is of that person today, so that
// should they part later, all are kept.
func (s *Store) HoldPerson(ctx context.Context, by access.Actor, mention, reason string, review time.Time) (string, error) {
	return s.hold(ctx, by, "person", reason, review, func(tx *db.Tx, sight *access.Sight, id string) error {
		all, err := mentionsOf(ctx, tx, sight, mention)
		if err != nil {
			return err
		}
		sight.Saw("hold", id, mention)
		rows := make([][]any, len(all))
		for i, m := range all {
			rows[i] = []any{m, id}
		}
		return tx.Insert(ctx, "hold_mentions", []string{"mention", "hold"}, rows)
	})
}

// mentionsOf are the mentions, in reports that the actor's agency holds and that are
// not hidden from the actor, of whoever a mention is held to be.
func mentionsOf(ctx context.Context, q db.Querier, sight *access.Sight, mention string) ([]string, error) {
	held, args := sight.Pool.Held("holder", []any{mention})
	who, err := db.One(ctx, q, db.Text, `SELECT person FROM mentions WHERE id = $1`+held, args...)
	if err == nil && sight.Hidden(who) {
		err = sight.Require(access.Object{Shut: true})
	}
	if err != nil {
		return nil, err
	}
	open, args := sight.OpenReport("m.report", []any{who, sight.Agency})
	all, err := db.All(ctx, q, db.Text, `SELECT m.id FROM mentions m WHERE m.person = $1 AND m.holder = $2`+open+` ORDER BY m.id`, args...)
	if err == nil && len(all) == 0 {
		err = fault.NotFound
	}
	return all, err
}

func (s *Store) hold(ctx context.Context, by access.Actor, what, reason string, review time.Time, on func(*db.Tx, *access.Sight, string) error) (id string, err error) {
	reason = strings.TrimSpace(reason)
	now := s.guard.DB().Now()
	var wrong fault.Messages
	if reason == "" {
		wrong.Add("reason", "Say why this must be kept")
	} else if utf8.RuneCountInString(reason) > longest {
		wrong.Add("reason", "The reason has 2,000 characters at most")
	}
	switch {
	case !review.After(now):
		wrong.Add("review", "The day to look at this hold again must be in the future")
	case review.After(now.AddDate(10, 0, 0)):
		wrong.Add("review", "Look at this hold again within ten years")
	}
	if err := wrong.Err(); err != nil {
		return "", err
	}
	err = s.guard.Act(ctx, by, access.SetHold, func(tx *db.Tx, sight *access.Sight) error {
		id = db.NewID()
		if err := tx.Insert(ctx, "holds", []string{"id", "agency", "what", "reason", "owner", "owner_name", "since", "review", "lifted_by", "why"},
			[][]any{{id, by.Agency, what, reason, by.Account, by.Name, tx.Now.UnixMicro(), review.UnixMicro(), "", ""}}); err != nil {
			return fmt.Errorf("insert hold: %w", err)
		}
		return on(tx, sight, id)
	})
	return id, err
}

// Lift ends a hold. It keeps nothing from then on.
func (s *Store) Lift(ctx context.Context, by access.Actor, id, why string) error {
	why = strings.TrimSpace(why)
	if why == "" {
		return fault.Bad("why", "Say why it need not be kept longer")
	}
	return s.guard.Act(ctx, by, access.SetHold, func(tx *db.Tx, sight *access.Sight) error {
		h, err := holdSeen(ctx, tx, sight, id)
		if err != nil {
			return err
		}
		if !h.Lifted.IsZero() {
			return fault.Conflict
		}
		return tx.Exec(ctx, `UPDATE holds SET lifted = $2, lifted_by = $3, why = $4 WHERE id = $1`, id, tx.Now.UnixMicro(), by.Account, why)
	})
}

const selectHolds = `
	SELECT h.id, h.agency, h.what, COALESCE((SELECT MIN(x.report) FROM hold_reports x WHERE x.hold = h.id), (SELECT MIN(x.mention) FROM hold_mentions x WHERE x.hold = h.id), ''),
	       h.reason, h.owner, h.owner_name, h.since, h.review, h.lifted, h.why
	FROM holds h `

func scanHold(r db.Row) (h Hold, err error) {
	var since, review int64
	var lifted *int64
	err = r.Scan(&h.ID, &h.Agency, &h.What, &h.On, &h.Reason, &h.Owner, &h.OwnerName, &since, &review, &lifted, &h.Why)
	h.Since, h.Review = time.UnixMicro(since).UTC(), time.UnixMicro(review).UTC()
	if lifted != nil {
		h.Lifted = time.UnixMicro(*lifted).UTC()
	}
	return h, err
}

// openHold is the condition that a hold h is on nobody who is hidden from the actor.
func openHold(sight *access.Sight, args []any) (string, []any) {
	person, args := sight.Open(args, "m.person")
	if person == "" {
		return "", args
	}
	shut := strings.Replace(strings.TrimPrefix(person, " AND "), " NOT IN ", " IN ", 1)
	return ` AND NOT EXISTS (SELECT 1 FROM hold_mentions x JOIN mentions m ON m.id = x.mention WHERE x.hold = h.id AND ` + shut + `)
		AND NOT EXISTS (SELECT 1 FROM hold_reports x JOIN mentions m ON m.report = x.report WHERE x.hold = h.id AND ` + shut + `)`, args
}

func holdSeen(ctx context.Context, q db.Querier, sight *access.Sight, id string) (Hold, error) {
	sight.Saw("hold", id)
	open, args := openHold(sight, []any{id, sight.Agency})
	h, err := db.One(ctx, q, scanHold, selectHolds+`WHERE h.id = $1 AND h.agency = $2`+open, args...)
	switch {
	case err != nil:
	case h.What == "report":
		sight.Saw("hold", id, person.VictimOf(h.On), person.SuspectOf(h.On))
	default:
		sight.Saw("hold", id, h.On)
	}
	return h, err
}

// Holds are the holds of the actor's agency, those in force first, the next to be
// looked at again before the others.
func (s *Store) Holds(ctx context.Context, by access.Actor, skip, most int) (all []Hold, total int, err error) {
	err = s.guard.Look(ctx, by, access.ReadRetention, func(v *db.View, sight *access.Sight) error {
		sight.Saw("holds", "")
		open, args := openHold(sight, []any{by.Agency})
		n, err := db.One(ctx, v, db.Number, `SELECT count(*) FROM holds h WHERE h.agency = $1`+open, args...)
		if err != nil {
			return err
		}
		total = int(n)
		open, args = openHold(sight, []any{by.Agency, most, skip})
		all, err = db.All(ctx, v, scanHold, selectHolds+`WHERE h.agency = $1`+open+` ORDER BY CASE WHEN h.lifted IS NULL THEN 0 ELSE 1 END, h.review, h.id LIMIT $2 OFFSET $3`, args...)
		for i := range all {
			all[i].Overdue = all[i].Lifted.IsZero() && !all[i].Review.After(v.Now)
		}
		return err
	})
	return all, total, err
}

// heldBy says of a row r of reports that a hold in force keeps it: one on its record,
// in any version, or on anybody in any of them.
const heldBy = `(EXISTS (
		SELECT 1 FROM reports hv CROSS JOIN hold_reports hx CROSS JOIN holds hh
		WHERE hv.reference = r.reference AND hv.agency = r.agency AND hv.record = r.record AND hv.holder = r.holder
		AND hx.report = hv.id AND hh.id = hx.hold AND hh.lifted IS NULL AND hh.agency = r.holder)
	OR EXISTS (
		SELECT 1 FROM reports hv CROSS JOIN mentions hm CROSS JOIN mentions ho CROSS JOIN hold_mentions hx CROSS JOIN holds hh
		WHERE hv.reference = r.reference AND hv.agency = r.agency AND hv.record = r.record AND hv.holder = r.holder
		AND hm.report = hv.id AND ho.person = hm.person AND hx.mention = ho.id AND hh.id = hx.hold AND hh.lifted IS NULL AND hh.agency = r.holder))`

// heldSeen is heldBy, by a hold that the actor may see.
func heldSeen(sight *access.Sight, args []any) (string, []any) {
	open, args := openHold(sight, args)
	return strings.ReplaceAll(heldBy, "hh.lifted IS NULL", "hh.lifted IS NULL"+strings.ReplaceAll(open, "h.id", "hh.id")), args
}

// IsHeld reports whether a hold that the actor may see keeps a report.
func IsHeld(ctx context.Context, q db.Querier, sight *access.Sight, key string) (bool, error) {
	held, args := heldSeen(sight, []any{key})
	_, err := db.One(ctx, q, db.Text, `SELECT r.id FROM reports r WHERE r.id = $1 AND `+held, args...)
	if errors.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// HoldsAny reports whether a hold of the actor's agency in force, that the actor may
// see, is on any of some people, or on a report that mentions one.
func HoldsAny(ctx context.Context, q db.Querier, sight *access.Sight, people []string) (bool, error) {
	if len(people) == 0 {
		return false, nil
	}
	in := `m.person IN (` + db.List(2, len(people)) + `)`
	open, args := openHold(sight, append([]any{sight.Agency}, db.Args(people)...))
	n, err := db.One(ctx, q, db.Number, `SELECT count(*) FROM holds h WHERE h.agency = $1 AND h.lifted IS NULL AND (
		EXISTS (SELECT 1 FROM hold_mentions x JOIN mentions m ON m.id = x.mention WHERE x.hold = h.id AND `+in+`)
		OR EXISTS (SELECT 1 FROM hold_reports x JOIN mentions m ON m.report = x.report WHERE x.hold = h.id AND `+in+`))`+open, args...)
	return n > 0, err
}

// Hold is one hold of the actor's agency, for somebody who is about to lift it.
func (s *Store) Hold(ctx context.Context, by access.Actor, id string) (h Hold, err error) {
	err = s.guard.Look(ctx, by, access.SetHold, func(v *db.View, sight *access.Sight) error {
		h, err = holdSeen(ctx, v, sight, id)
		return err
	})
	return h, err
}
