package web

import "net/http"

const flashCookie = "clew-flash"

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
