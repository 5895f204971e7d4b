// Command assets builds web/dist, which the program carries inside it, from
// assets/ and node_modules: one style sheet and one script, each under a name that
// changes with it, compressed, with a list of the names and their digests.
//
//	npm ci --ignore-scripts
//	go run ./tool/assets
//
// GOV.UK Frontend comes with things that only the government may use, and with
// many that no page of ours does. They are taken out here; see css.go.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("assets: ")
	if _, err := os.Stat("node_modules/govuk-frontend/package.json"); err != nil {
		log.Fatal("node_modules is missing: run npm ci --ignore-scripts first")
	}
	if err := build("web/dist"); err != nil {
		log.Fatal(err)
	}
}

// An entry of the manifest; internal/govuk reads it.
type entry struct {
	URL       string `json:"url"`
	Integrity string `json:"integrity"`
}

// build replaces what is in dist.
func build(dist string) error {
	icons := map[string]bool{}
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{"assets/app.css", "assets/app.js"},
		EntryNames:        "[name]-[hash]",
		Outdir:            filepath.Join(dist, "assets"),
		Bundle:            true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Format:            api.FormatESModule,
		Target:            api.ES2020, // esbuild cannot write govuk-frontend for older browsers
		LegalComments:     api.LegalCommentsNone,
		Plugins:           []api.Plugin{vendored(icons)},
		LogLevel:          api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return errors.New("the styles and scripts do not build")
	}
	if err := empty(dist); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dist, "assets", "images"), 0o755); err != nil {
		return err
	}
	manifest := map[string]entry{}
	for _, f := range result.OutputFiles {
		name := filepath.Base(f.Path)
		if left := forbidden(f.Contents); left != "" {
			return fmt.Errorf("%s still holds %q, which is the government's", name, left)
		}
		sum := sha256.Sum256(f.Contents)
		manifest[plain(name)] = entry{"/assets/" + name, "sha256-" + base64.StdEncoding.EncodeToString(sum[:])}
		if err := write(filepath.Join(dist, "assets", name), f.Contents); err != nil {
			return err
		}
	}
	for icon := range icons {
		b, err := os.ReadFile(filepath.Join("node_modules/@ministryofjustice/frontend/moj/assets/images", icon))
		if err != nil {
			return fmt.Errorf("icon of a style: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dist, "assets", "images", icon), b, 0o644); err != nil {
			return err
		}
	}
	b, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dist, "manifest.json"), append(b, '\n'), 0o644)
}

// vendored changes the styles of others on their way in, and notes which icons
// they draw with.
func vendored(icons map[string]bool) api.Plugin {
	return api.Plugin{Name: "vendored", Setup: func(b api.PluginBuild) {
		b.OnLoad(api.OnLoadOptions{Filter: `node_modules/.*\.css$`}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			raw, err := os.ReadFile(a.Path)
			if err != nil {
				return api.OnLoadResult{}, err
			}
			css := ours(string(raw))
			if strings.Contains(a.Path, "ministryofjustice") {
				css = only(css, mojBlocks)
			}
			return api.OnLoadResult{Contents: &css, Loader: api.LoaderCSS}, nil
		})
		b.OnResolve(api.OnResolveOptions{Filter: `^/assets/`}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			name := path.Base(a.Path)
			if !strings.HasPrefix(name, "icon-") || path.Ext(name) != ".svg" {
				return api.OnResolveResult{}, fmt.Errorf("%s may not be served", a.Path)
			}
			icons[name] = true
			return api.OnResolveResult{Path: a.Path, External: true}, nil
		})
	}}
}

var hashed = regexp.MustCompile(`-[A-Z0-9]{8}(\.\w+)$`)

// plain is the name of a file before its digest was put in.
func plain(name string) string { return hashed.ReplaceAllString(name, "$1") }

// empty clears a folder but for .keep, which lets a fresh clone compile.
func empty(dist string) error {
	entries, err := os.ReadDir(dist)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != ".keep" {
			if err := os.RemoveAll(filepath.Join(dist, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// write puts a file down as it is, and compressed.
func write(name string, b []byte) error {
	var gz, br bytes.Buffer
	z, err := gzip.NewWriterLevel(&gz, gzip.BestCompression)
	if err != nil {
		return err
	}
	pack := func(w io.WriteCloser) error {
		_, err := w.Write(b)
		return errors.Join(err, w.Close())
	}
	if err := errors.Join(pack(z), pack(brotli.NewWriterLevel(&br, brotli.BestCompression))); err != nil {
		return err
	}
	log.Printf("%-20s %7d bytes, gzip %6d, brotli %6d", filepath.Base(name), len(b), gz.Len(), br.Len())
	files := []struct {
		name string
		b    []byte
	}{{name, b}, {name + ".gz", gz.Bytes()}, {name + ".br", br.Bytes()}}
	for _, f := range files {
		if err := os.WriteFile(f.name, f.b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// forbidden is the first thing in a built file that we may not serve, or "".
func forbidden(b []byte) string {
	low := bytes.ToLower(b)
	i := slices.IndexFunc(theirs, func(s string) bool { return bytes.Contains(low, []byte(s)) })
	if i < 0 {
		return ""
	}
	return theirs[i]
}
