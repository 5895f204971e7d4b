package retention

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/person"
	"clew/internal/report"
)

// mostProposed is how many reports one disposal may have: a second person reads them.
const mostProposed = 500

// ProposeDue proposes reports that are due to be erased, each with the whole of its
// record. It is fault.Conflict when one of them is due no longer, is held, or is
// proposed already: the list has changed since it was read.
func (s *Store) ProposeDue(ctx context.Context, by access.Actor, keys []string, reason string) (string, error) {
	if len(keys) == 0 {
		return "", fault.Bad("report", "Select the reports to propose")
	}
	if len(keys) > mostProposed {
		return "", fault.Bad("report", "Propose 500 reports at most at a time")
	}
	return s.propose(ctx, by, BySchedule, reason, func(tx *db.Tx, sight *access.Sight) (map[string]string, error) {
		d, err := dueFor(ctx, tx, tx.Now, by.Agency)
		if err != nil {
			return nil, err
		}
		all := map[string]string{}
		for _, k := range keys {
			if _, err := report.Seen(ctx, tx, sight, k); err != nil {
				return nil, err
			}
			i, err := d.has(ctx, tx, k)
			if err != nil {
				return nil, err
			}
			if i == nil {
				return nil, fault.Conflict
			}
			all[k] = i.Schedule
		}
		return all, nil
	})
}

// ProposePerson proposes that all the agency holds about whoever a mention is held to
// be is erased, because that person asked for it. What a hold keeps is left out; when
// that is everything, the request is refused, and says so.
func (s *Store) ProposePerson(ctx context.Context, by access.Actor, mention, reason string) (string, error) {
	return s.propose(ctx, by, ByRequest, reason, func(tx *db.Tx, sight *access.Sight) (map[string]string, error) {
		mentions, err := mentionsOf(ctx, tx, sight, mention)
		if err != nil {
			return nil, err
		}
		all, held := map[string]string{}, 0
		for _, m := range mentions {
			k := m[:len(m)-1]
			keeps, err := IsHeld(ctx, tx, sight, k)
			if err != nil {
				return nil, err
			}
			if keeps {
				held++
				continue
			}
			all[k] = ""
		}
		switch {
		case len(all) == 0:
			return nil, fault.Bad("reason", "A legal hold keeps every report about this person: nothing can be erased")
		case len(all) > mostProposed:
			return nil, fault.Bad("reason", "There are more than 500 reports about this person: have them looked at first")
		}
		return all, nil
	})
}

func (s *Store) propose(ctx context.Context, by access.Actor, g Ground, reason string, what func(*db.Tx, *access.Sight) (map[string]string, error)) (id string, err error) {
	reason = strings.TrimSpace(reason)
	if err := checkReason(reason); err != nil {
		return "", err
	}
	err = s.guard.Act(ctx, by, access.ProposeDisposal, func(tx *db.Tx, sight *access.Sight) error {
		all, err := what(tx, sight)
		if err != nil {
			return err
		}
		id = db.NewID()
		rows := map[string][]any{}
		for key, schedule := range all {
			whole, err := report.WholeRecord(ctx, tx, sight, key)
			if err != nil {
				return err
			}
			reports, err := report.Some(ctx, tx, whole)
			if err != nil {
				return err
			}
			if err := keepsSecret(reason, reports); err != nil {
				return err
			}
			for _, k := range whole {
				if rows[k] != nil {
					continue
				}
				held, args := heldSeen(sight, []any{k})
				open, err := db.All(ctx, tx, db.Text, `SELECT r.id FROM reports r WHERE r.id = $1 AND (`+held+` OR `+isProposed+`)`, args...)
				if err != nil {
					return err
				}
				if len(open) > 0 {
					return fault.Conflict
				}
				rows[k] = []any{id, k, schedule}
			}
		}
		if err := tx.Insert(ctx, "disposals", []string{"id", "agency", "ground", "reason", "proposed_by", "account", "proposed"},
			[][]any{{id, sight.Agency, string(g), reason, sight.Name, sight.Account, tx.Now.UnixMicro()}}); err != nil {
			return fmt.Errorf("insert disposal: %w", err)
		}
		list := make([][]any, 0, len(rows))
		for _, r := range rows {
			list = append(list, r)
		}
		sawDisposal(sight, id, slices.Sorted(maps.Keys(rows)))
		if err := tx.Insert(ctx, "disposal_reports", []string{"disposal", "report", "schedule"}, list); err != nil {
			return fmt.Errorf("insert disposal: %w", err)
		}
		return nil
	})
	return id, err
}

