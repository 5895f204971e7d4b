package report

import (
	"context"

	"clew/internal/access"
	"clew/internal/db"
)

// Versions are all the reports that were taken in of the same record, as it was
// written and as it was corrected, oldest first. Reports are kept, so there is at
// least the one asked for, or the error is fault.NotFound.
func (s *Store) Versions(ctx context.Context, by access.Actor, key string) (all []Held, err error) {
	err = s.guard.Look(ctx, by, access.ReadReport, func(v *db.View, sight *access.Sight) error {
		if _, err := Seen(ctx, v, sight, key); err != nil {
			return err
		}
		same, err := db.One(ctx, v, db.Text, `SELECT same_record FROM reports WHERE id = $1`, key)
		if err != nil {
			return err
		}
		open, args := sight.OpenReport("reports.id", []any{same})
		all, err = db.All(ctx, v, scanHeld, selectReports+`WHERE same_record = $1`+open+` ORDER BY taken_in, id`, args...)
		return err
	})
	return all, err
}
