package seal

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"clew/internal/db"
)

// A Key is a Master that the program holds itself.
type Key struct {
	key   []byte
	print string
}

// head begins the text of a master key, so that nobody takes it for anything else.
const head = "clew-master-key-1:"

// NewKey makes a master key by chance.
func NewKey() *Key {
	b := make([]byte, keySize)
	rand.Read(b)
	return keyOf(b)
}

// ParseKey reads a master key from its text.
func ParseKey(text string) (*Key, error) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), head)
	b, err := base64.RawURLEncoding.DecodeString(rest)
	if !ok || err != nil || len(b) != keySize {
		return nil, errors.New("that is no master key: one begins with " + head)
	}
	return keyOf(b), nil
}

func keyOf(b []byte) *Key {
	print, err := hkdf.Key(sha256.New, b, nil, "fingerprint", 8)
	if err != nil {
		panic(err) // the length is a constant
	}
	return &Key{b, hex.EncodeToString(print)}
}

// text is the key as a file or the environment holds it. Whoever has it can read
// everything: it is written to no log and no page.
func (k *Key) text() string { return head + base64.RawURLEncoding.EncodeToString(k.key) }

// Fingerprint names the key.
func (k *Key) Fingerprint() string { return k.print }

// Wrap seals a key under this one.
func (k *Key) Wrap(_ context.Context, name string, key []byte) ([]byte, error) {
	return lock(k.key, key, []byte(name)), nil
}

// Unwrap opens a key that is sealed under this one.
func (k *Key) Unwrap(_ context.Context, name string, wrapped []byte) ([]byte, error) {
	return unlock(k.key, wrapped, []byte(name))
}

// ReadFile reads a master key from a file. The error is fs.ErrNotExist when there
// is none.
func ReadFile(path string) (*Key, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	k, err := ParseKey(string(b))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

// WriteFile writes a master key to a new file that only its owner can read, and
// has it on the disk when it returns. A file that is there already is left alone,
// and is an error.
func WriteFile(path string, k *Key) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("master key: %w", err)
	}
	_, err = f.WriteString(k.text() + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("master key: %w", err)
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("master key: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// Keeping is where the master key is kept.
type Keeping struct {
	File string // made at first start
	Text string // the key itself, from the environment; it is used before File
}

// Load is the master key of d, or nil when it is missing. One is made only for a
// database that has no keys, and never over a file that is there.
func (k Keeping) Load(ctx context.Context, d *db.DB) (Master, error) {
	if k.Text != "" {
		m, err := ParseKey(k.Text)
		if err != nil {
			return nil, fmt.Errorf("CLEW_MASTER_KEY: %w", err)
		}
		return m, nil
	}
	m, err := ReadFile(k.File)
	if !errors.Is(err, fs.ErrNotExist) {
		if err != nil {
			return nil, err
		}
		return m, nil
	}
	var keys int64
	if err := d.Read(ctx, func(v *db.View) (err error) {
		keys, err = db.One(ctx, v, db.Number, `SELECT COUNT(*) FROM keys`)
		return err
	}); err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	if keys > 0 {
		return nil, nil
	}
	m = NewKey()
	if err := WriteFile(k.File, m); err != nil {
		if errors.Is(err, fs.ErrExist) { // another program was quicker
			return ReadFile(k.File)
		}
		return nil, err
	}
	return m, nil
}
