package access

import (
	"testing"
	"time"
)

// TestReach is who may reveal a contact detail, over every role: by an own reading
// of the rule, which is short enough to be written twice.
func TestReach(t *testing.T) {
	for _, m := range Roles {
		for _, agency := range []string{"holder", "pool", "elsewhere"} {
			for _, shared := range []bool{false, true} {
				s := Subject{Actor: Actor{Account: "a", Agency: agency}, Roles: []Role{m.Role}, Pool: Pool{"p", []string{"holder", "pool"}}, Now: time.Now()}
				if agency == "elsewhere" {
					s.Pool = Pool{"elsewhere", []string{"elsewhere"}}
				}
				want := agency == "holder" && (m.Role == Advocate || m.Role == AdvocacyManager) ||
					agency != "elsewhere" && shared && (m.Role == Officer || m.Role == Supervisor)
				got := Decide(&s, RevealContact, Object{Holder: "holder", Shared: shared})
				if got.Allowed != want {
					t.Errorf("%s of %s, shared %v: %+v, want allowed %v", m.Role, agency, shared, got, want)
				}
				if locked := Decide(&s, RevealContact, Object{Holder: "holder", Shared: shared, Shut: true}); locked.Allowed {
					t.Errorf("%s of %s: a lock does not hide it", m.Role, agency)
				}
			}
		}
	}
}
