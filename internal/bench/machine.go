package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// machine describes where and of what figures are.
type machine struct {
	processor string
	cores     int
	kernel    string
	golang    string
	date      string
	server    string // its own words on its version
	commit    string // of the checkout that the command ran in
}

func describe(ctx context.Context, server string) machine {
	return machine{
		processor: processorModel(firstOf(os.ReadFile("/proc/cpuinfo"))),
		cores:     runtime.NumCPU(),
		kernel:    strings.TrimSpace(firstOf(os.ReadFile("/proc/sys/kernel/osrelease"))),
		golang:    strings.TrimPrefix(runtime.Version(), "go"),
		date:      time.Now().UTC().Format(time.DateOnly),
		server:    output(ctx, server, "version"),
		commit:    output(ctx, "git", "describe", "--always", "--dirty"),
	}
}

// processorModel finds "model name : AMD EPYC" in /proc/cpuinfo. Processors that are not x86
// have no such line.
func processorModel(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// firstOf is the text that was read, empty if it could not be.
func firstOf(b []byte, _ error) string { return string(b) }

// output is what a program says, empty if it fails.
func output(ctx context.Context, program string, args ...string) string {
	out, err := exec.CommandContext(ctx, program, args...).Output() //nolint:gosec // the caller's own programs
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

func (m machine) String() string {
	text := fmt.Sprintf("%s, %s, %d processors, Linux %s, Go %s", m.date, m.processor, m.cores, m.kernel, m.golang)
	if m.server != "" {
		text += ", " + m.server
	}
	if m.commit != "" {
		text += ", commit " + m.commit
	}
	return text + "."
}
