package vault

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
)

// The reasons for which tries are refused, beside those of access.
const (
	TooManyInAnHour access.Reason = "too many in an hour"
	TooManyPeople   access.Reason = "too many people in a day"
	longestClosing                = 2000
	refusedTries                  = "refused contact details"
)

// A Refused is tries of one person at contact details, on one day, that were refused
// for one reason. It says nothing of whose details they are.
type Refused struct {
	Account, Name string // whose tries
	Reason        access.Reason
	Day           time.Time // UTC
	Details       int       // different
	Tries         int
	Latest        time.Time
	Closed        time.Time // zero: nobody has
	ClosedBy      string    // name
	Why           string
}

// Refused are tries of people of the actor's agency, those nobody has closed first,
// the newest of them first, and how many there are. What is about the actor, or about
// somebody who is hidden from them, is not there.
func (s *Store) Refused(ctx context.Context, by access.Actor, skip, most int) (all []Refused, total int, err error) {
	err = s.guard.Look(ctx, by, access.ReadUnusual, func(v *db.View, sight *access.Sight) error {
		sight.Saw(refusedTries, "")
		grouped, args := tries(sight)
		if err := v.Widely(ctx, func() error { // what is hidden may be kept by anybody
			n, err := db.One(ctx, v, db.Number, `SELECT COUNT(*) FROM (`+grouped+`) t`, args...)
			if err != nil {
				return fmt.Errorf("count refused tries: %w", err)
			}
			total = int(n)
			args = append(args, most, skip)
			all, err = db.All(ctx, v, scanRefused, selectRefused(grouped)+fmt.Sprintf(` ORDER BY CASE WHEN c.closed IS NULL THEN 0 ELSE 1 END, t.day DESC, t.latest DESC, t.account, t.reason LIMIT $%d OFFSET $%d`, len(args)-1, len(args)), args...)
			return err
		}); err != nil {
			return fmt.Errorf("refused tries: %w", err)
		}
		return s.name(ctx, v, all)
	})
	return all, total, err
}

// CloseRefused keeps what a reviewer found out about tries, as many of them as they
// saw. It is kept for good. Later ones of that day are to be reviewed again.
func (s *Store) CloseRefused(ctx context.Context, by access.Actor, account, day string, reason access.Reason, seen int, why string) error {
	why = strings.TrimSpace(why)
	switch {
	case why == "":
		return fault.Bad("why", "Say what you found out")
	case utf8.RuneCountInString(why) > longestClosing:
		return fault.Bad("why", "What you found out has 2,000 characters at most")
	}
	return s.guard.Act(ctx, by, access.CloseUnusual, func(tx *db.Tx, sight *access.Sight) error {
		sight.Saw(refusedTries, "")
		grouped, args := tries(sight)
		n := len(args)
		var one Refused
		err := tx.Widely(ctx, func() (err error) {
			one, err = db.One(ctx, tx, scanRefused, selectRefused(grouped)+fmt.Sprintf(` WHERE t.account = $%d AND t.day = $%d AND t.reason = $%d`, n+1, n+2, n+3), append(args, account, day, string(reason))...)
			return err
		})
		switch {
		case err != nil:
			return fmt.Errorf("refused tries: %w", err)
		case !one.Closed.IsZero() || one.Tries != seen:
			return fmt.Errorf("refused tries: %w", fault.Conflict)
		}
		sight.Touched("closed", "why")
		return tx.Insert(ctx, "vault_alerts_closed", []string{"agency", "account", "reason", "day", "tries", "why", "closed_by", "closed"},
			[][]any{{by.Agency, account, string(reason), day, seen, why, by.Account, tx.Now.UnixMicro()}})
	})
}

// tries are the refused tries that an actor may see, by account, reason and day.
func tries(sight *access.Sight) (string, []any) {
	open, args := sight.Open([]any{sight.Agency, sight.Account}, "m.person")
	if open != "" {
		open = ` AND NOT EXISTS (SELECT 1 FROM contacts x JOIN mentions m ON m.id = x.person WHERE x.id = a.contact AND NOT (1 = 1` + open + `))`
	}
	return `SELECT a.account, a.reason, a.day, COUNT(DISTINCT a.contact) AS details, CAST(SUM(a.tries) AS BIGINT) AS tries, MAX(a.latest) AS latest
		FROM vault_alerts a WHERE a.agency = $1 AND a.account <> $2` + open + ` GROUP BY a.account, a.reason, a.day`, args
}

// selectRefused reads tries with what was found out. The agency is $1.
func selectRefused(grouped string) string {
	return `SELECT t.account, t.reason, t.day, t.details, t.tries, t.latest, c.closed, coalesce(c.closed_by, ''), coalesce(c.why, '')
		FROM (` + grouped + `) t LEFT JOIN vault_alerts_closed c ON c.agency = $1 AND c.account = t.account AND c.reason = t.reason AND c.day = t.day AND c.tries = t.tries`
}

func scanRefused(r db.Row) (x Refused, err error) {
	var day string
	var latest int64
	var closed *int64
	if err := r.Scan(&x.Account, &x.Reason, &day, &x.Details, &x.Tries, &latest, &closed, &x.ClosedBy, &x.Why); err != nil {
		return x, err
	}
	x.Latest = time.UnixMicro(latest).UTC()
	if closed != nil {
		x.Closed = time.UnixMicro(*closed).UTC()
	}
	x.Day, err = time.Parse(time.DateOnly, day)
	return x, err
}

// name fills in what accounts are called; the id where that is not known.
func (s *Store) name(ctx context.Context, q db.Querier, all []Refused) error {
	var accounts []string
	for i := range all {
		all[i].Name = all[i].Account
		accounts = append(accounts, all[i].Account)
		if all[i].ClosedBy != "" {
			accounts = append(accounts, all[i].ClosedBy)
		}
	}
	if s.guard.Who == nil || len(accounts) == 0 {
		return nil
	}
	known, err := s.guard.Who(ctx, q, accounts)
	for i := range all {
		if c := known[all[i].Account]; c.Name != "" {
			all[i].Name = c.Name
		}
		if c := known[all[i].ClosedBy]; c.Name != "" {
			all[i].ClosedBy = c.Name
		}
	}
	return err
}
