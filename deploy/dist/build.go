package main

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// cyclonedx reads the modules out of a binary. Its hash is in what it writes, so
// it is built without paths as well.
const cyclonedx = "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0"

// target is a platform.
type target struct{ system, arch string }

func parseTarget(platform string) (target, error) {
	system, arch, ok := strings.Cut(platform, "/")
	if !ok {
		return target{}, fmt.Errorf("%q is not SYSTEM/ARCHITECTURE", platform)
	}
	return target{system, arch}, nil
}

func (t target) binary() string {
	if t.system == "windows" {
		return "atrium.exe"
	}
	return "atrium"
}

func (t target) suffix() string {
	if t.system == "windows" {
		return ".zip"
	}
	return ".tar.gz"
}

// build compiles a static binary. What could differ from machine to machine is
// given here: flags and levels of the architecture from the environment, paths,
// the build id. The symbol table stays, for perf; DWARF is a third of the size and
// goes.
//
// Without a repository that git reads, the version is "devel".
func (t target) build(ctx context.Context, to string) error {
	vcs := "-buildvcs=true"
	if exec.CommandContext(ctx, "git", "rev-parse", "HEAD").Run() != nil {
		vcs = "-buildvcs=false"
	}
	return execute(ctx, append(os.Environ(),
		"CGO_ENABLED=0", "GOOS="+t.system, "GOARCH="+t.arch, "GOAMD64=v1", "GOARM64=v8.0", "GOFLAGS=", "GOEXPERIMENT=", "GOWORK=off",
	), "go", "build", vcs, "-trimpath", "-mod=readonly", "-ldflags=-w -buildid=", "-o", to, "./cmd/atrium")
}

// writeSBOM lists what is in the binary, the standard library too. Serial number
// and time, which the format allows, would differ each time.
func writeSBOM(ctx context.Context, binary, to, version string) error {
	return execute(ctx, append(os.Environ(), "GOFLAGS=-trimpath", "CGO_ENABLED=0"), "go", "run", cyclonedx,
		"bin", "-json", "-std", "-noserial", "-notimestamp", "-version="+version, "-output="+to, binary)
}

// execute runs a command and returns what it said when it fails.
func execute(ctx context.Context, env []string, name string, args ...string) error {
	command := exec.CommandContext(ctx, name, args...)
	command.Env = env
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

// stamp is what git knows of the source.
type stamp struct {
	version string // the tag, or a pseudo-version; with +dirty if the tree was
	time    time.Time
}

// readStamp returns what Go wrote into the binary.
func readStamp(binary string) (stamp, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return stamp{}, err
	}
	s := stamp{version: info.Main.Version}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.time" {
			if s.time, err = time.Parse(time.RFC3339, setting.Value); err != nil {
				return stamp{}, err
			}
		}
	}
	if s.time.IsZero() || !strings.HasPrefix(s.version, "v") {
		return stamp{}, fmt.Errorf("git has told Go no version (%q): build in a clone of the repository", s.version)
	}
	return s, nil
}
