// Package config reads the configuration: one Config value from defaults, one
// YAML file, the environment and the command line, the later ones winning.
//
//	struct tags -> keys -+-> file.go   (lines)     -+
//	                     +-> layer.go  (ATRIUM_*)   +-> koanf -> Config -> conflicts
//	                     +-> layer.go  (--flags)   -+
//
// Load is a pure function: bytes and strings go in, a value or a list of
// problems comes out, so that a running server can load again and compare:
// Loaded.Against says which changes it takes and which wait for a restart.
// Every problem is reported at once, and each names its key and the line,
// variable or flag it came from. What a key means, its default, range and unit
// stand in the tags of Config; docs/configuration.md is generated from them and
// a test compares the two.
package config
