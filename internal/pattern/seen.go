package pattern

import (
	"context"
	"fmt"
	"strings"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/person"
	"clew/internal/words"
)

// linesSeen are the patterns that fit a condition on p and that an actor may see,
// the most pressing first, ten at most.
func linesSeen(ctx context.Context, q db.Querier, sight *access.Sight, where string, args ...any) ([]Line, error) {
	pooled, args := sight.Pool.Pooled("p.pool", args)
	open, args := sight.Open(args, "p.victim", "p.suspect")
	all, err := db.All(ctx, q, scanLine, `SELECT `+LineColumns+` FROM patterns p WHERE `+where+pooled+open+` ORDER BY p.pressing, p.id LIMIT 10`, args...)
	if err != nil {
		return nil, err
	}
	return all, See(ctx, q, sight, pointers(all))
}

func pointers(all []Line) []*Line {
	some := make([]*Line, len(all))
	for i := range all {
		some[i] = &all[i]
	}
	return some
}

// See makes lines say what an actor may know: for one from whom somebody is hidden,
// a pattern is read again without what those people reported, and its people are called
// what they are called in other reports.
func See(ctx context.Context, q db.Querier, sight *access.Sight, lines []*Line) error {
	if !sight.Blind() {
		return nil
	}
	names := map[*string]string{}
	for _, l := range lines {
		if l.Others == 0 {
			names[&l.VictimName] = l.Victim
			if l.SuspectName != nobodyNamed {
				names[&l.SuspectName] = l.Suspect
			}
			continue
		}
		h, _, err := compose(ctx, q, sight, l.Victim, l.Suspect)
		if err != nil {
			return err
		}
		if len(h.Accounts) > 0 {
			*l = h.line()
		}
	}
	return person.CallSeen(ctx, q, sight, names)
}

// line is a pattern as a list shows it.
func (h *Held) line() Line {
	p := &h.Pattern
	return Line{
		ID: h.ID, Victim: h.VictimPerson, Suspect: h.SuspectPerson, VictimName: h.Victim, SuspectName: h.Suspect,
		Finding: p.Finding, Reports: len(p.Accounts), Occasions: p.Total, Agencies: len(p.Agencies), Began: p.First, Latest: p.Last,
		Relationship: p.Relationship, Escalates: p.Escalation != nil, Grave: p.Fear == Violence || p.Threat, Counter: p.Counter, Others: p.OtherVictims,
		RecordedAs: words.List(p.recordedWords()), Why: strings.Split(strings.Join(p.Reasons, "\n"), "\n"),
	}
}

// Between is the pattern of one person about another, if there is one: none or one.
func Between(ctx context.Context, q db.Querier, sight *access.Sight, victim, suspect string) ([]Line, error) {
	return linesSeen(ctx, q, sight, `p.victim = $1 AND p.suspect = $2`, victim, suspect)
}

// AnyOther reports whether a suspect is reported by anybody beside a victim and some
// others.
func AnyOther(ctx context.Context, q db.Querier, sight *access.Sight, victim, suspect string, but []string) (bool, error) {
	but = append([]string{victim}, but...)
	held, args := sight.Pool.Held("r.holder", append([]any{suspect}, db.Args(but)...))
	n, err := db.One(ctx, q, db.Number, `SELECT count(*) FROM (SELECT 1 FROM accounts a JOIN reports r ON r.id = a.report WHERE a.suspect = $1 AND a.victim NOT IN (`+db.List(2, len(but))+`)`+held+` LIMIT 1) x`, args...)
	if err != nil {
		return false, fmt.Errorf("others: %w", err)
	}
	return n > 0, nil
}

// AccountsOf are what the reports of one person about another say, as an actor may see
// them, the oldest report first. With keys of reports, it is those of them alone.
func AccountsOf(ctx context.Context, q db.Querier, sight *access.Sight, victim, suspect string, keys ...string) ([]Account, error) {
	held, err := ofPair(ctx, q, sight, victim, suspect, keys...)
	all := make([]Account, len(held))
	for i := range held {
		all[i] = held[i].Account
		all[i].Key = held[i].key
	}
	return all, err
}

// A Stamp tells one account from another: with the same key and the same words, it is
// the same account.
type Stamp struct {
	Key  string // of its report
	Says string
}

// StampsOf are the stamps of what AccountsOf gives, in its order.
func StampsOf(ctx context.Context, q db.Querier, sight *access.Sight, victim, suspect string) ([]Stamp, error) {
	where, args := seenOf(sight, victim, suspect)
	return db.All(ctx, q, func(r db.Row) (s Stamp, err error) { return s, r.Scan(&s.Key, &s.Says) }, `SELECT a.report, a.says FROM accounts a JOIN reports r ON r.id = a.report `+where+` ORDER BY a.report`, args...)
}
