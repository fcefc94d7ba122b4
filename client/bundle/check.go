package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"
)

// budgets are the most octets that a file may have after gzip -9. The SDK's is a promise; the others keep an
// accident from going unnoticed.
var budgets = map[string]int{
	"atrium.js":      15 * 1024,
	"KurentoRoom.js": 21 * 1024,
	"app.js":         50 * 1024,
	"style.css":      12 * 1024,
}

// verify fails when dist/ is not what the sources give, and when a file is over its budget.
func verify(dist string, made files) error {
	there, err := read(dist)
	if err != nil {
		return err
	}
	var problems []error
	for _, name := range made.names() {
		content, ok := there[name]
		switch {
		case !ok:
			problems = append(problems, fmt.Errorf("dist/%s is missing: run make client", name))
		case !bytes.Equal(content, made[name]):
			problems = append(problems, fmt.Errorf("dist/%s is not what the sources give: run make client", name))
		}
		if size, budget := compressed(made[name]), budgets[name]; budget > 0 && size >= budget {
			problems = append(problems, fmt.Errorf("%s has %d octets after gzip -9, its budget is under %d", name, size, budget))
		}
	}
	for _, name := range there.names() {
		if _, ok := made[name]; !ok {
			problems = append(problems, fmt.Errorf("dist/%s is made from nothing: run make client", name))
		}
	}

	return errors.Join(problems...)
}

// report prints the sizes beside the budgets.
func report(w io.Writer, made files) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "file\toctets\tgzip -9\tbudget\t")
	for _, name := range made.names() {
		budget := "-"
		if octets, ok := budgets[name]; ok {
			budget = fmt.Sprint(octets)
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%s\t\n", name, len(made[name]), compressed(made[name]), budget)
	}

	return table.Flush()
}

// compressed is how many octets gzip -9 makes of the content.
func compressed(content []byte) int {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err) // only for an invalid level
	}
	_, _ = w.Write(content) // a buffer takes everything
	_ = w.Close()

	return out.Len()
}

// read gives the files below a directory; one that does not exist has none.
func read(dir string) (files, error) {
	there := files{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		there[filepath.ToSlash(name)] = content

		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return there, nil
	}

	return there, err
}
