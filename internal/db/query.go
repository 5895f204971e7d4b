package db

import (
	"context"
	"database/sql"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"clew/internal/fault"
)

// A Querier is a *View or a *Tx.
type Querier interface {
	Widely(ctx context.Context, f func() error) error
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func (v *View) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if v.watch != nil {
		v.watch(query, args)
	}
	ctx, err := v.kept(ctx)
	if err != nil {
		return nil, err
	}
	return v.tx.QueryContext(ctx, query, holdable(args)...)
}

// kept is ctx, but that its end does not break off a statement of a transaction
// that is other people's too: on either engine that would end theirs with it.
func (v *View) kept(ctx context.Context) (context.Context, error) {
	if !v.shared {
		return ctx, nil
	}
	return context.WithoutCancel(ctx), ctx.Err()
}

// A Row is what a scan function reads: one row of a result.
type Row interface{ Scan(dest ...any) error }

// Each calls f with every row of a query, one at a time.
func Each[T any](ctx context.Context, q Querier, scan func(Row) (T, error), f func(T) error, query string, args ...any) error {
	rows, err := q.query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return err
		}
		if err := f(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

// All returns every row of a query.
func All[T any](ctx context.Context, q Querier, scan func(Row) (T, error), query string, args ...any) (all []T, err error) {
	err = Each(ctx, q, scan, func(v T) error { all = append(all, v); return nil }, query, args...)
	return all, err
}

// One returns the first row of a query, or fault.NotFound.
func One[T any](ctx context.Context, q Querier, scan func(Row) (T, error), query string, args ...any) (T, error) {
	var none T
	all, err := All(ctx, q, scan, query, args...)
	if err != nil {
		return none, err
	}
	if len(all) == 0 {
		return none, fault.NotFound
	}
	return all[0], nil
}

// Text and Number scan a row of one column.
func Text(r Row) (s string, err error)  { return s, r.Scan(&s) }
func Number(r Row) (n int64, err error) { return n, r.Scan(&n) }

// List writes n placeholders from $start: "$3, $4, $5".
func List(start, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(start + i))
	}
	return b.String()
}

// Args is values as arguments.
func Args[T any](values []T) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
	}
	return all
}

// Like escapes what a person typed for use in LIKE … ESCAPE '\'.
func Like(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// Exec runs a statement that returns no rows.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) error {
	if t.watch != nil {
		t.watch(query, args)
	}
	ctx, err := t.kept(ctx)
	if err != nil {
		return err
	}
	_, err = t.tx.ExecContext(ctx, query, holdable(args)...)
	return err
}

// holdable makes each text among args one that either engine can hold. PostgreSQL
// refuses a NUL or what is not UTF-8, and fails all that came with it; SQLite
// keeps either, and half of its functions then stop at the NUL.
func holdable(args []any) []any {
	own := false
	for i, a := range args {
		s, ok := a.(string)
		if !ok {
			v := reflect.ValueOf(a)
			if v.Kind() != reflect.String {
				continue
			}
			s = v.String()
		}
		if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
			if !own {
				args, own = slices.Clone(args), true
			}
			args[i] = Holdable(s)
		}
	}
	return args
}

// Holdable is a text as either engine holds it: no NUL, and UTF-8 alone.
func Holdable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// Insert puts rows in, many at a time. A row that is there already is an error.
func (t *Tx) Insert(ctx context.Context, table string, columns []string, rows [][]any) error {
	return t.insert(ctx, table, columns, rows, "")
}

// InsertNew puts rows in and leaves alone those that are there already.
func (t *Tx) InsertNew(ctx context.Context, table string, columns []string, rows [][]any) error {
	return t.insert(ctx, table, columns, rows, " ON CONFLICT DO NOTHING")
}

// mostValues is how many values one statement carries: well under what either
// engine takes (SQLite 32,766, PostgreSQL 65,535), and few enough to prepare fast.
const mostValues = 3000

func (t *Tx) insert(ctx context.Context, table string, columns []string, rows [][]any, end string) error {
	if len(rows) == 0 {
		return nil
	}
	ctx, err := t.kept(ctx)
	if err != nil {
		return err
	}
	per := max(1, mostValues/len(columns))
	var whole *sql.Stmt
	for start := 0; start < len(rows); start += per {
		some := rows[start:min(start+per, len(rows))]
		args := make([]any, 0, len(some)*len(columns))
		for _, r := range some {
			args = append(args, r...)
		}
		if len(some) < per {
			return t.Exec(ctx, t.insertion(table, columns, len(some))+end, args...)
		}
		if whole == nil {
			var err error
			if whole, err = t.tx.PrepareContext(ctx, t.insertion(table, columns, per)+end); err != nil {
				return err
			}
			defer whole.Close()
		}
		if _, err := whole.ExecContext(ctx, holdable(args)...); err != nil {
			return err
		}
	}
	return nil
}

// Update sets columns of many rows, each known by the first of its columns. Rows
// that are not there are left out.
func (t *Tx) Update(ctx context.Context, table string, columns []string, rows [][]any) error {
	var set []string
	for i, c := range columns[1:] {
		set = append(set, c+" = v.column"+strconv.Itoa(i+2))
	}
	per := max(1, mostValues/len(columns))
	for some := range slices.Chunk(rows, per) {
		args := make([]any, 0, len(some)*len(columns))
		for _, r := range some {
			args = append(args, r...)
		}
		err := t.Exec(ctx, `UPDATE `+table+` SET `+strings.Join(set, ", ")+` FROM (VALUES `+t.values(some)+`) AS v WHERE `+table+`.`+columns[0]+` = v.column1`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// values are placeholders for rows. PostgreSQL is told what is in the first of
// them, for it cannot know from where they stand.
func (t *Tx) values(rows [][]any) string {
	var b strings.Builder
	n := 0
	for i, r := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for j, v := range r {
			if n++; j > 0 {
				b.WriteString(", ")
			}
			switch {
			case t.sqlite:
				b.WriteByte('?')
			case i > 0:
				b.WriteString("$" + strconv.Itoa(n))
			default:
				b.WriteString("CAST($" + strconv.Itoa(n) + " AS " + kindOf(v) + ")")
			}
		}
		b.WriteByte(')')
	}
	return b.String()
}

func kindOf(v any) string {
	switch v.(type) {
	case int, int64:
		return "BIGINT"
	case float64:
		return "DOUBLE PRECISION"
	}
	return "TEXT"
}

// insertion is a statement that puts rows in. SQLite looks each $N up by name, in
// a time that grows with the square of their number; a plain ? it just counts.
func (t *Tx) insertion(table string, columns []string, rows int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES ")
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		if t.sqlite {
			b.WriteString("(" + strings.Repeat("?, ", len(columns)-1) + "?)")
		} else {
			b.WriteString("(" + List(i*len(columns)+1, len(columns)) + ")")
		}
	}
	return b.String()
}
