package person

import (
	"context"
	"slices"
	"strings"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern/match"
	"clew/internal/report"
)

// A Hit is a person that a search found.
type Hit struct {
	Person
	By string // what found them: "name", "name by sound", "number", "reference", "postcode", "handle"
}

// mostHits bounds what one search brings up: nobody reads further.
const mostHits = 200

// Search finds people by name (every word, by spelling or by sound, in any
// order), by phone, e-mail, handle, vehicle, national number, an agency's own
// reference, or postcode. The best come first; at most 200 are found.
func (s *Store) Search(ctx context.Context, by access.Actor, text string) (hits []Hit, err error) {
	err = s.guard.Look(ctx, by, access.FindPeople, func(v *db.View, sight *access.Sight) error {
		sight.Saw("search", "")
		found := map[string]bool{}
		add := func(by string, ids []string) error {
			heads, err := HeadsSeen(ctx, v, sight, ids)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if p, ok := heads[id]; ok && !found[id] {
					found[id] = true
					hits = append(hits, Hit{p, by})
				}
			}
			return nil
		}
		for _, way := range []struct {
			by   string
			find func(context.Context, db.Querier, *access.Sight, string) ([]string, error)
		}{{"number", byNumber}, {"reference", byTerm("r:", report.Reference)}, {"postcode", byTerm("c:", report.Reference)}, {"handle", byTerm("h:", handleTerm)}, {"name", bySpelling}, {"name by sound", bySound}} {
			ids, err := way.find(ctx, v, sight, text)
			if err != nil {
				return err
			}
			if err := add(way.by, ids); err != nil {
				return err
			}
		}
		return nil
	})
	return hits, err
}

// byNumber finds people by a number or address that is theirs alone.
func byNumber(ctx context.Context, q db.Querier, sight *access.Sight, text string) ([]string, error) {
	text = strings.TrimSpace(text)
	var keys []any
	for _, m := range []match.Mention{{Phones: []string{text}}, {Emails: []string{text}}, {Vehicles: []string{text}}, {Refs: []string{":" + text}}} {
		p := match.Prepare(m)
		for _, k := range p.Keys() {
			keys = append(keys, int64(k))
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	n := len(keys)
	theirs, args := mine(sight, append(keys, mostHits))
	return db.All(ctx, q, db.Text, `
		SELECT DISTINCT m.person FROM mention_keys k JOIN mentions m ON m.id = k.mention
		WHERE k.key IN (`+db.List(1, n)+`)`+theirs+` ORDER BY m.person LIMIT `+db.List(n+1, 1), args...)
}

// mine is the condition that a mention m is one the actor may see.
func mine(sight *access.Sight, args []any) (string, []any) {
	held, args := sight.Pool.Held("m.holder", args)
	open, args := sight.OpenReport("m.report", args)
	return held + open, args
}

func byTerm(prefix string, normal func(string) string) func(context.Context, db.Querier, *access.Sight, string) ([]string, error) {
	return func(ctx context.Context, q db.Querier, sight *access.Sight, text string) ([]string, error) {
		word := normal(text)
		if word == "" {
			return nil, nil
		}
		theirs, args := mine(sight, []any{term(prefix, word), mostHits})
		return db.All(ctx, q, db.Text, `
			SELECT DISTINCT m.person FROM search_terms t JOIN mentions m ON m.id = t.mention
			WHERE t.term = $1`+theirs+` ORDER BY m.person LIMIT $2`, args...)
	}
}

// nameTerms are the spelling and the sound of each word of a name.
func nameTerms(name string) (all []string) {
	for _, w := range match.Words(name) {
		all = append(all, term("n:", w))
		for _, s := range match.SoundKeys(w) {
			all = append(all, term("s:", s))
		}
	}
	return all
}

func bySpelling(ctx context.Context, q db.Querier, sight *access.Sight, text string) ([]string, error) {
	return byWords(ctx, q, sight, text, "n:")
}

func bySound(ctx context.Context, q db.Querier, sight *access.Sight, text string) ([]string, error) {
	return byWords(ctx, q, sight, text, "s:")
}

// bearing are the mentions held by anybody that bear a name, in order.
func bearing(ctx context.Context, q db.Querier, name string) (mentions []string, err error) {
	pairs := match.NamePairs(name)
	type named struct{ id, name string }
	scan := func(r db.Row) (n named, err error) { return n, r.Scan(&n.id, &n.name) }
	seen := map[string]bool{}
	for _, w := range match.Words(name) {
		keep := func(n named) error {
			if !seen[n.id] && slices.ContainsFunc(match.NamePairs(n.name), func(p string) bool { return slices.Contains(pairs, p) }) {
				seen[n.id] = true
				mentions = append(mentions, n.id)
			}
			return nil
		}
		if err := db.Each(ctx, q, scan, keep, `SELECT m.id, m.name FROM search_terms t JOIN mentions m ON m.id = t.mention WHERE t.term = $1`, term("n:", w)); err != nil {
			return nil, err
		}
	}
	slices.Sort(mentions)
	return mentions, nil
}

// mostTerms is how many words somebody may have who is searched for.
const mostTerms = 100

// byWords finds people who have every word of a name, those in most reports first.
func byWords(ctx context.Context, q db.Querier, sight *access.Sight, text, kind string) ([]string, error) {
	terms := map[string]bool{}
	for _, t := range nameTerms(text) {
		if strings.HasPrefix(t, kind) {
			terms[t] = true
		}
	}
	if len(terms) == 0 || len(terms) > mostTerms {
		return nil, nil
	}
	args := make([]any, 0, len(terms)+2)
	for t := range terms {
		args = append(args, t)
	}
	n := len(args)
	theirs, args := mine(sight, append(args, n, mostHits))
	return db.All(ctx, q, db.Text, `
		SELECT person FROM (
			SELECT m.person AS person, COUNT(DISTINCT t.term) AS words, COUNT(*) AS mentions
			FROM search_terms t JOIN mentions m ON m.id = t.mention
			WHERE t.term IN (`+db.List(1, n)+`)`+theirs+`
			GROUP BY m.person) found
		WHERE words = `+db.List(n+1, 1)+` ORDER BY mentions DESC, person LIMIT `+db.List(n+2, 1), args...)
}
