package pattern_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"clew/internal/law"
	"clew/internal/pattern"
	"clew/internal/pattern/narrate"
	"clew/internal/report"
)

// told is one report in a test: when, and what was said.
func told(id, at string, tell ...func(*pattern.Account)) pattern.Account {
	t, err := time.Parse("2006-01-02T15:04", at)
	if err != nil {
		panic(err)
	}
	a := pattern.Account{ID: id, Agency: "Northmoor Police", Kind: report.Crime, Reported: t, From: t, To: t, Count: 1}
	for _, f := range tell {
		f(&a)
	}
	return a
}

func as(code, title string) func(*pattern.Account) {
	return func(a *pattern.Account) { a.Code, a.Title, a.Family = code, title, law.FamilyOf(code, title) }
}
func by(r pattern.Relationship) func(*pattern.Account) {
	return func(a *pattern.Account) { a.Relationship = r }
}
func doing(b ...narrate.Behaviour) func(*pattern.Account) {
	return func(a *pattern.Account) { a.Says.Behaviours |= pattern.SetOf(narrate.Behaviours, b...) }
}
func acting(acts ...narrate.Act) func(*pattern.Account) {
	return func(a *pattern.Account) { a.Says.Acts |= pattern.SetOf(narrate.Acts, acts...) }
}
func about(d pattern.Dispute) func(*pattern.Account) {
	return func(a *pattern.Account) { a.Says.Dispute = d }
}
func fearing(f pattern.Fear) func(*pattern.Account) {
	return func(a *pattern.Account) { a.Says.Fear = f }
}
func unwanted(a *pattern.Account) { a.Says.Unwanted = true }

func TestFinding(t *testing.T) {
	harassment, damage := as("195/94", "Harassment"), as("58D", "Other criminal damage")
	former, contact := by(pattern.FormerPartner), doing("contacting")
	for _, c := range []struct {
		name     string
		accounts []pattern.Account
		context  pattern.Context
		want     pattern.Finding
		says     string // one reason holds this
	}{
		{"one long night with five calls", []pattern.Account{
			told("1", "2026-03-06T21:00", contact, acting("call")), told("2", "2026-03-06T22:10", contact), told("3", "2026-03-06T23:00", contact),
			told("4", "2026-03-07T00:30", contact), told("5", "2026-03-07T02:00", contact),
		}, pattern.Context{}, pattern.Single, "one occasion"},
		{"a former partner, twice, recorded as other things", []pattern.Account{
			told("1", "2026-03-06T21:00", former, contact, harassment), told("2", "2026-04-01T10:00", former, damage, contact),
		}, pattern.Context{}, pattern.NotRecorded, "former partners"},
		{"the same before the policy on former partners", []pattern.Account{
			told("1", "2019-03-06T21:00", former, contact, harassment), told("2", "2019-04-01T10:00", former, contact, damage),
		}, pattern.Context{}, pattern.Conduct, "too little"},
		{"recorded as stalking once", []pattern.Account{
			told("1", "2026-03-06T21:00", former, contact, harassment), told("2", "2026-04-01T10:00", former, contact, as("8/66", "Stalking involving serious alarm or distress")),
		}, pattern.Context{}, pattern.Recorded, "Stalking has been recorded"},
		{"a stranger who follows and waits", []pattern.Account{
			told("1", "2026-03-06T21:00", by(pattern.Stranger), doing("following")), told("2", "2026-04-01T10:00", by(pattern.Stranger), doing("loitering")),
		}, pattern.Context{}, pattern.NotRecorded, "following and loitering"},
		{"neighbours who both report a parking row", []pattern.Account{
			told("1", "2026-03-06T21:00", by(pattern.Neighbour), about(pattern.Neighbours), contact), told("2", "2026-04-01T10:00", about(pattern.Neighbours), contact, fearing(pattern.Alarm)),
			told("3", "2026-04-09T10:00", about(pattern.Neighbours), contact),
		}, pattern.Context{Counter: 2}, pattern.Conduct, "a dispute between neighbours"},
		{"a neighbour who follows, whatever the parking", []pattern.Account{
			told("1", "2026-03-06T21:00", by(pattern.Neighbour), about(pattern.Neighbours), doing("watching")), told("2", "2026-04-01T10:00", doing("following")),
			told("3", "2026-04-09T10:00", doing("following")),
		}, pattern.Context{}, pattern.NotRecorded, "following"},
		{"a business dispute", []pattern.Account{
			told("1", "2026-03-06T21:00", about(pattern.Business), contact, unwanted), told("2", "2026-04-01T10:00", about(pattern.Business), contact), told("3", "2026-05-01T10:00", about(pattern.Business), contact),
		}, pattern.Context{}, pattern.Conduct, "a business dispute"},
		{"two people named in two thefts", []pattern.Account{
			told("1", "2026-03-06T21:00", as("46", "Theft from shops")), told("2", "2026-04-01T10:00", as("46", "Theft from shops")),
		}, pattern.Context{}, pattern.Conduct, "fewer than two records show conduct aimed"},
		{"contact only, three times, unwanted", []pattern.Account{
			told("1", "2026-03-06T21:00", contact), told("2", "2026-04-01T10:00", contact, unwanted), told("3", "2026-05-01T10:00", contact),
		}, pattern.Context{}, pattern.NotRecorded, "told it was unwanted"},
		{"a series in one entry", []pattern.Account{
			told("1", "2026-03-28T21:00", by(pattern.Acquaintance), doing("following"), func(a *pattern.Account) { a.Says.Days = 21 }),
		}, pattern.Context{}, pattern.NotRecorded, "21 occasions"},
	} {
		p := pattern.Compose(c.accounts, c.context)
		if p.Finding != c.want {
			t.Errorf("%s: finding %s, want %s\n%s", c.name, p.Finding, c.want, strings.Join(p.Reasons, "\n"))
		}
		if why := strings.Join(p.Reasons, " "); !strings.Contains(why, c.says) {
			t.Errorf("%s: no reason says %q:\n%s", c.name, c.says, why)
		}
	}
}

