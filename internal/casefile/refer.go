package casefile

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/law"
	"clew/internal/seal"
	"clew/internal/vault"
	"clew/internal/when"
)

// A Wish is what a referral asks another agency for.
type Wish string

// The wishes.
const (
	ToJoin Wish = "join" // to work on the case beside the lead agency
	ToLead Wish = "lead" // to take it over: a transfer
)

// An Answer is what became of a referral.
type Answer string

// The answers.
const (
	Waiting   Answer = ""
	Accepted  Answer = "accepted"
	Declined  Answer = "declined"
	TakenBack Answer = "taken back" // by whoever sent it
	Returned  Answer = "returned"   // by Clew
)

// Why Clew returned a referral.
const (
	HasParted = "parted" // an agency left the partnership
	NowApart  = "apart"  // the case is kept apart, and nobody of that agency is on its team
)

const (
	longestWhy    = 2000 // characters
	longestSafety = 300
)

// A Sending is a referral as somebody writes it.
type Sending struct {
	Wish        Wish
	To          string // agency
	Basis       Basis
	Why, Safety string // Safety: what must be known before anybody acts
}

// A Referral is a case put to another agency. It stands until it is answered.
type Referral struct {
	ID, Case string // Case as it is read now
	Sending
	From       string // agency
	By         string // name
	Sent, Due  time.Time
	Overdue    bool
	Answer     Answer
	Code       string // why it was returned
	Words      string // why it was declined, or what else was said
	Agency     string // that answered
	AnsweredBy string // name
	Answered   time.Time
	Lost       bool   // what was written cannot be opened
	About      string // the victim's name, for whoever may read the case
	Readable   bool   // the actor may read the case
	Barred     bool   // it waits, and no agreement in force lets the other agency see it
	written    string // the case it was written in
}

// A Box is one's agency's referrals, in or out.
type Box string

// The boxes.
const (
	In  Box = "in"
	Out Box = "out"
)

// Refer puts a case to another agency of the pool: to join it, or to take it over,
// which the lead agency alone can offer. Nothing goes to an agency that no agreement
// in force lets read the case.
func (s *Store) Refer(ctx context.Context, by access.Actor, id string, r Sending) error {
	r.Why, r.Safety = strings.TrimSpace(r.Why), strings.TrimSpace(r.Safety)
	action := access.WorkCase
	if r.Wish == ToLead {
		action = access.LeadCase
	}
	return s.work(ctx, by, action, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		if r.Wish == ToLead && c.Holder != sight.Agency {
			return fault.Forbidden
		}
		var wrong fault.Messages
		if r.Wish != ToJoin && r.Wish != ToLead {
			wrong.Add("wish", "Choose what you ask for")
		}
		why, err := s.reach(ctx, tx, sight, c, r.To)
		if err != nil {
			return err
		}
		waits, err := db.All(ctx, tx, db.Text, `SELECT r.wish FROM case_referrals r WHERE `+within("r.case_id", "$1")+` AND (r.wish = 'lead' OR r.to_agency = $2)
			AND NOT EXISTS (SELECT 1 FROM case_referral_answers a WHERE a.referral = r.id)`, c.ID, r.To)
		switch {
		case err != nil:
			return fmt.Errorf("waiting referrals: %w", err)
		case why != "":
			wrong.Add("to", why)
		case r.Wish == ToJoin && r.To == c.Holder:
			wrong.Add("to", "That agency leads the case")
		case slices.Contains(waits, string(r.Wish)) && r.Wish == ToLead:
			wrong.Add("wish", "The case is offered to an agency already, which has not answered. Take that back first")
		case slices.Contains(waits, string(r.Wish)):
			wrong.Add("to", "They were asked already, and have not answered yet")
		}
		if r.Basis.Name() == "" {
			wrong.Add("basis", "Choose why they may learn of it")
		}
		long(&wrong, "why", r.Why, longestWhy, "Say why you put it to them", "The reason has 2,000 characters at most")
		long(&wrong, "safety", r.Safety, longestSafety, "Say what they must know to act safely. If there is nothing, say so", "The safety line has 300 characters at most")
		if err := wrong.Err(); err != nil {
			return err
		}
		due, err := dueOf(ctx, tx, r.Wish, tx.Now)
		if err != nil {
			return err
		}
		referral := db.NewID()
		var sealed [2][]byte
		for i, x := range []struct{ column, words string }{{"why", r.Why}, {"safety", r.Safety}} {
			if sealed[i], err = s.seal.Seal(ctx, tx, subject(c.ID), referralPlace(referral, x.column), []byte(x.words)); err != nil {
				return err
			}
		}
		if err := tx.Insert(ctx, "case_referrals", []string{"id", "case_id", "wish", "from_agency", "to_agency", "basis", "why", "safety", "account", "name", "sent", "due"},
			[][]any{{referral, c.ID, string(r.Wish), sight.Agency, r.To, string(r.Basis), sealed[0], sealed[1], sight.Account, sight.Name, tx.Now.UnixMicro(), due.UnixMicro()}}); err != nil {
			return fmt.Errorf("insert referral: %w", err)
		}
		kind := Referred
		if r.Wish == ToLead {
			kind = Offered
		}
		return s.step(ctx, tx, sight, c.ID, kind, r.To, r.Why, true)
	})
}

