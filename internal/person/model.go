package person

import (
	"bytes"
	"context"
	"errors"

	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/pattern/match"
)

// learnt is the matching model in use and when it was trained.
type learnt struct {
	trained int64
	model   *match.Model
}

// Model is the matching model learnt from the reports held, or the one Clew
// starts with. It is read again only when it has been trained anew.
func (s *Store) Model(ctx context.Context) (m *match.Model, err error) {
	err = s.db.Read(ctx, func(v *db.View) error {
		trained, err := Trained(ctx, v)
		if err != nil {
			return err
		}
		if l := s.model.Load(); l != nil && l.trained == trained {
			m = l.model
			return nil
		}
		m = match.DefaultModel()
		if trained != 0 {
			text, err := db.One(ctx, v, db.Text, `SELECT model FROM match_models WHERE id = 'current'`)
			if err != nil {
				return err
			}
			if m, err = match.LoadModel(bytes.NewReader([]byte(text))); err != nil {
				return err
			}
		}
		s.model.Store(&learnt{trained, m})
		return nil
	})
	return m, err
}

// Trained is when the model in use was learnt, in microseconds since 1970; 0 when
// it is the one Clew starts with.
func Trained(ctx context.Context, q db.Querier) (int64, error) {
	trained, err := db.One(ctx, q, db.Number, `SELECT trained FROM match_models WHERE id = 'current'`)
	if errors.Is(err, fault.NotFound) {
		return 0, nil
	}
	return trained, err
}

// KeepModel makes a model the one in use.
func KeepModel(ctx context.Context, tx *db.Tx, m *match.Model) error {
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `DELETE FROM match_models`); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO match_models (id, trained, model) VALUES ('current', $1, $2)`, tx.Now.UnixMicro(), b.String())
}
