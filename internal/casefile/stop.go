package casefile

import (
	"context"
	"fmt"
	"slices"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/warning"
	"clew/internal/when"
)

// A supposition is what a state of early warnings is asked for as if it were so.
type supposition struct {
	recorded map[string]report.Said // what reports are recorded as, by their keys
	closed   bool                   // closure is asked for
}

// in tells accounts as if it were so.
func (s *supposition) in(accounts []pattern.Account) {
	for i := range accounts {
		if said, ok := s.recorded[accounts[i].Key]; ok {
			accounts[i].Code, accounts[i].Title = said.Code, said.Text
		}
	}
}

// Stopped says of changes that newer versions would make to reports, why a hold stops
// each; "" when none does. That a report is recorded as something else is stopped
// whether its pair has a case or not; a grade and a closing outcome are stopped where
// a case is open, since holds on these are about its work. A case that is kept apart
// stops nothing that comes in: whoever brings it would learn of the case. What waited
// before it was kept apart waits on.
//
// The holds are those that would stand if the change were made: a report that is no
// longer recorded as stalking does not answer a hold.
func (s *Store) Stopped(ctx context.Context, q db.Querier, sight *access.Sight, all []report.Supposed) ([]string, error) {
	now := sight.Now
	clew := &access.Sight{Subject: access.Subject{Actor: access.Program(sight.Agency, "Clew"), Now: now, Pool: sight.Pool}, Action: access.ReadCase}
	pairs, err := pairsOf(ctx, q, all)
	if err != nil {
		return nil, err
	}
	clew.Program = sight.Program && sight.Action != access.ImportReports
	cases, err := openAbout(ctx, q, clew, pairs)
	clew.Program = true
	if err != nil {
		return nil, err
	}
	why := make([]string, len(all))
	for pair, places := range byPair(all, pairs) {
		as := supposition{recorded: map[string]report.Said{}}
		steps := map[warning.Step]bool{}
		for _, i := range places {
			if steps[all[i].Step] = true; all[i].Step == warning.Classify {
				as.recorded[all[i].Key] = all[i].Said
			}
		}
		stopped := map[warning.Step]string{}
		about := []*Case{}
		for _, id := range cases[pair] {
			c, err := head(ctx, q, clew, id)
			if err != nil {
				return nil, err
			}
			about = append(about, &c)
		}
		if len(about) == 0 {
			heads, err := person.HeadsSeen(ctx, q, clew, pair[:])
			if err != nil {
				return nil, err
			}
			him, known := heads[pair[1]]
			if !known || !steps[warning.Classify] {
				continue // nobody is named, or nobody works on it
			}
			steps = map[warning.Step]bool{warning.Classify: true}
			about = append(about, &Case{Opened: now, Victim: heads[pair[0]], Suspects: []person.Person{him}})
		}
		for _, c := range about {
			if err := s.stopping(ctx, q, clew, c, pair[1], steps, as, stopped); err != nil {
				return nil, err
			}
		}
		for _, i := range places {
			why[i] = stopped[all[i].Step]
		}
	}
	return why, nil
}

// stopping adds, to why steps are stopped, what one case says about one suspect.
func (s *Store) stopping(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, suspect string, steps map[warning.Step]bool, as supposition, stopped map[warning.Step]string) error {
	which := PairOf(slices.IndexFunc(c.Suspects, func(p person.Person) bool { return p.ID == suspect }))
	ask := func(as supposition, steps ...warning.Step) error {
		state, err := s.stateIf(ctx, q, sight, c, sight.Now, as)
		if err != nil {
			return err
		}
		for _, step := range steps {
			for _, w := range state.Holds(step) {
				if (w.Pair == which || w.Pair == "") && stopped[step] == "" {
					stopped[step] = w.Says + " " + w.Do + "."
				}
			}
		}
		return nil
	}
	if steps[warning.Classify] {
		if err := ask(as, warning.Classify); err != nil {
			return err
		}
	}
	var rest []warning.Step
	for _, step := range []warning.Step{warning.Grade, warning.Close} {
		if steps[step] {
			rest = append(rest, step)
		}
	}
	if len(rest) == 0 {
		return nil
	}
	return ask(supposition{closed: steps[warning.Close]}, rest...)
}

// byPair are the places of changes by the pair that they are about.
func byPair(all []report.Supposed, pairs map[string][2]string) map[[2]string][]int {
	places := map[[2]string][]int{}
	for i := range all {
		if pair, ok := pairs[all[i].Key]; ok {
			places[pair] = append(places[pair], i)
		}
	}
	return places
}

// atOnce is how many reports, or people, are asked about at a time.
const atOnce = 400

// pairsOf are the victim and the suspect of reports, by their keys.
func pairsOf(ctx context.Context, q db.Querier, all []report.Supposed) (map[string][2]string, error) {
	var keys []string
	for i := range all {
		keys = append(keys, all[i].Key)
	}
	slices.Sort(keys)
	pairs := map[string][2]string{}
	for some := range slices.Chunk(slices.Compact(keys), atOnce) {
		err := db.Each(ctx, q, func(r db.Row) (x [3]string, err error) { return x, r.Scan(&x[0], &x[1], &x[2]) },
			func(x [3]string) error { pairs[x[0]] = [2]string{x[1], x[2]}; return nil },
			`SELECT report, victim, suspect FROM accounts WHERE report IN (`+db.List(1, len(some))+`)`, db.Args(some)...)
		if err != nil {
			return nil, fmt.Errorf("pairs of reports: %w", err)
		}
	}
	return pairs, nil
}

// openAbout are the open cases about pairs; those that are kept apart for the program
// alone.
func openAbout(ctx context.Context, q db.Querier, sight *access.Sight, pairs map[string][2]string) (map[[2]string][]string, error) {
	var victims []string
	for _, p := range pairs {
		victims = append(victims, p[0])
	}
	slices.Sort(victims)
	open := map[[2]string][]string{}
	apart := ` AND k.apart = 0`
	if sight.Program {
		apart = ``
	}
	for some := range slices.Chunk(slices.Compact(victims), atOnce) {
		held, args := sight.Pool.Held("k.holder", db.Args(some))
		err := db.Each(ctx, q, func(r db.Row) (x [3]string, err error) { return x, r.Scan(&x[0], &x[1], &x[2]) },
			func(x [3]string) error {
				pair := [2]string{x[1], x[2]}
				open[pair] = append(open[pair], x[0])
				return nil
			}, `SELECT DISTINCT k.id, vm.person, sm.person FROM mentions vm JOIN cases f ON f.victim = vm.id JOIN cases k ON k.id = f.stays
				JOIN cases g ON g.stays = k.id JOIN case_suspects x ON x.case_id = g.id JOIN mentions sm ON sm.id = x.mention
				WHERE vm.person IN (`+db.List(1, len(some))+`) AND k.closed IS NULL`+apart+held+` ORDER BY k.id`, args...)
		if err != nil {
			return nil, fmt.Errorf("open cases: %w", err)
		}
	}
	return open, nil
}

// asked is that closure is asked for, of each pair.
func asked(pair string, sight *access.Sight) warning.Fact {
	return warning.Fact{ID: "asked-" + pair, Kind: warning.OfClosure, Pairs: []string{pair}, Agency: sight.Agency, Happened: when.At(sight.Now), Known: everybody(sight.Now),
		Detail: warning.Detail{Reason: "an outcome"}}
}
