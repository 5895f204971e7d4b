package accessweb

import (
	"net/http"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

// A review is what the list of unusual looking shows.
type review struct {
	Items []access.Item
	Names map[string]string
	Total int
	Page  web.Page
	Links govuk.Pagination
	Done  string
}

func (p Pages) showUnusual(w http.ResponseWriter, r *http.Request) (err error) {
	v := review{Page: web.PageOf(r)}
	if v.Items, v.Total, err = p.Guard.Unusual(r.Context(), access.From(r.Context()), v.Page.Offset(), v.Page.Limit()); err != nil {
		return err
	}
	if web.Flashed(w, r) == "closed" {
		v.Done = "What you found out is kept, and the item is closed."
	}
	if v.Page.HasLinks(v.Total) {
		v.Links = v.Page.Links(r, v.Total)
	}
	var accounts []string
	for i := range v.Items {
		accounts = append(accounts, v.Items[i].Account)
	}
	if v.Names, err = p.names(r.Context(), accounts); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, unusualPage(v))
}

func (v *review) table() govuk.Table {
	t := govuk.Table{Reflow: true, Classes: "clew-table--dense", Head: govuk.Cells("Found", "Who", "What is unusual", "How it stands")}
	for i := range v.Items {
		x := &v.Items[i]
		t.Rows = append(t.Rows, []govuk.Cell{
			{HTML: itemLink(x)}, {HTML: isolated(v.Names[x.Account])}, {Text: unusual(x)}, {HTML: itemTag(x)},
		})
	}
	return t
}

func itemTag(i *access.Item) govuk.Tag {
	if i.Closed.IsZero() {
		return govuk.Tag{Text: "To review", Classes: "clew-tag govuk-tag--yellow"}
	}
	return govuk.Tag{Text: "Closed", Classes: "clew-tag govuk-tag--grey"}
}

// unusual says what was seen, and nothing of why.
func unusual(i *access.Item) string {
	days := words.Count(i.Seen, "day", "days")
	switch i.Kind {
	case access.Flood:
		return "Looked at " + words.Count(i.Seen, "person", "different people") + " in one day. On nine days in ten, colleagues with the same work look at " + words.Thousands(i.Usual) + " or fewer."
	case access.Stray:
		return "In 30 days, " + words.Thousands(i.Seen) + " of the people they looked at are people nobody else here looked at, or did anything about. From colleagues with the same work, one would expect about " + words.Thousands(i.Usual) + "."
	case access.Drip:
		return "Looked at one person on " + days + ", while nobody else here did and nothing was done about that person."
	case access.Self:
		return "Looked at somebody with their own name, on " + days + "."
	case access.Wrote:
		return "Recorded a report about somebody who is hidden from them. Clew keeps it apart from that person; somebody who may see both can undo that on the person’s page."
	case access.Kin:
		return "Looked at somebody with their own family name on " + days + ", and did nothing about that person."
	}
	return string(i.Kind)
}

// span is when it was.
func span(i *access.Item) string {
	first, last := i.First.Format("2 January 2006"), i.Last.Format("2 January 2006")
	if first == last {
		return first
	}
	return first + " to " + last
}

// A reviewing is what the page of one item shows.
type reviewing struct {
	access.Item
	Names  map[string]string
	Ledger bool // the actor may read the ledger
	Typed  string
	Wrong  fault.Invalid
}

func (v *reviewing) rows() []govuk.Row {
	rows := []govuk.Row{
		{Key: govuk.Cell{Text: "Who"}, Value: govuk.Cell{HTML: isolated(v.Names[v.Account])}},
		govuk.Fact("What is unusual", unusual(&v.Item)), govuk.Fact("When it was", span(&v.Item)), govuk.Fact("Found", when.MinuteOf(v.Found)),
	}
	if !v.Closed.IsZero() {
		rows = append(rows, govuk.Fact("Closed", joined(v.Names[v.ClosedBy], when.MinuteOf(v.Closed))), govuk.Fact("What they found out", v.Why))
	}
	return rows
}

// sent are the fields of the search that shows the looks behind an item.
func (v *reviewing) sent() []hidden {
	all := []hidden{{"name", v.Names[v.Account]}, {"account", v.Account}, {"for", v.Names[v.Account]}}
	if v.Person != "" {
		all = append(all, hidden{"what", "person"}, hidden{"on", v.Person})
	}
	since, until := typedDay(v.First, "since"), typedDay(v.Last, "until")
	for _, part := range []string{"day", "month", "year"} {
		all = append(all, hidden{"since-" + part, since["since-"+part]}, hidden{"until-" + part, until["until-"+part]})
	}
	return all
}

