package ledger

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// A Key signs checkpoints, or cosigns them. Its file holds one line, as the note
// package of golang.org/x/mod writes it.
type Key struct {
	signer   note.Signer // nil of a key that is lost
	secret   string
	Verifier string // what others check its signatures by
}

const (
	algSign   = 1 // Ed25519, of a log
	algCosign = 4 // Ed25519 over the time and the checkpoint, of a witness
)

// newKey makes a key of a name; names are told apart by what follows the dot.
func newKey(name string) (*Key, error) {
	secret, _, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	return parseKey(secret)
}

func parseKey(secret string) (*Key, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	v, err := note.NewEd25519VerifierKey(signer.Name(), private(secret).Public().(ed25519.PublicKey))
	return &Key{signer, secret, v}, err
}

// private is the key in a secret that note.NewSigner has read.
func private(secret string) ed25519.PrivateKey {
	b, _ := base64.StdEncoding.DecodeString(strings.SplitN(secret, "+", 5)[4])
	return ed25519.NewKeyFromSeed(b[1:])
}

// Name is the key's name; of a log's key, the log's origin.
func (k *Key) Name() string { name, _, _ := strings.Cut(k.Verifier, "+"); return name }

// KeyAt reads a key's file, or makes it, for its owner alone, when there is none.
func KeyAt(path, prefix string) (*Key, error) {
	k, err := ReadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if k, err = newKey(prefix + "." + strings.ToLower(rand.Text()[:12])); err != nil {
		return nil, err
	}
	// Another program may be making it too: the first stays.
	half := path + "." + rand.Text()
	if err := writeKey(half, k); err != nil {
		return nil, err
	}
	err = os.Link(half, path)
	if removed := os.Remove(half); removed != nil || err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make key: %w", errors.Join(err, removed))
	}
	return ReadKey(path)
}

// ReadKey reads a key from its file.
func ReadKey(path string) (*Key, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	k, err := parseKey(strings.TrimSpace(string(b)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

func writeKey(path string, k *Key) error {
	return WriteFile(path, []byte(k.secret+"\n"))
}

// WriteFile writes a file of its owner alone, and returns when it is on the disk.
func WriteFile(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close(), syncFolder(filepath.Dir(path)))
}

// syncFolder has the disk hold the names of a folder; where that cannot be asked
// for, the system does so by itself.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}

// Cosign adds a cosignature at a time (seconds since 1970) to a checkpoint, by the
// form that witnesses of transparency logs share (C2SP cosignature/v1).
func (k *Key) Cosign(n *note.Note, seconds int64) ([]byte, error) {
	return note.Sign(n, cosigner{k, seconds})
}

// CosignVerifier is what others check a key's cosignatures by.
func (k *Key) CosignVerifier() string {
	public := append([]byte{algCosign}, private(k.secret).Public().(ed25519.PublicKey)...)
	return fmt.Sprintf("%s+%08x+%s", k.Name(), keyHash(k.Name(), public), base64.StdEncoding.EncodeToString(public))
}

func keyHash(name string, key []byte) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	return binary.BigEndian.Uint32(sum[:])
}

type cosigner struct {
	*Key
	seconds int64
}

func (c cosigner) KeyHash() uint32 {
	return keyHash(c.Name(), append([]byte{algCosign}, private(c.secret).Public().(ed25519.PublicKey)...))
}

func (c cosigner) Sign(text []byte) ([]byte, error) {
	b := binary.BigEndian.AppendUint64(nil, uint64(c.seconds))
	return append(b, ed25519.Sign(private(c.secret), cosigned(c.seconds, text))...), nil
}

func cosigned(seconds int64, text []byte) []byte {
	return append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", seconds), text...)
}

// ParseVerifier reads what signatures are checked by: a log's, or a witness's.
func ParseVerifier(s string) (note.Verifier, error) {
	s = strings.TrimSpace(s)
	if v, err := note.NewVerifier(s); err == nil {
		return v, nil
	}
	name, rest, _ := strings.Cut(s, "+")
	hash, key, _ := strings.Cut(rest, "+")
	b, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(b) != 1+ed25519.PublicKeySize || b[0] != algCosign || hash != fmt.Sprintf("%08x", keyHash(name, b)) || name == "" || strings.ContainsAny(name, " \t\r\n") {
		return nil, fmt.Errorf("%.80q is no verifier key", s)
	}
	return witnessKey{name, keyHash(name, b), b[1:]}, nil
}

// IsWitness reports whether a verifier is of cosignatures.
func IsWitness(v note.Verifier) bool { _, ok := v.(witnessKey); return ok }

type witnessKey struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (w witnessKey) Name() string    { return w.name }
func (w witnessKey) KeyHash() uint32 { return w.hash }

func (w witnessKey) Verify(text, sig []byte) bool {
	return len(sig) == 8+ed25519.SignatureSize && ed25519.Verify(w.key, cosigned(int64(binary.BigEndian.Uint64(sig)), text), sig[8:])
}
