package casefile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/person"
)

// What became of two cases.
const (
	merging   = "merge"
	splitting = "split"
)

const mostChoices = 50

// A Part is a case that was merged into another, or that one was split from or into.
type Part struct {
	Join   string // id of the merging or splitting
	Case   string
	Opened time.Time
	At     time.Time // of the merging or splitting
	By     string    // name
}

// A Choice is a case that could be merged, or linked into a series. Who its victim is
// is not said.
type Choice struct {
	ID      string
	Holder  string
	Stage   Stage
	Opened  time.Time
	Version int64
}

// A Joinable is what the page of merging and splitting shows.
type Joinable struct {
	Case
	Parts  []Part
	Splits []Part
	Same   []Choice // of the same victim, led by the actor's agency
	Series []Choice // of another victim and one of the suspects, or that is tied to it, that the actor may read
	Linked int      // other cases of its series that the actor may read
}

// Joinable is with what a case could be merged or linked, for whoever leads it.
func (s *Store) Joinable(ctx context.Context, by access.Actor, id string) (j Joinable, err error) {
	err = s.guard.Look(ctx, by, access.LeadCase, func(v *db.View, sight *access.Sight) error {
		c, err := head(ctx, v, sight, id)
		if err == nil && c.Holder != sight.Agency {
			err = fault.Forbidden
		}
		if err != nil {
			return err
		}
		p := Page{Case: c}
		if err := joins(ctx, v, sight, &p); err != nil {
			return err
		}
		j = Joinable{Case: c, Parts: p.Parts, Splits: p.Splits, Linked: p.Linked}
		if c.Victim.ID == "" {
			return nil
		}
		where, args := Seen(sight, []any{c.ID, c.Victim.ID, mostChoices})
		const columns = `SELECT c.id, c.holder, c.stage, c.opened, c.version FROM cases c JOIN mentions vm ON vm.id = c.victim WHERE c.id <> $1 AND `
		args = append(args, sight.Agency)
		if j.Same, err = db.All(ctx, v, scanChoice, columns+`vm.person = $2 AND c.closed IS NULL AND c.holder = `+db.List(len(args), 1)+where+` ORDER BY c.opened, c.id LIMIT $3`, args...); err != nil {
			return fmt.Errorf("cases of the victim: %w", err)
		}
		tied, err := s.tiedCases(ctx, v, sight, &c)
		if err != nil || len(c.Suspects)+len(tied) == 0 {
			return err
		}
		where, args = Seen(sight, []any{c.ID, c.Victim.ID, mostChoices})
		alike := `1 = 0`
		if len(c.Suspects) > 0 {
			alike = `EXISTS (SELECT 1 FROM case_suspects x JOIN mentions m ON m.id = x.mention WHERE ` + within("x.case_id", "c.id") + ` AND m.person IN (` + db.List(len(args)+1, len(c.Suspects)) + `))`
			for _, p := range c.Suspects {
				args = append(args, p.ID)
			}
		}
		if len(tied) > 0 {
			alike += ` OR c.id IN (` + db.List(len(args)+1, len(tied)) + `)`
			args = append(args, db.Args(tied)...)
		}
		j.Series, err = db.All(ctx, v, scanChoice, columns+`vm.person <> $2 AND (`+alike+`)
			AND NOT EXISTS (SELECT 1 FROM case_series y WHERE `+within("y.case_id", "c.id")+` AND y.until IS NULL AND y.series IN (SELECT z.series FROM case_series z WHERE `+within("z.case_id", "$1")+` AND z.until IS NULL))`+
			where+` ORDER BY c.opened, c.id LIMIT $3`, args...)
		return err
	})
	return j, err
}

func scanChoice(r db.Row) (c Choice, err error) {
	var opened int64
	err = r.Scan(&c.ID, &c.Holder, &c.Stage, &opened, &c.Version)
	c.Opened = time.UnixMicro(opened).UTC()
	return c, err
}

func scanPart(r db.Row) (p Part, err error) {
	var opened, at int64
	err = r.Scan(&p.Join, &p.Case, &opened, &at, &p.By)
	p.Opened, p.At = time.UnixMicro(opened).UTC(), time.UnixMicro(at).UTC()
	return p, err
}

const standingJoin = ` AND NOT EXISTS (SELECT 1 FROM case_joins_undone u WHERE u.id = j.id)`

