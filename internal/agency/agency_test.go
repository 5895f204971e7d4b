package agency_test

import (
	"errors"
	"strings"
	"testing"

	"clew/internal/access"
	"clew/internal/agency"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
)

func TestAgencies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		s := agency.NewStore(access.NewGuard(d))
		by := access.Program("police:11", "test")
		for _, a := range []agency.Agency{{ID: "police:11", Name: "Northmoor Police", Kind: "police"}, {ID: " advocacy:3 ", Name: "Haven", Kind: "advocacy"}} {
			if err := s.Add(ctx, by, a); err != nil {
				t.Fatal(err)
			}
		}
		for name, a := range map[string]agency.Agency{
			"there already": {ID: "police:11", Name: "Another", Kind: "police"}, "no kind": {ID: "x", Name: "X", Kind: "army"}, "no name": {ID: "x", Kind: "nhs"},
			"no code": {Name: "X", Kind: "nhs"}, "a long code": {ID: strings.Repeat("x", 81), Name: "X", Kind: "nhs"}, "a line break": {ID: "x", Name: "X\nY", Kind: "nhs"},
		} {
			if err := s.Add(ctx, by, a); !isInvalid(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := s.Part(ctx, by, "police:11", 1, false); !isInvalid(err) {
			t.Errorf("parted from one’s own: %v", err)
		}
		if err := s.Part(ctx, by, "advocacy:3", 2, false); !errors.Is(err, fault.Conflict) {
			t.Errorf("a version that is not there: %v", err)
		}
		if err := s.Part(ctx, by, "advocacy:3", 1, false); err != nil {
			t.Fatal(err)
		}
		if err := s.Part(ctx, by, "advocacy:3", 2, false); !errors.Is(err, fault.Conflict) {
			t.Errorf("parted twice: %v", err)
		}
		all, err := s.All(ctx, by)
		if err != nil || len(all) != 2 || all[0].ID != "police:11" || all[1].Parted.IsZero() {
			t.Errorf("%+v, %v", all, err)
		}
		if _, err := s.One(ctx, by, "nobody"); !errors.Is(err, fault.NotFound) {
			t.Errorf("one that is not there: %v", err)
		}
		stranger := access.Actor{Account: "somebody", Agency: "police:11"}
		for name, err := range map[string]error{"add": s.Add(ctx, stranger, agency.Agency{ID: "y", Name: "Y", Kind: "nhs"}), "part": s.Part(ctx, stranger, "advocacy:3", 2, false)} {
			if !errors.Is(err, fault.Forbidden) {
				t.Errorf("%s by somebody with no role: %v", name, err)
			}
		}
	})
}

func isInvalid(err error) bool { _, is := errors.AsType[fault.Invalid](err); return is }
