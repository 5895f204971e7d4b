package match

import (
	"fmt"
	"testing"
)

// TestReportedOften has somebody who is reported more often than a key may be shared,
// among other people: she is one person all the same, and nobody else is her.
func TestReportedOften(t *testing.T) {
	for _, times := range []int{100, 200, 1000, 4000} {
		t.Run(fmt.Sprint(times), func(t *testing.T) {
			var all []Mention
			for i := range 3000 {
				all = append(all, Mention{Given: fmt.Sprint("Given", wordy(i%700)), Family: fmt.Sprint("Family", wordy(i%900)), Born: fmt.Sprintf("19%02d-%02d-%02d", 40+i%60, 1+i%12, 1+i%28), Phones: []string{fmt.Sprintf("07700 %06d", 900000+i)}})
			}
			for i := range times {
				m := Mention{Given: "Mara", Family: "Quillfeather", Born: "1991-04-02", Phones: []string{"07700 123456"}}
				switch i % 50 {
				case 7:
					m.Given = "Mara Jane"
				case 23:
					m.Born = ""
				case 41:
					m.Phones = nil
				}
				all = append(all, m)
			}
			c := NewCorpus()
			for _, m := range all {
				c.Add(m)
			}
			r, err := Resolve(t.Context(), c, Options{})
			if err != nil {
				t.Fatal(err)
			}
			parts := map[int32]int{}
			for i := 3000; i < len(all); i++ {
				parts[r.Person[i]]++
			}
			most := 0
			for who, n := range parts {
				most = max(most, n)
				if who < 3000 {
					t.Errorf("%d of her mentions are held to be somebody else’s", n)
				}
			}
			if most < times*95/100 {
				t.Errorf("of %d mentions, %d are held to be one person, in %d parts", times, most, len(parts))
			}
		})
	}
}

func wordy(i int) string {
	s := ""
	for range 4 {
		s += string(rune('a' + i%26))
		i = i*7 + 11
	}
	return s
}
