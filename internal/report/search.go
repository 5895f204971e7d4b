package report

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
)

// A Found report is one that a search brought up, as a list shows it.
type Found struct {
	Key, Agency, ID string
	Kind            Kind
	Reported        time.Time
	Code, Offence   string
	Victim, Suspect string // as written; empty when nobody was named
	ReplacedBy      string // the Key of a correction, or empty
	By              string // what found it: "reference" or "offence"
}

// MostFound is how many reports one search brings up. Nobody reads further.
const MostFound = 200

// Search finds reports by the agency's own reference, whole or how it begins, and
// by words of the offence in the order of neither. Those found by reference come
// first, then the newest. It gives the reports from skip on, and how many there
// are in all; a total above MostFound means that there are more, nobody counted
// how many.
func (s *Store) Search(ctx context.Context, by access.Actor, text string, skip, most int) (page []Found, total int, err error) {
	err = s.guard.Look(ctx, by, access.FindReports, func(v *db.View, sight *access.Sight) error {
		sight.Saw("search", "")
		byReference, err := withReference(ctx, v, sight, text)
		if err != nil {
			return err
		}
		byOffence, err := withOffence(ctx, v, sight, text)
		if err != nil {
			return err
		}
		foundBy := make(map[string]string, len(byReference))
		for _, key := range byReference {
			foundBy[key] = "reference"
		}
		all := byReference
		for _, key := range byOffence {
			if foundBy[key] == "" {
				foundBy[key] = "offence"
				all = append(all, key)
			}
		}
		total = len(all)
		all = all[:min(len(all), MostFound)]
		skip = min(max(skip, 0), len(all))
		if page, err = found(ctx, v, all[skip:min(skip+max(most, 0), len(all))]); err != nil {
			return err
		}
		for i := range page {
			page[i].By = foundBy[page[i].Key]
		}
		return nil
	})
	return page, total, err
}

// leastPrefix is how much of a reference must be typed before others that begin
// the same are found too.
const leastPrefix = 3

// withReference are the keys of the reports whose reference is the text or, where
// the text looks like part of one, begins with it.
func withReference(ctx context.Context, q db.Querier, sight *access.Sight, text string) ([]string, error) {
	ref := Reference(text)
	switch {
	case ref == "":
		return nil, nil
	case utf8.RuneCountInString(ref) < leastPrefix || !strings.ContainsFunc(ref, unicode.IsDigit):
		seen, args := visible(sight, []any{ref, MostFound + 1})
		return db.All(ctx, q, db.Text, `SELECT id FROM reports WHERE reference = $1`+seen+` ORDER BY reported DESC, id DESC LIMIT $2`, args...)
	}
	// The range is what the index is for; the last condition is what is asked. It
	// holds in whatever order the database's language puts letters in.
	where, args := `reference >= $1 AND substr(reference, 1, $2) = $1`, []any{ref, utf8.RuneCountInString(ref), MostFound + 1}
	if end := after(ref); end != "" {
		where, args = where+` AND reference < $4`, append(args, end)
	}
	seen, args := visible(sight, args)
	return db.All(ctx, q, db.Text, `SELECT id FROM reports WHERE `+where+seen+` ORDER BY reference, reported DESC, id DESC LIMIT $3`, args...)
}

// visible is the condition that a row of reports may be seen.
func visible(sight *access.Sight, args []any) (string, []any) {
	held, args := sight.Pool.Held("reports.holder", args)
	open, args := sight.OpenReport("reports.id", args)
	return held + open + ` AND reports.erased IS NULL`, args
}

// after is a text that comes after all that begin with a prefix of capitals and
// figures, and before or with the rest; "" when there is none.
func after(prefix string) string {
	b := []byte(prefix)
	for i := len(b) - 1; i >= 0; i-- {
		switch c := b[i]; {
		case c >= '0' && c < '9', c >= 'A' && c < 'Z':
			b[i]++
			return string(b[:i+1])
		case c == '9':
			b[i] = 'A'
			return string(b[:i+1])
		case c != 'Z':
			return ""
		}
	}
	return ""
}

// mostWord is the longest word, in bytes, that an offence may have.
const mostWord = 200

// mostClasses bounds how many codes and titles one search looks through.
const mostClasses = 500

// withOffence are the keys of the newest reports whose code and title hold words
// that begin with each word of the text.
func withOffence(ctx context.Context, q db.Querier, sight *access.Sight, text string) ([]string, error) {
	words := strings.Fields(fold(text))
	if len(words) == 0 || len(words) > 20 || slices.ContainsFunc(words, func(w string) bool { return len(w) > mostWord }) {
		return nil, nil
	}
	var where []string
	var args []any
	for i, w := range words {
		where = append(where, `' ' || words LIKE `+db.List(i+1, 1)+` ESCAPE '\'`)
		args = append(args, "% "+db.Like(w)+"%")
	}
	classes, err := db.All(ctx, q, db.Text, `SELECT id FROM classifications WHERE `+strings.Join(where, " AND ")+` ORDER BY id LIMIT `+db.List(len(args)+1, 1), append(args, mostClasses)...)
	if err != nil {
		return nil, err
	}
	type dated struct {
		key      string
		reported int64
	}
	scan := func(r db.Row) (d dated, err error) { return d, r.Scan(&d.key, &d.reported) }
	var all []dated
	for _, c := range classes { // each by its index, newest first: never the whole of a common offence
		seen, args := visible(sight, []any{c, MostFound + 1})
		some, err := db.All(ctx, q, scan, `SELECT id, reported FROM reports WHERE classification = $1`+seen+` ORDER BY reported DESC LIMIT $2`, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b dated) int {
		return cmp.Or(cmp.Compare(b.reported, a.reported), cmp.Compare(b.key, a.key))
	})
	keys := make([]string, min(len(all), MostFound+1))
	for i := range keys {
		keys[i] = all[i].key
	}
	return keys, nil
}

// found are the reports with the given keys, in that order.
func found(ctx context.Context, q db.Querier, keys []string) ([]Found, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	byKey := make(map[string]Found, len(keys))
	keep := func(f Found) error { byKey[f.Key] = f; return nil }
	err := db.Each(ctx, q, scanFound, keep, `
		SELECT id, agency, record, kind, reported, offence_code, offence, victim, suspect, replaced_by
		FROM reports WHERE id IN (`+db.List(1, len(keys))+`)`, db.Args(keys)...)
	all := make([]Found, len(keys))
	for i, key := range keys {
		all[i] = byKey[key]
	}
	return all, err
}

func scanFound(r db.Row) (f Found, err error) {
	var reported int64
	var victim, suspect string
	if err := r.Scan(&f.Key, &f.Agency, &f.ID, &f.Kind, &reported, &f.Code, &f.Offence, &victim, &suspect, &f.ReplacedBy); err != nil {
		return f, err
	}
	f.Reported = time.UnixMicro(reported).UTC()
	for _, side := range []struct {
		from string
		to   *string
	}{{victim, &f.Victim}, {suspect, &f.Suspect}} {
		var p Party
		if err := json.Unmarshal([]byte(side.from), &p); err != nil {
			return f, err
		}
		if !p.Empty() {
			*side.to = p.Name()
		}
	}
	return f, nil
}
