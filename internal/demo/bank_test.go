package demo

import (
	"regexp"
	"strings"
	"testing"
)

var (
	third  = regexp.MustCompile(`\{[Vv]\} ([a-z']+s)\b`)
	second = regexp.MustCompile(`^\{V\} [^.{]*\b(?:and|but|or) (?:now |then |so )?([a-z]+[^s' ]s)\b`)
)

// Sentences told in the first person lose the s of "she fears", so each verb
// behind the victim must be one that is known, or the sentence another's.
func TestStatementsSayI(t *testing.T) {
	past := map[string]bool{"was": true, "always": true, "keys": true, "friends": true, "ones": true, "messages": true, "sometimes": true, "his": true, "miles": true, "this": true, "things": true}
	n := 0
	for _, file := range []string{"acts.txt", "said.txt"} {
		b := readBank(file)
		for _, heading := range b.order {
			for _, line := range b.lines[heading] {
				p, err := parsePhrase(line, 0)
				if err != nil {
					t.Fatal(err)
				}
				if !p.personal || p.registers != 0 && p.registers&(1<<statement) == 0 {
					continue
				}
				n++
				for _, m := range append(third.FindAllStringSubmatch(line, -1), second.FindAllStringSubmatch(line, -1)...) {
					if _, known := firstPerson[m[1]]; !known && !past[m[1]] {
						t.Errorf("%s, %s: %q would be said by a victim of herself: %q", file, heading, m[1], line)
					}
				}
				for _, m := range second.FindAllStringSubmatch(line, -1) {
					if _, verb := firstPerson[m[1]]; verb {
						t.Errorf("%s, %s: %q follows no {v}: %q", file, heading, m[1], line)
					}
				}
			}
		}
	}
	if n < 300 {
		t.Errorf("only %d sentences can be told in the first person", n)
	}
}

// Common acts are told in many ways; every register has something to say.
func TestBanksAreWide(t *testing.T) {
	for _, act := range strings.Fields("follow wait-home wait-work knock messages calls social damage-car threat") {
		if n := len(acts[act]); n < 25 {
			t.Errorf("%s is told in %d ways only", act, n)
		}
	}
	for _, p := range stalkingPlots {
		for _, d := range p.repertoire {
			if len(acts[d.act]) == 0 {
				t.Errorf("%s: no sentence tells of %q", p.name, d.act)
			}
		}
	}
	for _, p := range noisePlots {
		for _, heading := range append([]string{p.details}, p.tells...) {
			if heading != "" && len(noise[heading]) < 5 {
				t.Errorf("%s: %q has %d sentences", p.name, heading, len(noise[heading]))
			}
		}
	}
	if n := len(noise["doubles"]); n == 0 {
		t.Error("nothing is said of doubles")
	}
}

func TestParsePhrase(t *testing.T) {
	for line, says := range map[string]string{
		"{S} did {what} it.":      "no slot",
		"[polis] {S} did it.":     "no register",
		"[police {S} did it.":     "[ without ]",
		"{S} did it. ~ fawning":   "no behaviour",
		"{S} did <this|that it.":  "< without >",
		"{S} did this|that.":      "outside",
		"{S} did it.> and more":   "outside",
		"{S} did it {V":           "no slot",
		"<<{S}|{V}> or <{v}|them": "< without >",
	} {
		if _, err := parsePhrase(line, 0); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", line, err, says)
		}
	}
	p, err := parsePhrase("[police,ex] {S} <rang|wrote <twice|again>>. ~ contacting", 1)
	if err != nil || p.registers != 1<<police || p.relations != 1<<ex || p.behaviours.names()[0] != "contacting" || len(p.segs) != 4 {
		t.Errorf("%+v, %v", p, err)
	}
}

func FuzzParsePhrase(f *testing.F) {
	f.Add("[police] {S} <rang|wrote <twice|>> {o}. ~ contacting")
	f.Add("<|<")
	f.Add("[ex]")
	f.Fuzz(func(t *testing.T, line string) {
		p, err := parsePhrase(line, 0)
		if err == nil && p.behaviours >= 1<<len(Behaviours) {
			t.Errorf("%q shows %v", line, p.behaviours)
		}
	})
}

func TestPermute(t *testing.T) {
	for _, m := range []uint64{10_000_000, 900_000, 40_500_000} {
		seen := make(map[uint64]uint64, 100_000)
		for x := uint64(0); x < 1_600_000; x += 16 {
			y := permute(x, m, 0x123456789abcdef)
			if was, twice := seen[y]; y >= m || twice && was%m != x%m {
				t.Fatalf("of %d, %d and %d both become %d", m, was, x, y)
			}
			seen[y] = x
		}
	}
}
