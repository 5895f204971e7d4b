package pattern

import (
	"context"

	"clew/internal/access"
	"clew/internal/db"
)

// MostWith is how many patterns of one person With gives.
const MostWith = 100

// With are the patterns that a person is in, as victim or as suspect, the most
// pressing first, and not more than MostWith. The id is the person's own, as
// person.Head gives it.
func (s *Store) With(ctx context.Context, by access.Actor, person string) (lines []Line, err error) {
	err = s.guard.Look(ctx, by, access.ReadPerson, func(v *db.View, sight *access.Sight) error {
		sight.Saw("person", person, person)
		open, args := sight.Open([]any{person, MostWith, sight.Pool.ID}, "p.victim", "p.suspect")
		lines, err = db.All(ctx, v, scanLine, `SELECT `+LineColumns+` FROM patterns p WHERE (p.victim = $1 OR p.suspect = $1) AND p.pool = $3`+open+` ORDER BY p.pressing, p.id LIMIT $2`, args...)
		if err != nil {
			return err
		}
		return See(ctx, v, sight, pointers(lines))
	})
	return lines, err
}

// Words names a finding for a reader.
func (f Finding) Words() string {
	switch f {
	case NotRecorded:
		return "Suggests stalking, not recorded"
	case Recorded:
		return "Stalking is recorded"
	case Conduct:
		return "A repeat that is not shown to be stalking"
	}
	return "Several records, one occasion"
}
