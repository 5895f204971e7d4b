package narrate

import (
	"embed"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed lexicon/*.txt
var lexiconFiles embed.FS

// A sense is what the phrases of a section show: bits of the sets of a Reading.
// A sense that shows nothing hides what it covers: "the following day".
type sense struct {
	behaviours, acts, impact uint64
	fear                     Fear
	threat, unwanted         bool
	dispute                  Dispute
	nothing                  bool
	ordinary                 bool // says that this is no pursuit of one person
}

// An item is one place of a phrase: words any of which fits, after up to gap
// words of no matter what.
type item struct {
	gap   uint8
	words uint16 // the number of the set of words
}

// A phrase is a run of items that shows a sense. It is looked for by one of its
// items, the anchor: the one that fewest words fit.
type phrase struct {
	items  []item
	anchor int
	sense  int
	told   bool // from the victim's side: whoever is named first is not the one who did it
	weak   bool // shows its sense only where the narrative is personal and the clause shows nothing else
	not    bool // has a "not" of its own
}

// How far the two gaps of the lexicon reach.
const (
	shortGap = 3
	longGap  = 7
)

// A word is what the lexicon knows of a word of a narrative.
type word struct {
	fits    []uint16 // numbers of the sets it is in, in order
	anchors []int32  // phrases whose anchor it fits
	role    role
}

// A lexicon is the phrases, ready to be matched. The tree leads from the letters
// of a word to what is known of it.
type lexicon struct {
	tree    []node
	words   []word // 0 is a word of which nothing is known
	number  uint16 // any number
	name    uint16 // any name
	owner   uint16 // any name with 's
	senses  []sense
	phrases []phrase
}

// A node is a place in the tree: what a word is that ends here, and what one is
// that goes on with letters no word of the lexicon has.
type node struct {
	next        [letters]uint16
	exact, stem uint16
}

const letters = 40 // a-z, 0-9 and ' - / &

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

var compiled = sync.OnceValue(func() *lexicon {
	files, err := lexiconFiles.ReadDir("lexicon")
	if err != nil {
		panic(err)
	}
	var b builder
	b.start()
	for _, f := range files {
		text, err := lexiconFiles.ReadFile("lexicon/" + f.Name())
		if err != nil {
			panic(err)
		}
		b.read(f.Name(), string(text))
	}
	return b.finish()
})

// A builder turns the lines of the lexicon into a lexicon. A line it does not
// understand is a mistake of ours: the program does not start with one.
type builder struct {
	x       lexicon
	ids     map[string]int      // words, stems with their *, and the three kinds without letters
	ordered []string            // by id
	classes map[string][]string // words of a class
	sets    map[string]uint16   // sets of words by their ids
	members [][]int             // ids in each set
}

// The kinds of word that have no letters of their own.
const (
	anyNumber = "#"
	anyName   = "@name"
	anyOwner  = "@name's"
)

func (b *builder) start() {
	b.ids, b.classes, b.sets = map[string]int{}, map[string][]string{}, map[string]uint16{}
	for _, w := range []string{anyNumber, anyName, anyOwner} {
		b.classes[w] = []string{w}
		b.id(w)
	}
}

func (b *builder) id(w string) int {
	n, ok := b.ids[w]
	if !ok {
		n = len(b.ids)
		b.ids[w], b.ordered = n, append(b.ordered, w)
	}
	return n
}

// read takes one file. Its lines are in docs/design/narratives.md.
func (b *builder) read(file, text string) {
	inSection := false
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line == "#" || strings.HasPrefix(line, "# ") {
			continue
		}
		err := error(nil)
		name, words, isClass := strings.Cut(line, " = ")
		switch {
		case line[0] == '@' && isClass:
			if b.classes[name], err = b.spread(strings.Fields(words)); err == nil {
				err = check(b.classes[name])
			}
		case line[0] == '[':
			var s sense
			s, err = senseOf(strings.Trim(line, "[]"))
			b.x.senses, inSection = append(b.x.senses, s), true
		case !inSection:
			err = fmt.Errorf("a phrase before any section")
		default:
			err = b.phrase(line)
		}
		if err != nil {
			panic(fmt.Sprintf("%s line %d: %v", file, n+1, err))
		}
	}
}

// spread puts the words of classes in place of their names.
func (b *builder) spread(words []string) (all []string, err error) {
	for _, w := range words {
		if w[0] != '@' {
			all = append(all, w)
			continue
		}
		class, ok := b.classes[w]
		if !ok {
			return nil, fmt.Errorf("no class %s", w)
		}
		all = append(all, class...)
	}
	return all, nil
}

// phrase adds the phrases of a line: with each item that ends in ? and without.
func (b *builder) phrase(line string) error {
	p := phrase{sense: len(b.x.senses) - 1}
	for ; line != "" && (line[0] == '<' || line[0] == '~'); line = line[1:] {
		p.told, p.weak = p.told || line[0] == '<', p.weak || line[0] == '~'
	}
	return b.grow(p, 0, strings.Fields(line))
}

func (b *builder) grow(p phrase, gap uint8, rest []string) error {
	for i, f := range rest {
		switch f {
		case "_":
			gap = shortGap
			continue
		case "__":
			gap = longGap
			continue
		}
		f, optional := strings.CutSuffix(f, "?")
		if optional {
			without := p
			without.items = slices.Clone(p.items)
			if err := b.grow(without, gap, rest[i+1:]); err != nil {
				return err
			}
		}
		words, err := b.spread(strings.Split(f, "|"))
		if err != nil {
			return err
		}
		if err := check(words); err != nil {
			return err
		}
		p.items, gap = append(p.items, item{gap, b.set(words)}), 0
	}
	if len(p.items) == 0 {
		return fmt.Errorf("a phrase of no words")
	}
	p.items[0].gap = 0
	for i := range p.items {
		for _, id := range b.members[p.items[i].words] {
			p.not = p.not || slices.Contains(b.classes["@not"], b.ordered[id])
		}
		if b.weight(p.items[i]) < b.weight(p.items[p.anchor]) {
			p.anchor = i
		}
	}
	b.x.phrases = append(b.x.phrases, p)
	return nil
}

// check reports a word no narrative can hold.
func check(words []string) error {
	for _, w := range words {
		if w == anyNumber || w == anyName || w == anyOwner {
			continue
		}
		w := strings.TrimSuffix(w, "*")
		if w == "" || strings.ContainsFunc(w, func(r rune) bool { return r > 'z' || letter(byte(r)) < 0 }) {
			return fmt.Errorf("%q is no word", w)
		}
	}
	return nil
}

// weight says how often the words of an item are met, roughly.
func (b *builder) weight(it item) (n int) {
	for _, id := range b.members[it.words] {
		n++
		if slices.Contains(b.classes["@common"], b.ordered[id]) {
			n += 100
		}
	}
	return n
}

// set gives a set of words its number.
func (b *builder) set(words []string) uint16 {
	var ids []int
	for _, w := range words {
		ids = append(ids, b.id(w))
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	key := fmt.Sprint(ids)
	n, ok := b.sets[key]
	if !ok {
		n = uint16(len(b.members))
		b.sets[key], b.members = n, append(b.members, ids)
	}
	return n
}

// finish makes the tree and what is known of each word.
func (b *builder) finish() *lexicon {
	x := &b.x
	roles := make(map[int]role)
	for i, name := range roleNames {
		class := b.classes["@"+name]
		if len(class) == 0 {
			panic("the lexicon has no class @" + name)
		}
		for _, w := range class {
			roles[b.id(w)] |= 1 << i
		}
	}
	in := make([][]uint16, len(b.ids)) // sets by word
	for n, ids := range b.members {
		for _, id := range ids {
			in[id] = append(in[id], uint16(n))
		}
	}
	by := make([][]int32, len(b.members)) // phrases by anchor
	for i := range x.phrases {
		p := &x.phrases[i]
		w := p.items[p.anchor].words
		by[w] = append(by[w], int32(i))
	}
	known := map[string]uint16{"": 0}
	x.words = []word{{}}
	learn := func(ids []int) uint16 {
		slices.Sort(ids)
		key := make([]byte, 0, 4*len(ids))
		for _, id := range ids {
			key = binary.LittleEndian.AppendUint32(key, uint32(id))
		}
		if n, ok := known[string(key)]; ok {
			return n
		}
		var w word
		for _, id := range ids {
			w.fits = append(w.fits, in[id]...)
			w.role |= roles[id]
		}
		slices.Sort(w.fits)
		w.fits = slices.Compact(w.fits)
		for _, set := range w.fits {
			w.anchors = append(w.anchors, by[set]...)
		}
		x.words = append(x.words, w)
		known[string(key)] = uint16(len(x.words) - 1)
		return uint16(len(x.words) - 1)
	}
	x.number, x.name, x.owner = learn([]int{b.ids[anyNumber]}), learn([]int{b.ids[anyName]}), learn([]int{b.ids[anyOwner]})

	x.tree = make([]node, 1, 1<<14)
	ends := make([][2][]int, 1, 1<<14) // ids of the word and of the stem that end at a node
	for id, w := range b.ordered {
		if w[0] == '@' || w == anyNumber {
			continue
		}
		at, stem := uint16(0), strings.HasSuffix(w, "*")
		for _, c := range []byte(strings.TrimSuffix(w, "*")) {
			l := letter(c)
			if x.tree[at].next[l] == 0 {
				x.tree, ends = append(x.tree, node{}), append(ends, [2][]int{})
				x.tree[at].next[l] = uint16(len(x.tree) - 1)
			}
			at = x.tree[at].next[l]
		}
		ends[at][btoi(stem)] = append(ends[at][btoi(stem)], id)
	}
	var settle func(at uint16, stems []int)
	settle = func(at uint16, stems []int) {
		stems = append(slices.Clip(stems), ends[at][1]...)
		x.tree[at].stem = learn(slices.Clone(stems))
		x.tree[at].exact = learn(append(slices.Clone(stems), ends[at][0]...))
		for _, next := range x.tree[at].next {
			if next != 0 {
				settle(next, stems)
			}
		}
	}
	settle(0, nil)
	return x
}

// senseOf reads the head of a section: behaviours, acts, impact:value, fear:value,
// dispute:value, threat, unwanted, nothing or ordinary, with spaces between.
func senseOf(head string) (s sense, err error) {
	for _, w := range strings.Fields(head) {
		kind, value, _ := strings.Cut(w, ":")
		switch kind {
		case "impact":
			s.impact, err = bit(Impacts, value)
		case "fear":
			s.fear = map[string]Fear{"violence": Violence, "distress": Distress, "alarm": Alarm}[value]
		case "dispute":
			s.dispute = map[string]Dispute{"neighbours": Neighbours, "business": Business, "debt": Debt, "contact": Contact}[value]
		case "threat":
			s.threat = true
		case "unwanted":
			s.unwanted = true
		case "nothing":
			s.nothing = true
		case "ordinary":
			s.ordinary = true
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
		return s, fmt.Errorf("%q shows nothing", head)
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
