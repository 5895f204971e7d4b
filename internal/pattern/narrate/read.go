package narrate

import (
	"cmp"
	"math/bits"
	"slices"
)

// Read reads one narrative. It takes any text.
func Read(text string) Reading { return read(text, true) }

// Skim is Read without Findings, for reading many.
func Skim(text string) Reading { return read(text, false) }

// longest bounds what is read of one narrative.
const longest = 1 << 17

func read(text string, show bool) (n Reading) {
	if len(text) > longest {
		text = text[:longest]
	}
	x := compiled()
	all := x.scan(text)
	if len(all) == 0 {
		return n
	}
	plain(all)
	r := newReader(all)
	var disputes [Contact + 1]int
	var room [32]hit
	hits := room[:0]
	x.find(all, func(h hit) { hits = append(hits, h) })
	for _, h := range hits {
		if within(h, hits, x) {
			continue
		}
		s := &x.senses[h.phrase.sense]
		scope := r.scopeOf(h)
		n.take(s, scope)
		if scope == happened || scope == byOther || scope == byVictim {
			disputes[s.dispute]++
		}
		if show {
			n.show(s, scope, all[h.first].from, all[h.end-1].to)
		}
	}
	for d := Neighbours; d <= Contact; d++ {
		if disputes[d] > 0 && disputes[d] > disputes[n.Dispute]*btoi(n.Dispute != NoDispute) {
			n.Dispute = d
		}
	}
	low, high, days, at := count(all)
	n.Low, n.High, n.Days = low, high, days
	if show {
		if high > 0 {
			n.Findings = append(n.Findings, Finding{"count", "", all[at.first].from, all[min(at.end, len(all))-1].to})
		}
		n.tidy()
	}
	return n
}

// within reports whether a phrase that shows a behaviour is only part of a longer
// one: "turned up outside" is waiting there, and no visit.
func within(h hit, all []hit, x *lexicon) bool {
	if x.senses[h.phrase.sense].behaviours == 0 {
		return false
	}
	for _, o := range all {
		if o.first <= h.first && h.end <= o.end && o.end-o.first > h.end-h.first && x.senses[o.phrase.sense].behaviours != 0 {
			return true
		}
	}
	return false
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// take adds what a phrase shows to the reading, in the scope it stands in.
func (n *Reading) take(s *sense, in scope) {
	switch in {
	case happened:
		n.Behaviours |= s.behaviours
		n.Acts |= s.acts
		n.Impact |= s.impact
		n.Fear = max(n.Fear, s.fear)
		n.Threat = n.Threat || s.threat
		n.Unwanted = n.Unwanted || s.unwanted
	case denied:
		n.Denied |= s.behaviours
		n.Unwanted = n.Unwanted || s.unwanted
		if s.impact != 0 { // "not sleeping" is one of the phrases; "no sleep" is too
			n.Impact |= s.impact
		}
	case byOther:
		n.OtherPerson |= s.behaviours
	case byVictim:
		n.Impact |= s.impact
		n.Fear = max(n.Fear, s.fear)
		n.Unwanted = n.Unwanted || s.unwanted
	case past:
		n.Past |= s.behaviours
	case hypothetical:
		n.Fear = max(n.Fear, s.fear)
		n.Threat = n.Threat || s.threat && s.behaviours == 0
	}
}

// show notes where the words stand.
func (n *Reading) show(s *sense, in scope, from, to int) {
	add := func(kind, value string) { n.Findings = append(n.Findings, Finding{kind, value, from, to}) }
	values(s.behaviours, Behaviours, func(v string) {
		switch in {
		case happened:
			add("behaviour", v)
		case denied:
			add("denied", v)
		case byOther:
			add("other-person", v)
		case past:
			add("past", v)
		}
	})
	if in == happened {
		values(s.acts, Acts, func(v string) { add("act", v) })
		if s.threat {
			add("threat", "")
		}
	}
	if in == happened || in == byVictim || in == denied {
		values(s.impact, Impacts, func(v string) { add("impact", v) })
		if s.unwanted {
			add("unwanted", "")
		}
	}
	if s.fear > NoFear && (in == happened || in == byVictim || in == hypothetical) {
		add("fear", s.fear.String())
	}
	if s.dispute != NoDispute && (in == happened || in == byOther) {
		add("dispute", s.dispute.String())
	}
}

func values[T ~string](set uint64, all []T, f func(string)) {
	for ; set != 0; set &= set - 1 {
		f(string(all[bits.TrailingZeros64(set)]))
	}
}

// tidy puts findings in order of the text and keeps each thing said once at
// each place, by the longest words.
func (n *Reading) tidy() {
	slices.SortFunc(n.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.From, b.From), -cmp.Compare(a.To, b.To), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value))
	})
	kept := n.Findings[:0]
	for _, f := range n.Findings {
		if !slices.ContainsFunc(kept, func(k Finding) bool {
			return k.Kind == f.Kind && k.Value == f.Value && k.From <= f.From && f.To <= k.To
		}) {
			kept = append(kept, f)
		}
	}
	n.Findings = kept
}
