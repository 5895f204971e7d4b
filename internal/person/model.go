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

// Model is the matching model learnt from the reports of a pool, or the one Clew
// starts with. It is read again only when it has been trained anew.
func (s *Store) Model(ctx context.Context, pool string) (m *match.Model, err error) {
	err = s.db.Read(ctx, func(v *db.View) error {
		m, err = s.ModelOf(ctx, v, pool)
		return err
	})
	return m, err
}

// ModelOf is Model within a look at the database.
func (s *Store) ModelOf(ctx context.Context, q db.Querier, pool string) (*match.Model, error) {
	trained, err := Trained(ctx, q, pool)
	if err != nil {
		return nil, err
	}
	if l, ok := s.models.Load(pool); ok && l.(learnt).trained == trained {
		return l.(learnt).model, nil
	}
	m := match.DefaultModel()
	if trained != 0 {
		text, err := db.One(ctx, q, db.Text, `SELECT model FROM match_models WHERE id = $1`, pool)
		if err != nil {
			return nil, err
		}
		if m, err = match.LoadModel(bytes.NewReader([]byte(text))); err != nil {
			return nil, err
		}
	}
	s.models.Store(pool, learnt{trained, m})
	return m, nil
}

// Trained is when the model in use in a pool was learnt, in microseconds since 1970; 0 when
// it is the one Clew starts with.
func Trained(ctx context.Context, q db.Querier, pool string) (int64, error) {
	trained, err := db.One(ctx, q, db.Number, `SELECT trained FROM match_models WHERE id = $1`, pool)
	if errors.Is(err, fault.NotFound) {
		return 0, nil
	}
	return trained, err
}

// Settled are the pools whose people have been worked out.
func Settled(ctx context.Context, q db.Querier) ([]string, error) {
	return db.All(ctx, q, db.Text, `SELECT id FROM match_models ORDER BY id`)
}

// KeepModel makes a model the one in use in a pool.
func KeepModel(ctx context.Context, tx *db.Tx, pool string, m *match.Model) error {
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `DELETE FROM match_models WHERE id = $1`, pool); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO match_models (id, trained, model) VALUES ($1, $2, $3)`, pool, tx.Now.UnixMicro(), b.String())
}
