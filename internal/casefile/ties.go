package casefile

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/incident"
	"clew/internal/pattern/match"
	"clew/internal/person"
	"clew/internal/warning"
)

const (
	mostShown = 500 // things that the incidents of a case show, and others are looked for by
	mostTied  = 20  // cases that show the same; what more show tells nobody apart
)

// tie keeps by what incidents may be tied to those of other cases, and has early warnings
// asked anew about the cases that they were tied to, or are now. A report that comes in
// later ties the case of its suspect at once, and the other within a day.
func (s *Store) tie(ctx context.Context, tx *db.Tx, all []incident.Incident) error {
	touched, err := incident.Tie(ctx, tx, s.seal.Hash, all)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(touched.Hashes, mostShown) {
		if err := tx.Exec(ctx, `UPDATE cases SET look = 0 WHERE closed IS NULL AND look > 0 AND id IN (SELECT o.stays FROM incident_ties t JOIN cases o ON o.id = t.case_id WHERE t.hash IN (`+db.List(1, len(some))+`))`, db.Args(some)...); err != nil {
			return fmt.Errorf("cases that are tied: %w", err)
		}
	}
	for some := range slices.Chunk(touched.Keys, mostShown) {
		if err := tx.Exec(ctx, `UPDATE cases SET look = 0 WHERE closed IS NULL AND look > 0 AND id IN (SELECT o.stays FROM mention_keys k JOIN mentions m ON m.id = k.mention JOIN mentions sm ON sm.person = m.person JOIN case_suspects x ON x.mention = sm.id JOIN cases o ON o.id = x.case_id WHERE k.key IN (`+db.List(1, len(some))+`))`, db.Args(some)...); err != nil {
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
	return tx.Exec(ctx, `UPDATE cases SET look = 0 WHERE closed IS NULL AND look > 0 AND id IN (SELECT o.stays FROM incident_ties t JOIN cases o ON o.id = t.case_id
		UNION SELECT o.stays FROM incident_ties t JOIN mention_keys k ON k.key = t.same JOIN mentions m ON m.id = k.mention JOIN mentions sm ON sm.person = m.person JOIN case_suspects x ON x.mention = sm.id JOIN cases o ON o.id = x.case_id WHERE t.same <> 0)`)
}

// A tie is something that this case and one of another victim both show: an incident
// here and one there; an incident here and a suspect there, or the other way round.
type tie struct {
	Kind     string // a code of incident.Features
	Text     string // as it is written here or, of a suspect here, there; empty: as Mine shows it
	Mine     incident.Shown
	Suspect  string // of this case: a person; empty: an incident shows it
	Report   string // of that suspect, in which it stands
	Case     string
	Incident string // of the other case; empty: a suspect of that case is reported with it
	Victim   string // of the other case: a person
	Since    time.Time

	value string // what is the same
}

// ties are what a case shows that those of other victims show too, as far as the actor
// may read both, by when it was known: cases that are no series with this one yet. The
// program, which asks on behalf of whoever reads this case, is told of no case that is
// kept apart, or closed to somebody by a conflict lock, and goes by no report that is.
func (s *Store) ties(ctx context.Context, q db.Querier, sight *access.Sight, c *Case) ([]tie, error) {
	if c.ID == "" || c.Victim.ID == "" {
		return nil, nil
	}
	of := reader(sight, c)
	if sight.Program {
		of.Agency = ""
	}
	mine, err := incident.ShownBy(ctx, q, of)
	if err != nil {
		return nil, err
	}
	all, err := showBoth(ctx, q, sight, c, of.Agency, mine[:min(len(mine), mostShown)])
	if err != nil {
		return nil, err
	}
	closed, err := s.closedTo(ctx, q, sight, c)
	if err != nil {
		return nil, err
	}
	there, err := suspectedThere(ctx, q, sight, c, mine[:min(len(mine), mostShown)], closed)
	if err != nil {
		return nil, err
	}
	here, err := suspectedHere(ctx, q, sight, c, of.Agency, closed)
	if err != nil {
		return nil, err
	}
	if all = slices.Concat(all, there, here); len(all) == 0 {
		return nil, nil
	}
	if sight.Program {
		ids := make([]string, len(all))
		for i := range all {
			ids[i] = all[i].Case
		}
		shut, err := s.shut(ctx, q, ids)
		if err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(all, func(x tie) bool { return shut[x.Case] })
	}
	common := map[string]map[string]bool{}
	for _, x := range all {
		if common[x.value] == nil {
			common[x.value] = map[string]bool{}
		}
		common[x.value][x.Case] = true
	}
	all = slices.DeleteFunc(all, func(x tie) bool { return len(common[x.value]) > mostTied })
	slices.SortFunc(all, func(a, b tie) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Mine.Incident, b.Mine.Incident), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Case, b.Case), cmp.Compare(a.Incident, b.Incident), cmp.Compare(a.Report, b.Report))
	})
	return all, nil
}

