package casefile

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/document"
	"clew/internal/fault"
	"clew/internal/incident"
	"clew/internal/seal"
	"clew/internal/when"
)

// The kinds of step about a document, whose About is its id.
const (
	PutIn     Kind = "document"
	SharedNow Kind = "document shared"
	TookBack  Kind = "document taken back"
)

// ofDocument reports whether a step is about a document.
func (k Kind) ofDocument() bool { return k == PutIn || k == SharedNow || k == TookBack }

// MostDocument is how many bytes a document may have when nothing else is said.
const MostDocument = 100 << 20

// mostToChoose is how many incidents a form offers, the latest.
const mostToChoose = 50

// A Paper is what somebody says of files that they put in.
type Paper struct {
	Words    string
	Incident string // that they belong to, or empty
	Reads    Basis  // why other agencies may read them, or Alone
}

// Documents is a list of documents.
type Documents struct {
	Case
	All   []document.Document
	Total int
	There int // of them, not taken back or erased
}

// A DocumentPage is one document.
type DocumentPage struct {
	Case
	document.Document
	Incident *Incident // that it belongs to, if any that the actor may read
	Held     bool      // a legal hold keeps it
}

// A DocumentForm is what the form for documents shows.
type DocumentForm struct {
	Case
	Incidents []Incident // that a document may belong to, the latest
	Most      int64      // bytes a document may have
}

// papers is the actor's agency, that reads the documents of a case.
func papers(sight *access.Sight, c *Case) document.Reader {
	return document.Reader{Case: c.ID, Agency: sight.Agency}
}

// documents are some of the documents of a case, opened.
func (s *Store) documents(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, incident string, skip, most int) (l Documents, err error) {
	if l.All, l.Total, l.There, err = document.List(ctx, q, papers(sight, c), incident, skip, most); err != nil {
		return l, err
	}
	l.Case = *c
	return l, document.Open(s.keys(ctx, q), l.All)
}

// Documents are the documents of a case that the actor may read, or those of one incident,
// the newest first.
func (s *Store) Documents(ctx context.Context, by access.Actor, id, incident string, skip, most int) (l Documents, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		c, err := head(ctx, v, sight, id)
		if err != nil {
			return err
		}
		sight.Touched("documents")
		l, err = s.documents(ctx, v, sight, &c, incident, skip, most)
		return err
	})
	return l, err
}

// NewDocument is what the form for documents shows. one is an incident that it is to
// offer as well, or empty.
func (s *Store) NewDocument(ctx context.Context, by access.Actor, id, one string) (f DocumentForm, err error) {
	f.Most = s.MostDocument
	err = s.guard.Look(ctx, by, access.WorkCase, func(v *db.View, sight *access.Sight) error {
		if f.Case, err = head(ctx, v, sight, id); err != nil {
			return err
		}
		of := reader(sight, &f.Case)
		all, _, err := incident.List(ctx, v, of, incident.Filter{}, 0, mostToChoose)
		if err != nil {
			return err
		}
		if one != "" && !slices.ContainsFunc(all, func(i incident.Incident) bool { return i.ID == one }) {
			some, err := incident.Some(ctx, v, of, []string{one})
			if err != nil {
				return err
			}
			all = append(some, all...)
		}
		f.Incidents, err = whose(ctx, v, sight, &f.Case, all)
		return err
	})
	return f, err
}

// document is one document of a case, opened; the ledger has its id.
func (s *Store) document(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, one string) (document.Document, error) {
	sight.Saw("document", one)
	d, err := document.One(ctx, q, papers(sight, c), one)
	if err != nil {
		return d, err
	}
	all := []document.Document{d}
	err = document.Open(s.keys(ctx, q), all)
	return all[0], err
}

