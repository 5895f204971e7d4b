package match

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// keep is s in capitals with only its letters and digits.
func keep(s string) string {
	clean := true
	for i := range len(s) {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z') {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, s)
}

// phone is a number as E.164, "" when it cannot be one. British numbers, in all
// the ways people write them, are read here; others by the library.
func phone(raw string) string {
	var b [20]byte
	n, plus := 0, false
	for i, r := range raw {
		switch {
		case r >= '0' && r <= '9':
			if n == len(b) {
				return ""
			}
			b[n] = byte(r)
			n++
		case r == '+' && n == 0:
			plus = true
		case r == 'x' || r == 'X' || r == 'e' || r == 'E' || r == '#': // an extension
			if n >= 10 {
				return phoneDigits(string(b[:n]), plus, raw)
			}
			_ = i
		}
	}
	return phoneDigits(string(b[:n]), plus, raw)
}

// Phone, Handle, Vehicle and Serial are the one form of a number, of a name on a
// service, of a registration mark and of the number of a device, by which it is known
// however it is written; "" when it cannot be one.
func Phone(raw string) string   { return phone(raw) }
func Handle(raw string) string  { return handle(raw) }
func Vehicle(raw string) string { return vehicle(raw) }
func Serial(raw string) string {
	if s := keep(strings.ToUpper(raw)); len(s) >= 5 && strings.ContainsAny(s, "0123456789") && !sameDigits(s) {
		return s
	}
	return ""
}

func phoneDigits(d string, plus bool, raw string) string {
	if len(d) < 7 || sameDigits(d) {
		return ""
	}
	switch {
	case !plus && strings.HasPrefix(d, "0044"):
		d, plus = d[2:], true
	case !plus && strings.HasPrefix(d, "00"):
		d, plus = d[2:], true
	}
	switch {
	case plus && strings.HasPrefix(d, "44"), !plus && strings.HasPrefix(d, "44") && len(d) == 12:
		d = strings.TrimPrefix(d[2:], "0")
	case plus:
		return foreign("+" + d)
	case strings.HasPrefix(d, "0"):
		d = d[1:]
	case len(d) == 10 && (d[0] == '7' || d[0] == '1' || d[0] == '2'): // a spreadsheet ate the nought
	case len(d) >= 11:
		return foreign(raw)
	default:
		return ""
	}
	if len(d) != 10 && len(d) != 9 || sameDigits(d) || d[0] == '0' {
		return ""
	}
	return "+44" + d
}

func foreign(raw string) string {
	p, err := phonenumbers.Parse(raw, "GB")
	if err != nil || !phonenumbers.IsPossibleNumber(p) {
		return ""
	}
	return phonenumbers.Format(p, phonenumbers.E164)
}

// sameDigits finds the numbers people type to fill a box: 00000000000, 07777777777.
func sameDigits(d string) bool {
	for i := 2; i < len(d); i++ {
		if d[i] != d[1] {
			return strings.HasSuffix("01234567890123456789", d) || strings.HasSuffix(d, "12345678")
		}
	}
	return true
}

// email is an address in lower case, without a +label; "" when it is none.
func email(raw string) string {
	s := strings.ToLower(strings.TrimSpace(raw))
	s = strings.TrimPrefix(s, "mailto:")
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 || !strings.Contains(s[at:], ".") || strings.ContainsAny(s, " \t<>;,") {
		return ""
	}
	local, domain := s[:at], s[at+1:]
	local, _, _ = strings.Cut(local, "+")
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	if domain == "gmail.com" {
		local = strings.ReplaceAll(local, ".", "")
	}
	switch local {
	case "", "none", "noemail", "na", "unknown", "nk", "no", "test", "noreply", "info", "admin":
		return ""
	}
	return local + "@" + domain
}

// handle is a name on a service in lower case, without @, address or service.
func handle(raw string) string {
	s := strings.ToLower(strings.TrimSpace(raw))
	if i := strings.LastIndexByte(strings.TrimRight(s, "/"), '/'); i >= 0 {
		s = strings.TrimRight(s[i+1:], "/")
	}
	if i := strings.LastIndexAny(s, ": "); i >= 0 && i < len(s)-1 {
		s = s[i+1:]
	}
	s = strings.TrimLeft(s, "@")
	if len(s) < 3 || notNames[s] {
		return ""
	}
	return s
}

// postcode is a postcode without its space, or "". The letter O in a number's
// place, and the figure 0 in a letter's, are put right.
func postcode(raw string) string {
	s := keep(strings.TrimSpace(raw))
	if len(s) < 3 || len(s) > 8 {
		return ""
	}
	if digits(s) { // another country's; kept as it is
		if sameDigits(s) {
			return ""
		}
		return s
	}
	if len(s) < 5 || len(s) > 7 {
		return ""
	}
	b := []byte(s)
	i := len(b) - 3
	if b[i] == 'O' {
		b[i] = '0'
	}
	for _, j := range []int{i + 1, i + 2} {
		if b[j] == '0' {
			b[j] = 'O'
		}
	}
	if b[i] < '0' || b[i] > '9' || b[0] < 'A' || b[0] > 'Z' || b[i+1] < 'A' || b[i+2] < 'A' {
		return ""
	}
	if s = string(b); s == "ZZ993VZ" || s == "ZZ993WZ" || strings.HasPrefix(s, "ZZ99") {
		return "" // what health systems put in for no fixed abode
	}
	return s
}

// vehicle is a registration mark with look-alike letters and figures as one.
func vehicle(raw string) string {
	s := keep(raw)
	if len(s) < 4 || len(s) > 8 || !strings.ContainsAny(s, "0123456789OI") {
		return ""
	}
	return strings.NewReplacer("O", "0", "I", "1").Replace(s)
}

// cutRef parts "issuer:number".
func cutRef(raw string) (issuer, n string) {
	if i := strings.LastIndexByte(raw, ':'); i >= 0 {
		issuer, raw = strings.ToLower(strings.TrimSpace(raw[:i])), raw[i+1:]
	}
	n = keep(raw)
	if len(n) < 2 || notNames[strings.ToLower(n)] || strings.Trim(n, "0") == "" {
		return "", ""
	}
	return issuer, n
}

// national is an NHS number (ten digits, check digit modulo 11) or a PNC id
// (year, up to seven digits, check letter), written in one form; else "".
func national(n string) string {
	if len(n) == 10 && digits(n) {
		sum := 0
		for i := range 9 {
			sum += int(n[i]-'0') * (10 - i)
		}
		if check := (11 - sum%11) % 11; check != 10 && check == int(n[9]-'0') && !sameDigits(n) {
			return "nhs" + n
		}
		return ""
	}
	if len(n) < 4 || len(n) > 12 || n[len(n)-1] < 'A' || n[len(n)-1] > 'Z' {
		return ""
	}
	body, letter := n[:len(n)-1], n[len(n)-1]
	if !digits(body) {
		return ""
	}
	var year, serial string
	switch {
	case len(body) > 4 && (strings.HasPrefix(body, "19") || strings.HasPrefix(body, "20")):
		year, serial = body[2:4], body[4:]
	case len(body) > 2:
		year, serial = body[:2], body[2:]
	default:
		return ""
	}
	if len(serial) > 7 {
		return ""
	}
	for len(serial) < 7 {
		serial = "0" + serial
	}
	if pncLetters[number(year+serial)%23] != letter {
		return ""
	}
	return "pnc" + year + serial
}

// pncLetters are the check letters: the remainder by 23 of the two figures of
// the year and the seven of the serial number.
const pncLetters = "ZABCDEFGHJKLMNPQRTUVWXY"

// addressWords are the words of an address that tell it from others.
func addressWords(s string) []string {
	low := strings.ToLower(strings.TrimSpace(s))
	if low == "" || strings.Contains(low, "no fixed") || notNames[low] || low == "as above" || low == "same" {
		return nil
	}
	all := strings.FieldsFunc(FoldName(strings.ReplaceAll(low, "'", "")), unicode.IsSpace)
	kept := all[:0]
	for _, w := range all {
		if full, ok := streetWords[w]; ok {
			w = full
		}
		if w == "flat" || w == "the" || w == "england" || w == "wales" || w == "uk" || w == "" {
			continue
		}
		kept = append(kept, w)
		if len(kept) == 12 {
			break
		}
	}
	return kept
}

var streetWords = map[string]string{
	"st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "cl": "close", "dr": "drive", "ln": "lane", "ct": "court", "cres": "crescent",
	"gdns": "gardens", "gdn": "gardens", "grv": "grove", "pl": "place", "sq": "square", "tce": "terrace", "ter": "terrace", "hse": "house", "apt": "flat", "apartment": "flat", "pk": "park", "ctr": "centre",
}
