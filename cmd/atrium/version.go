package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCommand struct{}

// Run prints one line: version, revision, Go release and platform.
func (versionCommand) Run() error {
	build := readBuild()
	_, err := fmt.Printf("atrium %s (%s) %s %s/%s\n", build.version, build.revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// build says which source the program was made from.
type build struct {
	version  string // of the module, or "devel"
	revision string // of the repository, with "+changes" when the tree was not clean; or "revision unknown"
}

func readBuild() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return buildOf(&debug.BuildInfo{})
	}
	return buildOf(info)
}

func buildOf(info *debug.BuildInfo) build {
	found := build{version: info.Main.Version, revision: "revision unknown"}
	if found.version == "" || found.version == "(devel)" {
		found.version = "devel"
	}
	changed := false
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			found.revision = setting.Value[:min(12, len(setting.Value))]
		case "vcs.modified":
			changed = setting.Value == "true"
		}
	}
	if changed {
		found.revision += "+changes"
	}
	return found
}
