package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// platforms are what a release is made for.
const platforms = "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64"

func main() {
	out := flag.String("out", "dist", "directory for the files; what is in it is removed")
	list := flag.String("platforms", platforms, "systems and architectures")
	sbom := flag.Bool("sbom", true, "write a bill of materials for each binary")
	binary := flag.String("binary", "", "compile for the first platform to this file, and make nothing else")
	flag.Parse()
	all := strings.Split(*list, ",")
	ctx := context.Background()
	err := compile(ctx, *binary, all[0])
	if *binary == "" {
		err = run(ctx, *out, all, *sbom)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

// compile makes the binary of a release alone.
func compile(ctx context.Context, to, platform string) error {
	if to == "" {
		return nil
	}
	t, err := parseTarget(platform)
	if err != nil {
		return err
	}
	return t.build(ctx, to)
}

func run(ctx context.Context, out string, platforms []string, sbom bool) (err error) {
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "atrium-dist-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	for _, platform := range platforms {
		t, err := parseTarget(platform)
		if err != nil {
			return err
		}
		if err := release(ctx, t, work, out, sbom); err != nil {
			return fmt.Errorf("%s: %w", platform, err)
		}
	}
	return writeSums(out)
}

// release builds for one platform and writes its files.
func release(ctx context.Context, t target, work, out string, sbom bool) error {
	binary := filepath.Join(work, t.system+"-"+t.arch, t.binary())
	if err := t.build(ctx, binary); err != nil {
		return err
	}
	stamp, err := readStamp(binary)
	if err != nil {
		return err
	}
	name := strings.Join([]string{"atrium", stamp.version, t.system, t.arch}, "_")
	entries, err := t.entries(binary)
	if err != nil {
		return err
	}
	archive := filepath.Join(out, name+t.suffix())
	if err := writeArchive(archive, name, entries, stamp.time); err != nil {
		return err
	}
	if sbom {
		err = writeSBOM(ctx, binary, filepath.Join(out, name+".cdx.json"), stamp.version)
	}
	fmt.Println(archive)
	return err
}

// entries are the files of an archive.
func (t target) entries(binary string) ([]entry, error) {
	files := []entry{
		{from: binary, name: t.binary(), mode: 0o755},
		{from: "CHANGELOG.md"},
		{from: "LICENSE"},
		{from: "README.md"},
		{from: "deploy/atrium.example.yaml", name: "atrium.example.yaml"},
	}
	if t.system == "linux" {
		files = append(files,
			entry{from: "deploy/systemd/atrium.service", name: "atrium.service"},
			entry{from: "deploy/sysctl/60-atrium.conf", name: "60-atrium.conf"})
	}
	for i := range files {
		f := &files[i]
		f.name, f.mode = cmp.Or(f.name, f.from), cmp.Or(f.mode, 0o644)
		data, err := os.ReadFile(f.from)
		if err != nil {
			return nil, err
		}
		f.data = data
	}
	return files, nil
}
