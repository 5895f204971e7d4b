package recording

import (
	"context"
	"database/sql"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/report"
)

const selectDecisions = `
	SELECT d.id, d.pattern, d.verdict, d.classification, d.reason, d.reports, d.decided_by, d.account, d.decided, w.answer, w.reason, w.answered_by, w.answered
	FROM recording_decisions d LEFT JOIN recording_answers w ON w.decision = d.id `

type line struct {
	Decision
	answer *Answer
}

func scanLine(r db.Row) (l line, err error) {
	var at int64
	var answer, reason, by sql.NullString
	var answered sql.NullInt64
	err = r.Scan(&l.ID, &l.Pattern, &l.Verdict, &l.Classification, &l.Reason, &l.Reports, &l.By, &l.Account, &at, &answer, &reason, &by, &answered)
	l.At = time.UnixMicro(at).UTC()
	if answer.Valid {
		l.answer = &Answer{Kind(answer.String), reason.String, by.String, time.UnixMicro(answered.Int64).UTC()}
	}
	return l, err
}

// decisions reads rows of decisions and answers, those of one decision together.
func decisions(ctx context.Context, q db.Querier, where string, args ...any) (all []Decision, err error) {
	err = db.Each(ctx, q, scanLine, func(l line) error {
		if n := len(all); n == 0 || all[n-1].ID != l.ID {
			all = append(all, l.Decision)
		}
		if l.answer != nil {
			last := &all[len(all)-1]
			last.Answers = append(last.Answers, *l.answer)
		}
		return nil
	}, selectDecisions+where, args...)
	return all, err
}

func one(ctx context.Context, q db.Querier, id string) (Decision, error) {
	all, err := decisions(ctx, q, `WHERE d.id = $1 ORDER BY w.answered, w.id`, id)
	if err == nil && len(all) == 0 {
		err = fault.NotFound
	}
	if err != nil {
		return Decision{}, err
	}
	return all[0], nil
}

func about(ctx context.Context, q db.Querier, pattern string) ([]Decision, error) {
	return decisions(ctx, q, `
		WHERE d.pattern = $1 OR d.pattern IN (
			SELECT o.id FROM patterns p
			JOIN accounts a ON a.victim = p.victim AND a.suspect = p.suspect
			JOIN reports n ON n.id = a.report
			JOIN reports o ON o.same_record = n.same_record
			WHERE p.id = $1)
		ORDER BY d.decided DESC, d.id DESC, w.answered, w.id`, pattern)
}

func insertDecision(ctx context.Context, tx *db.Tx, id string, by *access.Actor, pattern string, v Verdict, classification, reason string, reports int) error {
	if classification != "" {
		if err := report.Classify(ctx, tx, "", classification); err != nil {
			return err
		}
	}
	return tx.Exec(ctx, `
		INSERT INTO recording_decisions (id, pattern, verdict, classification, reason, reports, decided_by, account, decided) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		id, pattern, v, classification, reason, reports, by.Name, by.Account, tx.Now.UnixMicro())
}

func insertAnswer(ctx context.Context, tx *db.Tx, decision string, by *access.Actor, k Kind, reason string) error {
	return tx.Exec(ctx, `INSERT INTO recording_answers (id, decision, answer, reason, answered_by, account, answered) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		db.NewID(), decision, k, reason, by.Name, by.Account, tx.Now.UnixMicro())
}
