package warning

import "slices"

// The words of formats.md for behaviours of s.2A(3) and for channels.
var (
	Behaviours = []string{"following", "contacting", "publishing", "monitoring", "loitering", "interfering", "watching", "other"}
	Channels   = []string{"in-person", "phone", "message", "social", "post", "online", "third-party"}
)

// The acts that rules know by name. Others are free words.
var (
	ordinary = []string{"call", "message", "text", "email", "voicemail", "letter", "visit", "knock", "handover"}
	entries  = []string{"entry", "stolen-key", "damage", "theft", "assault", "weapon", "strangulation", "arson", "killed", "murder"}
	nears    = []string{"knock", "visit", "drive-by", "following", "gift-left", "tracker"}
	telling  = []string{"gift", "entry", "stolen-key", "tracker", "stalkerware", "account-takeover", "fake-account", "image-threat",
		"third-party-contact", "weapon", "drive-by", "voicemail", "threat", "visit", "knock"}
	compromising = map[string]string{"tracker": "vehicle or belongings", "account-takeover": "account", "stolen-key": "key", "stalkerware": "device"}
)

// A nearness orders conduct by how close it comes.
type nearness uint8

const (
	notSaid nearness = iota
	remote
	approach
	force
)

func (n nearness) String() string {
	return [...]string{"not said", "from a distance", "coming near", "entry, damage or violence"}[n]
}

func (f *Fact) nearness() nearness {
	switch {
	case anyOf(f.Acts, entries):
		return force
	case anyOf(f.Acts, nears), anyOf(f.Behaviours, []string{"following", "loitering", "watching"}), f.Channel == "in-person":
		return approach
	case anyOf(f.Behaviours, []string{"interfering"}):
		return force
	case f.Channel != "", anyOf(f.Behaviours, []string{"contacting", "publishing", "monitoring"}), len(f.Acts) > 0:
		return remote
	}
	return notSaid
}

// telltale reports whether an incident is of a kind associated with stalking: more
// than words across a fence or a scratched car.
func (f *Fact) telltale() bool {
	switch {
	case f.Fear >= Distress, len(f.Impact) > 0, anyOf(f.Acts, telling):
		return true
	case anyOf(f.Behaviours, []string{"following", "publishing", "monitoring", "loitering", "watching"}):
		return true
	}
	return slices.Contains(f.Behaviours, "contacting") && f.Channel != "in-person"
}

// plain reports whether an incident is no more than ordinary contact that is said
// to have caused no fear, alarm or distress. Where there is a lawful reason for
// contact, not having asked about fear is enough.
func (f *Fact) plain(lawful bool) bool {
	if f.Fear > FearNone || len(f.Impact) > 0 || f.Fear == FearNotAsked && !lawful {
		return false
	}
	for _, b := range f.Behaviours {
		if b != "contacting" && b != "other" {
			return false
		}
	}
	for _, a := range f.Acts {
		if !slices.Contains(ordinary, a) {
			return false
		}
	}
	return true
}

// times is how many occurrences an incident stands for.
func (f *Fact) times() int { return max(f.Count, 1) }

func anyOf(have, of []string) bool {
	return slices.ContainsFunc(have, func(s string) bool { return slices.Contains(of, s) })
}
