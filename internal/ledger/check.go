package ledger

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Checked is what a bundle proves, what it does not, and what is wrong with it.
type Checked struct{ Proved, Not, Wrong []string }

func (r *Checked) proved(format string, args ...any) {
	r.Proved = append(r.Proved, fmt.Sprintf(format, args...))
}

func (r *Checked) not(format string, args ...any) {
	r.Not = append(r.Not, fmt.Sprintf(format, args...))
}

func (r *Checked) wrong(format string, args ...any) {
	if len(r.Wrong) < mostWrong {
		r.Wrong = append(r.Wrong, fmt.Sprintf(format, args...))
	}
}

// What a bundle may be at most. A zip can hold a thousand times what it weighs;
// entries are half random, and shrink to a third.
const (
	mostManifest    = 1 << 20
	mostCheckpoints = 16 << 20
	mostLine        = 1 << 20
	mostShrunk      = 50
)

// Check checks a bundle by itself. key is the log's as the reader was given it, and
// witnesses are keys of witnesses; without them the bundle's own are used, and that
// they are right is among what was not proved. ErrNoBundle is of what is none.
func Check(r io.ReaderAt, size int64, key string, witnesses []string) (*Checked, error) {
	c := &Checked{}
	files, err := unpack(r, size)
	if err != nil {
		return c, err
	}
	var m manifest
	b, err := whole(files[manifestFile], mostManifest)
	if err != nil {
		return c, err
	}
	if err := strict(b, &m); err != nil || m.Clew != bundleForm {
		return c, fmt.Errorf("%w: its manifest is not of the form %s", ErrNoBundle, bundleForm)
	}
	var s signings
	if b, err = whole(files[checkpointsFile], mostCheckpoints); err != nil {
		return c, err
	}
	if err := strict(b, &s); err != nil {
		return c, fmt.Errorf("%w: %s: %v", ErrNoBundle, checkpointsFile, err)
	}
	sum := sha256.Sum256(b)
	c.file(m, checkpointsFile, sum[:])
	newest, ok := c.signings(&m, &s, key, witnesses)
	if !ok {
		return c, nil
	}
	if err := c.entries(files[entriesFile], &m, newest); err != nil {
		return c, err
	}
	c.not("that what the entries say is so; only that they are as they were written")
	c.not("what was done after %s, when the newest checkpoint was signed", newest.At.Format(time.RFC3339))
	return c, nil
}

// unpack finds the files of a bundle, each once and no other. Their names are never
// names of anything on the disk.
func unpack(r io.ReaderAt, size int64) (map[string]*zip.File, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrNoBundle, err)
	}
	files := map[string]*zip.File{}
	for _, f := range z.File {
		switch {
		case f.Name != manifestFile && f.Name != entriesFile && f.Name != checkpointsFile:
			return nil, fmt.Errorf("%w: it holds %.40q", ErrNoBundle, f.Name)
		case files[f.Name] != nil:
			return nil, fmt.Errorf("%w: it holds %s twice", ErrNoBundle, f.Name)
		case f.UncompressedSize64/mostShrunk > f.CompressedSize64+1<<10:
			return nil, fmt.Errorf("%w: %s would unpack to far more than it is", ErrNoBundle, f.Name)
		}
		files[f.Name] = f
	}
	if len(files) != 3 {
		return nil, fmt.Errorf("%w: it wants one of %s, %s and %s", ErrNoBundle, manifestFile, entriesFile, checkpointsFile)
	}
	return files, nil
}

func whole(f *zip.File, most int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %v", ErrNoBundle, f.Name, err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil || int64(len(b)) > most {
		return nil, fmt.Errorf("%w: %s cannot be unpacked, or is too long", ErrNoBundle, f.Name)
	}
	return b, nil
}

// strict reads JSON that has the fields it should and no others.
func strict(b []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("there is more after its end")
	}
	return nil
}

func (c *Checked) file(m manifest, name string, sum []byte) {
	if m.Files[name] != hex.EncodeToString(sum) {
		c.wrong("%s is not as the manifest says.", name)
		return
	}
	c.proved("%s is as the manifest says, by SHA-256", name)
}

