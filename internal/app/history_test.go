package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/ledger"
	"clew/internal/person"
	"clew/internal/report"
)

// A history is a partnership whose clock is moved by hand, and beside it what ought to
// be so: the plainest account of the rules, which asks the program nothing but what
// things are called.
//
// police:1, nhs:1 and haven may agree to read together. police:2 is outside, and may
// be signposted. Who is a twin of whom is known from the start: their names and births
// are the same, one held by police:1 and one by police:2.
type history struct {
	*App
	t   *rapid.T
	ctx context.Context
	now time.Time

	accounts []string
	agency   map[string]string    // of accounts
	officer  map[string]time.Time // until
	north    map[string]time.Time // in that team of police:1, until

	pacts   []*pacted
	reports []*told // by when they were recorded
	same    []*oneness
	locks   []*closed
	glasses []*pane
	cases   []*file
	did     map[string]int // how often, over all histories
}

type pacted struct {
	id           string
	level        access.Level
	parties      []string
	since, until time.Time
	over         bool
}

type told struct {
	key, holder     string
	victim, suspect string // mentions
	twin            *told  // of the suspect, held by the other side
	gone            bool
}

type oneness struct {
	id, a, b string // mentions of one holder
	undone   bool
}

type closed struct {
	id, mention string // an empty mention: it was erased
	accounts    []string
	north       bool
	since       time.Time
	asked       bool
	lifted      bool
}

type pane struct {
	id, account, agency, mention string
	opened                       time.Time
	judged                       bool
}

type file struct {
	id, holder, victim, suspect string // mentions; empty when erased
	team                        []string
	apart                       bool
	into                        *file
	notes                       []jotting
	shadows                     []*file
	dead                        bool // nobody is left in it
}

type jotting struct {
	agency string
	shared bool
}

const outside = "police:2"

// begin founds a partnership in a database.
func begin(t *rapid.T, tb testing.TB, where string, did map[string]int) *history {
	h := &history{t: t, ctx: context.Background(), now: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC),
		agency: map[string]string{}, officer: map[string]time.Time{}, north: map[string]time.Time{}, did: did}
	d, err := db.Open(h.ctx, where, func() time.Time { return h.now })
	h.must(err)
	c := Config{Data: tb.TempDir()}
	log, err := ledger.Open(h.ctx, d, c.LedgerKeyFile())
	h.must(err)
	sealer, err := c.sealer(h.ctx, d)
	h.must(err)
	h.App = join(d, c, sealer, log)
	accesstest.Agencies(tb, d, "police:1", "nhs:1", "haven", outside)
	h.write(func(tx *db.Tx) error {
		for _, a := range []string{"police:1", "nhs:1", "haven", outside} {
			for i := range 2 {
				id := fmt.Sprintf("%s-%d", a, i)
				h.accounts, h.agency[id] = append(h.accounts, id), a
				if err := tx.Exec(h.ctx, `INSERT INTO account_holders (id, agency, name, name_key, sign_in, state, password, code, code_step, made, ended_by, version) VALUES ($1, $2, $1, $1, $1, 'active', '', '', 0, 0, '', 1)`, id, a); err != nil {
					return err
				}
			}
		}
		return tx.Exec(h.ctx, `INSERT INTO teams (id, agency, name, under) VALUES ('north', 'police:1', 'north', '')`)
	})
	for range 3 {
		h.tell()
	}
	h.agreeTo(access.Signpost, []string{"police:1", outside})
	return h
}

func (h *history) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *history) write(f func(*db.Tx) error) {
	h.t.Helper()
	h.must(h.db.Write(h.ctx, f))
}

// by is somebody who has just proved who they are; as is the program, for an agency.
func (h *history) by(account string) access.Actor {
	return access.Actor{Account: account, Agency: h.agency[account], Name: account, Purpose: access.Protect, Proved: h.now}
}

func (h *history) as(agency, account string) access.Actor {
	by := access.Program(agency, "Setter up")
	by.Account = account
	return by
}

// What ought to be so.

func (h *history) pool(agency string) []string {
	for _, p := range h.pacts {
		if p.level == access.ReadTogether && h.stands(p) && slices.Contains(p.parties, agency) {
			return p.parties
		}
	}
	return []string{agency}
}

func (h *history) stands(p *pacted) bool {
	return !p.over && !h.now.Before(p.since) && h.now.Before(p.until)
}

func (h *history) signposted(agency string) bool {
	return slices.ContainsFunc(h.pacts, func(p *pacted) bool {
		return p.level == access.Signpost && h.stands(p) && slices.Contains(p.parties, agency)
	})
}