// Document is one document of a case.
func (s *Store) Document(ctx context.Context, by access.Actor, id, one string) (p DocumentPage, err error) {
	err = s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		if p.Case, err = head(ctx, v, sight, id); err != nil {
			return err
		}
		if p.Document, err = s.document(ctx, v, sight, &p.Case, one); err != nil {
			return err
		}
		if p.Document.Incident != "" {
			some, err := incident.Some(ctx, v, reader(sight, &p.Case), []string{p.Document.Incident})
			if err != nil {
				return err
			}
			all, err := whose(ctx, v, sight, &p.Case, some)
			if err != nil {
				return err
			}
			if len(all) > 0 {
				p.Incident = &all[0]
			}
		}
		p.Held, err = s.onHold(ctx, v, sight, &p.Case)
		return err
	})
	return p, err
}

// onHold reports whether a legal hold of the actor's agency keeps what is in a case.
func (s *Store) onHold(ctx context.Context, q db.Querier, sight *access.Sight, c *Case) (bool, error) {
	if s.Held == nil {
		return false, nil
	}
	var people []string
	for _, p := range append(slices.Clip(c.Suspects), c.Victim) {
		if p.ID != "" {
			people = append(people, p.ID)
		}
	}
	return s.Held(ctx, q, sight, people)
}

// A Handed is a document as it is handed out.
type Handed struct {
	document.Document
	d *db.DB
}

// WriteContent writes the bytes that were put in.
func (f *Handed) WriteContent(ctx context.Context, w io.Writer) error {
	return document.Copy(ctx, f.d, &f.Document, w)
}

// ErrDamaged says that the content of a document is not as it was put in.
var ErrDamaged = errors.New("the content of a document does not open")

