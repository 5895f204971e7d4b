package narrate

import (
	"fmt"
	"io"
	"math/bits"
)

// Labelled is a narrative with what a person says it shows.
type Labelled struct {
	Text       string
	Behaviours uint64
}

// A Measure counts what was found against what is there. Precision, Recall and F1
// are between 0 and 1; each is 0 when there is nothing to go by.
type Measure struct{ Right, Wrong, Missed int }

func (m Measure) Precision() float64 { return share(m.Right, m.Right+m.Wrong) }
func (m Measure) Recall() float64    { return share(m.Right, m.Right+m.Missed) }
func (m Measure) F1() float64        { return share(2*m.Right, 2*m.Right+m.Wrong+m.Missed) }

func share(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// An Evaluation is a Measure for each of Behaviours, and for all together.
type Evaluation struct {
	Narratives int
	By         []Measure
	All        Measure
}

// Evaluate reads each narrative and sets what it finds against the labels.
func Evaluate(all []Labelled) Evaluation {
	e := Evaluation{Narratives: len(all), By: make([]Measure, len(Behaviours))}
	for _, l := range all {
		got := Skim(l.Text).Behaviours
		for i := range Behaviours {
			g, w := got>>i&1, l.Behaviours>>i&1
			m := &e.By[i]
			m.Right += int(g & w)
			m.Wrong += int(g &^ w)
			m.Missed += int(w &^ g)
		}
		e.All.Right += bits.OnesCount64(got & l.Behaviours)
		e.All.Wrong += bits.OnesCount64(got &^ l.Behaviours)
		e.All.Missed += bits.OnesCount64(l.Behaviours &^ got)
	}
	return e
}

// Print writes the evaluation as a table.
func (e Evaluation) Print(w io.Writer) error {
	line := func(name string, m Measure) error {
		_, err := fmt.Fprintf(w, "%-12s %6d %9.3f %8.3f %6.3f\n", name, m.Right+m.Missed, m.Precision(), m.Recall(), m.F1())
		return err
	}
	if _, err := fmt.Fprintf(w, "%-12s %6s %9s %8s %6s\n", "behaviour", "true", "precision", "recall", "F1"); err != nil {
		return err
	}
	for i, b := range Behaviours {
		if err := line(string(b), e.By[i]); err != nil {
			return err
		}
	}
	return line("all", e.All)
}
