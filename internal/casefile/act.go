package casefile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/person"
	"clew/internal/seal"
	"clew/internal/when"
)

// Open opens a case about a victim and, when anybody is named, a suspect: people, or
// mentions of them. Whoever opens it leads its team. When the actor may read a case
// of that pair already, that one's id is given back, and nothing is opened.
func (s *Store) Open(ctx context.Context, by access.Actor, victim, suspect, why string) (id string, err error) {
	if err := s.trouble(); err != nil {
		return "", err
	}
	why = strings.TrimSpace(why)
	if utf8.RuneCountInString(why) > longestNote {
		return "", fault.Bad("why", "Why it is opened has 20,000 characters at most")
	}
	err = s.guard.Act(ctx, by, access.OpenCase, func(tx *db.Tx, sight *access.Sight) error {
		id, err = s.open(ctx, tx, sight, victim, suspect, why)
		return err
	})
	return id, s.told(err)
}

// open is Open, as part of what an actor does.
func (s *Store) open(ctx context.Context, tx *db.Tx, sight *access.Sight, victim, suspect, why string) (id string, err error) {
	sight.Saw("case", "")
	if victim == "" {
		return "", fault.Bad("victim", "Choose who the victim is")
	}
	v, err := sight.Whose(ctx, tx, victim)
	if err != nil {
		return "", err
	}
	people := []string{v}
	if suspect != "" {
		p, err := sight.Whose(ctx, tx, suspect)
		if err != nil {
			return "", err
		}
		if p == v {
			return "", fault.Bad("suspect", "The victim and the suspect are one person")
		}
		people = append(people, p)
	}
	open, args := Seen(sight, []any{v})
	with := ` AND NOT EXISTS (SELECT 1 FROM case_suspects s WHERE ` + within("s.case_id", "c.id") + `)`
	if suspect != "" {
		with = ` AND EXISTS (SELECT 1 FROM case_suspects s JOIN mentions m ON m.id = s.mention WHERE ` + within("s.case_id", "c.id") + ` AND m.person = ` + db.List(len(args)+1, 1) + `)`
		args = append(args, people[1])
	}
	there, err := db.All(ctx, tx, db.Text, `SELECT c.id FROM cases c JOIN mentions vm ON vm.id = c.victim WHERE vm.person = $1`+open+with+` ORDER BY c.closed IS NOT NULL, c.id LIMIT 1`, args...)
	if err != nil {
		return "", fmt.Errorf("cases of the pair: %w", err)
	}
	if len(there) > 0 {
		id = there[0]
		sight.Saw("case", id, people...)
		return id, nil
	}
	id = db.NewID()
	sight.Saw("case", id, people...)
	if err := tx.Exec(ctx, `INSERT INTO cases (id, holder, victim, stage, apart, opened, version, stays) VALUES ($1, $2, $3, $4, 0, $5, 1, $1)`, id, sight.Agency, victim, string(Stages[0].Stage), tx.Now.UnixMicro()); err != nil {
		return "", fmt.Errorf("insert case: %w", err)
	}
	if suspect != "" {
		if err := tx.Insert(ctx, "case_suspects", []string{"case_id", "mention"}, [][]any{{id, suspect}}); err != nil {
			return "", err
		}
	}
	if err := s.step(ctx, tx, sight, id, Opened, "", why, true); err != nil {
		return "", err
	}
	return id, join(ctx, tx, id, sight.Account, true)
}

// trouble is why nothing can be written, or nil.
func (s *Store) trouble() error {
	if why := s.seal.Trouble(); why != nil {
		return fmt.Errorf("%w: %w", fault.ReadOnly, why)
	}
	return nil
}

// work is an act in one open case: f is given the case as it is now. What f does is
// refused with fault.Conflict when the case is closed.
func (s *Store) work(ctx context.Context, by access.Actor, a access.Action, id string, f func(*db.Tx, *access.Sight, *Case) error) error {
	if err := s.trouble(); err != nil {
		return err
	}
	return s.told(s.guard.Act(ctx, by, a, func(tx *db.Tx, sight *access.Sight) error {
		c, err := head(ctx, tx, sight, id)
		if err != nil {
			return err
		}
		if !c.Closed.IsZero() {
			return fault.Conflict
		}
		if err := f(tx, sight, &c); err != nil {
			return err
		}
		return look(ctx, tx, c.ID)
	}))
}