// who is everybody held to be one person with whom a mention speaks of.
func (h *history) who(mention string) []string {
	all := []string{mention}
	for i := 0; i < len(all); i++ {
		for _, j := range h.same {
			if j.undone {
				continue
			}
			for _, p := range [][2]string{{j.a, j.b}, {j.b, j.a}} {
				if p[0] == all[i] && !slices.Contains(all, p[1]) && h.of(p[1]) != nil {
					all = append(all, p[1])
				}
			}
		}
	}
	return all
}

// of is the report that a mention is in, if it is still there.
func (h *history) of(mention string) *told {
	i := slices.IndexFunc(h.reports, func(r *told) bool { return !r.gone && (r.victim == mention || r.suspect == mention) })
	if i < 0 {
		return nil
	}
	return h.reports[i]
}

// shut reports whether a lock closes somebody to an account: whom the lock was set
// upon, or who reports that person.
func (h *history) shut(account, mention string) bool {
	own := h.who(mention)
	for _, l := range h.locks {
		if l.lifted || l.mention == "" || !slices.Contains(l.accounts, account) && !(l.north && h.north[account].After(l.since)) {
			continue
		}
		upon := h.who(l.mention)
		if slices.Contains(upon, mention) {
			return true
		}
		for _, r := range h.reports {
			if !r.gone && slices.Contains(upon, r.suspect) && slices.Contains(own, r.victim) {
				return true
			}
		}
	}
	return false
}

func (h *history) works(account string) bool { return h.officer[account].After(h.now) }

func (h *history) readsReport(account string, r *told) error {
	switch {
	case !h.works(account):
		return fault.Forbidden
	case r.gone, !slices.Contains(h.pool(h.agency[account]), r.holder), h.shut(account, r.victim), h.shut(account, r.suspect):
		return fault.NotFound
	}
	return nil
}

// readsPerson: somebody is there who is named in a report that is.
func (h *history) readsPerson(account, mention string) error {
	switch {
	case !h.works(account):
		return fault.Forbidden
	case h.of(mention) == nil, h.shut(account, mention):
		return fault.NotFound
	}
	for _, m := range h.who(mention) {
		if h.readsReport(account, h.of(m)) == nil {
			return nil
		}
	}
	return fault.NotFound
}

// top is the case that one is read as.
func top(f *file) *file {
	for f.into != nil {
		f = f.into
	}
	return f
}

// kin are the cases that are read as one.
func (h *history) kin(f *file) (all []*file) {
	for _, x := range h.cases {
		if top(x) == top(f) {
			all = append(all, x)
		}
	}
	return all
}

func (h *history) readsCase(account string, f *file) error {
	if !h.works(account) {
		return fault.Forbidden
	}
	on := false
	for _, k := range h.kin(f) {
		on = on || slices.Contains(k.team, account)
		for _, x := range append([]*file{k}, k.shadows...) {
			for _, m := range []string{x.victim, x.suspect} {
				if m != "" && h.shut(account, m) {
					return fault.NotFound
				}
			}
		}
	}
	if !slices.Contains(h.pool(h.agency[account]), f.holder) || top(f).apart && !on {
		return fault.NotFound
	}
	return nil
}

// readsGlass is what is seen through broken glass: how many reports.
func (h *history) readsGlass(account string, g *pane) (int, error) {
	switch r := h.of(g.mention); {
	case !h.works(account):
		return 0, fault.Forbidden
	case g.account != account, !h.now.Before(g.opened.Add(time.Hour)), r == nil, h.readsPerson(account, g.mention) != nil:
		return 0, fault.NotFound
	}
	return h.beyond(account, g.mention), nil
}

// beyond is how many reports about a person the other side holds, as far as there is
// one that they can be found by.
func (h *history) beyond(account, mention string) int {
	var counted []*told
	open := func(r *told) bool { return !r.gone && !h.shut(account, r.suspect) && !h.shut(account, r.victim) }
	for _, m := range h.who(mention) {
		r := h.of(m)
		if r.twin == nil || m != r.suspect || !open(r) || !open(r.twin) {
			continue
		}
		for _, m := range h.who(r.twin.suspect) {
			if o := h.of(m); open(o) && !slices.Contains(counted, o) {
				counted = append(counted, o)
			}
		}
	}
	return len(counted)
}

// Steps.

func pick[T any](h *history, what string, all []T) (one T, ok bool) {
	if len(all) == 0 {
		return one, false
	}
	return rapid.SampledFrom(all).Draw(h.t, what), true
}

