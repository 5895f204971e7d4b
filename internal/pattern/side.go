package pattern

import (
	"context"
	"slices"
	"strings"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/person"
)

// sidesOf are what a suspect reports about a victim, or nil, and what other people
// report about the suspect: ten at most. Either person may be nobody known, "".
func sidesOf(ctx context.Context, q db.Querier, sight *access.Sight, victim, suspect string) (facing *Side, others []Side, err error) {
	if suspect == "" {
		return nil, nil, nil
	}
	if victim != "" {
		all, err := sides(ctx, q, sight, `victim = $1 AND %.suspect = $2`, suspect, victim)
		if err != nil {
			return nil, nil, err
		}
		if len(all) > 0 {
			facing = &all[0]
		}
	}
	others, err = sides(ctx, q, sight, `suspect = $1 AND %.victim <> $2`, suspect, victim)
	return facing, others, err
}

// sides are what each of some people reports about another: first the patterns,
// the most pressing first, then those with a report or two that make none. Where
// has % for the table, and $1 and $2 for args.
func sides(ctx context.Context, q db.Querier, sight *access.Sight, where string, args ...any) (all []Side, err error) {
	in := func(table string) string { return table + "." + strings.ReplaceAll(where, "%", table) }
	lines, err := linesSeen(ctx, q, sight, in("p"), args...)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		l := &lines[i]
		all = append(all, Side{Person: l.Victim, Name: l.VictimName, Reports: l.Reports, Pattern: l, Report: l.ID})
	}
	scan := func(r db.Row) (s Side, err error) { return s, r.Scan(&s.Person, &s.Reports, &s.Report) }
	held, args := heldBySight(sight, append(slices.Clone(args), mostSides-len(all))...)
	open, args := sight.Open(args, "a.victim")
	rest, err := db.All(ctx, q, scan, `
		SELECT a.victim, COUNT(DISTINCT r.agency || '|' || r.record), MAX(a.report) FROM accounts a JOIN reports r ON r.id = a.report
		WHERE `+in("a")+held+open+` AND NOT EXISTS (SELECT 1 FROM patterns p WHERE p.victim = a.victim AND p.suspect = a.suspect)
		GROUP BY a.victim ORDER BY MAX(a.report) DESC LIMIT $3`, args...)
	if err != nil {
		return nil, err
	}
	people := make([]string, len(rest))
	for i := range rest {
		people[i] = rest[i].Person
	}
	heads, err := person.HeadsSeen(ctx, q, sight, people)
	for i := range rest {
		rest[i].Name = heads[rest[i].Person].Name
	}
	return append(all, rest...), err
}

// reasonsByWeight begin the sentences of Pattern.Reasons, the one that says most
// about what to do next first.
var reasonsByWeight = []string{"Fear of violence", "A threat", "It began ", "occasions in one week", "reported the same suspect", "The victim’s life", "The victim's life",
	"A record says the suspect was told", "They are recorded as former partners", "The records describe"}

// Strongest is the one reason to show where there is room for one: of a repeat
// that is not shown to be stalking, what it looks like instead.
func (l *Line) Strongest() string {
	if l.Finding == Conduct && len(l.Why) > 0 {
		return l.Why[len(l.Why)-1]
	}
	if l.Finding == Single {
		for _, why := range l.Why {
			if strings.HasPrefix(why, "Everything happened") {
				return why
			}
		}
	}
	for _, part := range reasonsByWeight {
		for _, why := range l.Why {
			if strings.Contains(why, part) {
				return why
			}
		}
	}
	if len(l.Why) == 0 {
		return ""
	}
	return l.Why[0]
}
