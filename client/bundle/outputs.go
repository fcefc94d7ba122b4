package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/evanw/esbuild/pkg/api"
)

// files are the contents of a directory by path, slash-separated and relative to it.
type files map[string][]byte

// names are sorted, so that everything that is printed is the same every time.
func (f files) names() []string { return slices.Sorted(maps.Keys(f)) }

// bundles are the files of dist/ that esbuild makes.
var bundles = []struct {
	entry  string // below client/
	output string // below client/dist/
	format api.Format
}{
	{"src/index.ts", "atrium.js", api.FormatESModule},
	{"src/kurento/index.ts", "KurentoRoom.js", api.FormatIIFE},
	{"page/main.ts", "app.js", api.FormatESModule},
	{"page/style/main.css", "style.css", api.FormatDefault},
}

// verbatim are the files of dist/ that stand in client/ as they are served.
var verbatim = map[string]string{
	"index.html": "page/index.html",
	"icon.svg":   "page/icon.svg",
}

// outputs makes everything that belongs into dist/, in memory.
func outputs(client string) (files, error) {
	made := files{}
	for _, b := range bundles {
		content, err := bundle(client, b.entry, b.format)
		if err != nil {
			return nil, err
		}
		made[b.output] = content
	}
	for output, source := range verbatim {
		content, err := os.ReadFile(filepath.Join(client, source))
		if err != nil {
			return nil, err
		}
		made[output] = content
	}

	return made, nil
}

// hidden is how members are called that no application sees, by convention: they may be shortened.
const hidden = "^_[a-z]"

// hiddenSDK are in the SDK alone, where no page's words can be meant, also the longest words between its own parts. None is
// the name of a method or member of the protocol, and none is looked up by a string.
const hiddenSDK = "^(_[a-z].*|changed|drop|emit|established|forget|joined|line|live|lost|measured|networkChanged|notified|offered|" +
	"others|over|patient|people|probe|promise|published|renew|scalable|sections|session|settle|settled|signalingBack|" +
	"signalingLost|speak|stopAll|streamPublished|streamUnpublished|subscriptions|take|told|unpublished|urgent|watch)$"

// bundle gives one file: the entry with all that it imports. Its target is what browsers that speak today's WebRTC
// understand; no syntax is rewritten for older ones.
func bundle(client, entry string, format api.Format) ([]byte, error) {
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     client,
		EntryPoints:       []string{entry},
		Outfile:           "out",
		Bundle:            true,
		Format:            format,
		Platform:          api.PlatformBrowser,
		Target:            api.ES2022,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		MangleProps:       hiddenNames(entry),
	})
	if err := failure(result.Errors); err != nil {
		return nil, fmt.Errorf("bundle %s: %w", entry, err)
	}
	content := result.OutputFiles[0].Contents
	if format == api.FormatDefault {
		return content, nil // a style sheet
	}

	return tighten(entry, content)
}

func hiddenNames(entry string) string {
	if entry == "src/index.ts" {
		return hiddenSDK
	}

	return hidden
}

// tighten minifies a bundle once more: with the modules in one file, and the names short, esbuild finds a percent to take
// away that it did not see the first time.
func tighten(entry string, content []byte) ([]byte, error) {
	result := api.Transform(string(content), api.TransformOptions{
		Target:            api.ES2022,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
	})
	if err := failure(result.Errors); err != nil {
		return nil, fmt.Errorf("tighten %s: %w", entry, err)
	}

	return result.Code, nil
}

// failure is esbuild's errors in the form of its own command line: each with the line that is wrong.
func failure(messages []api.Message) error {
	if len(messages) == 0 {
		return nil
	}
	var text string
	for _, message := range api.FormatMessages(messages, api.FormatMessagesOptions{Kind: api.ErrorMessage}) {
		text += "\n" + message
	}

	return fmt.Errorf("%d errors:%s", len(messages), text)
}

// write puts the files there and removes what else is in the directory: dist/ holds nothing that the sources do not
// give.
func write(dist string, made files) error {
	there, err := read(dist)
	if err != nil {
		return err
	}
	for _, name := range there.names() {
		if _, ok := made[name]; !ok {
			if err := os.Remove(filepath.Join(dist, name)); err != nil {
				return err
			}
		}
	}
	for _, name := range made.names() {
		path := filepath.Join(dist, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, made[name], 0o644); err != nil { //nolint:gosec // public files
			return err
		}
	}

	return nil
}
