package casefile

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/incident"
	"clew/internal/law"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/warning"
)

// What early warnings say follows from the database each time they are asked. But of a
// case with many reports or incidents, the engine is kept in memory, so that asking
// again costs by what changed. Each report and each incident bears a stamp: what has a
// new one, or is gone, is put in or taken out before the engine is asked. So it makes no
// difference which page asks, whether a transaction was undone, or whether another
// program wrote.
const (
	manyUnits = 200    // reports and incidents, from which on an engine is worth keeping
	mostUnits = 30_000 // in all engines that are kept; each weighs about 3 kB
	someUnits = 500    // are read by their keys; more are read whole
)

// A unit is a report or an incident: its stamp, and the facts that it is.
type unit struct {
	stamp    string
	facts    []string
	suspect  int
	relation pattern.Relationship
}

// The ground is what all facts of an engine rest on: when it is another, so is the engine.
type ground struct {
	c        warning.Case
	settings warning.Settings
	opened   time.Time
	mentions map[string]int // of suspects: their number
}

// A warm engine is one with what was put in.
type warm struct {
	of     string
	ground ground
	engine *warning.Engine
	units  map[string]unit
	first  []string // the oldest report of each pair: its key, and what its agency calls it
	called []string
	loose  map[string]warning.Fact
}

// engines are those that are kept, the last asked last.
type engines struct {
	mu   sync.Mutex
	kept []*warm
}

// take gives the engine that is kept, or a new one. Nobody else has it meanwhile.
func (e *engines) take(of string, g ground) *warm {
	e.mu.Lock()
	defer e.mu.Unlock()
	if i := slices.IndexFunc(e.kept, func(w *warm) bool { return w.of == of }); i >= 0 {
		w := e.kept[i]
		e.kept = slices.Delete(e.kept, i, i+1)
		if reflect.DeepEqual(w.ground, g) {
			return w
		}
	}
	c := g.c
	c.Pairs = slices.Clone(c.Pairs) // the engine says there what people are to each other
	return &warm{of: of, ground: g, engine: warning.New(c, warning.Options{Settings: &g.settings}), units: map[string]unit{}, loose: map[string]warning.Fact{},
		first: make([]string, len(c.Pairs)), called: make([]string, len(c.Pairs))}
}

// keep keeps an engine that is worth it, and lets go of those asked longest ago.
func (e *engines) keep(w *warm) {
	if w.of == "" || len(w.units) < manyUnits {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.kept = append(slices.DeleteFunc(e.kept, func(o *warm) bool { return o.of == w.of }), w)
	all := 0
	for i := range slices.Backward(e.kept) {
		if all += len(e.kept[i].units); all > mostUnits && i < len(e.kept)-1 {
			e.kept = slices.Delete(e.kept, 0, i+1)
			return
		}
	}
}

// clear lets go of all engines: somebody is erased.
func (e *engines) clear() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.kept = nil
}

// groundOf is what the facts of a case rest on.
func (s *Store) groundOf(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, now time.Time) (g ground, err error) {
	book, err := law.Open(ctx, q)
	if err != nil {
		return g, fmt.Errorf("the law: %w", err)
	}
	g = ground{settings: warning.SettingsOf(&book, now), opened: c.Opened, mentions: map[string]int{}}
	g.c.People = map[string]warning.Person{victim: {Name: c.Victim.Name}}
	if g.c.Places, err = s.routine(ctx, q, sight, c); err != nil {
		return g, err
	}
	if len(c.Suspects) == 0 { // nobody knows who it is
		g.c.Pairs = []warning.Pair{{ID: PairOf(0), Victim: victim}}
	}
	for i, p := range c.Suspects {
		g.c.People[whoOf(i)] = warning.Person{Name: p.Name}
		g.c.Pairs = append(g.c.Pairs, warning.Pair{ID: PairOf(i), Victim: victim, Suspect: whoOf(i)})
		for _, m := range c.mentions[p.ID] {
			g.mentions[m] = i
		}
	}
	return g, nil
}

// bring has an engine hold what an actor may see of a case now, and nothing else: what
// bears a stamp, and loose facts, which are few; as if something were so.
func (w *warm) bring(ctx context.Context, q db.Querier, s *Store, sight *access.Sight, c *Case, as supposition, loose []warning.Fact) error {
	now := make(map[string]warning.Fact, len(loose))
	for _, f := range loose {
		now[f.ID] = f
	}
	for id, f := range w.loose {
		if is, ok := now[id]; !ok || !reflect.DeepEqual(is, f) {
			if err := w.engine.Remove(id); err != nil {
				return err
			}
			delete(w.loose, id)
		}
	}
	stood := map[string]bool{}
	for i := range c.Suspects {
		if err := w.bringReports(ctx, q, sight, c, as, i, stood); err != nil {
			return err
		}
	}
	if err := w.bringIncidents(ctx, q, s, sight, c, stood); err != nil {
		return err
	}
	for key := range w.units {
		if !stood[key] {
			if err := w.drop(key); err != nil {
				return err
			}
		}
	}
	closest := make([]pattern.Relationship, len(c.Suspects))
	for _, u := range w.units {
		if u.suspect >= 0 {
			closest[u.suspect] = max(closest[u.suspect], u.relation)
		}
	}
	written, err := relations(ctx, q, c)
	if err != nil {
		return err
	}
	for i := range written {
		n := slices.IndexFunc(c.Suspects, func(p person.Person) bool { return p.ID == written[i].Suspect })
		closest[n] = max(closest[n], written[i].asks())
	}
	for i, r := range closest {
		said := ""
		if r != pattern.Unsaid {
			said = r.String()
		}
		w.engine.Relate(PairOf(i), said)
	}
	for _, f := range loose {
		if _, ok := w.loose[f.ID]; ok {
			continue
		}
		if err := w.engine.Add(f); err != nil {
			return err
		}
		w.loose[f.ID] = f
	}
	return nil
}