func checkReason(reason string) error {
	switch {
	case reason == "":
		return fault.Bad("reason", "Say why, so that a second person can follow")
	case utf8.RuneCountInString(reason) > longest:
		return fault.Bad("reason", "The reason has 2,000 characters at most")
	}
	return nil
}

// keepsSecret refuses a reason that says whom reports are about: it is kept when they
// are gone.
func keepsSecret(reason string, reports []report.Held) error {
	for i := range reports {
		r := &reports[i]
		if r.Victim.Names(reason) || r.Suspect.Names(reason) || len(r.ID) >= 4 && strings.Contains(strings.ToLower(reason), strings.ToLower(r.ID)) {
			return fault.Bad("reason", "Name nobody and no record here: what you write is kept when the reports are gone")
		}
	}
	return nil
}

// Check is the second person's yes or no. Nobody checks his or her own proposal, nor
// one of another agency.
func (s *Store) Check(ctx context.Context, by access.Actor, id string, yes bool, reason string) error {
	reason = strings.TrimSpace(reason)
	if err := checkReason(reason); err != nil {
		return err
	}
	err := s.guard.Act(ctx, by, access.CheckDisposal, func(tx *db.Tx, sight *access.Sight) error {
		d, err := disposalSeen(ctx, tx, sight, id)
		switch {
		case err != nil:
			return err
		case d.Account == by.Account:
			return fault.Bad("answer", "A second person must check: this proposal is your own")
		case d.State != Proposed:
			return fault.Conflict
		}
		keys, err := db.All(ctx, tx, db.Text, `SELECT report FROM disposal_reports WHERE disposal = $1 ORDER BY report`, id)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(keys, 100) {
			reports, err := report.Some(ctx, tx, some)
			if err != nil {
				return err
			}
			if err := keepsSecret(reason, reports); err != nil {
				return err
			}
		}
		answer := "no"
		if yes {
			answer = "yes"
		}
		return tx.Insert(ctx, "disposal_answers", []string{"disposal", "answer", "reason", "answered_by", "account", "answered"},
			[][]any{{id, answer, reason, by.Name, by.Account, tx.Now.UnixMicro()}})
	})
	if err == nil && yes && s.Approved != nil {
		s.Approved()
	}
	return err
}

const selectDisposals = `
	SELECT d.id, d.agency, d.ground, d.reason, d.proposed_by, d.account, d.proposed, (SELECT count(*) FROM disposal_reports x WHERE x.disposal = d.id),
	       a.answer, a.reason, a.answered_by, a.account, a.answered, c.issued
	FROM disposals d LEFT JOIN disposal_answers a ON a.disposal = d.id LEFT JOIN certificates c ON c.disposal = d.id `

func scanDisposal(r db.Row) (d Disposal, err error) {
	var at int64
	var answer, reason, by, account sql.NullString
	var answered, issued sql.NullInt64
	err = r.Scan(&d.ID, &d.Agency, &d.Ground, &d.Reason, &d.By, &d.Account, &at, &d.Reports, &answer, &reason, &by, &account, &answered, &issued)
	d.At, d.State = time.UnixMicro(at).UTC(), Proposed
	if answer.Valid {
		d.Answer = &Answer{answer.String == "yes", reason.String, by.String, account.String, time.UnixMicro(answered.Int64).UTC()}
		switch {
		case issued.Valid:
			d.State = Done
		case d.Answer.Yes:
			d.State = Working
		default:
			d.State = Refused
		}
	}
	return d, err
}

// openDisposal is the condition that a disposal d has no report about anybody who is
// hidden from the actor.
func openDisposal(sight *access.Sight, args []any) (string, []any) {
	person, args := sight.Open(args, "m.person")
	if person == "" {
		return "", args
	}
	shut := strings.Replace(strings.TrimPrefix(person, " AND "), " NOT IN ", " IN ", 1)
	return ` AND NOT EXISTS (SELECT 1 FROM disposal_reports x JOIN mentions m ON m.report = x.report WHERE x.disposal = d.id AND ` + shut + `)`, args
}

