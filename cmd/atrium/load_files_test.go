package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

func TestAReportThatCannotBeWrittenIsAnErrorBeforehand(t *testing.T) {
	folder := t.TempDir()
	page := filepath.Join(folder, "run.html")
	for name, o := range map[string]loadOutput{
		"--html": {HTML: filepath.Join(folder, "absent", "run.html")},
		"--json": {HTML: page, JSON: folder},
		"too":    {HTML: page, JSON: page},
	} {
		if _, err := o.create(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%+v: %v, want an error with %s", o, err, name)
		}
	}
}

func TestAnEarlierReportIsKeptUntilTheNextOneIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.json")
	before := strings.Repeat("earlier ", 10_000)
	if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := loadOutput{JSON: path}.create()
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != before {
		t.Error("the earlier report is gone before there is another")
	}
	if err := files[0].save(&result.Run{}); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); strings.Contains(string(got), "earlier") || !strings.HasSuffix(string(got), "}\n") {
		t.Errorf("the report is %q", got)
	}
}

func TestOneReportThatFailsDoesNotCostTheOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.json")
	files, err := loadOutput{HTML: filepath.Join(t.TempDir(), "run.html"), JSON: path}.create()
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	files[0].write = func(io.Writer, *result.Run) error { return full }
	if err := (loadOutput{}).write(&result.Run{}, files); !errors.Is(err, full) || !strings.Contains(err.Error(), "run.html") {
		t.Errorf("the error is %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Errorf("the second report was not written: %v", err)
	}
}
