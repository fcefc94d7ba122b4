package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	client := flag.String("client", "..", "the client/ `directory`")
	check := flag.Bool("check", false, "write nothing; fail when dist/ is stale or over budget")
	tests := flag.String("test", "", "bundle the unit tests (test/**/*.test.ts) for node into this `directory`")
	gallery := flag.String("gallery", "", "bundle the stage's gallery into this `directory`")
	flag.Parse()

	if err := run(*client, *check, *tests, *gallery); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func run(client string, check bool, tests, gallery string) error {
	client, err := filepath.Abs(client)
	if err != nil {
		return err
	}
	switch {
	case tests != "":
		return bundleTests(client, tests)
	case gallery != "":
		return bundleGallery(client, gallery)
	}
	made, err := outputs(client)
	if err != nil {
		return err
	}
	dist := filepath.Join(client, "dist")
	if check {
		return verify(dist, made)
	}
	if err := write(dist, made); err != nil {
		return err
	}

	return report(os.Stdout, made)
}
