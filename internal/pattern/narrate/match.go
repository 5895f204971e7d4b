package narrate

import "slices"

// A hit is a phrase found in the tokens from first up to end.
type hit struct {
	first, end int
	phrase     *phrase
	sense      *sense
	scope      scope
	out        bool // counts for nothing
}

// fits reports whether a token is in a set of words.
func (x *lexicon) fits(t *token, set uint16) bool {
	for _, w := range t.words[:t.n] {
		if _, ok := slices.BinarySearch(x.words[w].fits, set); ok {
			return true
		}
	}
	return false
}

// find calls f with every phrase in the tokens. Phrases do not run over the end
// of a sentence, nor over a comma but in a long gap.
func (x *lexicon) find(all []token, f func(hit)) {
	for i := range all {
		for _, w := range all[i].words[:all[i].n] {
			for _, n := range x.words[w].anchors {
				p := &x.phrases[n]
				first := x.before(p.items[:p.anchor+1], all, i)
				if first < 0 {
					continue
				}
				if end := x.behind(p.items[p.anchor+1:], all, i+1); end > 0 {
					f(hit{first: first, end: end, phrase: p, sense: &x.senses[p.sense]})
				}
			}
		}
	}
}

// behind is where the items end when they begin at token i, or 0. Words beside
// each other may have an article or a title between: "rang the victim".
func (x *lexicon) behind(items []item, all []token, i int) int {
	if len(items) == 0 {
		return i
	}
	gap := int(items[0].gap)
	for skip := 0; i+skip < len(all) && all[i+skip].sentence == all[i-1].sentence; skip++ {
		if gap < longGap && all[i+skip].clause != all[i-1].clause {
			return 0 // "second call, her ex is back" is no call to her
		}
		if x.fits(&all[i+skip], items[0].words) {
			if end := x.behind(items[1:], all, i+skip+1); end > 0 {
				return end
			}
		}
		if skip >= gap && (skip > gap || all[i+skip].role&isArticle == 0) {
			break
		}
	}
	return 0
}

// before is where the items begin when the last of them is token i, or -1.
func (x *lexicon) before(items []item, all []token, i int) int {
	n := len(items)
	if n == 1 {
		return i
	}
	gap := int(items[n-1].gap)
	for skip := 0; i-1-skip >= 0 && all[i-1-skip].sentence == all[i].sentence; skip++ {
		if gap < longGap && all[i-1-skip].clause != all[i].clause {
			return -1
		}
		if x.fits(&all[i-1-skip], items[n-2].words) {
			if first := x.before(items[:n-1], all, i-1-skip); first >= 0 {
				return first
			}
		}
		if skip >= gap && (skip > gap || all[i-1-skip].role&isArticle == 0) {
			break
		}
	}
	return -1
}
