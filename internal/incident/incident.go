// Package incident is what happened to a victim, kept by hand: what nobody reported
// as a crime, and what an agency was told before anybody did.
//
// An incident is never changed. A correction is a new version beside the old ones,
// with who made it, when, and why the version before was wrong. Three times are kept
// apart: when it happened, to the precision that is known; when each agency came to
// know of it; and when it was written down.
//
// The room knows of a case no more than its id. Who may read and write is the case's
// to say; what people write freely is sealed under the case's key.
package incident

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/fault"
	"clew/internal/pattern/narrate"
	"clew/internal/warning"
	"clew/internal/when"
	"clew/internal/where"
)

// A Kind is what an incident was, as a form offers it.
type Kind struct {
	Code, Name string
	Behaviours []string // of s.2A(3)
	Acts       []string
	Channel    string
}

// Kinds are all kinds, in the order a form offers them.
var Kinds = []Kind{
	{"call", "Phone call, or a silent call", []string{"contacting"}, []string{"call"}, "phone"},
	{"message", "Message, text or email", []string{"contacting"}, []string{"message"}, "message"},
	{"social", "Contact on social media", []string{"contacting"}, nil, "social"},
	{"letter", "Letter or card", []string{"contacting"}, []string{"letter"}, "post"},
	{"gift", "Gift or flowers", []string{"contacting"}, []string{"gift"}, ""},
	{"visit", "Came to the door", []string{"contacting"}, []string{"visit"}, "in-person"},
	{"waiting", "Waited or stood about", []string{"loitering"}, nil, ""},
	{"car", "Car in the street, or driving past", []string{"loitering"}, []string{"drive-by"}, ""},
	{"following", "Followed the victim", []string{"following"}, nil, ""},
	{"watching", "Watched or spied on the victim", []string{"watching"}, nil, ""},
	{"monitoring", "Looked into a phone, device or account", []string{"monitoring"}, nil, ""},
	{"tracker", "Tracker", []string{"monitoring"}, []string{"tracker"}, ""},
	{"account", "Took over an account", []string{"monitoring", "interfering"}, []string{"account-takeover"}, ""},
	{"posting", "Posted or published something", []string{"publishing"}, nil, "online"},
	{"others", "Through somebody else", []string{"contacting"}, []string{"third-party-contact"}, "third-party"},
	{"threat", "Threat", []string{"other"}, []string{"threat"}, ""},
	{"entry", "Got into the home", []string{"interfering"}, []string{"entry"}, ""},
	{"damage", "Damage", []string{"interfering"}, []string{"damage"}, ""},
	{"theft", "Theft", []string{"interfering"}, []string{"theft"}, ""},
	{"assault", "Assault", []string{"other"}, []string{"assault"}, "in-person"},
	{Find, "Something found: a weapon, kit or other item", nil, nil, ""},
	{"other", "Something else", []string{"other"}, nil, ""},
}

// Find is the kind of an incident where an item was found. It is no conduct of anybody's.
const Find = "find"

// KindOf is a kind by its code; the zero Kind when there is none.
func KindOf(code string) Kind {
	if i := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Code == code }); i >= 0 {
		return Kinds[i]
	}
	return Kind{}
}

// A Choice is a code and what people call it.
type Choice struct{ Code, Name string }

// What an incident may say more closely. Channels and behaviours are those the early
// warnings know; acts and impacts are those that narratives are read for.
var (
	Places = []Choice{{"home", "At home"}, {"near-home", "Near the home"}, {"work", "At work"}, {"school", "At a school or nursery"}, {"family", "At the home of family or a friend"},
		{"way", "On the way"}, {"public", "In a public place"}, {"online", "Online"}, {"elsewhere", "Somewhere else"}}
	Channels = []Choice{{"in-person", "In person"}, {"phone", "By phone"}, {"message", "By message"}, {"social", "On social media"}, {"post", "By post"}, {"online", "Online"}, {"third-party", "Through somebody else"}}
	Features = []Choice{{"number", "Phone number used"}, {"handle", "Name or handle used online"}, {"device", "Device or tracker used"}, {"vehicle", "Vehicle used"}, {"wording", "Words that come again"}, {"method", "Way of doing it"}}
	Fears    = []string{"Not asked", "None", "Alarm", "Distress", "Fear of violence"}
)

// NameOf is what people call a code of some choices, or the code.
func NameOf(all []Choice, code string) string {
	if i := slices.IndexFunc(all, func(c Choice) bool { return c.Code == code }); i >= 0 {
		return all[i].Name
	}
	return code
}

