package dbtest

import (
	"context"
	"strings"
	"sync"
	"testing"

	"clew/internal/db"
)

// A Plan is how SQLite means to answer a query, a step in each line: "SEARCH p
// USING INDEX …" goes by an index, "SCAN p" reads the whole.
type Plan struct {
	Query string
	Steps []string
}

// Scans are the tables that are read whole, with how: "patterns p" is "p".
func (p *Plan) Scans() (all []string) {
	made := map[string]bool{} // by the query itself, of what it found
	for _, s := range p.Steps {
		for _, how := range []string{"CO-ROUTINE ", "MATERIALIZE "} {
			if name, ok := strings.CutPrefix(s, how); ok {
				made[name] = true
			}
		}
	}
	for _, s := range p.Steps {
		of, ok := strings.CutPrefix(s, "SCAN ")
		if ok && !made[of] && of != "CONSTANT ROW" && !strings.HasSuffix(of, "VALUES CLAUSE") && !strings.HasPrefix(of, "(subquery") {
			all = append(all, of)
		}
	}
	return all
}

// Plans are how SQLite answers the queries of do, each query once, and how many
// there were in all.
func Plans(t testing.TB, d *db.DB, do func()) (all []Plan, total int) {
	t.Helper()
	var mu sync.Mutex
	args := map[string][]any{}
	var queries []string
	d.Watch(func(query string, with []any) {
		mu.Lock()
		defer mu.Unlock()
		if total++; args[query] == nil {
			queries, args[query] = append(queries, query), append([]any{}, with...)
		}
	})
	do()
	d.Watch(nil)
	for _, q := range queries {
		p := Plan{Query: strings.Join(strings.Fields(q), " ")}
		if err := d.Read(context.Background(), func(v *db.View) (err error) {
			p.Steps, err = db.All(context.Background(), v, func(r db.Row) (s string, err error) {
				var id, parent, unused int
				return s, r.Scan(&id, &parent, &unused, &s)
			}, `EXPLAIN QUERY PLAN `+q, args[q]...)
			return err
		}); err != nil {
			t.Fatalf("%s: %v", p.Query, err)
		}
		all = append(all, p)
	}
	return all, total
}
