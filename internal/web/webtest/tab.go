package webtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

func (b *Tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// Phone makes the window that of a small phone.
func (b *Tab) Phone() *Tab {
	b.t.Helper()
	b.do("phone", chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	return b
}

// Desktop makes the window that of a computer.
func (b *Tab) Desktop() *Tab {
	b.t.Helper()
	b.do("desktop", chromedp.EmulateViewport(1280, 900))
	return b
}

// Width makes the window that wide.
func (b *Tab) Width(pixels int) *Tab {
	b.t.Helper()
	b.do("width", chromedp.EmulateViewport(int64(pixels), 740))
	return b
}

// Paper makes the page what it is on a sheet of A4, between its margins.
func (b *Tab) Paper() *Tab {
	b.t.Helper()
	b.do("paper", chromedp.EmulateViewport(680, 960))
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		b.t.Fatal(err)
	}
	return b
}

// WithoutScripts turns scripts off.
func (b *Tab) WithoutScripts() *Tab {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		b.t.Fatal(err)
	}
	return b
}

// Passkeys gives the browser a phone that keeps passkeys, and whose owner always
// shows it a finger. Pages are then asked for at localhost: no passkey answers to
// a number.
func (b *Tab) Passkeys() *Tab {
	b.t.Helper()
	b.site = strings.Replace(b.site, "127.0.0.1", "localhost", 1)
	if _, err := chromedp.Call(b.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		b.t.Fatal(err)
	}
	if _, err := chromedp.Call(b.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}}); err != nil {
		b.t.Fatal(err)
	}
	return b
}

// Visit opens a page of the site and gives its status.
func (b *Tab) Visit(path string) int {
	b.t.Helper()
	b.do("visit "+path, chromedp.Navigate(b.site+path))
	return b.Status()
}

// Status is that of the last page.
func (b *Tab) Status() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.status
}

// Click presses what a selector names, and goes on at once.
func (b *Tab) Click(css string) {
	b.t.Helper()
	b.do("click "+css, chromedp.Click(chromedp.CSS(css)))
}

// Follow presses a link or a button that leads to a page, and gives its status
// once it is there.
func (b *Tab) Follow(css string) int {
	b.t.Helper()
	if _, err := chromedp.RunResponse(b.ctx, chromedp.Click(chromedp.CSS(css))); err != nil {
		b.t.Fatalf("follow %s: %v", css, err)
	}
	return b.Status()
}

// Fill types into a field, in place of what is there.
func (b *Tab) Fill(css, text string) {
	b.t.Helper()
	b.do("fill "+css, chromedp.Clear(chromedp.CSS(css)), chromedp.SendKeys(chromedp.CSS(css), text))
}

// Choose picks an option of a select by its value.
func (b *Tab) Choose(css, value string) {
	b.t.Helper()
	b.do("choose "+css, chromedp.SetValue(chromedp.CSS(css), value))
}

// Attach puts files into a file field.
func (b *Tab) Attach(css string, files ...string) {
	b.t.Helper()
	b.do("attach "+css, chromedp.SetUploadFiles(chromedp.CSS(css), files, chromedp.NodeReady))
}

// Press types keys where the focus is, such as kb.Tab.
func (b *Tab) Press(keys string) {
	b.t.Helper()
	b.do("press", chromedp.KeyEvent(keys))
}

// Wait waits until what a selector names can be seen.
func (b *Tab) Wait(css string) {
	b.t.Helper()
	b.do("wait for "+css, chromedp.WaitVisible(chromedp.CSS(css)))
}

// Text is what can be read in what a selector names, once it is there.
func (b *Tab) Text(css string) string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS(css), chromedp.NodeReady))
	if err != nil {
		b.t.Fatalf("text of %s: %v", css, err)
	}
	return strings.TrimSpace(text)
}

// Value is what a field holds.
func (b *Tab) Value(css string) string {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Value(chromedp.CSS(css)))
	if err != nil {
		b.t.Fatalf("value of %s: %v", css, err)
	}
	return value
}

// Count is how many there are on the page now of what a selector names.
func (b *Tab) Count(css string) int {
	b.t.Helper()
	n, err := chromedp.Run(b.ctx, chromedp.Evaluate[int]("document.querySelectorAll("+strconv.Quote(css)+").length"))
	if err != nil {
		b.t.Fatalf("count %s: %v", css, err)
	}
	return n
}