// Erased stands for a suspect whose record is erased.
const Erased = "erased"

// An Incident is one version of an incident.
type Incident struct {
	ID         string // of the incident: that of its first version
	Version    string // id of this one
	Number     int    // 1: the first
	Case       string
	Kind       string
	Suspect    string      // a mention; empty: not known who; or Erased
	Happened   when.Moment // of a series, the first time
	Until      when.Moment // of a series, the last time
	Turn       int         // its place among those that no date puts in order; 0: not said
	Times      int         // 1 and more
	Roughly    bool        // about so many times
	Behaviours []string
	Acts       []string
	Channel    string
	Place      string
	Features   map[string]string
	Agency     string // of whoever wrote this version
	Basis      string // of sharing it; empty: it is that agency's own
	Account    string // of one that is written
	Name       string
	Entered    time.Time // when it was there for whoever reads: its first version, or the first that was shared
	At         time.Time // when this version was written
	Said       Said      // once Words has opened it
	Lost       bool      // what was written cannot be opened
	paste      string
}

// Said is what people wrote freely: it is sealed.
type Said struct {
	Words string `json:"words,omitempty"`
	Place string `json:"place,omitempty"`
	At    string `json:"at,omitempty"`    // on the map, as where.Parse reads it
	Often string `json:"often,omitempty"` // of a series: "most nights"
	Why   string `json:"why,omitempty"`   // the version before was wrong
}

// What a Fact is.
const (
	Known  = "known"  // an agency came to know
	Impact = "impact" // what it did to the victim
)

// A Fact is something dated about one incident. It is never changed: one that was
// wrong is replaced by another.
type Fact struct {
	ID, Incident string
	Kind         string
	When         when.Moment // unknown in one that takes another back
	Who          string      // known: the agency
	Fear         warning.Fear
	Impact       []string
	Said         string // of an impact; or why the one it replaces was wrong
	Replaces     string
	Gone         bool // replaced
	Agency       string
	Account      string
	Name         string
	At           time.Time
	Lost         bool
}

// Limits, in characters.
const (
	longestWords   = 20_000
	longestLine    = 500 // a place, how often
	longestFeature = 200
	mostTimes      = 10_000
	earliest       = 1900 // a year before it is a slip
)

// A Draft is an incident as somebody typed it.
type Draft struct {
	Happened, Until string
	Turn, Times     string
	Roughly         bool
	Kind            string
	Suspect         string // a mention, or empty
	Behaviours      []string
	Acts            []string
	Channel         string
	Place           string
	Features        map[string]string
	Basis           string
	Said            Said
}

// Read is the incident that a draft is of, or what is wrong with each field:
// happened, until, turn, times, kind, words, behaviours, acts, channel, place,
// place_words, position, often, and the codes of features.
func (d *Draft) Read(now time.Time) (i Incident, wrong fault.Messages) {
	k := KindOf(d.Kind)
	i = Incident{Kind: k.Code, Suspect: d.Suspect, Roughly: d.Roughly, Channel: k.Channel, Place: d.Place, Basis: d.Basis, Said: d.Said, Features: map[string]string{}}
	i.Happened = moment(d.Happened, "happened", "when it happened", now, &wrong)
	if strings.TrimSpace(d.Until) != "" {
		i.Until = moment(d.Until, "until", "the last time", now, &wrong)
		switch {
		case !i.Until.Known():
		case !i.Happened.Known():
			wrong.Add("until", "Enter the first time as well, or leave the last one empty")
		case i.Until.Before(i.Happened):
			wrong.Add("until", "The last time is before the first")
		}
	}
	if k.Code == "" {
		wrong.Add("kind", "Choose what kind it was")
	}
	if k.Code == "other" && d.Said.Words == "" {
		wrong.Add("words", "Say what happened")
	}
	tooLong(&wrong, "words", "What happened", d.Said.Words, longestWords)
	tooLong(&wrong, "place_words", "The place", d.Said.Place, longestLine)
	if i.Said.At = strings.TrimSpace(d.Said.At); i.Said.At != "" {
		if _, err := where.Parse(i.Said.At); err != nil {
			wrong.Add("position", "For where on the map: "+err.Error())
		}
	}
	tooLong(&wrong, "often", "How often", d.Said.Often, longestLine)
	i.Times = number(d.Times, 1, mostTimes, "times", "Enter how many times, from 1 to 10,000", &wrong)
	if i.Until.Known() && i.Times < 2 {
		wrong.Add("times", "Enter about how many times it happened between the first and the last: 2 or more")
	}
	i.Turn = number(d.Turn, 0, 1_000_000, "turn", "Enter its place in the order as a whole number, such as 3", &wrong)
	i.Behaviours = codes(warning.Behaviours, append(slices.Clone(k.Behaviours), d.Behaviours...), "behaviours", "Choose behaviours that are listed", &wrong)
	i.Acts = codes(ActCodes(), append(slices.Clone(k.Acts), d.Acts...), "acts", "Choose acts that are listed", &wrong)
	if d.Channel != "" {
		i.Channel = d.Channel
		codes(warning.Channels, []string{d.Channel}, "channel", "Choose a way that is listed", &wrong)
	}
	if d.Place != "" && NameOf(Places, d.Place) == d.Place {
		wrong.Add("place", "Choose a place that is listed")
	}
	for _, f := range Features {
		v := strings.Join(strings.Fields(d.Features[f.Code]), " ")
		tooLong(&wrong, f.Code, f.Name, v, longestFeature)
		if v != "" {
			i.Features[f.Code] = v
		}
	}
	return i, wrong
}

