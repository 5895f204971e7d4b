package watch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/vault"
	"clew/internal/warning"
)

const (
	batch  = 100            // cases asked about at a time
	daily  = 24 * time.Hour // a case is asked about at least so often
	behind = time.Minute    // that a transaction may take to be kept, after the time it bears
	later  = 10 * time.Minute
)

// Pass asks about every case where something may have changed, and gives how many
// cases it asked about. Several at once do no harm. A case that cannot be asked about is
// put off until later, and holds up no other.
func (s *Store) Pass(ctx context.Context) (asked int, err error) {
	if err := s.mark(ctx); err != nil {
		return 0, err
	}
	var wrong []error
	for ctx.Err() == nil {
		n, err := s.some(ctx)
		if bad, ok := errors.AsType[*stuck](err); ok && ctx.Err() == nil {
			wrong = append(wrong, err)
			if err = s.putOff(ctx, bad.id); err == nil {
				continue
			}
		}
		if err != nil || n == 0 {
			return asked, errors.Join(append(wrong, err)...)
		}
		asked += n
	}
	return asked, errors.Join(append(wrong, ctx.Err())...)
}

// stuck is a case that cannot be asked about, and why.
type stuck struct {
	id  string
	err error
}

func (e *stuck) Error() string { return fmt.Sprintf("case %s: %v", e.id, e.err) }

func (e *stuck) Unwrap() error { return e.err }

func (s *Store) putOff(ctx context.Context, id string) error {
	return s.guard.DB().Write(ctx, func(tx *db.Tx) error {
		return tx.Exec(ctx, `UPDATE cases SET look = $2 WHERE id = $1`, id, tx.Now.Add(later).UnixMicro())
	})
}

