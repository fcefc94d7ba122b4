package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/atrium-rtc/atrium/internal/bench/document"
)

// simulatedPart is the part of the Markdown file that this program writes.
const simulatedPart = "simulated"

const skeleton = "# Congestion control, simulated\n\n<!-- " + simulatedPart + ": begin -->\n<!-- " + simulatedPart + ": end -->\n"

// plotName is the file of a scenario's plot.
func plotName(r *record) string { return "bwe-" + r.scenario.name + ".svg" }

func writePlots(directory string, records []*record) error {
	for _, r := range records {
		if err := os.WriteFile(filepath.Join(directory, plotName(r)), []byte(draw(r)), 0o644); err != nil { //nolint:gosec // documentation
			return err
		}
	}
	return nil
}

// publish writes the tables into the Markdown file and the plots beside it.
func publish(file string, records []*record, s *settings) error {
	var text strings.Builder
	table := overview(records)
	fmt.Fprintf(&text, "Commit %s, seeds %d to %d.\n\n%v", commit(), s.seed, s.seed+uint64(s.seeds)-1, &table) //nolint:gosec // a few seeds
	for _, r := range records {
		name, err := document.WriteFigure(file, plotName(r), draw(r))
		if err != nil {
			return err
		}
		table := goalTable(r)
		fmt.Fprintf(&text, "\n### %s\n\n%s\n\n![%s](%s)\n\n%v", r.scenario.name, r.scenario.title, r.scenario.title, name, &table)
	}
	return document.WritePart(file, skeleton, simulatedPart, text.String())
}

// commit is that of the checkout, empty without git.
func commit() string {
	out, err := exec.Command("git", "describe", "--always", "--dirty").Output() //nolint:noctx // it is short
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