// disposalSeen is a disposal of the actor's own agency.
func disposalSeen(ctx context.Context, q db.Querier, sight *access.Sight, id string) (Disposal, error) {
	sight.Saw("disposal", id)
	open, args := openDisposal(sight, []any{id, sight.Agency})
	d, err := db.One(ctx, q, scanDisposal, selectDisposals+`WHERE d.id = $1 AND d.agency = $2`+open, args...)
	if err != nil {
		return d, err
	}
	keys, err := db.All(ctx, q, db.Text, `SELECT report FROM disposal_reports WHERE disposal = $1 ORDER BY report`, id)
	sawDisposal(sight, id, keys)
	return d, err
}

// sawDisposal notes for the ledger whom the reports of a disposal are about.
func sawDisposal(sight *access.Sight, id string, keys []string) {
	about := make([]string, 0, 2*len(keys))
	for _, k := range keys {
		about = append(about, person.VictimOf(k), person.SuspectOf(k))
	}
	sight.Saw("disposal", id, about...)
}

// Disposals are those of the actor's agency, the newest first.
func (s *Store) Disposals(ctx context.Context, by access.Actor, skip, most int) (all []Disposal, total int, err error) {
	err = s.guard.Look(ctx, by, access.ReadRetention, func(v *db.View, sight *access.Sight) error {
		sight.Saw("disposals", "")
		open, args := openDisposal(sight, []any{by.Agency})
		n, err := db.One(ctx, v, db.Number, `SELECT count(*) FROM disposals d WHERE d.agency = $1`+open, args...)
		if err != nil {
			return err
		}
		total = int(n)
		open, args = openDisposal(sight, []any{by.Agency, most, skip})
		all, err = db.All(ctx, v, scanDisposal, selectDisposals+`WHERE d.agency = $1`+open+` ORDER BY d.proposed DESC, d.id DESC LIMIT $2 OFFSET $3`, args...)
		return err
	})
	return all, total, err
}

// One is a disposal with its reports from skip on; those that are gone by now show
// no reference.
func (s *Store) One(ctx context.Context, by access.Actor, id string, skip, most int) (d Disposal, items []Item, err error) {
	err = s.guard.Look(ctx, by, access.ReadRetention, func(v *db.View, sight *access.Sight) error {
		if d, err = disposalSeen(ctx, v, sight, id); err != nil {
			return err
		}
		of, err := dueFor(ctx, v, v.Now, by.Agency)
		if err != nil {
			return err
		}
		items, err = db.All(ctx, v, of.scan, selectItems+`FROM disposal_reports x JOIN reports r ON r.id = x.report WHERE x.disposal = $1 ORDER BY r.reported, r.id LIMIT $2 OFFSET $3`, id, most, skip)
		return err
	})
	return d, items, err
}

// Certificate is what stays of a disposal that was carried out, or fault.NotFound.
func (s *Store) Certificate(ctx context.Context, by access.Actor, id string) (c Certificate, err error) {
	err = s.guard.Look(ctx, by, access.ReadRetention, func(v *db.View, sight *access.Sight) error {
		if _, err := disposalSeen(ctx, v, sight, id); err != nil {
			return err
		}
		sight.Saw("certificate", id)
		c, err = certificateOf(ctx, v, id)
		return err
	})
	return c, err
}

// Work carries out what two people have agreed and is not done yet, in the order it
// was agreed. It may be stopped at any moment, and goes on where it was.
func (s *Store) Work(ctx context.Context) error {
	var open []Disposal
	err := s.guard.DB().Read(ctx, func(v *db.View) (err error) {
		open, err = db.All(ctx, v, scanDisposal, selectDisposals+`WHERE a.answer = 'yes' AND c.disposal IS NULL ORDER BY a.answered, d.id`)
		return err
	})
	for i := range open {
		err = errors.Join(err, s.carryOut(ctx, &open[i]))
	}
	return err
}
