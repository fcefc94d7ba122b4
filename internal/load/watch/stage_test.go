package watch_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/load/stamp"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/load/watch"
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

const (
	ms        = time.Millisecond
	frameTime = time.Second / 30

	videoType, rtxType, audioType = 96, 97, 111
	videoSSRC, rtxSSRC, audioSSRC = 0x1111, 0x2222, 0x3333
	transportID                   = 5
	publisher                     = 77
)

// start is a moment with a fraction, which NTP must keep.
var start = time.Date(2026, 1, 2, 3, 4, 5, 250_000_000, time.UTC)

// stage is a publisher, a server and the network in front of a Receiver, in
// simulated time.
type stage struct {
	t        *testing.T
	now      time.Time
	receiver *watch.Receiver
	media    *transport.Media
	video    *rtptest.Stream
	audio    *rtptest.Stream

	number, audioNumber uint32 // of the next stamp
	layer               uint8
	resumed             bool

	queue []delivery // what is on its way
	ticks time.Time

	// server answers feedback; nil answers nothing.
	server func(p rtcp.Packet)
	sent   []feedback
	rtt    time.Duration
	failed error // of WriteRTCP
}

type delivery struct {
	at time.Time
	b  []byte
}

// feedback is what the Receiver sent, and when.
type feedback struct {
	at     time.Duration // since start
	packet rtcp.Packet
}

func newStage(t *testing.T, change ...func(*transport.Media)) *stage {
	s := &stage{t: t, now: start, rtt: 40 * ms}
	s.media = &transport.Media{
		Video: &transport.Stream{
			Codec: codec.VP8, ClockRate: 90000, PayloadType: videoType, RTXPayloadType: rtxType,
			SSRCs: []uint32{videoSSRC}, RTXSSRCs: []uint32{rtxSSRC}, NACK: true, PLI: true, FIR: true,
		},
		Audio: &transport.Stream{Codec: codec.Opus, ClockRate: 48000, PayloadType: audioType},
	}
	for _, f := range change {
		f(s.media)
	}
	s.video = rtptest.NewStream(rtptest.Config{Codec: codec.VP8, SSRC: videoSSRC, PayloadType: videoType, Seed: 1})
	s.audio = rtptest.NewStream(rtptest.Config{Codec: codec.Opus, SSRC: audioSSRC, PayloadType: audioType, Seed: 1})
	s.receiver = watch.New(watch.Config{
		Media: s.media, Writer: s, RTT: func() time.Duration { return s.rtt },
	}, start)
	return s
}

// WriteRTCP takes what the Receiver sends.
func (s *stage) WriteRTCP(b []byte) error {
	if s.failed != nil {
		return s.failed
	}
	packets, err := rtcp.Unmarshal(b)
	if err != nil {
		s.t.Errorf("feedback %x: %v", b, err)
		return nil
	}
	if err := rtcp.CompoundPacket(packets).Validate(); err != nil {
		s.t.Errorf("feedback %v: %v", packets, err)
	}
	for _, p := range packets {
		s.sent = append(s.sent, feedback{s.now.Sub(start), p})
		if s.server != nil {
			s.server(p)
		}
	}
	return nil
}

// run lets time pass: what is due arrives, and every 10 ms the Receiver ticks.
func (s *stage) run(d time.Duration) {
	for end := s.now.Add(d); ; {
		next := end
		if tick := s.ticks.Add(10 * ms); tick.Before(next) {
			next = tick
		}
		if len(s.queue) > 0 && s.queue[0].at.Before(next) {
			next = s.queue[0].at
		}
		if next.After(s.now) {
			s.now = next
		}
		for len(s.queue) > 0 && !s.queue[0].at.After(s.now) {
			b := s.queue[0].b
			s.queue = s.queue[1:]
			s.receiver.RTP(b, s.now)
		}
		if s.now.Sub(s.ticks) >= 10*ms {
			s.ticks = s.now
			s.receiver.Tick(s.now)
		}
		if !s.now.Before(end) {
			return
		}
	}
}

// send puts packets on their way, which takes so long.
func (s *stage) send(delay time.Duration, packets ...*rtp.Packet) {
	for _, p := range packets {
		s.queue = append(s.queue, delivery{s.now.Add(delay), rtptest.Marshal(p)})
	}
	slices.SortStableFunc(s.queue, func(a, b delivery) int { return a.at.Compare(b.at) })
}

// frame returns the packets of the next video frame, stamped in its last one.
func (s *stage) frame(o rtptest.FrameOptions) []*rtp.Packet {
	packets := s.video.Frame(o)
	last := packets[len(packets)-1]
	s.stamp(codec.VP8, last, stamp.Stamp{Number: s.number, Layer: s.layer, Resumed: s.resumed})
	s.number++
	s.resumed = false
	return packets
}

// talk returns the next audio packet, stamped.
func (s *stage) talk() *rtp.Packet {
	p := s.audio.Frame(rtptest.FrameOptions{})[0]
	s.stamp(codec.Opus, p, stamp.Stamp{Number: s.audioNumber, Resumed: s.resumed})
	s.audioNumber++
	s.resumed = false
	return p
}

func (s *stage) stamp(c codec.Codec, p *rtp.Packet, st stamp.Stamp) {
	st.Source, st.Sent = publisher, s.now
	p.Payload = stamp.Append(c, p.Payload, 0)
	if !stamp.Write(c, p.Payload, st) {
		s.t.Fatalf("no room for a stamp in %v", c)
	}
}

// play sends frames at their pace, the first a keyframe if so asked. pick may
// drop packets: those of frame i come to it.
func (s *stage) play(frames int, keyframe bool, pick func(i int, packets []*rtp.Packet) []*rtp.Packet) {
	for i := range frames {
		packets := s.frame(rtptest.FrameOptions{Keyframe: keyframe && i == 0})
		if pick != nil {
			packets = pick(i, packets)
		}
		s.send(0, packets...)
		s.run(frameTime)
	}
}

// settle waits until what is missing counts as lost.
func (s *stage) settle() watch.Snapshot {
	s.run(1200 * ms)
	return s.receiver.Snapshot()
}

// of returns the feedback of one type, in the order it was sent.
func of[T rtcp.Packet](s *stage) (list []T, at []time.Duration) {
	for _, f := range s.sent {
		if p, ok := f.packet.(T); ok {
			list = append(list, p)
			at = append(at, f.at)
		}
	}
	return list, at
}

// requested returns the sequence numbers of all NACKs, and how often each was
// asked for.
func (s *stage) requested() map[uint16]int {
	times := map[uint16]int{}
	nacks, _ := of[*rtcp.TransportLayerNack](s)
	for _, n := range nacks {
		for _, pair := range n.Nacks {
			for _, seq := range pair.PacketList() {
				times[seq]++
			}
		}
	}
	return times
}

// repairing lets the server answer NACKs from what was sent before the loss.
func (s *stage) repairing(kept map[uint16]*rtp.Packet) {
	rtxSeq := uint16(100)
	s.server = func(p rtcp.Packet) {
		request, ok := p.(*rtcp.TransportLayerNack)
		if !ok {
			return
		}
		for _, pair := range request.Nacks {
			for _, seq := range pair.PacketList() {
				if original := kept[seq]; original != nil {
					s.send(s.rtt, rtptest.RTX(original, rtxSSRC, rtxType, rtxSeq))
					rtxSeq++
				}
			}
		}
	}
}

func near(got, want, tolerance time.Duration) bool { return (got - want).Abs() <= tolerance }

func sorted[K cmp.Ordered, V any](m map[K]V) []K {
	var keys []K
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
