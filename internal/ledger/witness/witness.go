// Package witness watches another agency's ledger. It asks for the newest
// checkpoint, and for the tiles that show that it continues the last one it saw; it
// keeps it, cosigns it, and sends the cosignature back. It sees hashes alone.
//
// A ledger that shows two histories, or that has fewer entries than it had, has been
// changed by somebody who held its key. That is refused, and what it showed is kept.
package witness

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"clew/internal/ledger"
)

// A Witness keeps its state in a folder:
//
//	witness.key         its own key
//	log                 the log's verifier key, as it was given last
//	token               what it shows the log
//	newest.txt          the last checkpoint it cosigned
//	checkpoints.jsonl   all of them, with when they were seen
//	evidence-….txt      what a log showed that cannot be
//	before-…            the two files before the last, of what a log has lost
type Witness struct {
	folder string
	key    *ledger.Key
	at     string // the log's address
	log    string // the verifier key it trusts
	next   string // that it is to trust instead, for the first was lost; or empty
	again  bool   // it may begin again with what the log shows
	token  string
	client *http.Client
	now    func() time.Time
}

// Open opens a witness's folder, making it and its key when they are not there.
func Open(folder string, now func() time.Time) (*Witness, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("witness's folder: %w", err)
	}
	k, err := ledger.KeyAt(filepath.Join(folder, "witness.key"), "clew-witness")
	if err != nil {
		return nil, err
	}
	return &Witness{folder: folder, key: k, client: &http.Client{Timeout: time.Minute}, now: now}, nil
}

// Verifier is what the witness's cosignatures are checked by.
func (w *Witness) Verifier() string { return w.key.CosignVerifier() }

// Watch says which log to watch. Its key and the token need be given once; they
// are kept. Another key than the one that was kept is trusted from then on if the log
// says that it took the place of the first, which was lost.
func (w *Witness) Watch(address, key, token string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%q is no address of a log: write https://…", address)
	}
	w.at = strings.TrimSuffix(address, "/")
	noKey := func(k string) error { // said before it is kept: another could not be given after it
		if _, err := note.NewVerifier(k); err != nil {
			return fmt.Errorf("%.80q is no key of a log: it is what `clew ledger key` prints", k)
		}
		return nil
	}
	if key = strings.TrimSpace(key); key != "" {
		if err := noKey(key); err != nil {
			return err
		}
	}
	if w.log, err = w.kept("log", key); err != nil {
		return err
	}
	if err := noKey(w.log); err != nil {
		return err
	}
	if key != w.log {
		w.next = key
	}
	if token = strings.TrimSpace(token); token != "" {
		if err := ledger.WriteFile(filepath.Join(w.folder, "token"), []byte(token+"\n")); err != nil {
			return fmt.Errorf("keep token: %w", err)
		}
	}
	w.token, err = w.kept("token", "")
	return err
}

// kept is what a small file of the folder holds, or is made to hold.
func (w *Witness) kept(name, given string) (string, error) {
	path := filepath.Join(w.folder, name)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if given = strings.TrimSpace(given); given == "" {
			return "", fmt.Errorf("the first time, the log's key and the token are wanted: there is no %s", path)
		}
		return given, ledger.WriteFile(path, []byte(given+"\n"))
	}
	return strings.TrimSpace(string(b)), err
}

// BeginAgain has the next look set aside what was seen before, if the log does not
// continue it: those whose log it is say that entries are lost.
func (w *Witness) BeginAgain() { w.again = true }

// A Forked is what a log showed that cannot be.
type Forked struct {
	Why  string
	File string // where it is kept
}

func (f *Forked) Error() string {
	return fmt.Sprintf("THE LOG CANNOT BE TRUSTED: %s. What it showed is kept in %s", f.Why, f.File)
}

