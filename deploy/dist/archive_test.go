package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sourceTime is that of the commit; other is another time zone.
func sourceTime() time.Time { return time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC) }

func packed(t *testing.T, name string, at time.Time) []byte {
	t.Helper()
	to := filepath.Join(t.TempDir(), name)
	entries := []entry{{name: "atrium", mode: 0o755, data: []byte("binary")}, {name: "LICENSE", mode: 0o644, data: []byte("text")}}
	if err := writeArchive(to, "atrium_v1", entries, at); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAnArchiveDependsOnItsFilesAndTheTimeOfTheSourceOnly(t *testing.T) {
	for _, name := range []string{"a.tar.gz", "a.zip"} {
		here := packed(t, name, sourceTime())
		elsewhere := packed(t, name, sourceTime().In(time.FixedZone("elsewhere", 7200)))
		if !bytes.Equal(here, elsewhere) {
			t.Errorf("%s differs", name)
		}
	}
}

// seen is what unpacking shows of a file.
type seen struct {
	Name string
	Mode os.FileMode
	Time time.Time
	Text string
}

func want() []seen {
	return []seen{
		{"atrium_v1/atrium", 0o755, sourceTime(), "binary"},
		{"atrium_v1/LICENSE", 0o644, sourceTime(), "text"},
	}
}

func TestATarballUnpacksToItsFiles(t *testing.T) {
	compressed, err := gzip.NewReader(bytes.NewReader(packed(t, "a.tar.gz", sourceTime())))
	if err != nil {
		t.Fatal(err)
	}
	var got []seen
	for archive := tar.NewReader(compressed); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, seen{header.Name, header.FileInfo().Mode(), header.ModTime.UTC(), string(text)})
	}
	if diff := cmp.Diff(want(), got); diff != "" {
		t.Error(diff)
	}
}

func TestAZipUnpacksToItsFiles(t *testing.T) {
	data := packed(t, "a.zip", sourceTime())
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var got []seen
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, seen{f.Name, f.Mode(), f.Modified.UTC(), string(text)})
	}
	if diff := cmp.Diff(want(), got); diff != "" {
		t.Error(diff)
	}
}

func TestTheFilesOfARelease(t *testing.T) {
	t.Chdir("../..")
	for system, n := range map[string]int{"linux": 7, "windows": 5} {
		entries, err := target{system, "amd64"}.entries("LICENSE")
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) != n {
			t.Errorf("%s: %d files, want %d", system, len(entries), n)
		}
	}
}