func (h *history) days(what string, most int) time.Duration {
	return time.Duration(rapid.IntRange(1, most).Draw(h.t, what)) * 24 * time.Hour
}

func (h *history) mentions() (all []string) {
	for _, r := range h.reports {
		if !r.gone {
			all = append(all, r.victim, r.suspect)
		}
	}
	return all
}

// standing are the cases that are read as themselves, and in which everybody is left
// whom they were opened about.
func (h *history) standing() (all []*file) {
	for _, f := range h.cases {
		if f.into == nil && !slices.ContainsFunc(h.kin(f), func(k *file) bool { return k.dead }) {
			all = append(all, f)
		}
	}
	return all
}

// name is like no other: two of them are never held to be one.
func name(n int) string {
	sum := sha256.Sum256(fmt.Append(nil, n))
	s := ""
	for _, b := range sum[:4] {
		s += string("bdfgklmnprstvz"[b%14]) + string("aeiou"[b/14%5])
	}
	return string(s[0]-32) + s[1:]
}

func (h *history) record(holder string, n int, suspect report.Party) *told {
	key, _, err := h.Held.Record(h.ctx, h.as(holder, "program"), &report.Record{Agency: holder, ID: fmt.Sprint("R/", n), Kind: report.Crime, Reported: h.now.Add(-24 * time.Hour), Count: 1, Offence: "Harassment",
		Victim:  report.Party{GivenName: name(4*n + 1), FamilyName: name(4*n + 2), Born: time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 397*n%14000).Format("2006-01-02")},
		Suspect: suspect, Narrative: "He followed her home and she is afraid."})
	h.must(err)
	r := &told{key: key, holder: holder, victim: person.VictimOf(key), suspect: person.SuspectOf(key)}
	h.reports = append(h.reports, r)
	return r
}

// tell records a report, and sometimes one about the same suspect on the other side.
func (h *history) tell() {
	n := len(h.reports)
	holder := rapid.SampledFrom([]string{"police:1", "police:1", "nhs:1", "haven"}).Draw(h.t, "holder")
	him := report.Party{GivenName: name(4*n + 3), FamilyName: name(4 * n), Born: time.Date(1955, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, (211*n+5)%14000).Format("2006-01-02")}
	r := h.record(holder, n, him)
	if rapid.Bool().Draw(h.t, "twin") {
		r.twin = h.record(outside, n+1, him)
	}
}

func (h *history) agree() {
	level, parties := access.ReadTogether, rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"haven", "nhs:1", "police:1"}), 2, 3, rapid.ID).Draw(h.t, "parties")
	if rapid.Bool().Draw(h.t, "signpost") {
		level, parties = access.Signpost, []string{parties[0], outside}
	}
	slices.Sort(parties)
	h.agreeTo(level, parties)
}

func (h *history) agreeTo(level access.Level, parties []string) {
	since := h.now.Add(h.days("from", 6) - 4*24*time.Hour)
	p := &pacted{level: level, parties: parties, since: since, until: since.Add(h.days("long", 60) + 4*24*time.Hour)}
	clash := level == access.ReadTogether && slices.ContainsFunc(h.pacts, func(x *pacted) bool {
		return x.level == level && !x.over && x.since.Before(p.until) && x.until.After(p.since) && slices.ContainsFunc(parties, func(a string) bool { return slices.Contains(x.parties, a) })
	})
	var err error
	p.id, err = h.Guard.Agree(h.ctx, h.as("police:1", "program"), access.Agreement{Level: level, Title: "Sharing", Basis: "Public task", Parties: parties, Since: since, Review: since.Add(24 * time.Hour), Until: p.until})
	if clash != (err != nil) {
		h.t.Fatalf("agreement of %v, clash %v: %v", parties, clash, err)
	}
	if err == nil {
		h.pacts = append(h.pacts, p)
		h.did["agree"]++
	}
}

func (h *history) withdraw() {
	if p, ok := pick(h, "agreement", slices.DeleteFunc(slices.Clone(h.pacts), func(p *pacted) bool { return p.over || !h.now.Before(p.until) })); ok {
		h.must(h.Guard.Withdraw(h.ctx, h.as("police:1", "program"), p.id, "Not needed"))
		p.over = true
		h.did["withdraw"]++
	}
}

func (h *history) flag() {
	m, ok := pick(h, "mention", h.mentions())
	if !ok {
		return
	}
	l := &closed{mention: m, since: h.now, accounts: []string{rapid.SampledFrom(h.accounts).Draw(h.t, "closed to")}, north: rapid.Bool().Draw(h.t, "north")}
	var teams []string
	if l.north {
		teams = []string{"north"}
	}
	var err error
	l.id, err = h.Guard.Flag(h.ctx, h.as(h.of(m).holder, "program"), m, l.accounts, teams, "He works here")
	h.must(err)
	h.locks = append(h.locks, l)
	h.did["lock"]++
}

