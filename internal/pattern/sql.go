package pattern

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/person"
	"clew/internal/report"
	"clew/internal/when"
	"clew/internal/words"
)

var (
	accountColumns = []string{"report", "victim", "suspect", "says"}
	patternColumns = []string{"id", "victim", "suspect", "victim_name", "suspect_name", "finding", "pressing", "reports", "occasions", "agencies",
		"began", "latest", "relationship", "escalates", "grave", "counter", "others", "recorded_as", "why", "pool"}
	agencyColumns = []string{"agency", "pattern"}
)

func saysText(s Says) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // numbers and booleans always have JSON
	}
	return string(b)
}

// A heldAccount is an account with the report it is of and the people it names.
type heldAccount struct {
	Account
	key, victim, suspect string
}

const selectAccounts = `
	SELECT a.report, a.victim, a.suspect, a.says, r.agency, r.record, r.kind, r.reported, r.happened, r.happened_to,
	       r.offence_code, r.offence, r.occurrences, r.relationship
	FROM accounts a JOIN reports r ON r.id = a.report `

func scanAccount(row db.Row) (h heldAccount, err error) {
	var r report.Record
	var says, from, to string
	var reported int64
	err = row.Scan(&h.key, &h.victim, &h.suspect, &says, &r.Agency, &r.ID, &r.Kind, &reported, &from, &to, &r.OffenceCode, &r.Offence, &r.Count, &r.Relationship)
	if err != nil {
		return h, err
	}
	r.Reported = time.UnixMicro(reported).UTC()
	if r.From, err = heldMoment(from); err != nil {
		return h, err
	}
	if r.To, err = heldMoment(to); err != nil {
		return h, err
	}
	h.Account = reduce(&r)
	h.Key = h.key
	return h, json.Unmarshal([]byte(says), &h.Says)
}

func heldMoment(s string) (when.Moment, error) {
	if s == "" {
		return when.Moment{}, nil
	}
	return when.Parse(s)
}

// ofPair are the accounts of one victim about one suspect, the oldest first. When
// a record was corrected in the very names, its versions are all among them: see
// asItStands. Of those that name nobody, it leaves out what names somebody in
// another version, or beside. With keys of reports, it gives those of them alone.
func ofPair(ctx context.Context, q db.Querier, sight *access.Sight, victim, suspect string, keys ...string) ([]heldAccount, error) {
	where, args := seenOf(sight, victim, suspect)
	if len(keys) > 0 {
		where += ` AND a.report IN (` + db.List(len(args)+1, len(keys)) + `)`
		args = append(args, db.Args(keys)...)
	}
	return db.All(ctx, q, scanAccount, selectAccounts+where+` ORDER BY a.report`, args...)
}

// seenOf is the condition that an account a of a report r is of a pair, and may be seen.
func seenOf(sight *access.Sight, victim, suspect string) (string, []any) {
	where := `WHERE a.victim = $1 AND a.suspect = $2`
	if isNobody(suspect) {
		where += ` AND NOT ` + namesSomebody
	}
	held, args := heldBySight(sight, victim, suspect)
	return where + held, args
}

// heldBySight is the condition that a report r is held by agencies an actor may read:
// right after an agreement has ended, people are still those of the pool that was. A
// job, with a nil sight, asks nothing of the kind.
func heldBySight(sight *access.Sight, args ...any) (string, []any) {
	if sight == nil {
		return "", args
	}
	return sight.Pool.Held("r.holder", args)
}

// namesSomebody says of an account a, of report r, that names nobody: the same
// record names somebody to the same victim. The order of its tables is the order
// to look in, which CROSS JOIN tells SQLite.
const namesSomebody = `EXISTS (SELECT 1 FROM reports s CROSS JOIN accounts b
	WHERE s.reference = r.reference AND s.agency = r.agency AND s.record = r.record AND b.report = s.id AND b.victim = a.victim AND b.suspect <> a.suspect)`

