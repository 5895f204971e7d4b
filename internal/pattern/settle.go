package pattern

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/person"
	"clew/internal/report"
)

// Settle works out anew who every mention is and what patterns there are, from
// all reports held and every decision that stands, and learns a model from
// them. Reports taken in while it reckons are placed one by one at the end.
// Progress is told in the stages of match.Options, and "writing".
func (s *Store) Settle(ctx context.Context, progress func(stage string, done, total int)) error {
	s.settles.Lock()
	defer s.settles.Unlock()
	if progress == nil {
		progress = func(string, int, int) {}
	}
	w, err := s.gatherAll(ctx)
	if err != nil {
		return err
	}
	res, err := match.Resolve(ctx, w.corpus, match.Options{Decisions: w.decisions, Progress: progress})
	if err != nil {
		return fmt.Errorf("resolve: %w", err)
	}
	progress("writing", 0, len(w.ids))
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := w.write(ctx, tx, res); err != nil {
			return err
		}
		return w.placeLate(ctx, tx, res.Model)
	})
}

// A whole is every mention held, as the engine takes it.
type whole struct {
	corpus      *match.Corpus
	ids         []string // mention ids, by index
	person      []string // as held now
	probability []float32
	name, born  []string
	decisions   []match.Decision
	last        string // the newest report among them
}

func (s *Store) gatherAll(ctx context.Context) (*whole, error) {
	w := &whole{corpus: match.NewCorpus()}
	err := s.db.Read(ctx, func(v *db.View) error {
		before, suspect := "", int32(-1)
		err := person.EachMention(ctx, v, func(m person.Mention) error {
			i := w.corpus.AddPrepared(&m.Prepared)
			w.ids, w.person, w.probability = append(w.ids, m.ID), append(w.person, m.Person), append(w.probability, float32(m.Probability))
			w.name, w.born = append(w.name, m.Name), append(w.born, m.Born)
			switch {
			case m.Report != before && m.Victim():
				suspect = -1
				w.corpus.AddReport(i, -1)
			case m.Report != before:
				suspect = i
				w.corpus.AddReport(-1, i)
			case m.Victim():
				w.corpus.Oppose(i, suspect)
			}
			before = m.Report
			w.last = max(w.last, m.Report)
			return nil
		})
		if err != nil {
			return err
		}
		standing, err := person.Standing(ctx, v)
		for _, d := range standing {
			a, okA := slices.BinarySearch(w.ids, d.A)
			b, okB := slices.BinarySearch(w.ids, d.B)
			if okA && okB {
				w.decisions = append(w.decisions, match.Decision{A: int32(a), B: int32(b), Same: d.Same})
			}
		}
		return err
	})
	return w, err
}

// write keeps what was worked out: people, the pairs of reports, patterns, the model.
func (w *whole) write(ctx context.Context, tx *db.Tx, res *match.Result) error {
	heads := make(map[string]*person.Person, len(w.ids))
	for i, id := range w.ids {
		who := w.ids[res.Person[i]]
		p := heads[who]
		if p == nil {
			p = &person.Person{ID: who}
			heads[who] = p
		}
		p.Take(id, w.name[i], w.born[i])
		if who != w.person[i] || float32(res.Probability[i]) != w.probability[i] {
			if err := person.Move(ctx, tx, id, who, res.Probability[i]); err != nil {
				return err
			}
		}
	}
	if err := person.Forget(ctx, tx); err != nil {
		return err
	}
	all := make([]person.Person, 0, len(heads))
	for _, id := range slices.Sorted(maps.Keys(heads)) {
		all = append(all, *heads[id])
	}
	if err := person.Keep(ctx, tx, all); err != nil {
		return err
	}
	for i := range all {
		heads[all[i].ID] = &all[i] // with the names chosen
	}
	// Accounts name people as they were: bring them up to date, then compose.
	now := map[string]string{}
	for i, id := range w.ids {
		if who := w.ids[res.Person[i]]; who != id {
			now[id] = who
		}
	}
	if err := reassign(ctx, tx, now); err != nil {
		return err
	}
	if err := remakeAll(ctx, tx, heads); err != nil {
		return err
	}
	return person.KeepModel(ctx, tx, res.Model)
}