// ActCodes are the acts a form offers, in the order of docs/formats.md.
func ActCodes() []string {
	all := make([]string, len(narrate.Acts))
	for i, a := range narrate.Acts {
		all[i] = string(a)
	}
	return all
}

// ImpactCodes are what may have changed in the victim's days.
func ImpactCodes() []string {
	all := make([]string, len(narrate.Impacts))
	for i, a := range narrate.Impacts {
		all[i] = string(a)
	}
	return all
}

// Tell is the fact that an agency came to know of what happened.
func Tell(who, on string, happened when.Moment, now time.Time) (f Fact, wrong fault.Messages) {
	f = Fact{Kind: Known, Who: who, When: moment(on, "known", "when they came to know", now, &wrong)}
	if !f.When.Known() {
		wrong.Add("known", "Enter the day they came to know, as near as it is known")
	}
	if f.When.Before(happened) {
		wrong.Add("known", "That is before it happened, on "+happened.Words())
	}
	return f, wrong
}

// Felt is the fact of what an incident did to the victim.
func Felt(fear int, impact []string, words, on string, now time.Time) (f Fact, wrong fault.Messages) {
	f = Fact{Kind: Impact, Said: words, When: moment(on, "felt", "since when", now, &wrong)}
	if fear < 0 || fear >= len(Fears) {
		wrong.Add("fear", "Choose what the victim said of fear")
	} else {
		f.Fear = warning.Fear(fear)
	}
	f.Impact = codes(ImpactCodes(), impact, "impact", "Choose changes that are listed", &wrong)
	if f.Fear == warning.FearNotAsked && len(f.Impact) == 0 && words == "" {
		wrong.Add("fear", "Say what it did to the victim")
	}
	tooLong(&wrong, "felt_words", "What it did to the victim", words, longestWords)
	return f, wrong
}

// moment reads a date that was typed.
func moment(typed, field, of string, now time.Time, wrong *fault.Messages) when.Moment {
	if strings.TrimSpace(typed) == "" {
		wrong.Add(field, "Enter "+of+", as near as it is known, or “unknown”")
		return when.Moment{}
	}
	m, rest, err := date(typed, now)
	switch {
	case err != nil:
		wrong.Add(field, "For "+of+": "+err.Error())
	case rest != "":
		wrong.Add(field, "For "+of+": write a date alone, such as 27/3/2026 22:10, 27/3/2026, about 27/3/2026, 3/2026, 2026 or unknown")
	}
	return m
}

func tooLong(wrong *fault.Messages, field, what, text string, most int) {
	if utf8.RuneCountInString(text) > most {
		wrong.Add(field, fmt.Sprintf("%s has %s characters at most", what, thousands(most)))
	}
}

func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

// number reads a whole number from least to most; least when nothing was typed.
func number(typed string, least, most int, field, text string, wrong *fault.Messages) int {
	typed = strings.ReplaceAll(strings.TrimSpace(typed), ",", "")
	if typed == "" {
		return least
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < least || n > most {
		wrong.Add(field, text)
		return least
	}
	return n
}

// codes are those chosen, once each, in the order of all there are.
func codes(all, chosen []string, field, text string, wrong *fault.Messages) (some []string) {
	for _, c := range chosen {
		if !slices.Contains(all, c) {
			wrong.Add(field, text)
		}
	}
	for _, c := range all {
		if slices.Contains(chosen, c) {
			some = append(some, c)
		}
	}
	return some
}
