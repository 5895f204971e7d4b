package accessweb

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"clew/internal/access"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/web"
	"clew/internal/when"
	"clew/internal/words"
)

// A shut is one lock as the list shows it.
type shut struct {
	access.Lock
	Set, Closes, Asked, Ended string
	Mine, Ours                bool // the actor asked that it be lifted; somebody of the same agency did
}

// A locking is what the list of locks shows.
type locking struct {
	Locks   []shut
	Stand   int
	Total   int
	Page    web.Page
	Links   govuk.Pagination
	Wrong   fault.Invalid
	WrongOn string // the lock
	Done    string
}

var lockDone = map[string]string{
	"asked":  "You have asked that it be lifted. It stands until a custodian of another agency agrees.",
	"lifted": "The lock is lifted.",
}

func (p Pages) showLocks(w http.ResponseWriter, r *http.Request) error {
	return p.drawLocks(w, r, http.StatusOK, locking{Done: lockDone[web.Flashed(w, r)]})
}

func (p Pages) drawLocks(w http.ResponseWriter, r *http.Request, status int, v locking) error {
	by := access.From(r.Context())
	all, err := p.Guard.Locks(r.Context(), by)
	if err != nil {
		return err
	}
	v.Page, v.Total = web.PageOf(r), len(all)
	if v.Page.Past(v.Total) {
		v.Page.Number = v.Page.Of(v.Total)
	}
	if v.Page.HasLinks(v.Total) {
		v.Links = v.Page.Links(r, v.Total)
	}
	for i := range all {
		if all[i].Lifted.IsZero() {
			v.Stand++
		}
	}
	all = all[v.Page.Offset():min(v.Page.Offset()+v.Page.Limit(), len(all))]
	var accounts []string
	for _, l := range all {
		accounts = append(append(accounts, l.By, l.AskedBy, l.LiftedBy), l.Accounts...)
	}
	names, err := p.names(r.Context(), slices.DeleteFunc(accounts, func(a string) bool { return a == "" }))
	if err != nil {
		return err
	}
	for _, l := range all {
		s := shut{Lock: l, Set: names[l.By] + ", " + when.MinuteOf(l.Since), Mine: l.AskedBy == by.Account, Ours: l.AskedFor == by.Agency}
		var to []string
		for _, a := range l.Accounts {
			to = append(to, names[a])
		}
		for _, t := range l.TeamNames {
			to = append(to, "everybody in "+t)
		}
		s.Closes = words.List(to)
		if l.AskedBy != "" {
			s.Asked = names[l.AskedBy]
		}
		if !l.Lifted.IsZero() {
			s.Ended = names[l.AskedBy] + " and " + names[l.LiftedBy] + ", " + when.MinuteOf(l.Lifted)
		}
		v.Locks = append(v.Locks, s)
	}
	return web.Render(w, r, status, locksPage(v))
}

func (s *shut) rows() []govuk.Row {
	rows := []govuk.Row{govuk.Fact("Closed to", s.Closes), govuk.Fact("Why", written(s.Reason)), govuk.Fact("Flagged by", s.Set)}
	switch {
	case s.Ended != "":
		rows = append(rows, govuk.Fact("Lifted by", s.Ended))
	case s.Asked != "":
		rows = append(rows, govuk.Fact("Asked that it be lifted", s.Asked))
	}
	return rows
}

func (v *locking) counted() string {
	if v.Total == 0 {
		return "No conflict of interest has been flagged that you can see."
	}
	return words.Count(v.Stand, "lock stands", "locks stand") + "; " + words.Thousands(v.Total-v.Stand) + " lifted"
}

func (p Pages) lift(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("lock")
	lifted, err := p.Guard.Lift(r.Context(), access.From(r.Context()), id)
	if wrong, ok := invalid(err); ok {
		for i := range wrong {
			wrong[i].Field = "lift-" + id
		}
		return p.drawLocks(w, r, http.StatusUnprocessableEntity, locking{Wrong: wrong, WrongOn: id})
	}
	if err != nil {
		return err
	}
	if web.Flash(w, r, "asked"); lifted {
		web.Flash(w, r, "lifted")
	}
	return web.See(w, r, "/locks")
}

