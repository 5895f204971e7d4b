package pattern

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/person"
)

// Settle works out anew who every mention is and what patterns there are, from
// all reports held and every decision that stands, and learns a model from
// them: for each pool by itself, since nothing crosses between agencies that have
// not agreed it. What comes in while it reckons is not lost under it: reports typed in
// are placed one by one at the end, reports of an extract stay by themselves
// until their own import settles, and decisions made or undone are carried out.
// Progress is told in the stages of match.Options, and "writing".
func (s *Store) Settle(ctx context.Context, progress func(stage string, done, total int)) error {
	return s.settleSome(ctx, func(*access.Pool, bool) bool { return true }, progress)
}

// SettleFor is Settle for the pool that an agency is in.
func (s *Store) SettleFor(ctx context.Context, agency string, progress func(stage string, done, total int)) error {
	return s.settleSome(ctx, func(p *access.Pool, _ bool) bool { return slices.Contains(p.Agencies, agency) }, progress)
}

// SettleChanged is Settle for pools that are new, because agencies agreed, withdrew
// or let an agreement run out. Until it is done nobody in them sees people or
// patterns. It does nothing, and fast, when there are none.
func (s *Store) SettleChanged(ctx context.Context) error {
	return s.settleSome(ctx, func(_ *access.Pool, settled bool) bool { return !settled }, nil)
}

func (s *Store) settleSome(ctx context.Context, which func(p *access.Pool, settled bool) bool, progress func(stage string, done, total int)) error {
	s.settles.Lock()
	defer s.settles.Unlock()
	if progress == nil {
		progress = func(string, int, int) {}
	}
	var pools []access.Pool
	var settled []string
	if err := s.db.Read(ctx, func(v *db.View) (err error) {
		if pools, err = access.Pools(ctx, v, v.Now); err != nil {
			return err
		}
		settled, err = person.Settled(ctx, v)
		return err
	}); err != nil {
		return err
	}
	done, gone := 0, len(settled)
	for i := range pools {
		before := slices.Contains(settled, pools[i].ID)
		if before {
			gone--
		}
		if !which(&pools[i], before) {
			continue
		}
		done++
		if err := s.settle(ctx, &pools[i], progress); err != nil {
			return err
		}
	}
	if gone > 0 {
		if err := s.forget(ctx, pools); err != nil {
			return err
		}
	}
	if done == 0 {
		return nil
	}
	return s.db.Analyze(ctx, "reports", "mentions", "mention_keys", "search_terms", "people", "accounts", "patterns", "pattern_agencies")
}

// forget removes what was worked out for pools that are no more.
func (s *Store) forget(ctx context.Context, pools []access.Pool) error {
	ids := make([]any, len(pools))
	for i := range pools {
		ids[i] = pools[i].ID
	}
	gone := ` WHERE pool NOT IN (` + db.List(1, len(ids)) + `)`
	if len(ids) == 0 {
		return nil
	}
	return s.db.WriteAlone(ctx, func(tx *db.Tx) error {
		for _, statement := range []string{`DELETE FROM people` + gone, `DELETE FROM pattern_agencies WHERE pattern IN (SELECT id FROM patterns` + gone + `)`, `DELETE FROM patterns` + gone, `DELETE FROM match_models WHERE id NOT IN (` + db.List(1, len(ids)) + `)`} {
			if err := tx.Exec(ctx, statement, ids...); err != nil {
				return err
			}
		}
		return nil
	})
}

// settle is Settle for one pool.
func (s *Store) settle(ctx context.Context, pool *access.Pool, progress func(stage string, done, total int)) error {
	for {
		w, err := s.gatherAll(ctx, pool)
		if err != nil {
			return err
		}
		res, err := match.Resolve(ctx, w.corpus, match.Options{Decisions: w.bonds.list, Progress: progress})
		if err != nil {
			return fmt.Errorf("resolve: %w", err)
		}
		progress("writing", 0, len(w.ids))
		err = s.db.WriteAlone(ctx, func(tx *db.Tx) error {
			trained, err := person.Trained(ctx, tx, pool.ID)
			if err != nil {
				return err
			}
			if trained != w.trained {
				return errSettled
			}
			if err := w.write(ctx, tx, res); err != nil {
				return err
			}
			return w.catchUp(ctx, tx, res.Model)
		})
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, errSettled):
			return err
		}
	}
}

// errSettled says that another program settled meanwhile, and knew more, or that what
// was reckoned with is no longer there.
var errSettled = errors.New("settled by another program, or erased, meanwhile")

