package config

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/docstest"
)

var update = flag.Bool("update", false, "write the tables of docs/configuration.md anew")

const docsFile = "../../docs/configuration.md"

// The tables of the documentation are what the code says, no more and no less.
// After changing a key: make docs
func TestDocsHoldTheKeysOfTheCode(t *testing.T) {
	docstest.Hold(t, docsFile, *update, map[string]string{"keys": keysTable(), "kurento": kurentoTable()})
}

func keysTable() string {
	var b strings.Builder
	section := ""
	for _, key := range Keys() {
		if s := key.Name[:strings.LastIndexByte(key.Name, '.')]; s != section {
			section = s
			fmt.Fprintf(&b, "\n### %s\n\n| key | default | value | change | environment, flag | what it does |\n|---|---|---|---|---|---|\n", section)
		}
		value := key.Type
		if key.Range != "" {
			value += ": " + key.Range
		}
		change := "restart"
		if key.Reload {
			change = "reload"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | `%s` `--%s` | %s |\n", key.Name, code(key.Default), cell(value), change, key.Env, key.Flag, cell(key.Help))
	}
	return b.String() + "\n"
}

func kurentoTable() string {
	var b strings.Builder
	b.WriteString("| Kurento Room | Atrium | note |\n|---|---|---|\n")
	for _, key := range KurentoKeys() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", key.Old, code(key.New), cell(key.Note))
	}
	return b.String()
}

func code(text string) string {
	if text == "" {
		return "none"
	}
	return "`" + cell(text) + "`"
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func TestKeysAreWellFormed(t *testing.T) {
	seen := map[string]string{}
	for _, key := range Keys() {
		for _, name := range []string{key.Name, key.Env, "--" + key.Flag} {
			if other, taken := seen[name]; taken {
				t.Errorf("%s names both %s and %s", name, other, key.Name)
			}
			seen[name] = key.Name
		}
		if key.Help == "" || !strings.HasSuffix(key.Help, ".") {
			t.Errorf("%s: help %q is not a sentence", key.Name, key.Help)
		}
		if _, known := checks[key.check]; key.check != "" && !known {
			t.Errorf("%s: no check named %q", key.Name, key.check)
		}
		for _, bound := range []string{key.min, key.max, key.Default} {
			if bound == "" {
				continue
			}
			if _, err := key.parse(key.split(bound)); err != nil {
				t.Errorf("%s: %v", key.Name, err)
			}
		}
	}
}

func TestKurentoKeysPointToKeysThatExist(t *testing.T) {
	for _, old := range KurentoKeys() {
		if _, exists := findKey(old.New); old.New != "" && !exists {
			t.Errorf("%s points to %s, which is no key", old.Old, old.New)
		}
		if old.New == "" && old.Note == "" {
			t.Errorf("%s has neither a counterpart nor a reason", old.Old)
		}
	}
}

func TestExampleFileLoads(t *testing.T) {
	const path = "../../deploy/atrium.example.yaml"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	loaded := mustLoad(t, Sources{Path: path, File: data})
	if loaded.Config.TLS.Mode != TLSACME {
		t.Errorf("the example has tls.mode %q; it should show a public server with acme", loaded.Config.TLS.Mode)
	}
}