// joins fills in what a case was merged with, split from and is linked to, as far as
// the actor may read the others.
func joins(ctx context.Context, q db.Querier, sight *access.Sight, p *Page) (err error) {
	if p.Parts, err = db.All(ctx, q, scanPart, `SELECT j.id, j.other, o.opened, j.at, j.name FROM case_joins j JOIN cases o ON o.id = j.other
		WHERE j.kind = 'merge' AND o.stays = $1`+standingJoin+` ORDER BY j.at DESC, j.id`, p.ID); err != nil {
		return fmt.Errorf("merged cases: %w", err)
	}
	where, args := Seen(sight, []any{p.ID})
	if p.Splits, err = db.All(ctx, q, scanPart, `SELECT j.id, c.id, c.opened, j.at, j.name FROM case_joins j JOIN cases a ON a.id = j.stays JOIN cases b ON b.id = j.other
		JOIN cases c ON c.id = CASE WHEN a.stays = $1 THEN b.stays ELSE a.stays END
		WHERE j.kind = 'split' AND (a.stays = $1 OR b.stays = $1) AND c.id <> $1`+standingJoin+where+` ORDER BY j.at DESC, j.id`, args...); err != nil {
		return fmt.Errorf("split cases: %w", err)
	}
	where, args = Seen(sight, []any{p.ID})
	n, err := db.One(ctx, q, db.Number, `SELECT count(DISTINCT c.id) FROM case_series y JOIN cases o ON o.id = y.case_id JOIN cases c ON c.id = o.stays
		WHERE c.id <> $1 AND y.until IS NULL AND y.series IN (SELECT z.series FROM case_series z WHERE `+within("z.case_id", "$1")+` AND z.until IS NULL)`+where, args...)
	if err != nil {
		return fmt.Errorf("linked cases: %w", err)
	}
	p.Linked = int(n)
	p.Doubles, err = doubles(ctx, q, sight, &p.Case)
	return err
}

// doubles counts the other open cases of the same victim and a same suspect: somebody was
// entered twice, and was found to be one person once both had cases.
func doubles(ctx context.Context, q db.Querier, sight *access.Sight, c *Case) (int, error) {
	if c.Victim.ID == "" || len(c.Suspects) == 0 || !c.Closed.IsZero() {
		return 0, nil
	}
	where, args := Seen(sight, []any{c.ID, c.Victim.ID})
	in := db.List(len(args)+1, len(c.Suspects))
	for _, p := range c.Suspects {
		args = append(args, p.ID)
	}
	n, err := db.One(ctx, q, db.Number, `SELECT count(*) FROM cases c JOIN mentions vm ON vm.id = c.victim WHERE c.id <> $1 AND vm.person = $2 AND c.closed IS NULL
		AND EXISTS (SELECT 1 FROM case_suspects x JOIN mentions m ON m.id = x.mention WHERE `+within("x.case_id", "c.id")+` AND m.person IN (`+in+`))`+where, args...)
	if err != nil {
		return 0, fmt.Errorf("cases of the same two: %w", err)
	}
	return int(n), nil
}

// otherOf is another open case that the actor's agency leads and the actor may read,
// or what is wrong with it.
func otherOf(ctx context.Context, tx *db.Tx, sight *access.Sight, c *Case, other string) (Case, error) {
	if other == "" {
		return Case{}, fault.Bad("other", "Choose a case")
	}
	o, err := head(ctx, tx, sight, other)
	sight.Saw("case", c.ID)
	switch {
	case err != nil:
		return Case{}, err
	case o.ID == c.ID:
		return Case{}, fault.Bad("other", "The two are one case already")
	case o.Holder != sight.Agency || c.Holder != sight.Agency:
		return Case{}, fault.Bad("other", "Another agency leads that case. Ask for a transfer first")
	case !o.Closed.IsZero():
		return Case{}, fault.Bad("other", "That case is closed. Open it again first")
	}
	return o, nil
}