// another is the condition that a case c is of another victim vm than $1 is, which is $2,
// in no series with it, and there for the actor.
func another(sight *access.Sight, args []any) (string, []any) {
	where, args := Seen(sight, args)
	if sight.Program {
		where += ` AND c.apart = 0`
	}
	return ` AND c.id <> $1 AND vm.person <> $2 AND NOT EXISTS (SELECT 1 FROM case_series y WHERE ` + within("y.case_id", "c.id") + ` AND y.until IS NULL AND y.series IN (SELECT z.series FROM case_series z WHERE ` + within("z.case_id", "$1") + ` AND z.until IS NULL))` + where, args
}

// showBoth are incidents of other cases that show the same as some of this one.
func showBoth(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, agency string, mine []incident.Shown) (all []tie, err error) {
	if len(mine) == 0 {
		return nil, nil
	}
	by := map[string][]incident.Shown{}
	for _, m := range mine {
		by[string(m.Hash)] = append(by[string(m.Hash)], m)
	}
	args := []any{c.ID, c.Victim.ID, agency}
	for _, h := range slices.Sorted(maps.Keys(by)) {
		args = append(args, []byte(h))
	}
	in := db.List(4, len(by))
	where, args := another(sight, args)
	type row struct {
		tie
		hash []byte
	}
	err = db.Each(ctx, q, func(r db.Row) (x row, err error) {
		var since, entered int64
		err = r.Scan(&x.hash, &x.Kind, &x.Incident, &x.Case, &x.Victim, &since, &entered)
		x.Since = time.UnixMicro(max(since, entered)).UTC()
		return x, err
	}, func(x row) error {
		for _, m := range by[string(x.hash)] {
			if m.Kind == x.Kind {
				one := x.tie
				one.Mine, one.Since, one.value = m, laterOf(x.Since, m.Since), string(x.hash)
				all = append(all, one)
			}
		}
		return nil
	}, `SELECT t.hash, t.kind, t.incident, c.id, vm.person, t.since, `+strings.ReplaceAll(incident.Entered, "$2", "$3")+` FROM incident_ties t JOIN incidents i ON i.id = t.version JOIN cases o ON o.id = t.case_id JOIN cases c ON c.id = o.stays JOIN mentions vm ON vm.id = c.victim
		WHERE t.hash IN (`+in+`) AND (i.basis <> '' OR i.agency = $3)`+where, args...)
	if err != nil {
		return nil, fmt.Errorf("ties: %w", err)
	}
	return all, nil
}

// suspectedThere are suspects of other cases who are reported with a number, name online
// or vehicle that incidents of this one show; but for its own suspects, of whom it is
// said that others report them.
func suspectedThere(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, mine []incident.Shown, closed []string) (all []tie, err error) {
	by := map[int64][]incident.Shown{}
	for _, m := range mine {
		if m.Same != 0 {
			by[m.Same] = append(by[m.Same], m)
		}
	}
	if len(by) == 0 {
		return nil, nil
	}
	args := append([]any{c.ID, c.Victim.ID}, db.Args(slices.Sorted(maps.Keys(by)))...)
	in := db.List(3, len(by))
	held, args := sight.Pool.Held("r.holder", args)
	open, args := sight.OpenReport("r.id", args)
	where, args := another(sight, args)
	where += held + open
	if len(closed) > 0 {
		where += ` AND r.id NOT IN (SELECT hidden.report FROM mentions hidden WHERE hidden.person IN (` + db.List(len(args)+1, len(closed)) + `))`
		args = append(args, db.Args(closed)...)
	}
	if len(c.Suspects) > 0 {
		where += ` AND m.person NOT IN (` + db.List(len(args)+1, len(c.Suspects)) + `)`
		for _, p := range c.Suspects {
			args = append(args, p.ID)
		}
	}
	type row struct {
		tie
		key int64
	}
	err = db.Each(ctx, q, func(r db.Row) (x row, err error) {
		var since, opened int64
		err = r.Scan(&x.key, &x.Case, &x.Victim, &since, &opened)
		x.Since = time.UnixMicro(max(since, opened)).UTC() // nobody could look before there was a case
		return x, err
	}, func(x row) error {
		for _, m := range by[x.key] {
			one := x.tie
			one.Mine, one.Kind, one.Since, one.value = m, m.Kind, laterOf(x.Since, m.Since), fmt.Sprint(x.key)
			all = append(all, one)
		}
		return nil
	}, `SELECT k.key, c.id, vm.person, MIN(r.taken_in), c.opened FROM mention_keys k JOIN mentions m ON m.id = k.mention JOIN reports r ON r.id = m.report JOIN mentions sm ON sm.person = m.person JOIN case_suspects x ON x.mention = sm.id JOIN cases o ON o.id = x.case_id JOIN cases c ON c.id = o.stays JOIN mentions vm ON vm.id = c.victim
		WHERE k.key IN (`+in+`) AND r.replaced_by = '' AND r.erased IS NULL`+where+` GROUP BY k.key, c.id, vm.person, c.opened`, args...)
	if err != nil {
		return nil, fmt.Errorf("suspects of other cases: %w", err)
	}
	return all, nil
}

