// Package seal keeps what must not be read from a stolen database, backup or disk.
//
// Whatever is sealed belongs to a subject: a person, a case, an account. Each
// subject has a key of its own, and all those keys lie in the database wrapped by
// one master key that does not: it is in a file, in the environment or, one day,
// in a service that never gives it away. So a copy of the database alone shows
// nothing, a new master key costs one short pass over the keys, and what was sealed
// for one subject is erased everywhere, backups included, by destroying one key.
//
// A sealed value is bound to the place it was written for. Moved to another row,
// another column or another subject, it does not open: nobody can show Ann's
// address on a page they may read by copying it there.
//
// The cipher is AES-256 in GCM with a random nonce; keys are derived by HKDF with
// SHA-256. All of it is of Go's own library.
package seal

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"clew/internal/db"
	"clew/internal/fault"
)

// What may be wrong with keys, for whoever looks after the program.
var (
	// ErrDestroyed says that what was sealed has been erased.
	ErrDestroyed = errors.New("the key is destroyed: what it sealed has been erased")
	// ErrMissing says that there are keys, and no master key to open them with.
	ErrMissing = errors.New("the master key is missing")
	// ErrWrong says that keys are wrapped by another master key.
	ErrWrong = errors.New("the master key is not the one this database was sealed with")
	// ErrBroken says that a sealed value, or a wrapped key, is not as it was written.
	ErrBroken = errors.New("what was sealed does not open: it was changed, or stands in another place")
)

// A Master wraps the keys of subjects. One that is a service need not show the key.
type Master interface {
	// Fingerprint names the master key and gives nothing of it away.
	Fingerprint() string
	// Wrap seals a key; name is what the key is called, and is sealed with it.
	Wrap(ctx context.Context, name string, key []byte) ([]byte, error)
	// Unwrap opens what Wrap sealed under the same name.
	Unwrap(ctx context.Context, name string, wrapped []byte) ([]byte, error)
}

// A Sealer seals and opens.
type Sealer struct {
	master     Master
	index, app []byte
	trouble    error // why nothing can be sealed or opened; nil: all is well
}

// A Place is where a sealed value stands: a column of a row of a table.
type Place struct{ Table, Row, Column string }

// Subjects of the program itself.
const (
	indexKey = "clew/index" // for Hash
	appKey   = "clew/app"   // for For
)

const keySize = 32

// Open makes ready to seal in d. In a database that has no keys it makes those of
// the program. With a master key that is missing (nil) or wrong it returns a Sealer
// that seals and opens nothing, and says why in Trouble.
func Open(ctx context.Context, d *db.DB, m Master) (*Sealer, error) {
	s := &Sealer{master: m}
	var rows []row
	read := func(q db.Querier) (err error) { rows, err = own(ctx, q); return err }
	if err := d.Read(ctx, func(v *db.View) error { return read(v) }); err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	if len(rows) == 0 {
		if m == nil {
			return &Sealer{trouble: ErrMissing}, nil
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := read(tx); err != nil || len(rows) > 0 {
				return err // another program was quicker
			}
			for _, subject := range []string{appKey, indexKey} {
				if _, err := s.make(ctx, tx, subject); err != nil {
					return err
				}
			}
			return read(tx)
		})
		if err != nil {
			return nil, fmt.Errorf("make keys: %w", err)
		}
	}
	if m == nil {
		return &Sealer{trouble: ErrMissing}, nil
	}
	for _, r := range rows {
		key, err := s.unwrap(ctx, &r)
		if err != nil {
			return &Sealer{trouble: err}, nil
		}
		if r.subject == indexKey {
			s.index = key
		} else {
			s.app = key
		}
	}
	if s.index == nil || s.app == nil {
		return &Sealer{trouble: fmt.Errorf("a key of the program is gone from the database: %w", ErrBroken)}, nil
	}
	return s, nil
}

// Closed is a Sealer that seals and opens nothing, and why.
func Closed(why error) *Sealer { return &Sealer{trouble: why} }

// Trouble is why nothing can be sealed or opened, or nil.
func (s *Sealer) Trouble() error { return s.trouble }

// Seal seals a value of a subject for the place it will stand in. The subject's key
// is made when there is none; when it is destroyed the error is ErrDestroyed.
func (s *Sealer) Seal(ctx context.Context, tx *db.Tx, subject string, at Place, plain []byte) ([]byte, error) {
	if _, err := at.bind(subject); err != nil {
		return nil, err
	}
	o, err := s.Pen(ctx, tx, subject)
	if err != nil {
		return nil, err
	}
	return o.Seal(at, plain)
}

// Open opens what Seal sealed for that subject and that place.
func (s *Sealer) Open(ctx context.Context, q db.Querier, subject string, at Place, sealed []byte) ([]byte, error) {
	bound, err := at.bind(subject)
	if err != nil {
		return nil, err
	}
	key, err := s.key(ctx, q, subject)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	return unlock(key, sealed, bound)
}

// An Opener opens what was sealed for one subject: its key is fetched once.
type Opener struct {
	subject string
	key     []byte
}

// Opener is the opener of a subject, and of one that nothing was sealed for.
func (s *Sealer) Opener(ctx context.Context, q db.Querier, subject string) (*Opener, error) {
	key, err := s.key(ctx, q, subject)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("open: %w", err)
	}
	return &Opener{subject, key}, nil
}