func (h *history) lift() {
	l, ok := pick(h, "lock", slices.DeleteFunc(slices.Clone(h.locks), func(l *closed) bool { return l.lifted }))
	if !ok {
		return
	}
	by := h.as("police:1", "custodian")
	if l.asked {
		by = h.as("haven", "another")
	}
	lifted, err := h.Guard.Lift(h.ctx, by, l.id)
	h.must(err)
	if lifted != l.asked {
		h.t.Fatalf("lifted: %v by one alone", lifted)
	}
	l.asked, l.lifted = true, lifted
	if lifted {
		h.did["lift"]++
	}
}

// joinPeople says that two mentions are one person, each of whom is by themselves yet.
func (h *history) joinPeople() {
	var free []string
	for _, m := range h.mentions() {
		if len(h.who(m)) == 1 {
			free = append(free, m)
		}
	}
	a, ok := pick(h, "one", free)
	if !ok {
		return
	}
	r := h.of(a)
	b, ok := pick(h, "other", slices.DeleteFunc(free, func(m string) bool {
		o := h.of(m)
		return o == r || o.holder != r.holder || (m == o.suspect) != (a == r.suspect) || slices.ContainsFunc(h.same, func(j *oneness) bool { return j.a == a && j.b == m || j.b == a && j.a == m })
	}))
	if !ok {
		return
	}
	h.must(h.Held.Decide(h.ctx, h.as(r.holder, "program"), a, b, true, "She says so"))
	p, err := h.People.Page(h.ctx, h.as(r.holder, "program"), a, 0, 1)
	h.must(err)
	i := slices.IndexFunc(p.Decided, func(d person.Decided) bool { return d.Undone == nil && (d.A == a && d.B == b || d.A == b && d.B == a) })
	if i < 0 {
		h.t.Fatalf("the decision is not on the page of the person")
	}
	h.did["join people"]++
	h.same = append(h.same, &oneness{id: p.Decided[i].ID, a: a, b: b})
}

func (h *history) partPeople() {
	j, ok := pick(h, "joined", slices.DeleteFunc(slices.Clone(h.same), func(j *oneness) bool { return j.undone || h.of(j.a) == nil || h.of(j.b) == nil }))
	if ok {
		h.must(h.Held.Undo(h.ctx, h.as(h.of(j.a).holder, "program"), j.id, "They are two"))
		j.undone = true
		h.did["part people"]++
	}
}

// erase has somebody erased who asked for it, two people having said so.
func (h *history) erase() {
	m, ok := pick(h, "erased", h.mentions())
	if !ok {
		return
	}
	holder := h.of(m).holder
	id, err := h.Keep.ProposePerson(h.ctx, h.as(holder, "program"), m, "Asked in writing")
	h.must(err)
	h.must(h.Keep.Check(h.ctx, h.as(holder, "second"), id, true, "Read"))
	h.must(h.Keep.Work(h.ctx))
	h.did["erase"]++
	own := h.who(m)
	for _, r := range h.reports {
		if !r.gone && (slices.Contains(own, r.victim) || slices.Contains(own, r.suspect)) {
			h.forget(r)
		}
	}
}

// forget moves what spoke of the people of a report to another report that does, and
// empties the rest.
func (h *history) forget(r *told) {
	stays := map[string]string{}
	for _, m := range []string{r.victim, r.suspect} {
		if own := h.who(m); len(own) > 1 {
			stays[m] = own[1]
		} else {
			stays[m] = ""
		}
	}
	r.gone = true
	for m, to := range stays {
		for _, l := range h.locks {
			if l.mention == m {
				l.mention = to
			}
		}
		for _, g := range h.glasses {
			if g.mention == m && to != "" {
				g.mention = to
			}
		}
		for _, f := range h.cases {
			for _, at := range []*string{&f.victim, &f.suspect} {
				if *at == m {
					*at = to
				}
			}
			f.dead = f.victim == "" && f.suspect == ""
		}
	}
}

