package ledger

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"clew/internal/db"
)

const (
	TileHeight = 8 // levels of the tree in a tile
	height     = TileHeight
	tileWidth  = 1 << height // hashes in a whole one
)

// A spot says which tile.
type spot struct {
	level int
	place int64
}

// A tree is what is known of a log's tree: its size, and some of its tiles. To grow
// it needs only the tiles at its right edge, one for each level.
type tree struct {
	size  int64
	tiles map[spot][]byte
	// changed are the tiles that grew since it was last emptied.
	changed map[spot]bool
}

func newTree() *tree { return &tree{tiles: map[spot][]byte{}, changed: map[spot]bool{}} }

// edge are the tiles at the right edge of a tree that holds so many leaves, and the
// width each has. A level whose last tile is whole has none.
func edge(size int64) (all []tlog.Tile) {
	for level := 0; size > 0; level++ {
		if w := int(size % tileWidth); w > 0 {
			all = append(all, tlog.Tile{H: height, L: level, N: size / tileWidth, W: w})
		}
		size /= tileWidth
	}
	return all
}

// ReadHashes gives hashes by their tlog index, from the tiles there are.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	all := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		at := tlog.TileForIndex(height, x)
		data := t.tiles[spot{at.L, at.N}]
		if len(data) < at.W*tlog.HashSize {
			return nil, fmt.Errorf("ledger tile %d/%d has %d hashes, and %d are wanted", at.L, at.N, len(data)/tlog.HashSize, at.W)
		}
		at.W = len(data) / tlog.HashSize
		h, err := tlog.HashFromTile(at, data, x)
		if err != nil {
			return nil, fmt.Errorf("ledger tile: %w", err)
		}
		all[i] = h
	}
	return all, nil
}

// grow adds a leaf.
func (t *tree) grow(leaf tlog.Hash) error {
	hashes, err := tlog.StoredHashesForRecordHash(t.size, leaf, t)
	if err != nil {
		return err
	}
	for level, h := range hashes {
		if level%height != 0 {
			continue
		}
		n := t.size >> level
		s := spot{level / height, n / tileWidth}
		if have := len(t.tiles[s]); have != int(n%tileWidth)*tlog.HashSize {
			return fmt.Errorf("ledger tile %d/%d holds %d bytes: another length than its tree has there", s.level, s.place, have)
		}
		t.tiles[s] = append(t.tiles[s], h[:]...)
		t.changed[s] = true
	}
	t.size++
	return nil
}

// root is the hash of the whole.
func (t *tree) root() (tlog.Hash, error) { return tlog.TreeHash(t.size, t) }

// load reads the right edge of a tree of a size from the database.
func load(ctx context.Context, q db.Querier, size int64) (*tree, error) {
	t := newTree()
	t.size = size
	tiles := edge(size)
	if len(tiles) == 0 {
		return t, nil
	}
	var where []string
	var args []any
	for _, at := range tiles {
		where = append(where, fmt.Sprintf("level = $%d AND place = $%d", len(args)+1, len(args)+2))
		args = append(args, at.L, at.N)
	}
	if err := db.Each(ctx, q, func(r db.Row) (s spot, err error) {
		var b []byte
		err = r.Scan(&s.level, &s.place, &b)
		t.tiles[s] = b
		return s, err
	}, func(spot) error { return nil }, `SELECT level, place, hashes FROM ledger_tiles WHERE `+strings.Join(where, " OR "), args...); err != nil {
		return nil, fmt.Errorf("read ledger tiles: %w", err)
	}
	for _, at := range tiles {
		if have := len(t.tiles[spot{at.L, at.N}]); have != at.W*tlog.HashSize {
			return nil, fmt.Errorf("ledger tile %d/%d holds %d bytes, and %d hashes were signed", at.L, at.N, have, at.W)
		}
	}
	return t, nil
}

// A shelf reads hashes of a stored tree of any size, and keeps a few tiles at hand.
type shelf struct {
	ctx context.Context
	q   db.Querier
	tree
}

// mostTiles is how many tiles a shelf holds: some 8 MB.
const mostTiles = 1000

func newShelf(ctx context.Context, q db.Querier) *shelf { return &shelf{ctx, q, *newTree()} }

func (s *shelf) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	if len(s.tiles) > mostTiles {
		clear(s.tiles)
	}
	for _, x := range indexes {
		at := tlog.TileForIndex(height, x)
		if s.tiles[spot{at.L, at.N}] == nil {
			data, err := tileAt(s.ctx, s.q, at.L, at.N)
			if err != nil {
				return nil, err
			}
			s.tiles[spot{at.L, at.N}] = data[:len(data)/tlog.HashSize*tlog.HashSize]
		}
	}
	return s.tree.ReadHashes(indexes)
}
