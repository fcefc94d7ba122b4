package rtptest

import (
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Expectations say what a receiver negotiated and what its network does.
type Expectations struct {
	// Codecs by payload type, retransmission and redundancy undone.
	Codecs map[uint8]codec.Codec
	// RTX are the payload types of retransmissions (RFC 4588), and those of what
	// they repeat. Pair says which streams belong together.
	RTX map[uint8]uint8
	// RED is the payload type of redundant audio data (RFC 2198), or 0.
	RED uint8
	// Descriptor is the identifier of the header extension with dependency
	// descriptors, or 0. AV1 must then have one in each packet, other codecs may.
	Descriptor uint8
	// PictureIDs has the picture identifiers of VP8 and VP9 judged: whoever drops
	// or switches frames must renumber them.
	PictureIDs bool
	// SSRCs is how many streams may come.
	SSRCs Limits

	// MaxOctets of one RTP packet; 1200 by default, and 1184 leaves room for the
	// tag of SRTP.
	MaxOctets int
	// Jitter is how much arrivals vary, 100 ms by default. It bounds what
	// timestamps and arrival times may differ by.
	Jitter time.Duration
	// MayLose accepts numbers that never came: the network drops packets, and
	// not all are repaired.
	MayLose bool
	// MayStartAnywhere accepts video that does not begin with a keyframe: the
	// receiver was not there from the start.
	MayStartAnywhere bool
}

// Limits is a number of streams by kind, retransmissions not counted; one for
// each media section. Zero is any number.
type Limits struct{ Audio, Video int }

// Conformance collects what one receiver got and judges it as RFC 3550 and
// browsers do. Its methods may be called from any goroutine.
type Conformance struct {
	want    Expectations
	seed    maphash.Seed
	mu      sync.Mutex
	streams map[uint32]*stream
	repairs map[uint32]*repairs
	pairs   map[uint32]uint32 // retransmission stream to what it repeats
	reports map[uint32][]rtcp.SenderReport
	found   []string
}

// NewConformance returns a checker that has seen nothing.
func NewConformance(want Expectations) *Conformance {
	if want.MaxOctets == 0 {
		want.MaxOctets = 1200
	}
	if want.Jitter == 0 {
		want.Jitter = 100 * time.Millisecond
	}
	return &Conformance{
		want:    want,
		seed:    maphash.MakeSeed(),
		streams: map[uint32]*stream{},
		repairs: map[uint32]*repairs{},
		pairs:   map[uint32]uint32{},
		reports: map[uint32][]rtcp.SenderReport{},
	}
}

// Pair says that one stream retransmits what another one sent, before packets of
// either come.
func (c *Conformance) Pair(rtx, media uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pairs[rtx] = media
}

// Packet records a packet in the order of its arrival, without the time. The
// payload is not kept.
func (c *Conformance) Packet(p *rtp.Packet) { c.PacketAt(p, time.Time{}) }

// PacketAt records a packet in the order of its arrival. The payload is not
// kept.
func (c *Conformance) PacketAt(p *rtp.Packet, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if size := p.MarshalSize(); size > c.want.MaxOctets {
		c.report(p.SSRC, "packet %d has %d octets, more than %d", p.SequenceNumber, size, c.want.MaxOctets)
	}
	media, paired := c.pairs[p.SSRC]
	original, rtx := c.want.RTX[p.PayloadType]
	switch {
	case rtx && !paired:
		c.report(p.SSRC, "packet %d retransmits for no stream", p.SequenceNumber)
	case paired && !rtx:
		c.report(p.SSRC, "packet %d has payload type %d on a retransmission stream", p.SequenceNumber, p.PayloadType)
	case rtx:
		c.retransmission(p, media, original, at)
	default:
		c.original(p, at)
	}
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
	for _, s := range c.streams {
		list := s.sorted()
		if len(list) == 0 {
			continue
		}
		c.judgeContinuity(s, list)
		c.judgePace(s, list)
		c.judgePictureIDs(s, list)
		c.judgeDescriptors(s, list)
		c.judgeFrames(s, list)
		c.judgeRedundancy(s, list)
		c.judgeReports(s, list)
	}
	for _, r := range c.repairs {
		c.judgeRepairs(r)
	}
	c.judgeLimits()
	found := slices.Clone(c.found)
	c.found = c.found[:recorded]
	slices.Sort(found[recorded:]) // streams come in random order
	return found
}

// judgeLimits counts the streams.
func (c *Conformance) judgeLimits() {
	audio, video := 0, 0
	for _, s := range c.streams {
		if s.codec.IsVideo() {
			video++
		} else {
			audio++
		}
	}
	if limit := c.want.SSRCs.Audio; limit > 0 && audio > limit {
		c.found = append(c.found, fmt.Sprintf("%d streams of sound, more than %d", audio, limit))
	}
	if limit := c.want.SSRCs.Video; limit > 0 && video > limit {
		c.found = append(c.found, fmt.Sprintf("%d streams of video, more than %d", video, limit))
	}
}

// Missing returns how many numbers of the stream, between its first and last
// one, never came, and how many should have.
func (c *Conformance) Missing(ssrc uint32) (missing, all int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.sorted(ssrc)
	if len(list) == 0 {
		return 0, 0
	}
	all = int(list[len(list)-1].seq-list[0].seq) + 1
	return all - len(list), all
}

// SSRCs returns the streams that were received, in ascending order, without
// retransmissions.
func (c *Conformance) SSRCs() []uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.streams))
}

// sorted returns the packets of a stream, none of one that never was.
func (c *Conformance) sorted(ssrc uint32) []*received {
	s, ok := c.streams[ssrc]
	if !ok {
		return nil
	}
	return s.sorted()
}

func (c *Conformance) report(ssrc uint32, format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf("ssrc %08x: ", ssrc)+fmt.Sprintf(format, args...))
}