// A conflict is the form for a conflict of interest, as it was sent.
type conflict struct {
	Mention  string
	Me       string // account
	Accounts []string
	Teams    []string
	Found    []Choice // to choose from: those chosen, and those found
	Around   []Choice // teams to choose from: of those found
	Search   string
	Looked   bool
	Reason   string
	Wrong    fault.Invalid
}

func (v *conflict) boxes() []govuk.Checkbox {
	all := []govuk.Checkbox{{Value: v.Me, Text: "Me", Hint: govuk.Hint{Text: "You will not see this person any more, from now on"}}}
	for _, c := range v.Found {
		all = append(all, govuk.Checkbox{Value: c.ID, Text: c.Name, Hint: govuk.Hint{Text: c.About}})
	}
	return all
}

func (v *conflict) teamBoxes() (all []govuk.Checkbox) {
	for _, t := range v.Around {
		all = append(all, govuk.Checkbox{Value: t.ID, Text: "Everybody in " + t.Name, Hint: govuk.Hint{Text: t.About}})
	}
	return all
}

func (p Pages) showConflictStart(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, conflictStartPage())
}

// showConflict shows the form for the mention that was sent, and finds colleagues
// for it.
func (p Pages) showConflict(w http.ResponseWriter, r *http.Request) error {
	if web.Text(r, "mention") == "" {
		return web.See(w, r, "/conflicts/new")
	}
	v := conflictOf(r)
	status := http.StatusOK
	if v.Looked = web.Text(r, "find") != ""; v.Looked && v.Search == "" {
		v.Wrong, status = fault.Invalid{{Field: "search", Text: "Enter a name to look for"}}, http.StatusUnprocessableEntity
	}
	return p.drawConflict(w, r, status, v)
}

func conflictOf(r *http.Request) conflict {
	return conflict{Mention: web.Text(r, "mention"), Me: access.From(r.Context()).Account, Accounts: web.Texts(r, "accounts"), Teams: web.Texts(r, "teams"), Search: web.Text(r, "search"), Reason: web.Text(r, "reason")}
}

func (p Pages) drawConflict(w http.ResponseWriter, r *http.Request, status int, v conflict) error {
	by := access.From(r.Context())
	may, err := p.Guard.May(r.Context(), by, access.FlagConflict)
	switch {
	case err != nil:
		return err
	case !may[access.FlagConflict]:
		return fault.Forbidden
	}
	names, err := p.names(r.Context(), slices.Clone(v.Accounts))
	if err != nil {
		return err
	}
	for _, a := range v.Accounts {
		if a != v.Me {
			v.Found = append(v.Found, Choice{ID: a, Name: names[a]})
		}
	}
	if v.Search != "" {
		found, err := p.Colleagues(r.Context(), by, v.Search)
		if err != nil {
			return err
		}
		for _, c := range found {
			if c.ID != v.Me && !slices.ContainsFunc(v.Found, func(have Choice) bool { return have.ID == c.ID }) {
				v.Found = append(v.Found, c)
			}
		}
		if len(found) == 0 && v.Looked {
			v.Wrong, status = append(v.Wrong, fault.Message{Field: "search", Text: "Nobody of your agency is called that. Check how the name is spelt"}), http.StatusUnprocessableEntity
		}
	}
	var accounts []string
	for _, c := range v.Found {
		accounts = append(accounts, c.ID)
	}
	if p.Around != nil {
		teams, managers, err := p.Around(r.Context(), by, accounts)
		if err != nil {
			return err
		}
		v.Around = teams
		for _, c := range managers {
			if c.ID != v.Me {
				v.Found = append(v.Found, c)
			}
		}
	}
	return web.Render(w, r, status, conflictPage(v))
}

func (p Pages) flag(w http.ResponseWriter, r *http.Request) error {
	v := conflictOf(r)
	_, err := p.Guard.Flag(r.Context(), access.From(r.Context()), v.Mention, v.Accounts, v.Teams, v.Reason)
	if wrong, ok := invalid(err); ok {
		v.Wrong = wrong
		return p.drawConflict(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, "/conflicts/kept")
}

func (p Pages) showFlagged(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, flaggedPage())
}

// written is what somebody wrote, or that it is gone.
func written(reason string) string {
	return cmp.Or(reason, "Erased with the person it was about")
}

// hidden are the fields that a form sends along.
type hidden struct{ Name, Value string }

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}
