package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/atrium-rtc/atrium/internal/load/report"
	"github.com/atrium-rtc/atrium/internal/load/result"
)

// reportFile is one file that a run is written to. It is opened before the run:
// a test of an hour must not end with a name that cannot be written.
type reportFile struct {
	file  *os.File
	write func(io.Writer, *result.Run) error
}

// create opens the files of all reports that were asked for. What they held
// stays until save.
func (o loadOutput) create() ([]reportFile, error) {
	var files []reportFile
	for _, asked := range []struct {
		flag, path string
		write      func(io.Writer, *result.Run) error
	}{{"--html", o.HTML, report.HTML}, {"--json", o.JSON, report.JSON}} {
		if asked.path == "" || asked.flag == "--json" && asked.path == "-" {
			continue
		}
		file, err := os.OpenFile(asked.path, os.O_WRONLY|os.O_CREATE, 0o666) //nolint:gosec // a report is for everybody whom the umask lets
		if err == nil && len(files) > 0 && sameFile(files[0].file, file) {
			err = errors.Join(errors.New("it is the file of --html, too"), file.Close())
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", asked.flag, err), closeFiles(files))
		}
		files = append(files, reportFile{file, asked.write})
	}
	return files, nil
}

func sameFile(a, b *os.File) bool {
	one, err := a.Stat()
	if err != nil || !one.Mode().IsRegular() {
		return false
	}
	two, err := b.Stat()
	return err == nil && os.SameFile(one, two)
}

func closeFiles(files []reportFile) error {
	var failed []error
	for _, f := range files {
		failed = append(failed, f.file.Close())
	}
	return errors.Join(failed...)
}

// save replaces what the file holds with the report, and closes it.
func (f reportFile) save(run *result.Run) error {
	err := f.empty()
	if err == nil {
		err = f.write(f.file, run)
	}
	if err := errors.Join(err, f.file.Close()); err != nil {
		return fmt.Errorf("write the report to %s: %w", f.file.Name(), err)
	}
	return nil
}

// empty cuts what an earlier run wrote. Pipes and devices hold nothing.
func (f reportFile) empty() error {
	info, err := f.file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	return f.file.Truncate(0)
}

// write writes every report that was asked for: what one of them lacks, another
// may have.
func (o loadOutput) write(run *result.Run, files []reportFile) error {
	var failed []error
	for _, f := range files {
		failed = append(failed, f.save(run))
	}
	if o.JSON == "-" {
		failed = append(failed, report.JSON(os.Stdout, run))
	} else {
		failed = append(failed, report.Text(os.Stdout, run, styleOf(os.Stdout)))
	}
	return errors.Join(failed...)
}
