package app

import (
	"archive/tar"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/ledger"
)

// A backup is a tar file: backup.json, which says what is in it, then clew.db and
// what is in uploads. It may be encrypted with age. The master key is not in it: who
// finds a backup must not find the key with it.

// A Manifest says what is in a backup.
type Manifest struct {
	Made   time.Time         `json:"made"`
	Step   int64             `json:"step"`   // of the schema
	Master []string          `json:"master"` // fingerprints of the master keys it wants
	Files  map[string]string `json:"files"`  // SHA-256 of each, in hexadecimal
}

const manifestName = "backup.json"

// exists is an error unless there is a database in a folder.
func exists(c *Config) error {
	if c.Database != "" {
		return fault.Bad("database", "The database is PostgreSQL, which copies itself: run PGOPTIONS='-c clew.holders=*' pg_dump --enable-row-security --format=custom --file=FILE, keep the uploads folder with it, and restore it with pg_restore")
	}
	if _, err := os.Stat(c.Where()); err != nil {
		return fault.Bad("data", fmt.Sprintf("There is no database in %s", c.Data))
	}
	return nil
}

// Backup writes a copy of the data to a new file, for recipients alone when there
// are any. Others may write meanwhile. Nothing is at that file until all of it is.
func Backup(ctx context.Context, c Config, file string, to []age.Recipient) (m Manifest, err error) {
	if err := exists(&c); err != nil {
		return m, err
	}
	if _, err := os.Stat(file); err == nil {
		return m, fault.Bad("file", fmt.Sprintf("%s is there already: a backup is never written over another", file))
	}
	d, err := db.OpenAsItIs(c.Where(), time.Now)
	if err != nil {
		return m, err
	}
	defer d.Close()
	m = Manifest{Made: time.Now().UTC().Truncate(time.Second), Files: map[string]string{}}
	if m.Step, _, err = d.Step(ctx); err != nil {
		return m, err
	}
	// The copy in the clear stays where the data are in the clear.
	temporary, err := os.MkdirTemp(c.Data, ".backup-")
	if err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	defer os.RemoveAll(temporary)
	copied := filepath.Join(temporary, "clew.db")
	if err := d.Backup(ctx, copied); err != nil {
		return m, err
	}
	if m.Master, err = masters(ctx, copied); err != nil {
		return m, err
	}
	paths := map[string]string{"clew.db": copied}
	uploads := filepath.Join(c.Data, "uploads")
	err = filepath.WalkDir(uploads, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // none, or taken in meanwhile
		}
		if err == nil && e.Type().IsRegular() {
			name, _ := filepath.Rel(c.Data, path)
			paths[filepath.ToSlash(name)] = path
		}
		return err
	})
	if err != nil {
		return m, fmt.Errorf("uploads: %w", err)
	}
	out, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*.part")
	if err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	defer os.Remove(out.Name())
	err = m.write(out, paths, to)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return m, fmt.Errorf("write backup: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return m, err
	}
	if err := os.Rename(out.Name(), file); err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	if err := syncFolder(filepath.Dir(file)); err != nil {
		return m, err
	}
	noteBackup(ctx, d) // the backup is made, whether or not that can be kept
	return m, nil
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// masters are the fingerprints of the master keys that the keys of a database are
// wrapped by.
func masters(ctx context.Context, file string) (all []string, err error) {
	d, err := db.OpenAsItIs(file, time.Now)
	if err != nil {
		return nil, err
	}
	tables, err := d.Tables(ctx)
	if err == nil && slices.Contains(tables, "keys") {
		err = d.Read(ctx, func(v *db.View) error {
			all, err = db.All(ctx, v, db.Text, `SELECT DISTINCT master FROM keys WHERE destroyed IS NULL ORDER BY master`)
			return err
		})
	}
	return all, errors.Join(err, d.Close(), os.RemoveAll(file+"-wal"), os.RemoveAll(file+"-shm"))
}

func (m *Manifest) write(out io.Writer, paths map[string]string, to []age.Recipient) error {
	for name, path := range paths {
		sum, err := digest(path)
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) && name != "clew.db" {
				delete(paths, name) // an upload that was taken in meanwhile
				continue
			}
			return err
		}
		m.Files[name] = sum
	}
	buffered := bufio.NewWriterSize(out, 1<<20)
	var w io.WriteCloser = nopCloser{buffered}
	if len(to) > 0 {
		var err error
		if w, err = age.Encrypt(buffered, to...); err != nil {
			return err
		}
	}
	t := tar.NewWriter(w)
	head, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Name: manifestName, Mode: 0o600, Size: int64(len(head)), ModTime: m.Made}); err != nil {
		return err
	}
	if _, err := t.Write(head); err != nil {
		return err
	}
	for name, path := range paths {
		if err := addFile(t, name, path, m.Made); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return errors.Join(t.Close(), w.Close(), buffered.Flush())
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func addFile(t *tar.Writer, name, path string, made time.Time) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	i, err := f.Stat()
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: i.Size(), ModTime: made}); err != nil {
		return err
	}
	_, err = io.Copy(t, f)
	return err
}

