package recording

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/when"
)

// A Sample is patterns drawn at random for the audit. The seed is kept: whoever
// draws again from the same patterns with it gets the same sample.
type Sample struct {
	ID, Seed  string
	Size      int
	Filter    Filter
	DrawnFrom int
	By        string
	Drawn     time.Time
	Done      int // patterns in it that a second person has confirmed a decision on
	blind     bool
}

// mostSampled bounds a sample: nobody reads more by hand.
const mostSampled = 2000

// Draw draws a random sample of size patterns from those a filter shows. An
// empty seed is one nobody could have guessed.
func (s *Store) Draw(ctx context.Context, by access.Actor, seed string, size int, f Filter) (id string, err error) {
	seed = strings.TrimSpace(seed)
	if seed == "" {
		seed = rand.Text()
	}
	var wrong fault.Messages
	if size < 1 || size > mostSampled {
		wrong.Add("size", "A sample has between 1 and 2,000 patterns")
	}
	if len(seed) > 100 {
		wrong.Add("seed", "A seed has 100 letters at most")
	}
	if err := wrong.Err(); err != nil {
		return "", err
	}
	err = s.guard.Act(ctx, by, access.DrawSample, func(tx *db.Tx, sight *access.Sight) error {
		if err := f.call(ctx, tx, sight); err != nil {
			return err
		}
		where, args, joins := f.where(sight)
		from := ` FROM patterns p`
		if joins {
			from += current
		}
		all, err := db.All(ctx, tx, db.Text, `SELECT p.id`+from+where+` ORDER BY p.id`, args...)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return fault.Bad("size", "There is nothing to draw from: no pattern fits the filter")
		}
		chosen := draw(seed, all, size)
		drawn, err := facts(ctx, tx, chosen)
		if err != nil {
			return err
		}
		text, err := json.Marshal(drawnBy{f, sight.Blind()})
		if err != nil {
			return err
		}
		id = db.NewID()
		sight.Saw("sample", id)
		if err := tx.Exec(ctx, `INSERT INTO audit_samples (id, seed, size, filter, drawn_from, drawn_by, drawn, pool) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			id, seed, len(chosen), string(text), len(all), by.Name, tx.Now.UnixMicro(), sight.Pool.ID); err != nil {
			return err
		}
		rows := make([][]any, len(chosen))
		for i, p := range chosen {
			d := drawn[p]
			rows[i] = []any{id, i + 1, p, d.area, d.month, d.recorded}
		}
		return tx.Insert(ctx, "audit_sample_patterns", []string{"sample", "place", "pattern", "area", "month", "recorded"}, rows)
	})
	return id, err
}

// draw orders patterns by a digest of the seed and each, and takes the first.
// Every set of the size is as likely as any other to whoever does not know the
// seed.
func draw(seed string, all []string, size int) []string {
	rank := func(p string) uint64 {
		sum := sha256.Sum256([]byte(seed + "\x00" + p))
		return binary.BigEndian.Uint64(sum[:])
	}
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b)) })
	return all[:min(size, len(all))]
}

// A fact is what accuracy is broken down by, as it stood when drawn.
type fact struct {
	pattern, area, month string
	recorded             int
}

func facts(ctx context.Context, q db.Querier, patterns []string) (map[string]fact, error) {
	all := map[string]fact{}
	const most = 500
	for start := 0; start < len(patterns); start += most {
		some := patterns[start:min(start+most, len(patterns))]
		scan := func(r db.Row) (f fact, err error) {
			var latest int64
			var finding pattern.Finding
			err = r.Scan(&f.pattern, &f.area, &latest, &finding)
			f.month = time.UnixMicro(latest).In(when.London).Format("2006-01")
			if finding == pattern.Recorded {
				f.recorded = 1
			}
			return f, err
		}
		err := db.Each(ctx, q, scan, func(f fact) error { all[f.pattern] = f; return nil }, `
			SELECT p.id, r.agency, p.latest, p.finding FROM patterns p JOIN reports r ON r.id = p.id
			WHERE p.id IN (`+db.List(1, len(some))+`)`, db.Args(some)...)
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

const selectSamples = `SELECT s.id, s.seed, s.size, s.filter, s.drawn_from, s.drawn_by, s.drawn FROM audit_samples s `

func scanSample(r db.Row) (s Sample, err error) {
	var filter string
	var drawn int64
	var by drawnBy
	if err := r.Scan(&s.ID, &s.Seed, &s.Size, &filter, &s.DrawnFrom, &s.By, &drawn); err != nil {
		return s, err
	}
	s.Drawn = time.UnixMicro(drawn).UTC()
	err = json.Unmarshal([]byte(filter), &by)
	s.Filter, s.blind = by.Filter, by.Blind
	return s, err
}

// drawnBy is what a sample was drawn by. Blind is that somebody was hidden from whoever
// drew it, and what those people reported was not drawn from.
type drawnBy struct {
	Filter
	Blind bool `json:",omitempty"`
}

// Samples are the samples drawn, newest first.
func (s *Store) Samples(ctx context.Context, by access.Actor) (all []Sample, err error) {
	err = s.guard.Look(ctx, by, access.ReadAccuracy, func(v *db.View, sight *access.Sight) error {
		sight.Saw("samples", "")
		if all, err = db.All(ctx, v, scanSample, selectSamples+`WHERE s.pool = $1 ORDER BY s.drawn DESC, s.id DESC LIMIT 100`, sight.Pool.ID); err != nil {
			return err
		}
		ids := make([]string, len(all))
		for i := range all {
			ids[i] = all[i].ID
		}
		found, err := outcomes(ctx, v, sight, ids...)
		if err != nil {
			return err
		}
		for i := range all {
			if err := all[i].see(ctx, v, sight); err != nil {
				return err
			}
			for _, o := range found[all[i].ID] {
				all[i].Done += btoi(o.verdict != "")
			}
		}
		return nil
	})
	return all, err
}

// sampleSeen is a sample that was drawn in the actor's pool.
func sampleSeen(ctx context.Context, q db.Querier, sight *access.Sight, id string) (Sample, error) {
	sight.Saw("sample", id)
	s, err := db.One(ctx, q, scanSample, selectSamples+`WHERE s.id = $1 AND s.pool = $2`, id, sight.Pool.ID)
	if err != nil {
		return s, err
	}
	return s, s.see(ctx, q, sight)
}

// see makes a sample say what an actor may know, for one from whom somebody is
// hidden: as if it had been drawn without what those people reported.
func (s *Sample) see(ctx context.Context, q db.Querier, sight *access.Sight) error {
	if !sight.Blind() {
		return nil
	}
	open, args := sight.OpenReport("x.pattern", []any{s.ID})
	size, err := db.One(ctx, q, db.Number, `SELECT COUNT(*) FROM audit_sample_patterns x WHERE x.sample = $1`+open, args...)
	if err != nil {
		return err
	}
	s.Size = int(size)
	if s.blind && s.By == sight.Name {
		return nil // they were told so when they drew it
	}
	if err := s.Filter.call(ctx, q, sight); err != nil {
		return err
	}
	drawnFrom := func(sight *access.Sight) (int, error) {
		where, args, joins := s.Filter.where(sight)
		from := ` FROM patterns p`
		if joins {
			from += current
		}
		n, err := db.One(ctx, q, db.Number, `SELECT COUNT(*)`+from+where+` AND EXISTS (SELECT 1 FROM reports r WHERE r.id = p.id AND r.taken_in <= `+db.List(len(args)+1, 1)+`)`, append(args, s.Drawn.UnixMicro())...)
		return int(n), err
	}
	seen, err := drawnFrom(sight)
	if err != nil || s.blind {
		s.DrawnFrom = min(s.DrawnFrom, seen)
		return err
	}
	all, err := drawnFrom(&access.Sight{Subject: sight.Subject})
	s.DrawnFrom -= all - seen
	return err
}

// see makes entries say what an actor may know.
func see(ctx context.Context, q db.Querier, sight *access.Sight, all []Entry) error {
	lines := make([]*pattern.Line, len(all))
	for i := range all {
		lines[i] = &all[i].Line
	}
	return pattern.See(ctx, q, sight, lines)
}

// Sampled is a sample with its patterns, in the order they were drawn.
func (s *Store) Sampled(ctx context.Context, by access.Actor, id string) (sample Sample, all []Entry, err error) {
	err = s.guard.Look(ctx, by, access.ReadSample, func(v *db.View, sight *access.Sight) error {
		if sample, err = sampleSeen(ctx, v, sight, id); err != nil {
			return err
		}
		open, args := sight.Open([]any{id, sight.Pool.ID}, "p.victim", "p.suspect")
		all, err = db.All(ctx, v, scanEntry, `
			SELECT `+pattern.LineColumns+`, d.id, d.verdict, d.reports, w.answer
			FROM audit_sample_patterns x
			JOIN reports xo ON xo.id = x.pattern
			JOIN reports xn ON xn.same_record = xo.same_record AND xn.replaced_by = ''
			JOIN accounts xa ON xa.report = xn.id
			JOIN patterns p ON p.victim = xa.victim AND p.suspect = xa.suspect AND p.pool = $2`+currentOf(sampledPairs+` = $1`)+`
			WHERE x.sample = $1`+open+` ORDER BY x.place`, args...)
		if err != nil {
			return err
		}
		return see(ctx, v, sight, all)
	})
	return sample, all, err
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
