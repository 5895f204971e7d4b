package recording

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/pattern"
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

func (f Filter) where() (clause string, args []any, joins bool) {
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
		add(`(LOWER(p.victim_name) LIKE ? ESCAPE '\' OR LOWER(p.suspect_name) LIKE ? ESCAPE '\' OR LOWER(p.victim_name) LIKE ? ESCAPE '\' OR LOWER(p.suspect_name) LIKE ? ESCAPE '\')`,
			like, like, capitals, capitals)
	}
	for _, flag := range []struct {
		on     bool
		clause string
	}{{f.Grave, `p.grave = 1`}, {f.Escalates, `p.escalates = 1`}, {f.Others, `p.others > 0`}, {f.Counter, `p.counter > 0`}, {f.Grown, `p.reports > d.reports`}} {
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
	if len(all) > 0 {
		clause = " WHERE " + strings.Join(all, " AND ")
	}
	return clause, args, f.State != "" || f.Grown
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
func (s *Store) Worklist(ctx context.Context, f Filter, skip, most int) (all []Entry, total int, err error) {
	where, args, joins := f.where()
	by, ok := order[f.Sort]
	if !ok {
		by = order[MostPressing]
	}
	err = s.db.Read(ctx, func(v *db.View) error {
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
		return err
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
func (s *Store) Findings(ctx context.Context) (counts map[pattern.Finding]int, err error) {
	counts = map[pattern.Finding]int{}
	err = s.db.Read(ctx, func(v *db.View) error {
		type count struct {
			finding pattern.Finding
			n       int
		}
		return db.Each(ctx, v, func(r db.Row) (c count, err error) { return c, r.Scan(&c.finding, &c.n) },
			func(c count) error { counts[c.finding] = c.n; return nil }, `SELECT finding, COUNT(*) FROM patterns GROUP BY finding`)
	})
	return counts, err
}

// Waiting counts the decisions that wait for a second person.
func (s *Store) Waiting(ctx context.Context) (n int, err error) {
	err = s.db.Read(ctx, func(v *db.View) error {
		k, err := db.One(ctx, v, db.Number, `SELECT COUNT(*) FROM recording_decisions d WHERE NOT EXISTS (SELECT 1 FROM recording_answers w WHERE w.decision = d.id)`)
		n = int(k)
		return err
	})
	return n, err
}

// Agencies lists the agencies that have reports in patterns.
func (s *Store) Agencies(ctx context.Context) (all []string, err error) {
	err = s.db.Read(ctx, func(v *db.View) error {
		all, err = db.All(ctx, v, db.Text, `SELECT DISTINCT agency FROM pattern_agencies ORDER BY agency`)
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
func (s *Store) SaveView(ctx context.Context, by, name, query string) error {
	name = strings.TrimSpace(name)
	if name == "" {
		return fault.Bad("view", "Give the view a name")
	}
	if len([]rune(name)) > 60 {
		return fault.Bad("view", "The name of a view has 60 letters at most")
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := tx.Exec(ctx, `DELETE FROM views WHERE name = $1`, name); err != nil {
			return err
		}
		return tx.Exec(ctx, `INSERT INTO views (id, name, query, saved_by, saved) VALUES ($1, $2, $3, $4, $5)`, db.NewID(), name, query, by, tx.Now.UnixMicro())
	})
}

// ForgetView removes a saved view. One that is gone already stays so.
func (s *Store) ForgetView(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return tx.Exec(ctx, `DELETE FROM views WHERE id = $1`, id) })
}

// Views are the saved views, by name.
func (s *Store) Views(ctx context.Context) (all []View, err error) {
	scan := func(r db.Row) (w View, err error) {
		var saved int64
		err = r.Scan(&w.ID, &w.Name, &w.Query, &w.By, &saved)
		w.Saved = time.UnixMicro(saved).UTC()
		return w, err
	}
	err = s.db.Read(ctx, func(v *db.View) error {
		all, err = db.All(ctx, v, scan, `SELECT id, name, query, saved_by, saved FROM views ORDER BY name`)
		return err
	})
	return all, err
}
