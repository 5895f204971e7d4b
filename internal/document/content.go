package document

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/seal"
)

// chunk is how much of a file is sealed at once, in bytes.
const chunk = 1 << 20

// What may be wrong with a file that is put in.
var (
	ErrEmpty = errors.New("the file is empty")
	ErrLarge = errors.New("the file is larger than may be")
	ErrLate  = errors.New("the file came in for longer than Longest")
)

// Content is what was found of a file while it was kept.
type Content struct {
	Size int64
	Sum  [sha256.Size]byte // of the bytes in the clear
	Type string
}

// Begin says that a file is coming in. Until Add has added its document, nobody can read
// it; one that does not end is dropped by Abandon, or in the end by Sweep.
func Begin(ctx context.Context, tx *db.Tx, id string) error {
	if err := tx.Insert(ctx, "document_uploads", []string{"document", "begun"}, [][]any{{id, tx.Now.UnixMicro()}}); err != nil {
		return fmt.Errorf("begin a document: %w", err)
	}
	return nil
}

// Keep reads a file to its end and keeps it in chunks, sealed under key, each in a
// transaction of its own: others work meanwhile. It may have most bytes. Errors of r are
// given back as they are.
func Keep(ctx context.Context, d *db.DB, key []byte, id string, r io.Reader, most int64) (c Content, err error) {
	chunks, err := chunksOf(key, id)
	if err != nil {
		return c, err
	}
	in, sum, buf := bufio.NewReader(r), sha256.New(), make([]byte, chunk)
	for number := 0; ; number++ {
		n, last, err := fill(in, buf)
		if err != nil {
			return c, err
		}
		if c.Size += int64(n); c.Size > most {
			return c, ErrLarge
		}
		if number == 0 {
			if n == 0 {
				return c, ErrEmpty
			}
			c.Type = detect(buf[:n])
		}
		sum.Write(buf[:n])
		sealed := chunks.Seal(number, last, buf[:n])
		if err := d.Write(ctx, func(tx *db.Tx) error {
			return tx.Insert(ctx, "document_chunks", []string{"document", "number", "sealed"}, [][]any{{id, number, sealed}})
		}); err != nil {
			return c, fmt.Errorf("insert chunk: %w", err)
		}
		if last {
			sum.Sum(c.Sum[:0])
			return c, nil
		}
	}
}

// fill reads until buf is full or there is no more. A body that was broken off is an
// error, and not its end.
func fill(in *bufio.Reader, buf []byte) (n int, last bool, err error) {
	for n < len(buf) {
		m, err := in.Read(buf[n:])
		n += m
		if err == io.EOF {
			return n, true, nil
		}
		if err != nil {
			return n, false, err
		}
	}
	if _, err := in.Peek(1); err != nil && err != io.EOF {
		return n, false, err
	} else if err == io.EOF {
		last = true
	}
	return n, last, nil
}

// Copy writes the content of a document that Open has opened. Each chunk is read by
// itself, so that a slow reader holds up nobody. The error is seal.ErrBroken when the
// content is not as it was put in, and fault.NotFound when it was taken back meanwhile.
func Copy(ctx context.Context, d *db.DB, doc *Document, w io.Writer) error {
	chunks, err := chunksOf(doc.key, doc.ID)
	if err != nil {
		return err
	}
	last := int(max(doc.Size-1, 0) / chunk)
	var size int64
	for number := range last + 1 {
		var sealed []byte
		err := d.Read(ctx, func(v *db.View) (err error) {
			sealed, err = db.One(ctx, v, scanBytes, `SELECT sealed FROM document_chunks WHERE document = $1 AND number = $2`, doc.ID, number)
			if !errors.Is(err, fault.NotFound) {
				return err
			}
			if n, err := db.One(ctx, v, db.Number, `SELECT count(*) FROM documents WHERE id = $1 AND length(said) > 0`, doc.ID); err != nil || n > 0 {
				return errors.Join(err, seal.ErrBroken)
			}
			return fault.NotFound
		})
		if err != nil {
			return fmt.Errorf("chunk %d: %w", number, err)
		}
		plain, err := chunks.Open(number, number == last, sealed)
		if err != nil {
			return fmt.Errorf("chunk %d: %w", number, err)
		}
		size += int64(len(plain))
		if _, err := w.Write(plain); err != nil {
			return err
		}
	}
	if size != doc.Size {
		return seal.ErrBroken
	}
	return nil
}

// Drop removes the content of a document, whether or not all of it came in.
func Drop(ctx context.Context, tx *db.Tx, id string) error {
	for _, statement := range []string{`DELETE FROM document_chunks WHERE document = $1`, `DELETE FROM document_uploads WHERE document = $1`} {
		if err := tx.Exec(ctx, statement, id); err != nil {
			return fmt.Errorf("drop content: %w", err)
		}
	}
	return nil
}

// Abandon drops what came in of a file that was broken off. One that is kept after all,
// although nobody heard of it, stays.
func Abandon(ctx context.Context, tx *db.Tx, id string) error {
	n, err := db.One(ctx, tx, db.Number, `SELECT count(*) FROM documents WHERE id = $1`, id)
	if err != nil || n > 0 {
		return err
	}
	return Drop(ctx, tx, id)
}

// Longest is how long a file may take to come in.
const Longest = 24 * time.Hour

// Sweep drops what came in of files that did not end in Longest: those that were coming in
// when the program was stopped.
func Sweep(ctx context.Context, d *db.DB) error {
	var left []string
	if err := d.Read(ctx, func(v *db.View) (err error) {
		left, err = db.All(ctx, v, db.Text, `SELECT document FROM document_uploads WHERE begun < $1 ORDER BY document`, v.Now.Add(-Longest).UnixMicro())
		return err
	}); err != nil {
		return fmt.Errorf("uploads: %w", err)
	}
	for _, id := range left {
		if err := d.Write(ctx, func(tx *db.Tx) error { return Drop(ctx, tx, id) }); err != nil {
			return err
		}
	}
	return nil
}

func scanBytes(r db.Row) (b []byte, err error) { return b, r.Scan(&b) }

func chunksOf(key []byte, id string) (*seal.Chunks, error) {
	return seal.ChunksOf(key, seal.Place{Table: "document_chunks", Row: id, Column: "sealed"})
}
