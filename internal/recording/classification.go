package recording

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/report"
	"clew/internal/when"
)

// A Used classification is a code and title that a report was ever recorded as,
// or that somebody decided it should be.
type Used struct {
	ID, Code, Title string
	Reports         int       // reports recorded as it, earlier versions of corrected ones included
	First, Last     time.Time // when the first and the last was reported; zero when none was
	Considered      int       // decisions that say it should be recorded so
}

// mostClass is the longest title, in bytes, that a decision may consider.
const mostClass = 400

// selectUsed counts the reports that an actor may see.
func selectUsed(sight *access.Sight, args []any) (string, []any) {
	held, args := sight.Pool.Held("r.holder", args)
	open, args := sight.OpenReport("r.id", args)
	seen := held + open
	return `
	SELECT c.id, c.code, c.title,
	       (SELECT COUNT(*) FROM reports r WHERE r.classification = c.id` + seen + `),
	       (SELECT MIN(r.reported) FROM reports r WHERE r.classification = c.id` + seen + `),
	       (SELECT MAX(r.reported) FROM reports r WHERE r.classification = c.id` + seen + `)
	FROM classifications c `, args
}

func scanUsed(r db.Row) (u Used, err error) {
	var first, last sql.NullInt64
	err = r.Scan(&u.ID, &u.Code, &u.Title, &u.Reports, &first, &last)
	if first.Valid {
		u.First, u.Last = time.UnixMicro(first.Int64).UTC(), time.UnixMicro(last.Int64).UTC()
	}
	return u, err
}

// Classifications searches every classification ever used or considered for all
// the words of text, in its code and title. They are in order of title; without
// words it is all of them. It says how many there are beside the page asked for.
func (s *Store) Classifications(ctx context.Context, by access.Actor, text string, skip, most int) (all []Used, total int, err error) {
	var where []string
	var args []any
	for i, word := range strings.Fields(strings.ToLower(text)) {
		if i == 12 {
			break // nobody means more, and each is a look at every row
		}
		if len(word) > mostClass {
			return nil, 0, nil
		}
		where, args = append(where, `c.words LIKE `+db.List(i+1, 1)+` ESCAPE '\'`), append(args, "%"+db.Like(word)+"%")
	}
	err = s.guard.Look(ctx, by, access.ReadClassifications, func(v *db.View, sight *access.Sight) error {
		sight.Saw("classifications", "")
		considered, err := considered(ctx, v, sight)
		if err != nil {
			return err
		}
		shown, args := shown(sight, considered, args)
		clause := `WHERE ` + strings.Join(append(where, shown), ` AND `)
		n, err := db.One(ctx, v, db.Number, `SELECT COUNT(*) FROM classifications c `+clause, args...)
		if err != nil {
			return err
		}
		total = int(n)
		page := clause + ` ORDER BY c.title, c.code, c.id LIMIT ` + db.List(len(args)+1, 1) + ` OFFSET ` + db.List(len(args)+2, 1)
		used, args := selectUsed(sight, append(args, most, skip))
		all, err = db.All(ctx, v, scanUsed, used+page, args...)
		for i := range all {
			all[i].Considered = considered[all[i].ID].decisions
		}
		return err
	})
	return all, total, err
}

// shown is the condition that a classification c is one the actor may know of: by a
// report they may see, or by a decision about one. Its title is what somebody typed.
func shown(sight *access.Sight, considered map[string]use, args []any) (string, []any) {
	held, args := sight.Pool.Held("r.holder", args)
	open, args := sight.OpenReport("r.id", args)
	used := `EXISTS (SELECT 1 FROM reports r WHERE r.classification = c.id` + held + open + `)`
	if len(considered) == 0 {
		return used, args
	}
	return `(` + used + ` OR c.id IN (` + db.List(len(args)+1, len(considered)) + `))`, append(args, db.Args(slices.Sorted(maps.Keys(considered)))...)
}

// A use is how often a classification was considered, and as it was written.
type use struct {
	decisions int
	written   []string
}

// considered counts decisions by the classification they consider. People write
// the same one with other capitals, which the two engines fold differently.
func considered(ctx context.Context, q db.Querier, sight *access.Sight) (map[string]use, error) {
	type row struct {
		text string
		n    int
	}
	all := map[string]use{}
	held, args := sight.Pool.Held("r.holder", nil)
	open, args := sight.OpenReport("r.id", args)
	err := db.Each(ctx, q, func(r db.Row) (x row, err error) { return x, r.Scan(&x.text, &x.n) }, func(x row) error {
		id := report.Classification("", x.text)
		u := all[id]
		all[id] = use{u.decisions + x.n, append(u.written, x.text)}
		return nil
	}, `SELECT d.classification, COUNT(*) FROM recording_decisions d JOIN reports r ON r.id = d.pattern WHERE d.classification <> ''`+held+open+` GROUP BY d.classification ORDER BY d.classification`, args...)
	return all, err
}