func (h *history) openCase() {
	r, ok := pick(h, "report", slices.DeleteFunc(slices.Clone(h.reports), func(r *told) bool { return r.gone || r.holder == outside }))
	if !ok {
		return
	}
	f := &file{holder: r.holder, victim: r.victim}
	if rapid.Bool().Draw(h.t, "named") {
		f.suspect = r.suspect
	}
	var err error
	f.id, err = h.Cases.Open(h.ctx, h.as(r.holder, "program"), f.victim, f.suspect, "Needs work")
	h.must(err)
	if i := slices.IndexFunc(h.cases, func(x *file) bool { return x.id == f.id }); i >= 0 {
		return // there was one
	}
	f.team = []string{"program"}
	h.cases = append(h.cases, f)
}

// workCase has somebody join or leave, keeps a case apart or opens it, or writes in it.
func (h *history) workCase() {
	f, ok := pick(h, "case", h.standing())
	if !ok {
		return
	}
	lead := h.as(f.holder, "program")
	switch rapid.IntRange(0, 3).Draw(h.t, "work") {
	case 0:
		who, ok := pick(h, "member", slices.DeleteFunc(slices.Clone(h.accounts), func(a string) bool { return !slices.Contains(h.pool(f.holder), h.agency[a]) }))
		if ok && !slices.Contains(f.team, who) {
			h.must(h.Cases.Join(h.ctx, lead, f.id, who, false))
			f.team = append(f.team, who)
		}
	case 1:
		var on []string
		for _, k := range h.kin(f) {
			on = append(on, k.team...)
		}
		if who, ok := pick(h, "member", slices.DeleteFunc(on, func(a string) bool { return a == "program" })); ok {
			h.must(h.Cases.Leave(h.ctx, lead, f.id, who))
			for _, k := range h.kin(f) {
				k.team = slices.DeleteFunc(k.team, func(a string) bool { return a == who })
			}
		}
	case 2:
		h.must(h.Cases.KeepApart(h.ctx, lead, f.id, !f.apart, "For now"))
		f.apart = !f.apart
		h.did["keep apart"]++
	default:
		n := jotting{agency: rapid.SampledFrom(h.pool(f.holder)).Draw(h.t, "writer"), shared: rapid.Bool().Draw(h.t, "shared")}
		h.must(h.Cases.Note(h.ctx, h.as(n.agency, "program"), f.id, "She rang", n.shared, "safeguarding"))
		f.notes = append(f.notes, n)
		if n.shared {
			h.did["share"]++
		}
	}
}

// version is how often a case has changed, and what was merged into it.
func (h *history) version(f *file) casefile.Page {
	p, err := h.Cases.One(h.ctx, h.as(f.holder, "program"), f.id, 0, 1)
	h.must(err)
	return p
}

// sole are the mentions of the kin of a case, the victims' or the suspects', as people.
func (h *history) sole(f *file, of func(*file) string) (all []string) {
	for _, k := range h.kin(f) {
		if m := of(k); m != "" {
			all = append(all, h.who(m)...)
		}
	}
	return all
}

func (h *history) mergeCases() {
	f, ok := pick(h, "case", h.standing())
	if !ok || f.victim == "" {
		return
	}
	victim, suspect := func(f *file) string { return f.victim }, func(f *file) string { return f.suspect }
	var fit, others []*file
	for _, o := range h.standing() {
		if o == f {
			continue
		}
		mine, theirs := h.sole(f, suspect), h.sole(o, suspect)
		if o.holder == f.holder && !f.apart && !o.apart && o.victim != "" && slices.Contains(h.who(f.victim), o.victim) &&
			(len(mine) == 0 || len(theirs) == 0 || slices.ContainsFunc(mine, func(m string) bool { return slices.Contains(theirs, m) })) {
			fit = append(fit, o)
		} else if o.holder != f.holder || o.victim == "" || !slices.Contains(h.sole(f, victim), o.victim) || o.apart != f.apart {
			others = append(others, o)
		}
	}
	if o, ok := pick(h, "merged", fit); ok {
		h.must(h.Cases.Merge(h.ctx, h.as(f.holder, "program"), f.id, o.id, "Opened twice", h.version(f).Version, h.version(o).Version))
		for _, k := range h.kin(o) {
			f.shadows = append(append(f.shadows, k), k.shadows...)
		}
		o.into = f
		h.did["merge cases"]++
	} else if o, ok := pick(h, "not merged", others); ok {
		if err := h.Cases.Merge(h.ctx, h.as(f.holder, "program"), f.id, o.id, "Opened twice", h.version(f).Version, h.version(o).Version); err == nil {
			h.t.Fatalf("merged a case with one that it must not be one with")
		}
	}
}

