package app_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"clew/internal/app"
	"clew/internal/web/webtest"
)

// TestEveryPageHasADoor asks for every page there is, without being signed in.
func TestEveryPageHasADoor(t *testing.T) {
	a, err := app.Open(t.Context(), app.Config{Data: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	mux := a.Mux(nil)
	site := webtest.Serve(t, mux)
	open := map[string]bool{
		"GET /assets/": true, "GET /favicon.svg": true, "GET /favicon.ico": true, "GET /robots.txt": true,
		"GET /sign-in": true, "POST /sign-in": true, "GET /sign-in/code": true, "POST /sign-in/code": true, "POST /sign-out": true, "GET /signed-out": true,
		"GET /set-up/{link}": true, "POST /set-up/{link}": true, "GET /invitations/{link}": true, "POST /invitations/{link}": true, "GET /join": true, "POST /join": true,
		"GET /sign-in/provider": true, "GET /sign-in/provider/back": true, "POST /sign-in/passkey/ask": true, "POST /sign-in/passkey": true, "POST /join/passkey/ask": true, "POST /join/passkey": true,
		// To a witness's token, and to nobody else (404).
		"GET /ledger/checkpoint": true, "GET /ledger/handovers": true, "GET /ledger/tile/{level}/{index}": true, "POST /ledger/cosignature": true,
	}
	for _, pattern := range mux.Routes() {
		if mux.IsOpen(pattern) != open[pattern] {
			t.Errorf("%s is open to everybody: %v; if that is right, say so here", pattern, mux.IsOpen(pattern))
		}
		if open[pattern] {
			continue
		}
		method, path, _ := strings.Cut(pattern, " ")
		path = regexp.MustCompile(`\{\$\}`).ReplaceAllString(path, "")
		path = regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, "x")
		switch method {
		case http.MethodGet:
			if a := site.Get(t, path); a.Status != 303 || a.Location != "/sign-in" {
				t.Errorf("%s: %d to %q", pattern, a.Status, a.Location)
			}
		default:
			if a := site.Post(t, path, url.Values{"q": {"x"}}); a.Status != 401 {
				t.Errorf("%s: %d", pattern, a.Status)
			}
		}
	}
}

// TestNobodyComesInOutsideTheDemo tries the door of the demo where there is none.
func TestNobodyComesInOutsideTheDemo(t *testing.T) {
	for _, demo := range []bool{true, false} {
		a, err := app.Open(t.Context(), app.Config{Data: t.TempDir(), Demo: demo})
		if err != nil {
			t.Fatal(err)
		}
		site := webtest.Serve(t, a.Mux(nil))
		got := site.Post(t, "/come-in", url.Values{"as": {"priya"}})
		if in := site.Get(t, "/account").Status == 200; in != demo {
			t.Errorf("demo %v: came in %v (%d)", demo, in, got.Status)
		}
		a.Close()
	}
}