// reassign sets the people of each account by the person its mentions now are.
// A mention that is in nobody else's person stands for itself.
func reassign(ctx context.Context, tx *db.Tx, now map[string]string) error {
	type change struct{ report, victim, suspect string }
	var changes []change
	scan := func(r db.Row) (c change, err error) { return c, r.Scan(&c.report, &c.victim, &c.suspect) }
	err := db.Each(ctx, tx, scan, func(c change) error {
		v, s := person.VictimOf(c.report), person.SuspectOf(c.report)
		if who, ok := now[v]; ok {
			v = who
		}
		if who, ok := now[s]; ok {
			s = who
		}
		if isNobody(c.suspect) {
			s = nobodyBy(v)
		}
		if v != c.victim || s != c.suspect {
			changes = append(changes, change{c.report, v, s})
		}
		return nil
	}, `SELECT report, victim, suspect FROM accounts`)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if err := tx.Exec(ctx, `UPDATE accounts SET victim = $2, suspect = $3 WHERE report = $1`, c.report, c.victim, c.suspect); err != nil {
			return err
		}
	}
	return nil
}

// remakeAll makes every pattern again from the accounts.
func remakeAll(ctx context.Context, tx *db.Tx, heads map[string]*person.Person) error {
	for _, table := range []string{"pattern_agencies", "patterns"} {
		if err := tx.Exec(ctx, `DELETE FROM `+table); err != nil {
			return err
		}
	}
	facing, reporters, pairs := map[[2]string]int{}, map[string]map[string]bool{}, 0
	var groups [][]heldAccount
	err := db.Each(ctx, tx, scanAccount, func(h heldAccount) error {
		pair := [2]string{h.victim, h.suspect}
		facing[pair]++
		if reporters[h.suspect] == nil {
			reporters[h.suspect] = map[string]bool{}
		}
		reporters[h.suspect][h.victim] = true
		if n := len(groups); n > 0 && groups[n-1][0].victim == h.victim && groups[n-1][0].suspect == h.suspect {
			groups[n-1] = append(groups[n-1], h)
		} else {
			groups = append(groups, []heldAccount{h})
		}
		return nil
	}, selectAccounts+`ORDER BY a.victim, a.suspect, a.report`)
	if err != nil {
		return err
	}
	const lot = 500
	var some []Held
	for _, g := range groups {
		if len(g) < 2 && g[0].occasions() < 2 {
			continue
		}
		v, x := g[0].victim, g[0].suspect
		c := Context{Counter: facing[[2]string{x, v}], OtherVictims: len(reporters[x]) - 1, AlsoUnnamed: facing[[2]string{v, nobodyBy(v)}]}
		if isNobody(x) {
			c = Context{Unnamed: true}
		}
		h := hold(g, c)
		h.Victim, h.Suspect = nameIn(heads, v), nameIn(heads, x)
		if some = append(some, h); len(some) == lot {
			if err := writePatterns(ctx, tx, some); err != nil {
				return err
			}
			some = some[:0]
		}
		pairs++
	}
	if err := writePatterns(ctx, tx, some); err != nil {
		return err
	}
	return tally(ctx, tx, map[string]int{"people": len(heads), "patterns": pairs})
}

func nameIn(heads map[string]*person.Person, id string) string {
	if p := heads[id]; p != nil {
		return p.Name
	}
	return nobodyNamed
}

// placeLate places reports that came in after the mentions were read.
func (w *whole) placeLate(ctx context.Context, tx *db.Tx, model *match.Model) error {
	late, err := db.All(ctx, tx, db.Text, `SELECT DISTINCT report FROM mentions WHERE report > $1 ORDER BY report`, w.last)
	if err != nil || len(late) == 0 {
		return err
	}
	held, err := report.Some(ctx, tx, late)
	for i := range held {
		if held[i].ReplacedBy != "" {
			continue
		}
		if _, err := place(ctx, tx, model, held[i].Key, &held[i].Record); err != nil {
			return err
		}
	}
	return err
}

// tally keeps counts that are too slow to take on every page.
func tally(ctx context.Context, tx *db.Tx, counts map[string]int) error {
	for name, n := range counts {
		if err := tx.Exec(ctx, `DELETE FROM tallies WHERE name = $1`, name); err != nil {
			return err
		}
		if err := tx.Exec(ctx, `INSERT INTO tallies (name, value) VALUES ($1, $2)`, name, n); err != nil {
			return err
		}
	}
	return nil
}