// mark finds the cases that reports, corrections and decisions since the last pass
// are about, those of people of whom a routine place was changed or near which something
// was found, and the pools that were worked out anew.
func (s *Store) mark(ctx context.Context) error {
	return s.guard.DB().Write(ctx, func(tx *db.Tx) error {
		marks := map[string]int64{}
		type mark struct {
			name string
			at   int64
		}
		scan := func(r db.Row) (m mark, err error) { return m, r.Scan(&m.name, &m.at) }
		if err := db.Each(ctx, tx, scan, func(m mark) error { marks[m.name] = m.at; return nil }, `SELECT name, at FROM watch_marks ORDER BY name`); err != nil {
			return fmt.Errorf("marks: %w", err)
		}
		since, now := marks["since"]-behind.Microseconds(), tx.Now.UnixMicro()
		people := []string{
			`SELECT m.person FROM reports r JOIN mentions m ON m.report = r.id WHERE r.taken_in > $1`,
			`SELECT m.person FROM identity_decisions d JOIN mentions m ON m.id = d.a OR m.id = d.b WHERE d.decided > $1`,
			`SELECT m.person FROM identity_undone u JOIN identity_decisions d ON d.id = u.decision JOIN mentions m ON m.id = d.a OR m.id = d.b WHERE u.undone > $1`,
			vault.Changed,
		}
		for _, of := range people {
			if err := tx.Exec(ctx, `UPDATE cases SET look = 0 WHERE closed IS NULL AND look > 0 AND id IN (
				SELECT c.stays FROM cases c JOIN mentions x ON x.id = c.victim WHERE x.person IN (`+of+`)
				UNION SELECT k.stays FROM case_suspects s JOIN cases k ON k.id = s.case_id JOIN mentions x ON x.id = s.mention WHERE x.person IN (`+of+`))`, since); err != nil {
				return fmt.Errorf("cases of new reports: %w", err)
			}
		}
		if err := s.cases.MarkFinds(ctx, tx, since); err != nil {
			return err
		}
		if marks["ties"] == 0 {
			done, err := s.cases.TieAll(ctx, tx)
			if err != nil {
				return err
			}
			if done {
				if err := keep(ctx, tx, "ties", now); err != nil {
					return err
				}
			}
		}
		locks, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM locks WHERE since > $1 OR lifted > $1`, since)
		if err != nil {
			return fmt.Errorf("locks: %w", err)
		}
		if locks > 0 {
			if err := s.cases.MarkTied(ctx, tx); err != nil {
				return err
			}
		}
		pools, err := access.Pools(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		for i := range pools {
			p := &pools[i]
			trained, err := db.All(ctx, tx, db.Number, `SELECT trained FROM match_models WHERE id = $1`, p.ID)
			if err != nil {
				return fmt.Errorf("pool: %w", err)
			}
			if len(trained) == 0 || marks["pool "+p.ID] == trained[0] {
				continue
			}
			held, args := p.Held("holder", nil)
			if err := tx.Exec(ctx, `UPDATE cases SET look = 0 WHERE closed IS NULL AND look > 0`+held, args...); err != nil {
				return fmt.Errorf("cases of a pool: %w", err)
			}
			if err := keep(ctx, tx, "pool "+p.ID, trained[0]); err != nil {
				return err
			}
		}
		return keep(ctx, tx, "since", now)
	})
}

func keep(ctx context.Context, tx *db.Tx, name string, at int64) error {
	return tx.Exec(ctx, `INSERT INTO watch_marks (name, at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET at = excluded.at`, name, at)
}

// some asks about the cases whose time has come, as many as are asked about at a time.
func (s *Store) some(ctx context.Context) (asked int, err error) {
	type due struct{ id, holder string }
	err = s.guard.DB().Write(ctx, func(tx *db.Tx) error {
		asked = 0
		scan := func(r db.Row) (d due, err error) { return d, r.Scan(&d.id, &d.holder) }
		all, err := db.All(ctx, tx, scan, `SELECT id, holder FROM cases WHERE closed IS NULL AND look <= $1 AND stays = id ORDER BY look, id LIMIT $2`, tx.Now.UnixMicro(), batch)
		if err == nil && len(all) < batch { // and those closed since, whose warnings stand no more
			var shut []due
			shut, err = db.All(ctx, tx, scan, `SELECT id, holder FROM cases WHERE closed IS NOT NULL AND look <= $1 AND stays = id ORDER BY look, id LIMIT $2`, tx.Now.UnixMicro(), batch-len(all))
			all = append(all, shut...)
		}
		if err != nil {
			return fmt.Errorf("cases to ask about: %w", err)
		}
		sights := map[string]*access.Sight{}
		for _, d := range all {
			sight := sights[d.holder]
			if sight == nil {
				sight = &access.Sight{Subject: access.Subject{Actor: access.Program(d.holder, "Clew"), Now: tx.Now}, Action: access.ReadCase}
				if sight.Pool, err = access.Together(ctx, tx, tx.Now, d.holder); err != nil {
					return err
				}
				sights[d.holder] = sight
			}
			if err := s.ask(ctx, tx, sight, d.id); err != nil {
				return &stuck{d.id, err}
			}
			asked++
		}
		return nil
	})
	return asked, err
}

// A stood is a row as it is kept.
type stood struct {
	id, rule, which, severity string
	level, raised, due, again int64
	first                     int64
}

// ask works out anew what stands in a case and keeps what is new of it.
func (s *Store) ask(ctx context.Context, tx *db.Tx, sight *access.Sight, id string) error {
	c, state, err := s.cases.Watched(ctx, tx, sight, id, tx.Now)
	if err != nil {
		return err
	}
	merged := c.ID != id // what stands is said of the case that stays
	if merged {
		state = warning.State{}
	}
	kept, err := db.All(ctx, tx, func(r db.Row) (w stood, err error) {
		return w, r.Scan(&w.id, &w.rule, &w.which, &w.severity, &w.level, &w.raised, &w.due, &w.again, &w.first)
	}, `SELECT id, rule, which, severity, level, raised, due, again, first FROM case_warnings WHERE case_id = $1 AND cleared IS NULL ORDER BY id`, id)
	if err != nil {
		return fmt.Errorf("kept: %w", err)
	}
	now := tx.Now.UnixMicro()
	for i := range state.Standing {
		w := &state.Standing[i]
		is := stood{rule: w.Rule, which: which(&c, w.Pair, w.Key), severity: string(w.Severity), level: int64(w.Level), raised: w.Raised.UnixMicro(), first: first(w)}
		if !w.By.IsZero() {
			is.due = w.By.UnixMicro()
		}
		if w.Again {
			is.again = 1
		}
		n := slices.IndexFunc(kept, func(k stood) bool { return k.rule == is.rule && k.which == is.which })
		if n < 0 {
			is.id = db.NewID()
			if err := tx.Insert(ctx, "case_warnings", []string{"id", "case_id", "rule", "which", "severity", "level", "raised", "due", "again", "first", "found", "why"},
				[][]any{{is.id, id, is.rule, is.which, is.severity, is.level, is.raised, is.due, is.again, is.first, now, ""}}); err != nil {
				return fmt.Errorf("insert warning: %w", err)
			}
			continue
		}
		is.id = kept[n].id
		if is != kept[n] {
			if err := tx.Exec(ctx, `UPDATE case_warnings SET severity = $2, level = $3, raised = $4, due = $5, again = $6, first = $7 WHERE id = $1`,
				is.id, is.severity, is.level, is.raised, is.due, is.again, is.first); err != nil {
				return fmt.Errorf("change warning: %w", err)
			}
		}
		kept = slices.Delete(kept, n, n+1)
	}
	for i := range kept {
		why := Gone
		switch {
		case merged:
			why = Merged
		case !c.Closed.IsZero():
			why = Closed
		case slices.ContainsFunc(state.Cleared, func(x warning.Clearing) bool {
			return x.Rule == kept[i].rule && which(&c, x.Pair, x.Key) == kept[i].which
		}):
			why = Answered
		}
		if err := tx.Exec(ctx, `UPDATE case_warnings SET cleared = $2, why = $3 WHERE id = $1`, kept[i].id, now, string(why)); err != nil {
			return fmt.Errorf("clear warning: %w", err)
		}
	}
	next := tx.Now.Add(daily)
	if !state.Next.IsZero() && state.Next.Before(next) {
		next = state.Next
	}
	if merged || !c.Closed.IsZero() {
		next = forever
	}
	return tx.Exec(ctx, `UPDATE cases SET look = $2, first = (SELECT MIN(w.first) FROM case_warnings w WHERE w.case_id = $1 AND w.cleared IS NULL) WHERE id = $1`, id, next.UnixMicro())
}

// forever is when a case that is closed or merged is asked about again.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// which tells several warnings of one rule and case apart, and says nothing else.
func which(c *casefile.Case, pair, key string) string {
	suspect := pair
	for i := range c.Suspects {
		if pair == casefile.PairOf(i) {
			suspect = c.Suspects[i].ID
		}
	}
	sum := sha256.Sum256([]byte(c.ID + "\x00" + suspect + "\x00" + key))
	return hex.EncodeToString(sum[:8])
}

// first is the place of a warning in a list, the least first: warning.Pressing in a number.
func first(w *warning.Warning) int64 {
	const century = int64(100 * 366 * 24 * time.Hour / time.Microsecond) // 292 of them go in
	group := int64(w.Concern)
	if w.Severity == warning.Note {
		group += 4
	}
	return w.Since().UnixMicro() + century*(20*group-2*int64(min(w.Level, 9)))
}
