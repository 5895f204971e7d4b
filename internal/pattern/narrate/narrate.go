// Package narrate reads what somebody wrote about what happened.
//
// An officer's log, a call taker's note, a statement and a GP's entry say the
// same thing in very different words: "AP att HA banging on door", "he keeps
// coming round". This package finds in them the behaviours that section 2A(3)
// of the Protection from Harassment Act 1997 lists, the acts that show them, and
// the fear and change they brought, each with the words it was found by. It
// also finds what did not happen: what is denied, feared, done by somebody else
// or by the victim, or long past.
//
// It reads by lists of phrases that a practitioner can read and correct
// (lexicon) and rules of scope. It learns nothing and sends nothing
// anywhere, and the same words always give the same reading. How well it does
// is measured on two labelled sets (docs/design/narratives.md).
package narrate

// A Behaviour is one of the acts of s.2A(3)(a) to (g) of the Act, or other.
type Behaviour string

// Behaviours in the order of the Act. Monitoring is the use of electronic
// communication (d): a tracker counts, for it reports where somebody is.
var Behaviours = []Behaviour{"following", "contacting", "publishing", "monitoring", "loitering", "interfering", "watching", "other"}

// An Act is what was done, more closely. The words are those of docs/formats.md §3.
type Act string

// Acts that narratives are read for.
var Acts = []Act{"gift", "letter", "knock", "voicemail", "message", "call", "visit", "entry", "stolen-key", "damage", "theft", "assault", "threat",
	"tracker", "stalkerware", "account-takeover", "fake-account", "image-threat", "third-party-contact", "weapon", "drive-by", "spoofed-number",
	"false-report", "unwanted-delivery", "camera", "fire", "animal-harm", "exclusion-breach"}

// An Impact is what has changed in the victim's days.
type Impact string

// Impacts that narratives are read for.
var Impacts = []Impact{"moved-home", "staying-elsewhere", "changed-route", "changed-number", "changed-job", "off-work", "stopped-going-out",
	"not-going-alone", "sleep", "health", "security-measures", "left-social-media", "children-affected"}

// A Fear is the strongest feeling a narrative shows, weakest first.
type Fear uint8

// Violence is fear that violence will be used, as s.4A(1)(b)(i) has it.
const (
	NoFear Fear = iota
	Alarm
	Distress
	Violence
)

func (f Fear) String() string { return [...]string{"none", "alarm", "distress", "violence"}[f] }

// A Dispute is what a narrative is about when it is about a quarrel.
type Dispute uint8

const (
	NoDispute Dispute = iota
	Neighbours
	Business
	Debt
	Contact // with children
)

func (d Dispute) String() string {
	return [...]string{"none", "neighbours", "business", "debt", "contact"}[d]
}

// A Reading is what a narrative says. Sets have bit i for the value at index i
// of their list.
type Reading struct {
	Behaviours  uint64 // by the suspect towards the victim
	Acts        uint64
	Impact      uint64
	Denied      uint64 // behaviours said not to have happened
	OtherPerson uint64 // behaviours by or towards somebody else
	Past        uint64 // behaviours of long ago
	Fear        Fear
	Threat      bool
	Unwanted    bool // told to stop, blocked, warned, or forbidden by an order
	Dispute     Dispute
	Low, High   int // how often, as said: "40-50 times"; 0 when not said
	Days        int // separate days, as said: "every night for 3 weeks" is 21; 0 when not said
	Findings    []Finding
}

// A Finding is one thing a narrative says and where. From and To are byte
// offsets into the text.
type Finding struct {
	Kind  string `json:"kind"` // behaviour, act, impact, fear, threat, unwanted, dispute, count, denied, other-person or past
	Value string `json:"value"`
	From  int    `json:"from"`
	To    int    `json:"to"`
}

// Names lists the values of a set, in the order of its list.
func Names[T ~string](set uint64, all []T) (names []string) {
	for i, v := range all {
		if set>>uint(i)&1 == 1 {
			names = append(names, string(v))
		}
	}
	return names
}
