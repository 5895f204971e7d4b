package incident

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"clew/internal/fault"
	"clew/internal/pattern/narrate"
	"clew/internal/when"
)

// A Line is one line of a diary that somebody kept: an incident, or why it could not
// be read.
type Line struct {
	Number   int // 1 is the first of the text, empty lines counted
	Text     string
	Incident Incident
	Wrong    string // empty: it was read
}

// mostLines is how many lines a diary may have at once.
const mostLines = 25_000

// Diary reads a diary: a line for each entry, which begins with when it happened
// ("12/3/2026 22:10 called four times, said nothing"). Empty lines are left out. What
// kind it was, and how many times, is read from the words. A line that begins with no
// date is Wrong; with undated it is an entry whose date is not known, in the order of
// the lines. One whose date is wrong stays so.
func Diary(text string, now time.Time, undated bool) ([]Line, error) {
	var all []Line
	n := 0
	for text := range strings.Lines(text) {
		n++
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if len(all) == mostLines {
			return nil, fault.Bad("diary", "A diary has 25,000 entries at most: paste it in parts")
		}
		l := Line{Number: n, Text: text}
		m, words, err := date(text, now)
		switch {
		case utf8.RuneCountInString(text) > longestWords:
			l.Wrong = "a line has 20,000 characters at most"
		case errors.Is(err, errNoDate) && undated:
			l.Incident = entry(when.Moment{}, text)
			l.Incident.Turn = n
		case err != nil:
			l.Wrong = err.Error()
		case words == "":
			l.Wrong = "nothing is said after the date"
		default:
			l.Incident = entry(m, words)
			if !m.Known() {
				l.Incident.Turn = n
			}
		}
		all = append(all, l)
	}
	return all, nil
}

// entry is the incident that a line of a diary tells of.
func entry(m when.Moment, words string) Incident {
	r := narrate.Skim(words)
	i := Incident{Happened: m, Times: 1, Features: map[string]string{}, Said: Said{Words: words}}
	i.Behaviours, i.Acts = narrate.Names(r.Behaviours, narrate.Behaviours), narrate.Names(r.Acts, narrate.Acts)
	if r.Threat && !slices.Contains(i.Acts, "threat") {
		i.Acts = append(i.Acts, "threat")
	}
	if r.Low > 1 {
		i.Times, i.Roughly = min(r.Low, mostTimes), r.High != r.Low
	}
	k := kindOf(&i)
	i.Kind, i.Channel = k.Code, k.Channel
	if len(i.Behaviours) == 0 {
		i.Behaviours = slices.Clone(k.Behaviours)
	}
	return i
}

// graver are the acts by which a line is called when it tells of several, and the
// kinds they are.
var graver = [][2]string{{"assault", "assault"}, {"entry", "entry"}, {"stolen-key", "entry"}, {"damage", "damage"}, {"fire", "damage"}, {"threat", "threat"}, {"theft", "theft"}, {"tracker", "tracker"},
	{"stalkerware", "monitoring"}, {"account-takeover", "account"}, {"fake-account", "social"}, {"drive-by", "car"}, {"visit", "visit"}, {"knock", "visit"}, {"third-party-contact", "others"},
	{"gift", "gift"}, {"unwanted-delivery", "gift"}, {"letter", "letter"}, {"call", "call"}, {"voicemail", "call"}, {"spoofed-number", "call"}, {"message", "message"}}

func kindOf(i *Incident) Kind {
	for _, g := range graver {
		if slices.Contains(i.Acts, g[0]) {
			return KindOf(g[1])
		}
	}
	for _, g := range [][2]string{{"following", "following"}, {"monitoring", "monitoring"}, {"watching", "watching"}, {"loitering", "waiting"}, {"publishing", "posting"}} {
		if slices.Contains(i.Behaviours, g[0]) {
			return KindOf(g[1])
		}
	}
	return KindOf("other")
}

var (
	weekdays = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
	months   = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
)

var (
	errNoDate = errors.New("begin with a date, such as 12/3/2026 22:10")
	errNoYear = errors.New("the year is missing: write 12/3/2026")
)

// date reads when something happened from the beginning of a text, and gives what
// follows: "12/3/2026 22:10 called" and "Mon 12 March 2026 at 10pm: called" are read,
// and so are all forms of package when, "about" for "~" and "not known". The error is
// of a date that is missing, wrong, in the future or long past.
func date(text string, now time.Time) (m when.Moment, rest string, err error) {
	rest = strings.TrimLeft(text, "-–—•* \t")
	if after, ok := unknown(rest); ok {
		return when.Moment{}, after, nil
	}
	if word, after := next(rest); named(weekdays, word) >= 0 {
		rest = after
	}
	about := strings.HasPrefix(rest, "~")
	rest = strings.TrimPrefix(rest, "~")
	if word, after := next(rest); !about && slices.Contains([]string{"about", "around", "approx", "circa", "c"}, word) {
		about, rest = true, after
	}
	day, rest, err := calendar(rest)
	if err != nil {
		return when.Moment{}, text, err
	}
	clock, after := "", rest
	if !strings.Contains(day, "T") {
		clock, after = timeOf(rest)
	}
	written := day
	switch {
	case clock != "" && !about:
		written += " " + clock
	case about && strings.Count(day, "-") == 2 && !strings.Contains(day, "T"):
		written = "~" + day
	}
	if clock != "" && !about {
		rest = after
	}
	if m, err = when.Parse(written); err != nil {
		return when.Moment{}, text, err
	}
	switch y := m.From.In(when.London).Year(); {
	case m.From.After(now):
		return when.Moment{}, text, errors.New("it is in the future")
	case y < earliest-1:
		return when.Moment{}, text, fmt.Errorf("the year %d is long past: check it", y)
	}
	return m, strings.TrimLeft(rest, ",:;.-–— \t"), nil
}

