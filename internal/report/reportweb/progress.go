package reportweb

import (
	"fmt"
	"time"

	"clew/internal/intake"
	"clew/internal/report"
	"clew/internal/web"
	"clew/internal/words"
)

// shares are how much of the bar each stage of an import takes, in order. A large
// file takes about so long for each.
var shares = []struct {
	stage, words string
	percent      int
}{
	{intake.Reads, "reading", 75},
	{"grouping", "putting names and numbers side by side", 2},
	{"learning", "learning what tells people apart here", 4},
	{"comparing", "comparing people", 6},
	{"deciding", "deciding who is who", 2},
	{"writing", "writing down the patterns", 11},
}

func (h room) progressOf(i *report.Import) web.Progress {
	p, runs := h.intake.Progress(i.ID)
	return progressWords(i, p, runs)
}

// progressWords says how far an import has come. It is Done once the import runs no
// more, when the page is to be loaded again.
func progressWords(i *report.Import, p intake.Progress, runs bool) web.Progress {
	if !i.State.Running() {
		return web.Progress{Text: "Finished", Value: 100, Max: 100, Done: true}
	}
	if !runs { // another program runs it, or it ends just now
		return web.Progress{Text: words.Count(i.Read, "row", "rows") + " read"}
	}
	if p.Stage == intake.Waits {
		if p.Before < 1 {
			return web.Progress{Text: "About to start"}
		}
		return web.Progress{Text: "Waiting for " + words.Count(p.Before, "other import", "other imports") + " to finish"}
	}
	percent, doing := 0, p.Stage
	for _, s := range shares {
		if s.stage == p.Stage {
			doing = s.words
			if p.Total > 0 {
				percent += int(int64(s.percent) * min(p.Done, p.Total) / p.Total)
			}
			break
		}
		percent += s.percent
	}
	text := fmt.Sprintf("%d%% done. ", percent)
	if p.Stage == intake.Reads {
		text += words.Count(p.Rows, "row", "rows") + " read"
		if p.Rate >= 1 {
			text += fmt.Sprintf(", %s a second", words.Thousands(int(p.Rate)))
		}
		if left := leftWords(p.Left); left != "" {
			text += "; reading ends in " + left
		}
		return web.Progress{Text: text + ".", Value: percent, Max: 100}
	}
	return web.Progress{Text: text + "All " + words.Count(i.Read, "row is", "rows are") + " in. Now " + doing + ".", Value: percent, Max: 100}
}

// leftWords is a time that is left, as roughly as it is known.
func leftWords(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < 50*time.Second:
		return "less than a minute"
	case d < 90*time.Second:
		return "about a minute"
	case d < 55*time.Minute:
		return fmt.Sprintf("about %d minutes", int(d.Round(time.Minute).Minutes()))
	case d < 90*time.Minute:
		return "about an hour"
	}
	return fmt.Sprintf("about %d hours", int(d.Round(time.Hour).Hours()))
}