// A whole is every mention a pool holds, as the engine takes it.
type whole struct {
	pool     access.Pool
	corpus   *match.Corpus
	ids      []string // mention ids, in order, by index
	blank    []int32  // those of whom nothing is written by which to know anybody
	bonds    bonds
	standing []person.Decided
	trained  int64 // when it was settled before
}

func (s *Store) gatherAll(ctx context.Context, pool *access.Pool) (*whole, error) {
	w := &whole{pool: *pool, corpus: match.NewCorpus()}
	err := s.db.Read(ctx, func(v *db.View) (err error) {
		if w.trained, err = person.Trained(ctx, v, pool.ID); err != nil {
			return err
		}
		var before person.Mention
		err = person.EachMention(ctx, v, pool, func(m person.Mention) error {
			i := w.corpus.AddPrepared(&m.Prepared)
			w.ids = append(w.ids, m.ID)
			if m.Prepared.Empty() {
				w.blank = append(w.blank, i)
			}
			switch {
			case m.Report == before.Report:
				w.corpus.Oppose(i, i-1)
			case m.Victim():
				w.corpus.AddReport(i, -1)
			default:
				w.corpus.AddReport(-1, i)
			}
			before = m
			return nil
		})
		if err != nil {
			return err
		}
		if w.standing, err = person.Standing(ctx, v); err != nil {
			return err
		}
		w.bonds.decided(w.standing, w.index)
		versions, err := db.All(ctx, v, scanVersion, selectVersions+` ORDER BY id`)
		if err != nil {
			return err
		}
		w.bonds.bind(versions, w.index)
		return nil
	})
	return w, err
}

func (w *whole) index(mention string) (int32, bool) {
	i, ok := slices.BinarySearch(w.ids, mention)
	return int32(i), ok
}

