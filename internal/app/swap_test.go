package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"clew/internal/access"
)

// TestSwappedSessions records what each role asks for on its way, and asks for all of it
// again in the session of every other role, as somebody would who got hold of an
// address or a form. Nothing is let through that is not in the matrix.
func TestSwappedSessions(t *testing.T) {
	p := open(t)
	type request struct{ method, target, body, route string }
	var journey []request
	pages := p.pages
	p.pages = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := ""
		if r.Method == http.MethodPost {
			_ = r.ParseForm()
			body = r.PostForm.Encode()
			r.Body = http.NoBody
		}
		journey = append(journey, request{r.Method, r.URL.RequestURI(), body, ""})
	})
	routes := p.Mux(nil).Routes()
	for _, route := range routes {
		if p.Mux(nil).IsOpen(route) {
			continue
		}
		for _, relation := range relations {
			before := len(journey)
			p.ask(route, access.Registrar, relation) // any role: the fixture has one of each thing
			for i := before; i < len(journey); i++ {
				journey[i].route = route
			}
		}
	}
	p.pages = pages
	asked, let := 0, 0
	for _, j := range journey {
		for _, m := range access.Roles {
			for _, blind := range []bool{false, true} {
				name := string(m.Role)
				if blind {
					name += " locked"
				}
				p.who = access.Actor{Account: name, Agency: "police:1", Name: name, Purpose: access.Protect, Session: "s"} // no fresh proof: the session was taken
				r := httptest.NewRequest(j.method, "http://localhost"+j.target, strings.NewReader(j.body))
				if j.method == http.MethodPost {
					r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					r.Header.Set("Sec-Fetch-Site", "same-origin")
				}
				w := httptest.NewRecorder()
				p.pages.ServeHTTP(w, r)
				asked++
				if said(w) != "yes" {
					continue
				}
				let++
				body := w.Body.String()
				for relation, families := range map[string][]string{others: {"Cedar", "Gorse"}, locked: {"Damson", "Hazel"}} {
					for _, family := range families {
						if strings.Contains(body, family) && (relation == others || blind) {
							t.Errorf("%s %s in the session of %s shows %s, which is %s", j.method, j.route, name, family, relation)
						}
					}
				}
			}
		}
	}
	if let == 0 {
		t.Error("nothing was let through at all")
	}
	t.Logf("%d requests asked again, %d let through", asked, let)
}