func (h *history) partCases() {
	o, ok := pick(h, "merged", slices.DeleteFunc(slices.Clone(h.cases), func(f *file) bool { return f.into == nil || !slices.Contains(h.standing(), f.into) }))
	if !ok {
		return
	}
	f := o.into
	p := h.version(f)
	i := slices.IndexFunc(p.Parts, func(x casefile.Part) bool { return x.Case == o.id })
	if i < 0 {
		h.t.Fatalf("the merging is not on the page")
	}
	h.must(h.Cases.Unmerge(h.ctx, h.as(f.holder, "program"), f.id, p.Parts[i].Join, "They are two", p.Version))
	o.into = nil
	h.did["part cases"]++
	o.apart = o.apart || f.apart
	for _, k := range []*file{f, o} {
		if team := h.kin(k); !slices.ContainsFunc(team, func(x *file) bool { return slices.Contains(x.team, "program") }) {
			k.team = append(k.team, "program")
		}
	}
}

func (h *history) breakGlass() {
	who := rapid.SampledFrom(h.accounts).Draw(h.t, "breaks")
	m, ok := pick(h, "before", slices.DeleteFunc(h.mentions(), func(m string) bool { return h.of(m).holder == outside }))
	if rapid.IntRange(0, 2).Draw(h.t, "likely") > 0 { // somebody at work, before somebody who is known there
		if at, there := pick(h, "at work", slices.DeleteFunc(slices.Clone(h.accounts), func(a string) bool { return !h.works(a) || !h.signposted(h.agency[a]) })); there {
			who = at
		}
		if twin, there := pick(h, "twin", slices.DeleteFunc(slices.Clone(h.reports), func(r *told) bool { return r.twin == nil || r.gone })); there {
			m = twin.suspect
		}
	}
	if !ok {
		return
	}
	late := slices.ContainsFunc(h.glasses, func(g *pane) bool {
		return g.agency == h.agency[who] && !g.judged && g.opened.Before(h.now.Add(-5*24*time.Hour))
	})
	var want error
	switch {
	case !h.works(who):
		want = fault.Forbidden
	case !slices.Contains(h.pool(h.agency[who]), h.of(m).holder), h.shut(who, m), !h.signposted(h.agency[who]):
		want = fault.NotFound
	}
	id, err := h.Guard.Break(h.ctx, h.by(who), m, outside, "danger", "She has just rung: he is at her door.")
	switch {
	case want != nil && !errors.Is(err, want), want == nil && late != (err != nil):
		h.t.Fatalf("%s breaks the glass before %s: %v; want %v, late %v", who, m, err, want, late)
	case err == nil:
		h.did["break glass"]++
		h.glasses = append(h.glasses, &pane{id: id, account: who, agency: h.agency[who], mention: m, opened: h.now})
	}
}

func (h *history) judge() {
	if g, ok := pick(h, "glass", slices.DeleteFunc(slices.Clone(h.glasses), func(g *pane) bool { return g.judged })); ok {
		h.must(h.Guard.Judge(h.ctx, h.as(g.agency, "auditor"), g.id, access.Justified, "He was there"))
		g.judged = true
	}
}

func (h *history) step() {
	switch rapid.IntRange(0, 24).Draw(h.t, "step") {
	case 0, 1, 2:
		who, until := rapid.SampledFrom(h.accounts).Draw(h.t, "who"), h.now.Add(h.days("for", 60))
		h.write(func(tx *db.Tx) error {
			return tx.Exec(h.ctx, `INSERT INTO grants (id, account, role, since, until, given_by, ended_by) VALUES ($1, $2, 'officer', $3, $4, '', '')`, db.NewID(), who, h.now.UnixMicro(), until.UnixMicro())
		})
		if h.officer[who].Before(until) {
			h.officer[who] = until
		}
	case 3:
		who := rapid.SampledFrom(h.accounts).Draw(h.t, "who")
		h.write(func(tx *db.Tx) error {
			return tx.Exec(h.ctx, `UPDATE grants SET until = $2 WHERE account = $1 AND until > $2`, who, h.now.UnixMicro())
		})
		delete(h.officer, who)
	case 4: // joins the team, for a time
		who, until := rapid.SampledFrom([]string{"police:1-0", "police:1-1"}).Draw(h.t, "who"), h.now.Add(h.days("for", 30))
		h.write(func(tx *db.Tx) error {
			if err := tx.Exec(h.ctx, `DELETE FROM team_members WHERE team = 'north' AND account = $1`, who); err != nil {
				return err
			}
			return tx.Exec(h.ctx, `INSERT INTO team_members (team, account, leads, since, until) VALUES ('north', $1, 0, $2, $3)`, who, h.now.UnixMicro(), until.UnixMicro())
		})
		h.north[who] = until
	case 5:
		h.agree()
	case 6:
		h.withdraw()
	case 7:
		h.flag()
	case 8, 9:
		h.lift()
	case 10:
		h.joinPeople()
	case 11:
		h.partPeople()
	case 12:
		h.erase()
	case 13, 14:
		h.tell()
	case 15:
		h.openCase()
	case 16:
		h.workCase()
	case 17:
		h.mergeCases()
	case 18:
		h.partCases()
	case 19, 20:
		h.breakGlass()
	case 21, 22:
		h.judge()
	case 23:
		h.now = h.now.Add(time.Duration(rapid.IntRange(1, 60).Draw(h.t, "minutes")) * time.Minute)
	default:
		before := h.now
		h.now = h.now.Add(h.days("pass", 8))
		for _, p := range h.pacts {
			if !p.over && p.until.After(before) && !p.until.After(h.now) {
				h.did["run out"]++
			}
		}
	}
	h.must(h.Held.SettleChanged(h.ctx))
}

