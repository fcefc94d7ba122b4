package main

// The parts of the Markdown file that this program writes. What stands between
// the marks of one is replaced; all else stays.
const (
	measuredPart = "measured"
	curvesPart   = "curves"
)

// skeleton is a file with nothing but the parts.
const skeleton = "# What a forwarded packet costs\n\n" +
	"<!-- " + measuredPart + ": begin -->\n<!-- " + measuredPart + ": end -->\n\n" +
	"<!-- " + curvesPart + ": begin -->\n<!-- " + curvesPart + ": end -->\n"
