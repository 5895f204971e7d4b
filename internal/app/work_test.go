package app

import (
	"strings"
	"sync/atomic"
	"testing"

	"clew/internal/access"
)

// TestHiddenTakesTheSameWork counts the queries and statements for what is hidden and
// for what never was. How long they take, make attack measures.
func TestHiddenTakesTheSameWork(t *testing.T) {
	p := open(t)
	for _, route := range p.Mux(nil).Routes() {
		if !about(route) || !strings.HasPrefix(route, "GET ") {
			continue
		}
		work := func(relation string, as access.Role) int64 {
			var n atomic.Int64
			p.db.Watch(func(string, []any) { n.Add(1) })
			defer p.db.Watch(func(string, []any) {})
			p.ask(route, as, relation)
			return n.Load()
		}
		if got, want := work(others, access.Registrar), work(nobody, access.Registrar); got != want {
			t.Errorf("%s: what another agency holds takes %d queries, what never was %d", route, got, want)
		}
		if strings.Contains(route, "{import}") || strings.Contains(route, "{sample}") {
			continue // a lock hides people, and not what an agency did
		}
		got := work(locked, access.Registrar)
		ids := p.ids[locked]
		p.ids[locked] = map[string]string{}
		for part := range ids {
			p.ids[locked][part] = "0000000000000000"
		}
		want := work(locked, access.Registrar)
		p.ids[locked] = ids
		if got != want {
			t.Errorf("%s: what is locked takes %d queries, what never was %d", route, got, want)
		}
	}
}
