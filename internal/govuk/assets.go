package govuk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"clew/web"
)

// An Asset is a file that pages load. Its address changes when it does, so that
// browsers may keep it for ever; its digest lets them refuse another.
type Asset struct {
	URL       string `json:"url"`
	Integrity string `json:"integrity"`
}

var manifest = sync.OnceValues(func() (map[string]Asset, error) {
	b, err := fs.ReadFile(web.Dist, "dist/manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("styles and scripts are not built: run make, or go run ./tool/assets and build again")
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of styles and scripts: %w", err)
	}
	var m map[string]Asset
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("read the list of styles and scripts: %w", err)
	}
	return m, nil
})

// Built says why there are no styles and scripts in this program, or nil. Pages
// are whole without them, but plain. A server should not start.
func Built() error { _, err := manifest(); return err }

// AssetOf is a file by its plain name, such as "clew.css". Without built assets
// it is the zero Asset.
func AssetOf(name string) Asset { m, _ := manifest(); return m[name] }
