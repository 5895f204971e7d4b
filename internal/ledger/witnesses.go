package ledger

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"clew/internal/db"
	"clew/internal/fault"
)

// Name names a witness, and gives the token it shows. Only what the token hashes to
// is kept. A witness that is named again gets a new token and keeps its key.
func (l *Log) Name(ctx context.Context, name, verifier string) (token string, err error) {
	name, verifier = strings.TrimSpace(name), strings.TrimSpace(verifier)
	k, err := ParseVerifier(verifier)
	if err != nil || !IsWitness(k) {
		return "", fault.Bad("key", "That is no witness's key: it is what `clew witness --state DIR` prints")
	}
	if name == "" || len(name) > 100 {
		return "", fault.Bad("name", "Give the witness a name of up to 100 characters")
	}
	token = rand.Text()
	err = l.db.Write(ctx, func(tx *db.Tx) error {
		all, err := Witnesses(ctx, tx)
		if err != nil {
			return err
		}
		for _, w := range all {
			if w.Name == name && w.Verifier != verifier {
				return fault.Bad("key", fmt.Sprintf("%s is a witness already, with another key; name the new one otherwise", name))
			}
		}
		if err := tx.Exec(ctx, `INSERT INTO ledger_witnesses (name, verifier, token, since) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE SET token = excluded.token`,
			name, verifier, hashOf(token), tx.Now.UnixMicro()); err != nil {
			return fmt.Errorf("insert witness: %w", err)
		}
		return Note(ctx, tx, Entry{Account: "program", Purpose: "maintain", Verb: Alteration, Action: "name a witness", What: "witness", On: verifier, Outcome: Done})
	})
	return token, err
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// ByToken is the witness that has a token, or fault.NotFound.
func ByToken(ctx context.Context, q db.Querier, token string) (Witness, error) {
	all, err := Witnesses(ctx, q)
	if err != nil {
		return Witness{}, err
	}
	found, hash := -1, []byte(hashOf(token))
	for i, w := range all { // all of them, so that the time tells nothing
		if subtle.ConstantTimeCompare(hash, []byte(w.token)) == 1 {
			found = i
		}
	}
	if found < 0 || token == "" {
		return Witness{}, fmt.Errorf("witness: %w", fault.NotFound)
	}
	return all[found], nil
}

// Newest is the newest checkpoint, or fault.NotFound before there is an entry.
func Newest(ctx context.Context, q db.Querier) (string, error) {
	h, err := headOf(ctx, q)
	if err == nil && h.checkpoint == "" {
		err = fmt.Errorf("checkpoint: %w", fault.NotFound)
	}
	return h.checkpoint, err
}

// Tile is a tile's hashes.
func Tile(ctx context.Context, q db.Querier, level int, place int64) ([]byte, error) {
	return tileAt(ctx, q, level, place)
}

// cosignedAt is when a checkpoint was cosigned, in seconds since 1970.
func cosignedAt(n *note.Note) int64 {
	b, err := base64.StdEncoding.DecodeString(n.Sigs[0].Base64)
	if err != nil || len(b) < 12 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(b[4:]))
}

// Cosigned keeps what a witness sends back: a checkpoint this log has signed, with
// the witness's signature added. The count of them is signed in turn, so that none
// can be dropped.
func (l *Log) Cosigned(ctx context.Context, w Witness, signed string) error {
	bad := func(why string) error { return fault.Bad("cosignature", why) }
	k, err := ParseVerifier(w.Verifier)
	if err != nil {
		return fmt.Errorf("key of a witness: %w", err)
	}
	_, n, err := openNote(signed, k)
	if err != nil {
		return bad("It is not signed by the witness")
	}
	return l.db.Write(ctx, func(tx *db.Tx) error {
		handovers, err := Handovers(ctx, tx)
		if err != nil {
			return err
		}
		if err := l.Fits(ctx, tx); err != nil {
			return err
		}
		by := l.current()
		keys, err := Chain(by.Verifier, handovers)
		if err != nil {
			return err
		}
		c, err := keys.Open(signed)
		if err != nil {
			return bad("It is no checkpoint of this ledger")
		}
		h, err := headOf(ctx, tx)
		if err != nil {
			return err
		}
		if c.Size == 0 || c.Size > h.size {
			return bad("It is of more entries than there are")
		}
		root, err := rootAt(ctx, tx, c.Size)
		if err != nil {
			return err
		}
		if root != c.Root {
			return bad("It is not of this ledger's history")
		}
		had, err := db.All(ctx, tx, db.Number, `SELECT number FROM ledger_cosignatures WHERE size = $1 AND witness = $2`, c.Size, w.Name)
		if err != nil || len(had) > 0 {
			return err
		}
		h.cosigned++
		if err := tx.Exec(ctx, `INSERT INTO ledger_cosignatures (number, size, at, witness, note) VALUES ($1, $2, $3, $4, $5)`, h.cosigned, c.Size, cosignedAt(n)*1e6, w.Name, signed); err != nil {
			return fmt.Errorf("insert cosignature: %w", err)
		}
		return l.sign(ctx, tx, h, by, nil)
	})
}

// rootAt is the root of the first size entries.
func rootAt(ctx context.Context, q db.Querier, size int64) (tlog.Hash, error) {
	return tlog.TreeHash(size, newShelf(ctx, q))
}
