package main

import (
	"runtime/debug"
	"testing"
)

func TestBuildSaysVersionAndRevision(t *testing.T) {
	for _, test := range []struct {
		name string
		info debug.BuildInfo
		want build
	}{
		{"nothing known", debug.BuildInfo{}, build{"devel", "revision unknown"}},
		{"a working tree", debug.BuildInfo{
			Main:     debug.Module{Version: "(devel)"},
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "true"}},
		}, build{"devel", "0123456789ab+changes"}},
		{"a release", debug.BuildInfo{
			Main:     debug.Module{Version: "v1.2.3"},
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "false"}},
		}, build{"v1.2.3", "0123456789ab"}},
	} {
		if got := buildOf(&test.info); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}