// Pen is the opener of a subject, made ready to seal as well: the subject's key is made
// when there is none; when it is destroyed the error is ErrDestroyed.
func (s *Sealer) Pen(ctx context.Context, tx *db.Tx, subject string) (*Opener, error) {
	key, err := s.key(ctx, tx, subject)
	if errors.Is(err, fault.NotFound) {
		key, err = s.make(ctx, tx, subject)
	}
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return &Opener{subject, key}, nil
}

// Seal seals a value for the place it will stand in.
func (o *Opener) Seal(at Place, plain []byte) ([]byte, error) {
	bound, err := at.bind(o.subject)
	if err != nil {
		return nil, err
	}
	if o.key == nil {
		return nil, fmt.Errorf("seal: %w", fault.NotFound)
	}
	return lock(o.key, plain, bound), nil
}

// Open opens what Seal sealed for that place.
func (o *Opener) Open(at Place, sealed []byte) ([]byte, error) {
	bound, err := at.bind(o.subject)
	if err != nil {
		return nil, err
	}
	if o.key == nil {
		return nil, fmt.Errorf("open: %w", fault.NotFound)
	}
	return unlock(o.key, sealed, bound)
}

// Destroy erases all that was ever sealed for a subject, here and in every copy
// that does not hold the key too. The row of the key stays and says when.
func (s *Sealer) Destroy(ctx context.Context, tx *db.Tx, subject string) error {
	if strings.HasPrefix(subject, "clew/") {
		return fmt.Errorf("the key %q is the program’s own: %w", subject, fault.Forbidden)
	}
	if _, err := find(ctx, tx, subject); err != nil {
		if !errors.Is(err, fault.NotFound) {
			return err
		}
		// Nothing was sealed yet. Nothing shall be.
		return insert(ctx, tx, &row{id: db.NewID(), subject: subject, wrapped: []byte{}, destroyed: true})
	}
	return destroy(ctx, tx, subject)
}

// Hash is a value as it can be looked up: equal values of a kind have equal hashes,
// and without the key nobody can try values out. The value is normalised by whoever
// knows its kind.
func (s *Sealer) Hash(kind, value string) ([]byte, error) {
	if s.trouble != nil {
		return nil, s.trouble
	}
	key, err := hkdf.Key(sha256.New, s.index, nil, "hash|"+kind, keySize)
	if err != nil {
		return nil, fmt.Errorf("hash: %w", err)
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(value))
	return h.Sum(nil), nil
}

// A Box seals values that are of no person and no case, such as the secrets of
// accounts.
type Box struct{ key []byte }

// For is the box for a purpose. What one box sealed no other opens. While there is
// Trouble its key is one of this run alone: what passes to and fro still can, and
// what is to be kept must not be sealed.
func (s *Sealer) For(purpose string) *Box {
	root := s.app
	if s.trouble != nil {
		root = make([]byte, keySize)
		rand.Read(root)
	}
	key, err := hkdf.Key(sha256.New, root, nil, "box|"+purpose, keySize)
	if err != nil {
		panic(err) // the length is a constant
	}
	return &Box{key}
}

// Seal seals a value; context says what it is, such as the id of an account.
func (b *Box) Seal(context string, plain []byte) []byte {
	return lock(b.key, plain, []byte(context))
}

// Open opens what Seal sealed with the same context.
func (b *Box) Open(context string, sealed []byte) ([]byte, error) {
	return unlock(b.key, sealed, []byte(context))
}

// bind is what is sealed with a value beside it.
func (p Place) bind(subject string) ([]byte, error) {
	parts := []string{p.Table, p.Row, p.Column, subject}
	for _, part := range parts {
		if part == "" || strings.Contains(part, "|") {
			return nil, fmt.Errorf("seal: %v is no place for a value of %q", p, subject)
		}
	}
	return []byte(strings.Join(parts, "|")), nil
}

// key is the key of a subject.
func (s *Sealer) key(ctx context.Context, q db.Querier, subject string) ([]byte, error) {
	if s.trouble != nil {
		return nil, s.trouble
	}
	r, err := find(ctx, q, subject)
	if err != nil {
		return nil, err
	}
	return s.unwrap(ctx, &r)
}

func (s *Sealer) unwrap(ctx context.Context, r *row) ([]byte, error) {
	switch {
	case r.destroyed:
		return nil, ErrDestroyed
	case r.master != s.master.Fingerprint():
		return nil, fmt.Errorf("%w (it wants %s and was given %s)", ErrWrong, r.master, s.master.Fingerprint())
	}
	return s.master.Unwrap(ctx, r.name(), r.wrapped)
}

// make makes a key for a subject.
func (s *Sealer) make(ctx context.Context, tx *db.Tx, subject string) ([]byte, error) {
	key := make([]byte, keySize)
	rand.Read(key)
	r := row{id: db.NewID(), subject: subject, master: s.master.Fingerprint()}
	var err error
	if r.wrapped, err = s.master.Wrap(ctx, r.name(), key); err != nil {
		return nil, fmt.Errorf("wrap key: %w", err)
	}
	return key, insert(ctx, tx, &r)
}

// form is the first byte of all that is sealed, for the day when there is another.
const form = 1

func lock(key, plain, bound []byte) []byte {
	return gcm(key).Seal([]byte{form}, nil, plain, bound)
}

func unlock(key, sealed, bound []byte) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != form {
		return nil, ErrBroken
	}
	plain, err := gcm(key).Open(nil, nil, sealed[1:], bound)
	if err != nil {
		return nil, ErrBroken
	}
	return plain, nil
}

func gcm(key []byte) cipher.AEAD {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // all keys are of keySize
	}
	a, err := cipher.NewGCMWithRandomNonce(b)
	if err != nil {
		panic(err)
	}
	return a
}
