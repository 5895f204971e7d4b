package report

import (
	"context"

	"clew/internal/db"
)

// Versions are all the reports that were taken in of the same record, as it was
// written and as it was corrected, oldest first. Reports are kept, so there is at
// least the one asked for, or the error is fault.NotFound.
func (s *Store) Versions(ctx context.Context, key string) (all []Held, err error) {
	err = s.db.Read(ctx, func(v *db.View) error {
		same, err := db.One(ctx, v, db.Text, `SELECT same_record FROM reports WHERE id = $1`, key)
		if err != nil {
			return err
		}
		all, err = db.All(ctx, v, scanHeld, selectReports+`WHERE same_record = $1 ORDER BY taken_in, id`, same)
		return err
	})
	return all, err
}