// long adds what is wrong with a text that must be there.
func long(wrong *fault.Messages, field, text string, most int, none, much string) {
	switch {
	case text == "":
		wrong.Add(field, none)
	case utf8.RuneCountInString(text) > most:
		wrong.Add(field, much)
	}
}

// reach is why a case cannot be put to an agency, in words, or "".
func (s *Store) reach(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, to string) (string, error) {
	switch {
	case to == "":
		return "Choose an agency", nil
	case to == sight.Agency:
		return "That is your own agency", nil
	case !slices.Contains(sight.Pool.Agencies, to) || !slices.Contains(sight.Pool.Agencies, c.Holder):
		return "No agreement in force lets that agency read this case, so nothing can be sent to it", nil
	case !c.Apart:
		return "", nil
	}
	team, err := teamOf(ctx, q, c.ID)
	if err != nil {
		return "", err
	}
	there, err := s.agenciesOf(ctx, q, team)
	if err == nil && !there[to] {
		return "This case is kept apart for its team, and nobody of that agency is on it. Put somebody of theirs on the team first", nil
	}
	return "", err
}

// agenciesOf are the agencies of a team.
func (s *Store) agenciesOf(ctx context.Context, q db.Querier, team []Member) (map[string]bool, error) {
	accounts := make([]string, len(team))
	for i := range team {
		accounts[i] = team[i].Account
	}
	known, err := s.colleagues(ctx, q, accounts)
	all := map[string]bool{}
	for _, c := range known {
		all[c.Agency] = true
	}
	return all, err
}

// clocks are the rows of the law that say in how many working days a referral is
// answered.
var clocks = map[Wish]string{ToJoin: "referral", ToLead: "transfer"}

// dueOf is the end of the day by which what is sent now is to be answered.
func dueOf(ctx context.Context, q db.Querier, w Wish, now time.Time) (time.Time, error) {
	book, err := law.Open(ctx, q)
	if err != nil {
		return time.Time{}, fmt.Errorf("law: %w", err)
	}
	days := max(0, book.Number("case-clocks", clocks[w], "days", now.In(when.London)))
	return book.Calendar().By(now, days), nil
}

func referralPlace(id, column string) seal.Place {
	return seal.Place{Table: "case_referrals", Row: id, Column: column}
}

// Accept takes a referral up: whoever does is on the team from then on and, of a
// transfer, leads the case for the agency that leads it now. words may be empty.
func (s *Store) Accept(ctx context.Context, by access.Actor, id, words string) error {
	return s.answer(ctx, by, id, Accepted, words)
}

// Decline says no, and why. The case stays as it was.
func (s *Store) Decline(ctx context.Context, by access.Actor, id, why string) error {
	return s.answer(ctx, by, id, Declined, why)
}

// TakeBack ends a referral that nobody has answered, and says why.
func (s *Store) TakeBack(ctx context.Context, by access.Actor, id, why string) error {
	return s.answer(ctx, by, id, TakenBack, why)
}

