package retention

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
)

// carryOut erases what is left of a disposal, record by record, certifies it, and
// has the files rid of what was erased.
func (s *Store) carryOut(ctx context.Context, d *Disposal) error {
	by := access.Program(d.Agency, "Clew")
	for {
		var next []string
		if err := s.guard.DB().Read(ctx, func(v *db.View) (err error) {
			next, err = db.All(ctx, v, db.Text, `
				SELECT x.report FROM disposal_reports x WHERE x.disposal = $1
				AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.report = x.report)
				AND NOT EXISTS (SELECT 1 FROM disposal_kept k WHERE k.disposal = x.disposal AND k.report = x.report)
				ORDER BY x.report LIMIT 1`, d.ID)
			return err
		}); err != nil {
			return err
		}
		if len(next) == 0 {
			break
		}
		if err := s.guard.ActAlone(ctx, by, access.EraseReports, func(tx *db.Tx, sight *access.Sight) error {
			return s.eraseRecord(ctx, tx, sight, d, next[0])
		}); err != nil {
			return fmt.Errorf("erase report %s: %w", next[0], err)
		}
	}
	// Before the certificate: until it is issued, this is done again.
	if err := s.guard.DB().Scrub(ctx); err != nil {
		return err
	}
	return s.guard.ActAlone(ctx, by, access.EraseReports, func(tx *db.Tx, sight *access.Sight) error {
		sight.Saw("disposal", d.ID)
		return certify(ctx, tx, d.ID)
	})
}

// eraseRecord erases the whole record of one report, or says why it is kept.
func (s *Store) eraseRecord(ctx context.Context, tx *db.Tx, sight *access.Sight, d *Disposal, key string) error {
	sight.Saw("report", key)
	keys, err := report.WholeRecord(ctx, tx, nil, key)
	if err != nil || len(keys) == 0 {
		return errors.Join(err, noneLeft(keys))
	}
	if keys, err = agreed(ctx, tx, d, keys); err != nil {
		return err
	}
	why, err := keptWhy(ctx, tx, d, keys)
	if err != nil {
		return err
	}
	if why != "" {
		rows := make([][]any, len(keys))
		for i, k := range keys {
			rows[i] = []any{d.ID, k, why}
		}
		return tx.InsertNew(ctx, "disposal_kept", []string{"disposal", "report", "why"}, rows)
	}
	reports, err := report.Some(ctx, tx, keys)
	if err != nil {
		return err
	}
	if err := s.noteErasures(ctx, tx, d, keys); err != nil {
		return err
	}
	decided, err := recording.DecidedOn(ctx, tx, keys)
	if err != nil {
		return err
	}
	parting, err := recording.Parting(ctx, tx, keys)
	if err != nil {
		return err
	}
	if err := recording.KeepVerdicts(ctx, tx, parting); err != nil {
		return err
	}
	if err := eraseHoldReasons(ctx, tx, keys); err != nil {
		return err
	}
	people, gone, err := s.held.Forget(ctx, tx, &sight.Pool, keys)
	if err != nil {
		return err
	}
	if err := s.destroyKeys(ctx, tx, gone); err != nil {
		return err
	}
	sight.Saw("report", key, people...)
	if err := recording.EraseReasons(ctx, tx, key, decided); err != nil {
		return err
	}
	for i := range reports {
		r := &reports[i]
		if err := person.EraseReasons(ctx, tx, r.Key); err != nil {
			return err
		}
		names := func(text string) bool { return r.Victim.Names(text) || r.Suspect.Names(text) }
		if err := recording.EraseViews(ctx, tx, sight.Pool.ID, names); err != nil {
			return err
		}
		if err := report.EraseAside(ctx, tx, r); err != nil {
			return err
		}
		if err := report.Erase(ctx, tx, r.Key); err != nil {
			return err
		}
	}
	for _, p := range parting {
		if err := recording.Stand(ctx, tx, p); err != nil {
			return err
		}
	}
	return nil
}

