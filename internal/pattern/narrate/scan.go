package narrate

import (
	"strings"
	"unicode/utf8"
)

// A token is one word of a narrative.
type token struct {
	from, to int    // byte offsets into the text
	word     string // in lower case, with a plain apostrophe
	sentence int32
	clause   int32
	words    [4]uint16 // what the lexicon knows of it: as a whole, as a number or name, and by its parts
	n        uint8
	name     bool
	role     role
}

// scan takes a narrative apart. A word is letters and digits, with apostrophes,
// hyphens and slashes inside it.
func (x *lexicon) scan(all []token, text string) []token {
	low := lower(text)
	capitals := inCapitals(text)
	sentence, clause := int32(0), int32(0)
	for i := 0; i < len(low); {
		c := low[i]
		if n := wordPart(low, i); n == 0 || c == '-' || c == '/' || c == '\'' {
			switch c {
			case '.', '!', '?', '\n':
				if c != '.' || !abbreviated(low, i) {
					sentence++
					clause++
				}
			case ':':
				clause++
				if len(all) <= 4 { // "Housing officer: ..." says who writes
					sentence++
				}
			case ';', ',', '(', ')', '"':
				clause++
			case '-':
				if i > 0 && low[i-1] == ' ' {
					clause++
				}
			case '&', '+':
				all = append(all, x.known(token{from: i, to: i + 1, word: "&", sentence: sentence, clause: clause}))
			}
			_, size := utf8.DecodeRuneInString(low[i:])
			i += size
			continue
		}
		from := i
		for i < len(low) {
			n := wordPart(low, i)
			if n == 0 {
				break
			}
			i += n
		}
		to := i
		for to > from && (low[to-1] == '-' || low[to-1] == '/' || low[to-1] == '\'') {
			to--
		}
		word := low[from:to]
		if strings.Contains(word, "’") {
			word = strings.ReplaceAll(word, "’", "'")
		}
		t := token{from: from, to: to, word: word, sentence: sentence, clause: clause}
		t.name = !capitals && text[from] >= 'A' && text[from] <= 'Z' && to > from+1 && low[from+1] == text[from+1]
		if first := len(all) == 0 || all[len(all)-1].sentence != sentence; first && t.name {
			word, _ = strings.CutSuffix(word, "'s")
			t.name = x.lookUp(word) == 0
		}
		all = append(all, x.known(t))
	}
	return all
}

// inCapitals reports whether a text is written in capitals all through, where no
// name can be told by its first letter.
func inCapitals(text string) bool {
	upper, low := 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'A' && c <= 'Z':
			upper++
		case c >= 'a' && c <= 'z':
			low++
		}
	}
	return upper > low
}

// abbreviated reports whether a full stop ends no sentence: "approx. 20", "e.g.".
func abbreviated(low string, i int) bool {
	return i+1 < len(low) && low[i+1] != ' ' && low[i+1] != '\n' && low[i+1] != '\r' && low[i+1] < utf8.RuneSelf && low[i+1] != '"' && low[i+1] != '\'' &&
		(low[i+1] < 'a' || low[i+1] > 'z' || i > 1 && low[i-2] == '.')
}

// wordPart is the size of the piece of a word at i, or 0.
func wordPart(low string, i int) int {
	c := low[i]
	if c >= utf8.RuneSelf {
		if strings.HasPrefix(low[i:], "’") {
			return len("’")
		}
		r, size := utf8.DecodeRuneInString(low[i:])
		if r > 0xBF && r < 0x2000 {
			return size // a letter of some script
		}
		return 0
	}
	if l := letter(c); l >= 0 && c != '&' {
		return 1
	}
	return 0
}

// known adds to a token what the lexicon knows of its word.
func (x *lexicon) known(t token) token {
	add := func(w uint16) {
		if w != 0 && t.n < uint8(len(t.words)) {
			t.words[t.n] = w
			t.n++
			t.role |= x.words[w].role
		}
	}
	add(x.lookUp(t.word))
	if low, _ := numberOf(t.word); low > 0 {
		add(x.number)
	}
	if t.name = t.name && t.role&notName == 0; t.name {
		if strings.HasSuffix(t.word, "'s") {
			add(x.owner)
		} else {
			add(x.name)
		}
	}
	if i := strings.IndexAny(t.word, "-/"); i > 0 { // the parts of ex-partner count too
		add(x.lookUp(t.word[:i]))
		add(x.lookUp(t.word[i+1:]))
	}
	return t
}

// lookUp is the number of what is known of a word.
func (x *lexicon) lookUp(word string) uint16 {
	at := uint16(0)
	for i := 0; i < len(word); i++ {
		next := uint16(0)
		if l := letter(word[i]); l >= 0 {
			next = x.tree[at].next[l]
		}
		if next == 0 {
			return x.tree[at].stem
		}
		at = next
	}
	return x.tree[at].exact
}

// lower is text in lower case, byte for byte: only ASCII letters change, so that
// offsets stay.
func lower(text string) string {
	i := 0
	for i < len(text) && (text[i] < 'A' || text[i] > 'Z') {
		i++
	}
	if i == len(text) {
		return text
	}
	b := []byte(text)
	for ; i < len(b); i++ {
		if b[i] >= 'A' && b[i] <= 'Z' {
			b[i] += 'a' - 'A'
		}
	}
	return string(b)
}