// sees finds whether the middle of an element is in sight, in the window's width and in
// whatever scrolls it sideways.
const sees = `(function (css) {
  const e = document.querySelector(css)
  if (!e) return false
  const r = e.getBoundingClientRect(), x = r.left + r.width / 2
  for (let p = e.parentElement; p; p = p.parentElement) {
    const b = p.getBoundingClientRect()
    if (/auto|scroll|hidden/.test(getComputedStyle(p).overflowX) && (x < b.left || x > b.right)) return false
  }
  return r.width > 0 && x >= 0 && x <= innerWidth
})`

// Sees reports whether the middle of an element is where the reader sees it without
// scrolling sideways.
func (b *Tab) Sees(css string) bool {
	b.t.Helper()
	seen, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](sees+"("+strconv.Quote(css)+")"))
	if err != nil {
		b.t.Fatalf("sees %s: %v", css, err)
	}
	return seen
}

// Title is the title of the page.
func (b *Tab) Title() string {
	b.t.Helper()
	title, err := chromedp.Run(b.ctx, chromedp.Title())
	if err != nil {
		b.t.Fatal(err)
	}
	return title
}

// Path is the address of the page, without the site.
func (b *Tab) Path() string {
	at, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		return "(no page)"
	}
	return strings.TrimPrefix(at, b.site)
}

// Screenshot writes a picture of the whole page, as a PNG file.
func (b *Tab) Screenshot(path string) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatalf("screenshot: %v", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

var axeSource = sync.OnceValues(func() (string, error) {
	b, err := os.ReadFile(filepath.Join(root(), "node_modules", "axe-core", "axe.min.js"))
	return string(b), err
})

const runAxe = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
.then(r => JSON.stringify(r.violations))`

// Axe fails the test on any violation of WCAG 2.2 AA, or of good practice, that
// axe-core finds on the page as it is now, and on any trouble seen before.
func (b *Tab) Axe() {
	b.t.Helper()
	source, err := axeSource()
	if err != nil {
		if os.Getenv("CLEW_REQUIRE_BROWSER") == "1" {
			b.t.Fatalf("axe-core is required: %v", err)
		}
		b.t.Skip("axe-core is missing: npm ci --ignore-scripts")
	}
	// The browser's own door is outside the policy of the page, which stays strict.
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](source+";0")); err != nil {
		b.t.Fatal(err)
	}
	raw, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](runAxe, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	var violations []struct {
		ID, Impact, Help string
		Nodes            []struct {
			HTML   string
			Target []any
		}
	}
	if err := json.Unmarshal([]byte(raw), &violations); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range violations {
		for _, n := range v.Nodes {
			b.t.Errorf("%s: axe %s (%s): %s\n  %v %s", b.Path(), v.ID, v.Impact, v.Help, n.Target, n.HTML)
		}
	}
	b.Quiet()
}

const overflowing = `(() => {
  const wide = innerWidth, out = []
  for (const e of document.body.querySelectorAll('*')) {
    const r = e.getBoundingClientRect()
    if (r.width === 0 || r.right <= wide + 1) continue
    let p = e.parentElement, scrolls = false
    for (; p && p !== document.body; p = p.parentElement) if (/auto|scroll|hidden/.test(getComputedStyle(p).overflowX)) { scrolls = true; break }
    if (!scrolls) out.push(e.tagName.toLowerCase() + '.' + e.className + ' to ' + Math.round(r.right))
  }
  return document.scrollingElement.scrollWidth > wide ? JSON.stringify(out.slice(0, 8)) : ''
})()`

// Fits fails the test when the page is wider than the window, so that it would
// have to be scrolled both ways. Boxes that scroll by themselves do not count.
func (b *Tab) Fits() {
	b.t.Helper()
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](overflowing))
	if err != nil {
		b.t.Fatal(err)
	}
	if out != "" {
		b.t.Errorf("%s: wider than the window: %s", b.Path(), out)
	}
}

// Check looks at the page as it is now on the narrowest phone and on a computer:
// Axe, and Fits. It leaves the window at the width of a computer.
func (b *Tab) Check() {
	b.t.Helper()
	b.Width(320)
	b.Fits()
	b.Axe()
	b.Desktop()
	b.Fits()
	b.Axe()
}