// drop takes out what one report or incident says.
func (w *warm) drop(key string) error {
	for _, id := range w.units[key].facts {
		if err := w.engine.Remove(id); err != nil {
			return err
		}
	}
	delete(w.units, key)
	return nil
}

// put puts in what one report or incident says, instead of what it said.
func (w *warm) put(key string, u unit, facts []warning.Fact) error {
	if err := w.drop(key); err != nil {
		return err
	}
	for i := range facts {
		if err := w.engine.Add(facts[i]); err != nil {
			return err
		}
		u.facts = append(u.facts, facts[i].ID)
	}
	w.units[key] = u
	return nil
}

// lacks says which of some keys are to be read anew: none of them when it is best to
// read all.
func lacks(missing []string) []string {
	if len(missing) > someUnits {
		return nil
	}
	return missing
}

func (w *warm) bringReports(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, as supposition, suspect int, stood map[string]bool) error {
	him := c.Suspects[suspect].ID
	stamps, err := pattern.StampsOf(ctx, q, sight, c.Victim.ID, him)
	if err != nil || len(stamps) == 0 {
		return err
	}
	wanted := map[string]string{}
	var missing []string
	anew := stamps[0].Key != w.first[suspect] // all of them name the oldest
	for _, s := range stamps {
		key, stamp := "r"+s.Key, PairOf(suspect)+s.Says
		if said, ok := as.recorded[s.Key]; ok {
			stamp += fmt.Sprintf("%q", said)
		}
		stood[key] = true
		if anew || w.units[key].stamp != stamp {
			wanted[s.Key] = stamp
			missing = append(missing, s.Key)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	accounts, err := pattern.AccountsOf(ctx, q, sight, c.Victim.ID, him, lacks(missing)...)
	if err != nil {
		return fmt.Errorf("accounts: %w", err)
	}
	as.in(accounts)
	late, err := cameLate(ctx, q, c.Opened, c.Victim.ID, him, lacks(missing)...)
	if err != nil {
		return err
	}
	if anew && len(accounts) > 0 {
		w.first[suspect], w.called[suspect] = accounts[0].Key, accounts[0].ID
	}
	for i := range accounts {
		a := &accounts[i]
		stamp, ok := wanted[a.Key]
		if !ok {
			continue
		}
		known := a.Reported
		if at, ok := late[a.Key]; ok && at.After(known) {
			known = at
		}
		if err := w.put("r"+a.Key, unit{stamp: stamp, suspect: suspect, relation: a.Relationship}, told(suspect, w.called[suspect], known, a)); err != nil {
			return err
		}
	}
	return nil
}

// bringIncidents is for incidents kept by hand that the actor may read; for the program,
// which asks on behalf of whoever reads the case, those that are shared.
func (w *warm) bringIncidents(ctx context.Context, q db.Querier, s *Store, sight *access.Sight, c *Case, stood map[string]bool) error {
	of := reader(sight, c)
	if sight.Program {
		of.Agency = ""
	}
	stamps, err := incident.Stamps(ctx, q, of)
	if err != nil {
		return err
	}
	var missing []string
	for id, stamp := range stamps {
		stood["i"+id] = true
		if w.units["i"+id].stamp != stamp {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	var incidents []incident.Incident
	if some := lacks(missing); len(some) > 0 {
		incidents, err = incident.Some(ctx, q, of, some)
	} else {
		incidents, err = incident.Of(ctx, q, of)
	}
	if err != nil {
		return err
	}
	facts, err := incident.Facts(ctx, q, of, lacks(missing)...)
	if err != nil {
		return err
	}
	about := map[string][]*incident.Fact{}
	for n := range facts {
		if f := &facts[n]; !f.Gone {
			about[f.Incident] = append(about[f.Incident], f)
		}
	}
	incidents = slices.DeleteFunc(incidents, func(i incident.Incident) bool { return w.units["i"+i.ID].stamp == stamps[i.ID] })
	at, err := s.finds(ctx, q, incidents)
	if err != nil {
		return err
	}
	for n := range incidents {
		i := &incidents[n]
		suspect, ok := w.ground.mentions[i.Suspect]
		if !ok {
			suspect = -1
		}
		if err := w.put("i"+i.ID, unit{stamp: stamps[i.ID], suspect: suspect}, incidentFacts(i, about[i.ID], suspect, at[i.ID])); err != nil {
			return err
		}
	}
	return nil
}