// signings checks the checkpoints, and returns the newest.
func (c *Checked) signings(m *manifest, s *signings, key string, witnesses []string) (newest Checkpoint, ok bool) {
	trusted := key
	if trusted == "" {
		trusted = m.Key
		c.not("that %.200s is the ledger's key: compare it with the one you were given by another way, or give that with --key", m.Key)
	}
	keys, err := Chain(trusted, s.Handovers)
	if err != nil {
		c.wrong("The key: %v.", err)
		return newest, false
	}
	lost := Replacements(s.Handovers)
	for _, r := range lost {
		c.not("that %.200s was lost, as was said on %s: the key that took its place was not signed by it. What it signed until then, %d entries, is unchanged if it was the last it signed; ask a witness", r.Lost, r.At.Format(time.RFC3339), r.Last)
	}
	cosigners := map[string]note.Verifier{}
	for _, w := range witnesses {
		k, err := ParseVerifier(w)
		if err != nil || !IsWitness(k) {
			c.wrong("%.80q is no key of a witness.", w)
			continue
		}
		cosigners[w] = k
	}
	if len(witnesses) == 0 {
		for _, w := range s.Witnesses {
			if k, err := ParseVerifier(w.Key); err == nil && IsWitness(k) {
				cosigners[w.Key] = k
			}
		}
	}
	seen := map[string]Checkpoint{}
	for i, f := range s.Checkpoints {
		p, err := keys.Open(f.Note)
		if err != nil {
			c.wrong("Checkpoint %d of the bundle: %v.", i+1, err)
			return newest, false
		}
		if p.Size < 1 || i > 0 && !continues(f.Proof, p, newest) {
			c.wrong("The checkpoint of %d entries does not continue the one before, of %d.", p.Size, newest.Size)
			return newest, false
		}
		newest = p
		for text, k := range cosigners {
			if _, _, err := openNote(f.Note, k); err == nil {
				seen[text] = p
			}
		}
	}
	for _, r := range lost {
		if !slices.ContainsFunc(s.Checkpoints, func(f following) bool { return f.Note == r.note }) {
			c.wrong("What a key signed last before it was lost, %d entries, is not in the bundle.", r.Last)
			return newest, false
		}
	}
	if n := len(s.Checkpoints); n > 0 {
		if _, err := keys.OpenNewest(s.Checkpoints[n-1].Note); err != nil {
			c.wrong("The newest checkpoint of the bundle: %v.", err)
			return newest, false
		}
	}
	if len(s.Checkpoints) == 0 || newest.Origin != m.Origin {
		c.wrong("There is no checkpoint of the ledger that the manifest names.")
		return newest, false
	}
	c.proved("%d checkpoints are signed by the ledger %s, each continuing the one before; the newest is of %d entries at %s", len(s.Checkpoints), newest.Origin, newest.Size, newest.At.Format(time.RFC3339))
	names := make([]string, 0, len(seen))
	for text, p := range seen {
		names = append(names, fmt.Sprintf("the first %d entries were seen and cosigned by the witness %s", p.Size, cosigners[text].Name()))
	}
	slices.Sort(names)
	for _, n := range names {
		c.proved("%s", n)
	}
	switch {
	case len(seen) == 0:
		c.not("that no other history was signed: no witness cosigned")
	case len(witnesses) == 0:
		c.not("that the witnesses are who they are said to be: their keys are the bundle's own; give those you trust with --witness")
	}
	return newest, true
}

func continues(proof tlog.TreeProof, c, before Checkpoint) bool {
	if c.Size == before.Size {
		return c.Root == before.Root
	}
	return c.Size > before.Size && len(proof) <= 128 && tlog.CheckTree(proof, c.Size, c.Root, before.Size, before.Root) == nil
}

// entries checks each entry against the newest checkpoint.
func (c *Checked) entries(f *zip.File, m *manifest, newest Checkpoint) error {
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("%w: %s: %v", ErrNoBundle, f.Name, err)
	}
	defer r.Close()
	var sum hash.Hash = sha256.New()
	lines := bufio.NewScanner(io.TeeReader(r, sum))
	lines.Buffer(make([]byte, 0, 64<<10), mostLine)
	n, bad, last := int64(0), 0, int64(-1)
	for lines.Scan() {
		var p proven
		if err := strict(lines.Bytes(), &p); err != nil {
			c.wrong("Line %d of %s cannot be read.", n+1, entriesFile)
			bad++
			n++
			continue
		}
		n++
		if why := c.entry(&p, m, newest, last); why != "" {
			c.wrong("Entry %d %s.", p.Entry.Seq, why)
			bad++
		}
		last = p.Entry.Seq
	}
	if err := lines.Err(); err != nil {
		c.wrong("%s cannot be read to its end: %v.", entriesFile, err)
		return nil
	}
	c.file(*m, entriesFile, sum.Sum(nil))
	if n != m.Entries {
		c.wrong("There are %d entries, and the manifest says %d.", n, m.Entries)
	}
	w := m.Wanted
	switch {
	case bad > 0:
	case w.About == "" && n != w.To-w.From:
		c.wrong("There are %d entries of the %d from %d to %d.", n, w.To-w.From, w.From, w.To-1)
	case w.About == "":
		c.proved("all %d entries from %d to %d are in the signed tree, as they were written, and none between them is left out", n, w.From, w.To-1)
	default:
		c.proved("%d entries about %.80s are in the signed tree, as they were written", n, w.About)
		c.not("that there are no other entries about %.80s: the bundle holds those somebody chose", w.About)
	}
	return nil
}

// entry says what is wrong with an entry, or "".
func (c *Checked) entry(p *proven, m *manifest, newest Checkpoint, last int64) string {
	k, w := &p.Entry, m.Wanted
	switch {
	case k.Seq <= last || k.Seq < w.From || k.Seq >= w.To || k.Seq >= newest.Size:
		return "is not where it should be"
	case w.About != "" && !slices.Contains(k.About, w.About):
		return "is not about whom the bundle is"
	case len(k.Salt) != saltSize || !k.inOrder() || len(p.Proof) > 64:
		return "holds what Clew never writes"
	case tlog.CheckRecord(p.Proof, newest.Size, newest.Root, k.Seq, k.Leaf()) != nil:
		return "is not in the signed tree: it is not as it was written"
	}
	return ""
}
