package recording

import (
	"context"
	"errors"
	"slices"
	"strings"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/report"
)

// Decide keeps what somebody decided about a pattern. seen is the number of
// reports that person was shown: when there are more by now, the answer is
// fault.Conflict, and nothing is kept.
func (s *Store) Decide(ctx context.Context, by access.Actor, pattern string, v Verdict, classification, reason string, seen int) (id string, err error) {
	classification, reason = strings.TrimSpace(classification), strings.TrimSpace(reason)
	var wrong fault.Messages
	if !slices.Contains(Verdicts, v) {
		wrong.Add("verdict", "Select what you decide")
	}
	if reason == "" && v != Already {
		wrong.Add("reason", "Say why, so that a second person can follow")
	}
	if len(classification) > mostClass {
		wrong.Add("classification", "What it should be recorded as has 400 letters at most")
	}
	if err := wrong.Err(); err != nil {
		return "", err
	}
	err = s.guard.Act(ctx, by, access.DecideRecording, func(tx *db.Tx, sight *access.Sight) error {
		if _, err := report.Seen(ctx, tx, sight, pattern); err != nil {
			return err
		}
		sight.Saw("pattern", pattern)
		now, err := db.One(ctx, tx, db.Number, `SELECT reports FROM patterns WHERE id = $1 AND pool = $2`, pattern, sight.Pool.ID)
		if errors.Is(err, fault.NotFound) {
			return fault.Conflict // it is part of another pattern by now, or of none
		}
		if err != nil {
			return err
		}
		if int(now) != seen {
			return fault.Conflict
		}
		if open, err := standing(ctx, tx, pattern); err != nil {
			return err
		} else if open != nil {
			return fault.Conflict // somebody decided meanwhile: undo that first
		}
		if err := s.held(ctx, tx, sight, pattern, v); err != nil {
			return err
		}
		id = db.NewID()
		return insertDecision(ctx, tx, id, &by, pattern, v, classification, reason, seen)
	})
	return id, err
}

// held refuses what a hold stops: that it is something other than stalking. A
// supervisor, a stalking champion or the crime registrar may decide it all the same.
func (s *Store) held(ctx context.Context, tx *db.Tx, sight *access.Sight, pattern string, v Verdict) error {
	if s.Holds == nil || v != Harassment && v != NotOne || sight.Program || sight.Is(access.Supervisor, access.Champion, access.Registrar) {
		return nil
	}
	pair, err := db.One(ctx, tx, func(r db.Row) (x [2]string, err error) { return x, r.Scan(&x[0], &x[1]) }, `SELECT victim, suspect FROM patterns WHERE id = $1 AND pool = $2`, pattern, sight.Pool.ID)
	if err != nil {
		return err
	}
	why, err := s.Holds(ctx, tx, sight, pair[0], pair[1])
	if err == nil && why != "" {
		err = fault.Bad("verdict", "A supervisor, a stalking champion or the crime registrar must decide this, because a warning stands. "+why)
	}
	return err
}

// Made are the decisions ever made about a pattern, for what follows from them.
func Made(ctx context.Context, q db.Querier, pattern string) ([]Decision, error) {
	return about(ctx, q, pattern)
}

// Answer confirms a decision, disagrees with it, or undoes it. Nobody confirms
// his or her own.
func (s *Store) Answer(ctx context.Context, by access.Actor, decision string, k Kind, reason string) (Decision, error) {
	reason = strings.TrimSpace(reason)
	var d Decision
	err := s.guard.Act(ctx, by, access.AnswerRecording, func(tx *db.Tx, sight *access.Sight) (err error) {
		if d, err = seen(ctx, tx, sight, decision); err != nil {
			return err
		}
		var wrong fault.Messages
		switch {
		case k != Confirm && k != Disagree && k != Undo:
			wrong.Add("answer", "Select whether you agree")
		case k != Undo && by.Account == d.Account:
			wrong.Add("answer", "A second person must confirm: this decision is your own")
		case k != Confirm && reason == "":
			wrong.Add("reason", "Say why")
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		switch d.Standing() {
		case Undecided:
			return fault.Conflict // undone meanwhile
		case Confirmed, Disputed:
			if k != Undo {
				return fault.Conflict
			}
		}
		return insertAnswer(ctx, tx, decision, &by, k, reason)
	})
	return d, err
}

// seen is a decision about a pattern the actor may see.
func seen(ctx context.Context, q db.Querier, sight *access.Sight, id string) (Decision, error) {
	sight.Saw("decision", id)
	d, err := one(ctx, q, id)
	if err != nil {
		return d, err
	}
	if _, err := report.Seen(ctx, q, sight, d.Pattern); err != nil {
		return Decision{}, err
	}
	sight.Saw("decision", id)
	return d, nil
}

// About are the decisions ever made about a pattern, newest first. Decisions
// made on parts of it, before they were joined, are among them.
func (s *Store) About(ctx context.Context, by access.Actor, pattern string) (all []Decision, err error) {
	err = s.guard.Look(ctx, by, access.ReadPattern, func(v *db.View, sight *access.Sight) error {
		if _, err := report.Seen(ctx, v, sight, pattern); err != nil {
			return err
		}
		sight.Saw("pattern", pattern)
		all, err = about(ctx, v, pattern)
		return err
	})
	return all, err
}

// standing is the decision on a pattern that nobody has undone, or nil.
func standing(ctx context.Context, q db.Querier, pattern string) (*Decision, error) {
	all, err := about(ctx, q, pattern)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Standing() != Undecided {
			return &all[i], nil
		}
	}
	return nil, nil
}

// One is a decision by id, or fault.NotFound.
func (s *Store) One(ctx context.Context, by access.Actor, id string) (d Decision, err error) {
	err = s.guard.Look(ctx, by, access.ReadPattern, func(v *db.View, sight *access.Sight) error {
		d, err = seen(ctx, v, sight, id)
		return err
	})
	return d, err
}

// PatternOf is the id of the pattern that a report is part of now: the report
// itself when it is part of none.
func (s *Store) PatternOf(ctx context.Context, by access.Actor, key string) (id string, err error) {
	err = s.guard.Look(ctx, by, access.ReadPattern, func(v *db.View, sight *access.Sight) error {
		if _, err := report.Seen(ctx, v, sight, key); err != nil {
			return err
		}
		id, err = patternOf(ctx, v, key)
		return err
	})
	return id, err
}
