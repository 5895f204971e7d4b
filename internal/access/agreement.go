package access

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/db"
	"clew/internal/fault"
)

// An Agreement is an information-sharing agreement. While it is in force its parties
// read their reports together or, at the level of a signpost, learn no more than that
// the other may know somebody. Without one nothing crosses from one agency to
// another. An agency reads together by one agreement at a time, so that who reads
// what with whom is the same from every side; signposts it may have any number of.
type Agreement struct {
	ID, Title, Basis     string // Basis: the lawful basis, in words
	Level                Level
	Parties              []string
	Since, Review, Until time.Time // days; it ends as Until begins
	By                   string
	Made                 time.Time
	Withdrawn            time.Time // zero: it was not
	WithdrawnBy, Why     string
}

// A Level is how much an agreement lets across.
type Level string

const (
	ReadTogether Level = "together"
	Signpost     Level = "signpost"
)

// Stands says how an agreement stands at a time, in words.
func (a *Agreement) Stands(now time.Time) string {
	switch {
	case !a.Withdrawn.IsZero():
		return "Withdrawn"
	case now.Before(a.Since):
		return "Not yet in force"
	case !now.Before(a.Until):
		return "Ended"
	case !now.Before(a.Review):
		return "In force, review overdue"
	}
	return "In force"
}

// Live reports whether an agreement may still let anything across.
func (a *Agreement) Live(now time.Time) bool { return a.Withdrawn.IsZero() && now.Before(a.Until) }

const (
	longestTitle = 120  // characters
	longestText  = 2000 // characters
	longestTerm  = 5    // years: nobody looks further ahead
)

