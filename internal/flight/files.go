package flight

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// stamp names a recording by its time in UTC, so that names sort by age.
const stamp = "20060102T150405.000Z"

// ours are the names that a Recorder gives. Other files of the directory are left
// alone.
var ours = regexp.MustCompile(`\Aatrium-flight-\d{8}T\d{6}\.\d{3}Z\.trace\z`)

// Prepare makes the directory, and tells whether files can be written there.
func Prepare(directory string) error {
	if err := os.MkdirAll(directory, 0o750); err != nil {
		return fmt.Errorf("directory of the flight recorder: %w", err)
	}
	probe, err := os.CreateTemp(directory, ".atrium-flight-*")
	if err != nil {
		return fmt.Errorf("directory of the flight recorder: %w", err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// save writes a recording. Nobody sees half a file.
func save(directory string, now time.Time, recording []byte) (string, error) {
	half, err := os.CreateTemp(directory, ".atrium-flight-*")
	if err != nil {
		return "", err
	}
	name := filepath.Join(directory, "atrium-flight-"+now.UTC().Format(stamp)+".trace")
	_, err = half.Write(recording)
	if err = errors.Join(err, half.Close()); err == nil {
		err = os.Rename(half.Name(), name)
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(half.Name()))
	}
	return name, nil
}

// prune removes the oldest recordings beyond keep.
func prune(directory string, keep int) error {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return err
	}
	var names []string
	for _, entry := range entries {
		if ours.MatchString(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	slices.Sort(names)
	for _, name := range names[:max(0, len(names)-keep)] {
		err = errors.Join(err, os.Remove(filepath.Join(directory, name)))
	}
	return err
}