// write keeps what was worked out: people, the pairs of reports, patterns, the model.
func (w *whole) write(ctx context.Context, tx *db.Tx, res *match.Result) error {
	// Who a mention is, as worked out; one that came in since is by itself.
	who := func(mention string) (string, float64) {
		if i, ok := w.index(mention); ok {
			return w.ids[res.Person[i]], res.Probability[i]
		}
		return mention, 1
	}
	heads := person.NewTally()
	var moves []person.Moved
	there := 0
	err := person.EachSeen(ctx, tx, &w.pool, func(m *person.Seen, was string, before float64) error {
		if _, ok := w.index(m.Mention); ok {
			there++
		}
		now, probability := who(m.Mention)
		heads.Take(now, m)
		if now != was || probability != before {
			moves = append(moves, person.Moved{Mention: m.Mention, Person: now, Probability: probability})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if there < len(w.ids) {
		return errSettled // reports were erased meanwhile: nobody is known by what they said
	}
	if err := person.MoveAll(ctx, tx, moves); err != nil {
		return err
	}
	if err := person.Forget(ctx, tx, &w.pool); err != nil {
		return err
	}
	if err := heads.Keep(ctx, tx, w.pool.ID); err != nil {
		return err
	}
	if err := w.reassign(ctx, tx, res, who); err != nil {
		return err
	}
	if err := remakeAll(ctx, tx, &w.pool, heads.All); err != nil {
		return err
	}
	return person.KeepModel(ctx, tx, w.pool.ID, res.Model)
}

// reassign sets the people of each account by the person its mentions now are.
func (w *whole) reassign(ctx context.Context, tx *db.Tx, res *match.Result, who func(mention string) (string, float64)) error {
	decided := w.decidedBlanks(res)
	var again []string // reports whose suspect is nobody no longer, or nobody again
	for i := range decided {
		if m := (&person.Mention{ID: w.ids[i]}); !m.Victim() {
			again = append(again, m.ID[:len(m.ID)-1])
		}
	}
	type account struct{ report, victim, suspect string }
	var rows [][]any
	scan := func(r db.Row) (c account, err error) { return c, r.Scan(&c.report, &c.victim, &c.suspect) }
	held, args := w.pool.Held("r.holder", nil)
	err := db.Each(ctx, tx, scan, func(c account) error {
		v, _ := who(person.VictimOf(c.report))
		s, _ := who(person.SuspectOf(c.report))
		i, known := w.index(person.SuspectOf(c.report))
		if isNobody(c.suspect) {
			s = nobodyBy(v)
		} else if _, blank := slices.BinarySearch(w.blank, i); known && blank && !decided[i] {
			again = append(again, c.report)
		}
		if v != c.victim || s != c.suspect {
			rows = append(rows, []any{c.report, v, s})
		}
		return nil
	}, `SELECT a.report, a.victim, a.suspect FROM accounts a JOIN reports r ON r.id = a.report WHERE 1 = 1`+held, args...)
	if err != nil {
		return err
	}
	if err := tx.Update(ctx, "accounts", []string{"report", "victim", "suspect"}, rows); err != nil {
		return err
	}
	slices.Sort(again)
	_, err = seat(ctx, tx, slices.Compact(again))
	return err
}

// decidedBlanks are the blank mentions that decisions make one person with somebody
// of whom more is written.
func (w *whole) decidedBlanks(res *match.Result) map[int32]bool {
	of := map[int32][]int32{}
	for _, i := range w.blank {
		of[res.Person[i]] = append(of[res.Person[i]], i)
	}
	decided := map[int32]bool{}
	for i, p := range res.Person {
		if len(of[p]) == 0 {
			continue
		}
		if _, blank := slices.BinarySearch(w.blank, int32(i)); !blank {
			for _, b := range of[p] {
				decided[b] = true
			}
			delete(of, p)
		}
	}
	return decided
}

// remakeAll makes every pattern of a pool again from the accounts. One that was made
// for another pool, of reports that are of this one now, goes too.
func remakeAll(ctx context.Context, tx *db.Tx, pool *access.Pool, heads map[string]*person.Person) error {
	held, args := pool.Held("r.holder", []any{pool.ID})
	was := `(SELECT p.id FROM patterns p WHERE p.pool = $1 UNION SELECT p.id FROM patterns p JOIN reports r ON r.id = p.id WHERE p.pool <> $1` + held + `)`
	for _, statement := range []string{`DELETE FROM pattern_agencies WHERE pattern IN ` + was, `DELETE FROM patterns WHERE id IN ` + was} {
		if err := tx.Exec(ctx, statement, args...); err != nil {
			return err
		}
	}
	groups, err := grouped(ctx, tx, pool)
	if err != nil {
		return err
	}
	facing, reporters := map[[2]string]int{}, map[string]int{}
	for _, g := range groups {
		facing[[2]string{g[0].victim, g[0].suspect}] = len(asItStands(g))
		reporters[g[0].suspect]++
	}
	const lot = 500
	var some []Held
	for _, g := range groups {
		if len(g) < 2 && g[0].occasions() < 2 {
			continue
		}
		v, x := g[0].victim, g[0].suspect
		c := Context{Counter: facing[[2]string{x, v}], OtherVictims: reporters[x] - 1, AlsoUnnamed: facing[[2]string{v, nobodyBy(v)}]}
		if isNobody(x) {
			c = Context{Unnamed: true}
		}
		h := hold(g, c)
		if !course(&h) {
			continue
		}
		h.Victim, h.Suspect = nameIn(heads, v), nameIn(heads, x)
		if some = append(some, h); len(some) == lot {
			if err := writePatterns(ctx, tx, pool.ID, some); err != nil {
				return err
			}
			some = some[:0]
		}
	}
	return writePatterns(ctx, tx, pool.ID, some)
}

// grouped are all accounts of a pool by pair, as ofPair gives those of one.
func grouped(ctx context.Context, q db.Querier, pool *access.Pool) (groups [][]heldAccount, err error) {
	from := 0 // the first group of the victim at hand
	end := func() {
		groups = append(groups[:from], withoutNamed(groups[from:])...)
		from = len(groups)
	}
	held, args := pool.Held("r.holder", nil)
	err = db.Each(ctx, q, scanAccount, func(h heldAccount) error {
		n := len(groups)
		switch {
		case n > from && groups[n-1][0].victim != h.victim:
			end()
			groups = append(groups, []heldAccount{h})
		case n > from && groups[n-1][0].suspect == h.suspect:
			groups[n-1] = append(groups[n-1], h)
		default:
			groups = append(groups, []heldAccount{h})
		}
		return nil
	}, selectAccounts+`WHERE 1 = 1`+held+` ORDER BY a.victim, a.suspect, a.report`, args...)
	end()
	return groups, err
}

// withoutNamed leaves out, of one victim's reports that name nobody, those whose
// record names somebody beside.
func withoutNamed(groups [][]heldAccount) [][]heldAccount {
	at := slices.IndexFunc(groups, func(g []heldAccount) bool { return isNobody(g[0].suspect) })
	if at < 0 {
		return groups
	}
	names := map[[2]string]bool{}
	for i, g := range groups {
		for j := range g {
			if i != at {
				names[[2]string{g[j].Agency, g[j].ID}] = true
			}
		}
	}
	groups[at] = slices.DeleteFunc(groups[at], func(h heldAccount) bool { return names[[2]string{h.Agency, h.ID}] })
	if len(groups[at]) == 0 {
		return slices.Delete(groups, at, at+1)
	}
	return groups
}

func nameIn(heads map[string]*person.Person, id string) string {
	if p := heads[id]; p != nil {
		return p.Name
	}
	return nobodyNamed
}
