package retention_test

import (
	"errors"
	"testing"
	"time"

	"clew/internal/access/accesstest"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/pattern"
	"clew/internal/person"
	"clew/internal/recording"
	"clew/internal/report"
	"clew/internal/retention"
)

type house struct {
	db      *db.DB
	reports *report.Store
	held    *pattern.Store
	audit   *recording.Store
	keep    *retention.Store
}

func built(t testing.TB, d *db.DB) house {
	t.Helper()
	g := accesstest.Guard(t, d)
	held := pattern.NewStore(g, person.NewStore(g))
	h := house{d, report.NewStore(g), held, recording.NewStore(g), retention.NewStore(g, held)}
	if err := h.keep.Ship(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

var (
	ann = accesstest.As("Ann Reader")
	bo  = accesstest.As("Bo Second")
)

func wrote(id, at string, victim, suspect report.Party, narrative string) *report.Record {
	day, err := time.Parse(time.DateOnly, at)
	if err != nil {
		panic(err)
	}
	return &report.Record{Agency: "Northmoor Police", ID: id, Kind: report.Crime, Reported: day, Count: 1, Victim: victim, Suspect: suspect, Narrative: narrative,
		OffenceCode: "58D", Offence: "Other criminal damage", Relationship: "former-partner"}
}

var (
	mara = report.Party{GivenName: "Mara", FamilyName: "Quillfeather", Born: "02/04/1991", Sex: "F", Phones: []string{"07700 900101"}, Postcodes: []string{"NX1 4AB"}}
	ed   = report.Party{GivenName: "Edward", FamilyName: "Farrowgate", Born: "11/09/1988", Phones: []string{"07700 900202"}}
	joan = report.Party{GivenName: "Joan", FamilyName: "Pennistone", Born: "19/12/1979", Phones: []string{"07700 900303"}}
	gil  = report.Party{GivenName: "Gideon", FamilyName: "Stonecrop", Born: "03/06/1971", Phones: []string{"07700 900404"}}
)

func (h house) record(t testing.TB, r *report.Record) string {
	t.Helper()
	key, _, err := h.held.Record(t.Context(), ann, r)
	if err != nil {
		t.Fatalf("record %s: %v", r.ID, err)
	}
	return key
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// erase proposes, checks and carries out that all about a mention's person goes.
func (h house) erase(t testing.TB, mention string) string {
	t.Helper()
	id := must[string](t)(h.keep.ProposePerson(t.Context(), ann, mention, "Asked in writing, identity checked"))
	h.agree(t, id)
	return id
}

func (h house) agree(t testing.TB, id string) {
	t.Helper()
	if err := h.keep.Check(t.Context(), bo, id, true, "Nothing needs it"); err != nil {
		t.Fatal(err)
	}
	if err := h.keep.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (h house) number(t testing.TB, query string, args ...any) (n int64) {
	t.Helper()
	if err := h.db.Read(t.Context(), func(v *db.View) (err error) {
		n, err = db.One(t.Context(), v, db.Number, query, args...)
		return err
	}); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func wants(t testing.TB, err error, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v, want %v", err, want)
	}
}

func invalid(t testing.TB, err error, field string) {
	t.Helper()
	bad, ok := errors.AsType[fault.Invalid](err)
	if !ok || bad.Of(field) == "" {
		t.Errorf("%v, want something wrong with %s", err, field)
	}
}
