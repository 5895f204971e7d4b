package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"clew/internal/web"
)

func TestBehind(t *testing.T) {
	var from string
	var secure bool
	h := web.Behind([]netip.Prefix{netip.MustParsePrefix("10.0.0.5/32")}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, secure = r.RemoteAddr, r.TLS != nil
	}))
	for _, c := range []struct {
		remote, forwarded, proto string
		status                   int
		from                     string
		secure                   bool
	}{
		{"10.0.0.5:4000", "203.0.113.9", "https", 200, "203.0.113.9:0", true},
		{"[::ffff:10.0.0.5]:4000", "203.0.113.9", "https", 200, "203.0.113.9:0", true},
		{"10.0.0.5:4000", "198.51.100.1, 203.0.113.9", "http", 200, "203.0.113.9:0", false}, // the first is their own word
		{"10.0.0.5:4000", "203.0.113.9, 10.0.0.5", "https", 200, "203.0.113.9:0", true},     // through the proxy twice
		{"10.0.0.5:4000", "nonsense", "https", 200, "10.0.0.5:4000", true},
		{"10.0.0.6:4000", "203.0.113.9", "https", 403, "", false},
		{"nonsense", "203.0.113.9", "https", 403, "", false},
	} {
		from, secure = "", false
		r := httptest.NewRequest("GET", "http://clew.example/", nil)
		r.RemoteAddr = c.remote
		r.Header.Set("X-Forwarded-For", c.forwarded)
		r.Header.Set("X-Forwarded-Proto", c.proto)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status || from != c.from || secure != c.secure {
			t.Errorf("%+v: status %d, from %q, secure %v", c, w.Code, from, secure)
		}
	}
}