// told tells whoever waits that something was done, and gives back what came of it.
func (s *Store) told(err error) error {
	if errors.Is(err, seal.ErrDestroyed) {
		return fault.Bad("words", "Everybody this case was opened about has been erased, and what was written in it with them: nothing can be written in it any more. If another case was merged into it, undo that and write there")
	}
	if err == nil {
		select {
		case s.changed <- struct{}{}:
		default: // whoever waits is about to look anyway
		}
	}
	return err
}

// look says that early warnings are to be asked about a case anew.
func look(ctx context.Context, tx *db.Tx, id string) error {
	return tx.Exec(ctx, `UPDATE cases SET look = 0 WHERE id = $1`, id)
}

// led is work that is the lead agency's.
func (s *Store) led(ctx context.Context, by access.Actor, a access.Action, id string, f func(*db.Tx, *access.Sight, *Case) error) error {
	return s.work(ctx, by, a, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		if c.Holder != sight.Agency {
			return fault.Forbidden
		}
		return f(tx, sight, c)
	})
}

// Note writes something down. It is read by the actor's agency alone, unless it is
// shared on a basis.
func (s *Store) Note(ctx context.Context, by access.Actor, id, words string, shared bool, basis Basis) error {
	words = strings.TrimSpace(words)
	return s.work(ctx, by, access.WorkCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		var wrong fault.Messages
		switch {
		case words == "":
			wrong.Add("words", "Write the note")
		case utf8.RuneCountInString(words) > longestNote:
			wrong.Add("words", "The note has 20,000 characters at most")
		}
		if shared && basis.Name() == "" {
			wrong.Add("basis", "Choose why other agencies may read it")
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		if !shared {
			basis = ""
		}
		return s.step(ctx, tx, sight, c.ID, Noted, string(basis), words, shared)
	})
}

// Tell writes down that the victim was told something, which every agency may read.
func (s *Store) Tell(ctx context.Context, by access.Actor, id, what string) error {
	what = strings.TrimSpace(what)
	return s.work(ctx, by, access.WorkCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		if what == "" {
			return fault.Bad("told", "Say what the victim was told, and how")
		}
		if utf8.RuneCountInString(what) > longestNote {
			return fault.Bad("told", "What the victim was told has 20,000 characters at most")
		}
		return s.step(ctx, tx, sight, c.ID, ToldVictim, "", what, true)
	})
}

// AddTask says what must be done, by whom on the team and by when: a day, as dates
// are written.
func (s *Store) AddTask(ctx context.Context, by access.Actor, id, what, owner, due string) error {
	what = strings.TrimSpace(what)
	return s.work(ctx, by, access.WorkCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		var wrong fault.Messages
		switch {
		case what == "":
			wrong.Add("what", "Say what must be done")
		case utf8.RuneCountInString(what) > longestTask:
			wrong.Add("what", "What must be done has 500 characters at most")
		}
		n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM case_team WHERE `+within("case_id", "$1")+` AND account = $2 AND until IS NULL`, c.ID, owner)
		if err != nil {
			return err
		}
		if n == 0 {
			wrong.Add("owner", "Choose somebody on the team")
		}
		end, text := endOf(due)
		if text != "" {
			wrong.Add("due", text)
		}
		if open, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM case_tasks WHERE `+within("case_id", "$1")+` AND done IS NULL`, c.ID); err != nil {
			return err
		} else if open >= mostOpen {
			wrong.Add("what", "200 tasks are open: finish some first")
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		return tx.Insert(ctx, "case_tasks", []string{"id", "case_id", "what", "owner", "due", "made_by", "made", "done_by", "outcome"},
			[][]any{{db.NewID(), c.ID, what, owner, end.UnixMicro(), sight.Account, tx.Now.UnixMicro(), "", ""}})
	})
}

