package vaultweb_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/db/dbtest"
	"clew/internal/govuk"
	"clew/internal/vault"
	"clew/internal/vault/vaulttest"
	"clew/internal/vault/vaultweb"
	"clew/internal/web"
	"clew/internal/web/webtest"
)

// site serves the pages to one actor, and notes what is logged.
func site(t *testing.T, w *vaulttest.World, by access.Actor) (*webtest.Site, *strings.Builder) {
	t.Helper()
	var log strings.Builder
	m := web.NewMux(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	vaultweb.Routes(m, w.Vault)
	as := http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		m.ServeHTTP(out, r.WithContext(access.With(r.Context(), by)))
	})
	return webtest.Serve(t, as), &log
}

func TestRevealPages(t *testing.T) {
	w := vaulttest.New(t, filepath.Join(t.TempDir(), "clew.db"))
	s, _ := site(t, w, w.Actor(t, vaulttest.Haven, access.Advocate))
	path := "/people/" + w.People[0] + "/contacts"
	if a := s.Post(t, path, url.Values{"kind": {"phone"}, "known": {"no"}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("kept nothing: status %d", a.Status)
	}
	typed := url.Values{"kind": {"phone"}, "value": {"07700 900101"}, "note": {"leave no message"}, "known": {"yes"}, "since": {"2026"}}
	if a := s.Post(t, path, typed); a.Status != http.StatusSeeOther || a.Location != path {
		t.Fatalf("kept: status %d, to %s", a.Status, a.Location)
	}
	list := s.Get(t, path)
	if strings.Contains(list.Body, "900101") || !strings.Contains(list.Body, "Yes, since 2026") {
		t.Errorf("the list: %s", list.Main())
	}
	_, all, err := w.Vault.Of(t.Context(), w.Actor(t, vaulttest.Haven, access.Advocate), w.People[0])
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	one := path + "/" + all[0].ID
	if a := s.Get(t, one); a.Status != http.StatusOK || strings.Contains(a.Body, "900101") {
		t.Errorf("the page that asks: status %d", a.Status)
	}
	if a := s.Post(t, one+"/reveal", url.Values{}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("for no purpose: status %d", a.Status)
	}
	to := s.Post(t, one+"/reveal", url.Values{"purpose": {"protect"}})
	if to.Status != http.StatusSeeOther || strings.Contains(to.Location, "900101") {
		t.Fatalf("revealed: status %d, to %s", to.Status, to.Location)
	}
	shown := s.Get(t, to.Location)
	if !strings.Contains(shown.Main(), "07700 900101") || !strings.Contains(shown.Main(), "leave no message") {
		t.Errorf("shown: %s", shown.Main())
	}
	title, _, _ := strings.Cut(shown.Body, "</title>")
	if strings.Contains(title, "900101") || shown.Header.Get("Refresh") == "" || shown.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("shown with title %q and headers %v", title, shown.Header)
	}
	w.Now = w.Now.Add(time.Minute)
	if a := s.Get(t, to.Location); a.Status != http.StatusSeeOther || strings.Contains(a.Body, "900101") {
		t.Errorf("after a minute: status %d: %s", a.Status, a.Body)
	}
	if a := s.Get(t, one+"/nothing"); a.Status != http.StatusNotFound {
		t.Errorf("what nobody revealed: status %d", a.Status)
	}
	for range vault.MostInAnHour - 1 {
		s.Post(t, one+"/reveal", url.Values{"purpose": {"protect"}})
	}
	if a := s.Post(t, one+"/reveal", url.Values{"purpose": {"protect"}}); a.Status != http.StatusForbidden || !strings.Contains(a.Body, "ask your supervisor") {
		t.Errorf("the eleventh: status %d: %s", a.Status, a.Main())
	}
	w.Guard.ReadOnly = fmt.Errorf("the key is away")
	if a := s.Post(t, path, typed); a.Status != http.StatusServiceUnavailable || strings.Contains(a.Body, "the key is away") {
		t.Errorf("while nothing may be changed: status %d: %s", a.Status, a.Main())
	}
}

// forms are the ways in which a value could be hidden in what is written or sent.
func forms(value string) map[string]string {
	j, _ := json.Marshal(value)
	all := map[string]string{
		"as it is": value, "in an address": url.QueryEscape(value), "in a path": url.PathEscape(value), "in HTML": html.EscapeString(value),
		"in JSON": strings.Trim(string(j), `"`), "in hexadecimal": hex.EncodeToString([]byte(value)), "in capitals": strings.ToUpper(value), "in small letters": strings.ToLower(value),
	}
	// Where base64 begins within a group of three changes how it looks.
	for i := range 3 {
		all[fmt.Sprintf("in base64, from byte %d", i)] = base64.RawStdEncoding.EncodeToString([]byte(value)[i : i+(len(value)-i)/3*3])
	}
	return all
}

