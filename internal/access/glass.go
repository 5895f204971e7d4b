package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/db"
	"clew/internal/fault"
)

// Breaking glass shows the safety summary of one person that another agency holds,
// for an hour, to somebody who must act now. It wants a fresh proof of who asks, a
// cause and a reason; both agencies see it at once; somebody else reviews it. A
// conflict lock is not beaten by it, and it shows nothing but the summary.

// A Cause is why glass is broken.
type Cause string

// Causes are what a form offers.
var Causes = []struct {
	Cause Cause
	Name  string
}{
	{"danger", "Somebody may be in danger now"}, {"missing", "Somebody at risk is missing"}, {"release", "The person is about to be released, or has been"}, {"child", "A child may be at risk"},
}

const (
	// GlassLasts is how long a summary can be read.
	GlassLasts = time.Hour
	// GlassReview is how long a review may take before the agency's glass holds.
	GlassReview = 5 * 24 * time.Hour
	leastReason = 20 // characters
)

// A Glass is one breaking of it.
type Glass struct {
	ID, Account, Agency, Holder, Mention string
	Cause                                Cause
	Reason                               string
	Opened, Shuts                        time.Time
	Verdict                              Verdict // empty: nobody has reviewed it
	Review, ReviewedBy                   string
	Reviewed                             time.Time
}

// A Verdict is what a review found.
type Verdict string

const (
	Justified   Verdict = "justified"
	Unjustified Verdict = "unjustified"
)

