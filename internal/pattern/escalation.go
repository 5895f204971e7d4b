package pattern

import (
	"fmt"
	"time"

	"clew/internal/pattern/narrate"
)

// A Channel is how conduct reaches the victim.
type Channel string

const (
	Phone    Channel = "phone"
	Online   Channel = "online"
	Post     Channel = "post and gifts"
	Others   Channel = "through others"
	InPerson Channel = "in person"
	Property Channel = "home and property"
)

var channelSigns = []struct {
	channel    Channel
	behaviours Set
	acts       Set
}{
	{Phone, 0, acts("call", "voicemail", "spoofed-number")},
	{Online, behaviours("monitoring", "publishing"), acts("message", "account-takeover", "fake-account", "image-threat", "stalkerware")},
	{Post, 0, acts("gift", "letter")},
	{Others, 0, acts("third-party-contact", "false-report")},
	{InPerson, behaviours("following", "loitering", "watching"), acts("knock", "visit", "drive-by", "assault", "weapon")},
	{Property, behaviours("interfering"), acts("entry", "stolen-key", "damage", "theft", "tracker")},
}

func behaviours(names ...narrate.Behaviour) Set { return SetOf(narrate.Behaviours, names...) }
func acts(names ...narrate.Act) Set             { return SetOf(narrate.Acts, names...) }

// ChannelsOf lists how an occasion reached the victim, in the order of the lanes of
// a timeline. It is empty when the records do not say.
func ChannelsOf(o *Occasion) []Channel { return channels(o.Behaviours, o.Acts) }

func channels(b, a Set) (all []Channel) {
	for _, s := range channelSigns {
		if b&s.behaviours != 0 || a&s.acts != 0 {
			all = append(all, s.channel)
		}
	}
	return all
}

// A Nearness orders conduct by how close it comes.
type Nearness uint8

const (
	Unknown    Nearness = iota
	Remote              // calls, messages, post, online
	Approach            // following, visiting, watching, waiting
	EntryForce          // entry, damage, assault, a weapon
)

func (n Nearness) String() string {
	return [...]string{"not said", "from a distance", "coming near", "entry, damage or violence"}[n]
}

var (
	approachActs = acts("knock", "visit", "drive-by")
	approachWays = behaviours("following", "loitering", "watching")
	forceActs    = acts("entry", "stolen-key", "damage", "assault", "weapon")
	remoteActs   = acts("call", "voicemail", "message", "gift", "letter", "spoofed-number", "fake-account", "account-takeover", "image-threat", "third-party-contact")
	remoteWays   = behaviours("contacting", "publishing", "monitoring")
)

func (o *Occasion) nearness() Nearness {
	switch {
	case o.Acts&forceActs != 0:
		return EntryForce
	case o.Acts&approachActs != 0 || o.Behaviours&approachWays != 0:
		return Approach
	case o.Acts&remoteActs != 0 || o.Behaviours&remoteWays != 0:
		return Remote
	}
	return Unknown
}

// An Escalation is how a pattern grew worse, and on which occasion it shows.
type Escalation struct {
	Occasion int // index of the occasion that shows it
	Words    string
}

const week = 7 * 24 * time.Hour

// escalation finds the first of two signs (docs/warnings: escalation): conduct
// comes nearer than it had been, or the count in 7 days is at least 3 and at
// least twice the weekly rate of the 28 days before. It is nil when neither shows.
func escalation(all []Occasion) *Escalation {
	worst := Unknown
	for i := range all {
		n := all[i].nearness()
		if n == Unknown {
			continue
		}
		if worst != Unknown && n > worst {
			return &Escalation{i, fmt.Sprintf("It began %s and moved to %s.", worst, n)}
		}
		worst = max(worst, n)
	}
	longest := time.Duration(0) // of the occasions so far
	for i := range all {
		end := all[i].From
		if all[i].length() <= week {
			end = all[i].To
		}
		longest = max(longest, all[i].length())
		from := end.Add(-week)
		if all[0].From.After(from) {
			continue // nothing is known of the time before
		}
		before := from.Add(-4 * week)
		now, then := 0, 0
		for j := i; j >= 0 && !all[j].From.Add(longest).Before(before); j-- {
			now += all[j].within(from, end)
			then += all[j].within(before, from)
		}
		if now >= 3 && now*4 >= 2*then {
			return &Escalation{i, fmt.Sprintf("%d occasions in one week, against %d in the four weeks before.", now, then)}
		}
	}
	return nil
}

func (o *Occasion) length() time.Duration { return o.To.Sub(o.From) }

// within is how many occasions of o fall after from and not after to. One of which
// little more is known than the month is in no week; a series is spread evenly.
func (o *Occasion) within(from, to time.Time) int {
	long := o.length()
	if long <= week {
		if o.From.After(from) && !o.From.After(to) {
			return o.Count
		}
		return 0
	}
	if o.From.After(from) {
		from = o.From
	}
	if o.To.Before(to) {
		to = o.To
	}
	if !to.After(from) {
		return 0
	}
	return int(float64(o.Count) * float64(to.Sub(from)) / float64(long))
}