func (s *Store) answer(ctx context.Context, by access.Actor, id string, a Answer, words string) error {
	if err := s.trouble(); err != nil {
		return err
	}
	words = strings.TrimSpace(words)
	return s.told(s.guard.Act(ctx, by, access.WorkCase, func(tx *db.Tx, sight *access.Sight) error {
		r, err := referral(ctx, tx, sight, id)
		if err != nil {
			return err
		}
		side := r.To
		if a == TakenBack {
			side = r.From
		}
		switch {
		case side != sight.Agency:
			return fault.Forbidden
		case r.Wish == ToLead && a != Declined && !access.Decide(&sight.Subject, access.LeadCase, access.Object{}).Allowed:
			return sight.Refuse(access.NoRole)
		case r.Answer != Waiting:
			return fault.Conflict
		}
		var wrong fault.Messages
		switch {
		case words == "" && a != Accepted:
			wrong.Add("words", "Say why")
		case utf8.RuneCountInString(words) > longestWhy:
			wrong.Add("words", "This has 2,000 characters at most")
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		kind := map[Answer]Kind{Accepted: Took, Declined: Refused, TakenBack: Recalled}[a]
		if a == Accepted {
			if err := s.takeUp(ctx, tx, sight, &r); err != nil {
				return err
			}
		}
		var sealed []byte
		if words != "" {
			if sealed, err = s.seal.Seal(ctx, tx, subject(r.written), answerPlace(r.ID), []byte(words)); err != nil {
				return err
			}
		}
		if err := keepAnswer(ctx, tx, sight, r.ID, a, "", sealed); err != nil {
			return err
		}
		if err := look(ctx, tx, r.Case); err != nil {
			return err
		}
		return s.step(ctx, tx, sight, r.Case, kind, string(r.Wish), words, true)
	}))
}

// takeUp changes the case of a referral that is accepted.
func (s *Store) takeUp(ctx context.Context, tx *db.Tx, sight *access.Sight, r *Referral) error {
	c, err := head(ctx, tx, sight, r.Case)
	if err != nil {
		return err
	}
	sight.Saw("referral", r.ID)
	switch {
	case !c.Closed.IsZero():
		return fault.Bad("words", "The case is closed. Decline it, or ask the lead agency to open it again first")
	case r.Wish == ToLead && c.Holder != r.From:
		return fault.Conflict
	}
	team, err := teamOf(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	mine := slices.IndexFunc(team, func(m Member) bool { return m.Account == sight.Account })
	if r.Wish == ToJoin {
		switch {
		case mine >= 0:
			return nil
		case len(team) >= mostTeam:
			return fault.Bad("words", "The team has 50 people already")
		}
		return join(ctx, tx, c.ID, sight.Account, false)
	}
	for _, m := range team {
		if !m.Leads || m.Account == sight.Account {
			continue
		}
		if err := relead(ctx, tx, c.ID, m.Account, false); err != nil {
			return err
		}
	}
	if mine >= 0 {
		err = relead(ctx, tx, c.ID, sight.Account, true)
	} else {
		err = join(ctx, tx, c.ID, sight.Account, true)
	}
	if err != nil {
		return err
	}
	if err := tx.Exec(ctx, `UPDATE cases SET holder = $2, version = version + 1 WHERE stays = $1`, c.ID, sight.Agency); err != nil {
		return fmt.Errorf("transfer case: %w", err)
	}
	return nil
}

func answerPlace(referral string) seal.Place {
	return seal.Place{Table: "case_referral_answers", Row: referral, Column: "words"}
}

func keepAnswer(ctx context.Context, tx *db.Tx, sight *access.Sight, referral string, a Answer, code string, sealed []byte) error {
	if sealed == nil {
		sealed = []byte{}
	}
	sight.Touched(string(a))
	err := tx.Insert(ctx, "case_referral_answers", []string{"referral", "answer", "code", "words", "agency", "account", "name", "at"},
		[][]any{{referral, string(a), code, sealed, sight.Agency, sight.Account, sight.Name, tx.Now.UnixMicro()}})
	if err != nil {
		return fmt.Errorf("insert answer: %w", err)
	}
	return nil
}

const unanswered = ` AND NOT EXISTS (SELECT 1 FROM case_referral_answers a WHERE a.referral = r.id)`

type waiting struct{ id, kase, to string }

func scanWaiting(r db.Row) (w waiting, err error) { return w, r.Scan(&w.id, &w.kase, &w.to) }

// sendBack returns what waits for agencies that nobody of the team of a case works
// for: the case is kept apart from them now.
func (s *Store) sendBack(ctx context.Context, tx *db.Tx, sight *access.Sight, c *Case, team []Member) error {
	there, err := s.agenciesOf(ctx, tx, team)
	if err != nil {
		return err
	}
	all, err := db.All(ctx, tx, scanWaiting, `SELECT r.id, r.case_id, r.to_agency FROM case_referrals r WHERE `+within("r.case_id", "$1")+unanswered+` ORDER BY r.id`, c.ID)
	if err != nil {
		return fmt.Errorf("waiting referrals: %w", err)
	}
	return s.giveBack(ctx, tx, sight, slices.DeleteFunc(all, func(w waiting) bool { return there[w.to] }), NowApart)
}

func (s *Store) giveBack(ctx context.Context, tx *db.Tx, sight *access.Sight, all []waiting, code string) error {
	for _, w := range all {
		if err := keepAnswer(ctx, tx, sight, w.id, Returned, code, nil); err != nil {
			return err
		}
		if err := s.step(ctx, tx, sight, w.kase, SentBack, code, "", true); err != nil {
			return err
		}
	}
	return nil
}

const selectReferrals = `SELECT r.id, c.id, r.case_id, r.wish, r.from_agency, r.to_agency, r.basis, r.name, r.sent, r.due, COALESCE(a.answer, ''), COALESCE(a.code, ''), COALESCE(a.agency, ''), COALESCE(a.name, ''), COALESCE(a.at, 0), c.holder`

const fromReferrals = ` FROM case_referrals r JOIN cases o ON o.id = r.case_id JOIN cases c ON c.id = o.stays LEFT JOIN case_referral_answers a ON a.referral = r.id WHERE `

type referralRow struct {
	Referral
	holder string
}

func scanReferral(row db.Row) (x referralRow, err error) { return scanMore(row) }

// scanMore scans a referral and what a query asks for beside it.
func scanMore(row db.Row, more ...any) (x referralRow, err error) {
	var sent, due, answered int64
	err = row.Scan(append([]any{&x.ID, &x.Case, &x.written, &x.Wish, &x.From, &x.To, &x.Basis, &x.By, &sent, &due, &x.Answer, &x.Code, &x.Agency, &x.AnsweredBy, &answered, &x.holder}, more...)...)
	x.Sent, x.Due = time.UnixMicro(sent).UTC(), time.UnixMicro(due).UTC()
	if answered > 0 {
		x.Answered = time.UnixMicro(answered).UTC()
	}
	return x, err
}

// stand fills in how a referral stands for an actor now.
func (x *referralRow) stand(sight *access.Sight) {
	in := func(agency string) bool { return slices.Contains(sight.Pool.Agencies, agency) }
	x.Readable = in(x.holder)
	x.Overdue = x.Answer == Waiting && x.Due.Before(sight.Now)
	x.Barred = x.Answer == Waiting && x.From == sight.Agency && (!in(x.To) || !in(x.holder))
	if !x.Readable {
		x.About = ""
	}
}

// theirBox is the condition that a referral r of a case c is in an agency's box, and
// there for an actor: one that came in is there while an agreement lets it.
func theirBox(sight *access.Sight, box Box, args []any) (string, []any) {
	where, args := theirs(sight, args)
	args = append(args, sight.Agency)
	me := db.List(len(args), 1)
	if box == Out {
		return `r.from_agency = ` + me + where, args
	}
	held, args := sight.Pool.Held("c.holder", args)
	sent, args := sight.Pool.Held("r.from_agency", args)
	return `r.to_agency = ` + me + held + sent + where, args
}

// referral is a referral that the actor's agency sent or was sent, without its words.
func referral(ctx context.Context, q db.Querier, sight *access.Sight, id string) (Referral, error) {
	sight.Saw("referral", id)
	in, args := theirBox(sight, In, []any{id})
	out, args := theirBox(sight, Out, args)
	x, err := db.One(ctx, q, scanReferral, selectReferrals+fromReferrals+`r.id = $1 AND ((`+in+`) OR (`+out+`))`, args...)
	if err != nil {
		return Referral{}, fmt.Errorf("referral: %w", err)
	}
	x.stand(sight)
	return x.Referral, nil
}

// Referral is one referral, for the agency that sent it or was sent it.
func (s *Store) Referral(ctx context.Context, by access.Actor, id string) (r Referral, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		if r, err = referral(ctx, v, sight, id); err != nil {
			return err
		}
		all := []Referral{r}
		if err := s.openReferrals(ctx, v, all); err != nil {
			return err
		}
		r = all[0]
		if !r.Readable {
			return nil
		}
		c, err := head(ctx, v, sight, r.Case)
		if err != nil {
			return err
		}
		r.About = c.Victim.Name
		sight.Saw("referral", id)
		return nil
	})
	return r, err
}

