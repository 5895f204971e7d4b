package pattern

import (
	"fmt"
	"strings"

	"clew/internal/law"
	"clew/internal/pattern/narrate"
	"clew/internal/when"
	"clew/internal/words"
)

// reasons says why, in sentences that stand alone: in a table cell, on a page,
// read aloud. They speak of what records say, never of guilt.
func (p *Pattern) reasons() []string {
	var why []string
	say := func(format string, args ...any) { why = append(why, fmt.Sprintf(format, args...)) }

	say("%s, %s to %s, in %s from %s.", words.Count(p.Total, "occasion", "occasions"), when.DayOf(p.First), when.DayOf(p.Last),
		words.Count(len(p.Accounts), "report", "reports"), words.Count(len(p.Agencies), "agency", "agencies"))
	if p.Behaviours != 0 {
		say("The records describe %s.", words.List(wayWords(p.Behaviours)))
	} else {
		say("The records do not say what was done in words that show stalking behaviours.")
	}
	switch {
	case p.Finding == Single:
		say("Everything happened within one stretch of hours, so this is one occasion and not yet a course of conduct.")
	case p.StalkingRecorded():
		say("Stalking has been recorded.")
	default:
		say("None of it is recorded as stalking; it is recorded as %s.", words.List(p.recordedWords()))
	}
	if policy, ok := p.policy(); ok && p.Total >= 2 {
		say("They are recorded as former partners: since %s a course of conduct by a former partner is recorded as stalking first, unless it is harassment in law only.", policy.From.Format("January 2006"))
	}
	if p.Escalation != nil {
		say("%s", p.Escalation.Words)
	}
	if p.Fear == Violence {
		say("Fear of violence is recorded.")
	}
	if p.Threat {
		say("A threat is recorded.")
	}
	if p.Impact != 0 {
		say("The victim's life has changed: %s.", words.List(impactWords(p.Impact)))
	}
	if p.Unwanted {
		say("A record says the suspect was told it was unwanted, or was warned.")
	}
	if p.Unnamed {
		say("No record names who did it. That it is one person is for enquiry to show.")
	}
	if p.AlsoUnnamed > 0 {
		say("The victim has also made %s of such conduct that %s nobody. They are not counted here.", words.Count(p.AlsoUnnamed, "report", "reports"), words.One(p.AlsoUnnamed, "names", "name"))
	}
	if p.OtherVictims > 0 {
		say("%s reported the same suspect.", words.Count(p.OtherVictims, "other person has", "other people have"))
	}
	if p.Counter > 0 {
		say("The suspect has also reported the victim (%s). Each is shown as its own pattern; neither is merged into the other.", words.Count(p.Counter, "report", "reports"))
	}
	if p.Finding == Conduct {
		why = append(why, p.notStalking()...)
	}
	return why
}

// notStalking says what the repeat looks like instead.
func (p *Pattern) notStalking() []string {
	switch _, strong, targeted := p.tally(); {
	case p.Dispute != NoDispute && p.Counter > 0:
		return []string{fmt.Sprintf("It looks like %s: each has reported the other, and nothing recorded goes beyond the quarrel.", disputeWords[p.Dispute])}
	case p.Dispute != NoDispute:
		return []string{fmt.Sprintf("It looks like %s: the records are about that, and nothing recorded goes beyond it.", disputeWords[p.Dispute])}
	case p.Counter > 0 && strong == 0:
		return []string{"Each has reported the other and no record shows either being sought out. Read both sides before deciding."}
	case targeted < 2:
		return []string{"The same two people come up again, but fewer than two records show conduct aimed at the victim."}
	}
	return []string{"It is a repeat, but the records show too little of the acts associated with stalking to say more. Ask about what is missing."}
}

func (p *Pattern) recordedWords() (all []string) {
	for _, r := range p.RecordedAs {
		name := strings.ToLower(r.Title)
		switch {
		case name == "" && r.Family == law.NoCrime:
			name = "no crime"
		case name == "":
			name = r.Code
		}
		if r.Reports > 1 {
			name = fmt.Sprintf("%s (%d)", name, r.Reports)
		}
		all = append(all, name)
	}
	if len(all) > 5 {
		all = append(all[:4], fmt.Sprintf("%d other classifications", len(all)-4))
	}
	return all
}

// plainly is each value in words for people; a value without its own words is shown as it is.
var plainly = map[string]string{
	"contacting": "contact", "publishing": "publishing about the victim", "monitoring": "monitoring online or by phone",
	"interfering": "interfering with property", "watching": "watching or spying", "other": "other acts",
	"changed-route": "changed routes", "moved-home": "moved home", "changed-number": "changed number", "stopped-going-out": "stopped going out",
}

func speak(values []string) []string {
	for i, v := range values {
		if w, ok := plainly[v]; ok {
			values[i] = w
		} else {
			values[i] = strings.ReplaceAll(v, "-", " ")
		}
	}
	return values
}

func wayWords(s Set) []string    { return speak(In(s, narrate.Behaviours)) }
func impactWords(s Set) []string { return speak(In(s, narrate.Impacts)) }
