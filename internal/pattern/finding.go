package pattern

import (
	"clew/internal/law"
)

// strongWays and strongActs are conduct that a quarrel does not explain: it
// needs the suspect to seek the victim out, watch, or get at what is hers.
var (
	strongWays = behaviours("following", "monitoring", "loitering", "watching")
	strongActs = acts("tracker", "account-takeover", "fake-account", "stalkerware", "entry", "stolen-key", "image-threat", "drive-by", "gift", "spoofed-number")
)

// often is on how many occasions conduct must show where people have other
// reasons to meet or to speak: they live together, or next door. It is our
// choice, not law (docs/decisions/0004).
const often = 3

// find says what the records suggest. It is a list of questions, asked in
// order; the first that settles the matter decides.
func (p *Pattern) find() Finding {
	ways, strong, targeted := p.tally()
	switch {
	case p.Total < 2:
		return Single
	case p.StalkingRecorded():
		return Recorded
	case p.Dispute != NoDispute && strong < 2:
		return Conduct // both quarrel about one thing, and nobody is sought out
	case p.Counter > 0 && strong == 0 && !p.partners():
		return Conduct // each reports the other, and nobody is sought out
	case p.former() && targeted >= 2:
		return NotRecorded // the presumption: stalking first
	case p.partners() || p.Relationship == Neighbour:
		if strong >= 2 && ways >= often {
			return NotRecorded // more than a quarrel between people who live so near
		}
		return Conduct
	case strong >= 1 && ways >= 2:
		return NotRecorded
	case ways >= 2 && (p.Fear > NoFear || p.Impact != 0 || p.Unwanted || p.Threat):
		return NotRecorded // acts of the list, and harassment: s.2A(2)
	case targeted >= often && p.harassmentRecorded() >= 2:
		return NotRecorded
	}
	return Conduct
}

// tally counts occasions that show a behaviour of s.2A(3), those that show
// strong conduct, and those that are aimed at the victim at all: by what is
// said, or by what they were recorded as.
func (p *Pattern) tally() (ways, strong, targeted int) {
	for i := range p.Occasions {
		o := &p.Occasions[i]
		if o.Behaviours&stalkingWays != 0 {
			ways += o.Count
		}
		if o.Behaviours&strongWays != 0 || o.Acts&strongActs != 0 {
			strong += o.Count
		}
		if o.Behaviours&stalkingWays != 0 || o.Threat || p.aimed(o) {
			targeted += o.Count
		}
	}
	return ways, strong, targeted
}

func (p *Pattern) aimed(o *Occasion) bool {
	for _, i := range o.Accounts {
		switch p.Accounts[i].Family {
		case law.Harassment, law.Stalking, law.Breach, law.Communications, law.Coercion, law.Threats:
			return true
		}
	}
	return false
}

// former reports whether the policy on former partners applies: they were
// partners, and it held when the latest report was made.
func (p *Pattern) former() bool {
	_, held := p.policy()
	return held
}

// policy is the policy on former partners, when it applies.
func (p *Pattern) policy() (law.Policy, bool) {
	if p.Relationship != FormerPartner {
		return law.Policy{}, false
	}
	latest := p.Accounts[0].Reported
	for i := range p.Accounts {
		if r := p.Accounts[i].Reported; r.After(latest) {
			latest = r
		}
	}
	return law.Held(law.FormerPartner, latest)
}

func (p *Pattern) partners() bool {
	return p.Relationship == Partner || p.Relationship == FormerPartner
}

func (p *Pattern) harassmentRecorded() (n int) {
	for _, r := range p.RecordedAs {
		if r.Family == law.Harassment || r.Family == law.Communications || r.Family == law.Breach {
			n += r.Reports
		}
	}
	return n
}
