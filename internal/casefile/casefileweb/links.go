package casefileweb

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/casefile/picture"
	"clew/internal/govuk"
	"clew/internal/web"
	"clew/internal/words"
)

// A linked is the page of who is reported with what.
type linked struct {
	L      casefile.Links
	Others bool // of other victims as well
}

func (h room) links(w http.ResponseWriter, r *http.Request) (err error) {
	v := linked{Others: web.Text(r, "others") != "no"}
	if v.L, err = h.cases.Links(r.Context(), access.From(r.Context()), r.PathValue("case"), v.Others); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, linksPage(v))
}

func (v *linked) otherVictims() int { return len(v.L.People) - len(v.L.Suspects) - 1 + v.L.MorePeople }

// shared is how many values stand out.
func (v *linked) shared() (n int) {
	for i := range v.L.Values {
		if len(v.L.Values[i].Shared) > 0 {
			n++
		}
	}
	return n
}

var kindWords = map[casefile.ValueKind]string{casefile.Number: "Number", casefile.Email: "Email", casefile.Handle: "Online", casefile.Vehicle: "Vehicle", casefile.Place: "Place", casefile.Device: "Device", casefile.Wording: "Words", casefile.Method: "Method"}

// boxWords are what a value's box says.
func (v *linked) boxWords(i int) string {
	x := &v.L.Values[i]
	s := kindWords[x.Kind] + ": " + x.Text
	if len(x.Shared) > 0 {
		return "Shared " + strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

func (v *linked) lead() string {
	n := words.Count(len(v.L.Values), "thing", "things")
	switch s := v.shared(); {
	case s == 0:
		return n + " that " + words.One(len(v.L.Values), "is", "are") + " reported of a suspect. None of them is shared by two suspects or two victims."
	default:
		return n + " that " + words.One(len(v.L.Values), "is", "are") + " reported of a suspect. " + words.Count(s, "stands", "stand") + " out, because suspects or victims share " + words.One(s, "it", "them") + "."
	}
}

// leftOut says what is not shown.
func (v *linked) leftOut() (all []string) {
	if n := v.L.AtHome; n > 0 {
		all = append(all, words.Count(n, "report is", "reports are")+" of something at a victim’s own address, which is left out.")
	}
	if n := v.L.MoreValues; n > 0 {
		all = append(all, words.Count(n, "more thing that is", "more things that are")+" reported less often "+words.One(n, "is", "are")+" left out.")
	}
	if n := v.L.MorePeople; n > 0 {
		all = append(all, words.Count(n, "more victim", "more victims")+" with fewer reports "+words.One(n, "is", "are")+" left out.")
	}
	if v.L.Clipped {
		all = append(all, "Only the newest 20,000 reports are read.")
	}
	return all
}

func (v *linked) pictureTitle() string {
	return words.Count(len(v.L.People), "person", "people") + " and " + words.Count(len(v.L.Values), "thing", "things") + " they are reported with"
}

func (v *linked) role(i int) string {
	switch p := &v.L.People[i]; {
	case p.Suspect:
		return "Suspect"
	case p.Person == v.L.Victim.ID:
		return "Victim"
	}
	return "Another victim"
}

// fit shortens text to what a box shows; the table has all of it.
func fit(s string, wide int) string {
	const letter = 8
	if r := []rune(s); len(r) > wide/letter {
		return string(r[:wide/letter-1]) + "…"
	}
	return s
}

// curve is the path of a tie.
func curve(c *picture.Curve) string {
	middle := (c.X1 + c.X2) / 2
	return fmt.Sprintf("M%d %dC%d %d %d %d %d %d", c.X1, c.Y1, middle, c.Y1, middle, c.Y2, c.X2, c.Y2)
}

func (v *linked) tieClass(c *picture.Curve) string {
	t := &v.L.Ties[c.Tie]
	switch {
	case t.Own:
		return "clew-net__tie clew-net__tie--own"
	case len(v.L.Values[t.Value].Shared) > 0:
		return "clew-net__tie clew-net__tie--shared"
	}
	return "clew-net__tie"
}

func (v *linked) valueClass(i int) string {
	if len(v.L.Values[i].Shared) > 0 {
		return "clew-net__value clew-net__value--shared"
	}
	return "clew-net__value"
}

func (v *linked) tieWords(c *picture.Curve) string {
	t := &v.L.Ties[c.Tie]
	return v.L.People[t.Person].Name + ", " + v.L.Values[t.Value].Text + ": " + v.how(t)
}

func (v *linked) how(t *casefile.Tie) string {
	var all []string
	if t.Reports > 0 {
		all = append(all, v.counted(t.Reports))
	}
	if t.Own {
		all = append(all, "written down as the victim’s own")
	}
	return words.List(all)
}

// counted counts what is read.
func (v *linked) counted(n int) string {
	if v.L.Incidents == 0 {
		return words.Count(n, "report", "reports")
	}
	return words.Count(n, "report or incident", "reports and incidents")
}

// own reports whether anything is written down as a victim's own, too.
func (v *linked) own() bool {
	return slices.ContainsFunc(v.L.Ties, func(t casefile.Tie) bool { return t.Own })
}

// tiesOf are the ties of a value.
func (v *linked) tiesOf(value int) (all []*casefile.Tie) {
	for i := range v.L.Ties {
		if v.L.Ties[i].Value == value {
			all = append(all, &v.L.Ties[i])
		}
	}
	return all
}

func sharedWords(v *casefile.Value) string {
	return strings.ToUpper(v.Shared[0][:1]) + words.List(v.Shared)[1:]
}

func linkRows(v *linked) (all [][]govuk.Cell) {
	for i := range v.L.Values {
		all = append(all, []govuk.Cell{{HTML: linkValue(v, i)}, {HTML: linkPeople(v, i)}, {HTML: linkReports(v, i)}})
	}
	return all
}

// refsOf are new reports and incidents of a value, each once.
func (v *linked) refsOf(value int) (all []casefile.Ref) {
	seen := map[string]bool{}
	for _, t := range v.tiesOf(value) {
		for _, r := range t.Newest {
			if !seen[r.ID] {
				seen[r.ID] = true
				all = append(all, r)
			}
		}
	}
	return all[:min(len(all), mostRefs)]
}

const mostRefs = 3
