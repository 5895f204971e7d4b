package app

import (
	"net/http"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/pattern"
	"clew/internal/recording"
	"clew/internal/report"
	"clew/internal/watch"
	"clew/internal/web"
)

// A hall is where people come in: the first page.
type hall struct {
	audit   *recording.Store
	reports *report.Store
	cases   *casefile.Store
	watch   *watch.Store
	demo    bool
}

// A welcome is what the first page shows: what there is to do for whoever looks.
type welcome struct {
	Demo     bool
	Worklist bool // it is their work
	Tasks    []task
	Counts   map[pattern.Finding]int
	Pressing []recording.Entry // not recorded, and nobody has decided
	Waiting  int               // decisions that wait for a second person
	Imports  int
	Cases    []watch.Line // of whoever looks, the most pressing first
	CasesAll int          // with warnings
	Todo     int          // tasks
	Late     bool         // the first of them
	Asked    int          // referrals that wait for an answer
	Overdue  int          // of them
	Changes  int          // what newer versions of reports say and a hold stops, for whoever may decide
}

// fewCases is how many cases the first page names.
const fewCases = 5

func (h hall) show(w http.ResponseWriter, r *http.Request) error {
	ctx, by := r.Context(), access.From(r.Context())
	v := welcome{Demo: h.demo, Worklist: access.Offers(ctx, access.ReadWorklist), Tasks: tasksOf(ctx)}
	var err error
	if v.Worklist {
		if v.Counts, err = h.audit.Findings(ctx, by); err != nil {
			return err
		}
		if v.Pressing, _, err = h.audit.Worklist(ctx, by, recording.Filter{Finding: pattern.NotRecorded}, 0, 5); err != nil {
			return err
		}
		if v.Waiting, err = h.audit.Waiting(ctx, by); err != nil {
			return err
		}
	}
	if v.Worklist && access.Offers(ctx, access.DecideRecording) {
		if _, v.Changes, err = h.audit.Changes(ctx, by, false, 0, 1); err != nil {
			return err
		}
	}
	if access.Offers(ctx, access.ReadImports) {
		if _, v.Imports, err = h.reports.Imports(ctx, by, 0, 1); err != nil {
			return err
		}
	}
	if access.Offers(ctx, access.ReadCase) {
		if v.Cases, v.CasesAll, err = h.watch.List(ctx, by, watch.Search{Whose: watch.Mine}, 0, fewCases); err != nil {
			return err
		}
		todo, n, err := h.cases.Tasks(ctx, by, 0, 1)
		if err != nil {
			return err
		}
		v.Todo, v.Late = n, n > 0 && todo[0].Overdue
		if v.Asked, v.Overdue, err = h.cases.Owed(ctx, by); err != nil {
			return err
		}
	}
	return web.Render(w, r, http.StatusOK, hallPage(v))
}

func (h hall) showParts(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, partsPage())
}
