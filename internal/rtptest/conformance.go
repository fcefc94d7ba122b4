package rtptest

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// Expectations say what a receiver negotiated and what its network does.
type Expectations struct {
	// Codecs by payload type, retransmission undone.
	Codecs map[uint8]codec.Codec
	// MaxOctets of one RTP packet; 1200 by default.
	MaxOctets int
	// MayLose accepts numbers that never came: the network drops packets, and
	// not all are repaired.
	MayLose bool
	// MayStartAnywhere accepts video that does not begin with a keyframe: the
	// receiver was not there from the start.
	MayStartAnywhere bool
}

// Conformance collects what one receiver got and judges it as RFC 3550 and
// browsers do. Its methods may be called from any goroutine.
type Conformance struct {
	want    Expectations
	mu      sync.Mutex
	streams map[uint32]*stream
	reports map[uint32][]rtcp.SenderReport
	found   []string
}

// stream is what came of one SSRC.
type stream struct {
	codec       codec.Codec
	payloadType uint8
	unwrapper   packet.Unwrapper
	packets     map[packet.ExtSeq]received
}

// received is one packet of a stream.
type received struct {
	seq       packet.ExtSeq
	timestamp uint32
	marker    bool
	payload   []byte
	frame     codec.Frame
}

// NewConformance returns a checker that has seen nothing.
func NewConformance(want Expectations) *Conformance {
	if want.MaxOctets == 0 {
		want.MaxOctets = 1200
	}
	return &Conformance{want: want, streams: map[uint32]*stream{}, reports: map[uint32][]rtcp.SenderReport{}}
}

// Packet records a packet in the order of its arrival. The payload is copied.
func (c *Conformance) Packet(p *rtp.Packet) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if size := p.MarshalSize(); size > c.want.MaxOctets {
		c.report(p.SSRC, "packet %d has %d octets, more than %d", p.SequenceNumber, size, c.want.MaxOctets)
	}
	s, ok := c.streams[p.SSRC]
	if !ok {
		s = &stream{
			codec: c.want.Codecs[p.PayloadType], payloadType: p.PayloadType, packets: map[packet.ExtSeq]received{},
		}
		c.streams[p.SSRC] = s
		if s.codec == codec.Unknown {
			c.report(p.SSRC, "payload type %d was not negotiated", p.PayloadType)
		}
	}
	if p.PayloadType != s.payloadType {
		c.report(p.SSRC, "packet %d has payload type %d, the stream began with %d",
			p.SequenceNumber, p.PayloadType, s.payloadType)
	}
	r := received{
		seq: s.unwrapper.Unwrap(p.SequenceNumber), timestamp: p.Timestamp, marker: p.Marker, payload: bytes.Clone(p.Payload),
	}
	if len(r.payload) > 0 && s.codec != codec.Unknown {
		var err error
		if r.frame, err = codec.Inspect(s.codec, r.payload); err != nil {
			c.report(p.SSRC, "packet %d: %v", p.SequenceNumber, err)
		}
	}
	if old, ok := s.packets[r.seq]; ok {
		if old.timestamp != r.timestamp || old.marker != r.marker || !bytes.Equal(old.payload, r.payload) {
			c.report(p.SSRC, "number %d was used for two different packets", p.SequenceNumber)
		}
		return
	}
	s.packets[r.seq] = r
}

// SenderReport records a sender report in the order of its arrival.
func (c *Conformance) SenderReport(sr *rtcp.SenderReport) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reports[sr.SSRC] = append(c.reports[sr.SSRC], *sr)
}

// Violations judges what was recorded so far. Nil means that there is nothing
// to complain about.
func (c *Conformance) Violations() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	recorded := len(c.found)
	for ssrc, s := range c.streams {
		c.judge(ssrc, s)
		c.judgeReports(ssrc, s)
	}
	found := slices.Clone(c.found)
	c.found = c.found[:recorded]
	slices.Sort(found[recorded:]) // streams come in random order
	return found
}

// Missing returns how many numbers of the stream, between its first and last
// one, never came, and how many should have.
func (c *Conformance) Missing(ssrc uint32) (missing, all int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.streams[ssrc]
	if !ok {
		return 0, 0
	}
	sorted := s.sorted()
	all = int(sorted[len(sorted)-1].seq-sorted[0].seq) + 1
	return all - len(sorted), all
}

// SSRCs returns the streams that were received, in ascending order.
func (c *Conformance) SSRCs() []uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []uint32
	for ssrc := range c.streams {
		list = append(list, ssrc)
	}
	slices.Sort(list)
	return list
}

func (c *Conformance) report(ssrc uint32, format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf("ssrc %08x: ", ssrc)+fmt.Sprintf(format, args...))
}

// sorted returns the packets in the order of their numbers.
func (s *stream) sorted() []received {
	list := make([]received, 0, len(s.packets))
	for _, r := range s.packets {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b received) int { return cmp.Compare(a.seq, b.seq) })
	return list
}