// Merge makes two cases of one pair one: from then on the other's id answers with
// this one, which shows all that was done and written in either. Nothing is moved.
// The versions are of both as the actor saw them: when somebody has changed one
// since, the error is fault.Conflict.
func (s *Store) Merge(ctx context.Context, by access.Actor, id, other, why string, version, otherVersion int64) error {
	why = strings.TrimSpace(why)
	return s.led(ctx, by, access.LeadCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		o, err := otherOf(ctx, tx, sight, c, other)
		if err != nil {
			return err
		}
		var wrong fault.Messages
		text, err := apartAlready(ctx, tx, c, &o)
		if err != nil {
			return err
		}
		if text != "" {
			wrong.Add("other", text)
		}
		long(&wrong, "why", why, longestWhy, "Say how you know that they are one", "The reason has 2,000 characters at most")
		switch err := wrong.Err(); {
		case err != nil:
			return err
		case version != c.Version || otherVersion != o.Version:
			return fault.Conflict
		}
		return s.unite(ctx, tx, sight, c, &o, why)
	})
}

// apartAlready is why two cases cannot be one, in words, or "".
func apartAlready(ctx context.Context, tx *db.Tx, c, o *Case) (string, error) {
	shares := slices.ContainsFunc(c.Suspects, func(p person.Person) bool {
		return slices.ContainsFunc(o.Suspects, func(x person.Person) bool { return x.ID == p.ID })
	})
	switch {
	case c.Victim.ID == "" || c.Victim.ID != o.Victim.ID:
		return "The two cases are about different victims. If that is one person, say so on the page of the person first", nil
	case !shares && len(c.Suspects) > 0 && len(o.Suspects) > 0:
		return "The two cases are about different suspects. If that is one person, say so on the page of the person first", nil
	case c.Apart != o.Apart:
		return "One of the two is kept apart for its team. If they were one, others would read it, or its team would lose it: open it to the other agencies first, or keep both apart", nil
	}
	waits, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM case_referrals r JOIN cases f ON f.id = r.case_id WHERE f.stays IN ($1, $2) AND r.wish = 'lead'`+unanswered, c.ID, o.ID)
	if err != nil {
		return "", fmt.Errorf("waiting transfers: %w", err)
	}
	if waits > 0 {
		return "One of the two is offered to another agency, which has not answered. Take that back first", nil
	}
	if !c.Apart {
		return "", nil
	}
	mine, err := teamOf(ctx, tx, c.ID)
	if err != nil {
		return "", err
	}
	theirs, err := teamOf(ctx, tx, o.ID)
	if err != nil {
		return "", err
	}
	on := func(team []Member, m Member) bool {
		return slices.ContainsFunc(team, func(x Member) bool { return x.Account == m.Account })
	}
	if len(mine) != len(theirs) || slices.ContainsFunc(mine, func(m Member) bool { return !on(theirs, m) }) {
		return "Both are kept apart, each for a team of its own. Put the same people on both teams first", nil
	}
	return "", nil
}

// unite has o read as c.
func (s *Store) unite(ctx context.Context, tx *db.Tx, sight *access.Sight, c, o *Case, why string) error {
	if err := tx.Insert(ctx, "case_joins", []string{"id", "kind", "stays", "other", "account", "name", "at"},
		[][]any{{db.NewID(), merging, c.ID, o.ID, sight.Account, sight.Name, tx.Now.UnixMicro()}}); err != nil {
		return fmt.Errorf("insert merging: %w", err)
	}
	if err := shadow(ctx, tx, c.ID, o.ID); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `UPDATE cases SET stays = $1, version = version + 1, look = 0 WHERE stays = $2`, c.ID, o.ID); err != nil {
		return fmt.Errorf("merge case: %w", err)
	}
	if err := again(ctx, tx, c.ID); err != nil {
		return err
	}
	return s.step(ctx, tx, sight, c.ID, Merged, o.ID, why, true)
}

// again says that a case has changed.
func again(ctx context.Context, tx *db.Tx, id string) error {
	if err := tx.Exec(ctx, `UPDATE cases SET version = version + 1 WHERE id = $1`, id); err != nil {
		return fmt.Errorf("change case: %w", err)
	}
	return nil
}

// shadow has whoever is hidden in a case, or was in one that it had to do with, hide
// another for good.
func shadow(ctx context.Context, tx *db.Tx, id, other string) error {
	err := tx.Exec(ctx, `INSERT INTO case_shadows (case_id, other) SELECT CAST($1 AS TEXT), f.id FROM cases f WHERE f.stays = $2 OR f.id IN (SELECT w.other FROM case_shadows w WHERE `+within("w.case_id", "$2")+`) ON CONFLICT DO NOTHING`, id, other)
	if err != nil {
		return fmt.Errorf("insert shadows: %w", err)
	}
	return nil
}

// standing is a merging or a splitting that was not undone.
func standing(ctx context.Context, tx *db.Tx, kind, id string) (stays, other string, err error) {
	x, err := db.One(ctx, tx, func(r db.Row) (x [2]string, err error) { return x, r.Scan(&x[0], &x[1]) }, `SELECT j.stays, j.other FROM case_joins j WHERE j.id = $1 AND j.kind = $2`+standingJoin, id, kind)
	if err != nil {
		err = fmt.Errorf("%s: %w", kind, err)
	}
	return x[0], x[1], err
}

func undo(ctx context.Context, tx *db.Tx, sight *access.Sight, id string) error {
	if err := tx.Insert(ctx, "case_joins_undone", []string{"id", "account", "name", "at"}, [][]any{{id, sight.Account, sight.Name, tx.Now.UnixMicro()}}); err != nil {
		return fmt.Errorf("insert undoing: %w", err)
	}
	return nil
}

// Unmerge brings both cases back as they were. What was added since stays in the case
// it was written in. What was kept apart since is apart in both.
func (s *Store) Unmerge(ctx context.Context, by access.Actor, id, join, why string, version int64) error {
	why = strings.TrimSpace(why)
	return s.led(ctx, by, access.LeadCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		_, other, err := standing(ctx, tx, merging, join)
		if err != nil {
			return err
		}
		n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM cases WHERE id = $1 AND stays = $2 AND id <> $2`, other, c.ID)
		switch {
		case err != nil:
			return err
		case n == 0:
			return fault.NotFound
		}
		var wrong fault.Messages
		long(&wrong, "why_undo", why, longestWhy, "Say why they are two after all", "The reason has 2,000 characters at most")
		switch err := wrong.Err(); {
		case err != nil:
			return err
		case version != c.Version:
			return fault.Conflict
		}
		if err := undo(ctx, tx, sight, join); err != nil {
			return err
		}
		back := []string{other}
		for i := 0; i < len(back); i++ { // what had been merged into it before
			more, err := db.All(ctx, tx, db.Text, `SELECT j.other FROM case_joins j WHERE j.kind = 'merge' AND j.stays = $1`+standingJoin+` ORDER BY j.id`, back[i])
			if err != nil {
				return fmt.Errorf("merged cases: %w", err)
			}
			back = append(back, more...)
		}
		args := append([]any{other, c.ID}, db.Args(back)...)
		if err := tx.Exec(ctx, `UPDATE cases SET stays = $1, version = version + 1, look = 0, apart = CASE WHEN (SELECT k.apart FROM cases k WHERE k.id = $2) = 1 THEN 1 ELSE apart END WHERE id IN (`+db.List(3, len(back))+`)`, args...); err != nil {
			return fmt.Errorf("undo merging: %w", err)
		}
		if err := again(ctx, tx, c.ID); err != nil {
			return err
		}
		for _, one := range []string{c.ID, other} {
			if err := leadAtLeast(ctx, tx, sight, one); err != nil {
				return err
			}
		}
		if err := s.step(ctx, tx, sight, other, Unmerged, c.ID, "", true); err != nil {
			return err
		}
		return s.step(ctx, tx, sight, c.ID, Unmerged, other, why, true)
	})
}

