package cli

import (
	"fmt"

	"clew/internal/app"
)

type version struct{}

func (version) Run(s Streams) error {
	v := app.Build()
	fmt.Fprintf(s.Out, "clew %s\ncommit %s\nschema %s\n", v.Version, v.Commit, v.Schema)
	return nil
}