// HandOut hands out a document, once all of it was seen to open: the error is ErrDamaged when
// it does not, and fault.NotFound when it was taken back or erased.
func (s *Store) HandOut(ctx context.Context, by access.Actor, id, one string) (*Handed, error) {
	if err := s.trouble(); err != nil {
		return nil, err
	}
	f := &Handed{d: s.guard.DB()}
	err := s.guard.Look(ctx, by, access.ReadCase, func(v *db.View, sight *access.Sight) error {
		c, err := head(ctx, v, sight, id)
		if err != nil {
			return err
		}
		if f.Document, err = s.document(ctx, v, sight, &c, one); err != nil {
			return err
		}
		sight.Touched("content")
		switch {
		case !f.Gone.IsZero(), f.Erased():
			return fault.NotFound
		case f.Lost:
			return ErrDamaged
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := f.WriteContent(ctx, io.Discard); errors.Is(err, seal.ErrBroken) {
		return nil, fmt.Errorf("document %s: %w: %w", one, ErrDamaged, err)
	} else if err != nil {
		return nil, err
	}
	return f, nil
}

// read is what is wrong with a paper.
func (p *Paper) read(ctx context.Context, q db.Querier, sight *access.Sight, c *Case) error {
	var wrong fault.Messages
	switch {
	case p.Words == "":
		wrong.Add("words", "Say what it is, in a few words")
	case utf8.RuneCountInString(p.Words) > document.LongestWords:
		wrong.Add("words", fmt.Sprintf("What it is has %d characters at most", document.LongestWords))
	}
	if p.Incident != "" {
		some, err := incident.Some(ctx, q, reader(sight, c), []string{p.Incident})
		if err != nil {
			return err
		}
		if len(some) == 0 {
			wrong.Add("incident", "Choose an incident of this case, or none")
		}
	}
	if p.Reads != Alone && p.Reads.Name() == "" {
		wrong.Add("reads", "Choose who may read it")
	}
	return wrong.Err()
}

// PutIn puts a file with a case, reading it to its end. What is wrong with the file itself
// is an Invalid for the field "files". A file that does not come in whole is nowhere: not
// in a list, not in a count. Errors of content are given back.
func (s *Store) PutIn(ctx context.Context, by access.Actor, id string, p Paper, name string, content io.Reader) (made string, err error) {
	p.Words = strings.Join(strings.Fields(p.Words), " ")
	one := db.NewID()
	err = s.work(ctx, by, access.WorkCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		sight.Saw("document", one)
		sight.Touched("begun")
		if err := p.read(ctx, tx, sight, c); err != nil {
			return err
		}
		return document.Begin(ctx, tx, one)
	})
	if err != nil {
		return "", noRoom(err)
	}
	defer func() {
		if err != nil { // whoever sent it may be gone
			d, ctx := s.guard.DB(), context.WithoutCancel(ctx)
			err = errors.Join(err, d.Write(ctx, func(tx *db.Tx) error { return document.Abandon(ctx, tx, one) }))
		}
	}()
	key := seal.FreshKey()
	found, err := document.Keep(ctx, s.guard.DB(), key, one, content, s.MostDocument)
	switch {
	case errors.Is(err, document.ErrEmpty):
		return "", fault.Bad("files", "The file is empty")
	case errors.Is(err, document.ErrLarge):
		return "", fault.Bad("files", fmt.Sprintf("The file is larger than %s, which is the most a document may be", Size(s.MostDocument)))
	case err != nil:
		return "", noRoom(err)
	}
	err = s.work(ctx, by, access.WorkCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		sight.Saw("document", one)
		if err := p.read(ctx, tx, sight, c); err != nil {
			return err
		}
		if err := s.notTwice(ctx, tx, sight, c, &found); err != nil {
			return err
		}
		pen, err := s.seal.Pen(ctx, tx, subject(c.ID))
		if err != nil {
			return err
		}
		digest, err := s.digest(c.ID, &found)
		if err != nil {
			return err
		}
		d := document.Document{ID: one, Case: c.ID, Incident: p.Incident, Agency: sight.Agency, Size: found.Size, Type: found.Type, Name: document.CleanName(name), Words: p.Words, Sum: hex.EncodeToString(found.Sum[:]), Account: sight.Account, By: sight.Name}
		if p.Reads != Alone {
			d.Basis = string(p.Reads)
		}
		if err := document.Add(ctx, tx, pen, &d, key, digest); err != nil {
			return err
		}
		return s.step(ctx, tx, sight, c.ID, PutIn, one, "", d.Basis != "")
	})
	if errors.Is(err, document.ErrLate) {
		err = fault.Bad("files", "The file took longer than a day to come in, and is not kept")
	}
	if err != nil {
		return "", noRoom(err)
	}
	return one, nil
}

// noRoom says so when the disk is full.
func noRoom(err error) error {
	if db.Full(err) {
		return fault.Bad("files", "There is no room left where Clew keeps its data, and the file is not kept. Tell the person who looks after Clew where you work")
	}
	return err
}

// digest is by what content is known again in a case, and in no other.
func (s *Store) digest(id string, c *document.Content) ([]byte, error) {
	return s.seal.Hash("document", id+"|"+hex.EncodeToString(c.Sum[:]))
}

// notTwice is an error when the actor may read the same content in the case already.
func (s *Store) notTwice(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, found *document.Content) error {
	kin, err := db.All(ctx, q, db.Text, `SELECT id FROM cases WHERE stays = $1 ORDER BY id`, c.ID)
	if err != nil {
		return fmt.Errorf("cases read as one: %w", err)
	}
	digests := make([][]byte, len(kin))
	for i, id := range kin {
		if digests[i], err = s.digest(id, found); err != nil {
			return err
		}
	}
	same, err := document.Same(ctx, q, papers(sight, c), digests)
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return fault.Bad("files", fmt.Sprintf("It is here already, put in on %s by %s", when.DayOf(same.At), same.By))
}

// mine is work on one document that the actor's agency put in and that is there.
func (s *Store) mine(ctx context.Context, by access.Actor, id, one string, f func(*db.Tx, *access.Sight, *Case, *document.Document) error) error {
	return s.work(ctx, by, access.WorkCase, id, func(tx *db.Tx, sight *access.Sight, c *Case) error {
		d, err := s.document(ctx, tx, sight, c, one)
		switch {
		case err != nil:
			return err
		case d.Agency != sight.Agency:
			return fault.Forbidden
		case !d.Gone.IsZero():
			return fault.Conflict
		}
		return f(tx, sight, c, &d)
	})
}

// ShareDocument lets the agencies that read a case read a document of the actor's agency.
// One that is shared or taken back already stays as it is: the error is fault.Conflict.
func (s *Store) ShareDocument(ctx context.Context, by access.Actor, id, one string, basis Basis) error {
	return s.mine(ctx, by, id, one, func(tx *db.Tx, sight *access.Sight, c *Case, d *document.Document) error {
		if basis.Name() == "" {
			return fault.Bad("basis", "Choose why other agencies may read it")
		}
		if d.Basis != "" {
			return fault.Conflict
		}
		if err := document.Share(ctx, tx, one, string(basis)); err != nil {
			return err
		}
		return s.step(ctx, tx, sight, d.Case, SharedNow, one, "", true)
	})
}

// TakeBackDocument destroys the content of a document of the actor's agency, its name and
// what was said of it; that it was there, and why it is gone, stays. A legal hold keeps it.
// One that was taken back already stays as it is: the error is fault.Conflict.
func (s *Store) TakeBackDocument(ctx context.Context, by access.Actor, id, one, why string) error {
	why = strings.TrimSpace(why)
	return s.mine(ctx, by, id, one, func(tx *db.Tx, sight *access.Sight, c *Case, d *document.Document) error {
		if why == "" || utf8.RuneCountInString(why) > document.LongestWords {
			return fault.Bad("why", fmt.Sprintf("Say why, in %d characters at most. Name nobody: this stays", document.LongestWords))
		}
		held, err := s.onHold(ctx, tx, sight, c)
		if err != nil {
			return err
		}
		if held {
			return fault.Bad("why", "A legal hold keeps it: it cannot be taken back until the hold is lifted")
		}
		pen, err := s.seal.Pen(ctx, tx, subject(d.Case))
		if err != nil {
			return err
		}
		if err := document.TakeBack(ctx, tx, pen, one, sight.Name, why); err != nil {
			return err
		}
		return s.step(ctx, tx, sight, d.Case, TookBack, one, "", d.Basis != "")
	})
}

// documentWords fills in what the steps about documents say.
func (s *Store) documentWords(ctx context.Context, q db.Querier, sight *access.Sight, c *Case, events []*Event) error {
	var ids []string
	for _, e := range events {
		if e.Kind.ofDocument() {
			ids = append(ids, e.About)
		}
	}
	slices.Sort(ids)
	known := map[string]*document.Document{}
	for some := range slices.Chunk(slices.Compact(ids), 1000) {
		all, err := document.Some(ctx, q, papers(sight, c), some)
		if err != nil {
			return err
		}
		if err := document.Open(s.keys(ctx, q), all); err != nil {
			return err
		}
		for n := range all {
			known[all[n].ID] = &all[n]
		}
	}
	for _, e := range events {
		d := known[e.About]
		switch {
		case d == nil || !e.Kind.ofDocument():
		case e.Kind == TookBack:
			e.Words, e.Lost = d.Why, d.Lost || d.Why == ""
		case d.Gone.IsZero():
			e.Words, e.Lost = d.Words, d.Lost
		}
	}
	return nil
}

// SweepDocuments drops what came in of files that did not end.
func (s *Store) SweepDocuments(ctx context.Context) error { return document.Sweep(ctx, s.guard.DB()) }

// EachDocument calls f with every document that is there, of all cases, opened; trouble is
// why its content does not open, or nil.
func EachDocument(ctx context.Context, d *db.DB, sealer *seal.Sealer, f func(doc *Handed, trouble error) error) error {
	s := &Store{seal: sealer}
	var all []document.Document
	if err := d.Read(ctx, func(v *db.View) error {
		if err := document.Each(ctx, v, func(one document.Document) error { all = append(all, one); return nil }); err != nil {
			return err
		}
		return document.Open(s.keys(ctx, v), all)
	}); err != nil {
		return fmt.Errorf("documents: %w", err)
	}
	for n := range all {
		handed := &Handed{all[n], d}
		trouble := handed.WriteContent(ctx, io.Discard)
		if errors.Is(trouble, fault.NotFound) {
			continue // taken back meanwhile
		}
		if err := f(handed, trouble); err != nil {
			return err
		}
	}
	return nil
}

// Size is a number of bytes as a person says it.
func Size(n int64) string {
	switch {
	case n >= 10<<20, n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d kB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
