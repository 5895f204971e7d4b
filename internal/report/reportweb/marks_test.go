package reportweb

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"clew/internal/pattern/narrate"
)

func TestPieces(t *testing.T) {
	const text = "he followed her and hit her"
	find := func(kind, value, words string) narrate.Finding {
		at := strings.Index(text, words)
		return narrate.Finding{Kind: kind, Value: value, From: at, To: at + len(words)}
	}
	for _, c := range []struct {
		name     string
		findings []narrate.Finding
		want     string // pieces between |, labels in []
	}{
		{"nothing", nil, "he followed her and hit her"},
		{"one", []narrate.Finding{find("behaviour", "following", "followed her")}, "he |followed her[following]| and hit her"},
		{"the same words twice", []narrate.Finding{find("behaviour", "following", "followed"), find("act", "drive-by", "followed")}, "he |followed[following,drive by]| her and hit her"},
		{"overlap", []narrate.Finding{find("behaviour", "following", "followed her"), find("act", "assault", "her and hit")}, "he |followed her and hit[following,assault]| her"},
		{"one within another", []narrate.Finding{find("behaviour", "following", "followed her and"), find("fear", "violence", "her")}, "he |followed her and[following,fear of violence]| hit her"},
		{"side by side", []narrate.Finding{find("behaviour", "following", "followed "), find("act", "assault", "her and")}, "he |followed [following]|her and[assault]| hit her"},
		{"out of order", []narrate.Finding{find("act", "assault", "hit"), find("behaviour", "following", "followed")}, "he |followed[following]| her and |hit[assault]| her"},
		{"whole", []narrate.Finding{find("denied", "following", text)}, "he followed her and hit her[denied: following]"},
		{"said twice", []narrate.Finding{find("behaviour", "following", "followed"), find("behaviour", "following", "followed her")}, "he |followed her[following]| and hit her"},
		{"past the end", []narrate.Finding{{Kind: "threat", From: 24, To: 99}, {Kind: "threat", From: 200, To: 300}, {Kind: "threat", From: -5, To: 2}}, "he[threat]| followed her and hit |her[threat]"},
		{"empty", []narrate.Finding{{Kind: "threat", From: 3, To: 3}, {Kind: "threat", From: 5, To: 4}}, "he followed her and hit her"},
	} {
		var got []string
		for _, p := range pieces(text, c.findings) {
			if len(p.Labels) > 0 {
				p.Text += "[" + strings.Join(p.Labels, ",") + "]"
			}
			got = append(got, p.Text)
		}
		if g := strings.Join(got, "|"); g != c.want {
			t.Errorf("%s: %s, want %s", c.name, g, c.want)
		}
	}
}

func TestPiecesMakeTheTextAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		findings := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) narrate.Finding {
			return narrate.Finding{Kind: rapid.SampledFrom([]string{"behaviour", "denied", "count", "fear"}).Draw(t, "kind"), From: rapid.IntRange(-2, len(text)+2).Draw(t, "from"), To: rapid.IntRange(-2, len(text)+2).Draw(t, "to")}
		}), 0, 8).Draw(t, "findings")
		var b strings.Builder
		for _, p := range pieces(text, findings) {
			if p.Text == "" {
				t.Error("an empty piece")
			}
			b.WriteString(p.Text)
		}
		if b.String() != text {
			t.Errorf("pieces make %q of %q", b.String(), text)
		}
	})
}

// What the reader finds is marked at whole characters.
func FuzzMarks(f *testing.F) {
	f.Add("He followed her home – she is “terrified”.")
	f.Add("follow\xffed her")
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range pieces(text, narrate.Read(text).Findings) {
			if utf8.ValidString(text) && !utf8.ValidString(p.Text) {
				t.Errorf("a character of %q is cut: %q", text, p.Text)
			}
		}
	})
}
