package main

import (
	"os"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// bundleGallery makes the page that shows the stage with painted people, for screenshots. It is no part of the binary.
func bundleGallery(client, into string) error {
	into, err := filepath.Abs(into)
	if err != nil {
		return err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: client,
		EntryPointsAdvanced: []api.EntryPoint{
			{InputPath: "page/gallery.ts", OutputPath: "gallery"},
			{InputPath: "page/style/main.css", OutputPath: "style"},
		},
		Outdir:    into,
		Bundle:    true,
		Format:    api.FormatESModule,
		Target:    api.ES2022,
		Charset:   api.CharsetUTF8,
		Sourcemap: api.SourceMapInline,
		Write:     true,
	})
	if err := failure(result.Errors); err != nil {
		return err
	}
	for _, name := range []string{"gallery.html", "icon.svg"} {
		content, err := os.ReadFile(filepath.Join(client, "page", name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(into, name), content, 0o644); err != nil { //nolint:gosec // a page to look at
			return err
		}
	}

	return nil
}