// ask has somebody look at something, and holds what comes of it against what ought to.
func (h *history) ask() {
	who := rapid.SampledFrom(h.accounts).Draw(h.t, "asks")
	before := h.size()
	var got, want error
	what := ""
	switch rapid.IntRange(0, 4).Draw(h.t, "for") {
	case 0:
		r, ok := pick(h, "report", h.reports)
		if !ok {
			return
		}
		what, want = "report "+r.key, h.readsReport(who, r)
		_, got = h.Reports.One(h.ctx, h.by(who), r.key)
	case 1:
		r, ok := pick(h, "of", h.reports)
		if !ok {
			return
		}
		m := rapid.SampledFrom([]string{r.victim, r.suspect}).Draw(h.t, "mention")
		if h.of(m) != nil && h.works(who) && h.readsReport(who, h.of(m)) != nil {
			return // they may be known by it all the same: docs/security/README.md
		}
		what, want = "person "+m, h.readsPerson(who, m)
		var p person.Page
		if p, got = h.People.Page(h.ctx, h.by(who), m, 0, 50); got == nil && want == nil {
			n := 0
			for _, x := range h.who(m) {
				if h.readsReport(who, h.of(x)) == nil {
					n++
				}
			}
			if p.Total != n || len(p.Told) != n {
				h.t.Fatalf("%s of %s is shown %d and %d mentions of %s, want %d", who, h.agency[who], p.Total, len(p.Told), m, n)
			}
			h.decided(who, m, p.Decided)
			if h.agency[who] != outside { // from which nobody is looked for
				h.pointed(who, m)
			}
			before = h.size() - 1
		}
	case 2:
		f, ok := pick(h, "case", h.cases)
		if !ok {
			return
		}
		what, want = "case "+f.id, h.readsCase(who, f)
		var p casefile.Page
		if p, got = h.Cases.One(h.ctx, h.by(who), f.id, 0, 500); got == nil && want == nil {
			shown, own := 0, 0
			for _, e := range p.Events {
				if e.Kind == casefile.Noted && !e.Lost {
					shown++
				}
			}
			for _, k := range h.kin(f) {
				for _, n := range k.notes {
					if !k.dead && (n.shared || n.agency == h.agency[who]) {
						own++
					}
				}
			}
			if own > 0 {
				h.did["read notes"]++
			}
			if shown != own {
				h.t.Fatalf("%s of %s is shown %d notes of case %s, want %d", who, h.agency[who], shown, f.id, own)
			}
		}
	case 3:
		g, ok := pick(h, "glass", h.glasses)
		if !ok {
			return
		}
		if rapid.Bool().Draw(h.t, "who broke it") {
			who = g.account
		}
		if r := h.of(g.mention); r != nil && h.works(who) && h.readsReport(who, r) != nil {
			return
		}
		what = "glass " + g.id
		n, err := h.readsGlass(who, g)
		want = err
		s, err := h.Held.SafetyOf(h.ctx, h.by(who), g.id)
		switch {
		case want == nil && n > 0:
			h.did["see through glass"]++
		case who == g.account && !h.now.Before(g.opened.Add(time.Hour)):
			h.did["too late for the glass"]++
		case who == g.account && err == nil && h.of(g.mention).twin != nil:
			h.did["glass before a lock"]++
		}
		if got = err; got == nil && want == nil && s.Reports+s.Victim != n {
			h.t.Fatalf("%s of %s sees %d reports through the glass, want %d", who, h.agency[who], s.Reports+s.Victim, n)
		}
	default:
		what = "the list of cases"
		var all []casefile.Line
		var total int
		if all, total, got = h.Cases.List(h.ctx, h.by(who), casefile.All, false, 0, 500); !h.works(who) {
			want = fault.Forbidden
		} else {
			var seen, ought []string
			for _, l := range all {
				seen = append(seen, l.ID)
			}
			for _, f := range h.cases {
				left := slices.ContainsFunc(h.kin(f), func(k *file) bool { return !k.dead })
				if f.into == nil && left && h.readsCase(who, f) == nil {
					ought = append(ought, f.id)
				}
			}
			slices.Sort(seen)
			slices.Sort(ought)
			if !slices.Equal(seen, ought) || total != len(ought) {
				h.t.Fatalf("%s of %s is listed %d cases %v, want %v", who, h.agency[who], total, seen, ought)
			}
		}
	}
	if !errors.Is(got, want) || (got == nil) != (want == nil) {
		h.t.Fatalf("%s of %s asks for %s: %v, want %v", who, h.agency[who], what, got, want)
	}
	if n := h.size() - before; n != 1 {
		h.t.Fatalf("%d entries for one look at %s", n, what)
	}
}

