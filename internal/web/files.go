package web

import (
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	dist "clew/web"
)

// types are those of the files we serve. The machine's own table is not asked:
// it differs, and a browser refuses a script of the wrong type.
var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".map": "application/json",
}

// favicon is a ball of thread.
const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#12343b"/><g fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round"><circle cx="15" cy="15" r="9.5"/><path d="M7.200 11c4.500.2 9 2.600 12 8M11 7c4.500 1 9.200 5 11.300 10.500M15 24.500c4 2.400 7 3.500 12 3"/></g></svg>`

// files routes the styles, the scripts and the icon.
func (m *Mux) files() {
	m.Open("GET /assets/", asset)
	m.Open("GET /favicon.svg", func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", types[".svg"])
		w.Header().Set("Cache-Control", "public, max-age=86400")
		_, err := w.Write([]byte(favicon))
		return gone(err)
	})
	m.Open("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Cache-Control", "public, max-age=86400")
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
	m.Open("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, err := w.Write([]byte("User-agent: *\nDisallow: /\n"))
		return gone(err)
	})
}

// asset serves a built file, compressed when it was built. Its address holds a
// digest of it, so a browser may keep it for ever.
func asset(w http.ResponseWriter, r *http.Request) error {
	name := "dist" + path.Clean(r.URL.Path)
	kind, ok := types[path.Ext(name)]
	if !ok {
		return errNoPage
	}
	b, err := fs.ReadFile(dist.Dist, name)
	if err != nil {
		return errNoPage
	}
	h := w.Header()
	for _, z := range []struct{ encoding, ext string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !accepts(r.Header.Get("Accept-Encoding"), z.encoding) {
			continue
		}
		if packed, err := fs.ReadFile(dist.Dist, name+z.ext); err == nil {
			b = packed
			h.Set("Content-Encoding", z.encoding)
			break
		}
	}
	h.Set("Content-Type", kind)
	h.Add("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	_, err = w.Write(b)
	return gone(err)
}

// accepts reports whether an Accept-Encoding header takes an encoding.
func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil {
			name, params = strings.TrimSpace(part), nil
		}
		if strings.EqualFold(name, encoding) {
			q, err := strconv.ParseFloat(params["q"], 64)
			return params["q"] == "" || err == nil && q > 0
		}
	}
	return false
}
