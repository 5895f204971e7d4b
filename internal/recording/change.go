package recording

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/person"
	"clew/internal/report"
)

// A Waiting change is one that a hold stops, with what it is about.
type Waiting struct {
	report.Change
	Key, Record     string // of the version that counts now
	Agency          string
	Victim, Suspect string // names
	Why             string // why a hold stops it now, on its own page; empty when none does

	victim, suspect string // people
}

// longestReason is how many letters a reason may have.
const longestReason = 20_000

// selectWaiting are changes with the version that counts, and whom it is about.
func selectWaiting(sight *access.Sight, args []any) (string, []any) {
	pool := db.List(len(args)+1, 1)
	args = append(slices.Clip(args), sight.Pool.ID)
	held, args := sight.Pool.Held("w.holder", args)
	open, args := sight.OpenReport("n.id", args)
	return ` FROM waiting_changes w JOIN reports n ON n.same_record = w.same_record AND n.holder = w.holder AND n.replaced_by = '' AND n.erased IS NULL
		LEFT JOIN accounts a ON a.report = n.id
		LEFT JOIN people v ON v.id = a.victim AND v.pool = ` + pool + `
		LEFT JOIN people s ON s.id = a.suspect AND s.pool = ` + pool + `
		WHERE 1 = 1` + held + open, args
}

const waitingColumns = report.ChangeColumns + `, n.id, n.record, n.agency, COALESCE(v.name, ''), COALESCE(s.name, ''), COALESCE(a.victim, ''), COALESCE(a.suspect, '')`

func scanWaiting(r db.Row) (w Waiting, err error) {
	w.Change, err = report.ScanChange(r, &w.Key, &w.Record, &w.Agency, &w.Victim, &w.Suspect, &w.victim, &w.suspect)
	return w, err
}

// Changes are the changes that wait, the oldest first, or those that have ended, the
// newest first; from skip on, and how many there are.
func (s *Store) Changes(ctx context.Context, by access.Actor, ended bool, skip, most int) (all []Waiting, total int, err error) {
	err = s.guard.Look(ctx, by, access.ReadWorklist, func(v *db.View, sight *access.Sight) error {
		sight.Saw("changes", "")
		from, args := selectWaiting(sight, nil)
		order := ` AND w.ended IS NULL ORDER BY w.since, w.id`
		if ended {
			order = ` AND w.ended IS NOT NULL ORDER BY w.ended DESC, w.id`
		}
		where, _, _ := strings.Cut(order, " ORDER")
		n, err := db.One(ctx, v, db.Number, `SELECT count(*)`+from+where, args...)
		if err != nil {
			return fmt.Errorf("count changes: %w", err)
		}
		total = int(n)
		all, err = db.All(ctx, v, scanWaiting, `SELECT `+waitingColumns+from+order+` LIMIT `+db.List(len(args)+1, 1)+` OFFSET `+db.List(len(args)+2, 1), append(args, most, skip)...)
		if err != nil {
			return err
		}
		return callSeen(ctx, v, sight, all)
	})
	return all, total, err
}

// callSeen has changes call people what they are called in reports that the actor may
// see.
func callSeen(ctx context.Context, q db.Querier, sight *access.Sight, all []Waiting) error {
	names := map[*string]string{}
	for i := range all {
		w := &all[i]
		for name, who := range map[*string]string{&w.Victim: w.victim, &w.Suspect: w.suspect} {
			if *name != "" {
				names[name] = who
			}
		}
	}
	return person.CallSeen(ctx, q, sight, names)
}

// Change is one change, with why it waits.
func (s *Store) Change(ctx context.Context, by access.Actor, id string) (w Waiting, err error) {
	err = s.guard.Look(ctx, by, access.ReadWorklist, func(v *db.View, sight *access.Sight) error {
		if w, err = change(ctx, v, sight, id); err != nil || s.Stops == nil || !w.Ended.IsZero() {
			return err
		}
		why, err := s.Stops(ctx, v, sight, []report.Supposed{{Key: w.Key, Step: w.Step, Said: w.Said}})
		if err == nil {
			w.Why = why[0]
		}
		return err
	})
	return w, err
}

func change(ctx context.Context, q db.Querier, sight *access.Sight, id string) (Waiting, error) {
	sight.Saw("change", id)
	from, args := selectWaiting(sight, []any{id})
	w, err := db.One(ctx, q, scanWaiting, `SELECT `+waitingColumns+from+` AND w.id = $1`, args...)
	if err != nil {
		return Waiting{}, err
	}
	sight.Saw("change", id, w.victim, w.suspect)
	sight.Touched(string(w.Step))
	one := []Waiting{w}
	err = callSeen(ctx, q, sight, one)
	return one[0], err
}

