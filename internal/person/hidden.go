package person

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/pattern/match"
)

// Hidden are the words of the names of people whom conflict locks hide from
// somebody. What others wrote freely, such as the name of a saved view, could give
// them away.
type Hidden map[string]bool

// HiddenNames are those that are hidden from the actor; none for nearly everybody.
func HiddenNames(ctx context.Context, q db.Querier, sight *access.Sight) (Hidden, error) {
	if !sight.Blind() {
		return nil, nil
	}
	shut, args := sight.Open(nil, "person")
	names, err := db.All(ctx, q, db.Text, `SELECT DISTINCT name FROM mentions WHERE NOT (1 = 1`+shut+`)`, args...)
	all := Hidden{}
	for _, n := range names {
		for _, w := range match.Words(n) {
			all[w] = true
		}
	}
	return all, err
}

// In reports whether a text holds a word of a hidden name.
func (h Hidden) In(text string) bool {
	if len(h) == 0 {
		return false
	}
	for part := range strings.FieldsFuncSeq(text, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsMark(c) }) {
		if slices.ContainsFunc(match.Words(part), func(w string) bool { return h[w] }) {
			return true
		}
	}
	return false
}
