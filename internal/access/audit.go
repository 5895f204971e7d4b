package access

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/ledger"
	"clew/internal/table"
)

// A Search is which entries of the ledger are asked for. What is empty does not
// count.
type Search struct {
	Account      string
	What, On     string // a kind of thing, and the id of one
	Person       string // whom the entries are about, by any id they have had
	Action       Action
	Outcome      string    // Refused for all that was not done, or one outcome
	Since, Until time.Time // Until is the end, and not within
}

// Refused is an outcome to look for: all but ledger.Done.
const Refused = "refused"

// An Entry is one act or look, as the ledger has it.
type Entry struct {
	ledger.Entry
	Seq int64
	At  time.Time
}

// MostCounted is how far entries are counted: past it, there are more.
const MostCounted = 10_000

// Entries are what the people of the actor's agency did and saw, newest first, and
// how many there are; MostCounted + 1 for more than are counted.
func (g *Guard) Entries(ctx context.Context, by Actor, f Search, skip, most int) (all []Entry, total int, err error) {
	err = g.Look(ctx, by, ReadLedger, func(v *db.View, s *Sight) error {
		s.Saw("ledger", "")
		where, args, err := g.entries(ctx, v, s, f)
		if err != nil {
			return err
		}
		n, err := db.One(ctx, v, db.Number, fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM ledger_entries e WHERE %s LIMIT %d) counted`, where, MostCounted+1), args...)
		if err != nil {
			return err
		}
		total = int(n)
		args = append(args, most, skip)
		if all, err = db.All(ctx, v, scanEntry, fmt.Sprintf(`%s WHERE %s ORDER BY %s LIMIT $%d OFFSET $%d`, selectEntries, where, newest(f), len(args)-1, len(args)), args...); err != nil {
			return err
		}
		return about(ctx, v, all)
	})
	return all, total, err
}

// longestRecipient is in characters.
const longestRecipient = 200

// exported is how many entries are read at a time: nobody who reads slowly holds up
// the database.
const exported = 2000

// Export writes the entries as CSV, newest first, for the Information Commissioner
// or whoever else must be shown them. Who receives them is in the ledger before the
// first line leaves.
func (g *Guard) Export(ctx context.Context, by Actor, f Search, recipient string, w io.Writer) error {
	recipient = strings.TrimSpace(recipient)
	switch {
	case recipient == "":
		return fault.Bad("recipient", "Enter who will receive the file")
	case utf8.RuneCountInString(recipient) > longestRecipient:
		return fault.Bad("recipient", "Who will receive the file has 200 characters at most")
	}
	var s *Sight
	var before int64
	if err := g.Act(ctx, by, ReadLedger, func(tx *db.Tx, sight *Sight) (err error) {
		sight.Saw("ledger", "")
		sight.Sent(recipient)
		s = sight
		before, err = db.One(ctx, tx, db.Number, `SELECT size FROM ledger_head WHERE id = 1`)
		return err
	}); err != nil {
		return err
	}
	out := table.NewWriter(w, "number", "at", "account", "name", "agency", "session", "purpose", "verb", "action", "what", "on", "about", "fields", "recipient", "outcome")
	out.Safe = true
	for {
		var all []Entry
		var who map[string]Colleague
		if err := g.db.Read(ctx, func(v *db.View) error {
			where, args, err := g.entries(ctx, v, s, f)
			if err != nil {
				return err
			}
			args = append(args, before, exported)
			if all, err = db.All(ctx, v, scanEntry, fmt.Sprintf(`%s WHERE %s AND e.seq < $%d ORDER BY e.seq DESC LIMIT $%d`, selectEntries, where, len(args)-1, len(args)), args...); err != nil {
				return err
			}
			if err := about(ctx, v, all); err != nil {
				return err
			}
			who, err = g.who(ctx, v, accountsOf(all))
			return err
		}); err != nil {
			return err
		}
		for i := range all {
			e := &all[i]
			before = e.Seq
			if err := out.Write(strconv.FormatInt(e.Seq, 10), e.At.Format(time.RFC3339Nano), e.Account, who[e.Account].Name, e.Agency, e.Session, e.Purpose, string(e.Verb), e.Action, e.What, e.On, strings.Join(e.About, " "), strings.Join(e.Fields, " "), e.Recipient, e.Outcome); err != nil {
				return err
			}
		}
		if len(all) < exported {
			return out.Flush()
		}
	}
}

func accountsOf(all []Entry) (accounts []string) {
	have := map[string]bool{}
	for i := range all {
		if a := all[i].Account; !have[a] {
			have[a] = true
			accounts = append(accounts, a)
		}
	}
	return accounts
}

// who is Who, or nothing where no room keeps accounts.
func (g *Guard) who(ctx context.Context, q db.Querier, accounts []string) (map[string]Colleague, error) {
	if g.Who == nil || len(accounts) == 0 {
		return nil, nil
	}
	return g.Who(ctx, q, accounts)
}

// entries is the condition on entries e that an actor may see and that are asked
// for. Where something narrower is given, the agency is written so that no engine
// goes by its index.
func (g *Guard) entries(ctx context.Context, q db.Querier, s *Sight, f Search) (where string, args []any, err error) {
	var parts []string
	and := func(part string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			part = strings.Replace(part, "?", db.List(len(args), 1), 1)
		}
		parts = append(parts, part)
	}
	if narrow(f) {
		and(`e.agency || '' = ?`, s.Agency)
	} else {
		and(`e.agency = ?`, s.Agency)
	}
	if f.Account != "" {
		and(`e.account = ?`, f.Account)
	}
	if f.What != "" {
		and(`e.what = ?`, f.What)
	}
	if f.On != "" {
		and(`e.subject = ?`, f.On)
	}
	if f.Person != "" {
		// The narrower condition is the person: looked up first, account and thing within.
		and(`e.seq IN (`+strings.ReplaceAll(concerning, "$1", "?")+`)`, f.Person, f.Person, f.Person)
	}
	if f.Action != "" {
		and(`e.action = ?`, string(f.Action))
	}
	switch f.Outcome {
	case "":
	case Refused:
		and(`e.outcome <> 'done'`) // as its index has it
	default:
		and(`e.outcome = ?`, f.Outcome)
	}
	if !f.Since.IsZero() {
		and(`e.at >= ?`, f.Since.UnixMicro())
	}
	if !f.Until.IsZero() {
		and(`e.at < ?`, f.Until.UnixMicro())
	}
	open, args, err := g.openEntries(ctx, q, s, args)
	return strings.Join(parts, " AND ") + open, args, err
}

func narrow(f Search) bool { return f.Account != "" || f.On != "" || f.Person != "" }

// newest is the order of the index that the entries are found by.
func newest(f Search) string {
	if narrow(f) {
		return "e.seq DESC"
	}
	return "e.at DESC, e.seq DESC"
}

// concerning are the entries about the person that the mention $1 belongs to: under
// any id they have had, and those on a report or pattern they are in.
const concerning = `
	SELECT a.seq FROM mentions o JOIN mentions m ON m.person = o.person JOIN ledger_about a ON a.person = m.id WHERE o.id = $1
	UNION SELECT x.seq FROM mentions o JOIN mentions m ON m.person = o.person JOIN ledger_entries x ON x.what = 'person' AND x.subject = m.id WHERE o.id = $1
	UNION SELECT x.seq FROM mentions o JOIN mentions m ON m.person = o.person JOIN ledger_entries x ON x.what IN ('report', 'pattern') AND x.subject = m.report WHERE o.id = $1`

// openEntries is the condition that an entry e is not about anybody who is hidden
// from the actor, nor about the lock that hides them. What the actors themselves asked
// for and did not get is for others to audit: they would learn from what is left out
// here what was hidden and what never was.
func (g *Guard) openEntries(ctx context.Context, q db.Querier, s *Sight, args []any) (string, []any, error) {
	own := ` AND NOT (e.account = ` + db.List(len(args)+1, 1) + ` AND e.outcome <> ` + db.List(len(args)+2, 1) + `)`
	args = append(args, s.Account, ledger.Done)
	if !s.Blind() {
		return own, args, nil
	}
	locks, err := locksOn(ctx, q, s.Account)
	if err != nil {
		return "", args, err
	}
	people := db.List(len(args)+1, len(s.shut))
	args = append(args, db.Args(s.shut)...)
	where := own + ` AND NOT EXISTS (SELECT 1 FROM mentions hm JOIN ledger_about h ON h.person = hm.id AND h.seq = e.seq WHERE hm.person IN (` + people + `))
		AND NOT EXISTS (SELECT 1 FROM mentions hm WHERE hm.person IN (` + people + `) AND (hm.id = e.subject OR hm.report = e.subject))`
	if g.Spoken != nil { // of one that was refused, nobody noted whom it is about
		where += ` AND NOT (e.what = 'case' AND EXISTS (SELECT 1 FROM mentions hm WHERE hm.id IN (` + g.Spoken("e.subject") + `) AND hm.person IN (` + people + `)))`
	}
	if len(locks) > 0 {
		where += ` AND NOT (e.what = 'lock' AND e.subject IN (` + db.List(len(args)+1, len(locks)) + `))`
		args = append(args, db.Args(locks)...)
	}
	return where, args, nil
}

const selectEntries = `SELECT e.seq, e.at, e.account, e.agency, e.session, e.purpose, e.verb, e.action, e.what, e.subject, e.fields, e.recipient, e.outcome FROM ledger_entries e`

func scanEntry(r db.Row) (e Entry, err error) {
	var at int64
	var fields string
	err = r.Scan(&e.Seq, &at, &e.Account, &e.Agency, &e.Session, &e.Purpose, &e.Verb, &e.Action, &e.What, &e.On, &fields, &e.Recipient, &e.Outcome)
	e.At, e.Fields = time.UnixMicro(at).UTC(), strings.Fields(fields)
	return e, err
}

// about fills in whom entries are about.
func about(ctx context.Context, q db.Querier, all []Entry) error {
	if len(all) == 0 {
		return nil
	}
	at, ids := make(map[int64]*Entry, len(all)), make([]any, len(all))
	for i := range all {
		ids[i], at[all[i].Seq] = all[i].Seq, &all[i]
	}
	type row struct {
		seq    int64
		person string
	}
	scan := func(r db.Row) (x row, err error) { return x, r.Scan(&x.seq, &x.person) }
	keep := func(x row) error { e := at[x.seq]; e.About = append(e.About, x.person); return nil }
	return db.Each(ctx, q, scan, keep, `SELECT seq, person FROM ledger_about WHERE seq IN (`+db.List(1, len(ids))+`) ORDER BY seq, person`, ids...)
}

// Looks are who has looked at a person or done something about them.
type Looks struct {
	Own    []Entry // of the actor's agency: those of the page asked for, newest first
	Total  int     // of the actor's agency; MostCounted + 1 for more than are counted
	Others []Other // of other agencies
}

// An Other is that people of another agency looked, and for what purpose. Who they
// are and when it was is for that agency to say.
type Other struct {
	Agency  string // its name
	Purpose Purpose
}

// LookedAt says who has looked at a person or done something about them, in the
// actor's agency and in others. What was refused showed nobody anything, and is left
// out; so is who reviewed unusual looking, which is for reviewers.
func (g *Guard) LookedAt(ctx context.Context, by Actor, mention string, skip, most int) (l Looks, err error) {
	err = g.Look(ctx, by, ReadLooks, func(v *db.View, s *Sight) error {
		s.Saw("person", mention)
		who, err := s.Whose(ctx, v, mention)
		if err != nil {
			return err
		}
		s.Saw("person", who, who)
		// An entry about somebody else too, who is hidden, is not there.
		open, args, err := g.openEntries(ctx, v, s, []any{who, s.Agency, ledger.Done})
		if err != nil {
			return err
		}
		n, err := db.One(ctx, v, db.Number, fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM ledger_entries e WHERE e.seq IN (%s) AND e.agency || '' = $2 AND e.outcome = $3 AND e.what <> 'unusual looking'%s LIMIT %d) counted`, concerning, open, MostCounted+1), args...)
		if err != nil {
			return err
		}
		l.Total = int(n)
		paged := append(args, most, skip)
		if l.Own, err = db.All(ctx, v, scanEntry, fmt.Sprintf(`%s WHERE e.seq IN (%s) AND e.agency || '' = $2 AND e.outcome = $3 AND e.what <> 'unusual looking'%s ORDER BY e.seq DESC LIMIT $%d OFFSET $%d`, selectEntries, concerning, open, len(paged)-1, len(paged)), paged...); err != nil {
			return err
		}
		l.Others, err = db.All(ctx, v, func(r db.Row) (o Other, err error) { return o, r.Scan(&o.Agency, &o.Purpose) }, `
			SELECT DISTINCT g.name, e.purpose FROM ledger_entries e JOIN agencies g ON g.id = e.agency
			WHERE e.seq IN (`+concerning+`) AND e.agency <> $2 AND e.outcome = $3 AND e.what <> 'unusual looking'`+open+` ORDER BY g.name, e.purpose`, args...)
		return err
	})
	return l, err
}
