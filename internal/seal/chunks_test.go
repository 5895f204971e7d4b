package seal_test

import (
	"errors"
	"testing"

	"clew/internal/seal"
)

func TestChunks(t *testing.T) {
	key, at := seal.FreshKey(), seal.Place{Table: "files", Row: "1", Column: "content"}
	c, err := seal.ChunksOf(key, at)
	if err != nil {
		t.Fatal(err)
	}
	b := c.Seal(3, false, []byte("of the middle"))
	if got, err := c.Open(3, false, b); err != nil || string(got) != "of the middle" {
		t.Errorf("%q, %v", got, err)
	}
	if empty, err := c.Open(0, true, c.Seal(0, true, nil)); err != nil || len(empty) != 0 {
		t.Errorf("nothing: %q, %v", empty, err)
	}
	refused := func(what string, c *seal.Chunks, number int, last bool, b []byte) {
		t.Helper()
		if got, err := c.Open(number, last, b); !errors.Is(err, seal.ErrBroken) {
			t.Errorf("%s: it opens as %q, %v", what, got, err)
		}
	}
	refused("another number", c, 4, false, b)
	refused("as the last", c, 3, true, b)
	for i := range b {
		flipped := append([]byte{}, b...)
		flipped[i] ^= 0x80
		refused("flipped", c, 3, false, flipped)
		refused("cut", c, 3, false, b[:i])
	}
	for what, at := range map[string]seal.Place{"table": {"others", "1", "content"}, "row": {"files", "2", "content"}, "column": {"files", "1", "more"}} {
		other, err := seal.ChunksOf(key, at)
		if err != nil {
			t.Fatal(err)
		}
		refused("another "+what, other, 3, false, b)
	}
	other, err := seal.ChunksOf(seal.FreshKey(), at)
	if err != nil {
		t.Fatal(err)
	}
	refused("another key", other, 3, false, b)
	if _, err := seal.ChunksOf(key[:16], at); !errors.Is(err, seal.ErrBroken) {
		t.Errorf("a key that is too short: %v", err)
	}
	if _, err := seal.ChunksOf(key, seal.Place{Table: "files", Row: "1|2", Column: "content"}); err == nil {
		t.Error("a place that can be read two ways is taken")
	}
}
