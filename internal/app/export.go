package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"clew/internal/access"
	"clew/internal/casefile"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/ledger"
	"clew/internal/seal"
	"clew/internal/vault"
	"clew/internal/words"
)

// Export writes everything there is to a new folder: a file of JSON lines for each
// table, and a README of their columns. What is sealed stays sealed; opened, the
// contact details and the documents are written to files of their own as well. That it was done is in
// the ledger first.
func Export(ctx context.Context, c Config, folder string, opened bool) (tables, rows int, err error) {
	if c.Database == "" {
		if err := exists(&c); err != nil {
			return 0, 0, err
		}
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return 0, 0, fault.Bad("folder", fmt.Sprintf("The folder must be a new one: %v", errors.Unwrap(err)))
	}
	defer func() {
		if err != nil {
			os.RemoveAll(folder)
		}
	}()
	d, err := db.OpenAsItIs(c.Where(), time.Now)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if have, newest, err := d.Step(ctx); err != nil || have != newest {
		return 0, 0, errors.Join(err, fault.Bad("data", fmt.Sprintf("The database is at step %d and this program wants %d: run clew upgrade first", have, newest)))
	}
	if _, err := ledger.Open(ctx, d, c.LedgerKeyFile()); err != nil { // what is exported is an entry, and signed
		return 0, 0, err
	}
	fields := []string{"everything"}
	if opened {
		fields = append(fields, "contact details", "documents")
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		by := access.Program("", "command line")
		return ledger.Note(ctx, tx, ledger.Entry{Account: by.Account, Purpose: string(by.Purpose), Verb: ledger.Disclosure, Action: "export everything", Fields: fields, Recipient: "whoever ran the command", Outcome: ledger.Done})
	})
	if err != nil {
		return 0, 0, err
	}
	names, err := d.Tables(ctx)
	if err != nil {
		return 0, 0, err
	}
	var readme strings.Builder
	readme.WriteString("# Everything Clew holds\n\nOne file for each table, a JSON object on each line. Times are microseconds since 1970, UTC.\nBytes are in base64. What is sealed is bytes. It names people: keep it as you keep the records themselves.\n")
	for _, name := range names {
		n, columns, err := exportTable(ctx, d, folder, name)
		if err != nil {
			return 0, 0, fmt.Errorf("export %s: %w", name, err)
		}
		rows += n
		fmt.Fprintf(&readme, "\n## %s.jsonl\n\n%s.\n\n%s\n", name, words.Count(n, "row", "rows"), strings.Join(columns, ", "))
	}
	if opened {
		if err := exportOpened(ctx, &c, d, folder); err != nil {
			return 0, 0, err
		}
		readme.WriteString("\n## opened/contacts.jsonl\n\nContact details, opened. Nobody but who needs them may have this file.\n\nid, person, kind, value, note, position\n")
		readme.WriteString("\n## opened/documents.jsonl\n\nDocuments of cases, opened: the content of each is the file opened/documents/ID. Nobody has looked for viruses in them.\n\nid, case_id, incident, agency, basis, name, words, type, size, sha256, account, by, at, damaged\n")
	}
	return len(names), rows, os.WriteFile(filepath.Join(folder, "README.md"), []byte(readme.String()), 0o600)
}

func exportTable(ctx context.Context, d *db.DB, folder, table string) (n int, columns []string, err error) {
	err = jsonLines(filepath.Join(folder, table+".jsonl"), func(line func(names []string, values []any) error) error {
		return d.Dump(ctx, table, func(names []string) error { columns = names; return nil }, func(values []any) error {
			n++
			return line(columns, values)
		})
	})
	return n, columns, err
}

func exportOpened(ctx context.Context, c *Config, d *db.DB, folder string) error {
	k := c.Keeping()
	if k.Text == "" && !fileThere(k.File) {
		return fault.Bad("with-key", fmt.Sprintf("There is no master key at %s", k.File))
	}
	m, err := k.Load(ctx, d)
	if err != nil {
		return err
	}
	s, err := seal.Open(ctx, d, m)
	if err != nil {
		return err
	}
	if s.Trouble() != nil {
		return s.Trouble()
	}
	if err := os.Mkdir(filepath.Join(folder, "opened"), 0o700); err != nil {
		return err
	}
	if err := exportDocuments(ctx, d, s, filepath.Join(folder, "opened")); err != nil {
		return err
	}
	return jsonLines(filepath.Join(folder, "opened", "contacts.jsonl"), func(line func([]string, []any) error) error {
		return d.Read(ctx, func(v *db.View) error {
			return vault.EachOpened(ctx, v, s, func(r vault.Revealed) error {
				return line([]string{"id", "person", "kind", "value", "note", "position"}, []any{r.ID, r.Person, string(r.Kind), r.Value, r.Note, r.Position})
			})
		})
	})
}

// exportDocuments writes each document to a file that is called by its id, and what it is
// called and what was said of it to a list. Nothing is called as somebody called it: a name
// might be that of something that runs.
func exportDocuments(ctx context.Context, d *db.DB, s *seal.Sealer, folder string) error {
	files := filepath.Join(folder, "documents")
	if err := os.Mkdir(files, 0o700); err != nil {
		return err
	}
	return jsonLines(filepath.Join(folder, "documents.jsonl"), func(line func([]string, []any) error) error {
		return casefile.EachDocument(ctx, d, s, func(doc *casefile.Handed, trouble error) error {
			damaged := trouble != nil
			if !damaged {
				out, err := os.OpenFile(filepath.Join(files, doc.ID), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
				if err != nil {
					return err
				}
				if err := errors.Join(doc.WriteContent(ctx, out), out.Close()); err != nil {
					return fmt.Errorf("document %s: %w", doc.ID, err)
				}
			}
			return line([]string{"id", "case_id", "incident", "agency", "basis", "name", "words", "type", "size", "sha256", "account", "by", "at", "damaged"},
				[]any{doc.ID, doc.Document.Case, doc.Incident, doc.Agency, doc.Basis, doc.Name, doc.Words, doc.Type, doc.Size, doc.Sum, doc.Account, doc.By, doc.At.UnixMicro(), damaged})
		})
	})
}

// jsonLines writes a file of JSON objects whose members stand in the order given.
func jsonLines(path string, f func(line func(names []string, values []any) error) error) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 1<<20)
	err = f(func(names []string, values []any) error {
		for i, name := range names {
			sep := ", "
			if i == 0 {
				sep = "{"
			}
			key, err := json.Marshal(name)
			if err != nil {
				return err
			}
			value, err := json.Marshal(values[i])
			if err != nil {
				return err
			}
			w.WriteString(sep)
			w.Write(key)
			w.WriteString(": ")
			w.Write(value)
		}
		_, err := w.WriteString("}\n")
		return err
	})
	return errors.Join(err, w.Flush(), out.Close())
}