// TestCanaries keeps a value found nowhere else of every kind, lets everybody who
// may not see it try every page, and looks for it in all that was answered, logged
// and written to the disk.
func TestCanaries(t *testing.T) {
	folder := t.TempDir()
	w := vaulttest.New(t, filepath.Join(folder, "clew.db"))
	ceri := w.Actor(t, vaulttest.Haven, access.Advocate)
	canaries := map[string]string{}
	var ids []string
	mine, hers := site(t, w, ceri)
	for i, k := range vault.Kinds {
		value := fmt.Sprintf("Quokka&%d/%s <b>é", 70000+i, k.Kind)
		if k.Kind == "phone" || k.Kind == "vehicle" {
			value = fmt.Sprintf("QX%d SLY%d", 83000+i, 91000+i)
		}
		note := fmt.Sprintf("Wombat %d & say <nothing>", 40000+i)
		canaries[string(k.Kind)], canaries[string(k.Kind)+" note"] = value, note
		// Entered on a page, as people do: what a page does with it counts.
		if a := mine.Post(t, "/people/"+w.People[0]+"/contacts", url.Values{"kind": {string(k.Kind)}, "value": {value}, "note": {note}, "known": {"no"}}); a.Status != http.StatusSeeOther {
			t.Fatalf("keep %s: status %d", k.Kind, a.Status)
		}
	}
	_, all, err := w.Vault.Of(t.Context(), ceri, w.People[0])
	if err != nil || len(all) != len(vault.Kinds) {
		t.Fatalf("%d are kept, %v", len(all), err)
	}
	var reveals []string
	for i, c := range all {
		ids = append(ids, c.ID)
		if i < vault.MostInAnHour {
			reveal, err := w.Vault.Reveal(t.Context(), ceri, w.People[0], c.ID, access.Protect)
			if err != nil {
				t.Fatal(err)
			}
			reveals = append(reveals, reveal)
			r, err := w.Vault.Look(t.Context(), ceri, w.People[0], c.ID, reveal)
			if err != nil || r.Value != canaries[string(c.Kind)] {
				t.Fatalf("who may see it sees %q, %v: the test proves nothing", r.Value, err)
			}
		}
	}

	var heard strings.Builder // all that anybody else was answered
	tries := 0
	others := []access.Actor{{}, w.Actor(t, vaulttest.Haven, access.Analyst)}
	for _, m := range access.Roles {
		others = append(others, w.Actor(t, vaulttest.Police, m.Role), w.Actor(t, vaulttest.Other, m.Role))
	}
	for _, by := range others {
		s, log := site(t, w, by)
		hear := func(a webtest.Answer) {
			tries++
			fmt.Fprintln(&heard, a.Status, a.Header, a.Body)
		}
		path := "/people/" + w.People[0] + "/contacts"
		hear(s.Get(t, path))
		hear(s.Get(t, path+"/new"))
		for i, id := range ids[:len(reveals)] {
			hear(s.Get(t, path+"/"+id))
			hear(s.Get(t, path+"/"+id+"/"+reveals[i]))
			to := s.Post(t, path+"/"+id+"/reveal", url.Values{"purpose": {"protect"}})
			hear(to)
			if to.Status == http.StatusSeeOther {
				t.Errorf("%s may reveal it", by.Account)
			}
			hear(s.Post(t, path+"/"+id+"/end", nil))
		}
		heard.WriteString(log.String())
	}
	// Her own lists and forms, and her log, must not hold it either.
	heard.WriteString(mine.Get(t, "/people/"+w.People[0]+"/contacts").Body)
	for _, id := range ids {
		heard.WriteString(mine.Get(t, "/people/"+w.People[0]+"/contacts/"+id).Body)
	}
	heard.WriteString(hers.String())

	places := map[string]string{"the answers and the log": heard.String()}
	backup := filepath.Join(folder, "backup")
	if err := w.DB.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"clew.db", "clew.db-wal", "backup"} {
		b, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if len(b) == 0 {
			t.Errorf("%s is empty: there is nothing to look in", name)
		}
		places[name] = string(b)
	}
	for place, text := range places {
		for what, value := range canaries {
			for how, form := range forms(value) {
				if strings.Contains(text, form) {
					t.Errorf("%s holds the %s, %s", place, what, how)
				}
			}
		}
	}
	t.Logf("%d requests by %d actors; %d values in %d forms looked for in %d places", tries, len(others), len(canaries), len(forms("x123")), len(places))
}

func TestInABrowser(t *testing.T) {
	browser := webtest.Browser(t)
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	w := vaulttest.New(t, filepath.Join(t.TempDir(), "clew.db"))
	w.Now = time.Now()
	s, _ := site(t, w, w.Actor(t, vaulttest.Haven, access.Advocate))
	b := browser.Tab(t, s)
	path := "/people/" + w.People[0] + "/contacts"
	b.Visit(path)
	b.Check()
	b.Follow("main a.govuk-button")
	b.Check()
	b.Follow("main form button")
	b.Wait(".govuk-error-summary:focus")
	b.Check()
	b.Choose("#kind", "address")
	b.Click("#value")
	b.Press("12 Elm Row")
	b.Follow("main form button")
	b.Check()
	b.Follow("main td a")
	b.Check()
	b.Follow("main form button")
	b.Wait(".govuk-error-summary:focus")
	b.Check()
	b.Click("input[value=protect]")
	b.Follow("main form button")
	b.Check()
	if got := b.Text("main .govuk-body-l"); got != "12 Elm Row" {
		t.Errorf("shows %q", got)
	}
	b.Follow("main p a")
	if b.Path() != path {
		t.Errorf("hidden, and at %s", b.Path())
	}
}

func TestPages(t *testing.T) {
	dbtest.EachBare(t, func(t *testing.T, where string) {
		w := vaulttest.New(t, where)
		s, _ := site(t, w, w.Actor(t, vaulttest.Haven, access.Advocate))
		path := "/people/" + w.People[0] + "/contacts"
		id := w.Keep(t, w.Actor(t, vaulttest.Haven, access.Advocate), w.People[0], vault.Detail{Kind: "work", Value: "The library"})
		webtest.Golden(t, "new", s.Get(t, path+"/new").Main())
		golden := func(name, path string) {
			webtest.Golden(t, name, strings.ReplaceAll(s.Get(t, path).Main(), id, "ID"))
		}
		golden("list", path)
		golden("ask", path+"/"+id)
		for _, gone := range []string{"/people/nobody/contacts", path + "/nothing"} {
			if a := s.Get(t, gone); a.Status != http.StatusNotFound {
				t.Errorf("%s: status %d", gone, a.Status)
			}
		}
	})
}