// endOf is the end of a day, or what is wrong with how it was written.
func endOf(day string) (time.Time, string) {
	if strings.TrimSpace(day) == "" {
		return time.Time{}, "Enter the day by which it must be done"
	}
	m, err := when.Parse(day)
	if err != nil {
		return time.Time{}, "For when it must be done: " + err.Error()
	}
	if m.Precision != when.Day && m.Precision != when.Minute {
		return time.Time{}, "Enter the day, such as 27/3/2027"
	}
	return when.EndOf(m.From), ""
}

// Finish says that a task is done, and what came of it. One that is done already
// stays as it is: the error is fault.Conflict.
func (s *Store) Finish(ctx context.Context, by access.Actor, id, task, outcome string) error {
	outcome = strings.TrimSpace(outcome)
	return s.work(ctx, by, access.WorkCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		what, err := db.One(ctx, tx, func(r db.Row) (x [2]string, err error) { return x, r.Scan(&x[0], &x[1]) },
			`SELECT what, CASE WHEN done IS NULL THEN '' ELSE 'done' END FROM case_tasks WHERE id = $1 AND `+within("case_id", "$2"), task, c.ID)
		switch {
		case err != nil:
			return err
		case what[1] != "":
			return fault.Conflict
		case utf8.RuneCountInString(outcome) > longestTask:
			return fault.Bad("outcome", "What came of it has 500 characters at most")
		}
		if err := tx.Exec(ctx, `UPDATE case_tasks SET done = $1, done_by = $2, outcome = $3 WHERE id = $4`, tx.Now.UnixMicro(), sight.Account, outcome, task); err != nil {
			return err
		}
		words := what[0]
		if outcome != "" {
			words += "\n" + outcome
		}
		return s.step(ctx, tx, sight, c.ID, Finished, "", words, true)
	})
}

// Join puts somebody of the pool on the team.
func (s *Store) Join(ctx context.Context, by access.Actor, id, account string, leads bool) error {
	return s.led(ctx, by, access.LeadCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		held, args := sight.Pool.Held("agency", []any{account})
		n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM account_holders WHERE id = $1 AND state = 'active'`+held, args...)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Bad("member", "Choose somebody who works for an agency that reads this case")
		}
		team, err := teamOf(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if len(team) >= mostTeam {
			return fault.Bad("member", "The team has 50 people already")
		}
		if i := slices.IndexFunc(team, func(m Member) bool { return m.Account == account }); i >= 0 {
			if team[i].Leads == leads {
				return nil
			}
			err = relead(ctx, tx, c.ID, account, leads)
		} else {
			err = join(ctx, tx, c.ID, account, leads)
		}
		if err != nil {
			return err
		}
		return s.step(ctx, tx, sight, c.ID, Joined, account, "", true)
	})
}

// Leave takes somebody off the team. Whoever has tasks to do, or is the last who
// leads, stays until another is there.
func (s *Store) Leave(ctx context.Context, by access.Actor, id, account string) error {
	return s.led(ctx, by, access.LeadCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		team, err := teamOf(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(team, func(m Member) bool { return m.Account == account }) {
			return nil
		}
		if !slices.ContainsFunc(team, func(m Member) bool { return m.Account != account && m.Leads }) {
			return fault.Bad("member", "Somebody must lead the case: put another lead on the team first")
		}
		n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM case_tasks WHERE `+within("case_id", "$1")+` AND owner = $2 AND done IS NULL`, c.ID, account)
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.Bad("member", "They have tasks to do in this case: finish them, or give them to another")
		}
		if err := leave(ctx, tx, c.ID, account); err != nil {
			return err
		}
		return s.step(ctx, tx, sight, c.ID, Left, account, "", true)
	})
}

// Name says who a suspect is: somebody else beside those named, or the first.
func (s *Store) Name(ctx context.Context, by access.Actor, id, suspect string) error {
	return s.led(ctx, by, access.LeadCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		p, err := sight.Whose(ctx, tx, suspect)
		if err != nil {
			return err
		}
		switch {
		case p == c.Victim.ID:
			return fault.Bad("suspect", "The victim and the suspect are one person")
		case slices.ContainsFunc(c.Suspects, func(s person.Person) bool { return s.ID == p }):
			return nil
		case len(c.Suspects) >= mostNamed:
			return fault.Bad("suspect", "A case has 20 suspects at most")
		}
		sight.Saw("case", c.ID, p)
		if err := tx.Insert(ctx, "case_suspects", []string{"case_id", "mention"}, [][]any{{c.ID, suspect}}); err != nil {
			return err
		}
		return s.step(ctx, tx, sight, c.ID, Named, suspect, "", true)
	})
}

