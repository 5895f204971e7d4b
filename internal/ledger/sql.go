package ledger

import (
	"context"
	"fmt"
	"slices"

	"clew/internal/db"
)

// A head is the newest state of a log, and the number and place of the last
// checkpoint that was kept for good.
type head struct {
	size       int64
	checkpoint string
	verifier   string // of its signature; empty when it was signed before this was noted
	kept       int64
	keptSize   int64
	keptAt     int64
	cosigned   int64
}

func headOf(ctx context.Context, q db.Querier) (head, error) {
	h, err := db.One(ctx, q, func(r db.Row) (h head, err error) {
		return h, r.Scan(&h.size, &h.checkpoint, &h.verifier, &h.kept, &h.keptSize, &h.keptAt, &h.cosigned)
	}, `SELECT h.size, h.checkpoint, h.verifier, COALESCE(c.number, 0), COALESCE(c.size, 0), COALESCE(c.at, 0), (SELECT COALESCE(max(number), 0) FROM ledger_cosignatures)
		FROM ledger_head h LEFT JOIN ledger_checkpoints c ON c.number = (SELECT max(number) FROM ledger_checkpoints) WHERE h.id = 1`)
	if err != nil {
		return h, fmt.Errorf("read ledger head: %w", err)
	}
	return h, nil
}

func tileAt(ctx context.Context, q db.Querier, level int, place int64) ([]byte, error) {
	data, err := db.One(ctx, q, func(r db.Row) (b []byte, err error) { return b, r.Scan(&b) }, `SELECT hashes FROM ledger_tiles WHERE level = $1 AND place = $2`, level, place)
	if err != nil {
		return nil, fmt.Errorf("read ledger tile %d/%d: %w", level, place, err)
	}
	return data, nil
}

// A stored is a row of ledger_entries as it is, whatever was done to it.
type stored struct {
	Kept
	commitment []byte
	odd        bool // a column holds another kind of value than Clew writes
}

// entriesIn calls f with each entry of [from, to), in order.
func entriesIn(ctx context.Context, q db.Querier, from, to int64, f func(*stored) error) error {
	var k *stored
	err := db.Each(ctx, q, scanStored, func(r *stored) error {
		if k != nil && k.Seq == r.Seq && !k.odd {
			k.About = append(k.About, r.About...)
			return nil
		}
		before := k
		k = r
		if before == nil {
			return nil
		}
		before.settleAbout()
		return f(before)
	}, `SELECT e.seq, e.at, e.account, e.agency, e.session, e.purpose, e.verb, e.action, e.what, e.subject, e.fields, e.recipient, e.outcome, e.salt, e.commitment, a.person
		FROM ledger_entries e LEFT JOIN ledger_about a ON a.seq = e.seq WHERE e.seq >= $1 AND e.seq < $2 ORDER BY e.seq, a.person`, from, to)
	if err == nil && k != nil {
		k.settleAbout()
		err = f(k)
	}
	if err != nil {
		return fmt.Errorf("read ledger entries: %w", err)
	}
	return nil
}

// scanStored takes any kind of value, so that a value of the wrong kind is seen as
// one and is not an error of the database.
func scanStored(r db.Row) (*stored, error) {
	var v [16]any
	if err := r.Scan(&v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7], &v[8], &v[9], &v[10], &v[11], &v[12], &v[13], &v[14], &v[15]); err != nil {
		return nil, err
	}
	k := &stored{}
	var ok [2]bool
	k.Seq, ok[0] = v[0].(int64)
	k.At, ok[1] = v[1].(int64)
	k.odd = !ok[0] || !ok[1]
	for i, to := range k.texts() {
		s, is := v[2+i].(string)
		*to = s
		k.odd = k.odd || !is
	}
	k.Salt, ok[0] = v[13].([]byte)
	k.commitment, ok[1] = v[14].([]byte)
	k.odd = k.odd || !ok[0] || !ok[1]
	if v[15] != nil {
		who, is := v[15].(string)
		k.About = []string{who}
		k.odd = k.odd || !is
	}
	return k, nil
}

// settleAbout puts those it is about in the order of their bytes: an engine may
// have another.
func (k *stored) settleAbout() {
	slices.Sort(k.About)
}

// A mark is a checkpoint that was kept, or one that a witness cosigned.
type mark struct {
	number, size, at int64
	witness          string // empty of a checkpoint kept by the log itself
	note             string
}

func scanMark(r db.Row) (m mark, err error) {
	return m, r.Scan(&m.number, &m.size, &m.at, &m.witness, &m.note)
}

const (
	keptMarks     = `SELECT number, size, at, '', note FROM ledger_checkpoints `
	cosignedMarks = `SELECT number, size, at, witness, note FROM ledger_cosignatures `
)

// A Witness is another agency's program that keeps the checkpoints it has seen.
type Witness struct{ Name, Verifier, token string }

// Witnesses are those named, in order.
func Witnesses(ctx context.Context, q db.Querier) ([]Witness, error) {
	return db.All(ctx, q, func(r db.Row) (w Witness, err error) { return w, r.Scan(&w.Name, &w.Verifier, &w.token) }, `SELECT name, verifier, token FROM ledger_witnesses ORDER BY name`)
}
