package recording

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
)

// A Filter says which patterns a worklist shows, and in what order. The zero
// Filter is every pattern, the most pressing first.
type Filter struct {
	Finding      pattern.Finding // empty: any
	State        State           // empty: any
	Agency       string          // empty: any
	Relationship string          // a name of pattern.Relationship; empty: any
	Since        time.Time       // latest occasion on or after this; zero: any
	Name         string          // a part of the victim's or suspect's name
	Grave        bool            // fear of violence or a threat
	Escalates    bool
	Others       bool // other people report the suspect
	Counter      bool // the suspect reports the victim
	Grown        bool // there are more reports than when it was decided
	Sort         Sort

	called map[string]string // see call
}

// A Sort is an order of the worklist.
type Sort string

const (
	MostPressing Sort = ""
	Latest       Sort = "latest"
	MostReports  Sort = "reports"
	ByVictim     Sort = "victim"
	BySuspect    Sort = "suspect"
)

// Sorts in the order a page offers them.
var Sorts = []Sort{MostPressing, Latest, MostReports, ByVictim, BySuspect}

var order = map[Sort]string{
	MostPressing: "p.pressing, p.id", Latest: "p.latest DESC, p.id", MostReports: "p.reports DESC, p.pressing, p.id",
	ByVictim: "p.victim_name, p.id", BySuspect: "p.suspect_name, p.id",
}

// An Entry is a pattern on the worklist, with where its audit stands.
type Entry struct {
	pattern.Line
	State    State
	Verdict  Verdict // of the decision that stands
	Decision string  // its id
	Grown    int     // reports that came after it
}

// current joins each pattern p to the newest decision about it that nobody has
// undone. What was decided about a report stands for what corrects it, too. It
// looks at every decision there is: where the patterns are few, and known, it is
// currentOf them. CROSS JOIN tells SQLite the order to look in, which it would
// else begin with all accounts.
const current = `
	LEFT JOIN (
		SELECT a.victim, a.suspect, MAX(d.id) AS decision
		FROM recording_decisions d CROSS JOIN reports o CROSS JOIN reports n CROSS JOIN accounts a
		WHERE o.id = d.pattern AND n.same_record = o.same_record AND n.replaced_by = '' AND a.report = n.id AND ` + stands

// currentOf is current of the pairs (victim, suspect) that a query finds.
func currentOf(pairs string) string {
	return `
	LEFT JOIN (
		SELECT a.victim, a.suspect, MAX(d.id) AS decision
		FROM (` + pairs + `) y CROSS JOIN accounts a CROSS JOIN reports n CROSS JOIN reports o CROSS JOIN recording_decisions d
		WHERE a.victim = y.victim AND a.suspect = y.suspect AND n.id = a.report AND o.same_record = n.same_record AND d.pattern = o.id AND ` + stands
}

const stands = `NOT EXISTS (SELECT 1 FROM recording_answers u WHERE u.decision = d.id AND u.answer = 'undone')
		GROUP BY a.victim, a.suspect) c ON c.victim = p.victim AND c.suspect = p.suspect
	LEFT JOIN recording_decisions d ON d.id = c.decision
	LEFT JOIN recording_answers w ON w.decision = d.id AND w.answer <> 'undone'`

// call finds out, for an actor from whom reports are hidden, what the others in these are
// called in the reports that are not: they are not to be found by another name.
func (f *Filter) call(ctx context.Context, q db.Querier, sight *access.Sight) error {
	if strings.TrimSpace(f.Name) == "" || !sight.Blind() {
		return nil
	}
	shut, args := sight.Open(nil, "hidden.person")
	open, args := sight.Open(args, "m.person")
	others, err := db.All(ctx, q, db.Text, `SELECT DISTINCT m.person FROM mentions hidden JOIN mentions m ON m.report = hidden.report WHERE NOT (1 = 1`+shut+`)`+open+` ORDER BY 1`, args...)
	if err != nil {
		return fmt.Errorf("named in hidden reports: %w", err)
	}
	heads, err := person.HeadsSeen(ctx, q, sight, others)
	f.called = map[string]string{}
	for who, p := range heads {
		f.called[who] = p.Name
	}
	return err
}