// agreed are those of some reports of one record that a disposal is of, or that came
// after it was proposed. Others were there, and hidden from whoever proposed it.
func agreed(ctx context.Context, q db.Querier, d *Disposal, keys []string) ([]string, error) {
	return db.All(ctx, q, db.Text, `SELECT r.id FROM reports r WHERE r.id IN (`+db.List(3, len(keys))+`)
		AND (r.taken_in > $2 OR EXISTS (SELECT 1 FROM disposal_reports x WHERE x.disposal = $1 AND x.report = r.id)) ORDER BY r.id`,
		append([]any{d.ID, d.At.UnixMicro()}, db.Args(keys)...)...)
}

// noneLeft is an error for a report that is listed and has no record: it would be
// tried for ever.
func noneLeft(keys []string) error {
	if len(keys) == 0 {
		return errors.New("there is no such record")
	}
	return nil
}

// keptWhy says why a record is kept after all, or "": a hold was set, or somebody in
// it came to notice, after the disposal was proposed.
func keptWhy(ctx context.Context, tx *db.Tx, d *Disposal, keys []string) (string, error) {
	for _, k := range keys {
		held, err := IsHeld(ctx, tx, nil, k)
		if err != nil {
			return "", err
		}
		if held {
			return "A legal hold keeps it", nil
		}
	}
	if d.Ground != BySchedule {
		return "", nil
	}
	due, err := dueFor(ctx, tx, tx.Now, d.Agency)
	if err != nil {
		return "", err
	}
	for _, k := range keys {
		i, err := due.has(ctx, tx, k)
		if err != nil {
			return "", err
		}
		if i == nil {
			return "The schedule does not let it go any more", nil
		}
	}
	return "", nil
}

// noteErasures keeps that reports are erased, with a digest of each by which whoever
// holds the original can tell that it was among them.
func (s *Store) noteErasures(ctx context.Context, tx *db.Tx, d *Disposal, keys []string) error {
	rows := make([][]any, len(keys))
	for i, k := range keys {
		print, err := report.FingerprintOf(ctx, tx, k)
		if err != nil {
			return err
		}
		rows[i] = []any{k, d.ID, Digest(k, print), tx.Now.UnixMicro()}
	}
	if err := tx.Insert(ctx, "erasures", []string{"report", "disposal", "digest", "erased"}, rows); err != nil {
		return fmt.Errorf("insert erasures: %w", err)
	}
	return nil
}

// Digest is what a certificate says of a report: SHA-256 of its key, a line feed and
// its fingerprint.
func Digest(key, fingerprint string) string {
	sum := sha256.Sum256([]byte(key + "\n" + fingerprint))
	return hex.EncodeToString(sum[:])
}

// destroyKeys destroys what seals things of mentions that are gone.
func (s *Store) destroyKeys(ctx context.Context, tx *db.Tx, gone []pattern.Gone) error {
	for _, m := range gone {
		if s.Move != nil && m.Stays != "" {
			if err := s.Move(ctx, tx, m.Mention, m.Stays); err != nil {
				return fmt.Errorf("move what is sealed: %w", err)
			}
		}
		if s.Destroy == nil {
			continue
		}
		if err := s.Destroy(ctx, tx, m.Mention); err != nil {
			return fmt.Errorf("destroy keys: %w", err)
		}
	}
	return nil
}

// eraseHoldReasons makes empty what was written when holds were set on reports, or on
// people in them. None is in force.
func eraseHoldReasons(ctx context.Context, tx *db.Tx, keys []string) error {
	in, args := ` IN (`+db.List(1, len(keys))+`)`, db.Args(keys)
	for _, statement := range []string{
		`UPDATE holds SET reason = '', why = '' WHERE id IN (SELECT hold FROM hold_reports WHERE report` + in + ` UNION SELECT x.hold FROM mentions m JOIN hold_mentions x ON x.mention = m.id WHERE m.report` + in + `)`,
		`DELETE FROM hold_mentions WHERE mention IN (SELECT id FROM mentions WHERE report` + in + `)`,
		`DELETE FROM hold_reports WHERE report` + in,
	} {
		if err := tx.Exec(ctx, statement, args...); err != nil {
			return fmt.Errorf("erase hold: %w", err)
		}
	}
	return nil
}

