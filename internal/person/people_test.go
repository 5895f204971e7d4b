package person_test

import (
	"testing"

	"clew/internal/person"
)

func TestFuller(t *testing.T) {
	for _, c := range []struct{ fuller, other string }{
		{"Mara Quill", "Mara"}, {"Mara Quill", "MARA QUILL"}, {"Mara Quill", "N/K Quill"}, {"Quill", "not known"}, {"Mara", ""}, {"Mara", "not named"},
		{"Mara Quill", "unknown unknown unknown"}, {"02/04/1991", "1991"}, {"1991", ""},
	} {
		if !person.Fuller(c.fuller, c.other) || person.Fuller(c.other, c.fuller) {
			t.Errorf("%q should be fuller than %q", c.fuller, c.other)
		}
		if person.Fuller(c.fuller, c.fuller) {
			t.Errorf("%q is fuller than itself", c.fuller)
		}
	}
}
