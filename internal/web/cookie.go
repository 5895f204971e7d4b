package web

import (
	"encoding/base64"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"clew/internal/fault"
	"clew/internal/govuk"
)

const (
	nameCookie  = "clew-name"
	flashCookie = "clew-flash"
	// LongestName is how many characters a name may have.
	LongestName = 60
	month       = 30 * 24 * 60 * 60 // seconds
)

// Actor is who says to be using Clew, or "". It is taken on trust: it is for the
// ledger of a copy that only its own computer can reach.
func Actor(r *http.Request) string {
	if name := govuk.ActorOf(r.Context()); name != "" {
		return name // they are signed in
	}
	c, err := r.Cookie(kept(r, nameCookie))
	if err != nil {
		return ""
	}
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || !utf8.Valid(b) {
		return ""
	}
	name := plainName(string(b))
	if utf8.RuneCountInString(name) > LongestName {
		return ""
	}
	return name
}

// SetActor keeps who is using Clew, for 30 days. The error is for the field "name".
func SetActor(w http.ResponseWriter, r *http.Request, name string) error {
	name = plainName(name)
	switch {
	case name == "":
		return fault.Bad("name", "Enter your name")
	case utf8.RuneCountInString(name) > LongestName:
		return fault.Bad("name", "Your name must be 60 characters or fewer")
	}
	http.SetCookie(w, cookie(r, kept(r, nameCookie), base64.RawURLEncoding.EncodeToString([]byte(name)), month))
	return nil
}

// ForgetActor takes the name away again.
func ForgetActor(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, cookie(r, kept(r, nameCookie), "", -1))
}

// plainName is a name on one line, with single spaces, of what can be read.
func plainName(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case !unicode.IsPrint(c):
			return -1
		}
		return c
	}, s)), " ")
}

// Flash keeps, for the next page, the key of a message such as "report-kept". The
// cookie holds no more than that: the page has the words.
func Flash(w http.ResponseWriter, r *http.Request, key string) {
	if !flashKey(key) {
		panic("web: a flash key is a-z, 0-9 and hyphens, not " + key)
	}
	http.SetCookie(w, cookie(r, kept(r, flashCookie), key, 60))
}

// Flashed is the key kept for this page, or "". It is given once.
func Flashed(w http.ResponseWriter, r *http.Request) string {
	c, err := r.Cookie(kept(r, flashCookie))
	if err != nil {
		return ""
	}
	http.SetCookie(w, cookie(r, kept(r, flashCookie), "", -1))
	if !flashKey(c.Value) {
		return ""
	}
	return c.Value
}

func flashKey(key string) bool {
	for _, c := range key {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return key != "" && len(key) <= 40
}

func cookie(r *http.Request, name, value string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	}
}
