package casefile

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/incident"
	"clew/internal/warning"
)

const (
	mostShown = 500 // things that the incidents of a case show, and others are looked for by
	mostTied  = 20  // cases that show the same; what more show tells nobody apart
)

// tie keeps by what incidents may be tied to those of other cases, and has early warnings
// asked anew about the cases that they were tied to, or are now.
func (s *Store) tie(ctx context.Context, tx *db.Tx, all []incident.Incident) error {
	touched, err := incident.Tie(ctx, tx, s.seal.Hash, all)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(touched, mostShown) {
		if err := tx.Exec(ctx, `UPDATE cases SET look = 0 WHERE closed IS NULL AND look > 0 AND id IN (SELECT o.stays FROM incident_ties t JOIN cases o ON o.id = t.case_id WHERE t.hash IN (`+db.List(1, len(some))+`))`, db.Args(some)...); err != nil {
			return fmt.Errorf("cases that are tied: %w", err)
		}
	}
	return nil
}

// TieAll keeps by what incidents may be tied that were written down before that was kept.
// It says whether it could.
func (s *Store) TieAll(ctx context.Context, tx *db.Tx) (done bool, err error) {
	if s.seal.Trouble() != nil {
		return false, nil
	}
	all, err := incident.Untied(ctx, tx)
	if err != nil {
		return false, err
	}
	return true, s.tie(ctx, tx, all)
}

// MarkTied has early warnings asked anew about all cases that may be tied to others: who
// may know of them has changed.
func (s *Store) MarkTied(ctx context.Context, tx *db.Tx) error {
	return tx.Exec(ctx, `UPDATE cases SET look = 0 WHERE closed IS NULL AND look > 0 AND id IN (SELECT o.stays FROM incident_ties t JOIN cases o ON o.id = t.case_id)`)
}

// A Shared is an incident of another victim's case that shows the same as one of this case.
type Shared struct {
	Mine     incident.Shown
	Case     string
	Incident string // of the other case
	Victim   string // of the other case: a person
	Since    time.Time
}

// ties are what incidents of a case show that those of other victims' cases show too, as
// far as the actor may read both, by when it was known: cases that are no series with this
// one yet. The program, which asks on behalf of whoever reads this case, is told of no
// case that is kept apart, or closed to somebody by a conflict lock.
func (s *Store) ties(ctx context.Context, q db.Querier, sight *access.Sight, c *Case) ([]Shared, error) {
	if c.ID == "" || c.Victim.ID == "" {
		return nil, nil
	}
	of := reader(sight, c)
	if sight.Program {
		of.Agency = ""
	}
	mine, err := incident.ShownBy(ctx, q, of)
	if err != nil || len(mine) == 0 {
		return nil, err
	}
	mine = mine[:min(len(mine), mostShown)]
	hashes := map[string][]byte{}
	for i := range mine {
		hashes[string(mine[i].Hash)] = mine[i].Hash
	}
	some := slices.Collect(maps.Values(hashes))
	args := append([]any{c.ID, of.Agency, c.Victim.ID}, db.Args(some)...)
	where, args := Seen(sight, args)
	if sight.Program {
		where += ` AND c.apart = 0`
	}
	type row struct {
		Shared
		hash []byte
		kind string
	}
	rows, err := db.All(ctx, q, func(r db.Row) (x row, err error) {
		var since, entered int64
		err = r.Scan(&x.hash, &x.kind, &x.Incident, &x.Case, &x.Victim, &since, &entered)
		x.Since = time.UnixMicro(max(since, entered)).UTC()
		return x, err
	}, `SELECT t.hash, t.kind, t.incident, c.id, vm.person, t.since, `+incident.Entered+` FROM incident_ties t JOIN incidents i ON i.id = t.version JOIN cases o ON o.id = t.case_id JOIN cases c ON c.id = o.stays JOIN mentions vm ON vm.id = c.victim
		WHERE t.hash IN (`+db.List(4, len(some))+`) AND c.id <> $1 AND vm.person <> $3 AND (i.basis <> '' OR i.agency = $2)
		AND NOT EXISTS (SELECT 1 FROM case_series y WHERE `+within("y.case_id", "c.id")+` AND y.until IS NULL AND y.series IN (SELECT z.series FROM case_series z WHERE `+within("z.case_id", "$1")+` AND z.until IS NULL))`+where+`
		ORDER BY t.incident, t.kind`, args...)
	if err != nil {
		return nil, fmt.Errorf("ties: %w", err)
	}
	if sight.Program && len(rows) > 0 {
		ids := make([]string, len(rows))
		for i := range rows {
			ids[i] = rows[i].Case
		}
		shut, err := s.shut(ctx, q, ids)
		if err != nil {
			return nil, err
		}
		rows = slices.DeleteFunc(rows, func(x row) bool { return shut[x.Case] })
	}
	common := map[string]map[string]bool{}
	for _, x := range rows {
		if common[string(x.hash)] == nil {
			common[string(x.hash)] = map[string]bool{}
		}
		common[string(x.hash)][x.Case] = true
	}
	var all []Shared
	for i := range mine {
		for _, x := range rows {
			if mine[i].Equal(x.kind, x.hash) && len(common[string(x.hash)]) <= mostTied {
				x.Mine, x.Since = mine[i], laterOf(x.Since, mine[i].Since)
				all = append(all, x.Shared)
			}
		}
	}
	slices.SortFunc(all, func(a, b Shared) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Mine.Incident, b.Mine.Incident), cmp.Compare(a.Mine.Kind, b.Mine.Kind), cmp.Compare(a.Incident, b.Incident))
	})
	return all, nil
}

