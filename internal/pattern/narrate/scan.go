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
	ids      [6]uint16 // of the lexicon's words it is, or begins as; 0 ends
}

// scan takes a narrative apart. A word is letters and digits, with apostrophes,
// hyphens and slashes inside it.
func (x *lexicon) scan(text string) []token {
	low := lower(text)
	all := make([]token, 0, len(text)/5+4)
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
			case ';', ':', ',', '(', ')':
				clause++
			case '-':
				if i > 0 && low[i-1] == ' ' {
					clause++
				}
			case '&':
				all = x.add(all, token{from: i, to: i + 1, word: "&", sentence: sentence, clause: clause})
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
		all = x.add(all, token{from: from, to: to, word: word, sentence: sentence, clause: clause})
	}
	return all
}

// abbreviated reports whether a full stop ends no sentence: "approx. 20", "e.g.".
func abbreviated(low string, i int) bool {
	return i+1 < len(low) && low[i+1] != ' ' && low[i+1] != '\n' && low[i+1] != '\r' && low[i+1] < utf8.RuneSelf && (low[i+1] < 'a' || low[i+1] > 'z' || i > 1 && low[i-2] == '.')
}

// wordPart is the size of the piece of a word at i, or 0.
func wordPart(low string, i int) int {
	c := low[i]
	if c >= utf8.RuneSelf {
		if strings.HasPrefix(low[i:], "’") {
			return len("’")
		}
		_, size := utf8.DecodeRuneInString(low[i:])
		if r, _ := utf8.DecodeRuneInString(low[i:]); r > 0xBF && r < 0x2000 {
			return size // a letter of some script
		}
		return 0
	}
	if l := letter(c); l >= 0 && c != '&' {
		return 1
	}
	return 0
}

func (x *lexicon) add(all []token, t token) []token {
	n := 0
	add := func(id uint16) {
		for _, have := range t.ids[:n] {
			if have == id {
				return
			}
		}
		if id != 0 && n < len(t.ids) {
			t.ids[n] = id
			n++
		}
	}
	x.walk(t.word, add)
	if low, _ := numberOf(t.word); low > 0 && !emergency[t.word] {
		add(anyNumber)
	}
	if i := strings.IndexByte(t.word, '-'); i > 0 { // the parts of ex-partner count too
		x.walk(t.word[:i], add)
		x.walk(t.word[i+1:], add)
	}
	return append(all, t)
}

// walk gives the numbers of a word, and of what it begins with.
func (x *lexicon) walk(word string, give func(uint16)) {
	at := uint16(0)
	for i := 0; i < len(word); i++ {
		l := letter(word[i])
		if l < 0 {
			return
		}
		if at = x.tree[at].next[l]; at == 0 {
			return
		}
		give(x.tree[at].stem)
	}
	give(x.tree[at].exact)
}

// notFollowed are words after which "following" is a time, not an act.
var notFollowed = set("day days morning afternoon evening night week weekend month year incident incidents advice discussion this release arrest a an receipt contact information")

// plain takes the lexicon's meaning from words that are used in another sense.
func plain(all []token) {
	for i := range all {
		if all[i].word == "following" && (i+1 < len(all) && notFollowed[all[i+1].word] || i > 0 && all[i-1].word == "the" || i == 0 && i+1 < len(all) && all[i+1].word == "the") {
			all[i].ids = [6]uint16{}
		}
		if i+2 < len(all) && all[i+2].word == "names" && strings.HasPrefix(all[i].word, "call") { // abuse, not a call
			all[i].ids = [6]uint16{}
		}
		if i > 1 && all[i-1].word == "to" && strings.HasPrefix(all[i].word, "wait") && strings.HasPrefix(all[i-2].word, "ask") {
			all[i].ids = [6]uint16{}
		}
	}
}

// emergency numbers are rung by whoever needs help.
var emergency = set("999 101 111 112")

func (it *item) fits(t *token) bool {
	for _, id := range t.ids {
		if id == 0 {
			return false
		}
		if it.words[id/64]>>(id%64)&1 == 1 {
			return true
		}
	}
	return false
}

// A hit is a phrase found in the tokens from first up to end.
type hit struct {
	first, end int
	phrase     *phrase
}

// find calls f with every phrase in the tokens. Phrases do not run over the end
// of a sentence.
func (x *lexicon) find(all []token, f func(hit)) {
	for i := range all {
		for _, id := range all[i].ids {
			if id == 0 {
				break
			}
			for _, p := range x.begins[id] {
				p := &x.phrases[p]
				if end := match(p.items[1:], all, i+1, all[i].sentence); end > 0 {
					f(hit{i, end, p})
				}
			}
		}
	}
}

// match is where the items end when they begin at token i, or 0.
func match(items []item, all []token, i int, sentence int32) int {
	if len(items) == 0 {
		return i
	}
	gap := 0
	if items[0].gap {
		gap = mostGap
	}
	for skip := 0; skip <= gap && i+skip < len(all) && all[i+skip].sentence == sentence; skip++ {
		if gap == 0 && i > 0 && all[i].clause != all[i-1].clause {
			return 0 // "second call, her ex is back" is no call to her
		}
		if items[0].fits(&all[i+skip]) {
			if end := match(items[1:], all, i+skip+1, sentence); end > 0 {
				return end
			}
		}
	}
	return 0
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
