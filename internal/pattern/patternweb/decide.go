package patternweb

import (
	"errors"
	"net/http"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/pattern"
	"clew/internal/recording"
	"clew/internal/web"
	"clew/internal/words"
)

// A meanwhile is what changed between somebody's reading and deciding, so that
// nothing was kept.
type meanwhile struct {
	Theirs *recording.Decision // what somebody else decided, or nil
	Was    int                 // reports the reader had seen; 0 when that is not what changed
	Answer bool                // it was an answer that was not kept
}

func (h room) decide(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("pattern")
	t := typed{Verdict: web.Text(r, "verdict"), Classification: web.Text(r, "classification"), Reason: web.Text(r, "reason")}
	seen, _ := web.Number(r, "seen")
	_, err := h.audit.Decide(r.Context(), access.From(r.Context()), id, recording.Verdict(t.Verdict), t.Classification, t.Reason, seen)
	if err == nil {
		web.Flash(w, r, "decided")
		return web.See(w, r, "/patterns/"+id+"#decisions")
	}
	return h.again(w, r, id, err, t, seen)
}

func (h room) answer(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("decision")
	t := typed{Answer: web.Text(r, "answer"), Reason: web.Text(r, "reason"), To: id}
	d, err := h.audit.Answer(r.Context(), access.From(r.Context()), id, recording.Kind(t.Answer), t.Reason)
	if err != nil && d.ID == "" {
		return err
	}
	if err != nil {
		return h.again(w, r, d.Pattern, err, t, 0)
	}
	to, err := h.audit.PatternOf(r.Context(), access.From(r.Context()), d.Pattern)
	if err != nil {
		return err
	}
	web.Flash(w, r, map[bool]string{true: "undone", false: "answered"}[recording.Kind(t.Answer) == recording.Undo])
	return web.See(w, r, "/patterns/"+to+"#decisions")
}

// again draws the pattern with what was typed, and says what is wrong with it or
// what changed meanwhile. Any other error is returned.
func (h room) again(w http.ResponseWriter, r *http.Request, id string, why error, t typed, seen int) error {
	invalid, wrong := errors.AsType[fault.Invalid](why)
	if !wrong && !errors.Is(why, fault.Conflict) && !errors.Is(why, fault.NotFound) {
		return why
	}
	v, err := h.pattern(r, id)
	if parted, ok := errors.AsType[pattern.Parted](err); ok {
		return web.Render(w, r, http.StatusConflict, partedPage(parted.Report, t))
	}
	if err != nil {
		return err
	}
	v.Typed, v.Wrong = t, invalid
	if wrong {
		if t.To != "" {
			for i, m := range v.Wrong {
				v.Wrong[i].Field = field(m.Field, t, &recording.Decision{ID: t.To})
			}
		}
		return web.Render(w, r, http.StatusUnprocessableEntity, patternPage(v))
	}
	v.Meanwhile = &meanwhile{Theirs: v.standing(), Answer: t.To != ""}
	if t.To == "" && seen != len(v.P.Accounts) {
		v.Meanwhile.Was = seen
	}
	if v.Meanwhile.Theirs != nil && t.To == "" {
		v.Typed.To = v.Meanwhile.Theirs.ID // the reason is not lost: it may serve in the answer
	}
	return web.Render(w, r, http.StatusConflict, patternPage(v))
}

// field is the id of a field in a form that answers a decision. Two decisions may
// wait on one page, when two patterns have become one.
func field(name string, t typed, d *recording.Decision) string {
	if t.Answer == string(recording.Undo) {
		return "undo-" + d.ID
	}
	return name + "-" + d.ID
}

// mayAnswer reports whether the reader may be the second person.
func (v *view) mayAnswer(d *recording.Decision) bool {
	return v.May[access.AnswerRecording] && d.Standing() == recording.Decided && d.Account != v.Reader
}

func (v *view) verdicts() (all []govuk.Radio) {
	for _, x := range recording.Verdicts {
		all = append(all, govuk.Radio{Value: string(x), Text: x.Words()})
	}
	return all
}

// since says how many reports were read when it was decided, and came after.
func since(d *recording.Decision, now int) string {
	s := "Read " + words.Count(d.Reports, "report", "reports")
	if now > d.Reports {
		s += "; " + words.Count(now-d.Reports, "has", "have") + " come in since"
	}
	return s
}

// answerWords say what an answer was.
func answerWords(k recording.Kind) string {
	switch k {
	case recording.Confirm:
		return "confirmed this"
	case recording.Disagree:
		return "disagreed"
	}
	return "took this back"
}

// rows are a decision, or what somebody wanted to decide, as facts.
func decisionRows(verdict recording.Verdict, classification, reason string) (rows []govuk.Row) {
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, govuk.Row{Key: govuk.Cell{Text: key}, Value: govuk.Cell{HTML: lines(value)}})
		}
	}
	add("Decision", verdict.Words())
	add("Should be recorded as", classification)
	add("Why", reason)
	return rows
}

func mineRows(t typed) []govuk.Row {
	if t.Answer != "" {
		rows := decisionRows("", "", t.Reason)
		return append([]govuk.Row{govuk.Fact("Your answer", words.Capital(answerWords(recording.Kind(t.Answer))))}, rows...)
	}
	return decisionRows(recording.Verdict(t.Verdict), t.Classification, t.Reason)
}

// typedFor is what was typed in the form that answers a decision, or takes it back.
func (v *view) typedFor(d *recording.Decision, undo bool) typed {
	if v.Typed.To != d.ID || undo != (v.Typed.Answer == string(recording.Undo)) {
		return typed{}
	}
	return v.Typed
}
