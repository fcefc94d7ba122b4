package scenario

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/atrium-rtc/atrium/internal/link"
)

// direction is a link as the file has it.
type direction struct {
	Loss      Share         `key:"loss" default:"0%" min:"0%" max:"100%" form:"share" help:"How much is lost."`
	Delay     time.Duration `key:"delay" default:"0s" min:"0s" max:"1m" help:"How long a packet takes, one way."`
	Jitter    time.Duration `key:"jitter" default:"0s" min:"0s" max:"1m" help:"How much longer it takes at most; packets keep their order."`
	Rate      Bitrate       `key:"rate" unset:"no limit" min:"1kbit/s" max:"100Gbit/s" form:"bit rate" help:"The capacity, with IP and UDP headers."`
	Queue     time.Duration `key:"queue" default:"200ms" min:"1ms" max:"1m" help:"How long a full queue in front of the rate takes to empty; what comes then is lost."`
	Reorder   Share         `key:"reorder" default:"0%" min:"0%" max:"100%" form:"share" help:"How many packets are overtaken by those behind them."`
	ReorderBy time.Duration `key:"reorder_by" default:"20ms" min:"1ms" max:"1m" help:"For how long they are held back."`
}

// leastQueue is room for two full packets: with less, a limited link passes
// nothing.
const leastQueue = 3000

func (d direction) link() link.Link {
	l := link.Link{
		Delay: d.Delay, Jitter: d.Jitter, Loss: float64(d.Loss), RateBitsPerSecond: int(d.Rate), Reorder: float64(d.Reorder),
	}
	if l.Reorder > 0 {
		l.ReorderBy = d.ReorderBy
	}
	if d.Rate > 0 {
		l.QueueBytes = max(int(float64(d.Rate)/8*d.Queue.Seconds()), leastQueue)
	}
	return l
}

// read fills a network. The keys at its top are for both directions, unless up
// or down say otherwise.
func (n *Network) read(r *reader, path string, node *yaml.Node) {
	var both direction
	setDefaults(reflect.ValueOf(&both).Elem())
	ways := map[string]*yaml.Node{}
	keep := func(key, _ string, node *yaml.Node) bool {
		if key == "up" || key == "down" {
			ways[key] = node
			return true
		}
		return false
	}
	r.section(path, node, reflect.ValueOf(&both).Elem(), []string{"up", "down"}, keep)
	r.ranges(path, reflect.ValueOf(both))
	n.Up = both.differing(r, below(path, "up"), ways["up"])
	n.Down = both.differing(r, below(path, "down"), ways["down"])
}

// differing returns the link of a direction that may have keys of its own.
func (d direction) differing(r *reader, path string, node *yaml.Node) link.Link {
	if node != nil && !isNull(node) {
		r.section(path, node, reflect.ValueOf(&d).Elem(), nil, nil)
		r.ranges(path, reflect.ValueOf(d))
	}
	return d.link()
}

// Perfect says whether the network leaves packets alone.
func (n Network) Perfect() bool { return n.Up.Perfect() && n.Down.Perfect() }

// String describes it for people: "5 % loss, 30ms delay", or both directions if
// they differ.
func (n Network) String() string {
	up, down := describe(n.Up), describe(n.Down)
	switch {
	case up == down:
		return up
	case n.Up.Perfect():
		return "down " + down
	case n.Down.Perfect():
		return "up " + up
	}
	return "up " + up + "; down " + down
}

func describe(l link.Link) string {
	var parts []string
	add := func(present bool, format string, args ...any) {
		if present {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(l.Loss > 0, "%v loss", Share(l.Loss))
	add(l.Delay > 0, "%s delay", formatDuration(l.Delay))
	add(l.Jitter > 0, "%s jitter", formatDuration(l.Jitter))
	add(l.RateBitsPerSecond > 0, "%v", Bitrate(l.RateBitsPerSecond))
	add(l.Reorder > 0, "%v reordered", Share(l.Reorder))
	if len(parts) == 0 {
		return Untouched
	}
	return strings.Join(parts, ", ")
}
