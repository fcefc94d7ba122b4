// Package document writes what benchmarks measured into the documentation: tables
// and parts of Markdown files, and figures that follow the reader's colours.
package document