// decided: a decision is shown when both of those it is about can be seen.
func (h *history) decided(who, mention string, shown []person.Decided) {
	own, n := h.who(mention), 0
	for _, j := range h.same {
		if a, b := h.of(j.a), h.of(j.b); a != nil && b != nil && (slices.Contains(own, j.a) || slices.Contains(own, j.b)) && h.readsReport(who, a) == nil && h.readsReport(who, b) == nil {
			n++
		}
	}
	if len(shown) != n {
		h.t.Fatalf("%s of %s is shown %d decisions about %s, want %d", who, h.agency[who], len(shown), mention, n)
	}
}

// pointed: somebody is told to ask the other side when it holds what they would be
// shown in an emergency.
func (h *history) pointed(who, mention string) {
	all, err := h.Held.Signposts(h.ctx, h.by(who), mention)
	h.must(err)
	there := h.signposted(h.agency[who]) && h.beyond(who, mention) > 0
	if there {
		h.did["point"]++
	}
	if (len(all) > 0) != there {
		h.t.Fatalf("%s of %s is pointed to %v about %s, want %v", who, h.agency[who], all, mention, there)
	}
}

func (h *history) size() (n int64) {
	h.must(h.db.Read(h.ctx, func(v *db.View) (err error) {
		n, err = db.One(h.ctx, v, db.Number, `SELECT size FROM ledger_head WHERE id = 1`)
		return err
	}))
	return n
}

// prove has the ledger still hold all that was done, of those who were erased too.
func (h *history) prove() {
	h.must(h.db.Read(h.ctx, func(v *db.View) error {
		r, err := ledger.Verify(h.ctx, v, ledger.Asked{Key: h.Ledger.Key()})
		if err == nil && len(r.Wrong) > 0 {
			err = fmt.Errorf("the ledger: %v", r.Wrong[0])
		}
		return err
	}))
}

// TestHistories lets people be given work and lose it, join and leave teams and cases,
// agencies agree, withdraw and let agreements run out, conflicts be locked and lifted,
// people be held to be one, parted and erased, cases be merged and parted, notes be
// shared or not, glass be broken, and minutes and days pass. After each step what a
// few people are shown must be what the plain account says, each refusal and each look
// must be in the ledger, and in the end the ledger must prove it all.
func TestHistories(t *testing.T) {
	for engine, most := range map[string]int{"sqlite": 20_000, "postgres": 1_500} {
		t.Run(engine, func(t *testing.T) {
			if testing.Short() {
				most /= 10
			}
			steps, did := 0, map[string]int{}
			rapid.Check(t, func(rt *rapid.T) {
				if steps >= most {
					return
				}
				where := ""
				if engine == "sqlite" {
					where = filepath.Join(dbtest.Quick(t), "clew.db")
				} else {
					where = dbtest.URL(t)
				}
				h := begin(rt, t, where, did)
				defer h.Close()
				for range 300 {
					steps++
					h.step()
					h.ask()
					h.ask()
				}
				h.prove()
			})
			if steps < most {
				t.Errorf("%d steps", steps)
			}
			if most < 20_000 {
				return
			}
			for _, what := range []string{"agree", "withdraw", "run out", "lock", "lift", "join people", "part people", "erase", "merge cases", "part cases", "keep apart", "share", "read notes", "break glass", "point", "see through glass", "too late for the glass", "glass before a lock"} {
				if did[what] < 5 { // it is chance: most happen hundreds of times
					t.Errorf("%s: %d times in %d steps", what, did[what], steps)
				}
			}
		})
	}
}
