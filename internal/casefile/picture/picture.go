// Package picture lays out pictures of a case: what happened along time, and who
// is reported with which number, name, vehicle and place. It takes things in and
// gives shapes back, in the units of an SVG's own box, from its top left corner.
// It knows no words for people, no database, no clock and no page.
//
// Nothing is left out silently. What would hide each other is drawn as one, with
// how many it stands for; what has no date, or does not fit, is counted.
package picture

import "time"

// A Lane is a group of conduct. The nearer it comes, the higher it is drawn, so
// that a case that grows worse climbs.
type Lane uint8

// The lanes from the top.
const (
	Threat Lane = iota
	Entry
	Property
	Following
	Online
	Contact
	Other
)

// Lanes are all lanes from the top, with the word an address knows each by and what
// people call it.
var Lanes = []struct {
	Lane       Lane
	Code, Name string
}{
	{Threat, "threat", "Threat or violence"}, {Entry, "entry", "Approach or entry"}, {Property, "property", "Property, damage"},
	{Following, "following", "Following, watching"}, {Online, "online", "Online"}, {Contact, "contact", "Contact"}, {Other, "other", "Other, or not said"},
}

// Name is what people call the lane.
func (l Lane) Name() string { return Lanes[l].Name }

// LaneOf is the lane with a code.
func LaneOf(code string) (Lane, bool) {
	for _, l := range Lanes {
		if l.Code == code {
			return l.Lane, true
		}
	}
	return 0, false
}

// A Set is some lanes.
type Set uint8

// In is the set of some lanes.
func In(lanes ...Lane) (s Set) {
	for _, l := range lanes {
		s |= 1 << l
	}
	return s
}

// Has reports whether a lane is in the set.
func (s Set) Has(l Lane) bool { return s>>l&1 == 1 }

// Weight says how serious a thing is, by what it was and never by a score.
type Weight uint8

// The weights, the least first.
const (
	Distant Weight = iota // from a distance, or not said
	Near                  // came near, damaged or tracked something, or caused alarm or distress
	Grave                 // a threat, violence, a weapon, entry, fire, or fear of violence
)

// A Kind is what a thing is.
type Kind uint8

// The kinds. What is not conduct stands across all lanes.
const (
	Conduct Kind = iota
	Done         // by an agency
	Warned       // an early warning was raised
	Turn         // it grew worse
)

// An Item is one thing along time.
type Item struct {
	Kind     Kind
	From, To time.Time // the first and the last instant it may be of; zero: not known
	Lanes    Set       // of conduct; none is Other
	Weight   Weight
	Times    int    // of a series, else 0 or 1
	Short    string // a few words, beside what is not conduct
}

func (i *Item) dated() bool { return !i.From.IsZero() }

func (i *Item) lanes() Set {
	if i.Lanes == 0 {
		return In(Other)
	}
	return i.Lanes
}

// middle stands for the item in time.
func (i *Item) middle() time.Time { return i.From.Add(max(0, i.To.Sub(i.From)) / 2) }

func (i *Item) end() time.Time {
	if i.To.Before(i.From) {
		return i.From
	}
	return i.To
}
