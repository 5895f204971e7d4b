package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// modules are what wapiti tries, of what it can without a call to elsewhere.
const modules = "sql,blindsql,xss,permanentxss,file,exec,crlf,redirect,xxe,backup,htaccess"

// wapiti goes through the pages as each of the people, following links and forms.
func (t *target) wapiti(ctx context.Context, p plan) (found int, text string, err error) {
	var b strings.Builder
	fmt.Fprintf(&b, "# wapiti as each person, on %s\n\n%s, %s. Made by `make attack`.\n\n", engine(p), version(ctx, "wapiti"), time.Now().UTC().Format("2 January 2006"))
	fmt.Fprintf(&b, "    wapiti -u http://127.0.0.1:PORT/ -m %s --scope folder -H 'Cookie: SESSION' --max-scan-time %.0f --max-attack-time %.0f\n\n| As | Requests | Findings |\n|---|---|---|\n", modules, p.crawl.Seconds(), p.crawl.Seconds()/4)
	var details []string
	t.stay.Store(true) // wapiti presses every button there is, "Sign out" too
	defer t.stay.Store(false)
	for _, who := range cast {
		_, cookies, err := t.comeIn(who)
		if err != nil {
			return 0, "", err
		}
		out := filepath.Join(t.folder, "wapiti-"+who+".json")
		args := []string{"-u", t.url + "/", "-m", modules, "--scope", "folder", "--flush-session", "-f", "json", "-o", out, "--max-scan-time", fmt.Sprintf("%.0f", p.crawl.Seconds()), "--max-attack-time", fmt.Sprintf("%.0f", p.crawl.Seconds()/4),
			"--store-session", filepath.Join(t.folder, "wapiti"), "-H", "Sec-Fetch-Site: same-origin", "--verify-ssl", "0"}
		if cookies != "" {
			args = append(args, "-H", "Cookie: "+cookies)
		}
		before := t.total()
		limited, cancel := context.WithTimeout(ctx, 6*p.crawl)
		tool := exec.CommandContext(limited, "wapiti", args...)
		tool.WaitDelay = 5 * time.Second
		said, err := tool.CombinedOutput()
		cancel()
		raw, failed := os.ReadFile(out)
		if failed != nil {
			lines := strings.Split(strings.TrimSpace(string(said)), "\n")
			fmt.Fprintf(&b, "| %s | %d | no report: %s (%v) |\n", nameOf(who), t.total()-before, strings.ReplaceAll(lines[len(lines)-1], "|", "/"), err)
			continue
		}
		var report struct {
			Vulnerabilities, Anomalies map[string][]struct{ Method, Path, Info string }
		}
		if err := json.Unmarshal(raw, &report); err != nil {
			return 0, "", fmt.Errorf("report of wapiti: %w", err)
		}
		n := 0
		for _, kinds := range []map[string][]struct{ Method, Path, Info string }{report.Vulnerabilities, report.Anomalies} {
			for kind, all := range kinds {
				for _, v := range all {
					n++
					details = append(details, fmt.Sprintf("* %s, as %s: `%s %s` %s", kind, nameOf(who), v.Method, v.Path, v.Info))
				}
			}
		}
		found += n
		fmt.Fprintf(&b, "| %s | %d | %d |\n", nameOf(who), t.total()-before, n)
		fmt.Printf("wapiti as %s: %d requests, %d findings\n", nameOf(who), t.total()-before, n)
	}
	b.WriteString("\n" + strings.Join(details, "\n") + "\n")
	t.mu.Lock()
	defer t.mu.Unlock()
	untouched := 0
	for _, r := range t.routes {
		if t.asked[r] == 0 {
			untouched++
		}
	}
	fmt.Fprintf(&b, "\n%d of %d routes were reached.\n", len(t.routes)-untouched, len(t.routes))
	return found, b.String(), nil
}

func nameOf(who string) string {
	if who == "" {
		return "nobody"
	}
	return who
}

func (t *target) total() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range t.asked {
		n += k
	}
	return n
}
