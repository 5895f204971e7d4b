package access_test

import (
	"errors"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/db/dbtest"
	"clew/internal/fault"
)

func TestGrant(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		a, b := access.Actor{Account: "a"}, access.Actor{Account: "b"}
		do := func(f func(tx *db.Tx) error) error { return d.Write(ctx, f) }
		grant := func(by access.Actor, who string, r access.Role, until time.Time) error {
			return do(func(tx *db.Tx) error { return access.Grant(ctx, tx, by, who, r, until) })
		}
		end := func(by access.Actor, who string, r access.Role) error {
			return do(func(tx *db.Tx) error { return access.EndGrant(ctx, tx, by, who, r) })
		}
		has := func(who string) (all []access.Holding) {
			t.Helper()
			if err := d.Read(ctx, func(v *db.View) (err error) { all, err = access.GrantsOf(ctx, v, v.Now, who); return err }); err != nil {
				t.Fatal(err)
			}
			return all
		}
		invalid := func(what string, err error) {
			t.Helper()
			if _, is := errors.AsType[fault.Invalid](err); !is {
				t.Errorf("%s: %v", what, err)
			}
		}
		later := time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
		invalid("an administrator for a while, and no other", grant(b, "a", access.Administrator, later))
		if err := grant(b, "a", access.Administrator, time.Time{}); err != nil {
			t.Fatal(err)
		}
		invalid("one’s own role", grant(a, "a", access.Officer, time.Time{}))
		invalid("one’s own role taken", end(a, "a", access.Administrator))
		invalid("no such role", grant(a, "b", "emperor", time.Time{}))
		invalid("until yesterday", grant(a, "b", access.Officer, time.Now().Add(-time.Hour)))
		invalid("the last administrator", end(b, "a", access.Administrator))
		invalid("the last administrator, from tomorrow", grant(b, "a", access.Administrator, later))
		if err := grant(a, "b", access.Officer, later); err != nil {
			t.Fatal(err)
		}
		if got := has("b"); len(got) != 1 || got[0].Role != access.Officer || !got[0].Until.Equal(later) {
			t.Errorf("holds %+v", got)
		}
		if err := grant(a, "b", access.Officer, time.Time{}); err != nil {
			t.Fatal(err)
		}
		if got := has("b"); len(got) != 1 || !got[0].Until.IsZero() {
			t.Errorf("given again, holds %+v", got)
		}
		if err := end(a, "b", access.Officer); err != nil {
			t.Fatal(err)
		}
		if got := has("b"); len(got) != 0 {
			t.Errorf("taken away, holds %+v", got)
		}
		if got := has("a"); len(got) != 1 {
			t.Errorf("the administrator holds %+v", got)
		}
	})
}