// Agree keeps an agreement. What is in force changes who may read what from the next
// request on; who is who is then worked out anew.
func (g *Guard) Agree(ctx context.Context, by Actor, a Agreement) (id string, err error) {
	a.Title, a.Basis = strings.TrimSpace(a.Title), strings.TrimSpace(a.Basis)
	var wrong fault.Messages
	switch {
	case a.Title == "":
		wrong.Add("title", "Enter the title of the agreement")
	case utf8.RuneCountInString(a.Title) > longestTitle:
		wrong.Add("title", "The title has 120 characters at most")
	}
	switch {
	case a.Basis == "":
		wrong.Add("basis", "Enter the lawful basis for sharing")
	case utf8.RuneCountInString(a.Basis) > longestText:
		wrong.Add("basis", "The lawful basis has 2,000 characters at most")
	}
	if a.Level != ReadTogether && a.Level != Signpost {
		wrong.Add("level", "Select how much is shared")
	}
	if len(a.Parties) < 2 {
		wrong.Add("parties", "Select two agencies or more")
	}
	switch {
	case a.Since.IsZero():
		wrong.Add("since", "Enter the day it begins")
	case a.Until.IsZero():
		wrong.Add("until", "Enter the day it ends")
	case !a.Until.After(a.Since):
		wrong.Add("until", "The day it ends must come after the day it begins")
	case a.Until.After(a.Since.AddDate(longestTerm, 0, 0)):
		wrong.Add("until", "An agreement is for five years at most: enter an earlier day")
	}
	switch {
	case a.Review.IsZero():
		wrong.Add("review", "Enter the day it is to be reviewed")
	case a.Review.Before(a.Since) || a.Review.After(a.Until):
		wrong.Add("review", "The day of the review must lie between its beginning and its end")
	}
	if err := wrong.Err(); err != nil {
		return "", err
	}
	err = g.Act(ctx, by, ManageAgreements, func(tx *db.Tx, s *Sight) error {
		for _, party := range a.Parties {
			n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM agencies WHERE id = $1 AND parted IS NULL`, party)
			if err != nil {
				return err
			}
			if n == 0 {
				return fault.Bad("parties", "One of the agencies is no longer part of the partnership")
			}
			if a.Level == Signpost {
				continue
			}
			other, err := db.All(ctx, tx, db.Text, `
				SELECT a.title FROM agreement_parties p JOIN agreements a ON a.id = p.agreement
				WHERE p.agency = $1 AND a.level = 'together' AND a.withdrawn IS NULL AND a.since < $3 AND a.until > $2 ORDER BY a.since`, party, a.Since.UnixMicro(), a.Until.UnixMicro())
			if err != nil {
				return err
			}
			if len(other) > 0 {
				return fault.Bad("parties", fmt.Sprintf("%s is party to “%s” in those days. Withdraw that first, or make one agreement of all of them", party, other[0]))
			}
		}
		id = db.NewID()
		s.Saw("agreement", id)
		s.Touched("title", "basis", "parties", "since", "review", "until")
		if err := tx.Insert(ctx, "agreements", []string{"id", "title", "basis", "since", "review", "until", "made_by", "made", "withdrawn_by", "why", "level"},
			[][]any{{id, a.Title, a.Basis, a.Since.UnixMicro(), a.Review.UnixMicro(), a.Until.UnixMicro(), by.Name, tx.Now.UnixMicro(), "", "", string(a.Level)}}); err != nil {
			return fmt.Errorf("insert agreement: %w", err)
		}
		rows := make([][]any, len(a.Parties))
		for i, party := range a.Parties {
			rows[i] = []any{id, party}
		}
		return tx.InsertNew(ctx, "agreement_parties", []string{"agreement", "agency"}, rows)
	})
	if err == nil {
		g.changed()
	}
	return id, err
}

// Withdraw ends an agreement at once: nothing crosses by it from the next request
// on. What was read while it stood stays in the ledger.
func (g *Guard) Withdraw(ctx context.Context, by Actor, id, why string) error {
	why = strings.TrimSpace(why)
	switch {
	case why == "":
		return fault.Bad("why", "Say why it is withdrawn")
	case utf8.RuneCountInString(why) > longestText:
		return fault.Bad("why", "The reason has 2,000 characters at most")
	}
	err := g.Act(ctx, by, ManageAgreements, func(tx *db.Tx, s *Sight) error {
		s.Saw("agreement", id)
		a, err := agreement(ctx, tx, id)
		if err != nil {
			return err
		}
		if !a.Live(tx.Now) {
			return fault.Conflict
		}
		s.Touched("withdrawn")
		return tx.Exec(ctx, `UPDATE agreements SET withdrawn = $2, withdrawn_by = $3, why = $4 WHERE id = $1`, id, tx.Now.UnixMicro(), by.Name, why)
	})
	if err == nil {
		g.changed()
	}
	return err
}

// changed tells whoever works out who is who that pools may be others now.
func (g *Guard) changed() {
	if g.Changed != nil {
		g.Changed()
	}
}

// Agreements are all agreements, those that may still let anything across first.
func (g *Guard) Agreements(ctx context.Context, by Actor) (all []Agreement, err error) {
	err = g.Look(ctx, by, ManageAgreements, func(v *db.View, s *Sight) error {
		s.Saw("agreements", "")
		if all, err = db.All(ctx, v, scanAgreement, selectAgreements+` ORDER BY CASE WHEN withdrawn IS NULL AND until > $1 THEN 0 ELSE 1 END, since DESC, id`, v.Now.UnixMicro()); err != nil {
			return err
		}
		return parties(ctx, v, all)
	})
	return all, err
}

// Agreement is one agreement.
func (g *Guard) Agreement(ctx context.Context, by Actor, id string) (a Agreement, err error) {
	err = g.Look(ctx, by, ManageAgreements, func(v *db.View, s *Sight) error {
		s.Saw("agreement", id)
		a, err = agreement(ctx, v, id)
		return err
	})
	return a, err
}

const selectAgreements = `SELECT id, title, basis, since, review, until, made_by, made, withdrawn, withdrawn_by, why, level FROM agreements`

func agreement(ctx context.Context, q db.Querier, id string) (Agreement, error) {
	a, err := db.One(ctx, q, scanAgreement, selectAgreements+` WHERE id = $1`, id)
	if err != nil {
		return a, err
	}
	one := []Agreement{a}
	err = parties(ctx, q, one)
	return one[0], err
}

func scanAgreement(r db.Row) (a Agreement, err error) {
	var since, review, until, made int64
	var withdrawn *int64
	err = r.Scan(&a.ID, &a.Title, &a.Basis, &since, &review, &until, &a.By, &made, &withdrawn, &a.WithdrawnBy, &a.Why, &a.Level)
	for to, from := range map[*time.Time]int64{&a.Since: since, &a.Review: review, &a.Until: until, &a.Made: made} {
		*to = time.UnixMicro(from).UTC()
	}
	if withdrawn != nil {
		a.Withdrawn = time.UnixMicro(*withdrawn).UTC()
	}
	return a, err
}

// parties fills in the parties of agreements.
func parties(ctx context.Context, q db.Querier, all []Agreement) error {
	if len(all) == 0 {
		return nil
	}
	at := make(map[string]*Agreement, len(all))
	ids := make([]any, len(all))
	for i := range all {
		ids[i], at[all[i].ID] = all[i].ID, &all[i]
	}
	scan := func(r db.Row) (p [2]string, err error) { return p, r.Scan(&p[0], &p[1]) }
	keep := func(p [2]string) error { at[p[0]].Parties = append(at[p[0]].Parties, p[1]); return nil }
	return db.Each(ctx, q, scan, keep, `SELECT agreement, agency FROM agreement_parties WHERE agreement IN (`+db.List(1, len(ids))+`) ORDER BY agreement, agency`, ids...)
}