// openReferrals opens what was written in referrals.
func (s *Store) openReferrals(ctx context.Context, q db.Querier, all []Referral) error {
	if len(all) == 0 {
		return nil
	}
	at, ids := map[string]*Referral{}, make([]string, len(all))
	for i := range all {
		at[all[i].ID], ids[i] = &all[i], all[i].ID
	}
	type sealed struct {
		id                 string
		why, safety, words []byte
	}
	rows, err := db.All(ctx, q, func(r db.Row) (x sealed, err error) { return x, r.Scan(&x.id, &x.why, &x.safety, &x.words) },
		`SELECT r.id, r.why, r.safety, a.words FROM case_referrals r LEFT JOIN case_referral_answers a ON a.referral = r.id WHERE r.id IN (`+db.List(1, len(ids))+`)`, db.Args(ids)...)
	if err != nil {
		return fmt.Errorf("words of referrals: %w", err)
	}
	open := s.openers(ctx, q)
	for _, x := range rows {
		r := at[x.id]
		for _, part := range []struct {
			to    *string
			at    seal.Place
			bytes []byte
		}{{&r.Why, referralPlace(x.id, "why"), x.why}, {&r.Safety, referralPlace(x.id, "safety"), x.safety}, {&r.Words, answerPlace(x.id), x.words}} {
			plain, lost, err := open(r.written, part.at, part.bytes)
			if err != nil {
				return err
			}
			*part.to, r.Lost = plain, r.Lost || lost
		}
	}
	return nil
}

