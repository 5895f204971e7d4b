package pattern

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"clew/internal/pattern/match"
	"clew/internal/pattern/narrate"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/when"
)

// A Sweep reads a whole extract and finds the courses of conduct in it. It
// keeps no narratives: each is read once, as it comes, and only what it says is
// kept.
type Sweep struct {
	corpus   *match.Corpus
	accounts []Account
	names    []string // of each mention, as written
	victims  []int32  // mention of the row's victim, -1 when nobody is named
	suspects []int32
	interned map[string]string
	seen     map[[16]byte]struct{} // rows, to the letter
	latest   map[[16]byte]int32    // newest row of one record about one pair
	old      []bool                // rows that a later row corrects
	nobody   []bool                // rows that name a victim and nobody who did it
	versions [][2]int32            // a row and the row that corrects it
	twice    int
}

// NewSweep returns an empty sweep.
func NewSweep() *Sweep {
	return &Sweep{corpus: match.NewCorpus(), interned: map[string]string{}, seen: map[[16]byte]struct{}{}, latest: map[[16]byte]int32{}}
}

// Read takes in every record that next gives until io.EOF, in order: the result
// is the same on any number of cores. The same row twice counts once; the same
// record about the same pair with other content is a correction, and the later
// row wins.
func (s *Sweep) Read(ctx context.Context, next func() (*report.Record, error)) error {
	const lotSize = 256
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := runtime.GOMAXPROCS(0)
	work, order := make(chan *lot, workers), make(chan *lot, 4*workers)
	for range workers {
		go func() {
			for l := range work {
				l.prepare()
				close(l.ready)
			}
		}()
	}
	var failed error
	go func() {
		defer close(order)
		defer close(work)
		for {
			l := &lot{ready: make(chan struct{})}
			for len(l.records) < lotSize {
				r, err := next()
				if err != nil {
					failed = err
					break
				}
				l.records = append(l.records, r)
			}
			for _, to := range []chan *lot{work, order} {
				select {
				case to <- l:
				case <-ctx.Done():
					failed = ctx.Err()
				}
			}
			if failed != nil {
				return
			}
		}
	}()
	for l := range order {
		select {
		case <-l.ready:
		case <-ctx.Done():
			continue // the reader stops too; wait for it
		}
		for i := range l.records {
			s.add(l.records[i], &l.drawn[i])
		}
	}
	if failed != io.EOF {
		return failed
	}
	return nil
}

// A lot is some rows on their way in.
type lot struct {
	records []*report.Record
	drawn   []drawn
	ready   chan struct{}
}

// drawn is what is drawn out of a row before its turn.
type drawn struct {
	print, same     [16]byte
	reading         narrate.Reading
	victim, suspect match.Prepared
}

func (l *lot) prepare() {
	l.drawn = make([]drawn, len(l.records))
	for i, r := range l.records {
		print := r.Fingerprint()
		d := &l.drawn[i]
		d.print, d.same, d.reading = [16]byte(print[:16]), report.SameRecord(r), narrate.Skim(r.Narrative)
		if !r.Victim.Empty() {
			d.victim = match.Prepare(person.Of(r.Agency, &r.Victim))
		}
		if !r.Suspect.Empty() {
			d.suspect = match.Prepare(person.Of(r.Agency, &r.Suspect))
		}
	}
}

func (s *Sweep) add(r *report.Record, d *drawn) {
	if _, again := s.seen[d.print]; again {
		s.twice++
		return
	}
	s.seen[d.print] = struct{}{}
	row := int32(len(s.accounts))
	if before, ok := s.latest[d.same]; ok {
		s.old[before] = true
		s.versions = append(s.versions, [2]int32{before, row})
	}
	s.latest[d.same] = row
	s.old = append(s.old, false)

	a := Tell(row, r, d.reading)
	a.ID, a.Agency = strings.Clone(r.ID), s.intern(r.Agency)
	a.Code, a.Title = s.intern(r.OffenceCode), s.intern(r.Offence)
	s.accounts = append(s.accounts, a)
	v, x := s.mention(&r.Victim, &d.victim), s.mention(&r.Suspect, &d.suspect)
	s.victims, s.suspects = append(s.victims, v), append(s.suspects, x)
	s.corpus.AddReport(v, x)
	s.nobody = append(s.nobody, !d.victim.Empty() && d.suspect.Empty())
}

func (s *Sweep) mention(p *report.Party, prepared *match.Prepared) int32 {
	if p.Empty() {
		return -1
	}
	s.names = append(s.names, strings.Clone(p.Name()))
	return s.corpus.AddPrepared(prepared)
}

func (s *Sweep) intern(x string) string {
	if kept, ok := s.interned[x]; ok {
		return kept
	}
	x = strings.Clone(x)
	s.interned[x] = x
	return x
}

// A Worklist is what a sweep found, most pressing first.
type Worklist struct {
	Courses []Course
	Links   []Link
	Capped  []match.Capped // values too common to search by
	Records int            // rows taken in
	Twice   int            // rows that were there already, to the letter
	Old     int            // rows that a later row corrects
	People  int
	Model   *match.Model
}

// A Course is a pattern with the people it is about.
type Course struct {
	Pattern
	ID                          string
	Victim, Suspect             string // names as best written
	VictimPerson, SuspectPerson int32
}

// nobodyNamed stands for a suspect no record names.
const nobodyNamed = "somebody not named"

// A Link says which person a mention is, and how surely.
type Link struct {
	Record, Agency string
	Suspect        bool // else the victim
	Person         int32
	Probability    float64
}

