package casefile_test

import (
	"slices"
	"testing"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/report"
)

// TestRelation writes down what they are to each other: it is shown with its dates, early
// warnings go by it, it is corrected and taken back, and who was erased in one record is
// still who it is about.
func TestRelation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann, ceri := w.somebody(police, "ann", access.Supervisor), w.somebody(haven, "ceri", access.Advocate)
		id := w.begin(ann)
		raised := func() bool { return slices.Contains(rules(w.page(ann, id)), "former-partner") }
		relate := func(is, from, until string, wrong bool) error {
			return w.cases.Relate(t.Context(), ceri, id, "", is, from, until, wrong)
		}
		if raised() {
			t.Fatal("they were partners before anybody said so")
		}
		for field, x := range map[string][3]string{
			"is": {"", "2018", ""}, "related_from": {"partner", "soon", ""}, "related_until": {"partner", "2018", "2017"},
		} {
			w.invalid(relate(x[0], x[1], x[2], false), field)
		}
		w.invalid(relate("spouse", "", "", false), "is") // not one of those offered
		w.invalid(relate("partner", "", "1/1/2999", false), "related_until")
		w.invalid(relate("partner", "", "", true), "is") // nothing to take back

		w.must(relate("colleague", "2016", "", false))
		w.must(relate("partner", "2018", "", false))
		if !raised() {
			t.Error("partners, and no early warning")
		}
		w.must(relate("partner", "2018", "march 2023", false)) // they parted
		w.must(relate("partner", "2018", "march 2023", false)) // sent twice
		p := w.page(ceri, id)
		if len(p.Related) != 2 || p.Related[0].Is != pattern.Partner || p.Related[0].Words() != "Partner, 2018 to March 2023" || p.Related[1].Words() != "Colleague, since 2016" {
			t.Errorf("they are %+v", p.Related)
		}
		if e := p.Events[0]; e.Kind != casefile.Related || e.About != "Partner, 2018 to March 2023" || e.Who != p.Suspects[0].Name || p.Events[1].About != "Partner, since 2018" || p.Events[2].Kind != casefile.Related || p.Events[3].Kind == casefile.Related {
			t.Errorf("written down: %+v", p.Events[:4])
		}
		l, err := w.cases.Timeline(t.Context(), ceri, id, casefile.Sieve{})
		w.must(err)
		if !slices.ContainsFunc(l.All, func(x casefile.Item) bool {
			return x.Kind == casefile.Related && x.Drawn.Short == "they parted" && x.Drawn.From.Format("2006-01") == "2023-03"
		}) {
			t.Error("the timeline does not say when they parted")
		}
		w.must(relate("partner", "", "", true))
		if p := w.page(ann, id); raised() || len(p.Related) != 1 || p.Events[0].About != "Partner: that was not so" {
			t.Errorf("taken back, and yet %+v, %q", p.Related, p.Events[0].About)
		}

		w.must(w.cases.Name(t.Context(), ann, id, w.third))
		w.invalid(relate("family", "", "", false), "related_suspect") // which of two
		two := w.page(ann, id).Suspects
		w.must(w.cases.Relate(t.Context(), ceri, id, two[1].ID, "family", "", "", false))
		if p := w.page(ann, id); len(p.Related) != 2 || p.Related[1].Suspect != two[1].ID {
			t.Errorf("of two suspects: %+v", p.Related)
		}

		// the record of the first suspect goes, and he stays by another
		stays := person.SuspectOf(w.record(report.Record{Agency: "Northmoor Police", ID: "C/9", Offence: "Harassment", Victim: mara, Suspect: edmund}))
		w.must(d.Write(t.Context(), func(tx *db.Tx) error { return w.cases.Forget(t.Context(), tx, w.him, stays) }))
		if p := w.page(ann, id); len(p.Related) != 2 || p.Related[1].Is != pattern.Colleague || p.Related[1].Suspect != p.Suspects[1].ID {
			t.Errorf("after one record went: %+v of %+v", p.Related, p.Suspects)
		}

		fresh, err := w.cases.SplitOff(t.Context(), ann, id, two[1].ID, "Another course of conduct", w.page(ann, id).Version)
		w.must(err)
		if of, left := w.page(ann, fresh).Related, w.page(ann, id).Related; len(of) != 1 || of[0].Is != pattern.Family || len(left) != 1 || left[0].Is != pattern.Colleague {
			t.Errorf("a suspect with a case of his own is %+v, and who is left %+v", of, left)
		}
	})
}

// TestRiskAndOrders: the page of a case says when the risk was assessed and graded last,
// and which orders were written down.
func TestRiskAndOrders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		ann := w.somebody(police, "ann", access.Supervisor)
		id := w.begin(ann)
		if p := w.page(ann, id); p.Assessed.Deed != "" || p.Graded.Deed != "" || len(p.Orders) != 0 {
			t.Errorf("of a new case: %+v, %+v, %+v", p.Assessed, p.Graded, p.Orders)
		}
		for _, x := range [][2]string{{"assessment:refused", "2/2/2026"}, {"order:SPO", "3/2/2026"}, {"assessment:made", "4/2/2026"}, {"decision:grade", "5/2/2026"}, {"order:bail", "6/2/2026"}} {
			w.must(w.cases.Do(t.Context(), ann, id, x[0], x[1], "Because"))
		}
		p := w.page(ann, id)
		if (p.Assessed != casefile.Ordered{Deed: "assessment:made", On: "2026-02-04"}) || p.Graded.On != "2026-02-05" || len(p.Orders) != 2 || p.Orders[0].Deed != "order:bail" {
			t.Errorf("%+v, %+v, %+v", p.Assessed, p.Graded, p.Orders)
		}
	})
}