// leadAtLeast puts the actor in the lead of a case that nobody leads any more.
func leadAtLeast(ctx context.Context, tx *db.Tx, sight *access.Sight, id string) error {
	team, err := teamOf(ctx, tx, id)
	if err != nil || slices.ContainsFunc(team, func(m Member) bool { return m.Leads }) {
		return err
	}
	if slices.ContainsFunc(team, func(m Member) bool { return m.Account == sight.Account }) {
		return relead(ctx, tx, id, sight.Account, true)
	}
	return join(ctx, tx, id, sight.Account, true)
}

// SplitOff opens a case of its own for one of several suspects, with the same team,
// linked to the old one as a series. What was written stays where it was written.
func (s *Store) SplitOff(ctx context.Context, by access.Actor, id, suspect, why string, version int64) (fresh string, err error) {
	why = strings.TrimSpace(why)
	err = s.led(ctx, by, access.LeadCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		var wrong fault.Messages
		switch {
		case len(c.Suspects) < 2:
			wrong.Add("suspect", "The case has one suspect: there is nothing to split")
		case !slices.ContainsFunc(c.Suspects, func(p person.Person) bool { return p.ID == suspect }):
			wrong.Add("suspect", "Choose one of the suspects")
		}
		long(&wrong, "why_split", why, longestWhy, "Say why it is a case of its own", "The reason has 2,000 characters at most")
		switch err := wrong.Err(); {
		case err != nil:
			return err
		case version != c.Version:
			return fault.Conflict
		}
		written, err := relations(ctx, tx, c)
		if err != nil {
			return err
		}
		fresh = db.NewID()
		if err := tx.Exec(ctx, `INSERT INTO cases (id, holder, victim, stage, apart, opened, version, stays) SELECT CAST($1 AS TEXT), holder, victim, stage, apart, CAST($2 AS BIGINT), 1, CAST($1 AS TEXT) FROM cases WHERE id = $3`, fresh, tx.Now.UnixMicro(), c.ID); err != nil {
			return fmt.Errorf("insert case: %w", err)
		}
		named := `case_suspects WHERE ` + within("case_id", "$1") + ` AND mention IN (SELECT m.id FROM mentions m WHERE m.person = $2)`
		mentions, err := db.All(ctx, tx, db.Text, `SELECT DISTINCT mention FROM `+named+` ORDER BY mention`, c.ID, suspect)
		if err != nil {
			return fmt.Errorf("suspect: %w", err)
		}
		rows := make([][]any, len(mentions))
		for i, m := range mentions {
			rows[i] = []any{fresh, m}
		}
		if err := tx.Exec(ctx, `DELETE FROM `+named, c.ID, suspect); err != nil {
			return fmt.Errorf("take suspect out: %w", err)
		}
		if err := tx.Insert(ctx, "case_suspects", []string{"case_id", "mention"}, rows); err != nil {
			return err
		}
		team, err := teamOf(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		for _, m := range team {
			if err := join(ctx, tx, fresh, m.Account, m.Leads); err != nil {
				return err
			}
		}
		if err := tx.Insert(ctx, "case_joins", []string{"id", "kind", "stays", "other", "account", "name", "at"},
			[][]any{{db.NewID(), splitting, c.ID, fresh, sight.Account, sight.Name, tx.Now.UnixMicro()}}); err != nil {
			return fmt.Errorf("insert splitting: %w", err)
		}
		if err := shadow(ctx, tx, c.ID, fresh); err != nil {
			return err
		}
		if err := again(ctx, tx, c.ID); err != nil {
			return err
		}
		if err := link(ctx, tx, sight, c.ID, fresh); err != nil {
			return err
		}
		if err := s.step(ctx, tx, sight, fresh, Opened, "", "", true); err != nil {
			return err
		}
		for _, r := range written { // what they are to each other goes with him
			if r.Suspect != suspect || len(mentions) == 0 {
				continue
			}
			if err := s.writeRelation(ctx, tx, sight, fresh, mentions[0], related{Is: r.Is.String(), From: r.From, Until: r.Until}); err != nil {
				return err
			}
		}
		return s.step(ctx, tx, sight, c.ID, Split, fresh, why, true)
	})
	return fresh, err
}

