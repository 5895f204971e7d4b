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
			p.db.Watch(func(query string, _ []any) {
				if !strings.Contains(query, "ledger_tiles") && !strings.HasPrefix(query, "INSERT INTO ledger_checkpoints") { // some entries fill a tile, whatever they are about
					n.Add(1)
				}
			})
			defer p.db.Watch(func(string, []any) {})
			p.ask(route, as, relation)
			return n.Load()
		}
		// Of those two, one or the other may ask for anything that is in a relation.
		for _, role := range []access.Role{access.Registrar, access.Supervisor} {
			if got, want := work(others, role), work(nobody, role); got != want {
				t.Errorf("%s: what another agency holds takes a %s %d queries, what never was %d", route, role, got, want)
			}
		}
		if strings.Contains(route, "{import}") || strings.Contains(route, "{sample}") {
			continue // a lock hides people, and not what an agency did
		}
		for _, role := range []access.Role{access.Registrar, access.Supervisor} {
			got := work(locked, role)
			ids := p.ids[locked]
			p.ids[locked] = map[string]string{}
			for part := range ids {
				p.ids[locked][part] = "0000000000000000"
			}
			want := work(locked, role)
			p.ids[locked] = ids
			if got != want {
				t.Errorf("%s: what is locked takes a %s %d queries, what never was %d", route, role, got, want)
			}
		}
	}
}
