package demo

import (
	"strings"
	"unicode/utf8"
)

// slip puts one mistake of the keyboard in s: a neighbouring key, a letter left
// out, doubled or changed places, an apostrophe dropped. Letters only.
func slip(r *random, s string) string {
	for range 8 {
		i := r.n(len(s) + 1)
		if i+1 >= len(s) || !small(s[i]) || !small(s[i+1]) {
			continue
		}
		switch r.n(7) {
		case 0, 1:
			return s[:i] + string(neighbourKey(r, s[i])) + s[i+1:]
		case 2:
			return s[:i] + s[i+1:]
		case 3:
			return s[:i] + s[i:i+1] + s[i:]
		case 4, 5:
			if s[i] != s[i+1] {
				return s[:i] + s[i+1:i+2] + s[i:i+1] + s[i+2:]
			}
		default:
			if j := strings.IndexByte(s, '\''); j >= 0 {
				return s[:j] + s[j+1:]
			}
		}
	}
	return s
}

func small(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

const keyRows = "qwertyuiop asdfghjkl zxcvbnm"

func neighbourKey(r *random, c byte) byte {
	low := c | 0x20
	i := strings.IndexByte(keyRows, low)
	side := i + 1 - 2*r.n(2)
	if side < 0 || side >= len(keyRows) || keyRows[side] == ' ' {
		side = 2*i - side
	}
	if side < 0 || side >= len(keyRows) || keyRows[side] == ' ' {
		return c
	}
	return keyRows[side] - low + c
}

// scan misreads s as a scanner does.
func scan(r *random, s string) string {
	for range 4 {
		o := pick(r, misread[:])
		if strings.Contains(s, o[0]) {
			return strings.Replace(s, o[0], o[1], 1)
		}
	}
	return s
}

var misread = [...][2]string{{"rn", "m"}, {"m", "rn"}, {"l", "1"}, {"o", "0"}, {"i", "l"}, {"cl", "d"}, {"vv", "w"}, {"w", "vv"}, {"e", "c"}, {"h", "b"}, {"S", "5"}, {"B", "8"}}

// nameSlip spoils a name.
func nameSlip(r *random, s string) string {
	if utf8.RuneCountInString(s) < 3 {
		return s
	}
	if r.chance(200) {
		return scan(r, s)
	}
	return slip(r, s)
}

// digitSlip changes a digit, or two that stand together.
func digitSlip(r *random, s string) string {
	i := r.n(len(s))
	if s[i] < '0' || s[i] > '9' {
		return s
	}
	if i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' && r.chance(500) {
		return s[:i] + s[i+1:i+2] + s[i:i+1] + s[i+2:]
	}
	return s[:i] + string(rune('0'+r.n(10))) + s[i+1:]
}
