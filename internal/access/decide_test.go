package access

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// An oracle is who may do what, as testdata/oracle.txt tells it.
type oracle map[Role]map[Action]bool // true: a fresh proof is wanted

const everybody = Role("everybody")

func readOracle(t *testing.T) oracle {
	t.Helper()
	f, err := os.Open("testdata/oracle.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	o := oracle{}
	var role Role
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), " ")
		switch {
		case line == "" || line[0] == '#':
		case line[0] != ' ':
			role = Role(line)
			if o[role] != nil || !role.Known() && role != everybody {
				t.Fatalf("%q is told twice, or is no role", role)
			}
			o[role] = map[Action]bool{}
		default:
			action, fresh := strings.CutSuffix(strings.TrimSpace(line), " *")
			o[role][Action(action)] = fresh
		}
	}
	if len(o) != len(Roles)+1 {
		t.Fatalf("%d roles are told of, want %d and everybody", len(o), len(Roles))
	}
	return o
}

// may is what the oracle says of somebody with roles.
func (o oracle) may(a Action, roles []Role) (allowed, fresh bool) {
	if fresh, ok := o[everybody][a]; ok {
		return true, fresh
	}
	for _, r := range roles {
		if f, ok := o[r][a]; ok {
			allowed, fresh = true, f
		}
	}
	return allowed, fresh
}

// TestDecide asks of every action, for every role and every pair of roles, in every
// relation to what is asked about: Decide and the oracle must agree on each.
func TestDecide(t *testing.T) {
	o := readOracle(t)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	holders := map[string]string{"nobody's": "", "own": "police:1", "agreed": "nhs:1", "another's": "nhs:2"}
	var sets [][]Role
	sets = append(sets, nil)
	for i, a := range Roles {
		sets = append(sets, []Role{a.Role})
		for _, b := range Roles[i+1:] {
			sets = append(sets, []Role{a.Role, b.Role})
		}
	}
	cells := 0
	for _, r := range rules {
		if r.action == RevealContact {
			continue // it goes by more than a role: TestReach
		}
		for _, roles := range sets {
			for whose, holder := range holders {
				for _, closed := range []Object{{}, {Shut: true}, {Apart: true}, {Shut: true, Apart: true}} {
					shut := closed.Shut || closed.Apart
					for _, proved := range []time.Time{{}, now.Add(-Fresh - time.Second), now.Add(-Fresh)} {
						s := &Subject{Actor: Actor{Account: "a", Agency: "police:1", Proved: proved}, Roles: roles, Pool: Pool{"p", []string{"nhs:1", "police:1"}}, Now: now}
						got := Decide(s, r.action, Object{Holder: holder, Shut: closed.Shut, Apart: closed.Apart})
						allowed, fresh := o.may(r.action, roles)
						want := allowed && !shut && whose != "another's" && !(fresh && now.Sub(proved) > Fresh)
						if r.action == ManageOwnAccount {
							want = !closed.Shut
						}
						if got.Allowed != want {
							t.Errorf("%q as %v of what is %s, shut %v, proved %v ago: %+v, want allowed %v", r.action, roles, whose, shut, now.Sub(proved), got, want)
						}
						if !got.Allowed && (closed.Shut || allowed && (closed.Apart || whose == "another's")) != got.Secret {
							t.Errorf("%q as %v of what is %s, shut %v: secret %v", r.action, roles, whose, shut, got.Secret)
						}
						cells++
					}
				}
			}
		}
	}
	if cells < 100_000 {
		t.Errorf("%d cells: fewer than there are", cells)
	}
}

// TestNoRule refuses what nobody has written a rule for, and knows an action in the
// oracle by its rule.
func TestNoRule(t *testing.T) {
	s := &Subject{Actor: Actor{Account: "a"}}
	for _, m := range Roles {
		s.Roles = append(s.Roles, m.Role)
	}
	if d := Decide(s, "open everything", Object{}); d.Allowed || d.Reason != NoRule {
		t.Errorf("%+v", d)
	}
	for role, actions := range readOracle(t) {
		for a := range actions {
			if _, ok := ruleOf(a); !ok {
				t.Errorf("%s: there is no action %q", role, a)
			}
		}
	}
	var seen []Action
	for _, r := range rules {
		if slices.Contains(seen, r.action) {
			t.Errorf("two rules for %q", r.action)
		}
		if seen = append(seen, r.action); r.verb == "" {
			t.Errorf("%q has no verb", r.action)
		}
	}
}

// TestLessNeverAllowsMore takes away a role, ends an agreement, adds a lock or lets
// a proof grow old: what was refused stays refused.
func TestLessNeverAllowsMore(t *testing.T) {
	now := time.Now()
	for _, r := range rules {
		for _, m := range Roles {
			full := Subject{Actor: Actor{Account: "a", Agency: "x", Proved: now}, Roles: []Role{m.Role}, Pool: Pool{"p", []string{"x", "y"}}, Now: now}
			for _, o := range []Object{{}, {Holder: "x"}, {Holder: "y"}, {Holder: "z"}} {
				before := Decide(&full, r.action, o).Allowed
				for name, less := range map[string]func(*Subject, *Object){
					"a role less":      func(s *Subject, _ *Object) { s.Roles = nil },
					"no agreement":     func(s *Subject, _ *Object) { s.Pool = Pool{"x", []string{"x"}} },
					"a lock":           func(_ *Subject, o *Object) { o.Shut = true },
					"an hour later":    func(s *Subject, _ *Object) { s.Now = now.Add(time.Hour) },
					"never proved it":  func(s *Subject, _ *Object) { s.Proved = time.Time{} },
					"another's object": func(_ *Subject, o *Object) { o.Holder = "z" },
				} {
					s, o := full, o
					less(&s, &o)
					if Decide(&s, r.action, o).Allowed && !before {
						t.Errorf("%s as %s of %q: %s allows what was refused", r.action, m.Role, o.Holder, name)
					}
				}
			}
		}
	}
}

func TestRolesAreTold(t *testing.T) {
	for _, m := range Roles {
		if m.Name == "" || m.Means == "" || fmt.Sprint(m.Role) != strings.ToLower(string(m.Role)) {
			t.Errorf("%+v", m)
		}
	}
}
