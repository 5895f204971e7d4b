// Package ledgerweb gives witnesses what they need to hold a ledger to its word:
// checkpoints and tiles, which hold hashes alone, and a place to send cosignatures.
// A witness shows the token it was given. To anybody else none of this is there.
package ledgerweb

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/ledger"
	"clew/internal/web"
)

type room struct{ log *ledger.Log }

// Routes adds what witnesses ask for to m (docs/formats.md).
func Routes(m *web.Mux, l *ledger.Log) {
	h := room{l}
	m.Open("GET /ledger/checkpoint", h.checkpoint)
	m.Open("GET /ledger/handovers", h.handovers)
	m.Open("GET /ledger/tile/{level}/{index}", h.tile)
	m.Open("POST /ledger/cosignature", web.Limit(longest, h.cosignature))
}

// longest is how many bytes a cosigned checkpoint may have.
const longest = 16 << 10

// read finds the witness who asks, and reads for it.
func (h room) read(r *http.Request, f func(v *db.View, w ledger.Witness) error) error {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return fmt.Errorf("witness: %w", fault.NotFound)
	}
	return h.log.DB().Read(r.Context(), func(v *db.View) error {
		w, err := ledger.ByToken(r.Context(), v, token)
		if err != nil {
			return err
		}
		return f(v, w)
	})
}

func (h room) checkpoint(w http.ResponseWriter, r *http.Request) error {
	var newest string
	if err := h.read(r, func(v *db.View, _ ledger.Witness) (err error) {
		newest, err = ledger.Newest(r.Context(), v)
		return err
	}); err != nil {
		return err
	}
	return send(w, "text/plain; charset=utf-8", []byte(newest))
}

func (h room) handovers(w http.ResponseWriter, r *http.Request) error {
	all := []string{}
	if err := h.read(r, func(v *db.View, _ ledger.Witness) error {
		some, err := ledger.Handovers(r.Context(), v)
		all = append(all, some...)
		return err
	}); err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, all)
}

func (h room) tile(w http.ResponseWriter, r *http.Request) error {
	level, bad := strconv.Atoi(r.PathValue("level"))
	place, worse := strconv.ParseInt(r.PathValue("index"), 10, 64)
	if bad != nil || worse != nil {
		return fmt.Errorf("tile: %w", fault.NotFound)
	}
	var hashes []byte
	if err := h.read(r, func(v *db.View, _ ledger.Witness) (err error) {
		hashes, err = ledger.Tile(r.Context(), v, level, place)
		return err
	}); err != nil {
		return err
	}
	return send(w, "application/octet-stream", hashes)
}

func (h room) cosignature(w http.ResponseWriter, r *http.Request) error {
	var by ledger.Witness
	if err := h.read(r, func(_ *db.View, w ledger.Witness) error { by = w; return nil }); err != nil {
		return err
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read cosignature: %w", err)
	}
	if err := h.log.Cosigned(r.Context(), by, string(b)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func send(w http.ResponseWriter, kind string, b []byte) error {
	w.Header().Set("Content-Type", kind)
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return nil
}