// SetStage says how far the case has come. version is of the case as the actor saw
// it: when somebody has changed it since, the error is fault.Conflict.
func (s *Store) SetStage(ctx context.Context, by access.Actor, id string, stage Stage, version int64) error {
	return s.led(ctx, by, access.LeadCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		switch {
		case stage.Name() == "":
			return fault.Bad("stage", "Choose how far the case has come")
		case version != c.Version:
			return fault.Conflict
		case stage == c.Stage:
			return nil
		}
		if err := change(ctx, tx, c.ID, `stage = $2`, string(stage)); err != nil {
			return err
		}
		return s.step(ctx, tx, sight, c.ID, Staged, string(stage), "", true)
	})
}

// KeepApart has the case there for its team alone, or for all its pool again.
func (s *Store) KeepApart(ctx context.Context, by access.Actor, id string, apart bool, why string) error {
	why = strings.TrimSpace(why)
	return s.led(ctx, by, access.LeadCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		if apart == c.Apart {
			return nil
		}
		if why == "" || utf8.RuneCountInString(why) > longestNote {
			return fault.Bad("why_apart", "Say why, in 20,000 characters at most")
		}
		kind, n := OpenedUp, 0
		if apart {
			kind, n = KeptApart, 1
		}
		team, err := teamOf(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if apart && !sight.Program && !slices.ContainsFunc(team, func(m Member) bool { return m.Account == sight.Account }) {
			return fault.Bad("why_apart", "Only somebody on the team can keep it apart")
		}
		if err := change(ctx, tx, c.ID, `apart = $2`, n); err != nil {
			return err
		}
		if apart {
			if err := s.sendBack(ctx, tx, sight, c, team); err != nil {
				return err
			}
		}
		return s.step(ctx, tx, sight, c.ID, kind, "", why, true)
	})
}

// Close closes a case. What stands in its way is an Invalid for the field
// "although", until although says that it is known and decided.
func (s *Store) Close(ctx context.Context, by access.Actor, id, why string, although bool, version int64) error {
	why = strings.TrimSpace(why)
	return s.led(ctx, by, access.CloseCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		var wrong fault.Messages
		if why == "" || utf8.RuneCountInString(why) > longestNote {
			wrong.Add("why_close", "Say why it is closed, in 20,000 characters at most")
		}
		warnings, err := s.warn(ctx, tx, sight, c, tx.Now)
		if err != nil {
			return err
		}
		stands, err := hindrances(ctx, tx, sight, c, warnings)
		if err != nil {
			return err
		}
		if len(stands) > 0 && !although {
			wrong.Add("although", "Something stands in the way of closing it. Say that you close it all the same, or do it first")
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		if version != c.Version {
			return fault.Conflict
		}
		if err := change(ctx, tx, c.ID, `closed = $2`, tx.Now.UnixMicro()); err != nil {
			return err
		}
		words := why
		for _, w := range stands {
			words += "\nClosed although: " + w
		}
		return s.step(ctx, tx, sight, c.ID, Closed, "", words, true)
	})
}

// Reopen opens a closed case again.
func (s *Store) Reopen(ctx context.Context, by access.Actor, id, why string) error {
	if err := s.trouble(); err != nil {
		return err
	}
	why = strings.TrimSpace(why)
	return s.told(s.guard.Act(ctx, by, access.CloseCase, func(tx *db.Tx, sight *access.Sight) error {
		c, err := head(ctx, tx, sight, id)
		switch {
		case err != nil:
			return err
		case c.Holder != sight.Agency:
			return fault.Forbidden
		case c.Closed.IsZero():
			return nil
		case why == "" || utf8.RuneCountInString(why) > longestNote:
			return fault.Bad("why", "Say why it is opened again, in 20,000 characters at most")
		}
		if err := change(ctx, tx, c.ID, `closed = NULL, look = $2`, 0); err != nil {
			return err
		}
		return s.step(ctx, tx, sight, c.ID, Reopened, "", why, true)
	}))
}