// mostMentions is how many reports of a suspect are looked through for what incidents of
// other cases show.
const mostMentions = 100

// suspectedHere are incidents of other cases that show what suspects of this one are
// reported with; but for those of cases where they are suspects too.
func suspectedHere(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, agency string, closed []string) (all []tie, err error) {
	type at struct{ person, report string }
	by := map[int64]at{}
	hidden := map[string]bool{} // reports
	if len(closed) > 0 {
		if err := db.Each(ctx, q, db.Text, func(r string) error { hidden[r] = true; return nil }, `SELECT DISTINCT report FROM mentions WHERE person IN (`+db.List(1, len(closed))+`)`, db.Args(closed)...); err != nil {
			return nil, fmt.Errorf("reports that are hidden: %w", err)
		}
	}
	for _, p := range c.Suspects {
		mentions, err := person.MentionsSeen(ctx, q, sight, p.ID, mostMentions)
		if err != nil {
			return nil, err
		}
		for i := range mentions {
			if hidden[mentions[i].Report] {
				continue
			}
			for _, k := range mentions[i].Prepared.Keys() {
				if _, ok := by[int64(k)]; !ok && match.Direct(k) {
					by[int64(k)] = at{p.ID, mentions[i].Report}
				}
			}
		}
	}
	if len(by) == 0 {
		return nil, nil
	}
	keys := slices.Sorted(maps.Keys(by))
	keys = keys[:min(len(keys), mostShown)]
	args := append([]any{c.ID, c.Victim.ID, agency}, db.Args(keys)...)
	in := db.List(4, len(keys))
	where, args := another(sight, args)
	where += ` AND NOT EXISTS (SELECT 1 FROM case_suspects x JOIN mentions m ON m.id = x.mention WHERE ` + within("x.case_id", "c.id") + ` AND m.person IN (` + db.List(len(args)+1, len(c.Suspects)) + `))`
	for _, p := range c.Suspects {
		args = append(args, p.ID)
	}
	err = db.Each(ctx, q, func(r db.Row) (x tie, err error) {
		var key, since, entered int64
		var features string
		if err := r.Scan(&key, &x.Kind, &x.Incident, &features, &x.Case, &x.Victim, &since, &entered); err != nil {
			return x, err
		}
		x.Suspect, x.Report, x.value = by[key].person, by[key].report, fmt.Sprint(key)
		x.Since = laterOf(time.UnixMicro(max(since, entered)).UTC(), c.Opened)
		shown := map[string]string{}
		if err := json.Unmarshal([]byte(features), &shown); err != nil {
			return x, fmt.Errorf("features of %s: %w", x.Incident, err)
		}
		x.Text = shown[x.Kind]
		return x, nil
	}, func(x tie) error { all = append(all, x); return nil }, `SELECT t.same, t.kind, t.incident, i.features, c.id, vm.person, t.since, `+strings.ReplaceAll(incident.Entered, "$2", "$3")+` FROM incident_ties t JOIN incidents i ON i.id = t.version JOIN cases o ON o.id = t.case_id JOIN cases c ON c.id = o.stays JOIN mentions vm ON vm.id = c.victim
		WHERE t.same IN (`+in+`) AND t.same <> 0 AND (i.basis <> '' OR i.agency = $3)`+where, args...)
	if err != nil {
		return nil, fmt.Errorf("incidents of other cases: %w", err)
	}
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
	var all []warning.Fact
	seen := map[[3]string]bool{}
	for _, x := range ties {
		key := [3]string{x.Mine.Incident + x.Report, x.Kind, x.Victim}
		if seen[key] {
			continue
		}
		seen[key] = true
		id, pair := incidentFact+x.Mine.Incident, PairOf(0)
		if x.Suspect != "" {
			id = tieOf + x.Report
		}
		for i, p := range c.Suspects {
			if p.ID == x.Suspect || slices.Contains(c.mentions[p.ID], x.Mine.Suspect) {
				pair = PairOf(i)
			}
		}
		all = append(all, warning.Fact{ID: id + "-" + fmt.Sprint(x.Kind, len(all)), Kind: warning.OfTie, Pairs: []string{pair}, Known: everybody(x.Since),
			Detail: warning.Detail{What: tieName(x.Kind), Victim: x.Victim}})
	}
	return all, nil
}

// tieOf begins the id of a fact that a suspect is reported with what another case shows.
const tieOf = "t-"

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

// closedTo are, for the program, the people whom a conflict lock hides from anybody, but
// for those in a case: whoever may read it sees them.
func (s *Store) closedTo(ctx context.Context, q db.Querier, sight *access.Sight, c *Case) ([]string, error) {
	if !sight.Program {
		return nil, nil
	}
	closed, err := s.guard.Closed(ctx, q)
	return slices.DeleteFunc(closed, func(id string) bool {
		return id == c.Victim.ID || slices.ContainsFunc(c.Suspects, func(p person.Person) bool { return p.ID == id })
	}), err
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