// unknown takes "unknown" or "not known" off the beginning of a text.
func unknown(text string) (rest string, ok bool) {
	word, rest := next(text)
	if word == "not" {
		if word, rest = next(rest); word != "known" {
			return "", false
		}
		word = "unknown"
	}
	return strings.TrimLeft(rest, ",:;.-–— \t"), word == "unknown"
}

// next is the first word of a text, folded and without what ends it, and the rest.
func next(text string) (word, rest string) {
	text = strings.TrimLeft(text, " \t")
	i := strings.IndexAny(text, " \t")
	if i < 0 {
		i = len(text)
	}
	return strings.ToLower(strings.TrimRight(text[:i], ",.:;")), text[i:]
}

// named is which of some names a word is, or begins in three letters and more; -1: none.
func named(all []string, word string) int {
	if len(word) < 3 {
		return -1
	}
	if word == "sept" || word == "tues" || word == "thurs" {
		word = word[:3]
	}
	return slices.IndexFunc(all, func(name string) bool { return word == name || word == name[:3] })
}

// calendar takes a day, a month or a year off the beginning of a text, and writes it
// as package when reads it.
func calendar(text string) (day, rest string, err error) {
	word, rest := next(text)
	if word == "the" {
		word, rest = next(rest)
	}
	if word == "" {
		return "", "", errNoDate
	}
	if month := named(months, word); month >= 0 {
		year, after := next(rest)
		if !digits(year, 4, 4) {
			return "", "", errNoYear
		}
		return fmt.Sprintf("%s-%02d", year, month+1), after, nil
	}
	number := word
	for _, end := range []string{"st", "nd", "rd", "th"} {
		number = strings.TrimSuffix(number, end)
	}
	if digits(number, 1, 2) {
		name, after := next(rest)
		if name == "of" {
			name, after = next(after)
		}
		month := named(months, name)
		if month < 0 {
			return "", "", errNoDate
		}
		year, after := next(after)
		if !digits(year, 4, 4) {
			return "", "", errNoYear
		}
		return fmt.Sprintf("%s-%02d-%02s", year, month+1, number), after, nil
	}
	if digits(word, 4, 4) {
		return word, rest, nil
	}
	date, clock, timed := strings.Cut(strings.ToUpper(word), "T")
	parts := strings.FieldsFunc(date, func(r rune) bool { return r == '/' || r == '-' || r == '.' })
	switch {
	case slices.ContainsFunc(parts, func(p string) bool { return !digits(p, 1, 4) }) || len(parts) < 2 || len(parts) > 3:
		return "", "", errNoDate
	case len(parts) == 2 && len(parts[0]) < 4 && len(parts[1]) < 4:
		return "", "", errNoYear
	case len(parts) == 3 && len(parts[0]) < 3 && len(parts[2]) == 4:
		date = fmt.Sprintf("%s-%02s-%02s", parts[2], parts[1], parts[0])
	case len(parts) == 3 && len(parts[0]) == 4:
		date = fmt.Sprintf("%s-%02s-%02s", parts[0], parts[1], parts[2])
	}
	if timed {
		date += "T" + clock
	}
	return date, rest, nil
}

// timeOf takes a time of day off the beginning of a text: 22:10, 22.10, 10pm, at 10.10 pm.
// What is none is left.
func timeOf(text string) (clock, rest string) {
	word, rest := next(strings.TrimLeft(text, ",:;-–— \t"))
	if word == "at" {
		word, rest = next(rest)
	}
	half := ""
	for _, h := range []string{"am", "pm"} {
		if cut, ok := strings.CutSuffix(word, h); ok {
			word, half = cut, h
		}
	}
	if half == "" {
		if h, after := next(rest); h == "am" || h == "pm" {
			half, rest = h, after
		}
	}
	hour, minute, ok := strings.Cut(strings.Replace(word, ".", ":", 1), ":")
	if !ok && half != "" {
		minute = "00"
	}
	if !digits(hour, 1, 2) || !digits(minute, 2, 2) {
		return "", text
	}
	var h int
	fmt.Sscan(strings.TrimPrefix(hour, "0"), &h)
	if half != "" {
		if h < 1 || h > 12 {
			return "", text
		}
		h %= 12
		if half == "pm" {
			h += 12
		}
	}
	if h > 23 || minute > "59" {
		return "", text
	}
	return fmt.Sprintf("%02d:%s", h, minute), rest
}

// digits reports whether a word is so many digits.
func digits(word string, least, most int) bool {
	if len(word) < least || len(word) > most {
		return false
	}
	for i := range len(word) {
		if word[i] < '0' || word[i] > '9' {
			return false
		}
	}
	return true
}
