package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// told are changes in the words of a log line.
func told(changes []Change) []string {
	var lines []string
	for _, c := range changes {
		lines = append(lines, fmt.Sprintf("%s: %s -> %s (%s)", c.Key.Name, c.From, c.To, c.Origin))
	}
	return lines
}

func TestAChangeIsTakenOrWaitsForARestart(t *testing.T) {
	running := mustLoad(t, Sources{Flags: map[string]string{"admin.token": "old"}}).Config
	next := mustLoad(t, Sources{
		Path:    "f.yaml",
		File:    []byte("media:\n  port: 9000\n  listen: [10.0.0.1, \"fd00::1\"]\nlog:\n  level: debug\nrooms:\n  max_rooms: 1000\n"),
		Environ: []string{"ATRIUM_HTTP_ALLOWED_ORIGINS=https://a.example,https://b.example"},
		Flags:   map[string]string{"shutdown.drain": "1m", "admin.token": "new"},
	})
	got := next.Against(running)
	applied := []string{
		"http.allowed_origins:  -> https://a.example,https://b.example (ATRIUM_HTTP_ALLOWED_ORIGINS)",
		"admin.token: (set, not shown) -> (set, not shown) (--admin.token)",
		"log.level: info -> debug (f.yaml:5)",
		"shutdown.drain: 10s -> 1m0s (--shutdown.drain)",
	}
	if diff := cmp.Diff(applied, told(got.Applied)); diff != "" {
		t.Errorf("applied (-want +got):\n%s", diff)
	}
	restart := []string{
		"media.port: 8082 -> 9000 (f.yaml:2)",
		"media.listen:  -> 10.0.0.1,fd00::1 (f.yaml:3)",
	}
	if diff := cmp.Diff(restart, told(got.Restart)); diff != "" {
		t.Errorf("waiting for a restart (-want +got):\n%s", diff)
	}
	want := next.Config
	want.Media = running.Media
	if diff := cmp.Diff(want, got.Config); diff != "" {
		t.Errorf("configuration to run with (-want +got):\n%s", diff)
	}
	if again := next.Against(got.Config); len(again.Applied) != 0 || len(again.Restart) != 2 {
		t.Errorf("the same configuration once more applies %q and keeps %q waiting", told(again.Applied), told(again.Restart))
	}
}

func TestTheSameConfigurationChangesNothing(t *testing.T) {
	from := Sources{File: []byte("media:\n  listen: []\nhttp:\n  allowed_origins: []\n")}
	got := mustLoad(t, from).Against(mustLoad(t, Sources{}).Config)
	if len(got.Applied)+len(got.Restart) != 0 {
		t.Errorf("applied %q, waiting %q", told(got.Applied), told(got.Restart))
	}
}

// The names of the files are nothing without the mode, which waits.
func TestAValueWaitsWithTheOneItNeeds(t *testing.T) {
	plain := mustLoad(t, Sources{})
	files := mustLoad(t, Sources{Flags: map[string]string{"tls.mode": "files", "tls.cert": "c", "tls.key": "k"}})
	for _, test := range []struct {
		name           string
		running, next  Loaded
		applied, waits string
	}{
		{"to files", plain, files, "", "tls.mode tls.cert tls.key"},
		{"from files", files, plain, "", "tls.mode tls.cert tls.key"},
		{"other files", files, mustLoad(t, Sources{Flags: map[string]string{"tls.mode": "files", "tls.cert": "d", "tls.key": "k"}}), "tls.cert", ""},
	} {
		got := test.next.Against(test.running.Config)
		if applied, waits := names(got.Applied), names(got.Restart); applied != test.applied || waits != test.waits {
			t.Errorf("%s: applied %q, waiting %q; want %q and %q", test.name, applied, waits, test.applied, test.waits)
		}
		if problems := got.Config.conflicts(); len(problems) > 0 {
			t.Errorf("%s: the configuration to run with is wrong: %v", test.name, problems)
		}
	}
}

func names(changes []Change) string {
	var list []string
	for _, c := range changes {
		list = append(list, c.Key.Name)
	}
	return strings.Join(list, " ")
}