// A Certificate says what was erased, by whom and why, and nothing of what it said.
type Certificate struct {
	Disposal  string         `json:"disposal"`
	Agency    string         `json:"agency"`
	Ground    Ground         `json:"ground"`
	Reason    string         `json:"reason"`
	Proposed  time.Time      `json:"proposed"`
	By        string         `json:"by"`
	Account   string         `json:"account"`
	Checked   time.Time      `json:"checked"`
	CheckedBy string         `json:"checked_by"`
	Checker   string         `json:"checker"`
	Why       string         `json:"why"`
	Schedules []string       `json:"schedules"` // by which reports went, in words
	Erased    int            `json:"erased"`
	Kinds     map[string]int `json:"kinds"`
	Kept      map[string]int `json:"kept"` // by why
	First     time.Time      `json:"first"`
	Last      time.Time      `json:"last"` // erasure
	Digests   []string       `json:"digests"`
	Issued    time.Time      `json:"-"`
}

// Whole is one digest of all: SHA-256 of the digests, a line each.
func (c *Certificate) Whole() string {
	h := sha256.New()
	for _, d := range c.Digests {
		fmt.Fprintln(h, d)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func certificateOf(ctx context.Context, q db.Querier, disposal string) (c Certificate, err error) {
	return db.One(ctx, q, func(r db.Row) (c Certificate, err error) {
		var text string
		var issued int64
		if err := r.Scan(&text, &issued); err != nil {
			return c, err
		}
		err = json.Unmarshal([]byte(text), &c)
		c.Issued = time.UnixMicro(issued).UTC()
		return c, err
	}, `SELECT text, issued FROM certificates WHERE disposal = $1`, disposal)
}

// certify issues the certificate of a disposal that is carried out, once.
func certify(ctx context.Context, tx *db.Tx, disposal string) error {
	d, err := db.One(ctx, tx, scanDisposal, selectDisposals+`WHERE d.id = $1`, disposal)
	if err != nil {
		return err
	}
	if d.State == Done {
		return nil
	}
	if d.State != Working {
		return fault.Conflict
	}
	c := Certificate{Disposal: d.ID, Agency: d.Agency, Ground: d.Ground, Reason: d.Reason, Proposed: d.At, By: d.By, Account: d.Account,
		Checked: d.Answer.At, CheckedBy: d.Answer.By, Checker: d.Answer.Account, Why: d.Answer.Reason, Kinds: map[string]int{}, Kept: map[string]int{}}
	type gone struct {
		digest, kind string
		at           int64
	}
	scan := func(r db.Row) (g gone, err error) { return g, r.Scan(&g.digest, &g.kind, &g.at) }
	if err := db.Each(ctx, tx, scan, func(g gone) error {
		at := time.UnixMicro(g.at).UTC()
		if c.Erased == 0 {
			c.First = at
		}
		c.Last = at
		c.Erased++
		c.Kinds[g.kind]++
		c.Digests = append(c.Digests, g.digest)
		return nil
	}, `SELECT e.digest, r.kind, e.erased FROM erasures e JOIN reports r ON r.id = e.report WHERE e.disposal = $1 ORDER BY e.erased, e.report`, disposal); err != nil {
		return err
	}
	slices.Sort(c.Digests)
	kept, err := db.All(ctx, tx, db.Text, `SELECT why FROM disposal_kept WHERE disposal = $1 ORDER BY report`, disposal)
	if err != nil {
		return err
	}
	for _, why := range kept {
		c.Kept[why]++
	}
	schedules, err := db.All(ctx, tx, scanSchedule, selectSchedules+`WHERE s.id IN (SELECT x.schedule FROM disposal_reports x JOIN erasures e ON e.report = x.report AND e.disposal = x.disposal WHERE x.disposal = $1) ORDER BY s.id`, disposal)
	if err != nil {
		return err
	}
	for i := range schedules {
		c.Schedules = append(c.Schedules, schedules[i].Words()+" ("+schedules[i].Source+")")
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return tx.Insert(ctx, "certificates", []string{"disposal", "text", "issued"}, [][]any{{disposal, string(text), tx.Now.UnixMicro()}})
}