func (p Pages) showItem(w http.ResponseWriter, r *http.Request) error {
	return p.drawItem(w, r, http.StatusOK, reviewing{})
}

func (p Pages) drawItem(w http.ResponseWriter, r *http.Request, status int, v reviewing) (err error) {
	by := access.From(r.Context())
	if v.Item, err = p.Guard.UnusualItem(r.Context(), by, r.PathValue("item")); err != nil {
		return err
	}
	accounts := []string{v.Account}
	if v.ClosedBy != "" {
		accounts = append(accounts, v.ClosedBy)
	}
	if v.Names, err = p.names(r.Context(), accounts); err != nil {
		return err
	}
	may, err := p.Guard.May(r.Context(), by, access.ReadLedger)
	if err != nil {
		return err
	}
	v.Ledger = may[access.ReadLedger]
	return web.Render(w, r, status, itemPage(v))
}

func (p Pages) closeItem(w http.ResponseWriter, r *http.Request) error {
	id, why := r.PathValue("item"), web.Text(r, "why")
	err := p.Guard.CloseUnusual(r.Context(), access.From(r.Context()), id, why)
	if wrong, ok := invalid(err); ok {
		return p.drawItem(w, r, http.StatusUnprocessableEntity, reviewing{Typed: why, Wrong: wrong})
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "closed")
	return web.See(w, r, "/unusual")
}

// An explaining is what the page about a colleague shows.
type explaining struct {
	Who    chosen
	What   string
	On     string
	Answer *access.Answer
	Wrong  fault.Invalid
}

func (p Pages) showExplain(w http.ResponseWriter, r *http.Request) error {
	return p.drawExplain(w, r, http.StatusOK, explaining{})
}

func (p Pages) drawExplain(w http.ResponseWriter, r *http.Request, status int, v explaining) error {
	may, err := p.Guard.May(r.Context(), access.From(r.Context()), access.ExplainAccess)
	switch {
	case err != nil:
		return err
	case !may[access.ExplainAccess]:
		return fault.Forbidden
	}
	return web.Render(w, r, status, explainPage(v))
}

func (p Pages) explain(w http.ResponseWriter, r *http.Request) (err error) {
	v := explaining{What: web.Text(r, "what"), On: web.Text(r, "on")}
	v.Who, err = p.choose(r)
	if v.Who.Name == "" {
		err = fault.Bad("name", "Enter the name of a colleague")
	}
	if wrong, ok := invalid(err); ok {
		v.Wrong = wrong
	} else if err != nil {
		return err
	}
	if v.On != "" && v.What == "" {
		v.Wrong = append(v.Wrong, fault.Message{Field: "what", Text: "Select what the number is of"})
	}
	if len(v.Wrong) > 0 {
		return p.drawExplain(w, r, http.StatusUnprocessableEntity, v)
	}
	answer, err := p.Guard.Explain(r.Context(), access.From(r.Context()), v.Who.Account, "", access.Thing{What: v.What, ID: v.On})
	if err != nil {
		return err
	}
	v.Answer = &answer
	return p.drawExplain(w, r, http.StatusOK, v)
}

func roleNames(all []access.Role) string {
	names := make([]string, len(all))
	for i, r := range all {
		names[i] = r.Name()
	}
	return words.List(names)
}

// seen answers whether a colleague can see the thing that was asked about.
func (v *explaining) seen() string {
	switch v.Answer.Sees {
	case access.Seen:
		return "Yes, they can see this " + v.What + "."
	case access.NoRoles:
		return "No: no role they have now lets them open a " + v.What + "."
	}
	return "There is no " + v.What + " by this number that they can see."
}

func (v *explaining) table(allowed bool) govuk.Table {
	head := "A role that would allow it"
	if allowed {
		head = "Because they are"
	}
	t := govuk.Table{Reflow: true, Classes: "clew-table--dense", Head: govuk.Cells("Action", head)}
	for i := range v.Answer.Rights {
		if x := &v.Answer.Rights[i]; x.Allowed == allowed {
			t.Rows = append(t.Rows, []govuk.Cell{{Text: sentence(string(x.Action))}, {Text: because(x)}})
		}
	}
	return t
}

func because(r *access.Right) string {
	s := roleNames(r.By)
	if len(r.By) == 0 {
		s = sentence(string(r.Reason))
	}
	if r.Fresh {
		s += ". They must have proved in the last 15 minutes who they are"
	}
	return s
}