func (f Filter) where(sight *access.Sight) (clause string, args []any, joins bool) {
	var all []string
	add := func(c string, a ...any) {
		for _, v := range a {
			args = append(args, v)
			c = strings.Replace(c, "?", "$"+strconv.Itoa(len(args)), 1)
		}
		all = append(all, c)
	}
	if f.Finding != "" {
		add(`p.finding = ?`, string(f.Finding))
	}
	if f.Agency != "" {
		add(`p.id IN (SELECT pattern FROM pattern_agencies WHERE agency = ?)`, pattern.AgencyFiled(f.Agency))
	}
	if f.Relationship != "" {
		add(`p.relationship = ?`, f.Relationship)
	}
	if !f.Since.IsZero() {
		add(`p.latest >= ?`, f.Since.UnixMicro())
	}
	if name := strings.ToLower(strings.TrimSpace(f.Name)); len(name) > mostName {
		add(`1 = 0`)
	} else if name != "" {
		// SQLite knows small and capital letters of ASCII alone: names in nothing
		// but capitals are looked for, too.
		like, capitals := "%"+db.Like(name)+"%", "%"+db.Like(strings.Map(capital, name))+"%"
		var fits []string
		for _, side := range []string{"victim", "suspect"} {
			one := strings.ReplaceAll(`(LOWER(p.side_name) LIKE ? ESCAPE '\' OR LOWER(p.side_name) LIKE ? ESCAPE '\')`, "side", side)
			values := []any{like, capitals}
			if len(f.called) > 0 { // what a list has for their names may be hidden
				var fit []string
				for who, called := range f.called {
					if strings.Contains(strings.ToLower(called), name) {
						fit = append(fit, who)
					}
				}
				in := func(all []string) string { return `p.` + side + ` IN (?` + strings.Repeat(`, ?`, len(all)-1) + `)` }
				known := slices.Sorted(maps.Keys(f.called))
				one, values = one+` AND NOT `+in(known), append(values, db.Args(known)...)
				if len(fit) > 0 {
					slices.Sort(fit)
					one, values = one+` OR `+in(fit), append(values, db.Args(fit)...)
				}
			}
			for _, v := range values {
				args = append(args, v)
				one = strings.Replace(one, "?", "$"+strconv.Itoa(len(args)), 1)
			}
			fits = append(fits, one)
		}
		all = append(all, `(`+strings.Join(fits, ` OR `)+`)`)
	}
	for _, flag := range []struct {
		on     bool
		clause string
	}{{f.Grave, `p.grave = 1`}, {f.Escalates, `p.escalates = 1`}, {f.Others && !sight.Blind(), `p.others > 0`}, {f.Counter, `p.counter > 0`}, {f.Grown, `p.reports > d.reports`}} {
		if flag.on {
			add(flag.clause)
		}
	}
	switch f.State {
	case Undecided:
		add(`d.id IS NULL`)
	case Decided:
		add(`d.id IS NOT NULL AND w.answer IS NULL`)
	case Confirmed, Disputed:
		add(`w.answer = ?`, map[State]string{Confirmed: string(Confirm), Disputed: string(Disagree)}[f.State])
	}
	pooled, args := sight.Pool.Pooled("p.pool", args)
	open, args := sight.Open(args, "p.victim", "p.suspect")
	if f.Others && sight.Blind() { // what p.others counts may be hidden
		var others string
		others, args = sight.Open(args, "o.victim")
		open += ` AND EXISTS (SELECT 1 FROM accounts o WHERE o.suspect = p.suspect AND o.victim <> p.victim` + others + `)`
	}
	if len(all) > 0 {
		clause = " AND " + strings.Join(all, " AND ")
	}
	return " WHERE 1 = 1" + pooled + clause + open, args, f.State != "" || f.Grown
}

