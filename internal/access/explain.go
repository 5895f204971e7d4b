package access

import (
	"context"
	"fmt"
	"slices"

	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/ledger"
)

// A Right is whether somebody may do one thing, and why.
type Right struct {
	Action  Action
	Allowed bool
	Reason  Reason
	By      []Role // of theirs that allow it; or, when refused, all that would
	Fresh   bool   // they must have proved in the last 15 minutes who they are
}

// A Thing is a report, a person or a pattern somebody may be able to see.
type Thing struct{ What, ID string }

// opens is the action that shows each kind of thing.
var opens = map[string]Action{"report": ReadReport, "person": ReadPerson, "pattern": ReadPattern}

// An Answer says what a colleague may do, and whether they can see one thing.
type Answer struct {
	Colleague
	Roles  []Role // in force
	Rights []Right
	Thing  Thing
	Sees   Seeing
}

// Seeing says whether somebody can see a thing, in no more words than whoever asks
// may hear.
type Seeing string

// What may be said of it. NotSeen is said of what is not there, of what another
// agency holds and of what a lock closes, to the colleague or to whoever asks:
// nobody can tell which.
const (
	Seen    Seeing = "yes"
	NoRoles Seeing = "no role in force lets them open records of this kind"
	NotSeen Seeing = "there is nothing by this number that they can see"
)

// Explain says what a colleague of the actor's agency may do and why: one action, or
// all when it is empty. With a thing, it says whether they can see that, and nothing
// of what it is.
func (g *Guard) Explain(ctx context.Context, by Actor, account string, a Action, thing Thing) (answer Answer, err error) {
	err = g.Look(ctx, by, ExplainAccess, func(v *db.View, s *Sight) error {
		s.Saw("account", account)
		who, err := g.who(ctx, v, []string{account})
		if err != nil {
			return err
		}
		c, ok := who[account]
		if !ok || c.Agency != by.Agency {
			return fmt.Errorf("colleague: %w", fault.NotFound)
		}
		answer = Answer{Colleague: c, Thing: thing}
		var theirs Sight
		if err := g.prepare(ctx, v, v.Now, Actor{Account: account, Agency: c.Agency, Proved: v.Now}, a, &theirs); err != nil {
			return err
		}
		answer.Roles = theirs.Roles
		for _, r := range rules {
			if a == "" || a == r.action {
				answer.Rights = append(answer.Rights, right(&theirs.Subject, r))
			}
		}
		if len(answer.Rights) == 0 {
			return fmt.Errorf("action: %w", fault.NotFound)
		}
		if thing.ID == "" {
			return nil
		}
		answer.Sees, err = sees(ctx, v, s, &theirs, thing)
		return err
	})
	return answer, err
}

func right(s *Subject, r rule) Right {
	d := Decide(s, r.action, Object{})
	to := Right{Action: r.action, Allowed: d.Allowed, Reason: d.Reason, Fresh: r.fresh}
	for _, m := range Roles { // in the order a page offers them
		if slices.Contains(r.roles, m.Role) && (!d.Allowed || slices.Contains(s.Roles, m.Role)) {
			to.By = append(to.By, m.Role)
		}
	}
	return to
}

// sees decides with what is known of the colleague and of whoever asks: what is
// hidden from either is not there.
func sees(ctx context.Context, q db.Querier, asks, theirs *Sight, thing Thing) (Seeing, error) {
	a, ok := opens[thing.What]
	if !ok {
		return "", fault.Bad("what", "Select a report, a person or a pattern")
	}
	if !Decide(&theirs.Subject, a, Object{}).Allowed {
		return NoRoles, nil
	}
	held, args := theirs.Pool.Held("m.holder", []any{thing.ID})
	query := `SELECT m.person FROM mentions m WHERE m.id = $1` + held
	for _, s := range []*Sight{asks, theirs} { // a person is known by a mention, and that one's report may be hidden
		if thing.What == "person" {
			var open string
			open, args = s.openMention("m.id", ` AND (m.person = m.id OR 1 = 1?)`, args)
			query += open
		}
	}
	switch thing.What {
	case "report": // which may name nobody
		held, args = theirs.Pool.Held("r.holder", []any{thing.ID})
		query = `SELECT coalesce(m.person, '') FROM reports r LEFT JOIN mentions m ON m.report = r.id WHERE r.id = $1` + held
	case "pattern":
		query = `SELECT m.person FROM mentions m JOIN accounts c ON c.report = m.report WHERE m.report = $1` + held
	}
	people, err := db.All(ctx, q, db.Text, query, args...)
	if err != nil {
		return "", err
	}
	if len(people) == 0 || slices.ContainsFunc(people, func(p string) bool { return asks.Hidden(p) || theirs.Hidden(p) }) {
		return NotSeen, nil
	}
	return Seen, nil
}

// Changes reports whether an action changes anything.
func Changes(a Action) bool {
	r, ok := ruleOf(a)
	return ok && r.verb != ledger.Consultation
}

// Actions are all actions, in the order of the rules.
func Actions() (all []Action) {
	for _, r := range rules {
		all = append(all, r.action)
	}
	return all
}
