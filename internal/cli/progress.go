package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
)

// A progress tells how far a long job has come: a bar with rate and time left on
// a terminal, elsewhere a plain line for each stage and each tenth of it.
type progress struct {
	mu       sync.Mutex
	out      io.Writer
	terminal bool
	bar      *progressbar.ProgressBar
	stage    string
	tenth    int
	began    time.Time
}

func newProgress(out io.Writer) *progress {
	f, ok := out.(*os.File)
	return &progress{out: out, terminal: ok && isatty.IsTerminal(f.Fd())}
}

// stages names what a bar or a line says, by stage.
var stages = map[string]string{
	"reading": "Reading", "grouping": "Grouping", "learning": "Learning", "comparing": "Comparing people", "deciding": "Deciding who is who",
	"writing": "Writing", "generating": "Making records",
	"verifying": "Checking entries",
}

// tell says that a stage has come to done of total; a total of 0 is not known.
func (p *progress) tell(stage string, done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if stage != p.stage {
		p.close()
		p.stage, p.tenth, p.began = stage, 0, time.Now()
		if p.terminal {
			p.bar = progressbar.NewOptions64(max(total, -1), progressbar.OptionSetWriter(p.out), progressbar.OptionSetDescription(fmt.Sprintf("%-22s", stages[stage])),
				progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond),
				progressbar.OptionSetWidth(24), progressbar.OptionClearOnFinish(), progressbar.OptionShowBytes(stage == "reading"))
		} else {
			fmt.Fprintf(p.out, "%s\n", stages[stage])
		}
	}
	if p.terminal {
		if p.bar.GetMax64() != total && total > 0 {
			p.bar.ChangeMax64(total)
		}
		_ = p.bar.Set64(done)
		return
	}
	if total <= 0 || done >= total {
		return
	}
	if tenth := int(done * 10 / total); tenth > p.tenth {
		p.tenth = tenth
		took := time.Since(p.began)
		left := time.Duration(float64(took) * float64(total-done) / float64(max(done, 1)))
		fmt.Fprintf(p.out, "%s: %d%%, about %s left\n", stages[stage], tenth*10, left.Round(time.Second))
	}
}

// end closes the bar of the last stage.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.close()
}

func (p *progress) close() {
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
}

// stages is tell for match.Options.
func (p *progress) stages() func(string, int, int) {
	return func(stage string, done, total int) { p.tell(stage, int64(done), int64(total)) }
}