func TestCounterIsShownAndNeverMerged(t *testing.T) {
	p := pattern.Compose([]pattern.Account{
		told("1", "2026-03-06T21:00", by(pattern.FormerPartner), doing("following")), told("2", "2026-04-01T10:00", doing("watching")),
	}, pattern.Context{Counter: 3})
	if p.Finding != pattern.NotRecorded || p.Counter != 3 || len(p.Accounts) != 2 {
		t.Errorf("finding %s, counter %d, %d reports", p.Finding, p.Counter, len(p.Accounts))
	}
	if !slices.ContainsFunc(p.Reasons, func(s string) bool {
		return strings.HasPrefix(s, "The suspect has also reported the victim (3 reports).")
	}) {
		t.Errorf("the counter-allegation is not among the reasons: %q", p.Reasons)
	}
}

func TestElements(t *testing.T) {
	p := pattern.Compose([]pattern.Account{
		told("1", "2026-03-06T21:00", doing("following"), fearing(pattern.Violence)),
		told("2", "2026-03-20T21:00", doing("watching")),
		told("3", "2026-04-01T10:00", acting("damage"), fearing(pattern.Violence), unwanted),
	}, pattern.Context{})
	want := map[string][]int{
		"s.7(3)": {0, 1, 2}, "s.2A(2)(b)": {0, 1}, "s.2A(2)(a)": {0, 2}, "s.2A(2)(c)": {2}, "s.4A(1)(b)(i)": {0, 2}, "s.4A(1)(b)(ii)": nil,
	}
	for _, e := range p.Elements {
		met, ok := want[e.Section]
		if !ok {
			t.Errorf("unexpected element %s", e.Section)
		}
		if !slices.Equal(e.Met, met) {
			t.Errorf("%s is met by occasions %v, want %v", e.Section, e.Met, met)
		}
		if shown := len(met) > 0; e.Shown() != shown || (e.Missing == "") != shown {
			t.Errorf("%s: shown %v, missing %q", e.Section, e.Shown(), e.Missing)
		}
		delete(want, e.Section)
	}
	if len(want) > 0 {
		t.Errorf("elements not asked: %v", want)
	}
}

