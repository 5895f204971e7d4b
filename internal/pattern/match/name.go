package match

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// notNames are what people write when they know no name.
var notNames = set("nk n/k n\\k unk unknown unkown notknown not-known none nil na n/a tbc tba anon anonymous nfa nfd undisclosed withheld redacted refused declined unnamed noname unidentified " +
	"male female man woman suspect victim ip complainant informant caller member public mop police officer person persons unspecified blank null xxx xx zzz ? ?? -")

// notWords stand in names and tell nobody apart.
var notWords = set("mr mrs ms miss mx dr prof rev sir lady lord dame pc dc ps ds jr snr sr jnr junior senior nee née aka dob the of or and known as")

// particles belong to the name that follows: "van der Berg", "al Hassan", "ap Rhys".
var particles = set("van von der den de la le du di da del della dos el al ul bin ibn bint abd abu st saint ap ab ferch mac mc o ter ten")

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// FoldName is a name as it is compared: lower case, without accents, with one
// space between words. Letters of other scripts stay as they are.
func FoldName(s string) string {
	if ascii(s) {
		s = strings.ToLower(s)
	} else {
		s = foldLetters(s)
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '’' }), " ")
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

var letters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i", "’", "'", "‘", "'", "ʼ", "'", "`", "'")

// foldLetters strips accents, joining marks and direction marks.
func foldLetters(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(strings.ToValidUTF8(s, ""))) {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) {
			continue
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return letters.Replace(b.String())
}

// words are the words of a name that can tell people apart, in order. A
// hyphen parts two words; a particle joins the word after it.
func words(s string) []string {
	if s == "" {
		return nil
	}
	if low := strings.ToLower(strings.TrimSpace(s)); notNames[low] || notNames[strings.ReplaceAll(low, " ", "")] {
		return nil
	}
	if i := strings.IndexByte(s, '('); i >= 0 { // "Anne (nee Hill)" keeps both names
		s = strings.NewReplacer("(", " ", ")", " ").Replace(s)
	}
	fields := strings.Fields(FoldName(s))
	all := make([]string, 0, len(fields))
	before := ""
	for _, w := range fields {
		w = strings.ReplaceAll(w, "'", "")
		switch {
		case w == "" || notWords[w] || notNames[w] || digits(w):
		case particles[w] && len(fields) > 1:
			before += w
		default:
			if w = before + w; len(w) > 60 {
				w = w[:runeStart(w, 60)]
			}
			all, before = append(all, w), ""
		}
		if len(all) == 8 {
			break
		}
	}
	if before != "" && len(all) < 8 {
		all = append(all, before)
	}
	return all
}

func runeStart(s string, i int) int {
	for i > 0 && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

//go:embed nicknames.txt
var nicknameText string

// nicknames maps a name to the groups it stands in.
var nicknames = sync.OnceValue(func() map[string][]uint16 {
	m := map[string][]uint16{}
	n := uint16(0)
	for line := range strings.Lines(nicknameText) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		for _, name := range strings.Fields(line) {
			m[name] = append(m[name], n)
		}
		n++
	}
	return m
})

// nickname reports whether two names are forms of one.
func nickname(a, b string) bool {
	groups := nicknames()
	for _, x := range groups[a] {
		for _, y := range groups[b] {
			if x == y {
				return true
			}
		}
	}
	return false
}

// SoundKeys are the keys under which a name is found by its sound: one for
// each word, "" for none.
func SoundKeys(name string) []string {
	all := words(name)
	for i, w := range all {
		all[i] = sound(w)
	}
	return all
}

// mostForms is how many words of a name NamePairs looks at.
const mostForms = 12

// NamePairs are the keys that two full names share when two words of the one are
// forms of two words of the other, in any order: "Pat Hobson", "HOBSON, Patrick
// John" and "Patrick Hobson-Lee". A name of one word has none.
func NamePairs(name string) (pairs []string) {
	var forms [][]string // of each word: the groups of names it is a form of, or itself
	for _, w := range words(name) {
		if utf8.RuneCountInString(w) < 2 || len(forms) == mostForms {
			continue // an initial, or more than anybody is called
		}
		all := []string{w}
		for _, g := range nicknames()[w] {
			all = append(all, "#"+strconv.Itoa(int(g)))
		}
		forms = append(forms, all)
	}
	for i := range forms {
		for j := range i {
			for _, x := range forms[i] {
				for _, y := range forms[j] {
					pairs = append(pairs, min(x, y)+" "+max(x, y))
				}
			}
		}
	}
	slices.Sort(pairs)
	return slices.Compact(pairs)
}

// Words are the words of a name as they are compared.
func Words(name string) []string { return words(name) }

var soundSpelling = strings.NewReplacer("ph", "f", "kn", "n", "wr", "r", "gh", "g", "ck", "k", "sch", "s", "sh", "s", "ch", "c", "cz", "c", "tz", "s", "th", "t", "dd", "t", "ll", "l", "ff", "f", "wh", "w", "kh", "k", "zh", "z", "dz", "z", "qu", "k", "x", "ks")

// sound is a word by its consonants, alike letters as one: "catherine" and
// "kathryn" are k365, "mohammed" and "muhamad" are m53.
func sound(w string) string {
	if w == "" || w[0] >= utf8.RuneSelf {
		return w // another script sounds as it is written
	}
	w = soundSpelling.Replace(w)
	b := make([]byte, 0, 5)
	last := byte(0)
	for i := 0; i < len(w) && len(b) < 5; i++ {
		c := consonant(w[i])
		if i == 0 {
			first := w[0]
			switch first {
			case 'c', 'q':
				first = 'k'
			case 'z':
				first = 's'
			case 'g':
				if len(w) > 1 && (w[1] == 'e' || w[1] == 'i') {
					first = 'j'
				}
			case 'i':
				first = 'y'
			case 'v':
				first = 'w'
			}
			b, last = append(b, first), c
			continue
		}
		if c == 0 {
			if w[i] != 'h' && w[i] != 'w' {
				last = 0
			}
			continue
		}
		if c != last {
			b = append(b, c)
		}
		last = c
	}
	return string(b)
}

func consonant(c byte) byte {
	switch c {
	case 'b', 'f', 'p', 'v':
		return '1'
	case 'c', 'g', 'j', 'k', 'q', 's', 'x', 'z':
		return '2'
	case 'd', 't':
		return '3'
	case 'l':
		return '4'
	case 'm', 'n':
		return '5'
	case 'r':
		return '6'
	}
	return 0
}

func sexOf(s string) byte {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "m", "male", "man", "boy", "1":
		return 'm'
	case "f", "female", "woman", "girl", "2":
		return 'f'
	}
	return 0
}