// mostName is the longest part of a name, in bytes, that anybody has.
const mostName = 400

// capital is a letter as SQLite leaves it of a name in capitals.
func capital(r rune) rune {
	if r < utf8.RuneSelf {
		return r
	}
	return unicode.ToUpper(r)
}

// Worklist is a page of patterns from skip on, and how many there are in all.
func (s *Store) Worklist(ctx context.Context, who access.Actor, f Filter, skip, most int) (all []Entry, total int, err error) {
	by, ok := order[f.Sort]
	if !ok {
		by = order[MostPressing]
	}
	err = s.guard.Look(ctx, who, access.ReadWorklist, func(v *db.View, sight *access.Sight) error {
		sight.Saw("worklist", "")
		if err := f.call(ctx, v, sight); err != nil {
			return err
		}
		where, args, joins := f.where(sight)
		from := ` FROM patterns p`
		if joins {
			from += current
		}
		n, err := db.One(ctx, v, db.Number, `SELECT COUNT(*)`+from+where, args...)
		if err != nil {
			return err
		}
		total = int(n)
		// The page is chosen first and joined after, so that no more than a
		// page is ever joined unless the filter asks about decisions.
		chosen := `SELECT p.id` + from + where + ` ORDER BY ` + by + ` LIMIT ` + db.List(len(args)+1, 1) + ` OFFSET ` + db.List(len(args)+2, 1)
		ids, err := db.All(ctx, v, db.Text, chosen, append(slices.Clone(args), most, skip)...)
		if err != nil || len(ids) == 0 {
			return err
		}
		all, err = db.All(ctx, v, scanEntry, `
			SELECT `+pattern.LineColumns+`, d.id, d.verdict, d.reports, w.answer
			FROM patterns p`+currentOf(`SELECT victim, suspect FROM patterns WHERE id IN (`+db.List(1, len(ids))+`)`)+`
			WHERE p.id IN (`+db.List(1, len(ids))+`) ORDER BY `+by, db.Args(ids)...)
		if err != nil {
			return err
		}
		return see(ctx, v, sight, all)
	})
	return all, total, err
}

func scanEntry(r db.Row) (e Entry, err error) {
	var id, verdict, answer sql.NullString
	var reports sql.NullInt64
	if e.Line, err = pattern.ScanLine(r, &id, &verdict, &reports, &answer); err != nil {
		return e, err
	}
	e.State = Undecided
	if id.Valid {
		e.State, e.Decision, e.Verdict, e.Grown = Decided, id.String, Verdict(verdict.String), max(0, e.Reports-int(reports.Int64))
		switch Kind(answer.String) {
		case Confirm:
			e.State = Confirmed
		case Disagree:
			e.State = Disputed
		}
	}
	return e, nil
}

// Findings counts patterns by finding.
func (s *Store) Findings(ctx context.Context, by access.Actor) (counts map[pattern.Finding]int, err error) {
	counts = map[pattern.Finding]int{}
	err = s.guard.Look(ctx, by, access.ReadWorklist, func(v *db.View, sight *access.Sight) error {
		sight.Saw("worklist", "")
		where, args, _ := Filter{}.where(sight)
		type count struct {
			finding pattern.Finding
			n       int
		}
		return db.Each(ctx, v, func(r db.Row) (c count, err error) { return c, r.Scan(&c.finding, &c.n) },
			func(c count) error { counts[c.finding] = c.n; return nil }, `SELECT p.finding, COUNT(*) FROM patterns p`+where+` GROUP BY p.finding`, args...)
	})
	return counts, err
}

// Waiting counts the decisions that wait for a second person.
func (s *Store) Waiting(ctx context.Context, by access.Actor) (n int, err error) {
	err = s.guard.Look(ctx, by, access.ReadWorklist, func(v *db.View, sight *access.Sight) error {
		sight.Saw("worklist", "")
		held, args := sight.Pool.Held("r.holder", nil)
		open, args := sight.OpenReport("r.id", args)
		k, err := db.One(ctx, v, db.Number, `SELECT COUNT(*) FROM recording_decisions d JOIN reports r ON r.id = d.pattern WHERE NOT EXISTS (SELECT 1 FROM recording_answers w WHERE w.decision = d.id)`+held+open, args...)
		n = int(k)
		return err
	})
	return n, err
}

