package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"clew/internal/db"
	"clew/internal/fault"
)

// A Log signs what is kept. There is one for each open database.
type Log struct {
	db   *db.DB
	path string // of the key
	mu   sync.Mutex
	key  *Key // guarded by mu: a handover changes it
	seen bool // a signature, guarded by mu: from then on there is one
}

// A checkpoint is kept for good when either has gone by since the last.
const (
	keepEvery = 1000
	keepAfter = time.Minute
)

// Open has every transaction of d that writes entries end with a signature over all
// entries so far. The key is made at first start. One that has not signed what is
// there already is refused.
func Open(ctx context.Context, d *db.DB, keyFile string) (*Log, error) {
	l := &Log{db: d, path: keyFile}
	var h head
	if err := d.Read(ctx, func(v *db.View) (err error) { h, err = headOf(ctx, v); return err }); err != nil {
		return nil, err
	}
	var err error
	if h.checkpoint == "" && h.size > 0 {
		return nil, errGone
	}
	if h.checkpoint == "" {
		l.key, err = KeyAt(keyFile, "clew-ledger")
	} else {
		l.key, err = l.fitting(h.checkpoint)
	}
	if err != nil {
		return nil, err
	}
	l.begun(h.checkpoint != "")
	d.BeforeKept(l.seal)
	return l, nil
}