// asItStands leaves of accounts of one pair, the oldest first, the newest of each
// record.
func asItStands(all []heldAccount) []heldAccount {
	if len(all) < 2 {
		return all
	}
	newest := make(map[[2]string]int, len(all))
	for i := range all {
		newest[[2]string{all[i].Agency, all[i].ID}] = i
	}
	if len(newest) == len(all) {
		return all
	}
	left := make([]heldAccount, 0, len(newest))
	for i := range all {
		if newest[[2]string{all[i].Agency, all[i].ID}] == i {
			left = append(left, all[i])
		}
	}
	return left
}

// around is what must be known of a pair's surroundings. Except is a record that
// is left out of those that name nobody. A job has a nil sight.
func around(ctx context.Context, q db.Querier, sight *access.Sight, victim, suspect string, except [2]string) (c Context, err error) {
	if isNobody(suspect) {
		return Context{Unnamed: true}, nil
	}
	const records = `SELECT count(*) FROM (SELECT DISTINCT r.agency, r.record FROM accounts a JOIN reports r ON r.id = a.report WHERE a.victim = $1 AND a.suspect = $2`
	held, args := heldBySight(sight, victim, nobodyBy(victim), except[0], except[1])
	also, err := db.One(ctx, q, db.Number, records+` AND NOT (r.agency = $3 AND r.record = $4) AND NOT `+namesSomebody+held+`) x`, args...)
	if err != nil {
		return c, err
	}
	held, args = heldBySight(sight, suspect, victim)
	counter, err := db.One(ctx, q, db.Number, records+held+`) x`, args...)
	if err != nil {
		return c, err
	}
	held, args = heldBySight(sight, suspect, victim)
	open, args := sight.Open(args, "a.victim")
	others, err := db.One(ctx, q, db.Number, `SELECT count(DISTINCT a.victim) FROM accounts a JOIN reports r ON r.id = a.report WHERE a.suspect = $1 AND a.victim <> $2`+held+open, args...)
	return Context{Counter: int(counter), OtherVictims: int(others), AlsoUnnamed: int(also)}, err
}

// A Line is a pattern as a list shows it.
type Line struct {
	ID                      string
	Victim, Suspect         string // people
	VictimName, SuspectName string
	Finding                 Finding
	Reports, Occasions      int
	Agencies                int
	Began, Latest           time.Time
	Relationship            Relationship
	Escalates, Grave        bool
	Counter, Others         int
	RecordedAs              string
	Why                     []string
}

// LineColumns are what ScanLine reads, of the table patterns known as p.
const LineColumns = `p.id, p.victim, p.suspect, p.victim_name, p.suspect_name, p.finding, p.reports, p.occasions, p.agencies, p.began, p.latest,
	p.relationship, p.escalates, p.grave, p.counter, p.others, p.recorded_as, p.why`

// ScanLine reads LineColumns, and what comes after them into more.
func ScanLine(r db.Row, more ...any) (l Line, err error) {
	var began, latest, escalates, grave int64
	var relationship, why string
	err = r.Scan(append([]any{&l.ID, &l.Victim, &l.Suspect, &l.VictimName, &l.SuspectName, &l.Finding, &l.Reports, &l.Occasions, &l.Agencies, &began, &latest,
		&relationship, &escalates, &grave, &l.Counter, &l.Others, &l.RecordedAs, &why}, more...)...)
	l.Began, l.Latest = time.UnixMicro(began).UTC(), time.UnixMicro(latest).UTC()
	l.Relationship, l.Escalates, l.Grave = RelationshipOf(relationship), escalates == 1, grave == 1
	l.Why = strings.Split(why, "\n")
	return l, err
}

func scanLine(r db.Row) (Line, error) { return ScanLine(r) }

// row is a pattern as it is kept, and rows of its agencies.
func (c *Held) row(pool string) (row []any, agencies [][]any) {
	p := &c.Pattern
	grave := p.Fear == Violence || p.Threat
	for _, a := range p.Agencies {
		agencies = append(agencies, []any{AgencyFiled(a), c.ID})
	}
	return []any{
		c.ID, c.VictimPerson, c.SuspectPerson, c.Victim, c.Suspect, string(p.Finding), p.pressingKey(), len(p.Accounts), p.Total, len(p.Agencies),
		p.First.UnixMicro(), p.Last.UnixMicro(), p.Relationship.String(), btoi(p.Escalation != nil), btoi(grave), p.Counter, p.OtherVictims,
		words.List(p.recordedWords()), strings.Join(p.Reasons, "\n"), pool,
	}, agencies
}