// Look asks the log for its newest checkpoint, and cosigns it if it continues the
// last. It returns the checkpoint; the error is a *Forked when the log is not what
// it was.
func (w *Witness) Look(ctx context.Context) (ledger.Checkpoint, error) {
	var none ledger.Checkpoint
	var signed []byte
	var keys ledger.Keys
	c, err := none, ledger.ErrNotInForce
	for n := 0; n < 2 && errors.Is(err, ledger.ErrNotInForce); n++ { // its key may be changed between the two answers
		if signed, err = w.get(ctx, "/ledger/checkpoint", 16<<10); err != nil {
			return none, err
		}
		if keys, err = w.keys(ctx); err != nil {
			return none, err
		}
		c, err = keys.OpenNewest(string(signed))
	}
	if err != nil {
		return none, w.forked(fmt.Sprintf("its newest checkpoint cannot be believed: %v", err), signed, nil)
	}
	last, lastSigned, why, err := w.last(keys)
	if err != nil {
		return none, err
	}
	switch {
	case why != "":
	case c.Size < last.Size:
		why = fmt.Sprintf("it has %d entries and had %d", c.Size, last.Size)
	case last.Size > 0:
		if err := w.continues(ctx, c, last); errors.Is(err, errShown) {
			why = fmt.Sprintf("its %d entries do not continue the %d it had", c.Size, last.Size)
		} else if err != nil {
			return none, err
		}
	}
	if why != "" {
		if forked := w.forked(why, signed, lastSigned); !w.again {
			return none, forked
		}
		if err := w.setAside(); err != nil {
			return none, err
		}
		last, lastSigned = none, nil
	}
	if w.next != "" {
		if err := ledger.WriteFile(filepath.Join(w.folder, "log"), []byte(w.next+"\n")); err != nil {
			return none, fmt.Errorf("keep the log's key: %w", err)
		}
		w.log, w.next = w.next, ""
	}
	w.again = false
	cosigned := lastSigned
	if c.Size > last.Size {
		for i := range keys {
			if _, n, err := ledger.OpenCheckpoint(string(signed), keys[i]); err == nil {
				if cosigned, err = w.key.Cosign(n, w.now().Unix()); err != nil {
					return none, fmt.Errorf("cosign: %w", err)
				}
			}
		}
		if err := w.keep(cosigned); err != nil {
			return none, err
		}
	}
	// Sent again when there is nothing new: the last answer may have been lost.
	return c, w.send(ctx, cosigned)
}

// keys are the log's keys, from the one that is trusted on.
func (w *Witness) keys(ctx context.Context) (ledger.Keys, error) {
	b, err := w.get(ctx, "/ledger/handovers", 1<<20)
	if err != nil {
		return nil, err
	}
	var handovers []string
	if err := json.Unmarshal(b, &handovers); err != nil {
		return nil, fmt.Errorf("read handovers: %w", err)
	}
	keys, err := ledger.Chain(w.log, handovers)
	lost, replaced := errors.AsType[*ledger.Replacement](err)
	if w.next != "" && (err == nil || replaced || w.again || !w.hasSeen()) {
		next, bad := ledger.Chain(w.next, handovers)
		old, before := errors.AsType[*ledger.Replacement](bad)
		if err == nil && before {
			w.next = "" // it was lost before the one that is trusted: somebody wrote it down and left it
		} else {
			keys, err, lost, replaced = next, bad, old, before
		}
	}
	switch {
	case replaced:
		return nil, w.forked(lost.Error()+". If it is so, watch once more with that key as --key", b, nil)
	case err != nil:
		return nil, w.forked(err.Error(), b, nil)
	}
	return keys, nil
}

// hasSeen reports whether there is anything that the log must continue.
func (w *Witness) hasSeen() bool {
	_, err := os.Lstat(filepath.Join(w.folder, "newest.txt"))
	return !errors.Is(err, fs.ErrNotExist)
}

// last is the last checkpoint that was cosigned, if any; and what is wrong with it by
// the keys the log says it has had, or "".
func (w *Witness) last(keys ledger.Keys) (c ledger.Checkpoint, signed []byte, why string, err error) {
	signed, err = os.ReadFile(filepath.Join(w.folder, "newest.txt"))
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil, "", nil
	}
	if err != nil {
		return c, nil, "", fmt.Errorf("read the last checkpoint: %w", err)
	}
	if c, err = keys.Open(string(signed)); err != nil {
		why = fmt.Sprintf("the last checkpoint that was kept here was signed by none of the keys it says it has had: %v", err)
	}
	return c, signed, why, nil
}

