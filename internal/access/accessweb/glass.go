package accessweb

import (
	"errors"
	"net/http"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

// A broken is one breaking of the glass as the list shows it.
type broken struct {
	access.Glass
	Who, Reviewer string
	Ours          bool // it is for the reader to review
}

// A glassList is what the list of breakings shows.
type glassList struct {
	All     []broken
	Waiting int
	Wrong   fault.Invalid
	WrongOn string // the breaking
	Why     string // as it was typed
	Done    string
}

func (p Pages) showGlass(w http.ResponseWriter, r *http.Request) error {
	return p.drawGlass(w, r, http.StatusOK, glassList{Done: map[string]string{"judged": "Your review is kept."}[web.Flashed(w, r)]})
}

func (p Pages) drawGlass(w http.ResponseWriter, r *http.Request, status int, v glassList) error {
	by := access.From(r.Context())
	all, err := p.Guard.GlassBroken(r.Context(), by)
	if err != nil {
		return err
	}
	var accounts []string
	for _, g := range all {
		accounts = append(accounts, g.Account)
		if g.ReviewedBy != "" {
			accounts = append(accounts, g.ReviewedBy)
		}
	}
	names, err := p.names(r.Context(), accounts)
	if err != nil {
		return err
	}
	for _, g := range all {
		b := broken{Glass: g, Who: names[g.Account] + ", " + g.Agency, Reviewer: names[g.ReviewedBy]}
		if b.Ours = g.Verdict == "" && g.Agency == by.Agency && g.Account != by.Account; b.Ours {
			v.Waiting++
		}
		v.All = append(v.All, b)
	}
	return web.Render(w, r, status, glassPage(v))
}

func (v *glassList) counted() string {
	if v.Waiting == 0 {
		return "Nothing waits for your review"
	}
	return words.Count(v.Waiting, "time waits", "times wait") + " for your review"
}

func (p Pages) judge(w http.ResponseWriter, r *http.Request) error {
	id, why := r.PathValue("glass"), web.Text(r, "why")
	err := p.Guard.Judge(r.Context(), access.From(r.Context()), id, access.Verdict(web.Text(r, "verdict")), why)
	if invalid, ok := errors.AsType[fault.Invalid](err); ok {
		v := glassList{WrongOn: id, Why: why}
		for _, m := range invalid {
			v.Wrong = append(v.Wrong, fault.Message{Field: m.Field + "-" + id, Text: m.Text})
		}
		return p.drawGlass(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "judged")
	return web.See(w, r, "/glass")
}

func (b *broken) rows() []govuk.Row {
	rows := []govuk.Row{
		govuk.Fact("Who", b.Who), govuk.Fact("Summary of", b.Holder), govuk.Fact("Why", causeWords(b.Cause)), govuk.Fact("In their words", written(b.Reason)),
	}
	if b.Verdict != "" {
		rows = append(rows, govuk.Fact("Review", verdictWords(b.Verdict)+": "+written(b.Review)), govuk.Fact("Reviewed by", b.Reviewer+", "+when.MinuteOf(b.Reviewed)))
	}
	return rows
}

func causeWords(c access.Cause) string {
	for _, known := range access.Causes {
		if known.Cause == c {
			return known.Name
		}
	}
	return string(c)
}

func verdictWords(v access.Verdict) string {
	if v == access.Justified {
		return "Justified"
	}
	return "Not justified"
}
