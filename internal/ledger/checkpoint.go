package ledger

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Checkpoint is what is signed: at a time, a log has so many entries and its tree
// this root. Nobody can change an entry and have the root stay.
type Checkpoint struct {
	Origin   string // the log
	Size     int64
	Root     tlog.Hash
	At       time.Time
	Kept     int64 // checkpoints kept for good by then, this one included if it is
	Cosigned int64 // cosignatures kept by then
	// Of a checkpoint that hands over from one key to the next, signed by both; or,
	// when the key before is lost, by the next alone: Last is then the newest
	// checkpoint that the lost key signed.
	OldKey, NewKey, Last string
}

// Text is what is signed of a checkpoint.
func (c *Checkpoint) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%d\n%s\ntime %s\nkept %d\ncosigned %d\n", c.Origin, c.Size, c.Root, c.At.UTC().Format(timeForm), c.Kept, c.Cosigned)
	switch {
	case c.Last != "":
		fmt.Fprintf(&b, "lost-key %s\nnew-key %s\nlast %s\n", c.OldKey, c.NewKey, base64.StdEncoding.EncodeToString([]byte(c.Last)))
	case c.NewKey != "":
		fmt.Fprintf(&b, "old-key %s\nnew-key %s\n", c.OldKey, c.NewKey)
	}
	return b.String()
}

// mostEntries is far more than there will ever be, and few enough to reckon with.
const mostEntries = 1 << 50

const timeForm = "2006-01-02T15:04:05.000000Z"

var errCheckpoint = errors.New("this is no checkpoint of a ledger")

// parseCheckpoint reads a text. Only what Text writes is read.
func parseCheckpoint(text string) (c Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 7 && len(lines) != 9 && len(lines) != 10 {
		return c, errCheckpoint
	}
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return c, errCheckpoint
	}
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return c, errCheckpoint
	}
	if c.At, err = time.Parse("time "+timeForm, lines[3]); err != nil {
		return c, errCheckpoint
	}
	c.Kept, _ = strconv.ParseInt(strings.TrimPrefix(lines[4], "kept "), 10, 64)
	c.Cosigned, _ = strconv.ParseInt(strings.TrimPrefix(lines[5], "cosigned "), 10, 64)
	switch len(lines) {
	case 9:
		c.OldKey, c.NewKey = strings.TrimPrefix(lines[6], "old-key "), strings.TrimPrefix(lines[7], "new-key ")
	case 10:
		c.OldKey, c.NewKey = strings.TrimPrefix(lines[6], "lost-key "), strings.TrimPrefix(lines[7], "new-key ")
		last, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[8], "last "))
		c.Last = string(last)
	}
	if c.Text() != text || c.Size < 0 || c.Size > mostEntries || c.Kept < 0 || c.Cosigned < 0 {
		return c, errCheckpoint
	}
	return c, nil
}

// errUnsigned says that none of the keys wanted has signed.
var errUnsigned = errors.New("it is not signed by the key it should be")

// openNote reads a signed checkpoint. All of those keys must have signed.
func openNote(signed string, by ...note.Verifier) (c Checkpoint, n *note.Note, err error) {
	n, err = note.Open([]byte(signed), note.VerifierList(by...))
	if err != nil {
		if _, unknown := errors.AsType[*note.UnverifiedNoteError](err); unknown {
			return c, nil, errUnsigned
		}
		if _, invalid := errors.AsType[*note.InvalidSignatureError](err); invalid {
			return c, nil, errUnsigned
		}
		return c, nil, errCheckpoint
	}
	if len(n.Sigs) != len(by) {
		return c, nil, errUnsigned
	}
	for _, sig := range slices.Concat(n.Sigs, n.UnverifiedSigs) { // base64 has bits that mean nothing: they are as they were written, too
		if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
			return c, nil, errUnsigned
		}
	}
	c, err = parseCheckpoint(n.Text)
	return c, n, err
}

// unopened reads a signed checkpoint without its signatures.
func unopened(signed string) (Checkpoint, error) {
	text, _, ok := strings.Cut(signed, "\n\n")
	if !ok {
		return Checkpoint{}, errCheckpoint
	}
	return parseCheckpoint(text + "\n")
}

// OpenCheckpoint reads a checkpoint signed by a log's key.
func OpenCheckpoint(signed string, log note.Verifier) (Checkpoint, *note.Note, error) {
	c, n, err := openNote(signed, log)
	if err == nil && c.Origin != log.Name() {
		return c, nil, fmt.Errorf("it is of the log %s and not %s", c.Origin, log.Name())
	}
	return c, n, err
}

// follow is the key after a handover that a checkpoint says, and the key before it:
// either is believed by whom the other is.
func follow(signed string) (c Checkpoint, before, after note.Verifier, err error) {
	if c, err = unopened(signed); err != nil {
		return c, nil, nil, err
	}
	if c.NewKey == "" {
		return c, nil, nil, errCheckpoint
	}
	if before, err = note.NewVerifier(c.OldKey); err != nil {
		return c, nil, nil, errCheckpoint
	}
	if after, err = note.NewVerifier(c.NewKey); err != nil {
		return c, nil, nil, errCheckpoint
	}
	if before.Name() != c.Origin || after.Name() != c.Origin {
		return c, nil, nil, errCheckpoint
	}
	if c.Last == "" {
		_, _, err = openNote(signed, before, after)
		return c, before, after, err
	}
	if _, _, err = openNote(signed, after); err != nil {
		return c, nil, nil, err
	}
	last, _, err := OpenCheckpoint(c.Last, before)
	if err == nil && (last.Size >= c.Size || last.Kept != c.Kept-1 || last.Cosigned != c.Cosigned || last.NewKey != "" && last.NewKey != c.OldKey) {
		err = errors.New("a key that was lost is not followed by what it signed last")
	}
	return c, before, after, err
}