// setAside puts what was seen of a log that has lost it out of the way.
func (w *Witness) setAside() error {
	at := w.now().UTC().Format(stamp)
	for _, name := range []string{"checkpoints.jsonl", "newest.txt"} {
		err := os.Rename(filepath.Join(w.folder, name), filepath.Join(w.folder, "before-"+at+"-"+name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // one may have been set aside before
			return fmt.Errorf("set aside what was seen before: %w", err)
		}
	}
	return nil
}

const stamp = "20060102T150405.000000Z"

// errShown says that what a log showed does not fit together.
var errShown = errors.New("the tiles do not fit the checkpoints")

// continues checks that a checkpoint's tree begins with that of the last.
func (w *Witness) continues(ctx context.Context, c, last ledger.Checkpoint) error {
	if c.Size == last.Size {
		if c.Root != last.Root {
			return errShown
		}
		return nil
	}
	t := &tiles{w: w, ctx: ctx}
	root, err := tlog.TreeHash(last.Size, tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, t))
	if t.failed != nil {
		return t.failed
	}
	if err != nil || root != last.Root {
		return errShown
	}
	return nil
}

// keep writes a cosigned checkpoint: to the list first.
func (w *Witness) keep(signed []byte) error {
	line, err := json.Marshal(struct {
		Seen string `json:"seen"`
		Note string `json:"note"`
	}{w.now().UTC().Format(time.RFC3339), string(signed)})
	if err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(w.folder, "checkpoints.jsonl"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	_, err = f.Write(append(line, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	newest := filepath.Join(w.folder, "newest.txt")
	if err := ledger.WriteFile(newest+".new", signed); err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	return os.Rename(newest+".new", newest)
}

// forked keeps what a log showed.
func (w *Witness) forked(why string, showed, before []byte) error {
	path := filepath.Join(w.folder, "evidence-"+w.now().UTC().Format(stamp)+".txt")
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nLog: %s\n\nShown:\n%s\nSeen before:\n%s", why, w.at, showed, before)
	if err := ledger.WriteFile(path, b.Bytes()); err != nil {
		return errors.Join(&Forked{why, "nothing, for it cannot be written"}, err)
	}
	return &Forked{why, path}
}

func (w *Witness) get(ctx context.Context, path string, most int64) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.at+path, nil)
	if err != nil {
		return nil, err
	}
	return w.do(r, http.StatusOK, most)
}

func (w *Witness) send(ctx context.Context, signed []byte) error {
	if len(signed) == 0 {
		return nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.at+"/ledger/cosignature", bytes.NewReader(signed))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	_, err = w.do(r, http.StatusNoContent, 1<<10)
	return err
}

func (w *Witness) do(r *http.Request, want int, most int64) ([]byte, error) {
	r.Header.Set("Authorization", "Bearer "+w.token)
	answer, err := w.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask the log: %w", err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(io.LimitReader(answer.Body, most+1))
	switch {
	case answer.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("ask the log: %s is not there: it has no entries yet, or does not know the token", r.URL.Path)
	case answer.StatusCode != want:
		return nil, fmt.Errorf("ask the log: %s: %s", r.URL.Path, answer.Status)
	case err != nil:
		return nil, fmt.Errorf("ask the log: %w", err)
	case int64(len(b)) > most:
		return nil, fmt.Errorf("ask the log: %s: the answer is too long", r.URL.Path)
	}
	return b, nil
}

// tiles reads a log's tiles for tlog, which checks each against the root.
type tiles struct {
	w      *Witness
	ctx    context.Context
	failed error // of the network, and not of the log
}

func (t *tiles) Height() int { return ledger.TileHeight }

func (t *tiles) ReadTiles(all []tlog.Tile) (data [][]byte, err error) {
	for _, at := range all {
		b, err := t.w.get(t.ctx, fmt.Sprintf("/ledger/tile/%d/%d", at.L, at.N), tlog.HashSize<<ledger.TileHeight)
		if err != nil {
			t.failed = err
			return nil, err
		}
		// A tile may have grown since the checkpoint was signed.
		data = append(data, b[:min(len(b), at.W*tlog.HashSize)])
	}
	return data, nil
}

func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}
