package words_test

import (
	"testing"

	"clew/internal/words"
)

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 1234567: "1,234,567", -999: "-999", -123456: "-123,456"} {
		if got := words.Thousands(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 reports", 1: "1 report", 2: "2 reports", 1200: "1,200 reports"} {
		if got := words.Count(n, "report", "reports"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestList(t *testing.T) {
	for want, all := range map[string][]string{"": nil, "a": {"a"}, "a and b": {"a", "b"}, "a, b and c": {"a", "b", "c"}} {
		if got := words.List(all); got != want {
			t.Errorf("%q is written %q, want %q", all, got, want)
		}
	}
}

func TestAlone(t *testing.T) {
	for name, want := range map[string]string{"": "", "Mara Quill": "Mara Quill", "Łucja O’Neill-Żak": "Łucja O’Neill-Żak", "ליאת": "\u2068ליאת\u2069", "Khalid خالد": "\u2068Khalid خالد\u2069", "a\u202eb": "\u2068a\u202eb\u2069"} {
		if got := words.Alone(name); got != want {
			t.Errorf("%q alone is %q, want %q", name, got, want)
		}
	}
}

func TestCapital(t *testing.T) {
	for in, want := range map[string]string{"": "", "a": "A", "éa": "Éa", "\u202ea": "\u202ea", "Already": "Already", "1st": "1st"} {
		if got := words.Capital(in); got != want {
			t.Errorf("Capital(%q) is %q, want %q", in, got, want)
		}
	}
}
