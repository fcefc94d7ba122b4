package dumbbell

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// epoch is the time at the beginning of a run.
var epoch = time.Unix(1_000_000_000, 0)

// The first two octets by which package link tells streams of packets apart.
const (
	kindVideo   = 0x8060
	kindAudio   = 0x806f
	kindReport  = 0x80c8
	kindRTCP    = 0x80cd
	kindForeign = 0x4000
)

// What the network carries besides the octets of RTP that bwe.Bitrate counts.
const (
	tagOctets = 16 // AES-GCM's in SRTP
	udpOctets = 28 // and IPv4; package link adds them itself
)

// Change is a new state of the path in both directions.
type Change struct {
	At      time.Duration
	Forward link.Link
	Back    link.Link
}

// Network is a bottleneck and those who share it. It is used by one goroutine.
type Network struct {
	schedule
	seed    uint64
	forward *link.Path
	back    *link.Path
	flows   []flow
	trace   *Trace
	scratch [2048]byte
}

// flow is somebody who sends.
type flow interface {
	start()
	target() bwe.Bitrate // 0 if there is none
}

// New makes a network by its first state, at time 0, and those that follow.
func New(seed uint64, changes []Change) *Network {
	first := changes[0]
	n := &Network{
		seed:    seed,
		forward: link.New(first.Forward, seed, "forward"),
		back:    link.New(first.Back, seed, "back"),
		trace:   &Trace{},
	}
	for _, c := range changes[1:] {
		n.at(c.At, func() {
			n.forward.Set(c.Forward, n.time())
			n.back.Set(c.Back, n.time())
		})
	}
	return n
}

// Run lets the network run for a time and returns what was seen.
func (n *Network) Run(d time.Duration) *Trace {
	for _, f := range n.flows {
		f.start()
	}
	n.every(SampleInterval, SampleInterval, n.sample)
	n.run(d)
	return n.trace
}

// time is the instant, for those who do not know that time is virtual.
func (n *Network) time() time.Time { return epoch.Add(n.now) }

// random returns a source of numbers for a flow.
func (n *Network) random(flow int) *rand.Rand {
	return rand.New(rand.NewPCG(n.seed, uint64(flow))) //nolint:gosec // not for secrets, and not negative
}

func (n *Network) add(f flow, name string, foreign bool) int {
	n.flows = append(n.flows, f)
	n.trace.add(name, foreign)
	return len(n.flows) - 1
}

// send puts a datagram of a flow into the bottleneck; arrived is called when it
// comes out, if it does.
func (n *Network) send(flow int, kind uint16, octets int, arrived func()) {
	at, outcome := n.forward.Carry(n.datagram(kind, octets), peer(flow), n.time())
	wire := octets + udpOctets
	n.trace.sent(flow, wire, outcome == link.Overflowed)
	if outcome != link.Passed {
		n.trace.lost(flow)
		return
	}
	arrival := at.Sub(epoch)
	n.trace.queued(flow, n.now, arrival-n.now-n.forward.Link().Delay)
	n.at(arrival, func() {
		n.trace.arrived(flow, wire)
		arrived()
	})
}

// answer sends a datagram to the sender of a flow.
func (n *Network) answer(flow int, kind uint16, octets int, arrived func()) {
	at, outcome := n.back.Carry(n.datagram(kind, octets), peer(flow), n.time())
	if outcome == link.Passed {
		n.at(at.Sub(epoch), arrived)
	}
}

func (n *Network) datagram(kind uint16, octets int) []byte {
	binary.BigEndian.PutUint16(n.scratch[:], kind)
	return n.scratch[:octets]
}

// peer is the address of a flow's receiver.
func peer(flow int) netip.Addr {
	return netip.AddrFrom4([4]byte{192, 0, 2, byte(flow + 1)}) //nolint:gosec // a few flows
}

// sample ends a step of the trace.
func (n *Network) sample() {
	l := n.forward.Link()
	rate := bwe.Bitrate(l.RateBitsPerSecond)
	if l.Loss >= 1 {
		rate = 0
	}
	targets := make([]bwe.Bitrate, len(n.flows))
	for i, f := range n.flows {
		targets[i] = f.target()
	}
	n.trace.sample(n.now, rate, targets)
}

// At lets something happen at a time of the run.
func (n *Network) At(t time.Duration, do func()) { n.at(t, do) }
