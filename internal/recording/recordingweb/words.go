package recordingweb

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"clew/internal/govuk"
	"clew/internal/recording"
)

// percent writes a share between 0 and 1 in whole per cent. What is not quite none
// or all is not written as none or all.
func percent(share float64) string {
	n := math.Round(share * 100)
	switch {
	case n == 0 && share > 0:
		return "under 1%"
	case n == 100 && share < 1:
		return "over 99%"
	}
	return fmt.Sprintf("%.0f%%", n)
}

// month writes 2026-02 as February 2026.
func month(s string) string {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return s
	}
	return t.Format("January 2006")
}

// stateTag is the state of an audit as a tag.
func stateTag(s recording.State) govuk.Tag {
	return govuk.Tag{Text: s.Words(), Classes: "clew-tag " + map[recording.State]string{
		recording.Undecided: "govuk-tag--blue", recording.Decided: "govuk-tag--yellow", recording.Confirmed: "govuk-tag--green", recording.Disputed: "govuk-tag--red",
	}[s]}
}

func n(i int) string { return strconv.Itoa(i) }
