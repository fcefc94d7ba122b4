package main

import (
	"fmt"
	"os"
	"text/tabwriter"
)

type checkConfigCommand struct {
	Settings settings `embed:""`
}

// Run prints the effective configuration. It opens the files that the
// configuration names, as serve would.
func (c *checkConfigCommand) Run() error {
	loaded, err := c.Settings.load()
	if err != nil {
		return err
	}
	if _, err := newCertificates(loaded.Config, discardLogger()); err != nil {
		return err
	}
	if _, err := adminToken(loaded.Config.Admin); err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, set := range loaded.Settings {
		fmt.Fprintf(table, "%s:\t%s\t# %s\n", set.Key.Name, set.Text, set.Origin)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, warning := range loaded.Warnings {
		fmt.Println("warning:", warning)
	}
	fmt.Println("OK")
	return nil
}
