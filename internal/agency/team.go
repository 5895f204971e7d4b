package agency

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
)

// A Team is people of an agency who work together: a unit, a station, a case's team.
// A conflict lock can close to one, and then to whoever has been in it since.
type Team struct {
	ID, Name string
	Under    string // the team it is part of, or empty
	Ended    time.Time
	Members  int // now
}

// A Member is somebody's time in a team.
type Member struct {
	Account, Name string
	Leads         bool // the others' line manager
	Since, Until  time.Time
	Now           bool
}

// never is the end of what has none yet.
const never = math.MaxInt64

// Teams are those of the actor's agency, those that have ended last.
func (s *Store) Teams(ctx context.Context, by access.Actor) (all []Team, err error) {
	err = s.guard.Look(ctx, by, access.ManageAccounts, func(v *db.View, sight *access.Sight) error {
		sight.Saw("teams", "")
		all, err = db.All(ctx, v, scanTeam, selectTeams+`WHERE t.agency = $2 ORDER BY CASE WHEN t.ended IS NULL THEN 0 ELSE 1 END, t.name, t.id`, v.Now.UnixMicro(), by.Agency)
		return err
	})
	return all, err
}

// Team is one of the actor's agency, with who has been in it, the newest first.
func (s *Store) Team(ctx context.Context, by access.Actor, id string) (t Team, members []Member, err error) {
	err = s.guard.Look(ctx, by, access.ManageAccounts, func(v *db.View, sight *access.Sight) error {
		sight.Saw("team", id)
		if t, err = teamOf(ctx, v, v.Now, by, id); err != nil {
			return err
		}
		now := v.Now.UnixMicro()
		if members, err = db.All(ctx, v, func(r db.Row) (m Member, err error) {
			var leads, since, until int64
			err = r.Scan(&m.Account, &leads, &since, &until)
			m.Name, m.Leads, m.Since, m.Now = m.Account, leads == 1, time.UnixMicro(since).UTC(), since <= now && until > now
			if until != never {
				m.Until = time.UnixMicro(until).UTC()
			}
			return m, err
		}, `SELECT account, leads, since, until FROM team_members WHERE team = $1 ORDER BY CASE WHEN until > $2 THEN 0 ELSE 1 END, since DESC, account LIMIT 500`, id, now); err != nil || s.guard.Who == nil {
			return err
		}
		accounts := make([]string, len(members))
		for i := range members {
			accounts[i] = members[i].Account
		}
		names, err := s.guard.Who(ctx, v, accounts)
		for i := range members {
			if known, ok := names[members[i].Account]; ok {
				members[i].Name = known.Name
			}
		}
		return err
	})
	return t, members, err
}

// SetTeam makes a team, or names one anew when it has an id, and says which team it is
// part of.
func (s *Store) SetTeam(ctx context.Context, by access.Actor, t Team) (id string, err error) {
	t.Name = strings.TrimSpace(t.Name)
	err = s.guard.Act(ctx, by, access.ManageAccounts, func(tx *db.Tx, sight *access.Sight) error {
		sight.Saw("team", t.ID)
		var wrong fault.Messages
		check(&wrong, "team-name", t.Name, "Enter the name of the team")
		if err := wrong.Err(); err != nil {
			return err
		}
		for up, n := t.Under, 0; up != ""; n++ {
			above, err := teamOf(ctx, tx, tx.Now, by, up)
			if err != nil {
				return err
			}
			if up == t.ID || n > 20 {
				return fault.Bad("under", "A team cannot be part of itself")
			}
			up = above.Under
		}
		if id = t.ID; id != "" {
			if err := running(ctx, tx, by, id); err != nil {
				return err
			}
			return tx.Exec(ctx, `UPDATE teams SET name = $2, under = $3 WHERE id = $1`, id, t.Name, t.Under)
		}
		id = db.NewID()
		sight.Saw("team", id)
		return tx.Insert(ctx, "teams", []string{"id", "agency", "name", "under"}, [][]any{{id, by.Agency, t.Name, t.Under}})
	})
	return id, err
}

// EndTeam ends a team, and everybody's time in it.
func (s *Store) EndTeam(ctx context.Context, by access.Actor, id string) error {
	return s.guard.Act(ctx, by, access.ManageAccounts, func(tx *db.Tx, sight *access.Sight) error {
		sight.Saw("team", id)
		if err := running(ctx, tx, by, id); err != nil {
			return err
		}
		if err := tx.Exec(ctx, `UPDATE team_members SET until = $2 WHERE team = $1 AND until > $2`, id, tx.Now.UnixMicro()); err != nil {
			return err
		}
		return tx.Exec(ctx, `UPDATE teams SET ended = $2 WHERE id = $1`, id, tx.Now.UnixMicro())
	})
}

