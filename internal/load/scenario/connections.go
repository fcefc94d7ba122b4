package scenario

import (
	"fmt"
	"strings"
)

// Connections is how a group's clients connect: the part of them that has paired
// connections, one for all that a client sends and one for all that it receives.
// The others have a connection for each stream.
type Connections Share

// The two ways.
const (
	Separate Connections = 0
	Paired   Connections = 1
)

// ParseConnections reads "separate", "paired" or a share of paired ones.
func ParseConnections(text string) (Connections, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "separate":
		return Separate, nil
	case "paired":
		return Paired, nil
	}
	share, err := ParseShare(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not separate, paired or the share of the paired, such as 50%%", text)
	}
	return Connections(share), nil
}

// String returns what ParseConnections reads.
func (c Connections) String() string {
	switch c {
	case Separate:
		return "separate"
	case Paired:
		return "paired"
	default:
		return Share(c).String()
	}
}

// MarshalText is String.
func (c Connections) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText is ParseConnections.
func (c *Connections) UnmarshalText(text []byte) error {
	return parseInto(c, ParseConnections, text)
}

// pairedGroup is the name under which clients with paired connections are
// counted.
const pairedGroup = "paired"

// pair gives each group's share of clients paired connections.
func (d *schedule) pair() {
	for i := range d.Groups {
		g := &d.Groups[i]
		members := d.members[i]
		n := Share(g.Connections).Of(len(members))
		if n == 0 && g.Connections > 0 {
			d.report(below(below("groups", g.Name), "connections"), "%v of %d clients is nobody", g.Connections, len(members))
		}
		for _, a := range choose(d.Seed, "groups."+g.Name+".connections", n, members) {
			a.client.Paired = true
		}
	}
}
