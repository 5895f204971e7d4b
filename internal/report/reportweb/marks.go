package reportweb

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"clew/internal/pattern/narrate"
)

// A piece is part of a narrative. One with labels was read as something.
type piece struct {
	Text   string
	Labels []string
	// Aside: it was read, and does not count as done by the suspect to the victim
	// on this occasion.
	Aside bool
}

// pieces cut a narrative where words that were read begin and end. Words whose
// readings overlap are one piece with all of its labels, so that the pieces put
// together are the narrative again, to the byte.
func pieces(text string, findings []narrate.Finding) (all []piece) {
	found := slices.Clone(findings)
	slices.SortStableFunc(found, func(a, b narrate.Finding) int { return a.From - b.From })
	at := 0
	for i := 0; i < len(found); {
		from, to := within(found[i].From, at, len(text)), at
		p := piece{Aside: true}
		for first := i; i < len(found) && (i == first || found[i].From < to); i++ {
			f := found[i]
			if f.To <= f.From {
				continue
			}
			to = max(to, within(f.To, at, len(text)))
			if label := labelOf(f); !slices.Contains(p.Labels, label) {
				p.Labels = append(p.Labels, label)
			}
			p.Aside = p.Aside && aside(f.Kind)
		}
		if from >= to {
			continue // nothing of the text
		}
		if at < from {
			all = append(all, piece{Text: text[at:from]})
		}
		p.Text = text[from:to]
		all, at = append(all, p), to
	}
	if at < len(text) {
		all = append(all, piece{Text: text[at:]})
	}
	return all
}

func within(n, low, high int) int { return min(max(n, low), high) }

// aside reports whether what was read was not done by the suspect to the victim.
func aside(kind string) bool {
	switch kind {
	case "denied", "other-person", "past", "dispute", "count":
		return true
	}
	return false
}

// labelOf names what words were read as.
func labelOf(f narrate.Finding) string {
	value := strings.ReplaceAll(f.Value, "-", " ")
	switch f.Kind {
	case "behaviour", "act", "impact":
		return value
	case "fear":
		if f.Value == "violence" {
			return "fear of violence"
		}
		return value
	case "threat":
		return "threat"
	case "unwanted":
		return "not wanted"
	case "count":
		return "how often"
	case "dispute":
		switch f.Value {
		case "neighbours":
			return "quarrel between neighbours"
		case "business":
			return "quarrel about business"
		case "debt":
			return "about a debt"
		}
		return "about contact with children"
	case "denied":
		return "denied: " + value
	case "other-person":
		return "somebody else: " + value
	case "past":
		return "long ago: " + value
	}
	return strings.TrimSpace(f.Kind + " " + value)
}

// marked draws a narrative with its marks, and not one space that is not in it:
// line breaks are kept by the style.
func marked(all []piece) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		for _, p := range all {
			switch {
			case len(p.Labels) == 0:
				b.WriteString(templ.EscapeString(p.Text))
				continue
			case p.Aside:
				b.WriteString(`<mark class="clew-read clew-read--aside">`)
			default:
				b.WriteString(`<mark class="clew-read">`)
			}
			b.WriteString(templ.EscapeString(p.Text))
			b.WriteString(`<span class="clew-read__label"><span class="govuk-visually-hidden"> (</span>`)
			b.WriteString(templ.EscapeString(strings.Join(p.Labels, ", ")))
			b.WriteString(`<span class="govuk-visually-hidden">) </span></span></mark>`)
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}
