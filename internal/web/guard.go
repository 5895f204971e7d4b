package web

import (
	"net"
	"net/http"
	"strings"
	"sync"

	"clew/internal/govuk"
)

// policy lets a page load our own files and send forms to us, and nothing else;
// scripts cannot turn text into markup. The one inline script, of govuk-frontend's
// page, is let in by its hash.
var policy = sync.OnceValue(func() string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self' " + govuk.InlineScriptHash(),
		"style-src 'self'",
		"img-src 'self'",
		"connect-src 'self'",
		"form-action 'self'",
		"base-uri 'none'",
		"frame-ancestors 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types 'none'",
	}, "; ")
})

// guardHeaders sets the headers of every answer. Pages are not kept: somebody who
// picks up the phone later must not find them.
func guardHeaders(h http.Header, r *http.Request) {
	h.Set("Content-Security-Policy", policy())
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), browsing-topics=()")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Cache-Control", "no-store")
	if r.TLS != nil {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// Loopback serves only those who asked for this computer by name. A program that
// listens on the loopback address can still be reached by a page of another site
// whose name has been made to point here; such a request carries that name.
func Loopback(m *Mux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(r.Host) {
			a := &answer{ResponseWriter: w}
			m.fail(a, r, errPlace)
			m.note(a, r, 0)
			return
		}
		m.ServeHTTP(w, r)
	})
}

// loopback reports whether a Host header names this computer.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	switch strings.ToLower(host) {
	case "localhost", "127.0.0.1", "::1", "[::1]":
		return true
	}
	return false
}
