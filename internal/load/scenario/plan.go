package scenario

import (
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
	"github.com/atrium-rtc/atrium/internal/load/result"
)

// Plan is who does what when. It is data for whoever carries it out, not to be
// changed. All times are since the start of the run.
type Plan struct {
	Name     string
	Seed     uint64
	Duration time.Duration
	Rooms    []string
	Clients  []Client // Clients[i].ID is i; those who come first are first, room by room
	Marks    []Mark   // ascending
}

// Mark is a moment of the run worth telling: a phase begins, or something
// happens in it.
type Mark struct {
	At   time.Duration
	Text string // "rush hour: 10 % of audience vanish"
}

// Client is one synthetic participant.
type Client struct {
	ID      int
	Name    string // unique in the run; what Step.Name of the first Join says
	Room    string
	Group   string
	Publish *Publish // nil: only receives; complete, without zero values that mean defaults
	Receive Receive
	Paired  bool     // one connection for all that it sends, one for all that it receives
	Network Network  // at the start
	Faults  []string // what will be done to it, for people: "5 % loss", "vanishes", "reads slowly"
	Steps   []Step   // ascending; the first Join comes before everything but is not always at 0
}

// Network is the path between a client and the server. The zero value leaves
// packets alone.
type Network struct {
	Name     string
	Up, Down link.Link // from the client, to the client
}

// Step is something that a client does. A step at the time of a Join, or before
// that Join is complete, is meant for the time in the room: carry it out after.
type Step struct {
	At      time.Duration
	Do      Action
	Name    string   // Join: the participant's name; another one after Vanish
	Kind    Kind     // Mute, Unmute
	Layer   int      // RequestLayer: 0 is the smallest; AutoLayer
	Speed   Speed    // ReadSlowly: octets a second; 0 is not at all
	Network *Network // ChangeNetwork
}

// Kind is a kind of media.
type Kind string

// The kinds of media.
const (
	Audio Kind = "audio"
	Video Kind = "video"
)

// Action is what a step does.
type Action uint8

// The actions. Join is a client's first; Leave and Vanish are followed by
// nothing or another Join. Mute, Unmute, Republish, RequestLayer, ReadSlowly and
// ReadNormally come only while the client is in the room. A new Join finds the
// client as new, with nothing muted; where that is not meant, steps at the same
// time say so again. ChangeNetwork may come at any time and outlasts a Leave.
const (
	Join          Action = iota
	Leave                // properly, closing everything
	Vanish               // without a word
	Mute                 // stop sending Kind
	Unmute               // send Kind again
	Republish            // stop publishing and publish anew
	RequestLayer         // of everything received, also of what is received later
	ReadSlowly           // the websocket, at Speed
	ReadNormally         // the websocket
	ChangeNetwork        // to Network
)

// String returns "request layer" for RequestLayer, and so on.
func (a Action) String() string {
	return [...]string{
		"join", "leave", "vanish", "mute", "unmute", "republish", "request layer", "read slowly", "read normally",
		"change network",
	}[a]
}

// Groups returns the names under which the client is counted, each once: clean or
// affected, its group, its network if that has a name, and paired if its connections
// are; in alphabetical order.
func (c *Client) Groups() []string {
	names := []string{result.Clean}
	if len(c.Faults) > 0 {
		names[0] = result.Affected
	}
	paired := ""
	if c.Paired {
		paired = pairedGroup
	}
	for _, name := range []string{c.Group, c.Network.Name, paired} {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Kinds returns both kinds of media.
func Kinds() []Kind { return []Kind{Audio, Video} }
