package cli

import (
	"context"
	"fmt"

	"clew/internal/access"
	"clew/internal/account"
	"clew/internal/app"
)

type accounts struct {
	SetUpLink setUpLink `cmd:"" help:"Print a link by which somebody becomes an administrator, when the last one has gone."`
}

type setUpLink struct {
	settings
	SignIn string `help:"Their sign-in name. An account that is not there is made: give --name and --agency too." required:"" placeholder:"NAME"`
	Name   string `help:"Their name, as colleagues know them." placeholder:"NAME"`
	Agency string `help:"The code of their agency, which must be there." placeholder:"CODE"`
	Site   string `help:"Where people reach Clew." default:"http://localhost:8080" placeholder:"URL"`
}

func (c *setUpLink) Run(ctx context.Context, s Streams) error {
	a, err := app.Open(ctx, c.app())
	if err != nil {
		return err
	}
	link, err := a.Accounts.Restore(ctx, access.Program(c.Agency, "command line"), account.Guest{Name: c.Name, SignIn: c.SignIn, Agency: c.Agency})
	if err != nil {
		return closing(a, err)
	}
	fmt.Fprintln(s.Err, "Open this within 24 hours; it opens once. Whatever the account was signed in to with before stops working. That this link was made is in the ledger.")
	fmt.Fprintf(s.Out, "%s/invitations/%s\n", c.Site, link)
	return closing(a, nil)
}
