package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Origin says where a value was given. The zero Origin is the default.
type Origin struct {
	layer layer
	name  string // path of the file, name of the variable or of the flag
	line  int    // in the file, from 1
}

// layer orders the places that give values; later ones win.
type layer int

const (
	layerDefault layer = iota
	layerFile
	layerEnv
	layerFlag
)

// String returns "default", "atrium.yaml:12", "ATRIUM_HTTP_LISTEN" or "--http.listen".
func (o Origin) String() string {
	switch o.layer {
	case layerFile:
		return fmt.Sprintf("%s:%d", o.name, o.line)
	case layerEnv:
		return o.name
	case layerFlag:
		return "--" + o.name
	default:
		return "default"
	}
}

func (o Origin) compare(p Origin) int {
	return cmp.Or(cmp.Compare(o.layer, p.layer), cmp.Compare(o.line, p.line), cmp.Compare(o.name, p.name))
}

// Problem is one thing that is wrong with the configuration.
type Problem struct {
	Origin Origin
	Key    string // empty when the file as a whole is wrong
	Reason string
}

// Error returns "atrium.yaml:12: media.port: 99999 is outside 0 to 65535".
func (p Problem) Error() string {
	if p.Key == "" {
		return fmt.Sprintf("%s: %s", p.Origin, p.Reason)
	}
	return fmt.Sprintf("%s: %s: %s", p.Origin, p.Key, p.Reason)
}

// Problems is everything that is wrong, in the order of file, environment and
// flags. It is the error Load returns.
type Problems []Problem

// Error returns one line for each problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// err sorts the problems and returns them, or nil when there are none.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int { return a.Origin.compare(b.Origin) })
	return p
}
