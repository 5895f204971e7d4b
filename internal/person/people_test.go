package person_test

import (
	"math/rand/v2"
	"testing"

	"clew/internal/person"
)

func TestNames(t *testing.T) {
	for _, c := range []struct {
		want string
		all  []string
	}{
		{"", nil},
		{"", []string{"", "not named"}},
		{"Mara Quill", []string{"Mara", "MARA QUILL", "Mara Quill", "N/K Quill"}},
		{"Mara Quill", []string{"Mara Quilll", "Mara Quill", "Mara Quill", "Quill Mara"}},
		{"Quill", []string{"not known", "Quill"}},
		{"Al", []string{"@hawkmargaret433549", "@hawkmargaret433549", "Al"}},
		{"@hawk", []string{"@hawk", "07700 900123", "@hawk"}},
		{"02/04/1991", []string{"02/04/1991", "1991-04-02", "02/04/1991"}},
	} {
		for range 10 {
			rand.Shuffle(len(c.all), func(i, j int) { c.all[i], c.all[j] = c.all[j], c.all[i] })
			var n person.Names
			for _, s := range c.all {
				n.Add(s)
			}
			if got := n.Best(); got != c.want {
				t.Errorf("%q are shown as %q, want %q", c.all, got, c.want)
			}
		}
	}
}