// AgencyFiled is an agency as patterns are found by it: as it was written, but for
// what is too long to be a name.
func AgencyFiled(agency string) string {
	const most = 400 // bytes
	if len(agency) > most {
		agency = strings.ToValidUTF8(agency[:most], "")
	}
	return agency
}

func writePatterns(ctx context.Context, tx *db.Tx, pool string, all []Held) error {
	rows, agencies := make([][]any, len(all)), [][]any(nil)
	for i := range all {
		row, some := all[i].row(pool)
		rows[i], agencies = row, append(agencies, some...)
	}
	if err := tx.Insert(ctx, "patterns", patternColumns, rows); err != nil {
		return fmt.Errorf("insert patterns: %w", err)
	}
	return tx.InsertNew(ctx, "pattern_agencies", agencyColumns, agencies)
}

func erasePattern(ctx context.Context, tx *db.Tx, victim, suspect string) error {
	if err := tx.Exec(ctx, `DELETE FROM pattern_agencies WHERE pattern IN (SELECT id FROM patterns WHERE victim = $1 AND suspect = $2)`, victim, suspect); err != nil {
		return err
	}
	return tx.Exec(ctx, `DELETE FROM patterns WHERE victim = $1 AND suspect = $2`, victim, suspect)
}

// A Held pattern is one the database holds, with the people it is about.
type Held struct {
	Pattern
	ID                          string
	VictimPerson, SuspectPerson string // SuspectPerson is nobody's when Unnamed
	Victim, Suspect             string // names as best written
}

// compose reads a pair's accounts as a pattern, and says whether it is a course.
func compose(ctx context.Context, q db.Querier, sight *access.Sight, victim, suspect string) (h Held, is bool, err error) {
	accounts, err := ofPair(ctx, q, sight, victim, suspect)
	if err != nil || len(accounts) == 0 {
		return h, false, err
	}
	c, err := around(ctx, q, sight, victim, suspect, [2]string{})
	if err != nil {
		return h, false, err
	}
	pair := []string{victim, suspect}
	heads, err := person.Heads(ctx, q, pair)
	if err == nil && sight.Blind() {
		heads, err = person.HeadsSeen(ctx, q, sight, pair) // named as reports that are hidden do not
	}
	if err != nil {
		return h, false, err
	}
	h = hold(accounts, c)
	h.Victim, h.Suspect = heads[victim].Name, heads[suspect].Name
	if h.Unnamed {
		h.Suspect = nobodyNamed
	}
	return h, course(&h), nil
}

// hold reads the accounts of a pair, the oldest first, as a pattern.
func hold(accounts []heldAccount, c Context) Held {
	h := Held{ID: accounts[0].key, VictimPerson: accounts[0].victim, SuspectPerson: accounts[0].suspect}
	for i := range accounts {
		h.ID = min(h.ID, accounts[i].key)
	}
	counted := asItStands(accounts)
	all := make([]Account, len(counted))
	for i := range counted {
		all[i] = counted[i].Account
	}
	h.Pattern = Compose(all, c)
	return h
}

// course reports whether a pattern is one to keep: there are two reports or more,
// or one that stands for two occasions or more.
func course(h *Held) bool { return len(h.Accounts) >= 2 || h.Total >= 2 }

// pressingKey sorts as text the way Pressing orders patterns.
func (p *Pattern) pressingKey() string {
	finding := 9
	for i, f := range Findings {
		if f == p.Finding {
			finding = i
		}
	}
	return fmt.Sprintf("%d%d%d%d%d%06d%06d%011d", finding, btoi(!(p.Fear == Violence || p.Threat)), btoi(p.Escalation == nil), btoi(p.OtherVictims == 0),
		btoi(p.Relationship != FormerPartner), 999_999-min(max(month(p.Last), 0), 999_999), 999_999-min(p.Total, 999_999), 99_999_999_999-max(0, min(p.Last.Unix(), 99_999_999_999)))
}