// Referrals are those of the actor's agency, without what was written in them: those
// that wait first, the most overdue before them, then the last answered.
func (s *Store) Referrals(ctx context.Context, by access.Actor, box Box, skip, most int) (all []Referral, total int, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		sight.Saw("referrals", "")
		where, args := theirBox(sight, box, nil)
		n, err := db.One(ctx, v, db.Number, `SELECT count(*)`+fromReferrals+where, args...)
		if err != nil {
			return fmt.Errorf("count referrals: %w", err)
		}
		total = int(n)
		args = append(args, sight.Pool.ID, most, skip)
		rows, err := db.All(ctx, v, func(row db.Row) (x referralRow, err error) {
			var about string
			x, err = scanMore(row, &about)
			x.About = about
			return x, err
		}, selectReferrals+`, COALESCE((SELECT p.name FROM mentions m JOIN people p ON p.id = m.person AND p.pool = `+db.List(len(args)-2, 1)+` WHERE m.id = c.victim), '')`+fromReferrals+where+`
			ORDER BY CASE WHEN a.at IS NULL THEN 0 ELSE 1 END, CASE WHEN a.at IS NULL THEN r.due ELSE -a.at END, r.id LIMIT `+db.List(len(args)-1, 1)+` OFFSET `+db.List(len(args), 1), args...)
		if err != nil {
			return fmt.Errorf("referrals: %w", err)
		}
		for i := range rows {
			rows[i].stand(sight)
			all = append(all, rows[i].Referral)
		}
		var parties []Parties
		for i := range all {
			if all[i].About != "" {
				parties = append(parties, Parties{Case: all[i].Case, Victim: &all[i].About})
			}
		}
		return CallSeen(ctx, v, sight, parties)
	})
	return all, total, err
}

// Owed is how many referrals wait for an answer of the actor's agency, and how many of
// them are overdue.
func (s *Store) Owed(ctx context.Context, by access.Actor) (waits, overdue int, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		sight.Saw("referrals", "")
		where, args := theirBox(sight, In, []any{v.Now.UnixMicro()})
		n, err := db.One(ctx, v, func(r db.Row) (x [2]int, err error) { return x, r.Scan(&x[0], &x[1]) },
			`SELECT count(*), COALESCE(SUM(CASE WHEN r.due < $1 THEN 1 ELSE 0 END), 0)`+fromReferrals+where+` AND a.at IS NULL`, args...)
		waits, overdue = n[0], n[1]
		return err
	})
	return waits, overdue, err
}

// An Involved agency works on a case.
type Involved struct {
	Agency  string
	Leads   bool
	Since   time.Time
	Contact Member // zero: nobody of theirs is on the team
}