func TestEscalation(t *testing.T) {
	call, visit, entry := acting("call"), acting("visit"), acting("entry")
	for _, c := range []struct {
		name     string
		accounts []pattern.Account
		at       int // the occasion that shows it, -1 for none
	}{
		{"calls, then the door", []pattern.Account{told("1", "2026-01-06T21:00", call), told("2", "2026-02-06T21:00", call), told("3", "2026-03-06T21:00", visit)}, 2},
		{"the door, then calls", []pattern.Account{told("1", "2026-01-06T21:00", visit), told("2", "2026-02-06T21:00", call)}, -1},
		{"at the door, then inside", []pattern.Account{told("1", "2026-01-06T21:00", visit), told("2", "2026-02-06T21:00", entry)}, 1},
		{"more often", []pattern.Account{
			told("1", "2026-01-01T21:00", call), told("2", "2026-01-20T21:00", call), told("3", "2026-01-22T21:00", call), told("4", "2026-01-24T21:00", call),
		}, 3},
		{"as often as ever", []pattern.Account{told("1", "2026-01-01T21:00", call), told("2", "2026-01-08T21:00", call), told("3", "2026-01-16T21:00", call)}, -1},
		{"three in the first week tell nothing", []pattern.Account{told("1", "2026-01-01T21:00", call), told("2", "2026-01-02T21:00", call), told("3", "2026-01-04T21:00", call)}, -1},
	} {
		at := -1
		if e := pattern.Compose(c.accounts, pattern.Context{}).Escalation; e != nil {
			at = e.Occasion
		}
		if at != c.at {
			t.Errorf("%s: shown by occasion %d, want %d", c.name, at, c.at)
		}
	}
}

func TestComposeInAnyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var all []pattern.Account
		start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
		for i := range 1 + r.IntN(12) {
			at := start.Add(time.Duration(r.IntN(24*60)) * time.Hour)
			a := told(string(rune('a'+i)), at.Format("2006-01-02T15:04"))
			a.Says.Behaviours, a.Says.Acts = pattern.Set(r.IntN(256)), pattern.Set(r.IntN(1<<20))
			a.Relationship, a.Count = pattern.Relationship(r.IntN(8)), 1+r.IntN(3)
			all = append(all, a)
		}
		want := pattern.Compose(all, pattern.Context{})
		shuffled := slices.Clone(all)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if got := pattern.Compose(shuffled, pattern.Context{}); !reflect.DeepEqual(got, want) {
			t.Fatalf("the order of reports changed the pattern:\n got %+v\nwant %+v", got, want)
		}
		if n := occasionsOf(want); n != want.Total || want.Total < 1 {
			t.Fatalf("%d occasions counted, total %d", n, want.Total)
		}
	}
}

func occasionsOf(p pattern.Pattern) (n int) {
	for _, o := range p.Occasions {
		n += o.Count
	}
	return n
}

func TestRelationshipOf(t *testing.T) {
	for text, want := range map[string]pattern.Relationship{
		"former-partner": pattern.FormerPartner, "Ex Boyfriend / Girlfriend": pattern.FormerPartner, "ex-husband": pattern.FormerPartner, "Estranged wife": pattern.FormerPartner,
		"husband": pattern.Partner, "work mate": pattern.Colleague, "ex-colleague": pattern.Colleague, "Neighbour": pattern.Neighbour, "next door": pattern.Unsaid,
		"": pattern.Unsaid, "Not known": pattern.Unsaid, "stranger 1": pattern.Stranger, "Father": pattern.Family, "friend": pattern.Acquaintance, "ex friend": pattern.Acquaintance,
	} {
		if got := pattern.RelationshipOf(text); got != want {
			t.Errorf("RelationshipOf(%q) is %s, want %s", text, got, want)
		}
	}
}
