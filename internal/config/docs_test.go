package config

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of docs/configuration.md anew")

const docsFile = "../../docs/configuration.md"

// The tables of the documentation are what the code says, no more and no less.
// After changing a key: go test ./internal/config -run Docs -update
func TestDocsHoldTheKeysOfTheCode(t *testing.T) {
	data, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for name, table := range map[string]string{"keys": keysTable(), "kurento": kurentoTable()} {
		text = replaceTable(t, text, name, table)
	}
	if text == string(data) {
		return
	}
	if !*update {
		t.Fatalf("%s is not what the code says; run: go test ./internal/config -run Docs -update", docsFile)
	}
	if err := os.WriteFile(docsFile, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// replaceTable puts table between the two comments that carry its name.
func replaceTable(t *testing.T, text, name, table string) string {
	t.Helper()
	begin, end := "<!-- "+name+": begin -->\n", "<!-- "+name+": end -->"
	before, rest, foundBegin := strings.Cut(text, begin)
	_, after, foundEnd := strings.Cut(rest, end)
	if !foundBegin || !foundEnd {
		t.Fatalf("%s has no comments %q and %q", docsFile, begin, end)
	}
	return before + begin + table + end + after
}

func keysTable() string {
	var b strings.Builder
	section := ""
	for _, key := range Keys() {
		if s := key.Name[:strings.LastIndexByte(key.Name, '.')]; s != section {
			section = s
			fmt.Fprintf(&b, "\n### %s\n\n| key | default | value | environment, flag | what it does |\n|---|---|---|---|---|\n", section)
		}
		value := key.Type
		if key.Range != "" {
			value += ": " + key.Range
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` `--%s` | %s |\n", key.Name, code(key.Default), cell(value), key.Env, key.Flag, cell(key.Help))
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
