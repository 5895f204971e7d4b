package recording

import (
	"context"
	"errors"
	"slices"
	"strings"

	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/report"
)

// Decide keeps what somebody decided about a pattern. seen is the number of
// reports that person was shown: when there are more by now, the answer is
// fault.Conflict, and nothing is kept.
func (s *Store) Decide(ctx context.Context, by, pattern string, v Verdict, classification, reason string, seen int) (id string, err error) {
	by, classification, reason = strings.TrimSpace(by), strings.TrimSpace(classification), strings.TrimSpace(reason)
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
	if by == "" {
		wrong.Add("by", "Say who you are before you decide")
	}
	if err := wrong.Err(); err != nil {
		return "", err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		now, err := db.One(ctx, tx, db.Number, `SELECT reports FROM patterns WHERE id = $1`, pattern)
		if errors.Is(err, fault.NotFound) {
			if _, err := report.One(ctx, tx, pattern); err != nil {
				return err
			}
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
		id = db.NewID()
		return insertDecision(ctx, tx, id, by, pattern, v, classification, reason, seen)
	})
	return id, err
}

// Answer confirms a decision, disagrees with it, or undoes it. Nobody confirms
// his or her own.
func (s *Store) Answer(ctx context.Context, by, decision string, k Kind, reason string) (Decision, error) {
	by, reason = strings.TrimSpace(by), strings.TrimSpace(reason)
	var d Decision
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if d, err = one(ctx, tx, decision); err != nil {
			return err
		}
		var wrong fault.Messages
		switch {
		case by == "":
			wrong.Add("by", "Say who you are before you answer")
		case k != Confirm && k != Disagree && k != Undo:
			wrong.Add("answer", "Select whether you agree")
		case k != Undo && sameName(by, d.By):
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
		return insertAnswer(ctx, tx, decision, by, k, reason)
	})
	return d, err
}

// sameName reports whether two names are one, however they are spaced and in
// whatever letters.
func sameName(a, b string) bool {
	one := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	return strings.EqualFold(one(a), one(b))
}

// About are the decisions ever made about a pattern, newest first. Decisions
// made on parts of it, before they were joined, are among them.
func (s *Store) About(ctx context.Context, pattern string) (all []Decision, err error) {
	err = s.db.Read(ctx, func(v *db.View) error {
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
func (s *Store) One(ctx context.Context, id string) (d Decision, err error) {
	err = s.db.Read(ctx, func(v *db.View) error {
		d, err = one(ctx, v, id)
		return err
	})
	return d, err
}

// PatternOf is the id of the pattern that a report is part of now: the report
// itself when it is part of none.
func (s *Store) PatternOf(ctx context.Context, report string) (id string, err error) {
	err = s.db.Read(ctx, func(v *db.View) error {
		id, err = patternOf(ctx, v, report)
		return err
	})
	return id, err
}
