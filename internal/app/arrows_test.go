package app_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The house (docs/design/house.md): rooms, the most general first, then the kit.
var (
	rooms   = []string{"access", "agency", "account", "law", "warning", "report", "person", "vault", "pattern", "intake", "recording", "incident", "document", "casefile", "watch", "retention"}
	kit     = []string{"db", "fault", "govuk", "ledger", "seal", "table", "web", "when", "where", "words"}
	joiners = []string{"app", "cli", "demo"}
	// pure parts of a room may be used by rooms before it: they know nothing of
	// databases, clocks or HTTP.
	pure = []string{"pattern/match", "pattern/narrate", "casefile/picture"}
)

// TestArrows checks that imports only ever point one way:
//
//	cmd -> cli -> app -> <room>web -> <room> -> kit
//
// so that no page knows another room's pages, no rule knows about HTTP, and the
// kit knows nothing of stalking. A folder that is none of these is an error.
func TestArrows(t *testing.T) {
	const root = "clew/internal/"
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, root+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		from := strings.TrimPrefix(fields[0], root)
		if strings.HasSuffix(from, "test") {
			continue // lent to tests: no program has it
		}
		if kindOf(from) == "" {
			t.Errorf("%s is no room, no room's pages, no kit and no joiner: say which in arrows_test.go", from)
		}
		for _, to := range fields[1:] {
			if why := wrong(from, to, root); why != "" {
				t.Errorf("%s imports %s: %s", from, to, why)
			}
		}
	}
}

func wrong(from, to, root string) string {
	target, ours := strings.CutPrefix(to, root)
	if !ours {
		if (kindOf(from) == "room" || kindOf(from) == "pure") && (to == "net/http" || strings.HasPrefix(to, "github.com/a-h/templ")) {
			return "a room's rules must not know about pages"
		}
		if kindOf(from) == "pure" && (to == "database/sql" || to == "os" || to == "net") {
			return "this part of the room is pure"
		}
		return ""
	}
	switch kindOf(from) {
	case "kit":
		if kindOf(target) != "kit" {
			return "the kit must not know any room"
		}
	case "pure":
		if kindOf(target) != "pure" {
			return "this part of the room is pure"
		}
	case "room":
		switch kindOf(target) {
		case "pages", "joiner":
			return "a room must not know pages or joiners"
		case "room":
			if slices.Index(rooms, roomOf(target)) > slices.Index(rooms, roomOf(from)) {
				return "a room imports only rooms before it"
			}
		}
		if roomOf(target) == "web" || roomOf(target) == "govuk" {
			return "a room's rules must not know about pages"
		}
	case "pages":
		if kindOf(target) == "joiner" {
			return "pages must not know joiners"
		}
		if kindOf(target) == "pages" && target != from {
			return "pages never import other pages"
		}
	case "joiner":
		if kindOf(target) == "pages" && roomOf(from) != "app" {
			// cli writes report.html, which is a page of the pattern room that
			// needs no server.
			if from != "cli" || target != "pattern/patternweb" {
				return "only app imports a room's pages"
			}
		}
		if roomOf(target) == "app" && from != "cli" {
			return "only cli imports app"
		}
		if roomOf(target) == "cli" {
			return "only cmd imports cli"
		}
	}
	return ""
}

func roomOf(path string) string { name, _, _ := strings.Cut(path, "/"); return name }

func kindOf(path string) string {
	switch {
	case slices.Contains(pure, path):
		return "pure"
	case strings.HasSuffix(path, "web") && strings.Contains(path, "/"):
		return "pages"
	case slices.Contains(kit, roomOf(path)):
		return "kit"
	case slices.Contains(rooms, roomOf(path)):
		return "room"
	case slices.Contains(joiners, roomOf(path)):
		return "joiner"
	}
	return ""
}
