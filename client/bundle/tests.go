package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// bundleTests bundles each test/**/*.test.ts into a file that node 20 runs: node understands neither types nor, without a
// loader, imports of .ts files. Sources are mapped, so that `node --enable-source-maps --test` names lines of TypeScript.
func bundleTests(client, into string) error {
	entries, err := testFiles(filepath.Join(client, "test"))
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return fmt.Errorf("%s has no *.test.ts", filepath.Join(client, "test"))
	}
	into, err = filepath.Abs(into)
	if err != nil {
		return err
	}
	if err := removeBuilt(into); err != nil {
		return err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: client,
		EntryPoints:   entries,
		Outdir:        into,
		Outbase:       filepath.Join(client, "test"),
		OutExtension:  map[string]string{".js": ".mjs"},
		Bundle:        true,
		Format:        api.FormatESModule,
		Platform:      api.PlatformNode,
		Target:        api.ES2022,
		Charset:       api.CharsetUTF8,
		Sourcemap:     api.SourceMapInline,
		Write:         true,
	})

	return failure(result.Errors)
}

// removeBuilt removes the tests of an earlier build: one whose source is gone would go on being run otherwise.
func removeBuilt(into string) error {
	there, err := read(into)
	if err != nil {
		return err
	}
	for _, name := range there.names() {
		if strings.HasSuffix(name, ".test.mjs") {
			if err := os.Remove(filepath.Join(into, name)); err != nil {
				return err
			}
		}
	}

	return nil
}

func testFiles(dir string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasSuffix(path, ".test.ts") {
			found = append(found, path)
		}

		return err
	})

	return found, err
}
