package vault

import (
	"context"
	"fmt"
	"slices"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/person"
)

// one is the person a mention is held to be, with all mentions held to be that
// person. A person who is hidden from the actor is not there.
func one(ctx context.Context, q db.Querier, sight *access.Sight, mention string) (who string, mentions []string, err error) {
	if who, err = sight.Whose(ctx, q, mention); err != nil {
		return "", nil, fmt.Errorf("person: %w", err)
	}
	all, err := person.MentionsOf(ctx, q, who, 0)
	if err != nil {
		return "", nil, fmt.Errorf("mentions: %w", err)
	}
	for _, m := range all {
		if slices.Contains(sight.Pool.Agencies, m.Holder) {
			mentions = append(mentions, m.ID)
		}
	}
	return who, mentions, nil
}

const columns = `id, person, kind, holder, shared, known, known_since, kept_name, kept, routine_from, routine_until, CASE WHEN position IS NULL THEN 0 ELSE 1 END`

func scan(r db.Row) (c Contact, err error) { return scanWith(r) }

func scanWith(r db.Row, more ...any) (c Contact, err error) {
	var shared, kept, mapped int64
	err = r.Scan(append([]any{&c.ID, &c.Person, &c.Kind, &c.Holder, &shared, &c.Known, &c.Since, &c.By, &kept, &c.From, &c.Until, &mapped}, more...)...)
	c.Mapped, c.Shared, c.Kept = mapped == 1, shared == 1, time.UnixMicro(kept).UTC()
	return c, err
}

// ofPerson are the details of some mentions that the actor might reveal.
func ofPerson(ctx context.Context, q db.Querier, sight *access.Sight, mentions []string) (all []Contact, err error) {
	asAdvocate, asPolice := sight.MayReach()
	for some := range slices.Chunk(mentions, 500) {
		args := db.Args(some)
		own, shared := "1 = 0", "1 = 0"
		if asAdvocate {
			args = append(args, sight.Agency)
			own = "holder = " + db.List(len(args), 1)
		}
		if asPolice {
			var held string
			held, args = sight.Pool.Held("holder", args)
			shared = "shared = 1" + held
		}
		part, err := db.All(ctx, q, scan, `SELECT `+columns+` FROM contacts
			WHERE person IN (`+db.List(1, len(some))+`) AND ended IS NULL AND (`+own+` OR `+shared+`) ORDER BY kept, id`, args...)
		if err != nil {
			return nil, fmt.Errorf("contacts: %w", err)
		}
		all = append(all, part...)
	}
	return all, nil
}

type sealed struct{ value, note, position []byte }

type sealedContact struct {
	Contact
	sealed
}

func scanSealed(r db.Row) (c sealedContact, err error) {
	c.Contact, err = scanWith(r, &c.value, &c.note, &c.position)
	return c, err
}

// contact is a detail of one of some mentions, sealed.
func contact(ctx context.Context, q db.Querier, mentions []string, id string) (c Contact, s sealed, err error) {
	err = q.Widely(ctx, func() (err error) { // who keeps it decides who may have it, and is in the ledger
		c, err = db.One(ctx, q, func(r db.Row) (Contact, error) { return scanWith(r, &s.value, &s.note, &s.position) },
			`SELECT `+columns+`, value, note, position FROM contacts WHERE id = $1 AND ended IS NULL`, id)
		return err
	})
	if err == nil && !slices.Contains(mentions, c.Person) {
		err = fault.NotFound
	}
	if err != nil {
		return Contact{}, sealed{}, fmt.Errorf("contact: %w", err)
	}
	return c, s, nil
}

// held reports whether an agency keeps a value of some mentions already.
func held(ctx context.Context, q db.Querier, mentions []string, holder string, k Kind, hash []byte) (bool, error) {
	people, err := db.All(ctx, q, db.Text, `SELECT person FROM contacts WHERE holder = $1 AND kind = $2 AND hash = $3 AND ended IS NULL`, holder, string(k), hash)
	if err != nil {
		return false, fmt.Errorf("contacts like it: %w", err)
	}
	return slices.ContainsFunc(people, func(p string) bool { return slices.Contains(mentions, p) }), nil
}

func insert(ctx context.Context, tx *db.Tx, by access.Actor, id, mention string, d *Detail, value, note, hash []byte) error {
	shared := 0
	if d.Shared {
		shared = 1
	}
	err := tx.Exec(ctx, `
		INSERT INTO contacts (id, person, holder, shared, kind, value, note, hash, known, known_since, kept_by, kept_name, kept)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		id, mention, by.Agency, shared, string(d.Kind), value, note, hash, d.Known, d.Since, by.Account, by.Name, tx.Now.UnixMicro())
	if err != nil {
		return fmt.Errorf("insert contact: %w", err)
	}
	return nil
}

func end(ctx context.Context, tx *db.Tx, id string) error {
	err := tx.Exec(ctx, `UPDATE contacts SET ended = $1, changed = $1, value = $2, note = $2, hash = $2, position = NULL, cell = NULL WHERE id = $3`, tx.Now.UnixMicro(), []byte{}, id)
	if err != nil {
		return fmt.Errorf("end contact: %w", err)
	}
	return nil
}

func insertReveal(ctx context.Context, tx *db.Tx, by access.Actor, reveal, id, who string) error {
	err := tx.Exec(ctx, `INSERT INTO vault_reveals (id, contact, person, account, session, purpose, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		reveal, id, who, by.Account, by.Session, string(by.Purpose), tx.Now.UnixMicro())
	if err != nil {
		return fmt.Errorf("insert reveal: %w", err)
	}
	return nil
}

// begun is when somebody began to reveal a detail, in this session.
func begun(ctx context.Context, q db.Querier, by access.Actor, reveal, id string) (time.Time, error) {
	at, err := db.One(ctx, q, db.Number, `SELECT at FROM vault_reveals WHERE id = $1 AND contact = $2 AND account = $3 AND session = $4`, reveal, id, by.Account, by.Session)
	if err != nil {
		return time.Time{}, fmt.Errorf("reveal: %w", err)
	}
	return time.UnixMicro(at).UTC(), nil
}

// alert keeps a try that was refused, of a detail that is there. Of many alike in a
// day there is one row.
func alert(ctx context.Context, tx *db.Tx, by access.Actor, id, reason string) error {
	err := tx.Exec(ctx, `
		INSERT INTO vault_alerts (account, agency, contact, reason, day, tries, latest)
		SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), id, CAST($3 AS TEXT), CAST($4 AS TEXT), 1, CAST($5 AS BIGINT) FROM contacts WHERE id = $6
		ON CONFLICT (account, agency, contact, reason, day) DO UPDATE SET tries = vault_alerts.tries + 1, latest = excluded.latest`,
		by.Account, by.Agency, reason, tx.Now.Format(time.DateOnly), tx.Now.UnixMicro(), id)
	if err != nil {
		return fmt.Errorf("insert alert: %w", err)
	}
	return nil
}
