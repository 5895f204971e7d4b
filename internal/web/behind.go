package web

import (
	"crypto/tls"
	"net/http"
	"net/netip"
	"strings"
)

// Behind serves a program that stands behind a proxy of its own. What the proxy
// says of who asks, and whether they asked by TLS, is believed of its own addresses
// alone: anybody can write those headers. Nobody else is served.
func Behind(proxies []netip.Prefix, h http.Handler) http.Handler {
	trusted := func(a netip.Addr) bool {
		for _, p := range proxies {
			if p.Contains(a.Unmap()) {
				return true
			}
		}
		return false
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !trusted(from.Addr()) {
			http.Error(w, "This address is for the proxy alone.", http.StatusForbidden)
			return
		}
		// The proxy writes whom it heard at the end; what stands before that, they
		// may have written themselves.
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0; i-- {
			a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break
			}
			r.RemoteAddr = netip.AddrPortFrom(a, 0).String()
			if !trusted(a) {
				break
			}
		}
		if r.TLS == nil && r.Header.Get("X-Forwarded-Proto") == "https" {
			r.TLS = &tls.ConnectionState{} // cookies are then for TLS alone, and browsers told to keep to it
		}
		for _, h := range []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded"} {
			r.Header.Del(h)
		}
		h.ServeHTTP(w, r)
	})
}
