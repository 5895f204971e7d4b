package seal

import (
	"crypto/rand"
	"strconv"
)

// Chunks seals what is too long to be held whole, a chunk at a time, under a key of its
// own. A chunk is bound to the content it is of, to its number and to whether it is the
// last: cut off, left out, put in another order or moved to other content, it does not
// open.
type Chunks struct {
	key           []byte
	table, column string
	row           string
}

// FreshKey is a new key for Chunks. Whoever asks for it keeps it sealed.
func FreshKey() []byte {
	key := make([]byte, keySize)
	rand.Read(key)
	return key
}

// ChunksOf are the chunks of the content in a column of a row of a table, under its key.
func ChunksOf(key []byte, at Place) (*Chunks, error) {
	if _, err := at.bind("chunk"); err != nil {
		return nil, err
	}
	if len(key) != keySize {
		return nil, ErrBroken
	}
	return &Chunks{key, at.Table, at.Column, at.Row}, nil
}

// Seal seals one chunk. 0 is the number of the first; the last may be empty.
func (c *Chunks) Seal(number int, last bool, plain []byte) []byte {
	return lock(c.key, plain, c.bind(number, last))
}

// Open opens what Seal sealed with that number, as the last or not.
func (c *Chunks) Open(number int, last bool, sealed []byte) ([]byte, error) {
	return unlock(c.key, sealed, c.bind(number, last))
}

func (c *Chunks) bind(number int, last bool) []byte {
	end := "more"
	if last {
		end = "last"
	}
	return []byte(c.table + "|" + c.row + "|" + c.column + "|chunk|" + strconv.Itoa(number) + "|" + end)
}
