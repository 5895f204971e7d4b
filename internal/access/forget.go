package access

import (
	"context"
	"errors"
	"fmt"

	"clew/internal/db"
)

// Forget takes a mention that is about to be erased out of locks and breakings of the
// glass. Where whoever it is of is spoken of by another mention that stays, that one
// takes its place: a lock goes on hiding them. Where nothing else speaks of them, what
// people wrote about them is emptied; who did what and when, and verdicts, are kept.
func Forget(ctx context.Context, tx *db.Tx, mention, stays string) error {
	locks, err := db.All(ctx, tx, db.Text, `SELECT lock FROM lock_mentions WHERE mention = $1 ORDER BY lock`, mention)
	if err != nil {
		return fmt.Errorf("locks: %w", err)
	}
	err = tx.Exec(ctx, `DELETE FROM lock_mentions WHERE mention = $1`, mention)
	for _, l := range locks {
		if stays != "" {
			err = errors.Join(err, tx.InsertNew(ctx, "lock_mentions", []string{"lock", "mention"}, [][]any{{l, stays}}))
			continue
		}
		err = errors.Join(err, tx.Exec(ctx, `UPDATE locks SET reason = '' WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM lock_mentions x WHERE x.lock = locks.id)`, l))
	}
	if stays != "" {
		err = errors.Join(err, tx.Exec(ctx, `UPDATE glass SET mention = $2 WHERE mention = $1`, mention, stays))
	} else {
		err = errors.Join(err, tx.Exec(ctx, `UPDATE glass SET reason = '', review = '' WHERE mention = $1`, mention))
	}
	if err != nil {
		return fmt.Errorf("forget a mention: %w", err)
	}
	return nil
}