// Agencies lists the agencies that have reports in patterns, for one who is about
// to do something to choose from.
func (s *Store) Agencies(ctx context.Context, by access.Actor, todo access.Action) (all []string, err error) {
	err = s.guard.Look(ctx, by, todo, func(v *db.View, sight *access.Sight) error {
		sight.Nobody()
		open, args := sight.Open([]any{sight.Pool.ID}, "p.victim", "p.suspect")
		all, err = db.All(ctx, v, db.Text, `SELECT DISTINCT a.agency FROM pattern_agencies a JOIN patterns p ON p.id = a.pattern WHERE p.pool = $1`+open+` ORDER BY a.agency`, args...)
		return err
	})
	return all, err
}

// A View is a worklist somebody saved, by name.
type View struct {
	ID, Name, Query, By string
	Saved               time.Time
}

// SaveView keeps a worklist's filter (the query of its address) under a name. A
// view of that name is replaced.
func (s *Store) SaveView(ctx context.Context, by access.Actor, name, query string) error {
	name = strings.TrimSpace(name)
	if name == "" {
		return fault.Bad("view", "Give the view a name")
	}
	if len([]rune(name)) > 60 {
		return fault.Bad("view", "The name of a view has 60 letters at most")
	}
	return s.guard.Act(ctx, by, access.SaveView, func(tx *db.Tx, sight *access.Sight) error {
		id := db.NewID()
		sight.Saw("view", id)
		if err := tx.Exec(ctx, `DELETE FROM views WHERE name = $1 AND pool = $2`, name, sight.Pool.ID); err != nil {
			return err
		}
		return tx.Exec(ctx, `INSERT INTO views (id, name, query, saved_by, saved, pool) VALUES ($1, $2, $3, $4, $5, $6)`, id, name, query, by.Name, tx.Now.UnixMicro(), sight.Pool.ID)
	})
}

// ForgetView removes a saved view. One that is gone already stays so.
func (s *Store) ForgetView(ctx context.Context, by access.Actor, id string) error {
	return s.guard.Act(ctx, by, access.SaveView, func(tx *db.Tx, sight *access.Sight) error {
		sight.Saw("view", id)
		return tx.Exec(ctx, `DELETE FROM views WHERE id = $1 AND pool = $2`, id, sight.Pool.ID)
	})
}

// words is what a view shows, as text.
func (w *View) words() string {
	q, err := url.ParseQuery(w.Query)
	if err != nil {
		return w.Query
	}
	return strings.Join(slices.Concat(slices.Collect(maps.Values(q))...), " ")
}

// Views are the saved views, by name.
func (s *Store) Views(ctx context.Context, by access.Actor) (all []View, err error) {
	scan := func(r db.Row) (w View, err error) {
		var saved int64
		err = r.Scan(&w.ID, &w.Name, &w.Query, &w.By, &saved)
		w.Saved = time.UnixMicro(saved).UTC()
		return w, err
	}
	err = s.guard.Look(ctx, by, access.ReadWorklist, func(v *db.View, sight *access.Sight) error {
		sight.Saw("worklist", "")
		if all, err = db.All(ctx, v, scan, `SELECT id, name, query, saved_by, saved FROM views WHERE pool = $1 ORDER BY name`, sight.Pool.ID); err != nil {
			return err
		}
		names, err := person.HiddenNames(ctx, v, sight)
		all = slices.DeleteFunc(all, func(w View) bool { // one's own stay: nobody is to find out by them which names are hidden
			return w.By != by.Name && (names.In(w.Name) || names.In(w.words()))
		})
		return err
	})
	return all, err
}