// A Filed report is one recorded as a classification.
type Filed struct {
	Key, Agency, Record string
	Reported            time.Time
	Replaced            bool   // a correction has taken its place
	Pattern             string // the pattern it is in, or empty
}

// A Month is how many reports of one month were recorded as a classification.
type Month struct {
	Begins  time.Time // in London
	Reports int
}

// A Classification is one with the reports recorded as it and the decisions that
// considered it.
type Classification struct {
	Used
	Months    []Month    // the last two years of its use with any, oldest first
	Filed     []Filed    // those asked for, newest first
	Decisions []Decision // newest first, 50 at most; each Pattern is what it is known by now
}

const (
	mostMonths     = 24
	mostConsidered = 50
)

// Classification is the classification with that id, and the reports recorded as
// it from skip on.
func (s *Store) Classification(ctx context.Context, by access.Actor, id string, skip, most int) (c Classification, err error) {
	err = s.guard.Look(ctx, by, access.ReadClassifications, func(v *db.View, sight *access.Sight) error {
		sight.Saw("classification", id)
		considered, err := considered(ctx, v, sight)
		if err != nil {
			return err
		}
		used, args := selectUsed(sight, []any{id})
		shown, args := shown(sight, considered, args)
		if c.Used, err = db.One(ctx, v, scanUsed, used+`WHERE c.id = $1 AND `+shown, args...); err != nil {
			return err
		}
		held, args := sight.Pool.Held("r.holder", []any{id, most, skip})
		open, args := sight.OpenReport("r.id", args)
		if c.Filed, err = db.All(ctx, v, scanFiled, `
			SELECT r.id, r.agency, r.record, r.reported, r.replaced_by, p.id
			FROM reports r
			LEFT JOIN accounts a ON a.report = r.id
			LEFT JOIN patterns p ON p.victim = a.victim AND p.suspect = a.suspect
			WHERE r.classification = $1`+held+open+` ORDER BY r.reported DESC, r.id DESC LIMIT $2 OFFSET $3`, args...); err != nil {
			return err
		}
		if err := c.months(ctx, v, sight); err != nil {
			return err
		}
		u, ok := considered[id]
		if !ok {
			return nil
		}
		c.Considered = u.decisions
		held, args = sight.Pool.Held("r.holder", append([]any{mostConsidered}, db.Args(u.written)...))
		open, args = sight.OpenReport("r.id", args)
		if c.Decisions, err = decisions(ctx, v, `
			WHERE d.id IN (SELECT x.id FROM recording_decisions x JOIN reports r ON r.id = x.pattern WHERE x.classification IN (`+db.List(2, len(u.written))+`)`+held+open+` ORDER BY x.decided DESC, x.id DESC LIMIT $1)
			ORDER BY d.decided DESC, d.id DESC, w.answered, w.id`, args...); err != nil {
			return err
		}
		reports := make([]string, len(c.Decisions))
		for i := range c.Decisions {
			reports[i] = c.Decisions[i].Pattern
		}
		now, err := patternsOf(ctx, v, reports)
		for i := range c.Decisions {
			d := &c.Decisions[i]
			d.Pattern = cmp.Or(now[d.Pattern], d.Pattern)
		}
		return err
	})
	return c, err
}

func scanFiled(r db.Row) (f Filed, err error) {
	var reported int64
	var replaced string
	var pattern sql.NullString
	err = r.Scan(&f.Key, &f.Agency, &f.Record, &reported, &replaced, &pattern)
	f.Reported, f.Replaced, f.Pattern = time.UnixMicro(reported).UTC(), replaced != "", pattern.String
	return f, err
}

// months counts back from the last month of its use, each by index.
func (c *Classification) months(ctx context.Context, q db.Querier, sight *access.Sight) error {
	if c.Reports == 0 {
		return nil
	}
	y, m, _ := c.Last.In(when.London).Date()
	month := time.Date(y, m, 1, 0, 0, 0, 0, when.London)
	for i := 0; i < mostMonths && !month.AddDate(0, 1, 0).Before(c.First); i++ {
		held, args := sight.Pool.Held("r.holder", []any{c.ID, month.UnixMicro(), month.AddDate(0, 1, 0).UnixMicro()})
		open, args := sight.OpenReport("r.id", args)
		n, err := db.One(ctx, q, db.Number, `SELECT COUNT(*) FROM reports r WHERE r.classification = $1 AND r.reported >= $2 AND r.reported < $3`+held+open, args...)
		if err != nil {
			return err
		}
		if n > 0 {
			c.Months = append([]Month{{month, int(n)}}, c.Months...)
		}
		month = month.AddDate(0, -1, 0)
	}
	return nil
}