// PutIn puts somebody of the agency in a team for a time; a zero end is none. Whoever
// is in it at that time is not put in twice.
func (s *Store) PutIn(ctx context.Context, by access.Actor, id, account string, leads bool, since, until time.Time) error {
	return s.guard.Act(ctx, by, access.ManageAccounts, func(tx *db.Tx, sight *access.Sight) error {
		sight.Saw("team", id)
		sight.Touched("members")
		if err := running(ctx, tx, by, id); err != nil {
			return err
		}
		if since.IsZero() {
			since = tx.Now
		}
		end := int64(never)
		if !until.IsZero() {
			end = until.UnixMicro()
		}
		if end <= since.UnixMicro() {
			return fault.Bad("until", "The last day must be after the first")
		}
		if s.guard.Who != nil {
			known, err := s.guard.Who(ctx, tx, []string{account})
			if err != nil {
				return err
			}
			if known[account].Agency != by.Agency {
				return fault.NotFound
			}
		}
		n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM team_members WHERE team = $1 AND account = $2 AND since < $4 AND until > $3`, id, account, since.UnixMicro(), end)
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.Bad("colleague", "They are in the team at that time already")
		}
		first := int64(0)
		if leads {
			first = 1
		}
		return tx.Insert(ctx, "team_members", []string{"team", "account", "leads", "since", "until"}, [][]any{{id, account, first, since.UnixMicro(), end}})
	})
}

// TakeOut ends somebody's time in a team. What a lock that closes to the team hides
// from them stays hidden.
func (s *Store) TakeOut(ctx context.Context, by access.Actor, id, account string) error {
	return s.guard.Act(ctx, by, access.ManageAccounts, func(tx *db.Tx, sight *access.Sight) error {
		sight.Saw("team", id)
		sight.Touched("members")
		if _, err := teamOf(ctx, tx, tx.Now, by, id); err != nil {
			return err
		}
		now := tx.Now.UnixMicro()
		if err := tx.Exec(ctx, `DELETE FROM team_members WHERE team = $1 AND account = $2 AND since > $3`, id, account, now); err != nil {
			return err // what has not begun
		}
		return tx.Exec(ctx, `UPDATE team_members SET until = $3 WHERE team = $1 AND account = $2 AND until > $3`, id, account, now)
	})
}

// Around are the teams that some colleagues are in now, with those above them, and
// the line managers of these teams: for one who says from whom somebody is to be
// hidden.
func (s *Store) Around(ctx context.Context, by access.Actor, accounts []string) (teams []Team, managers []Member, err error) {
	if len(accounts) == 0 {
		return nil, nil, nil
	}
	err = s.guard.Look(ctx, by, access.FlagConflict, func(v *db.View, sight *access.Sight) error {
		sight.Nobody()
		args := append([]any{v.Now.UnixMicro(), by.Agency}, db.Args(accounts)...)
		ids, err := db.All(ctx, v, db.Text, `
			WITH RECURSIVE line (id) AS (
				SELECT m.team FROM team_members m WHERE m.since <= $1 AND m.until > $1 AND m.account IN (`+db.List(3, len(accounts))+`)
				UNION SELECT t.under FROM line l JOIN teams t ON t.id = l.id WHERE t.under <> ''
			) SELECT l.id FROM line l JOIN teams t ON t.id = l.id WHERE t.agency = $2 AND t.ended IS NULL ORDER BY l.id`, args...)
		if err != nil || len(ids) == 0 {
			return err
		}
		args = append([]any{v.Now.UnixMicro()}, db.Args(ids)...)
		in := `(` + db.List(2, len(ids)) + `)`
		if teams, err = db.All(ctx, v, scanTeam, selectTeams+`WHERE t.id IN `+in+` ORDER BY t.name, t.id`, args...); err != nil {
			return err
		}
		leaders, err := db.All(ctx, v, db.Text, `SELECT DISTINCT account FROM team_members WHERE leads = 1 AND since <= $1 AND until > $1 AND team IN `+in+` ORDER BY account`, args...)
		if err != nil || len(leaders) == 0 || s.guard.Who == nil {
			return err
		}
		names, err := s.guard.Who(ctx, v, leaders)
		for _, a := range leaders {
			if known, ok := names[a]; ok && !slices.Contains(accounts, a) {
				managers = append(managers, Member{Account: a, Name: known.Name, Leads: true, Now: true})
			}
		}
		return err
	})
	return teams, managers, err
}

func running(ctx context.Context, tx *db.Tx, by access.Actor, id string) error {
	t, err := teamOf(ctx, tx, tx.Now, by, id)
	if err == nil && !t.Ended.IsZero() {
		err = fmt.Errorf("team: %w", fault.Conflict)
	}
	return err
}

// teamOf is a team of the actor's own agency.
func teamOf(ctx context.Context, q db.Querier, now time.Time, by access.Actor, id string) (Team, error) {
	t, err := db.One(ctx, q, scanTeam, selectTeams+`WHERE t.id = $2 AND t.agency = $3`, now.UnixMicro(), id, by.Agency)
	if err != nil {
		return t, fmt.Errorf("team: %w", err)
	}
	return t, nil
}

const selectTeams = `
	SELECT t.id, t.name, t.under, t.ended, (SELECT count(*) FROM team_members m WHERE m.team = t.id AND m.since <= $1 AND m.until > $1) FROM teams t `

func scanTeam(r db.Row) (t Team, err error) {
	var ended *int64
	err = r.Scan(&t.ID, &t.Name, &t.Under, &ended, &t.Members)
	if ended != nil {
		t.Ended = time.UnixMicro(*ended).UTC()
	}
	return t, err
}
