package world

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/testnet"
)

// Member is a participant of a script.
type Member struct {
	Name, Room string
	Style      Style
	Streams    []string     // published from the beginning; "webcam" is the old style's only one
	Link       testnet.Link // both ways, when nothing is wrong with it
}

// Script is what happens in a world: who takes part, and what is done to them
// when. All of it follows from a seed.
type Script struct {
	Family  string
	Seed    uint64
	Members []Member
	Steps   []Step // sorted by time
	// Heal is when every link is again as it was, Settle how long after that
	// everybody may take to be well again.
	Heal, Settle time.Duration
	Patient      bool // waits for all of Settle, even if all is well before
	Shards       int
	LeftOut      string // see Without
}

// Step is one thing that is done.
type Step struct {
	At   time.Duration
	Do   Action
	Who  []string      // whom it is done to; empty: the server
	For  time.Duration // until it is undone; 0 is not, or at Script.Heal
	Up   testnet.Link  // of Relink
	Down testnet.Link
	Text string // a stream, or what kind of lie
	Kind int    // of Mute
}

// Action is a kind of step.
type Action uint8

// The actions.
const (
	Join Action = iota
	Leave
	Die       // the power goes, for good
	Cut       // the websocket is reset
	Stall     // the websocket is not read
	Outage    // nothing passes, either way
	Relink    // another link
	Rebind    // the NAT gives the sockets other ports
	Move      // another address: the client knows, and begins ICE anew
	Takeover  // the session is continued on a second socket
	Mute      // a microphone or camera is off
	AddStream // publishes one more
	EndStream // publishes one less
	Renew     // drops its connections and makes them anew
	Lie       // see lies.go
	Flood     // chat messages
	Drain     // the server takes nobody new
	Resume    // it does again
)

var actionNames = [...]string{
	"join", "leave", "die", "cut", "stall", "outage", "relink", "rebind", "move", "takeover", "mute",
	"add stream", "end stream", "renew", "lie", "flood", "drain", "resume",
}

// String names the action.
func (a Action) String() string { return actionNames[a] }

// String is one line of a trace.
func (s Step) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %s", s.Do, strings.Join(s.Who, ","))
	if s.Text != "" {
		fmt.Fprintf(&b, " %s", s.Text)
	}
	if s.Do == Mute {
		b.WriteString([...]string{" sound", " picture"}[s.Kind])
	}
	if s.For > 0 {
		fmt.Fprintf(&b, " for %v", s.For)
	}
	if s.Do == Relink {
		fmt.Fprintf(&b, " up {%s} down {%s}", linkText(s.Up), linkText(s.Down))
	}
	return b.String()
}

// linkText says what is set of a link.
func linkText(l testnet.Link) string {
	var parts []string
	add := func(is bool, format string, args ...any) {
		if is {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(l.Delay > 0, "%v", l.Delay)
	add(l.Jitter > 0, "jitter %v", l.Jitter)
	add(l.Loss > 0, "loss %.1f%%", 100*l.Loss)
	add(l.Burst > 1, "bursts of %.1f", l.Burst)
	add(l.Reorder > 0, "reorder %.1f%%", 100*l.Reorder)
	add(l.Duplicate > 0, "duplicate %.1f%%", 100*l.Duplicate)
	add(l.RateBitsPerSecond > 0, "%d kbit/s", l.RateBitsPerSecond/1000)
	add(l.QueueBytes > 0, "queue %d", l.QueueBytes)
	return strings.Join(parts, " ")
}

// String is the whole script, for a report of what failed.
func (s *Script) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s/%d: %d shards, heals at %v and settles for %v\n", s.Family, s.Seed, s.Shards, s.Heal, s.Settle)
	for _, m := range s.Members {
		fmt.Fprintf(&b, "  %s in %s, %v, publishes %v, link {%s}\n", m.Name, m.Room, m.Style, m.Streams, linkText(m.Link))
	}
	for i, step := range s.Steps {
		fmt.Fprintf(&b, "  [%d] %8.3f s  %v\n", i, step.At.Seconds(), step)
	}
	return b.String()
}

// streamsOf are all that a member may ever publish.
func (s *Script) streamsOf(m Member) []string {
	list := slices.Clone(m.Streams)
	for _, step := range s.Steps {
		if step.Do == AddStream && slices.Contains(step.Who, m.Name) && !slices.Contains(list, step.Text) {
			list = append(list, step.Text)
		}
	}
	return list
}

// touched reports whether anything but joining is ever done to a member.
func (s *Script) touched(name string) bool {
	return slices.ContainsFunc(s.Steps, func(step Step) bool {
		return step.Do != Join && slices.Contains(step.Who, name)
	})
}

// Without returns the script without some steps, by their numbers ("3,5").
func (s *Script) Without(numbers string) (*Script, error) {
	smaller := *s
	smaller.LeftOut, smaller.Steps = numbers, nil
	left := make(map[int]bool)
	for text := range strings.SplitSeq(numbers, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n >= len(s.Steps) {
			return nil, fmt.Errorf("no step %q", text)
		}
		left[n] = true
	}
	for i, step := range s.Steps {
		if !left[i] {
			smaller.Steps = append(smaller.Steps, step)
		}
	}
	return &smaller, nil
}
