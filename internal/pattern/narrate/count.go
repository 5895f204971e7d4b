package narrate

import (
	"slices"
	"strconv"
	"strings"
)

var numberWords = map[string]int{
	"once": 1, "twice": 2, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
	"dozen": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "hundreds": 200, "dozens": 24,
}

// mostCounted bounds what a count may be: a longer number is a reference.
const mostCounted = 20_000

// numberOf reads a word as a number or a range of two: "40", "40-50", "x3",
// "sixty". It is 0, 0 for any other word.
func numberOf(word string) (low, high int) {
	if n, ok := numberWords[word]; ok {
		return n, n
	}
	word = strings.TrimSuffix(strings.TrimPrefix(word, "x"), "x")
	a, b, isRange := strings.Cut(word, "-")
	low = digitsOf(a)
	if !isRange {
		return low, low
	}
	if high = digitsOf(b); low == 0 || high < low {
		return 0, 0
	}
	return low, high
}

func digitsOf(s string) int {
	if s == "" || len(s) > 5 {
		return 0
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0
		}
		n = n*10 + int(s[i]-'0')
	}
	if n > mostCounted {
		return 0
	}
	return n
}

var (
	counted = stems("call", "text", "txt", "message", "msg", "email", "e-mail", "voicemail", "whatsapp", "dm", "snap", "letter", "visit", "time", "occasion", "note", "card", "post", "missed", "incident", "attempt")
	periods = map[string]int{"day": 1, "days": 1, "night": 1, "nights": 1, "evening": 1, "evenings": 1, "morning": 1, "mornings": 1, "afternoons": 1,
		"week": 7, "weeks": 7, "wks": 7, "fortnight": 14, "month": 30, "months": 30, "year": 365, "years": 365}
	daily = set("daily nightly")
)

func stems(all ...string) func(string) bool {
	return func(w string) bool {
		return slices.ContainsFunc(all, func(s string) bool { return strings.HasPrefix(w, s) })
	}
}

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// count reads how often and on how many days, as said. Low and high are the
// largest count of acts; days are those a series covers.
func count(all []token) (low, high, days int, at hit) {
	for i := range all {
		t := &all[i]
		l, h := numberOf(t.word)
		if l == 0 {
			continue
		}
		next := func(n int) string {
			if i+n < len(all) && all[i+n].sentence == t.sentence {
				return all[i+n].word
			}
			return ""
		}
		if w := next(1); (w == "to" || w == "or") && h == l { // "40 to 50", "4 or 5"
			if l2, h2 := numberOf(next(2)); l2 > l {
				h = h2
				if counted(next(3)) || counted(next(4)) {
					if h > high {
						low, high, at = l, h, hit{first: i, end: min(i+4, len(all))}
					}
					continue
				}
			}
		}
		// "over 200 texts", "32 missed calls", "three more abusive messages"
		for n := 1; n <= 3; n++ {
			if w := next(n); counted(w) && !clockOrAge(all, i) {
				if h > high {
					low, high, at = l, h, hit{first: i, end: i + n + 1}
				}
				break
			} else if periods[w] > 0 || w == "" || w == "old" || w == "yards" || w == "minutes" || w == "mins" {
				break
			}
		}
		if t.word == "twice" && h > high || t.word != "x"+strconv.Itoa(l) && strings.HasPrefix(t.word, "x") && h > high {
			low, high, at = l, h, hit{first: i, end: i + 1}
		}
	}
	for i := range all {
		// "every night for 3 weeks", "daily for a month", "three mornings running"
		every := daily[all[i].word] || i > 0 && (all[i-1].word == "every" || all[i-1].word == "each" || all[i-1].word == "most") && periods[all[i].word] == 1
		if every {
			for n := 1; n <= 6 && i+n+1 < len(all) && all[i+n].sentence == all[i].sentence; n++ {
				l, _ := numberOf(all[i+n].word)
				if all[i+n].word == "a" || all[i+n].word == "last" || all[i+n].word == "past" {
					l = max(l, 1)
				}
				if p := periods[all[i+n+1].word]; l > 0 && p > 0 {
					days = max(days, l*p)
					break
				}
			}
		}
		if l, _ := numberOf(all[i].word); l > 1 && i+1 < len(all) && periods[all[i+1].word] == 1 && all[i].sentence == all[i+1].sentence {
			if i+2 < len(all) && (all[i+2].word == "running" || all[i+2].word == "consecutive" || all[i+2].word == "row" || all[i+2].word == "in" && i+4 < len(all) && all[i+4].word == "row") {
				days = max(days, l)
			}
		}
	}
	return low, high, min(days, 3650), at
}

// clockOrAge reports whether a number is part of a time or an age.
func clockOrAge(all []token, i int) bool {
	if i > 0 {
		switch all[i-1].word {
		case "at", "aged", "age", "no", "no.", "number", "flat":
			return true
		}
	}
	return false
}