// Around is what else the page of a case shows: what it has to do with other agencies
// and other cases.
type Around struct {
	Referrals []Referral // the last sent first
	Involved  []Involved // the lead agency first
	Parts     []Part     // cases that were merged into this one
	Splits    []Part     // cases that this one was split from, and those split from it, that the actor may read
	Linked    int        // other cases of its series that the actor may read
	Doubles   int        // other open cases of the same two people that the actor may read
	Crimes    []Crime    // the newest
	CrimesAll int
	Rulings   []Ruling // the last first
	Mapped    int      // places where the victim often is, on the map, of those the actor might reveal
	Places    bool     // the actor might reveal such places
	Pointed   []string // agencies that lead a case in which something is the same, and may be asked
}

// around fills in a page whose team has its names.
func (s *Store) around(ctx context.Context, q db.Querier, sight *access.Sight, p *Page) error {
	rows, err := db.All(ctx, q, scanReferral, selectReferrals+fromReferrals+`c.id = $1 ORDER BY r.sent DESC, r.id`, p.ID)
	if err != nil {
		return fmt.Errorf("referrals: %w", err)
	}
	since := map[string]time.Time{}
	for i := range rows {
		x := &rows[i]
		x.stand(sight)
		x.Barred = x.Answer == Waiting && !slices.Contains(sight.Pool.Agencies, x.To)
		p.Referrals = append(p.Referrals, x.Referral)
		if x.Answer == Accepted {
			since[x.To] = x.Answered
		}
	}
	if err := s.openReferrals(ctx, q, p.Referrals); err != nil {
		return err
	}
	p.Involved = involved(p, since)
	if p.Victim.ID != "" {
		if p.Mapped, p.Places, err = vault.Mapped(ctx, q, sight, p.Victim.ID); err != nil {
			return err
		}
	}
	if p.Pointed, err = s.pointed(ctx, q, sight, &p.Case); err != nil {
		return err
	}
	if err := joins(ctx, q, sight, p); err != nil {
		return err
	}
	if p.Crimes, err = crimes(ctx, q, sight, &p.Case, 0, fewCrimes); err != nil {
		return err
	}
	p.Rulings, err = rulings(ctx, q, sight, &p.Case)
	return err
}

// involved are the agencies that lead a case, have somebody on its team, or accepted a
// referral. since is when they did.
func involved(p *Page, since map[string]time.Time) (all []Involved) {
	one := func(agency string) *Involved {
		i := slices.IndexFunc(all, func(x Involved) bool { return x.Agency == agency })
		if i < 0 {
			all = append(all, Involved{Agency: agency, Leads: agency == p.Holder})
			i = len(all) - 1
		}
		return &all[i]
	}
	one(p.Holder)
	for _, m := range p.Team { // those who lead first
		if m.Agency == "" {
			continue
		}
		x := one(m.Agency)
		if x.Contact.Account == "" {
			x.Contact = m
		}
		if x.Since.IsZero() || m.Since.Before(x.Since) {
			x.Since = m.Since
		}
	}
	for _, agency := range sortedKeys(since) {
		x := one(agency)
		if at := since[agency]; x.Since.IsZero() || at.Before(x.Since) {
			x.Since = at
		}
	}
	if all[0].Since.IsZero() {
		all[0].Since = p.Opened
	}
	return all
}

func sortedKeys(m map[string]time.Time) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// Others are the agencies of the partnership that a case may be put to, and those that
// no agreement in force lets read it, in order.
func (s *Store) Others(ctx context.Context, by access.Actor, id string) (reached, beyond []string, err error) {
	err = s.guard.Look(ctx, by, access.WorkCase, func(v *db.View, sight *access.Sight) error {
		c, err := head(ctx, v, sight, id)
		if err != nil {
			return err
		}
		all, err := db.All(ctx, v, db.Text, `SELECT id FROM agencies WHERE parted IS NULL AND id <> $1 ORDER BY name, id`, sight.Agency)
		if err != nil {
			return err
		}
		team, err := teamOf(ctx, v, c.ID)
		if err != nil {
			return err
		}
		there, err := s.agenciesOf(ctx, v, team)
		if err != nil {
			return err
		}
		for _, a := range all {
			switch {
			case !slices.Contains(sight.Pool.Agencies, a):
				beyond = append(beyond, a)
			case !c.Apart || there[a]:
				reached = append(reached, a)
			}
		}
		return nil
	})
	return reached, beyond, err
}