// fitting is the key in the file, which must have signed the newest checkpoint. A
// handover that was kept, but whose program ended before it put the new key in
// place, is finished.
func (l *Log) fitting(newest string) (*Key, error) {
	k, err := ReadKey(l.path)
	if err == nil {
		if _, unsigned := k.opens(newest); unsigned == nil {
			return k, nil
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	folder := filepath.Dir(l.path)
	files, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("look for the ledger's new key: %w", err)
	}
	for _, f := range files {
		if !strings.HasPrefix(f.Name(), filepath.Base(l.path)+newSuffix) {
			continue
		}
		path := filepath.Join(folder, f.Name())
		k, err := ReadKey(path)
		if _, unread := errors.AsType[*fs.PathError](err); unread && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err != nil {
			continue // it is gone, or was not written to its end, and so nothing was signed by it
		}
		if c, err := k.opens(newest); err == nil {
			return k, l.inPlace(path, k, &c)
		}
	}
	return nil, fault.Bad("ledger-key", fmt.Sprintf("The ledger of this database was not signed by the key in %s. "+
		"Put back the key it was signed by, or name its file with CLEW_LEDGER_KEY. Nothing is written until then. "+
		"If no copy is left anywhere, see docs/runbook/key-loss.md", l.path))
}

// opens reads a checkpoint that the key has signed: alone, or as the new key of a
// handover.
func (k *Key) opens(signed string) (Checkpoint, error) {
	v, err := note.NewVerifier(k.Verifier)
	if err != nil {
		return Checkpoint{}, err
	}
	c, _, err := OpenCheckpoint(signed, v)
	if err == nil && c.NewKey != "" && c.NewKey != k.Verifier {
		err = errUnsigned // it is the key that was handed over from
	}
	return c, err
}

// Key is what the log's checkpoints are checked by.
func (l *Log) Key() string { return l.current().Verifier }

// DB is the database the log is of.
func (l *Log) DB() *db.DB { return l.db }

func (l *Log) current() *Key { l.mu.Lock(); defer l.mu.Unlock(); return l.key }

// seal is run at the end of each transaction, before it is kept. It reads what the
// transaction wrote back from the database, so that what is signed is what is
// stored; and it signs only what continues the last signature.
func (l *Log) seal(ctx context.Context, tx *db.Tx) error {
	h, err := headOf(ctx, tx)
	if err != nil {
		return err
	}
	if h.size == 0 || h.checkpoint != "" && sizeOf(h.checkpoint) == h.size {
		return nil
	}
	return l.sign(ctx, tx, h, l.current(), nil)
}

// last is the newest checkpoint, which a key must have signed; empty before the first.
func (l *Log) last(h head, by *Key) (c Checkpoint, err error) {
	switch {
	case h.checkpoint != "":
		l.begun(true)
		if c, err = by.opens(h.checkpoint); err != nil {
			err = fmt.Errorf("the ledger's newest checkpoint is not signed by %s; if the key was changed, start Clew again: %w", l.path, err)
		}
	case l.begun(false):
		err = errGone
	}
	return c, err
}

// Fits is an error when the log cannot sign what comes next: another program may have
// changed the key.
func (l *Log) Fits(ctx context.Context, q db.Querier) error {
	h, err := headOf(ctx, q)
	if err == nil {
		_, err = l.last(h, l.current())
	}
	return err
}

// errGone: the tree would be signed from its beginning, whatever is in it now.
var errGone = errors.New("the ledger’s last signature is gone: it was changed; see clew ledger verify")

// begun remembers that a log was signed, and reports whether it ever was.
func (l *Log) begun(signed bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen = l.seen || signed
	return l.seen
}

func sizeOf(signed string) int64 {
	c, err := unopened(signed)
	if err != nil {
		return -1
	}
	return c.Size
}

// sign extends the tree to all entries there are and signs it: with the next key
// too when there is one, and with it alone when the key is lost.
func (l *Log) sign(ctx context.Context, tx *db.Tx, h head, by, next *Key) error {
	c := Checkpoint{Origin: by.Name(), Size: h.size, Kept: h.kept, Cosigned: h.cosigned}
	last, err := l.last(h, by)
	if err != nil {
		return err
	}
	if h.checkpoint != "" && (h.kept != last.Kept || h.cosigned < last.Cosigned) {
		return fmt.Errorf("of the ledger, %d checkpoints and %d cosignatures were kept, and %d and %d are there; see clew ledger verify", last.Kept, last.Cosigned, h.kept, h.cosigned)
	}
	t, err := load(ctx, tx, last.Size)
	if err != nil {
		return fmt.Errorf("the ledger does not match its last signature; see clew ledger verify: %w", err)
	}
	if root, err := t.root(); err != nil || h.checkpoint != "" && root != last.Root {
		return errors.Join(errors.New("the ledger’s tree does not match its last signature; see clew ledger verify"), err)
	}
	at, err := extend(ctx, tx, t, h.size)
	if err != nil {
		return err
	}
	if c.Root, err = t.root(); err != nil {
		return err
	}
	c.At = time.UnixMicro(max(at, tx.Now.UnixMicro())).UTC()
	gone := c.At.Sub(time.UnixMicro(h.keptAt))
	keep := h.kept == 0 || h.size-h.keptSize >= keepEvery || gone >= keepAfter || gone < 0 || next != nil
	if keep {
		c.Kept++
	}
	var signers []note.Signer
	if by.signer != nil {
		signers = append(signers, by.signer)
	} else {
		c.Last = h.checkpoint
	}
	verifier := by.Verifier
	if next != nil {
		c.OldKey, c.NewKey, verifier = by.Verifier, next.Verifier, next.Verifier
		signers = append(signers, next.signer)
	}
	signed, err := note.Sign(&note.Note{Text: c.Text()}, signers...)
	if err != nil {
		return fmt.Errorf("sign checkpoint: %w", err)
	}
	if err := tx.Exec(ctx, `UPDATE ledger_head SET checkpoint = $1, verifier = $2 WHERE id = 1`, string(signed), verifier); err != nil {
		return fmt.Errorf("write checkpoint: %w", err)
	}
	if !keep {
		return nil
	}
	if err := tx.Exec(ctx, `INSERT INTO ledger_checkpoints (number, size, at, note) VALUES ($1, $2, $3, $4)`, c.Kept, c.Size, c.At.UnixMicro(), string(signed)); err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	return nil
}

// extend grows a tree by the entries stored since, up to size, and writes the tiles
// that grew. It returns when the last of them was.
func extend(ctx context.Context, tx *db.Tx, t *tree, size int64) (at int64, err error) {
	const most = 1024 // entries at a time
	for t.size < size {
		next, end := t.size, min(t.size+most, size)
		err := entriesIn(ctx, tx, next, end, func(k *stored) error {
			if k.odd || k.Seq != next || !bytes.Equal(k.Commitment(), k.commitment) {
				return fmt.Errorf("ledger entry %d is not stored as it was written", next)
			}
			next, at = next+1, max(at, k.At)
			return t.grow(k.Leaf())
		})
		if err != nil {
			return at, err
		}
		if next != end {
			return at, fmt.Errorf("ledger entry %d is missing", next)
		}
		if err := t.write(ctx, tx); err != nil {
			return at, err
		}
	}
	return at, nil
}

// write keeps the tiles that grew.
func (t *tree) write(ctx context.Context, tx *db.Tx) error {
	for s := range t.changed {
		if err := tx.Exec(ctx, `INSERT INTO ledger_tiles (level, place, hashes) VALUES ($1, $2, $3) ON CONFLICT (level, place) DO UPDATE SET hashes = excluded.hashes`,
			s.level, s.place, t.tiles[s]); err != nil {
			return fmt.Errorf("write ledger tile: %w", err)
		}
		if len(t.tiles[s]) == tileWidth*32 {
			delete(t.tiles, s) // nothing is read to its left again
		}
	}
	clear(t.changed)
	return nil
}
