package narrate

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed lexicon.txt
var lexiconText string

// A sense is what the phrases of a section show: bits of the sets of a Reading.
type sense struct {
	behaviours, acts, impact uint64
	fear                     Fear
	threat, unwanted         bool
	dispute                  Dispute
}

// An item is one place of a phrase: words any of which fits, after a gap of up
// to mostGap words or none.
type item struct {
	gap   bool
	words []uint64 // a bit for each word of the vocabulary
}

// A phrase is a run of items that shows a sense.
type phrase struct {
	items []item
	sense int
	told  bool // from the victim's side: whoever is named first is not the one who did it
}

const mostGap = 3

// A lexicon is the phrases, ready to be matched. Words are known by number; the
// tree finds the numbers of a word, by itself and by what it begins with.
type lexicon struct {
	tree    []node
	words   int // numbers given out; 0 is none, 1 is any number
	senses  []sense
	phrases []phrase
	begins  [][]int32 // phrases by the word their first item fits
}

type node struct {
	next        [letters]uint16
	exact, stem uint16
}

const (
	letters   = 41 // a-z, 0-9, ' - / & and anything else
	anyNumber = 1
)

// letter is a byte's place in a node, or -1.
func letter(c byte) int {
	switch {
	case c >= 'a' && c <= 'z':
		return int(c - 'a')
	case c >= '0' && c <= '9':
		return 26 + int(c-'0')
	case c == '\'':
		return 36
	case c == '-':
		return 37
	case c == '/':
		return 38
	case c == '&':
		return 39
	}
	return -1
}

var compiled = sync.OnceValue(func() *lexicon { return compile(lexiconText) })

// compile reads the lexicon. A line it does not understand is a mistake of ours:
// the program does not start with one.
func compile(text string) *lexicon {
	x := &lexicon{tree: make([]node, 1, 8192), words: 2}
	type draft struct {
		items [][]uint16
		gaps  []bool
		sense int
		told  bool
	}
	var drafts []draft
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "", strings.HasPrefix(line, "# "), strings.HasPrefix(line, "#  "):
			continue
		case line[0] == '[' || strings.Contains(strings.Fields(line)[0], ":"):
			s, err := senseOf(line)
			if err != nil {
				panic(fmt.Sprintf("lexicon line %d: %v", n+1, err))
			}
			x.senses = append(x.senses, s)
			continue
		}
		d := draft{sense: len(x.senses) - 1}
		d.told = strings.HasPrefix(line, "<")
		gap := false
		for _, f := range strings.Fields(strings.TrimPrefix(line, "<")) {
			if f == "_" {
				gap = true
				continue
			}
			var ids []uint16
			for _, w := range strings.Split(f, "|") {
				ids = append(ids, x.number(w))
			}
			d.items, d.gaps = append(d.items, ids), append(d.gaps, gap)
			gap = false
		}
		if len(d.items) == 0 || d.sense < 0 {
			panic(fmt.Sprintf("lexicon line %d: a phrase of no words, or before any section", n+1))
		}
		drafts = append(drafts, d)
	}
	size := (x.words + 63) / 64
	x.begins = make([][]int32, x.words)
	for _, d := range drafts {
		p := phrase{sense: d.sense, told: d.told}
		for i, ids := range d.items {
			it := item{gap: d.gaps[i], words: make([]uint64, size)}
			for _, id := range ids {
				it.words[id/64] |= 1 << (id % 64)
				if i == 0 && !slices.Contains(x.begins[id], int32(len(x.phrases))) {
					x.begins[id] = append(x.begins[id], int32(len(x.phrases)))
				}
			}
			p.items = append(p.items, it)
		}
		x.phrases = append(x.phrases, p)
	}
	return x
}

// number gives a word of the lexicon its number.
func (x *lexicon) number(word string) uint16 {
	if word == "#" {
		return anyNumber
	}
	stem := strings.HasSuffix(word, "*")
	at := uint16(0)
	for _, c := range []byte(strings.TrimSuffix(word, "*")) {
		l := letter(c)
		if l < 0 {
			panic(fmt.Sprintf("lexicon: %q has a letter no word has", word))
		}
		if x.tree[at].next[l] == 0 {
			x.tree = append(x.tree, node{})
			x.tree[at].next[l] = uint16(len(x.tree) - 1)
		}
		at = x.tree[at].next[l]
	}
	id := &x.tree[at].exact
	if stem {
		id = &x.tree[at].stem
	}
	if *id == 0 {
		*id = uint16(x.words)
		x.words++
	}
	return *id
}

// senseOf reads the head of a section: [behaviour act], [act], impact:value,
// fear:value, dispute:value, threat: or unwanted:, several with ; between.
func senseOf(line string) (s sense, err error) {
	head := strings.TrimSuffix(strings.TrimPrefix(line, "["), "]")
	for _, w := range strings.FieldsFunc(head, func(r rune) bool { return r == ' ' || r == ';' }) {
		kind, value, colon := strings.Cut(w, ":")
		switch {
		case colon && kind == "impact":
			s.impact, err = bit(Impacts, value)
		case colon && kind == "fear":
			s.fear = map[string]Fear{"violence": Violence, "distress": Distress, "alarm": Alarm}[value]
		case colon && kind == "dispute":
			s.dispute = map[string]Dispute{"neighbours": Neighbours, "business": Business, "debt": Debt, "contact": Contact}[value]
		case colon && kind == "threat":
			s.threat = true
		case colon && kind == "unwanted":
			s.unwanted = true
		default:
			var b uint64
			if b, err = bit(Behaviours, w); err == nil {
				s.behaviours |= b
			} else if b, err = bit(Acts, w); err == nil {
				s.acts |= b
			}
		}
		if err != nil {
			return s, err
		}
	}
	if s == (sense{}) {
		return s, fmt.Errorf("%q shows nothing", line)
	}
	return s, nil
}

func bit[T ~string](all []T, name string) (uint64, error) {
	i := slices.Index(all, T(name))
	if i < 0 {
		return 0, fmt.Errorf("%q is nothing a narrative is read for", name)
	}
	return 1 << i, nil
}