func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Restore unpacks a backup into a folder that is empty or not there yet, and looks
// it through. When anything is wrong, what it unpacked is removed again.
func Restore(ctx context.Context, file, folder string, identities []age.Identity) (m Manifest, err error) {
	in, err := os.Open(file)
	if err != nil {
		return m, fault.Bad("file", fmt.Sprintf("The backup cannot be read: %v", err))
	}
	defer in.Close()
	if there, err := os.ReadDir(folder); err == nil && len(there) > 0 {
		return m, fault.Bad("data", fmt.Sprintf("%s is not empty: a backup is restored into an empty folder only", folder))
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return m, fmt.Errorf("data folder: %w", err)
	}
	defer func() {
		if err != nil {
			there, _ := os.ReadDir(folder)
			for _, e := range there {
				os.RemoveAll(filepath.Join(folder, e.Name()))
			}
		}
	}()
	buffered := bufio.NewReaderSize(in, 1<<20)
	var r io.Reader = buffered
	if begin, _ := buffered.Peek(len(ageHead)); string(begin) == ageHead {
		if len(identities) == 0 {
			return m, fault.Bad("identity", "The backup is encrypted: give the key that opens it with --identity FILE")
		}
		if r, err = age.Decrypt(buffered, identities...); err != nil {
			return m, fault.Bad("identity", fmt.Sprintf("The backup does not open with that key: %v", err))
		}
	}
	if err := m.unpack(tar.NewReader(r), folder); err != nil {
		return m, fault.Bad("file", fmt.Sprintf("The backup is damaged, or is no backup of Clew: %v", err))
	}
	return m, m.verify(ctx, folder)
}

const ageHead = "age-encryption.org/v1"

func (m *Manifest) unpack(t *tar.Reader, folder string) error {
	h, err := t.Next()
	if err != nil {
		return err
	}
	if h.Name != manifestName {
		return errors.New("it does not begin with " + manifestName)
	}
	if err := json.NewDecoder(t).Decode(m); err != nil {
		return err
	}
	seen := 0
	for {
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		want, known := m.Files[h.Name]
		if !known || !filepath.IsLocal(filepath.FromSlash(h.Name)) || h.Typeflag != tar.TypeReg {
			return fmt.Errorf("%q is not in its list", h.Name)
		}
		path := filepath.Join(folder, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		sum := sha256.New()
		_, err = io.Copy(io.MultiWriter(f, sum), t)
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
		if hex.EncodeToString(sum.Sum(nil)) != want {
			return fmt.Errorf("%s is not as it was written", h.Name)
		}
		seen++
	}
	if seen != len(m.Files) {
		return fmt.Errorf("%d of its %d files are there", seen, len(m.Files))
	}
	return syncFolder(folder)
}

func (m *Manifest) verify(ctx context.Context, folder string) error {
	d, err := db.OpenAsItIs(filepath.Join(folder, "clew.db"), time.Now)
	if err != nil {
		return err
	}
	defer d.Close()
	wrong, err := d.Sound(ctx)
	if err != nil {
		return err
	}
	if len(wrong) == 0 {
		wrong, err = ledgerWrong(ctx, d, "")
	}
	if err == nil && len(wrong) > 0 {
		err = fault.Bad("file", "The database in the backup is damaged: "+strings.Join(wrong, "; "))
	}
	return err
}

// ledgerWrong says what in the ledger is not as it was written and signed. Without
// a key's file, as of a backup, it can say no more than that entries are missing.
func ledgerWrong(ctx context.Context, d *db.DB, keyFile string) (wrong []string, err error) {
	tables, err := d.Tables(ctx)
	if err != nil || !slices.Contains(tables, "ledger_head") {
		return nil, err
	}
	key, err := ledger.ReadKey(keyFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	err = d.Read(ctx, func(v *db.View) error {
		size, err := db.One(ctx, v, db.Number, `SELECT size FROM ledger_head WHERE id = 1`)
		if err != nil {
			return err
		}
		n, err := db.One(ctx, v, db.Number, `SELECT COUNT(*) FROM ledger_entries`)
		if err != nil || n != size {
			wrong = append(wrong, fmt.Sprintf("the ledger should have %d entries and has %d", size, n))
			return err
		}
		if key == nil {
			if size > 0 && keyFile != "" {
				wrong = append(wrong, fmt.Sprintf("its key is missing: put the copy at %s, or the program will not start", keyFile))
			}
			return nil
		}
		r, err := ledger.Verify(ctx, v, ledger.Asked{Key: key.Verifier})
		if err != nil {
			return err
		}
		for _, w := range r.Wrong {
			wrong = append(wrong, w.Text)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return wrong, nil
}