// Break breaks the glass before what holder knows of the person a mention of the
// actor's own pool is of. The summary can be read until it shuts.
func (g *Guard) Break(ctx context.Context, by Actor, mention, holder string, cause Cause, reason string) (id string, err error) {
	reason = strings.TrimSpace(reason)
	var wrong fault.Messages
	if !slices.ContainsFunc(Causes, func(c struct {
		Cause Cause
		Name  string
	}) bool {
		return c.Cause == cause
	}) {
		wrong.Add("cause", "Select why you must see this now")
	}
	switch n := utf8.RuneCountInString(reason); {
	case n < leastReason:
		wrong.Add("reason", "Say in 20 characters or more what has happened and what you will do")
	case n > longestText:
		wrong.Add("reason", "The reason has 2,000 characters at most")
	}
	if err := wrong.Err(); err != nil {
		return "", err
	}
	err = g.Act(ctx, by, BreakGlass, func(tx *db.Tx, s *Sight) error {
		s.Saw("glass", "", mention)
		who, err := s.Whose(ctx, tx, mention)
		if err != nil {
			return err
		}
		beyond, err := Beyond(ctx, tx, s.Now, by.Agency)
		if err != nil {
			return err
		}
		if !slices.Contains(beyond, holder) {
			return fault.NotFound
		}
		open, args := s.openGlass([]any{by.Agency, tx.Now.Add(-GlassReview).UnixMicro()})
		late, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM glass WHERE agency = $1 AND verdict = '' AND opened < $2`+open, args...)
		if err != nil {
			return err
		}
		if late > 0 {
			return fault.Bad("reason", fmt.Sprintf("This cannot be done: %d earlier times in your agency have waited more than five days for a review. Ask the other agency by telephone, and have the reviews done", late))
		}
		id = db.NewID()
		s.Saw("glass", id, who, mention)
		return tx.Insert(ctx, "glass", []string{"id", "account", "agency", "holder", "mention", "cause", "reason", "opened", "shuts", "verdict", "review", "reviewed_by"},
			[][]any{{id, by.Account, by.Agency, holder, mention, string(cause), reason, tx.Now.UnixMicro(), tx.Now.Add(GlassLasts).UnixMicro(), "", "", ""}})
	})
	return id, err
}

// Broken is the glass that the actor broke and that is still open, or fault.NotFound.
// It is for the use-case that shows the summary.
func Broken(ctx context.Context, q db.Querier, s *Sight, id string) (Glass, error) {
	s.Saw("glass", id)
	return db.One(ctx, q, scanGlass, selectGlass+` WHERE id = $1 AND account = $2 AND shuts > $3`, id, s.Account, s.Now.UnixMicro())
}

// Beyond are the agencies outside an agency's pool that an agreement in force makes
// signposts to, in order.
func Beyond(ctx context.Context, q db.Querier, now time.Time, agency string) ([]string, error) {
	pool, err := Together(ctx, q, now, agency)
	if err != nil {
		return nil, err
	}
	all, err := db.All(ctx, q, db.Text, `
		SELECT DISTINCT o.agency FROM agreement_parties p
		JOIN agreements a ON a.id = p.agreement
		JOIN agreement_parties o ON o.agreement = a.id
		JOIN agencies g ON g.id = o.agency
		WHERE p.agency = $1 AND a.level = 'signpost' AND a.withdrawn IS NULL AND a.since <= $2 AND a.until > $2 AND g.parted IS NULL
		ORDER BY o.agency`, agency, now.UnixMicro())
	return slices.DeleteFunc(all, func(a string) bool { return slices.Contains(pool.Agencies, a) }), err
}

// openGlass is the condition that the mention of a row of glass stands in no report
// that mentions anybody who is hidden from the actor.
func (s *Sight) openGlass(args []any) (string, []any) {
	return s.openMention("glass.mention", "?", args)
}

// GlassBroken are the times glass was broken by somebody of the actor's agency, or
// before what it holds, for somebody who is not hidden from the actor: those that wait
// for a review first, then the newest.
func (g *Guard) GlassBroken(ctx context.Context, by Actor) (all []Glass, err error) {
	err = g.Look(ctx, by, ReviewGlass, func(v *db.View, s *Sight) error {
		s.Saw("glass", "")
		return v.Widely(ctx, func() error { // they may be known by another pool's report
			open, args := s.openGlass([]any{by.Agency})
			all, err = db.All(ctx, v, scanGlass, selectGlass+` WHERE (agency = $1 OR holder = $1)`+open+` ORDER BY CASE WHEN verdict = '' THEN 0 ELSE 1 END, opened DESC, id LIMIT 500`, args...)
			return err
		})
	})
	return all, err
}

// Judge keeps what a review found. Nobody reviews their own, and it is reviewed in
// the agency of whoever broke the glass.
func (g *Guard) Judge(ctx context.Context, by Actor, id string, v Verdict, why string) error {
	why = strings.TrimSpace(why)
	var wrong fault.Messages
	if v != Justified && v != Unjustified {
		wrong.Add("verdict", "Select whether it was justified")
	}
	switch {
	case why == "":
		wrong.Add("why", "Say why")
	case utf8.RuneCountInString(why) > longestText:
		wrong.Add("why", "The reason has 2,000 characters at most")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return g.Act(ctx, by, ReviewGlass, func(tx *db.Tx, s *Sight) error {
		s.Saw("glass", id)
		open, args := s.openGlass([]any{id, by.Agency})
		one, err := db.One(ctx, tx, scanGlass, selectGlass+` WHERE id = $1 AND agency = $2`+open, args...)
		s.Saw("glass", id, one.Mention)
		switch {
		case err != nil:
			return err
		case one.Account == by.Account:
			return fault.Bad("verdict", "Somebody else must review what you did yourself")
		case one.Verdict != "":
			return fault.Conflict
		}
		return tx.Exec(ctx, `UPDATE glass SET verdict = $2, review = $3, reviewed_by = $4, reviewed = $5 WHERE id = $1`, id, string(v), why, by.Account, tx.Now.UnixMicro())
	})
}

const selectGlass = `SELECT id, account, agency, holder, mention, cause, reason, opened, shuts, verdict, review, reviewed_by, reviewed FROM glass`

func scanGlass(r db.Row) (x Glass, err error) {
	var opened, shuts int64
	var reviewed *int64
	err = r.Scan(&x.ID, &x.Account, &x.Agency, &x.Holder, &x.Mention, &x.Cause, &x.Reason, &opened, &shuts, &x.Verdict, &x.Review, &x.ReviewedBy, &reviewed)
	x.Opened, x.Shuts = time.UnixMicro(opened).UTC(), time.UnixMicro(shuts).UTC()
	if reviewed != nil {
		x.Reviewed = time.UnixMicro(*reviewed).UTC()
	}
	return x, err
}