// Unsplit has the case that was split off read as the one it came from again. What was
// added to it since stays written in it, and is shown with the rest.
func (s *Store) Unsplit(ctx context.Context, by access.Actor, id, join, why string, version int64) (stays string, err error) {
	why = strings.TrimSpace(why)
	err = s.led(ctx, by, access.LeadCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		from, into, err := standing(ctx, tx, splitting, join)
		if err != nil {
			return err
		}
		sides := make([]Case, 2)
		for i, x := range []string{from, into} {
			if sides[i], err = head(ctx, tx, sight, x); err != nil {
				return err
			}
		}
		sight.Saw("case", c.ID)
		there := sides[0].ID
		if there == c.ID {
			there = sides[1].ID
		} else if sides[1].ID != c.ID {
			return fault.NotFound
		}
		if _, err := otherOf(ctx, tx, sight, c, there); err != nil {
			return err
		}
		var wrong fault.Messages
		text, err := apartAlready(ctx, tx, &sides[0], &Case{ID: sides[1].ID, Apart: sides[1].Apart, Victim: sides[1].Victim})
		if err != nil {
			return err
		}
		if text != "" {
			wrong.Add("other", text)
		}
		long(&wrong, "why_undo", why, longestWhy, "Say why it is one case after all", "The reason has 2,000 characters at most")
		switch err := wrong.Err(); {
		case err != nil:
			return err
		case version != c.Version:
			return fault.Conflict
		}
		if err := undo(ctx, tx, sight, join); err != nil {
			return err
		}
		if err := tx.Exec(ctx, `UPDATE case_series SET until = $2 WHERE case_id = $1 AND until IS NULL`, into, tx.Now.UnixMicro()); err != nil {
			return fmt.Errorf("leave series: %w", err)
		}
		if err := endSeries(ctx, tx); err != nil {
			return err
		}
		stays = sides[0].ID
		return s.unite(ctx, tx, sight, &sides[0], &sides[1], why)
	})
	return stays, err
}

