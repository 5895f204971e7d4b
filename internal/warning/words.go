package warning

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"clew/internal/when"
	"clew/internal/words"
)

func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

func cut(k string) (before, after string, ok bool) { return strings.Cut(k, "\x00") }

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

func span(d time.Duration) string { return words.Count(int(d/time.Hour), "hour", "hours") }

// Moment is when something is due or changed: the day alone for what has no time
// of its own, "the end of" a day for its last minute.
func Moment(t time.Time) string {
	switch when.TimeOf(t) {
	case "12:00am":
		return when.DayOf(t)
	case "11:59pm":
		return "the end of " + when.DayOf(t)
	}
	return when.MinuteOf(t)
}

func listed(all []string, n int) string {
	if n > len(all) {
		return strings.Join(all, ", ") + fmt.Sprintf(" and %d more", n-len(all))
	}
	return words.List(all)
}

func dashes(s string) string { return strings.ReplaceAll(s, "-", " ") }

// named is what sort of thing a fact is, with its article: "a warning (words of
// advice)".
func named(f *Fact) string {
	noun := map[Kind]string{OfWarning: "a warning", OfOrder: "an order", OfDisposal: "a disposal", OfArrest: "an arrest", OfCharge: "a charge",
		OfAssessment: "an assessment", OfOffer: "the offer of an advocate", OfClosure: "closure"}[f.Kind]
	switch {
	case f.Kind == OfAssessment && f.Refused:
		return "an assessment was refused"
	case f.Kind == OfOffer:
		return "an advocate was declined"
	case noun == "":
		noun = "a " + dashes(string(f.Kind))
	}
	if f.Form != "" {
		noun += " (" + dashes(f.Form) + ")"
	} else if f.Offence != "" {
		noun += " (" + f.Offence + ")"
	}
	return noun
}

// Words tells a fact in one line: what it was and what it said.
func (f *Fact) Words() string {
	var said []string
	add := func(before string, what ...string) {
		all := make([]string, 0, len(what))
		for _, w := range what {
			if w != "" {
				all = append(all, dashes(w))
			}
		}
		if len(all) > 0 {
			said = append(said, before+words.List(all))
		}
	}
	switch f.Kind {
	case OfIncident:
		add("", append(slices.Clone(f.Behaviours), f.Acts...)...)
		add("by ", f.Channel)
		if f.Count > 1 {
			add("", fmt.Sprintf("%d times", f.Count))
		}
		if f.TravelKM > 0 {
			add("", fmt.Sprintf("%g km away", f.TravelKM))
		}
	case OfReport:
		add("", f.Ref)
		if f.RecordedAs != "" {
			add("recorded as ", f.RecordedAs)
		}
		add("graded ", f.Graded)
	case OfAssessment:
		add("", f.Tool)
		add("concern ", f.Concern)
		if f.Refused {
			add("", "refused")
		}
	case OfDecision:
		add("on ", f.On)
		add("", f.Reason)
		add("by ", f.By, f.Rank)
	case OfFind:
		add("", f.Items...)
	case OfHistory, OfTie:
		add("", f.What)
		add("about ", f.Victim)
	default:
		add("", f.Form)
		add("", f.Of...)
		add("", f.Offence)
		add("", f.Name, f.State)
		add("", f.What)
		add("", f.Reason)
		add("", f.Answer)
		add("told ", f.Told)
	}
	if f.Fear > FearNone {
		add("", map[Fear]string{Alarm: "alarm", Distress: "distress", Violence: "fear of violence"}[f.Fear])
	}
	add("", f.Impact...)
	add("", f.Note)
	line := dashes(string(f.Kind)) + ", " + f.Happened.Words()
	if f.Served.Known() && f.Served != f.Happened {
		line += ", served " + f.Served.Words()
	}
	if len(said) > 0 {
		line += ": " + strings.Join(said, "; ")
	}
	return line
}
