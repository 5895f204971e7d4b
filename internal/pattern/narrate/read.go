package narrate

import (
	"cmp"
	"math/bits"
	"slices"
	"sync"
)

// Read reads one narrative. It takes any text.
func Read(text string) Reading { return read(text, true) }

// Skim is Read without Findings, for reading many.
func Skim(text string) Reading { return read(text, false) }

// longest bounds what is read of one narrative.
const longest = 1 << 17

// A desk is what reading one narrative needs, kept for the next.
type desk struct {
	tokens []token
	hits   []hit
	reader reader
}

var desks = sync.Pool{New: func() any { return new(desk) }}

func read(text string, show bool) (n Reading) {
	if len(text) > longest {
		text = text[:longest]
	}
	x := compiled()
	d := desks.Get().(*desk)
	defer desks.Put(d)
	all := x.scan(d.tokens[:0], text)
	d.tokens = all
	if len(all) == 0 {
		return n
	}
	hits := d.hits[:0]
	x.find(all, func(h hit) { hits = append(hits, h) })
	d.hits = hits
	r := &d.reader
	r.start(x, all, hits)
	r.weigh(hits)
	var disputes [Contact + 1]int
	for i := range hits {
		h := &hits[i]
		if h.out {
			continue
		}
		n.take(h.sense, h.scope)
		if h.scope == happened || h.scope == byOther || h.scope == byVictim {
			disputes[h.sense.dispute]++
		}
	}
	for d := Neighbours; d <= Contact; d++ {
		if disputes[d] > 0 && disputes[d] > disputes[n.Dispute]*btoi(n.Dispute != NoDispute) {
			n.Dispute = d
		}
	}
	idle := r.idle(&n)
	if idle {
		n.Behaviours, n.Acts, n.Past = 0, 0, 0
	}
	low, high, days, at := count(all)
	n.Low, n.High, n.Days = low, high, days
	if show {
		for i := range hits {
			if h := &hits[i]; !h.out && !(idle && h.sense.behaviours|h.sense.acts != 0 && h.scope != denied && h.scope != byOther) {
				n.show(h.sense, h.scope, all[h.first].from, all[h.end-1].to)
			}
		}
		if high > 0 {
			n.Findings = append(n.Findings, Finding{"count", "", all[at.first].from, all[min(at.end, len(all))-1].to})
		}
		n.tidy()
	}
	return n
}

// weigh says of each phrase what it is worth, and which count for nothing: those
// under a longer one, and the weak ones where nothing bears them out.
func (r *reader) weigh(hits []hit) {
	shown := false
	for i := range hits {
		h := &hits[i]
		if h.out = h.sense.nothing || hidden(h, hits); h.out {
			continue
		}
		h.scope = r.scopeOf(h)
		shown = shown || h.scope == happened && h.sense.behaviours != 0 && !h.phrase.weak
	}
	for i := range hits {
		if h := &hits[i]; h.phrase.weak && !h.out {
			h.out = h.scope != denied && !r.personal && !shown || slices.ContainsFunc(hits, func(o hit) bool {
				return !o.out && !o.phrase.weak && o.sense.behaviours != 0 && r.all[o.first].clause == r.all[h.first].clause
			})
		}
	}
}

// hidden reports whether a phrase lies under one that shows nothing, or is only
// part of a longer one that shows a behaviour too: "turned up outside" is
// waiting there, and no visit.
func hidden(h *hit, all []hit) bool {
	for i := range all {
		o := &all[i]
		if o.sense.nothing && o.first < h.end && h.first < o.end && (o.first <= h.first || h.end < o.end) {
			return true
		}
		if h.sense.behaviours != 0 && o.sense.behaviours != 0 && o.first <= h.first && h.end <= o.end && o.end-o.first > h.end-h.first && !o.phrase.weak && o.end-o.first == len(o.phrase.items) {
			return true
		}
	}
	return false
}

// idle reports that what is told is ordinary crime, or a quarrel, with nothing
// to say that one person is fixed on another.
func (r *reader) idle(n *Reading) bool {
	return !r.close && (r.ordinary && !r.personal || (r.ordinary || n.Dispute != NoDispute) && n.Behaviours&(n.Behaviours-1) == 0)
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
