package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"clew/internal/db"
)

// leastRoom is how many bytes the disk must have free for the program to say that it
// is ready: enough to finish what is in hand.
const leastRoom = 64 << 20

// A health says whether the program can do its work. It is asked by machines, often
// and by anybody, so the answer is kept for a second and says little.
type health struct {
	app  *App
	mu   sync.Mutex
	at   time.Time
	said []string
}

// live answers that the program runs at all.
func live(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	fmt.Fprintln(w, "ok")
}

// ready answers whether the database answers, the ledger can be written and the disk
// has room.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	wrong := h.wrong(context.WithoutCancel(r.Context()))
	if len(wrong) > 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		for _, s := range wrong {
			fmt.Fprintln(w, s)
		}
		return
	}
	fmt.Fprintln(w, "ready")
}

func (h *health) wrong(ctx context.Context) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.at) < time.Second {
		return h.said
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	h.said = h.app.wrong(ctx)
	h.at = time.Now()
	return h.said
}

// wrong says what keeps the program from its work.
func (a *App) wrong(ctx context.Context) (all []string) {
	if err := a.db.Read(ctx, func(v *db.View) error {
		_, err := db.One(ctx, v, db.Number, `SELECT size FROM ledger_head WHERE id = 1`)
		return err
	}); err != nil {
		all = append(all, "the database does not answer")
	}
	if err := a.db.Write(ctx, func(tx *db.Tx) error {
		return errors.Join(tx.Exec(ctx, `UPDATE ledger_head SET size = size WHERE id = 1`), a.Ledger.Fits(ctx, tx))
	}); err != nil {
		all = append(all, "the ledger cannot be written")
	}
	if free, known := room(a.config.Data); known && free < leastRoom {
		all = append(all, "the disk is nearly full")
	}
	return all
}