// Allow lets a change that waits count, because somebody senior says why it may; or
// refuses it, so that what stood before counts.
func (s *Store) Allow(ctx context.Context, by access.Actor, id string, allow bool, reason string) error {
	reason = strings.TrimSpace(reason)
	return s.guard.Act(ctx, by, access.DecideRecording, func(tx *db.Tx, sight *access.Sight) error {
		w, err := change(ctx, tx, sight, id)
		switch {
		case err != nil:
			return err
		case !sight.Program && !sight.Is(access.Supervisor, access.Champion, access.Registrar):
			return fault.Bad("reason", "A supervisor, a stalking champion or the crime registrar must decide this, because a warning stands")
		case reason == "":
			return fault.Bad("reason", "Say why, so that others can follow")
		case utf8.RuneCountInString(reason) > longestReason:
			return fault.Bad("reason", "Why has 20,000 characters at most")
		case !w.Ended.IsZero():
			return fault.Conflict
		case !allow:
			return report.End(ctx, tx, w.ID, report.Refused, &sight.Actor, reason)
		}
		return s.adopt(ctx, tx, sight, &w, report.Allowed, reason)
	})
}

// adopt makes what a change says count, in a newer version of its record.
func (s *Store) adopt(ctx context.Context, tx *db.Tx, sight *access.Sight, w *Waiting, how report.How, reason string) error {
	held, err := report.Some(ctx, tx, []string{w.Key})
	if err != nil || len(held) == 0 {
		return fmt.Errorf("version that counts: %w", err)
	}
	if err := report.End(ctx, tx, w.ID, how, &sight.Actor, reason); err != nil {
		return err
	}
	r := held[0].Record
	r.Put(w.Step, w.Said)
	r.Anew = true
	own := *sight // the record stays its holder's, whoever of the pool decides
	own.Agency = w.Holder
	if _, err := s.Correct(ctx, tx, &own, &r); err != nil {
		return fmt.Errorf("take a change in: %w", err)
	}
	return nil
}

// mostAsked is how many changes that wait are asked about at a time.
const mostAsked = 500

// TakeCleared takes in changes that wait and that no hold stops any more, and says how
// many they were; the ledger says of each that Clew did. It asks about some at a time,
// and goes on from there when it is called again.
func (s *Store) TakeCleared(ctx context.Context) (taken int, err error) {
	if s.Stops == nil {
		return 0, nil
	}
	type free struct{ id, holder string }
	var all []free
	s.asking.Lock()
	defer s.asking.Unlock()
	from := s.asked
	err = s.guard.DB().Read(ctx, func(v *db.View) error {
		ids, err := db.All(ctx, v, db.Text, `SELECT id FROM waiting_changes WHERE ended IS NULL AND id > $1 ORDER BY id LIMIT $2`, from, mostAsked)
		if err != nil || len(ids) == 0 {
			s.asked = "" // and from the beginning next time
			return err
		}
		last := ids[len(ids)-1]
		if s.asked = last; len(ids) < mostAsked {
			s.asked = ""
		}
		holders, err := db.All(ctx, v, db.Text, `SELECT DISTINCT holder FROM waiting_changes WHERE ended IS NULL AND id > $1 AND id <= $2 ORDER BY holder`, from, last)
		if err != nil {
			return err
		}
		for _, holder := range holders {
			sight := &access.Sight{Subject: access.Subject{Actor: access.Program(holder, "Clew"), Now: v.Now}, Action: access.ReadWorklist}
			if sight.Pool, err = access.Together(ctx, v, v.Now, holder); err != nil {
				return err
			}
			query, args := selectWaiting(sight, []any{holder, from, last})
			waiting, err := db.All(ctx, v, scanWaiting, `SELECT `+waitingColumns+query+` AND w.ended IS NULL AND w.holder = $1 AND w.id > $2 AND w.id <= $3 ORDER BY w.id`, args...)
			if err != nil {
				return err
			}
			supposed := make([]report.Supposed, len(waiting))
			for i := range waiting {
				supposed[i] = report.Supposed{Key: waiting[i].Key, Step: waiting[i].Step, Said: waiting[i].Said}
			}
			why, err := s.Stops(ctx, v, sight, supposed)
			if err != nil {
				return err
			}
			for i := range waiting {
				if why[i] == "" {
					all = append(all, free{waiting[i].ID, holder})
				}
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("changes that wait: %w", err)
	}
	for _, f := range all {
		err := s.guard.Act(ctx, access.Program(f.holder, "Clew"), access.DecideRecording, func(tx *db.Tx, sight *access.Sight) error {
			w, err := change(ctx, tx, sight, f.id)
			if err != nil || !w.Ended.IsZero() {
				return err // somebody decided meanwhile
			}
			why, err := s.Stops(ctx, tx, sight, []report.Supposed{{Key: w.Key, Step: w.Step, Said: w.Said}})
			if err != nil || why[0] != "" {
				return err
			}
			taken++
			return s.adopt(ctx, tx, sight, &w, report.Cleared, "")
		})
		if err != nil {
			return taken, err
		}
	}
	return taken, nil
}
