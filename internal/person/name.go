package person

import (
	"strings"
	"unicode"

	"clew/internal/pattern/match"
	"clew/internal/report"
)

// Names are the ways a person was written down, to show one of them. The zero
// Names is ready for use.
type Names struct{ all []spelling }

// A spelling is a name without regard to case, how often it was written, and
// the writing of it with fewest capitals.
type spelling struct {
	folded, written string
	times           int
}

// Add takes in one way of writing. Nothing, and "not named", tell nothing.
func (n *Names) Add(written string) {
	if written == "" || written == unnamed {
		return
	}
	folded := strings.ToLower(written)
	for i := range n.all {
		if s := &n.all[i]; s.folded == folded {
			s.times++
			if c, d := capitals(written), capitals(s.written); c < d || c == d && written < s.written {
				s.written = written
			}
			return
		}
	}
	n.all = append(n.all, spelling{folded, written, 1})
}

// Best is the way of writing that has most words that tell who it is ("N/K Quill"
// has one), and of those the one written most often; empty for want of any. It
// does not hang on the order they were added in.
func (n *Names) Best() string {
	if len(n.all) == 0 {
		return ""
	}
	best, most := 0, telling(n.all[0].written)
	for i := 1; i < len(n.all); i++ {
		s, b := &n.all[i], &n.all[best]
		words := telling(s.written)
		if words > most || words == most && (s.times > b.times || s.times == b.times && s.folded < b.folded) {
			best, most = i, words
		}
	}
	return n.all[best].written
}

var unnamed = (&report.Party{}).Name()

// telling is how many words of a name tell who it is, two at most: a third is
// as often a slip. An initial is none, nor is a number or handle that stands in
// for a name.
func telling(s string) (n int) {
	if strings.ContainsAny(s, "0123456789@_") {
		return 0
	}
	for _, w := range match.Words(s) {
		if len(w) > 1 {
			n++
		}
	}
	return min(n, 2)
}

func capitals(s string) (n int) {
	for _, r := range s {
		if unicode.IsUpper(r) {
			n++
		}
	}
	return n
}
