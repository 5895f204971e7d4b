package pattern

import "clew/internal/pattern/narrate"

// An Element is one thing an offence requires, which occasions of the pattern
// speak to it, and what nobody has recorded yet. Clew points to records; a
// person decides whether the element is made out.
type Element struct {
	Section string // the provision of PHA 1997
	Name    string
	Met     []int // indexes into Pattern.Occasions
	Needs   int   // how many occasions must speak to it
	Missing string
}

// Shown reports whether enough occasions speak to the element.
func (e Element) Shown() bool { return len(e.Met) >= e.Needs }

var (
	stalkingWays  = behaviours("following", "contacting", "publishing", "monitoring", "loitering", "interfering", "watching")
	anyImpact     = ^Set(0)
	twoInSections = 2
)

// elements sets the pattern against s.2A and s.4A, in the order of the Act.
func elements(p *Pattern) []Element {
	var all []Element
	add := func(section, name, missing string, needs int, speaks func(*Occasion) bool) {
		e := Element{Section: section, Name: name, Needs: needs}
		have := 0
		for i := range p.Occasions {
			if o := &p.Occasions[i]; speaks(o) {
				e.Met = append(e.Met, i)
				have += o.Count
			}
		}
		if have >= needs {
			e.Needs = min(needs, len(e.Met)) // one series entry can speak to two occasions
		} else {
			e.Missing = missing
		}
		all = append(all, e)
	}
	add("s.7(3)", "Conduct on two occasions or more", "Only one occasion is on record. Ask about earlier incidents, reported or not.",
		twoInSections, func(o *Occasion) bool { return true })
	add("s.2A(2)(b)", "Acts associated with stalking", "Fewer than two occasions say what was done in terms of s.2A(3). Read the narratives and ask.",
		twoInSections, func(o *Occasion) bool { return o.Behaviours&stalkingWays != 0 })
	add("s.2A(2)(a)", "Harassment: alarm, distress or unwanted conduct", "No record says how it made the victim feel, or that it was unwanted. Ask and write it down.",
		1, func(o *Occasion) bool { return o.Fear >= Alarm || o.Impact&anyImpact != 0 || o.Unwanted || o.Threat })
	add("s.2A(2)(c)", "Knew or ought to have known", "No record says he or she was told to stop. A reasonable person may still have known; say why.",
		1, func(o *Occasion) bool { return o.Unwanted })
	add("s.4A(1)(b)(i)", "Fear of violence on two occasions or more", "Fear of violence is recorded on fewer than two occasions.",
		twoInSections, func(o *Occasion) bool { return o.Fear == Violence })
	add("s.4A(1)(b)(ii)", "Serious alarm or distress with a substantial adverse effect on day-to-day life",
		"No record says what has changed in the victim's days. Ask, even about small changes.",
		1, func(o *Occasion) bool { return o.Impact&anyImpact != 0 })
	return all
}

// Behaviours lists the s.2A(3) behaviours of a set, in the order of the Act.
func Behaviours(s Set) []string { return In(s, narrate.Behaviours) }