func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// tieFacts are ties as early warnings take them: each other victim once for each thing
// that an incident of this case shows.
func (s *Store) tieFacts(ctx context.Context, q db.Querier, sight *access.Sight, c *Case) ([]warning.Fact, error) {
	ties, err := s.ties(ctx, q, sight, c)
	if err != nil || len(ties) == 0 {
		return nil, err
	}
	mentions, err := named(ctx, q, c)
	if err != nil {
		return nil, err
	}
	var all []warning.Fact
	seen := map[[3]string]bool{}
	for _, x := range ties {
		key := [3]string{x.Mine.Incident, x.Mine.Kind, x.Victim}
		if seen[key] {
			continue
		}
		seen[key] = true
		pair := pairNo(0)
		for i, p := range c.Suspects {
			if slices.Contains(mentions[p.ID], x.Mine.Suspect) {
				pair = pairNo(i)
			}
		}
		all = append(all, warning.Fact{ID: incidentFact + x.Mine.Incident + "-" + fmt.Sprint(x.Mine.Kind, len(all)), Kind: warning.OfTie, Pairs: []string{pair}, Known: everybody(x.Since),
			Detail: warning.Detail{What: tieName(x.Mine.Kind), Victim: x.Victim}})
	}
	return all, nil
}

// tieName is what people call a thing by which cases are tied.
func tieName(kind string) string {
	return map[string]string{"number": "number", "handle": "name online", "device": "device", "vehicle": "vehicle", "wording": "wording", "method": "way of doing it"}[kind]
}

// shut are those of some cases in which anybody is closed to anybody by a conflict lock.
func (s *Store) shut(ctx context.Context, q db.Querier, ids []string) (map[string]bool, error) {
	closed, err := s.guard.Closed(ctx, q)
	if err != nil || len(closed) == 0 {
		return nil, err
	}
	shut := map[string]bool{}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		spoken, err := db.All(ctx, q, db.Text, `SELECT m.person FROM mentions m WHERE m.id IN (`+spokenOf("$1")+`)`, id)
		if err != nil {
			return nil, fmt.Errorf("spoken of: %w", err)
		}
		shut[id] = slices.ContainsFunc(spoken, func(p string) bool { return slices.Contains(closed, p) })
	}
	return shut, nil
}

// tiedCases are the cases that a case is tied to, each once.
func (s *Store) tiedCases(ctx context.Context, q db.Querier, sight *access.Sight, c *Case) (ids []string, err error) {
	ties, err := s.ties(ctx, q, sight, c)
	for _, x := range ties {
		if !slices.Contains(ids, x.Case) {
			ids = append(ids, x.Case)
		}
	}
	return ids[:min(len(ids), mostChoices)], err
}

// pointed are the agencies, beyond those that read the case, that lead a case of another
// victim in which something is the same, as far as an agreement lets that be known: whom
// to ask, and nothing else. A case that is kept apart, or closed to anybody by a conflict
// lock, is not pointed to.
func (s *Store) pointed(ctx context.Context, q db.Querier, sight *access.Sight, c *Case) (agencies []string, err error) {
	beyond, err := access.Beyond(ctx, q, sight.Now, sight.Agency)
	if err != nil || len(beyond) == 0 {
		return nil, err
	}
	mine, err := incident.ShownBy(ctx, q, reader(sight, c))
	if err != nil || len(mine) == 0 {
		return nil, err
	}
	hashes := map[string][]byte{}
	for i := range mine[:min(len(mine), mostShown)] {
		hashes[string(mine[i].Hash)] = mine[i].Hash
	}
	some := slices.Collect(maps.Values(hashes))
	args := append(db.Args(some), db.Args(beyond)...)
	type row struct{ hash, id, holder, victim string }
	var rows []row
	var shut map[string]bool
	err = q.Widely(ctx, func() error {
		rows, err = db.All(ctx, q, func(r db.Row) (x row, err error) {
			var hash []byte
			err = r.Scan(&hash, &x.id, &x.holder, &x.victim)
			x.hash = string(hash)
			return x, err
		}, `SELECT DISTINCT t.hash, c.id, c.holder, vm.person FROM incident_ties t JOIN incidents i ON i.id = t.version JOIN cases o ON o.id = t.case_id JOIN cases c ON c.id = o.stays JOIN mentions vm ON vm.id = c.victim
			WHERE t.hash IN (`+db.List(1, len(some))+`) AND c.holder IN (`+db.List(1+len(some), len(beyond))+`) AND c.apart = 0 AND i.basis <> '' ORDER BY c.id`, args...)
		if err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]string, len(rows))
		for i := range rows {
			ids[i] = rows[i].id
		}
		shut, err = s.shut(ctx, q, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("signposts: %w", err)
	}
	common := map[string]int{}
	for _, x := range rows {
		common[x.hash]++
	}
	for _, x := range rows {
		if shut[x.id] || common[x.hash] > mostTied {
			continue
		}
		sight.Saw("case", c.ID, x.victim) // those who hold it see that they were pointed to
		if !slices.Contains(agencies, x.holder) {
			agencies = append(agencies, x.holder)
		}
	}
	slices.Sort(agencies)
	return agencies, nil
}
