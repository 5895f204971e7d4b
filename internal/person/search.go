package person

import (
	"context"
	"strings"

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
func (s *Store) Search(ctx context.Context, text string) (hits []Hit, err error) {
	err = s.db.Read(ctx, func(v *db.View) error {
		found := map[string]bool{}
		add := func(by string, ids []string) error {
			heads, err := Heads(ctx, v, ids)
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
			find func(context.Context, db.Querier, string) ([]string, error)
		}{{"number", byNumber}, {"reference", byTerm("r:", report.Reference)}, {"postcode", byTerm("c:", report.Reference)}, {"handle", byTerm("h:", handleTerm)}, {"name", bySpelling}, {"name by sound", bySound}} {
			ids, err := way.find(ctx, v, text)
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
func byNumber(ctx context.Context, q db.Querier, text string) ([]string, error) {
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
	return db.All(ctx, q, db.Text, `
		SELECT DISTINCT m.person FROM mention_keys k JOIN mentions m ON m.id = k.mention
		WHERE k.key IN (`+db.List(1, n)+`) ORDER BY m.person LIMIT `+db.List(n+1, 1), append(keys, mostHits)...)
}

func byTerm(prefix string, normal func(string) string) func(context.Context, db.Querier, string) ([]string, error) {
	return func(ctx context.Context, q db.Querier, text string) ([]string, error) {
		word := normal(text)
		if word == "" {
			return nil, nil
		}
		return db.All(ctx, q, db.Text, `
			SELECT DISTINCT m.person FROM search_terms t JOIN mentions m ON m.id = t.mention
			WHERE t.term = $1 ORDER BY m.person LIMIT $2`, term(prefix, word), mostHits)
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

func bySpelling(ctx context.Context, q db.Querier, text string) ([]string, error) {
	return byWords(ctx, q, text, "n:")
}

func bySound(ctx context.Context, q db.Querier, text string) ([]string, error) {
	return byWords(ctx, q, text, "s:")
}

// mostTerms is how many words somebody may have who is searched for.
const mostTerms = 100

// byWords finds people who have every word of a name, those in most reports first.
func byWords(ctx context.Context, q db.Querier, text, kind string) ([]string, error) {
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
	return db.All(ctx, q, db.Text, `
		SELECT person FROM (
			SELECT m.person AS person, COUNT(DISTINCT t.term) AS words, COUNT(*) AS mentions
			FROM search_terms t JOIN mentions m ON m.id = t.mention
			WHERE t.term IN (`+db.List(1, n)+`)
			GROUP BY m.person) found
		WHERE words = `+db.List(n+1, 1)+` ORDER BY mentions DESC, person LIMIT `+db.List(n+2, 1), append(args, n, mostHits)...)
}
