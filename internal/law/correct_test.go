package law_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"clew/internal/access"
	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
	"clew/internal/law"
)

func TestEveryRowOfEveryTable(t *testing.T) {
	for _, table := range law.Shipped() {
		for _, r := range table.Rows {
			if r.Key == "" || r.From.IsZero() || r.Source == "" || !slices.Contains(law.Sures, r.Sure) {
				t.Errorf("%s: incomplete row %+v", table.Name, r)
			}
		}
	}
}

func TestACorrectionHoldsFromItsDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, by, ctx := law.NewStore(accesstest.Guard(t, d)), accesstest.As("Ann Reader"), t.Context()
		fix := law.Correction{Table: "rights", Key: "support", Cells: []string{"Referred to support", "1", "1", "working days"}, From: on("2027-04-01"), Source: "Victims' Code 2027", Sure: "sourced", Reason: "The new Code"}
		if err := s.Correct(ctx, by, fix); err != nil {
			t.Fatal(err)
		}
		if err := s.Correct(ctx, by, law.Correction{Table: "bank-holidays", Cells: []string{"A royal wedding"}, From: on("2028-06-09"), Source: "Proclamation", Sure: "sourced", Reason: "Announced"}); err != nil {
			t.Fatal(err)
		}
		b, err := s.Read(ctx, by)
		if err != nil {
			t.Fatal(err)
		}
		table, _ := b.Table("rights")
		for day, want := range map[string]string{"2021-03-31": "", "2027-03-31": "2", "2027-04-01": "1"} {
			got := ""
			for _, r := range b.On("rights", on(day)) {
				if r.Key == "support" {
					got += table.Cell(&r, "standard")
				}
			}
			if got != want {
				t.Errorf("on %s: %q, want %q", day, got, want)
			}
		}
		if b.Calendar().Works(on("2028-06-09")) || !book().Calendar().Works(on("2028-06-09")) {
			t.Error("the bank holiday that was added is worked, or was one before")
		}
		if c := b.Corrections[0]; c.By != "Ann Reader" || c.Reason != "The new Code" || c.Made.IsZero() {
			t.Errorf("who, when and why: %+v", c)
		}
		for _, sql := range []string{`UPDATE law_rows SET sure = ''`, `DELETE FROM law_rows`} {
			if err := d.Write(ctx, func(tx *db.Tx) error { return tx.Exec(context.WithoutCancel(ctx), sql) }); err == nil {
				t.Errorf("%s: let through", sql)
			}
		}
		if _, is := errors.AsType[fault.Invalid](s.Correct(ctx, by, law.Correction{Table: "rights"})); !is {
			t.Error("an empty row is kept")
		}
		officer := accesstest.Somebody(t, d, "police:1", "Olive Beat", access.Officer)
		if err := s.Correct(ctx, officer, fix); !errors.Is(err, fault.Forbidden) {
			t.Errorf("an officer corrects the law: %v", err)
		}
		if _, err := s.Read(ctx, officer); err != nil {
			t.Errorf("an officer reads the law: %v", err)
		}
	})
}