// endSeries ends series with one case left.
func endSeries(ctx context.Context, tx *db.Tx) error {
	err := tx.Exec(ctx, `UPDATE case_series SET until = $1 WHERE until IS NULL AND NOT EXISTS (SELECT 1 FROM case_series o WHERE o.series = case_series.series AND o.until IS NULL AND o.id <> case_series.id)`, tx.Now.UnixMicro())
	if err != nil {
		return fmt.Errorf("end series: %w", err)
	}
	return nil
}

// Link puts two cases about one suspect, or that show the same, into a series. Nothing of one is shown on the
// page of the other but that there is one, to those who may read both: there is no
// step of it, which would tell everybody.
func (s *Store) Link(ctx context.Context, by access.Actor, id, other string) error {
	return s.led(ctx, by, access.LeadCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		if other == "" {
			return fault.Bad("linked", "Choose a case")
		}
		o, err := head(ctx, tx, sight, other)
		sight.Saw("case", c.ID)
		if err != nil {
			return err
		}
		one := slices.ContainsFunc(c.Suspects, func(p person.Person) bool {
			return slices.ContainsFunc(o.Suspects, func(x person.Person) bool { return x.ID == p.ID })
		})
		if !one && o.ID != c.ID {
			tied, err := s.tiedCases(ctx, tx, sight, c)
			if err != nil {
				return err
			}
			one = slices.Contains(tied, o.ID)
		}
		if o.ID == c.ID || !one {
			return fault.Bad("linked", "The two cases are about different suspects, and nothing ties them. If that is one person, say so on the page of the person first")
		}
		sight.Touched("series")
		return link(ctx, tx, sight, c.ID, o.ID)
	})
}

// link puts two cases into one series: that of either, or a new one.
func link(ctx context.Context, tx *db.Tx, sight *access.Sight, one, other string) error {
	var series [2]string
	for i, id := range []string{one, other} {
		var err error
		if series[i], err = db.One(ctx, tx, db.Text, `SELECT series FROM case_series WHERE `+within("case_id", "$1")+` AND until IS NULL ORDER BY since, id LIMIT 1`, id); err != nil && !errors.Is(err, fault.NotFound) {
			return fmt.Errorf("series: %w", err)
		}
	}
	put := func(id, series string) error {
		return tx.Insert(ctx, "case_series", []string{"id", "series", "case_id", "account", "since"}, [][]any{{db.NewID(), series, id, sight.Account, tx.Now.UnixMicro()}})
	}
	switch {
	case series[0] != "" && series[0] == series[1]:
		return nil
	case series[0] != "" && series[1] != "":
		return tx.Exec(ctx, `UPDATE case_series SET series = $1 WHERE series = $2 AND until IS NULL`, series[1], series[0])
	case series[0] != "":
		return put(other, series[0])
	case series[1] != "":
		return put(one, series[1])
	}
	fresh := db.NewID()
	return errors.Join(put(one, fresh), put(other, fresh))
}

// Unlink takes a case out of its series.
func (s *Store) Unlink(ctx context.Context, by access.Actor, id string) error {
	return s.led(ctx, by, access.LeadCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		sight.Touched("series")
		if err := tx.Exec(ctx, `UPDATE case_series SET until = $2 WHERE `+within("case_id", "$1")+` AND until IS NULL`, c.ID, tx.Now.UnixMicro()); err != nil {
			return fmt.Errorf("leave series: %w", err)
		}
		return endSeries(ctx, tx)
	})
}
