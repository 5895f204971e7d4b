package account

import (
	"database/sql"
	"time"

	"clew/internal/db"
)

const selectAccount = `SELECT id, agency, name, sign_in, state, made, version FROM account_holders `

func scanAccount(r db.Row) (a Account, err error) {
	var made int64
	err = r.Scan(&a.ID, &a.Agency, &a.Name, &a.SignIn, &a.State, &made, &a.Version)
	a.Made = at(made)
	return a, err
}

// kept is what opens an account.
type kept struct {
	id, password, code string
	step               int64
}

const selectKept = `SELECT id, password, code, code_step FROM account_holders `

func scanKept(r db.Row) (k kept, err error) {
	return k, r.Scan(&k.id, &k.password, &k.code, &k.step)
}

const selectSession = `
	SELECT s.id, s.account, a.agency, a.name, s.began, s.seen, s.proved, s.how, s.browser, s.purpose
	FROM sessions s JOIN account_holders a ON a.id = s.account
	WHERE s.ended IS NULL AND a.state = 'active' AND `

func scanSession(r db.Row) (s Session, err error) {
	var began, seen, proved int64
	err = r.Scan(&s.ID, &s.account, &s.agency, &s.name, &began, &seen, &proved, &s.How, &s.Browser, &s.Purpose)
	s.Began, s.Seen, s.Proved = at(began), at(seen), at(proved)
	return s, err
}

const selectInvitation = `SELECT id, account, roles, made_by, until, opened, taken FROM invitations `

func scanInvitation(r db.Row) (i invitation, err error) {
	var opened, taken sql.NullInt64
	var until int64
	err = r.Scan(&i.id, &i.account, &i.roles, &i.by, &until, &opened, &taken)
	i.until, i.opened, i.taken = at(until), opened.Valid, taken.Valid
	return i, err
}

func at(micro int64) time.Time { return time.UnixMicro(micro).UTC() }