// Resolve decides who is who and composes the courses.
func (s *Sweep) Resolve(ctx context.Context, o match.Options) (*Worklist, error) {
	o.Decisions = s.bonds(o.Decisions)
	res, err := match.Resolve(ctx, s.corpus, o)
	if err != nil {
		return nil, err
	}
	w := &Worklist{Capped: res.Capped, Records: len(s.accounts), Twice: s.twice, Model: res.Model}
	names := s.named(res)
	w.People = len(names)
	shown := func(who int32) string { return cmp.Or(names[who].Best(), (&report.Party{}).Name()) }
	whose := func(mention int32) int32 {
		if mention < 0 {
			return -1
		}
		return res.Person[mention]
	}
	groups := map[int32][]int32{}           // rows by pair, those that are not corrected
	unnamed := map[int32][]int32{}          // rows by victim, of those that name nobody
	reporters := map[int32]map[int32]bool{} // who has reported a suspect
	for row := range s.accounts {
		v, x := whose(s.victims[row]), whose(s.suspects[row])
		for i, m := range []int32{s.victims[row], s.suspects[row]} {
			if m >= 0 {
				w.Links = append(w.Links, Link{s.accounts[row].ID, s.accounts[row].Agency, i == 1, res.Person[m], res.Probability[m]})
			}
		}
		switch {
		case s.old[row]:
			w.Old++
		case s.nobody[row]:
			if s.accounts[row].conduct() {
				unnamed[v] = append(unnamed[v], int32(row))
			}
		case v >= 0 && x >= 0:
			groups[res.Pair[row]] = append(groups[res.Pair[row]], int32(row))
			if reporters[x] == nil {
				reporters[x] = map[int32]bool{}
			}
			reporters[x][v] = true
		}
	}
	facing := map[[2]int32]int{}            // reports by victim and suspect
	named := map[int32]map[[2]string]bool{} // records by victim, of those whose victim has others that name nobody
	for pair, rows := range groups {
		v, x := whose(s.victims[rows[0]]), whose(s.suspects[rows[0]])
		rows, older := s.asTheyStand(rows)
		groups[pair], w.Old = rows, w.Old+older
		facing[[2]int32{v, x}] = len(rows)
		if len(unnamed[v]) == 0 {
			continue
		}
		if named[v] == nil {
			named[v] = map[[2]string]bool{}
		}
		for _, row := range rows {
			named[v][s.record(row)] = true
		}
	}
	for v, rows := range unnamed {
		rows, older := s.asTheyStand(slices.DeleteFunc(rows, func(row int32) bool { return named[v][s.record(row)] }))
		unnamed[v], w.Old = rows, w.Old+older
	}
	taken := map[string]int{}
	course := func(rows []int32, c Course, around Context) {
		if len(rows) == 0 || len(rows) < 2 && s.accounts[rows[0]].occasions() < 2 {
			return
		}
		accounts := make([]Account, len(rows))
		for i, row := range rows {
			accounts[i] = s.accounts[row]
		}
		c.Pattern = Compose(accounts, around)
		c.ID = name(&c, taken)
		w.Courses = append(w.Courses, c)
	}
	for _, pair := range slices.Sorted(maps.Keys(groups)) {
		rows := groups[pair]
		v, x := whose(s.victims[rows[0]]), whose(s.suspects[rows[0]])
		course(rows, Course{Victim: shown(v), Suspect: shown(x), VictimPerson: v, SuspectPerson: x},
			Context{Counter: facing[[2]int32{x, v}], OtherVictims: len(reporters[x]) - 1, AlsoUnnamed: len(unnamed[v])})
	}
	for _, v := range slices.Sorted(maps.Keys(unnamed)) {
		course(unnamed[v], Course{Victim: shown(v), Suspect: nobodyNamed, VictimPerson: v, SuspectPerson: -1}, Context{Unnamed: true})
	}
	slices.SortStableFunc(w.Courses, func(a, b Course) int { return Pressing(&a.Pattern, &b.Pattern) })
	return w, nil
}

// name gives a course a reference that stays the same from run to run: a digest
// of its first record and the names in it.
func name(c *Course, taken map[string]int) string {
	first := c.Accounts[0]
	sum := sha256.Sum256([]byte(first.Agency + "\x00" + first.ID + "\x00" + c.Victim + "\x00" + c.Suspect))
	id := "C-" + base32.StdEncoding.EncodeToString(sum[:5])
	taken[id]++
	if n := taken[id]; n > 1 {
		return fmt.Sprintf("%s-%d", id, n)
	}
	return id
}

// Pressing orders patterns for a worklist, the most pressing first, by facts in
// this order: the finding; fear of violence or a threat; escalation; other
// people reporting the same suspect; a former partner; how recent, by month;
// how many occasions; and last the reference, so that the order is whole.
func Pressing(a, b *Pattern) int {
	return cmp.Or(
		cmp.Compare(slices.Index(Findings, a.Finding), slices.Index(Findings, b.Finding)),
		-cmp.Compare(btoi(a.Fear == Violence || a.Threat), btoi(b.Fear == Violence || b.Threat)),
		-cmp.Compare(btoi(a.Escalation != nil), btoi(b.Escalation != nil)),
		-cmp.Compare(min(a.OtherVictims, 1), min(b.OtherVictims, 1)),
		-cmp.Compare(btoi(a.Relationship == FormerPartner), btoi(b.Relationship == FormerPartner)),
		-cmp.Compare(month(a.Last), month(b.Last)),
		-cmp.Compare(a.Total, b.Total),
		-a.Last.Compare(b.Last),
		cmp.Compare(a.Accounts[0].Agency, b.Accounts[0].Agency),
		cmp.Compare(a.Accounts[0].ID, b.Accounts[0].ID),
	)
}

// month numbers the month that t is in, in London.
func month(t time.Time) int {
	y, m, _ := t.In(when.London).Date()
	return y*12 + int(m)
}
