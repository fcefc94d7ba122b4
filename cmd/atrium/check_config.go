package main

import (
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/atrium-rtc/atrium/internal/host"
)

type checkConfigCommand struct {
	Settings settings `embed:""`
	Host     bool     `default:"true" negatable:"" help:"Say too what this machine lacks. It does not change the exit code."`
}

// Run prints the effective configuration, and what the machine lacks. It opens the
// files that the configuration names, as serve would. Only what is wrong with the
// configuration is an error: a server on a machine that is not at its best is
// better than none, and the unit checks before each start.
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
	if err := checkTokenKeys(loaded.Config.Auth); err != nil {
		return err
	}
	if _, err := webhookSecrets(loaded.Config.Webhooks); err != nil {
		return err
	}
	if err := checkRelay(loaded.Config); err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, set := range loaded.Settings {
		fmt.Fprintf(table, "%s:\t%s\t# %s\n", set.Key.Name, set.Text, set.Origin)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, warning := range append(loaded.Warnings, relayPortsInUse(loaded.Config.TURN)...) {
		fmt.Println("warning:", warning)
	}
	if c.Host {
		printFindings(os.Stdout, host.Advise(host.Read(os.DirFS("/")), hostNeeds(loaded.Config)))
	}
	fmt.Println("OK")
	return nil
}
